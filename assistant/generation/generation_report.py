"""What an answer says of how it was written: what was left out, what the model lacked, why it is quoted instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer_phrases import joined, place_text, say
from assistant.qa.answer import Answer, Dropped

if TYPE_CHECKING:
    from assistant.generation.writer import Draft


NAMES = {"doctor": "`rapporteur doctor`", "setting": "RAPPORTEUR_MODEL_CONTEXT",
         "names": "RAPPORTEUR_MODEL, RAPPORTEUR_MODEL_URL"}  # fmt: skip
"""What people type, kept apart from right-to-left text."""


def finished(answer: Answer, quoted: Answer, draft: Draft, model: str) -> Answer:
    """The answer with all that is to be said of its writing.

    `partial` where sentences fell and no quotes make up for them: what is not sure to answer never does.
    """
    notes = [*answer.notes, *notes_of(draft, answer.language, model, quotes=bool(quoted.statements))]
    if draft.dropped:
        notes.append(say("sentences_dropped", answer.language, count=len(draft.dropped)))
    if draft.too_little and draft.fault is None and not draft.no_answer and quoted.status == "answered":
        notes.append(say("written_too_little", answer.language))
    alone = not draft.too_little or quoted.status != "answered"
    partial = bool(draft.statements) and bool(draft.dropped or draft.fault) and alone
    return replace(
        answer,
        status="partial" if partial else answer.status,
        confidence=quoted.confidence,
        probability=quoted.probability,
        notes=tuple(dict.fromkeys(notes)),
        model=model,
        raw=tuple(draft.raw),
        dropped=tuple(Dropped(each.text, each.reason.said(answer.language)) for each in draft.dropped),
    )


def notes_of(draft: Draft, language: str, model: str, *, quotes: bool = True) -> list[str]:
    """What is to be said of one request to the model: how it failed, and what it did not read. `quotes` says whether what
    it could not write is quoted instead."""
    notes = []
    if draft.fault is not None:
        notes.append(say(f"model_{draft.fault.kind}", language, model=model, **NAMES))
    elif draft.no_answer and not draft.statements:
        notes.append(say("model_no_answer" if quotes else "model_found_nothing", language, model=model))
    for frame, unread in (("evidence_left_out", draft.left_out), ("kept_from_model", draft.kept_back)):
        places = [place_text(each.document.cite(each.passage.locator), language) for each in unread]
        notes += [say(frame, language, places=joined(places, language))] if places else []
    return notes
