"""What the service writes: briefings, themes, comparisons, mandates, the check of an agenda; and files of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from assistant.access import Principal, check
from assistant.faults import Conflict, NotHeld
from assistant.paper_requests import PaperRequest, file_of
from assistant.reports import refused, silent
from assistant.service.papers import Paper, Papers, Work

if TYPE_CHECKING:
    from assistant.export.footnoting import Address
    from assistant.export.layouts import Report
    from assistant.export.publication import Publication
    from assistant.reports.agenda_check import AgendaCheck
    from assistant.reports.brief.briefing import Briefing
    from assistant.service.drafts import Draft, Drafts
    from assistant.service.service import Service


class Writing:
    """The writing of one service. Every operation takes the principal that asks first and raises a `ServiceFault` for
    what is not done; `allowed` checks and counts who does what."""

    def __init__(
        self,
        service: Service,
        allowed: Callable[[Principal, str], None],
        noted: Callable[[Principal, str, str], None],
        drafts: Drafts | None = None,
    ) -> None:
        self._service, self._allowed, self._noted, self._known = service, allowed, noted, drafts
        self.papers = Papers(service.turns, service.limits.jobs)

    @property
    def _drafts(self) -> Drafts:
        if self._known is None:
            raise NotHeld("no-drafts")
        return self._known

    def begin(self, who: Principal, request: PaperRequest) -> Paper[Any] | Report:
        """What is asked for, to come; where it is made at once, itself."""
        service = self._service
        check(who, request.operation)
        if request.at_once:
            self._allowed(who, request.operation)
        request.check()
        with refused(request.fault):
            subject, make = request.subject(service)

        def work(given: Work) -> Report:
            with refused(request.fault):
                return make(given.tell, given.aside)

        if request.at_once:
            return work(Work(silent, nullcontext))
        from assistant.reports.report_cache import state_of

        key = (request.path, subject, state_of(service.library, service.engine.signature))
        # What is there already costs no more than looking at a document.
        self._allowed(who, "documents" if self.papers.held(key) else request.operation)
        return self.papers.take(key, work, _lasting, client=who.client, origin=who.origin)

    def part(self, request: PaperRequest, made: Any) -> Report:
        """What is wanted of what was made. Raises `NotHeld`, which says what is near, where there is none of that name."""
        with refused(NotHeld):
            return request.part(made)

    def drafts_of(self, who: Principal) -> list[Draft]:
        """The briefings under review."""
        self._allowed(who, "review")
        return self._drafts.all()

    def draft(self, who: Principal, briefing: Briefing) -> Draft:
        """Keeps a briefing as a draft."""
        self._allowed(who, "review")
        made = self._drafts.add(briefing, who.id)
        self._noted(who, "draft", made.id)
        return made

    def drafted(self, who: Principal, draft_id: str) -> Draft:
        """A briefing under review."""
        self._allowed(who, "review")
        return self._drafts.get(draft_id)

    def comment(self, who: Principal, draft_id: str, text: str, statement: int | None = None) -> Draft:
        """Comments on a draft, or on a statement of it."""
        self._allowed(who, "review")
        return self._drafts.comment(draft_id, who.id, text, statement)

    def move(self, who: Principal, draft_id: str, state: str) -> Draft:
        """Gives a draft another state."""
        self._allowed(who, "review")
        moved = self._drafts.move(draft_id, who.id, state)
        self._noted(who, f"draft {moved.state}", draft_id)
        return moved

    def reviewed(self, draft: Draft, address: Address | None = None) -> Publication:
        """A draft as a publication: its state on the cover, and the comments behind the text until it is cleared. Raises
        `Conflict` where it can't be published any more."""
        from assistant.service.drafts import reviewed

        return reviewed(draft, self._service.library, address)

    def agenda(self, who: Principal, meeting: str = "", languages: Sequence[str] = ("en",)) -> AgendaCheck:
        """What an agenda announces and cites against what is held."""
        from assistant.reports.agenda_check import check_agenda
        from assistant.reports.lookup import agenda_meeting

        self._allowed(who, "agenda")
        library = self._service.library
        with refused(NotHeld):
            return check_agenda(library, self._service.engine.catalogue, agenda_meeting(library, meeting), languages)

    def publication(
        self,
        made: Report,
        language: str,
        address: Address | None = None,
    ) -> Publication:
        """What was made as a publication, its places as links where an `address` is given. Whoever was given it may
        have it so."""
        from assistant.export.layouts import publication_of

        return publication_of(made, self._service.library, language, address)

    def ready(self, form: str, language: str | None = None) -> None:
        """Raises `Conflict` where a file of this form can't be written here, in a language where one is known."""
        from assistant.export.file_formats import check_form

        with refused(Conflict):
            check_form(form, language)

    def made_file(self, who: Principal, made: Any, form: str, language: str) -> bytes:
        """What was made as a file; requests and decisions also as `csv` or `xlsx`. Whoever was given it may have it so."""
        return self._file(who, form, lambda: file_of(made, form, self._service.library, language))

    def file(self, who: Principal, publication: Publication, form: str) -> bytes:
        """A publication as a file. Raises `Conflict` where the program that writes it is not installed."""
        from assistant.export.file_formats import render

        return self._file(who, form, lambda: render(publication, form))

    def _file(self, who: Principal, form: str, written: Callable[[], bytes]) -> bytes:
        # A program of its own writes these, whoever made what stands in them.
        self._allowed(who, "brief" if form in ("docx", "pdf") else "documents")
        with refused(Conflict):
            return written()


def _lasting(made: Report) -> bool:
    """Whether it would be made again the same: no model failed on the way."""
    return bool(getattr(made, "lasting", True))
