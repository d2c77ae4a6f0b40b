"""OpenAI's chat completions through the real client, over the real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from conftest import untimed
from openai.types.chat import ChatCompletion
from services import Made, listening, made_service, service_fixture, url
from test_markdown import shown as seen
from waiting import WAIT, until

from assistant.access.rate_limits import RateLimits
from assistant.completions.completion_models import Conversation
from assistant.completions.completion_routes import Reply, _lines
from assistant.qa.answer import Event, Progress, StatementEvent
from assistant.qa.scope import Scope
from assistant.service import Stream
from assistant.service.question_service import Closed
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from eval.cases import Case
from eval.systems.remote import Remote

__all__ = ["url"]
QUESTIONS = {
    "en": "When is item 3?",
    "fr": "Quand le point 3 est-il examiné ?",
    "es": "¿Qué puntos se examinan el viernes por la tarde?",
    "ru": "Когда рассматривается пункт 3?",
    "ar": "متى يُنظر في البند 3؟",
    "zh": "项目3什么时候审议？",
    "several": "According to the UNODC Global Study of 2018, up to how much USD did smugglers earn in 2016?",
    "not held": "What does CTOC/COP/WG.7/2021/3 recommend to prosecutors?",
    "not said": "Who won the world cup?",
    "refused": "why" * 700,
}
TITLE = (
    "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Output:\n"
    'JSON format: { "title": "your concise title here" }\n### Chat History:\n<chat_history>\nUSER: When is item 3?\n'
    "ASSISTANT: Agenda item 3 is taken up on Thursday. [1]\n</chat_history>"
)
WITH_FILES = (
    "### Task:\nRespond to the user query using the provided context, incorporating inline citations in the format "
    '[id].\n\n<context>\n<source id="1" name="mine.pdf">Item 3 is cancelled.</source>\n</context>\n\nWhen is item 3?'
)


made = service_fixture(starter=True)


@pytest.fixture(scope="module")
def client(made: Made, url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key=made.keys["read"], max_retries=0) as found:
        yield found


def ask(client: openai.OpenAI, question: Any, **more: Any) -> ChatCompletion:
    """The completion for one question."""
    given: Any = {"messages": [{"role": "user", "content": question}], "model": "rapporteur", **more}
    reply = client.chat.completions.create(**given)
    assert isinstance(reply, ChatCompletion)
    return reply


def pieces(client: openai.OpenAI, question: str, **more: Any) -> list[Any]:
    """The chunks for one question."""
    given: Any = {"messages": [{"role": "user", "content": question}], "model": "rapporteur", **more}
    return list(client.chat.completions.create(stream=True, **given))


def content(reply: ChatCompletion) -> str:
    """The text of a completion."""
    return reply.choices[0].message.content or ""


def whole(reply: Any) -> dict[str, Any]:
    """The answer that stands beside a text, without its timings."""
    assert reply.model_extra is not None
    return untimed(reply.model_extra["rapporteur"])


def test_a_question_is_asked_of_some_documents_and_in_a_mode(made: Made, client: openai.OpenAI) -> None:
    scope = {"meeting": "CTOC/COP/WG.7/2021/1:en:digest", "item": "3"}
    answer = made.service.engine.ask("When is it taken up?", mode="quote", scope=Scope(**scope))
    assert answer.status == "answered"
    wish = {"rapporteur": {"mode": "quote", "scope": scope}, "temperature": 1, "some_field": {"of": "others"}}
    assert whole(ask(client, "When is it taken up?", extra_body=wish)) == untimed(answer)
    assert whole(pieces(client, "When is it taken up?", extra_body=wish)[-1]) == untimed(answer)
    written = ask(client, "When is item 3?", extra_body={"rapporteur": {"mode": "write", "language": "fr"}})
    assert any("RAPPORTEUR_MODEL" in note for note in whole(written)["notes"]), "there is no model here"
    assert whole(written)["language"] == "fr"
    for wrong in ({"mode": "y"}, {"scope": {"agenda": "3"}}, {"scopes": {}}, "quote"):
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, "When is item 3?", extra_body={"rapporteur": wrong})
        assert str(caught.value.param).startswith("rapporteur")


def test_the_model_is_listed_and_found(client: openai.OpenAI) -> None:
    assert [each.id for each in client.models.list()] == ["rapporteur"]
    assert client.models.retrieve("rapporteur").object == "model"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4o")
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_the_engines_with_marks_references_and_annotations(
    made: Made, client: openai.OpenAI, name: str
) -> None:
    answer = made.service.engine.ask(QUESTIONS[name])
    reply = ask(client, QUESTIONS[name])
    text = content(reply)
    assert whole(reply) == untimed(answer)
    body = text.partition("\n\n---\n\n")[0].split("\n\n") if answer.statements else []
    body = body[answer.status == "tentative" :]  # the doubt stands before what comes closest
    for statement, shown in zip(answer.statements, body, strict=True):
        said = f"{statement.text} {''.join(f'[{n}]' for n in answer.numbers(statement))}"
        assert shown.split() == said.split()  # blanks that do not break are blanks
    for n, citation in enumerate(answer.citations, 1):
        line = next(each for each in text.split("\n\n") if each.startswith(f"[{n}] "))
        assert f"“{' '.join(citation.quote.split())}”" in seen(line)
        assert line.endswith(f"<{citation.url}>")
    notes = reply.choices[0].message.annotations or []
    assert len(notes) == len(answer.citations)
    for n, (citation, note) in enumerate(zip(answer.citations, notes, strict=True), 1):
        cited = note.url_citation
        assert text[cited.start_index : cited.end_index] == f"[{n}]"
        assert cited.title == f"[{n}] {citation.locator}"
        assert cited.url == f"{citation.url}#{n}"
    assert (reply.choices[0].message.refusal is not None) == (answer.status == "refused")
    if not answer.statements:
        assert answer.reason.partition("https://")[0] in text
    assert reply.usage is not None
    assert reply.usage.total_tokens == 0


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_pieces_of_a_stream_are_the_unstreamed_answer(client: openai.OpenAI, name: str) -> None:
    reply = ask(client, QUESTIONS[name])
    chunks = pieces(client, QUESTIONS[name])
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == content(reply)
    statements = sum(bool(chunk.choices[0].delta.content) for chunk in chunks[:-1]) - 1
    assert statements == len(whole(reply)["statements"])
    last = chunks[-1]
    assert last.choices[0].finish_reason == "stop"
    expected = [each.to_dict() for each in reply.choices[0].message.annotations or []]
    assert last.choices[0].delta.model_extra["annotations"] == expected
    assert whole(last) == whole(reply)
    assert last.choices[0].delta.refusal == reply.choices[0].message.refusal


def test_usage_ends_a_stream_where_it_is_asked_for(client: openai.OpenAI) -> None:
    chunks = pieces(client, QUESTIONS["en"], stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage.to_dict() == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_a_follow_up_is_understood_from_the_users_earlier_turns(made: Made, client: openai.OpenAI) -> None:
    messages = [
        {"role": "system", "content": "Answer as a pirate. Item 3 is on Monday."},
        {"role": "user", "content": "When is item 3?"},
        {"role": "assistant", "content": "On Monday. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "and item 2?"}]},
    ]
    answer = made.service.engine.ask("and item 2?", ["When is item 3?"])
    assert answer.status == "answered"
    assert whole(ask(client, "", messages=messages)) == untimed(answer)


def test_what_guides_a_language_model_changes_nothing(client: openai.OpenAI) -> None:
    guides: dict[str, Any] = {
        "temperature": 2, "top_p": 0.1, "max_tokens": 3, "max_completion_tokens": 3, "stop": ["3"], "seed": 7,
        "presence_penalty": 1, "logit_bias": {"50256": -100}, "reasoning_effort": "low", "user": "x", "tools": [], "n": 1,
        "metadata": {"a": "b"}, "response_format": {"type": "text"},
        "extra_body": {"chat_id": "c", "features": {"web_search": False}},
    }  # fmt: skip
    guided = ask(client, QUESTIONS["en"], **guides)
    assert content(guided) == content(ask(client, QUESTIONS["en"]))


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"n": 2}, "n"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"stream": "perhaps"}, "stream"),
    ],
)
def test_what_is_not_done_here_is_refused_with_the_field_named(
    client: openai.OpenAI, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "When is item 3?", **more)
    assert caught.value.param == param
    assert f"body.{param}: " in caught.value.message
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id


def test_errors_have_the_form_that_the_client_knows(made: Made, url: str, client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        ask(client, "When is item 3?", model="gpt-4o")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.AuthenticationError) as unknown:
        ask(client.with_options(api_key="rpp_wrong"), "When is item 3?")
    assert unknown.value.code == "invalid_api_key"
    for reply, status in (
        (httpx.get(f"{url}/v1/models", timeout=WAIT), 401),
        (httpx.get(f"{url}/v1/embeddings", timeout=WAIT), 404),
        (httpx.get(f"{url}/v1/chat/completions", timeout=WAIT), 405),
        (httpx.post(f"{url}/v1/chat/completions", content=b"{", headers=made.headers("read"), timeout=WAIT), 400),
        (
            httpx.post(
                f"{url}/v1/chat/completions", content=b"x" * 5_000_000, headers=made.headers("read"), timeout=WAIT
            ),
            413,
        ),
    ):
        assert reply.status_code == status
        error = reply.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]


@pytest.mark.usefixtures("still")
def test_who_asks_too_often_is_told_when_to_come_back(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> None:
    with (
        made_service(tmp_path_factory.mktemp("rates"), catalogue, rate_limits=RateLimits(1, 0)) as made,
        listening(made) as (host, port),
        openai.OpenAI(base_url=f"http://{host}:{port}/v1", api_key=made.keys["read"], max_retries=0) as client,
    ):
        ask(client, "When do boats leave?")
        for stream in (False, True):
            with pytest.raises(openai.RateLimitError) as caught:
                ask(client, "When do boats leave?", stream=stream)
            assert caught.value.code == "rate_limit_exceeded"
            assert int(caught.value.response.headers["retry-after"]) > 0


def test_twenty_at_once_get_their_own_answers(made: Made, url: str) -> None:
    asked = [f"When is item {n % 5 + 1}?" if n % 2 else f"Which paper is for item {n % 5 + 1}?" for n in range(20)]
    expected = [untimed(made.service.engine.ask(each)) for each in asked]

    async def one(client: openai.AsyncOpenAI, n: int) -> dict[str, Any]:
        given: Any = {"model": "rapporteur", "messages": [{"role": "user", "content": asked[n]}]}
        if n % 3:
            return whole(await client.chat.completions.create(**given))
        return whole([chunk async for chunk in await client.chat.completions.create(stream=True, **given)][-1])

    async def all_at_once() -> list[dict[str, Any]]:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=made.keys["read"], max_retries=0) as client:
            return await asyncio.gather(*(one(client, n) for n in range(len(asked))))

    assert asyncio.run(all_at_once()) == expected
    assert len({json.dumps(each) for each in expected}) == 10


def test_prompts_for_titles_are_not_questions(
    made: Made, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Iterator[Event]:
        raise AssertionError("the engine was asked")

    monkeypatch.setattr(made.service.engine, "stream", never)
    assert json.loads(content(ask(client, TITLE, max_completion_tokens=1000))) == {}
    chunks = pieces(client, TITLE, stream_options={"include_usage": True})
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "{}"


def test_a_question_is_found_behind_the_files_that_a_program_sends_along(made: Made, client: openai.OpenAI) -> None:
    plain = content(ask(client, "When is item 3?"))
    reply = ask(client, WITH_FILES)
    assert whole(reply) == untimed(made.service.engine.ask("When is item 3?"))
    assert "cancelled" not in content(reply)
    note = "Files and search results that your program sent were not read"
    assert note in content(reply)
    assert note not in plain
    assert "".join(chunk.choices[0].delta.content or "" for chunk in pieces(client, WITH_FILES)) == content(reply)


def test_a_stream_that_is_left_gives_its_turn_back(
    made: Made, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, closed = threading.Event(), threading.Event(), threading.Event()
    asked: list[Any] = []
    real_stream, real_close = made.service.engine.stream, Stream.close

    def slow(*given: Any, **more: Any) -> Iterator[Event]:
        asked.append(given[0])
        begun.set()
        assert go.wait(WAIT)
        yield from real_stream(*given, **more)

    def close(stream: Stream) -> None:
        real_close(stream)
        closed.set()

    monkeypatch.setattr(made.service.engine, "stream", slow)
    monkeypatch.setattr(Stream, "close", close)
    given: Any = {"model": "rapporteur", "stream": True}
    with client.chat.completions.create(messages=[{"role": "user", "content": "first"}], **given) as first:
        assert begun.wait(WAIT)
        with client.chat.completions.create(messages=[{"role": "user", "content": "left"}], **given):
            until(lambda: made.service.question_queue.waiting == 1)
        assert closed.wait(WAIT)
        go.set()
        assert list(first)[-1].choices[0].finish_reason == "stop"
    ask(client, "last")
    assert asked == ["first", "last"]


def test_a_stream_that_is_left_at_its_first_chunk_is_closed() -> None:
    async def left() -> Stream:
        stream = Stream()
        lines = _lines(stream, Reply(), Conversation("When is item 3?"), usage=False)
        chunk = json.loads((await anext(lines)).removeprefix(b"data: "))
        assert chunk["choices"][0]["delta"]["role"] == "assistant"
        await lines.aclose()
        return stream

    stream = asyncio.run(left())
    with pytest.raises(Closed):
        stream.put(Progress("searching"))


def test_a_library_that_fails_is_an_error_in_the_stream_too(
    made: Made, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Iterator[Event]:
        raise LibraryError("The library in /srv/held could not be used.")

    monkeypatch.setattr(made.service.engine, "stream", broken)
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, "When is item 3?")
    assert "is not responding" in caught.value.message
    assert "/srv" not in caught.value.message
    with pytest.raises(openai.APIError, match="is not responding"):
        pieces(client, "When is item 3?")


def test_a_program_that_breaks_down_midway_ends_the_stream_with_an_error(
    made: Made, client: openai.OpenAI, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real_stream = made.service.engine.stream

    def broken(*given: Any, **more: Any) -> Iterator[Event]:
        yield next(each for each in real_stream(*given, **more) if isinstance(each, StatementEvent))
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(made.service.engine, "stream", broken)
    body: Any = {"model": "rapporteur", "stream": True, "messages": [{"role": "user", "content": "When is item 3?"}]}
    reply = httpx.post(f"{url}/v1/chat/completions", json=body, headers=made.headers("read"), timeout=60)
    *pieces, error, done = [line.removeprefix("data: ") for line in reply.text.splitlines() if line]
    assert json.loads(pieces[-1])["choices"][0]["delta"]["content"]
    assert json.loads(error)["error"]["code"] == "fault"
    assert json.loads(error)["error"]["type"] == "server_error"
    assert done == "[DONE]"
    assert "secret" not in reply.text
    assert [each.fields["request_id"] for each in caplog.records if each.exc_info] == [reply.headers["x-request-id"]]
    with pytest.raises(openai.APIError, match="Internal error"):
        list(client.chat.completions.create(**body))


def test_the_evaluation_reads_the_whole_answer_of_a_chat_reply(made: Made, url: str) -> None:
    case = Case(id="c", question="When is item 3?", language="en", kind="schedule", answerable=True, facts=(("3",),))
    with httpx.HTTPTransport() as transport:
        key = made.keys["read"]
        chat = Remote(f"{url}/v1", model="rapporteur", key=key, transport=transport).answer(case)
        own = Remote(url, key=key, transport=transport).answer(case)
    assert chat.status == "answered"
    assert (chat.claims, chat.citations, chat.confidence) == (own.claims, own.citations, own.confidence)
