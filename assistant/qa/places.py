"""Questions that name a place of a document: "what does paragraph 12 of S/2025/303 say?", "footnote 25 of ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.qa.citations import heads_once
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, units_of
from assistant.question import Question
from corpus.analysis import analyse
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.places import folded, name_place, parts_of
from corpus.touched import touched

_WHOLE = 2_000
"""Longest paragraph, in characters with its sub-paragraphs, that is quoted in one piece."""
_KINDS = frozenset({"para", "note", "table"})
_UNCASED = ("ru", "ar", "zh")
_WORDS = re.compile(r"[^\W\d_]+|\s{3,}|[^\w\s'’]+")
"""Words, a gap where the article is blanked out, marks."""
_ANOTHER = re.compile("ks*[nA]|[nA]s*k|gs{0,2}A|As{0,2}g")
"""Of words by kind (k a capital that is known, n one that is not, A all such, s no content, g the gap): a strange name."""
ASKED_ALONE = 1
"""Content words of a question that asks for the words of an article, and for nothing else."""


def named_places(question: Question) -> tuple[str, ...]:
    """The paragraphs, footnotes and tables that a question names, as locators."""
    if question.articles:
        return ()
    naming = name_place(folded(question.text))
    return tuple(place for place in (naming.places if naming else ()) if _KINDS & set(parts_of(place)))


def units_at(library: Library, document: Document, place: str) -> list[Unit]:
    """The words of a document at a place: a paragraph with its sub-paragraphs, a footnote, the rows of a table."""
    spans = touched(document, place)
    blocks = [block for block in document.blocks for start, end in spans if start <= block.start and block.end <= end]
    blocks = [block for block in dict.fromkeys(blocks) if block.kind != "heading"]
    if not blocks or any(block.page in document.unquotable for block in blocks):
        return []
    first, last = blocks[0], _end_of(document, blocks[-1])
    if first.kind == "row" or blocks[-1].kind == "row":
        rows = [block for block in blocks if block.kind == "row" and block.context != "header"] or blocks
        return heads_once([unit for block in rows if block.kind == "row" for unit in _rows(library, document, block)])
    evidence = _evidence(library, document, first)
    if evidence is None:
        return []
    together = all(_end_of(document, block).ordinal >= block.ordinal for block in blocks) and _one(document, blocks)
    if together and last.end - first.body_start <= _WHOLE:
        whole = Unit(evidence, first.body_start, last.end, first.locator, first.ordinal)
        return [] if whole.empty else [whole]
    units = [
        Unit(
            found,
            block.start if block.kind == "footnote" else block.body_start,
            block.end,
            block.locator,
            block.ordinal,
        )
        for block in blocks
        if (found := _evidence(library, document, block))
    ]
    return [unit for unit in units if not unit.empty]


def article_units(library: Library, document: Document, article: str, paragraph: str | None = None) -> list[Unit]:
    """The units of an article of a treaty, of one paragraph of it where it has that."""
    place = f"art. {article}"
    wanted = f"{place}, para. {paragraph}" if paragraph else place
    units = []
    for passage in library.passages(document.id):
        if not any(within(document.blocks[n].locator, place) for n in range(passage.first, passage.last + 1)):
            continue
        evidence = Evidence(passage, document, 0.0, None, None)
        units += [unit for unit in units_of(evidence) if within(unit.locator, wanted)]
    return units if units or not paragraph else article_units(library, document, article)


def within(locator: str, place: str) -> bool:
    """Whether a locator is a place, or lies in it."""
    return locator == place or locator.startswith((f"{place},", f"{place} "))


def _one(document: Document, blocks: Sequence[Block]) -> bool:
    """Whether all blocks are the first one and what stands under it."""
    first = blocks[0]
    for block in blocks[1:]:
        above = block
        while above.parent is not None and above.ordinal != first.ordinal:
            above = document.blocks[above.parent]
        if above.ordinal != first.ordinal:
            return False
    return True


def _end_of(document: Document, block: Block) -> Block:
    """The last block under a block, or itself."""
    below = [child for child in document.children.get(block.ordinal, ()) if child.kind == "item"]
    return _end_of(document, below[-1]) if below else block


def _rows(library: Library, document: Document, block: Block) -> list[Unit]:
    evidence = _evidence(library, document, block)
    return [unit for unit in units_of(evidence) if unit.block == block.ordinal] if evidence else []


def _evidence(library: Library, document: Document, block: Block) -> Evidence | None:
    passage_id = library.passage_at(document.id, block.start)
    passage = library.passages_by_id([passage_id]).get(passage_id) if passage_id else None
    return Evidence(passage, document, 0.0, None, None) if passage else None


def locator_of(document: Document, text: str) -> str | None:
    """The locator that a person means who writes a place: `annex, para. 12` for "paragraph 12", "12" or "para. 12"
    where the document has it there only; None where it has no such place."""
    wanted = text.strip()
    for block in document.blocks:
        if block.locator == wanted or block.locator.startswith((f"{wanted},", f"{wanted} ")):
            return wanted
    naming = name_place(folded(wanted if not wanted[:1].isdigit() else f"para. {wanted}"))
    for place in naming.places if naming else ():
        for start, _ in touched(document, place):
            found = document.block_at(start)
            if found is not None:
                table = found.locator.rpartition(", ")[0] if found.kind == "row" else ""
                return table or found.locator
    return None


def asks_more(question: Question) -> bool:
    """Whether a question about an article asks for more than its text: whether it has more than one content word (who asks
    what an article says has that one) beside the article and what its treaty is called."""
    rest = list(question.rest)
    spans = [(mention.start, mention.end) for mention in question.terms]
    for name in (name for entry in question.named for name in entry.names):
        spans += [found.span() for found in re.finditer(re.escape(name), question.text, re.IGNORECASE)]
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    left = question.vocabulary.content(analyse("".join(rest), question.language), question.language)
    alone = ASKED_ALONE * (3 if question.language == "zh" else 1)  # of Chinese each two characters are a token
    return len([token for token in left if not token.isdigit()]) > alone


def names_another(question: Question, treaties: Sequence[Document]) -> bool:
    """Whether a question about an article of a treaty names one that is none of these: whether in one name with words that are
    theirs stands a word with a capital letter that they do not say, or beside the article one all in capitals ("art. 5 of the CBD").
    Where no treaty is in the question's language only the latter can be told; scripts without capitals have no such names."""
    if question.language in _UNCASED:
        return False

    @cache
    def said() -> set[str]:  # whole treaties are looked through only where there is a name to look for
        return {token for each in treaties for token in analyse(each.text, each.language)}

    known = {at for mention in question.terms for at in range(mention.start, mention.end)}
    comparable = any(each.language == question.language for each in treaties)
    kinds = ""
    for found in _WORDS.finditer(question.rest):
        word = found.group()
        tokens = analyse(word, question.language)
        telling = len(word) > 1 and bool(question.vocabulary.content(tokens, question.language))
        if word in question.latin and word.isalpha():
            if not telling:
                return False  # where all words have capitals, these tell no names
            strange = found.start() not in known and said().isdisjoint(tokens)
            kinds += "k" if not strange else "A" if word.isupper() else "n" if comparable else "o"
        else:
            kinds += "g" if word.isspace() else "s" if word.isalpha() and not telling else "o"
    return _ANOTHER.search(kinds) is not None
