"""`python -m eval.load`: many people ask one server at once, and each answer is compared with that of an idle server.

`--users` people ask a server process over the starter corpus, in its default configuration, for `--seconds`; each asks
the next question as soon as the last is answered. This is measured with Rapporteur, with Rapporteur while a folder of
`--documents` documents is added, again with those of them that were added, and with a bare FastAPI handler on the same
server software that returns an answer of the same size. With `--soak N` the server is then asked N questions, and the
memory of its process is measured after each tenth of them. Prints JSON.
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from eval.bench_tools import DEADLINE, RAPPORTEUR, generate_text, memory_mb, run_server
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
    """One round of requests: times in seconds, errors, and the number of `mixed` answers, which match another question."""

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
    url: str, users: int, seconds: float, questions: Sequence[str], expected: Mapping[str, dict[str, Any]]
) -> Figures:
    """Simulates many users that ask at once. `expected` has, by question, the fields that its answer must have, if any."""
    figures = Figures()
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(timeout=DEADLINE, limits=limits, trust_env=False) as client:
        start = time.monotonic()

        async def person(number: int) -> None:
            order = random.Random(number)
            while time.monotonic() - start < seconds:
                question = order.choice(questions)
                sent = time.monotonic()
                try:
                    reply = await client.post(f"{url}/ask", json={"question": question})
                    reply.raise_for_status()
                    answer = reply.json()
                except (httpx.HTTPError, ValueError) as error:
                    figures.errors.append(f"{type(error).__name__}: {error}")
                    continue
                figures.times.append(time.monotonic() - sent)
                if any(answer[name] != value for name, value in expected.get(question, {}).items()):
                    figures.mixed += 1

        await asyncio.gather(*(person(number) for number in range(users)))
        figures.seconds = time.monotonic() - start
    return figures


def measure_users(*arguments: Any) -> dict[str, Any]:
    """The figures of `run_users`."""
    return asyncio.run(run_users(*arguments)).to_json()


def questions(most: int) -> list[str]:
    """Loads at most `most` questions of the shipped set, in all languages."""
    texts = [case.question for case in load_cases(shipped_sets()["starter"]) if not case.history and case.question]
    return sorted(set(texts), key=lambda text: (len(text) * 7919) % 997)[:most]


def reference_answers(url: str, questions: Sequence[str]) -> dict[str, Any]:
    """The answer to each question on a server without other requests, without its times, the only part that varies."""
    with httpx.Client(timeout=DEADLINE, trust_env=False) as client:
        answers = {question: client.post(f"{url}/ask", json={"question": question}).json() for question in questions}
    for answer in answers.values():
        answer.pop("timings", None)
    return answers


def write_documents(folder: Path, count: int) -> Path:
    """Creates a folder of documents about subjects unrelated to the questions."""
    folder.mkdir()
    words = "harbour winter lantern ferry rope tide signal keel mast anchor pilot chart beacon"
    for number in range(count):
        (folder / f"{number:04}.md").write_text(generate_text(40, number, words.split()), encoding="utf-8")
    return folder


def soak(url: str, pid: int, count: int, questions: Sequence[str]) -> list[float]:
    """The memory of the server in MB after each tenth of many questions, four of which are asked at once."""

    async def ask_part(number: int, offset: int) -> None:
        async with httpx.AsyncClient(timeout=DEADLINE, trust_env=False) as client:
            for n in range(offset, number, 4):
                reply = await client.post(f"{url}/ask", json={"question": questions[n % len(questions)]})
                reply.raise_for_status()

    async def ask_all(number: int) -> None:
        await asyncio.gather(*(ask_part(number, offset) for offset in range(4)))

    memory = [memory_mb(pid)]
    for _ in range(10):
        asyncio.run(ask_all(count // 10))
        memory.append(memory_mb(pid))
    return [round(value, 1) for value in memory]


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--users", type=int, default=50, help="People who ask at once.")
    parser.add_argument("--seconds", type=float, default=60.0, help="Duration.")
    parser.add_argument("--documents", type=int, default=100, help="Documents that are ingested meanwhile.")
    parser.add_argument("--questions", type=int, default=100, help="Number of different questions.")
    parser.add_argument("--soak", type=int, default=0, help="Questions after which memory must be as before.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "RAPPORTEUR_DATA_DIR": f"{folder}/library",
            "RAPPORTEUR_RATE": "0",
            "RAPPORTEUR_RATE_ADDRESS": "0",
            "RAPPORTEUR_QUEUE": str(max(100, 4 * options.users)),
        }
        result: dict[str, Any] = {"users": options.users, "seconds": options.seconds}
        texts = questions(options.questions)
        with run_server(env) as (url, _, server):
            api = f"{url}/api/v1"
            expected = reference_answers(api, texts)
            many = partial(measure_users, api, options.users, options.seconds, texts)
            result["one_user"] = measure_users(api, 1, min(20.0, options.seconds), texts, expected)
            result["many_users"] = many(expected)
            # New documents may change the best answer, so only the question in it is compared.
            same_question = {question: {"question": answer["question"]} for question, answer in expected.items()}
            new_documents = write_documents(Path(folder) / "papers", options.documents)
            command, environment = [*RAPPORTEUR, "ingest", str(new_documents)], {**os.environ, **env}
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as ingesting:
                result["while_reading"] = {**many(same_question), "still_reading": ingesting.poll() is None}
                ingesting.send_signal(signal.SIGINT)
            # The library is larger now, so that searches take longer.
            result["after_reading"] = many(same_question)
            if options.soak:
                result["memory_mb"] = soak(api, server.pid, options.soak, texts)
        bare_server = [sys.executable, "-c", _BARE, json.dumps(expected[texts[0]])]
        with run_server({}, words=bare_server) as (url, *_):
            seconds = min(20.0, options.seconds)
            result["bare_handler"] = measure_users(f"{url}/api/v1", options.users, seconds, texts, {})
    print_json(result, 1)


if __name__ == "__main__":
    main()
