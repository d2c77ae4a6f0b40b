"""United Nations document symbols: reading, comparing, finding, expanding, linking."""

import itertools
import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.symbols import (
    MAX_RANGE,
    KnownSymbols,
    Modifier,
    Symbol,
    SymbolError,
    SymbolMention,
    document_url,
    expand,
    expand_all,
    find_symbols,
    find_symbols_like,
    same_document,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
LIMITLESS = settings(deadline=None)

# As typed: canonical spelling, body, year, session, series, number, part.
ANATOMY = {
    "ctoc/cop/wg.7/2021/1": ("CTOC/COP/WG.7/2021/1", "CTOC/COP/WG.7", 2021, None, None, "1", None),
    "CTOC/COP/WG7/2021/2": ("CTOC/COP/WG.7/2021/2", "CTOC/COP/WG.7", 2021, None, None, "2", None),
    "CTOC/COP/WG.7/2015/CRP.2": ("CTOC/COP/WG.7/2015/CRP.2", "CTOC/COP/WG.7", 2015, None, "CRP", "2", None),
    "CTOC/COP/WG.7/2021/L.1": ("CTOC/COP/WG.7/2021/L.1", "CTOC/COP/WG.7", 2021, None, "L", "1", None),
    "CTOC/COP/2006/7/Rev.1": ("CTOC/COP/2006/7/Rev.1", "CTOC/COP", 2006, None, None, "7", None),
    "a/res/55/25 ": ("A/RES/55/25", "A", None, "55", "RES", "25", None),
    "A/RES/1514 (xv)": ("A/RES/1514(XV)", "A", None, "XV", "RES", "1514", None),
    "A/RES/77/290b": ("A/RES/77/290 B", "A", None, "77", "RES", "290 B", None),
    "A/RES/217 A (III)": ("A/RES/217(III) A", "A", None, "III", "RES", "217 A", None),
    "S/RES/1325 (2000)": ("S/RES/1325(2000)", "S", 2000, None, "RES", "1325", None),
    "ICCD/COP(8)/16": ("ICCD/COP(8)/16", "ICCD/COP", None, "8", None, "16", None),
    "A/ES-10/1030": ("A/ES-10/1030", "A", None, "ES-10", None, "1030", None),
    "A/S-21/4": ("A/S-21/4", "A", None, "S-21", None, "4", None),
    "A/80/15 (part ii)": ("A/80/15 (Part II)", "A", None, "80", None, "15", "Part II"),
    "E/ICEF/672(PartI)": ("E/ICEF/672 (Part I)", "E/ICEF", None, None, None, "672", "Part I"),
    "E/ICEF/672(Première partie)": ("E/ICEF/672 (Part I)", "E/ICEF", None, None, None, "672", "Part I"),
    "A/80/6 (Sect. 16)": ("A/80/6 (Sect. 16)", "A", None, "80", None, "6", "Sect. 16"),
    "A/80/6 (SECT.24)/CORR.1": ("A/80/6 (Sect. 24)/Corr.1", "A", None, "80", None, "6", "Sect. 24"),
    "A/C.3/75/L.1/Rev.1": ("A/C.3/75/L.1/Rev.1", "A/C.3", None, "75", "L", "1", None),
    "A/CONF.222/11": ("A/CONF.222/11", "A/CONF.222", None, None, None, "11", None),
    "A/INF/78/1": ("A/INF/78/1", "A", None, "78", "INF", "1", None),
    "S/PRST/2024/1": ("S/PRST/2024/1", "S", 2024, None, "PRST", "1", None),
    "S/PV.9000": ("S/PV.9000", "S", None, None, "PV", "9000", None),
    "DP/2025/10": ("DP/2025/10", "DP", 2025, None, None, "10", None),
    "A/HRC/EMRIP/2025/2": ("A/HRC/EMRIP/2025/2", "A/HRC/EMRIP", 2025, None, None, "2", None),
    "CEDAW/C/CAF/CO/6": ("CEDAW/C/CAF/CO/6", "CEDAW/C/CAF", None, None, "CO", "6", None),
    "CERD/C/PER/CO/22-23": ("CERD/C/PER/CO/22-23", "CERD/C/PER", None, None, "CO", "22-23", None),
    "CCPR/C/GC/34": ("CCPR/C/GC/34", "CCPR/C", None, None, "GC", "34", None),
    "CCPR/C/130/D/2163/2012": ("CCPR/C/130/D/2163/2012", "CCPR/C", 2012, "130", "D", "2163", None),
    "ST/AI/189/Add.9/Rev.2": ("ST/AI/189/Add.9/Rev.2", "ST/AI", None, None, None, "189", None),
    "TD/B/C.I/MEM.1/2": ("TD/B/C.I/MEM.1/2", "TD/B/C.I/MEM.1", None, None, None, "2", None),
    "FCCC/CP/2015/10/Add.1": ("FCCC/CP/2015/10/Add.1", "FCCC/CP", 2015, None, None, "10", None),
    "HRI/GEN/1/Rev.9": ("HRI/GEN/1/Rev.9", "HRI/GEN", None, None, None, "1", None),
    "UNEP/EA.4/2": ("UNEP/EA.4/2", "UNEP/EA.4", None, None, None, "2", None),
    "unep/ozl.pro.30/11": ("UNEP/OzL.Pro.30/11", "UNEP/OzL.Pro.30", None, None, None, "11", None),
    "UNEP/CBD/COP/DEC/XII/1": ("UNEP/CBD/COP/DEC/XII/1", "UNEP/CBD/COP", None, "XII", "DEC", "1", None),
    "E/CN.15/2021/1": ("E/CN.15/2021/1", "E/CN.15", 2021, None, None, "1", None),
    "e/cn.4/sub.2/1992/8": ("E/CN.4/Sub.2/1992/8", "E/CN.4/Sub.2", 1992, None, None, "8", None),
    "IDB.50/2": ("IDB.50/2", "IDB.50", None, None, None, "2", None),
    "dp-fpa/2025/1": ("DP-FPA/2025/1", "DP-FPA", 2025, None, None, "1", None),
    "DP/FPA-ICEF-UNW/2025/CRP.1": ("DP/FPA-ICEF-UNW/2025/CRP.1", "DP/FPA-ICEF-UNW", 2025, None, "CRP", "1", None),
    "DP/FPA/2025/4 (Part I/Add.1)": ("DP/FPA/2025/4 (Part I)/Add.1", "DP/FPA", 2025, None, None, "4", "Part I"),
    "JIU/REP/2025/1 [Expanded report]": (
        *("JIU/REP/2025/1 [Expanded report]", "JIU", 2025, None, "REP", "1", "Expanded report"),
    ),
    "jiu/note/2022/1/rev.1[review highlights]": (
        *("JIU/NOTE/2022/1/Rev.1 [Review highlights]", "JIU", 2022, None, "NOTE", "1", "Review highlights"),
    ),
    "S/AC.44/2004/(02)/1": ("S/AC.44/2004/(02)/1", "S/AC.44", 2004, None, None, "1", None),
}

TYPED_AS_ONE = (
    "CTOC/COP/WG.7/2021/1",
    " Ctoc/Cop/Wg.7/2021/1\n",
    "CTOC / COP / WG. 7 / 2021 / 1",
    "ctoc/cop/wg 7/2021/1",
    "ＣＴＯＣ／ＣＯＰ／ＷＧ．７／２０２１／１",
    "CTOC\\COP\\WG.7\\2021\\1",
    "CTOC/COP/\u200eWG.7/2021/1\u200f",
    "CTOC/COP/WG.7/٢٠٢١/١",
    "СТОС/СОР/WG.7/2021/1",  # Cyrillic letters
    "CTOC/COP/WG.7/2021/1**",
)

# fmt: off
NO_SYMBOLS = (
    "", "  ", "*", "hello", "1/2", "and/or", "he/she", "km/h", "TCP/IP", "AN/APQ-99", "HTTP/2", "F/A-18",
    "14/15 October", "12/08/2021", "OCT/12/2021", "http://x/y", "https://docs.un.org/en/A/80/6",
    "src/app/2021/3", "e/mail/2", "CTOC/COP/WG.7", "A/C.3", "A/CONF.62", "A/RES", "A/80//6", "A/80/6/",
    "/A/80/6", "A/80/6/Add.1/more",
    "A/80/6 (see below)", "A/80/6 (Part)", "A/80/6 B", "A/80/6/Add.", "A/80/6\x00", "A/80/6\x9b",
    "A/RES/79/154 (2024)", "A/79/1 A/79/2", "A/80/6 and Add.1", "A/80/1-A/80/5", "A/80/6/Add.1-3",
    "CTOC/COP/WG.7/2021/2-4", "A/80/1-S/2025/1-E/2025/1", "A/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16",
    "CD-ROM/2025/1", "ISO-IEC/WD.3/2025/3", "E-ICEF/2025/1", "DP-FPA/DP-FPA", "A/80/6 [English only]", "A/39/36I", "A/C.3/80/L.1O",
    "RES/79/154", "S3/80/Rev.1", "A/RES/79/4 B/5", f"A/{'1/' * 120}1",
)

# What may stand before and behind a symbol in the languages of the United Nations.
BEFORE = (
    "", "See ", "(", "[", "“", "• ", "-", "1) ", "l’", "voir ", "véase ", "см. ", "документ ", "见", "文件（",
    "انظر ", "و", "\n", "«",
)
BEHIND = (
    "", ".", ", and", ")", "]", "?", " the", ". The", ";", "”", " et", " и", "。", "，见", "号文件", "）",
    "؟", "، ", "\n", "»", "!", "…",
)
HOSTILE = ("/", "A/", "1", "A", "A.", "A/WG.", "A/80/6/", "А", "A/\u200e", "A/\n", "http://", "A/1", "(")
REPEATED = ("A/80/6-", "A/80/6*", "A/RES/1 (", "A/80/6 (Part ", "DP-FPA/2024/1 [High ", "A/80/6 (Part I/Add.1 ")
# fmt: on


def year_symbols() -> st.SearchStrategy[str]:
    bodies = st.sampled_from(
        ["CTOC/COP/WG.7", "CTOC/COP", "S", "E", "E/CN.15", "FCCC/CP", "DP", "A/HRC/EMRIP", "A/AC.105"]
    )
    series = st.sampled_from(["", "L.", "CRP.", "INF/", "NGO/", "WP."])
    return st.builds("{}/{}/{}{}".format, bodies, st.integers(1978, 2030), series, st.integers(1, 1200))


def session_symbols() -> st.SearchStrategy[str]:
    bodies = st.sampled_from(["A", "A/C.3", "A/RES", "A/INF", "A/HRC/RES", "A/HRC/WG.6"])
    sessions = st.integers(31, 120).map(str) | st.sampled_from(["ES-10", "S-21"])
    return st.builds("{}/{}/{}".format, bodies, sessions, st.integers(1, 1200))


def resolutions() -> st.SearchStrategy[str]:
    numbers, letters = st.integers(1, 3600), st.sampled_from([*" BCDEFGHJKLM"])
    return (
        st.builds("S/RES/{}({})".format, numbers, st.integers(1946, 2030))
        | st.builds("A/RES/{}({})".format, numbers, st.sampled_from(["I", "IV", "XV", "XXIX", "S-VI"]))
        | st.builds(lambda s, n, a: f"A/RES/{s}/{n} {a}".rstrip(), st.integers(31, 99), numbers, letters)
    )


def odd_symbols() -> st.SearchStrategy[str]:
    odd = [
        "CEDAW/C/CAF/CO/1-5",
        "ICCD/COP(8)/16",
        "A/80/15 (Part II)",
        "A/80/6 (Sect. 16)",
        "TD/B/C.I/MEM.1/2",
        "DP-FPA/2025/1",
        "JIU/REP/2025/1 [Expanded report]",
    ]
    return st.sampled_from([*odd, "HRI/GEN/1", "UNEP/OzL.Pro.30/11", "S/PV.9000", "A/ES-10/1043-S/2025/529"])


MODIFIERS = st.builds(Modifier, st.sampled_from(["Add", "Corr", "Rev", "Amend"]), st.integers(1, 40))
BASES = year_symbols() | session_symbols() | resolutions() | odd_symbols()
TEXTS = st.builds(lambda base, tail: "/".join([base, *(m.text for m in tail)]), BASES, st.lists(MODIFIERS, max_size=3))
SYMBOLS = TEXTS.map(Symbol.parse)
# Texts that are nearly symbols, for what must never fail.
FRAGMENTS = [
    *"A/ES-1920.* (IV)\n\u200e／，和",
    "Add.",
    "RES",
    "WG.7",
    "/2021",
    "A/80/6",
    " and ",
    "–",
    "А",
    "Part",
]
NEARLY = st.lists(st.sampled_from(FRAGMENTS)).map("".join)


@pytest.mark.parametrize(("typed", "expected"), ANATOMY.items())
def test_a_symbol_is_read_as_people_type_it_and_its_parts_are_told(typed: str, expected: tuple[object, ...]) -> None:
    symbol = Symbol.parse(typed)
    parts = (symbol.body, symbol.year, symbol.session, symbol.series, symbol.number, symbol.part)
    assert (symbol.text, *parts) == expected
    assert str(symbol) == symbol.text


@pytest.mark.parametrize("typed", TYPED_AS_ONE)
def test_case_spacing_and_keyboard_make_no_difference(typed: str) -> None:
    assert Symbol.parse(typed) == Symbol.parse("CTOC/COP/WG.7/2021/1")


def test_a_modifier_may_be_typed_with_a_space_or_without_its_dot() -> None:
    typed = ("A/80/6/Add.1", "a/80/6 add.1", "A/80/6/ADD 1", "A/80/6/add1", "A/80/6/Add. 01")
    assert {Symbol.parse(text) for text in typed} == {Symbol("A/80/6/Add.1")}


@pytest.mark.parametrize("text", NO_SYMBOLS)
def test_what_is_no_symbol_is_refused_with_the_text_and_an_example(text: str) -> None:
    with pytest.raises(SymbolError) as refused:
        Symbol.parse(text)
    assert (repr(text) if len(text) <= 60 else repr(text[:50])[:-1]) in str(refused.value)
    assert "CTOC/COP/WG.7/2021/1" in str(refused.value)
    assert Symbol.try_parse(text) is None


def test_words_of_unknown_bodies_keep_their_mixed_case_and_become_capitals_otherwise() -> None:
    assert Symbol.parse("UNEP/Foo/newbody/2021/1").text == "UNEP/Foo/NEWBODY/2021/1"


def test_a_symbol_made_by_hand_must_be_canonical() -> None:
    with pytest.raises(SymbolError, match="canonical spelling is A/80/6"):
        Symbol("a/80/6")


def test_asterisks_of_a_reissue_are_counted_and_change_nothing_else() -> None:
    first, again = Symbol.parse("A/72/1"), Symbol.parse("A/72/1**")
    assert (first.reissue, again.reissue) == (0, 2)
    assert first == again
    assert hash(first) == hash(again)
    assert not first < again
    assert again.text == "A/72/1"


def test_modifiers_base_and_parent() -> None:
    symbol = Symbol.parse("ST/AI/189/Add.9/Rev.2/Summary")
    assert symbol.modifiers == (Modifier("Add", 9), Modifier("Rev", 2), Modifier("Summary", None))
    assert symbol.parent == Symbol("ST/AI/189/Add.9/Rev.2")
    assert symbol.base == Symbol("ST/AI/189")
    assert symbol.base.parent is None
    assert Symbol.parse("A/80/6 (Sect. 24)/Corr.1").base == Symbol("A/80/6 (Sect. 24)")
    assert Symbol.parse("A/80/6/Add.1 (Part II)").base == Symbol("A/80/6")


def test_a_double_symbol_is_two_symbols_of_one_document() -> None:
    double = Symbol.parse("a/es-10/1043 – s/2025/529")
    assert double.text == "A/ES-10/1043-S/2025/529"
    assert double.halves == (Symbol("A/ES-10/1043"), Symbol("S/2025/529"))
    assert all(same_document(double, half) and same_document(half, double) for half in double.halves)
    assert not same_document(*double.halves)
    assert not same_document(double, Symbol("S/2025/530"))


def test_a_modifier_behind_a_double_symbol_belongs_to_both_halves() -> None:
    shared = Symbol.parse("A/64/742-S/2010/181/Corr.1")
    apart = Symbol.parse("A/64/742/Corr.1-S/2010/181/Corr.1")
    assert shared.halves == apart.halves == (Symbol("A/64/742/Corr.1"), Symbol("S/2010/181/Corr.1"))
    assert same_document(shared, apart)
    assert shared.parent == apart.parent == Symbol("A/64/742-S/2010/181")
    assert Symbol.parse("A/64/742/Add.1-S/2010/200").base == Symbol("A/64/742")


def test_a_resolution_is_the_same_with_and_without_the_year_behind_its_number() -> None:
    dated, undated = Symbol("S/RES/1325(2000)"), Symbol("S/RES/1325")
    assert dated != undated
    assert same_document(dated, undated)
    assert not same_document(dated, Symbol("S/RES/1325(2001)"))
    assert not same_document(Symbol("A/80/6"), Symbol("A/80/6/Add.1"))


def test_a_report_is_the_same_with_and_without_the_form_in_which_it_is_issued() -> None:
    expanded, plain = Symbol("JIU/REP/2031/4 [Expanded report]"), Symbol("JIU/REP/2031/4")
    assert expanded != plain
    assert same_document(expanded, plain)
    assert not same_document(expanded, Symbol("JIU/REP/2031/4 [Highlights]"))
    assert not same_document(expanded, Symbol("JIU/REP/2031/5"))


def test_a_hyphen_joins_bodies_before_a_number_and_symbols_behind_one() -> None:
    joint = Symbol.parse("DP-FPA/2016/1-E/ICEF/2016/8")
    turned = Symbol.parse("E/ICEF/2016/8-DP-FPA/2016/1")
    assert joint.halves == (Symbol("DP-FPA/2016/1"), Symbol("E/ICEF/2016/8"))
    assert turned.halves == (Symbol("E/ICEF/2016/8"), Symbol("DP-FPA/2016/1"))
    assert Symbol.parse("DP-FPA/2016/1/Add.2").parent == Symbol("DP-FPA/2016/1")
    assert [symbol.text for symbol in expand("DP-FPA/2016/1-3")] == ["DP-FPA/2016/1", "DP-FPA/2016/2", "DP-FPA/2016/3"]


def test_symbols_sort_by_number_with_children_directly_behind_their_parents() -> None:
    ordered = [
        *("A/9", "A/80/6", "A/80/6/Add.1", "A/80/6/Add.1/Corr.1", "A/80/6/Add.2", "A/80/6/Add.10"),
        *("A/80/6/Corr.1", "A/80/10", "A/100/1", "A/RES/1514(XV)", "BWC/CONF.IV/1", "BWC/CONF.IX/1"),
        *("CTOC/COP/WG.7/2021/2", "CTOC/COP/WG.10/2020/1"),
    ]
    symbols = [Symbol.parse(text) for text in ordered]
    backwards = symbols[::-1]
    assert sorted(backwards) == symbols
    with pytest.raises(TypeError):
        _ = symbols[0] < "A/80/6"


@LIMITLESS
@given(TEXTS)
def test_reading_keeps_a_canonical_symbol_whatever_its_case_and_spacing(text: str) -> None:
    symbol = Symbol.parse(text)
    assert symbol.text == text
    for typed in (text.lower(), text.upper(), f"  {text.replace('/', ' / ')} *", text.replace("/", "／")):
        assert Symbol.parse(typed).text == text


@LIMITLESS
@given(NEARLY | st.text())
def test_whatever_is_read_reads_again_to_itself(text: str) -> None:
    try:
        symbol = Symbol.parse(text)
    except SymbolError:
        return
    assert Symbol.parse(symbol.text) == symbol
    assert symbol.base.modifiers == ()
    assert all(same_document(symbol, half) for half in symbol.halves)


@LIMITLESS
@given(st.lists(SYMBOLS, min_size=3, max_size=3))
def test_the_order_is_total_and_agrees_with_equality(symbols: list[Symbol]) -> None:
    for one, other in itertools.product(symbols, repeat=2):
        assert [one < other, one == other, one > other].count(True) == 1
        assert (one <= other) == (not other < one)
    low, middle, high = sorted(symbols)
    assert low <= middle <= high
    assert low <= high


@LIMITLESS
@given(SYMBOLS)
def test_the_parents_of_a_symbol_are_before_it_and_lead_to_its_base(symbol: Symbol) -> None:
    ancestor = symbol
    while (parent := ancestor.parent) is not None:
        assert parent < ancestor
        assert parent.base == symbol.base
        ancestor = parent
    assert ancestor == symbol.base


@LIMITLESS
@given(SYMBOLS, st.sampled_from(["en", "fr", "es", "ru", "ar", "zh"]))
def test_a_link_leads_back_to_the_document(symbol: Symbol, language: str) -> None:
    address = document_url(symbol, language)
    start = f"https://docs.un.org/{language}/"
    assert address.startswith(start)
    assert same_document(Symbol.parse(unquote(address.removeprefix(start))), symbol)
    assert not set(address) & set(' ()*<>"')


def test_links_keep_slashes_and_refuse_other_languages() -> None:
    assert document_url(Symbol("A/80/15 (Part II)"), "fr") == "https://docs.un.org/fr/A/80/15%20%28Part%20II%29"
    assert document_url(Symbol("CTOC/COP/WG.7/2021/1")) == "https://docs.un.org/en/CTOC/COP/WG.7/2021/1"
    assert document_url(Symbol("MSC.1/Circ.1702")) is document_url(Symbol("GB.350/INS/4")) is None
    with pytest.raises(ValueError, match="'de'"):
        document_url(Symbol("A/80/6"), "de")


# In running text


def found(text: str) -> list[str]:
    return [mention.symbol.text for mention in find_symbols(text)]


@LIMITLESS
@given(st.sampled_from(BEFORE), SYMBOLS, st.sampled_from(BEHIND))
def test_a_symbol_is_found_in_running_text_of_any_language_and_nothing_more_is_taken(
    before: str, symbol: Symbol, behind: str
) -> None:
    text = before + symbol.text + behind
    assert find_symbols(text) == [SymbolMention(symbol, len(before), len(before) + len(symbol.text))]


@LIMITLESS
@given(NEARLY | st.text())
def test_whatever_the_text_mentions_are_in_order_and_read_as_what_they_say(text: str) -> None:
    end = 0
    for mention in find_symbols(text):
        assert end <= mention.start < mention.end <= len(text)
        assert Symbol.parse(text[mention.start : mention.end]) == mention.symbol
        end = mention.end
    assert {mention.symbol for mention in find_symbols(text)} <= {mention.symbol for mention in expand_all(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "See CTOC/COP/WG.7/2021/4.": ["CTOC/COP/WG.7/2021/4"],
        "what does ctoc/cop/wg.7/2021/2 say on a/res/55/25?": ["CTOC/COP/WG.7/2021/2", "A/RES/55/25"],
        "S/RES/1325 (2000) and A/RES/79/154 (2024)": ["S/RES/1325(2000)", "A/RES/79/154"],
        "(A/73/12 (Part II)), part one; A/79/322 (sect. 3)": ["A/73/12 (Part II)", "A/79/322"],
        "E/ICEF/672(Première partie)": ["E/ICEF/672 (Part I)"],
        "A/80/6 (Sect. 24)/Corr.1": ["A/80/6 (Sect. 24)/Corr.1"],
        "In A/RES/79/154 A new text. A/RES/77/290 B was": ["A/RES/79/154", "A/RES/77/290 B"],
        "A/RES/217 A (III) and A/RES/46/36 A and B": ["A/RES/217(III) A", "A/RES/46/36 A"],
        "[A/80/6](https://docs.un.org/en/A/80/7)": ["A/80/6"],
        "https://docs.un.org/en/A/80/6，见A/80/7": ["A/80/7"],
        "A/80/1–A/80/5": ["A/80/1", "A/80/5"],
        "A/80/6/Add.1-3": ["A/80/6/Add.1"],
        "A/ES-10/1043–S/2025/529": ["A/ES-10/1043-S/2025/529"],
        "Letter (A/79/843*-S/2025/201*), annex": ["A/79/843-S/2025/201"],
        "See A/80/6 (Sect. 29D) and A/80/6 (Plan outline).": ["A/80/6 (Sect. 29D)", "A/80/6 (Plan outline)"],
        "DP-FPA/2025/1 and dp/fpa-icef-unw/2025/2": ["DP-FPA/2025/1", "DP/FPA-ICEF-UNW/2025/2"],
        "DP/FPA/2025/4 (Part I/Add.1), table 3": ["DP/FPA/2025/4 (Part I)/Add.1"],
        "Review (DP/FPA/2025/4) (Part I), report (DP/FPA/2025/4) (Part II)": [
            "DP/FPA/2025/4 (Part I)",
            "DP/FPA/2025/4 (Part II)",
        ],
        "Annex（DP/FPA/2025/4）（Part I）/Add.1 (A/79/8) (see below)": ["DP/FPA/2025/4 (Part I)/Add.1", "A/79/8"],
        "In JIU/REP/2025/1 [Expanded report] it is said": ["JIU/REP/2025/1 [Expanded report]"],
        "JIU/REP/2025/1 [English only]; A/39/36I; A/39/361": ["JIU/REP/2025/1", "A/39/361"],
        "E/ICEF/2016/8-DP-FPA/2016/1": ["E/ICEF/2016/8-DP-FPA/2016/1"],
        "Документ А/80/6 и СЕDAW": ["A/80/6"],
        "S/12345, A/1251, T/PET.4/L.3, CD/2179": ["S/12345", "A/1251", "T/PET.4/L.3", "CD/2179"],
        "XYZ/COP/WG.1/2021/4": ["XYZ/COP/WG.1/2021/4"],
        "A/RES/\n79/154 and A/80/6/\nThe next": ["A/RES/79/154", "A/80/6"],
        "TCP/IP/\nA/80/6": ["A/80/6"],
        "The rules of procedure, A/520/Rev.17 and S/96/Rev.7; A/79/Rev.1, S/2025/Rev.1": ["A/520/Rev.17", "S/96/Rev.7"],
        "A/80/6.The next. A/80/7.12": ["A/80/6", "A/80/7"],
        f"A/80/6/Add.1-{'A/80/6/Add.2' * 30}": ["A/80/6/Add.1"],
    }.items(),
)
def test_symbols_are_found_as_they_stand_in_documents(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "and/or, he/she, km/h, 1/2, 24/7, 12/08/2021, 2021/22, 14/15 October, resolution 55/25, N/A, I/O",
        "TCP/IP, TCP/80, HIV/AIDS, AC/DC 2, AN/APQ-99, F/A-18, HTTP/1.1, OS/2, S/4HANA, ISO/IEC/27001",
        "CD/DVD/2, A/4, A/C 5, A/320, S/2025, E/12/2021, A/12/2021, GDP/2020/2021, ID/1234, s/4, A/B/C/2",
        "https://docs.un.org/en/A/80/6 www.un.org/A/80/6 docs/A/80/6 C:/A/80/6 A/80/6.pdf A/80/6/x.txt",
        f"CTOC/{'ABCDEFGHIJKLM/' * 8}2021/1",
        "xA/80/6 éA/80/6 A/80/6x A/80/6_1 non-A/80/6 ?s=A/80/6 @A/80/6 A/8000000/6",
        "CTOC/COP/WG.7 CTOC/COP A/C.3 A/RES",
    ],
)
def test_what_merely_has_slashes_is_not_found(text: str) -> None:
    assert found(text) == []


def test_spans_are_those_of_the_text_as_given_with_its_invisible_characters() -> None:
    text = "وثيقة \u200fCTOC/\u200eCOP/WG‑7 و\u200eＡ／８０／６\u200e."
    [mention] = find_symbols(text)
    assert text[mention.start : mention.end] == "Ａ／８０／６"


def test_asterisks_are_a_reissue_and_not_where_they_are_emphasis() -> None:
    assert [m.symbol.reissue for m in find_symbols("A/72/1* is")] == [1]
    text = "**A/72/1** is"
    [mention] = find_symbols(text)
    assert (mention.symbol.reissue, text[mention.start : mention.end]) == (0, "A/72/1")


# A search of more than linear time would not come to an end here.
@pytest.mark.parametrize(
    ("piece", "mentions"),
    [*((piece, 0) for piece in HOSTILE), *((piece, 200_000 // len(piece)) for piece in REPEATED)],
)
def test_hostile_text_is_searched_in_linear_time(piece: str, mentions: int) -> None:
    assert len(find_symbols(piece * (200_000 // len(piece)))) == mentions


def test_a_hostile_wealth_of_ranges_is_not_written_out() -> None:
    assert len(expand_all("A/80/6/Add.1-500 " * 10_000)) < 40_000
    assert len(find_symbols_like("PSG/80/6/Add.1-500 " * 10_000, Symbol.parse_any("PSG/80/1"))) < 40_000


# Abbreviated citations


@pytest.mark.parametrize(
    ("citation", "expected"),
    {
        "A/80/6": "",
        "A/80/6 and Add.1-3": "/Add.1 /Add.2 /Add.3",
        "A/80/6 et Add.1 à 3": "/Add.1 /Add.2 /Add.3",
        "A/80/6 y Add.1 a 3": "/Add.1 /Add.2 /Add.3",
        "A/80/6 и Add.1–3": "/Add.1 /Add.2 /Add.3",
        "见A/80/6和Add.1至3。": "/Add.1 /Add.2 /Add.3",
        "A/80/6 وAdd.1 إلى 3": "/Add.1 /Add.2 /Add.3",
        "A/80/6 and Add.1 to Add.3": "/Add.1 /Add.2 /Add.3",
        "a / 80 / 6 and add. 1": "/Add.1",
        "A/80/6 Corr.1": "/Corr.1",
        "A/80/6, Add.1 and Rev.1": "/Add.1 /Rev.1",
        "A/80/6 and Add.1 and 2": "/Add.1 /Add.2",
        "A/80/6 and Add.1, 2 and 4-6 and Corr.1": "/Add.1 /Add.2 /Add.4 /Add.5 /Add.6 /Corr.1",
        "A/80/6、Add.1、2和4": "/Add.1 /Add.2 /Add.4",
        "A/80/6 (and Add.1/Corr.1)": "/Add.1/Corr.1",
        "A/80/6 and Add.1, 12 March 2025": "/Add.1",
        "A/80/6 and Add.1 and 2 October": "/Add.1",
        "A/80/6 and Add.1 et 2 octobre": "/Add.1",
        "A/80/6和Add.1和2月": "/Add.1",
        "A/80/6 and Add.1 and 2021/5": "/Add.1",
        "A/80/6 and Add.2 and 1": "/Add.2",
        "A/80/6 and Add.1 to Rev.3": "/Add.1",
    }.items(),
)
def test_an_abbreviated_citation_is_written_out(citation: str, expected: str) -> None:
    assert [symbol.text for symbol in expand(citation)] == [
        "A/80/6",
        *(f"A/80/6{tail}" for tail in expected.split()),
    ]


def test_an_abbreviation_of_a_kind_that_is_there_stands_beside_it_and_another_behind_it() -> None:
    assert [s.text for s in expand("A/80/6/Add.1 and Add.2/Rev.1")] == ["A/80/6/Add.1", "A/80/6/Add.2/Rev.1"]
    draft = "A/C.3/75/L.1/Rev.1"
    assert [s.text for s in expand(f"{draft} et Add.1 à 3")] == [
        draft,
        *(f"{draft}/Add.{n}" for n in (1, 2, 3)),
    ]
    double = "A/57/850/Add.1-S/2003/580/Add.1"
    assert expand(f"{double} and Corr.1")[1].text == "A/57/850/Add.1/Corr.1-S/2003/580/Add.1/Corr.1"


def test_a_range_of_running_numbers_and_several_citations_are_written_out_once_each() -> None:
    citation = "CTOC/COP/WG.7/2021/2-4; S/2025/71 and Rev.1, S/2025/71"
    numbers = [f"CTOC/COP/WG.7/2021/{number}" for number in (2, 3, 4)]
    assert [symbol.text for symbol in expand(citation)] == [*numbers, "S/2025/71", "S/2025/71/Rev.1"]


@LIMITLESS
@given(SYMBOLS, st.sampled_from(["and", "et", "y", "и", "和", "و", ","]), st.integers(1, 90), st.integers(1, 30))
def test_children_written_out_have_the_base_of_the_symbol_before_them(
    symbol: Symbol, conjunction: str, first: int, more: int
) -> None:
    family = expand(f"{symbol.text} {conjunction} Add.{first}–{first + more}")
    assert family[0] == symbol
    assert {member.base for member in family} == {symbol.base}
    assert {member.modifiers[-1] for member in family[1:]} >= {Modifier("Add", first + more)}
    assert len({*family, symbol}) == len(family)


def test_a_citation_that_cannot_be_written_out_is_refused() -> None:
    assert len(expand(f"A/80/6/Add.1-{MAX_RANGE}")) == MAX_RANGE
    for citation, wrong in {
        f"A/80/6/Add.1-{MAX_RANGE + 1}": f"more than {MAX_RANGE}",
        "A/80/6, Add.1 and 2-900000": f"more than {MAX_RANGE}",
        "A/80/6 and Add.3-1": "from 3 to 1",
        "no symbol": "no slash",
    }.items():
        with pytest.raises(SymbolError, match=wrong):
            expand(citation)


def test_running_text_gives_the_spans_of_abbreviations_and_only_the_ends_of_impossible_ranges() -> None:
    text = "See A/80/6 and Add.1–3; S/2025/71 and Add.1-900, Corr.3-1."
    shown = [(m.symbol.text, text[m.start : m.end]) for m in expand_all(text)]
    assert shown == [
        ("A/80/6", "A/80/6"),
        ("A/80/6/Add.1", "Add.1"),
        ("A/80/6/Add.2", "3"),
        ("A/80/6/Add.3", "3"),
        ("S/2025/71", "S/2025/71"),
        ("S/2025/71/Add.1", "Add.1"),
        ("S/2025/71/Add.900", "900"),
        ("S/2025/71/Corr.3", "Corr.3"),
    ]


# Other houses


@pytest.mark.parametrize(
    "text",
    ["A79/17", "WHA79.4", "EB158.R7", "220 EX/5", "43 C/5", "A43-WP/112", "A42-21", "ILC.114/Record No. 5A", "GC(69)/7", "MEPC 83/17"],
)  # fmt: skip
def test_a_symbol_of_another_house_is_taken_where_it_is_given_and_nowhere_else(text: str) -> None:
    symbol = Symbol.parse_any(f" {text}*")
    assert (symbol.text, symbol.reissue, symbol.is_external, symbol.halves) == (text, 1, True, (symbol,))
    assert document_url(symbol) is None
    assert Symbol.try_parse(text) is None
    assert found(f"See {text}, and {text}.") == []
    assert Symbol.parse_any("a/80/6") == Symbol("A/80/6")


def test_a_modifier_of_another_house_tells_its_parent() -> None:
    added = Symbol.parse_any("A79/17 Add.1")
    assert (added.text, added.parent, added.base) == ("A79/17/Add.1", Symbol("A79/17"), Symbol("A79/17"))
    assert Symbol("A79/17") < added < Symbol("A79/18")


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "1/2", "and/or", "12/08/2021", "COVID-19", "Article 6", "Part 5", "14/15 October", "see 79/17", "A79/", "A79//17"),
        *("WHA79.4 and A/80/6", "A/80//6", "A/80/6 (see below)", "CTOC/COP/WG.7", "https://x/A79/17", "../A79/17", "A79/17\x00", "A79/<b>17"),
        "A79/" + "1" * 200,
    ],
)  # fmt: skip
def test_words_and_what_breaks_the_rules_of_the_united_nations_are_not_taken_though_they_are_given(text: str) -> None:
    with pytest.raises(SymbolError):
        Symbol.parse_any(text)


KNOWN = KnownSymbols(
    map(Symbol.parse_any, ["A79/17", "A79/17/Add.1", "220 EX/5", "GC(69)/7", "GB.350/INS/4", "MSC.1/Circ.1702", "WT/L/1", "A/80/6 (Sect. 16)"])
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What does A79/17 say?", ["A79/17"]),
        ("a79/17号文件说什么，（GC(69)/7）？", ["A79/17", "GC(69)/7"]),
        ("l’A79/17 add.1, et 220 ex/5.", ["A79/17/Add.1", "220 EX/5"]),
        ("ما الذي تقوله الوثيقة \u200eMSC.1/Circ.1702؟", ["MSC.1/Circ.1702"]),
        ("(see WT/L/1) and GB.350／INS／4's annex", ["WT/L/1", "GB.350/INS/4"]),
        ("A/80/6 (sect. 16)", ["A/80/6 (Sect. 16)"]),
        ("A79/17/Add.2, A79/17 Add.2, A79/170, XA79/17, A79/17-2, A79/17/Rev.1, 1220 EX/5, https://x/A79/17", []),
    ],
)
def test_a_symbol_that_is_known_is_found_in_any_form_and_is_no_part_of_another(text: str, named: list[str]) -> None:
    assert [each.symbol.text for each in KNOWN.find(text)] == named
    for each in KNOWN.find(text):
        assert Symbol.parse_any(text[each.start : each.end].replace("ex", "EX").replace("a79", "A79")) == each.symbol


def test_a_symbol_is_told_by_the_form_of_a_known_one_that_no_rule_finds() -> None:
    text = "a79/18 and MSC.1/Circ.1703, not A79/18/X, C79/18, S/5/7 nor A/2/3; A79/17 beside 221 EX/6."
    named = ["A79/18", "MSC.1/Circ.1703", "A79/17", "221 EX/6"]
    assert [each.symbol.text for each in KNOWN.find(text, alike=True)] == named
    assert [each.symbol.text for each in KNOWN.find(text)] == ["A79/17"]


def test_what_has_a_form_that_only_symbols_have_is_told_though_none_of_the_kind_is_known() -> None:
    text = "A43-WP/88第5段, ITTC(LXII)/7, GC(69)/RES/4; COVID-19/2020, H1N1/2009, Fe(III)/2, A/80/1, https://x/GC(69)/7"
    assert [each.symbol.text for each in KNOWN.find(text, alike=True)] == ["A43-WP/88", "ITTC(LXII)/7", "GC(69)/RES/4"]
    assert not KNOWN.find(text)


@given(st.text() | NEARLY)
def test_looking_for_known_symbols_never_fails(text: str) -> None:
    assert all(text[each.start : each.end] for each in KNOWN.find(text))


# Real texts


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared with real documents is absent")
def test_the_agenda_names_the_background_papers() -> None:
    agenda = (SHARED / "documents/meeting/annotated-provisional-agenda.txt").read_text(encoding="utf-8")
    assert {f"CTOC/COP/WG.7/2021/{number}" for number in (2, 3, 4)} <= set(found(agenda))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared with real texts is absent")
@pytest.mark.parametrize("language", ["ar", "en", "es", "ru", "zh"])
def test_encyclopaedia_articles_in_five_languages_hold_no_symbols(language: str) -> None:
    articles = json.loads((SHARED / f"eval/xquad/xquad.{language}.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    assert len(paragraphs) > 200
    assert found("\n".join(paragraphs)) == []
