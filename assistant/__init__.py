"""Answering: from a question to statements that each rest on exact words of a document."""

import corpus  # noqa: F401  (forbids onnxruntime, before anything imports it, to tell its maker of this machine)
