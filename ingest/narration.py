"""Tells what the record of a meeting narrates from what a speaker says: votes, decisions, times, and who takes the chair."""

from __future__ import annotations

import re

from corpus.analysis import fold
from corpus.countries import find_country_spans
from corpus.sentences import sentence_spans

_IN_BRACKETS = re.compile(r"[(（]([^()（）\d]+)[)）]")
_MARK = re.compile(r"^[\W\d_]*")
_SPEAKING = {
    "en": r"\b(?:i|me|my|we|us|our|you|your)\b",
    "fr": r"\b(?:je|me|moi|mon|ma|mes|nous|notre|nos|vous|votre|vos)\b|\bj'",
    "es": r"\b(?:yo|me|mi|mis|nos|nosotr[oa]s|nuestr[oa]s?|ustedes|usted)\b",
    "ru": r"\b(?:я|мне|меня|мо[йяюеи]|моего|моей|мы|нас|нам|наш\w*|вы|вас|вам|ваш\w*)\b",
    "ar": r"\b(?:انا|نحن|اود|لنا|وفدي|بلدي|بلادي|وفدنا|بلدنا|بلادنا|اننا|انني|لكم|اشكر\w*|نشكر\w*)\b",
    "zh": "[我你您咱]",
}
"""Words by which speakers mean themselves or whom they address, folded."""
_SPOKEN_OF = {
    "en": r"\b(?:he|she|him|his|hers?|they|them|theirs?|himself|herself)\b",
    "fr": r"\b(?:il|elle)\b(?!\s+(?:en\s+)?(?:est|a ete|y a)\b)|\b(?:lui|sa|ses|leurs?)\b|\bson\b(?!\s+ensemble)",
    "es": r"\b(?:el(?=\s+(?:tambien|mismo))|ella|suy[oa]s?|sus?\b(?!\s+(?:conjunto|totalidad|forma)))\b",
    "ru": r"\b(?:он|она|они|его|е[её]|ей|ему|ним|ней|их|сво\w+)\b",
    "ar": r"\b(?:و?(?:هو|هي|قال|قالت|اضاف|اضافت|اكد|اكدت|ذكر|ذكرت|اعرب|اعربت)|\w*(?:وفد|بلد|حكومت|بلاد)ه?ا?)\b",
    "zh": "[他她]",
}
"""Words by which a summary record means the speaker, folded."""
_THING = {
    "en": r"(?:draft|resolution|decision|amendment|motion|proposal|agenda|paragraph|recommendation|programme of work|text)",
    "fr": r"(?:projet|resolution|decision|amendement|motion|proposition|ordre du jour|paragraphe|recommandation|texte)",
    "es": r"(?:proyecto|resolucion|decision|enmienda|mocion|propuesta|programa|orden del dia|parrafo|recomendacion|texto)",
    "ru": r"(?:проект|резолюци|решени|поправк|предложени|повестк|пункт|рекомендаци|программа|текст)",
    "ar": r"(?:مشروع|القرار|مقرر|تعديل|اقتراح|مقترح|جدول|فقر|توصي|برنامج|نص)",
    "zh": "(?:草案|决议|决定|修正案|动议|提案|议程|段|建议|工作方案)",
}
"""What a meeting decides on, folded; in Russian and Arabic, parts of words."""
_NARRATED = {
    "en": rf"^it was (?:so|thus) |\b(?:meeting|session)\b.* (?:was (?:called|opened|suspended|resumed|adjourned|closed|declared)|rose at|resumed at)\b|\b(?:votes?|ballots?|voting) (?:by [\w-]+ [\w-]+ )?was (?:then )?(?:taken|held|conducted)"
    rf"|\b{_THING['en']}s?\b.*\b(?:was|were) (?:\w+ly )?(?:not )?(?:adopted|rejected|approved|carried|defeated|withdrawn|retained)"
    r"|\d+ (?:votes )?to (?:\d+|none)\b.* absten|\d+ votes in favour|\bobserved (?:a|one) minute of",
    "fr": rf"(?:^|, )il (?:en est ainsi|est procede)\b|\bvote est effectue|\bseance\b.* est (?:ouverte|levee|suspendue|reprise)"
    rf"|\b{_THING['fr']}s?\b.* (?:est|sont)(?: \w+ment)? (?:adopte|rejete|approuve|retire|maintenu)|\d+ voix contre|\best (?:ainsi )?adopte.? a l'unanimite|\bminute de silence",
    "es": rf"^asi (?:queda|se) (?:acord|acuerd|decid)|\bse (?:levanta|suspende|reanuda|declara abierta|abre) la sesion|\bse procede a (?:una )?votacion"
    rf"|\b(?:qued[ao]n?|es|son|se) (?:aprob|aprueb|rechaz|adopt|retirad)\w* .*\b{_THING['es']}|\b{_THING['es']}.* (?:qued[ao]n?|es|son) (?:aprob|rechaz|adopt|retirad)"
    r"|\d+ votos contra|\bminuto de silencio",
    "ru": rf"\b{_THING['ru']}.*\b(?:принимае|отклоняе|утверждае|снимае|принят|отклонен|утвержден)\w*|\bзаседание\b.*\b(?:закры|откры|прерыва|прерван|возобновл)"
    r"|\b(?:проводится|проведено|состоялось)\b.*голосовани|\d+ голос\w* против|\bминут\w* молчания",
    "ar": rf"\b(?:و?قد )?و?تقرر ذلك|\b(?:رفعت|علقت|افتتحت|است[وؤ]نفت|اختتمت)\b.*\bالجلسة|\b(?:اجري|اجريت|جري)\b.*\b(?:ال)?تصويت|\b(?:اعتمد|اقر|رفض|سحب)ت?\b.*{_THING['ar']}|\d+ صوت\w* مقابل|دقيقة صمت",
    "zh": rf"^(?:就这样决定|会议就这样决定)|(?:会议|上午|下午|中午|时|分).*(?:散会|休会|复会|开始|开会|暂停|结束)|进行了?.*表决|{_THING['zh']}.*(?:获得|获|被|未获)(?:一致)?(?:通过|否决|撤回)|议程通过。?$|\d+票对\d+票|默哀",
}  # fmt: skip
"""What records tell of votes, decisions and times of a meeting, in a folded sentence; a speaker says that something has been adopted."""
_SEATED = {
    "en": r"\b(?:took|resumed|returned to|occupied|assumed|vacated) the chair|\b(?:was|were) (?:\w+ )?(?:re-?)?elected",
    "fr": r"\b(?:prend|prennent|assume|assure|reprend|occupe|quitte)\b.*\b(?:la presidence|place|le fauteuil)|\b(?:est|sont)\b.*\b(?:re)?elue?s?\b",
    "es": r"\b(?:ocupa|asume|vuelve a ocupar|reasume)\b.*\b(?:la presidencia|un asiento)|\b(?:qued[ao]n?|es|son|resulta)\b.*\belegid",
    "ru": r"\bместо председателя\b|\bпредседательское место\b|\bпредседательствует\b|\bизбира[ею]тся\b|\bизбран",
    "ar": r"\b(?:تولي|تولت|يتولي|تتولي|شغل|شغلت|عاد|عادت)\b.*رئاسة|\bانتخبت?\b",
    "zh": "主持会议|担任主席|代行主席|就任主席|当选",
}
"""Who takes the chair or is elected, in a folded sentence."""


def names_person(text: str, language: str, reported: bool) -> bool:
    """Whether words mean the speaker or, unless they are `reported`, whom the speaker addresses."""
    return bool(re.search((_SPOKEN_OF if reported else _SPEAKING).get(language, "$^"), _plain(text)))


def is_narrated(text: str, language: str, reported: bool) -> bool:
    """Whether a paragraph of a record, not the first of a speech, is the record's own: sentences about votes, decisions
    and times of the meeting, about somebody with the State in brackets, or a list of States. `reported` says that
    speeches are in the third person."""
    if lists_states(text, language):
        return True
    sentences = [text[start:end] for start, end in sentence_spans(text, language)] or [text]
    if names_person(text, language, reported):
        return False
    return all(_narrates(each, language) for each in sentences)


def _narrates(sentence: str, language: str) -> bool:
    if any(next(find_country_spans(each, language), None) for each in _IN_BRACKETS.findall(sentence)):
        return True
    return any(re.search(forms.get(language, "$^"), _plain(sentence)) for forms in (_NARRATED, _SEATED))


def may_be_narrated(text: str, language: str, reported: bool) -> bool:
    """Whether a paragraph is one sentence that does not mention the speaker."""
    return len(sentence_spans(text, language)) < 2 and not names_person(text, language, reported)


def is_about_office(text: str, language: str) -> bool:
    """Whether the first sentence of a paragraph tells who takes the chair or is elected."""
    sentences = sentence_spans(text, language)
    return bool(re.search(_SEATED.get(language, "$^"), _plain(text[slice(*sentences[0])] if sentences else text)))


def lists_states(text: str, language: str) -> bool:
    """Whether a text is a list of States, possibly behind a label: `In favour: Chad, Peru`."""
    listed = text.replace("：", ":").partition(":")[2].strip() or text.strip()
    spans = list(find_country_spans(listed, language))
    begins = bool(spans) and not listed[: spans[0][1]].strip()
    return begins and 2 * sum(end - start for _, start, end in spans) >= len(text)


def _plain(text: str) -> str:
    return _MARK.sub("", fold(text).replace("’", "'"))
