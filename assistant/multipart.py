"""Questions that ask several things at once: `When is item 3, and which paper covers it?`"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.question import Question

_ASKING = {
    "en": r"(?:(?:in|from|by|at|to|for|on|with|under|since|until) )?(?:what|which|who|whom|whose|when|where|why|how)\b|"
    r"(?:does|do|did|is|are|was|were|can|could|may|must|should|will|if)\b",
    "fr": r"(?:(?:dans|à|de|en|par|pour|sur|sous|depuis) )?(?:quel(?:le)?s?|qui|quoi|quand|où|combien)\b|comment\b|pourquoi\b|"
    r"que\b|qu'|est-ce\b|lesquel(?:le)?s\b",
    "es": r"¿?(?:(?:en|a|de|por|para|con|sobre|bajo|desde|hasta) )?(?:qué|quién(?:es)?|cuál(?:es)?|cuándo|dónde|cuánt[oa]s?)\b|cómo\b",
    "ru": r"(?:(?:в|на|о|об|с|по|от|из|для|к|у) )?(?:что|чем|чего|чему|кто|кем|кого|как(?:ой|ая|ое|ие|ого|ом|их|им|ова|ов)?|где|"
    r"когда|куда|сколько|почему|зачем)\b",
    "ar": r"(?:ما|ماذا|من|متى|أين|كيف|كم|أي|أية|هل|لماذا|في أي|لمن|بماذا)\b",
    "zh": r"",
}
"""How a clause begins that asks."""
_AND = {
    "en": r"[,;]?\s+(?:and|but)\s+(?:also\s+|then\s+)?",
    "fr": r"[,;]?\s+et\s+(?:aussi\s+)?",
    "es": r"[,;]?\s+[ye]\s+(?:también\s+)?",
    "ru": r",?\s+(?:и|а)\s+(?:также\s+)?",
    "ar": r"[،,]?\s+و\s?",
    "zh": "[，；、]?(?:以及|并且|另外|还有)|[，；]",
}
_EACH = {
    "en": re.compile(r"\b(?:respectively|each of|both of|for both|of both|both)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:respectivement|chacune? d(?:e|es|u)|à la fois)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:respectivamente|cada un[oa] de|ambos|ambas)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:соответственно|кажд(?:ого|ой|ое|ому) из|обоих|обеих)\b", re.IGNORECASE),
    "ar": re.compile(r"على التوالي|لكل(?:ٍّ|ٍ)? من|كل(?:ٌّ|ٍّ|اًّ)? من|كلا من"),
    "zh": re.compile("分别|各自|各(?=[在由用有是])"),
}
"""Words that ask something of each of the things that are named."""
_BESIDE = re.compile(
    r"\s*(?:,|、|،|;)?\s*(?:and|et|y|e|и|و|和|与|及|以及)?\s*(?:the |of |le |la |les |el |los |las |de |ال)*",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?:(?<![^\W_])|(?<=و))[A-Z]{2,}(?![^\W_])")
_DETERMINER = {
    "en": r"(?:\w+ )?(?:which|what|whose|how many) \w+",
    "fr": r"(?:\w+ )?(?:quel(?:le)?s?|combien de|combien d['’]) ?\w+",
    "es": r"¿?(?:\w+ )?(?:qué|cuál(?:es)?|cuánt[oa]s) \w+",
    "ru": r"(?:\w+ )?(?:как(?:ой|ая|ое|ие|ого|ом|их|им)|скольк\w+|чей|чья|чь[её]) \w+",
    "ar": r"(?:\w+ )?(?:أي|أية|كم) \w+",
    "zh": r"在?哪\w{1,4}",
}
"""The head of a question that goes on after the next one (`in which town and which building was ...`)."""
_ENDS = re.compile(r"(?<=[?？؟])\s*(?=\S)")
_ASKS_ZH = re.compile("什么|谁|哪|多少|几|何|怎|是否|吗|呢")
_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
LEAST_WORDS = 3
"""Words of a part: with fewer it is no question of its own."""
MOST_PARTS = 3


def split_parts(text: str, language: str) -> list[str]:
    """The questions that a text asks, in order; the text itself where it asks one."""
    sentences = _ENDS.split(text)
    if not all(_asks(sentence, language) for sentence in sentences):
        return [text]
    parts = [piece for sentence in sentences for piece in _clauses(sentence, language)]
    if re.fullmatch(_DETERMINER[language], parts[0].strip(" ,،"), re.IGNORECASE):
        return [text]
    long_enough = all(len(_WORDS.findall(part)) >= LEAST_WORDS for part in parts)
    return parts if 1 < len(parts) <= MOST_PARTS and long_enough else [text]


def split_named(question: Question) -> list[str]:
    """The same question about each of two or more things that it names side by side and asks of each by itself (`which
    articles deal with extradition and mutual legal assistance respectively?`); the text itself where it does not."""
    text, language = question.focus, question.language
    each = _EACH[language].search(text)
    if each is None or question.text != text:
        return [text]
    things = [span for span in _things(question) if span[1] <= each.start() or each.end() <= span[0]]
    run: list[tuple[int, int]] = []
    for start, end in things:
        if run and not _BESIDE.fullmatch(text[run[-1][1] : start]):
            if len(run) > 1:
                break
            run = []
        run.append((start, end))
    if not 1 < len(run) <= MOST_PARTS:
        return [text]
    before, after = text[: run[0][0]], text[run[-1][1] :]
    return [_EACH[language].sub(" ", f"{before}{text[start:end]}{after}") for start, end in run]


def _things(question: Question) -> list[tuple[int, int]]:
    """Where a question names terms, and abbreviations, in order, none within another."""
    found = [(mention.start, mention.end) for mention in question.terms]
    found += [match.span() for match in _ABBREVIATION.finditer(question.focus)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _asks(sentence: str, language: str) -> bool:
    asking = _ASKS_ZH if language == "zh" else re.compile(_ASKING[language], re.IGNORECASE)
    return bool(asking.search(sentence))


def _clauses(sentence: str, language: str) -> Sequence[str]:
    """A sentence cut before each clause that asks and follows one that asks."""
    if language == "zh":
        pieces = re.split(_AND["zh"], sentence)
        return pieces if all(_ASKS_ZH.search(piece) for piece in pieces) else [sentence]
    asking = re.compile(_ASKING[language], re.IGNORECASE)
    parts: list[str] = []
    at = 0
    for match in re.finditer(_AND[language], sentence, re.IGNORECASE):
        if asking.match(sentence, match.end()) and asking.search(sentence, at, match.start()):
            parts.append(sentence[at : match.start()])
            at = match.end()
    return [*parts, sentence[at:]]
