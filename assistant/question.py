"""What a question asks: its language, and the symbols, items, articles, days and terms that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.answer_phrases import act_words
from assistant.vocabulary import TermMention, Vocabulary
from assistant.wording.lexicon import names_time
from assistant.wording.values import blanked, without_symbols
from corpus.acronyms import find_acronyms, most_common_expansion
from corpus.analysis import analyse, fold
from corpus.catalogue import Catalogue, CatalogueEntry
from corpus.countries import country_names, find_countries
from corpus.language import detect_language
from corpus.symbols import KnownSymbols, Symbol, SymbolMention, find_symbols
from ingest.time_ranges import times_in_sentence

if TYPE_CHECKING:
    from corpus.embedding import Embedder
    from corpus.models import EmbeddingModels

Made = TypeVar("Made")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LATIN = re.compile(r"(?<![A-Za-z\u00c0-\u024f\d])[A-Za-z\u00c0-\u024f]{2,}(?:['’][A-Za-z\u00c0-\u024f]+)*")
_BEGINS = re.compile(r"(?:^|[.?!:;]\s+|[¿¡«“\"(]\s*)$")
"""What ends right before the first word of a sentence or of a quotation."""
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_BODIES = ("Conference of the Parties", "Working Group")
_WITH_ENDING = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|e|ème|º|ª|-?[йяе])(?!\w)|第(\d{1,2})(?!\d)")
_CITED = re.compile(
    r"(?<![A-Za-z\d/.(-])(?:\d{1,4}/[A-Z]{1,5}\.\d{1,3}|(?:E?S-)?\d{1,4}/\d{1,4}|\d{2,4}(?:\s?\((?:\d{4}|(?:S-)?[IVXL]+)\))?|[A-Z]{1,3}\.\d{1,3}|(?i:rev|add|corr)\.\d{1,2})"
    r"(?![A-Za-z\d/]|[.,]\d)"
)
"""How a document may be cited by its number: a resolution as `80/228`, `12/CP.31`, `ES-11/1`, `2771 (2025)`, `2771`, a draft or a paper as `L.2`, and what
belongs to one that is named as `Rev.1`."""
_BELONGS = ("Rev.", "Add.", "Corr.")
_IN_FULL = re.compile(r"[/(]")
"""What tells the number of a resolution from others: `80/228`, `2771 (2025)`, not `2771`."""
WEEK = 7
"""Days of a meeting that are counted from its first."""
_REACH = 30
"""Characters beside such a number in which the word for what it is the number of is looked for."""
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.h](\d{2}))?\s*(a\.?m\.?|p\.?m\.?|o['’]clock|h(?:eures)?|часов|点|uhr)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What of a library a question may be answered from: `within` are ids of the only documents, None for all; of those in `parts`
    only the blocks named there, which speak of the agenda item `of_item`. `acts` are the resolutions, decisions and drafts held, by the
    numbers that they are cited by, `known` the symbols held, which are known in any form."""

    within: frozenset[str] | None = None
    of_item: str | None = None
    parts: Mapping[str, frozenset[int]] = field(default_factory=dict)
    acts: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict, repr=False)
    known: KnownSymbols = field(default=KnownSymbols(()), repr=False, compare=False)

    def covers(self, document_id: str) -> bool:
        """Whether the question may be answered from a document."""
        return self.within is None or document_id in self.within

    def admits(self, document_id: str, first: int, last: int | None = None, *, whole: bool = False) -> bool:
        """Whether it may be answered from some of the blocks from the `first` to the `last`, or from all of them."""
        if not self.covers(document_id):
            return False
        if document_id not in self.parts:
            return True
        blocks = range(first, (first if last is None else last) + 1)
        return (all if whole else any)(block in self.parts[document_id] for block in blocks)


NO_BOUNDS = Bounds()


@dataclass(frozen=True, kw_only=True)
class Question(Bounds):
    """A question as understood. `text` is cleaned.

    `focus` is the last turn of a follow-up, else all of it; `rest` is `text` with blanks for symbols, articles, paragraphs and counted days.
    `items` are agenda item numbers (`2`, `1 (a)`), `articles` article numbers, `sessions`
    numbers of sessions and meetings (`the tenth session`) from the second on, `weekdays` 0 (Monday) to 6,
    `days` days of the month, `nth_days` days of a meeting (`the second day`), `afternoon` the half of the day if one is named, `hour` a named clock hour (24 h).
    `named` are the texts of the catalogue that it calls by a name; where there are none, `called` are the treaties that may be
    meant by `the Protocol` or `the Convention`.
    `carried` are ids of passages that answered the turn before, where the question leans on it.
    `memory` keeps what was worked out for its words (`once`).
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
    hour: int | None = None
    named: tuple[CatalogueEntry, ...] = ()
    called: tuple[CatalogueEntry, ...] = ()
    carried: tuple[str, ...] = ()
    memory: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, worked out once for the words of this question."""
        held = self.text, key
        if held not in self.memory:
            self.memory[held] = make()
        made: Made = self.memory[held]
        return made

    def bounded(self, bounds: Bounds) -> Question:
        """The question, asked of what the bounds leave; a document that is held is known by its symbol, and by its number."""
        named_as = bounds.known.find(self.rest, alike=True)
        symbols = [*self.symbols, *(each.symbol for each in named_as)]
        rest = blanked(self.rest, ((each.start, each.end) for each in named_as))
        named = {each.text for each in symbols}
        for found, number, beside in replace(self, rest=rest)._cited():
            held = bounds.acts.get(number, ())
            if number.startswith(_BELONGS):
                held = tuple(each for each in held if each.text.removesuffix(f"/{number}") in named)
            if held and ("/" in number or "." in number or self._speaks_of_acts(*beside)):
                symbols += held
                rest = blanked(rest, [found.span()])
        limits = {each.name: getattr(bounds, each.name) for each in fields(Bounds)}
        return replace(self, symbols=tuple(dict.fromkeys(symbols)), rest=rest, **limits)

    def mentions(self) -> list[SymbolMention]:
        """The symbols in its text, in order: what is a symbol by its form, and what is held under it or has the form of what is held."""
        found = find_symbols(self.text)
        held = self.known.find(self.text, alike=True)
        more = [each for each in held if not any(each.start < other.end and other.start < each.end for other in found)]
        return sorted([*found, *more], key=lambda each: each.start)

    def _cited(self) -> Iterator[tuple[re.Match[str], str, tuple[str, str]]]:
        """Numbers by which documents may be cited, each as it stands, as it is written and with what stands beside it."""
        for found in _CITED.finditer(self.rest):
            beside = self.rest[max(0, found.start() - _REACH) : found.start()], self.rest[found.end() :][:_REACH]
            number = re.sub(r"(?<=\d)\s*\(", " (", found.group())
            yield found, number.capitalize() if number.capitalize().startswith(_BELONGS) else number, beside

    @cached_property
    def acts_lacking(self) -> tuple[str, ...]:
        """The numbers in full (`80/228`, `2771 (2025)`) of resolutions and decisions that it cites and that are not held."""
        cited = ((number, beside) for _, number, beside in self._cited() if _IN_FULL.search(number))
        lacking = (number for number, beside in cited if number not in self.acts and self._speaks_of_acts(*beside))
        return tuple(dict.fromkeys(lacking))

    def _speaks_of_acts(self, before: str, after: str) -> bool:
        """Whether the last word before a number or the first behind it is the one for resolutions or decisions."""
        words = act_words("RES", self.language) | act_words("DEC", self.language)
        return not words.isdisjoint([*analyse(before, self.language)[-1:], *analyse(after, self.language)[:1]])

    def asking(self, text: str) -> Question:
        """Another question in the same language, asked of the same documents."""
        return parse_question(text, self.vocabulary, self.catalogue, self.language).bounded(self)

    @property
    def last(self) -> str:
        """What was asked last, behind other turns; empty where that is all."""
        return self.focus if self.text != self.focus and self.text.endswith(self.focus) else ""

    @property
    def documents(self) -> list[Symbol]:
        """The symbols of the documents that it names, by symbol or by name."""
        named = [entry.symbol for entry in self.named if entry.symbol is not None and entry.part is None]
        return list(dict.fromkeys([*self.symbols, *named]))

    @property
    def treaty_keys(self) -> set[str]:
        """The keys of the texts that it names, or may mean by `the Protocol`."""
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
        """ISO 3166 codes of the countries that it names. The Spanish word for a meeting is no island."""
        return tuple(find_countries(self.vocabulary.without("meetings", self.rest, self.language), self.language))

    @cached_property
    def unnamed(self) -> Question:
        """The question without the symbols and names of the texts that it is asked of; itself where nothing else is left."""
        names = {name for entry in self.named for name in entry.names}
        text = self.rest
        for mention in reversed(self.terms):
            if names.intersection(self.vocabulary.names(mention.concept, "en")):
                text = f"{text[: mention.start]} {text[mention.end :]}"
        bare = replace(self, text=" ".join(text.split()))
        return bare if bare.content and bare.text != self.text else self

    @cached_property
    def content(self) -> list[str]:
        """Analysed content words in the question's own language."""
        return self.content_of(self.text)

    def content_of(self, text: str) -> list[str]:
        """Analysed content words of a text in the question's language, such as a part of it."""
        return self.vocabulary.content_of(text, self.language)

    def all_said(self, text: str, language: str) -> bool:
        """Whether a text says all its content words, in its language: then the text surely speaks to it, whatever a reader thinks."""
        words = set(self.content) if language == self.language else set()
        return bool(words) and words <= set(analyse(text, language))

    def words(self, language: str, translated: Sequence[str] = ()) -> list[str]:
        """Analysed words of the question as documents of a language have them: its own where it is in that language, else its
        numbers, symbols, names in Latin letters and countries, and `translated` words."""
        if language == self.language:
            return self.content
        kept = [token for token in self.content if token.isascii() and (token.isdigit() or token.startswith("sym"))]
        named = [name for code in self.countries for name in country_names(code, language)]
        words = " ".join([*self.latin, *named, *translated])
        return [*kept, *self.vocabulary.content_of(words, language)]

    def tokens(self, language: str, translated: Sequence[str] = ()) -> list[str]:
        """Analysed words to look for in documents of a language: the question's, and what the texts and bodies that it names are
        called there."""
        own = self.words(language, translated)
        names = [name for mention in self.terms for name in self.vocabulary.names(mention.concept, language)[:4]]
        named = [token for name in names for token in analyse(name, language)]
        return list(dict.fromkeys([*own, *self.vocabulary.content(named, language)]))

    @cached_property
    def latin(self) -> list[str]:
        """Names in Latin letters, which other languages may write alike: words of a question in another script; capitals
        where the question itself is in Latin letters, but for the first word of a sentence."""
        words = list(_LATIN.finditer(self.text))
        if self.language in ("ru", "ar", "zh"):
            return [word.group() for word in words]
        return [
            word.group()
            for word in words
            if word.group().isupper() or (word.group()[0].isupper() and inside(self.text, word.start()))
        ]

    def for_models(self, models: EmbeddingModels) -> tuple[str, tuple[Embedder, ...]]:
        """What embedding models read of the question, and which models: the question itself where any reads its language,
        else the English names of what it names. The last finds most, in English too (docs/experiments.md)."""
        readers = models.models_for(self.language)
        return (self.text, readers) if readers else (self.english, models.models_for("en"))

    def spelt_by(self, texts: Sequence[str]) -> Question:
        """The question with its acronyms behind the names that some texts spell them with, where none of these has the acronym."""
        text = self.text
        for acronym in find_acronyms(self.rest):
            name = "" if any(acronym in each for each in texts) else most_common_expansion(acronym, texts)
            if name and name.casefold() not in text.casefold():
                text = re.sub(rf"(?<!\w){acronym}(?!\w)", f"{name} ({acronym})", text, count=1)
        return self if text == self.text else replace(self, text=text)

    @cached_property
    def english(self) -> str:
        """The question for an English-only model: itself, or the English names of the texts and bodies that it names."""
        if self.language == "en":
            return self.text
        kept = [self.vocabulary.names(mention.concept, "en")[0] for mention in self.terms]
        numbers = re.findall(r"\b\d[\d/]*\b", self.text)
        return " ".join(dict.fromkeys([*kept, *numbers]))


def cites(text: str, number: str) -> bool:
    """Whether a text cites a resolution by a number in full: `80/228`, `2771 (2025)`."""
    return re.search(rf"(?<![\w/.]){re.escape(number).replace(chr(92) + ' ', ' ?')}(?![\w/])", text) is not None


def inside(text: str, start: int) -> bool:
    """Whether a word that starts there is not the first one of a sentence or of a quotation: its capital letter makes it a name."""
    return not _BEGINS.search(text, max(0, start - 4), start)


def clean_question(text: str) -> str:
    """One line, compatibility forms folded, control characters gone."""
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    return re.sub(r"\s+", " ", _ARABIC_MARKS.sub("", _CONTROL.sub(" ", text))).strip()


def parse_question(
    asked: str,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    language: str | None = None,
    focus: str | None = None,
) -> Question:
    """Understands a question. `language` overrides what its words tell; `focus` is the part asked last."""
    text = clean_question(asked)
    spoken = language or detect_language(text)
    mentions, bare = find_symbols(text), without_symbols(text)[1]
    articles, paragraph, rest = _articles(bare, vocabulary, spoken)
    months = tuple(int(month) for month in vocabulary.choices("months", rest, spoken))
    # Russian "повестка дня" (agenda) ends in a word for a day and the afternoon.
    timed = vocabulary.without("agenda", rest, spoken)
    nth = [] if months else numbers_after("day", timed, vocabulary, spoken)
    # "Day 13" is one of the month: hardly a meeting goes on for more than a week.
    dated = tuple(int(number) for number, _, _ in nth if number.isdigit() and int(number) > WEEK)
    nth = [each for each in nth if not each[0].isdigit() or int(each[0]) <= WEEK]
    parts = vocabulary.choices("dayparts", blanked(timed, ((start, end) for _, start, end in nth)), spoken)
    clock, span = _CLOCK.search(rest), times_in_sentence(rest)
    named = _named(bare, vocabulary, catalogue, spoken)
    items = numbers_after("item", rest, vocabulary, spoken)
    numbered = [(start, end) for _, start, end in (*items, *nth)]
    hour = None
    if span is not None:
        hour = span[0].hour + (span[0].minute > 0)  # the first full hour of it
    elif clock and int(clock.group(1)) < 24:
        hour = int(clock.group(1)) + (12 if clock.group(3)[0] in "pP" and int(clock.group(1)) < 12 else 0)
    return Question(
        text=text,
        language=spoken,
        vocabulary=vocabulary,
        catalogue=catalogue,
        focus=focus or text,
        rest=blanked(rest, ((start, end) for _, start, end in nth)),
        symbols=tuple(mention.symbol for mention in mentions),
        items=tuple(dict.fromkeys(number for number, _, _ in items)),
        articles=articles,
        paragraph=paragraph,
        sessions=_sessions(rest, vocabulary, spoken),
        weekdays=tuple(int(day) for day in vocabulary.choices("weekdays", rest, spoken)),
        days=(*_days(blanked(rest, numbered), bool(months), vocabulary, spoken), *dated),
        nth_days=tuple(dict.fromkeys(int(number) for number, _, _ in nth if number.isdigit())),
        months=months,
        afternoon=None if not parts or len(parts) > 1 else parts[0] == "afternoon",
        hour=hour,
        named=named,
        called=() if named else _called(bare, vocabulary, catalogue, spoken),
    )


_JOINS = r"\s*(?:,|、|\b(?:and|et|y|or|to)\b|и|و|和|与|及|&|-)\s*(?:the |le |la |el |ال)?"
"""What stands between two numbers that share a word: `items 2 and 3`, `the second and the third item`."""


def numbers_after(kind: str, text: str, vocabulary: Vocabulary, language: str) -> list[tuple[str, int, int]]:
    """Numbers that stand with a word of a kind (`item 2 (a)`, `the second item`, `第二项`): text and span."""
    found: list[tuple[str, int, int]] = []
    numbers = vocabulary.number_words(language)
    forms = vocabulary.forms(kind, language)
    word = _any_of({*forms, *map(fold, forms)}).replace(r"\ ", r"\s+")
    spelled, ordinals = _any_of(numbers), _any_of(vocabulary.number_words(language, "ordinals"))
    edge = "(?<![哪任每])" if language == "zh" else r"(?<!\w)"
    article = "(?:[وف]?(?:[بك]?ال|لل|[بكل])?)" if language == "ar" else ""
    folded = fold(text) if len(fold(text)) == len(text) else text.casefold()
    # `item 3 b`: a letter apart that is no word (`item 3 a priority`, `tema 3 y`), or behind which the words end.
    parts = "".join(letter for letter in ascii_lowercase if vocabulary.content([letter], language))
    letter = rf"\(?\s*[a-z]\s*\)|(?<=\d)[a-z](?!\w)|(?<=\s)(?:[{parts}](?![\w'’.])|[a-z](?=\s*(?:[?!,;:]|\.?\s*$)))"
    number = rf"(?:n[o°º]\.?\s*|№\s*|#\s*)?(\d{{1,3}})(?:\s*({letter}))?"
    after = re.compile(
        rf"{edge}{article}(?:{word})\.?\s*{number}((?:{_JOINS}(?:no\.?\s*)?\d{{1,3}}(?!\d)){{0,3}})", re.IGNORECASE
    )
    for match in after.finditer(folded):
        part = (match.group(2) or "").strip("( )")
        found.append((match.group(1) + (f" ({part})" if part else ""), match.start(), match.end()))
        found += [(other, match.start(), match.end()) for other in re.findall(r"\d+", match.group(3))]
    behind = (
        r"(?:第\s*(?=\d)|(?=\d+\s*号))(\d{1,3})\s*号?\s*"
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
    """A pattern for any of some words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def numbered_meetings(text: str, vocabulary: Vocabulary, language: str) -> tuple[str, ...]:
    """The ordinals of the meetings and sessions that a text names: `8` for `the eighth meeting`."""
    ordinal = {str(name) for name in vocabulary.choices("ordinals", text, language)}
    ordinal |= {number for found in _WITH_ENDING.findall(text) for number in found if number}
    named = (number for number, _, _ in numbers_after("meetings", text, vocabulary, language))
    return tuple(dict.fromkeys(each for each in named if each in ordinal))


def _sessions(text: str, vocabulary: Vocabulary, language: str) -> tuple[str, ...]:
    bodies = [vocabulary.names(mention.concept, "en")[0] for mention in vocabulary.mentions(text, language)]
    if vocabulary.find("sittings", text, language) and not any(body.startswith(_BODIES) for body in bodies):
        return ()  # rows of a timetable
    # "The first meeting on a topic" may be any.
    return tuple(each for each in numbered_meetings(text, vocabulary, language) if each != "1")


_LETTERED = re.compile(r",?\s*[^\W\d_]+\s+\(?([a-z])\)", re.IGNORECASE)
"""How a sub-paragraph is named behind an article or a paragraph: `, subparagraph (c)`."""


def _articles(text: str, vocabulary: Vocabulary, language: str) -> tuple[tuple[str, ...], str | None, str]:
    """Article numbers, a paragraph of the article, and the text with both blanked out."""
    found = numbers_after("article", text, vocabulary, language)
    paragraph = None
    spans = [(start, end) for _, start, end in found]
    if found:
        paragraphs = numbers_after("paragraph", text, vocabulary, language)
        if paragraphs:
            paragraph = paragraphs[0][0]
            spans += [(start, end) for _, start, end in paragraphs]
        compact = re.search(r"(\d{1,3})(?:\.|\s*\(\s*)(\d{1,2})(?:\s*\)|(?!\w))(?:\s*\(\s*([a-z])\s*\))?", text)
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
    """Days of the month: a number beside a month's name, or with an ordinal ending or 日 / 号. What an ordinal numbers, such as an
    anniversary, is no day."""
    pattern = r"(?<![\d/.:])(\d{1,2})(?P<nth>st|nd|rd|th|er)?(?![\d/.:]|\s*[ap]\.?m|\s*月)" if month_named else (
        r"(?<![\d/.:])(\d{1,2})(?:\s*(?:日|号)|(?P<nth>th)\b|-?го числа)"
    )  # fmt: skip

    def numbers(behind: str, before: str) -> bool:
        word, dated = behind.split(), [*before.split()[-1:], *behind.split()[:1]]
        told = any(names_time(each.strip(".,")) for each in dated) or vocabulary.choices("dayparts", behind, language)
        return bool(word) and not told and bool(vocabulary.content_of(word[0], language))

    found = re.finditer(pattern, text)
    named = (int(day[1]) for day in found if not (day["nth"] and numbers(text[day.end() :], text[: day.start()])))
    return tuple(dict.fromkeys(day for day in named if 1 <= day <= 31))


def _named(text: str, vocabulary: Vocabulary, catalogue: Catalogue, language: str) -> tuple[CatalogueEntry, ...]:
    """Catalogue entries that the question calls by a name: the treaties above all."""
    folded = f" {_plain(text)} "
    names = [text]
    for mention in vocabulary.mentions(text, language):
        names += vocabulary.names(mention.concept, "en")
    called = {_plain(name) for name in names[1:]}

    def says(name: str) -> bool:
        plain = _plain(name)
        return len(plain) > 3 and (f" {plain} " in folded or plain in called)

    return tuple(entry for entry in catalogue.entries if any(map(says, entry.names)))


def _called(text: str, vocabulary: Vocabulary, catalogue: Catalogue, language: str) -> tuple[CatalogueEntry, ...]:
    """`the Protocol` or `the Convention`: the treaty of the catalogue that is called so, though another may be meant."""
    generic = {
        word
        for mention in vocabulary.mentions(text, language)
        for word in ("protocol", "convention")
        if vocabulary.names(mention.concept, "en")[0].casefold().rstrip("s") == word
    }
    treaties = [entry for entry in catalogue.entries if entry.kind == "treaty"]
    return tuple(entry for entry in treaties if (entry.short or entry.title).casefold().endswith(tuple(generic)))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
