"""Official documents by symbol, from the Official Document System of the United Nations.

The service takes symbol, language and format, and redirects to a file. What it sends is believed only so far as it
shows: the kind of file is told by its content, the symbol and the language by the text when it is read.
"""

from ingest.fetch.addresses import HOSTS, SERVICE, request_address
from ingest.fetch.cache import Downloads, Stored
from ingest.fetch.content import FORMATS
from ingest.fetch.document_service import Service
from ingest.fetch.fetch_faults import FetchError, NotPublished, Refused, ServiceAway, TryLater
from ingest.fetch.fetch_run import (
    At,
    Download,
    FetchedInput,
    Wanted,
    cited_by,
    download,
    held_meetings,
    listed,
    meeting_ids,
    named,
    wanted,
)
from ingest.fetch.waiting import Patience, Timer

__all__ = [
    "FORMATS",
    "HOSTS",
    "SERVICE",
    "At",
    "Download",
    "Downloads",
    "FetchError",
    "FetchedInput",
    "NotPublished",
    "Patience",
    "Refused",
    "Service",
    "ServiceAway",
    "Stored",
    "Timer",
    "TryLater",
    "Wanted",
    "cited_by",
    "download",
    "held_meetings",
    "listed",
    "meeting_ids",
    "named",
    "request_address",
    "wanted",
]
