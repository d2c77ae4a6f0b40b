"""Answering: from a question to statements that each rest on exact words of a document."""
