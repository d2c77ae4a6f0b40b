"""The service: every operation that a door offers, each checked for who asks, limited, and done in its turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.access import Principal
from assistant.access.access_store import AccessStore
from assistant.access.audit import Audit
from assistant.access.rate_limits import Rates
from assistant.collection import Collection
from assistant.ingestion import Keeper
from assistant.qa.engine import Engine
from assistant.service.collection_service import FOLDER, Changing, Uploads
from assistant.service.jobs import History, Jobs
from assistant.service.metrics import Metrics
from assistant.service.page_images import PagePictures
from assistant.service.paper_service import Writing
from assistant.service.question_queue import Turns
from assistant.service.question_service import Asking
from assistant.service.saved_conversations import Kept
from assistant.service_errors import Conflict, Invalid
from assistant.settings import Settings
from corpus.documents import Document
from corpus.feedback import Feedback, FeedbackError, FeedbackFull, make_feedback
from corpus.meetings import Meeting

JOBS = 100
"""Jobs that may be unfinished, and papers."""
_FIRST = "When does the meeting take place?"
"""What the server asks itself."""


class Service(Asking, Changing):
    """Rapporteur for many. Every method takes the principal that asks first, and raises a `ServiceFault` for what
    is not done. The settings that are `chosen` say how much is taken on.

    `ask` and `search` wait for their turn. Everything else is quick, and safe from any thread. In the `store` stand the audit log, the
    jobs of before, drafts and what people keep; without one there are none of these.
    """

    def __init__(
        self,
        engine: Engine,
        keeper: Keeper | None = None,
        chosen: Settings | None = None,
        *,
        turns: Turns | None = None,
        rates: Rates | None = None,
        store: AccessStore | None = None,
    ) -> None:
        self.settings = chosen or Settings.model_construct()
        self.most_upload = round(self.settings.max_upload * 1_000_000)
        """Bytes that a file may have."""
        self.engine = engine
        self.metrics = Metrics()
        self.audit = Audit(store) if store else None
        super().__init__(rates, self.audit.note if self.audit else lambda _who, _action, _target: None)
        self._log_questions = self.settings.log_questions
        self.library = engine.library
        self.collection = Collection(engine.library, engine.catalogue)
        self.turns = turns or Turns.of(self.settings)
        self.jobs = Jobs(places=JOBS, heard=self.metrics.file, history=History(store) if store else None)
        self._keeper = keeper or Keeper(engine.library, engine.catalogue)
        self._uploads = Uploads(self.library.folder / FOLDER)
        self._when_stopped: list[Callable[[], None]] = []
        self.writing = Writing(self, self._check, self._noted, store, JOBS)
        self._pictures = PagePictures(self.library, self._keeper.limits)
        self.kept = Kept(store) if store else None
        self.metrics.watch("waiting", "Questions that wait for their turn.", lambda: self.turns.waiting)
        self.metrics.watch("writing", "Questions that wait for a model.", lambda: self.turns.elsewhere)
        self.metrics.watch("jobs", "Jobs that have not ended.", lambda: self.jobs.unfinished)
        self.metrics.watch("passages", "Passages held.", lambda: sum(self.library.passage_counts().values()))

    def warm(self) -> None:
        """Has models and indexes loaded as a question does, before somebody asks one; who asks meanwhile waits as for any question."""
        self.turns.take(lambda: self.engine.ask(_FIRST, mode="quote"), "the server")

    def stop(self) -> None:
        """Takes nothing new from now on, and tells jobs to stop between two documents."""
        self.stopping = True
        self.jobs.stop_all()
        self.writing.papers.stop()
        for call in self._when_stopped:
            call()

    def when_stopped(self, call: Callable[[], None]) -> None:
        """Has something called when the service is told to stop, by whichever thread tells it."""
        self._when_stopped.append(call)

    def close(self, grace: float = 20.0) -> bool:
        """Takes nothing new, finishes the answers that were begun, stops jobs between two documents. Says whether
        all that was begun has ended within `grace` seconds."""
        self.stop()
        self._pictures.close()
        papers = self.writing.papers.close(grace)
        jobs = self.jobs.close(grace)
        return self.turns.close(grace) and jobs and papers

    # Looking

    def documents(
        self,
        who: Principal,
        *,
        text: str | None = None,
        language: str | None = None,
        edition: str | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of the held documents, and how many there are in all."""
        self._check(who, "documents")
        ids = self.collection.ids(text=text, language=language, edition=edition)
        return self.collection.records(ids[offset : offset + limit]), len(ids)

    def records(self, who: Principal, *, missing: bool = False) -> list[dict[str, Any]]:
        """All held documents, and behind them, with `missing`, what is known to exist and is not held."""
        self._check(who, "documents")
        return [*self.collection.records(), *(self.collection.missing() if missing else ())]

    def catalogue(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """A page of what is known to exist and is not held, and how many there are in all."""
        self._check(who, "catalogue")
        missing = self.collection.missing()
        return missing[offset : offset + limit], len(missing)

    def document(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """The document that a symbol, name or id means. Pass it to `collection` for its outline, blocks, versions."""
        self._check(who, "documents")
        return self.collection.one(name, language, edition)

    def picture(self, who: Principal, document: Document, page: int, words: tuple[int, int] | None = None) -> bytes:
        """A page of a document as it is printed, as PNG; the words of a span of its text are marked on it."""
        self._check(who, "documents")
        return self._pictures.picture(document, page, words)

    def passage(self, who: Principal, passage_id: str, around: int = 0) -> dict[str, Any]:
        """A passage by evidence id with its neighbours."""
        self._check(who, "documents")
        return self.collection.passage(passage_id, around)

    def meetings(self, who: Principal) -> list[Meeting]:
        """The meetings whose agendas are held."""
        self._check(who, "meetings")
        return self.library.meetings()

    def status(self, who: Principal) -> dict[str, Any]:
        """What the library holds, in numbers, and what it was made with."""
        self._check(who, "status")
        return self.collection.status()

    # Rating

    def rate(self, who: Principal, question: str, language: str, rating: int, **more: Any) -> int:
        """Keeps what somebody says about an answer, with what else `feedback_of` takes; returns its number."""
        self._check(who, "rate")
        try:
            return self.library.add_feedback(make_feedback(question, language, rating, **more))
        except FeedbackError as error:
            raise Invalid("rating-wrong", text=str(error)) from None
        except FeedbackFull as error:
            raise Conflict("ratings-full", text=str(error)) from None

    def ratings(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[Feedback], int]:
        """A page of what people said about answers, oldest first, and how much there is in all."""
        self._check(who, "ratings")
        return self.library.feedback(offset, limit), self.library.count_feedback()

    def remove_ratings(self, who: Principal, number: int) -> int:
        """Removes the ratings up to a number; returns how many there were."""
        self._check(who, "ratings")
        self._noted(who, "remove ratings", f"up to {number}")
        return self.library.remove_feedback(number)

    def cases(self, who: Principal) -> str:
        """The ratings as YAML cases of a question set, each to be reviewed."""
        from assistant.feedback_cases import to_yaml

        self._check(who, "ratings")
        return to_yaml(self.library.feedback(), self.library)

    def metrics_text(self, who: Principal) -> bytes:
        """What happened, for Prometheus."""
        self._check(who, "metrics")
        return self.metrics.text()

    @property
    def ready(self) -> bool:
        """Whether questions are taken."""
        return not self.stopping and self.turns.waiting + self.turns.elsewhere < self.settings.queue
