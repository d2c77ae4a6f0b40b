"""The bodies that a question names in words ("the lagoon conference", "Forum on Ocean Noise"), and whether a text is about others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.question import Question
from assistant.vocabulary import Vocabulary, word_pattern
from assistant.wording.lexicon import HAN_FUNCTION, names_time
from corpus.analysis import analyse
from corpus.documents import Document, cached_by_document

_WORDS = re.compile(r"[^\W\d_]['’](?=\w)|[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+$")
_HAN_ENDS = re.compile(f"[{HAN_FUNCTION}第届次个位哪何谁几多少什么请问]")
ENOUGH = 2
"""Words before the word for a body that are enough for a name: "the next conference" and "the Geneva conference" have one. In Chinese, pairs of characters."""


def organs_in(text: str, language: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The kinds of organs (`assembly`, `forum`) that a text names in a language."""
    if language == "zh":
        return frozenset(vocabulary.choices("organs", text, language))
    kinds = _stems(vocabulary, language)
    return frozenset(kind for token in analyse(text, language) if (kind := kinds.get(token)))


def is_about_other_bodies(question: Question, document: Document, found: Iterable[Document]) -> bool:
    """Whether a question names bodies, and a document in its language has no word of any of their names. Other documents `found` tell whether one word
    alone is a name ("the lagoon conference")."""
    if question.language != document.language:
        return False

    def names() -> list[frozenset[str]]:
        known = {token for each in found if each.language == question.language for token in _name_tokens(each)}
        return [*_names(question, known)]

    named = question.once(_names, names)
    return bool(named) and all(name.isdisjoint(_tokens(document)) for name in named)


def _names(question: Question, known: Iterable[str]) -> Iterator[frozenset[str]]:
    """The index tokens of each name of a body in a question: of the words before it (in English and Chinese), and of those that tell what it is about.
    Words for bodies, numbers and times are left out."""
    language, vocabulary = question.language, question.vocabulary
    if language == "zh":
        yield from _han_names(question)
        return
    kinds, words = _stems(vocabulary, language), list(_WORDS.finditer(question.rest))
    joins = word_pattern(vocabulary.forms("subject", language), language)
    skipped = {token for form in vocabulary.number_words(language) for token in analyse(form, language)}
    forms = (*vocabulary.forms("meetings", language), *vocabulary.forms("asking", language))
    skipped |= {token for form in forms for token in analyse(form, language)}

    def content(n: int) -> list[str]:
        word = words[n].group() if 0 <= n < len(words) else ""
        return vocabulary.content_of(word, language) if word[:1].isalpha() else []

    def own(positions: Iterable[int]) -> list[str]:
        tokens = (token for n in positions if not names_time(words[n].group()) for token in content(n))
        return [token for token in tokens if token not in kinds and token not in skipped and token.isalpha()]

    for at in range(len(words)):
        if not any(token in kinds for token in content(at)):
            continue
        first = at
        while language == "en" and content(first - 1):
            first -= 1
        before, last, about = own(range(first, at)), at + 1, list[str]()
        while last < len(words) and joins.fullmatch(words[last].group()):
            begin = last = next(
                (n for n in range(last + 1, len(words)) if content(n) or not words[n].group()[0].isalpha()), len(words)
            )
            while content(last):
                last += 1
            about += own(range(begin, last))
        if len(before) < ENOUGH and set(before).isdisjoint(known):
            before = []
        if tokens := frozenset([*before, *about]):
            yield tokens


def _han_names(question: Question) -> Iterator[frozenset[str]]:
    vocabulary, text = question.vocabulary, question.rest
    forms = [form for group in vocabulary.groups("organs", "zh").values() for form in group]
    pattern = word_pattern([*forms, *vocabulary.forms("institutions", "zh")], "zh")
    for match in pattern.finditer(text):
        run = _HAN_RUN.search(pattern.sub("的", text[: match.start()]))
        tokens = frozenset(analyse(_HAN_ENDS.split(run.group())[-1], "zh")) if run else frozenset()
        if len(tokens) >= ENOUGH:
            yield tokens


@lru_cache(maxsize=8)
def _stems(vocabulary: Vocabulary, language: str) -> dict[str, str]:
    """The kinds of organs by the stems of their words; empty for institutions."""
    found = {token: "" for form in vocabulary.forms("institutions", language) for token in analyse(form, language)}
    for kind, forms in vocabulary.groups("organs", language).items():
        found |= {token: kind for form in forms for token in analyse(form, language)}
    return found


@cached_by_document
def _name_tokens(document: Document) -> frozenset[str]:
    """The index tokens of the title of a document and of its body."""
    return frozenset(analyse(f"{document.title} {document.masthead.body}", document.language))


@cached_by_document
def _tokens(document: Document) -> frozenset[str]:
    """The index tokens of a document."""
    return frozenset(analyse(f"{document.title}\n{document.text}", document.language))
