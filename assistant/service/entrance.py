"""Who may do what, how often, and when: decided in one place for every operation of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.access import Principal, check
from assistant.access.rates import COSTLY, Rates
from assistant.faults import stopping

Noted = Callable[[Principal, str, str], None]
"""Told who does what to what, for the audit log."""


class Entrance:
    """What every part of the service asks first. `rates` counts requests, `noted` hears what staff do."""

    def __init__(self, rates: Rates | None, noted: Noted) -> None:
        self._rates, self._noted = rates, noted
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether the service was told to stop."""
        return self._stopping

    def admit(self, who: Principal, operation: str, counted: str | None = None) -> Principal:
        """Lets a request in, before more is read of it than what it is to be: checks whether somebody may do an operation,
        and counts it as `counted`, by default as that. Pass what this gives to the other methods: they do not count it again."""
        check(who, operation)
        self._check(who, counted or operation)
        return replace(who, counted=counted or operation)

    def _check(self, who: Principal, operation: str) -> None:
        """The one place where it is decided who may do what, how often, and when."""
        check(who, operation)
        if self._rates is not None:
            self._rates.count(who, operation)
        if self._stopping and operation in COSTLY:
            raise stopping()
