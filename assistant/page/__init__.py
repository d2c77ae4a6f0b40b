"""The page in the browser: questions, meetings, documents and staff work, over the service."""
