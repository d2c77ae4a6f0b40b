"""What every request passes through, as plain ASGI: id, log line and metrics; headers; limits."""

from assistant.api.middleware.bodies import Bodies
from assistant.api.middleware.headers import SecurityHeaders
from assistant.api.middleware.requests import Requests
from assistant.api.middleware.serving_places import Most, Places

__all__ = ["Bodies", "Most", "Places", "Requests", "SecurityHeaders"]
