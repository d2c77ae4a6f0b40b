"""Images of printed pages with a quote highlighted: rendered on demand, and cached."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from assistant.service_errors import NotFound, Overloaded, Unavailable
from corpus.documents import Document, Span
from corpus.library import Library
from ingest.readers import ReadError

if TYPE_CHECKING:
    from ingest.sandbox.pool import Limits

MAX_WAITING = 8
"""Most images rendered or waited for at once: each occupies a thread that other requests need."""
KEPT, KEPT_BYTES = 500, 32_000_000
"""Most images in the cache, and most bytes of them."""
_AGAIN = 2.0
"""Seconds after which a client may try again."""

log = logging.getLogger("rapporteur.service")


class PageImages:
    """Page images of a library's documents. `limits`: those of the processes that read files."""

    def __init__(self, library: Library, limits: Limits | None = None) -> None:
        from ingest.sandbox.page_renderer import PageRenderer

        self._library, self._pictures = library, PageRenderer(limits)
        self._places = threading.BoundedSemaphore(MAX_WAITING)
        self._guard = threading.Lock()
        self._drawn: OrderedDict[tuple[str, int, bytes], bytes] = OrderedDict()

    def close(self) -> None:
        """Ends the rendering process."""
        self._pictures.close()

    def picture(self, document: Document, page: int, words: Span | None = None) -> bytes:
        """Renders a page of a document's file as PNG, with a span of its text highlighted. Raises `NotFound` where the file is not
        stored, has no such page or can't be rendered, `Overloaded` where too many wait, `Unavailable` where rendering does not work."""
        if not 1 <= page <= len(document.pages):
            raise NotFound("no-page", document=document.label, page=page)
        between = document.page_range(*words) if words else None
        quote = document.quote(*words) if words and between and between[0] <= page <= between[1] else ""
        # Of the quote only a hash: it may be as long as the document.
        key = (document.sha256, page, hashlib.sha256(quote.encode("utf-8", "surrogatepass")).digest())
        with self._guard:
            known = self._drawn.get(key)
            if known is not None:
                self._drawn.move_to_end(key)
        if known is not None and not self._library.has_original(document):
            raise _not_kept(document)  # removed since the image was cached
        if known is None:
            if not self._places.acquire(blocking=False):
                raise Overloaded("pages-wait", retry_after=_AGAIN)
            try:
                known = self._draw(document, page, quote, between)
            finally:
                self._places.release()
            with self._guard:
                self._drawn[key] = known
                while len(self._drawn) > KEPT or sum(map(len, self._drawn.values())) > KEPT_BYTES:
                    self._drawn.popitem(last=False)
        if not known:
            raise NotFound("page-undrawn", document=document.label, page=page)
        return known

    def _draw(self, document: Document, page: int, quote: str, between: tuple[int, int] | None) -> bytes:
        """Renders the image; empty where that fails, which is cached so that it is not tried twice."""
        from ingest.sandbox.process import WorkerError

        original = self._library.original(document)
        if original is None:
            raise _not_kept(document)
        first, last = between if quote and between else (page, page)
        try:
            return self._pictures.draw(original, document.label, page, quote, first, last)[0]
        except ReadError as error:
            log.warning(
                "a page cannot be drawn", extra={"fields": {"document": document.id, "page": page, "why": str(error)}}
            )
            return b""
        except WorkerError as error:
            raise Unavailable("said", text=str(error), retry_after=60) from None


def _not_kept(document: Document) -> NotFound:
    return NotFound("file-not-kept", document=document.label)
