"""What Rapporteur does for people and programs, whatever the door: page, API, chat completions, MCP, command line."""

from assistant.service.events import Done, Event, Stated, Status, Stream
from assistant.service.service import Limits, Service

__all__ = ["Done", "Event", "Limits", "Service", "Stated", "Status", "Stream"]
