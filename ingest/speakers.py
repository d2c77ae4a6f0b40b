"""Finds who speaks in a meeting record, by the form of its lines: `Mr. Okonjo (Liberia) (spoke in French): ...`, or in
a summary record `3. Mr. Okonjo (Liberia), speaking for the Group, said that ...`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from corpus.analysis import analyse
from corpus.countries import find_countries, find_country_spans
from corpus.documents import Document, Span, cached_by_document
from corpus.language import detect_language, refers_to_speaker
from corpus.sentences import sentence_spans
from ingest.readers.lines import LEADERS

Role = Literal["speech", "numbered", "heading", "other"]
"""The role of a block in a record: text that may be spoken; a numbered paragraph, which has speeches in summary records
only; a heading, which ends a speech; or something else between them, such as a footnote."""
_LABEL = re.compile(
    r"(?P<name>[^\s\d:：()（）][^\d:：()（）;!?]{1,60}?)(?P<brackets>(?:\s*[(（][^()（）:：]{2,80}[)）]){0,3})(?:(?<=\))،[^.:]{1,80})?\s?(?:：|:(?=\s))"
)
_REPORTED = re.compile(
    r"(?P<name>[^\s\d:：()（）][^\d:：()（）;!?]{1,60}?)(?P<brackets>(?:\s*[(（][^()（）:：]{2,80}[)）]){1,2})"
)
_SAYING = re.compile(
    r"(?:\s*[,，،](?:[^.;。]|\.(?=\S)){1,200}?[,，،])?\s*(?P<words>[：:]|[㐀-鿿]|[^\W\d_]+[\s,]+[^\W\d_]+)"
)
"""What follows the speaker in a summary record, possibly after an insertion: two words (`said that`), in Chinese one,
or a colon."""
_IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]")
_HAN = re.compile("[㐀-鿿]")
_COMMA = re.compile("[,，،]")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐’'][^\W\d_]+)*")
MAX_CALLED = 500  # most speakers with a single speech that are checked against names in earlier lines
MAX_NAME_WORDS = 8  # most words of a speaker's name, without the State
MAX_RECORD_LINE = 80  # most characters of a line of the record itself: what was decided, or when the meeting ended


MIN_REPORTED_SPEAKERS = 3  # least number of speakers whose speeches a summary record introduces with the same words


@dataclass(frozen=True)
class Speech:
    """The words of one speaker up to the next: the ordinal of its first block, the number of characters of that block's
    text (without its number) that name the speaker, and the speaker with the State."""

    first: int
    label: int
    speaker: str


@dataclass(frozen=True)
class _Start:
    """The beginning of a line that may begin a speech."""

    at: int
    name: str
    in_brackets: tuple[str, ...]
    end: int


def find_speeches(lines: Sequence[tuple[Role, str]]) -> list[Speech | None]:
    """For each block of a text the speech that it is part of. A text is a record where somebody speaks again after
    others, as the presiding officer does, and several speakers have a State or the like in brackets. Speakers without
    one count if an earlier line names them."""
    found = [start for n, (role, text) in enumerate(lines) if role == "speech" and (start := _parse_start(n, text))]
    language = detect_language("\n".join(text for role, text in lines if role in ("speech", "numbered")))
    votes = {start.name for start in found if _lists_states(lines[start.at][1][start.end :], language)}  # "In favour:"
    votes -= {start.name for start in found if start.in_brackets}
    found = [start for start in found if start.name not in votes]
    counts = Counter(start.name for start in found)
    last = {start.name: n for n, start in enumerate(found)}
    first = {start.name: n for n, start in reversed([*enumerate(found)])}
    repeated_speakers = {name for name, count in counts.items() if last[name] - first[name] >= count}
    with_state = {start.name for start in found if start.in_brackets and any(map(str.isalpha, start.in_brackets[0]))}
    if not repeated_speakers or len(with_state) < 2 or len(counts) < 3:
        return _without_record_lines(_reported_speeches(lines, language), lines)
    begins = {start.at: start for start in found if start.in_brackets or start.name in repeated_speakers}
    begins |= _called_speakers(found, repeated_speakers, lines, min(begins))
    with_bare_name = {start.name for start in found if not start.in_brackets}
    manners = {each for start in found for each in start.in_brackets[start.name not in with_bare_name :]}
    notes = {_manner_key(each) for each in manners if not find_countries(each, language)}  # "spoke in French"
    office = _office_of(_line_of_chair(lines[: min(begins)])).casefold()
    chairs = {name for name in repeated_speakers if office and office in name.casefold()}  # "The Acting President"
    chairs.add(max((start.name for start in found if start.name in repeated_speakers), key=lambda name: counts[name]))
    presided = set[Speech]()
    spoken: list[Speech | None] = []
    current: Speech | None = None
    for n, (role, _) in enumerate(lines):
        if role == "heading":
            current = None
        elif n in begins:
            start = begins[n]
            states = [f"({each})" for each in start.in_brackets if _manner_key(each) not in notes]
            current = Speech(n, start.end, " ".join([start.name, *states[:1]]))
            presided |= {current} if start.name in chairs else set()
        spoken.append(current if role == "speech" else None)
    referring = {n for n, (_, text) in enumerate(lines) if refers_to_speaker(text, language, reported=False)}
    return _without_record_lines(_until_last_reference(spoken, presided, referring | {*begins}), lines)


def _until_last_reference(
    speeches: list[Speech | None], presided: Container[Speech], referring: Container[int]
) -> list[Speech | None]:
    """The speeches, those of the presiding officer only up to the last paragraph that refers to the speaker: what
    follows may be the record's own words, such as those about a vote or a time, and is said by nobody."""
    last = {each: n for n, each in enumerate(speeches) if each and (n in referring or each not in presided)}
    return [each if each and n <= last.get(each, -1) else None for n, each in enumerate(speeches)]


def _lists_states(text: str, language: str) -> bool:
    """Whether a text is a list of States: `Chad, Peru`."""
    spans = list(find_country_spans(text, language))
    begins = bool(spans) and not text[: spans[0][1]].strip()
    return begins and 2 * sum(end - start for _, start, end in spans) >= len(text)


def _without_record_lines(speeches: list[Speech | None], lines: Sequence[tuple[Role, str]]) -> list[Speech | None]:
    """The speeches without the text of the record itself: short paragraphs that are repeated, word for word, in the
    speeches of the presiding officer (who speaks most often), and the last line, where it states when the meeting
    rose."""
    turns = Counter(each.speaker for n, each in enumerate(speeches) if each and each.first == n)
    presiding = max(turns, key=lambda each: turns[each], default="")
    within = [
        (text, each) for (_, text), each in zip(lines, speeches, strict=True) if each and len(text) <= MAX_RECORD_LINE
    ]
    counts = Counter(text for text, each in within if each.speaker == presiding)
    repeated = {text for text, count in counts.items() if count > 1}
    spoken = [None if each and each.first != n and lines[n][1] in repeated else each for n, each in enumerate(speeches)]
    end, last = max(((n, each) for n, each in enumerate(spoken) if each), key=lambda each: each[0], default=(0, None))
    if last and last.first != end and len(lines[end][1]) <= MAX_RECORD_LINE and any(map(str.isdigit, lines[end][1])):
        spoken[end] = None
    return spoken


def _reported_speeches(lines: Sequence[tuple[Role, str]], language: str) -> list[Speech | None]:
    """The speeches of a summary record: paragraphs begin with the speaker, with the State in brackets, and continue
    with the same words, which are learnt from the text; the presiding officer is followed by the same words repeatedly,
    without brackets, or somebody with brackets speaks again after others. Nobody is known to speak behind words of
    another office, in paragraphs without a number where those with speakers have one, or where a single sentence with
    the presiding officer's title tells in other words what somebody does who says nothing else (`Ms. Arno (Panama) took
    the chair`)."""
    candidates = [(n, text) for n, (role, text) in enumerate(lines) if role in ("speech", "numbered")]
    found = {n: match for n, text in candidates if (match := _REPORTED.match(text)) and is_name(match["name"])}
    names = {n: " ".join(match["name"].split()) for n, match in found.items()}
    speakers_by_words: dict[str, set[str]] = {}
    for n, match in found.items():
        if saying := _SAYING.match(lines[n][1], match.end()):
            speakers_by_words.setdefault(" ".join(saying["words"].split()), set()).add(names[n])
    words, speakers = max(speakers_by_words.items(), key=lambda each: len(each[1]), default=("", set()))
    if len(speakers) < MIN_REPORTED_SPEAKERS or 2 * len(speakers) < len(set(names.values())):
        return [None] * len(lines)
    spaced = re.escape(words).replace(r"\ ", r"\s+")
    behind = re.compile(rf"(?P<name>[^\s\d][^\d:：()（）.;,，]{{0,80}}?)\s*{spaced}")
    others = [(n, text) for n, text in candidates if n not in found]
    plain = {n: match for n, text in others if (match := behind.match(text)) and is_name(match["name"])}
    counts = Counter(match["name"] for match in plain.values())
    head = {text.partition(":")[0].partition("：")[0] for _, text in lines[: min(found)]}  # "Chair: Ms. Arno (Panama)"
    presiding = {name for name, count in counts.items() if count > 1 and _is_office(name, head)}
    offices = {label for _, text in lines[: min(found)] if (label := _office_of(text)) and is_name(label)}
    office = re.compile(rf"(?:[^\W\d_]+ )?(?:{'|'.join(map(re.escape, offices)) or '$^'})(?=\s)")
    presiding |= {match.group() for _, text in others if (match := office.match(text))} | (offices & {*counts})
    turns = [name for name, _ in groupby(names.values())]
    if not presiding and len(turns) == len({*turns}):
        return [None] * len(lines)
    line_of_chair = _line_of_chair(lines[: min(found)])
    chairs = {name for name in presiding if name not in names.values() or office.match(f"{name} ")}
    chairs |= {name for name in names.values() if name in " ".join(line_of_chair.split())}
    if not chairs & presiding:
        chairs.add(max(turns, key=turns.count))
    saying_words = re.compile(rf"((?:[^.。]|\.(?=\S))*?){spaced}")
    sayings = {n: saying_words.match(lines[n][1], match.end()) for n, match in found.items()}
    inserted = [
        part.strip() for n, each in sayings.items() if each and names[n] in chairs for part in _COMMA.split(each[1])
    ]
    called = {_office_of(line_of_chair), *(presiding & chairs), *inserted}  # "Chair", "The Chair"
    titles = _titles(filter(None, called), language)
    roles = {lines[n][0] for n in found} | {"numbered"}
    referring = {n for n, text in candidates if refers_to_speaker(text, language, reported=True)}
    referring |= {n for n, text in candidates if re.match(spaced, text, re.IGNORECASE)}  # "Dice que"
    known = dict.fromkeys(presiding & chairs, "")
    presided = set[Speech]()
    spoken: list[Speech | None] = []
    current: Speech | None = None
    for n, (role, text) in enumerate(lines):
        if role == "heading":
            current = None
        elif n in found:
            saying = sayings[n]
            state = f"({' '.join(_IN_BRACKETS.findall(found[n]['brackets'])[0].split())})"
            current = Speech(n, saying.end() if saying else found[n].end(), f"{names[n]} {state}")
            says = saying or names[n] in speakers | presiding or len(sentence_spans(text)) > 1
            if says or titles.isdisjoint(analyse(text, language)):
                referring.add(n)
                known.setdefault(names[n], state)
            presided |= {current} if names[n] in chairs or n not in referring else set()
        elif (other := behind.match(text)) and other["name"] in {*presiding, *known}:
            who = other["name"]
            current = Speech(n, other.end(), f"{who} {known.get(who, '')}".strip())
            referring.add(n)
            presided |= {current} if who in chairs else set()
        elif other:
            who, titled = other["name"], any(other["name"].startswith(each) for each in presiding)
            by_another = current in presided or titled or _is_office(who, head)
            if by_another and not refers_to_speaker(who, language, reported=True):
                current = None
        elif who := next((each for each in known if text.startswith(each)), ""):
            current = Speech(n, len(who), f"{who} {known[who]}".strip()) if text[len(who) :][:1].isspace() else None
            referring.add(n)
            presided |= {current} if current and who in chairs else set()
        spoken.append(current if role in roles else None)
    return _until_last_reference(spoken, presided, referring)


def _titles(names: Iterable[str], language: str) -> set[str]:
    """The index tokens of the titles by which the presiding officer is called: `chair` of "The Chair"."""
    capitalized = [name.split() for name in names if is_name(name)]
    found = [next((word for word in words if len(word) > 3), words[-1]) for words in capitalized]
    return {token for title in found for token in analyse(title, language) if token.isalpha()}


def _parse_start(n: int, text: str) -> _Start | None:
    """How a line begins that may be the first of a speech; None for other lines."""
    match = None if LEADERS.search(text[:200]) else _LABEL.match(text)
    if match is None or not is_name(match["name"]):
        return None
    in_brackets = tuple(" ".join(each.split()) for each in _IN_BRACKETS.findall(match["brackets"]))
    return _Start(n, " ".join(match["name"].split()), in_brackets, match.end())


def _manner_key(in_brackets: str) -> str:
    """The words by which a note in brackets is recognised as one about the manner of speaking, in any language."""
    return in_brackets[-2:] if _HAN.search(in_brackets) else in_brackets.split()[0]


def is_name(text: str) -> bool:
    """Whether words may be a speaker's name: few, most of them capitalized, and no abbreviation but a title."""
    words = text.split()
    cased = [word for word in words if word[0].isupper() or word[0].islower()]
    capitals = sum(word[0].isupper() for word in cased)
    abbreviated = all(len(word) <= 5 for word in words[:-1] if word.endswith((".", "。")))
    short = len(words) <= MAX_NAME_WORDS and not any(mark in text for mark in ",，、。")
    return short and abbreviated and (not cased or (words[0][0].isupper() and 2 * capitals >= len(cased)))


def _is_office(name: str, head: Container[str]) -> bool:
    """Whether words name the presiding officer, not the last speaker (`She`, `His delegation`): more than one word, all
    capitalized, or words that stand before a name at the head of the record."""
    words = name.split()
    return name in head or (len(words) > 1 and not any(word[0].islower() and len(word) > 3 for word in words))


def _called_speakers(
    found: Sequence[_Start], repeated_speakers: set[str], lines: Sequence[tuple[Role, str]], since: int
) -> dict[int, _Start]:
    """Of the lines from `since` on that begin like a speech, without brackets and by a speaker with one speech, those
    whose speaker an earlier line names."""
    presiding = {name.split()[-1] for name in repeated_speakers}  # "Mr. President: ..." addresses one
    made: dict[int, _Start] = {}
    words, read = set[str](), 0
    for start in found:
        *before, last = start.name.split()
        han = bool(_HAN.search(start.name))
        plain = any(word[0].islower() and len(word) > 3 for word in (*before, last)) or not (before or han)
        if start.at < since or start.in_brackets or start.name in repeated_speakers or last in presiding or plain:
            continue
        words.update(word for _, text in lines[read : start.at] for word in _WORD.findall(text))
        read = start.at
        if last in words or (han and any(start.name in word for word in words)):
            made[start.at] = start
        if len(made) == MAX_CALLED:
            break
    return made


@cached_by_document
def speeches_of(document: Document) -> tuple[Speech | None, ...]:
    """For each block of a document the speech that it is part of."""
    if document.kind in ("agenda", "treaty"):
        return (None,) * len(document.blocks)
    lines = [(role_of(each.kind, each.number, each.locator), document.body(each)) for each in document.blocks]
    return tuple(find_speeches(lines))


def role_of(kind: str, number: str | None, part: str) -> Role:
    """The role of a block in a record, from its kind, its number and the part of the document that it is in."""
    if kind == "heading":
        return "heading"
    if kind not in ("paragraph", "item") or part in ("masthead", "contents", "caption"):
        return "other"
    return "numbered" if number else "speech"


def speaker_label_span(document: Document, ordinal: int) -> Span | None:
    """The span of the speaker's name in the block that begins a block's speech; None without a speech."""
    speech = speeches_of(document)[ordinal]
    if speech is None:
        return None
    start = document.blocks[speech.first].body_start
    return start, start + speech.label


def names_presiding_officer(document: Document, ordinal: int) -> bool:
    """Whether a line before the speeches of a record names the presiding officer: the office, the name and the State in
    brackets (`Chair: Ms. Arno (Panama)`)."""
    first = next((n for n, each in enumerate(speeches_of(document)) if each), 0)
    office = _office_of(document.block_text(document.blocks[ordinal]))
    return ordinal < first and bool(office) and is_name(office.capitalize())


def _line_of_chair(lines: Sequence[tuple[Role, str]]) -> str:
    """The first line of the head of a record that names somebody by an office; empty without one."""
    return next((text for _, text in lines if _office_of(text)), "")


def _office_of(line: str) -> str:
    """The words before the colon and the name of a person with the State in brackets; empty for other lines."""
    office, _, who = line.replace("：", ":").partition(":")
    named = _REPORTED.fullmatch(who.strip())
    return office.strip() if named and is_name(named["name"]) else ""
