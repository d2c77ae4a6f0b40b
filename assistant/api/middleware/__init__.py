"""What every request passes through, as plain ASGI: ids, limits, headers."""

from assistant.api.middleware.identify import RequestIds

__all__ = ["RequestIds"]
