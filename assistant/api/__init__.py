"""The HTTP door: routes over the service, one error form, limits, headers."""

from assistant.api.application import create_api
from assistant.api.callers import Caller

__all__ = ["Caller", "create_api"]
