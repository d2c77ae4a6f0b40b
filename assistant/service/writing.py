"""What the service writes: briefings, themes, comparisons, the check of an agenda; and files of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

from assistant.access import Principal, check
from assistant.faults import Conflict, Invalid, NotHeld
from assistant.service.papers import Paper, Papers, Work

if TYPE_CHECKING:
    from assistant.agenda import AgendaCheck
    from assistant.brief import Briefing, Request
    from assistant.compare import TopicComparison, Versions
    from assistant.publish import Address, Publication
    from assistant.service.service import Service
    from assistant.themes import Themes

T = TypeVar("T")
MOST_SIDES = 12
"""Documents that are compared on a topic, at most."""


class Writing:
    """The writing of one service. Every operation takes the principal that asks first and raises a `ServiceFault` for
    what is not done; `allowed` checks and counts who does what."""

    def __init__(self, service: Service, allowed: Callable[[Principal, str], None]) -> None:
        self._service, self._allowed = service, allowed
        self.papers = Papers(service.turns, service.limits.jobs)

    def begin_brief(self, who: Principal, request: Request) -> Paper[Briefing]:
        """The briefing of a request, to come."""
        from assistant.brief import BriefError, brief

        def work(given: Work) -> Briefing:
            try:
                return brief(self._service.engine, request, given.tell, given.aside)
            except BriefError as error:
                raise Invalid(str(error)) from None

        return self._begin(who, "brief", request, work, lambda made: made.lasting)

    def begin_themes(self, who: Principal, language: str = "en", count: int | None = None) -> Paper[Themes]:
        """The themes of all that is held, to come."""
        from assistant.themes import ThemesError, themes_of

        def work(given: Work) -> Themes:
            try:
                return themes_of(self._service.engine, language, count, given.tell, given.aside)
            except ThemesError as error:
                raise Conflict(str(error)) from None

        return self._begin(who, "themes", (language, count), work)

    def theme(self, made: Themes, name: str) -> Themes:
        """One of the themes. Raises `NotHeld`, which says what is near, where there is none of that name."""
        from assistant.themes import ThemesError

        try:
            return made.only(name)
        except ThemesError as error:
            raise NotHeld(str(error)) from None

    def compare(self, who: Principal, names: Sequence[str], language: str | None = None) -> Versions:
        """What was changed from each of two or more documents to the next."""
        from assistant.compare import CompareError, compare_versions, named

        self._allowed(who, "compare")
        if len(names) < 2:
            raise Invalid("Name two documents or more, or a topic.")
        library = self._service.library
        try:
            return compare_versions(library, [named(library, name, language) for name in names])
        except CompareError as error:
            raise NotHeld(str(error)) from None

    def begin_compare_topic(
        self, who: Principal, topic: str, names: Sequence[str] = (), language: str | None = None
    ) -> Paper[TopicComparison]:
        """What documents say on a topic, to come: those named, or those that say most."""
        from assistant.compare import CompareError, compare_topic, named

        check(who, "compare")
        if not topic.strip():
            raise Invalid("The topic is empty: say in a few words what to compare on.")
        if len(names) > MOST_SIDES:
            raise Invalid(f"{len(names)} documents are named; at most {MOST_SIDES} are compared.")
        try:
            documents = [named(self._service.library, name, language) for name in names]
        except CompareError as error:
            raise NotHeld(str(error)) from None

        def work(given: Work) -> TopicComparison:
            return compare_topic(self._service.engine, topic, documents, language, given.tell, given.aside)

        return self._begin(who, "compare", (topic, tuple(each.id for each in documents), language), work)

    def agenda(self, who: Principal, meeting: str = "", languages: Sequence[str] = ("en",)) -> AgendaCheck:
        """What an agenda announces and cites against what is held."""
        from assistant.agenda import AgendaError, agenda_meeting, check_agenda

        self._allowed(who, "agenda")
        library = self._service.library
        try:
            return check_agenda(library, self._service.engine.catalogue, agenda_meeting(library, meeting), languages)
        except AgendaError as error:
            raise NotHeld(str(error)) from None

    def publication(
        self, made: Briefing | Themes | Versions | TopicComparison, language: str, address: Address | None = None
    ) -> Publication:
        """What was made as a publication, its places as links where an `address` is given. Whoever was given it may
        have it so."""
        from assistant.brief import Briefing
        from assistant.brief.paper import publication_of as briefing_paper
        from assistant.compare import TopicComparison, Versions
        from assistant.compare.paper import publication_of_texts, publication_of_topic
        from assistant.themes.paper import publication_of as themes_paper

        library = self._service.library
        match made:
            case Briefing():
                return briefing_paper(made, library, address)
            case Versions():
                return publication_of_texts(made, library, language, address)
            case TopicComparison():
                return publication_of_topic(made, library, language, address)
            case _:
                return themes_paper(made, library, address)

    def ready(self, form: str, language: str) -> None:
        """Raises `Conflict` where a program or a font for a file is not installed, before it is worked for."""
        from assistant.publish import PublishError, ready

        try:
            ready(form, language)
        except PublishError as error:
            raise Conflict(str(error)) from None

    def file(self, who: Principal, publication: Publication, form: str) -> bytes:
        """A publication as a file. Raises `Conflict` where the program that writes it is not installed."""
        from assistant.publish import PublishError, render

        # A program of its own writes these, whoever made what stands in them.
        self._allowed(who, "brief" if form in ("docx", "pdf") else "documents")
        try:
            return render(publication, form)
        except PublishError as error:
            raise Conflict(str(error)) from None

    def _begin(
        self,
        who: Principal,
        operation: str,
        asked: Hashable,
        work: Callable[[Work], T],
        lasting: Callable[[T], bool] = lambda _: True,
    ) -> Paper[T]:
        from assistant.brief.parts import state_of

        check(who, operation)
        engine = self._service.engine
        key = (operation, asked, state_of(engine.library, engine.signature))
        # What is there already costs no more than looking at a document.
        self._allowed(who, "documents" if self.papers.held(key) else operation)
        return self.papers.take(key, work, lasting, client=who.client)
