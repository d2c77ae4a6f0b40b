"""Records and texts of the outcomes of files, symbols and jobs, for terminal, page and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.error_translation import translate_reason
from assistant.messages import Message
from corpus.versions import Versions
from ingest.ledger import MIN_PAGE_CHARACTERS, nearly_empty_pages
from ingest.outcomes import Outcome
from ingest.readers import visible


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """Converts an outcome to JSON; `said` is a text about it in English."""
    header, document = outcome.header, outcome.document
    made: dict[str, Any] = {
        "file": visible(outcome.name),
        "result": outcome.result,
        "document": header.id if header else None,
        **{name: getattr(header, name, None) for name in ("symbol", "language", "edition", "format")},
        "passages": outcome.passages,
        "reason": visible(outcome.reason),
        "before": outcome.from_earlier_run,
        "said": visible(_said(outcome)),
    }
    if document is not None:
        made |= {
            "pages": len(document.pages),
            "thin_pages": list(nearly_empty_pages(document)),
            "warnings": list(document.warnings),
        }
    return made


def answering_version(versions: Versions, document_id: str) -> dict[str, str]:
    """Additional field of a record of a document with several versions: which of them answers now."""
    frame = {
        "other": "Answers use {} in place of this text.",
        "until": "Answers use {} until this text is confirmed.",
        "itself": "Answers now use this text in place of {}.",
    }
    which, labels = versions.answering_text(document_id)
    return {"answers": frame[which].format(", ".join(labels))} if labels else {}


def _said(outcome: Outcome) -> str:
    header = outcome.header
    if outcome.from_earlier_run:
        return f"{outcome.reason} (as before)"
    if header is None or outcome.result not in ("added", "replaced", "unchanged", "removed"):
        return outcome.reason
    edition = f"{header.edition} (unverified)" if header.unverified else header.edition
    named = f"{header.label} ({header.language}, {edition}), "
    if outcome.result == "removed":
        return f"{named}whose file is gone"
    count, document = outcome.passages, outcome.document
    held = "1 passage" if count == 1 else f"{count} passages" if count else "already in the library"
    if document is None or not document.pages:
        return f"{named}{held}"
    return f"{named}{held}, {_covered(len(document.pages), nearly_empty_pages(document))}"


def describe_outcome(made: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """Adds `line`, a text about an outcome in a language, and `notes` (why a file was refused, what was not found in a stored one) to
    the record of a file, symbol or document."""
    bare = {name: value for name, value in made.items() if name != "said"}
    if "line" in made:  # stored by an earlier version
        return bare
    result, why = str(made["result"]), str(made.get("reason") or "")
    width = 13 if "url" in made else 10  # results of fetching include `not published`
    notes = [*made.get("warnings", ()), *([made["answers"]] if "answers" in made else [])]
    if thin := made.get("thin_pages"):
        notes.insert(0, _covered(made["pages"], thin))
    if "said" in made and result in ("skipped", "refused"):
        notes = [why]
    elif "said" in made and why:
        notes.insert(0, why)  # what it replaced
    line = f"{translate_reason(result, language):<{width}} {_named(made, language)}".replace("\n", " ").rstrip()
    return {
        **bare,
        "line": line,
        "notes": [{"result": result, "text": translate_reason(each, language)} for each in notes],
    }


def _named(made: Mapping[str, Any], language: str) -> str:
    """The file, symbol or document of a record, with the text about it."""
    if (said := made.get("said")) is not None:
        name, text = made["file"], translate_reason(said, language)
        return text if said.startswith((f"{name} ", f"{name}: ")) else f"{name}: {text}"
    parts = [made.get("document") or "", translate_reason(made.get("reason") or "", language)]
    if made.get("format") and made.get("bytes"):
        parts.insert(1, f"{made['format']}, {max(1, made['bytes'] // 1000):,} kB")
    elif str(made["result"]).startswith("would"):
        parts.insert(1, made.get("url") or "")
    name = f"{made['symbol']} ({made['language']})" if made.get("symbol") else ""
    return ": ".join(each for each in (name, "; ".join(visible(part) for part in parts if part)) if each)


def describe_job(job: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """Translates the record of a job: its detail, reason and outcomes."""
    why = Message(job["code"], {"text": job["reason"]}).in_language(language) if job["code"] else job["reason"]
    if job["code"] == "job-nothing" and (lines := job["reason"].splitlines()) != [str(Message("job-nothing"))]:
        why = "\n".join(translate_reason(each, language) for each in lines)  # those of its outcomes
    outcomes = [describe_outcome(each, language) for each in job["outcomes"]]
    return {**job, "detail": translate_reason(job["detail"], language), "reason": why, "outcomes": outcomes}


def _covered(pages: int, thin: Sequence[int]) -> str:
    """How many pages have text, and which have hardly any."""
    said = f"text on {pages - len(thin)} of {pages} pages"
    return f"{said} (under {MIN_PAGE_CHARACTERS} characters on {_ranges(thin)})" if thin else said


def _ranges(numbers: Sequence[int]) -> str:
    """Formats ascending numbers as ranges: `1, 4-6`; at most twelve."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [f"{first}-{last}" if last > first else str(first) for first, last in runs]
    return ", ".join(parts[:12] + ["..."] * (len(parts) > 12))
