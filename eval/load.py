"""`python -m eval.load`: many people ask one server at once, and each answer is compared with that of an idle server.

A server process over the starter corpus, as users get it, is asked by `--users` people for `--seconds`. Each asks the
next question as soon as the last is answered: first a bare FastAPI handler on the same server that returns an answer of
the same size, then Rapporteur, then Rapporteur while it ingests a folder of `--documents` documents, and once more with
the documents ingested by then. With `--soak N` it is then asked N questions, and the memory of its process is read after
each tenth of them. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from eval.bench_tools import DEADLINE, RAPPORTEUR, generated, memory_mb, run_server
from eval.cases import load_cases, shipped_sets
from eval.metrics.statistics import percentile
from eval.output import print_json

_BARE = """
import sys, json, uvicorn
from fastapi import FastAPI
app = FastAPI()
answer = json.loads(sys.argv[1])
@app.post("/api/v1/ask")
async def ask(body: dict) -> dict:
    return answer
@app.get("/api/v1/ready")
async def ready() -> dict:
    return {}
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


@dataclass
class Figures:
    """The result of one round of requests. Times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mixed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Figures to print: answers a second, times in milliseconds, errors."""
        done = len(self.times)
        return {
            "answers": done,
            "a_second": round(done / self.seconds, 2),
            "p50_ms": round((percentile(self.times, 0.5) or 0.0) * 1e3, 1),
            "p95_ms": round((percentile(self.times, 0.95) or 0.0) * 1e3, 1),
            "errors": len(self.errors),
            "mixed": self.mixed,
            **({"first_error": self.errors[0]} if self.errors else {}),
        }


async def run_users(
    url: str, users: int, seconds: float, asked: Sequence[str], expected: dict[str, Any] | None = None
) -> Figures:
    """Has many users ask at once. `expected` has the fields that each question's answer must have; without it answers
    are not compared."""
    found = Figures()
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(timeout=DEADLINE, limits=limits, trust_env=False) as client:
        begun = time.monotonic()

        async def person(number: int) -> None:
            order = random.Random(number)
            while time.monotonic() - begun < seconds:
                question = order.choice(asked)
                at = time.monotonic()
                try:
                    reply = await client.post(f"{url}/ask", json={"question": question})
                    reply.raise_for_status()
                    answer = reply.json()
                except (httpx.HTTPError, ValueError) as error:
                    found.errors.append(f"{type(error).__name__}: {error}")
                    continue
                found.times.append(time.monotonic() - at)
                known = {} if expected is None else expected[question]
                if any(answer[name] != value for name, value in known.items()):
                    found.mixed += 1

        await asyncio.gather(*(person(number) for number in range(users)))
        found.seconds = time.monotonic() - begun
    return found


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its times, which are the only part that differs."""
    return {name: value for name, value in answer.items() if name != "timings"}


def questions(most: int) -> list[str]:
    """Questions of the shipped set, in all languages."""
    asked = [case.question for case in load_cases(shipped_sets()["starter"]) if not case.history and case.question]
    return sorted(set(asked), key=lambda text: (len(text) * 7919) % 997)[:most]


def reference_answers(url: str, asked: Sequence[str]) -> dict[str, Any]:
    """The answer to each question on a server without other requests."""
    with httpx.Client(timeout=DEADLINE, trust_env=False) as client:
        return {each: without_times(client.post(f"{url}/ask", json={"question": each}).json()) for each in asked}


def write_documents(folder: Path, count: int) -> Path:
    """Creates a folder of documents about subjects unrelated to the questions."""
    folder.mkdir()
    words = "harbour winter lantern ferry rope tide signal keel mast anchor pilot chart beacon"
    for number in range(count):
        (folder / f"{number:04}.md").write_text(generated(40, number, words.split()), encoding="utf-8")
    return folder


def soak(url: str, pid: int, count: int, asked: Sequence[str]) -> list[float]:
    """The memory of the server in MB after each tenth of many questions, four of which are asked at once."""

    async def some(number: int, offset: int) -> None:
        async with httpx.AsyncClient(timeout=DEADLINE, trust_env=False) as client:
            for n in range(offset, number, 4):
                reply = await client.post(f"{url}/ask", json={"question": asked[n % len(asked)]})
                reply.raise_for_status()

    async def all_of(number: int) -> None:
        await asyncio.gather(*(some(number, offset) for offset in range(4)))

    seen = [memory_mb(pid)]
    for _ in range(10):
        asyncio.run(all_of(count // 10))
        seen.append(memory_mb(pid))
    return [round(each, 1) for each in seen]


def main() -> None:
    """Measures, and prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--users", type=int, default=50, help="People who ask at once.")
    parser.add_argument("--seconds", type=float, default=60.0, help="Duration.")
    parser.add_argument("--documents", type=int, default=100, help="Documents that are ingested meanwhile.")
    parser.add_argument("--questions", type=int, default=100, help="Number of different questions.")
    parser.add_argument("--soak", type=int, default=0, help="Questions after which memory must be as before.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "RAPPORTEUR_DATA_DIR": f"{folder}/library",
            "RAPPORTEUR_RATE": "0",
            "RAPPORTEUR_RATE_ADDRESS": "0",
            "RAPPORTEUR_QUEUE": str(max(100, 4 * given.users)),
        }
        told: dict[str, Any] = {"users": given.users, "seconds": given.seconds}
        asked = questions(given.questions)
        with run_server(env) as (url, _, server):
            api = f"{url}/api/v1"
            expected = reference_answers(api, asked)
            alone = asyncio.run(run_users(api, 1, min(20.0, given.seconds), asked, expected))
            told["one_user"] = alone.to_json()
            told["many_users"] = asyncio.run(run_users(api, given.users, given.seconds, asked, expected)).to_json()
            # Documents that come in may change what the best answer is; whose it is its question tells.
            whose = {question: {"question": answer["question"]} for question, answer in expected.items()}
            papers = write_documents(Path(folder) / "papers", given.documents)
            command, told_to = [*RAPPORTEUR, "ingest", str(papers)], {**os.environ, **env}
            with subprocess.Popen(command, env=told_to, stdout=subprocess.DEVNULL) as reading:
                beside = asyncio.run(run_users(api, given.users, given.seconds, asked, whose))
                told["while_reading"] = {**beside.to_json(), "still_reading": reading.poll() is None}
                reading.send_signal(signal.SIGINT)
            # More documents are searched now than before, which takes its time too.
            told["after_reading"] = asyncio.run(run_users(api, given.users, given.seconds, asked, whose)).to_json()
            if given.soak:
                told["memory_mb"] = soak(api, server.pid, given.soak, asked)
        bare_server = [sys.executable, "-c", _BARE, json.dumps(expected[asked[0]])]
        with run_server({}, words=bare_server) as (url, *_):
            few = run_users(f"{url}/api/v1", given.users, min(20.0, given.seconds), asked)
            told["bare_handler"] = asyncio.run(few).to_json()
    print_json(told, 1)


if __name__ == "__main__":
    main()
