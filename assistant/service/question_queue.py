"""Turns at the models. One question at a time uses them; the others wait in a queue that has an end. Clients take turns, whoever
has asked most; those with a key or an account come before those without, who have every fourth turn at least.

More threads answer no faster: the models compute on all cores by themselves, and Python runs one thread at a time
(docs/decisions.md). What computes in the background, embedding passages, takes turns with the questions: a
question waits for one batch at most, and a batch for a few questions: a document that goes in costs the questions
behind it more than its embedding, since what is remembered of the library is made anew.

Who waits for something elsewhere, a model behind the network, is `away`: the turn goes to the next question, and comes back
before any that has not begun."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from assistant.access.principal import STRANGERS, own_part, strangers_part
from assistant.service_errors import Overloaded, ServiceFault, TooMany, stopping
from assistant.settings import Settings
from corpus.models import EmbeddingModels

if TYPE_CHECKING:
    from corpus.embedding import Embedder


T = TypeVar("T")

BETWEEN = 3
"""Questions that are answered before a batch has its turn, where questions wait."""
AHEAD = 3
"""Turns in a row of clients with a key or an account, where others wait."""
REMEMBERED = 1_000
"""Clients of whom it is known when they had their last turn."""


class Rota(Generic[T]):
    """What waits for one thread, of each client one piece in turn, so that who brings many waits for them alone. Closed, it gives what
    it has and then None."""

    def __init__(self) -> None:
        self._come, self._closed = threading.Condition(), False
        self._waiting: dict[str, deque[T]] = {}

    def put(self, client: str, piece: T) -> None:
        """Takes a piece of a client's."""
        with self._come:
            self._waiting.setdefault(client, deque()).append(piece)
            self._come.notify()

    def get(self) -> T | None:
        """The first piece of the client whose turn it is, once there is one; the client steps behind the others then."""
        with self._come:
            self._come.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return None
            client, own = next(iter(self._waiting.items()))
            del self._waiting[client]
            piece = own.popleft()
            if own:
                self._waiting[client] = own
            return piece

    def close(self) -> None:
        """Takes leave of who waits for more."""
        with self._come:
            self._closed = True
            self._come.notify()


@dataclass(eq=False)
class _Waiting:
    work: Callable[[], Any]
    future: Future[Any]
    clients: tuple[str, ...]
    """The client; of one who has neither key nor account the origin, too, and that they are a stranger."""
    since: float


class Turns:
    """Pieces of work, one at a time: by one thread, and one more for each piece that is away.

    `places`: how many may wait, those that are away among them, of which strangers leave a quarter to those with a key or an account;
    `per_client`: how many of them may be one client's, or of clients who share an origin; `patience`: seconds that one waits at most to begin. Closed, it takes nothing new and does what it has taken.
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
        self._queue: list[_Waiting] = []  # as they came
        self._turns = self._ahead = 0  # that were taken, and of these in a row by the known while strangers waited
        self._last: dict[str, int] = {}  # the last turn of each client
        self._clients: Counter[str] = Counter()
        self._closed = self._given_up = False
        self._turn: threading.Thread | None = None  # whose turn it is, of those that answer
        self._turn_since = 0.0
        self._batch: threading.Thread | None = None  # whose turn it is, of those in the background
        self._batches_wait = 0
        self._since = 0  # questions that were answered since the last batch
        self._away: dict[threading.Thread, _Waiting] = {}
        self._working: dict[threading.Thread, _Waiting] = {}
        self._returning = 0  # of those away, who wait for the turn
        self._idle = self._threads = 0
        self._mean = 0.5
        with self._state:
            self._begin_thread()

    @classmethod
    def of(cls, chosen: Settings) -> Turns:
        """Those of a service with these settings."""
        return cls(places=chosen.queue, per_client=max(1, chosen.queue // 2), patience=chosen.queue_seconds)

    def take(self, work: Callable[[], T], client: str, origin: str = "") -> Future[T]:
        """Queues work; the future holds what it returns or raises. With an `origin` the client has a part of what all clients of
        this origin have together. Raises `TooMany` or `Overloaded` at once."""
        with self._state:
            if self._closed:
                raise stopping()
            self._sweep()
            waiting = len(self._queue) + len(self._away)
            full = waiting >= self._places or (origin and self._clients[STRANGERS] >= strangers_part(self._places))
            if self._clients[client] >= own_part(self._per_client, client, origin):
                raise self._too_many("questions-yours", self._clients[client])
            if origin and self._clients[origin] >= self._per_client:
                raise self._too_many("questions-address", self._clients[origin])
            if full:
                seconds = self._wait_for(waiting)
                raise Overloaded("questions-wait", count=waiting, seconds=seconds, retry_after=seconds)
            future: Future[T] = Future()
            clients = (client, origin, STRANGERS) if origin else (client,)
            self._queue.append(_Waiting(work, future, clients, self._clock()))
            self._clients.update(clients)
            self._state.notify_all()
            return future

    @property
    def waiting(self) -> int:
        """How many wait to begin."""
        with self._state:
            self._sweep()
            return len(self._queue)

    @property
    def elsewhere(self) -> int:
        """How many are away."""
        with self._state:
            return len(self._away)

    @contextmanager
    def away(self) -> Iterator[None]:
        """What lies within only waits: the turn is given up, and taken again at the end. Without effect for who has none.
        Raises `Overloaded` where the queue was closed meanwhile and no longer waits for what it had taken."""
        me = threading.current_thread()
        with self._state:
            has_turn = self._turn is me
            if has_turn:
                if not self._idle:
                    self._begin_thread()
                self._away[me] = self._working[me]
                self._clients.update(self._away[me].clients)
                self._release()
        try:
            yield
        finally:
            if has_turn:
                self._return(me)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A turn for work in the background, between two questions. To be short. Who has the turn already keeps it."""
        me = threading.current_thread()
        if me in (self._turn, self._batch):
            yield
            return
        with self._state:
            self._batches_wait += 1
            self._state.wait_for(
                lambda: not self._batch and not self._turn and (self._since >= BETWEEN or not self._queue)
            )
            self._batches_wait -= 1
            self._batch = me
        try:
            yield
        finally:
            with self._state:
                self._batch, self._since = None, 0
                self._state.notify_all()

    def close(self, grace: float) -> bool:
        """Takes nothing new; waits for what was taken, `grace` seconds at most. Says whether all was done."""
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

    def _too_many(self, which: str, before: int) -> TooMany:
        seconds = self._wait_for(before)
        return TooMany(which, count=before, seconds=seconds, retry_after=seconds)

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
                except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits for the result)
                    each.future.set_exception(error)
                else:
                    each.future.set_result(result)
                with self._state:
                    del self._working[me]
                    if self._turn is me:
                        self._since += 1
                        self._release()
                    if self._idle:  # another one takes what comes
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
            self._clients -= Counter(self._away.pop(me).clients)
            if self._given_up:
                raise stopping()
            self._turn, self._turn_since = me, self._clock()

    def _next(self, me: threading.Thread) -> _Waiting | None:
        """The next one whose time is not over and who is still waited for; the turn with it."""
        while True:
            with self._state:
                self._idle += 1
                self._state.wait_for(lambda: self._ready() or (self._closed and not self._queue))
                self._idle -= 1
                if not self._queue:
                    return None
                each = self._first()
                self._queue.remove(each)
                self._clients -= Counter(each.clients)
                late = self._clock() - each.since > self._patience
                if not late and each.future.set_running_or_notify_cancel():
                    self._turn, self._turn_since = me, self._clock()
                    self._working[me] = each
                    self._remember(each)
                    return each
            if late:
                seconds = self._wait_for(self.waiting)
                late_fault = Overloaded("waited-long", patience=self._patience, seconds=seconds, retry_after=seconds)
                self._refuse(each, late_fault)

    def _first(self) -> _Waiting:
        """Whose turn it is: of the known, or of strangers, the origin and the client whose last turn is longest ago."""
        known, strangers = ([each for each in self._queue if (len(each.clients) > 1) is so] for so in (False, True))
        pool = known if known and not (strangers and self._ahead >= AHEAD) else strangers
        self._ahead = self._ahead + 1 if pool is known and strangers else 0
        return min(pool, key=lambda each: [self._last.get(name, 0) for name in reversed(each.clients)])

    def _remember(self, each: _Waiting) -> None:
        self._turns += 1
        for name in each.clients:
            self._last.pop(name, None)
            self._last[name] = self._turns
        while len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]

    def _sweep(self) -> None:
        """Those who have gone keep no place from others."""
        gone = [each for each in self._queue if each.future.cancelled()]
        for each in gone:
            self._queue.remove(each)
        self._clients -= Counter(name for each in gone for name in each.clients)

    def _ready(self) -> bool:
        busy = self._turn or self._batch or self._returning
        return bool(self._queue) and not busy and not (self._batches_wait and self._since >= BETWEEN)

    @staticmethod
    def _refuse(each: _Waiting, fault: ServiceFault) -> None:
        if each.future.set_running_or_notify_cancel():
            each.future.set_exception(fault)


SECONDS = 0.2
"""How long a batch is to take: about as long as one answer."""
BATCH = 32
"""Passages at once, at most."""


class PoliteEmbedder:
    """The same model: its vectors do not change. A question waits for one batch at most."""

    def __init__(self, embedder: Embedder, turns: Turns) -> None:
        self._embedder, self._turns = embedder, turns
        self._pace = 0.05  # seconds for a passage, as it has been lately

    def __getattr__(self, name: str) -> Any:
        """Everything else is the model's own: whoever embeds a question has the turn."""
        return getattr(self._embedder, name)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """One vector a text, batch by batch."""
        made: list[NDArray[np.float32]] = []
        done = 0
        while done < len(texts):
            part = texts[done : done + max(1, min(BATCH, round(SECONDS / max(self._pace, 1e-4))))]
            with self._turns.batch():
                begun = time.perf_counter()
                made.append(self._embedder.embed_passages(part, progress))
                self._pace += 0.3 * ((time.perf_counter() - begun) / len(part) - self._pace)
            done += len(part)
        return np.concatenate(made) if made else np.empty((0, self._embedder.dimension), np.float32)


def politely(models: EmbeddingModels, turns: Turns) -> EmbeddingModels:
    """The models of a library, each taking turns."""

    def polite(model: Embedder) -> Embedder:
        return cast("Embedder", PoliteEmbedder(model, turns))

    second = models.multilingual and polite(models.multilingual)
    return EmbeddingModels(polite(models.primary), second, optional=models.optional)
