"""Texts that are held are known by what people call them: words of a title, the end of a symbol, a revision."""

from __future__ import annotations

import pytest
from conftest import Holding
from test_answers import check_citations
from word_reader import FlatReader, readers_of

from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from ingest.pipeline import Input

LANTERNS = """# Convention on the Care of Harbour Lanterns

### Article 1. Definitions

1. "Lantern" means any light that is kept at a quay.

### Article 2. Oil

1. Each Party shall keep oil for forty nights.

2. The oil shall be renewed every spring.

### Article 3. Glass

1. Glass shall be clear.

### Article 4. Entry into force

1. This Convention enters into force on the tenth day.
"""
BELLS = """# Convention on Bells at Sea

### Article 1. Definitions

1. "Bell" means any bell at sea.

### Article 2. Bronze

1. Bells shall be cast of bronze.

### Article 3. Ropes

1. Ropes shall be dry.

### Article 4. Entry into force

1. This Convention enters into force on the ninth day.
"""
DRAFT = """# Lantern oil: draft resolution

E/C.99/2031/L.2

The Committee on Lanterns,

1. Invites the keepers to store oil;

2. Requests the Secretary:

(a) To count the lanterns;

(b) To publish the count.
"""
PAPER = """# Oil for lanterns: background paper

E/C.99/2031/4

1. A cask of oil costs 40 crowns.
"""
REVISED = """# Oil for lanterns: background paper

E/C.99/2031/4/Rev.1

1. A cask of oil costs 55 crowns.
"""


@pytest.fixture
def engine(holding: Holding) -> Engine:
    texts = {"lanterns": LANTERNS, "bells": BELLS, "draft": DRAFT, "paper": PAPER, "revised": REVISED}
    return holding(*(Input(f"{name}.md", text.encode()) for name, text in texts.items()), reading=True)


def said(answer: Answer) -> str:
    return " ".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does article 2 of the lantern convention say?", "renewed every spring"),
        ("art 2 bells convention", "cast of bronze"),
        ("article 2 of the Convention on Bells at Sea", "cast of bronze"),
        ("art 2 para 1 lanterns convention", "oil for forty nights"),
    ],
)
def test_a_treaty_is_known_by_words_that_its_title_alone_has(engine: Engine, question: str, told: str) -> None:
    answer = engine.ask(question)
    assert (answer.status, answer.language) == ("answered", "en")
    assert told in said(answer)
    assert len({citation.document for citation in answer.citations}) == 1


@pytest.fixture
def known(holding: Holding) -> Engine:
    """An engine over a treaty that the catalogue knows and one that it does not."""
    text = LANTERNS.replace(
        "Convention on the Care of Harbour Lanterns", "Convention against Transnational Organized Crime"
    )
    text = f"---\nsymbol: A/RES/55/25\npart: annex I\n---\n{text}"
    return holding(text, BELLS, reading=True)


OARS = """---
language: ru
---
# Протокол о веслах

### Статья 1. Дерево

1. Весла делаются из ясеня.

### Статья 2. Длина

1. Весло имеет четыре локтя.

### Статья 3. Вступление в силу

1. Настоящий Протокол вступает в силу на девятый день.
"""


@pytest.mark.parametrize(
    ("text", "question", "status"),
    [
        (BELLS, "What does the Convention say about bronze?", "answered"),
        (BELLS, "What does the Protocol say about bronze?", "tentative"),
        (BELLS, "¿Qué dice el Protocolo sobre «Bells at Sea»?", "tentative"),
        (BELLS, "What do the Protocol and the Convention say about bronze?", "answered"),
        (BELLS, "What is said about bronze?", "answered"),
        (OARS, "Что говорится в Протоколе о ясене?", "answered"),
    ],
)
def test_what_a_treaty_of_another_kind_says_is_not_sure(
    holding: Holding, text: str, question: str, status: str
) -> None:
    engine = holding(Input("held.md", text.encode()), reading=True, readers=readers_of(FlatReader(), "multilingual"))
    assert engine.ask(question).status == status


def test_one_word_of_a_title_does_not_make_another_treaty_of_the_convention(known: Engine) -> None:
    answer = known.ask("What does article 2 of the Convention say about oil at sea?")
    assert {citation.document for citation in answer.citations} == {"A/RES/55/25, annex I:en:official"}


def test_an_article_that_the_treaty_does_not_have_is_not_looked_for_in_another(engine: Engine) -> None:
    answer = engine.ask("What does article 2 of the lantern convention say?")
    missing = engine.ask("What does article 7 of the bell convention say?")
    assert answer.statements
    assert missing.status == "not_found"
    assert "Convention on Bells at Sea has no article 7" in missing.reason


def test_all_treaties_that_may_be_meant_are_told_to_lack_a_paragraph(engine: Engine) -> None:
    missing = engine.ask("What does paragraph 9 of article 2 say?")
    assert missing.status == "not_found"
    assert "Convention on Bells at Sea or Convention on the Care of Harbour Lanterns" in missing.reason


def test_a_paragraph_that_an_article_does_not_have_is_told_and_the_article_is_not_quoted_for_it(engine: Engine) -> None:
    lacking = engine.ask("What does paragraph 3 of article 2 of the lantern convention say?")
    assert (lacking.status, lacking.statements) == ("not_found", ())
    assert (
        "The text of Convention on the Care of Harbour Lanterns in the library has no art. 2, para. 3" in lacking.reason
    )
    held = engine.ask("What does paragraph 2 of article 2 say?")  # of the two treaties one has it
    assert said(held) == "The oil shall be renewed every spring."


def test_paragraphs_without_numbers_are_counted(holding: Holding) -> None:
    text = LANTERNS.replace("1. Each Party", "Each Party").replace("2. The oil", "The oil")
    engine = holding(text, reading=True)
    assert said(engine.ask("What does article 2, paragraph 2 say?")) == "The oil shall be renewed every spring."
    assert engine.ask("What does article 2, paragraph 3 say?").status == "not_found"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "What does article 2, paragraph 1 of the lantern convention say?",
            "Each Party shall keep oil for forty nights.",
        ),
        (
            "What does article 5, subparagraph (b) of the lantern convention say?",
            "Each keeper shall: (b) Trim the wick.",
        ),
        ("article 5 (a) of the lantern convention", "Each keeper shall: (a) Fill the lamp;"),
        ("art. 5 a) lanterns convention", "Each keeper shall: (a) Fill the lamp;"),
        ("article 5 (c) of the lantern convention", ""),
    ],
)
def test_a_named_part_of_an_article_is_quoted_alone_and_as_one(holding: Holding, question: str, told: str) -> None:
    more = "\n### Article 5. Keepers\n\nEach keeper shall:\n\n(a) Fill the lamp;\n\n(b) Trim the wick.\n"
    answer = holding(LANTERNS + more, BELLS, reading=True).ask(question)
    assert said(answer).replace("shall: Fill", "shall: (a) Fill").replace("shall: Trim", "shall: (b) Trim") == told


@pytest.mark.parametrize(
    "question", ["op 2 (a) of L.2", "What does paragraph 2 (a) of L.2 say?", "OP2 (a) of E/C.99/2031/L.2"]
)
def test_a_draft_is_known_by_the_end_of_its_symbol_and_its_operative_paragraphs_as_delegates_write_them(
    engine: Engine, question: str
) -> None:
    answer = engine.ask(question)
    assert "To count the lanterns" in said(answer)
    assert {citation.document.partition(":")[0] for citation in answer.citations} == {"E/C.99/2031/L.2"}


PREAMBLED = """# Lanterns at night: draft resolution

E/C.99/2031/L.3

The Committee on Lanterns,

Recalling that harbours are dark,

Noting that oil is dear,

Welcoming the new glass,

1. Thanks the keepers;

2. Invites them to stay;

3. Decides to meet in spring.
"""


@pytest.mark.parametrize(
    "question",
    [
        "What does the third preambular paragraph of E/C.99/2031/L.3 say?",
        "preambular paragraph 3 of L.3",
        "Quel est le texte du troisième alinéa du préambule de E/C.99/2031/L.3 ?",
        "párrafo 3 del preámbulo de E/C.99/2031/L.3",
        "Что говорится в третьем пункте преамбулы E/C.99/2031/L.3?",
        "ماذا تقول الفقرة الثالثة من ديباجة E/C.99/2031/L.3؟",
        "E/C.99/2031/L.3序言部分第三段说什么？",
    ],
)
def test_a_paragraph_of_a_preamble_is_not_taken_for_the_operative_one_of_its_number(
    holding: Holding, question: str
) -> None:
    engine = holding(PREAMBLED, reading=True)
    answer = engine.ask(question)
    assert (answer.status, said(answer)) == ("answered", "Welcoming the new glass,")
    assert "third preambular para." in answer.citations[0].locator
    assert engine.ask("paragraph 3 of L.3").citations[0].quote == "Decides to meet in spring."
    assert "no preamble, para. 4" in engine.ask("fourth preambular paragraph of L.3").reason
    beyond = engine.ask("Does paragraph 3 of L.3 go beyond the preamble?")
    assert beyond.citations[0].quote == "Decides to meet in spring."


@pytest.mark.parametrize(
    "question",
    [
        "What changed between E/C.99/2031/4 and its Rev.1?",
        "What does a cask of oil cost, E/C.99/2031/4 compared with E/C.99/2031/4/Rev.1?",
    ],
)
def test_what_changed_between_two_versions_is_never_told_for_sure_from_the_later_one(
    engine: Engine, question: str
) -> None:
    answer = engine.ask(question)
    assert answer.status != "answered"
    assert "compare E/C.99/2031/4 and E/C.99/2031/4/Rev.1" in " ".join(answer.notes)


def test_words_that_only_name_two_texts_do_not_answer_what_is_asked_of_both(holding: Holding) -> None:
    first, second = b"# Casks\n\nA/88/317\n\n1. See A/88/317 and A/88/318.\n", b"# Oil\n\nA/88/318\n\n1. Oil is sold.\n"
    engine = holding(Input("casks.md", first), Input("oil.md", second), reading=True)
    answer = engine.ask("Compare A/88/317 and A/88/318.")
    assert answer.status == "tentative"
    assert "compare A/88/317 and A/88/318" in " ".join(answer.notes)
    assert engine.ask("Is oil sold?").status == "answered"


def test_a_question_that_names_no_versions_is_answered_from_the_later_one(engine: Engine) -> None:
    answer = engine.ask("What does a cask of oil cost?")
    assert (answer.status, "55 crowns" in said(answer)) == ("answered", True)
    assert "compare" not in " ".join(answer.notes)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("article 6, paragraph 1", "Paragraph 1 of article 6 obliges"),
        ("article 11, paragraph 3", "Paragraphs 2 to 4 of article 11"),
    ],
)
def test_a_paragraph_of_a_treaty_is_quoted_from_what_a_digest_says_of_it(
    starter_engine: Engine, place: str, told: str
) -> None:
    answer = starter_engine.ask(f"What does {place} of the Smuggling of Migrants Protocol say?")
    check_citations(answer, starter_engine.library)
    assert answer.status == "answered"
    (statement,) = answer.statements
    assert statement.text.startswith(told)


def test_a_paragraph_that_a_digest_tells_nothing_of_is_said_not_to_be_there(starter_engine: Engine) -> None:
    answer = starter_engine.ask("What does article 6, paragraph 9 of the Smuggling of Migrants Protocol say?")
    assert answer.status == "not_found"
    assert "art. 6, para. 9" in answer.reason
