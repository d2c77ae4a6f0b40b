"""The trained reader: what it tells decides whether passages answer, and which of their words are quoted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from conftest import Holding, add
from invoking import Cli

from assistant.qa.abstention import (
    FROM_ENGLISH,
    NEITHER_ENGLISH,
    SAME,
    SEARCH_WEIGHT,
    Thresholds,
    load_thresholds,
)
from assistant.qa.engine import Engine
from assistant.qa.reader import Name, Reader, Reading
from assistant.qa.reader_weights import available, shipped_path, ships
from assistant.qa.readers import Readers
from assistant.qa.scoring import READ, STEPS, Scorer
from corpus.catalogue import Catalogue
from corpus.embedding import EmbeddingError, HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input

needs_multilingual = pytest.mark.skipif(
    not available("e5"), reason="the optional extra 'multilingual' is not installed"
)
needs_reader = pytest.mark.skipif(not ships("en"), reason="the English reader's weights are not here")

THRESHOLDS = Thresholds(slope=1.0, offset=-SEARCH_WEIGHT, answered=1.0, tentative=-1.0)
"""By which the passage that search ranks first is told by its logit alone."""
HARBOUR = (
    "# Harbour rules\n\nA/88/501\n\n1. Boats enter between six and ten. Yachts pay forty crowns a night.\n\n"
    "2. Nets are dried on the eastern pier.\n\n3. The bell is rung in fog.\n"
)
LIGHTHOUSE = "# Lighthouse rules\n\nA/88/502\n\n1. Yachts near the lighthouse pay nine crowns a night.\n"
ASKED = "How many crowns do yachts pay a night?"


class Fake:
    """Reads by rule: a passage with a phrase has its logit, others the last; the likeliest words are the phrase. Of a
    passage no more than `sees` characters are read."""

    def __init__(self, logits: Mapping[str, float], other: float = -9.0, sees: int = 10**9) -> None:
        self._logits, self._other, self._sees = logits, other, sees
        self.asked: list[str] = []
        self.passages: list[tuple[str, str]] = []

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        self.asked.append(question)
        self.passages += passages
        return [self._reading(text[: self._sees]) for _, text in passages]

    def translate(self, text: str) -> list[str]:
        """Knows no other language."""
        return []

    def _reading(self, text: str) -> Reading:
        offsets = [match.span() for match in re.finditer(r"\S+", text)]
        start, end = np.zeros(len(offsets), np.float32), np.zeros(len(offsets), np.float32)
        for phrase, logit in self._logits.items():
            at = text.find(phrase)
            if at >= 0:
                inside = [n for n, (a, b) in enumerate(offsets) if b > at and a < at + len(phrase)]
                start[inside[0]], end[inside[-1]] = 5.0, 5.0
                return Reading(logit, offsets, start, end)
        return Reading(self._other, offsets, start, end)


AGENDA = Path(__file__).parent.parent / "corpus" / "starter" / "agenda-2021.md"


def readers(**each: Fake) -> Readers:
    """Readers by name: `en`, `multilingual`."""
    named: dict[Name, Fake] = dict(each)  # type: ignore[arg-type]
    return Readers(dict(named), dict.fromkeys(named, THRESHOLDS))


# What is said


def test_the_sentence_that_holds_the_readers_words_is_quoted(holding: Holding) -> None:
    read = readers(en=Fake({"forty crowns": 4.0}))
    answer = holding(HARBOUR, readers=read).ask(ASKED)
    assert answer.status == "answered"
    assert [each.text for each in answer.statements] == ["Yachts pay forty crowns a night."]
    (cited,) = answer.citations
    assert cited.quote == "Yachts pay forty crowns a night."


@pytest.mark.parametrize(
    ("logit", "status"),
    [(1.01, "answered"), (0.99, "tentative"), (-0.99, "tentative"), (-1.01, "not_found"), (-900.0, "not_found")],
)
def test_the_bars_decide_what_is_an_answer_what_comes_closest_and_what_is_nothing(
    holding: Holding, logit: float, status: str
) -> None:
    answer = holding(HARBOUR, readers=readers(en=Fake({"forty crowns": logit}, -999.0))).ask(ASKED)
    assert answer.status == status
    assert [each.text for each in answer.statements] == (
        [] if status == "not_found" else ["Yachts pay forty crowns a night."]
    )


def test_at_most_three_statements_are_made_of_what_was_read_the_best_first(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"# Port {n}\n\nA/88/6{n:02d}\n\n1. Yachts pay {n} crowns a night.\n" for n in range(10, 16)]
    logits = {f"pay {n} crowns": SEARCH_WEIGHT + 0.1 * (n - 10) for n in range(10, 16)}
    monkeypatch.setattr("assistant.qa.readers.SEARCH_WEIGHT", 0.0)
    answer = holding(*texts, readers=readers(en=Fake(logits))).ask(ASKED)
    assert [each.text for each in answer.statements] == [f"Yachts pay {n} crowns a night." for n in (15, 14, 13)]


def test_what_the_reader_thinks_likelier_comes_first_whatever_document_it_is_in(
    holding: Holding, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = holding(HARBOUR, LIGHTHOUSE).library
    monkeypatch.setattr("assistant.qa.readers.SEARCH_WEIGHT", 0.0)
    for first, logits in (("forty", {"forty crowns": 6.0, "nine crowns": 5.5}),
                          ("nine", {"forty crowns": 5.5, "nine crowns": 6.0})):  # fmt: skip
        answer = Engine(library, catalogue, readers=readers(en=Fake(logits))).ask(ASKED)
        assert f"pay {first} crowns" in answer.statements[0].text
        assert len(answer.statements) == 2


def test_of_what_the_reader_likes_alike_what_search_ranks_first_comes_first(holding: Holding) -> None:
    read = readers(en=Fake({"crowns": 3.0}))
    asked = holding(HARBOUR, LIGHTHOUSE, readers=read)
    first = asked.search(ASKED, 1)[0].document.label
    assert asked.ask(ASKED).citations[0].symbol == first


def test_a_row_of_a_table_is_quoted_with_its_header(holding: Holding) -> None:
    table = (
        "# Fees\n\nA/88/503\n\n1. The fees follow.\n\n| Vessel | Crowns a night |\n|---|---|\n| Barge | 70 |\n"
        "| Yacht | 40 |\n"
    )
    answer = holding(table, readers=readers(en=Fake({"Yacht | 40": 4.0}))).ask(ASKED)
    assert answer.status == "answered"
    (statement,) = answer.statements
    assert [cite.quote for cite in statement.citations] == ["Vessel | Crowns a night", "Yacht | 40"]


def test_words_that_the_reader_did_not_see_are_not_shown_even_where_it_likes_the_passage(
    holding: Holding, catalogue: Catalogue
) -> None:
    seen = "Boats enter between six and ten."
    cut = HARBOUR.index("Yachts pay") - HARBOUR.index("Boats enter")
    asked = holding(HARBOUR, readers=readers(en=Fake({"Boats": 9.0}, sees=cut)))
    assert [each.text for each in asked.ask(ASKED).statements] == [seen]
    blind = Engine(asked.library, catalogue, readers=readers(en=Fake({}, other=9.0, sees=0))).ask(ASKED)
    assert (blind.status, blind.statements) == ("not_found", ())


def test_the_chance_that_the_best_passage_answers_is_told_with_the_answer(
    holding: Holding, catalogue: Catalogue
) -> None:
    asked = holding(HARBOUR, readers=readers(en=Fake({"forty crowns": 2.0})))
    answer = asked.ask(ASKED)
    assert answer.probability == pytest.approx(THRESHOLDS.probability(2.0 + SEARCH_WEIGHT))
    assert answer.confidence == pytest.approx(1.0)
    assert answer.to_json()["probability"] == round(THRESHOLDS.probability(2.0 + SEARCH_WEIGHT), 4)
    unread = Engine(asked.library, catalogue).ask(ASKED)
    assert unread.probability is not None
    assert unread.probability != answer.probability


def test_of_a_question_with_two_parts_the_less_likely_one_counts(holding: Holding) -> None:
    class ByQuestion(Fake):
        """Reads as a passage is about what is asked."""

        def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
            phrase, logit = ("struck at noon", 1.5) if "bell" in question else ("forty crowns", 3.0)
            return Fake({phrase: logit}).read(question, passages)

    read = readers(en=ByQuestion({}))
    bell = "# Chapel\n\nA/88/503\n\n1. The chapel's bell is struck at noon.\n"
    answer = holding(HARBOUR, bell, readers=read).ask(
        "How many crowns do yachts pay a night, and when is the chapel's bell struck?"
    )
    assert {each.text for each in answer.statements} == {
        "Yachts pay forty crowns a night.", "The chapel's bell is struck at noon.",
    }  # fmt: skip
    assert answer.probability == pytest.approx(THRESHOLDS.probability(1.5 + SEARCH_WEIGHT))


@pytest.mark.parametrize("logit", [-1e9, -800.0, 0.0, 800.0, 1e9])
def test_any_logit_has_a_chance_between_none_and_certainty(logit: float) -> None:
    assert 0.0 <= THRESHOLDS.probability(logit) <= 1.0


# Who reads what


def test_the_english_reader_reads_english_and_the_multilingual_one_all_else(holding: Holding) -> None:
    english, other = Fake({"forty crowns": 4.0}), Fake({"forty crowns": 4.0})
    asked = holding(HARBOUR, readers=readers(en=english, multilingual=other))
    asked.ask(ASKED)
    assert english.asked == [ASKED]
    assert english.passages
    assert not other.passages
    english.passages.clear()
    answer = asked.ask("Combien de couronnes les yachts paient-ils par nuit ? crowns night", language="fr")
    assert other.passages
    assert not english.passages
    assert answer.status == "answered"


@pytest.mark.parametrize(
    ("thresholds_of", "question", "status"),
    [
        (SAME, "Combien de couronnes les yachts paient-ils par nuit ?", "answered"),
        (SAME, ASKED, "tentative"),
        (FROM_ENGLISH, ASKED, "answered"),
        (FROM_ENGLISH, "Combien de couronnes les yachts paient-ils par nuit ?", "tentative"),
        (NEITHER_ENGLISH, "¿Cuántas coronas pagan los yates por noche?", "answered"),
        (NEITHER_ENGLISH, ASKED, "tentative"),
    ],
)
def test_questions_in_the_language_of_the_text_english_ones_to_others_and_those_in_a_third_one_have_bars_of_their_own(
    holding: Holding, thresholds_of: str, question: str, status: str
) -> None:
    quai = "# Règlement du port\n\nA/88/509\n\n1. Les yachts paient quarante couronnes par nuit au port de plaisance.\n"
    read = Fake({"quarante couronnes": 0.0})
    held = {"en": THRESHOLDS, "multilingual": THRESHOLDS, thresholds_of: replace(THRESHOLDS, answered=-0.5)}
    assert holding(quai, readers=Readers({"multilingual": read}, held)).ask(question).status == status


def test_the_reader_is_named_by_the_languages_of_question_and_text() -> None:
    both, one = readers(en=Fake({}), multilingual=Fake({})), readers(en=Fake({}))
    assert [both.name_for(*pair) for pair in (("en", "en"), ("fr", "en"), ("en", "ar"), ("zh", "zh"))] == [
        "en", "multilingual", "multilingual", "multilingual",
    ]  # fmt: skip
    assert [one.name_for(*pair) for pair in (("en", "en"), ("fr", "en"), ("en", "ar"))] == ["en", None, None]
    assert readers(multilingual=Fake({})).name_for("en", "en") == "multilingual"
    assert readers().name_for("en", "en") is None


@pytest.mark.parametrize(
    ("first", "second", "status", "also_read"),
    [(0.0, -9.0, "not_found", 1), (0.0, 6.0, "answered", 1), (-2.5, 8.0, "answered", 1), (-2.5, -9.0, "not_found", 1),
     (-8.0, 9.0, "not_found", 0)],
)  # fmt: skip
def test_where_the_english_reader_is_in_doubt_the_other_one_reads_the_best_passage_and_their_mean_decides(
    holding: Holding, first: float, second: float, status: str, also_read: int
) -> None:
    english, other = Fake({"forty crowns": first}), Fake({"forty crowns": second})
    answer = holding(HARBOUR, LIGHTHOUSE, readers=readers(en=english, multilingual=other)).ask(ASKED)
    assert answer.status == status
    assert len(other.passages) == also_read
    assert all("forty crowns" in text for _, text in other.passages)


def test_english_texts_are_read_for_english_questions_by_the_english_reader_alone_where_it_is_sure(
    holding: Holding,
) -> None:
    english, other = Fake({"forty crowns": 2.0}), Fake({"nine crowns": 9.0})
    asked = holding(HARBOUR, LIGHTHOUSE, readers=readers(en=english, multilingual=other))
    assert "forty crowns" in asked.ask(ASKED).statements[0].text
    assert english.passages
    assert not other.passages


def test_passages_that_nobody_reads_are_weighed_by_the_older_signals(holding: Holding, catalogue: Catalogue) -> None:
    english = Fake({"forty crowns": 4.0})
    asked = holding(HARBOUR, readers=readers(en=english))
    plain = Engine(asked.library, catalogue)
    question = "Combien de crowns yachts pay a night ?"
    with_reader, without = (each.ask(question, language="fr") for each in (asked, plain))
    assert not english.passages
    assert with_reader.confidence is not None
    assert with_reader.confidence == without.confidence
    assert with_reader.probability == without.probability


def test_a_subject_is_read_in_as_many_passages_as_are_asked_for(holding: Holding) -> None:
    fake = Fake({"forty crowns": 4.0})
    asked = holding(HARBOUR, readers=readers(en=fake))
    held = [document.id for document in asked.library.documents()]
    subject = "crowns that yachts pay"
    best, *_ = asked.score_first(asked.question(subject, "en"), held, 2)
    assert "forty crowns" in best.unit.text
    assert len(fake.passages) <= 2
    assert set(fake.asked) == {subject}


def test_the_reader_sees_a_bounded_number_of_passages_and_those_that_answered_the_turn_before(holding: Holding) -> None:
    crowd = [f"# Port {n}\n\nA/88/6{n:02d}\n\n1. Ferries, tugs and barges wait at pier {n}.\n" for n in range(10, 40)]
    fake = Fake({"forty crowns": 4.0})
    asked = holding(HARBOUR, *crowd, readers=readers(en=fake))
    assert asked.ask(ASKED).status == "answered"
    assert 1 <= len(fake.passages) <= READ
    fake.passages.clear()
    asked.ask("And for ferries, tugs and barges that wait at a pier?", [ASKED])
    latest = fake.passages
    assert any("forty crowns" in text for _, text in latest)
    fake.passages.clear()
    asked.ask("Where do ferries, tugs and barges wait at a pier?")
    assert len(fake.passages) == STEPS[1]
    assert not any("forty crowns" in text for _, text in fake.passages)


def test_what_is_not_asked_for_is_left_out_and_keeps_nothing_from_being_read(holding: Holding) -> None:
    crowd = [f"# Port {n}\n\nA/88/6{n:02d}\n\n1. Yachts at pier {n} pay by the night.\n" for n in range(10, 40)]
    fake = Fake({"forty crowns": 4.0})
    asked = holding(HARBOUR, *crowd)
    found = asked.search(ASKED, READ)
    scorer = Scorer(asked.library, readers(en=fake))
    question = asked.question(ASKED)
    assert scorer.score_evidence(question, found)[0].score > 0
    assert len(fake.passages) == STEPS[0]
    fake.passages.clear()
    scored = scorer.score_evidence(question, found, lambda unit: "crowns" not in unit.text)
    assert len(fake.passages) == STEPS[1]
    assert not any("crowns" in each.unit.text for each in scored)


@pytest.mark.parametrize(("edition", "read"), [("digest", READ), ("official", STEPS[0])])
def test_what_a_digest_says_keeps_no_official_text_from_being_read(holding: Holding, edition: str, read: int) -> None:
    crowd = [f"# Port {n}\n\nA/88/6{n:02d}\n\n1. Yachts at pier {n} pay by the night.\n" for n in range(10, 40)]
    short = f"---\nedition: {edition}\nslug: yachts\n---\n# Yachts\n\n1. At their pier yachts pay forty crowns by the night.\n"
    fake = Fake({"forty crowns": 4.0, "by the night": 0.0})
    asked = holding(short, *crowd)
    question = asked.question("What do yachts pay by the night at their pier?")
    found = asked.search(question.text, READ)
    assert "forty crowns" in found[0].passage.text
    Scorer(asked.library, readers(en=fake)).score_evidence(question, found)
    assert len(fake.passages) == read


@pytest.mark.parametrize(("logit", "first"), [(4.5, "A/88/501"), (1.0, "yachts")])
def test_a_digest_stands_behind_an_official_text_that_surely_answers_too(
    holding: Holding, logit: float, first: str
) -> None:
    digest = "---\nedition: digest\nslug: yachts\n---\n# Yachts\n\n1. Foreign yachts pay for each night.\n"
    fake = Fake({"forty crowns": logit, "pay for each night": 4.0})
    answer = holding(HARBOUR, digest, readers=readers(en=fake)).ask(ASKED)
    assert answer.status == "answered"
    assert answer.citations[0].document.startswith(first)


@pytest.mark.parametrize(
    ("others", "language", "read"), [(-8.0, "en", STEPS[1]), (0.0, "en", READ), (-8.0, "fr", READ)]
)
def test_no_more_is_read_where_none_of_the_first_english_passages_is_anywhere_near(
    holding: Holding, others: float, language: str, read: int
) -> None:
    crowd = [f"# Port {n}\n\nA/88/6{n:02d}\n\n1. Yachts at pier {n} pay by the night.\n" for n in range(10, 40)]
    fake = Fake({"by the night": others})
    asked = holding(*crowd)
    question, found = (
        asked.question("Who pays by the night at the pier?", language),
        asked.search("Who pays by the night?", READ),
    )
    for bar in (THRESHOLDS.answered, THRESHOLDS.answered - 1.5, THRESHOLDS.answered + 3.0):  # whatever the caution
        reader: Name = "en" if language == "en" else "multilingual"
        known: dict[str, Thresholds] = {reader: replace(THRESHOLDS, answered=bar)}
        fake.passages.clear()
        Scorer(asked.library, Readers({reader: fake}, known)).score_evidence(question, found)
        assert len(fake.passages) == read


# Switched off, absent


def test_the_setting_turns_the_reader_off(tmp_path: Path, library: Library) -> None:
    from assistant.engine_factory import make_engine
    from assistant.settings import Settings

    given = {"data_dir": tmp_path}
    off = make_engine(library, Settings(**given, reader=False))
    on = make_engine(library, Settings(**given))
    assert off.signature[0] == ()
    assert on.signature[0] == Readers.shipped(tmp_path).names


@needs_reader
@pytest.mark.usefixtures("converting")
def test_nothing_is_loaded_for_a_question_that_a_rule_answers(tmp_path: Path) -> None:
    note = tmp_path / "harbour.md"
    note.write_text(HARBOUR, encoding="utf-8")
    cli = Cli(tmp_path / "library", {"RAPPORTEUR_MULTILINGUAL": "off"})
    assert cli("ingest", AGENDA, note).code == 0
    assert cli("ask", "When is item 9 taken up?", "--json").json()["status"] == "not_found"
    assert not list((tmp_path / "library").glob("models/reader-*"))
    assert cli("ask", ASKED, "--json").json()["probability"] is not None
    assert list((tmp_path / "library").glob("models/reader-en-*.onnx"))


@needs_reader
def test_doctor_names_the_reader_that_is_there_or_switched_off(tmp_path: Path) -> None:
    env = {"RAPPORTEUR_MULTILINGUAL": "off"}
    assert re.search(r"reader \(en\)\W+ok\W+installed", Cli(tmp_path / "library", env)("doctor").out)
    off = Cli(tmp_path / "library", {**env, "RAPPORTEUR_READER": "false"})("doctor").out
    assert re.search(r"reader\W+ok\W+switched off", off)


@pytest.mark.parametrize(("absent", "told"), [("weights", "RAPPORTEUR_READER=false"), ("base", "[multilingual]")])
def test_doctor_says_what_mends_a_reader_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: str, told: str
) -> None:
    monkeypatch.setattr("assistant.cli.doctor.ships", lambda name: absent != "weights")
    monkeypatch.setattr("assistant.cli.doctor.available", lambda kind: False)
    done = Cli(tmp_path / "library", {"RAPPORTEUR_MULTILINGUAL": "off"})("doctor")
    assert done.code == 0
    assert told in " ".join(done.out.split())
    assert "chosen less sharply" in done.out


# Files


def spoilt(kind: str, good: bytes) -> bytes:
    """A file of weights with something wrong."""
    if kind == "cut":
        return good[: len(good) // 2]
    if kind == "changed":
        middle = len(good) // 2
        return good[:middle] + bytes(64) + good[middle + 64 :]
    file = io.BytesIO()
    if kind == "pickled":
        np.savez(file, answerable=np.array([{}], object))
    elif kind == "no scales":
        np.savez(file, **{"encoder.layer.0.x#codes": np.ones((2, 2), np.int8)})
    elif kind == "another model":
        np.savez(file, **{"span.weight": np.ones((2, 5), np.float32)})
    elif kind == "no arrays":
        with zipfile.ZipFile(file, "w") as package:
            package.writestr("readme.txt", "hello")
    else:
        return {"empty": b"", "no archive": b"<html>not here</html>" * 9}[kind]
    return file.getvalue()


@pytest.mark.parametrize("kind", ["empty", "no archive", "pickled", "no scales", "another model", "no arrays"])
def test_weights_that_are_not_a_readers_are_told_with_the_file_and_the_remedy(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "reader-en.npz"
    path.write_bytes(spoilt(kind, b""))
    with pytest.raises(EmbeddingError, match=r"reader-en\.npz are damaged .*RAPPORTEUR_READER=false") as told:
        Reader("en", tmp_path / "cache", weights=path).read("?", [("", "text")])
    assert str(path) in str(told.value)
    assert not (tmp_path / "cache").exists()


@needs_reader
@pytest.mark.parametrize("kind", ["cut", "changed"])
def test_shipped_weights_that_were_damaged_are_never_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "reader-en.npz"
    path.write_bytes(spoilt(kind, shipped_path("en").read_bytes()))
    reader = Reader("en", tmp_path / "cache", weights=path)
    with pytest.raises(EmbeddingError, match="damaged"):
        reader.check()
    with pytest.raises(EmbeddingError, match="damaged"):
        reader.read("?", [("", "text")])


def test_weights_that_are_not_there_are_told_at_every_question_and_no_answer_is_given(
    holding: Holding, tmp_path: Path
) -> None:
    gone = Reader("en", tmp_path, weights=tmp_path / "gone.npz")
    asked = holding(HARBOUR, readers=Readers({"en": gone}, {"en": THRESHOLDS}))
    for _ in range(2):
        with pytest.raises(EmbeddingError, match=r"gone\.npz cannot be read .*Install Rapporteur again"):
            asked.ask(ASKED)


def test_no_passages_need_no_weights(tmp_path: Path) -> None:
    assert Reader("en", tmp_path, weights=tmp_path / "gone.npz").read("?", []) == []


@needs_reader
@pytest.mark.usefixtures("converting")
def test_a_damaged_converted_model_is_made_anew(tmp_path: Path) -> None:
    passages = [("Harbour rules", "Yachts pay forty crowns a night.")]
    before = Reader("en", tmp_path).read(ASKED, passages)[0].logit
    (kept,) = tmp_path.glob("*.onnx")
    whole, side = kept.read_bytes(), kept.with_name(f"{kept.name}.sha256")
    for spoil in (b"", whole[:500] + bytes(50) + whole[550:]):
        kept.write_bytes(spoil)
        if spoil == b"":
            side.unlink()
        assert Reader("en", tmp_path).read(ASKED, passages)[0].logit == before
        assert kept.read_bytes() == whole


# The English reader itself


@pytest.fixture(scope="module")
def reader(converted: Path) -> Reader:
    """The English reader."""
    return Reader("en", converted)


@pytest.fixture(scope="module")
def real(reader: Reader, tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Engine]:
    """An engine with the English reader over a small text about a harbour."""
    with Library(tmp_path_factory.mktemp("harbour"), HashEmbedder(), SEGMENTER_VERSION) as library:
        text = (
            "# Report of the harbour board\n\nA/88/504\n\n"
            "1. The harbour was founded by fishermen in 1871. Every visiting yacht is charged a fee of forty crowns for each "
            "night that it spends at the quay.\n\n"
            "2. Nets may be dried on the eastern pier only. The harbour master may fine whoever dries nets elsewhere.\n\n"
            "3. In fog the bell is rung every two minutes by the keeper of the lighthouse.\n"
        )
        add(library, catalogue, Input("harbour.md", text.encode()))
        yield Engine(library, catalogue, readers=Readers({"en": reader}, {"en": load_thresholds()["en"]}))


@needs_reader
@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does it cost a yacht to stay overnight?", "forty crowns"),
        ("Who sounds the bell when it is foggy?", "keeper of the lighthouse"),
    ],
)
def test_a_question_in_other_words_is_answered_by_the_right_sentence(real: Engine, question: str, words: str) -> None:
    answer = real.ask(question)
    assert answer.status == "answered"
    assert words in answer.statements[0].text
    assert answer.probability is not None
    assert answer.probability > 0.5


@needs_reader
def test_of_near_misses_few_are_answered(real: Engine) -> None:
    asked = (
        "How many yachts visited the harbour last year?",
        "Who paid for the lighthouse?",
        "How deep is the eastern pier?",
    )
    assert sum(real.ask(question).status == "answered" for question in asked) <= 1


@needs_reader
@pytest.mark.parametrize(
    "question", ["What is the boiling point of mercury?", "Who won the football cup?", "How do bees make honey?"]
)
def test_a_question_about_something_else_is_never_answered(real: Engine, question: str) -> None:
    answer = real.ask(question)
    assert answer.status == "not_found"
    assert not answer.statements


@needs_reader
def test_equal_passages_have_equal_readings_whatever_stands_beside_them(reader: Reader) -> None:
    passage = ("Harbour rules", "Yachts pay forty crowns a night.")
    (alone,) = reader.read(ASKED, [passage])
    beside = reader.read(ASKED, [("", "Nets dry. " * 300), passage, ("", "Fog."), passage])
    for reading in (beside[1], beside[3]):
        assert reading.logit == alone.logit
        np.testing.assert_array_equal(reading.start, alone.start)
        np.testing.assert_array_equal(reading.end, alone.end)


@needs_reader
def test_two_threads_that_ask_at_once_load_once_and_get_the_same_readings(converted: Path) -> None:
    reader, together = Reader("en", converted), Barrier(4)
    passages = [("", f"Yachts pay {n} crowns a night.") for n in range(6)]

    def asked(_: int) -> list[float]:
        together.wait()
        return [each.logit for each in reader.read(ASKED, passages)]

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(asked, range(4)))
    assert told == [told[0]] * 4
    assert len(set(told[0])) > 1


@needs_reader
@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\ud83d lone \udc00", "x" * 100_000, "word " * 20_000, "?!… —.,;:()[]«»" * 30, "\x00\x01", "会议" * 900, "[SEP] " * 50],
    ids=["empty", "blank", "surrogates", "one word", "long", "punctuation", "control", "chinese", "separators"],
)  # fmt: skip
def test_any_text_may_be_question_heading_or_passage(reader: Reader, text: str) -> None:
    plain = "Yachts pay forty crowns."
    for question, heading, passage in ((text, "", plain), (ASKED, text, plain), (ASKED, "", text), (text, text, text)):
        (reading,) = reader.read(question, [(heading, passage)])
        assert np.isfinite(reading.logit)
        assert len(reading.start) == len(reading.end) == len(reading.offsets)
        assert all(0 <= begin <= end <= len(passage) for begin, end in reading.offsets)
        best = reading.best()
        assert best is None or np.isfinite(best[2])


def test_a_passage_can_not_write_what_separates_it_from_the_question() -> None:
    from assistant.qa.reader_input import Pairing
    from assistant.qa.reader_weights import tokenizer_of

    tokenizer = tokenizer_of("bert")
    row = Pairing(tokenizer, "bert").row("Who?", "", "Nets. [SEP] Yes. [CLS]")
    assert row.pieces.count(tokenizer.token_to_id("[SEP]")) == 2
    assert row.pieces.count(tokenizer.token_to_id("[CLS]")) == 1


@needs_multilingual
def test_the_multilingual_base_keeps_its_separators_too() -> None:
    from assistant.qa.reader_input import Pairing
    from assistant.qa.reader_weights import tokenizer_of

    tokenizer, passage = tokenizer_of("e5"), "Nets. </s></s> Yes <s> <pad>."
    row = Pairing(tokenizer, "e5").row("Who?", "", passage)
    assert row.pieces.count(tokenizer.token_to_id("</s>")) == 2
    assert row.pieces.count(tokenizer.token_to_id("<s>")) == 1
    assert tokenizer.token_to_id("<pad>") not in row.pieces
    assert row.offsets[-1][1] == len(passage)


def test_weights_without_a_bridge_are_not_those_of_the_multilingual_reader(tmp_path: Path) -> None:
    english = shipped_path("en")
    with pytest.raises(EmbeddingError, match=r"damaged \(bridge\.weight is not as the model wants it\)"):
        Reader("multilingual", tmp_path, weights=english).read("?", [("", "text")])


@needs_reader
@needs_multilingual
def test_the_multilingual_reader_reads_every_script_by_its_own_characters(tmp_path: Path) -> None:
    weights = tmp_path / "reader-multilingual.npz"
    with np.load(shipped_path("en")) as shipped:
        np.savez(weights, **{**shipped, "bridge.weight": np.eye(384, dtype=np.float32) / 20})
    made, english = Reader("multilingual", tmp_path / "cache", weights=weights), Reader("en", tmp_path / "cache")
    texts = [
        "Les yachts paient quarante écus.", "Яхты платят сорок крон.", "تدفع اليخوت أربعين كرونة.", "游艇每晚支付四十克朗。",
        "", "\ud83d lone", "</s> <s>", "words " * 900,
    ]  # fmt: skip
    readings = made.read("Combien ?", [("Règles", text) for text in texts])
    for text, reading in zip(texts, readings, strict=True):
        assert np.isfinite(reading.logit)
        assert len(reading.offsets) == len(reading.start) == len(reading.end)
        assert all(0 <= begin <= end <= len(text) for begin, end in reading.offsets)
        best = reading.best()
        assert best is None or np.isfinite(best[2])
    assert [texts[0][slice(*readings[0].offsets[n])].strip() for n in (0, -1)] == ["Les", "."]
    assert made.read("Combien ?", [("Règles", texts[1])])[0].logit == readings[1].logit
    assert made.read("Quand ?", [("Règles", texts[1])])[0].logit != readings[1].logit
    assert english.read("Combien ?", [("Règles", texts[1])])[0].logit != readings[1].logit


@needs_reader
@needs_multilingual
@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Combien de migrants sont morts en mer ?", {"migrants", "sea"}),
        ("¿Qué medidas se piden a los Estados?", {"measures", "states"}),
        ("Кто защищает женщин?", {"women"}),
        ("ما هي الدول؟", {"countries"}),
        ("气候变化的报告", {"climate", "change", "report"}),
    ],
)
def test_words_of_other_languages_are_known_in_english(converted: Path, question: str, words: set[str]) -> None:
    assert words <= set(Reader("multilingual", converted).translate(question))


@needs_reader
@needs_multilingual
def test_what_has_no_words_has_no_translation_and_english_needs_none(converted: Path) -> None:
    made = Reader("multilingual", converted)
    assert made.translate("") == []
    assert all(word.isalpha() for word in made.translate("\ud83d </s> <s> 42 ?!"))
    assert Reader("en", converted).translate("Combien de migrants ?") == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is new in A/88/502 compared with A/88/501?", "compare A/88/501 and A/88/502"),
        ("Quoi de neuf dans A/88/502 par rapport à A/88/501 ?", "comparez A/88/501 et A/88/502"),
        ("What is new in A/88/502?", ""),
        ("What do A/88/501 and A/88/502 say about crowns?", ""),
    ],
)
def test_that_two_named_texts_can_be_compared_is_told_where_nothing_answers(
    holding: Holding, question: str, told: str
) -> None:
    both = Fake({"forty crowns": 4.0} if "about crowns" in question else {})
    asked = holding(HARBOUR, LIGHTHOUSE, readers=readers(en=both, multilingual=both))
    notes = " ".join(asked.ask(question).notes)
    assert told in notes
    assert bool(told) == any(word in notes for word in ("compare", "comparez"))
