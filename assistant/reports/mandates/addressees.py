"""Who is asked: the words between the verb and what it asks for, one addressee by one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assistant.wording.drafting import Grammar
from corpus.documents import Span

MAX_NAME_LENGTH = 80
"""Longest words, in characters, that are nothing but a name."""
MAX_SUBJECT_DISTANCE = 400
"""How far behind the verb its subject may end, in characters."""
LIST_INTRODUCERS = (":", "：")
"""Signs with which words introduce the list below them."""
_COMMA = re.compile(r",(?!\d)|[،，、]")
_COMMAS_AND_COLONS = ",:"
_PLURALS = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я][\w’'-]*s (?:[a-z-]+ ){0,3}?[a-z]+s\b")
"""What is named and what is not, around “and”: `States partners`, `States appropriate partners`."""
_PEOPLE = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+\s[a-zà-öø-ÿа-я][\w-]+s\b")
"""People of a name: `Ruritanian pilots`."""
_NAME = re.compile(r"\s*[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+\s*")


@dataclass(frozen=True)
class AddresseeMatch:
    """The addressees as spans, and where the action begins."""

    addressees: tuple[Span, ...]
    action: int


def find_object(grammar: Grammar, text: str, start: int, end: int, *, introduces: bool = False) -> AddresseeMatch:
    """The object of a verb before the words that open the action: `requests [the Secretary-General] to report`.

    Insertions between commas (`within existing resources`) belong to nobody; what “and” joins behind one is an addressee again. What
    is asked for itself (`calls for [further efforts]`) is no addressee; who is to act may stand behind “by” there. `introduces`:
    what is asked for stands in subparagraphs.
    """
    if who := _unspaced_names(grammar, text, start, end):
        return AddresseeMatch(who, who[-1][1])
    parts: list[Span] = []
    passed: list[Span] = []  # between insertions that end at their comma: of the list, if it goes on
    run: list[str] | None = None  # the parts of an insertion that is a list, which “and” ends
    samples = opened = closed = False
    action = end
    for n, (left, right) in enumerate(split_at_commas(text, start, end)):
        words = text[left:right]
        also = grammar.also.match(words) if n else None
        opening = left + also.end() if also else left
        opening += len(text[opening:right]) - len(text[opening:right].lstrip())
        if not words.strip():
            continue
        if grammar.action.match(text, opening, end) and (n or not parts):
            action, closed = opening, True
            break
        if also and grammar.aside.match(text, opening, right):
            continue
        brief = grammar.brief.match(text, left, right)
        example = grammar.example.match(words)
        if (run is None or samples) and (example or (not brief and grammar.aside.match(text, left, right))):
            run, samples = [], example is not None
        opened = opened or run is not None or brief is not None
        opens = _find_action(grammar, text, opening, right, end)
        # Where nobody is named yet, the name ends the insertion.
        opens_list = not parts and not brief and run != [] and (run is None or opens is not None)
        if opened and not also and not opens_list:
            if run is not None:
                run.append(words)
            elif not brief:
                passed.append((opening, right))
            continue
        if opens_list or run is None or len(run) < 2 or (samples and grammar.both.search(run[-1])):
            parts += [*passed, (opening, opens if opens is not None else right)]
        passed, opened, run = [], False, None
        if opens is not None:
            action, closed = opens, True
            break
    if not closed:
        late = (match.start() for match in grammar.action.finditer(text, start, end))
        action = next((at for at in late if not _is_insertion(grammar, text[text.rfind(",", start, at) + 1 : at])), end)
        if action == end and not introduces:
            return AddresseeMatch(_find_actors(grammar, text, start, end), start)
        if parts:
            first, close = parts[-1][0], len(text[: parts[-1][1]].rstrip(" :："))
            word = text.rfind(" ", first, close)
            parts[-1] = first, word if word > 0 and grammar.preposition.fullmatch(text, word + 1, close) else close
    # Behind some verbs something is asked for, nobody: calls for.
    if grammar.loose.match(text[start:action].lstrip(" ,")) or grammar.lack.search(text[:start]):
        return AddresseeMatch(
            _find_actors(grammar, text, start, action), trim_span(text, start, end, _COMMAS_AND_COLONS)[0]
        )
    return AddresseeMatch(_split_list(grammar, text, parts), action)


def parse_names(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The addressees where a clause is nothing but their names."""
    said = trim_span(text, start, end)
    words = text[slice(*said)]
    if grammar.loose.match(words) or re.search(r"[,;:.]", words):
        return ()
    return tuple(_split_at_and(grammar, text, *said))


def find_subject(
    grammar: Grammar, text: str, start: int, end: int, verbs: Collection[str], *, introduces: bool = False
) -> AddresseeMatch:
    """The subject of a clause: `recommends that [the Committee], at its next session, establish a working group`. Its verb is
    one that the document has elsewhere as an infinitive (`verbs`), or a modal verb; nobody acts in the passive. `introduces`: the
    verbs stand in subparagraphs."""
    that = grammar.that.match(text, trim_span(text, start, end, ",")[0], end)
    first = trim_span(text, that.end() if that else start, end, _COMMAS_AND_COLONS)[0]
    while grammar.aside.match(text, first, end) and (
        comma := _COMMA.search(text, first, min(end, first + MAX_SUBJECT_DISTANCE))
    ):
        first = trim_span(text, comma.end(), end, _COMMAS_AND_COLONS)[0]
    if not grammar.spaced:
        modal = grammar.modal.search(text, first, end)
        if modal is None or _COMMA.search(text, first, modal.start()):
            return AddresseeMatch((), first)
        return AddresseeMatch(((first, modal.start()),), modal.start())
    previous, opened, ended = "", False, False
    for match in re.compile(r"[,،](?!\d)|[^\W\d_][\w’'-]*").finditer(
        text, first, min(end, first + MAX_SUBJECT_DISTANCE)
    ):
        word, place = match.group(), match.start()
        if word in ",،":
            behind = trim_span(text, place + 1, end)[0]
            verb, comma = (each.search(text, place + 1, end) for each in (grammar.modal, _COMMA))
            # Who that is, `Israel, the occupying Power, shall`, ends with a comma; a list goes on: `States, the ports and pilots shall`.
            says = grammar.split.match(text, behind) and comma and not (verb and verb.start() < comma.start())
            opens = not opened and bool(grammar.aside.match(text, behind) or says)
            ended, opened, previous = opened, opens, ","
            continue
        if grammar.pronoun.fullmatch(word):
            previous, ended = word, False
            continue
        after = re.match(r"\W*(\w+)", text[place + len(word) : end])
        # Of two such words the second is the verb: that management undertake.
        acting = word in verbs and (after is None or after[1] not in verbs)
        modal_next = after is not None and grammar.modal.fullmatch(after[1]) is not None
        acting = acting or bool(
            previous[:1].isupper() and not modal_next and grammar.subjunctive.match(text, place, end)
        )
        known = acting and not grammar.nouns.fullmatch(previous) and not grammar.preposition.fullmatch(word)
        # Behind an insertion the subject is at its end.
        acts = grammar.modal.fullmatch(word) or (
            word.islower() and (known or (ended and not grammar.also.fullmatch(word)))
        )
        if not opened and acts and place > first:
            if grammar.passive.match(text, place, end):
                return AddresseeMatch((), first)
            return AddresseeMatch(_parse_name_list(grammar, text, first, place), place)
        previous, ended = word, False
    last = trim_span(text, first, end, closes=" :：")[1]
    return (
        AddresseeMatch(_parse_name_list(grammar, text, first, last), _insertion_start(grammar, text, first, last))
        if introduces
        else AddresseeMatch((), first)
    )


def find_duty_holder(
    grammar: Grammar, text: str, start: int, end: int, bidden: re.Match[str] | None = None
) -> AddresseeMatch:
    """Who has to act by the words of a clause: `that [States], in all waters, shall light lamps`; nobody does in the passive. `bidden`: other
    words that say so of their subject: `[States] are encouraged to`."""
    none = AddresseeMatch((), start)
    first = trim_span(text, start, end, _COMMAS_AND_COLONS + "’'")[0]
    must = bidden or grammar.duty.search(text, first, min(end, first + MAX_SUBJECT_DISTANCE))
    if must is None or (not bidden and grammar.passive.match(text, must.start(), end)):
        return none
    if grammar.verb_first:
        return find_object(grammar, text, must.end(), end) if must.start() == first else none
    if not grammar.spaced or grammar.aside.match(text, first):
        first = max((each.end() for each in _COMMA.finditer(text, first, must.start())), default=first)
        first = trim_span(text, first, end)[0]
    last = _insertion_start(grammar, text, first, must.start())
    if last - first > MAX_NAME_LENGTH:
        return none
    return AddresseeMatch(
        _parse_name_list(grammar, text, first, last) if grammar.spaced else ((first, last),), must.start()
    )


def _parse_name_list(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The names of a list, without the insertions behind it."""
    return _split_list(grammar, text, list(split_at_commas(text, start, _insertion_start(grammar, text, start, end))))


def _insertion_start(grammar: Grammar, text: str, start: int, end: int) -> int:
    """Where the insertions behind a subject begin."""
    commas = _COMMA.finditer(text, start, end)
    first = next((comma.start() for comma in commas if _is_insertion(grammar, text[comma.end() : end])), end)
    return trim_span(text, start, first, closes=",")[1]


def _is_insertion(grammar: Grammar, words: str) -> bool:
    """Whether words behind a comma open an insertion, or examples."""
    return any(each.match(words.lstrip()) for each in (grammar.aside, grammar.example))


def _unspaced_names(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The names of those who act in a language that parts no words by spaces."""
    made: list[Span] = []
    joint: re.Match[str] | None = None
    while found := grammar.bare_name.match(text, joint.end() if joint else start, end):
        made.append(found.span())
        if (joint := grammar.also.match(text, found.end(), end)) is None:
            break
    return tuple(made)


def split_at_commas(text: str, start: int, end: int) -> Iterator[Span]:
    """What commas part, without white space at its ends."""
    left = start
    for comma in _COMMA.finditer(text, start, end):
        yield trim_span(text, left, comma.start())
        left = comma.end()
    yield trim_span(text, left, end)


def trim_span(text: str, start: int, end: int, opens: str = "", closes: str = "") -> Span:
    """A span without white space at its ends, nor signs of some kinds."""
    while start < end and (text[start].isspace() or text[start] in opens):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in closes):
        end -= 1
    return start, end


def _find_action(grammar: Grammar, text: str, start: int, right: int, end: int) -> int | None:
    """Where in a part the action opens: behind words that name somebody."""
    for match in grammar.action.finditer(text, start, end):
        if match.start() >= right:
            return None
        idle = grammar.idle.match(text, match.end()) and grammar.action.search(text, match.end(), end)
        if match.start() > start and not idle:
            return match.start()
    return None


def _find_actors(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """Who is to act where something is asked for: `urgent action by [Member States]`."""
    first = _COMMA.search(text, start, end)
    for match in grammar.by.finditer(text, start, first.start() if first else end):
        left = match.end()
        if not grammar.split.match(text, left) and not text[left : left + 1].isupper():
            continue
        comma = _COMMA.search(text, left, end)
        stop = grammar.preposition.search(text, left, comma.start() if comma else end)
        return _parse_name_list(grammar, text, left, stop.start() if stop else end)
    return ()


def find_giver(grammar: Grammar, text: str, start: int, end: int) -> Span | None:
    """Who is to give what is asked for: `further comments from [Member States] on boats`."""
    first = _COMMA.search(text, start, end)
    end = first.start() if first else end
    source = grammar.giver.search(text, start, end)
    if source is None or any(
        each.search(text, start, source.start()) for each in (grammar.preposition, grammar.within_name)
    ):
        return None  # what is from there is what something else is of: cooperation between experts from all countries
    stop = grammar.preposition.search(text, source.end(), end)
    return trim_span(text, source.end(), stop.start() if stop else end)


def _split_list(grammar: Grammar, text: str, parts: list[Span]) -> tuple[Span, ...]:
    """The addressees of a list one by one. Of parts that nothing joins the first is named, the others say who that is:
    `Israel, the occupying Power`."""
    listed = _join_parts(grammar, text, parts)
    if not any(grammar.both.search(text, a, b) or grammar.joint.search(text, max(0, a - 20), a) for a, b in listed[1:]):
        listed = listed[:1]
    return tuple(each for part in listed for each in _split_at_and(grammar, text, *part))


def _join_parts(grammar: Grammar, text: str, parts: list[Span]) -> list[Span]:
    """Parts that are only a part of the one before put together with it: `the specialized agencies, funds and programmes`."""
    made: list[Span] = []
    for start, end in parts:
        before = text[slice(*made[-1])] if made else ""
        inside = (grammar.bound.search(before) and not _starts_new_name(grammar, text[start:end])) or (
            (grammar.within_name.search(before) or grammar.topic.search(before))
            and not grammar.split.match(text, start, end)
        )
        if made and (
            inside
            or grammar.tied.match(text, start, end)
            or grammar.adjectives.search(before)
            or (grammar.place.search(before) and _NAME.fullmatch(text, start, end))
        ):
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return made


def _starts_new_name(grammar: Grammar, words: str) -> bool:
    """Whether words open with what no name begins with: `other pilots`, not `the Protocol`."""
    return grammar.split.match(words) is not None and grammar.article.match(words) is None and words[:1].islower()


def _split_at_and(grammar: Grammar, text: str, start: int, end: int) -> list[Span]:
    """One addressee by one: parted at “and” where another one begins behind it."""
    made: list[Span] = []
    left = start
    for match in grammar.both.finditer(text, start, end):
        after = text[match.end() : end]
        before = text[left : match.start()]
        clause = grammar.within_name.search(before)
        # Of a list inside a name “other” is the end: that meet storms, floods and other dangers.
        listed = clause and _COMMA.search(before, clause.end())
        inside = listed or ((clause or grammar.bound.search(before)) and not _starts_new_name(grammar, after))
        # What determines several goes on: all other ports and entities; not so the Office and entities.
        last = before.rpartition(" ")[2]
        several = before[:1].islower() and grammar.split.match(before) and last.islower() and last.endswith("s")
        begins = (
            grammar.split.match(after),
            not several and grammar.unmarked.match(after),
            _NAME.fullmatch(before) and _NAME.fullmatch(after),
            last.islower() and _PEOPLE.match(after),
            before.endswith("s") and grammar.adjective.match(after),
            _PLURALS.match(f"{last} {after}"),
        )
        if any(begins) and not inside and not grammar.adjectives.search(before):
            made.append((left, match.start()))
            left = match.end()
    made.append((left, end))
    trails = [grammar.trail.search(text, *part) for part in made]
    names = (trim_span(text, a, trail.start() if trail else b) for (a, b), trail in zip(made, trails, strict=True))
    return [name for name in names if name[0] < name[1]]
