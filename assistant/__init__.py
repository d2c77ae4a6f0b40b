"""Question answering: from a question to statements that each rest on exact words of a document."""

from typing import TYPE_CHECKING

import corpus  # noqa: F401  (forbids onnxruntime, before anything imports it, to tell its maker of this machine)

if TYPE_CHECKING:
    from assistant.engine_factory import open_engine

__all__ = ["open_engine"]


def __getattr__(name: str) -> object:
    """Imports `open_engine` on first access."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from assistant import engine_factory

    return getattr(engine_factory, name)
