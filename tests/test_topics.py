"""What several texts say on one topic, and where the words of a text come from."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import SHARED, Holding, at_hand, markdown, more

from assistant.answer_phrases import say
from assistant.export.file_formats import FORMATS, render
from assistant.export.layouts import build_publication
from assistant.qa.engine import Engine
from assistant.reports import ReportError
from assistant.reports.comparison.provenance import find_origins, resolve_place
from assistant.reports.comparison.topic_comparison import TopicComparison, compare_topic
from assistant.reports.lookup import find_document
from corpus.documents import LANGUAGES
from eval.cases import ORIGINS, TOPIC_PARAGRAPHS, TOPICS
from eval.origins import Labelled, compute_scores
from eval.output import load_labels
from eval.topics import FoundPlaces, Topic, find_places
from eval.topics import compute_scores as topic_scores_of
from ingest.input_files import FileInput
from ingest.pipeline import Input

TEXT = "---\nsymbol: {symbol}\ntitle: Note {symbol}\nlanguage: en\n{date}---\n# Note {symbol}\n\n{body}\n"
DETAIN = (
    "Smugglers whose boats are seized are detained in the harbour prison for {days} days before a judge hears them;"
)
LAMPS = "Lamps along the long quay are lit from dusk to dawn by the night watch of the town;"
NETS = "Fishing nets are dried on the northern wall, where nobody is in the way of carts;"

Hold = Callable[..., Engine]


@pytest.fixture
def hold(holding: Holding) -> Hold:
    """An engine over texts: symbols with (date, paragraphs)."""

    def make(**texts: tuple[str, list[str]]) -> Engine:
        made = []
        for symbol, (date, lines) in texts.items():
            body = "\n\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
            told = f"date: {date}\n" if date else ""
            made.append(TEXT.format(symbol=symbol.replace("_", "/").replace("/Rev/", "/Rev."), date=told, body=body))
        return holding(*made, reading=True)

    return make


def on(engine: Engine, topic: str, *names: str) -> TopicComparison:
    return compare_topic(engine, topic, [find_document(engine.library, name) for name in names])


def said(found: TopicComparison) -> dict[str, list[str]]:
    return {side.label: [each.text for each in side.statements] for side in found.sides}


DETENTION = "smugglers detained in the harbour prison"


def test_what_a_later_text_repeats_is_told_of_both_and_the_later_one_steps_in_front(hold: Hold) -> None:
    kept = DETAIN.format(days=10)
    engine = hold(A_90_7=("2030-01-01", [LAMPS, kept]), A_91_7=("2031-01-01", [kept, NETS]))
    found = on(engine, DETENTION)
    assert said(found) == {"A/91/7": [kept], "A/90/7": [kept]}
    assert [each.places for each in found.same] == [((0, 0), (1, 0))]
    assert found.differences == ()
    assert found.alone == ()
    told = markdown(found, engine.library, "en")
    assert "Repeats **A/90/7, paragraph 2**" in told
    assert "Repeated in **A/91/7, paragraph 1**" in told


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        (DETAIN.format(days=12), {"number", "number_before"}),
        (DETAIN.format(days=10).replace("are detained", "are not detained"), {"negation", "denied", "denial"}),
        (DETAIN.format(days=10).replace("a judge", "the Secretary-General"), {"actor", "name"}),
    ],
)
def test_texts_in_like_words_that_say_other_things_are_told_to_differ(
    hold: Hold, changed: str, kinds: set[str]
) -> None:
    engine = hold(A_90_7=("2030-01-01", [DETAIN.format(days=10)]), A_91_7=("2031-01-01", [changed]))
    found = on(engine, DETENTION, "A/90/7", "A/91/7")
    assert found.same == ()
    (one,) = found.differences
    assert (one.later, one.earlier) == ((1, 0), (0, 0))
    assert {reason.kind for reason in (*one.has, *one.had)} & kinds
    assert "".join(piece.text for piece in one.pieces if piece.op != "removed") == changed
    told = markdown(found, engine.library, "en")
    assert say("topic_differs", "en") in told
    json.dumps(found.to_json())


@pytest.mark.parametrize(
    ("earlier", "later", "told"),
    [
        ("within 72 hours", "within seven hours", {"the number 72", "the number seven"}),
        ("for (1) seven days", "for (2) seven days", set()),
        ("for 7 days", "for seven days", set()),
        ("for seven days", "for many days", None),
        ("for seven days", "for two days by order of the Harbour Master Council", None),
        ("under article 7", "under article 9", set()),
        ("at a cost of 3% of the fees", "at a cost of 2% of the fees", {"the number 3%", "the number 2%"}),
        ("for 3.5 dollars a day", "for 2.5 dollars a day", {"the number 3.5", "the number 2.5"}),
        ("for 3.5 dollars a day", "for salt every day", None),
        ("with salt and bread", "with the consent of the Harbour Master Council", None),
        ("by order of the Harbour Board", "by order of the Harbour Council", None),
        ("for seven days by the Board", "for 7 days by the Council", None),
        ("each Monday", "each Tuesday", {"the day of the week (Monday)", "the day of the week (Tuesday)"}),
        ("once in May", "once in June", {"the month May", "the month June"}),
        ("for at least 3 days", "for at most 3 days", None),
        ("which is permitted", "which is prohibited", None),
        ("for seven days", "for 7 weeks", None),
        ("within 72 hours", "within 72 days", None),
        ("at a cost of 5 million dollars", "at a cost of 5 billion dollars", None),
    ],
)
def test_a_difference_is_one_value_in_the_place_of_another_and_nothing_else_differs(
    hold: Hold, earlier: str, later: str, told: set[str] | None
) -> None:
    line = "The harbour master shall detain smugglers in the harbour prison by night: {} before the judge hears them;"
    engine = hold(A_90_7=("2030-01-01", [line.format(earlier)]), A_91_7=("2031-01-01", [line.format(later)]))
    found = on(engine, DETENTION, "A/90/7", "A/91/7")
    reasons = {reason.message("en") for each in found.differences for reason in (*each.has, *each.had)}
    assert reasons == (told or set())
    assert len(found.same) == (told == set())
    assert found.alone == (), "both have similar words, whether or not it can be said how they differ"


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("may", {"permission where the source has obligation", "obligation where the source has permission"}),
        (
            "should",
            {"recommendation where the source has obligation", "obligation where the source has recommendation"},
        ),
    ],
)
def test_what_one_text_obliges_to_and_another_one_recommends_or_permits_is_told_to_differ(
    hold: Hold, verb: str, told: set[str]
) -> None:
    line = "The harbour master {} detain smugglers in the harbour prison by night before the judge hears them;"
    engine = hold(A_90_7=("2030-01-01", [line.format("shall")]), A_91_7=("2031-01-01", [line.format(verb)]))
    found = on(engine, DETENTION, "A/90/7", "A/91/7")
    (one,) = found.differences
    assert ({reason.message("en") for reason in (*one.has, *one.had)}, found.same) == (told, ())


def test_what_one_text_recommends_and_another_one_permits_is_not_said_by_both(hold: Hold) -> None:
    line = "The harbour master {} detain smugglers in the harbour prison by night before the judge hears them;"
    engine = hold(A_90_7=("2030-01-01", [line.format("should")]), A_91_7=("2031-01-01", [line.format("may")]))
    assert on(engine, DETENTION, "A/90/7", "A/91/7").same == ()


def test_what_introduces_several_points_is_quoted_once_and_the_points_below_it(hold: Hold) -> None:
    opening = (
        "Asks the harbour masters of all the towns on the strait, "
        + "and of every quay and lock and mole, " * 30
        + "in the matter of the smugglers:"
    )
    points = ["(a) To count the smugglers detained in the harbour prison;", "(b) To feed the smugglers detained in the harbour prison."]  # fmt: skip
    engine = hold(A_90_7=("2030-01-01", [f"{opening}\n\n" + "\n\n".join(points)]))
    found = on(engine, DETENTION, "A/90/7")
    assert len(found.sides[0].statements) == 2
    assert all(each.text.startswith(opening) for each in found.sides[0].statements)
    told = markdown(found, engine.library, "en")
    assert told.count("Asks the harbour masters") == 1
    assert told.index("Asks the harbour masters") < told.index("To count") < told.index("To feed")


def test_a_bare_title_is_no_statement_that_differs_from_the_paragraph_that_names_it(hold: Hold) -> None:
    title = "Protocol on the Detention of Smugglers in the Harbour Prison of the Town, supplementing the Convention"
    engine = hold(
        A_90_7=("2030-01-01", [title, LAMPS]), A_91_7=("2031-01-01", [f"Invites the Council to join the {title};"])
    )
    found = on(engine, DETENTION, "A/90/7", "A/91/7")
    assert found.differences == ()


def test_a_text_without_the_topic_is_named_with_what_comes_nearest_there(hold: Hold) -> None:
    engine = hold(A_90_7=("2030-01-01", [DETAIN.format(days=10)]), A_91_7=("2031-01-01", [LAMPS, NETS]))
    found = on(engine, DETENTION, "A/91/7", "A/90/7")
    without = found.sides[0]
    assert (without.label, without.statements) == ("A/91/7", ())
    assert without.nearest is not None
    assert without.nearest.citations[-1].document == without.document
    told = markdown(found, engine.library, "en")
    assert told.index("</a>Not found in") < told.index("| A/91/7 |")
    assert "not certain" in told


@pytest.mark.parametrize(
    ("line", "statements", "nearest"),
    [
        ("In the harbour prison, all persons who are detained as smugglers may write home;", 1, False),
        ("The prison is whitewashed in spring;", 0, True),
    ],
)
def test_a_named_text_is_read_however_much_another_one_says_on_the_topic(
    hold: Hold, line: str, statements: int, nearest: bool
) -> None:
    many = [f"{DETENTION.capitalize()} are counted in cell {n} of the harbour prison." for n in range(180)]
    engine = hold(A_90_7=("2030-01-01", many), A_91_7=("2031-01-01", [LAMPS, line, NETS]))
    _, side = on(engine, DETENTION, "A/90/7", "A/91/7").sides
    assert len(side.statements) == statements
    told = side.nearest if nearest else side.statements[0]
    assert told is not None
    assert told.text == line


def test_what_may_speak_to_the_topic_is_quoted_as_uncertain_where_nothing_surely_does(hold: Hold) -> None:
    engine = hold(A_90_7=("2030-01-01", ["The harbour master feeds the gulls every morning at six.", LAMPS]))
    found = on(engine, "the harbour master and his prison wardens")
    (side,) = found.sides
    assert (side.status, [each.text for each in side.statements]) == (
        "closest", ["The harbour master feeds the gulls every morning at six."],
    )  # fmt: skip
    assert say("topic_unsure", "en") in markdown(found, engine.library, "en")


def test_what_has_all_words_of_a_topic_is_certain(hold: Hold) -> None:
    gulls = "The harbour master feeds the gulls every morning at six."
    engine = hold(A_90_7=("2030-01-01", [gulls, LAMPS]))
    (side,) = on(engine, "a master of the harbour who feeds gulls").sides
    assert (side.status, [each.text for each in side.statements]) == ("found", [gulls])


def test_where_no_words_are_certain_further_paragraphs_of_a_named_text_are_quoted_and_what_it_recalls_stands_behind(
    hold: Hold,
) -> None:
    gulls = "The harbour master feeds the gulls every morning at six."
    recalled = ["Recalling that the harbour is old,", "Noting the wish of the town,"]
    operative = [
        gulls,
        *(f"The {town} harbour keeps its lodge open." for town in ("old", "new", "far", "low", "dry", "wet")),
    ]
    body = "\n\n".join(["The General Assembly,", *recalled, *(f"{n}. {line}" for n, line in enumerate(operative, 1))])
    engine = hold()
    text = TEXT.format(symbol="A/RES/90/7", date="date: 2030-01-01\n", body=body)
    more(engine, text)
    (side,) = on(engine, "the harbour master and his prison wardens", "A/RES/90/7").sides
    told = [each.text for each in side.statements]
    assert (side.status, len(told), told[0]) == ("closest", 6, gulls)
    assert not set(told) & set(recalled)


def test_what_a_text_says_itself_is_quoted_before_what_it_recalls_and_nothing_is_called_said_by_one_text_only(
    hold: Hold,
) -> None:
    recalled = "Recalling the smugglers detained in the harbour prison,"
    operative = [f"Asks that smugglers detained in the harbour prison of the {town} town be heard by a judge;"
                 for town in ("old", "new", "far", "low", "dry", "wet")]  # fmt: skip
    body = "\n\n".join(["The General Assembly,", recalled, *(f"{n}. {line}" for n, line in enumerate(operative, 1))])
    engine = hold(A_91_7=("2031-01-01", [f"Keep {DETENTION} from the boats that the judge has sold."]))
    text = TEXT.format(symbol="A/RES/90/7", date="date: 2030-01-01\n", body=body)
    more(engine, text)
    found = on(engine, DETENTION, "A/RES/90/7", "A/91/7")
    assert found.sides[0].status == "found"
    assert said(found)["A/RES/90/7"] == operative
    assert "Worded this way in one text only" in markdown(found, engine.library, "en")


def test_a_footnote_is_no_statement_on_a_topic(hold: Hold) -> None:
    engine = hold(A_90_7=("2030-01-01", [f"{LAMPS}[^1]\n\n[^1]: {DETAIN.format(days=10)}"]))
    (side,) = on(engine, DETENTION, "A/90/7").sides
    assert all(
        "footnote" not in each.citations[-1].locator for each in (*side.statements, *filter(None, [side.nearest]))
    )
    assert any(block.kind == "footnote" for block in engine.library.document(side.document).blocks)


def test_what_only_one_text_says_is_told_and_long_lists_are_not_cut_silently(hold: Hold) -> None:
    lines = [
        f"Smugglers detained in the harbour prison of town number {n} {word} their boats."
        for n, word in enumerate(("sell", "hide", "sink", "paint", "burn", "lend", "chain", "name", "count"), 1)
    ]
    engine = hold(A_90_7=("2030-01-01", lines), A_91_7=("2031-01-01", [DETAIN.format(days=10), LAMPS]))
    found = on(engine, DETENTION)
    assert (1, 0) in found.alone
    many = found.sides[0]
    assert many.label == "A/90/7", "what says most stands first"
    assert len(many.statements) + len(many.further) == len(lines)
    assert f"{say('topic_also', 'en', places='')[:5]}" in markdown(found, engine.library, "en")


def test_a_superseded_revision_is_looked_through_only_where_it_is_named_and_that_is_said(hold: Hold) -> None:
    kept = DETAIN.format(days=10)
    engine = hold(A_90_7=("2030-01-01", [kept]), A_90_7_Rev_1=("2030-02-01", [kept, LAMPS]))
    assert [side.label for side in on(engine, DETENTION).sides] == ["A/90/7/Rev.1"]
    (old,) = on(engine, DETENTION, "A/90/7").sides
    assert old.statements
    assert any("A/90/7/Rev.1" in note for note in old.notes)


def test_what_no_text_says_is_said_so(hold: Hold) -> None:
    engine = hold(A_90_7=("2030-01-01", [LAMPS, NETS]))
    found = on(engine, "zeppelin upholstery prices")
    assert not found.found
    told = markdown(found, engine.library, "en")
    assert say("topic_nothing", "en") in told
    assert "A/90/7" in told
    assert LAMPS.split()[0] not in told, "all that is held was looked through, and nothing of it is near"


@pytest.mark.parametrize("language", LANGUAGES)
def test_papers_are_written_in_every_language_and_form_with_the_same_bytes_twice(hold: Hold, language: str) -> None:
    engine = hold(
        A_90_7=("2030-01-01", [DETAIN.format(days=10), NETS]),
        A_91_7=("2031-01-01", [DETAIN.format(days=12), NETS]),
        A_91_8=("2031-01-02", [LAMPS]),
    )
    topic = on(engine, DETENTION)
    origins = find_origins(engine.library, find_document(engine.library, "A/91/7"))
    papers = build_publication(topic, engine.library, language), build_publication(origins, engine.library, language)
    for paper, heading in zip(papers, ("topic_differs", "origins_paragraph"), strict=True):
        assert say(heading, language) in render(paper, "md").decode()
        for form in FORMATS if language == "en" else ("html",):
            assert render(paper, form) == render(paper, form)


def test_a_paragraph_comes_from_the_latest_earlier_text_that_has_it_to_the_letter(hold: Hold) -> None:
    library = hold(
        A_89_7=("2029-01-01", [NETS, LAMPS]),
        A_90_7=("2030-01-01", [LAMPS, NETS]),
        A_91_7=("2031-01-01", [NETS]),
        A_92_7=("2032-01-01", [NETS]),
    ).library
    (one,) = find_origins(library, find_document(library, "A/91/7")).paragraphs
    assert [(each.citation.locator, each.verbatim) for each in one.earlier] == [
        ("A/90/7, para. 2", True),
        ("A/89/7, para. 1", True),
    ]
    assert one.kind == "verbatim"


def test_changed_words_of_an_earlier_text_are_shown_and_new_paragraphs_are_called_new(hold: Hold) -> None:
    library = hold(
        A_90_7=("2030-01-01", [DETAIN.format(days=10), LAMPS]),
        A_91_7=("2031-01-01", [NETS, DETAIN.format(days=12), LAMPS]),
    ).library
    found = find_origins(library, find_document(library, "A/91/7"))
    assert [each.kind for each in found.paragraphs] == ["new", "near", "verbatim"]
    pieces = found.paragraphs[1].earlier[0].pieces
    assert [(each.op, each.text) for each in pieces if each.op != "same"] == [("removed", "10"), ("added", "12")]
    told = markdown(found, library, "en")
    assert "nearly verbatim from **A/90/7, paragraph 1**" in told
    assert "~~10~~ **12** days" in told
    json.dumps(found.to_json())


def test_a_text_without_a_date_may_come_from_every_other_one_but_not_from_its_own_revisions(hold: Hold) -> None:
    library = hold(
        A_90_7=("2030-01-01", [NETS]),
        A_90_9=("2030-01-01", [LAMPS]),
        A_90_9_Rev_1=("2030-02-01", [LAMPS]),
        A_91_1=("", [NETS]),
    ).library
    (draft,) = find_origins(library, find_document(library, "A/91/1")).paragraphs
    assert draft.kind == "verbatim"
    found = find_origins(library, find_document(library, "A/90/9/Rev.1"))
    assert [each.kind for each in found.paragraphs] == ["new"]
    assert "Earlier versions of the text itself are not among these texts: A/90/9." in markdown(found, library, "en")


def test_words_that_are_left_out_stand_apart_from_those_before_them(hold: Hold) -> None:
    before, after = (f"Lamps of {names} light the long quay of the town;" for names in ("A and B", "A, B and C"))
    library = hold(A_90_7=("2030-01-01", [before]), A_91_7=("2031-01-01", [after])).library
    told = markdown(find_origins(library, find_document(library, "A/91/7")), library, "en")
    assert "of A ~~and B~~ **, B and C** light" in told


def test_both_halves_of_a_paragraph_that_was_split_come_from_it(hold: Hold) -> None:
    nets = f"{NETS[:-1]} and of all the boats of the old harbour"
    asks = "asks the watch to paint every door of the town in blue before the boats return from the sea in spring"
    longer = (
        "and mended on the southern one by all who can hold a needle in their hands, as long as the sun stands above "
        * 2
    )
    library = hold(
        A_90_7=("2030-01-01", [f"{nets}, {asks};", LAMPS, DETAIN.format(days=10)]),
        A_91_7=("2031-01-01", [f"{nets}, {longer}it;", f"A{asks[1:]};", LAMPS, DETAIN.format(days=10)]),
    ).library
    found = find_origins(library, find_document(library, "A/91/7"))
    places = [[earlier.citation.locator for earlier in each.earlier] for each in found.paragraphs[:2]]
    assert places == [["A/90/7, para. 1"]] * 2


def test_one_place_is_looked_at_alone_and_an_unknown_one_is_said_so(hold: Hold) -> None:
    library = hold(A_90_7=("2030-01-01", [NETS, LAMPS])).library
    document = find_document(library, "A/90/7")
    found = find_origins(library, document, resolve_place(document, "2"))
    assert [each.citation.locator for each in found.paragraphs] == ["A/90/7, para. 2"]
    with pytest.raises(ReportError, match="has no paragraph '7'"):
        resolve_place(document, "7")


def test_a_document_that_is_not_held_is_told_with_what_is_near(hold: Hold) -> None:
    library = hold(A_90_7=("2030-01-01", [NETS]), A_90_71=("2030-01-01", [LAMPS])).library
    with pytest.raises(
        ReportError, match=r"There is no document 'A/90/72' in the library\. Similar: A/90/7; A/90/71\."
    ):
        find_document(library, "A/90/72")


def test_labelled_paragraphs_of_eight_series_are_traced_to_where_a_reader_finds_them(holding: Holding) -> None:
    folder = at_hand(SHARED / "documents" / "un" / "series")
    library = holding(*(FileInput(path).open() for path in sorted(folder.iterdir()))).library
    found = compute_scores(library, load_labels(ORIGINS, Labelled))
    assert found.paragraphs >= 170
    assert found.kinds / found.paragraphs >= 0.97, found.wrong


def test_the_evaluation_of_topics_counts_what_is_told(hold: Hold) -> None:
    engine = hold(A_90_7=("2030-01-01", [DETAIN.format(days=10), NETS]))
    topics = [Topic("A/90/7", DETENTION, "en", False, ("para. 1", "para. 2"))]
    assert find_places(engine, topics[0]) == FoundPlaces(("para. 1",), ())
    found = topic_scores_of(topics, lambda topic: find_places(engine, topic))
    assert (found.hits, found.silent, found.precision, found.precision_all, found.recall) == (1.0, 0.0, 1.0, 1.0, 0.5)
    partly = [
        Topic("A/90/7", DETENTION, "en", False, (), ("para. 1",)),
        Topic("A/90/7", DETENTION, "en", False, (), ()),
    ]
    touched, wrong = (topic_scores_of([topic], lambda topic: find_places(engine, topic)) for topic in partly)
    assert (touched.topics, wrong.precision) == (1, 0.0)
    assert len(load_labels(TOPIC_PARAGRAPHS, Topic)) == 24
    shipped = load_labels(TOPICS, Topic)
    assert {each.language for each in shipped} == set(LANGUAGES)
    assert len([each for each in shipped if each.language == "en"]) >= 60


def test_a_paragraph_that_gained_an_addressee_repeats_nothing(hold: Hold) -> None:
    urged = (
        "Urges towns {}to keep smugglers who are detained apart from sailors in the harbour prison until spring comes;"
    )
    same, more_said = urged.format(""), urged.format("and harbours ")
    engine = hold(
        A_90_7=("2030-01-01", [same]), A_91_7=("2031-01-01", [f"{same[:-1]}."]), A_92_7=("2032-01-01", [more_said])
    )
    found = on(engine, DETENTION, "A/90/7", "A/91/7", "A/92/7")
    assert [found.repeated((n, 0)) for n in range(3)] == [
        ((), ((1, 0),), ((2, 0),)), (((0, 0),), (), ((2, 0),)), ((), (), ((1, 0), (0, 0)))
    ]  # fmt: skip
    told = markdown(found, engine.library, "en")
    assert "In nearly the same words: **A/91/7, paragraph 1**; **A/90/7, paragraph 1**." in told
    assert "Repeats **A/90/7, paragraph 1**. In nearly the same words: **A/92/7, paragraph 1**." in told


def test_what_another_text_says_without_being_quoted_for_it_is_not_called_said_by_one_text_only(hold: Hold) -> None:
    lines = [f"Smugglers detained in the harbour prison {rest}." for rest in (
        "sell carved spoons to pilgrims each August", "stay detained", "hide no letters behind loose bricks",
        "may write home twice every winter month", "share bread with watchmen who sleep late",
        "learn ropework from a retired sailor", "grow onions beside that southern wall",
        "whistle until bells ring for supper", "count swallows over broken chimneys")]  # fmt: skip
    engine = hold(A_90_7=("2030-01-01", lines), A_91_7=("2031-01-01", [*reversed(lines[2:]), NETS]))
    found = on(engine, DETENTION, "A/90/7", "A/91/7")
    quoted = [{each.text for each in side.statements} for side in found.sides]
    assert quoted[1] - quoted[0], "one text is quoted with what the other one is not quoted with"
    assert {found.statement(place).text for place in found.alone} <= {*lines[:2]}
    for n, side in enumerate(found.sides):
        for m, statement in enumerate(side.statements):
            assert any(found.repeated((n, m))) == (statement.text not in lines[:2])
    assert "Repeated in **A/91/7, paragraph" in markdown(found, engine.library, "en")


def test_the_line_that_names_the_body_comes_from_no_text(hold: Hold) -> None:
    engine = hold()
    for n, day in ((90, "2030-01-01"), (91, "2031-01-01")):
        front = f"---\nsymbol: A/RES/{n}/7\ntitle: {n}/7. Lamps\nlanguage: en\ndate: {day}\n---\n"
        head = f"United Nations\n\nGeneral Assembly\n\nA/RES/{n}/7\n\n# {n}/7. Lamps\n\nThe General Assembly,\n\n"
        more(engine, Input(f"{n}.md", f"{front}{head}Recalling lamps,\n\n1. {LAMPS}\n".encode()))
    found = find_origins(engine.library, find_document(engine.library, "A/RES/91/7"))
    assert "General Assembly" in engine.library.document(found.document).text
    assert not any("The General Assembly" in each.citation.quote for each in found.paragraphs)
    assert found.paragraphs[-1].kind == "verbatim"


def test_of_a_text_in_another_language_only_paragraphs_that_speak_to_the_topic_by_themselves_are_certain(
    hold: Hold,
) -> None:
    said = ["The smugglers have earned much in the towns of the coast.", "The smugglers of the north sleep by day."]
    engine = hold(A_90_7=("2030-01-01", said))
    (side,) = compare_topic(engine, "les passeurs ont gagné", language="fr").sides
    assert (side.status, [each.text for each in side.statements]) == ("found", said[:1])


def test_what_only_stands_in_a_long_list_of_names_does_not_come_from_there(hold: Hold) -> None:
    name = "Protocol against the Smuggling of Boats by Night on the Straits and Sounds of the Northern Coast, supplementing the Treaty of Ferries and of the Lamps of Harbours"
    others = ", ".join(
        f"Convention {n} on the keeping of records of whatever the harbour masters of town {n} saw in year {n}"
        for n in range(20)
    )
    engine = hold(A_89_7=("2029-01-01", [f"{name}, {others}."]), A_88_7=("2028-01-01", [f"Recalling the {name}, and its aims,"]), A_90_7=("2030-01-01", [f"Recalling the {name},"]))  # fmt: skip
    (origin,) = find_origins(engine.library, find_document(engine.library, "A/90/7")).paragraphs
    assert [each.citation.symbol for each in origin.earlier] == ["A/88/7"]
