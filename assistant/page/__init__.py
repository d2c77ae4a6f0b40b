"""The page: asking, meetings, documents and the work of the staff in the browser, over the service."""

from assistant.page.mount import mount_page

__all__ = ["mount_page"]
