"""Asking and reading without scripts: the form, the answer, the conversation, and who may."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from httpx import Response
from services import SAME, Made, made_service, service_fixture

from assistant.access.rate_limits import RateLimits
from assistant.page_labels import direction, words_of
from assistant.service_errors import Overloaded
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES

AGENDA = "CTOC/COP/WG.7/2021/1:en:digest"
DETAINED = "What must be done when a smuggled migrant is detained?"


made = service_fixture(starter=True, reading=True)


def asked(made: Made, question: str, **more: str) -> Response:
    """The page with the answer to a question."""
    reply = made.client.post("/ask", data={"question": question, **more}, headers=SAME)
    assert reply.status_code == 200, reply.text
    return reply


def said(page: Response) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def token_of(page: Response) -> str:
    """The conversation that a page goes on with."""
    found = re.search(r'name="conversation" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_an_answer_is_shown_with_its_sources_their_words_marked_and_links_to_place_and_document(made: Made) -> None:
    page = asked(made, DETAINED)
    answer = made.service.engine.ask(DETAINED)
    assert "Answered" in said(page)
    assert "<script" not in page.text
    # Within the words quoted those that answer may be bold.
    plain = re.sub(r"</?b\b[^>]*>", "", page.text).replace("&#10;", "\n").replace("&#39;", "'")
    for citation in answer.citations:
        assert f"<mark>{html.escape(citation.quote, quote=False)}</mark>" in plain
    sources = re.findall(r'<details class="rp-source"[^>]*>', page.text)
    assert len(sources) == len(answer.citations)
    assert all(" open" in each for each in sources), "no script opens them"
    assert re.search(r'href="/documents/[^"]+words=\d+-\d+#words"', page.text)
    assert 'href="https://docs.un.org/en/' in page.text
    assert "rp-copy" not in page.text, "a button that does nothing"


@pytest.mark.parametrize(
    ("question", "state"),
    [(DETAINED, "answered"), ("What does S/2025/999 say?", "not_held"), ("Who won the football cup?", "not_found")],
)
def test_how_an_answer_stands_is_told(made: Made, question: str, state: str) -> None:
    page = asked(made, question)
    assert f"rp-status rp-{state}" in page.text
    assert words_of("en")[state] in said(page)


def test_a_page_with_an_answer_can_be_looked_at_again_and_is_gone_for_others(made: Made) -> None:
    reply = made.client.post("/ask", data={"question": DETAINED}, headers=SAME, follow_redirects=False)
    assert reply.status_code == 303
    address = reply.headers["location"]
    assert "Answered" in said(made.client.get(address))
    other = made.by("read").get(address)
    assert DETAINED not in other.text
    assert words_of("en")["conversation_gone"] in said(other)
    assert made.client.get("/ask?conversation=none").status_code == 200


def test_a_question_that_leans_on_the_one_before_is_understood_and_the_conversation_taken_away(made: Made) -> None:
    first = asked(made, "When is item 3?")
    token = token_of(first)
    second = asked(made, "and item 2?", conversation=token)
    assert token_of(second) == token
    alone = made.service.engine.ask("and item 2?", ["When is item 3?"])
    assert alone.statements[0].text in said(second)
    assert words_of("en")["earlier_turns"] in said(second)
    assert second.text.index('id="turn-2"') < second.text.index('id="turn-1"'), "the latest on top"
    assert "When is item 3?" in made.client.get(f"/conversations/{token}.md").text


def test_a_question_is_asked_of_what_was_chosen_and_the_choice_stays(made: Made) -> None:
    page = asked(made, "What is said on item 3?", meeting=f"{AGENDA}#3", language="en")
    assert "Asked of: CTOC/COP/WG.7/2021/1, item 3 · English" in said(page)
    assert f'<option value="{AGENDA}#3" selected>' in page.text
    assert '<option value="en" selected>' in page.text
    page = asked(made, DETAINED, document="A/RES/55/25, annex III")
    keys = {each.partition("?")[0] for each in re.findall(r'href="(/documents/[^"]+words=[^"]+)"', page.text)}
    assert keys == {"/documents/A/RES/55/25%2C%20annex%20III"}
    form = made.client.get("/ask", params={"ask": "When?", "document": "figures"}).text
    assert ">When?</textarea>" in form
    assert '<option value="figures" selected>' in form


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [({"meeting": "A/1:en:official#"}, 404, "no meeting"), ({"meeting": f"{AGENDA}#99"}, 404, "no item"),
     ({"document": "A/1"}, 404, "no document"), ({"year": "20x1"}, 422, "four digits"), ({"language": "xx"}, 422, "xx")],
)  # fmt: skip
def test_what_can_not_be_asked_is_told_and_the_question_is_still_there(
    made: Made, more: dict[str, str], status: int, told: str
) -> None:
    reply = made.client.post("/ask", data={"question": "Which <b>?", **more}, headers=SAME)
    assert reply.status_code == status
    assert reply.headers["content-type"].startswith("text/html")
    assert told in said(reply)
    assert ">Which &lt;b&gt;?</textarea>" in reply.text


def test_a_busy_service_says_when_to_try_again_and_keeps_the_question(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Overloaded("papers-wait", count=7, retry_after=4)

    monkeypatch.setattr(made.service, "begin_ask", busy)
    reply = made.client.post("/ask", data={"question": DETAINED}, headers=SAME)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "4")
    assert "There are already 7 papers waiting." in said(reply)
    assert f">{DETAINED}</textarea>" in reply.text


def test_nothing_is_asked_from_another_site_nor_where_there_is_no_question(made: Made) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        reply = made.client.post("/ask", data={"question": DETAINED}, headers=headers)
        assert reply.status_code == 403
    assert "required autofocus></textarea>" in asked(made, "  ", year="").text
    assert made.client.get("/ask?colour=red").status_code == 422
    assert made.client.post("/ask", data={"question": "x" * 30_000}, headers=SAME).status_code == 422


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_speaks_the_readers_language_and_offers_questions_that_are_answered(made: Made, language: str) -> None:
    page = made.client.get("/ask", headers={"Accept-Language": language})
    assert f'<html lang="{language}" dir="{direction(language)}">' in page.text
    for name in ("your_question", "only_some", "text_language", "document_year"):
        assert words_of(language)[name] in said(page)
    (offered, *_) = re.findall(r'<input type="hidden" name="question" value="([^"]+)">', page.text)
    assert words_of(language)["answered"] in said(asked(made, html.unescape(offered)))


def test_the_form_is_small(made: Made) -> None:
    page = made.client.get("/ask")
    parts = [made.client.get(path) for path in re.findall(r'(?:src|href)="(/page/[^"]+)"', page.text)]
    assert len(parts) < 5
    assert sum(len(each.content) for each in (page, *parts)) < 60_000


def test_the_page_leads_those_who_run_no_scripts_here_with_what_they_came_for(made: Made) -> None:
    html = made.client.get("/?document=figures&ask=When%3F&tab=ask").text
    assert '<noscript><a href="/ask?ask=When%3F&amp;document=figures">' in html
    assert 'href="/ask"' in made.client.get("/documents").text
    for query in ("", "ask=", "x=1", "ÿ=%zz", "%FF=%zz", "ask=" + "a" * 40_000, "&" * 100):
        assert '<noscript><a href="/ask">' in made.client.get(f"/?{query}").text


def test_the_page_opens_where_the_library_cannot_be_read_and_for_who_has_asked_too_much(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(made.library, "meetings", broken)
        assert '<form method="post" action="/ask">' in made.client.get("/").text
    monkeypatch.setattr(made.service, "_rate_limits", RateLimits(1, 1))
    replies = [made.client.get("/") for _ in range(20)]
    assert made.client.get("/meetings").status_code == 429
    assert all('<form method="post" action="/ask">' in each.text for each in replies)


@pytest.mark.usefixtures("still")
def test_who_may_not_read_signs_in_first_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with made_service(tmp_path_factory.mktemp("closed"), catalogue, rate_limits=RateLimits(2, 1_000)) as made:
        reply = made.client.get("/ask?ask=When%3F", follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?next=%2Fask%3Fask%3DWhen%253F")
        reply = made.client.post("/ask", data={"question": "When?"}, headers=SAME, follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?next=%2Fask")
        good = {**SAME, **made.headers("read")}
        statuses = [
            made.client.post("/ask", data={"question": "When do boats leave?"}, headers=good, follow_redirects=False)
            for _ in range(3)
        ]
        assert [each.status_code for each in statuses] == [303, 303, 429]
        assert int(statuses[-1].headers["retry-after"]) > 0
