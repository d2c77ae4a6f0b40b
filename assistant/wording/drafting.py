"""Regexes for the words with which United Nations texts request, decide and propose, by language; from `assistant/data/drafting.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from assistant.package_data import shipped
from assistant.wording.values import spelt

NEVER = "(?!)"
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|「[^」]*」")
_OF_NAME = re.compile(r"(?<=\w\s)([A-Z][a-z]+\s)to(?=\s[A-Z][a-z])")
"""The word “to” between capitalized words, as in a name, where it opens no action: the Plan of Action to Light Harbours."""
# No number has more groups of digits than this: a row of a table may have hundreds side by side.
_GROUPS = r"\d{1,3}(?:[,.\s]\d{3}){1,6}(?:[.,]\d+)?"
_AMOUNT = rf"{_GROUPS}|\d+(?:[.,]\d+)?"


class Grammar:
    """The regexes of one language, with the names in the file: whole words, except those that are composed here. A name that the file has only in
    English matches nothing in other languages."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._words: dict[str, Any] = shipped("drafting")[language]
        self.spaced, self.verb_first, self.capitals = language != "zh", language == "ar", language not in ("ar", "zh")
        edge = ("", "") if language in ("zh", "ar") else (r"(?<![\w-])", r"(?![\w-])")
        self._edge = edge
        ordinals = {_spaced(stem): number for stem, number in self._words.get("ordinals", {}).items()}
        self._ordinals = [(re.compile(stem, re.IGNORECASE), number) for stem, number in ordinals.items()]
        leads = rf"(?:{edge[0]}(?:{self._source('lead')}){edge[1]},?\s*)*"
        self.leads = self._compile(leads)
        self._compile_verbs(leads)
        self._compile_actions(leads)
        self._compile_names()
        self._compile_conjunctions()
        self._compile_times("|".join(ordinals) or NEVER)
        self._compile_amounts()

    def _compile_verbs(self, leads: str) -> None:
        """The verbs that open clauses, with the words before them (`leads`), and what a clause opens with."""
        edge, join = self._edge, self._source("join")
        kinds = {"ask": self._source("ask"), "decide": self._source("decide"), "say": self._source("say", "sure")}
        verbs = "|".join(f"(?P<{kind}>{edge[0]}(?:{source}){edge[1]})" for kind, source in kinds.items())
        comma = rf"[,;،؛，；]\s*(?:(?:{join})\s*(?:,\s*(?P<aside>[^,;:.]{{1,90}}),\s*)?)?"
        inserted = r"(?:,\s*(?P<inserted>[^,;:.]{1,90}),)?"
        self.opening = self._compile(rf"\s*{leads}(?P<verb>{verbs})")
        # The same in the past, as in reports: the Board requested the secretariat to report.
        self.acts = self._compile(
            rf"(?:^\s*|[,;،؛，；]\s*(?:(?:{join})\s*)?|\s(?:{join})\s*){leads}"
            rf"{edge[0]}(?:(?P<asked>{self._source('asked')})|(?P<decided>{self._source('decided')})){edge[1]}"
        )
        past = rf"{edge[0]}(?:{self._source('past', 'did')}){edge[1]}"
        self.did = self._compile(rf"\s*{leads}{past}")
        self.acted = self._compile(rf"(?<=[\w,])\s+{leads}(?P<verb>{past})")
        """A verb in the past inside a sentence, behind words that may name who acted."""
        self.following = self._compile(
            rf"{comma}{leads}(?P<verb>{verbs})|\s(?:{join}){inserted}\s{leads}"
            rf"(?P<bare>{edge[0]}(?:{self._source('ask', 'decide', 'sure')}){edge[1]})"
        )  # fmt: skip
        """A verb after a comma; after “and” alone only a verb that is not also a noun."""
        that = rf"(?:{edge[0]}(?:{self._source('that')}){edge[1]})" if self.spaced else ""
        self.clause = self._compile(rf"[\s,，]*{leads}{that}")
        """What opens a clause after its verb: `stresses [once again that] States shall act`."""
        self.duty, self.modal = self._word("duty", "should"), self._word("modal", "duty", "should")
        # Names are capitalized: "Progress Made" is not something that was done.
        # “Shall be held” is still to come; “to be held” tells of what is known.
        to_come = "".join(rf"(?<!\b{modal}\sbe\s)" for modal in ("shall", "will", "should", "must", "may"))
        self.past = re.compile(rf"{to_come}{edge[0]}(?![A-ZÀ-ÖØ-ÞА-Я])(?:{self._source('past')}){edge[1]}[^,;.]*$")
        self.done = re.compile(rf"(?<!\bbe\s){edge[0]}(?:{self._source('past')})\s+$")

    def _compile_actions(self, leads: str) -> None:
        """What opens the action that is requested, and what is no action though it looks like one."""
        edge = self._edge
        nouns = self._source("nouns", "split", "article", "preposition", "pronoun", "pronoun_subject", "also")
        self.nouns = self._compile(rf"{edge[0]}(?:{nouns}){edge[1]}")
        self.action = self._compile(
            rf"{edge[0]}(?:{self._source('to')})(?:\s*:|,?\s+(?!(?:{nouns}){edge[1]})(?=[^\W\d_]))"
            if self._language == "en" else rf"{edge[0]}(?:{self._source('to')})"
        )  # fmt: skip
        self.idle = self._compile(rf"(?:{self._source('idle')}){edge[1]}")
        self.abilities = self._compile(rf"{edge[0]}(?:{self._source('able')})\s+$")
        self.lack = self._compile(rf"(?:{self._source('lack')})\s*$")
        self.purpose = self._compile(rf"{edge[0]}(?:{self._source('to')})\s+{leads}$")
        """What makes the following verb an infinitive: to further encourage."""
        self.infinitives = self._compile(rf"{edge[0]}(?:{self._source('to')})\s+([a-z]{{2,}})")

    def _compile_names(self) -> None:
        """What stands in, before and after the names of those who act."""
        edge = self._edge
        self.adjectives = self._compile(rf"(?:{self._source('adjective')})\s*$")
        """An adjective at the end of a text."""
        self.place = self._compile(rf"\s(?:{self._source('preposition')})\s(?-i:[A-Z])[\w-]+$")
        """The end of a name that says where or what it belongs to: of Italy."""
        self.by = self._compile(rf"\s(?:{self._source('by')})\s")
        ends = rf"(?:{self._source('name')})+"
        inside = rf"(?:(?!{self._source('to')})[^，。；：])"
        self.bare_name = self._compile(
            rf"{inside}+?(?:{ends}(?:(?:各|内|所有|有关|其他){inside}{{0,20}}?{ends})?|(?={self._source('to')}))"
            if self._words.get("name") else NEVER
        )  # fmt: skip
        """The name of an actor, where no space separates it from the action."""
        self.known = self._compile(rf"{edge[0]}(?:{self._source('article', 'pronoun')})\s+(?:(?-i:[^\W\d_A-Z]+)\s+)?$")
        """What makes the following words refer to something known: [the forthcoming] annual reports."""

    def _compile_conjunctions(self) -> None:
        """What joins and ends the parts of lists and provisions, and the headings of chapters of recommendations."""
        edge, join = self._edge, self._source("join")
        self.trail = self._compile(rf"(?:,|\s(?:{self._source('trail')}))+\s*$")
        self.joint = self._compile(rf"{edge[0]}(?:{self._source('also')})\s+$")
        self.joins = self._compile(rf"[\s,،，]*(?:{self._source('also')}){edge[1]}")
        """A conjunction that continues a list: `joint` at the end of a text, `joins` at its beginning."""
        self.both = self._compile(
            rf"\s(?:{join})(?=\w)"
            if self.verb_first
            else rf"\s(?:{self._source('also')})(?:\s(?:{self._source('onto')}))?\s"
        )
        self.steps = self._compile(rf"\s(?:{self._source('also')})\s|[,–]")
        self.draft = self._compile(rf"(?:^|.*[:：]\s*)(?:{self._source('draft')})")
        """A line that calls the text below it a draft: Draft resolution submitted by Peru; Peru: draft resolution."""
        self.tail = self._compile(rf"\s*[;；؛](?:\s*(?:{self._source('also', 'join')}))?$")
        """The end of a part of a provision."""
        numbering = r"(?:(?:[IVXLC]+|[A-Z]|\d+)[.)]?\s+)?"
        self.chapter = self._compile(rf"\s*{numbering}(?:\w+\s)?(?:{self._source('advice')})\s*(?::\D*)?")
        """The heading of a chapter that has only recommendations."""
        self.outcomes = self._compile(
            rf"\s*{numbering}(?:\w+\s(?:{self._source('also')})\s)?(?:{self._source('advice', 'decision')}){edge[1]}"
        )
        """The heading of what a body recommends or decides, alone or with one other word: Conclusions and recommendations."""
        number = r"(?:n(?:o\.|[o°º])\s*|№\s*)?\d+(?:\.\d+)*(?![\w/])"
        self.numbered = self._compile(rf"\s*(?P<label>(?:{self._source('advice')})\s*{number})")
        """What opens with the number of a single recommendation: Recommendation 3."""

    def _compile_times(self, ordinals: str) -> None:
        """Sessions, terms and years; `ordinals` is a regex of the parts of ordinals in words."""
        edge, join = self._edge, self._source("join")
        ordinal = f"(?:{ordinals})" + (r"\w*" if self.spaced else "")
        joins = r"[-\s]" if self.spaced else ""
        number = rf"(?:{ordinal}(?:(?:{joins}|\s(?:and|et|y)\s|\sو?){ordinal})*|\d{{1,3}}(?:st|nd|rd|th|e|ème|\.?[ºª]|-\w+)?)"
        self.session = self._compile(rf"{edge[0]}(?:{self._source('session')})".replace("{n}", number))
        self.held = self._compile(rf"\s*(?:[,，،]\s*)?(?:{self._source('held')})\s(?:[^,;:.()]{{0,60}}\s)?$")
        """What stands between a session and its date: at its tenth session, [to be held in Lima] in 2026."""
        self.meeting = self._compile(rf"{edge[0]}(?:{self._source('meeting')})".replace("{n}", number))
        # Up to the end of the clause, including commas of a list: the sale, supply or transfer.
        comma_ends = rf"[,،](?!\s\w+\s(?:{self._source('also')})\s)"
        tail = rf"(?:[^;.:؛]{{0,200}}?(?={comma_ends}|[;.:؛]|\s(?:{join})\s|$)|[^;.:؛]{{0,200}}\b)"
        term, adopted = self._source("term", "span"), self._source("adopted")
        runs = rf"(?:\w+\s){{0,4}}?(?:{adopted})"
        self.event = self._compile(
            rf"{edge[0]}(?:{term})\s(?=[^\W\d_])(?!(?:{join}|{self._source('aimed')})\s|{runs}){tail}"
            if self.spaced else rf"[在自](?![^，。；：]*{adopted})[^，。；：在]{{1,40}}(?:{term})"
        )  # fmt: skip
        """A term that runs from or to an event other than the adoption."""
        opens, goes_on = (
            ("", rf"(?:\s{runs})?") if self.spaced else (rf"(?:[在自](?:{adopted})[^，。；：]{{0,12}}?)?", "")
        )
        self.term = self._compile(rf"{edge[0]}{opens}(?:{self._source('term')}){goes_on}")
        self.year = self._compile(rf"\s?(?:{self._source('year')})(?!\w)")

    def _compile_amounts(self) -> None:
        """Amounts of money, and other large numbers."""
        edge = self._edge
        names, codes = _currencies(self._language)
        unit, scale = f"{names}|{self._source('unit')}", self._source("scale")
        large = rf"(?:(?:{_AMOUNT})\s(?:{scale})|{_GROUPS}|\d{{4,}})"
        self.money = self._compile(
            rf"(?:(?:US\$|\$|€|£|¥)\s?(?:{_AMOUNT})(?:\s(?:{scale}))?|(?-i:\b(?:{codes}))\s?{large}"
            rf"|(?<![\d.,/])(?:{large}\s?(?-i:(?:{codes})\b)|(?:{_AMOUNT})(?:\s?(?:{scale}))?\s?(?:{unit}){edge[1]}))"
            rf"(?:\s?(?:{self._source('rate')}){edge[1]})?"
        )
        self.amount = self._compile(rf"(?<![\d.,/])(?:{_AMOUNT})\s?(?:{scale})(?!\s?(?:{unit})){edge[1]}")
        """A number with a scale (thousands, millions) that is not an amount of money."""

    def __getattr__(self, name: str) -> re.Pattern[str]:
        if name.startswith("_") or name not in shipped("drafting")["en"]:
            raise AttributeError(name)
        pattern = self._word(name)
        setattr(self, name, pattern)
        return pattern

    def joined_verbs(self, verbs: Iterable[str]) -> re.Pattern[str]:
        """Some verbs behind a conjunction, unless a preposition other than “that” follows, as behind a participle."""
        words, (before, after) = "|".join(map(re.escape, sorted(verbs))) or NEVER, self._edge
        follows = rf"(?!\s(?!(?:{self._source('that')}){after})(?:{self._source('preposition')}){after})"
        return self._compile(
            rf"[,،]?\s(?:{self._source('join')})\s*{self.leads.pattern}{before}(?:{words}){after}{follows}"
        )

    def days(self, words: str) -> int:
        """The number of days of the first time unit in a text, 0 where there is none."""
        units: dict[str, int] = self._words["days"]
        return next((days for unit, days in units.items() if re.search(unit, words, re.IGNORECASE)), 0)

    def number(self, words: str) -> int | None:
        """The number of an ordinal in words, the sum of its parts: `eighty-first`."""
        if digits := re.search(r"\d+", words):
            return int(digits.group())
        if self._language == "zh":
            return next((value for _, value in spelt(words, "zh")), None)
        total, at = 0, 0
        while at < len(words):
            matches = [(match.end(), value) for stem, value in self._ordinals if (match := stem.match(words, at))]
            end, value = max(matches, default=(at + 1, 0))
            total, at = total + value, end
        return total or None

    def _source(self, *names: str) -> str:
        sources = [each for name in names for each in self._words.get(name, ())]
        return "|".join(_spaced(each) for each in sources) if sources else NEVER

    def _word(self, *names: str) -> re.Pattern[str]:
        return self._compile(f"{self._edge[0]}(?:{self._source(*names)}){self._edge[1]}")

    @staticmethod
    def _compile(source: str) -> re.Pattern[str]:
        return re.compile(source, re.IGNORECASE)


def _spaced(words: str) -> str:
    """A regex in which a space matches any white space."""
    return words.replace(" ", r"\s+") if not words.startswith("(?#") else words


@lru_cache(maxsize=8)
def _currencies(language: str) -> tuple[str, str]:
    """Regexes for the names of today's currencies in a language, and for their codes, from Unicode CLDR."""
    from babel.core import get_global  # imported only where it is needed
    from babel.numbers import get_currency_name

    spans = (span for each in get_global("territory_currencies").values() for span in each)
    codes = sorted({code for code, _, end, is_tender in spans if is_tender and end is None})
    names = {get_currency_name(code, count, locale=language) for code in codes for count in (None, 1, 2, 5, 11, 100)}
    return "|".join(
        r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=len, reverse=True)
    ), "|".join(codes)


@lru_cache(maxsize=8)
def grammar_of(language: str) -> Grammar:
    """The regexes of a language; all match nothing where it has none."""
    return Grammar(language)


def unquoted(text: str) -> str:
    """A text on one line with quoted words and “to” in names masked, since they request nothing; all other characters keep their positions."""
    text = _QUOTED.sub(lambda match: match.group()[0] + "x" * (len(match.group()) - 2) + match.group()[-1], text)
    return re.sub(r"\s", " ", _OF_NAME.sub(r"\1xx", text))
