"""The indexes of the PostgreSQL engine: a table a language with the tokens and the vector of each passage, in the database itself.

Words are ranked by pg_textsearch (BM25; its index answers `ORDER BY tokens <@> query`, whose scores are negative), vectors by
pgvector (HNSW; Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
World graphs", 2016), whose graph holds them in half precision, which takes half of the room and is read faster; what it finds is
measured exactly. The tokens are those of `corpus.analysis`, as in the embedded engine; each is stored as a word that no text
search configuration takes apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.analysis import analyse
from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES, Passage, SearchScope
from corpus.lexical import LexicalHit

if TYPE_CHECKING:
    from corpus.store.database import Database

SETTINGS = {"enable_sort": "off", "hnsw.ef_search": "500"}
"""What an index can put into order is not sorted, since only the index of words knows its scores. Of pgvector: candidates that a
search keeps in view in the graph; with fewer, near passages are missed."""
_LINKED = 128
"""Candidates among which a new passage of pgvector's graph looks for its neighbours: with its 64, one near passage in a hundred is missed
among 100,000."""
MAX_ROW_BYTES = 2_704
"""Bytes of a row up to which all of it stands in one place, so that vectors are not looked up elsewhere: three fill a page."""
_K, _B = 1.2, 0.75
"""Of BM25: how much a word counts that comes again, and how much the length of a passage. The usual values."""
_OTHERS = 99
_FILLER = "0"
"""A word that no passage holds."""
SPILL_AFTER = 1_000
"""New passages after which the index of words writes them into its files, where they are searched much faster."""
PENDING_KILOBYTES = 256
"""Kilobytes of new rows that the index of held words gathers before it sorts them in; what it gathers is room that it keeps. With the server's
4,096 it takes twice the room of 10,000 passages."""
_HELD = "to_tsvector('simple', tokens)"
"""The words of a passage as PostgreSQL's own search has them; an index tells which passages hold one."""


def missing_extensions(db: Database) -> list[str]:
    """The extensions that the server lacks, of those that are made use of: `vector`, without which nothing works, and
    `pg_textsearch` (which has to stand in `shared_preload_libraries`, too), without which words are ranked less well and
    slower, by PostgreSQL's own search."""
    held = {row[0] for row in db.execute("SELECT name FROM pg_available_extensions")}
    loaded = db.execute("SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries'").fetchall()
    if not any("pg_textsearch" in setting for (setting,) in loaded):
        held.discard("pg_textsearch")
    return [name for name in ("vector", "pg_textsearch") if name not in held]


class TableIndexes:
    """The indexes in the tables of a database, for vectors of some dimension. They change with the documents, in the same
    transaction."""

    def __init__(self, db: Database, dimension: int) -> None:
        self._db, self._dimension = db, dimension
        self._learnt: Counter[str] = Counter()

    def prepare(self) -> None:
        """Makes the tables where there are none; those of the store are there."""
        if not all(self._db.has_table(_table(language)) for language in LANGUAGES):
            with self._db.transaction():
                self._prepare()
        self._ranks = all(self._db.has_table(f"{_table(language)}_words") for language in LANGUAGES)

    def _prepare(self) -> None:
        missing = missing_extensions(self._db)
        if "vector" in missing:
            raise LibraryError(
                "The PostgreSQL server lacks the extension pgvector, without which it can't hold a library."
            )
        self._db.execute("CREATE EXTENSION IF NOT EXISTS vector")
        if self._db.execute("SELECT to_regtype('halfvec')").fetchone()[0] is None:
            raise LibraryError(
                "pgvector is older than 0.7 in this database. Update it on the server, then: ALTER EXTENSION vector UPDATE."
            )
        if not missing:
            self._db.execute("CREATE EXTENSION IF NOT EXISTS pg_textsearch")
        for language in LANGUAGES:
            table = _table(language)
            self._db.create(
                f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, "
                f"document_id TEXT NOT NULL, tokens TEXT NOT NULL, vector vector({self._dimension})) "
                f"WITH (toast_tuple_target = {MAX_ROW_BYTES});\n"
                f"ALTER TABLE {table} ALTER COLUMN vector SET STORAGE MAIN, ALTER COLUMN tokens SET STORAGE MAIN;\n"
                f"CREATE INDEX IF NOT EXISTS {table}_document ON {table} (document_id);\n"
                f"CREATE INDEX IF NOT EXISTS {table}_held ON {table} USING gin ({_HELD}) WITH (gin_pending_list_limit = {PENDING_KILOBYTES});\n"
                f"CREATE INDEX IF NOT EXISTS {table}_nearest ON {table} USING hnsw (({self._half('vector')}) halfvec_cosine_ops) "
                f"WITH (ef_construction = {_LINKED})"
            )
            if not missing:
                self._db.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING bm25 (tokens) "
                    f"WITH (text_config = 'simple', k1 = {_K}, b = {_B})"
                )

    def add_passages(self, passages: Sequence[Passage], vectors: Sequence[np.ndarray | None], language: str) -> None:
        self._learnt[language] += len(passages)
        self._db.executemany(
            f"INSERT INTO {_table(language)} VALUES (?, ?, ?, ?)",
            [
                (passage.id, passage.document_id, _tokens(passage, language), _written(vector))
                for passage, vector in zip(passages, vectors, strict=True)
            ],
        )

    def remove_document(self, document_id: str, language: str) -> None:
        """Rows go with their passages."""

    def update(self) -> None:
        for language, learnt in self._learnt.items():
            if learnt >= SPILL_AFTER and self._ranks:
                self._db.execute(f"SELECT bm25_spill_index('{_table(language)}_words')")
                self._learnt[language] = 0

    def vector_search(
        self, vector: np.ndarray, language: str, limit: int, scope: SearchScope | None = None
    ) -> list[tuple[str, float]]:
        asked, table = _written(vector), _table(language)
        if scope is None:
            found = self._db.execute(
                f"SELECT id, 1 - (vector <=> ?::vector) FROM {table} WHERE vector IS NOT NULL "
                f"ORDER BY {self._half('vector')} <=> {self._half('?')} LIMIT ?",
                (asked, asked, limit),
            )
        else:
            # Vectors within a scope are compared one by one: walking the graph would take long for a small scope.
            condition, values = self._scope_condition(scope)
            found = self._db.execute(
                f"WITH held AS MATERIALIZED (SELECT id, vector <=> ?::vector AS far FROM {table} "
                f"WHERE vector IS NOT NULL {condition}) SELECT id, 1 - far FROM held ORDER BY far LIMIT ?",
                (asked, *values, limit),
            )
        return sorted(((key, float(cosine)) for key, cosine in found), key=lambda hit: -hit[1])

    def _half(self, vector: str) -> str:
        """A vector in half precision, as the index has it."""
        return f"{vector}::halfvec({self._dimension})"

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        rows = self._each(
            "id, vector::text", f"vector IS NOT NULL AND {self._db.is_in_list('id')}", self._db.list_value(ids)
        )
        return {key: np.fromstring(vector[1:-1], np.float32, sep=",") for key, vector in rows}

    def lexical_search(
        self, tokens: Sequence[str], language: str, limit: int, scope: SearchScope | None
    ) -> list[LexicalHit]:
        if not tokens or limit < 1:
            return []
        asked, table = [_word(token) for token in dict.fromkeys(tokens)], _table(language)
        condition, values = self._scope_condition(scope)
        if not self._ranks:
            given = " | ".join(asked)
            found = self._db.execute(
                f"SELECT id, -ts_rank({_HELD}, to_tsquery('simple', ?)) AS score FROM {table} "
                f"WHERE {_HELD} @@ to_tsquery('simple', ?) {condition} ORDER BY score LIMIT ?",
                (given, given, *values, limit),
            )
        elif scope is None:
            # The score that the index has worked out: to ask for it again would cost a quarter of a millisecond a row.
            found = self._db.execute(
                f"SELECT id, bm25_get_current_score() FROM {table} ORDER BY tokens <@> to_bm25query(?, '{table}_words') LIMIT {limit:d}",
                (" ".join(asked),),
            )
        else:
            return self._ranked(asked, table, limit, condition, values)
        hits = [LexicalHit(key, -float(score)) for key, score in found if score < 0.0]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))

    def _ranked(
        self, asked: Sequence[str], table: str, limit: int, condition: str, values: Sequence[object]
    ) -> list[LexicalHit]:
        """As `words`, within a scope. The index can't be told one, and for each passage that it is asked about it takes an eighth of
        a millisecond; so the passages are scored here, as it scores them. How rare a word is, and how long passages are, is told by the
        scores that it gives to a text of that word alone and to one with others beside it."""
        scored = f"word <@> to_bm25query(word, '{table}_words')"
        told = self._db.execute(f"SELECT word, {scored} FROM unnest(?::text[]) AS word", (list(asked),)).fetchall()
        alone = {word: -float(score) for word, score in told if score < 0.0}
        if not alone:
            return []
        word, score = next(iter(alone.items()))
        among = self._db.execute(
            f"SELECT (?::text || repeat(' {_FILLER}', {_OTHERS})) <@> to_bm25query(?, '{table}_words')", (word, word)
        )
        mean = mean_length(score / -float(among.fetchone()[0]))

        def damping(length: int) -> float:
            return _damping(length, mean)

        weights = {word: score * (1 + damping(1)) for word, score in alone.items()}
        hits = []
        for key, words in self._db.execute(
            f"SELECT id, ' ' || tokens || ' ' FROM {table} WHERE TRUE {condition}", values
        ):
            times = {word: _times(word, words) for word in weights if f" {word} " in words}
            if times:
                damped = damping(words.count(" ") - 1)
                hits.append(LexicalHit(key, sum(weights[word] * n / (n + damped) for word, n in times.items())))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:limit]

    def document_frequency(self, token: str, language: str) -> int:
        found = self._db.execute(
            f"SELECT count(*) FROM {_table(language)} WHERE {_HELD} @@ to_tsquery('simple', ?)", (_word(token),)
        )
        return int(found.fetchone()[0])

    def find_indexed(self, ids: Collection[str]) -> set[str]:
        return {row[0] for row in self._each("id", self._db.is_in_list("id"), self._db.list_value(ids))}

    def count_vectors(self) -> int:
        return sum(row[0] for row in self._each("count(*)", "vector IS NOT NULL"))

    def count_lexical(self, language: str) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM {_table(language)}").fetchone()[0])

    def with_vectors(self, ids: Sequence[str], language: str) -> set[str]:
        return self._held(ids, language, "vector IS NOT NULL")

    def with_words(self, ids: Sequence[str], language: str) -> set[str]:
        return self._held(ids, language, "TRUE")

    def _held(self, ids: Sequence[str], language: str, which: str) -> set[str]:
        found = self._db.execute(
            f"SELECT id FROM {_table(language)} WHERE {which} AND {self._db.is_in_list('id')}",
            (self._db.list_value(ids),),
        )
        return {row[0] for row in found}

    def prepare_rebuild(self) -> dict[str, str]:
        # Rows go with the documents that are put anew; the tables are made anew only where vectors have become longer or shorter, or
        # are indexed in an earlier way.
        for language in LANGUAGES:
            table = _table(language)
            found = self._db.execute(
                "SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'vector'", (table,)
            )
            if [row[0] for row in found] != [self._dimension] or not self._db.has_table(f"{table}_nearest"):
                self._db.execute(f"DROP TABLE IF EXISTS {table}")
        self._prepare()
        return {}

    def rebuild(self) -> None:
        self.prepare()

    def close(self) -> None:
        """The database is closed by who opened it."""

    def _scope_condition(self, within: SearchScope | None) -> tuple[str, list[object]]:
        if within is None:
            return "", []
        scope, values = f"AND {self._db.is_in_list('document_id')}", [self._db.list_value(sorted(within.document_ids))]
        if within.excluded_passage_ids:
            scope, values = (
                f"{scope} AND NOT ({self._db.is_in_list('id')})",
                [*values, self._db.list_value(sorted(within.excluded_passage_ids))],
            )
        return scope, values

    def _each(self, columns: str, where: str, *values: object) -> Iterable[Any]:
        for language in LANGUAGES:
            yield from self._db.execute(f"SELECT {columns} FROM {_table(language)} WHERE {where}", values)


def _table(language: str) -> str:
    return f"index_{language}"


def _tokens(passage: Passage, language: str) -> str:
    """What is indexed of a passage: its words, those of its heading twice."""
    heading = analyse(passage.heading, language)
    return " ".join(map(_word, [*heading, *heading, *analyse(passage.text, language)]))


def _word(token: str) -> str:
    """A token as a word of letters and digits: itself where it is one in small Latin letters, which a digit tells apart from all others."""
    if token.isascii() and token.isalpha() and token.islower():
        return token
    return f"w0{blake2b(token.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"


def _times(word: str, words: str) -> int:
    """How often a word stands among words with a space before and behind each."""
    beside = f" {word} {word} " in words  # two that share a space
    return words.split(" ").count(word) if beside else words.count(f" {word} ")


def mean_length(ratio: float) -> float:
    """How long the passages of an index are in the mean, in words, by how many times the score of a text of one word is that of the word with
    `_OTHERS` beside it. Infinite where both are the same: the index has not yet counted, and takes no account of lengths."""
    if ratio <= 1.0:
        return math.inf
    return _K * _B * (_norm(_OTHERS + 1) - ratio * _norm(1)) / ((1 + _K * (1 - _B)) * (ratio - 1))


def _damping(length: int, mean: float) -> float:
    """What BM25 adds to the times that a passage of such a length has a word."""
    return _K * (1 - _B) + _K * _B * _norm(length) / mean


def _norm(length: int) -> int:
    """The length of a text as the index of words keeps it: in four significant bits above 24 (SmallFloat of Apache Lucene)."""
    above = length - 24
    shift = max(0, above.bit_length() - 4)
    return length if above < 0 else 24 + (above >> shift << shift)


def _written(vector: np.ndarray | None) -> str | None:
    """A vector as pgvector reads it."""
    return None if vector is None else f"[{','.join(f'{each:.9g}' for each in vector.tolist())}]"
