"""Written answers that stand: a model writes from fenced evidence, each sentence is checked before anyone sees it."""
