"""Grounding check: whether the cited words support a written sentence. Every sentence of a model passes it before it is shown."""
