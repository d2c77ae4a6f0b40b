"""Metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)


class Metrics:
    """The metrics of one service, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        counter = partial(Counter, registry=self._registry)
        seconds = partial(Histogram, buckets=_SECONDS, registry=self._registry)
        self._requests = counter(
            "rapporteur_requests", "Requests by method, route and status.", ("method", "route", "status")
        )
        self._request_seconds = seconds("rapporteur_request_seconds", "Seconds of a request by route.", ("route",))
        self._answers = counter("rapporteur_answers", "Answers by status and language.", ("status", "language"))
        self._answer_seconds = seconds("rapporteur_answer_seconds", "Seconds of answering, without waiting.")
        self._refused = counter("rapporteur_refused", "Questions that were not taken, by reason.", ("reason",))
        self._files = counter("rapporteur_files", "Files by what became of them.", ("result",))

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a finished request; status 0: the client disconnected."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def count_answer(self, status: str, language: str, seconds: float) -> None:
        """Counts an answer."""
        self._answers.labels(status, language).inc()
        self._answer_seconds.observe(seconds)

    def count_refusal(self, reason: str) -> None:
        """Counts a question that was not accepted."""
        self._refused.labels(reason).inc()

    def count_file(self, result: str) -> None:
        """Counts the outcome of a file."""
        self._files.labels(result).inc()

    def add_gauge(self, name: str, help_text: str, value: Callable[[], float]) -> None:
        """Adds a gauge whose value is computed when metrics are read."""
        Gauge(f"rapporteur_{name}", help_text, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Returns all metrics in Prometheus' text format."""
        return generate_latest(self._registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
