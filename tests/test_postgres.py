"""The PostgreSQL engine: the same answers as the embedded one, shared by several processes, never half changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import OpenLibrary, add, real_documents
from databases import cut, ordinary_role
from filelock import FileLock
from invoking import Cli
from word_reader import word_readers

from assistant.access.access_store import AccessStore
from assistant.access.accounts import Accounts, Keys
from assistant.access.audit import Audit
from assistant.access.principal import Role
from assistant.qa.engine import Engine
from assistant.service.jobs import Job, JobHistory, Jobs
from assistant.service_errors import Conflict
from assistant.service_factory import open_service
from assistant.settings import load_settings
from corpus.catalogue import Catalogue
from corpus.corpus_errors import DocumentNotFound, LibraryBusy, LibraryError, LibraryStale
from corpus.documents import Document, Passage, SearchScope
from corpus.embedding import HashEmbedder
from corpus.feedback import make_feedback
from corpus.library import Library
from corpus.migration import copy_library
from corpus.sources import SourceRecord
from corpus.store.postgres import _WRITING, Postgres
from corpus.store.postgres_tables import missing_extensions
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input, starter_sources

ASKED = {
    "en": "When does the Protocol enter into force, and who ratifies it?",
    "fr": "Quand le bateau doit-il allumer sa lanterne verte ?",
    "es": "¿Cuándo debe encender el barco su farol verde?",
    "ru": "Когда судно должно зажечь зелёный фонарь?",
    "ar": "متى يجب على السفينة أن تشعل الفانوس الأخضر؟",
    "zh": "船舶何时必须点亮绿灯?",
}
TEXTS = {
    "fr": "# Note\n\n1. Le bateau allume sa lanterne verte au port.\n\n2. Le maître du port sonne la cloche.\n",
    "es": "# Nota\n\n1. El barco enciende su farol verde en el puerto.\n\n2. El capitán toca la campana.\n",
    "ru": "# Записка\n\n1. Судно зажигает зелёный фонарь в порту.\n\n2. Начальник порта звонит в колокол.\n",
    "ar": "# مذكرة\n\n1. تشعل السفينة الفانوس الأخضر في الميناء.\n\n2. يقرع رئيس الميناء الجرس.\n",
    "zh": "# 说明\n\n1. 船舶在港口点亮绿灯。\n\n2. 港务长敲钟。\n",
}


@pytest.fixture
def library(open_library: OpenLibrary, database_url: str) -> Library:
    """An empty library in the database."""
    return open_library(database=database_url)


def papers() -> list[Input]:
    """A text in each language beside the starter corpus and the real documents."""
    own = [Input(f"{language}.md", text.encode(), language=language) for language, text in TEXTS.items()]
    return [*starter_sources(), *real_documents(), *own]


def test_both_engines_find_the_same_and_answer_the_same(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    held = open_library()
    shared = open_library(tmp_path / "shared", database=database_url)
    for library in (held, shared):
        add(library, catalogue, *papers())
    assert held.passage_counts() == shared.passage_counts()
    assert shared.verify() == []
    engines = [Engine(each, catalogue, readers=word_readers()) for each in (held, shared)]
    for language, text in ASKED.items():
        tokens = engines[0].question(text, language).tokens(language)
        one, two = ([hit.passage_id for hit in each.lexical_search(tokens, language, 10)] for each in (held, shared))
        assert one, language
        # Both shorten the lengths of passages to a byte, each in its own way.
        assert one[0] == two[0], language
        assert len(set(one) & set(two)) >= 0.8 * len(one), language
        vector = held.models.embed_query(text, held.embedder)
        near, alike = held.vector_search(vector, 10), shared.vector_search(vector, 10)
        assert [cosine for _, cosine in near] == pytest.approx([cosine for _, cosine in alike], abs=1e-5)
    for text in ("When is item 3 taken up?", "When does the Smuggling of Migrants Protocol enter into force?"):
        first, second = (each.ask(text) for each in engines)
        assert first.status == second.status == "answered"
        assert [each.text for each in first.statements] == [each.text for each in second.statements]


def test_what_one_process_changes_the_others_see(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.library_reader.CHECK_INTERVAL", 0.0)
    one, two = (open_library(tmp_path / name, database=database_url) for name in ("one", "two"))
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    assert two.passage_counts() == {"en": 1}
    (header,) = two.headers()
    assert "lamps" in two.document(header.id).text
    add(two, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry bells.\n"))
    assert "bells" in one.document(header.id).text
    two.remove(header.id)
    assert one.versions().keys == {}
    with pytest.raises(DocumentNotFound):
        one.document(header.id)


def test_a_document_that_another_process_removes_in_the_middle_of_a_question_is_not_missed(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.library_reader.CHECK_INTERVAL", 0.0)
    one, two = (open_library(tmp_path / name, database=database_url) for name in ("one", "two"))
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry green lamps.\n"),
        Input("carts.md", b"# Carts\n\n1. Carts carry green lamps, too.\n"))  # fmt: skip
    engine = Engine(one, catalogue, readers=word_readers())
    found = one.passages_by_id
    calls = iter([True])

    def removing(ids: Any) -> Any:
        passages = found(ids)
        if next(calls, False):
            two.remove("boats:en:upload")
        return passages

    assert {header.id for header in one.headers()} == {"boats:en:upload", "carts:en:upload"}
    monkeypatch.setattr(one, "passages_by_id", removing)
    answer = engine.ask("What carry green lamps?")
    assert {citation.document for citation in answer.citations} == {"carts:en:upload"}


def test_an_error_in_the_middle_of_adding_leaves_the_database_as_it_was(
    library: Library, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))

    def broken(*_: object) -> None:
        raise LibraryError("the server is out of room")

    with monkeypatch.context() as patch:
        patch.setattr("corpus.store.postgres_tables._vector_text", broken)
        with pytest.raises(LibraryError, match="out of room"):
            add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry bells.\n"))
    assert "lamps" in library.document("boats:en:upload").text
    assert library.verify() == []


def test_a_lost_connection_is_made_again_and_no_transaction_goes_on_without_its_beginning(
    library: Library, database_url: str, catalogue: Catalogue
) -> None:
    add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    cut(database_url)
    assert len(library.headers()) == 1
    noted = SourceRecord("one", "one.md", "0", "1", "refused")

    def cut_in_the_middle() -> None:
        with library._db.transaction():
            library._store.sources.save(noted)
            cut(database_url)
            library._store.sources.save(replace(noted, origin="two"))

    with pytest.raises(LibraryError, match="does not respond"):
        cut_in_the_middle()
    assert [each.origin for each in library.sources()] == ["boats.md"]
    assert library.verify() == []


def test_after_a_crash_of_the_server_the_index_of_words_is_made_again_once(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    one, two = (open_library(tmp_path / name, database=database_url) for name in ("one", "two"))
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))

    def word_index(library: Library) -> int:
        found = library._store._db.execute("SELECT 'index_en_words'::regclass::oid").fetchone()[0]
        assert isinstance(found, int)
        return found

    before = word_index(one)
    cut(database_url)
    assert word_index(one) == before  # the server did not crash
    one._store._db.execute("TRUNCATE index_sound")  # as PostgreSQL does with unlogged tables
    cut(database_url)
    assert one.lexical_search(["lamp"], "en", 5)
    after = word_index(one)
    assert after != before
    assert two.lexical_search(["lamp"], "en", 5)
    assert word_index(two) == after
    assert one.verify() == []


def test_after_a_crash_a_session_that_may_only_read_ranks_without_the_index_of_words(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    one = open_library(tmp_path / "one", database=database_url)
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    reading = f"{database_url}&options=-c%20default_transaction_read_only%3Don"
    (ranked,) = open_library(tmp_path / "before", database=reading).lexical_search(["lamp"], "en", 5)
    assert one.lexical_search(["lamp"], "en", 5) == [ranked]
    one._store._db.execute("TRUNCATE index_sound")  # as PostgreSQL does with unlogged tables
    (other,) = open_library(tmp_path / "after", database=reading).lexical_search(["lamp"], "en", 5)
    assert (other.passage_id, other.score != ranked.score) == (ranked.passage_id, True)


def test_after_a_crash_a_role_that_owns_nothing_ranks_without_the_index_of_words_until_the_owner_has_opened_the_library(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    owned = open_library(tmp_path / "owned", database=database_url)
    add(owned, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    with ordinary_role(database_url) as url:
        role = url.rpartition("%3D")[2]
        owned._store._db.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        owned._store._db.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        found = owned.lexical_search(["lamp"], "en", 5)
        owned._store._db.execute("TRUNCATE index_sound")  # as PostgreSQL does with unlogged tables
        with open_library(tmp_path / "others", database=url) as library:
            (hit,) = library.lexical_search(["lamp"], "en", 5)
            assert (hit.passage_id, hit.score != found[0].score) == (found[0].passage_id, True)
            add(library, catalogue, Input("buoys.md", b"# Buoys\n\n1. Buoys carry lamps.\n"))
            assert len(library.lexical_search(["lamp"], "en", 5)) == 2
        with open_library(tmp_path / "again", database=database_url):
            pass
        with open_library(tmp_path / "then", database=url) as library:
            assert library.lexical_search(["lamp"], "en", 5) == owned.lexical_search(["lamp"], "en", 5)


def test_a_replica_that_can_only_be_read_answers(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    with (
        open_library(tmp_path / "primary", database=database_url) as primary,
        AccessStore(tmp_path, database=database_url),
    ):
        add(primary, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry green lamps.\n"))
        told = "CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql RETURN TRUE"
        primary._store._db.execute(told)  # as a replica says of itself
    replica = f"{database_url}&options=-c%20default_transaction_read_only%3Don%20-c%20search_path%3Dpublic,pg_catalog"
    library = open_library(tmp_path / "replica", database=replica)
    with psycopg.connect(database_url) as admin:
        admin.execute("DROP INDEX index_en_words")  # it is of no use on a replica
    answer = Engine(library, catalogue, readers=word_readers()).ask("What carry green lamps?")
    assert answer.status == "answered"
    for change in (lambda: library.remove("boats:en:upload"), lambda: library.reindex(segmenter(library.models))):
        with pytest.raises(LibraryError, match="is read-only, as a replica is: it answers, but nothing can be added"):
            change()
    with AccessStore(tmp_path, database=replica) as store:
        assert Accounts(store).all() == []


def test_a_scope_holds_while_searching(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, *(
        Input(f"n{n:02}.md", f"# Note {n}\n\n1. Boats carry lamp {n} at night.\n\n2. Masters ring bell {n}.\n".encode()) for n in range(40)
    ))  # fmt: skip
    scope = SearchScope(frozenset({"n07:en:upload", "n21:en:upload"}), frozenset())
    alone = {each.id for document in scope.document_ids for each in library.passages(document)}
    tokens = ["boat", "lamp", "night"]
    assert {hit.passage_id for hit in library.lexical_search(tokens, "en", 10, scope)} == alone
    assert {
        key for key, _ in library.vector_search(library.models.embed_query("lamps", library.embedder), 10, scope)
    } == alone
    some = SearchScope(scope.document_ids, frozenset(sorted(alone)[:1]))
    assert {
        hit.passage_id for hit in library.lexical_search(tokens, "en", 10, some)
    } == alone - some.excluded_passage_ids


def test_a_passage_has_the_same_score_in_a_scope_as_in_the_whole_library(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, *starter_sources(), *(
        Input(f"n{n:02}.md", f"# Note {n}\n\n1. {'Boats carry lamps at night. ' * (7 * n + 1)}\n\n2. Masters ring bells {n}.\n".encode())
        for n in range(12)
    ))  # fmt: skip
    tokens = ["boat", "lamp", "bell", "protocol", "2000", "nowhere"]
    everywhere = {hit.passage_id: hit.score for hit in library.lexical_search(tokens, "en", 1_000)}
    scope = SearchScope(frozenset(each for each in library.document_ids() if each.startswith("note")), frozenset())
    inside = {hit.passage_id: hit.score for hit in library.lexical_search(tokens, "en", 1_000, scope)}
    assert len(inside) > 12
    best = sorted((everywhere[key] for key in inside), reverse=True)[:5]
    few = library.lexical_search(tokens, "en", 5, scope)  # few in much: ranked by the index
    assert ([hit.score for hit in few], {hit.passage_id for hit in few} - {*inside}) == (best, set())
    # What the index has not yet written into its files it measures exactly, later in steps.
    assert inside == pytest.approx({key: everywhere[key] for key in inside}, rel=0.02)


def test_the_nearest_passages_are_found_as_when_all_are_compared(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, *(
        Input(f"n{n:03}.md", f"# Note {n}\n\n1. {' '.join(f'word{(n * k) % 97}' for k in range(1, 12))}.\n".encode()) for n in range(300)
    ))  # fmt: skip
    all_of_it = SearchScope(frozenset(library.document_ids()), frozenset())
    found = 0
    for n in range(20):
        vector = library.models.embed_query(f"word{n} word{n + 30}", library.embedder)
        near, exact = (
            library._indexes.vector_search(vector, "en", 50),
            library._indexes.vector_search(vector, "en", 50, all_of_it),
        )
        assert all(cosine == pytest.approx(dict(exact)[key], abs=1e-5) for key, cosine in near if key in dict(exact))
        found += len({key for key, _ in near} & {key for key, _ in exact})
    assert found >= 0.99 * 20 * 50


def _search_indexes(library: Library) -> list[str]:
    made = "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'index_en_%' AND indexname <> 'index_en_document'"
    return sorted(row[0] for row in library._store._db.execute(made) if row[0] != "index_en_pkey")


def test_a_library_that_was_filled_at_once_finds_the_same(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    held = open_library(tmp_path / "held")
    shared = open_library(tmp_path / "shared", database=database_url)
    complete = _search_indexes(shared)
    with shared.loading():
        add(shared, catalogue, *starter_sources())
        assert _search_indexes(shared) == []
        assert {hit.passage_id for hit in shared.lexical_search(["smuggl"], "en", 5)}
    add(held, catalogue, *starter_sources())
    assert _search_indexes(shared) == complete != []
    assert shared.verify() == []
    found = [[hit.passage_id for hit in each.lexical_search(["lamp", "smuggl"], "en", 10)] for each in (held, shared)]
    assert found[0] == found[1] != []
    with shared.loading():  # it has documents, so its indexes stay
        assert _search_indexes(shared) == complete


def test_others_can_search_while_one_process_fills_a_library(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    one, other = (open_library(tmp_path / name, database=database_url) for name in ("one", "other"))
    with one.loading():
        add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
        (during,) = other.lexical_search(["lamp"], "en", 5)
    assert other.lexical_search(["lamp"], "en", 5) == one.lexical_search(["lamp"], "en", 5) != [during]


def test_indexes_that_were_left_out_when_filling_was_broken_off_are_made_when_it_is_opened_again(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    library = open_library(tmp_path / "one", database=database_url)
    complete = _search_indexes(library)

    def fill() -> None:
        with library.loading():
            add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill()
    assert _search_indexes(library) == []
    again = open_library(tmp_path / "two", database=database_url)
    assert _search_indexes(again) == complete
    assert again.verify() == []
    assert again.lexical_search(["lamp"], "en", 5)


def test_reindexing_makes_the_tables_anew(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    library._store._db.execute("DELETE FROM index_en")
    assert library.verify() == [
        "vector index: 1 passages have no vector",
        "lexical index (en): 0 passages that are not in the library, 1 missing",
    ]
    library.reindex(segmenter(library.models))
    assert library.verify() == []


def test_others_go_on_reading_while_one_process_reindexes(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    one, other = (open_library(tmp_path / name, database=database_url) for name in ("one", "other"))
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))
    segment, found = segmenter(one.models), []

    def reading(document: Document) -> Sequence[Passage]:
        found.append(len(other.lexical_search(["lamp"], "en", 5)))
        return segment(document)

    one.reindex(reading)
    assert found == [1]


def test_another_model_asks_for_a_reindex_which_changes_the_tables(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_library(database=database_url) as library:
        add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))

    class Short(HashEmbedder):
        fingerprint = "another model"
        dimension = 8

        def embed_query(self, text: str) -> Any:
            return super().embed_query(text)[:8]

        def embed_passages(self, texts: Any, progress: Any = None) -> Any:
            return super().embed_passages(texts, progress)[:, :8]

    with pytest.raises(LibraryStale, match="rapporteur reindex"):
        Library(tmp_path, Short(), SEGMENTER_VERSION, database=database_url)
    with Library(tmp_path, Short(), SEGMENTER_VERSION, database=database_url, accept_stale=True) as stale:
        stale.reindex(segmenter(stale.models))
    with Library(tmp_path, Short(), SEGMENTER_VERSION, database=database_url) as mended:
        assert mended.verify() == []
        assert mended.dense_search("boats", 3)


def test_a_library_moves_there_and_back_and_goes_on_where_it_was_broken_off(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    source = open_library()
    add(source, catalogue, *starter_sources())
    source.add_feedback(make_feedback("What is said?", "en", 1))
    target = open_library(tmp_path / "there", database=database_url)
    begun = copy_library(source, target)
    first = next(begun)
    begun.close()
    assert first[1]
    copied = dict(copy_library(source, target))
    assert not copied.pop(first[0])
    assert all(copied.values())
    assert not any(new for _, new in copy_library(source, target))
    assert target.verify() == []
    assert target.sources() == source.sources()
    assert [each.question for each in target.feedback()] == ["What is said?"]
    back = open_library(tmp_path / "back")
    assert all(new for _, new in copy_library(target, back))
    assert {h.id: source.stored_document(h.id).digest for h in source.headers()} == {
        h.id: back.stored_document(h.id).digest for h in back.headers()
    }


def test_what_was_copied_and_is_removed_goes_when_it_is_copied_again_and_nothing_else(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    source, target = open_library(), open_library(tmp_path / "there", database=database_url)
    boats, carts, bells = (Input(f"{n}.md", f"# {n}\n\n1. Of {n}.\n".encode()) for n in ("boats", "carts", "bells"))
    add(source, catalogue, boats, carts, bells)
    add(target, catalogue, Input("own.md", b"# Own\n\n1. Of its own.\n"))
    list(copy_library(source, target))
    source.remove("boats:en:upload")
    source.remove("bells:en:upload")
    target.remove("bells:en:upload")
    add(target, catalogue, Input("bells.md", b"# Bells\n\n1. Others, put there since.\n"))
    list(copy_library(source, target))
    assert target.document_ids() == ["bells:en:upload", "carts:en:upload", "own:en:upload"]
    assert target.verify() == []
    list(copy_library(source, target))
    assert target.document_ids() == ["bells:en:upload", "carts:en:upload", "own:en:upload"]


def test_what_was_copied_and_is_removed_goes_also_where_a_later_copy_of_it_was_broken_off(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = open_library(), open_library(tmp_path / "there")
    add(source, catalogue, Input("boats.md", b"# Boats\n\n1. Of boats.\n"))
    list(copy_library(source, target))
    add(source, catalogue, Input("boats.md", b"# Boats\n\n1. Of boats and lamps.\n"))

    def break_off(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(target, "add_with_vectors", break_off)
        with pytest.raises(OSError, match="killed"):
            list(copy_library(source, target))
    assert target.document_ids() == ["boats:en:upload"]
    source.remove("boats:en:upload")
    list(copy_library(source, target))
    assert target.document_ids() == []
    assert target.copied() == {}


def test_the_command_copies_there_and_back_and_doctor_looks_at_the_database(database_url: str, tmp_path: Path) -> None:
    here, there = Cli(tmp_path / "here"), Cli(tmp_path / "there", {"RAPPORTEUR_DATABASE_URL": database_url})
    paper = tmp_path / "boats.md"
    paper.write_text("# Boats\n\n1. Boats carry green lamps.\n", encoding="utf-8")
    assert here("ingest", paper).code == 0
    first, again = (here("migrate", "--to", database_url) for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert "1 of 1 documents" in first.out
    assert "0 of 1 documents" in again.out
    assert "green lamps" in there("ask", "What do boats carry?").out
    assert there("verify").code == 0
    assert "PostgreSQL with pgvector" in there("doctor").out
    assert there("migrate", "--to", tmp_path / "back").code == 0
    assert "green lamps" in Cli(tmp_path / "back")("ask", "What do boats carry?").out
    assert there("migrate", "--to", database_url).code == 2


@pytest.mark.parametrize("to", ["postgresql+psycopg://u:s3cret@h/x", "https://u:s3cret@h/x"])
def test_another_kind_of_address_is_no_place_to_copy_to(
    to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = Cli(tmp_path / "here")("migrate", "--to", to)
    assert done.code == 2
    assert "s3cret" not in done.out + done.err
    assert not list(tmp_path.glob("*:*"))


def test_a_library_of_other_models_is_not_mixed_in(
    open_library: OpenLibrary, database_url: str, tmp_path: Path
) -> None:
    target = Library(tmp_path / "there", HashEmbedder(), "another segmenter", database=database_url)
    with target, pytest.raises(LibraryError, match="other models or segmenters"):
        list(copy_library(open_library(), target))


def test_keys_and_accounts_live_in_the_database_and_move_there(database_url: str, tmp_path: Path) -> None:
    with AccessStore(tmp_path) as before, AccessStore(tmp_path / "elsewhere", database=database_url) as after:
        key = Keys(before).create("harvest", Role.READ)[1]
        Accounts(before).add("amina", Role.STAFF, "a long enough sentence 7")
        before.copy_to(after)
        assert Keys(after).find(key) is not None
        session = Accounts(after).sign_in("amina", "a long enough sentence 7")
        assert session
        assert Accounts(after).session(session)
        Keys(before).revoke(Keys(before).all()[0].id)
        before.copy_to(after)
        assert Keys(after).find(key) is None
        assert [each.name for each in Accounts(after).all()] == ["amina"]
        assert Audit(after).count() == Audit(before).count()
        with AccessStore(tmp_path / "third", database=database_url) as other:
            Accounts(other).remove("amina")
        assert Accounts(after).all() == []
        before.copy_to(after)
        Accounts(after).add("berta", Role.STAFF, "a long enough sentence 8")
        Accounts(before).remove("amina")
        before.copy_to(after)
        assert [each.name for each in Accounts(after).all()] == ["berta"]


def test_jobs_are_remembered_in_the_database_and_left_to_the_server_that_does_them(
    database_url: str, tmp_path: Path
) -> None:
    done = Job("one", "upload", "key:x", "2026-01-01T00:00:00+00:00", state="done", counts={"added": 1})
    begun = Job("two", "upload", "key:x", "2026-01-02T00:00:00+00:00", state="running")
    with AccessStore(tmp_path / "a", database=database_url) as store:
        for job in (done, begun):
            JobHistory(store).save(job.to_json())
    with AccessStore(tmp_path / "b", database=database_url) as other:
        jobs = Jobs(history=JobHistory(other))
        assert [(each["id"], each["state"]) for each in jobs.all()] == [("two", "running"), ("one", "done")]
        with pytest.raises(Conflict, match="another server"):
            jobs.stop("two")
    with AccessStore(tmp_path / "a", database=database_url) as store:
        assert Jobs(history=JobHistory(store)).record("two")["state"] == "stopped"
        assert JobHistory(store).get("one") == done.to_json()


def test_two_processes_that_add_different_files_of_one_title_keep_both(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (open_library(tmp_path / name, database=database_url) for name in ("one", "two"))
    put = one.add_with_vectors
    first = iter([True])

    def overtaken(*given: Any, **more: Any) -> None:
        if next(first, False):
            add(two, catalogue, Input("b.md", b"# Report\n\n1. Of the second.\n"))
        put(*given, **more)

    monkeypatch.setattr(one, "add_with_vectors", overtaken)
    add(one, catalogue, Input("a.md", b"# Report\n\n1. Of the first.\n"))
    texts = {library.text for library in one.documents()}
    assert {"first" in text for text in texts} == {True, False}
    assert len(texts) == 2
    assert {record.document_id for record in one.sources()} == {header.id for header in one.headers()}


def test_a_process_does_not_go_on_with_another_model_than_the_library_is_made_anew_with(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.library_reader.CHECK_INTERVAL", 0.0)
    running = open_library(tmp_path / "running", database=database_url)
    add(running, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry lamps.\n"))

    class Other(HashEmbedder):
        fingerprint = "another model"

    with Library(tmp_path / "other", Other(), SEGMENTER_VERSION, database=database_url, accept_stale=True) as library:
        library.reindex(segmenter(library.models))
    with pytest.raises(LibraryStale, match="Start this one again"):
        add(running, catalogue, Input("carts.md", b"# Carts\n\n1. Carts carry bells.\n"))
    with pytest.raises(LibraryStale, match="Start this one again"):
        running.document("boats:en:upload")


def test_a_language_that_another_process_has_just_added_does_no_harm(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    one, two = (open_library(tmp_path / name, database=database_url) for name in ("one", "two"))
    add(one, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry green lamps.\n"),
        Input("ports.md", b"# Ports\n\n1. Les ports ont des lanternes vertes.\n", language="fr"))  # fmt: skip
    engine = Engine(one, catalogue, readers=word_readers())
    assert engine.ask("What carry green lamps?").status == "answered"
    add(two, catalogue, Input("bateaux.md", b"# Bateaux\n\n1. Les bateaux ont des lanternes vertes.\n", language="fr"))
    assert engine.ask("What carry green lamps?").status == "answered"
    assert [each.document.id for each in engine.search("green lamps")]


def test_what_no_document_can_hold_is_not_there_and_can_not_be_written(
    library: Library, database_url: str, tmp_path: Path
) -> None:
    assert library.passages_by_id(["a\0b", "\ud800"]) == {}
    with pytest.raises(DocumentNotFound):
        library.document("a\0b")
    with AccessStore(tmp_path, database=database_url) as store:
        assert Accounts(store).sign_in("a\0b", "whatever it is") is None
    with pytest.raises(LibraryError, match="NUL"):
        library.record_source(SourceRecord("one", "a\0b.md", "0", "1", "refused"))


def test_who_waits_for_another_process_to_write_is_told_after_a_while(
    open_library: OpenLibrary, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.postgres._SECONDS", 1)
    library = open_library(database=database_url)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (_WRITING,))
        with pytest.raises(LibraryError, match="Another process is writing"):
            library.add_feedback(make_feedback("What is said?", "en", 1))
    assert library.add_feedback(make_feedback("What is said?", "en", 1)) > 0


def test_a_commit_whose_reply_is_lost_is_not_said_to_have_changed_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = Postgres.execute

    def lost(db: Postgres, sql: str, values: Any = ()) -> Any:
        done = executed(db, sql, values)
        if sql == "COMMIT":
            raise LibraryError("the server does not answer")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Postgres, "execute", lost)
        with pytest.raises(LibraryError, match="not known whether"):
            library.record_source(SourceRecord("one", "one.md", "0", "1", "refused"))
    assert [each.origin for each in library.sources()] == ["one"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cr%t@127.0.0.1:9/x",
        "postgresql://u:s3cret@[127.0.0.1:9/x",
        "postgresql://u:s3cret@127.0.0.1:9/x",
    ],
)
def test_no_message_gives_a_password_away(url: str, tmp_path: Path) -> None:
    with pytest.raises(LibraryError) as told:
        Library(tmp_path, HashEmbedder(), SEGMENTER_VERSION, database=url)
    assert "s3cr" not in str(told.value)


def test_servers_that_share_a_database_need_a_folder_each(database_url: str, tmp_path: Path) -> None:
    chosen = load_settings(data_dir=tmp_path, database_url=database_url, embedding="minilm")
    with (
        FileLock(tmp_path / "server.lock"),
        pytest.raises(LibraryBusy, match="a folder each"),
        open_service(chosen),
    ):
        pass


class _Server:
    """A server with some extensions, and settings of the libraries that it has loaded."""

    def __init__(self, extensions: list[str], settings: list[str]) -> None:
        self._extensions, self._settings = extensions, settings

    def execute(self, sql: str, values: object = ()) -> Any:
        return _Rows([(each,) for each in (self._settings if "pg_settings" in sql else self._extensions)])


class _Rows(list[tuple[str]]):
    def fetchall(self) -> list[tuple[str]]:
        return self


@pytest.mark.parametrize(
    ("extensions", "settings", "missing"),
    [
        (["plpgsql"], [], ["vector", "pg_textsearch"]),
        (["vector", "pg_textsearch"], [], ["pg_textsearch"]),
        (["vector", "pg_textsearch"], ["pg_textsearch.default_limit"], []),
    ],
)
def test_extensions_that_a_server_lacks_are_named(
    extensions: list[str], settings: list[str], missing: list[str]
) -> None:
    assert missing_extensions(_Server(extensions, settings)) == missing  # type: ignore[arg-type]


@pytest.mark.parametrize("table", ["changes", "documents"])
def test_a_database_with_tables_of_another_program_is_not_used(
    table: str, open_library: OpenLibrary, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(f"CREATE TABLE {table} (what TEXT)")
        with pytest.raises(LibraryError, match=r"tables of another program.+ database of its own"):
            open_library(database=database_url)
        assert other.execute(f"TABLE {table}").fetchall() == []


def test_a_role_without_rights_is_told_what_to_ask_for_and_then_lacks_nothing(
    open_library: OpenLibrary, database_url: str
) -> None:
    with ordinary_role(database_url) as url:
        with pytest.raises(LibraryError, match=r"CREATE EXTENSION vector; CREATE EXTENSION pg_textsearch$") as told:
            open_library(database=url)
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(str(told.value).split(": ")[-1])
        open_library(database=url).close()
        with closing(Postgres(url, {})) as db:
            assert missing_extensions(db) == []


def test_without_an_index_of_words_they_are_ranked_by_postgresql_until_a_reindex_makes_one(
    open_library: OpenLibrary, database_url: str, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("corpus.store.postgres_tables.missing_extensions", lambda _: ["pg_textsearch"])
        library = open_library(database=database_url)
    add(library, catalogue, Input("boats.md", b"# Boats\n\n1. Boats carry green lamps.\n"),
        Input("carts.md", b"# Carts\n\n1. Carts carry bells.\n"))  # fmt: skip
    (only,) = library.lexical_search(["lamp"], "en", 5)
    assert {hit.passage_id for hit in library.lexical_search(["boat", "bell"], "en", 5)} > {only.passage_id}
    library.reindex(segmenter(library.models))
    assert [hit.passage_id for hit in library.lexical_search(["lamp"], "en", 5)] == [only.passage_id]
    assert library.lexical_search(["lamp"], "en", 5)[0].score != only.score
