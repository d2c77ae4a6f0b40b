"""Briefings: every sentence sourced, nothing from another item, nothing twice, stopped and resumed, told plainly when not."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest
from conftest import Holding, markdown, more, section
from harbour import AGENDA, LAMPS, OTHER, ROADS
from word_reader import word_readers

from assistant.answer_phrases import say
from assistant.export.file_formats import render
from assistant.export.layouts import build_publication
from assistant.qa.engine import Engine
from assistant.reports import ReportError
from assistant.reports.brief.articles import ArticleFinder
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Audience, Briefing, Request, Section, SectionKey
from assistant.reports.brief.selection import names_date_within, names_only_later_dates
from assistant.reports.brief.subject import find_subject
from assistant.reports.comparison.topic_comparison import compare_topic
from assistant.reports.themes.theme_maker import find_themes
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES
from corpus.library import Library
from corpus.versions import Versions
from eval.briefs import compute_scores
from ingest.pipeline import Input


@pytest.fixture
def engine(holding: Holding) -> Engine:
    """An engine over a small meeting of two items, a paper for each and an earlier one."""
    return holding(AGENDA, LAMPS, ROADS, OTHER)


def sections(engine: Engine, request: Request) -> dict[str, Section]:
    return {each.key: each for each in make_briefing(engine, request).sections}


def report(chapters: dict[str, list[str]], title: str = "Harbour lamps", language: str = "en") -> Input:
    """A report of some chapters, each of paragraphs or HTML."""
    body = "".join(
        f"<h2>{head}</h2>" + "".join(each if each.startswith("<") else f"<p>{each}</p>" for each in under)
        for head, under in chapters.items()
    )
    page = f"<html lang='{language}'><body><p>DP/2030/9</p><h1>{title}</h1>{body}</body></html>"
    return Input("r.html", page.encode())


def about(
    holding: Holding,
    chapters: dict[str, list[str]],
    *,
    language: str = "en",
    audience: Audience = "delegate",
    title: str = "Harbour lamps",
) -> dict[str, Section]:
    """The sections of a briefing on a report of some chapters."""
    engine = holding(report(chapters, title, language))
    return sections(engine, Request("document", "DP/2030/9", audience, language))


def stopped(engine: Engine, request: Request, at: int) -> dict[str, Path]:
    """The sections that are kept of a briefing that was stopped before one of them, by name."""

    def stop(_heading: str, done: int, _total: int) -> None:
        if done == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_briefing(engine, request, stop)
    return {path.stem: path for path in (engine.library.folder / "derived" / "briefings").rglob("*.json")}


def texts(briefing: Briefing) -> list[str]:
    return [statement.text for statement in briefing.statements]


def test_every_sentence_of_a_briefing_is_cited_and_no_citation_fails_the_check(engine: Engine) -> None:
    for item in ("2", "3"):
        scores = compute_scores(make_briefing(engine, Request("item", item)), engine.library)
        assert scores.sentences > 3
        assert scores.cited == scores.citation_recall == scores.citation_precision == 1.0
        assert scores.quote_exact == scores.paragraph_exact == 1.0
        assert scores.repeated == scores.wrong_item == scores.misplaced == ()


def test_the_papers_of_the_item_are_quoted_and_those_of_other_items_are_not(engine: Engine) -> None:
    briefing = make_briefing(engine, Request("item", "2"))
    cited = {citation.symbol for citation in briefing.citations}
    assert "CTOC/COP/WG.7/2030/2" in cited
    assert "CTOC/COP/WG.7/2030/3" not in cited
    assert not any("mountain" in text for text in texts(briefing))


def test_themes_are_those_that_the_annotations_propose(holding: Holding) -> None:
    briefing = make_briefing(holding(AGENDA, LAMPS), Request("item", "2"))
    points = section(briefing, "points")
    assert [part.heading for part in points.parts] == [
        "The repair of harbour lamps on small boats",
        "The pay of harbour masters",
    ]


def test_a_theme_that_is_told_in_another_section_is_not_called_unsourced(engine: Engine) -> None:
    briefing = make_briefing(engine, Request("item", "2"))
    told = next(each for each in briefing.unsourced if "repair of harbour lamps" in each)
    assert "see CTOC/COP/WG.7/20" in told
    assert "Nothing in the library could be quoted" not in told


def test_two_papers_that_give_other_figures_for_one_thing_are_shown_side_by_side(engine: Engine) -> None:
    briefing = make_briefing(engine, Request("item", "2"))
    differing = section(briefing, "differences")
    assert [part.heading for part in differing.parts] == ["CTOC/COP/WG.7/2030/2 / CTOC/COP/WG.7/2028/5"]
    told = [statement.text for statement in differing.statements]
    assert "40 dollars" in told[0]
    assert "90 dollars" in told[1]
    assert not set(told) & {text for section in briefing.sections if section is not differing for text in
                            (statement.text for statement in section.statements)}  # fmt: skip


def test_what_is_announced_and_not_held_is_said_and_not_filled_in(holding: Holding) -> None:
    briefing = make_briefing(holding(AGENDA), Request("item", "3", "secretariat"))
    assert briefing.papers[0].symbol == "CTOC/COP/WG.7/2030/3"
    assert briefing.papers[0].title == "Paper on mountain roads"
    assert briefing.papers[0].held == ()
    assert any("2030/3" in each and "rapporteur fetch" in each for each in briefing.unsourced)
    assert "CTOC/COP/WG.7/2030/3" not in {citation.symbol for citation in briefing.citations}


def test_neither_the_heading_of_a_timetable_is_expected_nor_does_an_annex_give_a_mandate(holding: Holding) -> None:
    plan = "WORKPLAN: the Working Group on the Smuggling of Migrants is expected to adopt recommendations on lamps."
    mandate = "The mandate of the Working Group on the Smuggling of Migrants is to advise the Conference on boats."
    table = "| Date | Time | Item |\n|---|---|---|\n| Monday, 4 March | 10 a.m.-1 p.m. | 2 |\n| Tuesday, 5 March | 10 a.m.-1 p.m. | 3 |\n"
    agenda = f"{AGENDA.rpartition('**Documentation**')[0]}{plan}\n\n{table}"
    briefing = make_briefing(holding(agenda, f"{OTHER}\n## Annex I\n\n1. {mandate}\n"), Request("item", "2"))
    assert not [each.text for each in briefing.statements if plan in each.text or mandate in each.text]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("item", "9"), "no item 9"),
        (Request("item", ""), "The briefing has no subject"),
        (Request("question", "boats " * 200_000), "1200000 characters"),
        (
            Request("item", "2", meeting="A/1/1"),
            r"The library has no agenda A/1/1\. Agendas in the library: CTOC/COP/WG\.7/2030/1\.",
        ),
        (Request("document", "A/99/99"), "There is no document 'A/99/99' in the library"),
        (
            Request("document", "the lamps"),
            "There is no document 'the lamps' in the library. Similar: CTOC/COP/WG.7/2030/2",
        ),
        (Request("theme", "penguins"), "say nothing on “penguins”. Similar: "),
        (Request("item", "2", language="fr"), "The library has no document in French"),
    ],
)
def test_what_can_not_be_briefed_about_is_a_sentence_that_says_why(
    engine: Engine, request_: Request, words: str
) -> None:
    with pytest.raises(ReportError, match=words):
        make_briefing(engine, request_)


@pytest.mark.parametrize(
    "words", ["zzz", "1", "🍰", "the", "recette de gâteau au chocolat", "рецепт торта", "fishing quotas"]
)
def test_on_what_the_documents_do_not_speak_of_there_is_no_briefing(starter_engine: Engine, words: str) -> None:
    for kind in ("theme", "question"):
        with pytest.raises(ReportError, match=f"say nothing on “{words}”"):
            make_briefing(starter_engine, Request(kind, words))


def test_a_subject_is_understood_as_ask_understands_it_whatever_the_language_of_the_paper(
    starter_engine: Engine,
) -> None:
    subject = find_subject(starter_engine, Request("theme", "contrebande de migrants par mer"))
    assert (subject.title_language, subject.title) == ("fr", "contrebande de migrants par mer")
    assert compare_topic(starter_engine, "the").sides == ()


def test_what_only_comes_closest_to_a_theme_is_told_apart_and_is_no_guidance(holding: Holding) -> None:
    words = "fog bells of the strait and their watch at dusk"
    sure = "The fog bells of the strait are rung by the watch of the strait from dusk to dawn."
    close = "The bells of the chapel are rung at dusk while the night watch of the abbey sleeps on the hill."
    advice = "The documents recommend, and offer as guidance, that the oil of lamps be kept in barrels."
    engine = holding(further("Fog", sure), further("Chapel", close), further("Barrels", advice), reading=True)
    by_key = sections(engine, Request("theme", words))
    told = {
        key: [(part.heading, [each.text for each in part.statements]) for part in each.parts]
        for key, each in by_key.items()
    }
    assert told == {"points": [("", [sure])], "closest": [(say("closest", "en", theme=words), [close])]}
    assert [*by_key] == ["points", "closest"]


def test_a_briefing_is_made_while_documents_are_read_in(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    versions, reading = Library.versions, iter(range(40))
    adding = threading.Lock()

    def meanwhile(self: Library) -> Versions:
        if adding.acquire(blocking=False):
            with suppress(StopIteration):
                n = next(reading)
                more(engine, Input(f"note {n}.md", f"# Note {n}\n\n1. Harbour lamps are mended, year {n}.\n".encode()))
            adding.release()
        return versions(self)

    monkeypatch.setattr(Library, "versions", meanwhile)
    for request in (
        Request("item", "2"),
        Request("theme", "harbour lamps"),
        Request("document", "CTOC/COP/WG.7/2030/2"),
    ):
        assert make_briefing(engine, request).sections
    assert len(engine.library.document_ids()) > 6


def test_an_empty_library_is_said_to_be_empty(holding: Holding) -> None:
    with pytest.raises(ReportError, match="library is empty"):
        make_briefing(holding(), Request("item", "2"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_the_language_asked_for_and_quotes_stay_as_they_are(engine: Engine, language: str) -> None:
    briefing = make_briefing(engine, Request("item", "2", "chair", language, mixed=True))
    assert briefing.sections[0].heading == say("section_mandate", language)
    assert compute_scores(briefing, engine.library).quote_exact == 1.0
    assert render(build_publication(briefing, engine.library), "html")


def test_a_briefing_that_was_stopped_goes_on_where_it_was_and_ends_the_same(engine: Engine) -> None:
    request = Request("item", "2")
    whole = make_briefing(engine, request)
    kept = stopped(engine, request, 6)
    assert sorted(kept) == ["documentation", "expected", "mandate", "new", "questions", "schedule"]
    assert make_briefing(engine, request) == whole
    assert not [path for path in kept.values() if path.exists()]


def test_nothing_of_a_removed_document_is_left_in_kept_sections_and_themes(engine: Engine) -> None:
    assert stopped(engine, Request("item", "2"), 6)
    find_themes(engine)
    engine.library.remove("CTOC/COP/WG.7/2030/2:en:official")
    kept = [path for path in engine.library.folder.rglob("*.json") if "lexical" not in path.parts]
    assert [path.name for path in kept] == ["owner.json"]


def test_a_table_with_blank_cells_breaks_no_briefing(holding: Holding) -> None:
    table = (
        "---\ntitle: Lamps\nslug: lamps\nlanguage: en\n---\n# Lamps\n\n| Lamp | Harbour masters and small boats |  |\n|---|---|---|\n"
        + "".join(
            f"| lamp {n} | repair of harbour lamps on small boats in harbour {n} |  |\n|  | lamps |  |\n"
            for n in range(8)
        )
    )
    engine = holding(AGENDA, table)
    for request in (Request("item", "2"), Request("document", "lamps"), Request("theme", "repair of harbour lamps")):
        assert compute_scores(make_briefing(engine, request), engine.library).quote_exact in (1.0, None)


def test_a_kept_section_that_was_damaged_or_altered_is_made_anew(engine: Engine) -> None:
    request = Request("item", "2")
    whole = make_briefing(engine, request)
    parts = stopped(engine, request, 9)
    parts["mandate"].write_text("{", encoding="utf-8")
    altered = json.loads(parts["points"].read_text(encoding="utf-8"))
    altered["parts"][0]["statements"][0]["citations"][0]["quote"] = "Lamps are free."
    parts["points"].write_text(json.dumps(altered), encoding="utf-8")
    assert make_briefing(engine, request) == whole


def test_the_json_form_numbers_citations_by_first_use(engine: Engine) -> None:
    made = make_briefing(engine, Request("item", "2")).to_json()
    used = [
        n
        for section in made["sections"]
        for part in section["parts"]
        for each in part["statements"]
        for n in each["citations"]
    ]
    assert list(dict.fromkeys(used)) == list(range(1, len(made["citations"]) + 1))
    json.dumps(made)


def test_a_document_is_briefed_about_by_its_sections(starter_engine: Engine) -> None:
    briefing = make_briefing(starter_engine, Request("document", "working-group-mandate"))
    points = section(briefing, "points")
    assert [part.heading for part in points.parts][:2] == ["Creation", "Task"]
    assert {citation.symbol for statement in points.statements for citation in statement.citations} == {
        "working-group-mandate"
    }


def test_a_report_is_briefed_about_by_what_its_summary_says_and_never_by_captions_or_sources_of_figures(
    holding: Holding,
) -> None:
    told = {
        "Summary": ["The overall state of harbour lamps was satisfactory, with some repairs needed."],
        "I. Opinion and statement on harbour lamps": [
            "1. The opinion and statement on harbour lamps rests on the lamps that were looked at in the course of the year.",
            "2. The opinion and statement on harbour lamps is made each year by the office that looks after harbour lamps.",
            "3. The statement on harbour lamps follows the rules that all offices for opinions on harbour lamps follow.",
            "4. Seen as a whole, the state of the harbour lamps is satisfactory, with some repairs needed on small boats.",
        ],
        "II. Opinions on harbour lamps by year": [
            "<figcaption>Figure I. Opinions on harbour lamps by year, and the overall state of harbour lamps</figcaption>",
            "Data source: opinions on harbour lamps that were issued from 2020 to 2024",
            "5. Far fewer were broken in the last of these years than ever before in spring.",
        ],
        "III. Other matters": ["6. Nothing else was looked at in the course of the year by anybody."],
    }
    points = about(holding, told, audience="chair", title="Report on harbour lamps")["points"]
    by_heading = {part.heading: [statement.text for statement in part.statements] for part in points.parts}
    assert any("Seen as a whole" in text for text in by_heading["I. Opinion and statement on harbour lamps"])
    assert [text[:14] for text in by_heading["II. Opinions on harbour lamps by year"]] == ["Far fewer were"]


def test_what_the_annotations_ask_or_say_that_will_be_discussed_are_questions_and_themes_where_they_propose_nothing_in_so_many_words(
    holding: Holding,
) -> None:
    past = "In 2029 the seminar on mountain roads was cancelled."
    said = (
        "The Working Group will discuss lamps that are lit on mountain roads in winter. Is the price of oil too high?"
    )
    agenda = re.sub(r"The Working Group may wish[^.]*mountain[^.]*\.", f"{past} {said}", AGENDA)
    assert agenda != AGENDA
    engine = holding(agenda)
    by_key = sections(engine, Request("item", "3", "chair"))
    assert [statement.text for statement in by_key["questions"].statements] == said.replace(". I", ".\nI").splitlines()
    assert not any("price of oil" in statement.text for statement in by_key["documentation"].statements)
    assert [theme.heading for theme in find_subject(engine, Request("item", "3", "chair")).themes] == [
        "Lamps that are lit on mountain roads in winter", "Is the price of oil too high?",
    ]  # fmt: skip


def test_past_guidance_is_what_documents_say_that_was_recommended_and_an_empty_section_names_no_other_places(
    engine: Engine,
) -> None:
    def guidance() -> Section | None:
        reading = Engine(engine.library, engine.catalogue, readers=word_readers())
        made = make_briefing(reading, Request("item", "3", "chair"))
        found = next((each for each in made.sections if each.key == "guidance"), None)
        heading = say("section_guidance", "en")
        assert (found is None) == any(heading in each and "see " not in each for each in made.unsourced)
        return found

    guidance()
    advice = [
        f"The {nth} meeting recommended mountain roads for the training of drivers {why}."
        for nth, why in (("first", "in winter"), ("second", "whose boats are old"), ("third", "of buses and no others"))
    ]
    schools = "The first meeting recommended that schools be open in every winter of the year."
    more(engine, further("Earlier meetings", *advice), further("Of schools", schools))
    found = guidance()
    told = [each.text for each in found.statements] if found else []
    assert told
    assert set(told) <= set(advice)


def test_the_paragraphs_with_the_figures_of_which_the_headings_of_a_report_speak_stand_in_its_briefing(
    holding: Holding,
) -> None:
    loss = "The loss by broken harbour lamps came to $362,995 in 2024, of which $4,038 was recovered from their makers."
    told = {"Losses by broken harbour lamps": [f"1. {loss}", "2. The makers of harbour lamps met in 2024 to talk about oil."],
            "Who looks after lamps": ["3. Nobody but the watch of the harbour looks after lamps, see paragraph 2 of this report."]}  # fmt: skip
    figures = about(holding, told, title="Report on harbour lamps")["figures"]
    assert [each.text for each in figures.statements] == [loss]


def test_a_main_figure_counts_something_and_is_neither_in_a_name_nor_in_an_address(holding: Holding) -> None:
    count = "The session was attended by 227 keepers of lamps from all harbours."
    papers = "1. The papers GEGN.2/2030/158/CRP.158 and QDe.162 are at https://lamps.example/00cc90d4-1f06-4392/2030-05-02 in full."
    named = "2. The Lamps Convention, 1989 (No. 169), and decision 715 A (XXVII) were recalled by the harbour and the keepers."
    chapters = {"I. Papers on lamps": [papers], "II. Treaties": [named], "III. Attendance": [f"3. {count}"]}
    assert [each.text for each in about(holding, chapters)["figures"].statements] == [count]


def test_figures_below_a_heading_that_others_have_too_are_told_below_the_one_above_it(holding: Holding) -> None:
    counts = (
        "The watch lit 3,700 lamps in all harbours of the north.",
        "The pilots saved 4,100 barrels of oil in one winter.",
    )
    results = zip(("Result 1: more lamps", "Result 2: less oil"), counts, strict=True)
    body = "".join(
        f"<h3>{result}</h3><h3>Progress in 2029</h3><p>{n}. {told}</p>" for n, (result, told) in enumerate(results, 1)
    )
    html = f"<html lang='en'><body><p>A/99/6</p><h1>Harbour</h1><h2>Results</h2>{body}</body></html>"
    figures = sections(holding(Input("b.html", html.encode())), Request("document", "A/99/6"))["figures"]
    assert {part.heading: part.statements[0].text for part in figures.parts} == {
        "Result 1: more lamps": counts[0],
        "Result 2: less oil": counts[1],
    }


def test_figures_are_told_in_a_language_that_no_model_reads(holding: Holding) -> None:
    told = "En 2030 se contaron 1.312 faros en todos los puertos, frente a 1.105 en 2029."
    chapters = {"I. Faros": [f"1. {told}"], "II. Puertos": ["2. Los puertos cuidan de todos los faros."]}
    assert [each.text for each in about(holding, chapters, language="es")["figures"].statements] == [told]


def test_key_points_neither_tell_of_the_report_nor_thank_nor_head_a_paragraph_and_bring_what_they_lean_on(
    holding: Holding,
) -> None:
    opened = "The harbour held an event on lamps in the spring of the year."
    event = "At the event, the keepers of lamps spoke of the oil."
    chapters = {
        "I. Introduction": [
            "1. The present report covers the lamps of the harbour in the past year. It is based on talks with keepers of lamps.",
            "2. The harbour wishes to extend its gratitude to all the keepers of lamps.",
        ],
        "II. Lamps at sea": [f"3. Measures for keeping the lamps at sea. {opened} {event}"],
        "III. Lamps on land": ["4. Lamps on land are cleaned by the keepers twice in every month of the year."],
    }
    points = about(holding, chapters)["points"]
    said = [each.text for part in points.parts for each in part.statements]
    assert set(said) <= {opened, f"{opened} {event}", chapters["III. Lamps on land"][0][3:]}
    assert any(part.heading.startswith("II. ") for part in points.parts)


def test_what_the_present_report_shows_is_a_key_point_and_what_it_is_about_is_none(holding: Holding) -> None:
    shown = "The present report shows that lamps are lost every year in the northern harbours."
    told = "The present report was written by the keepers of lamps in the northern harbours."
    oil = "The oil for the lamps came from three harbours in the south of the country."
    points = about(holding, {"I. Lamps at sea": [f"1. {shown}", f"2. {told}"], "II. Oil": [f"3. {oil}"]})["points"]
    said = " ".join(each.text for part in points.parts for each in part.statements)
    assert shown in said
    assert told not in said


def test_conclusions_that_recommend_nothing_are_told_and_not_called_empty(holding: Holding) -> None:
    end = "The lamps of the harbour have burnt brighter than in any year before."
    chapters = {"I. Lamps": ["1. The keepers of the harbour clean the lamps in every month of the year."],
                "II. Oil": ["2. The oil for the lamps came from three harbours in the south."],
                "III. Conclusions": [f"3. {end}"]}  # fmt: skip
    made = make_briefing(holding(report(chapters)), Request("document", "DP/2030/9"))
    found = {each.key: each for each in made.sections}
    assert [(part.heading, [each.text for each in part.statements]) for part in found["recommendations"].parts] == [
        ("III. Conclusions", [end])
    ]
    assert not any("Conclusions" in each for each in made.unsourced)


BUDGET = {
    "1 Lamps": "",
    "2 Overview": "<p>1. The resources that are proposed in all amount to $29,475,500 and are shown in tables 1 to 3 of this paper.</p>"
    "{whole}",
    "2 Programme of work": "<p>2. To contribute to the objective, the programme will:</p><ol type='a'><li>Mend lamps and encourage all harbours "
    "to share lamps with each other;</li></ol>",
    "3 Harbour one": "<p>3. The resources that are proposed amount to $507,200 and are of use to lamps (subprogrammes 1, 2 and 3).</p>{part}",
    "3 Harbour two": "<p>4. The resources that are proposed amount to $680,100, of which lamps get $4,000 and oil gets $3,000.</p>{part}"
    "<p>Figures on lamps in 2026 are shown in table 16.1.</p>",
    "3 Harbour three": "<p>Figures on lamps in 2026 are shown in table 16.2.</p>",
    "2 Notes": "<p>5. See paragraphs 3 and 4 on subprogrammes 1, 2 and 3, and resolution 2760 (2024), which was adopted in one day.</p>"
    "<p>New York Office (subprogrammes 1, 3 and 7, with all lamps)</p>",
}  # fmt: skip


def budget() -> Input:
    """A budget with an overview, of which the parts have more figures than the whole."""
    whole = _grid("Overall resources", 2, "Harbour", "Total")
    body = "".join(f"<h{head[0]}>{head[2:]}</h{head[0]}>{told.format(whole=whole, part=_grid(head[2:], 6, 'Lamp', 'Lamp'))}"
                   for head, told in BUDGET.items())  # fmt: skip
    return Input("b.html", f"<html lang='en'><body><p>A/99/6</p>{body}</body></html>".encode())


def _grid(caption: str, many: int, name: str, last: str) -> str:
    rows = "".join(f"<tr><td>{name} {n}</td><td>{n}0,000</td><td>{n}1,000</td></tr>" for n in range(1, many + 1))
    foot = f"<tr><td>{last} of {caption}</td><td>99,000</td><td>98,000</td></tr>"
    return f"<table><caption>{caption}</caption><tr><th>What</th><th>2025</th><th>2026</th></tr>{rows}{foot}</table>"


def test_main_figures_open_with_those_of_the_whole_and_neither_what_a_programme_will_do_nor_offices_are_taken_for_more(
    holding: Holding,
) -> None:
    engine = holding(budget())
    briefing = make_briefing(engine, Request("document", "A/99/6"))
    by_key = {each.key: each for each in briefing.sections}
    told = [(each.heading, each.statements[0].text.partition("amount to ")[2][:11]) for each in by_key["figures"].parts]
    assert told == [("Overview", "$29,475,500"), ("Harbour one", "$507,200 an"), ("Harbour two", "$680,100, o")]
    tables = by_key["figures"].tables
    assert [row[1].to_text() for row in tables[0].rows][-1] == "Total of Overall resources"
    text = markdown(briefing, engine.library)
    assert "$507,200" in text.partition("Harbour one\n")[2].partition("Harbour two\n")[0]
    assert "recommendations" not in by_key
    assert not [each for each in texts(briefing) if "New York Office" in each or "are shown in table 16" in each]
    assert not [each for each in by_key["points"].statements if ", row" in each.citations[-1].locator]


def test_whom_a_pronoun_stands_for_is_left_out_of_those_to_whom_it_is_recommended(holding: Holding) -> None:
    said = "The African Union has lit lamps for years. I call upon it to mend its lamps. I call upon the Council to mend lamps, too."
    text = f"---\nsymbol: S/2030/8\ntitle: Lamps\nlanguage: en\n---\n# Lamps\n\n1. {said}\n"
    briefing = make_briefing(holding(text), Request("document", "S/2030/8"))
    (table,) = section(briefing, "recommendations").tables
    assert [row[1].to_text() for row in table.rows] == ["", "the Council"]


def test_the_briefings_of_the_real_items_keep_every_promise(real_library: Library, catalogue: Catalogue) -> None:
    engine = Engine(real_library, catalogue)
    for item in ("2", "3"):
        scores = compute_scores(make_briefing(engine, Request("item", item)), real_library)
        assert scores.cited == 1.0
        assert (scores.citation_precision or 0) >= 0.98
        assert (scores.paragraph_exact or 0) >= 0.98
        assert scores.quote_exact == 1.0
        assert scores.repeated == scores.wrong_item == ()


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("On 18 December 2021 UNODC called for more.", True),
        ("In March 2022 it said so.", True),
        ("It was said in 2023.", True),
        ("On 14 October 2021 it met.", False),
        ("In October 2021 it met.", False),
        ("It met in 2021.", False),
        ("From 2012 until March 2022 it met.", False),
        ("Resolution CTOC/COP/2022/1 says so.", False),
        ("It met.", False),
    ],
)
def test_what_is_later_than_the_meeting_is_told_by_its_dates(text: str, later: bool) -> None:
    assert names_only_later_dates(text, dt.date(2021, 10, 15)) is later


def test_what_is_new_is_dated_between_two_meetings() -> None:
    after, until = dt.date(2020, 9, 9), dt.date(2021, 10, 15)
    assert names_date_within("On 11 August 2021 it agreed.", after, until)
    assert not names_date_within("On 8 September 2020 it met.", after, until)
    assert not names_date_within("On 11 August 2021 it agreed to meet on 9 November 2021.", after, until)
    assert not names_date_within("It met in 2021.", after, until)


def further(title: str, *paragraphs: str, date: str = "2029-01-01") -> Input:
    """A document beside those of the meeting."""
    lines = "\n\n".join(f"{n}. {each}" for n, each in enumerate(paragraphs, 1))
    head = f"---\nsymbol: CTOC/COP/WG.7/2029/{len(title)}\ntitle: {title}\nlanguage: en\ndate: {date}\n---\n"
    return Input(f"{title}.md", f"{head}# {title}\n\n{lines}\n".encode())


def test_nothing_is_said_again_in_nearly_the_same_words_and_nothing_later_than_the_meeting(engine: Engine) -> None:
    again = "The pay of harbour masters is settled by the council of the harbour in each winter."
    after = "In April 2030 the pay of harbour masters was settled by nobody at all."
    new = "The pay of harbour masters rises by ten dollars."
    engine.library.remove("CTOC/COP/WG.7/2030/2:en:official")
    more(engine, f"{LAMPS}\n4. {again}\n\n5. {after}\n\n6. {new}\n")
    briefing = make_briefing(engine, Request("item", "2", "secretariat"))
    said = [each.text for section in briefing.sections if section.key == "points" for each in section.statements]
    assert new in said
    assert sum("settled by the council" in each for each in said) == 1
    assert after not in said


ADVICE = "States should see to the pay of harbour masters, and it was recommended that harbour lamps on small boats be repaired."


@pytest.mark.parametrize(("date", "told"), [("2029-01-01", True), ("2030-03-04", False), ("2031-01-01", False)])
def test_a_document_from_after_the_first_day_of_a_meeting_says_nothing_of_its_items(
    engine: Engine, date: str, told: bool
) -> None:
    more(engine, further("Advice on lamps", ADVICE, date=date))
    assert (ADVICE in texts(make_briefing(engine, Request("item", "2", "secretariat")))) is told


def test_a_resolution_is_as_old_as_its_adoption(engine: Engine) -> None:
    head = "---\nsymbol: CTOC/COP/WG.7/RES/84/7\ntitle: Lamps\nlanguage: en\nkind: resolution\ndate: 2030-03-20\n---\n# Lamps\n\n"
    text = f"{head}Adopted on 20 December 2029\n\nThe General Assembly,\n\nRecalling all lamps,\n\n1. {ADVICE}\n"
    more(engine, text)
    assert ADVICE in texts(make_briefing(engine, Request("item", "2", "secretariat")))


def test_mandate_and_expectations_of_an_item_are_not_those_of_other_items(holding: Holding) -> None:
    theirs = "In its resolution 9/9, the Conference decided on the mandate of the Working Group to advise on roads."
    expected = "The Working Group is expected to adopt recommendations on the roads of the islands."
    agenda = AGENDA.replace("The Working Group may wish to discuss the training", f"{theirs} {expected}\n\nThe Working Group may wish to discuss the training")  # fmt: skip
    engine = holding(agenda)
    assert not {theirs, expected} & {*texts(make_briefing(engine, Request("item", "2")))}
    assert {theirs, expected} <= {*texts(make_briefing(engine, Request("item", "3")))}


def test_what_is_not_surely_expected_of_a_meeting_is_not_told(engine: Engine) -> None:
    assert "expected" not in sections(engine, Request("item", "2"))


def test_the_adoption_of_the_report_is_expected_of_the_meeting(holding: Holding) -> None:
    adopts = "The Working Group on the Smuggling of Migrants is expected to adopt what it is to do and report."
    agenda = AGENDA.replace("\n### Annotations", "4. Adoption of the report.\n\n### Annotations")
    expected = sections(holding(f"{agenda}\n#### 4. Adoption of the report\n\n{adopts}\n"), Request("item", "2"))[
        "expected"
    ]
    assert [each.text for each in expected.statements] == [adopts]


def test_what_the_annotation_of_an_item_says_is_to_come_is_expected_and_nothing_of_another_item(
    holding: Holding,
) -> None:
    come = "States without lists are invited to send their data to the secretariat before 31 January 2031."
    theirs = "The Working Group on the Smuggling of Migrants shall decide whether it is to adopt the plan of the roads."
    agenda = AGENDA.replace(
        "\n### Annotations", "4. Roads of the islands.\n\n5. Adoption of the report.\n\n### Annotations"
    )
    agenda = agenda.replace("A paper on harbour lamps lies", f"{come}\n\nA paper on harbour lamps lies")
    engine = holding(
        f"{agenda}\n#### 4. Roads of the islands\n\n{theirs}\n\nDocument: CTOC/COP/WG.7/2030/9\n\n#### 5. Adoption of the report\n\nNo paper is ready.\n"
    )
    for item, expected in (("2", [come]), ("4", [theirs])):
        made = sections(engine, Request("item", item)).get("expected")
        assert [each.text for each in (made.statements if made else ())] == expected
    (paper,) = make_briefing(engine, Request("item", "4")).papers
    assert (paper.symbol, paper.title) == ("CTOC/COP/WG.7/2030/9", "Roads of the islands")


def test_what_an_announced_document_recommends_to_the_meeting_is_expected_of_it(holding: Holding) -> None:
    advice = "The paper recommends that the Working Group adopt a list of the lamps of the harbour."
    others = "The paper recommends that masters of harbours paint the boats of the harbour."
    engine = holding(AGENDA, f"{LAMPS}\n4. {others}\n\n5. {advice}\n")
    expected = sections(engine, Request("item", "2"))["expected"]
    assert [each.text for each in expected.statements] == [advice]


@pytest.mark.parametrize(
    ("body", "symbol", "name"),
    [
        ("Economic and Social Council", "E/2030", "Council"),
        ("Statistical Commission", "E/CN.3/2030", "Commission"),
    ],
)
def test_what_is_recommended_to_a_body_by_the_last_word_of_its_name_is_expected_of_it(
    holding: Holding, body: str, symbol: str, name: str
) -> None:
    def of_body(text: str) -> str:
        return text.replace("Working Group on the Smuggling of Migrants", body).replace("CTOC/COP/WG.7/2030", symbol)

    advice = f"The {name} should adopt a list of the lamps of the harbour."
    others = "All States should paint the boats of the harbour."
    lamps = of_body(f"{LAMPS}\n## Recommendations\n\n4. {others}\n\n5. {advice}\n")
    expected = sections(holding(of_body(AGENDA), lamps), Request("item", "2"))["expected"]
    assert [each.text for each in expected.statements] == [advice]


def test_each_action_that_an_annotation_proposes_is_a_theme_and_an_announced_paper_is_its_item(
    holding: Holding,
) -> None:
    old = "may wish to discuss the training of drivers on mountain roads."
    new = (
        "may wish to consider the paper on mountain roads and to agree on a price for oil. "
        "It may wish to discuss measures to light roads and to pay drivers."
    )
    assert old in AGENDA
    themes = find_subject(holding(AGENDA.replace(old, new)), Request("item", "3")).themes
    assert [theme.heading for theme in themes] == [
        "Mountain roads and the training of drivers",
        "Agree on a price for oil",
        "Measures to light roads and to pay drivers",
    ]


def test_the_words_before_a_list_of_questions_are_no_theme_beside_them(holding: Holding) -> None:
    old = "may wish to discuss the training of drivers on mountain roads."
    new = "may wish to discuss the following questions:\n\n(a) Who trains drivers?\n\n(b) Who pays drivers?"
    themes = find_subject(holding(AGENDA.replace(old, new)), Request("item", "3")).themes
    assert [theme.heading for theme in themes] == ["Who trains drivers?", "Who pays drivers?"]


def test_the_other_items_of_a_meeting_stand_behind_the_one_that_is_asked_for(holding: Holding) -> None:
    rows = "| Monday, 4 March | |\n|---|---|\n| 10 a.m.–1 p.m. | 2, 3 |\n"
    made = sections(holding(f"{AGENDA}\n## Annex\n\n### Proposed organization of work\n\n{rows}"), Request("item", "3"))
    (said,) = made["schedule"].statements
    assert said.text.index("item 3") < said.text.index("in the same meeting") < said.text.index("item 2")


def test_what_is_expected_under_one_part_of_an_item_is_not_expected_under_another(holding: Holding) -> None:
    elect = "States are invited to elect a President and five Vice-Presidents on the first day."
    agenda = AGENDA.replace("##### (b) Adoption", f"##### (a) Opening of the meeting\n\n{elect}\n\n##### (b) Adoption")
    engine = holding(agenda)
    for item, expected in (("1 (a)", [elect]), ("1 (b)", []), ("1", [elect])):
        made = sections(engine, Request("item", item)).get("expected")
        assert [each.text for each in (made.statements if made else ())] == expected


def resolution(
    number: str, year: int, *asked: str, on: str = "Lamps", preamble: Sequence[str] = ("Recalling all lamps,",)
) -> str:
    """A resolution of the General Assembly."""
    lines = ["The General Assembly,", *preamble, *(f"{n}. {each}" for n, each in enumerate(asked, 1))]
    head = (
        f"---\nsymbol: A/RES/{number}\ntitle: {number}. {on}\nlanguage: en\nkind: resolution\ndate: {year}-12-20\n---\n"
    )
    return "\n\n".join([f"{head}# {number}. {on}", *lines]) + "\n"


def test_of_resolutions_of_one_title_the_latest_speaks_and_what_it_recalls_is_no_point(holding: Holding) -> None:
    made = []
    for number, year, count in (("84/7", 2029, 40), ("86/7", 2031, 90)):
        recalled, asked = f"the harbour lamps of boats of {year},", f"repair the harbour lamps of {count} boats;"
        made.append(
            resolution(
                number, year, f"Requests States to {asked}", on="Harbour lamps", preamble=[f"Recalling {recalled}"]
            )
        )
    said = sections(holding(*made), Request("theme", "harbour lamps of boats"))
    assert "points" not in said
    assert ["90" in each.text for each in said["guidance"].statements] == [True]


def test_of_documents_that_a_question_names_no_other_is_quoted(holding: Holding) -> None:
    towns = (("84/7", "Northport"), ("86/7", "Southport"), ("88/7", "Eastport"))
    engine = holding(
        *(resolution(number, 2030, f"Requests the Secretary-General to repair the harbour lamps of {town};", on=f"Lamps of {town}")
          for number, town in towns)
    )  # fmt: skip

    def quoted(words: str) -> set[str | None]:
        made = make_briefing(engine, Request("question", words))
        return {cite.symbol for each in made.statements for cite in each.citations}

    assert quoted("Who repairs the harbour lamps of A/RES/84/7?") == {"A/RES/84/7"}
    assert quoted("Who repairs the harbour lamps?") - {"A/RES/84/7"}


def test_of_a_theme_what_is_asked_is_guidance_and_what_a_preamble_states_by_itself_a_key_point(
    holding: Holding,
) -> None:
    stated = "Recognizing that harbour lamps of boats are the eyes of the night watch of the coast,"
    recalled = "Recalling what its resolution 84/7 says of the harbour lamps of boats and of their keepers,"
    asked = [f"{verb} the harbour lamps of boats {why};" for verb, why in (
        ("Urges States to repair", "that the storms of winter have broken"),
        ("Invites the towns of the coast to count", "and to keep lists of all that they find"))]  # fmt: skip
    text = resolution("86/7", 2031, *asked, preamble=[recalled, stated])
    said = sections(holding(text, reading=True), Request("theme", "harbour lamps of boats", "chair"))
    assert [each.text for each in said["points"].statements] == [stated]
    assert {each.text for each in said["guidance"].statements} == set(asked)


def test_what_an_agenda_says_of_the_mandate_and_of_what_is_new_is_found_in_any_language(holding: Holding) -> None:
    mandate = (
        "Par sa résolution 7/1, la Conférence a donné pour mandat au Conseil des ports d'examiner les lampes des ports."
    )
    agreed = "Le 11 août 2030, les membres du Conseil des ports sont convenus de se réunir à Marseille."
    agenda = """# Conseil des ports

E/CN.31/{year}/1

Distr. générale
4 avril {year}
Français

Sixième session

Marseille, 2-4 juin {year}

## Ordre du jour provisoire annoté

### I. Ordre du jour provisoire

1. Adoption de l'ordre du jour.

2. Lampes et lentilles.

### II. Annotations

#### 1. Adoption de l'ordre du jour

1. {text}

#### 2. Lampes et lentilles

2. Le Conseil examinera le rapport du Secrétaire général sur les lampes des ports.
"""
    texts = (agenda.format(year=2029, text="Le Conseil adoptera son ordre du jour."),
             agenda.format(year=2031, text=f"{mandate} {agreed}"))  # fmt: skip
    engine = holding(*texts, reading=True)
    made = sections(engine, Request("item", "2", "chair", language="fr", meeting="E/CN.31/2031/1"))
    assert mandate in " ".join(each.text for each in made["mandate"].statements)
    assert agreed in [each.text for each in made["new"].statements]


def test_a_point_on_a_theme_brings_the_sentences_on_which_it_leans(holding: Holding) -> None:
    before, leaning = (
        "Masters of boats want to see the coast long before they come to the harbour.",
        "However, the harbour lamps of boats are lit by nobody in the storms of winter.",
    )
    text = f"# Harbours\n\n1. {before} {leaning}\n\n2. Nets are dried where carts pass in the morning.\n"
    engine = holding(f"---\nsymbol: A/86/7\ntitle: Harbours\nlanguage: en\ndate: 2031-01-01\n---\n{text}", reading=True)
    said = sections(engine, Request("theme", "harbour lamps of boats", "chair"))
    told = [each.text for section in said.values() for each in section.statements]
    assert f"{before} {leaning}" in told
    assert leaning not in told


def test_past_guidance_of_a_report_answers_to_its_title(holding: Holding) -> None:
    report = "---\nsymbol: A/87/12\ntitle: Harbour lamps of boats\nlanguage: en\ndate: 2032-05-01\n---\n# Harbour lamps of boats\n\n1. All is well.\n"
    asked = "Urges States to repair the harbour lamps of boats before winter {};"
    made = [resolution(f"{n}/7", year, asked.format(n)) for n, year in ((84, 2029), (86, 2031))]
    made.append(further("Schools", "The documents recommend, and offer as guidance, that schools be open."))
    told = sections(holding(report, *made, reading=True), Request("document", "A/87/12"))["guidance"]
    assert [each.text for each in told.statements] == [asked.format(86)]


def test_questions_that_a_paper_of_the_item_puts_are_questions_for_discussion(holding: Holding) -> None:
    asked = "Who should pay for the lamps of harbours that have no master of their own?"
    made = sections(holding(AGENDA, f"{LAMPS}\n4. {asked}\n"), Request("item", "2", "chair"))
    assert asked in [each.text for each in made["questions"].statements]
    assert asked not in [each.text for each in made["points"].statements]


def test_key_points_of_a_report_are_of_its_chapters_and_repeat_no_recommendation(holding: Holding) -> None:
    text = (
        "---\nsymbol: A/80/907\ntitle: Boats\nlanguage: en\n---\n# Boats\n\n# Abbreviations\n\n## I. Lamps\n\n"
        "1. The lamps of the harbour are old and give little light to the boats.\n\n## II. Nets\n\n"
        "2. The nets of the town are dried where carts pass in the morning.\n\n## III. Crews\n\n"
        "3. The crews of the boats rest too little between two journeys.\n\n## IV. Recommendations\n\n"
        "4. States should give new lamps to all harbours that have old ones.\n\n# Annex\n\n5. The survey was sent to all masters of harbours.\n"
    )
    points = sections(holding(text), Request("document", "A/80/907"))["points"]
    assert [part.heading for part in points.parts] == ["I. Lamps", "II. Nets", "III. Crews"]
    assert not [each.text for each in points.statements if "States should" in each.text or "survey" in each.text]


def test_a_document_that_a_footnote_of_the_annotations_names_is_one_of_the_item(holding: Holding) -> None:
    agenda = AGENDA.replace("**Documentation**\n\nPaper on mountain roads (CTOC/COP/WG.7/2030/3)", "")
    agenda = agenda.replace(
        "drivers on mountain roads.", "drivers on mountain roads.[^1]\n\n[^1]: CTOC/COP/WG.7/2030/3."
    )
    briefing = make_briefing(holding(agenda, ROADS), Request("item", "3"))
    assert [(paper.symbol, paper.held) for paper in briefing.papers] == [("CTOC/COP/WG.7/2030/3", ("en",))]


def test_of_a_theme_of_which_nothing_is_quoted_no_unrelated_documents_are_named(holding: Holding) -> None:
    schools = further("Schools", "The pay of the masters of schools on the hill was not spoken of again.")
    told = _told_lacking(make_briefing(holding(AGENDA, schools), Request("item", "2")))
    assert not [each for each in told if "2029" in each]


def test_what_speaks_of_the_subject_of_another_item_is_left_to_it(engine: Engine) -> None:
    other = "The training of drivers for mountain roads and the pay of drivers of mountain roads is settled."
    more(engine, further("Roads", other))
    assert other not in texts(make_briefing(engine, Request("item", "2", "secretariat")))
    assert other in texts(make_briefing(engine, Request("item", "3", "secretariat")))


def test_the_articles_that_sources_name_and_those_in_references_with_them_are_given_in_full(
    whole_engine: Engine,
) -> None:
    briefing = make_briefing(whole_engine, Request("item", "3", "chair"))
    annex = section(briefing, "articles")
    given = {part.heading.partition(":")[0].rpartition(" ")[2] for part in annex.parts if "Convention" in part.heading}
    assert {"5", "6", "7", "8", "9", "11", "12", "13", "14", "16", "18", "19", "20", "24", "27"} <= given
    sixth = next(part for part in annex.parts if part.heading.startswith("Smuggling of Migrants Protocol, article 6:"))
    assert [each.citations[-1].locator.rpartition(", ")[2] for each in sixth.statements] == [
        "para. 1", "para. 2", "para. 3", "para. 4",
    ]  # fmt: skip
    scores = compute_scores(briefing, whole_engine.library)
    assert scores.quote_exact == 1.0
    assert scores.repeated == scores.wrong_item == ()


@pytest.mark.parametrize("item", ["2", "3", "4"])
def test_what_is_said_to_be_held_nowhere_is_found_nowhere(whole_engine: Engine, item: str) -> None:
    briefing = make_briefing(whole_engine, Request("item", item, "chair"))
    library = whole_engine.library
    frame = say("unsourced_theme", "en", theme="{theme}").partition("{theme}")
    remarks = [remark for section in briefing.sections for remark in section.remarks]
    for said in (*briefing.unsourced, *remarks):
        if said.startswith(frame[0]):
            theme = said.removeprefix(frame[0]).removesuffix(frame[2])
            held = sorted(library.versions().quotable_documents("en"))
            found = whole_engine.score_first(whole_engine.question(theme, "en"), held, 16)
            assert not [each.unit.text for each in found if each.score >= each.thresholds.tentative_margin], said


def test_of_a_theme_that_nothing_speaks_of_it_is_said_and_of_one_that_is_not_quoted_the_place(
    holding: Holding,
) -> None:
    engine = holding(AGENDA, LAMPS, reading=True)
    engine.library.remove("CTOC/COP/WG.7/2030/2:en:official")
    alone = make_briefing(engine, Request("item", "2"))
    assert "Nothing in the library could be quoted on “The pay of harbour masters”." in _told_lacking(alone)
    more(engine, LAMPS)
    held = make_briefing(engine, Request("item", "2"))
    told = [each for each in _told_lacking(held) if "Nothing in the library could be quoted" in each]
    assert not [each for each in told if "lamps" in each or "harbour masters" in each], told


def _told_lacking(briefing: Briefing) -> list[str]:
    """What a briefing says is lacking, in its sections and behind them."""
    return [*briefing.unsourced, *(remark for section in briefing.sections for remark in section.remarks)]


def test_one_sentence_names_the_sections_without_words_and_no_phrase_opens_every_paragraph(
    whole_engine: Engine,
) -> None:
    for item in ("1", "2", "3", "4", "5"):
        briefing = make_briefing(whole_engine, Request("item", item, "chair"))
        others = {"about", "adoption", "mandates", "changes", "recommendations", "figures"}  # of documents
        left_out = set(get_args(SectionKey)) - others - {section.key for section in briefing.sections}
        named = left_out - {"articles", "closest"}  # those of the legal framework; what no other section has
        told = [each for each in briefing.unsourced if "Nothing was selected" in each]
        assert len(told) == bool(named)
        listed = "".join(told).partition(": ")[2].rstrip(".").split("; ")
        assert set(filter(None, listed)) == {say(f"section_{key}", "en") for key in named}
        assert all(section.parts or section.remarks for section in briefing.sections)
        text = markdown(briefing, whole_engine.library)
        for under in re.split(r"\n##+ ", text)[1:]:
            opened = [line.partition("\\. ")[2][:20] for line in under.splitlines() if '<a id="p-' in line]
            assert len(opened) < 3 or len(set(opened)) > 1, under[:40]


CRIMES = """---
symbol: A/RES/55/25
part: annex I
title: United Nations Convention against Transnational Organized Crime
language: en
---
# United Nations Convention against Transnational Organized Crime

## Article 1. Keeping of lights

1. Each State Party shall keep harbour lamps lit in every season of the year.

## Article 2. Mountain roads

1. Each State Party shall keep mountain roads open in every season of the year.

## Article 3. Winter oil

1. Each State Party shall keep winter oil for those who need it on the islands.
"""
LIT = "1. The lamps of all harbours were lit in every season of the year by those who look after them.\n\n"


@pytest.mark.parametrize(
    ("cites", "listed"),
    [
        ("2. Nothing is said here of any treaty that States have made with each other.", []),
        ("2. The United Nations Convention against Transnational Organized Crime is in force for all of them.", ["article 1: Keeping of lights"]),
        ("2. Lamps are the subject of article 2 of the United Nations Convention against Transnational Organized Crime.",
         ["article 1: Keeping of lights", "article 2: Mountain roads"]),
        ("2. Lamps are the subject of article 2 of the Convention, and winter oil that of article 3 of the Constitution.", []),
        ("2. The United Nations Convention against Transnational Organized Crime (“the Convention”) is in force.\n\n"
         "3. Lamps are the subject of article 2 of the Convention, and winter oil that of article 3, paragraph 1, of the Constitution.",
         ["article 1: Keeping of lights", "article 2: Mountain roads"]),
        ("2. With the United Nations Convention against Transnational Organized Crime in force, article 3 of the Constitution was amended.",
         ["article 1: Keeping of lights"]),
    ],
)  # fmt: skip
def test_only_of_a_treaty_that_a_document_cites_articles_are_listed_by_what_the_reader_alone_says(
    holding: Holding, cites: str, listed: list[str]
) -> None:
    head = "---\nsymbol: DP/2030/9\ntitle: Harbour lamps\nlanguage: en\n---\n# Harbour lamps\n\n"
    by_key = sections(holding(CRIMES, f"{head}{LIT}{cites}\n", reading=True), Request("document", "DP/2030/9"))
    given = by_key["articles"].parts if "articles" in by_key else ()
    assert [part.heading.partition(", ")[2] for part in given] == listed
    assert ("framework" in by_key) is bool(listed)


def test_a_question_is_led_to_the_articles_of_which_the_reader_says_that_they_answer_it(holding: Holding) -> None:
    note = f"---\nsymbol: DP/2030/9\ntitle: Harbour lamps\nlanguage: en\n---\n# Harbour lamps\n\n{LIT}"
    by_key = sections(
        holding(CRIMES, note, reading=True), Request("question", "Who shall keep the lamps of harbours lit?")
    )
    assert "article 1: Keeping of lights" in [part.heading.partition(", ")[2] for part in by_key["articles"].parts]
    assert by_key["framework"].parts


def test_an_article_is_certain_for_a_theme_only_where_it_has_the_words_of_the_theme(holding: Holding) -> None:
    engine = holding(CRIMES, f"---\nsymbol: DP/2030/9\ntitle: Lamps\nlanguage: en\n---\n# Lamps\n\n{LIT}", reading=True)

    def certain_articles(theme: str) -> list[str]:
        framework = sections(engine, Request("theme", theme)).get("framework")
        parts = framework.parts if framework else ()
        return [each.text for part in parts if part.sure for each in part.statements]

    assert any("article 1 (Keeping of lights)" in each for each in certain_articles("harbour lamps in every season"))
    assert certain_articles("theft of harbour lamps in every season") == []


def test_a_treaty_on_a_theme_that_the_texts_name_and_that_is_not_held_is_told_and_no_other_stands_in_for_it(
    holding: Holding,
) -> None:
    said = "1. Trafficking in persons is a crime under the Trafficking in Persons Protocol, which all States keep.\n"
    note = f"---\nsymbol: DP/2030/9\ntitle: Victims\nlanguage: en\n---\n# Victims\n\n{said}"
    roads = CRIMES.replace("keep mountain roads open", "keep persons on mountain roads")
    framework = sections(holding(roads, note, reading=True), Request("theme", "trafficking in persons"))["framework"]
    assert framework.parts == ()
    assert [each for each in framework.remarks if "Trafficking in Persons Protocol" in each]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "It recalls the United Nations Convention against Transnational Organized Crime."),
        ("fr", "Rappelant la Convention des Nations Unies contre la criminalité transnationale organisée."),
        ("es", "Recordando la Convención de las Naciones Unidas contra la Delincuencia Organizada Transnacional."),
        (
            "ru",
            "Ссылаясь на Конвенцию Организации Объединенных Наций против транснациональной организованной преступности.",
        ),
        ("zh", "回顾《联合国打击跨国有组织犯罪公约》。"),
        ("ar", "إذ تشير إلى اتفاقية الأمم المتحدة لمكافحة الجريمة المنظمة عبر الوطنية."),
    ],
)
def test_a_treaty_is_cited_by_its_name_in_six_languages_and_what_supplements_it_with_it(
    holding: Holding, language: str, said: str
) -> None:
    title = "Protocol against the Smuggling of Migrants, supplementing the United Nations Convention against Transnational Organized Crime"
    protocol = CRIMES.replace("annex I", "annex III").replace(
        "United Nations Convention against Transnational Organized Crime", title
    )
    treaties = [f"A/RES/55/25, annex {part}:en:official" for part in ("I", "III")]
    finder = ArticleFinder(holding(CRIMES, protocol), treaties)
    assert finder.find_cited_treaties([(said, language)]) == frozenset(treaties)
    assert finder.find_cited_treaties([("2030", language)]) == frozenset()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "It is so under article 1 of the Convention and article 2 of the Constitution."),
        ("fr", "Il en va ainsi de l'article premier de la Convention et de l'article 2 de la Constitution."),
        ("es", "Así lo disponen el artículo 1 de la Convención y el artículo 2 de la Constitución."),
        ("ru", "Это предусмотрено в статье 1 Конвенции и статье 2 Конституции."),
        ("zh", "《公约》第1条和《宪法》第2条有此规定。"),
        ("ar", "وهذا ما تنص عليه المادة 1 من الاتفاقية والمادة 2 من الدستور."),
    ],
)
def test_an_article_of_a_convention_that_a_text_does_not_name_is_none_of_the_one_that_is_held(
    holding: Holding, language: str, said: str
) -> None:
    head = f"---\nsymbol: CEDAW/C/2030/9\ntitle: Women\nlanguage: {language}\n---\n# Women\n\n"
    request = Request("document", "CEDAW/C/2030/9", language=language)
    made = make_briefing(holding(CRIMES, f"{head}1. {said}\n"), request)
    assert not {"framework", "articles"} & {section.key for section in made.sections}


LETTERS = {
    "en": ("Letter dated 27 May 2030 from the Keeper of Lamps", "Annex", "I should be grateful if you would bring this matter to the attention of all members.",
           "[Original: Arabic, Chinese, English, French, Russian and Spanish]", "(Signed) Anna Example Keeper of the harbour lamps of the islands",
           "All 27 lamps of the harbour were lit and nineteen of them repaired."),
    "fr": ("Lettre datée du 27 mai 2030, adressée par le gardien des lampes", "Annexe", "Je vous serais obligé de bien vouloir porter cette question à l'attention de tous les membres.",
           "[Original : anglais, arabe, chinois, espagnol, français et russe]", "(Signé) Anna Exemple Gardienne des lampes du port et des îles",
           "Les 27 lampes du port ont été allumées et dix-neuf d'entre elles réparées."),
    "es": ("Carta de fecha 27 de mayo de 2030 dirigida por el guardián de las lámparas", "Anexo", "Le agradecería que señalara este asunto a la atención de todos los miembros.",
           "[Original: árabe, chino, español, francés, inglés y ruso]", "(Firmado) Ana Ejemplo Guardiana de las lámparas del puerto",
           "Se encendieron las 27 lámparas del puerto y se repararon diecinueve."),
    "ru": ("Письмо хранителя фонарей от 27 мая 2030 года", "Приложение", "Буду признателен Вам за доведение этого вопроса до сведения всех членов.",
           "[Подлинный текст на английском, арабском, испанском и китайском языках]", "(Подпись) Анна Пример Хранительница фонарей гавани и островов",
           "Все 27 фонарей гавани были зажжены, а девятнадцать из них исправлены."),
    "zh": ("2030年5月27日灯塔看守人的信", "附件", "请提请全体成员注意这一事项为荷，并请将本信作为文件分发给全体成员。",
           "[原件：阿拉伯文、中文、英文、法文、俄文和西班牙文]", "(签名)港口灯具和群岛灯塔看守人安娜以及她的全体同事",
           "港口的二十七盏灯已全部点亮，其中十九盏灯已在本年度修理完毕。"),
    "ar": ("رسالة مؤرخة 27 أيار/مايو 2030 موجهة من حارس المصابيح", "المرفق", "وأرجو ممتنا عرض هذه المسألة على جميع الأعضاء في أقرب وقت ممكن.",
           "[الأصل: بالإسبانية والإنكليزية والروسية والصينية والعربية والفرنسية]", "(توقيع) آنا مثال حارسة مصابيح الميناء والجزر المجاورة لها",
           "أضيئت جميع مصابيح الميناء البالغ عددها 27 مصباحا وتم إصلاح تسعة عشر منها."),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_report_behind_a_covering_letter_its_own_words_are_key_points_and_no_formula_signature_or_note_on_the_original(
    holding: Holding, language: str
) -> None:
    title, annex, formula, original, signed, told = LETTERS[language]
    text = (
        f"---\nsymbol: S/2030/9\ntitle: {title}\nlanguage: {language}\n---\n# {title}\n\n{formula}\n\n{signed}\n\n# {annex}\n\n{original}\n\n"
        f"## 2029\n\n1. {told.replace('27', '31')}\n\n## 2030\n\n2. {told}\n\n{signed}\n"
    )
    engine = holding(text)
    said, about = points_and_about(make_briefing(engine, Request("document", "S/2030/9", language=language)))
    assert any(told in each for each in said)
    assert not [each for each in said for words in (formula, original, signed) if words in each]
    assert sum(each.count(signed) for each in about) == 1  # who sends it
    alone = f"---\nsymbol: S/2030/8\ntitle: {title}\nlanguage: {language}\n---\n# {title}\n\n{told}\n\n{formula}\n"
    more(engine, alone)
    said = texts(make_briefing(engine, Request("document", "S/2030/8", language=language)))
    assert any(told in each for each in said)
    assert not [each for each in said if formula in each]


def points_and_about(made: Briefing) -> tuple[list[str], list[str]]:
    """What a briefing says, without and in its section about the document."""
    about = [each for section in made.sections if section.key == "about" for each in section.statements]
    said = [each.text for each in about]
    return [each for each in texts(made) if each not in said], said


def test_in_the_briefing_of_a_document_no_two_other_documents_differ(engine: Engine) -> None:
    more(engine, further("Repair of harbour lamps", "Nobody has been asked who lights them in winter."))
    reading = Engine(engine.library, engine.catalogue, readers=word_readers())
    by_key = sections(reading, Request("document", "CTOC/COP/WG.7/2029/23"))
    assert "differences" not in by_key


def test_a_briefing_on_an_item_tells_which_meeting_it_took_where_several_have_the_item(engine: Engine) -> None:
    def told(meeting: str, language: str = "en") -> list[str]:
        made = make_briefing(engine, Request("item", "2", meeting=meeting, language=language, mixed=True))
        said = [remark for section in made.sections for remark in section.remarks]
        return [remark for remark in said if "CTOC/COP/WG.7/2028/1" in remark]

    assert told("") == []
    earlier = AGENDA.replace("WG.7/2030/", "WG.7/2028/").replace("March 2030", "March 2028")
    more(engine, earlier)
    for language in LANGUAGES:
        (remark,) = told("", language)
        assert "CTOC/COP/WG.7/2030/1" in remark
    assert told("CTOC/COP/WG.7/2030/1") == []


def test_other_languages_are_quoted_for_an_item_and_a_document_only_where_that_is_asked_for(holding: Holding) -> None:
    engine = holding(AGENDA, LAMPS, reading=True)
    said = "Les États devraient savoir que « the repair of harbour lamps on small boats and the pay of harbour masters » est utile."
    more(engine, f"---\nsymbol: E/2029/7\ntitle: Lampes\nlanguage: fr\ndate: 2029-01-01\n---\n# Lampes\n\n1. {said}\n")
    for kind, value in (("item", "2"), ("document", "CTOC/COP/WG.7/2030/2")):
        made = [
            texts(make_briefing(engine, Request(kind, value, "secretariat", mixed=mixed))) for mixed in (False, True)
        ]
        assert [said in each for each in made] == [False, True]


def test_an_item_whose_title_closes_agendas_of_other_bodies_names_no_subject_for_what_these_say(
    holding: Holding,
) -> None:
    agenda = AGENDA.replace("\n### Annotations", "4. Lost nets and other matters.\n\n### Annotations")
    said = "Lost nets and other matters are told to the council, which keeps a list of lost nets and other matters."
    elsewhere = "---\nsymbol: E/2029/7\ntitle: Nets\nlanguage: en\ndate: 2029-01-01\n---\n# Nets\n\n1. "
    engine = holding(agenda, f"{elsewhere}{said}\n", reading=True)
    assert said in texts(make_briefing(engine, Request("item", "4", meeting="CTOC/COP/WG.7/2030/1")))
    other = agenda.replace("CTOC/COP/WG.7/2030", "E/CN.7/2031").replace("Working Group on the Smuggling of Migrants", "Commission on Ferries")  # fmt: skip
    more(engine, other)
    assert said not in texts(make_briefing(engine, Request("item", "4", meeting="CTOC/COP/WG.7/2030/1")))
    assert said in texts(make_briefing(engine, Request("theme", "lost nets and other matters")))


def test_a_title_of_few_words_is_answered_by_other_bodies_only_in_its_words(holding: Holding) -> None:
    agenda = AGENDA.replace("\n### Annotations", "4. Lost nets.\n\n### Annotations")
    said = [
        f"{what} are told to the council of the coast, which keeps a list of them."
        for what in ("Lost nets", "Lost boats")
    ]
    engine = holding(agenda, further("Losses", *said), reading=True)
    made = texts(make_briefing(engine, Request("item", "4", "secretariat")))
    assert [each in made for each in said] == [True, False]


def test_all_that_the_annotations_of_an_item_say_is_quoted_once(holding: Holding) -> None:
    said = "Item 2 also covers how masters trim lamps at sea. One post of a master remains vacant."
    taken = "The Working Group should decide on the price of oil."
    agenda = AGENDA.replace("A paper on harbour lamps lies", f"{said} {taken}\n\nA paper on harbour lamps lies")
    briefing = make_briefing(holding(agenda), Request("item", "2", "chair"))
    assert said in [each.text for each in section(briefing, "mandate").statements]
    assert [each.text for each in section(briefing, "expected").statements] == [taken]
    told = " ".join(texts(briefing))
    for words in (
        said,
        taken,
        "A paper on harbour lamps lies",
        "may wish to discuss the repair",
        "the pay of harbour masters",
    ):
        assert told.count(words) == 1


def test_an_item_of_formalities_has_its_annotation_and_is_not_called_unsourced(holding: Holding) -> None:
    vacant = "One post of Vice-Chair, to be filled by the Group of Island States, remains vacant."
    agenda = AGENDA.replace("##### (b) Adoption", f"##### (a) Opening of the meeting\n\n{vacant}\n\n##### (b) Adoption")
    briefing = make_briefing(holding(agenda), Request("item", "1 (a)", "chair"))
    assert vacant in [each.text for each in section(briefing, "mandate").statements]
    assert not [each for each in _told_lacking(briefing) if "could be quoted on" in each or "to be quoted on" in each]


@pytest.mark.parametrize("number", ["1 a)", "1(a)", "1 (A)"])
def test_a_part_of_an_item_is_found_however_its_letter_is_set_off(holding: Holding, number: str) -> None:
    assert find_subject(holding(AGENDA), Request("item", number)).item_context[1].number == "1 (a)"


def test_what_a_timetable_adds_to_the_title_of_an_item_is_told(holding: Holding) -> None:
    title = "Mountain roads and the training of drivers"
    rows = f"| Monday, 4 March | | |\n|---|---|---|\n| 10 a.m.–1 p.m. | 3 | {title} (vote at 11 a.m.) |\n"
    made = sections(holding(f"{AGENDA}\n## Annex\n\n### Proposed organization of work\n\n{rows}"), Request("item", "3"))
    assert [each.text.endswith(f"item 3 ({title}, vote at 11 a.m.).") for each in made["schedule"].statements] == [True]


def test_who_introduces_a_paper_is_quoted_where_the_timetable_says_it_below_the_item(holding: Holding) -> None:
    lamps, roads = "Harbour lamps and the safety of small boats", "Mountain roads and the training of drivers"
    rows = f"""| Monday, 4 March | | |
|---|---|---|
| 10 a.m.–1 p.m. | 2 | {lamps} (continued) • Introduction by the Keeper |
| | | Statement by the Chair of the Group of Ports |
| | 3 | {roads} |
| | | Introduction by the Driver |
| 3–6 p.m. | 3 | {roads}, with those of horses |
| After the meeting | | Reception |
"""
    engine = holding(f"{AGENDA}\n## Annex\n\n### Proposed organization of work\n\n{rows}")
    told = {number: sections(engine, Request("item", number))["schedule"].statements for number in ("2", "3")}
    quoted = {number: [each.text for each in told[number] if each.verdict == "quoted"] for number in told}
    assert quoted == {
        "2": ["Introduction by the Keeper", "Statement by the Chair of the Group of Ports"],
        "3": ["Introduction by the Driver"],
    }
    assert [each.verdict for each in told["2"]] == ["derived", "quoted", "quoted"]
    assert [each.verdict for each in told["3"]] == ["derived", "quoted", "derived"]
    assert told["2"][1].citations[0].locator.endswith("annex, Monday, 4 March, 10 a.m.-1 p.m.")


DRAFT = """---
symbol: CTOC/COP/WG.7/2030/L.3
title: Oil for lamps
language: en
kind: resolution
date: 2030-03-04
---
# Peru: draft resolution

## Oil for lamps

The Working Group on the Smuggling of Migrants,

Recalling all lamps,

1. Requests the Secretariat to buy oil for the lamps of the harbour by 31 December 2031;

2. Invites States to trim the lamps of the harbour.
"""


def test_of_an_announced_draft_the_requests_stand_in_a_table_and_nothing_of_it_among_the_points(
    holding: Holding,
) -> None:
    action = (
        "The Working Group may also wish to take action on the draft resolution in document CTOC/COP/WG.7/2030/L.3."
    )
    agenda = AGENDA.replace("A paper on harbour lamps lies", f"{action}\n\nA paper on harbour lamps lies")
    engine = holding(agenda, LAMPS, DRAFT)
    briefing = make_briefing(engine, Request("item", "2", "chair"))
    (table,) = section(briefing, "expected").tables
    assert "CTOC/COP/WG.7/2030/L.3" in table.heading
    assert [row[2].to_text() for row in table.rows] == ["the Secretariat", "States"]
    text = render(build_publication(briefing, engine.library), "md").decode()
    assert text.count("CTOC/COP/WG.7/2030/L.3: Oil for lamps (Annex: ") == 1
    anchors = ("expected", "points", "annex", "expected-table-1", "sources")
    places = [text.index(f'id="{each}"') for each in anchors]
    assert places == sorted(places)
    assert text.index("| the Secretariat |") > text.index('id="annex"')
    points = section(briefing, "points")
    assert not [part.heading for part in points.parts if "draft resolution" in part.heading]
    assert not [each for each in points.statements if each.citations[-1].symbol == "CTOC/COP/WG.7/2030/L.3"]


def test_the_requests_of_a_resolution_that_the_title_of_an_item_cites_are_part_of_its_mandate(holding: Holding) -> None:
    agenda = AGENDA.replace("CTOC/COP/WG.7/2030/1", "A/98/150").replace(
        "2. Harbour lamps and the safety of small boats", "2. Harbour lamps and the safety of small boats (resolution 97/12)"
    )  # fmt: skip
    agenda = agenda.replace("3. Mountain roads and", "3. Mountain roads (resolution 97/13) and")
    adopted = DRAFT.replace("# Peru: draft resolution", "# Resolution adopted on 4 December 2029")
    of_lamps = adopted.replace("CTOC/COP/WG.7/2030/L.3", "A/RES/97/12").replace("2030-03-04", "2029-12-04")
    of_roads = of_lamps.replace("97/12", "97/13").replace("Oil for lamps", "Roads").replace("lamps of", "stones of")
    briefing = make_briefing(holding(agenda, of_lamps, of_roads), Request("item", "2", "chair"))
    (table,) = section(briefing, "mandate").tables
    assert table.heading == "A/RES/97/12: Oil for lamps"
    assert [row[1].to_text() for row in table.rows] == ["the Secretariat", "States"]


def test_a_key_point_of_a_paper_of_the_item_is_its_whole_paragraph(holding: Holding) -> None:
    figure = "The pay of harbour masters is low in all harbours of the islands. Contributions have been pledged for 2032; the shortfall is $1.3 million."
    briefing = make_briefing(holding(AGENDA, f"{LAMPS}\n4. {figure}\n"), Request("item", "2", "chair"))
    assert figure in [each.text for each in section(briefing, "points").statements]


def test_key_points_on_the_title_of_an_item_are_those_of_its_papers_where_they_are_held(holding: Holding) -> None:
    agenda = AGENDA.replace("The Working Group may wish to discuss the training of drivers on mountain roads.", "")
    elsewhere = further(
        "Elsewhere",
        "The roads of another body: the training of drivers on mountain roads is kept open by its guards in every winter.",
    )
    engine = holding(agenda, elsewhere, reading=True)

    def quoted() -> set[str | None]:
        points = sections(engine, Request("item", "3"))["points"].parts
        return {each.citations[-1].symbol for part in points for each in part.statements}

    assert quoted() == {"CTOC/COP/WG.7/2029/9"}
    more(engine, ROADS)
    assert quoted() == {"CTOC/COP/WG.7/2030/3"}


def test_what_a_digest_says_of_the_paper_that_it_is_about_is_no_key_point_unlike_what_the_paper_argues(
    holding: Holding,
) -> None:
    name = "CTOC/COP/WG.7/2030/2"
    about = f"{name} is the paper on the repair of harbour lamps on small boats and on the pay of harbour masters."
    argues = f"The main argument of {name} is that the repair of harbour lamps on small boats should be paid by all."
    head = "---\ntitle: On paper CTOC/COP/WG.7/2030/2\nslug: on-lamps\nedition: digest\nlanguage: en\ndate: 2035-01-01\n---\n"
    digest = f"{head}# On paper {name}\n\n## The paper\n\n1. {about}\n\n2. {argues}\n"
    told = [
        each.text
        for each in section(make_briefing(holding(AGENDA, digest), Request("item", "2")), "closest").statements
    ]
    assert argues in told
    assert about not in told


def test_a_later_document_that_names_a_paper_of_the_item_in_its_title_is_none_of_it(holding: Holding) -> None:
    later = (
        LAMPS.replace("WG.7/2030/2", "WG.7/2031/9")
        .replace("40 dollars", "90 dollars")
        .replace("2030-02-02", "2031-06-01")
    )
    later = later.replace("Harbour lamps", "Outcome of the talks on CTOC/COP/WG.7/2030/2")
    briefing = make_briefing(holding(AGENDA, LAMPS, later), Request("item", "2", "chair"))
    said = [each.text for part in briefing.sections for each in part.statements]
    assert any("40 dollars" in text for text in said)
    assert not any("90 dollars" in text for text in said)


def test_every_annotation_of_a_long_item_is_quoted(holding: Holding) -> None:
    told = [f"Harbour number {n} of the islands has lit its lamps since the year {1900 + n}." for n in range(30)]
    paragraphs = "\n\n".join(told)
    agenda = AGENDA.replace("A paper on harbour lamps lies", f"{paragraphs}\n\nA paper on harbour lamps lies")
    briefing = make_briefing(holding(agenda, LAMPS), Request("item", "2", "chair"))
    said = " ".join(each.text for part in briefing.sections for each in part.statements)
    assert [text for text in told if text not in said] == []


def test_an_article_that_comes_up_for_one_theme_of_an_item_alone_is_only_closest_to_it(holding: Holding) -> None:
    old = "The Working Group may wish to discuss the training of drivers on mountain roads."
    asked = "The Working Group may wish to discuss the lamps of all harbours lit in every season of the year. It may also wish to discuss the price of bread."
    cited = "It acts under the United Nations Convention against Transnational Organized Crime."
    agenda = AGENDA.replace(old, f"{asked} {cited}")
    briefing = make_briefing(holding(CRIMES, agenda, reading=True), Request("item", "3", "chair"))
    told = [each.key for each in briefing.sections for part in each.statements if "Keeping of lights" in part.text]
    assert told == ["closest"]


LICENCES = (
    CRIMES.partition("## Article 1")[0]
    + """## Article 1. Training of people

1. Training is given to all who ask for what article 3 is about.

## Article 2. Winter oil and its many uses by people on islands

1. Oil is kept for the islands.

## Article 3. Licences

1. A licence is given to those who can drive a bus.

## Article 4. Fees

1. A fee is taken where article 1 or article 3 of this Convention is applied.

## Article 5. Shops

1. Shops sell bread for the fee of article 4.
"""
)


@pytest.mark.parametrize(("title", "applies"), [("Training of people", True), ("Training, schools and shops", False)])
def test_an_article_with_half_of_its_title_from_an_item_applies_with_those_in_references_with_it(
    holding: Holding, title: str, applies: bool
) -> None:
    cited = "It acts under the United Nations Convention against Transnational Organized Crime."
    agenda = AGENDA.replace("drivers on mountain roads.", f"drivers on mountain roads. {cited}")
    treaty = LICENCES.replace("Training of people", title)
    made = sections(holding(agenda, treaty), Request("item", "3"))
    listed = {
        part.heading: [each.text.partition(": ")[2] for each in part.statements]
        for part in (made["framework"].parts if "framework" in made else ())
        if part.sure and part.statements
    }
    assert [*listed] == [say("articles_whole", "en"), say("articles_further", "en")] * applies
    assert [each.split(".")[0] for own in listed.values() for each in own] == [
        "article 1 (Training of people)",
        "article 3 (Licences) and article 4 (Fees)",
    ] * applies


def test_in_the_record_of_a_meeting_what_was_decided_leads_the_key_points(holding: Holding) -> None:
    said = "The delegation of one State said that the lamps of the harbour were dear to all of its people."
    vote = (
        "Draft resolution A/C.2/81/L.7 on the lamps of the harbour was adopted by 90 votes to 3, with 40 abstentions."
    )
    chapters = {
        "Lamps": [
            f"<p>1. {said}</p>",
            "<p>2. It was said that lamps of the harbour were old and dim.</p>",
            f"<p>3. {vote}</p>",
        ],
        "Roads": ["<p>4. It was said that the roads of the islands were long.</p>"],
        "Boats": ["<p>5. It was said that the boats of the islands were small.</p>"],
    }
    points = about(holding, chapters, audience="chair")["points"]
    assert vote in [each.text for each in points.parts[0].statements]
