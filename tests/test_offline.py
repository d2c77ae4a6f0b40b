"""Nothing reaches for the network: reading, searching and answering work where every connection fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from invoking import BOATS, ROOT, write

GUARD = """
import os
import socket


def _refuse(name):
    def refused(*arguments, **_):
        with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{name} {arguments[-3:]}\\n")
        raise OSError(f"there is no network ({name})")

    return refused


for _name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, _name, _refuse(_name))
for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "create_connection"):
    setattr(socket, _name, _refuse(_name))
"""


class Offline:
    """Runs Python where every attempt to reach something is refused and logged."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "network.log"
        self.library = folder / "library"
        write(folder / "guard" / "sitecustomize.py", GUARD)
        self.env = {
            **os.environ,
            "PYTHONPATH": str(folder / "guard"),
            "PYTHONUTF8": "1",
            "HOME": str(folder / "home"),
            "NETWORK_LOG": str(self.log),
            "RAPPORTEUR_DATA_DIR": str(self.library),
            "RAPPORTEUR_EMBEDDING": "minilm",
        }

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, env=self.env
        )

    def rapporteur(self, *arguments: str) -> str:
        """Stdout of a command that must succeed without a single attempt at the network."""
        done = self.python("-m", "assistant.cli", *arguments)
        assert done.returncode == 0, done.stderr
        assert not self.log.exists(), self.log.read_text(encoding="utf-8")
        return done.stdout


@pytest.fixture
def offline(tmp_path: Path, models_in: Callable[[Path], Path]) -> Offline:
    made = Offline(tmp_path)
    models_in(made.library)
    return made


def test_the_guard_refuses_and_logs_every_attempt(offline: Offline) -> None:
    attempts = [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socket().connect(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 80)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "urllib.request.urlopen('http://127.0.0.1:9/')",
    ]
    code = f"import socket, urllib.request\nfor each in {attempts}:\n try: eval(each)\n except OSError as error: print(error)"
    said = offline.python("-W", "ignore", "-c", code).stdout.splitlines()
    assert len(said) == len(attempts)
    assert all("there is no network" in each for each in said)
    assert len(offline.log.read_text(encoding="utf-8").splitlines()) == len(attempts)


def test_the_demo_needs_no_network(offline: Offline) -> None:
    out = offline.rapporteur("demo")
    assert "3–5 p.m." in out
    assert "CTOC/COP/WG.7/2021/1" in out


def test_reading_asking_and_keeping_need_no_network(offline: Offline, tmp_path: Path) -> None:
    assert offline.rapporteur("ingest", str(write(tmp_path / "boats.md", BOATS))).startswith("added")
    assert "A note on boats" in offline.rapporteur("ask", "What do boats need?")
    assert "reindexed" in offline.rapporteur("reindex")
    assert "sound" in offline.rapporteur("doctor")


@pytest.mark.parametrize("first", ["assistant.cli", "corpus.embedding", "eval.systems", "app"])
def test_the_runtime_of_the_models_notes_nothing_for_its_maker(tmp_path: Path, first: str) -> None:
    offline = Offline(
        tmp_path
    )  # what is native code asks for no leave of Python's sockets: it keeps what it is to send
    offline.env.pop("ORT_DISABLE_TELEMETRY", None)
    done = offline.python("-c", f"import {first}, onnxruntime, time; onnxruntime.get_device(); time.sleep(0.3)")
    assert done.returncode == 0, done.stderr
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []
