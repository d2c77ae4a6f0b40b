"""The jobs of before: kept beside keys and accounts, so that a restart forgets none of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.access.access_store import AccessStore
from assistant.messages import Message

KEPT = 1_000
"""Jobs that are kept, the latest ones."""
OUTCOMES = 1_000
"""Outcomes of each; the counts are of all."""
ENDED = Message("job-interrupted")
_NOTE = (
    "INSERT INTO jobs (id, server, created, state, record, outcomes) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record, outcomes = excluded.outcomes"
)
_FORGET = "DELETE FROM jobs WHERE created < (SELECT created FROM jobs ORDER BY created DESC, id LIMIT 1 OFFSET ?)"


class History:
    """The table of jobs, of all servers that share it. It is written to in the background: a job waits for no disk. Raises
    `LibraryError` where it can't be read."""

    def __init__(self, store: AccessStore) -> None:
        self._store, self._server = store, str(store.folder.resolve())

    def note(self, job: Mapping[str, Any]) -> None:
        """Keeps how a job stands."""
        self._store.later(_NOTE, *self._row(job))
        self._store.later(_FORGET, KEPT - 1)

    def begin(self) -> None:
        """Notes that this server begins: what it has left unfinished has ended."""
        unfinished = self._store.rows(
            "SELECT record, outcomes FROM jobs WHERE server = ? AND state IN ('queued', 'running')", self._server
        )
        for row in unfinished:
            job = {
                **_job(*row),
                "state": "stopped",
                "reason": str(ENDED),
                "code": ENDED.name,
                "finished": self._store.stamp(),
            }
            self._store.write(_NOTE, *self._row(job))

    def get(self, job_id: str) -> dict[str, Any] | None:
        """A job that is kept."""
        found = self._store.rows("SELECT record, outcomes FROM jobs WHERE id = ?", job_id)
        return _job(*found[0]) if found else None

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The latest jobs without their outcomes, the latest first."""
        found = self._store.rows("SELECT record, '[]' FROM jobs ORDER BY created DESC, id LIMIT ?", most)
        return [_job(*row) for row in found]

    def _row(self, job: Mapping[str, Any]) -> tuple[str, ...]:
        outcomes = json.dumps(job["outcomes"][:OUTCOMES])
        record = json.dumps({name: value for name, value in job.items() if name != "outcomes"})
        return job["id"], self._server, job["created"], job["state"], record, outcomes


def _job(record: str, outcomes: str) -> dict[str, Any]:
    return {**json.loads(record), "outcomes": json.loads(outcomes)}
