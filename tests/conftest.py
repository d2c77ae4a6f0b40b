"""Shared helpers: tiny deterministic models, a library in a temporary folder, real documents where they lie."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from databases import database
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from invoking import Cli
from ods import Ods
from word_reader import word_readers

from assistant.cli import paper_commands
from assistant.export.file_formats import render
from assistant.export.layouts import Report, build_publication
from assistant.qa.abstention import Caution
from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from assistant.qa.reader import Reader
from assistant.qa.readers import Readers
from assistant.reports.brief.briefing import Briefing, Section
from corpus.catalogue import Catalogue
from corpus.embedding import Embedder, HashEmbedder
from corpus.embedding.model_files import FileState, read_cached, write_cached
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.input_files import FileInput
from ingest.pipeline import Input, Outcome, ingest, starter_sources

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
# Hypothesis also draws the constants of whatever modules of the project are loaded, so that a test would get other examples after
# other tests. Without them it gets the same in every run.
providers._get_local_constants = lambda: providers._local_constants

_settrace = sys.settrace


def _settrace_again(hook: Callable[..., object] | None) -> None:
    """Python 3.11 refuses a trace function while another thread installs one, and a thread that coverage follows dies of it."""
    while True:
        try:
            return _settrace(hook)  # type: ignore[arg-type]
        except RuntimeError as error:
            if "another trace function" not in str(error):
                raise


if sys.version_info < (3, 12):
    sys.settrace = _settrace_again

MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Where files lie in memory, and the bytes that must be free there for those of the tests, which then wait for no disk. Who sets
`TMPDIR` has them elsewhere."""
if "TMPDIR" not in os.environ and MEMORY.is_dir():
    _there = os.statvfs(MEMORY)
    if _there.f_bavail * _there.f_frsize >= ROOM and not _there.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
AGENDA = SHARED / "documents" / "meeting" / "annotated-provisional-agenda.txt"
PROTOCOL = SHARED / "documents" / "treaties" / "A-RES-55-25-annex-III.md"
CONVENTION = SHARED / "documents" / "treaties" / "A-RES-55-25-annex-I.md"


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands for those who count what is asked in a minute, so that none ends within a test, however slow the machine is."""
    monkeypatch.setattr("time.time", lambda: 1_767_225_601.0)


@pytest.fixture(scope="session", autouse=True)
def _light_passwords() -> Iterator[None]:
    """Passwords are hashed as ever, at less cost: a fifth of a second of the processor for each would be most of many a test."""
    light = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assistant.access.accounts.PasswordHasher", light)
        yield


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach another machine: connecting anywhere but to this one fails."""
    real = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            assert address[0] in ("127.0.0.1", "::1", "localhost"), f"a test tried to reach {address}"
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of the person who runs the tests play no part; requests to this machine go to it, past any proxy."""
    for name in list(os.environ):
        if name.startswith("RAPPORTEUR_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture
def ods() -> Iterator[Ods]:
    """The service of official documents, on this machine."""
    with Ods().running() as running:
        yield running


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return Catalogue.packaged()


SHIPPED = Readers.shipped


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where converted models lie for the whole run, each in a folder of its own, so that none makes way for another."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "converted"


@pytest.fixture(scope="session")
def shipped_readers(converted: Path) -> Callable[..., Readers]:
    """The readers that ship, by their caution, loaded once in a run."""

    @cache
    def made(caution: Caution = "normal") -> Readers:
        return SHIPPED(converted, caution)

    return lambda _, *caution: made(*caution)


@pytest.fixture(autouse=True)
def _converted_once(monkeypatch: pytest.MonkeyPatch, converted: Path, shipped_readers: Callable[..., Readers]) -> None:
    """A packaged model that one test has had converted is at hand for all others, whatever folder they keep models in."""
    monkeypatch.setattr(Readers, "shipped", shipped_readers)

    def read(path: Path) -> tuple[bytes, FileState] | None:
        return read_cached(path) or read_cached(converted / path.name / path.name)

    def write(path: Path, data: bytes, source: FileState) -> None:
        write_cached(converted / path.name / path.name, data, source)

    for module in ("corpus.embedding.packaged", "assistant.qa.reader"):
        monkeypatch.setattr(f"{module}.read_cached", read)
        monkeypatch.setattr(f"{module}.write_cached", write)


@pytest.fixture
def converting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are converted into the folder in which the test keeps them."""
    monkeypatch.setattr(Readers, "shipped", SHIPPED)
    for module in ("corpus.embedding.packaged", "assistant.qa.reader"):
        monkeypatch.setattr(f"{module}.read_cached", read_cached)
        monkeypatch.setattr(f"{module}.write_cached", write_cached)


@pytest.fixture(scope="session")
def models_in(converted: Path) -> Callable[[Path], Path]:
    """Links the converted models of the readers into the data folder of a process, which then converts none."""

    def link(folder: Path) -> Path:
        names = SHIPPED(converted).names
        for name in names if len([*converted.glob("*/reader-*.onnx")]) < len(names) else ():
            Reader(name, converted / "readers").read("When?", [("", "At noon.")])
        (folder / "models").mkdir(parents=True, exist_ok=True)
        for each in converted.glob("*/[!.]*"):  # not what another process is still writing
            if not (folder / "models" / each.name).exists():
                (folder / "models" / each.name).hardlink_to(each)
        return folder

    return link


class EnglishOnly(HashEmbedder):
    """Reads English only."""

    name = fingerprint = "english"
    languages = frozenset({"en"})


OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[OpenLibrary]:
    """Opens libraries with the hashing embedder and closes those that a test leaves open."""
    opened: list[Library] = []

    def make(folder: Path | None = None, embedder: Embedder | None = None, **options: object) -> Library:
        library = Library(folder or tmp_path / "library", embedder or HashEmbedder(), SEGMENTER_VERSION, **options)  # type: ignore[arg-type]
        opened.append(library)
        return library

    yield make
    for library in opened:
        library.close()


Holding = Callable[..., Engine]


@pytest.fixture
def holding(open_library: OpenLibrary, catalogue: Catalogue) -> Holding:
    """An engine over a library that holds some texts, sources or Markdown; `reading`: with a reader that goes by words, `readers`: with
    others."""

    def make(*texts: Input | str, reading: bool = False, readers: Readers | None = None, **options: object) -> Engine:
        engine = Engine(open_library(**options), catalogue, readers=word_readers() if reading else readers)
        more(engine, *texts)
        return engine

    return make


def more(engine: Engine, *texts: Input | str) -> None:
    """Adds texts, sources or Markdown, to those from which an engine answers."""
    sources = (Input(f"{n}.md", each.encode()) if isinstance(each, str) else each for n, each in enumerate(texts))
    assert {each.result for each in add(engine.library, engine.catalogue, *sources)} <= {"added"}


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty PostgreSQL database."""
    with database() as url:
        yield url


@pytest.fixture(params=["embedded", "postgres"])
def open_either(request: pytest.FixtureRequest, open_library: OpenLibrary) -> OpenLibrary:
    """As `open_library`, once with each engine."""
    if request.param == "embedded":
        return open_library
    return partial(open_library, database=request.getfixturevalue("database_url"))


@pytest.fixture
def library(open_library: OpenLibrary) -> Library:
    """An empty library."""
    return open_library()


def add(library: Library, catalogue: Catalogue, *sources: Input) -> list[Outcome]:
    """Ingests sources and returns their outcomes."""
    return list(ingest(sources, library, catalogue))


def markdown(report: Report, library: Library, language: str = "") -> str:
    """A report as Markdown."""
    return render(build_publication(report, library, language), "md").decode()


def untimed(answer: Answer | dict[str, Any]) -> dict[str, Any]:
    """An answer in JSON, without how long it took."""
    return {**(answer if isinstance(answer, dict) else answer.to_json()), "timings": None}


def section(briefing: Briefing, key: str) -> Section:
    """The section of a briefing of that name."""
    return next(each for each in briefing.sections if each.key == key)


def documents_by_id(db: sqlite3.Connection) -> None:
    """Documents in a table without a rowid, as libraries had it at first."""
    sql = "SELECT sql FROM sqlite_master WHERE tbl_name = 'documents' AND sql IS NOT NULL ORDER BY type DESC"
    table, *indexes = (row[0] for row in db.execute(sql))
    made = f"{table.replace('documents', 'earlier', 1)} WITHOUT ROWID; INSERT INTO earlier SELECT * FROM documents"
    renamed = "DROP TABLE documents; ALTER TABLE earlier RENAME TO documents"
    db.executescript(";\n".join([made, renamed, *indexes]))


def blocks_apart(db: sqlite3.Connection) -> None:
    """Blocks in a table of their own and vectors elsewhere, as before schema 9."""
    documents_by_id(db)
    db.executescript(
        "CREATE TABLE blocks (document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,"
        " locator TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (document_id, ordinal)) WITHOUT ROWID;"
        "INSERT INTO blocks SELECT documents.id, block.key, block.value ->> 'locator', block.value FROM documents,"
        " json_each(documents.blocks) AS block;"
        "ALTER TABLE documents DROP COLUMN blocks;"
        "DROP TABLE vectors"
    )


def alive(process: int) -> bool:
    """Whether a process still runs; one that is dead and not yet buried does not."""
    status = Path(f"/proc/{process}/stat")
    if Path("/proc/self/stat").exists():
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] not in "ZX"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def at_hand(path: Path) -> Path:
    """What lies beside the project, a file or a folder; skips the test where it is not there."""
    if not path.exists():
        pytest.skip(f"{path.relative_to(SHARED.parent)} is not at hand")
    return path


def real_documents() -> list[Input]:
    """The real agenda and treaties; skips the test where they are not at hand."""
    at_hand(AGENDA)
    return [FileInput(path).open() for path in (AGENDA, PROTOCOL, CONVENTION)]


@pytest.fixture(scope="session")
def starter_library(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Library]:
    """The starter corpus, with the hashing embedder. Read only."""
    with Library(tmp_path_factory.mktemp("starter") / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        outcomes = add(library, catalogue, *starter_sources())
        assert {outcome.result for outcome in outcomes} == {"added"}
        yield library


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command line over an empty library."""
    return Cli(tmp_path / "library")


@pytest.fixture(scope="session")
def starter_folder(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """A closed library with the starter corpus, to be copied."""
    folder = tmp_path_factory.mktemp("starter-cli") / "library"
    with Library(folder, HashEmbedder(), SEGMENTER_VERSION) as library:
        add(library, catalogue, *starter_sources())
    return folder


@pytest.fixture
def starter(starter_folder: Path, tmp_path: Path) -> Cli:
    """The command line over a copy of the starter corpus."""
    shutil.copytree(starter_folder, tmp_path / "library")
    return Cli(tmp_path / "library")


@pytest.fixture(scope="session")
def starter_engine(starter_library: Library, catalogue: Catalogue) -> Engine:
    """An engine over the starter corpus, with a reader that goes by words."""
    return Engine(starter_library, catalogue, readers=word_readers())


@pytest.fixture(scope="session")
def real_library(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Library]:
    """The real agenda and treaties, with the hashing embedder. Read only."""
    sources = real_documents()
    with Library(tmp_path_factory.mktemp("real") / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        add(library, catalogue, *sources)
        yield library


@pytest.fixture(scope="session")
def whole_engine(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Engine]:
    """The real agenda and treaties with the digests that ship, and a reader that goes by words."""
    sources = [*real_documents(), *starter_sources()]
    with Library(tmp_path_factory.mktemp("whole") / "library", HashEmbedder(), SEGMENTER_VERSION) as library:
        add(library, catalogue, *sources)
        yield Engine(library, catalogue, readers=word_readers())


@pytest.fixture(scope="session")
def real_engine(real_library: Library, catalogue: Catalogue) -> Engine:
    """An engine over the real documents, with a reader that goes by words."""
    return Engine(real_library, catalogue, readers=word_readers())


@pytest.fixture
def starter_desk(monkeypatch: pytest.MonkeyPatch, starter_library: Library) -> None:
    """The commands that write papers have the starter corpus at hand."""
    from assistant.cli.backend import LibraryBackend
    from assistant.cli.command_run import command_settings, plain_errors

    @contextmanager
    def opened(_command: str) -> Iterator[LibraryBackend]:
        with plain_errors():
            yield LibraryBackend(starter_library, command_settings())

    monkeypatch.setattr(paper_commands, "open_backend", opened)
