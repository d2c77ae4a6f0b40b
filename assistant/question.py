"""Parses a question: its language, and the symbols, items, articles, days and terms that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.answer_phrases import act_words
from assistant.vocabulary import TermMention, Vocabulary
from assistant.wording.lexicon import names_time
from assistant.wording.values import blanked, without_symbols
from corpus.analysis import analyse, fold
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.countries import country_names, find_countries
from corpus.language import detect_language
from corpus.symbols import KnownSymbols, Symbol, SymbolMention, find_symbols
from ingest.time_ranges import times_in_sentence

if TYPE_CHECKING:
    from corpus.embedding import Embedder
    from corpus.models import EmbeddingModels

Result = TypeVar("Result")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LATIN = re.compile(r"(?<![A-Za-z\u00c0-\u024f\d])[A-Za-z\u00c0-\u024f]{2,}(?:['’][A-Za-z\u00c0-\u024f]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+|[¿¡«“\"(]\s*)$")
"""Matches up to the first word of a sentence or quotation."""
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_BODIES = ("Conference of the Parties", "Working Group")
_ORDINAL = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|e|ème|º|ª|-?[йяе])(?!\w)|第(\d{1,2})(?!\d)")
_CITED = re.compile(
    r"(?<![A-Za-z\d/.(-])(?:\d{1,4}/[A-Z]{1,5}\.\d{1,3}|(?:E?S-)?\d{1,4}/\d{1,4}|\d{2,4}(?:\s?\((?:\d{4}|(?:S-)?[IVXL]+)\))?|[A-Z]{1,3}\.\d{1,3}|(?i:rev|add|corr)\.\d{1,2})"
    r"(?![A-Za-z\d/]|[.,]\d)"
)
"""Numbers by which documents are cited: resolutions as `80/228`, `12/CP.31`, `ES-11/1`, `2771 (2025)`, `2771`; drafts or papers as `L.2`; and modifiers of a
named document as `Rev.1`."""
_MODIFIERS = ("Rev.", "Add.", "Corr.")
_FULL_NUMBER = re.compile(r"[/(]")
"""What distinguishes the full number of a resolution: `80/228`, `2771 (2025)`, not `2771`."""
_NUMBERED_WORD = re.compile(
    r"(?P<word>[^\W\d_\u3400-\u9fff]{2,})\s+(?:n[o°º]\.?\s*|№\s*|#\s*)?(?P<number>\d{1,3}(?:\.\d{1,2})?)(?![\w/%]|[:.,]\d|\s*%)"
    r"|第\s*(?P<counted>\d{1,3})\s*[项条号个]?\s*(?P<behind>[\u3400-\u9fff]{2})"
    r"|(?P<before>[\u3400-\u9fff]{2})\s*第?\s*(?P<last>\d{1,3})(?![\d/%]|[:.,]\d)",
    re.IGNORECASE,
)
"""A word and the number after it: `recommendation 3`, `measure 1.2`, `第3项建议`."""
WEEK = 7
"""Highest number of a day that is counted from the first day of a meeting."""
_REACH = 30
"""Characters around a cited number that are searched for the word `resolution` or `decision`."""
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h](\d{2}))?\s*(a\.?m\.?|p\.?m\.?|o['’]clock|h(?:eures)?|часов|点|uhr)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits of what a question may be answered from. `within`: ids of the only documents, None for all; of documents in `parts` only the blocks
    given there, which are about the agenda item `of_item`. `acts`: resolutions, decisions and drafts in the library by the numbers that they are
    cited by; `known`: symbols in the library, which are recognized in any form."""

    within: frozenset[str] | None = None
    of_item: str | None = None
    parts: Mapping[str, frozenset[int]] = field(default_factory=dict)
    acts: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict, repr=False)
    known: KnownSymbols = field(default=KnownSymbols(()), repr=False, compare=False)

    def covers(self, document_id: str) -> bool:
        """Whether a question may be answered from a document."""
        return self.within is None or document_id in self.within

    def admits(self, document_id: str, first: int, last: int | None = None, *, whole: bool = False) -> bool:
        """Whether a question may be answered from any (with `whole`: from all) of the blocks from `first` to `last`."""
        if not self.covers(document_id):
            return False
        if document_id not in self.parts:
            return True
        blocks = range(first, (first if last is None else last) + 1)
        return (all if whole else any)(block in self.parts[document_id] for block in blocks)


NO_BOUNDS = Bounds()


@dataclass(frozen=True, kw_only=True)
class Question(Bounds):
    """A parsed question. `text` is cleaned.

    `focus` is the last turn of a follow-up, else the whole text; `rest` is `text` with blanks for symbols, articles, paragraphs and counted days.
    `items` are agenda item numbers (`2`, `1 (a)`), `articles` article numbers, `sessions` numbers of sessions and meetings (`the tenth session`) from the
    second on, `weekdays` 0 (Monday) to 6, `days` days of the month, `nth_days` days of a meeting (`the second day`), `afternoon` the half of the day if
    one is named, `evening` whether that is the evening, `hour` a clock hour (24 h). `named` are the catalogue entries that it names; where there are none, `called` are the treaties that `the
    Protocol` or `the Convention` may be. `carried` are ids of passages that answered the previous turn, where the question leans on it. `memory` caches
    values computed for the text (`once`).
    """

    text: str
    language: str
    vocabulary: Vocabulary = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    focus: str
    rest: str = ""
    symbols: tuple[Symbol, ...] = ()
    items: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    paragraph: str | None = None
    sessions: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    nth_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    afternoon: bool | None = None
    evening: bool = False
    hour: int | None = None
    named: tuple[CatalogueEntry, ...] = ()
    called: tuple[CatalogueEntry, ...] = ()
    carried: tuple[str, ...] = ()
    memory: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result of `make`, computed once per key for the text of this question."""
        full_key = self.text, key
        if full_key not in self.memory:
            self.memory[full_key] = make()
        result: Result = self.memory[full_key]
        return result

    def bounded(self, bounds: Bounds) -> Question:
        """The question within bounds; symbols and numbers of documents in the library are recognized."""
        known_mentions = bounds.known.find(self.rest, alike=True)
        symbols = [*self.symbols, *(each.symbol for each in known_mentions)]
        rest = blanked(self.rest, ((each.start, each.end) for each in known_mentions))
        names = {each.text for each in symbols}
        for found, number, context in replace(self, rest=rest)._cited():
            acts = bounds.acts.get(number, ())
            if number.startswith(_MODIFIERS):
                acts = tuple(each for each in acts if each.text.removesuffix(f"/{number}") in names)
            if acts and ("/" in number or "." in number or self._mentions_acts(*context)):
                symbols += acts
                rest = blanked(rest, [found.span()])
        limits = {each.name: getattr(bounds, each.name) for each in fields(Bounds)}
        return replace(self, symbols=tuple(dict.fromkeys(symbols)), rest=rest, **limits)

    def mentions(self) -> list[SymbolMention]:
        """The symbols in its text, in order: by their form, or as symbols of the library or in the form of one."""
        found = find_symbols(self.text)
        known = self.known.find(self.text, alike=True)
        others = [
            each for each in known if not any(each.start < other.end and other.start < each.end for other in found)
        ]
        return sorted([*found, *others], key=lambda each: each.start)

    def _cited(self) -> Iterator[tuple[re.Match[str], str, tuple[str, str]]]:
        """The numbers by which documents may be cited: the match, the normalized number, and the text before and after it."""
        for found in _CITED.finditer(self.rest):
            context = self.rest[max(0, found.start() - _REACH) : found.start()], self.rest[found.end() :][:_REACH]
            number = re.sub(r"(?<=\d)\s*\(", " (", found.group())
            yield found, number.capitalize() if number.capitalize().startswith(_MODIFIERS) else number, context

    @cached_property
    def missing_acts(self) -> tuple[str, ...]:
        """The full numbers (`80/228`, `2771 (2025)`) of cited resolutions and decisions that are missing in the library."""
        cited = ((number, context) for _, number, context in self._cited() if _FULL_NUMBER.search(number))
        missing = (number for number, context in cited if number not in self.acts and self._mentions_acts(*context))
        return tuple(dict.fromkeys(missing))

    def _mentions_acts(self, before: str, after: str) -> bool:
        """Whether the last word before a number or the first after it is a word for resolutions or decisions."""
        words = act_words("RES", self.language) | act_words("DEC", self.language)
        return not words.isdisjoint([*analyse(before, self.language)[-1:], *analyse(after, self.language)[:1]])

    def asking(self, text: str) -> Question:
        """Another question in the same language, within the same bounds."""
        return parse_question(text, self.vocabulary, self.catalogue, self.language).bounded(self)

    @property
    def last(self) -> str:
        """The last turn, where the text also has earlier ones; else empty."""
        return self.focus if self.text != self.focus and self.text.endswith(self.focus) else ""

    @cached_property
    def numbered_words(self) -> list[tuple[str, str]]:
        """The content words that a number such as 3 or 1.2 follows ("recommendation 3"), with the number; agenda items, days and months are none."""
        item_numbers = {number for each in self.items for number in re.findall(r"\d+", each)}
        found = []
        for word, number in find_numbered_words(self.rest):
            is_other = number in item_numbers or (number.isdigit() and int(number) in self.days) or names_time(word)
            if not is_other and self.content_of(word):
                found.append((word, number))
        return found

    @property
    def documents(self) -> list[Symbol]:
        """The symbols of the documents that it names, by symbol or by name."""
        named = [entry.symbol for entry in self.named if entry.symbol is not None and entry.part is None]
        return list(dict.fromkeys([*self.symbols, *named]))

    @property
    def treaty_keys(self) -> set[str]:
        """The keys of the texts that it names or that `the Protocol` may be."""
        return {entry.key for entry in (*self.named, *self.called)}

    @cached_property
    def years(self) -> frozenset[str]:
        """The years that the question names, as they are written."""
        return frozenset(YEAR.findall(self.text))

    @cached_property
    def terms(self) -> list[TermMention]:
        """The texts and bodies that the question names."""
        return self.vocabulary.mentions(self.text, self.language)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """ISO 3166 codes of the countries that it names. Words for meetings are blanked out first, since a Spanish one is also an island."""
        return tuple(find_countries(self.vocabulary.without("meetings", self.rest, self.language), self.language))

    @cached_property
    def unnamed(self) -> Question:
        """The question without the symbols and names of documents; itself where nothing else is left."""
        names = {name for entry in self.named for name in entry.names}
        text = self.rest
        for mention in reversed(self.terms):
            if names.intersection(self.vocabulary.names(mention.concept, "en")):
                text = f"{text[: mention.start]} {text[mention.end :]}"
        bare = replace(self, text=" ".join(text.split()))
        return bare if bare.content and bare.text != self.text else self

    @cached_property
    def content(self) -> list[str]:
        """Index tokens of the content words, in the question's own language."""
        return self.content_of(self.text)

    def content_of(self, text: str) -> list[str]:
        """Index tokens of the content words of a text in the question's language, such as a part of it."""
        return self.vocabulary.content_of(text, self.language)

    def share_of_words(self, text: str, language: str) -> float:
        """The share of the question's content words that a text in its language has; 0 for a text in another one."""
        words = set(self.content) if language == self.language else set()
        return len(words.intersection(analyse(text, language))) / len(words) if words else 0.0

    def has_all_words(self, text: str, language: str) -> bool:
        """Whether a text in the question's language has all its content words: then it is surely relevant."""
        return self.share_of_words(text, language) == 1.0

    def words(self, language: str, translated: Sequence[str] = ()) -> list[str]:
        """Index tokens of the question for documents in a language: its content words where it is in that language, else its numbers, symbols, names in
        Latin letters and countries, and `translated` words."""
        if language == self.language:
            return self.content
        numbers_and_symbols = [
            token for token in self.content if token.isascii() and (token.isdigit() or token.startswith("sym"))
        ]
        countries = [name for code in self.countries for name in country_names(code, language)]
        words = " ".join([*self.latin, *countries, *translated])
        return [*numbers_and_symbols, *self.vocabulary.content_of(words, language)]

    def tokens(self, language: str, translated: Sequence[str] = ()) -> list[str]:
        """Search tokens for documents in a language: the words of the question, and what the texts and bodies that it names are
        called in that language."""
        words = self.words(language, translated)
        names = [name for mention in self.terms for name in self.vocabulary.names(mention.concept, language)[:4]]
        name_tokens = [token for name in names for token in analyse(name, language)]
        return list(dict.fromkeys([*words, *self.vocabulary.content(name_tokens, language)]))

    @cached_property
    def latin(self) -> list[str]:
        """Names in Latin letters, which other languages may also use: all Latin words of a question in another script, else capitalized words
        that do not begin a sentence."""
        words = list(_LATIN.finditer(self.text))
        if self.language in ("ru", "ar", "zh"):
            return [word.group() for word in words]
        return [
            word.group()
            for word in words
            if word.group().isupper() or (word.group()[0].isupper() and inside(self.text, word.start()))
        ]

    def for_models(self, models: EmbeddingModels) -> tuple[str, tuple[Embedder, ...]]:
        """The text for the embedding models, and the models: the question itself where any model reads its language, else the English names of what it
        names. The last model finds most, also in English (docs/experiments.md)."""
        readers = models.models_for(self.language)
        return (self.text, readers) if readers else (self.english, models.models_for("en"))

    @cached_property
    def english(self) -> str:
        """The question for an English-only model: itself, or the English names of the texts and bodies that it names."""
        if self.language == "en":
            return self.text
        names = [self.vocabulary.names(mention.concept, "en")[0] for mention in self.terms]
        numbers = re.findall(r"\b\d[\d/]*\b", self.text)
        return " ".join(dict.fromkeys([*names, *numbers]))


def find_numbered_words(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that a number follows, with the number."""
    for match in _NUMBERED_WORD.finditer(text):
        word = match["word"] or match["behind"] or match["before"]
        yield word, match["number"] or match["counted"] or match["last"]


def cites(text: str, number: str) -> bool:
    """Whether a text cites a resolution by its full number: `80/228`, `2771 (2025)`."""
    return re.search(rf"(?<![\w/.]){re.escape(number).replace(chr(92) + ' ', ' ?')}(?![\w/])", text) is not None


def inside(text: str, start: int) -> bool:
    """Whether the word at a position is not the first of a sentence or quotation, so that a capital letter makes it a name."""
    return not _SENTENCE_START.search(text, max(0, start - 4), start)


def clean_question(text: str) -> str:
    """A text on one line, in NFKC form, without control characters."""
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    return re.sub(r"\s+", " ", _ARABIC_MARKS.sub("", _CONTROL.sub(" ", text))).strip()


def parse_question(
    raw: str,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    language: str | None = None,
    focus: str | None = None,
) -> Question:
    """Parses a question. `language` overrides the detected one; `focus` is the part asked last."""
    text = clean_question(raw)
    question_language = language or detect_language(text)
    mentions, bare = find_symbols(text), without_symbols(text)[1]
    articles, paragraph, rest = _articles(bare, vocabulary, question_language)
    months = tuple(int(month) for month in vocabulary.choices("months", rest, question_language))
    # Russian "повестка дня" (agenda) ends in a word for a day and the afternoon.
    without_agenda = vocabulary.without("agenda", rest, question_language)
    counted_days = [] if months else numbers_after("day", without_agenda, vocabulary, question_language)
    # "Day 13" is a day of the month: hardly any meeting lasts more than a week.
    month_days = tuple(int(number) for number, _, _ in counted_days if number.isdigit() and int(number) > WEEK)
    counted_days = [each for each in counted_days if not each[0].isdigit() or int(each[0]) <= WEEK]
    parts = vocabulary.choices(
        "dayparts", blanked(without_agenda, ((start, end) for _, start, end in counted_days)), question_language
    )
    clock, spoken_span = _CLOCK.search(rest), times_in_sentence(rest)
    named = _named_entries(bare, vocabulary, catalogue, question_language)
    items = numbers_after("item", rest, vocabulary, question_language)
    number_spans = [(start, end) for _, start, end in (*items, *counted_days)]
    hour = None
    if spoken_span is not None:
        hour = spoken_span[0].hour + (spoken_span[0].minute > 0)  # the first full hour of it
    elif clock and int(clock.group(1)) < 24:
        hour = int(clock.group(1)) + (12 if clock.group(3)[0] in "pP" and int(clock.group(1)) < 12 else 0)
    return Question(
        text=text,
        language=question_language,
        vocabulary=vocabulary,
        catalogue=catalogue,
        focus=focus or text,
        rest=blanked(rest, ((start, end) for _, start, end in counted_days)),
        symbols=tuple(mention.symbol for mention in mentions),
        items=tuple(dict.fromkeys(number for number, _, _ in items)),
        articles=articles,
        paragraph=paragraph,
        sessions=_sessions(rest, vocabulary, question_language),
        weekdays=tuple(int(day) for day in vocabulary.choices("weekdays", rest, question_language)),
        days=(*_days(blanked(rest, number_spans), bool(months), vocabulary, question_language), *month_days),
        nth_days=tuple(dict.fromkeys(int(number) for number, _, _ in counted_days if number.isdigit())),
        months=months,
        afternoon=None if not parts or len(parts) > 1 else parts[0] in ("afternoon", "evening"),
        evening=parts == ["evening"],
        hour=hour,
        named=named,
        called=() if named else _possible_treaties(bare, vocabulary, catalogue, question_language),
    )


_JOINS = r"\s*(?:,|、|\b(?:and|et|y|or|to)\b|и|و|和|与|及|&|-)\s*(?:the |le |la |el |ال)?"
"""What joins two numbers that share a word: `items 2 and 3`, `the second and the third item`."""


def numbers_after(kind: str, text: str, vocabulary: Vocabulary, language: str) -> list[tuple[str, int, int]]:
    """Numbers next to a word of a kind (`item 2 (a)`, `the second item`, `第二项`): normalized number and span."""
    found: list[tuple[str, int, int]] = []
    numbers = vocabulary.number_words(language)
    forms = vocabulary.forms(kind, language)
    word = _any_of({*forms, *map(fold, forms)}).replace(r"\ ", r"\s+")
    spelled, ordinals = _any_of(numbers), _any_of(vocabulary.number_words(language, "ordinals"))
    edge = "(?<![哪任每])" if language == "zh" else r"(?<!\w)"
    article = "(?:[وف]?(?:[بك]?ال|لل|[بكل])?)" if language == "ar" else ""
    folded = fold(text) if len(fold(text)) == len(text) else text.casefold()
    # `item 3 b`: a separate letter that is no word (`item 3 a priority`, `tema 3 y`), or that ends the sentence.
    parts = "".join(letter for letter in ascii_lowercase if vocabulary.content([letter], language))
    letter = rf"\(?\s*[a-z]\s*\)|(?<=\d)[a-z](?!\w)|(?<=\s)(?:[{parts}](?![\w'’.])|[a-z](?=\s*(?:[?!,;:]|\.?\s*$)))"
    # Of articles only the number before the point is theirs: article 4.2 is paragraph 2 of article 4.
    digits = r"\d{1,3}(?:\.\d{1,2}(?![\d.]))?" if kind == "item" else r"\d{1,3}"
    number = rf"(?:n[o°º]\.?\s*|№\s*|#\s*)?({digits})(?:\s*({letter}))?"
    after = re.compile(
        rf"{edge}{article}(?:{word})\.?\s*{number}((?:{_JOINS}(?:no\.?\s*)?{digits}(?!\d)){{0,3}})", re.IGNORECASE
    )
    for match in after.finditer(folded):
        part = (match.group(2) or "").strip("( )")
        found.append((match.group(1) + (f" ({part})" if part else ""), match.start(), match.end()))
        found += [(other, match.start(), match.end()) for other in re.findall(digits, match.group(3))]
    behind = (
        rf"(?:第\s*(?=\d)|(?=\d+\s*号))({digits})(?:\.\d{{1,2}})?\s*号?\s*"
        if language == "zh"
        else r"(\d{1,3})(?:st|nd|rd|th|e|er|ème|º|ª|-?[йяое]|-го|-му|-ю)\s+"
    )
    for match in re.finditer(rf"{edge}{behind}(?:{word})", folded, re.IGNORECASE):
        found.append((match.group(1), match.start(), match.end()))
    gap = r"\s*" if language == "zh" else r"\s+"
    # `Two items` are counted, `the second item` and `item two` are numbered.
    more = rf"(?:{_JOINS}(?:{spelled}))*"
    for pattern in (
        rf"{edge}((?:{ordinals}){more}){gap}(?:{word})",
        rf"{edge}{article}(?:{word}){gap}((?:{spelled}){more})(?!\w)",
    ):
        for match in re.finditer(pattern, folded, re.IGNORECASE):
            named = re.findall(spelled, match.group(1), re.IGNORECASE)
            found += [(str(numbers[each.casefold()]), match.start(), match.end()) for each in named]
    return found


def _any_of(words: Iterable[str]) -> str:
    """A regex for any of some words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def numbered_meetings(text: str, vocabulary: Vocabulary, language: str) -> tuple[str, ...]:
    """The ordinals of the meetings and sessions that a text names: `8` for `the eighth meeting`."""
    ordinal = {str(name) for name in vocabulary.choices("ordinals", text, language)}
    ordinal |= {number for found in _ORDINAL.findall(text) for number in found if number}
    named = (number for number, _, _ in numbers_after("meetings", text, vocabulary, language))
    return tuple(dict.fromkeys(each for each in named if each in ordinal))


def _sessions(text: str, vocabulary: Vocabulary, language: str) -> tuple[str, ...]:
    bodies = [vocabulary.names(mention.concept, "en")[0] for mention in vocabulary.mentions(text, language)]
    if vocabulary.find("sittings", text, language) and not any(body.startswith(_BODIES) for body in bodies):
        return ()  # sittings in a timetable
    # "The first meeting on a topic" may be any.
    return tuple(each for each in numbered_meetings(text, vocabulary, language) if each != "1")


_LETTERED = re.compile(r",?\s*[^\W\d_]+\s+\(?([a-z])\)", re.IGNORECASE)
"""A sub-paragraph after an article or paragraph: `, subparagraph (c)`."""


def _articles(text: str, vocabulary: Vocabulary, language: str) -> tuple[tuple[str, ...], str | None, str]:
    """The article numbers, the paragraph of the article, and the text with both blanked out."""
    found = numbers_after("article", text, vocabulary, language)
    paragraph = None
    spans = [(start, end) for _, start, end in found]
    if found:
        paragraphs = numbers_after("paragraph", text, vocabulary, language)
        if paragraphs:
            paragraph = paragraphs[0][0]
            spans += [(start, end) for _, start, end in paragraphs]
        compact = re.search(
            r"(\d{1,3})(?:\.|\s*\(\s*)(\d{1,2})(?:\s*\)|(?![^\W\u3400-\u9fff]))(?:\s*\(\s*([a-z])\s*\))?", text
        )
        if compact and not paragraph:
            paragraph = compact.group(2) + (f" ({compact.group(3)})" if compact.group(3) else "")
        letter = _LETTERED.match(text, max(end for _, end in spans))
        if letter and "(" not in (paragraph or found[0][0]):
            paragraph = f"{paragraph or ''} ({letter[1].lower()})".strip()
            spans.append(letter.span())
        if not paragraph and "(" in found[0][0]:
            paragraph = found[0][0].partition(" ")[2]
    text = blanked(text, spans)
    numbers = [number.split(" ")[0] for number, _, _ in found]
    return tuple(dict.fromkeys(numbers)), paragraph, text


def _days(text: str, month_named: bool, vocabulary: Vocabulary, language: str) -> tuple[int, ...]:
    """Days of the month: numbers next to the name of a month, or with an ordinal ending or 日 / 号. An ordinal that numbers something else, such as an
    anniversary, is no day."""
    pattern = r"(?<![\d/.:])(\d{1,2})(?P<nth>st|nd|rd|th|er)?(?![\d/.:]|\s*[ap]\.?m|\s*月)" if month_named else (
        r"(?<![\d/.:])(\d{1,2})(?:\s*(?:日|号)|(?P<nth>th)\b|-?го числа)"
    )  # fmt: skip

    def numbers_something(after: str, before: str) -> bool:
        word, adjacent = after.split(), [*before.split()[-1:], *after.split()[:1]]
        is_date = any(names_time(each.strip(".,")) for each in adjacent) or vocabulary.choices(
            "dayparts", after, language
        )
        return bool(word) and not is_date and bool(vocabulary.content_of(word[0], language))

    found = re.finditer(pattern, text)
    numbers = (
        int(day[1]) for day in found if not (day["nth"] and numbers_something(text[day.end() :], text[: day.start()]))
    )
    return tuple(dict.fromkeys(day for day in numbers if 1 <= day <= 31))


def _named_entries(
    text: str, vocabulary: Vocabulary, catalogue: Catalogue, language: str
) -> tuple[CatalogueEntry, ...]:
    """Catalogue entries that the question names, mostly treaties."""
    folded = f" {_plain(text)} "
    names = [text]
    for mention in vocabulary.mentions(text, language):
        names += vocabulary.names(mention.concept, "en")
    plain_names = {_plain(name) for name in names[1:]}

    def is_named(name: str) -> bool:
        plain = _plain(name)
        return len(plain) > 3 and (f" {plain} " in folded or plain in plain_names)

    return tuple(entry for entry in catalogue.entries if any(map(is_named, entry.names)))


def _possible_treaties(
    text: str, vocabulary: Vocabulary, catalogue: Catalogue, language: str
) -> tuple[CatalogueEntry, ...]:
    """The treaties of the catalogue that `the Protocol` or `the Convention` may be."""
    kinds = treaty_kinds(vocabulary.mentions(text, language), vocabulary)
    generic = {vocabulary.names(kind, "en")[0].casefold().rstrip("s") for kind in kinds}
    treaties = [entry for entry in catalogue.entries if entry.kind == "treaty"]
    return tuple(entry for entry in treaties if (entry.short or entry.title).casefold().endswith(tuple(generic)))


def treaty_kinds(terms: Iterable[TermMention], vocabulary: Vocabulary) -> list[int]:
    """The concepts among mentions of terms that are kinds of treaties: protocol, convention."""
    kinds = ("protocol", "convention")
    return [each.concept for each in terms if vocabulary.names(each.concept, "en")[0].casefold().rstrip("s") in kinds]


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
