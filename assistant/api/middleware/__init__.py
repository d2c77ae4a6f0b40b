"""What every request passes through, as plain ASGI: id, log line and metrics; headers; limits."""

from assistant.api.middleware.bodies import Bodies
from assistant.api.middleware.headers import SecurityHeaders
from assistant.api.middleware.places import Places
from assistant.api.middleware.requests import Requests

__all__ = ["Bodies", "Places", "Requests", "SecurityHeaders"]
