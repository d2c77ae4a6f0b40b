"""The page: asking, meetings, documents and the work of the staff in the browser, over the service."""
