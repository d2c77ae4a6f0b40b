"""The indexes of the PostgreSQL engine: one table per language with the tokens and the vector of each passage.

Lexical search uses pg_textsearch (BM25; its index answers `ORDER BY tokens <@> query`, whose scores are negative), vector search uses
pgvector (HNSW; Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
World graphs", 2016), whose graph stores vectors in half precision, which takes half of the space and is read faster; the cosines of
its hits are exact. The tokens are those of `corpus.analysis`, as in the embedded engine; each is stored as a word that no text
search configuration splits.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.analysis import analyse
from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Passage, SearchScope
from corpus.lexical import LexicalHit
from corpus.store.store import SCHEMA_VERSION

if TYPE_CHECKING:
    from corpus.store.database import Database

SETTINGS = {"enable_sort": "off", "hnsw.ef_search": "500"}
"""`enable_sort` is off so that the planner uses the order of the BM25 index, since only that index knows its scores. `hnsw.ef_search` is
the number of candidates that a vector search tracks in the graph; with fewer, near passages are missed."""
EXTENSIONS = ("vector", "pg_textsearch")
"""Those of PostgreSQL that a library uses."""
EF_CONSTRUCTION = 128
"""HNSW's `ef_construction`: candidates for the neighbours of a new passage. With pgvector's default of 64, one near passage in a hundred
is missed among 100,000."""
MAX_ROW_BYTES = 2_704
"""Bytes up to which a row is stored in one place, so that vectors are not read from a separate table: three rows fill a page."""
_K, _B = 1.2, 0.75
"""Parameters of BM25: saturation of the term frequency, and weight of the passage length. The usual values."""
COUNTED = 100
"""Passages with a word up to which they are counted; for more frequent words the number is derived from the word's weight in the BM25 index,
since counting takes some hundredths of a millisecond a passage. Removed passages count there until PostgreSQL has vacuumed the table."""
RANKED_PER_SCORED = 10
"""Passages that the BM25 index ranks in the time in which one is scored here."""
_FILLER_WORDS = 99
_FILLER = "0"  # a word that is in no passage
SPILL_AFTER = 1_000
"""New passages after which the BM25 index writes them to its files, where they are searched much faster."""
PENDING_KILOBYTES = 256
"""Kilobytes of new rows that the GIN index collects before it sorts them in; that space is not given back. With the server's default of
4,096 the index takes twice the space for 10,000 passages."""
_WORDS_VECTOR = "to_tsvector('simple', tokens)"
"""The words of a passage for PostgreSQL's own text search; a GIN index finds the passages with a word."""
_SOUND = "index_sound"
"""A table that is empty after the server ended without a shutdown: it is unlogged, and PostgreSQL empties such tables then. The BM25
index has lost its statistics in that case and finds nothing (pg_textsearch 0.6.1; its issue 350), so it is created again."""


def missing_extensions(db: Database) -> list[str]:
    """The extensions that are missing on the server: `vector`, without which nothing works, and `pg_textsearch` (which must
    also be in `shared_preload_libraries`), without which PostgreSQL's own text search is used, which ranks less well and is slower."""
    held = {row[0] for row in db.execute("SELECT name FROM pg_available_extensions")}
    # Only superusers may see `shared_preload_libraries`; everyone sees the settings of a library that is loaded.
    if not db.execute("SELECT name FROM pg_settings WHERE starts_with(name, 'pg_textsearch.')").fetchall():
        held.discard("pg_textsearch")
    return [name for name in EXTENSIONS if name not in held]


class TableIndexes:
    """The indexes as tables of the database, for vectors of the given dimension. They change in the same transaction as the
    documents."""

    def __init__(self, db: Database, dimension: int) -> None:
        self._db, self._dimension = db, dimension
        self._new_passages: Counter[str] = Counter()

    def prepare(self) -> None:
        """Creates the tables and indexes that are missing or that a crash of the server has damaged; call after the store has created its
        own tables, and after the connection was lost."""
        told = (
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean OR NOT COALESCE("
            "(SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(?)), TRUE)"
        )
        replica, may_not_create = self._db.execute(told, (_table("en"),)).fetchone()  # only owners may create indexes
        if not replica and not may_not_create and not self._is_sound():
            with self._db.transaction():
                if not self._is_sound():  # another process may have done it meanwhile
                    self._drop_indexes("words")
                    self._prepare()
        # On a replica the BM25 index does not find what was added since its first use there (pg_textsearch 0.6.1; its issue 345).
        self._trusts_bm25 = not replica and self._is_sound()

    def _has_bm25(self, language: str) -> bool:
        """Whether the BM25 index can be used; asked each time, since another process may drop it while it fills the library."""
        return self._trusts_bm25 and self._db.has_table(f"{_table(language)}_words")

    def _is_sound(self) -> bool:
        complete = self._has_all("", "_nearest") and self._db.has_table(_SOUND)
        return complete and bool(self._db.execute(f"SELECT 1 FROM {_SOUND}").fetchall())

    def _drop_indexes(self, *names: str) -> None:
        for language in LANGUAGES:
            for name in names:
                self._db.execute(f"DROP INDEX IF EXISTS {_table(language)}_{name}")

    def _has_all(self, *endings: str) -> bool:
        names = [f"{_table(language)}{ending}" for language in LANGUAGES for ending in endings]
        return all(self._db.has_table(name) for name in names)

    def open(self) -> None:
        """Does nothing: the database has them open."""

    def prepare_loading(self) -> None:
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM documents)").fetchone()[0]:
            with self._db.transaction():
                self._drop_indexes("held", "nearest", "words")

    def finish_loading(self) -> None:
        self.prepare()

    def _prepare(self) -> None:
        missing = missing_extensions(self._db)
        if "vector" in missing:
            raise LibraryError(
                "The PostgreSQL server lacks the extension pgvector, without which it cannot hold a library."
            )
        present = {row[0] for row in self._db.execute("SELECT extname FROM pg_extension")}
        extensions = "; ".join(f"CREATE EXTENSION {each}" for each in EXTENSIONS if each not in {*missing, *present})
        try:
            self._db.execute(extensions)
        except LibraryError as error:
            raise LibraryError(
                f"{error} An administrator of the server must run this once in this database: {extensions}"
            ) from None
        if self._db.execute("SELECT to_regtype('halfvec')").fetchone()[0] is None:
            raise LibraryError(
                "pgvector is older than 0.7 in this database. Update it on the server, then: ALTER EXTENSION vector UPDATE."
            )
        for language in LANGUAGES:
            table = _table(language)
            if not self._db.has_table(table):  # altering one keeps others from reading it until the transaction ends
                self._db.create(
                    f"CREATE TABLE {table} (id TEXT PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, "
                    f"document_id TEXT NOT NULL, tokens TEXT NOT NULL, vector vector({self._dimension})) "
                    f"WITH (toast_tuple_target = {MAX_ROW_BYTES});\n"
                    f"ALTER TABLE {table} ALTER COLUMN vector SET STORAGE MAIN, ALTER COLUMN tokens SET STORAGE MAIN"
                )
            self._db.create(
                f"CREATE INDEX IF NOT EXISTS {table}_document ON {table} (document_id);\n"
                f"CREATE INDEX IF NOT EXISTS {table}_held ON {table} USING gin ({_WORDS_VECTOR}) WITH (gin_pending_list_limit = {PENDING_KILOBYTES});\n"
                f"CREATE INDEX IF NOT EXISTS {table}_nearest ON {table} USING hnsw (({self._half('vector')}) halfvec_cosine_ops) "
                f"WITH (ef_construction = {EF_CONSTRUCTION})"
            )
            if not missing:
                self._db.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING bm25 (tokens) "
                    f"WITH (text_config = 'simple', k1 = {_K}, b = {_B})"
                )
        self._db.create(f"CREATE UNLOGGED TABLE IF NOT EXISTS {_SOUND} (sound BOOLEAN PRIMARY KEY)")
        self._db.execute(f"INSERT INTO {_SOUND} VALUES (TRUE) ON CONFLICT DO NOTHING")

    def add_passages(self, passages: Sequence[Passage], vectors: Sequence[np.ndarray | None], language: str) -> None:
        self._new_passages[language] += len(passages)
        rows = [
            (passage.id, passage.document_id, _tokens(passage, language), _vector_text(vector))
            for passage, vector in zip(passages, vectors, strict=True)
        ]
        self._db.executemany(f"INSERT INTO {_table(language)} VALUES (?, ?, ?, ?)", rows)

    def remove_document(self, document_id: str, language: str) -> None:
        """Does nothing: rows are deleted with their passages."""

    def update(self) -> None:
        for language, added in self._new_passages.items():
            if added >= SPILL_AFTER and self._has_bm25(language):
                self._db.execute(f"SELECT bm25_spill_index('{_table(language)}_words')")
                self._new_passages[language] = 0

    def vector_search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        query, table = _vector_text(vector), _table(language)
        if scope is None:
            found = self._db.execute(
                f"SELECT id, 1 - (vector <=> ?::vector) FROM {table} WHERE vector IS NOT NULL "
                f"ORDER BY {self._half('vector')} <=> {self._half('?')} LIMIT ?",
                (query, query, limit),
            )
        else:
            # Vectors within a scope are compared one by one: walking the graph would take long for a small scope.
            condition, values = self._scope_condition(scope)
            found = self._db.execute(
                f"WITH held AS MATERIALIZED (SELECT id, vector <=> ?::vector AS far FROM {table} "
                f"WHERE vector IS NOT NULL {condition}) SELECT id, 1 - far FROM held ORDER BY far LIMIT ?",
                (query, *values, limit),
            )
        return sorted(((key, float(cosine)) for key, cosine in found), key=lambda hit: -hit[1])

    def _half(self, vector: str) -> str:
        """The SQL for a vector in half precision, as in the index."""
        return f"{vector}::halfvec({self._dimension})"

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        held = f"vector IS NOT NULL AND {self._db.is_in_list('id')}"
        rows = self._select_all("id, vector::text", held, self._db.list_value(ids))
        return {key: np.fromstring(vector[1:-1], np.float32, sep=",") for key, vector in rows}

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None
    ) -> list[LexicalHit]:
        if not tokens or limit < 1:
            return []
        query, table = [_word(token) for token in dict.fromkeys(tokens)], _table(language)
        condition, values = self._scope_condition(scope)
        if not self._has_bm25(language):
            any_word = " | ".join(query)
            found = self._db.execute(
                f"SELECT id, -ts_rank({_WORDS_VECTOR}, to_tsquery('simple', ?)) AS score FROM {table} "
                f"WHERE {_WORDS_VECTOR} @@ to_tsquery('simple', ?) {condition} ORDER BY score LIMIT ?",
                (any_word, any_word, *values, limit),
            )
        else:
            depth = limit if scope is None else self._find_depth(table, limit, condition, values)
            if depth is None:
                return self._rank_within_scope(query, table, limit, condition, values)
            # The score is taken from the index: computing it again would cost a quarter of a millisecond a row. The inner limit is the
            # number of passages that the index ranks at first, in a scope or not; where too few are in the scope it ranks more.
            found = self._db.execute(
                f"SELECT id, score FROM (SELECT id, bm25_get_current_score() AS score FROM {table} WHERE TRUE {condition} "
                f"ORDER BY tokens <@> to_bm25query(?, '{table}_words') LIMIT {depth:d}) AS ranked LIMIT {limit:d}",
                (*values, " ".join(query)),
            )
        hits = [LexicalHit(key, -float(score)) for key, score in found if score < 0.0]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))

    def _find_depth(self, table: str, limit: int, condition: str, values: Sequence[object]) -> int | None:
        """How many of all passages the BM25 index should rank to find `limit` in a scope: twice as many as it takes if those in it are as
        good as others. None where scoring each passage of the scope is faster."""
        counted = f"SELECT count(*), (SELECT reltuples FROM pg_class WHERE oid = to_regclass(?)) FROM {table} WHERE TRUE {condition}"
        within, total = self._db.execute(counted, (table, *values)).fetchone()
        depth = math.ceil(2 * limit * max(total, within) / max(within, 1))
        return depth if depth <= RANKED_PER_SCORED * within else None

    def _rank_within_scope(
        self, query: Sequence[str], table: str, limit: int, condition: str, values: Sequence[object]
    ) -> list[LexicalHit]:
        """Like `lexical_search`, within a scope that is small in its library. The BM25 index ranks passages outside of it, too, and
        scoring single passages with it takes an eighth of a millisecond each; so they are scored here, with the same formula."""
        weights, mean = self._weights(query, table)
        damping, hits = partial(_damping, mean=mean), []
        rows = self._db.execute(f"SELECT id, ' ' || tokens || ' ' FROM {table} WHERE TRUE {condition}", values)
        for key, words in rows:
            times = {word: _term_frequency(word, words) for word in weights if f" {word} " in words}
            if times:
                damped = damping(words.count(" ") - 1)
                hits.append(LexicalHit(key, sum(weights[word] * n / (n + damped) for word, n in times.items())))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def _weights(self, words: Sequence[str], table: str) -> tuple[dict[str, float], float]:
        """The weight of each word that the BM25 index has: its inverse document frequency times k1 + 1; and the mean length of the passages. Both are
        derived from the index's scores for a text of a word alone and for one with other words."""
        scored = f"word <@> to_bm25query(word, '{table}_words')"
        scores = self._db.execute(f"SELECT word, {scored} FROM unnest(?::text[]) AS word", (list(words),)).fetchall()
        alone = {word: -float(score) for word, score in scores if score < 0.0}
        if not alone:
            return {}, math.inf
        word = max(alone, key=lambda each: alone[each])
        among = self._db.execute(
            f"SELECT (?::text || repeat(' {_FILLER}', {_FILLER_WORDS})) <@> to_bm25query(?, '{table}_words')",
            (word, word),
        )
        mean = mean_length(alone[word] / -float(among.fetchone()[0]))
        return {word: score * (1 + _damping(1, mean)) for word, score in alone.items()}, mean

    def document_frequency(self, tokens: Collection[str], language: str, total: int) -> dict[str, int]:
        table, words = _table(language), {token: _word(token) for token in tokens}
        weights = self._weights([*words.values()], table)[0] if self._has_bm25(language) else {}
        derived = {word: _passages_with(weight, total) for word, weight in weights.items()}
        sql = f"SELECT count(*) FROM {table} WHERE {_WORDS_VECTOR} @@ to_tsquery('simple', ?)"
        return {
            token: known
            if (known := derived.get(word, 0)) > COUNTED
            else int(self._db.execute(sql, (word,)).fetchone()[0])
            for token, word in words.items()
        }

    def find_indexed(self, ids: Collection[str]) -> set[str]:
        return {row[0] for row in self._select_all("id", self._db.is_in_list("id"), self._db.list_value(ids))}

    def count_vectors(self) -> int:
        return sum(row[0] for row in self._select_all("count(*)", "vector IS NOT NULL"))

    def count_lexical(self, language: str) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM {_table(language)}").fetchone()[0])

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        return self._stored_ids(ids, language, "vector IS NOT NULL")

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        return self._stored_ids(ids, language, "TRUE")

    def _stored_ids(self, ids: Sequence[str], language: str, which: str) -> set[str]:
        sql = f"SELECT id FROM {_table(language)} WHERE {which} AND {self._db.is_in_list('id')}"
        return {row[0] for row in self._db.execute(sql, (self._db.list_value(ids),))}

    def prepare_rebuild(self) -> dict[str, str]:
        # Rows are replaced with their documents; tables are recreated only where the dimension has changed or they are of an earlier
        # version.
        earlier = "SELECT EXISTS (SELECT 1 FROM stamp WHERE name = 'schema' AND value <> ?)"
        outdated = self._db.execute(earlier, (str(SCHEMA_VERSION),)).fetchone()[0]
        for language in LANGUAGES:
            table = _table(language)
            found = self._db.execute(
                "SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'vector'", (table,)
            )
            if outdated or [row[0] for row in found] != [self._dimension]:
                self._db.execute(f"DROP TABLE IF EXISTS {table}")
        self._prepare()
        return {}

    def rebuild(self) -> None:
        self.prepare()

    def close(self) -> None:
        """Does nothing: the engine closes the database."""

    def _scope_condition(self, within: SearchScope | None) -> tuple[str, list[object]]:
        if within is None:
            return "", []
        scope, values = f"AND {self._db.is_in_list('document_id')}", [self._db.list_value(sorted(within.document_ids))]
        if within.excluded_passage_ids:
            scope += f" AND NOT ({self._db.is_in_list('id')})"
            values.append(self._db.list_value(sorted(within.excluded_passage_ids)))
        return scope, values

    def _select_all(self, columns: str, where: str, *values: object) -> Iterable[Any]:
        for language in LANGUAGES:
            yield from self._db.execute(f"SELECT {columns} FROM {_table(language)} WHERE {where}", values)


def _table(language: str) -> str:
    return f"index_{language}"


def _tokens(passage: Passage, language: str) -> str:
    """The indexed text of a passage: its tokens, those of its heading twice."""
    heading = analyse(passage.heading, language)
    return " ".join(map(_word, [*heading, *heading, *analyse(passage.text, language)]))


def _word(token: str) -> str:
    """A token as a word of letters and digits: itself where it consists of lower-case Latin letters, otherwise a hash that contains a
    digit, so that the two never collide."""
    if token.isascii() and token.isalpha() and token.islower():
        return token
    return f"w0{blake2b(token.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def _term_frequency(word: str, words: str) -> int:
    """How often a word occurs in a text whose words all have a space before and after them."""
    adjacent = f" {word} {word} " in words  # `count` would miss the second, since they share a space
    return words.split(" ").count(word) if adjacent else words.count(f" {word} ")


def mean_length(ratio: float) -> float:
    """The mean length of the passages of an index, in words. `ratio` is the score of a text of one word, divided by the score of that
    word with `_FILLER_WORDS` others. Infinite for a ratio of 1: the index has no statistics yet and ignores lengths."""
    if ratio <= 1.0:
        return math.inf
    return _K * _B * (_norm(_FILLER_WORDS + 1) - ratio * _norm(1)) / ((1 + _K * (1 - _B)) * (ratio - 1))


def _passages_with(weight: float, total: int) -> int:
    """The number of passages with a word, from its weight in an index of `total` passages: the inverse document frequency solved for it."""
    odds = math.expm1(weight / (1 + _K))
    return round((total + 0.5 - 0.5 * odds) / (1 + odds))


def _damping(length: int, mean: float) -> float:
    """The length-dependent term that BM25 adds to the term frequency in the denominator."""
    return _K * (1 - _B) + _K * _B * _norm(length) / mean


def _norm(length: int) -> int:
    """The length of a text as the BM25 index stores it: with four significant bits above 24 (SmallFloat of Apache Lucene)."""
    above = length - 24
    shift = max(0, above.bit_length() - 4)
    return length if above < 0 else 24 + (above >> shift << shift)


def _vector_text(vector: np.ndarray | None) -> str | None:
    """A vector in pgvector's text format."""
    return None if vector is None else f"[{','.join(f'{each:.9g}' for each in vector.tolist())}]"
