"""What a question that names a place asks: which places it names, what it asks beside them, and whether it names another text than those held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from assistant.qa.abstention import MAX_PLACE_ONLY_WORDS
from assistant.question import Question, numbers_after
from assistant.wording.values import blanked
from corpus.analysis import analyse
from corpus.documents import Document, Span
from corpus.places import PREAMBLE, PlaceMention, find_place, normalise_place_text, parse_locator
from corpus.store import Header

_KINDS = frozenset({"para", "note", "table"})
_UNCASED = ("ru", "ar", "zh")
_WORDS = re.compile(r"[^\W\d_]+|\s{3,}|[^\w\s'’]+")
"""Words, gaps where the article was blanked out, and punctuation."""
_SPANISH_FOR = re.compile(r"\bpara(?=\s+\d)", re.IGNORECASE)
_ANOTHER = re.compile("ks*[nA]|[nA]s*k|gs{0,2}A|As{0,2}g")
"""Pattern of word kinds that shows an unknown name: k a known capitalised word, n an unknown one, A one all in capitals, s no content, g the gap."""


def _preambular(question: Question) -> list[tuple[str, int, int]]:
    """The paragraphs of a preamble that a question names by number ("the third preambular paragraph"), with their spans."""
    found = [match.span() for match in PREAMBLE.finditer(question.rest)]
    if not found:
        return []
    text = blanked(question.rest, found)

    def beside(start: int, end: int, word: Span) -> bool:
        """Whether only function words are between a number and a word for a preamble, and no blanked name before them."""
        first, last = word
        gap = question.rest[last:start] if last <= start else question.rest[end:first]
        return not question.content_of(gap) and (last <= start or not re.search(r"\s{3,}", gap))

    return [
        (f"preamble, para. {number}", min(start, found[0][0]), max(end, found[-1][1]))
        for number, start, end in numbers_after("paragraph", text, question.vocabulary, question.language)
        if any(beside(start, end, word) for word in found)
    ]


def _naming(question: Question) -> PlaceMention | None:
    """The places that a question names."""

    def find() -> PlaceMention | None:
        text = normalise_place_text(question.text)
        # In Spanish, "para" without a point is "for": "para 12 puertos", "para 2030".
        return find_place(_SPANISH_FOR.sub("    ", text) if question.language == "es" else text)

    return question.once(find_place, find)


def annexes_in(question: Question) -> list[str]:
    """The annexes that a question names by number or letter, without a place in them."""
    naming = _naming(question)
    places = naming.places if naming else ()
    return [each for each in places if parse_locator(each).keys() == {"annex"} and " " in each]


def places_in(question: Question) -> list[str]:
    """The paragraphs, footnotes and tables that a question names."""
    if preambular := _preambular(question):
        return [place for place, _, _ in preambular]
    naming = _naming(question)
    return [place for place in (naming.places if naming else ()) if _KINDS & set(parse_locator(place))]


def place_span(question: Question) -> Span:
    """The span of the places in the text of a question; (0, 0) where that is unknown."""
    for _, start, end in _preambular(question):
        return start, end
    naming, text = _naming(question), normalise_place_text(question.text)
    return (naming.start, naming.end) if naming and len(text) == len(question.text) else (0, 0)


def words_of_document(question: Question) -> str:
    """The words with which a question about a place names its document: those behind the place ("paragraph 9 of ..."), in Chinese those before
    it; empty where they have no content, or an agenda item may be meant."""
    if not places_in(question) or (
        question.items and question.vocabulary.says("agenda", question.rest, question.language)
    ):
        return ""
    (start, end), text = place_span(question), question.text
    words = text[:start] if question.language == "zh" else text[end:]
    return words if question.content_of(words) else ""


def asks_more(question: Question, place: Span = (0, 0), titled: Sequence[Document] = ()) -> bool:
    """Whether a question about a place asks for more than its text: whether it has more than one other content word (such as "say")."""
    return len(words_left(question, place, titled)) > max_other_words(question)


def max_other_words(question: Question) -> int:
    """The most content words of a question that asks only for the text of a place; in Chinese each pair of characters is a token."""
    return MAX_PLACE_ONLY_WORDS * (3 if question.language == "zh" else 1)


def words_left(question: Question, place: Span = (0, 0), titled: Sequence[Document] = ()) -> list[str]:
    """The content words of a question about a place other than the place (a span, unless it is an article) and the names of its document, or the
    words of the title for documents in `titled`."""
    spans = [place, *((mention.start, mention.end) for mention in question.terms)]
    for name in (name for entry in question.named for name in entry.names):
        spans += [found.span() for found in re.finditer(re.escape(name), question.text, re.IGNORECASE)]
    text = blanked(question.rest, spans)
    if question.language == "zh":  # pairs of characters would join function words to others
        for kind in ("interrogatives", "asking", "stopwords"):
            text = question.vocabulary.without(kind, text, "zh")
    remaining = question.content_of(text)
    title_tokens = {word for each in titled for word in title_words(question, each)}
    return [token for token in remaining if not token.isdigit() and token not in title_tokens]


def words_besides(question: Question, text: str, names: Iterable[str], *languages: str) -> list[str]:
    """The content words of a part of a question that are not in some `names`, in these languages."""
    name_tokens = {token for name in names for language in languages for token in analyse(name, language)}
    return [token for token in question.content_of(text) if token not in name_tokens]


def title_words(question: Question, document: Document | Header) -> list[str]:
    """The index tokens of the content words of a document's title."""
    return question.vocabulary.content_of(document.title, document.language)


def names_another(question: Question, treaties: Sequence[Document]) -> bool:
    """Whether a question about an article names a treaty other than these: by a capitalised word that they do not have, in one name with words that
    they have, or by a word all in capitals beside the article ("art. 5 of the CBD"). Where no treaty is in the question's language only the
    latter can be detected; in scripts without capitals neither."""
    if question.language in _UNCASED:
        return False

    @cache
    def treaty_words() -> set[str]:  # whole treaties are looked through only where there is a name to look for
        return {token for each in treaties for token in analyse(each.text, each.language)}

    term_positions = {at for mention in question.terms for at in range(mention.start, mention.end)}
    comparable = any(each.language == question.language for each in treaties)
    kinds = ""
    for found in _WORDS.finditer(question.rest):
        word = found.group()
        tokens = analyse(word, question.language)
        has_content = len(word) > 1 and bool(question.vocabulary.content(tokens, question.language))
        if word in question.latin and word.isalpha():
            if not has_content:
                return False  # where all words have capitals, these tell no names
            is_unknown = found.start() not in term_positions and treaty_words().isdisjoint(tokens)
            kinds += "k" if not is_unknown else "A" if word.isupper() else "n" if comparable else "o"
        else:
            kinds += "g" if word.isspace() else "s" if word.isalpha() and not has_content else "o"
    return _ANOTHER.search(kinds) is not None
