"""The recommendations of reports, and what a body decided by its records: sentences, and points of lists with the words
that introduce them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, takewhile

from assistant.reports.mandates.addressees import (
    LIST_INTRODUCERS,
    AddresseeMatch,
    find_duty_holder,
    find_giver,
    find_object,
    find_subject,
    introduces_list,
    parse_names,
    shift_spans,
    split_at_commas,
    trim_span,
)
from assistant.reports.mandates.mandate_base import CAPITAL, MAX_LENGTH, BlockReader, ListPoint, Mandate, find_points
from assistant.wording.drafting import Grammar
from assistant.wording.lexicon import stops
from assistant.wording.polarity import find_negations
from corpus.analysis import analyse, word_spans
from corpus.dates import find_full_dates
from corpus.documents import Block, Document, Span
from corpus.sentences import sentence_spans

MAX_SUBJECT_LENGTH = 120
"""Longest subject of a sentence that says what somebody should do, in characters."""
MAX_INTRODUCTION_LENGTH = 300
"""Longest words that introduce the decisions of a body, in characters."""
MAX_HEAD_LENGTH = 2_000
"""Characters at the head of a text without numbered paragraphs in which its body is named."""
MIN_ADVICE_PARAGRAPHS = 3
"""A heading with at least this many paragraphs, most of which advise, is taken for one about advice."""
_SEMICOLON = re.compile(r"\s*[;；؛]\s*")
_LABEL_END = re.compile(r"\s?[:：.–—-](?:\s+|$)|[：。]")
_NON_REPORT_PARTS = ("masthead", "title", "contents", "appendix", "summary")


def find_decisions(document: Document) -> Iterator[Mandate]:
    """What a body requested and decided by a report or record, in its order: see `find_recommendations`."""
    report = _ReportReader(document)
    for block in document.blocks:
        if block.kind in ("paragraph", "item") and not block.locator.startswith((*_NON_REPORT_PARTS, "annex")):
            yield from _past_decisions(report, block)


def find_recommendations(document: Document) -> Iterator[Mandate]:
    """The recommendations of a report and the decisions that it records, in its order: sentences, or points of a list
    with the words that introduce them; also those that a list item gives under a heading about them.

    `action` is what follows verb and addressees, with what opens the sentence before them, or the whole sentence where
    nobody is addressed; for a point it is the point, after what its introduction says beside verb and addressees, and
    after the points above it. In a chapter of nothing but recommendations each paragraph is one, with an empty `verb`
    where none is known. Annexes count where a letter transmits them, or most of their paragraphs advise.
    Recommendations of other bodies are left out.
    """
    report = _ReportReader(document)
    grammar, covered = report.grammar, set[int]()
    excluded = _NON_REPORT_PARTS if report.is_letter else (*_NON_REPORT_PARTS, "annex")
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or block.ordinal in covered:
            continue
        headings = document.headings(block)
        is_advising = bool(headings) and headings[-1].ordinal in report.advising_headings
        if block.locator.startswith(_NON_REPORT_PARTS if is_advising else excluded):
            continue
        # A heading with a number is that of a single recommendation: only the paragraph right below it counts.
        label = report.find_label(block)
        under_advice = (
            is_advising
            or bool(label)
            or any(
                grammar.advice.search(words := document.body(head))
                and (block.ordinal == head.ordinal + 1 or not any(sign.isdigit() for sign in words))
                for head in headings
            )
        )
        is_chapter = bool(headings) and grammar.chapter.fullmatch(document.body(headings[-1])) is not None
        found = [
            *_past_decisions(report, block),
            *_block_recommendations(report, block, under_advice=under_advice, is_chapter=is_chapter),
        ]
        if not found and is_chapter and block.kind == "paragraph" and block.number:
            first, whole = block.body_start, (block.body_start, block.end)
            found = [report.with_times_and_money(Mandate(block.ordinal, (first, first), False, (), (whole,)), [whole])]
        covered.update(each.block for each in found)
        yield from (replace(each, label=label) for each in found)


class _ReportReader(BlockReader):
    """Reads the blocks of a report."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.is_letter = bool(find_full_dates(document.title))
        """Whether its title has a date, like that of a letter, which transmits its annexes."""

    @cached_property
    def advising_headings(self) -> frozenset[int]:
        """The ordinals of the headings, whatever they say, of which most numbered paragraphs right below open with
        what somebody should do. A text whose paragraphs open with verbs that request or decide is a draft, not advice
        of the report."""
        paragraphs, advising = Counter[int](), Counter[int]()
        for block in self.document.blocks:
            if block.kind == "paragraph" and block.number and (headings := self.document.headings(block)):
                paragraphs[headings[-1].ordinal] += 1
                advising[headings[-1].ordinal] += self._opens_with_advice(self.document.body(block)[:MAX_LENGTH])
        long = (head for head, count in paragraphs.items() if count >= MIN_ADVICE_PARAGRAPHS)
        return frozenset(head for head in long if 2 * advising[head] > paragraphs[head])

    def _opens_with_advice(self, text: str) -> bool:
        """Whether a paragraph opens with what somebody should do, and not with a verb that requests or decides."""
        opening = self.grammar.opening.match(text)
        first_sentence = next(iter(sentence_spans(text)), (0, 0))
        is_advice = self.find_duty_verb(text[slice(*first_sentence)].replace("\n", " ")) is not None
        return is_advice and not (opening and (opening["ask"] or opening["decide"]))

    def find_duty_verb(self, text: str) -> re.Match[str] | None:
        """The words of a sentence by which somebody should act, unless the sentence only notes or recalls that."""
        matches = (each.search(text) for each in (self.grammar.should, self.grammar.bidden))
        match = min(filter(None, matches), key=lambda each: each.start(), default=None)
        reporting = (self.grammar.say, self.grammar.sure)
        is_reported = match and any(each.search(text, 0, match.start()) for each in reporting)
        return None if is_reported else match

    def find_label(self, block: Block) -> Span | None:
        """The span that numbers the recommendation of a block: in the heading right above it, or before a colon or full
        stop where it begins."""
        heads = [head for head in self.document.headings(block)[-1:] if block.ordinal == head.ordinal + 1]
        for place in (*heads, block):
            body = self.document.body(place)
            match = self.grammar.numbered.match(body[:MAX_INTRODUCTION_LENGTH])
            if match and (place is not block or _LABEL_END.match(body, match.end())):
                return shift_spans([match.span("label")], place.body_start)[0]
        return None

    @cached_property
    def _deciding_paragraphs(self) -> frozenset[int]:
        """The ordinals of paragraphs that introduce decisions in the list below them."""
        document, deciding = self.document, set[int]()
        for block in document.blocks:
            items = self.find_items(block) if block.kind == "paragraph" else []
            inner = (point for item in items for path in self.item_paths(item) for point in path[1:])
            texts = ([*map(document.body, each)] for each in (items, inner))
            if self._introduces_decisions(document.body(block), *texts):
                deciding.add(block.ordinal)
        return frozenset(deciding)

    def _introduces_decisions(self, introduction: str, points: Sequence[str], inner: Sequence[str] = ()) -> bool:
        """Whether words that name a body introduce points most of which say in the past what it did; at least one of
        them, or of those below them (`inner`), that it requested or decided something."""
        grammar, text = self.grammar, introduction.replace("\n", " ")
        if not introduces_list(text) or len(text) > MAX_INTRODUCTION_LENGTH:
            return False
        is_advice = any(each.search(text) for each in (grammar.ask, grammar.should, grammar.wish, grammar.cites))
        past = [bool(grammar.acts.match(point) or grammar.did.match(point)) for point in points]
        has_act = any(map(grammar.acts.match, (*points, *inner)))
        return not is_advice and has_act and 2 * sum(past) > len(past)

    @cached_property
    def told_verbs(self) -> re.Pattern[str]:
        """A verb in the past, behind “and”, with which points about decisions open elsewhere in the document: `and
        [welcomed] the report` ends what was requested before."""
        items = (each for each in self.document.blocks if each.kind == "item")
        points = (each for each in items if self._outermost(each).ordinal in self._deciding_paragraphs)
        openings = filter(None, (self.grammar.did.match(self.document.body(each)) for each in points))
        return self.grammar.joined_verbs({self.grammar.leads.sub("", each.group().strip(), 1) for each in openings})

    def _outermost(self, block: Block) -> Block:
        """The paragraph that introduces the list of an item; else the block."""
        while (
            block.kind == "item" and block.parent is not None and self.document.blocks[block.parent].kind != "heading"
        ):
            block = self.document.blocks[block.parent]
        return block

    def find_past_acts(self, block: Block) -> Iterator[tuple[Block, Span, Span | None]]:
        """Words by which a body says in the past what it requested or decided, as (place, span of the document, name of
        the body): points below words that name it, or in its paragraph, and its own sentences under a heading about
        decisions or recommendations."""
        document, body = self.document, self.document.body(block)
        outermost = self._outermost(block)
        if outermost is not block and outermost.ordinal in self._deciding_paragraphs:
            yield block, (block.body_start, block.end), self._body_name(outermost)
            return
        points = find_points(body)
        introduction = body[: points[0].mark] if points else ""
        if self._introduces_decisions(introduction, [body[slice(*point.words)] for point in points]):
            sentences = (block.body_start + end for _, end in sentence_spans(body))
            for place in (point.block(block) for point in points):
                # The last point ends with its sentence.
                end = min(place.end, next((each for each in sentences if each > place.body_start), place.end))
                yield place, (place.body_start, end), self._body_name(block)
            return
        if any(self.grammar.outcomes.match(document.body(head)) for head in document.headings(block)):
            for start, end in sentence_spans(body):
                if found := self._find_own_act(body[start:end].replace("\n", " ")):
                    first, last, verb = (block.body_start + start + at for at in found)
                    yield block, (verb, block.body_start + end), (first, last)

    def _find_own_act(self, sentence: str) -> tuple[int, int, int] | None:
        """Start and end of the reporting body's name, and start of its verb in the past; None if others act."""
        for match in self.grammar.acted.finditer(sentence) if self.grammar.capitals else ():
            end = self._end_before_insertions(sentence, match.start())
            name = self._subject_before(sentence[:end])
            first = sentence.rfind(name, 0, end)
            names = {word for word in name.split()[1:] if CAPITAL.match(word)}
            is_own = names and names.issubset(self._head_words) and self._is_own_act(sentence[:end])
            if is_own and CAPITAL.match(name.rpartition(" ")[2]) and first >= 0:
                return first, first + len(name), match.start("verb")
        return None

    def _body_name(self, block: Block) -> Span | None:
        """The span of the name of the body in the words that introduce its decisions, up to the first comma."""
        text = self.document.body(block)
        start, end = trim_span(text, 0, len(re.split(r"[,،，:：]", text)[0]))
        name = (block.body_start + start, block.body_start + end)
        return name if end - start <= MAX_SUBJECT_LENGTH and start < end else None

    @cached_property
    def _opening_text(self) -> str:
        """What precedes the second chapter with numbered paragraphs, and all headings: they name the issuer."""
        document = self.document
        numbered = [block for block in document.blocks if block.number and block.kind == "paragraph"]
        above = [tuple(head.ordinal for head in document.headings(block)) for block in numbered]
        # Chapters are distinguished by the outermost headings that differ, below those that all share.
        shared = takewhile(lambda heads: len(set(heads)) == 1, zip(*above, strict=False))
        level = len(list(shared))
        chapters = [heads[level : level + 1] for heads in above]
        later = (block.start for block, own in zip(numbered, chapters, strict=True) if own != chapters[0])
        headings = (document.body(each) for each in document.blocks if each.kind == "heading")
        return " ".join((document.text[: next(later, None)], *headings))

    @cached_property
    def _head_words(self) -> frozenset[str]:
        """The words before the first numbered paragraph, which name the body that reports."""
        numbered = (block.start for block in self.document.blocks if block.number and block.kind == "paragraph")
        return frozenset(re.findall(r"[\w’'-]+", self.document.text[: next(numbered, MAX_HEAD_LENGTH)]))

    @cached_property
    def _recommenders(self) -> frozenset[str]:
        """The names of those who recommend in the report by its least ambiguous verbs."""
        recommenders = set[str]()
        for block in (each for each in self.document.blocks if each.kind in ("paragraph", "item")):
            text = self.document.body(block)[:MAX_LENGTH].replace("\n", " ")
            for sentence in (text[start:end] for start, end in sentence_spans(text)):
                befores = (sentence[: each.start()] for each in self.grammar.advise.finditer(sentence))
                recommenders.update(self._subject_before(each).casefold() for each in befores if self._is_own_act(each))
        return frozenset(recommenders - {""})

    def _subject_before(self, before: str) -> str:
        """The words before a verb that may name its subject, without insertions and conjunctions; else empty."""
        grammar = self.grammar
        if not grammar.spaced or grammar.verb_first:
            return ""
        text = re.split(r"[,;:،–—]", before.strip())[-1].strip()
        joined = grammar.joins.match(text)
        words = text[joined.end() if joined else 0 :].split()
        while words and grammar.leads.fullmatch(f"{words[-1]} "):
            words.pop()
        return "" if not words or grammar.also.fullmatch(words[-1]) else " ".join(words)

    def _is_own_act(self, preceding: str) -> bool:
        """Whether it is the report itself, or its body, that acts by a verb after some words: neither a purpose, nor what
        a named text says, nor another body, whose name is missing at the head of the report."""
        grammar = self.grammar
        if grammar.purpose.search(preceding) or grammar.cites.search(preceding):
            return False
        subject = self._subject_before(preceding)
        if not subject or grammar.pronoun_subject.fullmatch(subject):
            return True
        words = subject.split()
        # “Paragraph 68 of the Commitment requests” names another text.
        names_text = not grammar.preposition.fullmatch(words[0]) and any(map(str.isdigit, " ".join(words[1:4])))
        if names_text or grammar.aside.fullmatch(words[-1]):
            return False
        # The first word of a sentence has a capital even if it is no name.
        names = [word for word in (words[1:] or words) if word[:1].isupper()]
        if self.is_letter or not grammar.capitals or not names:
            return True
        # The name of the subject is right before the verb.
        return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._opening_text) for word in names[-2:])

    def find_sentence_start(self, text: str) -> int:
        """Where a sentence begins after introductory words and an opening time."""
        leads = self.grammar.leads.match(text)
        return self.deadlines.skip_opening_time(text, leads.end() if leads else 0)

    def find_recommending_verb(self, text: str, under_advice: bool, introduces_list: bool) -> re.Match[str] | None:
        """The verb by which a sentence of the report recommends. `under_advice`: below a heading about
        recommendations any such verb counts. `introduces_list`: so does any requesting verb that introduces a list."""
        patterns = (self.grammar.advise, self.grammar.ask)[: 1 + introduces_list]
        surest = (each for pattern in patterns for each in pattern.finditer(text))
        suggestions = self.grammar.suggest.finditer(text)
        counted = (each for each in suggestions if under_advice or self.is_by_recommender(text[: each.start()]))
        own = (each for each in chain(surest, counted) if self._is_own_act(text[: each.start()]))
        return next((each for each in own if not self._continues_infinitives(text, each)), None)

    def _continues_infinitives(self, text: str, verb: re.Match[str]) -> bool:
        """Whether a verb is the next of several infinitives: `Peru pledges to light boats, [encourage] pilots and rest`."""
        grammar = self.grammar
        if not grammar.ask_others.fullmatch(verb.group()) or self._subject_before(text[: verb.start()]):
            return False
        infinitive = grammar.action.search(text, 0, self._end_before_insertions(text, verb.start()))
        # What opens the sentence is only a purpose, and what the report is meant for it does.
        is_own = infinitive is None or not text[: infinitive.start()].strip() or grammar.itself.match(text)
        return not is_own

    def _end_before_insertions(self, sentence: str, end: int) -> int:
        """Where the words before `end` stop that no insertions between commas are: “[the Board], on the proposal of its
        Chair, decided”."""
        parts = list(split_at_commas(sentence, 0, end))
        while len(parts) > 1 and (parts[-1][0] >= parts[-1][1] or self.grammar.aside.match(sentence, *parts[-1])):
            parts.pop()
        return parts[-1][1]

    def is_by_recommender(self, before: str) -> bool:
        """Whether the subject before a verb certainly recommends elsewhere in the report."""
        subject_words = self._subject_before(before).casefold()
        return bool(subject_words) and subject_words.endswith(tuple(self._recommenders))


def _past_decisions(report: _ReportReader, block: Block) -> Iterator[Mandate]:
    """What a body requested or decided, told in the past: `The Board: (a) Requested the secretariat to report, and
    decided to meet`."""
    grammar = report.grammar
    for place, span, body_name in report.find_past_acts(block):
        offset = span[0]
        text = report.document.text[slice(*span)][:MAX_LENGTH].replace("\n", " ").rstrip()
        text = text[: tail.start()] if (tail := grammar.tail.search(text)) else text
        verbs = list(grammar.acts.finditer(text))
        # The first verb opens the words, others follow “and” or a comma.
        starts = [each.start() for each in (*verbs, *report.told_verbs.finditer(text))]
        points = [(point, path[1:]) for point, path in report.split_item(place) if len(path) > 1]
        for verb in verbs:
            end = min((start for start in starts if start >= verb.end()), default=len(text))
            decided = verb["decided"] is not None
            words = verb.span("decided" if decided else "asked")
            introduces = bool(points) and verb is verbs[-1]
            match = AddresseeMatch((), words[1])
            if not decided and grammar.that.match(text[words[1] : end].lstrip(" ,")):
                match = find_subject(grammar, text, words[1], end, report.verbs, introduces=introduces)
            elif not decided:
                match = find_object(grammar, text, words[1], end, introduces=introduces)
                if match.action == end and (giver := find_giver(grammar, text, words[1], end)):
                    match = AddresseeMatch((giver,), words[1])  # what somebody is to give: an opinion from the Counsel
            trimmed = _trim_names(grammar, text, match.addressees)  # without pronouns
            names = (body_name,) if decided and body_name else shift_spans(trimmed, offset)
            insertions, action_start = report.split_insertions(text, words[1], match)
            verb_span, rest = shift_spans([words, (words[1], end)], offset)
            action = report.trim(offset + action_start, offset + end)
            leads = (*shift_spans(insertions, offset), action) if action[0] < action[1] else ()
            for point, below in points if introduces else [(place, ())]:
                lower_spans = [report.trim(each.body_start, each.end) for each in below]
                if leads or lower_spans:
                    decision = Mandate(point.ordinal, verb_span, decided, names, (*leads, *lower_spans))
                    told = report.with_times_and_money(decision, [rest, *lower_spans])
                    # The session that the record is about is over.
                    yield replace(
                        told, times=tuple(each for each in told.times if not report.deadlines.is_own_session(each))
                    )


def _block_recommendations(
    report: _ReportReader, block: Block, *, under_advice: bool, is_chapter: bool
) -> Iterator[Mandate]:
    """The recommendations of a block."""
    document, grammar, body = report.document, report.grammar, report.document.body(block)
    # Points below an introduction that recommends nothing count only if they recommend something themselves.
    parent = document.blocks[block.parent] if block.kind == "item" and block.parent is not None else None
    introduction = document.body(parent).rstrip() if parent is not None and parent.kind != "heading" else ""
    recommends = any(each.search(introduction) for each in (grammar.advise, grammar.should, grammar.advice))
    is_idle_list = not under_advice and introduction.endswith(LIST_INTRODUCERS) and not recommends
    label = report.find_label(block)
    label_end = label[1] - block.body_start if label else 0
    rest = _LABEL_END.match(body, label_end) if label_end > 0 else None
    first = rest.end() if rest else 0  # after “Recommendation 3:”
    for start, end, list_points in _split_passages(report, body, under_advice):
        start = max(start, first)
        text, offset, is_end = body[start:end].replace("\n", " "), block.body_start + start, not body[end:].strip()
        introduces = introduces_list(text) and bool(list_points or is_end)
        match = grammar.wish.search(text)
        # A draft for another body may be introduced by a comma: “the Board may wish to,”.
        introduces = introduces or bool(match and not text[match.end() :].strip(" ,，") and is_end)
        is_wish = match is not None and (under_advice or introduces)
        if match and is_wish:
            names = parse_names(grammar, text, text.rfind(",", 0, match.start()) + 1, match.start())
            found = match, AddresseeMatch(names, match.end())
        elif recommendation := _find_recommendation(
            report, text, under_advice, is_chapter, is_idle_list, introduces, bool(list_points)
        ):
            found = recommendation
        else:
            continue
        match, addressee_match = found
        trimmed = _without_negations(text, _trim_names(grammar, text, addressee_match.addressees), document.language)
        addressee_match = replace(addressee_match, addressees=tuple(trimmed))
        names = shift_spans(addressee_match.addressees, offset)
        verb, sentence = shift_spans([match.span(), (0, len(text))], offset)
        points: list[tuple[Block, ...]] = [(point.block(block),) for point in list_points]
        points = points or (list(_find_point_paths(report, block)) if introduces else [])
        if not points:
            action = shift_spans(_sentence_action(report, text, match, addressee_match), offset)
            yield report.with_times_and_money(Mandate(block.ordinal, verb, False, names, action), [sentence])
        lead_spans = _find_lead(report, offset + addressee_match.action, sentence[1])
        for path in points:
            path_spans = [trim_span(document.text, each.body_start, each.end, closes=",;:.，；：。؛،") for each in path]
            if not is_wish and (forwarded := report.find_forwarded_request(path[-1], path_spans[-1])):
                # Who recommends, and to whom, is part of what is told; a list inside the paragraph has that beside it.
                leads = () if list_points else (trim_span(document.text, *sentence, closes=":：,，"),)
                advice, spans = replace(forwarded, action=(*leads, *forwarded.action)), path_spans[-1:]
            else:
                advice = Mandate(path[-1].ordinal, verb, False, names, (*lead_spans, *path_spans))
                spans = [sentence, *path_spans]
            yield report.with_times_and_money(advice, spans)


def _sentence_action(
    report: _ReportReader, text: str, match: re.Match[str], addressee_match: AddresseeMatch
) -> tuple[Span, ...]:
    """What a sentence asks for: what precedes its subject, insertions, and what follows the verb; the whole sentence
    where nobody is addressed and somebody else than the report's author is its subject, or a negation is elsewhere."""
    grammar, names, after = report.grammar, addressee_match.addressees, text[match.end() :].lstrip()
    whole, language = ((0, len(text)),), report.document.language
    # A verb of several words is in the passive: “is recommended”.
    is_own = report.is_by_recommender(text[: match.start()]) and " " not in match.group()
    if not (names or is_own) or grammar.passive.match(after) or (grammar.joins.match(after) and not names):
        return whole
    parts = list(split_at_commas(text, 0, min(match.start(), *(start for start, _ in names), len(text))))
    opening = (0, parts[-2][1] if len(parts) > 1 else 0)
    leads = grammar.leads.match(text)
    opens = bool(leads and leads.end()) or any(each.match(text) for each in (grammar.aside, grammar.to, grammar.leans))
    says_nothing = any(each.fullmatch(text, *opening) for each in (grammar.leads, grammar.leans))
    insertions = [opening] if opens and not says_nothing else []
    action_start = addressee_match.action
    if names and names[-1][1] <= match.start():
        reported = trim_span(text, parts[-1][0], names[0][0])  # “it is vital that States should”
        is_lead = grammar.leads.fullmatch(text, *reported) or grammar.article.fullmatch(text, *reported)
        insertions += [] if is_lead else [reported]
        insertions.append(trim_span(text, names[-1][1], match.start(), ",", ","))
    else:
        behind, action_start = report.split_insertions(text, match.end(), addressee_match)
        insertions += behind
    action = trim_span(text, action_start, len(text), ",:：，،", ",;:.，；：。؛،")
    spans = tuple(each for each in (*insertions, action) if each[0] < each[1])
    told = [*spans, *_denied_parts(text, names, language)]
    # Without its negation it would say the opposite.
    is_whole = all(any(start <= at < stop for start, stop in told) for at, _ in find_negations(text, language))
    return spans if is_whole else whole


def _without_negations(text: str, names: Iterable[Span], language: str) -> Iterator[Span]:
    """Names without a negation behind them: `[Государствам] не следует`. Where they are nothing else, or a time or case
    that is denied, they are none: `in no case`."""
    negations = find_negations(text, language)
    for start, end in names:
        while negation := next((each for each in negations if start <= each[0] and each[1] == end), None):
            end = max(start, len(text[: negation[0]].rstrip()))
        is_denied = any(at == start for at, _ in negations) and text[:start].strip()
        if start < end and not is_denied:
            yield start, end


def _denied_parts(text: str, names: Iterable[Span], language: str) -> Iterator[Span]:
    """Where a negation belongs to a name: behind its first word, in Chinese anywhere (non-governmental bodies)."""
    for start, end in names:
        if language == "zh":
            yield start, end
            continue
        skipped = stops(language)
        words = (at for word, _, at in word_spans(text[start:end]) if not skipped.issuperset(analyse(word, language)))
        yield start + next(words, end - start), end


def _find_lead(report: _ReportReader, start: int, end: int) -> tuple[Span, ...]:
    """The words with which an introduction opens the action of its points; empty where these are only function words."""
    grammar, text = report.grammar, report.document.text
    lead = trim_span(text, start, end, ",:：", ",:：")
    words = text[slice(*lead)]
    filler_patterns = (grammar.that, grammar.to, grammar.preposition, grammar.should, grammar.trail)
    says_nothing = any(each.fullmatch(f" {words}") or each.fullmatch(words) for each in filler_patterns)
    return (lead,) if words and not says_nothing else ()


def _split_passages(report: _ReportReader, body: str, under_advice: bool) -> Iterator[tuple[int, int, list[ListPoint]]]:
    """The passages of a paragraph as (start, end, points): its sentences; where one has a list, its introduction,
    with the points; where the parts of one each say what somebody should do, the parts."""
    grammar = report.grammar
    points = find_points(body)
    list_start, list_end = (points[0].mark, points[-1].mark) if points else (len(body), len(body))
    introduction_start = 0
    for start, end in sentence_spans(body):
        if points and start <= list_start < end:
            introduction_start = start
        if not points or end <= list_start or start > list_end:
            separators = [each.span() for each in _SEMICOLON.finditer(body, start, end)] if under_advice else []
            part_start = start
            for (close, following), (right, _) in zip(separators, [*separators, (end, end)][1:], strict=True):
                sides = (body[part_start:close], body[following:right])
                if all(_names_duty_holder(grammar, words) for words in sides):
                    yield part_start, close, []
                    part_start = following
            yield part_start, end, []
        elif end > list_end:
            yield introduction_start, list_start, [*points[:-1], replace(points[-1], words=(points[-1].words[0], end))]


def _names_duty_holder(grammar: Grammar, words: str) -> bool:
    """Whether words begin with a named subject that should act."""
    if (match := grammar.should.search(words)) is None:
        return False
    found = find_subject(grammar, words, 0, min(len(words), match.end() + 12), ())
    return bool(found.addressees) and not _is_nobody(grammar, words, match.start(), found)


def _find_recommendation(
    report: _ReportReader,
    text: str,
    under_advice: bool,
    is_chapter: bool,
    is_idle_list: bool,
    introduces: bool,
    run_on: bool,
) -> tuple[re.Match[str], AddresseeMatch] | None:
    """The verb by which a sentence of a report recommends, with the addressees and the start of the action. `run_on`:
    the sentence introduces a list in its paragraph, and says by itself that somebody who is named should act."""
    grammar, length = report.grammar, len(text)
    if match := report.find_recommending_verb(text, under_advice, run_on):
        if is_idle_list and not report.is_by_recommender(text[: match.start()]):
            return None
        if grammar.that.match(text[match.end() :].lstrip(" ,")):
            return match, find_subject(grammar, text, match.end(), length, report.verbs, introduces=introduces)
        if grammar.suggest.fullmatch(match.group()):
            return match, AddresseeMatch((), match.end())  # something is suggested, but to nobody
        if grammar.bidden.fullmatch(match.group()):
            holder = find_duty_holder(grammar, text, report.find_sentence_start(text), length, match)
            if holder.addressees:
                return match, replace(holder, action=match.end())
        return match, find_object(grammar, text, match.end(), length, introduces=introduces)
    if (under_advice or run_on) and (match := report.find_duty_verb(text)):
        start, end = report.find_sentence_start(text), match.end()
        before = text[start : match.start()].strip()
        if grammar.bidden.fullmatch(match.group()):
            found = replace(find_duty_holder(grammar, text, start, length, match), action=end)
        elif before:
            found = replace(find_subject(grammar, text, start, min(length, end + 12), ()), action=end)
        elif grammar.that.search(match.group()):
            found = find_subject(grammar, text, end, length, report.verbs)
        else:  # the verb precedes its subject
            found = find_object(grammar, text, end, length, introduces=introduces)
        is_long = match.start() - start > MAX_SUBJECT_LENGTH
        is_impersonal = bool(before) and (is_long or _is_nobody(grammar, text, match.start(), found))
        if is_impersonal and not is_chapter and not found.addressees:
            return None  # impersonal: “it should be noted”
        found = AddresseeMatch((), end) if is_impersonal else found
        # A language with capitals writes names with them.
        names = [text[slice(*each)] for each in found.addressees]
        are_names = names and (not grammar.capitals or all(map(CAPITAL.search, names)))
        return (match, found) if under_advice or are_names else None
    if under_advice and introduces and (match := grammar.advice.search(text)):
        return match, AddresseeMatch(_addressees_behind_preposition(grammar, text, match.end()), length)
    return None


def _is_nobody(grammar: Grammar, text: str, verb: int, addressee_match: AddresseeMatch) -> bool:
    """Whether a subject is nobody who can act: a pronoun, or a thing without a name."""
    subject_text = text[:verb].lstrip()
    last_word = "".join(subject_text.split()[-1:])
    if grammar.pronoun_subject.match(subject_text) or grammar.pronoun_subject.fullmatch(last_word):
        return True
    names = [text[slice(*each)] for each in addressee_match.addressees]
    heads = [(grammar.preposition.split(name)[0].split() or [""])[-1] for name in names]
    things = (name for head, name in zip(heads, names, strict=True) if grammar.thing.fullmatch(head))
    return any(not CAPITAL.search(name[1:]) for name in things)


def _addressees_behind_preposition(grammar: Grammar, text: str, start: int) -> tuple[Span, ...]:
    """The addressees after the last preposition of an introduction: `proposed for consideration by [States]:`."""
    for match in reversed(list(grammar.preposition.finditer(text, start))):
        name_start, name_end = trim_span(text, match.end(), len(text), closes=" :：")
        if text[name_start : name_start + 1].isupper() or grammar.split.match(text, name_start):
            return parse_names(grammar, text, name_start, name_end)
    return ()


def _trim_names(grammar: Grammar, text: str, addressees: Iterable[Span]) -> Iterator[Span]:
    """Names without the preposition or reporting clause before them, and without what is recommended to them:
    `recommends to [the Council] the adoption of a list`, `it was agreed that [pilots] should`."""
    for start, end in addressees:
        for that in grammar.that.finditer(text, start, end):
            after_that = trim_span(text, that.end(), end)[0]
            if grammar.split.match(text, after_that) or text[after_that : after_that + 1].isupper():
                start = after_that
        preposition = re.compile(rf"(?:{grammar.preposition.pattern})\s+", re.IGNORECASE).match(text, start, end)
        object = grammar.loose.search(text, preposition.end(), end) if preposition else None
        start = preposition.end() if preposition else start
        # The antecedent of a pronoun is in another sentence.
        if not grammar.pronoun.fullmatch(text[start:end].strip()):
            yield start, len(text[: object.start()].rstrip()) if object else end


def _find_point_paths(report: _ReportReader, block: Block) -> Iterator[tuple[Block, ...]]:
    """The points that a paragraph introduces, each preceded by the points above it that introduce it: its own items, or
    the paragraphs of a following text that only headings and an opening separate from it, such as a draft decision."""
    items, document = report.find_items(block), report.document
    for item in items:
        nested = list(_find_point_paths(report, item)) if introduces_list(document.body(item)) else []
        yield from ((item, *path) for path in nested or [()])
    if items or block.kind == "item":
        return
    following = document.blocks[block.ordinal + 1 :]
    if not block.number:
        yield from ((each,) for each in takewhile(lambda each: each.number and each.parent == block.parent, following))
    first = next((each for each in following if each.kind != "heading"), None)
    if first and first.kind == "paragraph" and not first.number and introduces_list(document.body(first)):
        yield from _find_point_paths(report, first)
