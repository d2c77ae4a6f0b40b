"""When an answer is written and when it is quoted."""

from __future__ import annotations

import re

from assistant.qa.answer import Answer, Mode
from assistant.question import Question

_WRITING = re.compile(
    r"\b(?:summar|compar|differ|explain|describ|overview|outline|resum|résum|synthès|expli|décri|diferenc|describ|"
    r"сравн|обобщ|объясн|резюм|разниц|отлич)|(?:لخص|ملخص|قارن|الفرق|اشرح)|(?:总结|概述|比较|区别|解释|说明)",
    re.IGNORECASE,
)
_EXACT = re.compile(
    r"\b(?:quot|verbatim|exact (?:words|wording|text)|wording|full text|cit(?:e|er|ez|ar|a)\b|textuel|mot à mot|textual|"
    r"literal|дослов|цитат|процитир)|(?:اقتبس|نص المادة|حرفيا)|(?:引用|原文|逐字)",
    re.IGNORECASE,
)

_ASKED = ("answered", "tentative", "not_found")
"""How what would be quoted must stand for the model to be asked."""


def is_written(mode: Mode, question: Question, quoted: Answer) -> bool:
    """Whether an answer is to be written rather than quoted.

    Never what a rule decides (a timetable, an article that does not exist, a document that is not held): a model could
    only spoil it. Where passages were found and it is not certain that they answer, the model is asked, and may say that
    they do not. `auto` leaves to quotes what asks for exact words, and a provision that is named, unless a summary or
    comparison is asked for.
    """
    if mode == "quote" or quoted.status not in _ASKED or quoted.absent:
        return False
    if quoted.status == "answered" and quoted.statements and quoted.statements[0].verdict == "derived":
        return False
    weighed = quoted.confidence is not None
    if not weighed and not any(statement.verdict == "quoted" for statement in quoted.statements):
        return False
    if mode == "write":
        return True
    if _EXACT.search(question.text):
        return False
    return weighed or _WRITING.search(question.text) is not None
