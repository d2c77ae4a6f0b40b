"""Questions to begin with, made of what is held: items of the agenda, articles of treaties, headings of documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import chain, islice

from assistant.labels import word
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.documents import Document
from corpus.library import Library

LONGEST = 60
"""Longest title or heading that is put into a question, in characters."""
_NUMBER = re.compile(r"^[\dIVXLC]+(?:/\d+)?[.)]\s+")
ARTICLES = 2
"""Treaties of which an article is asked for."""


def examples(library: Library, language: str, most: int = 6) -> list[str]:
    """A few questions about the documents held, in a language; the same ones until the documents change."""
    found: dict[str, None] = {}
    for each in chain(_of_meeting(library, language), _of_documents(library, language)):
        found[each] = None
        if len(found) == most:
            break  # what is held may be much
    return list(found)


def _of_meeting(library: Library, language: str) -> Iterator[str]:
    """Of the latest meeting, named by its agenda where the agendas of several are held."""
    keys = library.keys()
    meetings = sorted(library.meetings(), key=lambda each: (each.dates[-1:], each.document_id))
    several = len({keys[each.document_id] for each in meetings}) > 1
    for meeting in meetings[-1:]:
        agenda = library.document(meeting.document_id)
        named = f" ({agenda.symbol or agenda.label})" if several else ""
        items = [item for item in meeting.items if item.documentation]
        if items and meeting.sittings:
            yield word("example_time", language, item=f"{items[-1].number}{named}")
        for item in items[:1]:
            yield word("example_papers", language, item=f"{item.number}{named}")
        spoken = "" if agenda.unquotable else agenda.language
        for item in [each for each in items if len(each.title) <= LONGEST and spoken == language][:1]:
            yield word("example_title", language, title=item.title)


def _of_documents(library: Library, language: str) -> Iterator[str]:
    quotable = library.versions().quotable(language)
    treaties = (library.document(each.id) for each in library.headers(kind="treaty") if each.id in quotable)
    whole = (each for each in treaties if not each.unquotable)
    for document in islice((each for each in whole if _articles(each) and _name(each, language)), ARTICLES):
        article = _one_of(_articles(document))
        yield word("example_article", language, article=article, document=_name(document, language))
    for document in map(library.document, sorted(quotable)):
        headings = _headings(document) if document.language == language and not document.unquotable else []
        if headings and document.kind != "treaty" and document.edition != "digest":
            yield word("example_heading", language, document=document.label, heading=_one_of(headings))


def _name(document: Document, language: str) -> str:
    """What a treaty is called in a language; empty where that is not known."""
    name = document.short or document.title
    if document.language == language:
        return name
    vocabulary = Vocabulary.shipped()
    for mention in vocabulary.mentions(name, document.language):
        if (mention.start, mention.end) == (0, len(name)):
            return next(iter(vocabulary.names(mention.concept, language)), "")
    return ""


def _articles(document: Document) -> list[str]:
    return [found[1] for block in document.blocks if (found := re.fullmatch(r"art\. (\d+)", block.locator))]


def _headings(document: Document) -> list[str]:
    """What the headings with paragraphs below them say: without their numbers, none of one word, none that names a number or a
    date. Lines of a title page, heads of tables and lists, and `Documentation` below each item are no topics. What is a subject
    the paragraphs call by the very same words somewhere; a heading that is a sentence, or part of one, they do not repeat."""
    below: dict[str, int] = {}
    twice: set[str] = set()
    heading, after = "", ""
    for block in document.blocks:
        if block.kind == "heading":
            heading, after = _NUMBER.sub("", " ".join(document.body(block).split()).rstrip(" :.")), ""
            twice |= {heading} & below.keys()
            below.setdefault(heading, 0)
        elif heading:
            after = after or block.kind
            below[heading] += len(document.body(block)) if block.kind == after == "paragraph" else 0
    said = " ".join(document.body(each) for each in document.blocks if each.kind == "paragraph")
    said = " ".join(said.split()).casefold()
    return [
        text
        for text, characters in below.items()
        if 0 < len(text) <= LONGEST < characters
        and text not in twice
        and text.casefold() in said
        and not any(map(str.isdigit, text))
        and len(set(analyse(text, document.language))) > 1
    ]


def _one_of(texts: list[str]) -> str:
    """Always the same one of some texts, wherever in their order it stands."""
    return min(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
