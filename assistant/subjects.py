"""The subject index at work: which places of the documents answer questions like this one.

The index holds questions in everyday words, so that comparing them with a delegate's question compares like
with like; the answer is then quoted from the place itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.question import YEAR, Question
from corpus.analysis import analyse
from corpus.library import Library
from corpus.store import Subject

POOL = 60
WIDE = 250
"""Phrases that are compared in meaning: the best two of each place count."""
ALONE = 0.1
"""How much less like a question than its best phrase a second one is taken to be, where a place has none."""
HITS = 24
ABROAD = 0.85
"""What likeness to a phrase in another language than the question's counts, where only terms are compared."""

_Place = tuple[str, int, int]
_GAP: _Place = ("", 0, 0)


@dataclass(frozen=True)
class SubjectHit:
    """A span of a document and how like the question its best phrase is: `cosine` in meaning, `shared` in words.

    Both are between 0 and 1; `phrase` is the one nearest in meaning, empty where none was compared so.
    """

    document_id: str
    start: int
    end: int
    cosine: float
    shared: float
    phrase: str

    @property
    def score(self) -> float:
        """The better of the two likenesses, and a little for both."""
        return max(self.cosine, self.shared) + 0.15 * min(self.cosine, self.shared)


@dataclass(frozen=True)
class SubjectReading:
    """What the subject index says of a question: places that answer it, best first, and how like a known gap it
    is (0 to 1, on the scale of `SubjectHit.score`), with that gap's phrase. `leaning` is above 0 where it sounds like those
    that the documents answer, below where it sounds like known gaps."""

    hits: tuple[SubjectHit, ...]
    gap: float = 0.0
    gap_phrase: str = ""
    leaning: float = 0.0


def read_subjects(question: Question, library: Library, documents: Sequence[str] | None = None) -> SubjectReading:
    """Compares a question with the subject index, superseded documents left out.

    It is compared with the phrases in its own language and with the English ones, which are the most: meaning with
    both where a model reads them, words with the first, terms with both.
    """
    key = ("subjects", None if documents is None else tuple(documents))
    if key not in question.memory:
        question.memory[key] = _read(question, library, documents)
    found: SubjectReading = question.memory[key]
    return found


def _read(question: Question, library: Library, documents: Sequence[str] | None) -> SubjectReading:
    if not library.indexed():
        return SubjectReading(())
    behind = library.superseded()
    cosines: dict[_Place, tuple[float, str]] = {}
    leaning = 0.0
    shares: dict[_Place, tuple[float, str]] = {}
    text, readers = question.for_models(library.models)
    # Of a question in a language that no model reads, only its terms are seen: what it says beside them must count.
    read = bool(library.models.readers(question.language))
    seen = 1.0 if read else ABROAD * math.sqrt(_share_of_terms(question))
    spoken = {question.language, "en"}
    for asked in dict.fromkeys((text, question.bare)):
        if asked and readers:
            found = library.subject_dense(asked, WIDE, readers, spoken)
            found = [each for each in found if not _of_another_time(question, each[1])]
            for place, (cosine, phrase) in _nearest(found).items():
                if cosine * seen > cosines.get(place, (0.0, ""))[0]:
                    cosines[place] = (cosine * seen, phrase)
    if text and read:
        leaning = library.subject_leaning(text, readers)
    for language in dict.fromkeys((question.language, "en")):
        for document_id, subject, share in _shared(question, library, language):
            if not _of_another_time(question, subject):
                _keep(shares, document_id, subject, share)
    hits = []
    gap, gap_phrase = 0.0, ""
    for place in {**cosines, **shares}:
        cosine, near = cosines.get(place, (0.0, ""))
        share, same = shares.get(place, (0.0, ""))
        hit = SubjectHit(*place, cosine, share, near)
        if place == _GAP:
            gap, gap_phrase = hit.score, near if cosine >= share else same
        elif place[0] not in behind and (documents is None or place[0] in documents):
            hits.append(hit)
    hits.sort(key=lambda hit: (-hit.score, hit.document_id, hit.start))
    return SubjectReading(tuple(hits[:HITS]), gap, gap_phrase, leaning)


def _shared(question: Question, library: Library, language: str) -> list[tuple[str, Subject, float]]:
    """Subjects in a language with how much of their words and terms the question shares."""
    own = question.language == language
    tokens = question.tokens(language)
    found = library.subject_lexical(tokens, language, POOL)
    vocabulary = question.vocabulary
    asked = [f"term {mention.concept}" for mention in question.terms]
    bags = []
    for _, subject in found:
        terms = [f"term {mention.concept}" for mention in vocabulary.mentions(subject.phrase, language)]
        words = vocabulary.content(analyse(subject.phrase, language), language) if own else []
        bags.append([*words, *terms])
    first = [*(question.content if own else ()), *asked]
    words_used = [token for token in {*first, *(t for bag in bags for t in bag)} if not token.startswith("term ")]
    counts, total = library.subject_frequency(words_used, language)
    rarity = {token: math.log(1 + (total + 1) / (1 + n)) for token, n in counts.items()}
    for term in {t for bag in [first, *bags] for t in bag if t.startswith("term ")}:
        name = vocabulary.names(int(term.removeprefix("term ")), language)[:1]
        spelled = vocabulary.content(analyse(" ".join(name), language), language)
        known, _ = library.subject_frequency(spelled, language)
        fewest = min(known.values(), default=0)
        rarity[term] = math.log(1 + (total + 1) / (1 + fewest))
    # Abroad only terms are compared; what the question says beside them counts against the likeness.
    told = 1.0 if own else ABROAD * math.sqrt(_share_of_terms(question))
    return [
        (document_id, subject, _likeness(first, bag, rarity) * told)
        for (document_id, subject), bag in zip(found, bags, strict=True)
    ]


def _share_of_terms(question: Question) -> float:
    """Share of a question's content words that belong to known terms."""
    named = {
        token
        for mention in question.terms
        for token in analyse(question.text[mention.start : mention.end], question.language)
    }
    content = question.content
    return sum(token in named for token in content) / len(content) if content else 0.0


def _of_another_time(question: Question, subject: Subject) -> bool:
    """Whether a phrase is about another year or another session than the question."""
    others = YEAR.findall(subject.phrase) if question.years else ()
    if others and question.years.isdisjoint(others):
        return True
    if not question.sessions:
        return False
    named = question.vocabulary.choices("ordinals", subject.phrase, subject.language)
    return bool(named) and set(named).isdisjoint(question.sessions)


def _nearest(found: Sequence[tuple[str, Subject, float]]) -> dict[_Place, tuple[float, str]]:
    """How like the question each place is, with its nearest phrase: the mean of its two nearest, since one alone may be
    near by chance. `found` comes nearest first."""
    seen: dict[_Place, dict[str, float]] = {}
    for document_id, subject, likeness in found:
        place = _GAP if subject.gap else (document_id, subject.start, subject.end)
        seen.setdefault(place, {}).setdefault(subject.phrase, likeness)
    nearest = {}
    for place, phrases in seen.items():
        phrase, best = next(iter(phrases.items()))
        second = [*phrases.values()][1] if len(phrases) > 1 else best - ALONE
        nearest[place] = ((best + second) / 2, phrase)
    return nearest


def _keep(best: dict[_Place, tuple[float, str]], document_id: str, subject: Subject, score: float) -> None:
    place = _GAP if subject.gap else (document_id, subject.start, subject.end)
    if score > best.get(place, (0.0, ""))[0]:
        best[place] = (score, subject.phrase)


def _likeness(one: Sequence[str], other: Sequence[str], rarity: dict[str, float]) -> float:
    """Cosine of two bags of words weighted by rarity (tf-idf; Salton and Buckley 1988)."""
    first, second = Counter(one), Counter(other)

    def weight(token: str) -> float:
        return rarity.get(token, 1.0)

    dot = sum(first[token] * second[token] * weight(token) ** 2 for token in first if token in second)
    norms = [math.sqrt(sum((n * weight(token)) ** 2 for token, n in bag.items())) for bag in (first, second)]
    return dot / (norms[0] * norms[1]) if all(norms) else 0.0
