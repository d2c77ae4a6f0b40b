"""What the service writes: briefings, themes, comparisons, mandates, the check of an agenda; and files of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.access import Principal, check
from assistant.faults import Conflict, Invalid, NotHeld
from assistant.reports import refused
from assistant.service.papers import Paper, Papers, Work

if TYPE_CHECKING:
    from assistant.export import Address, Publication
    from assistant.export.layouts import Report
    from assistant.reports.agenda_check import AgendaCheck
    from assistant.reports.brief import Briefing, Request
    from assistant.reports.comparison import Origins, TopicComparison, Versions
    from assistant.reports.mandates import Mandates, Wanted
    from assistant.reports.themes import Themes
    from assistant.service.drafts import Draft, Drafts
    from assistant.service.service import Service

T = TypeVar("T")


MOST_SIDES = 12
"""Documents that are compared on a topic, at most."""


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

    def begin_brief(self, who: Principal, request: Request) -> Paper[Briefing]:
        """The briefing of a request, to come."""
        from assistant.reports.brief import brief

        def work(given: Work) -> Briefing:
            with refused(Invalid):
                return brief(self._service.engine, request, given.tell, given.aside)

        return self._begin(who, "brief", request, work, lambda made: made.lasting)

    def begin_themes(self, who: Principal, language: str = "en", count: int | None = None) -> Paper[Themes]:
        """The themes of all that is held, to come."""
        from assistant.reports.themes import themes_of

        def work(given: Work) -> Themes:
            with refused(Conflict):
                return themes_of(self._service.engine, language, count, given.tell, given.aside)

        return self._begin(who, "themes", (language, count), work)

    def theme(self, made: Themes, name: str) -> Themes:
        """One of the themes. Raises `NotHeld`, which says what is near, where there is none of that name."""

        with refused(NotHeld):
            return made.only(name)

    def compare(self, who: Principal, names: Sequence[str], language: str | None = None) -> Versions:
        """What was changed from each of two or more documents to the next."""
        from assistant.reports.comparison import compare_versions, named

        self._allowed(who, "compare")
        if len(names) < 2:
            raise Invalid("name-two")
        library = self._service.library
        with refused(NotHeld):
            return compare_versions(library, [named(library, name, language) for name in names])

    def begin_compare_topic(
        self, who: Principal, topic: str, names: Sequence[str] = (), language: str | None = None
    ) -> Paper[TopicComparison]:
        """What documents say on a topic, to come: those named, or all that are held."""
        from assistant.reports.comparison import compare_topic, named

        check(who, "compare")
        if not topic.strip():
            raise Invalid("no-topic")
        if len(names) > MOST_SIDES:
            raise Invalid("most-sides", count=len(names), most=MOST_SIDES)
        with refused(NotHeld):
            documents = [named(self._service.library, name, language) for name in names]

        def work(given: Work) -> TopicComparison:
            return compare_topic(self._service.engine, topic, documents, language, given.tell, given.aside)

        return self._begin(who, "compare", (topic, tuple(each.id for each in documents), language), work)

    def begin_origins(self, who: Principal, name: str, place: str = "", language: str | None = None) -> Paper[Origins]:
        """Where the paragraphs of a document come from, to come, or that at one place of it."""
        from assistant.reports.comparison import named, origins_of, place_in

        check(who, "compare")
        if not name.strip():
            raise Invalid("name-one")
        library = self._service.library
        with refused(NotHeld):
            document = named(library, name, language)
            locator = place_in(document, place)

        def work(given: Work) -> Origins:
            return origins_of(library, library.document(document.id), locator, given.tell, given.aside)

        return self._begin(who, "compare", ("origins", document.id, locator), work)

    def begin_mandates(self, who: Principal, wanted: Wanted) -> Paper[Mandates]:
        """The requests and decisions of the resolutions held, to come."""
        from assistant.reports.mandates import list_mandates

        def work(given: Work) -> Mandates:
            with refused(NotHeld):
                return list_mandates(self._service.library, wanted, given.tell)

        return self._begin(who, "mandates", wanted, work)

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
        from assistant.export import check_form

        with refused(Conflict):
            check_form(form, language)

    def made_file(self, who: Principal, made: Any, form: str, language: str) -> bytes:
        """What was made as a file; requests and decisions also as `csv` or `xlsx`. Whoever was given it may have it so."""
        from assistant.export.spreadsheets import FORMATS, sheet

        if form not in FORMATS:
            return self.file(who, self.publication(made, language), form)
        self._allowed(who, "documents")
        return sheet(made, form, language)

    def file(self, who: Principal, publication: Publication, form: str) -> bytes:
        """A publication as a file. Raises `Conflict` where the program that writes it is not installed."""
        from assistant.export import render

        # A program of its own writes these, whoever made what stands in them.
        self._allowed(who, "brief" if form in ("docx", "pdf") else "documents")
        with refused(Conflict):
            return render(publication, form)

    def _begin(
        self,
        who: Principal,
        operation: str,
        asked: Hashable,
        work: Callable[[Work], T],
        lasting: Callable[[T], bool] = lambda _: True,
    ) -> Paper[T]:
        from assistant.reports.report_cache import state_of

        check(who, operation)
        engine = self._service.engine
        key = (operation, asked, state_of(engine.library, engine.signature))
        # What is there already costs no more than looking at a document.
        self._allowed(who, "documents" if self.papers.held(key) else operation)
        return self.papers.take(key, work, lasting, client=who.client, origin=who.origin)
