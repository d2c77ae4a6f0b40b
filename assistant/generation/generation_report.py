"""Notes of an answer on how it was written: evidence left out, dropped sentences, and why it is quoted instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer_phrases import joined, place_text, say
from assistant.qa.answer import Answer, Dropped

if TYPE_CHECKING:
    from assistant.generation.writer import Draft


NAMES = {"doctor": "`rapporteur doctor`", "setting": "RAPPORTEUR_MODEL_CONTEXT",
         "names": "RAPPORTEUR_MODEL, RAPPORTEUR_MODEL_URL"}  # fmt: skip
"""Commands and settings in messages, passed as values so that right-to-left text isolates them."""


def with_draft_report(answer: Answer, quoted: Answer, draft: Draft, model: str) -> Answer:
    """The answer with the notes, status and scores that follow from its draft; `partial` where sentences were dropped and no quotes make up for
    them (tentative quotes never do)."""
    notes = [*answer.notes, *draft_notes(draft, answer.language, model, quotes=bool(quoted.statements))]
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
        dropped=tuple(Dropped(each.text, each.reason.message(answer.language)) for each in draft.dropped),
    )


def draft_notes(draft: Draft, language: str, model: str, *, quotes: bool = True) -> list[str]:
    """Notes on one request to the model: how it failed, which evidence it did not see. `quotes`: whether quotes replace what it did not write."""
    notes = []
    if draft.fault is not None:
        notes.append(say(f"model_{draft.fault.kind}", language, model=model, **NAMES))
    elif draft.no_answer and not draft.statements:
        notes.append(say("model_no_answer" if quotes else "model_found_nothing", language, model=model))
    for frame, unread in (("evidence_left_out", draft.left_out), ("kept_from_model", draft.withheld)):
        places = [place_text(each.document.cite(each.passage.locator), language) for each in unread]
        notes += [say(frame, language, places=joined(places, language))] if places else []
    return notes
