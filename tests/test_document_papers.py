"""Papers about one document: drafts told as drafts, what is new since the text before, what was split, what a search finds beside others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from conftest import Holding, markdown, section
from typer.testing import CliRunner

from assistant.answer_phrases import say
from assistant.cli import app
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Request
from assistant.reports.comparison.provenance import find_origins, resolve_place
from assistant.reports.comparison.text_diff import VersionComparison, compare_texts
from assistant.reports.comparison.topic_comparison import compare_topic
from assistant.reports.lookup import find_document
from corpus.documents import LANGUAGES
from ingest.pipeline import Input

HEAD = "---\nsymbol: {symbol}\ntitle: {title}\nlanguage: en\ndate: {date}\n---\n"
SEEN = "Noting that ferries cross the wide strait in every season"
FOG = "Concerned that fog bells along the strait fall silent in long winters"
CARE = "Stresses that the keepers of fog bells climb the cliffs of the strait in any weather and are paid by the towns below"
COUNT = "encourages towns to count the ferries that cross the strait in each month of the year and to tell the council of them"
REPORT = "Requests pilots to report on fog bells at the eighty-first session"


def resolution(number: str, date: str, preamble: Sequence[str], *body: str) -> str:
    """A resolution of a series on ferries."""
    head = HEAD.format(symbol=f"A/RES/{number}", title=f"{number}. Ferries", date=date)
    opening = "\n\n".join([f"# {number}. Ferries", "The General Assembly,", *(f"{each}," for each in preamble)])
    return f"{head}{_sessions[number[:2]]} session\n\n{opening}\n\n{numbered(*body)}"


_sessions = {"90": "Ninetieth", "91": "Ninety-first"}


def numbered(*body: str) -> str:
    return "\n\n".join(f"{n}. {each};" for n, each in enumerate(body, 1)) + "\n"


def draft(*body: str, date: str = "2036-10-20", symbol: str = "A/C.2/91/L.7") -> str:
    """A draft in the same series, its masthead and those who submit it as a file without marks has them."""
    lines = ("United Nations " + symbol, "General Assembly", "Ninety-first session Second Committee Agenda item 12 Ferries",
             "Ruritania and Zenda: draft resolution", "# Ferries", "The General Assembly,", f"{SEEN},")  # fmt: skip
    return HEAD.format(symbol=symbol, title="Ferries", date=date) + "\n\n".join(lines) + f"\n\n{numbered(*body)}"


def report(symbol: str, date: str, *body: str, title: str = "Fog bells of the strait") -> str:
    return HEAD.format(symbol=symbol, title=title, date=date) + f"# {title}\n\n{numbered(*body)}"


ADVICE = "What the documents recommend on fog bells of the strait, and the guidance that they offer, is that bells be rung by hand"


@pytest.mark.parametrize(("date", "told"), [("2034-05-01", True), ("2035-05-01", True), ("2036-05-01", False)])
def test_what_is_later_than_a_document_is_no_past_guidance_for_it(holding: Holding, date: str, told: bool) -> None:
    own = report("A/90/7", "2035-05-01", "Fog bells of the strait are rung by nobody", "Keepers are few")
    engine = holding(own, report("A/90/9", date, ADVICE, title="Advice on bells"), reading=True)
    made = make_briefing(engine, Request("document", "A/90/7"))
    said = [each.text for each in made.statements if each.citations[-1].symbol == "A/90/9"]
    assert any("by hand" in each for each in said) is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_called_one_wherever_it_is_named(holding: Holding, language: str) -> None:
    bells = "Fog bells of the strait are rung by hand in long winters"
    drafted_bells = "Asks that the strait have new keepers who ring the fog bells and light lamps"
    engine = holding(draft(drafted_bells), resolution("90/7", "2035-12-01", [SEEN], bells), reading=True)
    library = engine.library
    drafted = say("status_draft", language)
    made = make_briefing(engine, Request("question", "Who rings the fog bells of the strait?", language="en"))
    told = markdown(made, library, language)
    texts = [find_document(library, each) for each in ("A/RES/90/7", "A/C.2/91/L.7")]
    topic = markdown(compare_topic(engine, "fog bells of the strait"), library, language)
    for paper in (told, topic, markdown(VersionComparison((compare_texts(library, *texts),)), library, language)):
        assert f"A/C.2/91/L.7 ({drafted})" in paper
        assert f"A/C.2/91/L.7{'، ' if language == 'ar' else '，' if language == 'zh' else ', '}{drafted}" in paper


def test_of_two_texts_that_say_one_thing_the_adopted_one_stands_before_a_later_draft(holding: Holding) -> None:
    bells = "Fog bells of the strait are rung by hand in long winters"
    engine = holding(draft(bells), resolution("90/7", "2035-12-01", [SEEN], bells), reading=True)
    made = make_briefing(engine, Request("question", "Who rings the fog bells of the strait?"))
    assert next(each.citations[-1].symbol for each in section(made, "points").statements) == "A/RES/90/7"
    assert [side.label for side in compare_topic(engine, "fog bells of the strait").sides] == [
        "A/RES/90/7",
        "A/C.2/91/L.7",
    ]


def test_drafts_and_texts_in_other_languages_crowd_out_no_adopted_text(holding: Holding) -> None:
    asked = "Who rings the fog bells of the strait?"
    loud = [f"Who rings the fog bells of the strait, the keepers or town {n}" for n in range(40)]
    quiet = "Keepers ring the fog bells on the cliffs of the strait"
    engine = holding(draft(*loud), resolution("90/7", "2035-12-01", [SEEN], quiet), reading=True)
    assert quiet in " ".join(each.text for each in make_briefing(engine, Request("question", asked)).statements)


def test_a_draft_has_a_status_and_sponsors_and_no_adoption(holding: Holding) -> None:
    made = section(make_briefing(holding(draft(REPORT)), Request("document", "A/C.2/91/L.7")), "adoption")
    assert (made.heading, made.remarks) == (say("section_draft", "en"), (say("draft_text", "en"),))
    assert [each.text for each in made.statements] == ["Ruritania and Zenda: draft resolution"]


def test_masthead_and_sponsors_of_a_draft_are_no_paragraphs_of_it(holding: Holding) -> None:
    library = holding(draft(REPORT), resolution("90/7", "2035-12-01", [SEEN], REPORT)).library
    found = compare_texts(library, *(find_document(library, each) for each in ("A/RES/90/7", "A/C.2/91/L.7")))
    assert found.changes == ()


def test_what_is_new_since_the_text_before_tells_preamble_and_moved_and_deleted_paragraphs(holding: Holding) -> None:
    older = resolution("90/7", "2035-12-01", [SEEN], REPORT, CARE, "Invites towns to light lamps")
    newer = resolution("91/8", "2036-12-01", [FOG, SEEN], CARE, REPORT)
    changes = section(make_briefing(holding(older, newer), Request("document", "A/RES/91/8")), "changes")
    rows = [[cell.to_text().rpartition(", ")[2] for cell in row[:2]] + [row[2].text] for row in changes.tables[0].rows]
    assert ["para. 2", "para. 1", "moved"] in rows
    assert ["", "para. 3", "deleted"] in rows
    assert ["first preambular para.", "", "new"] in rows
    assert changes.remarks == (say("changes_note", "en"),)


def test_a_briefing_of_a_revision_does_not_say_that_what_it_revises_has_a_revision(holding: Holding) -> None:
    engine = holding(draft(REPORT, CARE), draft(REPORT, symbol="A/C.2/91/L.7/Rev.1"))
    changes = section(make_briefing(engine, Request("document", "A/C.2/91/L.7/Rev.1")), "changes")
    assert changes.heading == "New since A/C.2/91/L.7"
    assert changes.remarks == (say("changes_note", "en"),)


def test_an_arabic_comparison_has_titles_without_numbers_and_arrows_that_point_to_the_new_number(
    holding: Holding,
) -> None:
    head = (
        "الأمم المتحدة\n\n{0}\n\nالجمعية العامة\n\nDistr.: General\n\n20 December {1}\n\nArabic\n\n**الدورة {2}**\n\n"
        "# قرار اتخذته الجمعية العامة في 18 كانون الأول/ديسمبر {1}\n\n## {3} - السفن في الخليج\n\nإن الجمعية العامة،\n\n"
    )
    one = "1 - تطلب إلى الأمين العام أن يعد تقريرا عن السفن في الخليج؛\n\n2 - تحث الدول على بناء الموانئ في الشمال."
    two = one.replace("2 - ", "3 - ").replace("1 - ", "2 - ").replace("الشمال", "الجنوب")
    new = "1 - ترحب بالبحارة الذين عادوا من البحار البعيدة؛\n\n"
    engine = holding(
        head.format("A/RES/90/7", 2035, "التسعون", "90/7") + one,
        head.format("A/RES/91/8", 2036, "الحادية والتسعون", "91/8") + new + two,
    )
    documents = [find_document(engine.library, each) for each in ("A/RES/90/7", "A/RES/91/8")]
    found = compare_texts(engine.library, *documents)
    assert "title" not in found.about
    told = markdown(VersionComparison((found,)), engine.library, "ar")
    assert "2 ← 3" in told
    assert "2 → 3" not in told


def test_what_is_new_in_a_revised_draft_is_told_against_the_draft_that_it_revises(holding: Holding) -> None:
    older, newer = draft(REPORT), draft(REPORT, CARE, date="2036-11-05", symbol="A/C.2/91/L.7/Rev.1")
    engine = holding(older, newer, resolution("90/7", "2035-12-01", [SEEN], CARE))
    changes = section(make_briefing(engine, Request("document", "A/C.2/91/L.7/Rev.1")), "changes")
    rows = [[cell.to_text().rpartition(", ")[2] for cell in row[:2]] + [row[2].text] for row in changes.tables[0].rows]
    assert ["para. 2", "", "new"] in rows
    assert "A/C.2/91/L.7" in changes.heading


def test_signs_alone_are_no_new_words(holding: Holding) -> None:
    older = resolution("90/7", "2035-12-01", [SEEN], "Urges towns as before to ring bells", REPORT)
    newer = resolution("91/8", "2036-12-01", [SEEN], "Urges towns, as before, to ring bells", REPORT)
    changes = section(make_briefing(holding(older, newer), Request("document", "A/RES/91/8")), "changes")
    assert [[cell.to_text() for cell in row[2:]] for row in changes.tables[0].rows] == [["punctuation", "", ""]]


@pytest.mark.parametrize("merged", [False, True])
def test_of_a_paragraph_that_was_split_or_merged_both_halves_are_told(holding: Holding, merged: bool) -> None:
    one = [f"{CARE}, {COUNT}", REPORT]
    two = [f"{CARE}, and thanks them for it", f"Also {COUNT}", REPORT]
    library = holding(*(resolution(number, date, [SEEN], *body) for number, date, body in zip(
        ("90/7", "91/8"), ("2035-12-01", "2036-12-01"), (two, one) if merged else (one, two), strict=True)
    )).library  # fmt: skip
    older, newer = (find_document(library, each) for each in ("A/RES/90/7", "A/RES/91/8"))
    numbers = [
        each for each in compare_texts(library, older, newer).to_json()["numbers"] if each["part"] == "operative"
    ]
    told = {(each["before"], each["after"]) for each in numbers if each["kind"] == ("merged" if merged else "split")}
    halves = {("1", "1"), ("2", "1")} if merged else {("1", "1"), ("1", "2")}
    assert told == halves


def test_the_halves_of_a_split_paragraph_are_called_so(holding: Holding) -> None:
    older = resolution("90/7", "2035-12-01", [SEEN], f"{CARE}, {COUNT}", REPORT)
    newer = resolution("91/8", "2036-12-01", [SEEN], f"{CARE}, and thanks them for it", COUNT.capitalize(), REPORT)
    changes = section(make_briefing(holding(older, newer), Request("document", "A/RES/91/8")), "changes")
    told = {
        row[0].to_text().rpartition(", ")[2]: [cell.to_text() for cell in row[2:]] for row in changes.tables[0].rows
    }
    assert told == {"para. 1": ["split", ", and thanks them for it", ""], "para. 2": ["split", "", ""]}


def test_the_half_of_a_split_paragraph_comes_from_the_whole_one(holding: Holding) -> None:
    library = holding(
        resolution("90/7", "2035-12-01", [SEEN], f"{CARE}, {COUNT}", REPORT),
        resolution("91/8", "2036-12-01", [SEEN], f"{CARE}, and thanks them, their children and all who came before them for what they "
                   "did for boats in danger near the rocks below the old tower, which fell long ago", f"Also {COUNT}", REPORT),
    ).library  # fmt: skip
    newer = find_document(library, "A/RES/91/8")
    for place in ("1", "2"):
        (one,) = find_origins(library, newer, resolve_place(newer, place)).paragraphs
        assert [each.citation.locator for each in one.earlier] == ["A/RES/90/7, para. 1"]


def test_no_paragraph_comes_from_an_entry_of_a_list_that_it_only_names(holding: Holding) -> None:
    named_text = "The Convention of Arla on the ringing of fog bells and the lighting of lamps along straits, capes and narrow channels"
    listed = f"{HEAD.format(symbol='A/90/9', title='Mandates', date='2035-01-01')}# Mandates\n\nConventions and protocols\n\n{named_text}\n"
    asks = f"Urges all towns to join {named_text[0].lower()}{named_text[1:]}, to tell the council of what they do for it, and to send to the next session the names of"
    newer = resolution("91/8", "2036-12-01", [SEEN], f"{asks} the keepers who climb the cliffs in winter", REPORT)
    library = holding(listed, newer).library
    document = find_document(library, "A/RES/91/8")
    (one,) = find_origins(library, document, resolve_place(document, "1")).paragraphs
    assert one.kind == "new"


@pytest.mark.parametrize("asked", [["--due-before", "soon"], ["--out", "made.odd"]])
def test_a_day_or_a_form_that_there_is_not_is_wrong_usage_and_no_documents_are_offered_for_it(asked: list[str]) -> None:
    done = CliRunner().invoke(app, ["mandates", *asked])
    assert done.exit_code == 2
    assert "To add documents" not in done.output


def test_of_two_texts_in_different_languages_that_is_told_and_not_how_little_they_have_in_common(
    holding: Holding,
) -> None:
    french = "---\nsymbol: A/90/9\ntitle: Cloches\nlanguage: fr\n---\n# Cloches\n\n1. Les cloches du détroit se taisent en hiver;\n"
    library = holding(resolution("90/7", "2035-12-01", [SEEN], REPORT), french).library
    found = compare_texts(library, *(find_document(library, each) for each in ("A/RES/90/7", "A/90/9")))
    told = markdown(VersionComparison((found,)), library, "en")
    assert "A/RES/90/7 is in English, A/90/9 in French." in told
    assert "in common" not in told


def test_a_paper_on_a_document_has_its_symbol_and_date_at_its_head_and_tells_that_a_revision_takes_its_place(
    holding: Holding,
) -> None:
    engine = holding(report("A/90/7", "2035-05-01", REPORT), report("A/90/7/Rev.1", "2035-06-01", REPORT))
    head = ("A/90/7/Rev.1", "1 June 2035")
    told = say("superseded_taken", "en", symbol="A/90/7", current="A/90/7/Rev.1")
    assert make_briefing(engine, Request("document", "A/90/7")).masthead == (*head, told)
    assert make_briefing(engine, Request("document", "A/90/7/Rev.1")).masthead == head


def test_sections_are_those_of_numbered_paragraphs_where_most_have_a_number(holding: Holding) -> None:
    front = "## Contents\n\nA list of all that follows, without any number in front of it.\n\n## Signs\n\nFB stands for fog bells here.\n\n"
    bells, keepers = (
        "## Bells\n\n" + numbered(ADVICE, CARE),
        "## Keepers\n\n" + "\n\n".join((f"3. {COUNT};", f"4. {REPORT};")),
    )
    engine = holding(
        HEAD.format(symbol="A/90/7", title="Fog bells", date="2035-05-01")
        + f"# Fog bells\n\n{front}{bells}\n{keepers}\n"
    )
    assert [part.heading for part in section(make_briefing(engine, Request("document", "A/90/7")), "points").parts] == [
        "Bells",
        "Keepers",
    ]


def test_a_paper_on_a_document_says_that_it_is_unverified_and_names_the_places_of_a_section_left_out(
    holding: Holding,
) -> None:
    about = "1. The present report was prepared pursuant to resolution 90/7 and covers the period since 2034."
    bells = "2. The fog bells of the strait rang on 212 nights of the year, more than in any year before."
    keepers = "3. Towns below the cliffs pay the keepers of the bells out of the harbour dues of the winter."
    ferries = "4. Ferries across the strait carried 3,212,000 passengers in 2034, a third more than in the year before."
    sections = f"## Introduction\n\n{about}\n\n## Bells\n\n{bells}\n\n{keepers}\n\n## Ferries\n\n{ferries}\n"
    text = HEAD.format(symbol="A/90/7", title="Fog bells", date="2035-05-01") + f"# Fog bells\n\n{sections}"
    engine = holding(Input("a.md", text.encode(), origin="a.md"), reading=True)
    made = make_briefing(engine, Request("document", "A/90/7"))
    body = markdown(made, engine.library, "en").partition("[^1]:")[0]
    paragraphs = [line for line in body.splitlines() if line.startswith('<a id="p-')]
    assert len(paragraphs) > 2
    assert all("(unverified copy)" in line for line in paragraphs)
    assert "“Introduction”: not selected for the key points; see para. 1." in made.unsourced
    assert 'id="documentation"' not in body, "the sources name the document"


def letter(symbol: str, title: str, *lines: str) -> str:
    head = [
        "United Nations",
        symbol,
        "**General Assembly**",
        "Distr.: General",
        "3 May 2035",
        "Original: English",
        "Ninetieth session",
    ]
    return "\n\n".join([*head, f"# {title}", *lines]) + "\n"


LETTER = "Letter dated 2 May 2035 from the Permanent Representative of Ruritania addressed to the Secretary-General"
SENDING = "On instructions from my Government, I have the honour to transmit herewith a statement by the Guild of Pilots (see annex)."
ENCLOSED = ["## Annex", *(f"Pilots say that bell {n} of the strait is silent in every winter." for n in range(6))]


def test_a_paper_on_a_letter_says_first_who_sends_what_to_whom_and_who_signs_what_is_enclosed(holding: Holding) -> None:
    signed = [*ENCLOSED, "(Signed) Rosa Reef Master of the Guild"]
    engine = holding(letter("A/90/77", LETTER, SENDING, "(Signed) Rudolf Rassendyll Permanent Representative", *signed))
    first = make_briefing(engine, Request("document", "A/90/77")).sections[0]
    assert first.key == "about"
    sent = f"{SENDING} (Signed) Rudolf Rassendyll Permanent Representative"
    assert [each.text for each in first.statements] == [LETTER, sent, "(Signed) Rosa Reef Master of the Guild"]


def test_a_paper_on_a_letter_of_several_names_all_who_sign_it(holding: Holding) -> None:
    signed = [
        f"(Signed) {name} Permanent Representative" for name in ("Flavia Elphberg", "Rudolf Rassendyll", "Rosa Reef")
    ]
    engine = holding(letter("A/90/79", LETTER, SENDING, *signed, *ENCLOSED[:2]))
    told = [each.text for each in make_briefing(engine, Request("document", "A/90/79")).sections[0].statements]
    assert [each for each in told if each.startswith("(Signed)")] == signed


def test_a_paper_on_a_note_verbale_without_annex_says_first_what_it_asks(holding: Holding) -> None:
    title = "Note verbale dated 2 May 2035 from the Permanent Mission of Ruritania addressed to the Secretary-General"
    asked = "The Permanent Mission of Ruritania presents its compliments to the Secretary-General and has the honour to inform him of bells."
    made = make_briefing(holding(letter("A/90/78", title, asked)), Request("document", "A/90/78"))
    assert [each.text for each in made.sections[0].statements] == [title, asked]


@pytest.mark.parametrize("held", [True, False])
def test_a_paper_on_a_corrigendum_says_what_it_corrects_and_where_and_quotes_no_rows_as_points(
    holding: Holding, held: bool
) -> None:
    table = (
        "| Resolution | Bells of the strait |\n|---|---|\n| 63/170 | Bells of the strait and of the bay in winter |\n"
    )
    replaced = "Replace the table with the following:"
    correcting = letter("A/90/7/Corr.1", "Fog bells of the strait", "## Corrigendum", "## Paragraph 2", replaced, table)
    engine = holding(
        *([report("A/90/7", "2035-05-01", "Bells ring", "Keepers are few")] * held), correcting, reading=True
    )
    made = make_briefing(engine, Request("document", "A/90/7/Corr.1"))
    title = " (Fog bells of the strait)" if held else ""
    about = [f"A/90/7/Corr.1 corrects A/90/7{title}: paragraph 2 and paragraph 2, table.", replaced]
    assert [each.text for each in made.sections[0].statements] == about
    assert not any("63/170" in each.text for part in made.sections if part.key == "points" for each in part.statements)


def test_what_a_corrigendum_changes_in_a_recommendation_is_told_above_the_table_that_has_it(holding: Holding) -> None:
    body = (
        "Bells ring",
        "The Secretariat should set aside 10 million dollars for bells",
        "The Secretariat should paint 300 bells",
    )
    correction = "*For* 10 million dollars *read* 12 million dollars"
    correcting = letter("A/90/7/Corr.1", "Fog bells of the strait", "## Corrigendum", "**Paragraph 2**", correction)
    engine = holding(report("A/90/7", "2035-05-01", *body), correcting)
    told = section(make_briefing(engine, Request("document", "A/90/7")), "recommendations")
    assert "10 million" in " ".join(cell.to_text() for cell in told.tables[0].rows[0])
    assert [each.text for each in told.statements] == [
        "Paragraph 2 of A/90/7 is corrected by A/90/7/Corr.1: “Paragraph 2: For 10 million dollars read 12 million dollars”"
    ]


def test_a_paper_on_an_addendum_says_what_it_adds_to_and_what_it_contains(holding: Holding) -> None:
    contained = "The present addendum contains the annex to the report on bells."
    engine = holding(letter("A/90/7/Add.1", "Fog bells of the strait", "## Addendum", contained, *ENCLOSED))
    told = [each.text for each in make_briefing(engine, Request("document", "A/90/7/Add.1")).sections[0].statements]
    assert told == ["A/90/7/Add.1 is an addendum to A/90/7.", contained]


@pytest.mark.parametrize("before", [0, 1])
def test_a_paper_on_a_revision_says_what_it_revises(holding: Holding, before: int) -> None:
    texts = [report(f"A/90/7{revision}", "2035-05-01", "Bells ring", "Keepers are few") for revision in ("", "/Rev.1")]
    engine = holding(*texts[1 - before :])
    told = [each.text for each in make_briefing(engine, Request("document", "A/90/7/Rev.1")).sections[0].statements]
    assert told == ["A/90/7/Rev.1 is a revised version of A/90/7."]


def test_a_paper_on_a_report_has_nothing_to_say_about_the_document_itself(holding: Holding) -> None:
    ringing = report("A/90/7", "2035-05-01", "Bells ring", "Keepers are few")
    made = make_briefing(
        holding(
            f"{ringing}\n\n## Annex I\n\nThe following bell is new.\n\n## Annex II\n\n" + "\n\n".join(ENCLOSED[1:])
        ),
        Request("document", "A/90/7"),
    )
    assert "about" not in [each.key for each in made.sections]
    assert not any(say("section_about", "en") in each for each in made.unsourced)
