"""The catalogue that ships and the starter corpus: sound, complete, and in the project's own words."""

from __future__ import annotations

import datetime as dt
import re
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import AGENDA, CONVENTION, PROTOCOL, at_hand

from corpus.analysis import fold
from corpus.catalogue import Catalogue, CatalogueError, normalise_title
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.symbols import Symbol
from ingest.input_files import FileInput
from ingest.pipeline import read_document, starter_sources

STARTER = [source.name for source in starter_sources()]
FILES = {
    "documents.yaml": "documents:\n- {symbol: A/75/1, title: On boats, kind: note}\n",
    "meetings.yaml": "meetings:\n- {id: m1, body: A, session: 1, dates: [2021-10-14]}\n",
}


def load(**texts: str) -> Catalogue:
    return Catalogue.from_texts(FILES | {f"{name}.yaml": text for name, text in texts.items()})


def starter(name: str, catalogue: Catalogue) -> tuple[Document, Meeting | None]:
    (source,) = [source for source in starter_sources() if source.name == name]
    return read_document(source, catalogue)


def test_the_shipped_catalogue_loads_and_its_keys_are_unique(catalogue: Catalogue) -> None:
    assert len(catalogue.entries) >= 15
    assert len(catalogue.meetings) >= 8
    keys = [entry.key for entry in catalogue.entries]
    assert len(set(keys)) == len(keys)


def test_every_entry_of_the_catalogue_is_complete(catalogue: Catalogue) -> None:
    meetings = {meeting.id for meeting in catalogue.meetings}
    for entry in catalogue.entries:
        assert entry.title
        assert entry.kind
        assert entry.symbol is not None or entry.label
        assert entry.meeting is None or entry.meeting in meetings, entry.title
        assert entry.date is None or dt.date.fromisoformat(entry.date)
        assert entry.url is None or entry.url.startswith("https://")
        assert entry.title in entry.names


def test_symbols_of_the_catalogue_are_written_canonically(catalogue: Catalogue) -> None:
    symbols = [entry.symbol for entry in catalogue.entries if entry.symbol]
    assert len(symbols) >= 10
    for symbol in symbols:
        assert Symbol.parse(symbol.text) == symbol
        assert len(catalogue.by_symbol(symbol)) == (3 if symbol.text == "A/RES/55/25" else 1)


def test_meetings_of_the_catalogue_have_days_or_say_when(catalogue: Catalogue) -> None:
    for meeting in catalogue.meetings:
        assert meeting.dates or meeting.when, meeting.id
        assert list(meeting.dates) == sorted(set(meeting.dates))
    eighth = next(meeting for meeting in catalogue.meetings if meeting.id == "wg7-2021")
    assert eighth.dates == (dt.date(2021, 10, 14), dt.date(2021, 10, 15))


TITLES = {
    "CTOC/COP/WG.7/2021/1": "Annotated provisional agenda",
    "A/RES/55/25, annex I": "United Nations Convention against Transnational Organized Crime",
    "A/RES/55/25, annex III": "Protocol against the Smuggling of Migrants by Land, Sea and Air, supplementing the United "
    "Nations Convention against Transnational Organized Crime",
}
MASTHEAD = "Working Group on the Smuggling of Migrants\nVienna, 14 and 15 October 2021"
DATES = [dt.date(2021, 8, 12), dt.date(2021, 10, 14), dt.date(2021, 10, 15)]


@pytest.mark.parametrize("key", TITLES)
def test_a_title_with_body_and_dates_is_recognised_in_any_layout(key: str, catalogue: Catalogue) -> None:
    for title in (TITLES[key], TITLES[key].upper(), "  " + TITLES[key].replace(",", " ,") + " *"):
        entry = catalogue.recognise(["Other heading", title], MASTHEAD, DATES)
        assert entry is not None
        assert entry.key == key


@pytest.mark.parametrize(
    "headings",
    [
        [],
        [""],
        ["Provisional agenda"],
        ["Protocol"],
        ["Convention"],
        ["Comments on the United Nations Convention against Transnational Organized Crime"],
        ["Thematic compendium"],
        ["Resolution 9/1"],
        list(TITLES.values()),
    ],
)
def test_other_headings_are_recognised_as_nothing(headings: list[str], catalogue: Catalogue) -> None:
    assert catalogue.recognise(headings, MASTHEAD, DATES) is None


def test_no_entry_without_a_rule_is_ever_recognised(catalogue: Catalogue) -> None:
    for entry in catalogue.entries:
        found = catalogue.recognise([entry.title], "", [])
        assert found is None or found.key in TITLES


def test_a_catalogue_of_ones_own_is_read_from_its_folder(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    made = Catalogue.from_folder(tmp_path)
    assert [entry.key for entry in made.entries] == ["A/75/1"]


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_of_a_catalogue_is_named(missing: str, tmp_path: Path) -> None:
    for name, text in FILES.items():
        if name != missing:
            (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=missing.replace(".", r"\.")):
        Catalogue.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "documents",
            "documents:\n- {symbol: A/75/1, title: Boats, kind: note, colour: red, size: 2}\n",
            "colour, size",
        ),
        ("documents", "documents:\n- {symbol: A/75/1, kind: note}\n", "title"),
        ("documents", "documents:\n- {symbol: A/75/1, title: Boats}\n", "kind"),
        ("documents", "documents:\n- {symbol: no symbol, title: Boats, kind: note}\n", "Boats"),
        ("documents", "documents: [\n", "documents.yaml"),
        ("documents", "just words\n", "documents.yaml"),
        ("documents", "", "documents.yaml"),
        ("documents", "documents: [a, b]\n", "documents.yaml"),
        (
            "documents",
            "documents:\n- {symbol: A/75/1, title: Boats, kind: note, identify: {title: Boats, date: soon}}\n",
            "documents.yaml",
        ),
        ("meetings", "meetings:\n- {body: A}\n", "meetings.yaml"),
        ("meetings", "meetings:\n- {id: m, body: A, dates: [soon]}\n", "meetings.yaml"),
        ("meetings", "meetings: {a: b}\n", "meetings.yaml"),
    ],
)
def test_a_fault_in_a_catalogue_file_names_the_file_and_the_field(name: str, text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says.replace(".", r"\.")):
        load(**{name: text})


# The starter corpus


def test_the_starter_corpus_has_a_dozen_digests_or_more() -> None:
    assert len(STARTER) >= 12


@pytest.mark.parametrize("name", STARTER)
def test_each_starter_text_is_a_digest_that_says_so_and_names_its_sources(name: str, catalogue: Catalogue) -> None:
    document, _ = starter(name, catalogue)
    assert document.edition == "digest"
    assert document.id.endswith(":en:digest")
    assert document.label.endswith("(digest)")
    assert re.search(r"\bdigest\b", document.text[:1500]), "the text itself must say that it is a digest"
    raw = (files("corpus") / "starter" / name).read_text(encoding="utf-8")
    assert re.search(r"^sources:\n- .+", raw, re.MULTILINE)
    if document.symbol is not None:
        assert document.key in {entry.key for entry in catalogue.entries}


@pytest.mark.parametrize("name", STARTER)
def test_paragraphs_of_a_starter_text_are_numbered_without_a_gap(name: str, catalogue: Catalogue) -> None:
    document, meeting = starter(name, catalogue)
    if meeting is not None:
        assert name == "agenda-2021.md"
        return
    numbers = [int(b.number) for b in document.blocks if b.kind == "paragraph" and b.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers
    cited = [b.locator for b in document.blocks if b.kind in ("paragraph", "item", "row")]
    assert len(set(cited)) == len(cited)


def test_starter_texts_have_different_identities(catalogue: Catalogue) -> None:
    made = [starter(name, catalogue)[0] for name in STARTER]
    assert len({document.id for document in made}) == len(made)
    assert len({document.label for document in made}) == len(made)


@pytest.mark.parametrize(("name", "articles"), [("protocol.md", 25), ("convention.md", 41)])
def test_the_digest_of_a_treaty_speaks_of_every_article(name: str, articles: int, catalogue: Catalogue) -> None:
    document, _ = starter(name, catalogue)
    assert document.kind == "treaty"
    held = {b.locator.split(",")[0] for b in document.blocks if b.kind != "heading"}
    assert {f"art. {n}" for n in range(1, articles + 1)} <= held


def shape(meeting: Meeting) -> object:
    """What a meeting says, without the blocks that say it."""
    return (
        meeting.body,
        meeting.place,
        meeting.dates,
        [(item.number, fold(item.title), [symbol for symbol, _ in item.documentation]) for item in meeting.items],
        [(s.date, s.start, s.end, [(i.number, fold(i.title), i.continued) for i in s.items]) for s in meeting.sittings],
    )


def test_the_digest_of_the_agenda_gives_the_same_meeting_as_the_real_one(catalogue: Catalogue) -> None:
    at_hand(AGENDA)
    digest, made = starter("agenda-2021.md", catalogue)
    official, real = read_document(FileInput(AGENDA).open(), catalogue)
    assert made is not None
    assert real is not None
    assert shape(made) == shape(real)
    assert digest.key == official.key
    assert digest.id != official.id


def shipped_texts() -> dict[str, str]:
    """Every text that the project ships, by path."""
    root = Path(__file__).resolve().parent.parent
    found = [
        path
        for folder in ("corpus", "assistant", "ingest", "eval", "docs", "tests")
        for path in (root / folder).rglob("*")
        if path.suffix in (".md", ".yaml", ".yml", ".txt", ".py", ".json")
    ]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in [*found, *root.glob("*.md")]}


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    some = normalise_title(text).split()
    return {tuple(some[n : n + length]) for n in range(len(some) - length + 1)}


def test_no_shipped_text_copies_twelve_words_from_a_real_document(catalogue: Catalogue) -> None:
    at_hand(AGENDA)
    real: set[tuple[str, ...]] = set()
    titles = {name for entry in catalogue.entries for name in entry.names}
    for path in (AGENDA, PROTOCOL, CONVENTION):
        document, meeting = read_document(FileInput(path).open(), catalogue)
        titles |= {document.title, *(document.block_text(b) for b in document.blocks if b.kind == "heading")}
        titles |= {item.title for item in meeting.items} if meeting else set()
        for block in document.blocks:
            real |= runs(document.block_text(block), 12)
    allowed = {run for title in titles for run in runs(title, 12)}
    # A title may be followed or led by a word or two of its own; what is left after it is taken out must not be copied.
    by_length = sorted(
        {normalise_title(title) for title in titles if len(normalise_title(title).split()) >= 4}, key=len, reverse=True
    )
    copied = {}
    for name, text in shipped_texts().items():
        plain = normalise_title(text)
        for title in by_length:
            plain = plain.replace(title, " titletakenout ")
        if common := (runs(plain, 12) & real) - allowed:
            copied[name] = " ".join(min(common))
    assert copied == {}
