"""Groups from invented meetings: questions about when and where they discuss what, and what their rows state."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from babel.dates import format_date, format_skeleton, format_time

from assistant.meeting.meeting_answers import build_row_passages
from assistant.meeting.row_citations import AgendaCiter
from assistant.meeting.row_passages import Kind, RowPassage, RowSentence
from assistant.qa.engine import Engine
from corpus.meetings import Meeting
from eval.training.groups import Group, Read, read_values

QUESTIONS_PER_MEETING: Mapping[str, int] = {"en": 24, "fr": 6, "es": 6, "ru": 6, "ar": 6, "zh": 6}
"""Questions of each language about one meeting."""
WRONG_PASSAGES = 3
"""Passages without the answer for each question; one more where none answers."""
ABSENT_SHARE = 0.15
"""The share of questions about a topic that ask for one of another meeting, which this one does not have."""
BARE_SHARE = 0.3
"""The share of questions that are asked of the agenda without its documents and timetable, which may have the answer."""
SOURCE = "meeting-"
"""Prefix of the names of these groups."""
_ANSWERS: Mapping[str, str] = {"paper_item": "taken_up"}
"""The kind of row (`row_passages.Kind`) that answers a kind of question, where the two names differ."""
_OF_ITEM, _OF_DAY = ("title", "taken_up", "length", "documents"), ("row", "break")
_CONTENT = "content"
"""Questions on the substance of an item: its annotation answers, no row does."""
HALVES = ("half-morning", "half-afternoon")
SLOT = re.compile(r"\{(\w+)\}")


def agenda_text(meeting: Mapping[str, Any]) -> str:
    """An invented meeting (`data/README.md`) as an annotated agenda in Markdown."""
    days = [dt.date.fromisoformat(day) for day in meeting["dates"]]
    annotated: list[str] = []
    for item in meeting["items"]:
        number, part = item["number"].partition(" ")[::2]
        annotated.append(f"#### {part} {item['title']}" if part else f"### {number}. {item['title']}")
        annotated.append(item["annotation"])
        annotated += ["#### Documentation"] * bool(item["documents"])
        annotated += [f"{paper['title']} ({paper['symbol']})" for paper in item["documents"]]
    head = ["---", f"title: {meeting['title']}", f"symbol: {meeting['symbol']}", "edition: digest", "language: en",
            f"date: {days[0] - dt.timedelta(days=60)}", f"sources: ['{meeting['symbol']}']", "---"]  # fmt: skip
    body = [f"# {meeting['title']}", meeting["body"], meeting["session"], f"{meeting['place']}, {_format_days(days)}",
            "## Provisional agenda", "\n".join(map(_format_agenda_item, meeting["items"])), "## Annotations", *annotated,
            "## Annex", "### Proposed organization of work", "\n".join(_format_timetable(meeting))]  # fmt: skip
    return "\n".join(head) + "\n" + "\n\n".join(body) + "\n"


def _format_agenda_item(item: Mapping[str, Any]) -> str:
    number, part = item["number"].partition(" ")[::2]
    return f"  - {part} {item['title']};" if part else f"{number}. {item['title']}."


def _format_days(days: Sequence[dt.date]) -> str:
    """`6-8 May 2019`, `30 April and 1 May 2019`."""
    first, last = days[0], days[-1]
    if first == last:
        return str(format_date(last, "d MMMM yyyy", "en"))
    begin = format_date(first, "d" if first.month == last.month else "d MMMM", "en")
    return f"{begin}{' and ' if len(days) == 2 else '-'}{format_date(last, 'd MMMM yyyy', 'en')}"


def _format_timetable(meeting: Mapping[str, Any]) -> Iterator[str]:
    titles = {item["number"]: item["title"] for item in meeting["items"]}
    seen: set[str] = set()
    day = None
    yield "| Date and time | Agenda item | Title or description |\n|---|---|---|"
    for sitting in meeting["sittings"]:
        if sitting["date"] != day:
            day = sitting["date"]
            yield f"| {format_date(dt.date.fromisoformat(day), 'EEEE, d MMMM', 'en')} | | |"
        times = "–".join(_format_clock(sitting[end]) for end in ("start", "end"))
        for n, number in enumerate(sitting["items"]):
            yield f"| {'' if n else times} | {number} | {titles[number]}{' (continued)' * (number in seen)} |"
            seen.add(number)


def _format_clock(time: str) -> str:
    text = str(format_time(dt.time.fromisoformat(time), "h.mm a", locale="en")).replace(".00", "")
    return text.replace("AM", "a.m.").replace("PM", "p.m.").replace("\u202f", " ")


def meeting_groups(meetings: Path, patterns: Path, engine: Engine) -> Iterator[Group]:
    """The groups of invented meetings, whose agendas (`agenda_text`) are the documents of the engine's library, asked
    in `patterns` (`data/README.md`). Named `meeting-` and the kind of question. The same for the same input."""
    by_key = {engine.library.document(each.document_id).key: each for each in engine.library.meetings()}
    words: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in read_values(patterns):
        words[row["language"]][row["kind"]].append(row["pattern"])
    invented = list(read_values(meetings))
    for n, (meeting, other) in enumerate(zip(invented, [*invented[1:], *invented[:1]], strict=True)):
        rng = random.Random(n)
        maker = _QuestionMaker(meeting, other, by_key[meeting["symbol"]], engine, rng)
        for language, count in QUESTIONS_PER_MEETING.items():
            kinds = [
                (kind, pattern)
                for kind, of_kind in words[language].items()
                if kind not in HALVES
                for pattern in of_kind
            ]
            halves = [words[language][half] for half in HALVES]
            for kind, pattern in rng.sample(kinds, min(count, len(kinds))):
                group = maker.group(kind, language, pattern, halves)
                if group is not None:
                    yield group


def add_meeting_passages(groups: Sequence[Group], meetings: Sequence[Group], share: float, seed: int) -> list[Group]:
    """Adds a passage of a meeting, which does not answer, to a `share` of the groups."""
    rng = random.Random(seed)
    reads = [read for group in meetings for read in group.reads]
    return [
        replace(group, reads=(*group.reads[:1], replace(rng.choice(reads), answer=None), *group.reads[1:]))
        if rng.random() < share
        else group
        for group in groups
    ]


def slot_values(
    item: Mapping[str, Any],
    topic: Mapping[str, Any],
    paper: Mapping[str, Any] | None,
    body: str,
    day: dt.date,
    half: Sequence[str],
    language: str,
    rng: random.Random,
) -> dict[str, str]:
    """The values of a pattern's slots: the number and title of an item, common names of a `topic`, a day and a paper,
    the words for half a day, the body that meets."""
    return {
        "number": item["number"],
        "title": item["title"],
        "topic": rng.choice(topic["called"][language]),
        "body": body,
        "day": _day(day, language, rng),
        "half": rng.choice(half),
        "paper": rng.choice(paper["called"][language]) if paper else "",
        "symbol": paper["symbol"] if paper else "",
    }


def fill_pattern(pattern: str, slots: Mapping[str, str]) -> str:
    """Makes a question from a pattern and the values of its slots."""
    return SLOT.sub(lambda slot: slots[slot[1]], pattern)


class _QuestionMaker:
    """Makes questions about one invented meeting; `other` is a meeting whose topics this one does not have."""

    def __init__(
        self,
        invented: Mapping[str, Any],
        other: Mapping[str, Any],
        meeting: Meeting,
        engine: Engine,
        rng: random.Random,
    ) -> None:
        self._other, self._meeting, self._engine, self._rng = other, meeting, engine, rng
        self._sittings = invented["sittings"]
        with_parts = {item["number"].split(" ")[0] for item in invented["items"] if " " in item["number"]}
        self._items = [item for item in invented["items"] if item["number"] not in with_parts]
        self._bare = replace(
            meeting, sittings=(), items=tuple(replace(item, documentation=()) for item in meeting.items)
        )
        self._cite = AgendaCiter(engine.library, meeting)

    def group(self, kind: str, language: str, pattern: str, halves: Sequence[Sequence[str]]) -> Group | None:
        """Makes a question of a kind from a pattern; None where the meeting lacks the answer."""
        slots, rng = set(SLOT.findall(pattern)), self._rng
        papers = [item for item in self._items if item["documents"]]
        item = rng.choice(papers if slots & {"paper", "symbol"} or kind == "documents" else self._items)
        sitting = rng.choice(self._sittings)
        day = dt.date.fromisoformat(sitting["date"])
        half = int(sitting["start"] >= "12:00")
        absent = "topic" in slots and rng.random() < ABSENT_SHARE
        paper = rng.choice(item["documents"]) if item["documents"] else None
        topic, body = rng.choice(self._other["items"][2:-1]) if absent else item, self._meeting.body
        text = fill_pattern(pattern, slot_values(item, topic, paper, body, day, halves[half], language, rng))
        bare = rng.random() < BARE_SHARE
        passages = build_row_passages(
            self._engine.question(text, language), self._bare if bare else self._meeting, self._cite
        )
        if not passages:
            return None
        row_kind = _ANSWERS.get(kind, kind)
        date = format_date(day, "d MMMM yyyy", "en")
        day_and_half = (date, half if "half" in slots else None) if "day" in slots else None
        answering = [] if absent else _find_answering(passages, row_kind, item["number"], day_and_half)
        reads = [_to_read(passage, parts) for passage, parts in answering[:2]]
        if kind == _CONTENT and not absent and not slots & {"paper", "symbol"}:
            reads = self._annotation(item["number"])
        elif not reads and not absent and not bare and row_kind in get_args(Kind):
            return None
        wrong = [passage for passage in passages if not any(passage is one for one, _ in answering)]
        if kind == _CONTENT:  # the title of an item says something about its substance
            wrong = [passage for passage in wrong if passage.sentences[0].item != item["number"]]
        rng.shuffle(wrong)
        wrong.sort(key=lambda passage: all(part.kind != row_kind for part in passage.sentences))
        answerable = bool(reads)
        reads += [_to_read(passage, ()) for passage in wrong[: WRONG_PASSAGES + (not answerable)]]
        if not reads:
            return None
        return Group(f"{SOURCE}{kind}", language, text, answerable, tuple(reads))

    def _annotation(self, number: str) -> list[Read]:
        """The passage of the agenda with most of an item's annotations, as search finds it; empty without any."""
        item = self._meeting.item(number)
        if item is None or not item.annotations:
            return []
        blocks = [self._cite.document.blocks[each] for each in item.annotations]
        begin, end = blocks[0].start, blocks[-1].end
        passages = self._engine.library.passages(self._meeting.document_id)
        best = max(passages, key=lambda each: min(end, each.end) - max(begin, each.start))
        start, stop = max(begin, best.start) - best.start, min(end, best.end) - best.start
        return [Read(best.heading, best.text, (start, stop))] if start < stop else []


def _day(day: dt.date, language: str, rng: random.Random) -> str:
    """Formats a day as people name it in questions; in Russian as a date, whose form fits into any sentence."""
    if language != "ru" and rng.random() < 0.6:
        return str(format_date(day, "EEEE", language))
    return str(format_skeleton("MMMMd", day, locale=language))


def _find_answering(
    passages: Sequence[RowPassage], kind: str, item: str, day_and_half: tuple[str, int | None] | None
) -> list[tuple[RowPassage, list[RowSentence]]]:
    """Finds the row passages with sentences that answer: of a kind, about an item, about a day (and its half)."""
    found = []
    for passage in passages:
        parts = [part for part in passage.sentences if part.kind == kind]
        if kind in _OF_ITEM:
            parts = [part for part in parts if part.item == item]
        elif day_and_half is not None and kind in _OF_DAY:
            day, half = day_and_half
            parts = [part for part in parts if day in f"{passage.heading} {part.text}"]
            if half is not None:
                parts = [part for part in parts if ("afternoon" if half else "morning") in part.text]
        if parts:
            found.append((passage, parts))
    return found


def _to_read(passage: RowPassage, parts: Sequence[RowSentence]) -> Read:
    """A row passage as the reader sees it; `parts` are its sentences that answer."""
    text = " ".join(part.text for part in passage.sentences)
    if not parts:
        return Read(passage.heading, text)
    begin = text.index(parts[0].text)
    return Read(passage.heading, text, (begin, text.index(parts[-1].text) + len(parts[-1].text)))
