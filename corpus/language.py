"""Which of the six official languages a text is in."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.documents import Document

_WORDS = {
    "en": "the of and to in a is that for on with as are be by this which at from it was or an what when who how where "
    "does do did can may shall must will has have had not about there their if me i we you say said any no sorry mean meant",
    "fr": "le la les de des du et à en un une est que qui pour sur avec dans par ce cette sont au aux ne pas se il elle "
    "ou où quel quelle quels quelles quand comment combien qu d l y a-t-il sera être ont leur peut doit faut quoi a",
    "es": "el la los las de del y a en un una es que para sobre con por se al lo su sus son o no como qué cuál cuáles "
    "cuándo cómo dónde quién cuántas cuántos está están hay será debe puede según cual cuando donde",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ACCENTS = {"fr": frozenset("àâçèêëîïôùûœ"), "es": frozenset("ñ¿¡áíóú")}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w'’/-]|\.?\s*\d{1,3}(?!\d))")
"""Words, but for those that a number or a stroke follows: "para 2", "L.2" and "A/RES" are places and symbols in any language."""
_PRONOUNS = {
    "en": (r"(?-i:I|us)|me|my|we|our|you|your", r"he|him|his|she|hers?"),
    "fr": (r"j['’]|je|me|moi|mon|ma|mes|nous|notre|nos(?! \d)|vous|votre|vos", r"elle|lui|(?<!dans )s(?:on|a|es)|il(?! (?:en )?(?:est|a été))"),
    "es": (r"yo|me|mis?|nos|nosotr[oa]s|nuestr[oa]s?|ustedes|usted", r"él|ella|(?<!en )sus?"),
    "ru": (r"я|меня|мне|мо[йяёеи]|моего|моей|мы|нас|нам|наш\w*|вы|вас|вам|ваш\w*", r"она?|его|е[её]|ему|ей|н[её]м|ней|сво\w+"),
    "ar": (r"و?(?:[أا]نا|نحن|[أان](?!ل)\w+كم|(?:ل|[إأا]ن|من|[إا]لي|علي)(?:نا|ني|كم)|(?:وفد|بلد|بلاد)(?:نا|ي))|و?هو|و?هي|\w*(?:وفد|بلد|بلاد|حكومت)(?:ه|ها)",) * 2,
    "zh": ("[我你您]", "(?<!其)[他她]"),
}  # fmt: skip
"""Pronouns that mean the speaker or who is addressed; then, in a record in the third person, the speaker and no thing. In
Arabic they are joined to words, and are the same for both, since its records of both kinds name speakers alike."""


def refers_to_speaker(text: str, language: str, reported: bool) -> bool:
    """Whether a pronoun in a text means its speaker or whom the speaker addresses; in `reported` speech, the speaker."""
    pronouns = _PRONOUNS[language][reported]
    return bool(re.search(pronouns if language == "zh" else rf"\b(?:{pronouns})\b", text, re.IGNORECASE))


def detect_language(text: str, default: str = "en") -> str:
    """The language code of a text, even of a short question; `default` where there is no evidence. An empty `default`
    is also returned where two languages have equal evidence. Russian, Arabic and Chinese are recognised by script, the
    three languages in Latin script by their function words and accents."""
    text = text[:20_000]
    scripts: Counter[str] = Counter()
    for letter, count in Counter(filter(str.isalpha, text)).items():
        scripts[_script(letter)] += count
    if not scripts:
        return default
    # A Chinese character says as much as a word; names and symbols in Latin letters are common in all texts.
    weights = {"zh": scripts["zh"] * 3, "ru": scripts["ru"] * 1.5, "ar": scripts["ar"] * 1.5}
    best = max(weights, key=lambda language: weights[language])
    if weights[best] > scripts["latin"]:
        return best
    scores = dict.fromkeys(_SETS, 0.0)
    for word, count in Counter(_WORD.findall(text.casefold())).items():
        parts = [word, *re.split("['’]", word)] if "'" in word or "’" in word else [word]
        for language, known in _SETS.items():
            scores[language] += count * (not known.isdisjoint(parts))
        for language, accents in _ACCENTS.items():
            scores[language] += 0.6 * count * (not accents.isdisjoint(word))
    scores["es"] += 2.0 * (("¿" in text) + ("¡" in text))  # no other of the six writes these
    top = max(scores, key=lambda language: scores[language])
    rivals = [language for language, score in scores.items() if score == scores[top]]
    if not scores[top] and weights[best]:  # terms and names of other languages, among words of this one
        return best
    return default if not scores[top] or (len(rivals) > 1 and (not default or default in rivals)) else top


def detect_span_language(document: Document, start: int, end: int) -> str:
    """The language of a span of a document. It may differ from that of the document in transmitted texts, in an annex or enclosure.
    Between two languages in Latin script a short span is not enough evidence: the language of the whole annex is used."""
    detected = detect_language(document.quote(start, end), document.language)
    block = document.block_at(start)
    if detected == document.language or block is None or not _SETS.keys() >= {detected, document.language}:
        return detected
    part = block.locator.partition(",")[0]
    if not part.startswith(("annex", "appendix", "enclosure")):
        return document.language
    whole = (document.block_text(each) for each in document.blocks if each.locator.partition(",")[0] == part)
    return detect_language(" ".join(whole), document.language)


def _script(letter: str) -> str:
    code = ord(letter)
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF:
        return "zh"
    if 0x0400 <= code <= 0x052F:
        return "ru"
    if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F or 0xFB50 <= code <= 0xFEFF:
        return "ar"
    return "latin" if code < 0x0250 or 0x1E00 <= code <= 0x1EFF else "other"
