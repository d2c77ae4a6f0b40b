"""Answers to questions that name a place: "what does paragraph 12 of S/2025/303 say?", "footnote 25 of ...", "article 6 of the Protocol"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from assistant.answer_phrases import act_words, either, place_text, say
from assistant.qa.abstention import NAMED_PLACE_BONUS, SHARED_WORDS
from assistant.qa.answer import Answer
from assistant.qa.citations import (
    MOST_NAMED,
    WHOLE_LIMIT,
    AnswerComposer,
    as_tentative,
    choose,
    choose_tentative,
    header_once,
    not_found,
    with_confidence,
    with_totals,
    without_overlaps,
)
from assistant.qa.place_questions import (
    annexes_in,
    asks_more,
    max_other_words,
    names_another,
    place_span,
    places_in,
    title_words,
    words_left,
    words_of_document,
)
from assistant.qa.retriever import Evidence, Retriever, named_documents, restricted_documents
from assistant.qa.scoring import READ, ScoredUnit, Scorer
from assistant.qa.units import Unit, block_units, items_below, units_of
from assistant.question import YEAR, Question, numbers_after
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.documents import Document, Span
from corpus.library import Library
from corpus.place_spans import find_place_spans
from corpus.places import find_place, join_locator, normalise_place_text, parse_locator
from corpus.store import Header

WHOLE = 2_000
"""Longest paragraph, in characters with its sub-paragraphs, that is quoted in one piece."""
LOOKED_IN = 40
"""Most documents that are searched, beside those found, for a place whose document the question does not tell."""
AGENDA_REACH = 20
"""Characters behind the number of an item in which a word for the agenda may follow."""
CALLED = 2
"""Fewest words of its title by which a question names a text that is not in the catalogue."""
_PARTED = re.compile(r"\w+|[^\w\s]|\s{3,}")


class NamedPartAnswerer:
    """Base of the answerers that quote a part of a document that a question names."""

    def __init__(self, library: Library, retriever: Retriever, scorer: Scorer, composer: AnswerComposer) -> None:
        self._library, self._retriever = library, retriever
        self._scorer, self._composer, self._most = scorer, composer, composer.most

    def _at(
        self, question: Question, document: Document, places: Sequence[str], inside: range | None = None
    ) -> list[Unit]:
        """The units at some places of a document, or inside a range of its blocks, from which the question may be answered."""
        found = (unit for place in places for unit in units_at(self._library, document, place, inside))
        return [unit for unit in found if question.admits(document.id, unit.block)]

    def _named_or_found(self, question: Question, first: int | None = None) -> list[Document]:
        """The documents that the question names, else those of the passages that search finds, or of the `first` of them."""
        named = named_documents(question, self._library)
        hits = self._retriever.gather(question, READ)[:first] if named is None else ()
        return list({hit.document.id: hit.document for hit in hits}.values()) if named is None else named


class NamedPlaces(NamedPartAnswerer):
    """Answers from the places that a question names."""

    def answer(self, question: Question) -> Answer | None:
        """The answer from the named place; None where the question names none."""
        if not question.articles:
            return self._from_places(question)
        if question.symbols and not question.named:
            documents = named_documents(question, self._library) or []
            if documents and not any(block.locator.startswith("art. ") for each in documents for block in each.blocks):
                return self._from_paragraphs(question, documents)
        return self._from_articles(question)

    def answer_without_document(self, question: Question) -> Answer | None:
        """The answer from a named place where the question names no document and asks for nothing else: from the one text that has the place, else
        from the first few."""
        places = places_in(question)
        if not places or question.missing_acts or asks_more(question, place_span(question)):
            return None
        found = {hit.document.id: hit.document for hit in self._retriever.gather(question, READ)}
        versions = self._library.versions()
        remaining = (key for key in sorted(versions.quotable_documents(question.language)) if question.covers(key))
        found |= {key: self._library.document(key) for key in islice(remaining, LOOKED_IN) if key not in found}
        texts = [
            each for each in found.values() if not ((held := versions.version_of(each.id)) and held.corrected_symbol)
        ]
        with_place = [units for each in texts if (units := self._at(question, each, places))]
        if len(with_place) == 1:
            (units,), words = with_place, words_of_document(question)
            if not words or _may_be_called(question.asking(words), units[0].document):
                return self._quoted(question, units)
        # Digests and other languages come last.
        language = question.language
        with_place.sort(key=lambda each: (each[0].document.language != language, each[0].document.edition == "digest"))
        return self._from_several(question, with_place)

    def answer_from_called(self, question: Question) -> Answer | None:
        """The answer from a named place of the one document that the question calls by words of its title ("the draft budget"), by its kind
        ("the resolution"), or that it has no such place; a tentative one from the documents that search finds for other words, since these may as
        well name a text that the library only mentions. None where the question calls none, or the likeliest does not have the place."""
        places = places_in(question)
        if not places or question.missing_acts:
            return None
        if question.items and question.vocabulary.says("agenda", question.rest, question.language):
            return None
        called = self._called(question)
        if called is None:
            return self._from_several(question, self._at_likely(question, places))
        if units := self._at(question, called, places):
            return self._composer.whole(question, units)
        return None if _names_item(question, called, places[0]) else place_missing(question, called, places[0])

    def _at_likely(self, question: Question, places: Sequence[str]) -> list[list[Unit]]:
        """The units of the named places in the documents that search finds for the words that name the document, likeliest first; none where the
        likeliest does not have them."""
        words = words_of_document(question)
        # Of the only document the whole question is asked.
        if not words or len(self._library.versions().quotable_documents(question.language)) < 2:
            return []
        name = question.asking(words)
        found = self._retriever.likely_documents(name, LOOKED_IN)
        own = [each for each in found if each.language == question.language]
        units = [self._at(question, each, places) for each in own or found if _may_be_called(name, each)]
        return [each for each in units if each] if any(units[:1]) else []

    def _from_several(self, question: Question, with_place: Sequence[list[Unit]]) -> Answer | None:
        """A tentative answer from the named place in several documents, likeliest first; None where there are none."""
        if not with_place:
            return None
        return self._composer.closest(question, [each[0] for each in with_place[: self._most]], ())

    def _called(self, question: Question) -> Document | None:
        """The one document that a question about a place calls by words of its title, or by its kind where only one of
        the kind is in the library or answered the previous turn; None where its other words, but one such as "say", are not told by that."""
        versions, language = self._library.versions(), question.language
        quotable = versions.quotable_documents(language)
        headers = [each for each in self._library.iter_headers() if each.id in quotable and question.covers(each.id)]
        place = place_span(question)
        text = blanked(question.rest, [place])
        titled = {
            each.id: len(self._title_words_in(question, each, text)) for each in headers if each.language == language
        }
        most = max(titled.values(), default=0)
        likely = [each for each in titled if titled[each] == most > 0]
        kind_words = frozenset[str]()
        if not likely:
            kind_words = act_words("RES", language) & {*analyse(question.rest, language)}
            likely = [each.id for each in headers if each.kind == "resolution" and kind_words]
            answered = Evidence.held(self._library, question.carried)
            likely = [each for each in likely if any(hit.document.id == each for hit in answered)] or likely
        if len({versions.keys[each] for each in likely}) != 1:
            return None
        document = self._library.document(likely[0])
        left = [each for each in words_left(question, place, [document]) if each not in kind_words]
        is_of_year = question.years <= {*YEAR.findall(f"{document.title} {document.date}")}
        return document if len(left) <= max_other_words(question) and is_of_year else None

    def treaties(self, question: Question, language: str) -> list[Document]:
        """The treaties in a language that the question names or, where it names none of them, all that it may be about."""
        quotable = self._library.versions().quotable_documents(language)
        treaties = [self._library.document(header.id) for header in self._library.headers(kind="treaty")
                    if header.id in quotable and question.covers(header.id)]  # fmt: skip
        keys, symbols = question.treaty_keys, {symbol.text for symbol in question.symbols}
        named = [] if question.named or symbols else self._named_by_title(question, treaties)
        named = named or [d for d in treaties if d.key in keys or (d.symbol and d.symbol.text in symbols)]
        return named or treaties

    def _named_by_title(self, question: Question, treaties: Sequence[Document]) -> list[Document]:
        """The treaties, not in the catalogue, that a question names by the most words that no other title has."""
        words = {each.id: set(title_words(question, each)) for each in treaties}
        matches: dict[str, int] = {}
        for each in treaties:
            others = set[str]().union(*(words[other.id] for other in treaties if other.key != each.key))
            title_matches = set() if question.catalogue.contains(each.key) else self._title_words_in(question, each)
            matches[each.id] = len((words[each.id] - others) & title_matches)
        most = max(matches.values(), default=0)
        return [each for each in treaties if most and matches[each.id] == most]

    def _title_words_in(self, question: Question, document: Document | Header, text: str = "") -> set[str]:
        """The words by which a question names a document: adjacent words of the question that are all in the title, such as "ferry convention"; in
        another language any words of the title. A single word does not count."""
        if question.language != document.language:
            words = {*self._retriever.words(question, document.language)} & {*title_words(question, document)}
            return words if len(words) >= CALLED else set()
        title = set(analyse(document.title, document.language))
        found, run = set[str](), list[str]()
        for word in (*_PARTED.findall(text or question.rest), "."):
            tokens = analyse(word, question.language)
            if tokens and title.issuperset(tokens):
                run += tokens
                continue
            content = set(question.vocabulary.content(run, question.language))
            found |= content if len(content) >= CALLED else set()
            run = []
        return found

    def _from_places(self, question: Question) -> Answer | None:
        """The answer from a paragraph, footnote or table of a named document: quoted whole, of a table only the rows that answer."""
        places, annexes = places_in(question), annexes_in(question)
        documents = restricted_documents(question, self._library) if places or annexes else None
        if documents is None:
            return None
        if units := [unit for document in documents for unit in self._at(question, document, places)]:
            return self._quoted(question, units)
        if not places and (annexed := [each for each in documents if find_place_spans(each, "annex")]):
            # Where a document has no annex, others may have one.
            places = [place for place in annexes if not any(find_place_spans(each, place) for each in annexed)]
        if not question.symbols or not documents or not places:
            return None
        if any(_names_item(question, document, place) for document in documents for place in places):
            return None
        return place_missing(question, documents[0], places[0])

    def _quoted(self, question: Question, units: list[Unit]) -> Answer:
        """The units of a named place as an answer; tentative where more is asked than the place and no row of its table answers."""
        words, rows = {*words_left(question, place_span(question))}, [unit for unit in units if _in_table(unit)]
        rows = [unit for unit in rows if not words.isdisjoint(analyse(unit.own, unit.document.language))]
        if not asks_more(question, place_span(question)) and not 0 < len(rows) < len(units):
            return self._composer.whole(question, units)
        chosen = self._answering_units(question, units)
        answer = self._composer.whole(question, chosen or units)
        return answer if chosen else as_tentative(answer)

    def _from_paragraphs(self, question: Question, documents: Sequence[Document]) -> Answer | None:
        """The answer from the paragraphs of named documents without articles that have the numbers of the named articles (a Chinese `第4.1条` is a
        paragraph of a standard); None where more is asked than what is there and they have none."""
        part = question.paragraph or ""
        places = [
            f"para. {each}{' ' if part.startswith('(') else '.' * bool(part)}{part}" for each in question.articles
        ]
        units = [unit for each in documents for unit in self._at(question, each, places)]
        if units:
            return self._quoted(question, units)
        return (
            None if asks_more(question) else place_missing(question, documents[0], places[0].replace("para.", "art."))
        )

    def _from_articles(self, question: Question) -> Answer | None:
        """The answer from a named article: quoted whole where nothing more is asked, else the units that answer."""
        documents: list[Document] = []
        units: list[Unit] = []
        for language in dict.fromkeys((question.language, "en")):
            treaties = [] if units else self.treaties(question, language)
            documents += treaties
            units += [unit for document in treaties for article in question.articles
                      for unit in article_units(self._library, document, article, question.paragraph)]  # fmt: skip
        if not units:
            named = question.named or question.symbols or question.treaty_keys
            # A question that asks for more, about no treaty in the library, may ask what others say about an article of a missing one.
            if not documents or (asks_more(question) and not named and not self._named_by_title(question, documents)):
                return None
            return self._no_article(question, documents)
        evidence = passages_of(units)
        if not question.named and not question.symbols and names_another(question, documents):
            return not_found(question, evidence)
        remaining = words_left(question, titled=self._named_by_title(question, documents))
        if len(remaining) <= max_other_words(question):
            return self._composer.whole(question, _as_paragraphs(_without_nested(units)))
        # Where the article comes from an earlier turn, the last turn tells which part of it is requested; alone it may say too little.
        last = question if question.focus == question.text else question.asking(question.focus)
        scored = self._score_with_bonus(last, evidence, units)
        chosen = _with_each_article(question, scored, choose(scored, self._most))
        if not chosen and last is not question:
            chosen = choose(self._score_with_bonus(question, evidence, units), self._most)
        if chosen:
            paragraphs = _as_paragraphs(chosen)
            left = [unit for unit in _as_paragraphs(_without_nested(units)) if not any(map(unit.overlaps, paragraphs))]
            return self._composer.quoted(question, paragraphs, left)
        closest = _with_each_article(question, scored, choose_tentative(scored))
        answer = self._composer.closest(question, closest, evidence[:3])
        return answer if answer.statements else with_confidence(answer, scored)

    def _no_article(self, question: Question, treaties: Sequence[Document]) -> Answer | None:
        """The answer that no treaty has the named article or paragraph; None where that is unknown."""
        first, paragraph = question.articles[0], question.paragraph
        with_article = [each for each in treaties if article_units(self._library, each, first)] if paragraph else []
        if with_article and paragraph:
            return place_missing(
                question, with_article[0], _paragraph_locator(first, paragraph), *with_article[1:MOST_NAMED]
            )
        treaty = treaties[0]
        located = (re.fullmatch(r"art\. (\d+)", block.locator) for block in treaty.blocks)
        article_numbers = [int(found[1]) for found in located if found]
        if not article_numbers:
            return None
        reason = say("no_article", question.language, treaty=treaty.short or treaty.title, article=first,
                     first=min(article_numbers), last=max(article_numbers))  # fmt: skip
        return Answer.lacking(question, reason)

    def _answering_units(self, question: Question, units: list[Unit]) -> list[Unit]:
        """The rows of a table that answer a question, which may be none; other named units with their answer spans."""
        scored = self._score_place(question, units)
        if all(_in_table(unit) for unit in units):
            return with_totals(self._library, question, choose(scored, self._most) or choose_tentative(scored))

        def answer_in(unit: Unit) -> Span | None:
            return next((candidate.marked.answer for candidate in scored if candidate.unit.overlaps(unit)), None)

        return [replace(unit, answer=answer_in(unit)) for unit in units]

    def _score_place(self, question: Question, units: Sequence[Unit]) -> list[ScoredUnit]:
        """The scored units at a named place and parts of these; all passages are read unless there are very many."""
        evidence = passages_of(units)
        if len(evidence) <= READ:
            scored = self._scorer.score_passages(question, evidence, evidence)
        else:
            scored = self._scorer.score_evidence(question, evidence, most=len(evidence))
        return [candidate for candidate in scored if any(candidate.unit.overlaps(unit) for unit in units)]

    def _score_with_bonus(
        self, question: Question, evidence: Sequence[Evidence], units: Sequence[Unit]
    ) -> list[ScoredUnit]:
        """The scored units of a named place, with the bonus for naming it."""
        places = {(unit.document.id, unit.start, unit.end) for unit in units}
        found = self._scorer.score_evidence(
            question, evidence, lambda unit: (unit.document.id, unit.start, unit.end) in places
        )
        return [replace(each, score=each.score + NAMED_PLACE_BONUS) for each in found]


def _may_be_called(name: Question, document: Document) -> bool:
    """Whether a document in the language of the words that may name it has at least half of them, and the years among them in any language."""
    has_words = name.share_of_words(document.text, document.language) >= SHARED_WORDS
    return (has_words or document.language != name.language) and name.years <= {*YEAR.findall(document.text)}


def _names_item(question: Question, document: Document, place: str) -> bool:
    """Whether a named paragraph may also be an agenda item ("пункт 152" is either) that a document names."""
    paragraph = parse_locator(place).get("para", "")
    if paragraph not in question.items:
        return False
    number = paragraph.partition(" ")[0]
    if number in re.findall(r"\d+", normalise_place_text(document.masthead.item)):
        return True
    return any(
        f"item {number}" in (" ".join(part.split(" ")[:2]) for part in block.locator.split(", "))
        or _has_agenda_item(question, normalise_place_text(document.body(block)), number, document.language)
        for block in document.blocks
    )


def _has_agenda_item(question: Question, text: str, number: str, language: str) -> bool:
    """Whether a text in a language names an item by number with a word for the agenda beside it."""
    if number not in text:
        return False
    return any(
        found.partition(" ")[0] == number
        and question.vocabulary.says("agenda", text[start : end + AGENDA_REACH], language)
        for found, start, end in numbers_after("item", text, question.vocabulary, language)
    )


def place_missing(question: Question, document: Document, place: str, *others: Document) -> Answer:
    """The answer that a document, and `others` that may be meant, do not have a place."""
    language = question.language
    labels = either(list(dict.fromkeys(each.label for each in (document, *others))), language)
    return Answer.lacking(question, say("no_place", language, document=labels, place=place_text(place, language)))


def _in_table(unit: Unit) -> bool:
    return unit.document.blocks[unit.block].kind == "row"


def _with_each_article(question: Question, scored: Sequence[ScoredUnit], chosen: list[Unit]) -> list[Unit]:
    """The chosen units, if any, and the best unit of each named article that has none among them."""
    missing = []
    for article in question.articles if chosen and len(question.articles) > 1 else ():
        if not any(is_within(unit.locator, f"art. {article}") for unit in chosen):
            missing += [each.marked for each in scored if is_within(each.unit.locator, f"art. {article}")][:1]
    return [*chosen, *missing]


def _as_paragraphs(units: Sequence[Unit]) -> list[Unit]:
    """Units of articles, each sentence replaced by its whole paragraph, if that is not too long: the next sentence may tell what else is provided."""

    def whole(unit: Unit) -> Unit:
        block = unit.document.blocks[unit.block]
        fits = block.kind == "paragraph" and unit.end <= block.end and block.end - block.body_start <= WHOLE_LIMIT
        return replace(unit, start=block.body_start, end=block.end) if fits else unit

    return without_overlaps(map(whole, units))


def passages_of(units: Sequence[Unit]) -> list[Evidence]:
    """The distinct passages of units."""
    return list({unit.evidence.id: unit.evidence for unit in units}.values())


def _without_nested(units: Sequence[Unit]) -> list[Unit]:
    """The units of a provision in order, without those inside another one."""
    kept: list[Unit] = []
    for unit in sorted(units, key=lambda each: (each.document.id, each.start, -each.end)):
        if not any(o.document.id == unit.document.id and o.start <= unit.start and unit.end <= o.end for o in kept):
            kept.append(unit)
    return kept


def units_at(library: Library, document: Document, place: str, inside: range | None = None) -> list[Unit]:
    """The units of a document at a place: a paragraph with its sub-paragraphs, a footnote, the rows of a table; with `inside` only in these
    blocks."""
    part = document.part if "annex" in parse_locator(document.part or "") else None
    spans = find_place_spans(document, place if part is None else join_locator(part, place))
    blocks = [block for block in document.blocks if block.kind != "heading"
              and (inside is None or block.ordinal in inside)
              and any(start <= block.start and block.end <= end for start, end in spans)]  # fmt: skip
    if not blocks or any(block.page in document.unquotable for block in blocks):
        return []
    first, last = blocks[0], (items_below(document, blocks[-1]) or blocks)[-1]
    located = [(block, found) for block in blocks if (found := Evidence.at(library, document, block.start))]
    if first.kind == "row" or blocks[-1].kind == "row":
        rows = [(block, found) for block, found in located if block.kind == "row"]
        rows = [(block, found) for block, found in rows if block.context != "header"] or rows
        return header_once([unit for row, found in rows for unit in block_units(found, row)])
    below = {first.ordinal}
    for block in document.blocks[first.ordinal + 1 : last.ordinal + 1]:
        below |= {block.ordinal} if block.parent in below else set()
    units = [Unit.of(found, block) for block, found in located]
    as_one = below.issuperset(block.ordinal for block in blocks) and last.end - first.body_start <= WHOLE
    if as_one and located and located[0][0] is first:
        units = [Unit(located[0][1], first.body_start, last.end, first.locator, first.ordinal)]
    return [unit for unit in units if not unit.empty]


def article_units(library: Library, document: Document, article: str, paragraph: str | None = None) -> list[Unit]:
    """The units of an article of a treaty, or of one of its paragraphs: by number or, where paragraphs have none, by position. In a digest, whose
    paragraphs have numbers of its own, the units that name the paragraph, or all where none names any."""
    place = f"art. {article}"
    units: list[Unit] = []
    for passage in library.passages(document.id):
        if not any(is_within(document.blocks[n].locator, place) for n in range(passage.first, passage.last + 1)):
            continue
        evidence = Evidence(passage, document)
        units += [unit for unit in units_of(evidence) if is_within(unit.locator, place)]
    if not paragraph:
        return units
    locator = _paragraph_locator(article, paragraph)
    if document.edition == "digest":
        named_in = {unit: _named_paragraphs(unit, place) for unit in units}
        matching = [unit for unit in units if any(is_within(each, locator) for each in named_in[unit])]
        return matching if any(named_in.values()) else units
    in_paragraph = [unit for unit in units if is_within(unit.locator, locator)]
    if in_paragraph or not paragraph.isdigit():
        return in_paragraph
    counted = [block.ordinal for block in document.blocks if block.kind == "paragraph" and block.locator == place]
    return [unit for unit in units if unit.block in counted[int(paragraph) - 1 : int(paragraph)]]


def _named_paragraphs(unit: Unit, article: str) -> list[str]:
    """The paragraphs of an article (a locator) that the block of a unit names."""
    naming = find_place(normalise_place_text(unit.document.block_text(unit.document.blocks[unit.block])))
    return [each for each in naming.places if each != article and is_within(each, article)] if naming else []


def _paragraph_locator(article: str, paragraph: str) -> str:
    """The locator of a paragraph of an article, or of a sub-paragraph, `(c)`."""
    return f"art. {article}{' ' if paragraph.startswith('(') else ', para. '}{paragraph}"


def is_within(locator: str, place: str) -> bool:
    """Whether a locator is a place or inside it."""
    return locator == place or locator.startswith((f"{place},", f"{place} "))
