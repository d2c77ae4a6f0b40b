"""What is evaluated: each system's answers become records that say what it said, cited and found; failures are told."""

from __future__ import annotations

import json
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest
from conftest import untimed
from fastapi.testclient import TestClient
from running_servers import Answer, as_json, free_port, serving
from waiting import WAIT

from app import create_app
from assistant.qa.engine import Engine
from assistant.service import Service
from corpus.library import Library
from eval.cases import Case, EvaluationError
from eval.runs.records import JOIN, Record
from eval.systems import NAMES, PEERS
from eval.systems.chat import PROMPT, parse_claims
from eval.systems.passages import RETRIEVED, passage_places
from eval.systems.rapporteur import BY_RULE, Rapporteur
from eval.systems.remote import Remote

WHEN = Case("t1", "When is agenda item 3 taken up?", "en", "schedule", True)
FIGURE = Case(
    "t2",
    "According to the UNODC Global Study of 2018, up to how much USD did smugglers earn in 2016?",
    "en",
    "figure",
    True,
)
CHAIR = Case("t3", "Who won the football match yesterday?", "en", "out-of-scope", False)


# Rapporteur


@pytest.fixture
def ours(starter_engine: Engine) -> Rapporteur:
    """Rapporteur over the starter corpus."""
    system = Rapporteur(lambda library: starter_engine)
    system.prepare(starter_engine.library)
    return system


def test_a_record_of_rapporteur_says_what_its_answer_says(ours: Rapporteur, starter_engine: Engine) -> None:
    answer = starter_engine.ask(FIGURE.question)
    record = ours.answer(FIGURE)
    assert record.status == answer.status == "answered"
    assert [claim.text for claim in record.claims] == [statement.text for statement in answer.statements]
    assert [claim.verdict for claim in record.claims] == [statement.verdict for statement in answer.statements]
    assert record.confidence == answer.confidence
    assert untimed(record.raw) == untimed(answer)
    for cited, citation in zip(record.citations, answer.citations, strict=True):
        document = starter_engine.library.document(cited.source)
        assert document.text[cited.start : cited.end] == cited.quote == citation.quote
        assert cited.quote in cited.text
        assert document.key == cited.document
        assert document.cite(cited.locator) == citation.locator
    for claim, statement in zip(record.claims, answer.statements, strict=True):
        assert tuple(record.citations[n].quote for n in claim.cited) == tuple(c.quote for c in statement.citations)


def test_what_a_rule_decides_is_surer_than_what_evidence_does(ours: Rapporteur) -> None:
    article = Case("t5", "Article 6 of the Smuggling of Migrants Protocol", "en", "article", True)
    assert ours.answer(article).confidence == BY_RULE
    unknown = Case("t4", "What does A/RES/99/999 say?", "en", "nonexistent", False)
    assert ours.answer(unknown).confidence == -BY_RULE
    weighed = ours.answer(FIGURE).confidence
    assert weighed is not None
    assert -BY_RULE < weighed < BY_RULE


def test_an_abstention_says_nothing_and_is_less_sure_than_an_answer(ours: Rapporteur) -> None:
    record = ours.answer(CHAIR)
    assert (record.status, record.claims, record.citations, record.answered) == ("not_found", (), (), False)
    sure = ours.answer(FIGURE).confidence
    assert record.confidence is not None
    assert sure is not None
    assert record.confidence < sure


def test_earlier_turns_reach_the_engine_and_the_retrieval(ours: Rapporteur) -> None:
    alone = ours.answer(Case("t5", "and item 3?", "en", "follow-up", True))
    after = ours.answer(
        Case("t6", "and item 3?", "en", "follow-up", True, history=("When is agenda item 2 taken up?",))
    )
    assert after.answered
    assert after.claims != alone.claims
    assert after.ranked != alone.ranked


def test_a_system_that_was_not_made_ready_says_so() -> None:
    with pytest.raises(EvaluationError, match="prepare"):
        Rapporteur(lambda library: pytest.fail("no library was given")).answer(WHEN)
    with pytest.raises(EvaluationError, match="documents"):
        Rapporteur(lambda library: pytest.fail("no library was given")).prepare(None)
    with pytest.raises(EvaluationError, match="prepare"):
        PEERS["bm25"]().answer(WHEN)
    with pytest.raises(EvaluationError, match="documents"):
        PEERS["dense"]().prepare(None)


# Peers


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rapporteur"])
def test_a_peer_quotes_its_best_passages_whole_and_cites_each_place_in_them(
    name: str, starter_library: Library
) -> None:
    if name == "cairn":
        pytest.importorskip("cairn")
    system = PEERS[name]()
    system.prepare(starter_library)
    record = system.answer(FIGURE)
    assert (record.system, record.status) == (name, "answered")
    assert len(record.claims) == int(system.settings["passages"])
    assert len(record.ranked) == len(record.places) == RETRIEVED
    assert record.confidence == record.raw[0]["score"]
    assert [hit["score"] for hit in record.raw] == sorted((hit["score"] for hit in record.raw), reverse=True)
    for cited in record.citations:
        document = starter_library.document(cited.source)
        assert document.text[cited.start : cited.end] == cited.quote == cited.quote.strip()
        assert cited.quote in cited.text
    for claim, places in zip(record.claims, record.places, strict=False):
        quotes = [record.citations[n] for n in claim.cited]
        assert claim.text == " ".join(" ".join(cited.quote.split()) for cited in quotes)
        assert {(cited.document, cited.locator) for cited in quotes} == set(places)
    used = [n for claim in record.claims for n in claim.cited]
    assert used == list(range(len(record.citations)))


def test_llama_index_finds_what_the_vectors_alone_find(starter_library: Library) -> None:
    """The same passages and the same model: its own index must agree with the library's."""
    theirs, plain = PEERS["llama-index"](), PEERS["dense"]()
    for system in (theirs, plain):
        system.prepare(starter_library)
    for case in (WHEN, FIGURE, CHAIR):
        first, second = theirs.answer(case), plain.answer(case)
        assert [hit["score"] for hit in first.raw] == pytest.approx([hit["score"] for hit in second.raw], abs=1e-4)
        assert first.raw[0]["id"] == second.raw[0]["id"]


def test_cairn_quotes_nothing_where_no_passage_is_like_enough(starter_library: Library) -> None:
    pytest.importorskip("cairn")
    system = PEERS["cairn"]()
    system.prepare(starter_library)
    record = system.answer(CHAIR)
    assert (record.status, record.claims) == ("not_found", ())
    assert record.ranked
    assert record.confidence is not None
    assert 0 < record.confidence < (system.answer(FIGURE).confidence or 0)


def test_a_peer_that_is_not_installed_is_named_with_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("eval.systems.peers.version", absent)
    with pytest.raises(EvaluationError, match="pip install cairn-assistant"):
        PEERS["cairn"]()


def test_a_peer_is_asked_with_the_earlier_turns_and_finds_nothing_by_words_that_no_passage_has(
    starter_library: Library,
) -> None:
    system = PEERS["bm25"]()
    system.prepare(starter_library)
    record = system.answer(Case("t7", "xyzzy plugh qwertz", "en", "out-of-scope", False))
    assert (record.status, record.claims, record.ranked, record.confidence) == ("not_found", (), (), 0.0)
    whole = system.answer(Case("t8", "xyzzy", "en", "follow-up", True, history=("Can migrants be prosecuted?",)))
    assert whole.ranked == system.answer(Case("t9", "Can migrants be prosecuted?", "en", "article", True)).ranked


def test_the_places_of_a_passage_cover_all_its_words_but_headings(starter_library: Library) -> None:
    several = 0
    for document in starter_library.documents():
        for passage in starter_library.passages(document.id):
            spans = passage_places(document, passage)
            assert all(passage.start <= start < end <= passage.end for start, end, _ in spans)
            assert [span[0] for span in spans] == sorted(span[0] for span in spans)
            blocks = document.blocks[passage.first : passage.last + 1]
            words = "".join(document.block_text(block) for block in blocks if block.kind != "heading")
            if words:
                covered = "".join(document.text[start:end] for start, end, _ in spans)
                assert "".join(covered.split()) == "".join(words.split())
            several += len(spans) > 1
            assert not any(JOIN in locator for _, _, locator in spans)
    assert several


# Servers

OURS: dict[str, Any] = {
    "status": "answered",
    "statements": [{"text": "Boats need a flag.", "verdict": "quoted", "citations": [1]}],
    "citations": [
        {"number": 1, "document": "note:en:upload", "symbol": "note", "title": "A note on boats", "quote": "Boats need a flag.",
         "locator": "A note on boats, para. 1", "start": 21, "end": 39},
    ],
    "confidence": 1.5,
}  # fmt: skip


def asked(system: Remote, case: Case = WHEN) -> Record:
    """The record of one case; a server needs no library."""
    system.prepare(None)
    return system.answer(case)


def test_a_rapporteur_server_is_asked_as_its_page_asks_and_read_by_its_documented_form() -> None:
    case = Case("t1", "and trains?", "en", "follow-up", True, history=("When do boats leave?",))
    with serving(lambda _: as_json(OURS)) as server:
        record = asked(Remote(server.url, key="secret"), case)
    ((path, headers, body),) = server.asked
    assert (path, body) == ("/api/v1/ask", {"question": "and trains?", "history": ["When do boats leave?"]})
    assert headers["Authorization"] == "Bearer secret"
    assert (record.status, record.confidence, record.raw) == ("answered", 1.5, OURS)
    assert [(claim.text, claim.verdict, claim.cited) for claim in record.claims] == [
        ("Boats need a flag.", "quoted", (0,))
    ]
    (cited,) = record.citations
    assert (cited.document, cited.locator, cited.source) == ("note", "para. 1", "note:en:upload")
    assert (cited.quote, cited.start, cited.end) == ("Boats need a flag.", 21, 39)


def test_the_real_service_gives_the_same_record_as_the_engine(ours: Rapporteur, starter_engine: Engine) -> None:
    service = Service(starter_engine)
    client = TestClient(create_app(service))

    def reply(body: dict[str, Any]) -> Answer:
        return as_json(client.post("/api/v1/ask", json=body).json())

    with closing(service), serving(reply) as server:
        remote = Remote(server.url + "/")
        for case in (WHEN, FIGURE, CHAIR):
            near, far = ours.answer(case), asked(remote, case)
            assert far.status == near.status
            assert far.claims == near.claims
            assert [(c.document, c.locator, c.quote, c.start, c.end, c.source) for c in far.citations] == [
                (c.document, c.locator, c.quote, c.start, c.end, c.source) for c in near.citations
            ]


def completion(content: Any, reply: dict[str, Any] | None = None, **message: Any) -> Answer:
    """A chat completion, with more beside the choices and in the message."""
    choices = [{"index": 0, "message": {"role": "assistant", "content": content, **message}}]
    return as_json({"choices": choices, **(reply or {})})


def test_a_chat_server_gets_the_conversation_and_its_sentences_become_claims() -> None:
    sources = [
        {"title": "Note", "locator": "para. 2", "content": "A harbour master keeps a list."},
        "https://example.org/x",
    ]
    content = "Boats need a flag [2]. A harbour master keeps a list.[1][2] He is kind."
    case = Case("t1", "And then?", "en", "follow-up", True, history=("What do boats need?",))
    with serving(lambda _: completion(content, {"citations": sources})) as server:
        record = asked(Remote(f"{server.url}/v1", model="m-1"), case)
    ((path, _, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert (body["model"], body["temperature"], body["stream"]) == ("m-1", 0, False)
    assert [(turn["role"], turn["content"]) for turn in body["messages"]] == [
        ("system", PROMPT), ("user", "What do boats need?"), ("user", "And then?"),
    ]  # fmt: skip
    assert record.status == "answered"
    assert [(claim.text, claim.cited) for claim in record.claims] == [
        ("Boats need a flag.", (1,)), ("A harbour master keeps a list.", (0, 1)), ("He is kind.", ()),
    ]  # fmt: skip
    assert [(c.document, c.locator, c.quote) for c in record.citations] == [
        ("Note", "para. 2", "A harbour master keeps a list."), ("https://example.org/x", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"search_results": [{"title": "T", "snippet": "S"}]}, {}),
        ({}, {"context": {"citations": [{"title": "T", "content": "S"}]}}),
        ({}, {"citations": [{"document": "T", "quote": "S"}]}),
        ({}, {"annotations": [{"type": "url_citation", "url_citation": {"title": "T", "text": "S", "end_index": 18}}]}),
    ],
)
def test_sources_are_found_wherever_servers_put_them(reply: dict[str, Any], message: dict[str, Any]) -> None:
    marked = "Boats need a flag." if "annotations" in message else "Boats need a flag [1]."
    with serving(lambda _: completion(marked, reply, **message)) as server:
        record = asked(Remote(f"{server.url}/v1/chat/completions"))
    assert [(claim.text, claim.cited) for claim in record.claims] == [("Boats need a flag.", (0,))]
    assert [(cited.document, cited.quote) for cited in record.citations] == [("T", "S")]


@pytest.mark.parametrize(
    ("content", "message", "status"),
    [
        ("NOT FOUND", {}, "not_found"),
        (' "Not found." ', {}, "not_found"),
        ("", {}, "not_found"),
        (None, {}, "not_found"),
        (None, {"refusal": "I would rather not."}, "refused"),
        ("It is not found in Vienna.", {}, "answered"),
    ],
)
def test_a_chat_server_abstains_by_the_words_it_was_given_or_by_refusing(
    content: str | None, message: dict[str, Any], status: str
) -> None:
    with serving(lambda _: completion(content, **message)) as server:
        record = asked(Remote(f"{server.url}/v1"))
    assert record.status == status
    assert record.answered == (status == "answered")


@pytest.mark.parametrize(
    ("content", "claims"),
    [
        ("甲。【1†来源】乙。", [("甲。", (0,)), ("乙。", ())]),
        ("One [1, 2]. Two [3].", [("One.", (0, 1)), ("Two.", (2,))]),
        ("One [1][1]. Two [9].", [("One.", (0,)), ("Two.", ())]),
        ("[1] One.", [("One.", ())]),
        ("Article 3 [sic] says so [2].", [("Article 3 [sic] says so.", (1,))]),
    ],
)
def test_marks_belong_to_the_sentence_before_them(content: str, claims: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(claim.text, claim.cited) for claim in parse_claims(content, 3)] == claims


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(500, b"oops"), "the server answers 500"),
        (Answer(404, b"no"), "the server answers 404"),
        (Answer(hang=True), "no whole answer within 0.4 seconds"),
        (Answer(drip=True), "no whole answer within 0.4 seconds"),
        (Answer(body=b'{"status": "ans', length=500), "the connection broke off"),
        (Answer(body=b'{"status": "ans'), "the answer is not JSON"),
        (Answer(body=b"[" * 100_000), "the answer is not JSON"),
        (Answer(body=b"\xff\xfe"), "the answer is not JSON"),
        (as_json(["not", "an", "object"]), "no known status"),
        (as_json({"status": "splendid"}), "no known status"),
        (as_json({**OURS, "citations": []}), "cites what is not in the answer"),
        (as_json({**OURS, "citations": "all"}), "'citations' of the answer is not a list of objects"),
    ],
)
def test_whatever_goes_wrong_with_a_server_is_a_failed_record_that_says_what(answer: Answer, told: str) -> None:
    with serving(lambda _: answer) as server:
        record = asked(Remote(server.url, timeout=0.4 if answer.hang or answer.drip else WAIT))
    assert (record.status, record.answered, record.claims) == ("failed", False, ())
    assert told in record.error
    assert Record.from_json(json.loads(json.dumps(record.to_json()))).error == record.error


@pytest.mark.parametrize(
    "reply", [{}, {"choices": []}, {"choices": [{"message": None}]}, {"choices": [{"message": {"content": 7}}]}, 5]
)
def test_a_chat_reply_without_a_message_is_a_failed_record(reply: Any) -> None:
    with serving(lambda _: as_json(reply)) as server:
        record = asked(Remote(f"{server.url}/v1"))
    assert record.status == "failed"
    assert "the answer" in record.error


def test_a_body_that_was_received_is_kept_though_it_could_not_be_read() -> None:
    with serving(lambda _: Answer(503, b"try later")) as server:
        assert asked(Remote(server.url)).raw == "try later"


def test_a_server_that_is_not_there_is_a_failed_record() -> None:
    record = asked(Remote(f"http://127.0.0.1:{free_port()}"))
    assert record.status == "failed"
    assert "the connection broke off" in record.error


@pytest.mark.parametrize("name", ["elastic", "ftp://example.org", "http://", "http://[::1", "http://a\x01b/"])
def test_what_is_neither_a_system_nor_an_address_is_refused(name: str) -> None:
    with pytest.raises(EvaluationError, match="neither the name of a system nor an http address"):
        Remote(name)


def test_a_secret_in_an_address_is_not_part_of_what_is_stored() -> None:
    system = Remote("http://user:hunter2@127.0.0.1:9/v1?key=hunter3", key="hunter4")
    assert "hunter" not in json.dumps([system.name, dict(system.settings)])
    assert system.settings["url"] == "http://127.0.0.1:9/v1/chat/completions"
