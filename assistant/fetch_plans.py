"""Requests to fetch documents, the plan of what to fetch, and result rows; for the command line and the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.messages import Message
from assistant.service_errors import Invalid, NotFound, check_language
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document, Language
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError

if TYPE_CHECKING:
    from ingest.fetch.fetch_run import DownloadOutcome, DownloadRequest
    from ingest.outcomes import Outcome

FOLDER = "downloads"
"""Folder of downloaded files, within the library's folder."""


@dataclass(frozen=True)
class Row:
    """The result for one symbol in one language."""

    symbol: str
    language: str
    result: str
    document: str | None = None
    format: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    url: str | None = None
    reason: str = ""


class FetchRequest(BaseModel):
    """What to fetch: symbols (`CTOC/COP/WG.7/2021/2-4` names three), with `meeting` ids of meetings; or all that a held
    document cites, or that the catalogue lists. What is held already is passed over unless `again`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"symbols": ["CTOC/COP/WG.7/2021/2"], "languages": ["en"]}]}
    )

    symbols: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=500)] = []
    languages: Annotated[list[Language], Field(max_length=6)] = []
    form: Annotated[Literal["docx", "pdf", "doc"] | None, Field(description="Only this format.")] = None
    meeting: bool = False
    cited_by: Annotated[str | None, Field(max_length=200)] = None
    everything: bool = False
    again: bool = False

    @property
    def formats(self) -> Sequence[str]:
        """The acceptable formats, best first. Raises `Invalid`."""
        from ingest.fetch.content import FORMATS

        if self.form is not None and self.form not in FORMATS:
            raise Invalid("no-format", form=self.form, formats=", ".join(FORMATS))
        return FORMATS if self.form is None else (self.form,)


def parse_languages(given: Sequence[str]) -> list[str]:
    """Parses language codes, separate or comma-separated; `all` means all six. Raises `Invalid`."""
    codes = [code.strip().lower() for text in given for code in text.split(",") if code.strip()]
    if "all" in codes:
        return list(LANGUAGES)
    return list(dict.fromkeys(check_language(code) for code in codes))


@dataclass(frozen=True)
class FetchPlan:
    """The documents `wanted`, and the formats, best first; documents already stored are skipped unless `again`."""

    wanted: Sequence[DownloadRequest]
    formats: Sequence[str]
    again: bool

    @property
    def due(self) -> list[DownloadRequest]:
        """The documents to fetch."""
        return [each for each in self.wanted if self.again or not each.stored_documents]

    @property
    def held(self) -> list[Row]:
        """Result rows of the documents that are skipped because they are stored."""
        reason = "in the library, and not requested again"
        skipped = [each for each in self.wanted if each.stored_documents and not self.again]
        return [
            Row(each.symbol.text, each.language, "held", each.stored_documents[0], reason=reason) for each in skipped
        ]

    def preview(self, folder: Path, ods_url: str) -> list[Row]:
        """What fetching would do with each document: skip it, read the download in `folder`, or request it from `ods_url`. Makes no
        network request."""
        from ingest.fetch.addresses import request_address
        from ingest.fetch.cache import DownloadCache

        downloads = DownloadCache(folder)
        rows = {(row.symbol, row.language): row for row in self.held}
        for each in self.due:
            place = each.symbol.text, each.language
            cached = None if self.again else downloads.find_cached(ods_url, each.symbol, each.language, self.formats)
            if cached and not cached.refused:
                rows[place] = Row(*place, "would read", url=cached.url, reason="fetched before")
            else:
                address = request_address(ods_url, each.symbol, each.language, self.formats[0])
                rows[place] = Row(*place, "would fetch", url=str(address))
        return [rows[each.symbol.text, each.language] for each in self.wanted]


def plan(request: FetchRequest, library: Library, catalogue: Catalogue) -> FetchPlan:
    """Builds the plan of a request. Raises `Invalid` or `NotFound` where it does not name documents clearly."""
    from ingest.fetch import fetch_run as fetching

    names, meeting, languages = request.symbols, request.meeting, parse_languages(request.languages)
    if not (names or meeting or request.cited_by or request.everything):
        raise Invalid("fetch-nothing")
    ids = fetching.meeting_ids(catalogue)
    meetings = [name for name in names if name in ids] if meeting else []
    found: list[Symbol] = []
    for name in names:
        if name not in meetings:
            try:
                found += fetching.parse_symbols(name)
            except SymbolError as error:
                hint = Message("meetings-known", {"meetings": ", ".join(ids)}).in_language if meeting else ""
                raise Invalid("no-symbol", text=str(error), hint=hint) from None
    if meeting:
        found += fetching.catalogue_symbols(catalogue, meetings or [_one_meeting(ids, library, catalogue)])
    if request.everything:
        found += fetching.catalogue_symbols(catalogue)
    if request.cited_by is not None:
        texts = _texts(library, request.cited_by)
        spoken = sorted({text.language for text in texts})
        languages = languages or (spoken if len(spoken) == 1 else [])
        cited = fetching.build_requests(fetching.cited_by(texts), languages or ["en"], library)
        found += dict.fromkeys(each.symbol for each in cited if not each.stored_documents)
    return FetchPlan(fetching.build_requests(found, languages or ["en"], library), request.formats, request.again)


def _one_meeting(ids: Sequence[str], library: Library, catalogue: Catalogue) -> str:
    from ingest.fetch.fetch_run import meetings_in_library

    held = meetings_in_library(library, catalogue)
    for choice in (held, ids):
        if len(choice) == 1:
            return choice[0]
    raise Invalid("which-meeting-several" if held else "which-meeting-none", meetings=", ".join(ids))


def _texts(library: Library, name: str) -> list[Document]:
    """The stored texts of a document: the official ones, or all where none is official."""
    found = library.find_documents(name)
    if not found:
        raise NotFound("no-document", name=name)
    return [document for document in found if document.edition == "official"] or found


def result_row(each: DownloadOutcome, result: str, outcome: Outcome | None = None, reason: str = "") -> Row:
    """The result row of a download, or of the document read from it."""
    place, stored = (each.request.symbol.text, each.request.language), each.stored
    if stored is None:
        return Row(*place, result, reason=reason)
    document = outcome.header.id if outcome and outcome.header else None
    return Row(*place, result, document, stored.kind, stored.bytes, stored.sha256, stored.url, reason)
