"""Groups from public sets: SQuAD-form files, Natural Questions with other passages, NoMIRACL.

Where a set has no unanswerable questions they are generated, as is usual for extractive readers: the paragraph of the
same article that shares most words with the question, or the paragraph without the sentence with the answer.
Questions and paragraphs of evaluation sets are left out (`Banned`).
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.analysis import analyse
from corpus.sentences import sentence_spans
from eval.training.groups import Group, Read, read_text, read_values, text_key

LONGEST = 1_400
"""Characters of a paragraph; longer ones are cut around the answer."""
LONGEST_ZH = 560
OTHERS = 3
"""Passages without an answer for each question, besides the one with it."""
MAX_FOUND = 8
"""Maximum texts that are found for a question, to choose these from."""


@dataclass(frozen=True)
class Source:
    """A set: files in `data/`, language, the most questions that are taken; `near` where paragraphs of the same
    article may serve as passages without an answer (in reviews and posts "this product" may be any)."""

    name: str
    language: str
    files: tuple[str, ...]
    most: int
    near: bool = True


SOURCES = (
    Source("squad2", "en", ("squad2_dev_small", "squad2_train_sub"), 1_500),
    Source("wiki", "en", ("shifts_wiki",), 7_000),
    Source("amazon", "en", ("shifts_amazon",), 1_200, near=False),
    Source("reddit", "en", ("shifts_reddit",), 1_000, near=False),
    Source("squad2-es", "es", ("squad2_es_small",), 7_000),
    Source("cmrc", "zh", ("cmrc_dev", "cmrc_trial"), 3_000),
    Source("drcd", "zh", ("drcd_dev", "drcd_test"), 2_000),
    Source("arcd", "ar", ("arcd_train", "arcd_test"), 1_400),
)


@dataclass(frozen=True)
class Banned:
    """The questions and paragraphs of evaluation sets, folded."""

    questions: frozenset[str]
    passages: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> Banned:
        """Everything in a folder of evaluation sets: XQuAD, NoMIRACL, ClapNQ."""
        questions: set[str] = set()
        passages: set[str] = set()
        for path in sorted((folder / "xquad").glob("*.json")):
            for paragraph in (
                each for article in json.loads(read_text(path))["data"] for each in article["paragraphs"]
            ):
                passages.add(text_key(paragraph["context"]))
                questions |= {text_key(each["question"]) for each in paragraph["qas"]}
        for name, field in (("nomiracl", "question"), ("clapnq", "input")):
            for row in (row for path in sorted((folder / name).glob("*.jsonl")) for row in read_values(path)):
                questions.add(text_key(row[field]))
                passages |= {text_key(each["text"]) for each in row["passages"]}
        return cls(frozenset(questions), frozenset(passages))

    def allows(self, group: Group) -> bool:
        """Whether neither the question nor a passage of a group is in an evaluation set."""
        return text_key(group.question) not in self.questions and not any(
            text_key(each.passage) in self.passages for each in group.reads
        )


def public_groups(folder: Path, banned: Banned) -> Iterator[Group]:
    """The groups of all sets in a folder (`data/`, `nomiracl/`), without those of evaluation sets."""
    rng = random.Random(1)
    for source in SOURCES:
        rows = [
            row for file in source.files for row in _read_squad(folder / "data" / f"{file}.json.gz", source.language)
        ]
        rng.shuffle(rows)
        yield from filter(banned.allows, _add_negatives(source, rows, rng))
    yield from filter(banned.allows, _read_natural_questions(folder / "data" / "nqo.jsonl.gz", rng))
    for path in sorted((folder / "nomiracl").glob("*.jsonl.gz")):
        yield from filter(banned.allows, _read_nomiracl(path))


@dataclass(frozen=True)
class _Row:
    article: str
    question: str
    read: Read


def _read_squad(path: Path, language: str) -> Iterator[_Row]:
    """The questions of a SQuAD-form file, answered or not."""
    for article in json.loads(read_text(path))["data"]:
        name = str(article.get("title") or "").replace("_", " ")
        for paragraph in article["paragraphs"]:
            for entry in paragraph["qas"]:
                answers = [] if entry.get("is_impossible") else entry["answers"]
                span = None
                if answers:
                    begin = int(answers[0]["answer_start"])
                    span = begin, begin + len(answers[0]["text"].rstrip())
                text, span = _window(paragraph["context"], span, language)
                yield _Row(name, entry["question"].strip(), Read("", text, span))


def _window(text: str, span: tuple[int, int] | None, language: str) -> tuple[str, tuple[int, int] | None]:
    """A paragraph, or for a long one a window around the answer (its beginning without an answer)."""
    limit = LONGEST_ZH if language == "zh" else LONGEST
    if len(text) <= limit:
        return text, span
    middle = 0 if span is None else max(0, min(span[0] - limit // 2, len(text) - limit))
    begin = text.find(" ", middle) + 1 if middle and language != "zh" else middle
    if span is not None and begin > span[0]:
        begin = span[0]
    cut = text[begin : begin + limit]
    return cut, None if span is None else (span[0] - begin, min(span[1] - begin, len(cut)))


def _add_negatives(source: Source, rows: Sequence[_Row], rng: random.Random) -> Iterator[Group]:
    """Yields each question with its own paragraph and, where available, some that do not answer it."""
    articles: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.read.passage not in articles[row.article]:
            articles[row.article].append(row.read.passage)
    use_pool = len(articles) < len(rows) / 200 or all(len(candidates) < 2 for candidates in articles.values())
    pool = list(dict.fromkeys(passage for candidates in articles.values() for passage in candidates))
    finders: dict[str, Callable[[str], list[str]]] = {}
    for row in rows[: source.most]:
        heading = row.article if source.language != "zh" and rng.random() < 0.5 else ""
        own = Read(heading, row.read.passage, row.read.answer)
        reads = [own]
        if own.answer is not None:
            answer = own.passage[slice(*own.answer)].casefold()
            shortened = _remove_answer(own) if rng.random() < 0.35 else None
            if shortened is not None:
                reads.append(Read(heading, shortened))
            if source.near:
                candidates = pool if use_pool or len(articles[row.article]) < 2 else articles[row.article]
                name = "" if candidates is pool else row.article
                if name not in finders:
                    finders[name] = build_search(candidates, source.language)
                near = [each for each in finders[name](row.question) if each != own.passage]
                near = [each for each in near if answer not in each.casefold()][:OTHERS]
                reads += [Read(heading, each) for each in near[: OTHERS - len(reads) + 1]]
        yield Group(source.name, source.language, row.question, own.answer is not None, tuple(reads))


def _remove_answer(read: Read) -> str | None:
    """A passage without the sentences that contain the answer; None where too little is left."""
    assert read.answer is not None
    answer = read.passage[slice(*read.answer)].casefold()
    sentences = [read.passage[begin:end] for begin, end in sentence_spans(read.passage)]
    remaining = [each for each in sentences if answer not in each.casefold()]
    text = " ".join(remaining)
    return text if 0 < len(remaining) < len(sentences) and len(text) > 80 else None


def build_search(texts: Sequence[str], language: str) -> Callable[[str], list[str]]:
    """Builds a BM25 search over texts, best first."""
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE texts USING fts5(words, tokenize='unicode61 remove_diacritics 0')")
    index.executemany("INSERT INTO texts (rowid, words) VALUES (?, ?)",
                      ((n, " ".join(analyse(text, language))) for n, text in enumerate(texts)))  # fmt: skip

    def find(question: str) -> list[str]:
        query = " OR ".join(f'"{token}"' for token in dict.fromkeys(analyse(question, language)) if '"' not in token)
        ranked = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank, rowid LIMIT ?"
        return [texts[row] for (row,) in index.execute(ranked, (query, MAX_FOUND))] if query else []

    return find


def _read_natural_questions(path: Path, rng: random.Random) -> Iterator[Group]:
    """Natural Questions: the passage with the answer, and others that share words with the question."""
    rows = list(read_values(path))
    titles = {each["text"]: each["title"] for row in rows for each in row["ctxs"]}
    find = build_search(list(titles), "en")
    for row in rows:
        own = row["ctxs"][0]
        spans = [(own["text"].find(each), each) for each in row["answers"]]
        span = next(((begin, begin + len(each)) for begin, each in spans if begin >= 0), None)
        if span is None:
            continue
        answers = [each.casefold() for each in row["answers"]]
        near = [text for text in find(row["question"]) if not any(each in text.casefold() for each in answers)]
        reads = [Read(own["title"], own["text"], span), *(Read(titles[text], text) for text in near[:OTHERS])]
        yield Group("nq", "en", row["question"] + rng.choice(("", "?")), True, tuple(reads))


def _read_nomiracl(path: Path) -> Iterator[Group]:
    for row in read_values(path):
        reads = tuple(Read(each["title"], each["text"][:LONGEST]) for each in row["passages"])
        yield Group(f"nomiracl-{row['language']}", row["language"], row["question"], bool(row["answerable"]), reads)
