"""An answer that is shown again, wherever it is kept, tells what has become of its sources since it was given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from conftest import add
from fastapi.testclient import TestClient
from services import Made, service_fixture
from test_verified import ASKED, LATER, RIGHT, SYMBOL, given

from assistant.export.docx import pandoc_path
from corpus.catalogue import Catalogue

HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
ID = f"{SYMBOL}:en:official"
Change = Callable[[Made, Catalogue], object]

made = service_fixture("function", reading=True)


def shared(made: Made, catalogue: Catalogue) -> str:
    """The path of a link to an answer from a text of `SYMBOL`."""
    add(made.library, catalogue, given("a.md", RIGHT))
    page = made.client.post("/ask", data={"question": ASKED}, headers=HERE)
    token = page.text.partition('name="conversation" value="')[2].partition('"')[0]
    assert '<span class="rp-state">Answered</span>' in page.text
    reply = made.client.post("/answers", json={"token": token, "turn": 1}, headers=HERE)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["path"])


def shown(client: TestClient, path: str) -> str:
    return client.get(path, headers=HERE).text


def word_text(client: TestClient, path: str) -> str:
    with zipfile.ZipFile(io.BytesIO(client.get(path, headers=HERE).content)) as file:
        return "".join(file.read(f"word/{part}.xml").decode() for part in ("document", "footnotes"))


def remove(made: Made, _: Catalogue) -> None:
    made.library.remove(ID)


def replace(made: Made, catalogue: Catalogue) -> None:
    add(made.library, catalogue, given("a.md", RIGHT.replace("green flag", "red flag")))


def supersede(made: Made, catalogue: Catalogue) -> None:
    add(made.library, catalogue, given("b.md", LATER, f"{SYMBOL}/Rev.1"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (remove, "no longer in the library"),
        (replace, "worded differently now"),
        (supersede, f"superseded by {SYMBOL}/Rev.1"),
    ],
)
def test_every_door_tells_that_what_an_answer_cites_is_held_no_more_in_other_words_or_superseded(
    made: Made, catalogue: Catalogue, change: Change, told: str
) -> None:
    path = shared(made, catalogue)
    before = shown(made.client, path)
    assert "Answered" in before
    assert told not in before
    change(made, catalogue)
    page = shown(made.client, path)
    assert '<span class="rp-state">Answered before the documents changed</span>' in page
    assert f'<span class="rp-edition rp-doubted">{told}</span>' in page
    above, _, beside = page.partition("<aside")
    assert f"{SYMBOL}: {told}" in above
    assert "green flag" in above
    assert beside.count(f"{SYMBOL}, para. 1") <= 1
    assert f"{SYMBOL}, {SYMBOL}" not in beside
    file = shown(made.client, f"{path}.md").replace("\\", "")
    assert "Answered before the documents changed" in file
    assert f"({told})" in file
    if pandoc_path():
        assert f"({told})" in word_text(made.client, f"{path}.docx")


def test_a_kept_conversation_and_the_form_without_scripts_tell_it_of_each_turn(
    made: Made, catalogue: Catalogue
) -> None:
    add(made.library, catalogue, given("a.md", RIGHT))
    page = made.client.post("/ask", data={"question": ASKED}, headers=HERE).text
    token = page.partition('name="conversation" value="')[2].partition('"')[0]
    page = made.client.post("/ask", data={"question": ASKED, "conversation": token}, headers=HERE).text
    assert "no longer in the library" not in page
    remove(made, catalogue)
    # As the script of the page has it after a reload.
    assert made.client.post("/conversations", json={"token": token}, headers=HERE).json() == {"token": token}
    assert shown(made.client, f"/ask?conversation={token}").count("Answered before the documents changed") == 2
    assert shown(made.client, f"/conversations/{token}.md").count("Answered before the documents changed") == 2


def test_words_that_have_only_moved_stand_as_they_were_cited_at_their_place_of_now(
    made: Made, catalogue: Catalogue
) -> None:
    path = shared(made, catalogue)
    moved = RIGHT.replace("1. Every", "1. Harbours have lights.\n\n2. Every")
    add(made.library, catalogue, given("a.md", moved))
    page = shown(made.client, path)
    assert '<span class="rp-state">Answered</span>' in page
    assert '<bdi class="rp-place">para. 2</bdi>' in page


def test_what_a_note_of_the_answer_tells_is_no_change_since(made: Made, catalogue: Catalogue) -> None:
    french = LATER.replace("# Boats", "# Bateaux").replace("Every boat that leaves the harbour of a State should carry a false flag at its mast.",
        "Tout bateau qui quitte le port d’un État devrait porter un drapeau à son mât.")  # fmt: skip
    add(made.library, catalogue, given("b.md", french, f"{SYMBOL}/Rev.1"))
    page = shown(made.client, shared(made, catalogue))
    assert "a later revision is in the library" in page
    assert "superseded by" not in page
