"""What the floors below say, in the language of who reads it: the sentences of their code are known again, the words in them kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.error_translation import translate_reason
from assistant.messages import Message
from assistant.translations import texts
from corpus.documents import LANGUAGES
from corpus.symbols import Symbol, SymbolError
from ingest.readers import ReadError
from ingest.readers.detect import detect

ROOT = Path(__file__).parents[1]
FOREIGN = [each for each in LANGUAGES if each != "en"]
TOLD = {"ReadError", "IdentityError", "WorkerError", "Refused", "NotPublished", "TryLater", "ServiceAway", "fault", "FeedbackError",
        "FeedbackFull", "LibraryFull", "symbol_error", "_refusal"}  # fmt: skip
"""What raises or makes a sentence that people are shown of a file, of a document that is fetched, of a symbol or a rating."""
INNER = {"what": "a zip file", "remedy": "save it as PDF", "advice": "Split it.", "_HINT": "Split it.", "unavailable": "not published",
         "error": "not published", "describe_other(part)": "an archive that is not a Word file"}  # fmt: skip
"""A sentence for the places at which one stands."""


def sample(node: ast.expr) -> str | None:
    """A sentence of the code with something in its places."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [
        each.value if isinstance(each, ast.Constant) else INNER.get(ast.unparse(each.value), "A/80/1")  # type: ignore[attr-defined]
        for each in node.values
    ]
    return "".join(map(str, parts))


def sentences(node: ast.AST) -> Iterator[ast.expr]:
    """What a part of the code may show to people."""
    if isinstance(node, ast.Call):
        named = ast.unparse(node.func)
        if named.rpartition(".")[2] in TOLD and node.args:
            yield from node.args[1:] if named in ("symbol_error", "_refusal") else node.args[:1]
        elif named == "warnings.append":
            yield node.args[0]
        yield from (each.value for each in node.keywords if each.arg in ("reason", "refused"))
    elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("reason", "warning"):
        yield node.value
    elif isinstance(node, ast.FunctionDef) and node.name in ("_worse", "_unmet"):
        yield from (
            each.value
            for each in ast.walk(node)
            if isinstance(each, ast.Return) and isinstance(each.value, ast.JoinedStr)
        )
    elif isinstance(node, ast.FunctionDef) and node.name == "_warnings":
        yield from (each for each in ast.walk(node) if isinstance(each, ast.Constant))


def told() -> Iterator[tuple[str, str]]:
    for floor in ("ingest", "corpus/feedback.py", "corpus/symbols"):
        top = ROOT / floor
        for path in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for each in sentences(node):
                    if " " in (said := (sample(each) or "").replace("a zip file to be", "has too many elements to be")):
                        yield f"{path.relative_to(ROOT)}:{each.lineno}", said


@pytest.mark.parametrize("language", FOREIGN)
def test_what_the_floors_below_say_of_files_symbols_and_ratings_is_known_in_every_language(language: str) -> None:
    found = list(told())
    assert len(found) > 120
    assert not [(place, said) for place, said in found if translate_reason(said, language) == said]


def test_no_reason_is_told_in_english_to_others() -> None:
    for name, said in texts("reasons", "en").items():
        if re.search(r"\w", re.sub(r"\{[^}]*\}", "", said)) and "passage" not in name:
            assert said not in [texts("reasons", language)[name] for language in FOREIGN], name


def test_what_is_within_a_reason_is_told_in_the_language_and_names_stay_as_they_are() -> None:
    with pytest.raises(ReadError) as refused:
        detect(b"Rar!\x1a\x07" + bytes(40), "réunion: notes.rar")
    assert translate_reason(str(refused.value), "fr") == (
        "réunion: notes.rar : une archive (RAR). Que faire : décompressez-le et envoyez les documents qu'il contient."
    )


def test_a_sentence_that_is_not_known_is_shown_as_it_is_and_english_ones_are_never_changed() -> None:
    assert translate_reason("The ship has sailed.", "fr") == "The ship has sailed."
    assert translate_reason("a.pdf is the ship: sail it.", "fr") == "a.pdf is the ship: sail it."
    assert translate_reason("a.pdf contains no text.", "en") == "a.pdf contains no text."
    assert translate_reason(f"{'x' * 2_000} is empty.", "fr").endswith("is empty.")


def test_a_message_that_quotes_a_floor_below_quotes_it_in_its_own_language() -> None:
    with pytest.raises(SymbolError) as wrong:
        Symbol.parse("boats")
    said = Message("no-symbol", {"text": str(wrong.value), "hint": ""})
    assert "there is no slash in it" in said.in_language("en")
    assert "il n'y a pas de barre oblique" in said.in_language("fr")
    assert Message("said", {"text": "a.pdf contains no text."}).in_language("es") == "a.pdf no contiene texto."
    assert Message("said", {"text": "Sailed."}).in_language("es") == "Mensaje técnico: Sailed."


@pytest.mark.parametrize("text", [": /" * 300, " is : " * 160, "a (" * 300 + ", ", " (, ), " * 140, "x" * 5_000])
def test_names_full_of_the_signs_of_a_sentence_are_shown_as_they_are(text: str) -> None:
    # With a search that tries every way to cut such a text the first of these took three quarters of a minute.
    assert translate_reason(text, "fr") == text
