"""Records of meetings: who speaks is part of the place, said with what is quoted, and what a speaker said is found."""

from __future__ import annotations

import re

import pytest
from conftest import Holding
from pdfs import Sheet

from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import units_of
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.embedding import HashEmbedder
from ingest.chunker import segment
from ingest.document_reading import Input, read_document
from ingest.speakers import speeches_of

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
    return read_document(Input(name, text.encode()), Catalogue.packaged())[0]


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


SUMMARY = """A/C.9/88/SR.4

Third Committee

Summary record of the 4th meeting

{office}: {a} (Panama)

1. {a} (Panama), 7 8 9, {said} x y z. 10 11 x.

2. {they} 12 13 x y.

3. {b} (Senegal) {said} 14 x y.

4. {they} {said} 15 x y.

5. {c} (Denmark) {said} 16 x y.

6. {chair} {said} 17 x y.

7. {they} {said} 18 x y.

8. {d} (Norway) {other} 19 x y.

9. {chair} {said} 20 x y.

12.55 x.
"""


@pytest.mark.parametrize(
    ("office", "chair", "names", "said", "other", "they"),
    [
        ("Chair", "The Chair", ("Ms. Okafor", "Mr. Kasse", "Ms. Holm", "Mr. Lund"), "said that", "asked whether", "She"),
        ("Présidence", "Le Président", ("M. Okafor", "M. Kassé", "Mme Holm", "M. Lund"), "dit que", "demande si", "Il"),
        ("Presidenta", "La Presidenta", ("La Sra. Okafor", "El Sr. Kasse", "La Sra. Holm", "El Sr. Lund"), "dice que", "pregunta si", "Ella"),
        ("Председатель", "Председатель", ("Г-жа Окафор", "Г-н Кассе", "Г-жа Хольм", "Г-н Лунд"), "говорит, что", "спрашивает, когда", "Она"),
        ("主席", "主席", ("奥卡福女士", "卡塞先生", "霍尔姆女士", "伦德先生"), "说，", "问，", "她"),
    ],
)  # fmt: skip
def test_who_speaks_in_a_summary_record_is_learnt_from_how_its_paragraphs_begin(
    office: str, chair: str, names: tuple[str, ...], said: str, other: str, they: str
) -> None:
    told = dict(zip("abcd", names, strict=True))
    text = SUMMARY.format(office=office, chair=chair, said=said, other=other, they=they, **told)
    document = read(text)
    spoken = {each.number: speech for each in document.blocks if (speech := speeches_of(document)[each.ordinal])}
    first, second, third, fourth = names
    assert {number: each.speaker for number, each in spoken.items()} == {
        "1": f"{first} (Panama)", "2": f"{first} (Panama)", "3": f"{second} (Senegal)", "4": f"{second} (Senegal)",
        "5": f"{third} (Denmark)", "6": chair, "7": chair, "8": f"{fourth} (Norway)", "9": chair,
    }  # fmt: skip
    assert [each.locator for each in document.blocks if each.number] == [f"para. {n}" for n in range(1, 10)]


def test_a_paragraph_that_begins_with_the_learnt_words_goes_on_with_the_speaker() -> None:
    names = dict(zip("abcd", ("La Sra. Okafor", "El Sr. Kasse", "La Sra. Holm", "El Sr. Lund"), strict=True))
    text = SUMMARY.format(
        office="Presidenta", chair="La Presidenta", said="dice que", other="dice que", they="", **names
    )
    document = read(text.replace("4.  dice", "4. Dice").replace("7.  dice que 18 x y.", "7. Queda aprobado."))
    spoken = {each.number: speeches_of(document)[each.ordinal] for each in document.blocks if each.number}
    assert (spoken["4"] and spoken["4"].speaker, spoken["7"]) == ("El Sr. Kasse (Senegal)", None)


@pytest.mark.parametrize("decided", ["It was so decided.", "Il en est ainsi décidé.", "就这样决定。"])
def test_what_a_record_tells_between_is_said_by_nobody(decided: str) -> None:
    taken = f"May we take up oil?\n\n{decided}\n\nMay we take up wicks?\n\n{decided}\n\nWe go on."
    found = speakers(read(RECORD.replace("I give the floor to Mr. Brandt.", taken)))
    assert found[" ".join(decided.split()[:3])] == ""
    assert found["May we take"] == found["We go on."] == "The President"
    document = read(
        REPORTED.replace("18 x y.", f"18 x y.\n\n8. {decided}").replace("20 x y.", f"20 x y.\n\n9. {decided}")
    )
    own = [each.ordinal for each in document.blocks if document.body(each) == decided]
    assert [speeches_of(document)[n] for n in own] == [None, None]


TOLD = {
    "en": [
        "The meeting was called to order at 10.10 a.m.",
        "The agenda was adopted.",
        "A recorded vote was taken on draft resolution A/C.9/88/L.4.",
        "In favour: Chad, Denmark, Norway, Peru, Senegal.",
        "Draft resolution A/C.9/88/L.4, as orally revised, was adopted by 93 votes to 2, with 5 abstentions.",
        "The amendment proposed by Norway was rejected by 31 votes to 22.",
        "Mr. Kovač (Croatia), Vice-Chair, took the chair.",
        "At the invitation of the Chair, Ms. Ruiz (Peru) took a place at the table.",
        "The meeting was suspended at 11.30 a.m. and resumed at 11.45 a.m.",
        "It was so decided.",
        "Ms. Ruiz (Peru) was elected Vice-Chair by acclamation.",
    ],
    "fr": [
        "La séance est ouverte à 10 h 10.",
        "L’ordre du jour est adopté.",
        "À la demande du Pérou, il est procédé à un vote enregistré.",
        "Votent pour : Tchad, Danemark, Norvège, Pérou, Sénégal.",
        "Par 93 voix contre 2, avec 5 abstentions, le projet de résolution, dans son ensemble, est adopté.",
        "L’amendement proposé par la Norvège est rejeté.",
        "M. Kovač (Croatie), Vice-Président, prend la présidence.",
        "La séance, suspendue à 11 h 30, est reprise à 11 h 45.",
        "Il en est ainsi décidé.",
    ],
    "es": [
        "Se declara abierta la sesión a las 10.10 horas.",
        "Queda aprobado el programa.",
        "Se procede a votación registrada.",
        "Votos a favor: Chad, Dinamarca, Noruega, Perú, Senegal.",
        "Por 93 votos contra 2 y 5 abstenciones, queda aprobado el proyecto de resolución en su forma oralmente revisada.",
        "Queda rechazada la enmienda propuesta por Noruega.",
        "El Sr. Kovač (Croacia), Vicepresidente, ocupa la Presidencia.",
        "Se suspende la sesión a las 11.30 horas y se reanuda a las 11.45 horas.",
        "Así queda acordado.",
    ],
    "ru": [
        "Заседание открывается в 10 ч. 10 мин.",
        "Повестка дня утверждается.",
        "Проводится заносимое в отчет о заседании голосование.",
        "Голосовали за: Чад, Дания, Норвегия, Перу, Сенегал.",
        "Проект резолюции принимается 93 голосами против 2 при 5 воздержавшихся.",
        "Поправка Норвегии отклоняется.",
        "Г-н Ковач (Хорватия), заместитель Председателя, занимает место Председателя.",
        "Заседание прерывается в 11 ч. 30 мин. и возобновляется в 11 ч. 45 мин.",
        "Решение принимается.",
    ],
    "ar": [
        "افتتحت الجلسة الساعة 10:10.",
        "أُقر جدول الأعمال.",
        "أُجري تصويت مسجل.",
        "المؤيدون: تشاد، الدانمرك، النرويج، بيرو، السنغال.",
        "اعتُمد مشروع القرار بأغلبية 93 صوتا مقابل صوتين وامتناع 5 أعضاء عن التصويت.",
        "رُفض التعديل الذي اقترحته النرويج.",
        "تولى السيد كوفاتش (كرواتيا)، نائب الرئيس، رئاسة الجلسة.",
        "عُلقت الجلسة الساعة 11:30 واستؤنفت الساعة 11:45.",
        "وتقرر ذلك.",
    ],
    "zh": [
        "上午10时10分会议开始。",
        "议程获得通过。",
        "进行了记录表决。",
        "赞成：乍得、丹麦、挪威、秘鲁、塞内加尔。",
        "决议草案以93票对2票、5票弃权获得通过。",
        "挪威提出的修正案被否决。",
        "副主席科瓦奇先生（克罗地亚）主持会议。",
        "会议于上午11时30分暂停，上午11时45分复会。",
        "就这样决定。",
    ],
}
"""What the record itself tells, in the six languages."""

LANGUAGES = {
    "en": ("Ms. Vainio (Finland), Chair, said that {x}", "Mr. Kasse (Senegal) said that {x}", "Ms. Holm (Denmark) said that {x}", "Mr. Lund (Norway), speaking on a point of order, said that {x}", "lamps burn oil.", "Her delegation would send wicks."),
    "fr": ("Mme Vainio (Finlande), Présidente, dit que {x}", "M. Kassé (Sénégal) dit que {x}", "Mme Holm (Danemark) dit que {x}", "M. Lund (Norvège), prenant la parole, dit que {x}", "les lampes brûlent.", "Elle ajoute que le Danemark enverra des mèches."),
    "es": ("La Sra. Vainio (Finlandia), Presidenta, dice que {x}", "El Sr. Kasse (Senegal) dice que {x}", "La Sra. Holm (Dinamarca) dice que {x}", "El Sr. Lund (Noruega), en nombre del Grupo, dice que {x}", "las lámparas arden.", "Su delegación enviará mechas."),
    "ru": ("Г-жа Вайнио (Финляндия), Председатель, говорит, что {x}", "Г-н Кассе (Сенегал) говорит, что {x}", "Г-жа Хольм (Дания) говорит, что {x}", "Г-н Лунд (Норвегия), выступая от имени Группы, говорит, что {x}", "лампы горят.", "Она поддерживает проект, внесенный Норвегией."),
    "ar": ("السيدة فاينيو (فنلندا)، الرئيسة: قالت إن {x}", "السيد كاسي (السنغال): قال إن {x}", "السيدة هولم (الدانمرك): قالت إن {x}", "السيد لوند (النرويج): قال إن {x}", "المصابيح تحترق.", "وأضافت أن بلدها سيرسل فتائل."),
    "zh": ("瓦伊尼奥女士（芬兰），主席，说，{x}", "卡塞先生（塞内加尔）说，{x}", "霍尔姆女士（丹麦）说，{x}", "伦德先生（挪威）代表集团说，{x}", "灯需要油。", "她支持挪威提出的草案。"),
}  # fmt: skip
"""How four speakers of a summary record begin, the presiding officer first; what they say; how the third goes on."""


def summary_record(language: str, told: list[str], numbered: bool) -> tuple[str, list[str | None]]:
    """A summary record in which something of its own follows each speech of the presiding officer, and who says each
    paragraph."""
    *openings, words, more = LANGUAGES[language]
    chair, second, third, fourth = (each.format(x=words) for each in openings)
    paragraphs: list[tuple[str, str | None]] = []
    for n, line in enumerate(told):
        who = (second, third, fourth)[n % 3]
        paragraphs += [(who, who), *([(more, who)] if who == third else []), (chair, chair), (line, None)]
    head = ["A/C.9/88/SR.4", "# 4"]
    text = [f"{n}. {each}" if numbered else each for n, (each, _) in enumerate(paragraphs, 1)]
    return "\n\n".join([*head, *text]), [who for _, who in paragraphs]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_votes_decisions_and_times_that_a_summary_record_tells_are_said_by_nobody(
    language: str, numbered: bool
) -> None:
    text, who = summary_record(language, TOLD[language], numbered)
    document = read(text, "record.md")
    said = [speeches_of(document)[each.ordinal] for each in document.blocks if each.kind != "heading"][-len(who) :]
    states = [each and each.speaker for each in said]
    expected = [each and re.sub(r"\s*[(（]([^()（）]+)[)）].*", r" (\1)", each) for each in who]
    assert states == expected


VERBATIM = {
    "en": ("The President:", "Mr. Kasse (Senegal) (spoke in French):", "Ms. Holm (Denmark):", "We thank you for the lamps.", "Lamps burn oil at night."),
    "fr": ("La Présidente (parle en anglais) :", "M. Kassé (Sénégal) :", "Mme Holm (Danemark) (parle en anglais) :", "Nous vous remercions des lampes.", "Les lampes brûlent la nuit."),
    "es": ("La Presidenta (habla en inglés):", "Sr. Kasse (Senegal) (habla en francés):", "Sra. Holm (Dinamarca):", "Damos las gracias por nuestras lámparas.", "Las lámparas arden de noche."),
    "ru": ("Председатель (говорит по-английски):", "Г-н Кассе (Сенегал) (говорит по-французски):", "Г-жа Хольм (Дания):", "Мы благодарим за лампы.", "Лампы горят ночью."),
    "ar": ("الرئيس (تكلم بالإنكليزية):", "السيد كاسي (السنغال) (تكلم بالفرنسية):", "السيدة هولم (الدانمرك) (تكلمت بالإنكليزية):", "نشكركم على مصابيحنا.", "تحترق المصابيح ليلا."),
    "zh": ("主席（以英语发言）：", "卡塞先生（塞内加尔）（以法语发言）：", "霍尔姆女士（丹麦）（以英语发言）：", "我们感谢各位。", "灯在夜间需要油。"),
}  # fmt: skip
"""How the presiding officer and two others begin in a verbatim record, and what they say."""


@pytest.mark.parametrize("language", VERBATIM)
def test_votes_decisions_and_times_that_a_verbatim_record_tells_are_said_by_nobody(language: str) -> None:
    chair, second, third, words, more = VERBATIM[language]
    paragraphs = [(f"{chair} {words}", "chair"), (f"{second} {words}", "second"), (more, "second"), (words, "second")]
    for line in TOLD[language]:
        paragraphs += [
            (f"{chair} {words}", "chair"),
            (line, ""),
            (f"{third} {words}", "third"),
            (more, "third"),
            (words, "third"),
        ]
    document = read("\n\n".join(["# 4", *(text for text, _ in paragraphs)]), "record.md")
    said = [speeches_of(document)[each.ordinal] for each in document.blocks if each.kind != "heading"]
    assert [bool(each) for each in said] == [bool(who) for _, who in paragraphs]
    assert len({each.speaker for each in said if each}) == 3


GOING_ON = {
    "en": ["Denmark condemns the attack on the harbour.", "Lamps need oil."],
    "fr": ["L’oratrice dit que l’huile manque.", "Le Danemark appuie le projet de résolution."],
    "es": ["Añade que el aceite falta.", "Pedimos aceite para las lámparas.", "La oradora dice que falta el aceite."],
    "ru": ["Поддерживаем проект резолюции.", "Оратор говорит, что масла не хватает.", "Просим масла."],
    "ar": ["وأضاف أن الزيت ينقص.", "ونؤيد مشروع القرار المتعلق بالمصابيح."],
    "zh": ["丹麦支持决议草案，将投赞成票。", "丹麦说，灯需要油。"],
}
"""Paragraphs in which a delegate goes on without a pronoun, in the six languages."""


@pytest.mark.parametrize("language", GOING_ON)
def test_the_last_paragraphs_of_a_delegate_are_said_by_the_delegate_without_a_pronoun_too(language: str) -> None:
    chair, second, third, words, _ = VERBATIM[language]
    starts = [f"{each} {words}" for each in (chair, second, chair, third)]
    verbatim = read("\n\n".join(["# 4", *starts, *GOING_ON[language], starts[0]]), "record.md")
    *openings, words, _ = LANGUAGES[language]
    starts = [openings[n].format(x=words) for n in (0, 1, 0, 3, 0, 2)]
    reported = read("\n\n".join(["A/C.9/88/SR.4", "# 4", *starts, *GOING_ON[language], starts[0]]), "record.md")
    for document in (verbatim, reported):
        said = {document.block_text(each): speeches_of(document)[each.ordinal] for each in document.blocks}
        own = {
            speech and re.sub(r".*[(（]|[)）]", "", speech.speaker)
            for text, speech in said.items()
            if text in GOING_ON[language]
        }
        assert own == {re.sub(r".*?[(（]([^()（）]+)[)）].*", r"\1", third)}


def test_nobody_speaks_in_a_summary_record_where_it_is_not_sure_who_does() -> None:
    text = """A/C.9/88/SR.4

# 4

Chair: Ms. Vainio (Finland)

1. The Chair (Finland) invited the Committee to vote on lamps.

2. The Secretary of the Committee said that the lamps cost nothing.

3. Mr. Kasse (Senegal), introducing draft resolution A/C.9/88/L.4, said that lamps burned oil.

4. The oil came from the harbour. More of it was needed.

5. Mr. Kovač (Croatia), Vice-Chair, took the chair.

6. Ms. Holm (Denmark) said that her delegation had voted in favour.

7. The Chair announced that Chad had become a sponsor.

8. Mr. Lund (Norway) said that the wicks were of cotton.

9. Mr. Kasse thanked delegations.

10. Ms. Ruiz (Peru) and Mr. Sow (Chad) were elected Vice-Chairs.

11. The Chair of the working group on wicks said that it would meet.

12. Mr. Bend (Mali) asked for glass. None was left.

13. Ms. Sow (Chad) said that it was late.

Votes were counted again.
"""
    document = read(text, "record.md")
    said = [speeches_of(document)[each.ordinal] for each in document.blocks if each.number]
    kasse = "Mr. Kasse (Senegal)"
    assert [each and each.speaker for each in said] == [
        "The Chair (Finland)", None, kasse, kasse, None, "Ms. Holm (Denmark)", "The Chair", "Mr. Lund (Norway)", kasse, None, None,
        "Mr. Bend (Mali)", "Ms. Sow (Chad)",
    ]  # fmt: skip
    assert speeches_of(document)[-1] is None, "paragraphs of speakers have numbers"


def test_who_says_is_not_taken_from_the_lists_of_a_vote() -> None:
    votes = "A recorded vote was taken.\n\nIn favour: Chad, Denmark, Peru.\n\nAgainst: Norway.\n\nAbstaining: Mali."
    opening = "The President: We vote.\n\nOur vote is on the lamps of the harbour."
    sponsors = "Ms. Luz (Secretariat): These became sponsors: Albania, Chad, Denmark, Mali, Norway, Peru, Senegal."
    told = "\n\n".join([opening, votes, sponsors, opening.replace("vote", "go on"), votes])
    found = speakers(read(RECORD.replace("Mr. Brandt: The", f"{told}\n\nMr. Brandt: The")))
    assert not any(
        found[each] for each in ("In favour: Chad,", "Against: Norway.", "Abstaining: Mali.", "A recorded vote")
    )
    assert found["Our vote is"] == found["Our go on"] == "The President", "not all before a vote is told"
    assert found["Ms. Luz (Secretariat):"] == "Ms. Luz (Secretariat)"


def test_a_report_that_names_who_was_elected_is_no_record() -> None:
    elected = ["Ms. Okafor (Nigeria)", "Mr. Kasse (Senegal)", "Ms. Holm (Denmark)"]
    lines = [f"{n}. {who} was elected." for n, who in enumerate(elected, 1)]
    more = ["4. The Committee was informed of it.", "5. The Committee was told of lamps.", "6. It heard that."]
    document = read("\n\n".join(["# Report", *lines, *more]))
    assert not any(speeches_of(document))


REPORTED = SUMMARY.format(
    office="Chair", chair="The Chair", a="Ms. Okafor", b="Mr. Kasse", c="Ms. Holm", d="Mr. Lund", said="said that",
    other="asked whether", they="She",
).replace("14 x y", "his country would send nine lamps. Cotton wicks cost less")  # fmt: skip


def test_what_a_summary_record_reports_is_led_by_who_said_it() -> None:
    document = read(REPORTED)
    units = [unit for passage in segment(document, HashEmbedder()) for unit in units_of(Evidence(passage, document))]
    said = {unit.own: unit.text for unit in units}
    own = "Cotton wicks cost less."
    assert said[own] == f"Mr. Kasse (Senegal) said that {own}"


def test_every_paragraph_of_what_a_state_proposed_is_quoted_with_who_said_it(holding: Holding) -> None:
    text = REPORTED.replace("The Chair", "Ms. Okafor (Panama), Chair,")
    text = text.replace(
        "4. She said that 15 x y.",
        "4. His delegation would also pay for oil.\n\n5. Ms. Okafor (Panama), Chair, said that 15 x y.\n\n"
        "6. The lamps were voted on, and Senegal's proposal was rejected.",
    )
    answer = holding(Input("record.txt", text.encode()), reading=True).ask("What did Senegal propose?")
    assert [each.text for each in answer.statements] == [
        "Mr. Kasse (Senegal) said that his country would send nine lamps. Cotton wicks cost less.",
        "Mr. Kasse (Senegal) said that His delegation would also pay for oil.",
    ]


def test_what_a_state_said_is_found_in_a_summary_record(holding: Holding) -> None:
    answer = holding(Input("record.txt", REPORTED.encode()), reading=True).ask("What did Senegal say?")
    assert answer.status == "answered"
    assert [cite.locator for each in answer.statements[:1] for cite in each.citations] == ["A/C.9/88/SR.4, para. 3"]


def test_who_presided_and_when_the_meeting_rose_are_found(holding: Holding) -> None:
    engine = holding(
        Input("record.txt", REPORTED.replace("12.55 x", "The meeting rose at 12.55 p.m").encode()), reading=True
    )
    presided, rose = engine.ask("Who presided over the meeting?"), engine.ask("When did the meeting rise?")
    assert presided.statements[0].text == "Chair: Ms. Okafor (Panama)"
    assert rose.statements[0].text == "The meeting rose at 12.55 p.m."


def test_the_lists_and_the_lines_in_italics_of_a_printed_record_are_its_own_statements() -> None:
    sheet = Sheet()
    sheet.text(60, 60, "United Nations", 14)
    sheet.text(430, 60, "S/PV.9912", 18, "b")
    sheet.text(60, 100, "Security Council", 24, "b")
    sheet.text(60, 150, "9912th meeting", 10, "b")
    sheet.text(60, 162, "Tuesday, 14 October 2025, 10 a.m.")
    for n, (name, state) in enumerate(
        [("President: Ms. Arno", "(Panama)"), ("Members: Chad", "Mr. Bend"), ("Peru", "Ms. Luz")]
    ):
        end = sheet.text(60, 200 + 12 * n, f"{name} ")
        sheet.text(end, 200 + 12 * n, ". " * 60)
        sheet.text(end + 320, 200 + 12 * n, state)
    sheet.next()
    said = [
        "The President: I give the floor to Chad.",
        "Mr. Bend (Chad) (spoke in French): Lamps burn.",
        "Ms. Luz (Peru): Oil burns.",
    ]
    sheet.text(78, 80, "The meeting was called to order at 10.05 a.m.", 10, "i")
    for n, words in enumerate([*said, "The President: I thank Peru."]):
        sheet.text(78, 110 + 30 * n, words)
    sheet.text(78, 240, "The meeting rose at 11.55 a.m.", 10, "i")
    document = read_document(Input("record.pdf", sheet.bytes()), Catalogue.packaged())[0]
    own = {document.block_text(each) for each in document.blocks if each.kind == "paragraph"}
    assert {"President: Ms. Arno (Panama)", "Members: Chad Mr. Bend", "Peru Ms. Luz"} <= own
    assert {"The meeting was called to order at 10.05 a.m.", "The meeting rose at 11.55 a.m."} <= own


@pytest.mark.parametrize("mark", ["", "**"])
def test_a_record_is_called_by_its_body_and_meeting_however_these_are_set(mark: str) -> None:
    text = REPORTED.replace("Third Committee", f"{mark}Third Committee{mark}")
    text = text.replace("Summary record of the 4th meeting", f"{mark}Summary record of the 4th meeting{mark}")
    assert read(text, "record.md").title == "Third Committee, Summary record of the 4th meeting"


def test_who_represented_a_state_is_found_in_the_list_of_members(holding: Holding) -> None:
    dots = " .................... "
    members = f"Members:  Chad{dots}Mr. Bend\n          Peru{dots}Ms. Luz\n\nAgenda\n\nThe situation in Peru\n\nThe meeting was"
    engine = holding(Input("record.txt", RECORD.replace("The meeting was", members, 1).encode()), reading=True)
    answer = engine.ask("Who represented Peru at the meeting?")
    assert answer.statements[0].text == "Peru Ms. Luz"
