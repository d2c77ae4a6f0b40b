"""What Rapporteur says itself is translated: each catalogue is whole, as its template has it, and passes the checks of gettext."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

from assistant.translations import Domain, texts
from corpus.documents import LANGUAGES

DOMAINS: tuple[Domain, ...] = get_args(Domain)
FOREIGN = [each for each in LANGUAGES if each != "en"]
LOCALE = Path(str(files("assistant"))) / "locale"

of_each = pytest.mark.parametrize("domain", DOMAINS)
in_each = pytest.mark.parametrize("language", FOREIGN)


def catalogue(path: Path) -> Any:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def template(domain: Domain) -> list[Any]:
    return [each for each in catalogue(LOCALE / f"{domain}.pot") if each.id]


def translated(domain: Domain, language: str) -> Any:
    return catalogue(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_a_template_for_each_domain_and_a_catalogue_for_each_language_and_nothing_else() -> None:
    assert {path.name for path in LOCALE.glob("*.pot")} == {f"{domain}.pot" for domain in DOMAINS}
    assert {path.relative_to(LOCALE).as_posix() for path in LOCALE.rglob("*.po")} == {
        f"{language}/LC_MESSAGES/{domain}.po" for language in FOREIGN for domain in DOMAINS
    }


@of_each
def test_each_name_of_a_template_stands_there_once_with_its_english_and_no_translation(domain: Domain) -> None:
    names = [each.context for each in template(domain)]
    assert len(names) == len(set(names)) == len(texts(domain, "en"))
    assert None not in names
    assert not [each.context for each in template(domain) if each.string]


@of_each
def test_english_is_spelt_as_the_united_nations_does(domain: Domain) -> None:
    other = re.compile(
        r"n['’]t\b|(recogn|organ|summar|normal|author|capital)is(e|ing|ation)|color\b|labeled", re.IGNORECASE
    )
    assert [text for text in texts(domain, "en").values() if other.search(text)] == []


def test_no_sentence_of_answers_has_the_name_of_one_of_papers() -> None:
    assert texts("answers", "en").keys().isdisjoint(texts("papers", "en"))


@of_each
@in_each
def test_a_catalogue_holds_what_its_template_holds_in_its_order_with_its_comments(
    domain: Domain, language: str
) -> None:
    found = translated(domain, language)
    assert str(found.locale) == language
    assert [(each.context, each.id, each.auto_comments) for each in found if each.id] == [
        (each.context, each.id, each.auto_comments) for each in template(domain)
    ], "make translations brings a template's changes into the catalogues"
    assert not found.obsolete, "what is marked #~ is no longer said"


@of_each
@in_each
def test_everything_is_translated_for_certain_with_the_places_of_the_english(domain: Domain, language: str) -> None:
    found = translated(domain, language)
    assert not [each.context for each in found if each.id and (each.fuzzy or not each.string)]
    assert not [(each.context, errors) for each, errors in found.check()]
    assert not [each.context for each in found if each.id and places(each.string) != places(each.id)]
    assert texts(domain, language) == {each.context: each.string for each in found if each.id}


def test_what_is_not_translated_or_not_for_certain_is_told_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "locale" / "de" / "LC_MESSAGES" / "page.po"
    made.parent.mkdir(parents=True)
    made.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgctxt "a"\nmsgid "Boat"\nmsgstr "Boot"\n\n'
        'msgctxt "b"\nmsgid "Buoy"\nmsgstr ""\n\n'
        '#, fuzzy\nmsgctxt "c"\nmsgid "Harbour"\nmsgstr "Haben"\n\n'
        '#~ msgctxt "d"\n#~ msgid "Pier"\n#~ msgstr "Pier"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("assistant.translations.files", lambda _: tmp_path)
    assert texts("page", "de") == {"a": "Boot", "b": "Buoy", "c": "Harbour"}
