"""A text that says only by itself which document it is: it answers, it is shown as unverified, and it takes no place."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Holding, OpenLibrary, add, blocks_apart
from invoking import Cli, write
from services import LOCAL_TOKEN, Made, ended, listening, service_fixture
from test_mandates import resolution
from word_reader import word_readers

from assistant.access import LOCAL
from assistant.error_translation import translate_reason
from assistant.export.footnoting import ReferenceFormatter
from assistant.export.publication import Span
from assistant.llama import to_response
from assistant.markdown import reference
from assistant.outcome_messages import describe_job
from assistant.page.staff_tab import health_html
from assistant.page.turn_html import sources_of
from assistant.qa.answer import Citation
from assistant.qa.engine import Engine
from assistant.service_factory import announced
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.pipeline import Input

SYMBOL = "A/75/1"
RIGHT = (
    f"{SYMBOL}\n\n# Boats\n\n1. Every boat that leaves the harbour of a State should carry a green flag at its mast.\n"
)
WRONG = (
    f"{SYMBOL}\n\n# Boats\n\n1. Every boat that leaves the harbour of a State should carry a false flag at its mast.\n"
)
LATER = f"{SYMBOL}/Rev.1\n\n# Boats\n\n1. Every boat that leaves the harbour of a State should carry a false flag at its mast.\n"
ASKED = f"What does paragraph 1 of {SYMBOL} say?"


def given(name: str, text: str, symbol: str | None = SYMBOL) -> Input:
    """A file that comes with a symbol, as one that is fetched does."""
    return Input(name, text.encode(), symbol=Symbol.parse(symbol) if symbol else None, origin=name)


def upload(name: str, text: str) -> Input:
    """A file that comes with nothing but its text."""
    return given(name, text, None)


def held(library: Library) -> list[tuple[str, bool]]:
    return [(each.id, each.unverified) for each in library.documents()]


def said(library: Library, catalogue: Catalogue, question: str = ASKED) -> str:
    return " ".join(each.text for each in Engine(library, catalogue, readers=word_readers()).ask(question).statements)


def test_a_text_that_prints_its_symbol_answers_and_is_unverified(library: Library, catalogue: Catalogue) -> None:
    add(library, catalogue, upload("b.md", RIGHT))
    assert held(library) == [(f"{SYMBOL}:en:official", True)]
    answer = Engine(library, catalogue, readers=word_readers()).ask(ASKED)
    assert "green flag" in answer.statements[0].text
    assert [each.get("unverified") for each in answer.to_json()["citations"]] == [True]
    assert "(unverified copy)" in reference(answer.citations[0], "en")
    assert "(copie non vérifiée" in reference(answer.citations[0], "fr")


@pytest.mark.parametrize("symbol", [SYMBOL, None])
def test_a_text_without_a_claim_or_with_a_given_symbol_is_not_called_unverified(
    library: Library, catalogue: Catalogue, symbol: str | None
) -> None:
    text = (
        RIGHT
        if symbol
        else "# Boats\n\n1. Every boat that leaves the harbour of a State should carry a green flag at its mast.\n"
    )
    add(library, catalogue, given("b.md", text, symbol))
    assert [unverified for _, unverified in held(library)] == [False]
    block = next(library.documents()).blocks[-1]
    cited = Citation.of(next(library.documents()), block.body_start, block.end, block.locator, "id")
    assert cited.unverified is False
    assert "unverified" not in reference(cited, "en")


def test_an_unverified_text_takes_no_place_of_a_verified_one(library: Library, catalogue: Catalogue) -> None:
    done = add(library, catalogue, given("a.md", RIGHT), upload("b.docx.md", WRONG))
    assert [each.result for each in done] == ["added", "skipped"]
    assert "only by its own words" in done[1].reason
    assert f"give the symbol {SYMBOL}" in done[1].reason
    assert held(library) == [(f"{SYMBOL}:en:official", False)]
    assert "green flag" in said(library, catalogue)


def test_a_symbol_that_is_given_after_its_text_was_skipped_counts_as_much_as_one_given_at_once(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, given("a.md", RIGHT), upload("b.md", WRONG))
    assert [each.result for each in add(library, catalogue, upload("b.md", WRONG))] == ["skipped"]
    (done,) = add(library, catalogue, given("b.md", WRONG))
    assert done.result == "replaced"
    assert done.reason == "replaces a.md (paragraphs that differ: 1 of 2)"
    assert "false flag" in said(library, catalogue)


def test_a_verified_text_takes_the_place_of_an_unverified_one(library: Library, catalogue: Catalogue) -> None:
    done = add(library, catalogue, upload("b.html", f"<html><body><p>{SYMBOL}</p><p>1. Every boat should carry a false flag.</p></body></html>"),
               given("a.md", RIGHT))  # fmt: skip
    assert [each.result for each in done] == ["added", "replaced"]
    assert held(library) == [(f"{SYMBOL}:en:official", False)]
    assert "green flag" in said(library, catalogue)


def test_an_unverified_revision_does_not_step_in_front_of_a_verified_text(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, given("a.md", RIGHT), upload("b.md", LATER))
    assert dict(held(library)) == {f"{SYMBOL}:en:official": False, f"{SYMBOL}/Rev.1:en:official": True}
    assert library.superseded() == {}
    assert "green flag" in said(library, catalogue)
    assert "false flag" not in said(library, catalogue)
    assert "false flag" in said(library, catalogue, f"What does paragraph 1 of {SYMBOL}/Rev.1 say?")
    library.confirm(f"{SYMBOL}/Rev.1:en:official")
    assert library.superseded() == {f"{SYMBOL}:en:official": f"{SYMBOL}/Rev.1:en:official"}
    assert "false flag" in said(library, catalogue)


def test_an_unverified_revision_of_an_unverified_text_steps_in_front_as_before(
    library: Library, catalogue: Catalogue
) -> None:
    add(library, catalogue, upload("a.md", RIGHT), upload("b.md", LATER))
    assert library.superseded() == {f"{SYMBOL}:en:official": f"{SYMBOL}/Rev.1:en:official"}


def test_an_unverified_text_steps_in_front_of_a_digest_and_is_shown_as_unverified(holding: Holding) -> None:
    digest = f"---\nsymbol: {SYMBOL}\nedition: digest\ntitle: Boats\n---\n# Boats\n\n1. Boats have some flag.\n"
    answer = holding(upload("d.md", digest), upload("a.md", RIGHT), reading=True).ask(ASKED)
    assert [(each.edition, each.unverified) for each in answer.citations] == [("official", True)]


def test_what_is_confirmed_stays_so_when_the_same_bytes_are_read_again(library: Library, catalogue: Catalogue) -> None:
    from ingest.pipeline import ingest

    add(library, catalogue, upload("a.md", RIGHT))
    library.confirm(f"{SYMBOL}:en:official")
    done = list(ingest([upload("a.md", RIGHT)], library, catalogue, again=True))
    assert [each.result for each in done] == ["unchanged"]
    assert held(library) == [(f"{SYMBOL}:en:official", False)]
    done = add(library, catalogue, upload("a.md", WRONG))
    assert [each.result for each in done] == ["skipped"]
    assert "green flag" in said(library, catalogue)


def test_the_symbol_that_is_given_with_bytes_that_are_held_confirms_them(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    for name in ("a.md", "b.md"):  # the same file, and another one as what is fetched is
        with open_library() as library:
            add(library, catalogue, upload("a.md", RIGHT))
            assert held(library) == [(f"{SYMBOL}:en:official", True)]
            add(library, catalogue, given(name, RIGHT))
            assert held(library) == [(f"{SYMBOL}:en:official", False)]
            library.remove(f"{SYMBOL}:en:official")


def test_whether_a_text_is_verified_outlives_the_process_and_json(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_library(tmp_path / "kept") as library:
        add(library, catalogue, given("a.md", RIGHT), upload("b.md", LATER))
        before = list(library.documents())
    with open_library(tmp_path / "kept") as library:
        assert list(library.documents()) == before
        assert [Document.from_json(each.to_json()) for each in before] == before
        assert library.verify() == []


def test_a_library_of_before_knows_what_was_fetched(
    open_library: OpenLibrary, catalogue: Catalogue, tmp_path: Path
) -> None:
    with open_library(tmp_path / "old") as library:
        add(library, catalogue, given("a.md", RIGHT), upload("b.md", LATER), upload("c.md", "# Trains\n\n1. Rails.\n"))
        now = held(library)
    with closing(sqlite3.connect(tmp_path / "old" / "library.sqlite3")) as db, db:
        blocks_apart(db)
        db.execute("UPDATE documents SET fields = json_remove(fields, '$.verified')")
        db.execute("UPDATE stamp SET value = '5' WHERE name = 'schema'")
    with open_library(tmp_path / "old", accept_stale=True) as library:
        assert held(library) == now
        assert {each: unverified for each, unverified in now if each.startswith("A/")} == {
            f"{SYMBOL}:en:official": False,
            f"{SYMBOL}/Rev.1:en:official": True,
        }
        assert library.verify() == []


# Doors


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    made = Cli(tmp_path / "library")
    assert made("ingest", write(tmp_path / "boats.md", RIGHT)).code == 0
    return made


def test_the_command_line_shows_and_confirms(cli: Cli) -> None:
    assert "unverified copy" in cli("ask", ASKED).out
    assert "unverified" in cli("list").out
    assert [each["unverified"] for each in cli("list", "--json").json()] == [True]
    assert "Unverified" in cli("show", SYMBOL).out
    assert cli("show", SYMBOL, "--json").json()["unverified"] is True
    assert "was replaced after you looked at it" in cli("confirm", SYMBOL, "--sha256", "0" * 64).err
    done = cli("confirm", SYMBOL, "--sha256", cli("show", SYMBOL, "--json").json()["sha256"])
    assert (done.code, done.out) == (0, f"confirmed  {SYMBOL}:en:official\n")
    assert "unverified" not in cli("ask", ASKED).out
    assert "nverified" not in cli("list").out + cli("show", SYMBOL).out
    assert cli("verify").code == 0
    again = cli("confirm", SYMBOL)
    assert (again.code, "is waiting to be confirmed" in again.err) == (1, True)
    assert cli("confirm", "A/99/1").code == 1


def test_ingest_says_of_a_text_what_list_says(tmp_path: Path) -> None:
    cli, boats = Cli(tmp_path / "library"), write(tmp_path / "boats.md", RIGHT)
    assert f"{SYMBOL} (en, official (unverified)), " in cli("ingest", boats).out
    assert "official (unverified)" in cli("list").out
    assert f"{SYMBOL} (en, official (unverified)), already in the library" in cli("ingest", boats).out
    assert cli("confirm", SYMBOL).code == 0
    assert f"{SYMBOL} (en, official), already in the library" in cli("ingest", boats).out


def test_a_symbol_given_to_ingest_counts_as_confirmed(cli: Cli, tmp_path: Path) -> None:
    assert cli("ingest", "--symbol", SYMBOL, tmp_path / "boats.md").out.startswith("unchanged")
    assert cli("show", SYMBOL, "--json").json().get("unverified", False) is False


def test_footnotes_say_that_a_copy_is_unverified(holding: Holding) -> None:
    engine = holding(upload("a.md", RIGHT), reading=True)
    for wanted in (True, False):
        note = ReferenceFormatter(engine.library, "en").make_note(engine.ask(ASKED).citations)
        assert ("unverified copy" in "".join(span.text for span in note.spans)) is wanted
        engine.library.confirm(f"{SYMBOL}:en:official")


def test_a_quoted_point_says_beside_its_place_that_the_copy_is_unverified(holding: Holding) -> None:
    engine = holding(upload("a.md", RIGHT), reading=True)
    for place in (f"{SYMBOL}, paragraph 1 (unverified copy): “", f"{SYMBOL}, paragraph 1: “"):
        (point,) = engine.ask(ASKED).statements
        for previous in (None, point):
            spans = ReferenceFormatter(engine.library, "en").format_statement(point, previous=previous)[:-1]
            told = "".join(span.text for span in spans if isinstance(span, Span))
            assert told.startswith("“" if previous else place)
        engine.library.confirm(f"{SYMBOL}:en:official")


made = service_fixture("function")


def send(made: Made, text: str, **said: str) -> None:
    reply = made.by("staff").post("/api/v1/uploads", data=said,
                             files={"file": ("b.md", text.encode())})  # fmt: skip
    assert reply.status_code == 202, reply.text
    ended(made, reply.json())


def test_the_api_shows_an_upload_as_unverified_and_staff_confirm_it(made: Made) -> None:
    send(made, RIGHT)
    where = f"/api/v1/documents/{SYMBOL}"
    assert made.by("read").get(where).json()["unverified"] is True
    assert made.by("read").post(f"{where}/confirm").status_code == 403
    reply = made.by("staff").post(f"{where}/confirm")
    assert (reply.status_code, ["unverified" in each for each in reply.json()]) == (200, [False])
    assert made.by("read").get(where).json().get("unverified", False) is False
    assert made.by("staff").post(f"{where}/confirm").status_code == 404
    assert made.audit.entries()[0].action == "confirm"


@pytest.mark.parametrize("door", ["document", "list", "api", "command line"])
def test_a_text_that_was_replaced_after_staff_looked_at_it_is_not_confirmed_unseen(made: Made, door: str) -> None:
    where, id, staff = f"/api/v1/documents/{SYMBOL}", f"{SYMBOL}:en:official", made.by("staff")

    def look() -> str:
        if door in ("api", "command line"):
            return str(staff.get(where).json()["sha256"])
        same = {**made.headers("staff"), "Sec-Fetch-Site": "same-origin"}
        page = made.client.get(f"/documents/{SYMBOL}", headers=same).text
        html = page if door == "document" else health_html(made.service, LOCAL, "en")
        return html.partition(f'value="{id}"><input type="hidden" name="sha256" value="')[2].partition('"')[0]

    def confirm(sha256: str) -> tuple[int, str]:
        if door == "command line":
            with listening(made) as (host, port), announced(made.library.folder, f"http://{host}:{port}", LOCAL_TOKEN):
                done = Cli(made.library.folder)("confirm", SYMBOL, "--sha256", sha256)
            return done.code, done.err
        reply = (
            staff.post(f"{where}/confirm", params={"sha256": sha256})
            if door == "api"
            else staff.post("/confirm", data={"document": id, "sha256": sha256}, headers={"Accept-Language": "en"})
        )
        return reply.status_code, reply.text

    send(made, RIGHT)
    seen = look()
    assert confirm("")[0] == {"command line": 1, "api": 409}.get(door, 422)
    send(made, WRONG)
    code, told = confirm(seen)
    assert (code, "was replaced after you looked at it" in told) == (1 if door == "command line" else 409, True)
    assert dict(held(made.library))[id] is True
    assert confirm(look())[0] == (0 if door == "command line" else 200)
    assert dict(held(made.library))[id] is False


def test_one_of_two_language_versions_is_confirmed_by_its_hash(made: Made) -> None:
    send(made, RIGHT)
    send(made, RIGHT.replace("Every boat", "Chaque bateau"), language="fr")
    hashes = {each.language: each.sha256 for each in made.library.documents() if each.key == SYMBOL}
    where = f"/api/v1/documents/{SYMBOL}/confirm"
    reply = made.by("staff").post(where, params={"sha256": hashes["fr"]})
    assert [each["id"] for each in reply.json()] == [f"{SYMBOL}:fr:official"]
    assert dict(held(made.library))[f"{SYMBOL}:en:official"] is True
    again = made.by("staff").post(where, params={"sha256": hashes["fr"]})
    assert (again.status_code, "was replaced" in again.text) == (404, False)


def test_a_text_that_is_replaced_in_the_moment_of_confirming_is_not_confirmed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(made, RIGHT)
    real, staff = made.library.confirm, made.by("staff")

    def overtaken(*what: Any) -> None:
        monkeypatch.setattr(made.library, "confirm", real)
        send(made, WRONG)
        real(*what)

    monkeypatch.setattr(made.library, "confirm", overtaken)
    reply = staff.post(f"/api/v1/documents/{SYMBOL}/confirm")
    assert (reply.status_code, "in the meantime" in reply.json()["detail"]) == (409, True)
    assert "confirm" not in [each.action for each in made.audit.entries()], "nothing was confirmed"
    assert dict(held(made.library))[f"{SYMBOL}:en:official"] is True


def test_a_symbol_that_is_given_with_bytes_that_are_replaced_in_this_moment_confirms_no_other_ones(
    library: Library, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, catalogue, upload("a.md", RIGHT))
    real = library.confirm

    def overtaken(*what: Any) -> None:
        monkeypatch.setattr(library, "confirm", real)
        add(library, catalogue, upload("b.md", WRONG))
        real(*what)

    monkeypatch.setattr(library, "confirm", overtaken)
    assert [each.result for each in add(library, catalogue, given("a.md", RIGHT))] == ["replaced"]
    assert held(library) == [(f"{SYMBOL}:en:official", False)]
    assert "green flag" in said(library, catalogue)


def uploaded(made: Made, name: str, text: str, **said: str) -> dict[str, Any]:
    reply = made.by("staff").post("/api/v1/uploads", data=said,
                             files={"file": (name, text.encode())})  # fmt: skip
    where = f"/api/v1/jobs/{ended(made, reply.json())['id']}"
    (outcome,) = made.by("staff").get(where).json()["outcomes"]
    return dict(outcome)


def test_an_upload_tells_what_it_displaces_and_how_it_differs_and_the_displaced_comes_back_when_asked(
    made: Made,
) -> None:
    uploaded(made, "right.md", RIGHT)
    displacing = uploaded(made, "wrong.md", WRONG)
    assert displacing["result"] == "replaced"
    told = "replaces right.md (paragraphs that differ: 1 of 2)"
    assert told in [each["text"] for each in displacing["notes"]]
    skipped = uploaded(made, "right.md", RIGHT)
    assert (skipped["result"], skipped["before"], "--" in skipped["line"]) == ("skipped", True, False)
    assert uploaded(made, "right.md", RIGHT, again="true")["result"] == "replaced"


FISH = "The fish quotas of the island of Utopia are set each spring by its fishers.\n"


def test_a_text_with_little_in_common_replaces_a_verified_one_only_when_staff_say_so_twice(made: Made) -> None:
    uploaded(made, "right.md", RIGHT, symbol=SYMBOL)
    slip = uploaded(made, "fish.txt", FISH, symbol=SYMBOL)
    assert slip["result"] == "skipped"
    assert slip["reason"].startswith(f"has little in common with the text of {SYMBOL}")
    assert "green flag" in made.by("read").get(f"/api/v1/documents/{SYMBOL}/blocks").text
    assert translate_reason(slip["reason"], "fr").startswith(f"a peu en commun avec le texte de {SYMBOL}")
    assert uploaded(made, "fish.txt", FISH, symbol=SYMBOL, again="true")["result"] == "replaced"
    assert "Utopia" in made.by("read").get(f"/api/v1/documents/{SYMBOL}/blocks").text


def test_choosing_to_read_again_the_first_time_does_not_stand_for_the_second(made: Made) -> None:
    uploaded(made, "right.md", RIGHT, symbol=SYMBOL)
    other = FISH.replace("spring", "autumn")
    for text, result in ((FISH, "skipped"), (other, "skipped"), (FISH, "replaced")):
        assert uploaded(made, "fish.txt", text, symbol=SYMBOL, again="true")["result"] == result
    assert "spring" in made.by("read").get(f"/api/v1/documents/{SYMBOL}/blocks").text


def test_the_command_line_replaces_a_verified_text_by_one_with_little_in_common_only_with_again(
    cli: Cli, tmp_path: Path
) -> None:
    right, fish = write(tmp_path / "right.md", RIGHT), write(tmp_path / "fish.txt", FISH)
    cli("ingest", str(right), "--symbol", SYMBOL)
    assert "little in common" in str(cli("ingest", str(fish), "--symbol", SYMBOL))
    assert "green flag" in str(cli("show", SYMBOL))
    cli("ingest", str(fish), "--symbol", SYMBOL, "--again")
    assert "Utopia" in str(cli("show", SYMBOL))


def test_a_fetched_text_replaces_whatever_staff_gave_its_symbol(library: Library, catalogue: Catalogue) -> None:
    fetched = replace(given("right.md", RIGHT), fetched=True)
    done = add(library, catalogue, given("fish.txt", FISH), fetched)
    assert [each.result for each in done] == ["added", "replaced"]


def test_a_changed_upload_beside_an_earlier_one_of_its_name_says_so_and_is_told_apart(made: Made) -> None:
    uploaded(made, "plain.txt", "The harbour of Zorbia opens at six in the morning.\n")
    later = uploaded(made, "plain.txt", "The harbour of Zorbia opens at nine in the morning.\n")
    assert later["result"] == "added"
    told = "was added beside an earlier text of the same file name, plain-txt."
    assert any(each["text"].startswith(told) for each in later["notes"])
    answer = made.by("read").post("/api/v1/ask", json={"question": "When does the harbour of Zorbia open?"}).json()
    assert {each["locator"].split(",")[0] for each in answer["citations"]} == {"plain.txt", "plain.txt (2)"}


def test_a_changed_upload_is_named_beside_the_latest_of_its_name_although_earlier_ones_were_removed(
    library: Library, catalogue: Catalogue
) -> None:
    def added(n: int, name: str = "notes.txt") -> tuple[str, str]:
        (outcome,) = add(library, catalogue, replace(upload(name, f"Lamp {n} is lit at dusk.\n"), origin=f"upload-{n}"))
        assert outcome.header is not None
        return outcome.header.key, outcome.reason.partition(". ")[0].rpartition(", ")[2]

    assert added(0, "notes-txt-report")[0] == "notes-txt-report"  # of another name, and does not count
    assert added(1, "notes-txt-7")[0] == "notes-txt-7"
    assert added(2) == ("notes-txt", "")
    assert [added(n) for n in (3, 4)] == [("notes-txt-2", "notes-txt"), ("notes-txt-3", "notes-txt-2")]
    for name in ("notes-txt", "notes-txt-2"):
        library.remove(f"{name}:en:upload")
    assert added(5) == ("notes-txt-4", "notes-txt-3")
    assert added(6) == ("notes-txt-5", "notes-txt-4")
    assert [added(n)[0] for n in (7, 8, 3)] == ["notes-txt-6", "notes-txt-8", "notes-txt-9"]


def test_texts_with_the_same_title_are_told_apart_where_staff_are_to_look_at_them(made: Made) -> None:
    for hour in ("six", "nine"):
        page = f"<html><head><title>Harbour hours</title></head><body><p>It opens at {hour}\ufffd.</p></body></html>"
        uploaded(made, "hours.html", page)
    html = health_html(made.service, LOCAL, "en")
    assert html.count(">Harbour hours<") == html.count(">Harbour hours (2)<") == 1


def test_a_refusal_that_is_told_again_names_the_file_that_was_sent_now(made: Made) -> None:
    first, second = (uploaded(made, name, "") for name in ("secret.txt", "empty.md"))
    assert first["reason"].startswith("secret.txt is empty")
    assert (second["before"], second["reason"].startswith("empty.md is empty")) == (True, True)
    assert "secret" not in str(second)


def test_a_text_without_a_title_is_called_by_its_symbol_and_not_by_its_file(made: Made) -> None:
    uploaded(made, "forged.txt", f"{SYMBOL}\n\n1. Every boat should carry a green flag at its mast.\n")
    assert made.by("read").get(f"/api/v1/documents/{SYMBOL}").json()["title"] == SYMBOL


def test_an_upload_for_which_staff_give_the_symbol_is_verified(made: Made) -> None:
    send(made, RIGHT, symbol=SYMBOL)
    found = made.by("read").get(f"/api/v1/documents/{SYMBOL}").json()
    assert (found["edition"], found.get("unverified", False)) == ("official", False)


def test_the_page_shows_an_unverified_copy_as_one(made: Made) -> None:
    send(made, RIGHT)
    for wanted in (True, False):
        (source, *_) = sources_of(made.service, made.service.engine.ask(ASKED))
        pages = [
            made.client.get(path, headers={**made.headers("read"), "Accept-Language": "en"}).text
            for path in ("/documents", f"/documents/{SYMBOL}")
        ]
        assert ["unverified copy" in each for each in (source.edition, *pages)] == [wanted] * 3
        assert ["official text" in each for each in (source.edition, *pages)] == [not wanted] * 3
        made.library.confirm(f"{SYMBOL}:en:official")


def test_the_library_for_llama_index_tells_of_an_unverified_copy(holding: Holding) -> None:
    response = to_response(holding(upload("a.md", RIGHT), reading=True).ask(ASKED))
    assert [each.node.metadata["unverified"] for each in response.source_nodes] == [True]


def test_a_document_is_confirmed_through_the_server(made: Made) -> None:
    send(made, RIGHT)
    with listening(made) as (host, port), announced(made.library.folder, f"http://{host}:{port}", LOCAL_TOKEN):
        cli = Cli(made.library.folder)
        assert "unverified copy" in cli("ask", ASKED).out
        assert cli("confirm", SYMBOL).out == f"confirmed  {SYMBOL}:en:official\n"
        assert "unverified" not in json.loads(cli("show", SYMBOL, "--json").out)


def test_where_a_later_copy_is_only_unverified_the_answer_says_that_the_older_text_answered(holding: Holding) -> None:
    engine = holding(given("a.md", RIGHT), upload("b.md", LATER), reading=True)
    assert [each for each in engine.ask(ASKED).notes if f"unverified copy, which was not used: {SYMBOL}/Rev.1" in each]
    engine.library.confirm(f"{SYMBOL}/Rev.1:en:official")
    assert not [each for each in engine.ask(ASKED).notes if "unverified" in each]


def test_what_became_of_a_file_tells_which_version_answers_now(made: Made) -> None:
    def told(text: str, **said: str) -> list[str]:
        reply = made.by("staff").post("/api/v1/uploads", data=said,
                                 files={"file": ("b.md", text.encode())})  # fmt: skip
        return [note["text"] for each in describe_job(ended(made, reply.json()))["outcomes"] for note in each["notes"]]

    later = f"{SYMBOL}/Rev.1"
    assert told(RIGHT, symbol=SYMBOL) == []
    assert told(LATER) == [f"Answers use {SYMBOL} until this text is confirmed."]
    assert told(LATER.replace("Rev.1", "Rev.2"), symbol=f"{SYMBOL}/Rev.2") == [
        f"Answers now use this text in place of {SYMBOL}, {later}."
    ]
    made.library.remove(f"{SYMBOL}:en:official")
    assert told(RIGHT.replace("green", "blue"), symbol=SYMBOL) == [f"Answers use {SYMBOL}/Rev.2 in place of this text."]


def test_staff_confirm_a_copy_on_its_page_and_readers_can_not(made: Made) -> None:
    send(made, RIGHT)
    where, id = f"/documents/{SYMBOL}", f"{SYMBOL}:en:official"
    same = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    assert 'action="/confirm"' not in made.client.get(where, headers={**made.headers("read"), **same}).text
    assert made.by("read").post("/confirm", data={"document": id}).status_code == 403
    shown = made.client.get(where, headers={**made.headers("staff"), **same}).text
    assert '<span class="rp-edition rp-doubted">unverified copy</span>' in shown
    assert f'<input type="hidden" name="document" value="{id}">' in shown
    seen = shown.partition('name="sha256" value="')[2].partition('"')[0]
    assert made.by("staff").post("/confirm", data={"document": id}).status_code == 422
    reply = made.by("staff").post("/confirm", data={"document": id, "sha256": seen})
    assert 'action="/confirm"' not in reply.text
    assert '<span class="rp-edition">official text</span>' in reply.text
    assert made.audit.entries()[0].action == "confirm"


def test_the_badge_of_another_version_has_the_colour_that_it_has_on_its_own_page(made: Made) -> None:
    send(made, RIGHT, symbol=SYMBOL)
    send(made, LATER)
    shown = made.client.get(f"/documents/{SYMBOL}", headers={**made.headers("read"), "Accept-Language": "en"}).text
    assert '<span class="rp-edition">official text</span>' in shown
    assert '<span class="rp-edition rp-doubted">unverified copy</span>' in shown


def test_references_files_and_sheets_say_that_a_copy_is_unverified(made: Made) -> None:
    act = "A/RES/80/900"
    asks = resolution("Requests the Secretary-General to report by 1 May 2028;").data.decode()
    send(made, asks)
    headers = {**made.headers("read"), "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    for form in ("csv", "md"):
        reply = made.client.get(f"/api/v1/mandates?document={act}&format={form}", headers=headers)
        assert "unverified copy" in reply.text
    question = f"What does paragraph 1 of {act} say?"
    page = made.client.post("/ask", data={"question": question}, headers=headers).text
    assert "unverified copy" in page.partition('class="rp-reference"')[2].partition("</p>")[0]
    token = page.partition('name="conversation" value="')[2].partition('"')[0]
    assert "unverified copy" in made.client.get(f"/conversations/{token}.md", headers=headers).text
