"""Find the addressees of a request: the names between the verb and the action, one by one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from assistant.wording.drafting import Grammar
from corpus.documents import Span

MAX_NAME_LENGTH = 80
"""Longest words, in characters, that are nothing but a name."""
MAX_SUBJECT_DISTANCE = 400
"""How far after the verb its subject may end, in characters."""
LIST_INTRODUCERS = (":", "：")
"""Signs at the end of words that introduce the list below them."""


def introduces_list(text: str) -> bool:
    """Whether a text introduces the list below it."""
    return text.rstrip().endswith(LIST_INTRODUCERS)


_COMMA = re.compile(r",(?!\d)|[،，、]")
_COMMAS_AND_COLONS = ",:"
_WORD_OR_COMMA = re.compile(r"[,،](?!\d)|[^\W\d_][\w’'-]*")
_PLURALS = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я][\w’'-]*s (?:[a-z-]+ ){0,3}?[a-z]+s\b")
"""A capitalised plural and another plural, which “and” joins: `States partners`, `States appropriate partners`."""
_PEOPLE = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+\s[a-zà-öø-ÿа-я][\w-]+s\b")
"""People by nationality: `Ruritanian pilots`."""
_NAME = re.compile(r"\s*[A-ZÀ-ÖØ-ÞА-Я][\w’'-]+\s*")


@dataclass(frozen=True)
class AddresseeMatch:
    """The spans of the addressees, and where the action begins."""

    addressees: tuple[Span, ...]
    action: int


def find_object(grammar: Grammar, text: str, start: int, end: int, *, introduces: bool = False) -> AddresseeMatch:
    """The object of a verb, before the words that open the action: `requests [the Secretary-General] to report`.

    Insertions between commas (`within existing resources`) are no addressees; what “and” joins after one is an
    addressee again. What is requested itself (`calls for [further efforts]`) is no addressee; who is to act may
    follow “by” there. `introduces`: the action is in subparagraphs.
    """
    if unspaced_names := _unspaced_names(grammar, text, start, end):
        return AddresseeMatch(unspaced_names, unspaced_names[-1][1])
    parts, action = _read_object(grammar, text, start, end)
    if action is None:
        later_actions = (match.start() for match in grammar.action.finditer(text, start, end))
        own = (at for at in later_actions if not _is_insertion(grammar, text[text.rfind(",", start, at) + 1 : at]))
        action = next(own, end)
        if action == end and not introduces:
            return AddresseeMatch(_find_actors(grammar, text, start, end), start)
        if parts:
            parts[-1] = _without_final_preposition(grammar, text, parts[-1])
    # The object of some verbs is what is requested, not who: “calls for”.
    if grammar.loose.match(text[start:action].lstrip(" ,")) or grammar.lack.search(text[:start]):
        actors = _find_actors(grammar, text, start, action)
        return AddresseeMatch(actors, trim_span(text, start, end, _COMMAS_AND_COLONS)[0])
    return AddresseeMatch(_split_list(grammar, text, parts), action)


def _read_object(grammar: Grammar, text: str, start: int, end: int) -> tuple[list[Span], int | None]:
    """The parts of an object, between commas, that name addressees, and where its action begins, if anywhere."""
    parts: list[Span] = []
    skipped: list[Span] = []  # parts after a short insertion: addressees only if the list continues
    insertion: list[str] | None = None  # the parts of a list inside an insertion, which “and” ends
    are_examples = in_insertion = False
    for index, (left, right) in enumerate(split_at_commas(text, start, end)):
        words = text[left:right]
        conjunction = grammar.also.match(words) if index else None
        part_start = left + conjunction.end() if conjunction else left
        part_start += len(text[part_start:right]) - len(text[part_start:right].lstrip())
        if not words.strip():
            continue
        if grammar.action.match(text, part_start, end):
            return parts, part_start
        if conjunction and grammar.aside.match(text, part_start, right):
            continue
        brief_insertion = grammar.brief.match(text, left, right)
        example_match = grammar.example.match(words)
        opens_insertion = example_match or (not brief_insertion and grammar.aside.match(text, left, right))
        if opens_insertion and (insertion is None or are_examples):
            insertion, are_examples = [], example_match is not None
        in_insertion = in_insertion or insertion is not None or brief_insertion is not None
        action_in_part = _find_action(grammar, text, part_start, right, end)
        # Where no addressee was found yet, a name ends the insertion.
        may_end = insertion is None or (bool(insertion) and action_in_part is not None)
        starts_list = not parts and not brief_insertion and may_end
        if in_insertion and not conjunction and not starts_list:
            if insertion is not None:
                insertion.append(words)
            elif not brief_insertion:
                skipped.append((part_start, right))
            continue
        has_ended = insertion is None or len(insertion) < 2 or (are_examples and grammar.both.search(insertion[-1]))
        if starts_list or has_ended:
            parts += [*skipped, (part_start, action_in_part if action_in_part is not None else right)]
        skipped, in_insertion, insertion = [], False, None
        if action_in_part is not None:
            return parts, action_in_part
    return parts, None


def _without_final_preposition(grammar: Grammar, text: str, part: Span) -> Span:
    """A part of an object without a colon and a preposition at its end."""
    name_start, name_end = part[0], len(text[: part[1]].rstrip(" :："))
    preposition_start = text.rfind(" ", name_start, name_end)
    if preposition_start > 0 and grammar.preposition.fullmatch(text, preposition_start + 1, name_end):
        name_end = preposition_start
    return name_start, name_end


def parse_names(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The addressees where a clause consists only of their names."""
    name = trim_span(text, start, end)
    words = text[slice(*name)]
    if grammar.loose.match(words) or re.search(r"[,;:.]", words):
        return ()
    return tuple(_split_at_and(grammar, text, *name))


def find_subject(
    grammar: Grammar, text: str, start: int, end: int, verbs: Collection[str], *, introduces: bool = False
) -> AddresseeMatch:
    """The subject of a clause: `recommends that [the Committee], at its next session, establish a working group`.

    Its verb is one that the document uses elsewhere as an infinitive (`verbs`), or a modal verb; a passive clause has
    no addressee. `introduces`: the verbs are in subparagraphs.
    """
    subject_start = _subject_start(grammar, text, start, end)
    if not grammar.spaced:
        modal = grammar.modal.search(text, subject_start, end)
        if modal is None or _COMMA.search(text, subject_start, modal.start()):
            return AddresseeMatch((), subject_start)
        return AddresseeMatch(((subject_start, modal.start()),), modal.start())
    previous, in_insertion, after_insertion = "", False, False
    for match in _WORD_OR_COMMA.finditer(text, subject_start, min(end, subject_start + MAX_SUBJECT_DISTANCE)):
        word, place = match.group(), match.start()
        if word in ",،":
            opens_insertion = not in_insertion and _opens_insertion(grammar, text, place + 1, end)
            after_insertion, in_insertion, previous = in_insertion, opens_insertion, ","
            continue
        if grammar.pronoun.fullmatch(word):
            previous, after_insertion = word, False
            continue
        next_word = re.match(r"\W*(\w+)", text[place + len(word) : end])
        # If two words in a row may be the verb, it is the second: “that management undertake”.
        is_verb = word in verbs and (next_word is None or next_word[1] not in verbs)
        modal_follows = next_word is not None and grammar.modal.fullmatch(next_word[1]) is not None
        is_verb = is_verb or bool(
            previous[:1].isupper() and not modal_follows and grammar.subjunctive.match(text, place, end)
        )
        is_known_verb = is_verb and not grammar.nouns.fullmatch(previous) and not grammar.preposition.fullmatch(word)
        # After an insertion the subject is complete.
        is_predicate = grammar.modal.fullmatch(word) or (
            word.islower() and (is_known_verb or (after_insertion and not grammar.also.fullmatch(word)))
        )
        if not in_insertion and is_predicate and place > subject_start:
            if grammar.passive.match(text, place, end):
                return AddresseeMatch((), subject_start)
            return AddresseeMatch(_parse_name_list(grammar, text, subject_start, place), place)
        previous, after_insertion = word, False
    if not introduces:
        return AddresseeMatch((), subject_start)
    subject = trim_span(text, subject_start, end, closes=" :：")
    return AddresseeMatch(_parse_name_list(grammar, text, *subject), _insertion_start(grammar, text, *subject))


def _subject_start(grammar: Grammar, text: str, start: int, end: int) -> int:
    """Where the subject of a clause begins, after “that” and insertions."""
    conjunction = grammar.that.match(text, trim_span(text, start, end, ",")[0], end)
    subject_start = trim_span(text, conjunction.end() if conjunction else start, end, _COMMAS_AND_COLONS)[0]
    while grammar.aside.match(text, subject_start, end) and (
        comma := _COMMA.search(text, subject_start, min(end, subject_start + MAX_SUBJECT_DISTANCE))
    ):
        subject_start = trim_span(text, comma.end(), end, _COMMAS_AND_COLONS)[0]
    return subject_start


def _opens_insertion(grammar: Grammar, text: str, start: int, end: int) -> bool:
    """Whether an insertion begins after a comma in a subject. An apposition ends with a comma (`Israel, the occupying
    Power, shall`), a list does not (`States, the ports and pilots shall`)."""
    next_start = trim_span(text, start, end)[0]
    verb, comma = (each.search(text, start, end) for each in (grammar.modal, _COMMA))
    explains = grammar.split.match(text, next_start) and comma and not (verb and verb.start() < comma.start())
    return bool(explains or grammar.aside.match(text, next_start))


def find_duty_holder(
    grammar: Grammar, text: str, start: int, end: int, passive_duty: re.Match[str] | None = None
) -> AddresseeMatch:
    """Who has to act by a clause: `that [States], in all waters, shall light lamps`; nobody in the passive. `passive_duty`:
    other words that impose a duty on their subject: `[States] are encouraged to`."""
    no_match = AddresseeMatch((), start)
    subject_start = trim_span(text, start, end, _COMMAS_AND_COLONS + "’'")[0]
    duty_verb = passive_duty or grammar.duty.search(text, subject_start, min(end, subject_start + MAX_SUBJECT_DISTANCE))
    if duty_verb is None or (not passive_duty and grammar.passive.match(text, duty_verb.start(), end)):
        return no_match
    if grammar.verb_first:
        return find_object(grammar, text, duty_verb.end(), end) if duty_verb.start() == subject_start else no_match
    if not grammar.spaced or grammar.aside.match(text, subject_start):
        commas = [each.end() for each in _COMMA.finditer(text, subject_start, duty_verb.start())]
        subject_start = trim_span(text, [subject_start, *commas][-1], end)[0]
    subject = subject_start, _insertion_start(grammar, text, subject_start, duty_verb.start())
    if subject[1] - subject_start > MAX_NAME_LENGTH:
        return no_match
    names = _parse_name_list(grammar, text, *subject) if grammar.spaced else (subject,)
    return AddresseeMatch(names, duty_verb.start())


def _parse_name_list(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The names of a list, without the insertions after it."""
    return _split_list(grammar, text, list(split_at_commas(text, start, _insertion_start(grammar, text, start, end))))


def _insertion_start(grammar: Grammar, text: str, start: int, end: int) -> int:
    """Where the insertions after a subject begin."""
    commas = _COMMA.finditer(text, start, end)
    first_insertion = next((comma.start() for comma in commas if _is_insertion(grammar, text[comma.end() : end])), end)
    return trim_span(text, start, first_insertion, closes=",")[1]


def _is_insertion(grammar: Grammar, words: str) -> bool:
    """Whether the words after a comma open an insertion, or examples."""
    return any(each.match(words.lstrip()) for each in (grammar.aside, grammar.example))


def _unspaced_names(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """The names of those who act in a language without spaces between words."""
    names: list[Span] = []
    conjunction: re.Match[str] | None = None
    while match := grammar.bare_name.match(text, conjunction.end() if conjunction else start, end):
        names.append(match.span())
        if (conjunction := grammar.also.match(text, match.end(), end)) is None:
            break
    return tuple(names)


def split_at_commas(text: str, start: int, end: int) -> Iterator[Span]:
    """The parts between commas, without white space at their ends."""
    left = start
    for comma in _COMMA.finditer(text, start, end):
        yield trim_span(text, left, comma.start())
        left = comma.end()
    yield trim_span(text, left, end)


def trim_span(text: str, start: int, end: int, opens: str = "", closes: str = "") -> Span:
    """A span without white space and these opening and closing signs at its ends."""
    while start < end and (text[start].isspace() or text[start] in opens):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in closes):
        end -= 1
    return start, end


def shift_spans(spans: Iterable[Span], offset: int) -> tuple[Span, ...]:
    """Spans of a text as spans of the document in which it begins at an offset."""
    return tuple((start + offset, end + offset) for start, end in spans)


def _find_action(grammar: Grammar, text: str, start: int, right: int, end: int) -> int | None:
    """Where the action opens in a part, after words that name somebody; None where it doesn't."""
    for match in grammar.action.finditer(text, start, end):
        if match.start() >= right:
            return None
        opens_none = grammar.idle.match(text, match.end()) or grammar.abilities.search(text, start, match.start())
        is_idle = opens_none and grammar.action.search(text, match.end(), end)
        if match.start() > start and not is_idle:
            return match.start()
    return None


def _find_actors(grammar: Grammar, text: str, start: int, end: int) -> tuple[Span, ...]:
    """Who is to act where something is requested: `urgent action by [Member States]`."""
    first_comma = _COMMA.search(text, start, end)
    for match in grammar.by.finditer(text, start, first_comma.start() if first_comma else end):
        name_start = match.end()
        if not grammar.split.match(text, name_start) and not text[name_start : name_start + 1].isupper():
            continue
        comma = _COMMA.search(text, name_start, end)
        preposition = grammar.preposition.search(text, name_start, comma.start() if comma else end)
        return _parse_name_list(grammar, text, name_start, preposition.start() if preposition else end)
    return ()


def find_giver(grammar: Grammar, text: str, start: int, end: int) -> Span | None:
    """Who is to give what is requested: `further comments from [Member States] on boats`."""
    first_comma = _COMMA.search(text, start, end)
    end = first_comma.start() if first_comma else end
    giver_match = grammar.giver.search(text, start, end)
    if giver_match is None or any(
        each.search(text, start, giver_match.start()) for each in (grammar.preposition, grammar.within_name)
    ):
        return None  # “from” qualifies another noun: cooperation between experts from all countries
    preposition = grammar.preposition.search(text, giver_match.end(), end)
    return trim_span(text, giver_match.end(), preposition.start() if preposition else end)


def _split_list(grammar: Grammar, text: str, parts: list[Span]) -> tuple[Span, ...]:
    """The addressees of a list one by one. Of parts without a conjunction only the first is a name, the others are
    appositions: `Israel, the occupying Power`."""
    joined = _join_parts(grammar, text, parts)
    if not any(grammar.both.search(text, a, b) or grammar.joint.search(text, max(0, a - 20), a) for a, b in joined[1:]):
        joined = joined[:1]
    return tuple(each for part in joined for each in _split_at_and(grammar, text, *part))


def _join_parts(grammar: Grammar, text: str, parts: list[Span]) -> list[Span]:
    """Join parts that continue the name before them: `the specialized agencies, funds and programmes`."""
    joined: list[Span] = []
    for start, end in parts:
        previous = text[slice(*joined[-1])] if joined else ""
        is_inside_name = grammar.bound.search(previous) or (
            (grammar.within_name.search(previous) or grammar.topic.search(previous))
            and not grammar.split.match(text, start, end)
        )
        continues_place = grammar.place.search(previous) and _NAME.fullmatch(text, start, end)
        is_described = grammar.adjectives.search(previous) and not grammar.article.match(text, start, end)
        continues = continues_place or is_described or grammar.tied.match(text, start, end)
        if joined and (is_inside_name or continues):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _split_at_and(grammar: Grammar, text: str, start: int, end: int) -> list[Span]:
    """Split addressees at “and” where another name begins after it."""
    parts: list[Span] = []
    part_start = start
    for match in grammar.both.finditer(text, start, end):
        after = text[match.end() : end]
        before = text[part_start : match.start()]
        name_clause = grammar.within_name.search(before)
        # In a list inside a name, “other” opens no new name: “that meet storms, floods and other dangers”.
        in_list = name_clause and _COMMA.search(before, name_clause.end())
        # A name can't continue with `other pilots`, unlike `the Protocol`.
        starts_name = grammar.split.match(after) and not grammar.article.match(after) and after[:1].islower()
        in_name = (name_clause or grammar.bound.search(before)) and not starts_name
        # A determiner of several nouns covers them all (“all other ports and entities”); not so “the Office and entities”.
        last_word = before.rpartition(" ")[2]
        is_plural = last_word.islower() and last_word.endswith("s")
        is_plural_group = before[:1].islower() and grammar.split.match(before) and is_plural
        name_signs = (
            grammar.split.match(after),
            not is_plural_group and grammar.unmarked.match(after),
            _NAME.fullmatch(before) and _NAME.fullmatch(after),
            last_word.islower() and _PEOPLE.match(after),
            before.endswith("s") and grammar.adjective.match(after),
            _PLURALS.match(f"{last_word} {after}"),
        )
        if any(name_signs) and not in_list and not in_name and not grammar.adjectives.search(before):
            parts.append((part_start, match.start()))
            part_start = match.end()
    parts.append((part_start, end))
    trails = ((a, b, grammar.trail.search(text, a, b)) for a, b in parts)
    names = (trim_span(text, a, trail.start() if trail else b) for a, b, trail in trails)
    return [name for name in names if name[0] < name[1]]
