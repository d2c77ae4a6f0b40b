"""Questions that name a place: "what does paragraph 12 of S/2025/303 say?", "footnote 25 of ...", "article 6 of the Protocol"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from assistant.answer_phrases import either, place_text, say
from assistant.qa.abstention import MAX_PLACE_ONLY_WORDS, NAMED_PLACE_BONUS
from assistant.qa.answer import Answer, Citation
from assistant.qa.citations import AnswerComposer, choose, heads_once, nearest, not_found, unsure, weighed, with_totals
from assistant.qa.retriever import Evidence, Retriever, readable
from assistant.qa.scoring import READ, ScoredUnit, Scorer
from assistant.qa.units import Unit, items_below, units_of
from assistant.question import Question, numbers_after
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.documents import Document, Span
from corpus.library import Library
from corpus.place_spans import find_place_spans
from corpus.places import PREAMBLE, find_place, join_locator, normalise_place_text, parse_locator

WHOLE = 2_000
"""Longest paragraph, in characters with its sub-paragraphs, that is quoted in one piece."""
LOOKED_IN = 40
"""Documents that are looked through, beside those found, for a place of which nothing tells where it is."""
CALLED = 2
"""Words of a title by which a question must call a text that the catalogue does not know."""
_PARTED = re.compile(r"\w+|[^\w\s]|\s{3,}")
_KINDS = frozenset({"para", "note", "table"})
_UNCASED = ("ru", "ar", "zh")
_WORDS = re.compile(r"[^\W\d_]+|\s{3,}|[^\w\s'’]+")
"""Words, a gap where the article is blanked out, marks."""
_ANOTHER = re.compile("ks*[nA]|[nA]s*k|gs{0,2}A|As{0,2}g")
"""Of words by kind (k a capital that is known, n one that is not, A all such, s no content, g the gap): a strange name."""


class NamedPartAnswerer:
    """What answers from a part of a text that a question names, which is read itself."""

    def __init__(self, library: Library, retriever: Retriever, scorer: Scorer, composer: AnswerComposer) -> None:
        self._library, self._retriever = library, retriever
        self._scorer, self._composer, self._most = scorer, composer, composer.most

    def _at(
        self, question: Question, document: Document, places: Sequence[str], inside: range | None = None
    ) -> list[Unit]:
        """The words at some places of a document, or of these blocks of it, from which the question may be answered."""
        found = (unit for place in places for unit in units_at(self._library, document, place, inside))
        return [unit for unit in found if question.admits(document.id, unit.block)]


class NamedPlaces(NamedPartAnswerer):
    """Answers from the places that a question names."""

    def answer(self, question: Question) -> Answer | None:
        """What stands there; None where the question names no place that is looked for."""
        if not question.articles:
            return self._from_places(question)
        answer = self._from_articles(question)
        if answer is None or question.named or question.symbols:
            return answer
        return self._with_others(question, answer)

    def sought(self, question: Question) -> Answer | None:
        """What stands at a place of no document that is named. Where the question asks for more, its words tell which document is meant: the
        first one that search finds, corrigenda left out, must have it, and, where others have the place, too, and it is no table, that
        must come close. Where it asks for nothing else, any text that has the place may be meant: the first ones are shown."""
        places = places_in(question)
        if not places or question.acts_lacking:
            return None
        found = {hit.document.id: hit.document for hit in self._retriever.gather(question, READ)}
        versions, more = self._library.versions(), asks_more(question, _span(question))
        if not more:
            rest = (key for key in sorted(versions.quotable_documents(question.language)) if question.covers(key))
            found |= {key: self._library.document(key) for key in islice(rest, LOOKED_IN) if key not in found}
        texts = [
            each for each in found.values() if not ((held := versions.version_of(each.id)) and held.corrected_symbol)
        ]
        having = [units for each in texts if (units := self._at(question, each, places))]
        having_it = {units[0].document.id for units in having}
        # Of an agenda few paragraphs are numbered.
        texts = [each for each in texts if each.kind != "agenda" or each.id in having_it]
        if not having or (more and not _in_table(having[0][0]) and having[0][0].document is not texts[0]):
            return None
        units = having[0]
        if len(having) == 1 or _in_table(units[0]):
            return self._quoted(question, units)
        if not more:
            saying = _saying(question, having)
            if len(saying) == 1:
                return self._quoted(question, saying[0])
            ordered = sorted(saying, key=lambda each: _rank(question, each[0].document))
            return unsure(self._composer.quoted(question, [each[0] for each in ordered[: self._most]]))
        # Who says nothing else than words of its title calls the text.
        called = not asks_more(question, _span(question), [units[0].document])
        return self._quoted(question, units) if called or nearest(self._among(question, units)) else None

    def lacking(self, question: Question, answer: Answer) -> list[str]:
        """What is to be said of an answer to a question that names a table which the documents cited do not have."""
        tables = [place for place in places_in(question) if "table" in parse_locator(place)]
        cited = [self._library.document(each) for each in dict.fromkeys(c.document for c in answer.citations if tables)]
        return [
            no_place(question, citation, place).reason
            for citation in cited
            for place in tables
            if not find_place_spans(citation, place)
        ]

    def treaties(self, question: Question, language: str) -> list[Document]:
        """The treaties held in a language that the question names or, where it names none of them, all that it may mean."""
        quotable = self._library.versions().quotable_documents(language)
        treaties = [self._library.document(header.id) for header in self._library.headers(kind="treaty")
                    if header.id in quotable and question.covers(header.id)]  # fmt: skip
        keys, symbols = question.treaty_keys, {symbol.text for symbol in question.symbols}
        named = [] if question.named or symbols else self._titled(question, treaties)
        named = named or [d for d in treaties if d.key in keys or (d.symbol and d.symbol.text in symbols)]
        return named or treaties

    def _titled(self, question: Question, treaties: Sequence[Document]) -> list[Document]:
        """Of treaties that the catalogue does not know the one that a question calls by most words that no other title has."""
        words = {each.id: set(title_words(question, each)) for each in treaties}
        said: dict[str, int] = {}
        for each in treaties:
            others = set[str]().union(*(words[other.id] for other in treaties if other.key != each.key))
            called = set() if question.catalogue.contains(each.key) else self._called(question, each)
            said[each.id] = len((words[each.id] - others) & called)
        most = max(said.values(), default=0)
        return [each for each in treaties if most and said[each.id] == most]

    def _called(self, question: Question, document: Document) -> set[str]:
        """The words by which a question calls a text: those that stand together in the question and all in the title, such as "ferry
        convention"; in another language any words of the title. One word alone may mean anything."""
        if question.language != document.language:
            words = {*self._retriever.words(question, document.language)} & {*title_words(question, document)}
            return words if len(words) >= CALLED else set()
        title = set(analyse(document.title, document.language))
        called, run = set[str](), list[str]()
        for word in (*_PARTED.findall(question.rest), "."):
            tokens = analyse(word, question.language)
            if tokens and title.issuperset(tokens):
                run += tokens
                continue
            content = set(question.vocabulary.content(run, question.language))
            called |= content if len(content) >= CALLED else set()
            run = []
        return called

    def _from_places(self, question: Question) -> Answer | None:
        """A paragraph, footnote or table of a document that the question names: quoted whole, but of a table the rows that answer."""
        places, annexes = places_in(question), _annexes(question)
        documents = readable(question, self._library) if places or annexes else None
        if documents is None:
            return None
        if units := [unit for document in documents for unit in self._at(question, document, places)]:
            return self._quoted(question, units)
        annexed = [
            document for document in documents if find_place_spans(document, "annex")
        ]  # where others have one is not known
        places = places or [
            place for place in annexes if annexed and not any(find_place_spans(each, place) for each in annexed)
        ]
        if not question.symbols or not documents or not places:
            return None
        return no_place(question, documents[0], places[0])

    def _quoted(self, question: Question, units: list[Unit]) -> Answer:
        asked = self._asked(question, units) if asks_more(question, _span(question)) else units
        return self._composer.whole(question, asked)

    def _from_articles(self, question: Question) -> Answer | None:
        """An article that the question names: quoted whole where nothing more is asked, else what fits."""
        documents: list[Document] = []
        units: list[Unit] = []
        for language in dict.fromkeys((question.language, "en")):
            treaties = [] if units else self.treaties(question, language)
            documents += treaties
            units += [unit for document in treaties for article in question.articles
                      for unit in article_units(self._library, document, article, question.paragraph)]  # fmt: skip
        if not units:
            called = question.named or question.symbols or question.treaty_keys or self._titled(question, documents)
            # Who asks for more, of no text that is held, may ask what others say of the article of a text that is not.
            return self._no_article(question, documents) if documents and (called or not asks_more(question)) else None
        evidence = passages_of(units)
        if not question.named and not question.symbols and names_another(question, documents):
            return not_found(question, evidence)
        left = words_left(question, titled=self._titled(question, documents))
        if len(left) <= alone(question):
            # Of several treaties one word may tell which is meant.
            several = len({unit.document.key for unit in units}) > 1
            saying = [unit for unit in units if several and _says_any(left, unit.text, unit.document)]
            chosen = choose(self._weighed(question, passages_of(saying), saying), self._most)
            return self._composer.whole(question, chosen or _whole(units))
        # Where the article comes from an earlier turn, the last one says which of its parts is meant; by itself that may say too little.
        last = question if question.focus == question.text else question.asking(question.focus)
        scored = self._weighed(last, evidence, units)
        chosen = _with_each_article(question, scored, choose(scored, self._most))
        if not chosen and last is not question:
            chosen = choose(self._weighed(question, evidence, units), self._most)
        if chosen:
            return self._composer.quoted(question, chosen)
        closest = _with_each_article(question, scored, nearest(scored))
        answer = self._composer.closest(question, closest, evidence[:3])
        return answer if answer.statements else weighed(answer, scored)

    def _no_article(self, question: Question, treaties: Sequence[Document]) -> Answer | None:
        """That none of some treaties has the article that a question names, or the paragraph of it; None where that is not known."""
        first, paragraph = question.articles[0], question.paragraph
        having = [each for each in treaties if article_units(self._library, each, first)] if paragraph else []
        if having and paragraph:
            return no_place(question, having[0], _place_of(first, paragraph))
        treaty = treaties[0]
        held = [int(found[1]) for block in treaty.blocks if (found := re.fullmatch(r"art\. (\d+)", block.locator))]
        if not held:
            return None
        reason = say("no_article", question.language, treaty=treaty.short or treaty.title, article=first,
                     first=min(held), last=max(held))  # fmt: skip
        return Answer.lacking(question, reason)

    def _with_others(self, question: Question, answer: Answer) -> Answer:
        """An answer from a treaty that the question may mean ("the Convention"), which names others that are held, have the article and are
        called so, too."""
        cited = {citation.document for citation in answer.citations}
        quotable = self._library.versions().quotable_documents(question.language)
        others: dict[str, str] = {}
        for header in self._library.headers(kind="treaty") if cited else ():
            known = header.id in cited or question.catalogue.contains(header.key)
            if known or header.id not in quotable or not question.covers(header.id):
                continue
            document = self._library.document(header.id)
            words = self._retriever.words(question, document.language)
            called = not set(title_words(question, document)).isdisjoint(words)
            if question.language != document.language and asks_more(question):
                called = called or self._as_like(question, document, answer.citations[0])
            if called and any(article_units(self._library, document, each) for each in question.articles):
                others[document.key] = document.label
        if not others:
            return answer
        told = say("other_texts", question.language, others=either([*others.values()][: self._most], question.language))
        return replace(answer, notes=(*answer.notes, told))

    def _as_like(self, question: Question, document: Document, cited: Citation) -> bool:
        """Whether a question in another language is as near in meaning to the title of a text as to that of the one that is cited."""
        models, titles = self._library.models.models_for(question.language), [document.title, cited.title]
        if not models:
            return False
        own, other = self._library.similarities(question.text, titles, models[-1], document.language)
        return own >= other

    def _asked(self, question: Question, units: list[Unit]) -> list[Unit]:
        """The rows of a table that answer a question, all where none does; other words that are named with those in them that answer."""
        scored = self._among(question, units)
        if all(_in_table(unit) for unit in units):
            return with_totals(self._library, question, choose(scored, self._most) or nearest(scored)) or units
        best = [
            next((candidate.marked.answer for candidate in scored if candidate.unit.overlaps(unit)), None)
            for unit in units
        ]
        return [replace(unit, answer=answer) for unit, answer in zip(units, best, strict=True)]

    def _among(self, question: Question, units: Sequence[Unit]) -> list[ScoredUnit]:
        """The units at a place that is named, and parts of these, as they are weighed: all of them, unless these are very many."""
        evidence = passages_of(units)
        if len(evidence) <= READ:
            scored = self._scorer.score_passages(question, evidence, evidence)
        else:
            scored = self._scorer.score_evidence(question, evidence, most=len(evidence))
        return [candidate for candidate in scored if any(candidate.unit.overlaps(unit) for unit in units)]

    def _weighed(self, question: Question, evidence: Sequence[Evidence], units: Sequence[Unit]) -> list[ScoredUnit]:
        """The units of a place that is named, as they are weighed, with what naming it adds."""
        places = {_place(unit) for unit in units}
        found = self._scorer.score_evidence(question, evidence, lambda unit: _place(unit) in places)
        return [replace(each, score=each.score + NAMED_PLACE_BONUS) for each in found]


def _preambular(question: Question) -> list[tuple[str, int, int]]:
    """The paragraphs of a preamble that a question names by their numbers, and where: "the third preambular paragraph"."""
    found = [match.span() for match in PREAMBLE.finditer(question.rest)]
    if not found:
        return []
    text = blanked(question.rest, found)

    def beside(start: int, end: int, word: Span) -> bool:
        """Whether nothing but function words stands between a number and a word for a preamble, and no named text before that."""
        first, last = word
        gap = question.rest[last:start] if last <= start else question.rest[end:first]
        return not question.content_of(gap) and (last <= start or not re.search(r"\s{3,}", gap))

    return [
        (f"preamble, para. {number}", min(start, found[0][0]), max(end, found[-1][1]))
        for number, start, end in numbers_after("paragraph", text, question.vocabulary, question.language)
        if any(beside(start, end, word) for word in found)
    ]


def _annexes(question: Question) -> list[str]:
    """The annexes that a question names by number or letter, and no place in them."""
    naming = find_place(normalise_place_text(question.text))
    return [
        each for each in (naming.places if naming else ()) if parse_locator(each).keys() == {"annex"} and " " in each
    ]


def places_in(question: Question) -> list[str]:
    """The paragraphs, footnotes and tables that a question names."""
    if preambular := _preambular(question):
        return [place for place, _, _ in preambular]
    naming = find_place(normalise_place_text(question.text))
    return [place for place in (naming.places if naming else ()) if _KINDS & set(parse_locator(place))]


def _span(question: Question) -> Span:
    """Where in its text a question names places; nowhere where that can't be told."""
    for _, start, end in _preambular(question):
        return start, end
    naming = find_place(text := normalise_place_text(question.text))
    return (naming.start, naming.end) if naming and len(text) == len(question.text) else (0, 0)


def _rank(question: Question, document: Document) -> tuple[bool, bool]:
    """How far behind a document stands among those that may be meant: digests and other languages last."""
    return document.language != question.language, document.edition == "digest"


def _saying(question: Question, having: Sequence[list[Unit]]) -> Sequence[list[Unit]]:
    """Of places in several texts those that say a word which the question has beside the place; all where none does."""
    asked = set(question.content_of(blanked(question.rest, [_span(question)])))
    return [each for each in having if any(_says_any(asked, unit.own, unit.document) for unit in each)] or having


def _says_any(words: Iterable[str], text: str, document: Document) -> bool:
    """Whether a text of a document has any of some words, as the index has them."""
    return not set(words).isdisjoint(analyse(text, document.language))


def no_place(question: Question, document: Document, place: str) -> Answer:
    """That a document does not have a place."""
    place = place_text(place, question.language)
    return Answer.lacking(question, say("no_place", question.language, document=document.label, place=place))


def _in_table(unit: Unit) -> bool:
    return unit.document.blocks[unit.block].kind == "row"


def _with_each_article(question: Question, scored: Sequence[ScoredUnit], chosen: list[Unit]) -> list[Unit]:
    """What was chosen, if anything, and the best unit of each article that is named and has no say yet."""
    more = []
    for article in question.articles if chosen and len(question.articles) > 1 else ():
        own = [candidate.marked for candidate in scored if within(candidate.unit.locator, f"art. {article}")]
        if not any(within(unit.locator, f"art. {article}") for unit in chosen):
            more += own[:1]
    return [*chosen, *more]


def passages_of(units: Sequence[Unit]) -> list[Evidence]:
    """The passages that units are in, each once."""
    return list({unit.evidence.id: unit.evidence for unit in units}.values())


def _place(unit: Unit) -> tuple[str, int, int]:
    return unit.document.id, unit.start, unit.end


def _whole(units: Sequence[Unit]) -> list[Unit]:
    """The units of a provision in order, each word once."""
    chosen: list[Unit] = []
    for unit in sorted(units, key=lambda each: (each.document.id, each.start, -each.end)):
        if not any(o.document.id == unit.document.id and o.start <= unit.start and unit.end <= o.end for o in chosen):
            chosen.append(unit)
    return chosen


def units_at(library: Library, document: Document, place: str, inside: range | None = None) -> list[Unit]:
    """The words of a document at a place: a paragraph with its sub-paragraphs, a footnote, the rows of a table; with `inside` those of
    these blocks."""
    own = document.part if "annex" in parse_locator(document.part or "") else None
    spans = find_place_spans(document, place if own is None else join_locator(own, place))
    blocks = [block for block in document.blocks if block.kind != "heading"
              and (inside is None or block.ordinal in inside)
              and any(start <= block.start and block.end <= end for start, end in spans)]  # fmt: skip
    if not blocks or any(block.page in document.unquotable for block in blocks):
        return []
    first, last = blocks[0], (items_below(document, blocks[-1]) or blocks)[-1]
    held = [(block, found) for block in blocks if (found := Evidence.at(library, document, block.start))]
    if first.kind == "row" or blocks[-1].kind == "row":
        rows = [(block, found) for block, found in held if block.kind == "row"]
        rows = [(block, found) for block, found in rows if block.context != "header"] or rows
        return heads_once([unit for row, found in rows for unit in units_of(found) if unit.block == row.ordinal])
    under = {first.ordinal}
    for block in document.blocks[first.ordinal + 1 : last.ordinal + 1]:
        under |= {block.ordinal} if block.parent in under else set()
    units = [Unit.of(found, block) for block, found in held]
    together = under.issuperset(block.ordinal for block in blocks) and last.end - first.body_start <= WHOLE
    if together and held and held[0][0] is first:
        units = [Unit(held[0][1], first.body_start, last.end, first.locator, first.ordinal)]
    return [unit for unit in units if not unit.empty]


def article_units(library: Library, document: Document, article: str, paragraph: str | None = None) -> list[Unit]:
    """The units of an article of a treaty, or of one paragraph of it, by its number or, where they have none, counted; in a digest, whose
    paragraphs have numbers of its own, those that say that they tell of it, or all where none says of which it tells."""
    place = f"art. {article}"
    units: list[Unit] = []
    for passage in library.passages(document.id):
        if not any(within(document.blocks[n].locator, place) for n in range(passage.first, passage.last + 1)):
            continue
        evidence = Evidence(passage, document)
        units += [unit for unit in units_of(evidence) if within(unit.locator, place)]
    if not paragraph:
        return units
    wanted = _place_of(article, paragraph)
    if document.edition == "digest":
        told = {unit: _told_of(unit, place) for unit in units}
        named = [unit for unit in units if any(within(each, wanted) for each in told[unit])]
        return named if any(told.values()) else units
    own = [unit for unit in units if within(unit.locator, wanted)]
    if own or not paragraph.isdigit():
        return own
    counted = [block.ordinal for block in document.blocks if block.kind == "paragraph" and block.locator == place]
    return [unit for unit in units if unit.block in counted[int(paragraph) - 1 : int(paragraph)]]


def _told_of(unit: Unit, article: str) -> list[str]:
    """The paragraphs of an article, a locator, that the words of a unit first name."""
    naming = find_place(normalise_place_text(unit.document.block_text(unit.document.blocks[unit.block])))
    return [each for each in naming.places if each != article and within(each, article)] if naming else []


def _place_of(article: str, paragraph: str) -> str:
    """The locator of a paragraph of an article, or of a sub-paragraph, `(c)`."""
    return f"art. {article}{' ' if paragraph.startswith('(') else ', para. '}{paragraph}"


def within(locator: str, place: str) -> bool:
    """Whether a locator is a place, or lies in it."""
    return locator == place or locator.startswith((f"{place},", f"{place} "))


def asks_more(question: Question, place: Span = (0, 0), titled: Sequence[Document] = ()) -> bool:
    """Whether a question about a place asks for more than its text: whether more than one content word is left (who asks
    what an article says has that one)."""
    return len(words_left(question, place, titled)) > alone(question)


def alone(question: Question) -> int:
    """The content words that who asks for the words of a place may have; of Chinese each two characters are a token."""
    return MAX_PLACE_ONLY_WORDS * (3 if question.language == "zh" else 1)


def words_left(question: Question, place: Span = (0, 0), titled: Sequence[Document] = ()) -> list[str]:
    """The content words that a question about a place has beside the place, a span of the question where it is no article, and what its
    text is called, by a name or, of those `titled`, by words of its title."""
    spans = [place, *((mention.start, mention.end) for mention in question.terms)]
    for name in (name for entry in question.named for name in entry.names):
        spans += [found.span() for found in re.finditer(re.escape(name), question.text, re.IGNORECASE)]
    left = question.content_of(blanked(question.rest, spans))
    called = {word for each in titled for word in title_words(question, each)}
    return [token for token in left if not token.isdigit() and token not in called]


def left_beside(question: Question, text: str, called: Iterable[str], *languages: str) -> list[str]:
    """The content words of a part of a question that are none of what something is `called`, in these languages."""
    known = {token for each in called for language in languages for token in analyse(each, language)}
    return [token for token in question.content_of(text) if token not in known]


def title_words(question: Question, document: Document) -> list[str]:
    """The content words of a document's title, as the index has them."""
    return question.vocabulary.content_of(document.title, document.language)


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
