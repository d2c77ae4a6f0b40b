"""Written answers: a model writes from fenced evidence, and each sentence is checked against its sources before anyone sees it."""
