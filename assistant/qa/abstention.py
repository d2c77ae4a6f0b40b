"""Whether to answer: what the reader says as the chance that it is right, and the two bars for it.

The numbers that decide stand in `data/calibration.json`, which `python -m eval.training calibrate` makes, with the questions
that they were fitted on and the risk that they stand for; below are those by which statements are chosen beside the best one (log-odds),
and what weighs how much before.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from corpus.embedding.embedder import EmbeddingError

Caution = Literal["low", "normal", "high"]
"""How sure it must be that what is told as an answer is one, and that what comes closest has to do with the question: each has
bars of its own, fitted for a risk of its own (docs/training.md)."""
LIKENESS = "likeness"
"""The name of the bars of what no reader reads and is told by its likeness to the question."""
SAME = "same-language"
"""The name of the bars of the multilingual reader for questions and texts in one language, not English: it knows better there than across
languages what answers, and is less sure of it."""
BOTH = "both"
"""The name of the bars of what both readers say of English texts, asked in English."""
FROM_ENGLISH = "from-english"
"""The name of its bars for English questions and texts in other languages."""
NEITHER_ENGLISH = "neither-english"
"""The name of its bars for questions and texts in two languages of which neither is English."""
CERTAIN_ODDS = 2.2
"""The log-odds (a chance of 0.9) from which on a passage answers, however little any is like the question in meaning."""
UNREAD_SCORE = -1.0
"""The score of what search has found by words alone, in a language that no model reads: it may come closest, and no more."""
STOP_MARGINS = {3: 2.0, 6: 1.5, 10: 1.0}
"""How far above the bar for an answer the best of so many passages read must be for no more to be read: what search ranks lower answers
ever more seldom. Chosen by how often the best of all sixteen is the same (docs/experiments.md)."""
STOP_MARGINS_TWO_READERS = {6: 1.0}
"""The same of what a further reader reads, too, which decides then."""
GIVE_UP_ODDS = {"en": -1.4523}
"""By reader: the log-odds of answering (a chance of 0.19) that the best of the first six passages must have for more to be read, whatever the
caution. Readers that are not named here read on: across languages search is less sure of what it ranks first."""
TITLE_ONLY_PENALTY = 1.0
"""What counts against the line of a meeting that tells no more than a title."""
FURTHER_STATEMENT_GAP = 1.0
"""How far below the best statement a further one may be."""
FURTHER_STATEMENT_FLOOR = 2.0
"""How far below the bar for an answer a further statement may be: what stands beside a sure answer may be less sure."""
OTHER_WORDS_WEIGHT = 0.6
"""How much of what a reader thinks less of other words than of the best ones counts against them: the chance that a passage
answers is told for its best words alone."""
SEARCH_WEIGHT = 3.0
"""What search adds to a reader's logit for the passage that it ranks first; for the others as much less as their scores are."""
NAMED_PLACE_BONUS = 0.8
"""What naming the article, or an item or a time of a meeting, adds: the user has said where the answer stands."""
UNNAMED_FIRST_PAGE_PENALTY = 1.0
"""What counts against the first page of a document that the question does not name: a day on it is seldom the day of what the document
tells of."""
OTHER_YEAR_PENALTY = OTHER_NAME_PENALTY = 2.0
"""What counts against words where the question names a year that neither their passage says nor the first page of their document, or an
acronym or a country that their document neither has nor spells out: of the training questions with one 1.9,
2.0 and 0.8 in a hundred are so answered."""
SAME_WORDS_SHARE, NAMED_HEADING_SHARE = 0.75, 0.5
"""Share of the words of two sentences, numbers left out, from which on they say the same; share of the words that a heading has beside
others from which on a question names it."""
OTHER_COUNTRY_PENALTY = 4.0
"""What counts against words of a document about another country, by its title, where their passage does not name the one that the question
names: of what is said of one State that is nearly all that tells it from another."""
CARRIED_BONUS = 0.8
"""What standing where the turn before was answered from adds."""

SAME_STATEMENT_COSINE, REPEATED_STATEMENT_COSINE = 0.87, 0.80
"""From this likeness in meaning (cosine) on two sentences say the same; and where one has been told already."""


# How a question is understood, and what search thinks of passages

MIN_PART_WORDS = 3
"""Words of a part of a question: with fewer it is no question of its own."""
MAX_DROPPED_WORDS = 2
"""Words of a turn that may be dropped where it names something anew (`no, I meant the Protocol`)."""
STANDALONE_WORDS, ODDS_PER_WORD, ODDS_PER_MISSING_WORD = 4, 0.9, 0.7
"""Content words of a turn with which it is as likely to stand alone as to lean on the turns before, where both are answered as surely; what
each one more or less counts, and each that is not said in the passage that answers, in log-odds."""
MAX_HISTORY_GAIN, MIN_HISTORY_ODDS = 2.5, -1.0
"""How much surer, in log-odds, a passage may answer a turn with what was asked before than the turn by itself, and how sure it may be of
any: who asks "When?" says little."""
CERTAIN_STANDALONE_ODDS = -1.2
"""How sure the passage that is cited first must be to answer a turn by itself, in log-odds, for an answer to it and the turns before to be
one for sure: else it may answer these alone."""
MIN_FOLLOW_UP_ODDS = 0.0
"""How sure an answer to a turn that leans on those before must be, in log-odds, where nothing answers it by itself."""
RULE_ODDS = 3.0
"""How sure an answer counts that a rule told and no reader, in log-odds, where it is compared with others."""
FULL_TITLE_WORDS = 6
"""Words from which on a title that a question says is taken for the name of one document: many documents are an "annotated
provisional agenda"."""
MAX_PLACE_ONLY_WORDS = 1
"""Content words of a question that asks for the words of an article, and for nothing else."""
AGENDA_ODDS_GAP = 0.7
"""How much likelier it must be, in log-odds, that one agenda says the names in a question than that another does, for the question to be
about the meeting of the one: about twice as likely."""
LIKENESS_TO_ODDS, OWN_LANGUAGE_ODDS = 15.0, 1.0
"""The share of passages in the question's language among those that are read, where texts in others are held, too, in log-odds: by how
much nearer in meaning the nearest of them is (likeness, 0 to 1), and where both are as near."""
OTHER_LANGUAGE_WEIGHT = 0.2
"""How much words in documents of another language weigh, where a model reads the question: names, numbers, and the English words
that a question's are near to. All other words, and likeness in meaning, weigh 1."""
BM25_SATURATION = 2.2
"""How often a passage that says a word over and over scores what one that says it once does: k1 + 1 of BM25 (Robertson and Zaragoza,
2009), whose k1 the indexes of words have."""
DOCUMENT_WEIGHT = 0.4
"""What the best passage of a document adds to the others: most questions are about one document."""
FUSED_FIRST, NEAREST_INCLUDED = 10, 6
"""Passages found that are the best by words and meaning; where more are wanted, so many of those nearest in meaning are among them."""
TRANSLATION_COSINE = 0.35
"""Least cosine of a word's vector and an English word's, both from the mean of all words, for which the one is searched for as the
other."""


@dataclass(frozen=True)
class Thresholds:
    """What one reader's logits (with what search adds to them, `SEARCH_WEIGHT`), or likenesses, mean. The log-odds that a passage
    answers are `slope` times its logit and `offset` (Platt, 1999); from `answered` on they are enough for an answer, from `tentative` on for what comes closest (both log-odds).
    What comes closest is shown only where a passage is so like the question in meaning as `alike` says."""

    slope: float
    offset: float
    answered: float
    tentative: float
    min_likeness: float | None = None

    def for_likeness(self, likeness: float | None) -> Thresholds:
        """These bars where the passage most like the question is so like it (None: not known): of a question that nothing is like
        nothing comes closest, and only what is sure answers, since it is rather about something else."""
        if likeness is None or self.min_likeness is None or likeness >= self.min_likeness:
            return self
        bar = max(self.answered, CERTAIN_ODDS)
        return replace(self, answered=bar, tentative=bar)

    def margin(self, logit: float) -> float:
        """How far a logit is above the bar for an answer, in log-odds: below 0 it is not enough."""
        return self.slope * logit + self.offset - self.answered

    @property
    def tentative_margin(self) -> float:
        """How far above the bar for an answer (a negative number) what comes closest must be to be shown."""
        return self.tentative - self.answered

    def probability(self, logit: float) -> float:
        """The chance that a passage with this logit answers, 0 to 1."""
        return chance(self.slope * logit + self.offset)


def chance(odds: float) -> float:
    """Log-odds as a chance, 0 to 1."""
    return 0.5 * (1.0 + math.tanh(0.5 * odds))


def log_odds(chance: float) -> float:
    """A chance, 0 to 1, as log-odds, bounded where it is all but certain."""
    kept = min(max(chance, 1e-6), 1.0 - 1e-6)
    return math.log(kept / (1.0 - kept))


@cache
def load_thresholds(caution: Caution = "normal") -> Mapping[str, Thresholds]:
    """The shipped bars of a caution, by reader, with those of `BOTH`, `SAME`, `FROM_ENGLISH`, `NEITHER_ENGLISH` and `LIKENESS`. Raises `EmbeddingError` where they can't be read."""
    path = files("assistant") / "qa" / "data" / "calibration.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Thresholds(
                float(each["slope"]),
                float(each["offset"]),
                float(each["answered"][caution]),
                float(each["tentative"][caution]),
                None if (alike := each["alike"][caution]) is None else float(alike),
            )
            for name, each in raw["readers"].items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EmbeddingError(f"The reader's bars {path} can't be used ({error}). Install Rapporteur again.") from error
