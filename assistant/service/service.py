"""The service: every operation that the interfaces offer, with access checks, rate limits and queues."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from assistant.access import Principal
from assistant.access.access_store import AccessStore
from assistant.access.audit import Audit
from assistant.access.rate_limits import RateLimits
from assistant.collection import Collection
from assistant.ingestion import CollectionUpdater
from assistant.qa.engine import Engine
from assistant.service.collection_service import FOLDER, CollectionService, Uploads
from assistant.service.jobs import JobHistory, Jobs
from assistant.service.metrics import Metrics
from assistant.service.page_images import PageImages
from assistant.service.paper_service import PaperService
from assistant.service.question_queue import QuestionQueue
from assistant.service.question_service import QuestionService
from assistant.service.saved_conversations import SavedConversations
from assistant.service_errors import Conflict, Invalid
from assistant.settings import Settings
from corpus.documents import Document
from corpus.feedback import Feedback, FeedbackError, FeedbackFull, make_feedback
from corpus.meetings import Meeting

JOBS = 100
"""Most unfinished jobs, and most unfinished papers."""
_WARM_UP = "When does the meeting take place?"
"""Question that the server answers at start so that models and indexes are loaded."""


class Service(QuestionService, CollectionService):
    """The multi-user service. Every method takes the calling principal first, and raises a `ServiceFault` where it refuses or
    fails. `settings` set the limits.

    Questions and searches are queued. Everything else is quick, and safe from any thread. The `store` contains the audit log, earlier
    jobs, drafts and saved conversations; without it there are none of these.
    """

    def __init__(
        self,
        engine: Engine,
        updater: CollectionUpdater | None = None,
        settings: Settings | None = None,
        *,
        question_queue: QuestionQueue | None = None,
        rate_limits: RateLimits | None = None,
        store: AccessStore | None = None,
    ) -> None:
        self.settings = settings or Settings.model_construct()
        self.most_upload = round(self.settings.max_upload * 1_000_000)
        """Most bytes of an uploaded file."""
        self.engine = engine
        self.metrics = Metrics()
        self.audit = Audit(store) if store else None
        super().__init__(rate_limits, self.audit.add if self.audit else lambda _who, _action, _target: None)
        self._log_questions = self.settings.log_questions
        self.library = engine.library
        self.collection = Collection(engine.library, engine.catalogue)
        self.question_queue = question_queue or QuestionQueue.of(self.settings)
        self._updater = updater or CollectionUpdater(engine.library, engine.catalogue)
        self._turns = store
        self._uploads = Uploads(self.library.folder / FOLDER)
        self.jobs = Jobs(
            places=JOBS,
            at_once=min(2, self._updater.jobs),
            on_result=self.metrics.count_file,
            history=JobHistory(store) if store else None,
        )
        self._stop_callbacks: list[Callable[[], None]] = []
        self.papers = PaperService(self, self._check, self._note_action, store, JOBS)
        self._pictures = PageImages(self.library, self._updater.limits)
        self.conversations = SavedConversations(store) if store else None
        self.metrics.add_gauge("waiting", "Questions that wait for their turn.", lambda: self.question_queue.waiting)
        self.metrics.add_gauge("writing", "Questions that wait for a model.", lambda: self.question_queue.away_count)
        self.metrics.add_gauge("jobs", "Jobs that have not ended.", lambda: self.jobs.unfinished)
        self.metrics.add_gauge("passages", "Passages held.", lambda: sum(self.library.passage_counts().values()))

    def warm(self) -> None:
        """Loads models and indexes by answering a question in the queue, before the first user asks one."""

        def load() -> None:
            self.library.open_indexes()
            self.engine.ask(_WARM_UP, mode="quote")

        self.question_queue.submit(load, "the server")

    def stop(self) -> None:
        """Accepts no new work from now on, and tells jobs to stop between two documents."""
        self.stopping = True
        self.jobs.stop_all()
        self.papers.queue.stop()
        for callback in self._stop_callbacks:
            callback()

    def when_stopped(self, callback: Callable[[], None]) -> None:
        """Registers a callback for when the service is told to stop; it runs in the thread that stops the service."""
        self._stop_callbacks.append(callback)

    def close(self, grace: float = 20.0) -> bool:
        """Accepts no new work, finishes the answers in progress, stops jobs between two documents. Returns whether all of it
        ended within `grace` seconds."""
        self.stop()
        self._pictures.close()
        end = time.monotonic() + grace
        queues = (self.papers.queue, self.jobs, self.question_queue)
        ended = [queue.close(max(0.0, end - time.monotonic())) for queue in queues]
        self._updater.close()
        return all(ended)

    # Reading

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
        """Returns a page of the stored documents, and their total number."""
        self._check(who, "documents")
        ids = self.collection.ids(text=text, language=language, edition=edition)
        return self.collection.records(ids[offset : offset + limit]), len(ids)

    def records(self, who: Principal, *, missing: bool = False) -> list[dict[str, Any]]:
        """Returns all stored documents; with `missing`, after them the catalogue's documents that are not stored."""
        self._check(who, "documents")
        return [*self.collection.records(), *(self.collection.missing() if missing else ())]

    def catalogue(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
        """Returns a page of the catalogue's documents that are not stored, and their total number."""
        self._check(who, "catalogue")
        missing = self.collection.missing()
        return missing[offset : offset + limit], len(missing)

    def document(self, who: Principal, name: str, language: str | None = None, edition: str | None = None) -> Document:
        """Returns the document that a symbol, name or id refers to. Pass it to `collection` for its outline, blocks, versions."""
        self._check(who, "documents")
        return self.collection.current_version(name, language, edition)

    def picture(self, who: Principal, document: Document, page: int, words: tuple[int, int] | None = None) -> bytes:
        """Returns a printed page of a document as PNG, with a span of its text highlighted."""
        self._check(who, "documents")
        return self._pictures.picture(document, page, words)

    def passage(self, who: Principal, passage_id: str, around: int = 0) -> dict[str, Any]:
        """Returns a passage by its evidence id, with its neighbours."""
        self._check(who, "documents")
        return self.collection.passage(passage_id, around)

    def meetings(self, who: Principal) -> list[Meeting]:
        """Returns the meetings whose agendas are stored."""
        self._check(who, "meetings")
        return self.library.meetings()

    def status(self, who: Principal) -> dict[str, Any]:
        """Returns counts of what the library contains, and the versions that it was built with."""
        self._check(who, "status")
        return self.collection.status()

    # Rating

    def rate(self, who: Principal, question: str, language: str, rating: int, **more: Any) -> int:
        """Stores a rating of an answer, with the other arguments of `feedback_of`; returns its number."""
        self._check(who, "rate")
        try:
            return self.library.add_feedback(make_feedback(question, language, rating, **more))
        except FeedbackError as error:
            raise Invalid("rating-wrong", text=str(error)) from None
        except FeedbackFull as error:
            raise Conflict("ratings-full", text=str(error)) from None

    def ratings(self, who: Principal, offset: int = 0, limit: int = 50) -> tuple[list[Feedback], int]:
        """Returns a page of the ratings, oldest first, and their total number."""
        self._check(who, "ratings")
        return self.library.feedback(offset, limit), self.library.count_feedback()

    def remove_ratings(self, who: Principal, number: int) -> int:
        """Removes the ratings up to a number; returns how many were removed."""
        self._check(who, "ratings")
        self._note_action(who, "remove ratings", f"up to {number}")
        return self.library.remove_feedback(number)

    def cases(self, who: Principal) -> str:
        """Exports the ratings as YAML cases of a question set, each to be reviewed."""
        from assistant.feedback_cases import to_yaml

        self._check(who, "ratings")
        return to_yaml(self.library.feedback(), self.library)

    def metrics_text(self, who: Principal) -> bytes:
        """Returns the metrics in Prometheus' text format."""
        self._check(who, "metrics")
        return self.metrics.text()

    @property
    def ready(self) -> bool:
        """Whether the queue accepts questions."""
        return not self.stopping and self.question_queue.waiting + self.question_queue.away_count < self.settings.queue
