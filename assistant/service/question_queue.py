"""Fair, bounded queue of questions. One question at a time uses the models. Clients are served round-robin, however many questions each
has queued; clients with a key or an account come before anonymous ones, who get at least every fourth turn.

More threads would answer no faster: the models compute on all cores by themselves, and Python runs one thread at a time
(docs/decisions.md). Background work (embedding passages) alternates with the questions: a question waits for one batch at
most, and a batch for a few questions, since an added document also invalidates caches, which costs the questions after it.

Work that waits for a remote model is `away`: the next question gets the turn, and the work gets it back before any question that
has not begun."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from assistant.access.principal import STRANGERS, own_part, strangers_part
from assistant.service_errors import Overloaded, ServiceFault, TooMany, stopping
from assistant.settings import Settings
from corpus.embedding.embedder import Progress
from corpus.models import EmbeddingModels

if TYPE_CHECKING:
    from corpus.embedding import Embedder


T = TypeVar("T")

BETWEEN = 3
"""Questions answered before a batch gets its turn, where questions wait."""
AHEAD = 3
"""Most consecutive turns of clients with a key or an account while anonymous ones wait."""
REMEMBERED = 1_000
"""Clients whose last turn is remembered."""
EXACT = 20
"""Pieces at the front of the queue whose order is worked out."""


class FairQueue(Generic[T]):
    """Round-robin queue, at which one thread at a time may wait: one item of each client in turn, so that a client with many items
    delays only itself. Closed, it returns the remaining items and then None."""

    def __init__(self) -> None:
        self._changed, self._closed = threading.Condition(), False
        self._waiting: dict[str, deque[T]] = {}

    def put(self, client: str, item: T) -> None:
        """Adds an item of a client."""
        with self._changed:
            self._waiting.setdefault(client, deque()).append(item)
            self._changed.notify()

    def ahead(self, is_wanted: Callable[[T], bool]) -> int | None:
        """How many items come before a waiting one, as far as is known now; None where it does not wait."""
        with self._changed:
            waiting = list(self._waiting.values())
            found = (
                (place, turn) for place, own in enumerate(waiting) for turn, each in enumerate(own) if is_wanted(each)
            )
            place, turn = next(found, (-1, -1))
            if place < 0:
                return None
            return turn + sum(min(len(o), turn + (n < place)) for n, o in enumerate(waiting) if n != place)

    def get(self, choose: Callable[[list[T]], int | None] = lambda _: 0) -> T | None:
        """Waits for and returns the first item of the next client, who then goes to the end of the rotation. `choose` returns the
        position of the next client, given the first item of each, or None to be asked again after a change or `look_again`."""
        with self._changed:
            while self._waiting or not self._closed:
                place = choose([own[0] for own in self._waiting.values()]) if self._waiting else None
                if place is not None:
                    client = [*self._waiting][place]
                    own = self._waiting.pop(client)
                    item = own.popleft()
                    if own:
                        self._waiting[client] = own
                    return item
                self._changed.wait()
            return None

    def look_again(self) -> None:
        """Wakes the consumer, which chooses again."""
        with self._changed:
            self._changed.notify()

    def remove(self, is_unwanted: Callable[[T], bool]) -> None:
        """Removes items that wait."""
        with self._changed:
            left = {client: deque(o for o in own if not is_unwanted(o)) for client, own in self._waiting.items()}
            self._waiting = {client: own for client, own in left.items() if own}
            self._changed.notify()

    def close(self) -> None:
        """Wakes the consumer, which gets None once the queue is empty."""
        with self._changed:
            self._closed = True
            self._changed.notify()


@dataclass(eq=False)
class _Waiting:
    work: Callable[[], Any]
    future: Future[Any]
    clients: tuple[str, ...]
    """The client; for an anonymous one also its origin and `STRANGERS`."""
    since: float
    tell: Callable[[int], object]
    ahead: int = -1
    """How many pieces come before it, as told last."""


@dataclass
class _Turns:
    """The turns so far: their `number`; how many of the latest in a row were of `known` clients while anonymous ones waited; the number of
    the last one of each client."""

    number: int = 0
    known: int = 0
    last: dict[str, int] = field(default_factory=dict)

    def first(self, queue: list[_Waiting]) -> _Waiting:
        """The piece to run next: of known clients, or of strangers, the one whose origin and client had their last turn longest ago."""
        known, strangers = ([each for each in queue if (len(each.clients) > 1) is so] for so in (False, True))
        pool = known if known and not (strangers and self.known >= AHEAD) else strangers
        self.known = self.known + 1 if pool is known and strangers else 0
        return min(pool, key=lambda each: [self.last.get(name, 0) for name in reversed(each.clients)])

    def remember(self, each: _Waiting) -> None:
        """Counts a turn."""
        self.number += 1
        for name in each.clients:
            self.last.pop(name, None)
            self.last[name] = self.number
        while len(self.last) > REMEMBERED:
            del self.last[next(iter(self.last))]

    def order(self, queue: list[_Waiting]) -> Iterator[_Waiting]:
        """The pieces in the order in which they run if no others come; those behind the first `EXACT` in order of arrival."""
        turns, left = replace(self, last=dict(self.last)), list(queue)
        for _ in queue[:EXACT]:
            each = turns.first(left)
            left.remove(each)
            turns.remember(each)
            yield each
        yield from left


class QuestionQueue:
    """Runs work one piece at a time: in one thread, and one more for each piece that is away.

    `places`: how many pieces may wait, including those that are away; anonymous clients leave a quarter of them to the others.
    `per_client`: how many of them may be from one client, or from all clients of one origin. `patience`: most seconds that one waits
    to begin. Closed, it accepts nothing new and finishes what it has accepted.
    """

    def __init__(
        self,
        *,
        places: int = 100,
        per_client: int = 100,
        patience: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places, self._per_client, self._patience, self._clock = places, per_client, patience, clock
        self._state = threading.Condition(threading.RLock())
        self._queue: list[_Waiting] = []  # in order of arrival
        self._turns = _Turns()
        self._closed = self._given_up = False
        self._turn: threading.Thread | None = None  # the answering thread that has the turn
        self._turn_since = 0.0
        self._batch: threading.Thread | None = None  # the background thread that has the turn
        # Background threads that wait for the turn, in order of arrival.
        self._batches: deque[threading.Thread] = deque()
        self._since = 0  # questions answered since the last batch
        self._away: dict[threading.Thread, _Waiting] = {}
        self._working: dict[threading.Thread, _Waiting] = {}
        self._returning = 0  # threads that were away and wait for the turn
        self._idle = self._threads = 0
        self._mean = 0.5
        with self._state:
            self._begin_thread()

    @classmethod
    def of(cls, settings: Settings) -> QuestionQueue:
        """Creates the queue of a service with these settings."""
        return cls(places=settings.queue, per_client=max(1, settings.queue // 2), patience=settings.queue_seconds)

    def submit(
        self, work: Callable[[], T], client: str, origin: str = "", tell: Callable[[int], object] = lambda _: None
    ) -> Future[T]:
        """Queues work; returns the future of its result. With an `origin` (anonymous clients), the client has a share of the limit of
        this origin. `tell` is called with the number of pieces before it, the one in progress included, now and whenever that has
        changed; it must not block or raise. Raises `TooMany` or `Overloaded` at once."""
        with self._state:
            if self._closed:
                raise stopping()
            self._sweep()
            waiting = [*self._queue, *self._away.values()]
            counts = Counter(name for each in waiting for name in each.clients)
            if counts[client] >= own_part(self._per_client, client, origin):
                raise self._refusal(TooMany, "questions-yours", counts[client])
            if origin and counts[origin] >= self._per_client:
                raise self._refusal(TooMany, "questions-address", counts[origin])
            if len(waiting) >= self._places or (origin and counts[STRANGERS] >= strangers_part(self._places)):
                raise self._refusal(Overloaded, "questions-wait", len(waiting))
            future: Future[T] = Future()
            clients = (client, origin, STRANGERS) if origin else (client,)
            self._queue.append(_Waiting(work, future, clients, self._clock(), tell))
            self._tell()
            self._state.notify_all()
            return future

    @property
    def waiting(self) -> int:
        """How many pieces of work wait to begin."""
        with self._state:
            self._sweep()
            return len(self._queue)

    @property
    def away_count(self) -> int:
        """How many pieces of work are away."""
        with self._state:
            return len(self._away)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Surrounds waiting for something remote: gives up the turn, and takes it again at the end. No effect in a thread without
        the turn. Raises `Overloaded` where the queue was closed meanwhile and its grace period is over."""
        me = threading.current_thread()
        with self._state:
            has_turn = self._turn is me
            if has_turn:
                if not self._idle:
                    self._begin_thread()
                self._away[me] = self._working[me]
                self._release()
        try:
            yield
        finally:
            if has_turn:
                self._return(me)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Takes a turn for short background work, between two questions; threads that wait for one take turns. A thread that has the turn
        already keeps it."""
        me = threading.current_thread()
        if me in (self._turn, self._batch):
            yield
            return
        with self._state:
            self._batches.append(me)
            self._state.wait_for(
                lambda: (
                    not (self._batch or self._turn)
                    and self._batches[0] is me
                    and (self._since >= BETWEEN or not self._queue)
                )
            )
            self._batch = self._batches.popleft()
        try:
            yield
        finally:
            with self._state:
                self._batch, self._since = None, 0
                self._state.notify_all()

    def close(self, grace: float) -> bool:
        """Accepts nothing new; waits at most `grace` seconds for accepted work. Returns whether all of it was done."""
        with self._state:
            self._closed = True
            self._state.notify_all()
            done = self._state.wait_for(lambda: not self._threads, grace)
            left = list(self._queue)
            self._queue.clear()
            self._given_up = not done
            self._state.notify_all()
        for each in left:
            self._refuse(each, stopping())
        return done and not left

    def _refusal(self, kind: type[ServiceFault], name: str, before: int) -> ServiceFault:
        seconds = self._wait_for(before)
        return kind(name, count=before, seconds=seconds, retry_after=seconds)

    def _wait_for(self, before: int) -> float:
        return float(math.ceil(max(1.0, self._mean * before)))

    def _begin_thread(self) -> None:
        threading.Thread(target=self._run, name="answering", daemon=True).start()
        self._threads += 1

    def _run(self) -> None:
        me = threading.current_thread()
        try:
            while (each := self._next(me)) is not None:
                try:
                    result = each.work()
                except BaseException as error:  # noqa: BLE001  (raised to whoever waits for the result)
                    each.future.set_exception(error)
                else:
                    each.future.set_result(result)
                with self._state:
                    del self._working[me]
                    if self._turn is me:
                        self._since += 1
                        self._release()
                    if self._idle:  # another thread takes the next piece
                        return
        finally:
            with self._state:
                self._threads -= 1
                self._state.notify_all()

    def _release(self) -> None:
        self._mean += 0.1 * (self._clock() - self._turn_since - self._mean)
        self._turn = None
        self._state.notify_all()

    def _return(self, me: threading.Thread) -> None:
        with self._state:
            self._returning += 1
            self._state.wait_for(lambda: self._given_up or (not self._turn and not self._batch))
            self._returning -= 1
            del self._away[me]
            if self._given_up:
                raise stopping()
            self._turn, self._turn_since = me, self._clock()

    def _next(self, me: threading.Thread) -> _Waiting | None:
        """Takes the turn for the next piece of work that is neither cancelled nor late; refuses late ones. None where closed and empty."""
        while True:
            with self._state:
                self._idle += 1
                self._state.wait_for(lambda: self._ready() or (self._closed and not self._queue))
                self._idle -= 1
                if not self._queue:
                    return None
                each = self._turns.first(self._queue)
                self._queue.remove(each)
                late = self._clock() - each.since > self._patience
                if not late and each.future.set_running_or_notify_cancel():
                    self._turn, self._turn_since = me, self._clock()
                    self._working[me] = each
                    self._turns.remember(each)
                    self._tell()
                    return each
            if late:
                seconds = self._wait_for(self.waiting)
                late_fault = Overloaded("waited-long", patience=self._patience, seconds=seconds, retry_after=seconds)
                self._refuse(each, late_fault)

    def _tell(self) -> None:
        """Tells the pieces that wait how many come before them."""
        self._sweep()
        for ahead, each in enumerate(self._turns.order(self._queue), 0 if self._turn is None else 1):
            if each.ahead != ahead:
                each.ahead = ahead
                each.tell(ahead)

    def _sweep(self) -> None:
        """Removes cancelled work from the queue."""
        self._queue = [each for each in self._queue if not each.future.cancelled()]

    def _ready(self) -> bool:
        busy = self._turn or self._batch or self._returning
        return bool(self._queue) and not busy and not (self._batches and self._since >= BETWEEN)

    @staticmethod
    def _refuse(each: _Waiting, fault: ServiceFault) -> None:
        if each.future.set_running_or_notify_cancel():
            each.future.set_exception(fault)


SECONDS = 0.2
"""Intended seconds of a batch: about as long as one answer."""
BATCH = 32
"""Most passages of a batch."""


class QueuedEmbedder:
    """Wraps an embedding model so that passages are embedded in batches between questions; the vectors are the same."""

    def __init__(self, embedder: Embedder, question_queue: QuestionQueue) -> None:
        self._embedder, self._queue = embedder, question_queue
        self._pace = 0.05  # seconds per passage, moving average

    def __getattr__(self, name: str) -> Any:
        """Everything else is the model's own: embedding a question happens within a turn."""
        return getattr(self._embedder, name)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Embeds texts batch by batch, one vector for each text."""
        made: list[NDArray[np.float32]] = []
        done = 0
        while done < len(texts):
            part = texts[done : done + max(1, min(BATCH, round(SECONDS / max(self._pace, 1e-4))))]
            with self._queue.batch():
                begun = time.perf_counter()
                made.append(self._embedder.embed_passages(part, progress))
                self._pace += 0.3 * ((time.perf_counter() - begun) / len(part) - self._pace)
            done += len(part)
        return np.concatenate(made) if made else np.empty((0, self._embedder.dimension), np.float32)


def with_queued_embedding(models: EmbeddingModels, question_queue: QuestionQueue) -> EmbeddingModels:
    """Wraps the embedding models of a library in `QueuedEmbedder`."""

    def wrapped(model: Embedder) -> Embedder:
        return cast("Embedder", QueuedEmbedder(model, question_queue))

    second = models.multilingual and wrapped(models.multilingual)
    return EmbeddingModels(wrapped(models.primary), second, optional=models.optional)
