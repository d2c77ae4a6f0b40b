"""What Rapporteur does for people and programs, whatever the door: page, API, chat completions, MCP, command line."""

from assistant.service.question_service import Event, Status, Stream
from assistant.service.service import Service

__all__ = ["Event", "Service", "Status", "Stream"]
