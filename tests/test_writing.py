"""Answers that a model writes, over a server that lies: what does not stand never reaches the user as supported."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from conftest import OpenLibrary, add, untimed
from model_server import Excerpts, Script, chunk, streamed, the, writer_at, writing
from running_servers import Answer as Reply
from running_servers import free_port
from waiting import WAIT
from word_reader import word_readers

from assistant.qa.answer import Answer, Finished, Mode, Progress, StatementEvent
from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.library import Library
from ingest.pipeline import Input

IN_FIGURES, IN_STUDY = "USD 7 billion in 2016", "2.5 million"
EARN = "How much did smugglers earn in 2016 according to the UNODC Global Study of 2018?"
TRUE = "In 2016 smugglers earned as much as USD 7 billion, according to the Global Study of 2018."
SECOND = "At least 2.5 million migrants were smuggled in 2016."


EngineAt = Callable[..., Engine]


@pytest.fixture
def engine_at(starter_library: Library, catalogue: Catalogue) -> EngineAt:
    """An engine whose model is served at an address; support is told by words alone."""

    def make(url: str, *, mode: Mode = "write", **limits: float) -> Engine:
        return Engine(starter_library, catalogue, readers=word_readers(), writer=writer_at(url, **limits), mode=mode)

    return make


@pytest.fixture
def quoted(starter_engine: Engine) -> Answer:
    """What is quoted where nothing is written."""
    return starter_engine.ask(EARN)


def lines(*sentences: tuple[str, str]) -> Script:
    """A reply of sentences, each with the words by which the excerpt that it cites is known."""
    return lambda excerpts, _: "\n".join(f"{text} [{the(excerpts, words)}]" for text, words in sentences)


def figures(excerpts: Excerpts) -> str:
    """The excerpt that says what smugglers earned."""
    return the(excerpts, "USD 7 billion in 2016")


def claims(answer: Answer) -> list[str]:
    """The sentences that the answer says a model wrote and its sources bear out."""
    return [statement.text for statement in answer.statements if statement.verdict == "supported"]


def check_citations(engine: Engine, answer: Answer) -> None:
    """Every statement shows exact words of a held document."""
    for statement in answer.statements:
        assert statement.citations
        for citation in statement.citations:
            document = engine.library.document(citation.document)
            assert document.text[citation.start : citation.end] == citation.quote


def is_quoted(answer: Answer, quoted: Answer) -> bool:
    """Whether an answer says what is quoted without a model."""
    return answer.statements == quoted.statements and answer.status == quoted.status


# What stands


def test_a_true_sentence_stands_with_the_narrowest_words_that_bear_it_out(engine_at: EngineAt) -> None:
    with writing(lambda e, _: f"{TRUE} [{figures(e)}]") as served:
        engine = engine_at(served.url)
        answer = engine.ask(EARN)
    assert claims(answer) == [TRUE]
    assert (answer.status, answer.model, answer.dropped) == ("answered", "scripted", ())
    assert [citation.quote.partition(",")[0] for citation in answer.citations] == [
        "Smugglers earned up to USD 7 billion in 2016"
    ]
    assert answer.raw[0].startswith(TRUE)
    assert "each sentence was checked" in answer.reason
    check_citations(engine, answer)


def test_the_key_and_the_fenced_evidence_reach_the_server_and_nothing_else_does(engine_at: EngineAt) -> None:
    with writing(lambda e, _: f"{TRUE} [{figures(e)}]") as served:
        engine_at(served.url).ask(EARN)
    path, headers, asked = served.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer k3y"
    assert (asked["model"], asked["stream"], asked["max_tokens"], asked["temperature"]) == ("scripted", True, 400, 0.0)
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert f"<question>\n{EARN}\n</question>" in asked["messages"][1]["content"]
    assert "k3y" not in json.dumps(asked)


def test_statements_stream_once_they_stand_and_the_stream_ends_in_the_same_answer(engine_at: EngineAt) -> None:
    with writing(lines((TRUE, IN_FIGURES), (SECOND, IN_STUDY))) as served:
        engine = engine_at(served.url)
        events = list(engine.stream(EARN))
        whole = engine.ask(EARN)
    said = [event for event in events if isinstance(event, StatementEvent)]
    last = events[-1]
    assert isinstance(last, Finished)
    assert [event.stage for event in events if isinstance(event, Progress)] == ["searching", "writing"]
    assert tuple(event.statement for event in said) == last.answer.statements
    assert [event.index for event in said] == list(range(len(said)))
    assert [list(event.numbers) for event in said] == [last.answer.numbers(each) for each in last.answer.statements]
    assert [each for event in said for each in event.citations] == list(enumerate(last.answer.citations, 1))
    assert untimed(last.answer) == untimed(whole)
    json.dumps([event.to_json() for event in events])


def test_a_statement_is_said_before_the_reply_has_ended(engine_at: EngineAt) -> None:
    def script(excerpts: Excerpts, _: str) -> Reply:
        return Reply(body=streamed(f"{TRUE} [{figures(excerpts)}]\nAnd", ended=False), drip=True)

    with writing(script) as served:
        events = engine_at(served.url).stream(EARN)
        said = next(event for event in events if isinstance(event, StatementEvent))
        assert said.statement.text == TRUE
        events.close()


def test_closing_the_stream_ends_the_request(engine_at: EngineAt) -> None:
    def script(excerpts: Excerpts, _: str) -> Reply:
        return Reply(body=streamed(f"{TRUE} [{figures(excerpts)}]\nx", ended=False), again=chunk("word "))

    with writing(script) as served:
        events = engine_at(served.url).stream(EARN)
        assert next(event for event in events if isinstance(event, StatementEvent)).statement.text == TRUE
        events.close()
        assert served.gone.wait(WAIT)


# Lies

LIES: dict[str, Script] = {
    "no citation": lambda e, _: TRUE,
    "unknown id": lambda e, _: f"{TRUE} [ffffff]",
    "a number of its own": lambda e, _: f"{TRUE} [1]",
    "known and unknown id": lambda e, _: f"{TRUE} [{figures(e)}, ffffff]",
    "the example of the rules": lambda e, _: f"{TRUE} [abc123]",
    "wrong number": lambda e, _: f"In 2016 smugglers earned up to USD 9 billion. [{figures(e)}]",
    "wrong unit of a number": lambda e, _: f"In 2016 smugglers earned up to USD 7 million. [{figures(e)}]",
    "wrong year": lambda e, _: f"In 2017 smugglers earned up to USD 7 billion. [{figures(e)}]",
    "swapped date": lambda e, _: f"The Global Study was presented on 6 October 2014. [{the(e, '13 June 2018')}]",
    "negated": lambda e, _: f"In 2016 smugglers did not earn up to USD 7 billion. [{figures(e)}]",
    "another subject": lambda e, _: f"In 2016 carriers earned up to USD 7 billion. [{figures(e)}]",
    "another name": lambda e, _: f"In 2016 smugglers earned up to USD 7 billion, according to Interpol. [{figures(e)}]",
    "wrong source": lambda e, _: f"{TRUE} [{next(n for n, t in e.items() if 'USD 7 billion' not in t)}]",
    "invented": lambda e, _: f"Smugglers invest most of their income in real estate. [{figures(e)}]",
    "a link": lambda e, _: f"Smugglers earned up to USD 7 billion in 2016, see https://example.org/x. [{figures(e)}]",
    "mark-up": lambda e, _: f"Smugglers earned <img src=x onerror=alert(1)> up to USD 7 billion in 2016. [{figures(e)}]",
    "another language": lambda e, _: f"Les passeurs ont gagné jusqu'à 7 milliards de dollars en 2016. [{figures(e)}]",
    "half JSON": lambda e, _: f'{{"answer": "{TRUE}", "ids": ["{figures(e)}',
    "JSON": lambda e, _: json.dumps({"answer": TRUE, "ids": [figures(e)]}),
    "nothing": lambda e, _: "",
    "white space": lambda e, _: " \n\n ",
    "markers only": lambda e, _: f"[{figures(e)}] [{figures(e)}]",
    "its rules": lambda e, text: text[:300],
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_what_does_not_stand_is_asked_for_once_more_then_dropped_and_the_documents_are_quoted(
    engine_at: EngineAt, quoted: Answer, name: str
) -> None:
    with writing(LIES[name]) as served:
        engine = engine_at(served.url)
        answer = engine.ask(EARN)
    assert claims(answer) == []
    assert is_quoted(answer, quoted)
    assert answer.notes
    assert len(served.asked) <= 2
    assert len(answer.raw) == len(served.asked)
    if answer.dropped:
        assert len(served.asked) == 2
        assert all(each.reason for each in answer.dropped)
    check_citations(engine, answer)


def test_a_sentence_that_is_mended_takes_its_place_and_what_follows_waits_for_it(engine_at: EngineAt) -> None:
    wrong = "In 2016 smugglers earned up to USD 9 billion."
    with writing(lines((wrong, IN_FIGURES), (SECOND, IN_STUDY)), lines((f"1. {TRUE}", IN_FIGURES))) as served:
        answer = engine_at(served.url).ask(EARN)
    assert claims(answer) == [TRUE, SECOND]
    assert (answer.status, answer.dropped, len(answer.raw)) == ("answered", (), 2)
    told = served.asked[1][2]["messages"][1]["content"]
    assert wrong in told
    assert "the number 9" in told


def test_a_sentence_that_fails_twice_is_reported_and_the_others_stand(engine_at: EngineAt) -> None:
    wrong = "In 2016 smugglers earned up to USD 9 billion."
    script = lines((TRUE, IN_FIGURES), (wrong, IN_FIGURES), (SECOND, IN_STUDY))
    with writing(script, lines((f"1. {wrong}", IN_FIGURES))) as served:
        answer = engine_at(served.url).ask(EARN)
    assert claims(answer) == [TRUE, SECOND]
    assert answer.status == "partial"
    assert [each.text for each in answer.dropped] == [wrong]
    assert "the number 9" in answer.dropped[0].reason
    assert any("left out" in note for note in answer.notes)


def test_why_a_sentence_was_dropped_is_told_in_the_language_of_the_answer(engine_at: EngineAt) -> None:
    french = "Les passeurs ont gagné jusqu'à 9 milliards de dollars en 2016."
    with writing(lines((french, IN_FIGURES)), lines((f"1. {french}", IN_FIGURES))) as served:
        answer = engine_at(served.url).ask("Combien les passeurs ont-ils gagné en 2016 ?")
    assert [each.text for each in answer.dropped] == [french]
    assert answer.dropped[0].reason.startswith("absent de ce qu'elle cite : la langue de la source")
    assert "the language of the source" in served.asked[1][2]["messages"][1]["content"]


def test_where_too_little_stands_quotes_follow_what_does(engine_at: EngineAt, quoted: Answer) -> None:
    script = lines((TRUE, IN_FIGURES), ("Smugglers are rich.", IN_FIGURES), ("They own ships.", IN_FIGURES))
    with writing(script) as served:
        engine = engine_at(served.url)
        events = list(engine.stream(EARN))
    answer = events[-1].answer if isinstance(events[-1], Finished) else pytest.fail("no answer")
    assert claims(answer) == [TRUE]
    assert answer.statements[1:] == quoted.statements
    assert answer.status == "answered"
    assert tuple(event.statement for event in events if isinstance(event, StatementEvent)) == answer.statements


def test_a_model_that_finds_no_answer_is_believed_so_far_that_the_documents_are_quoted(
    engine_at: EngineAt, quoted: Answer
) -> None:
    with writing(lambda e, _: "NO ANSWER") as served:
        answer = engine_at(served.url).ask(EARN)
    assert is_quoted(answer, quoted)
    assert any("found no answer" in note for note in answer.notes)
    assert len(served.asked) == 1


def test_the_same_sentence_again_and_again_is_said_once(engine_at: EngineAt) -> None:
    def script(excerpts: Excerpts, _: str) -> Reply:
        return Reply(again=chunk(f"{TRUE} [{figures(excerpts)}]\n"))

    with writing(script) as served:
        answer = engine_at(served.url).ask(EARN)
    assert claims(answer) == [TRUE]
    assert (answer.status, answer.dropped) == ("answered", ())
    assert len(answer.raw[0]) < 2_000


# Failures of the server

FAILURES: dict[str, tuple[Reply, str]] = {
    "429": (Reply(429, b'{"error": {"message": "slow down"}}'), "overloaded"),
    "429 for an hour": (Reply(429, b"{}", headers=(("Retry-After", "3600"),)), "overloaded"),
    "500": (Reply(500, b"oops"), "failed"),
    "503": (Reply(503, b""), "overloaded"),
    "401": (Reply(401, b'{"error": {"message": "bad key k3y"}}'), "refused"),
    "404": (Reply(404, b"not here"), "refused"),
    "302": (Reply(302, b"", headers=(("Location", "http://127.0.0.1:9/v1"),)), "refused"),
    "context too small": (Reply(400, b'{"error": {"message": "maximum context length is 512 tokens"}}'), "context"),
    "silence": (Reply(hang=True), "within the time limit"),
    "drip without end": (Reply(body=b": ping\n\n", drip=True), "within the time limit"),
    "endless words": (Reply(again=chunk("word ")), ""),
    "endless line": (Reply(again=chunk("x" * 500)), ""),
    "disconnect": (Reply(body=streamed("Smugglers earned", ended=False), length=100_000), "broke off"),
    "no end": (Reply(body=streamed("Smugglers earned", ended=False)), "broke off"),
    "half an event": (Reply(body=chunk("Smugglers") + b'data: {"id": "x", "choi'), "broke off"),
    "HTML": (Reply(body=b"<html><body>It works!</body></html>"), "broke off"),
    "not streamed": (Reply(body=b'{"choices": [{"message": {"content": "Hello"}}]}'), "broke off"),
    "no choices": (Reply(body=b'data: {"id": "x", "choices": []}\n\ndata: [DONE]\n\n'), "broke off"),
    "a list": (Reply(body=b"data: [1, 2]\n\n"), "failed"),
    "a number as content": (Reply(body=b'data: {"id": "x", "choices": [{"index": 0, "delta": {"content": 7}}]}\n\n'), "failed"),
    "an error in the stream": (Reply(body=b'data: {"error": {"message": "out of memory"}}\n\n'), "failed"),
    "no UTF-8": (Reply(body=b"data: \xff\xfe\xfa\n\n"), "failed"),
    "empty": (Reply(body=b""), "broke off"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_of_the_server_ends_in_a_quoted_answer_that_says_why(
    engine_at: EngineAt, quoted: Answer, name: str
) -> None:
    reply, why = FAILURES[name]
    with writing(lambda e, _: reply) as served:
        limits = {"silence": 0.5} if name == "silence" else {"seconds": 1.0} if name == "drip without end" else {}
        answer = engine_at(served.url, **limits).ask(EARN)
    assert claims(answer) == []
    assert is_quoted(answer, quoted)
    assert any(why in note for note in answer.notes)
    assert "k3y" not in json.dumps(answer.to_json())


def test_a_server_that_is_not_there_ends_in_a_quoted_answer(engine_at: EngineAt, quoted: Answer) -> None:
    answer = engine_at(f"http://127.0.0.1:{free_port()}").ask(EARN)
    assert is_quoted(answer, quoted)
    assert any("cannot be reached" in note for note in answer.notes)


def test_what_stood_before_the_server_failed_is_kept_and_the_failure_told(engine_at: EngineAt) -> None:
    def script(excerpts: Excerpts, _: str) -> Reply:
        body = streamed(f"{TRUE} [{figures(excerpts)}]\nIn 2016 smugglers", ended=False)
        return Reply(body=body, length=len(body) + 100)

    with writing(script) as served:
        answer = engine_at(served.url).ask(EARN)
    assert claims(answer) == [TRUE]
    assert answer.status == "partial"
    assert any("broke off" in note for note in answer.notes)


def test_a_busy_server_is_tried_again_as_often_as_the_setting_says(engine_at: EngineAt) -> None:
    busy = Reply(429, b"{}", headers=(("Retry-After-Ms", "1"),))
    with writing(lambda e, _: busy, lambda e, _: f"{TRUE} [{figures(e)}]") as served:
        answer = engine_at(served.url, retries=1).ask(EARN)
    assert claims(answer) == [TRUE]
    assert len(served.asked) == 2


# Evidence and context


def test_evidence_that_does_not_fit_is_left_out_by_rank_and_named(engine_at: EngineAt) -> None:
    with writing(lambda e, _: f"{TRUE} [{figures(e)}]") as served:
        whole = engine_at(served.url).ask(EARN)
        small = engine_at(served.url, window=2_000, output=100).ask(EARN)
    seen = [len(asked[2]["messages"][1]["content"].split("<excerpt ")) - 1 for asked in served.asked]
    assert seen[0] > seen[1] >= 1
    assert not any("context is too small" in note for note in whole.notes)
    assert any("context is too small" in note for note in small.notes)
    assert claims(small) == [TRUE]


def test_where_no_passage_fits_the_documents_are_quoted_and_the_setting_is_named(
    engine_at: EngineAt, quoted: Answer
) -> None:
    with writing(lambda e, _: TRUE) as served:
        answer = engine_at(served.url, window=700, output=100).ask(EARN)
    assert is_quoted(answer, quoted)
    assert any("RAPPORTEUR_MODEL_CONTEXT" in note for note in answer.notes)
    assert served.asked == []


# When an answer is written


@pytest.mark.parametrize(
    ("question", "mode", "asked"),
    [
        (EARN, "quote", 0),
        (EARN, "auto", 1),
        ("When is agenda item 3 taken up?", "write", 0),
        ("When is agenda item 9 taken up?", "write", 0),
        ("Who won the football match yesterday?", "write", 1),
        ("Who won the football match yesterday?", "auto", 1),
        ("Who won the football match yesterday?", "quote", 0),
        ("What does CTOC/COP/WG.7/2021/3 say in paragraph 9?", "write", 0),
        ("What does A/99/999 say about football?", "write", 0),
        ("What does the Firearms Protocol say about football in article 3?", "write", 0),
        ("What does article 99 of the Protocol say?", "write", 0),
        (
            "Which footballer scored seven goals yesterday evening in Madrid according to article 16 of the Protocol?",
            "write",
            1,
        ),
        ("?" * 3_000, "write", 0),
        ("What does article 16 of the Protocol say?", "auto", 0),
        ("What does article 16 of the Protocol say?", "write", 1),
        ("Summarize article 16 of the Protocol.", "auto", 1),
        ("Quote the exact words on how much smugglers earn.", "auto", 0),
    ],
)
def test_a_model_is_asked_only_where_something_is_to_be_written(
    engine_at: EngineAt, question: str, mode: Mode, asked: int
) -> None:
    with writing(lambda e, _: "NO ANSWER") as served:
        answer = engine_at(served.url, mode=mode).ask(question)
    assert len(served.asked) == asked
    assert (answer.model is not None) == bool(asked)


@pytest.fixture
def flags(open_library: OpenLibrary, catalogue: Catalogue) -> EngineAt:
    """An engine over an English and a French text of other things, whose model is served at an address."""
    library = open_library()
    flag = "# Flags\n\n1. Every boat needs a green flag.\n\n2. The harbour keeps a list of boats.\n"
    lampe = "# Lampes\n\n1. Chaque quai a besoin d'une lampe rouge.\n\n2. La ville tient une liste des quais.\n"
    add(library, catalogue, Input("flags.md", flag.encode()), Input("lampes.md", lampe.encode()))

    def make(url: str) -> Engine:
        return Engine(library, catalogue, readers=word_readers(), writer=writer_at(url))

    return make


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Who won the football match yesterday?", "green flag"),
        ("Qui a gagné le match de football hier soir ?", "lampe rouge"),
    ],
)
def test_where_nothing_would_be_quoted_the_model_gets_passages_in_the_language_of_the_question(
    flags: EngineAt, question: str, held: str
) -> None:
    with writing(lambda e, _: "NO ANSWER") as served:
        answer = flags(served.url).ask(question)
    assert (answer.status, answer.statements, answer.model) == ("not_found", (), "scripted")
    (_, _, asked), *others = served.asked
    assert not others
    sent = asked["messages"][1]["content"]
    assert [words in sent for words in ("green flag", "lampe rouge")] == [
        words == held for words in ("green flag", "lampe rouge")
    ]


def test_where_no_passage_is_in_the_language_of_the_question_the_model_gets_those_in_that_of_the_first(
    flags: EngineAt,
) -> None:
    with writing(lambda e, _: "NO ANSWER") as served:
        engine = flags(served.url)
        question = "¿Quién ganó ayer el partido de fútbol en el estadio?"
        first = engine.search(question)[0].document
        engine.ask(question)
    (_, _, asked), *_ = served.asked
    assert ("green flag" in asked["messages"][1]["content"]) == (first.language == "en")


def test_what_a_model_writes_of_passages_that_would_not_be_quoted_is_the_answer(flags: EngineAt) -> None:
    said = "Every boat needs a green flag."
    with writing(lines((said, "green flag"))) as served:
        engine = flags(served.url)
        question = "Which emblem must vessels fly?"
        assert engine.ask(question, mode="quote").status == "not_found"
        answer = engine.ask(question)
    assert (answer.status, claims(answer)) == ("answered", [said])
    check_citations(engine, answer)


def test_the_mode_of_a_question_comes_before_that_of_the_engine(engine_at: EngineAt) -> None:
    with writing(lambda e, _: "NO ANSWER") as served:
        engine = engine_at(served.url, mode="quote")
        engine.ask(EARN)
        assert served.asked == []
        engine.ask(EARN, mode="write")
        assert len(served.asked) == 1


def test_several_questions_are_written_each_for_itself_and_what_is_not_found_is_named(flags: EngineAt) -> None:
    flag, match = "Which boat needs a green flag?", "Who won the football match yesterday?"
    said = "A green flag is needed by every boat."

    def script(excerpts: Excerpts, text: str) -> str:
        return "NO ANSWER" if match in text else f"{said} [{the(excerpts, 'green flag')}]"

    with writing(script) as served:
        engine = flags(served.url)
        *_, last = events = list(engine.stream(f"{flag} {match}"))
    assert isinstance(last, Finished)
    asked = [sent["messages"][1]["content"] for _, _, sent in served.asked]
    assert [(flag in text, match in text) for text in asked] == [(True, False), (False, True)]
    assert (last.answer.status, claims(last.answer), last.answer.model) == ("partial", [said], "scripted")
    assert "football match" in last.answer.reason
    assert [each.statement for each in events if isinstance(each, StatementEvent)] == list(last.answer.statements)
    check_citations(engine, last.answer)


def test_of_several_questions_what_a_timetable_answers_is_quoted_beside_what_is_written(engine_at: EngineAt) -> None:
    with writing(lambda e, _: f"{TRUE} [{figures(e)}]") as served:
        answer = engine_at(served.url, mode="auto").ask(f"When is agenda item 3 taken up? {EARN}")
    assert len(served.asked) == 1
    assert answer.status == "answered"
    assert answer.statements[0].verdict == "derived"
    assert claims(answer) == [TRUE]


def test_without_a_model_writing_ends_in_quotes_that_say_how_to_set_one(starter_engine: Engine, quoted: Answer) -> None:
    answer = starter_engine.ask(EARN, mode="write")
    assert is_quoted(answer, quoted)
    assert any("RAPPORTEUR_MODEL" in note for note in answer.notes)
    assert starter_engine.ask(EARN, mode="auto").notes == quoted.notes


def test_two_questions_at_once_keep_their_answers_apart(engine_at: EngineAt) -> None:
    from concurrent.futures import ThreadPoolExecutor

    other, shield = (
        "What does article 5 of the Protocol say about smuggled migrants?",
        "Migrants cannot be prosecuted under the Protocol.",
    )

    def script(excerpts: Excerpts, text: str) -> str:
        return f"{shield} [{the(excerpts, 'Article 5 shields')}]" if other in text else f"{TRUE} [{figures(excerpts)}]"

    with writing(script) as served, ThreadPoolExecutor(4) as pool:
        engine = engine_at(served.url)
        answers: Sequence[Answer] = list(pool.map(engine.ask, [EARN, other] * 4))
    assert [claims(answer) for answer in answers] == [[TRUE], [shield]] * 4
