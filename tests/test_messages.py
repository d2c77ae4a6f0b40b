"""Why something is not done, in the language of who reads it: every message is there in six languages, and pages tell it so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from services import Made, ended, service_fixture, told_events

from assistant.access import LOCAL
from assistant.answer_phrases import isolated
from assistant.messages import Message
from assistant.outcome_messages import describe_job
from assistant.page.plain_pages import carried
from assistant.translations import texts
from corpus.corpus_errors import LibraryError
from corpus.documents import LANGUAGES
from ingest.readers import visible

ASSISTANT = Path(__file__).parents[1] / "assistant"
MESSAGES = texts("messages", "en")
FAULTS = {"Invalid", "NotAuthenticated", "Forbidden", "NotFound", "Conflict", "TooLarge", "TooMany", "Overloaded", "TooSlow", "Full",
          "Unavailable", "ServiceFault", "NoModel", "ReportError", "PublishError", "Message"}  # fmt: skip
QUOTING = {
    "said",
    "framed",
    "no-symbol",
    "rating-wrong",
    "ratings-full",
    "form-unwritten",
    "call-strange",
    "wrong-request",
}
"""Messages with a place for words of another program, or of answers, in which these are told."""


def told() -> Iterator[tuple[Path, ast.Call, ast.expr]]:
    """Each place of the program where something is refused, with the name of what is told."""
    for path in sorted(ASSISTANT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "faults" not in text and "messages" not in text and "Error" not in text:
            continue
        elsewhere = {"Message": "assistant.messages" not in text}
        for node in ast.walk(ast.parse(text)):
            named = node.func if isinstance(node, ast.Call) else None
            name = named.id if isinstance(named, ast.Name) else ""
            if isinstance(node, ast.Call) and name in FAULTS and node.args and not elsewhere.get(name):
                yield path, node, node.args[0]


def names_in(given: ast.expr) -> list[str]:
    """The messages that an expression may name."""
    if isinstance(given, ast.Constant):
        return [str(given.value)]
    return [*names_in(given.body), *names_in(given.orelse)] if isinstance(given, ast.IfExp) else []


@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_is_told_otherwise_in_each_language(name: str) -> None:
    if name in ("framed", "in-agenda"):  # what fills its places is told in each language
        return
    others = [texts("messages", language)[name] for language in LANGUAGES if language != "en"]
    foreign = [re.sub(r"\{[^}]*\}", "", text) for text in others]
    assert all(re.search(r"\w{2}|[\u4e00-\u9fff]", text) for text in foreign)
    assert len(set(foreign)) == len(foreign)
    assert MESSAGES[name] not in others


def test_every_refusal_of_the_program_is_a_message_and_every_message_is_used() -> None:
    used, wrong = set(), []
    for path, call, given in told():
        names = names_in(given)
        used.update(names)
        unknown = [each for each in names if each not in MESSAGES]
        if unknown:
            wrong.append((path.name, call.lineno, unknown))
    assert not wrong
    source = "\n".join(path.read_text(encoding="utf-8") for path in ASSISTANT.rglob("*.py"))
    # What is put together of two parts is found by its first.
    assert not [
        name for name in MESSAGES if name not in used and re.sub(r"-(?:address|yours|all)$", "", name) not in source
    ]


def test_words_that_are_in_english_only_stand_in_messages_that_say_what_they_are() -> None:
    for path, call, given in told():
        for name in names_in(given):
            if name in QUOTING:
                continue
            for each in call.keywords:
                if each.arg in ("retry_after", "most"):
                    continue
                sentence = isinstance(each.value, ast.JoinedStr | ast.Constant) and " " in ast.unparse(
                    each.value
                ).strip("'\" ")
                assert not sentence, f"{path.name}:{call.lineno} fills {each.arg} with English words"


made = service_fixture(reading=True)


REFUSED: list[tuple[str, Message]] = [
    ("/documents/A%2F99%2F9", Message("no-document", {"name": "A/99/9"})),
    ("/comparison?first=A%2F99%2F9&second=boats", Message("named-none", {"name": "A/99/9", "near": ""})),
    ("/answers/x", Message("no-link")),
    ("/conversations/x.md", Message("conversation-gone")),
    ("/nowhere", Message("no-address")),
    ("/briefings?kind=item&value=3", Message("no-agenda", {"there": ""})),
    ("/mandates?listed=1", Message("no-resolutions")),
]


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize(("path", "message"), REFUSED, ids=lambda each: each if isinstance(each, str) else "")
def test_a_page_says_why_in_the_language_of_its_reader_and_the_api_in_english_with_a_code(
    made: Made, path: str, message: Message, reader: str
) -> None:
    page = made.client.get(path, headers={"Accept": "text/html", "Accept-Language": reader})
    assert page.status_code >= 400
    assert str(escape(message.in_language(reader))) in page.text


@pytest.mark.parametrize("reader", LANGUAGES)
def test_programs_are_told_in_english_with_a_code_and_scripts_of_the_page_as_its_reader(
    made: Made, reader: str
) -> None:
    def ask(**headers: str) -> dict[str, Any]:
        reply: dict[str, Any] = made.client.get(
            "/api/v1/documents/A%2F99%2F9", headers={"Accept-Language": reader, **headers}
        ).json()
        return reply

    program, script = ask(), ask(**{"Sec-Fetch-Site": "same-origin"})
    assert program["detail"] == "There is no document 'A/99/9' in the library."
    assert program["code"] == script["code"] == "no-document"
    assert script["detail"] == Message("no-document", {"name": "A/99/9"}).in_language(reader)


@pytest.mark.parametrize("reader", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "more", "code"), [("/conversations", {}, "conversation-gone"), ("/answers", {"turn": 1}, "answer-gone")]
)
def test_a_conversation_or_link_that_is_refused_is_told_in_the_language_of_the_reader(
    made: Made, reader: str, path: str, more: dict[str, int], code: str
) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": reader}
    reply = made.client.post(path, headers=headers, json={"token": "t" * 24, **more})
    assert (reply.status_code, reply.json()["detail"]) == (404, Message(code).in_language(reader))


@pytest.mark.parametrize("reader", LANGUAGES)
def test_how_a_job_ended_is_told_in_the_language_of_the_reader(reader: str) -> None:
    for code in ("job-stopped", "job-crashed", "job-interrupted"):
        job = {"detail": "x", "kind": "upload", "state": "stopped", "created": "2026-01-01T10:00:00", "done": 0, "total": None, "outcomes": [],
               "reason": str(Message(code)), "code": code}  # fmt: skip
        assert str(escape(Message(code).in_language(reader))) in carried(
            "jobs.html", reader, jobs=[describe_job(job, reader)]
        )


@pytest.mark.parametrize("reader", LANGUAGES)
def test_why_a_document_was_not_removed_is_told_in_the_language_of_the_reader(
    made: Made, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    def shown(document: str) -> str:
        job = ended(made, made.by("staff").delete(f"/api/v1/documents/{document}").json())
        return carried("jobs.html", reader, jobs=[describe_job(job, reader)])

    (document,) = made.library.document_ids()[:1]
    with monkeypatch.context() as patched:
        left = LibraryError("3 passages of <b>x</b> are still indexed. Run 'rapporteur reindex'.")
        patched.setattr(made.library, "remove", lambda *_: (_ for _ in ()).throw(left))
        reason = texts("reasons", reader)["passages-left"].format(
            count=isolated("3", reader), document=isolated("<b>x</b>", reader)
        )
        assert str(escape(reason)) in shown(document)
        patched.setattr(made.library, "headers", lambda **_: [])  # it is gone meanwhile
        gone = texts("reasons", reader)["document-gone"].format(document=isolated(repr(document), reader))
        assert str(escape(visible(gone))) in shown(document)


def test_of_a_job_of_several_files_only_one_that_took_all_is_shown_as_done_well() -> None:
    def shown(*results: str) -> bool:
        parts = [{"result": each, "line": each, "notes": []} for each in results]
        job = {"detail": "x", "kind": "ingest", "state": "done", "created": "2026-01-01T10:00:00", "done": 2, "total": 2, "reason": "", "outcomes": parts}  # fmt: skip
        return "rp-done-result" in carried("jobs.html", "en", jobs=[job])

    assert [shown("added", "unchanged"), shown("added", "refused"), shown("failed", "added")] == [True, False, False]


ADDED = {"en": "added ", "fr": "ajouté ", "es": "añadido ", "ru": "добавлено ", "ar": "أُضيف ", "zh": "已添加 "}
REFUSED_EMPTY = {"en": "is empty", "fr": "est vide", "es": "está vacío", "ru": "пуст", "ar": "فارغ", "zh": "为空"}


@pytest.mark.parametrize("reader", LANGUAGES)
def test_what_became_of_a_file_is_told_by_the_api_and_the_page_in_the_language_that_is_asked_for(
    made: Made, reader: str
) -> None:
    def uploaded(name: str, data: bytes) -> dict[str, Any]:
        sent = made.by("staff").post("/api/v1/uploads", files={"file": (name, data)}).json()
        with made.by("staff").stream("GET", f"/api/v1/jobs/{sent['id']}/stream", params={"language": reader}) as events:
            told = [outcome for _, record in told_events(events.iter_lines()) for outcome in record["outcomes"]]
        asked = {"language": reader}
        job = made.by("staff").get(f"/api/v1/jobs/{sent['id']}", params=asked).json()
        assert told == job["outcomes"]
        return dict(job)

    (refused,) = uploaded("nothing.txt", b"")["outcomes"]
    assert REFUSED_EMPTY[reader] in refused["line"]
    assert [REFUSED_EMPTY[reader] in note["text"] for note in refused["notes"]] == [True]
    assert refused["reason"].startswith("nothing.txt is empty."), "programs are told as ever"
    (added,) = uploaded(f"{reader}.txt", f"Notes {reader}\n\nBoats need buoys.\n".encode())["outcomes"]
    assert added["line"].startswith(ADDED[reader])
    assert f"{reader}.txt" in added["line"]
    again = made.service.job(LOCAL, made.service.all_jobs(LOCAL)[1]["id"])
    assert "30" in carried("upload.html", reader, most=30_000_000)
    assert REFUSED_EMPTY[reader] in carried("jobs.html", reader, jobs=[describe_job(again, reader)])
