"""Briefings, themes and comparisons behind the doors: every place is one click from its words, files, turns, refusals."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from services import Made, made_service

from assistant.publish import PublishError
from assistant.service.papers import Papers, Progress
from assistant.service.turns import Turns
from corpus.catalogue import Catalogue
from corpus.symbols import Symbol
from ingest.run import Input, ingest

ITEM = "kind=item&value=3&audience=chair"
ENGLISH = "# Boats\n\n1. Every boat leaves the harbour at noon and needs a flag.\n\n2. Lamps are lit at dusk.\n"
LATER = "# Boats\n\n1. Every boat leaves the harbour at one and needs a flag.\n\n2. Lamps are lit at dusk.\n"
ARABIC = "# القوارب\n\n1. يغادر كل قارب الميناء عند الظهر ويحتاج إلى علم.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("writing"), catalogue, starter=True, reading=True) as found:
        yield found


@pytest.fixture(scope="module")
def boats(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("boats"), catalogue, reading=True) as found:
        texts = (("A/80/1", ENGLISH), ("A/80/1", ARABIC), ("A/80/1/Rev.1", LATER))
        sources = [Input(f"{n}.md", text.encode(), symbol=Symbol.parse(s)) for n, (s, text) in enumerate(texts)]
        assert {each.result for each in ingest(sources, found.library, catalogue)} == {"added"}
        yield found


def shown(made: Made, address: str) -> str:
    """A page once it is there: as a browser does, it is asked for again where it says so."""
    for _ in range(60):
        reply = made.client.get(address)
        assert "script-src 'self';" in reply.headers["content-security-policy"]
        assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=", reply.text)
        if reply.status_code != 202:
            assert reply.status_code == 200, reply.text
            return reply.text
        assert reply.headers["refresh"]
    raise AssertionError("The paper does not come.")


def places(html: str) -> list[str]:
    """The addresses of words in documents."""
    return [unescape(each) for each in re.findall(r'href="(/documents/[^"]*#words)"', html)]


def opens(made: Made, address: str) -> None:
    """Checks that an address opens a document at marked words."""
    reply = made.client.get(address)
    assert reply.status_code == 200, address
    assert reply.text.count(' id="words">') == 1, address


def test_every_footnote_of_a_briefing_opens_the_words_that_it_cites(made: Made) -> None:
    told = made.client.get(f"/api/v1/briefings?{ITEM}").json()
    page = shown(made, f"/briefings?{ITEM}")
    notes = re.findall(r'<li id="fn-\d+">(.*?)</li>', page, re.DOTALL)
    assert notes
    assert all(places(note) for note in notes)
    spans = {f"words={each['start']}-{each['end']}" for each in told["citations"]}
    assert {re.search(r"words=\d+-\d+", each).group() for each in places(page)} <= spans  # type: ignore[union-attr]
    for address in dict.fromkeys(places(page)):
        opens(made, address)


def test_a_briefing_is_the_same_by_every_door_and_a_file_where_one_is_wanted(made: Made) -> None:
    body = {"kind": "item", "value": "3", "audience": "chair"}
    posted = made.client.post("/api/v1/briefings", json=body)
    assert posted.json() == made.client.get(f"/api/v1/briefings?{ITEM}").json()
    assert posted.json()["sections"]
    by_header = made.client.post("/api/v1/briefings", json=body, headers={"Accept": "text/markdown"})
    by_format = made.client.post("/api/v1/briefings", json={**body, "format": "md"})
    by_page = made.client.get(f"/briefings/briefing.md?{ITEM}")
    assert by_header.content == by_format.content == by_page.content
    assert by_header.headers["content-disposition"] == 'attachment; filename="briefing.md"'
    assert b"/documents/" not in by_page.content
    assert made.client.get(f"/api/v1/briefings?{ITEM}&format=html").text.startswith("<!DOCTYPE html>")


def test_every_passage_of_every_theme_is_one_click_from_its_words(made: Made) -> None:
    themes = made.client.get("/api/v1/themes").json()["themes"]
    page = shown(made, "/themes")
    linked = {re.search(r"words=(\d+-\d+)", each).group(1) for each in places(page)}  # type: ignore[union-attr]
    for theme in themes:
        assert f'id="theme-{theme["number"]}"' in page
        assert page.count(f'href="#theme-{theme["number"]}"') == 2, "on the map and in the plot"
        assert {f"{each['start']}-{each['end']}" for each in theme["passages"]} <= linked
    assert page.count("<svg ") == 2
    for address in list(dict.fromkeys(places(page)))[::25]:
        opens(made, address)


def test_a_comparison_shows_the_words_that_differ_and_where_they_stand(boats: Made) -> None:
    page = shown(boats, "/comparison?first=A/80/1&second=A/80/1/Rev.1")
    assert "<del>noon</del>" in page
    assert "<ins>one</ins>" in page
    assert len(places(page)) == 2
    for address in places(page):
        opens(boats, address)
    changes = boats.client.get("/api/v1/compare?document=A/80/1&document=A/80/1/Rev.1").json()["changes"]
    assert [each["kind"] for each in changes] == ["changed"]


def test_what_documents_say_on_a_topic_is_quoted_side_by_side(made: Made) -> None:
    told = made.client.get("/api/v1/compare?topic=smuggling of migrants by sea&document=past-topics").json()
    assert told["topic"] == "smuggling of migrants by sea"
    for side in told["sides"]:
        for cite in (cite for each in side["statements"] for cite in each["citations"]):
            assert made.library.document(side["document"]).quote(cite["start"], cite["end"]) == cite["quote"]
    assert told["sides"]


def test_an_arabic_briefing_runs_from_right_to_left(boats: Made) -> None:
    page = shown(boats, "/briefings?kind=document&value=A/80/1&language=ar")
    assert '<article class="publication" lang="ar" dir="rtl">' in page
    assert any("language=ar" in each for each in places(page))


def test_the_agenda_is_checked_against_what_is_held(made: Made, boats: Made) -> None:
    found = made.client.get("/api/v1/agenda").json()
    assert found["announced"]
    assert found["complete"] in (True, False)
    reply = boats.client.get("/api/v1/agenda?meeting=A/80/9")
    assert (reply.status_code, reply.json()["detail"][:25]) == (404, "No agenda A/80/9 is held.")


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/v1/briefings?kind=item&value=99", 422, "99"),
        ("/api/v1/briefings?kind=theme&value=boats&language=zh", 422, "No document is held in Chinese"),
        ("/api/v1/compare?document=A/80/1", 422, "Name two documents"),
        ("/api/v1/compare?document=A/80/1&document=A/99/1", 404, "A/99/1"),
        ("/api/v1/compare?document=A/80/1&document=A/80/1&language=ru", 404, "is held in ar, en"),
        ("/api/v1/compare?topic=%20", 422, "The topic is empty"),
        ("/briefings?kind=theme&value=boats&language=zh", 422, "No document is held in Chinese"),
        ("/briefings?kind=poem&value=boats", 422, "is none of item"),
        ("/themes?language=xx", 422, "is none of en"),
        ("/comparison?first=A/80/1&second=A/99/1", 404, "A/99/1"),
    ],
)
def test_what_cannot_be_written_is_told_in_a_sentence(
    made: Made, boats: Made, address: str, status: int, said: str
) -> None:
    where = made if "value=99" in address else boats
    for _ in range(2):  # a failure that was told is not kept for good
        reply = where.client.get(address)
        assert reply.status_code == status
        assert said in unescape(reply.text)
        kind = "application/problem+json" if address.startswith("/api/") else "text/html"
        assert reply.headers["content-type"].startswith(kind)


def test_a_missing_program_for_a_format_is_named(boats: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> bytes:
        raise PublishError("Word files are written by pandoc, which is not installed here.")

    monkeypatch.setattr("assistant.publish.docx.to_docx", missing)
    reply = boats.client.get("/api/v1/compare?document=A/80/1&document=A/80/1/Rev.1&format=docx")
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:rapporteur:problem:conflict")
    assert "pandoc" in reply.json()["detail"]


def test_what_people_send_is_escaped(boats: Made) -> None:
    page = shown(boats, "/briefings?kind=theme&value=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_questions_are_answered_between_the_parts_of_a_paper() -> None:
    turns = Turns()
    papers = Papers(turns, 10)
    begun, asked = threading.Event(), threading.Event()
    order: list[str] = []

    def work(progress: Progress) -> str:
        for n in range(2):
            progress(f"part {n}", n, 2)
            with turns.batch():  # as the embedding of passages does inside
                begun.set()
                asked.wait(10)
                order.append(f"part {n}")
        return "paper"

    paper = papers.take("key", work)
    assert begun.wait(10)
    answers = [turns.take(lambda: order.append("answer"), "somebody") for _ in range(2)]
    asked.set()
    assert paper.future.result(10) == "paper"
    for answer in answers:
        answer.result(10)
    assert order == ["part 0", "answer", "answer", "part 1"]
    assert (paper.done, paper.total, paper.part) == (1, 2, "part 1")
    assert papers.take("key", work) is paper
    assert papers.close(5)
    turns.close(5)


def test_a_service_that_stops_ends_a_paper_between_two_parts(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made_service(tmp_path, catalogue, reading=True) as made:
        monkeypatch.setattr("assistant.brief.run._section", _stopping(made))
        reply = made.client.get("/api/v1/briefings?kind=document&value=boats.txt")
        assert (reply.status_code, reply.json()["title"]) == (503, "The service is busy")
        assert "retry-after" in reply.headers


def _stopping(made: Made) -> object:
    from assistant.brief.run import _section

    def section(*args: object) -> object:
        made.service.stop()
        return _section(*args)  # type: ignore[arg-type]

    return section
