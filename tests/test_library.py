"""The library: all or nothing, one owner, the same twice writes nothing, indexes that follow the documents."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import OpenLibrary, add, blocks_apart, documents_by_id
from invoking import state
from numpy.typing import NDArray
from rich.console import Console

from corpus.analysis import analyse
from corpus.catalogue import Catalogue
from corpus.corpus_errors import ConcurrentChange, LibraryBusy, LibraryError, LibraryStale
from corpus.documents import Document, DocumentError, Passage
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.store import SCHEMA_VERSION
from corpus.symbols import Symbol
from eval.kills import kill
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input

NOTE = b"# A note on boats\n\n1. Boats need a flag.\n\n2. A harbour master keeps a list of boats.\n"
CHANGED = b"# A note on boats\n\n1. Ships need a captain.\n"


def note(data: bytes = NOTE, name: str = "boats.md") -> Input:
    return Input(name, data)


@pytest.fixture
def boats(library: Library, catalogue: Catalogue) -> Library:
    """A library that holds the note on boats."""
    add(library, catalogue, note())
    return library


def words_indexed(library: Library, word: str) -> list[str]:
    return [hit.passage_id for hit in library.lexical_search(analyse(word, "en"), "en", 10)]


def test_an_added_document_is_found_by_word_and_by_meaning(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(
        library,
        catalogue,
        note(),
        Input("trains.md", b"# Trains\n\n1. A train runs on rails.\n\n2. Tickets are sold.\n"),
    )
    found = library.passages_by_id(words_indexed(library, "harbours"))
    assert any("harbour master" in passage.text for passage in found.values())
    nearest = library.passages_by_id([library.dense_search("train rails", 1)[0][0]])
    assert "train" in next(iter(nearest.values())).text.lower()
    assert library.verify() == []


def test_the_same_file_again_writes_nothing(open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path) -> None:
    library = open_library()
    assert add(library, catalogue, note())[0].result == "added"
    library.close()
    before = state(tmp_path / "library")
    library = open_library()
    assert add(library, catalogue, note())[0].result == "unchanged"
    library.close()
    assert state(tmp_path / "library") == before


def test_a_changed_file_leaves_nothing_of_the_old_one(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, note())
    old = {passage.id for passage in library.passages(next(library.documents()).id)}
    assert add(library, catalogue, note(CHANGED))[0].result == "replaced"
    assert words_indexed(library, "harbour") == []
    assert not old & {passage_id for passage_id, _ in library.dense_search("boats", 50)}
    assert len(list(library.documents())) == 1
    assert library.verify() == []


def test_different_files_of_one_title_are_both_kept(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, note(), note(CHANGED, "other.md"))
    assert sorted(document.slug for document in library.documents()) == [
        "a-note-on-boats",
        "a-note-on-boats-2",
    ]


def test_the_same_bytes_under_a_symbol_take_the_place_of_the_upload(
    open_either: OpenLibrary, catalogue: Catalogue
) -> None:
    library = open_either()
    add(library, catalogue, note())
    add(library, catalogue, Input("boats.md", NOTE, Symbol.parse("A/75/1")))
    assert [document.id for document in library.documents()] == ["A/75/1:en:official"]


def test_a_document_that_is_removed_while_it_is_looked_for_is_not_found(
    library: Library, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry flags.\n"))
    headers = list(library.iter_headers())
    assert [each.id for each in library.find_documents(headers[0].key)] == [headers[0].id]
    library.remove(headers[0].id)
    monkeypatch.setattr(library, "iter_headers", lambda: iter(headers))
    assert library.find_documents(headers[0].key) == []


def test_passages_that_stay_when_a_text_is_read_anew_are_not_embedded_again(
    open_either: OpenLibrary, catalogue: Catalogue
) -> None:
    seen: list[str] = []

    class Counting(HashEmbedder):
        def embed_passages(
            self, texts: Sequence[str], progress: Callable[[int], None] | None = None
        ) -> NDArray[np.float32]:
            seen.extend(texts)
            return super().embed_passages(texts, progress)

    library = open_either(embedder=Counting())
    flags = "## Flags\n\nBoats carry flags.\n\n"
    add(library, catalogue, note(f"# Boats\n\nOn boats.\n\n{flags}{flags}## Crew\n\nA captain leads.\n".encode()))
    assert len(seen) == len(set(seen)) == 3  # the same words under the same headings are one text
    seen.clear()
    add(library, catalogue, note(f"# Boats\n\nOn boats.\n\n## Harbours\n\nAll are public.\n\n{flags}".encode()))
    assert len(seen) == 1
    assert "All are public." in seen[0]
    held = library.passages(next(library.documents()).id)
    vectors = library.passage_vectors([each.id for each in held])
    for passage in held:
        assert np.array_equal(vectors[passage.id], library.embedder.embed_passages([passage.embedding_text])[0])
    assert library.verify() == []


def test_a_removed_document_is_gone_from_every_index(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, note())
    library.remove(next(library.documents()).id)
    assert list(library.documents()) == []
    assert words_indexed(library, "boats") == []
    assert library.dense_search("boats", 5) == []
    assert library.verify() == []
    with pytest.raises(LibraryError, match="no document"):
        library.remove("nothing")


def test_a_document_that_is_another_by_now_is_not_removed(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, note())
    (before,) = library.headers()
    add(library, catalogue, note(CHANGED))
    with pytest.raises(ConcurrentChange):
        library.remove(before.id, before.sha256)
    (now,) = library.headers()
    library.remove(now.id, now.sha256)
    assert library.document_ids() == []
    assert library.verify() == []


def test_an_error_in_the_middle_of_adding_leaves_the_library_as_it_was(
    boats: Library, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("corpus.store.embedded._bytes", broken)  # the last thing that is written
        with pytest.raises(LibraryError, match="full"):
            add(boats, catalogue, note(CHANGED))
    assert words_indexed(boats, "harbour")
    assert boats.verify() == []


def test_passages_that_do_not_cover_the_text_are_refused(open_either: OpenLibrary) -> None:
    library = open_either()
    document = Document(None, "en", "upload", "T", "some text", (), slug="t")
    with pytest.raises(ValueError, match="no passage holds"):
        library.add(document, [])
    assert list(library.documents()) == []


def test_a_second_owner_is_told_who_the_first_is(open_library: OpenLibrary, tmp_path: Path) -> None:
    first = open_library(owner="the first")
    script = (
        "import sys; from pathlib import Path\nfrom corpus.library import Library\nfrom corpus.corpus_errors import LibraryBusy\n"
        "from corpus.embedding import HashEmbedder\n"
        f"try: Library(Path({str(tmp_path / 'library')!r}), HashEmbedder(), {SEGMENTER_VERSION!r})\n"
        "except LibraryBusy as error: print(error); sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert "the first" in done.stdout
    assert str(os.getpid()) in done.stdout
    assert first.verify() == []


def test_another_model_is_refused_with_the_command_that_mends_it(boats: Library, tmp_path: Path) -> None:
    boats.close()

    class Other(HashEmbedder):
        fingerprint = "another model"

    with pytest.raises(LibraryStale, match="rapporteur reindex"):
        Library(tmp_path / "library", Other(), SEGMENTER_VERSION)
    with Library(tmp_path / "library", Other(), SEGMENTER_VERSION, accept_stale=True) as stale:
        assert stale.reindex(segmenter(stale.models)) == len(stale.passages(next(stale.documents()).id))
        assert stale.verify() == []
    with Library(tmp_path / "library", Other(), SEGMENTER_VERSION) as mended:
        assert mended.dense_search("boats", 3)


def test_damage_is_found_and_mended_by_reindexing(boats: Library, open_library: OpenLibrary) -> None:
    boats._indexes._updated_vectors().clear()
    ids = [passage.id for passage in boats.passages(next(boats.documents()).id)]
    boats._indexes._lexical.update(ids[:1], [], "en")
    boats.close()
    library = open_library()
    faults = " ".join(library.verify())
    assert "lexical index (en): 0 passages that are not in the library, 1 missing" in faults
    assert "have no vector" in faults
    library.reindex(segmenter(library.models))
    assert library.verify() == []


def test_a_library_that_changes_while_it_is_checked_has_no_faults(library: Library, catalogue: Catalogue) -> None:
    def port(n: int, more: str = "") -> Input:
        return Input(f"port-{n}.md", f"# Port {n}\n\n1. Port {n} is open.\n{more}".encode())

    add(library, catalogue, *(port(n) for n in range(4)))
    changes = iter(
        [
            lambda: library.remove("port-0:en:upload"),
            lambda: add(library, catalogue, port(1, "\n2. It has a crane.\n"), port(4), port(5)),
            lambda: library.remove("port-3:en:upload"),
        ]
    )
    assert library.verify(lambda: next(changes, lambda: None)()) == []
    assert list(changes) == []


def test_languages_that_the_model_does_not_serve_get_no_vectors(tmp_path: Path, catalogue: Catalogue) -> None:
    class English(HashEmbedder):
        languages = frozenset({"en"})

    with Library(tmp_path / "library", English(), SEGMENTER_VERSION) as library:
        russian = "# Записка\n\n1. Рабочая группа рассмотрит вопрос о незаконном ввозе мигрантов.\n".encode()
        add(library, catalogue, Input("r.md", russian), note())
        assert library.passage_counts()["ru"] == 1
        assert library.status().vectors == library.passage_counts()["en"]
        assert library.verify() == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda meta: shutil.rmtree(meta.parents[1]),
        lambda meta: meta.write_text("{", encoding="utf-8"),
        lambda meta: meta.unlink(),
        lambda meta: [path.write_bytes(b"\xaa" * path.stat().st_size) for path in meta.parent.glob("*.store")],
    ],
)
def test_a_lexical_index_that_is_lost_or_can_not_be_opened_is_made_anew(
    boats: Library, open_library: OpenLibrary, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    found = words_indexed(boats, "harbour")
    boats.close()
    harm(tmp_path / "library" / "lexical" / "en" / "meta.json")
    library = open_library()
    assert words_indexed(library, "harbour") == found != []
    assert library.verify() == []


@pytest.mark.parametrize("stop", range(1, 4))
def test_a_reindex_that_ends_early_is_gone_on_with(
    open_library: OpenLibrary, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr("corpus.store.embedded.PENDING_BATCH", 1)
    library = open_library()
    add(library, catalogue, *(Input(f"{n}.md", f"# Note {n}\n\n1. Boats need flag {n}.\n".encode()) for n in range(4)))
    calls = iter(range(stop))

    def killed(*_: object) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        taken = library._indexes._outbox.mark_done
        patch.setattr(library._indexes._outbox, "mark_done", lambda waiting: (taken(waiting), killed()))
        with pytest.raises(KeyboardInterrupt):
            library.reindex(segmenter(library.models))
    library.close()
    library = open_library()
    assert library.verify() == []
    assert library.status().vectors == library.status().passages
    assert len(words_indexed(library, "boats")) == library.status().passages


def test_a_collection_of_somebody_else_is_left_alone(boats: Library) -> None:
    client = boats._indexes._updated_vectors()._client
    for name in ("passages-of-others", "passages-multilingual"):
        client.create_collection(name, embedding_function=None)
    boats._indexes._updated_vectors().clear()
    assert [each.name for each in client.list_collections()] == ["passages-of-others"]


def test_a_word_is_counted_in_as_many_passages_as_hold_it(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    wagons = "".join(f"## Wagon {n}\n\n{n}. Wagon {n} has wheels.\n\n" for n in range(1, 140))
    add(library, catalogue, note(), Input("t.md", f"# Trains\n\n1. A train runs on rails.\n\n{wagons}".encode()))
    held = [passage for document in library.documents() for passage in library.passages(document.id)]
    for word in ("boat", "train", "rail", "zeppelin", "wheel", "wagon"):
        standing = [p for p in held if word in analyse(p.text, "en") or word in analyse(p.heading, "en")]
        assert library.document_frequency([word], "en") == {word: len(standing)}
        assert library.document_frequency(["rail", word], "en")[word] == len(standing)
    assert len(standing) > 130, "more than are counted one by one"


def test_official_text_steps_in_front_of_the_digest(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    digest = (
        b"---\nsymbol: A/75/1\nedition: digest\ntitle: On boats\nslug: boats\n---\n# On boats\n\n1. Digest of boats.\n"
    )
    add(library, catalogue, Input("digest.md", digest))
    assert library.superseded() == {}
    add(library, catalogue, Input("real.md", NOTE, Symbol.parse("A/75/1")))
    assert library.superseded() == {"A/75/1:en:digest": "A/75/1:en:official"}


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(LibraryError, match="not a folder"):
        Library(file, HashEmbedder(), SEGMENTER_VERSION)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "library.sqlite3").write_bytes(b"this is no database at all, but it is long enough to be read" * 20)
    with pytest.raises(LibraryError, match="damaged"):
        Library(broken, HashEmbedder(), SEGMENTER_VERSION)


def test_a_library_that_can_only_be_read_is_searched_by_several_and_what_would_change_it_says_so(
    boats: Library, open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "corpus.library_reader.os.access", lambda path, mode: False
    )  # who runs tests may write everywhere
    with pytest.raises(LibraryBusy, match="can only be read from here, and a process has it open"):
        open_library()
    boats.close()
    before = state(tmp_path / "library")
    first, second = open_library(), open_library()
    for each in (first, second):
        assert words_indexed(each, "harbour")
        assert each.dense_search("harbour master", 1)
        assert each.verify() == []
    with pytest.raises(LibraryError, match="cannot be written to"):
        add(first, catalogue, note(CHANGED))
    with pytest.raises(LibraryError, match="cannot be written to"):
        first.remove(first.document_ids()[0])
    first.close()
    shutil.rmtree(tmp_path / "library" / "lexical")
    assert words_indexed(open_library(), "harbour"), "an index that is lost is made anew, elsewhere"
    assert state(tmp_path / "library") == {name: kept for name, kept in before.items() if "lexical" not in name}
    with pytest.raises(LibraryError, match="cannot be written to"):
        open_library(tmp_path / "none")


def test_a_full_disk_is_said_and_nothing_is_changed(library: Library, catalogue: Catalogue) -> None:
    library._store._db.execute("PRAGMA max_page_count = 60")
    big = "\n\n".join(f"{n}. " + "word " * 150 for n in range(1, 150)).encode()
    with pytest.raises(LibraryError, match=r"disk .* is full"):
        add(library, catalogue, Input("big.md", b"# Big\n\n" + big))
    assert list(library.documents()) == []
    assert library.verify() == []


def test_a_document_whose_parts_do_not_fit_is_refused() -> None:
    with pytest.raises(DocumentError, match="language"):
        Document(None, "de", "upload", "T", "x", (), slug="t")
    with pytest.raises(DocumentError, match="neither a symbol nor a name"):
        Document(None, "en", "upload", "T", "x", ())


def test_rank_of_vectors_follows_the_cosine(open_either: OpenLibrary, catalogue: Catalogue) -> None:
    library = open_either()
    add(library, catalogue, note(), Input("t.md", b"# Trains\n\n1. A train runs on rails.\n"))
    scores = [score for _, score in library.dense_search("boats and a harbour master", 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(-1.001 <= score <= 1.001 for score in scores)
    passage = library.passages(next(library.documents()).id)[0]
    vector = library.embedder.embed_passages([passage.embedding_text])[0]
    found = dict(library.dense_search("boats and a harbour master", 10))
    expected = float(np.dot(vector, library.embedder.embed_query("boats and a harbour master")))
    assert found[passage.id] == pytest.approx(expected, abs=1e-3)


def test_what_only_the_indexes_hold_is_found_and_documents_are_looked_at_a_few_at_a_time(
    open_either: OpenLibrary, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.library_reader.HEADER_BATCH", 2)
    library = open_either()
    add(library, catalogue, *(note(f"# Note {n}\n\n1. Of boat {n}.\n".encode(), f"{n}.md") for n in range(5)))
    assert [header.id for header in library.iter_headers()] == library.document_ids()
    assert len(library.document_ids()) == 5
    assert library.passage_languages() == ["en"]
    assert (
        library.find_documents("note 3")
        == library.find_documents("note-3:en:upload")
        == [library.document("note-3:en:upload")]
    )
    assert library.verify() == []
    library.update_indexes()
    gone = library.passages("note-4:en:upload")
    passages = library._store.passages
    monkeypatch.setattr(library._store, "passages", lambda key: [] if key.startswith("note-4") else passages(key))
    faults = library.verify()
    assert len(gone) == 1
    assert "vector index: 1 vectors of passages that are not in the library" in faults
    assert "lexical index (en): 1 passages that are not in the library, 0 missing" in faults


def test_killed_at_any_instant_a_library_in_a_folder_opens_again_sound(tmp_path: Path) -> None:
    told = Console(file=io.StringIO())
    assert kill(30, tmp_path, None, 1, told)[1] == []


def test_killed_at_any_instant_processes_that_share_a_database_leave_it_sound(
    tmp_path: Path, database_url: str
) -> None:
    told = Console(file=io.StringIO())
    assert kill(20, tmp_path, database_url, 2, told)[1] == []


def test_a_library_of_before_is_indexed_anew_without_its_documents(
    boats: Library, open_library: OpenLibrary, tmp_path: Path
) -> None:
    found = boats.lexical_search(["boat"], "en", 5)
    boats.close()
    folder = tmp_path / "library"
    (folder / "learnt").mkdir()
    (folder / "learnt" / "1234.npz").write_bytes(b"learnt")
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db, db:
        blocks_apart(db)
        db.executescript(
            "CREATE TABLE subjects (row INTEGER PRIMARY KEY, document_id TEXT NOT NULL REFERENCES documents (id), phrase TEXT);"
            "INSERT INTO subjects SELECT NULL, id, 'who keeps the lamps?' FROM documents;"
            "CREATE VIRTUAL TABLE subject_index_en USING fts5(phrase);"
            "INSERT INTO subject_index_en VALUES ('who keeps the lamps');"
            "CREATE VIRTUAL TABLE passage_index_en USING fts5(heading, body);"
            "DROP TABLE outbox;"
            "CREATE TABLE outbox (passage_id TEXT PRIMARY KEY, vector BLOB, multilingual BLOB) WITHOUT ROWID;"
            "UPDATE stamp SET value = '6' WHERE name = 'schema'"
        )
    with pytest.raises(LibraryStale, match="reindex"):
        open_library()
    with Library(folder, HashEmbedder(), SEGMENTER_VERSION, accept_stale=True) as library:
        library.reindex(segmenter(library.models))
    library = open_library()
    assert library.verify() == []
    assert library.lexical_search(["boat"], "en", 5) == found
    assert library.stamp()["schema"] == str(SCHEMA_VERSION)
    library.close()
    with closing(sqlite3.connect(folder / "library.sqlite3")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
    assert not [name for name in names if "subject" in name or "passage_index" in name]
    assert not (folder / "learnt").exists()


@pytest.fixture
def by_id(boats: Library, tmp_path: Path) -> Path:
    """The database of the library of boats, closed, with documents in a table without a rowid."""
    boats.close()
    path = tmp_path / "library" / "library.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        documents_by_id(db)
    return path


def definitions(path: Path) -> dict[str, str]:
    """What a database defines of its documents, by name."""
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'documents'").fetchall())


def test_documents_that_have_no_rowid_get_one_where_they_can_be_written(
    by_id: Path, open_library: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, before = definitions(by_id), state(by_id.parent)
    with monkeypatch.context() as patch:
        patch.setattr("corpus.library_reader.os.access", lambda path, mode: False)
        with open_library() as library:
            assert library.verify() == []
            documents = list(library.documents())
            passages = [library.passages(each.id) for each in documents]
    assert state(by_id.parent) == before, "nothing was written"
    with open_library() as library:
        assert list(library.documents()) == documents
        assert [library.passages(each.id) for each in documents] == passages
        assert library.verify() == []
        assert words_indexed(library, "harbour")
        library.remove(documents[0].id)
        assert library.passages(documents[0].id) == []
        assert library.verify() == []
    now = definitions(by_id)
    assert "WITHOUT ROWID" not in now["documents"]
    assert {name for name, sql in earlier.items() if sql} == {name for name, sql in now.items() if sql}


def test_documents_whose_table_cannot_be_made_anew_stay_as_they_were(by_id: Path, open_library: OpenLibrary) -> None:
    with closing(sqlite3.connect(by_id)) as db, db:
        db.executescript("DROP INDEX documents_key; CREATE TABLE documents_key (in_the_way)")
    before = definitions(by_id)
    with pytest.raises(LibraryError, match="documents_key"):
        open_library()
    assert definitions(by_id) == before
    with closing(sqlite3.connect(by_id)) as db, db:
        db.execute("DROP TABLE documents_key")
    assert open_library().verify() == []


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the system does not count what a process reads")
def test_a_long_text_is_not_read_again_for_each_of_its_passages(library: Library) -> None:
    def read() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    lines = [f"Boats {n} {'.' * 20_000}" for n in range(200)]
    document = Document(None, "en", "upload", "Boats", "\n".join(lines), (), slug="boats")
    passages, at = [], 0
    for n, line in enumerate(lines):
        passages.append(Passage(document.id, n, at, at + len(line), "", "", n, n, line))
        at += len(line) + 1
    begun = read()
    library.add(document, passages)
    added = read()
    assert library.verify() == []
    assert added - begun < 10 * len(document.text)
    assert read() - added < 10 * len(document.text)


def test_a_library_whose_vectors_were_searched_less_widely_is_searched_as_others_are(
    boats: Library, open_library: OpenLibrary
) -> None:
    kept: Any = boats._indexes._updated_vectors()._collection("en")
    with pytest.warns(DeprecationWarning, match="legacy"):
        kept.modify(configuration={"hnsw": {"ef_search": 100}})
    boats.close()
    with open_library() as again:
        collection: Any = again._indexes._updated_vectors()._collection("en")
        assert collection.configuration_json["hnsw"]["ef_search"] == 800
        assert again.dense_search("boats", 5)
