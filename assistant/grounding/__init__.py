"""Whether what is cited bears out a written sentence: the check that every sentence of a model passes before it is shown."""
