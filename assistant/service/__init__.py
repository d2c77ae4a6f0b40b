"""The operations that every interface (page, API, chat completions, MCP, command line) calls."""

from assistant.service.question_service import Event, Status, Stream
from assistant.service.service import Service

__all__ = ["Event", "Service", "Status", "Stream"]
