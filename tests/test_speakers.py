"""Records of meetings: who speaks is part of the place, said with what is quoted, and what a speaker said is found."""

from __future__ import annotations

import pytest
from conftest import Holding

from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import units_of
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.embedding import HashEmbedder
from ingest.document_reading import Input, read_document
from ingest.segment import segment

RECORD = """United Nations

S/PV.9912

President: Ms. Arno .................. (Panama)

The meeting was called to order at 10.05 a.m.

The agenda was adopted.

The President (spoke in Spanish): I give the floor to Mr. Brandt.

Mr. Brandt: The harbour has forty lamps. Three of them are broken.

We ask for oil: the lamps need it.

The President: I thank Mr. Brandt for his briefing.

Mr. Kasse (Senegal) (spoke in French): Senegal will send nine lamps.

We shall also pay for the wicks.

Ms. Holm (Denmark): We support the mandate. The wicks should be of cotton.

Mr. President: we thank you.

The President: There are no more names on the list of speakers.

The meeting rose at 11.55 a.m.
"""


def read(text: str, name: str = "record.txt") -> Document:
    return read_document(Input(name, text.encode()), Catalogue.shipped())[0]


def speakers(document: Document) -> dict[str, str]:
    """Who speaks, by the first words of each block, as the place tells it."""
    return {
        " ".join(document.block_text(block).split()[:3]): block.locator.rpartition(", ")[0] for block in document.blocks
    }


def test_who_speaks_is_part_of_the_place_until_the_next_speaker() -> None:
    found = speakers(read(RECORD))
    assert found["The President (spoke"] == found["The President: I"] == "The President"
    assert found["Mr. Brandt: The"] == found["We ask for"] == "Mr. Brandt"
    assert found["Mr. Kasse (Senegal)"] == found["We shall also"] == "Mr. Kasse (Senegal)"
    assert found["Mr. President: we"] == "Ms. Holm (Denmark)", "who is spoken to does not speak"
    assert found["President: Ms. Arno"] == found["The agenda was"] == found["The meeting rose"] == ""


@pytest.mark.parametrize(
    ("chair", "first", "second", "named"),
    [
        ("Le Président (parle en anglais) :", "M. Kassé (Sénégal) :", "Mme Holm (Danemark) (parle en anglais) :", "M. Kassé (Sénégal)"),
        ("La Presidenta:", "Sr. Kasse (Senegal) (habla en francés):", "Sra. Holm (Dinamarca):", "Sr. Kasse (Senegal)"),
        ("Председатель (говорит по-английски):", "Г-н Кассе (Сенегал) (говорит по-французски):", "Г-жа Хольм (Дания):", "Г-н Кассе (Сенегал)"),
        ("الرئيس (تكلم بالإنكليزية):", "السيد كاسي (السنغال) (تكلم بالفرنسية):", "السيدة هولم (الدانمرك) (تكلمت بالإنكليزية):", "السيد كاسي (السنغال)"),
        ("主席（以英语发言）：", "卡塞先生（塞内加尔）（以法语发言）：", "霍尔姆女士（丹麦）（以英语发言）：", "卡塞先生 (塞内加尔)"),
        ("The Chair:", "Kasse (Senegal):", "Holm (Denmark):", "Kasse (Senegal)"),
    ],
)  # fmt: skip
def test_who_speaks_is_known_by_the_form_of_the_lines_in_any_language(
    chair: str, first: str, second: str, named: str
) -> None:
    text = f"{chair} 1 2 3 x\n\n{first} 4 5 6 x\n\n7 8 9 x y\n\n{chair} 0 x\n\n{second} 11 x\n\n{chair} 12 x\n"
    document = read(text)
    (own,) = [block for block in document.blocks if document.block_text(block).startswith("7 8 9")]
    assert own.locator == f"{named}, third paragraph"


@pytest.mark.parametrize(
    "text",
    [
        "Oil (north): ten casks.\n\nWicks (south): nine.\n\nGlass (east): four.\n",
        "Note: oil burns.\n\nThe lamps are lit: nobody sleeps.\n\nNote: wax burns.\n",
        "Against: Arla, Bend.\n\nAbstaining: Corr.\n\nAgainst: Dell.\n\nAbstaining: Elm.\n",
    ],
)
def test_lists_with_labels_are_no_records(text: str) -> None:
    assert not any(speakers(read(text)).values())


def test_a_heading_ends_what_is_said() -> None:
    document = read(RECORD.replace("We shall also pay", "## Oil\n\nWe shall also pay"), "record.md")
    (own,) = [block for block in document.blocks if document.block_text(block).startswith("We shall also")]
    assert own.locator == "section “Oil”, first paragraph"


def test_what_is_quoted_is_introduced_by_who_says_it() -> None:
    document = read(RECORD)
    units = [unit for passage in segment(document, HashEmbedder()) for unit in units_of(Evidence(passage, document))]
    said = {unit.own: unit.text for unit in units}
    own = "We shall also pay for the wicks."
    assert said[own] == f"Mr. Kasse (Senegal) (spoke in French): {own}"
    assert said["Three of them are broken."] == "Mr. Brandt: Three of them are broken."
    assert all(document.quote(*span) for unit in units for span, _ in unit.leads)


def test_a_passage_that_begins_within_a_speech_is_headed_by_who_speaks() -> None:
    long = "\n\n".join(f"Lamp {n} of the harbour burns oil in the night and by day." for n in range(60))
    document = read(RECORD.replace("We shall also pay for the wicks.", long))
    passages = [each for each in segment(document, HashEmbedder()) if each.text.startswith("Lamp")]
    assert passages
    assert all(each.heading.endswith("Mr. Kasse (Senegal)") for each in passages)


@pytest.fixture
def engine(holding: Holding) -> Engine:
    return holding(Input("record.txt", RECORD.encode()), reading=True)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did Senegal say?", "Mr. Kasse (Senegal) (spoke in French): Senegal will send nine lamps. We shall also pay for the wicks."),
        ("What did Mr. Brandt say in S/PV.9912?", "Mr. Brandt: The harbour has forty lamps. Three of them are broken. We ask for oil: the lamps need it."),
        ("Que dit le Sénégal ?", "Mr. Kasse (Senegal) (spoke in French): Senegal will send nine lamps. We shall also pay for the wicks."),
    ],
)  # fmt: skip
def test_what_a_speaker_said_is_quoted(engine: Engine, question: str, said: str) -> None:
    answer = engine.ask(question)
    assert (answer.status, " ".join(each.text for each in answer.statements)) == ("answered", said)


def test_of_what_a_speaker_said_that_is_quoted_which_is_asked_for(engine: Engine) -> None:
    answer = engine.ask("What will Senegal send?")
    assert answer.statements[0].text == "Mr. Kasse (Senegal) (spoke in French): Senegal will send nine lamps."


def test_who_said_something_is_told_with_the_words(engine: Engine) -> None:
    answer = engine.ask("Who said that the wicks should be of cotton?")
    assert answer.statements[0].text == "Ms. Holm (Denmark): The wicks should be of cotton."


def test_what_one_state_says_is_no_answer_about_another_that_speaks(engine: Engine) -> None:
    answer = engine.ask("Does Denmark pay for the wicks?")
    assert not any("pay for the wicks" in each.text for each in answer.statements) or answer.status != "answered"
