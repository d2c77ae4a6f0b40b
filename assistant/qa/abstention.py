"""Abstention: calibrates reader scores as probabilities, with one threshold for an answer and one for a tentative answer.

The calibration and thresholds are in `data/calibration.json`, made by `python -m eval.training calibrate`, with the questions that they were
fitted on and the risk that they were fitted for. The constants below are those by which further statements are chosen beside the best one
(log-odds), and the weights used before.
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
"""How cautious answers are: each level has its own thresholds for answers and tentative answers, fitted for its own risk (docs/training.md)."""
LIKENESS = "likeness"
"""Name of the thresholds for units that no reader reads and that are scored by similarity to the question."""
SAME = "same-language"
"""Name of the thresholds of the multilingual reader for questions and texts in one language other than English: it is more often right there
than across languages, and less certain."""
FROM_ENGLISH = "from-english"
"""Name of the thresholds of the multilingual reader for English questions and texts in other languages."""
NEITHER_ENGLISH = "neither-english"
"""Name of the thresholds of the multilingual reader for questions and texts in two languages of which neither is English."""
CERTAIN_ODDS = 2.2
"""Log-odds (a probability of 0.9) from which an answer of other documents is taken instead of a repetition."""
LIKENESS_WEIGHT = 6.0
"""Log-odds that a similarity of 1 between passage and question is worth, where it is judged whether the question is about something else: the
ratio of the coefficients of a logistic regression on the calibration questions (5.7 to 6.1)."""
UNREAD_SCORE = -1.0
"""Score of passages found by words alone, in a language that no model reads: at most a tentative answer."""
STOP_MARGINS = {3: 2.0, 6: 1.5, 10: 1.0}
"""By number of passages read: how far above the threshold for an answer the best must be for reading to stop, since lower-ranked passages
answer ever more seldom. Chosen by how often the best of all sixteen is the same (docs/experiments.md)."""
STOP_LEADS, STOP_LEAD_FLOOR = {6: 3.0, 10: 1.0}, -1.0
"""By number of passages read: how far the best must be ahead of all those of the last step, in log-odds, for reading to stop, and how far above the
threshold for an answer it must at least be for that: what search ranks below those answers even more seldom."""
DOUBT = -2.5, 3.0
"""Logits of the English reader, with the bonus of search, between which the multilingual one also reads the best passage, and the mean of both
decides: beyond them it hardly ever changes the outcome."""
GIVE_UP_ODDS = {"en": -1.6742}
"""By reader: the log-odds (a probability of 0.16) that the best of the first six passages must have for more to be read, whatever the caution.
Other readers read on: across languages the ranking of search is less reliable."""
LISTING_CHANCE = 0.9
"""Probability that a question asks which documents there are, from which the list of an agenda is the answer, whether the documents are in the library
or not: questions about what such a document says seldom reach it."""
OTHER_TEXTS_CHANCE = 0.9
"""Probability that a question asks about other documents than agendas, from which no row of an agenda is read for it: two of three such questions
reach it, and of a thousand questions about meetings one, by models that have not seen their patterns (docs/experiments.md)."""
TITLE_ONLY_PENALTY = 1.0
"""Penalty on a row passage of a meeting that has nothing but a title."""
FURTHER_STATEMENT_GAP, FOREIGN_STATEMENT_GAP = 1.5, 1.0
"""How far below the best statement a further one may be, in log-odds: one of the same document, and one of another."""
FURTHER_ROW_GAP = 1.0
"""How far below the best sentence about a meeting a further one may be, in log-odds."""
NEXT_SENTENCE_GAIN = 1.0
"""How much likelier, in log-odds, a sentence must answer together with the next one than alone for that to be quoted, too."""
FURTHER_STATEMENT_FLOOR = 2.0
"""How far below the threshold for an answer a further statement may be: beside a certain answer it may be less certain."""
OTHER_WORDS_WEIGHT = 0.6
"""Weight of the span score that words lack compared with the best words of their passage: the calibrated probability is that of the best
words."""
MARKED_FLOOR = 0.0
"""Logit that the answer span in a statement must exceed to be marked: below it hardly any is right."""
SEARCH_WEIGHT = 3.0
"""Retrieval bonus on the reader's logit for the passage ranked first; for others in proportion to their scores."""
NAMED_PLACE_BONUS = 0.8
"""Bonus where the question names the article, or an item or time of a meeting: the user has said where the answer is."""
UNNAMED_FIRST_PAGE_PENALTY = 1.0
"""Penalty on the first page of a document that the question does not name: a date on it is seldom that of the events that the document
describes."""
OTHER_YEAR_PENALTY = OTHER_NAME_PENALTY = 2.0
"""Penalty on words where the question names a year that is neither in their passage nor on the first page of their document, or an acronym or
country that their document neither has nor spells out: 1.9, 2.0 and 0.8 per cent of the training questions with one are answered so."""
OTHER_COUNTRY_PENALTY = 4.0
"""Penalty on words of a document that by its title is about another country, where their passage does not name the country of the question:
often nothing else distinguishes what is said about two States. The same for words about another day."""
CONTINUED_GAP = 1.0
"""How far an answer from the documents of the conversation may be below one from all documents and still be preferred, in log-odds."""
CARRIED_BONUS = 0.8
"""Bonus for units in passages that answered the previous turn."""

SAME_STATEMENT_COSINE, REPEATED_STATEMENT_COSINE = 0.87, 0.80
"""Cosine similarity from which two sentences say the same; and from which one repeats a sentence that was already used."""


# How a question is interpreted, and how passages are ranked

MIN_PART_WORDS = 3
"""Fewest words of a part of a question that counts as a question of its own."""
MAX_DROPPED_WORDS = 2
"""Most words of a turn that may be dropped where it only names something new (`no, I meant the Protocol`)."""
STANDALONE_WORDS, ODDS_PER_WORD, ODDS_PER_MISSING_WORD = 4, 0.9, 0.7
"""Number of content words with which a turn is as likely to stand alone as to lean on earlier turns, where both are answered with equal
certainty; log-odds for each word more or less, and for each that is missing in the answering passage."""
MAX_HISTORY_GAIN, MIN_HISTORY_ODDS = 2.5, -1.0
"""How much more likely, in log-odds, a passage may answer a turn with its history than the turn by itself; and the log-odds that it may always
reach, since a turn such as "When?" says little."""
CERTAIN_STANDALONE_ODDS = -1.2
"""Log-odds that the first cited passage answers the turn by itself, below which an answer to the turn with its history is tentative: it may
answer the earlier turns alone."""
MIN_FOLLOW_UP_ODDS = 0.0
"""Log-odds that an answer to a turn with its history must have where nothing answers the turn by itself."""
RULE_ODDS = 3.0
"""Log-odds of an answer that a rule gave, not a reader, where answers are compared."""
FULL_TITLE_WORDS = 6
"""Words from which a title in a question is taken for the name of one document: many documents are an "annotated provisional agenda"."""
SENTENCE_WORDS = 4
"""Words from which a turn with one content word is a question and no keyword."""
MAX_PLACE_ONLY_WORDS = 1
"""Most content words of a question that asks for the text of an article and nothing else."""
AGENDA_ODDS_GAP = 0.7
"""How much more likely, in log-odds, one agenda must be to have the names in a question than another, for the question to be about its meeting
alone: about twice as likely."""
LIKENESS_TO_ODDS, OWN_LANGUAGE_ODDS = 15.0, 1.0
"""Share of passages in the question's language, in log-odds, where there are texts in other languages, too: per difference of the highest
similarities (0 to 1) of both groups, and where these are equal."""
SHARED_WORDS = 0.5
"""Share of a question's words from which a passage with them is relevant, however little alike both are in meaning."""
OTHER_LANGUAGE_WEIGHT = 0.2
"""Weight of lexical scores in documents of another language, where a model reads the question: names, numbers, and translated words. Other
lexical scores and embedding similarity have weight 1."""
BM25_SATURATION = 2.2
"""Ratio of the BM25 score of a passage that repeats a word without limit to that of one with the word once: k1 + 1 (Robertson and Zaragoza,
2009), with the k1 of the lexical indexes."""
UNRELATED_SIMILARITY, UNRELATED_FALL = 0.001, 0.1
"""Similarity, practically 0, below which passages count in search by how much less unlike the question they are than others: by a factor of e for
each further `UNRELATED_FALL`. A short question may be unlike all of them."""
DOCUMENT_WEIGHT = 0.4
"""Weight of the best passage of a document in the scores of its others: most questions are about one document."""
FUSED_FIRST, NEAREST_INCLUDED = 10, 6
"""Number of passages ranked first by the fused score alone; where more are requested, so many of those most similar in meaning are included."""
TOPIC_WORDS_WEIGHT, TOPIC_DOCUMENT_WEIGHT = 0.5, 0.25
"""Weights of the share of a topic's words that a paragraph has, and of another paragraph of its document that is on the topic, beside the score
of search: in this order paragraphs are read."""
TOPIC_CERTAIN, TOPIC_POSSIBLE = -0.75, -0.9
"""Scores from which a paragraph surely is on a topic, and may be: the mean of those by reader and by similarity, each 0 at its threshold for an
answer and -1 at that for a tentative one. A topic is no question, so few paragraphs reach the thresholds for answers. Chosen on three topics
(docs/quality.md)."""
TOPIC_GIVE_UP = -1.5
"""Score by the reader, on the same scale, below which a paragraph is not on the topic, however similar it is."""
TRANSLATION_COSINE = 0.35
"""Least cosine of the vectors of a word and an English word, both relative to the mean of all words, for the English word to be used in search
as its translation."""


@dataclass(frozen=True)
class Thresholds:
    """Calibration and thresholds for the logits of one reader (including the retrieval bonus, `SEARCH_WEIGHT`), or for similarities.

    The log-odds that a passage answers are `slope` times its logit plus `offset` (Platt, 1999). From `answered` they are enough for an answer, from
    `tentative` for a tentative one (both log-odds). Either also requires that the log-odds and `LIKENESS_WEIGHT` times the similarity of passage
    and question are together at least `relevant`: where a passage is unlike the question, the question is probably about something else.
    """

    slope: float
    offset: float
    answered: float
    tentative: float
    relevant: float | None = None

    def for_likeness(self, likeness: float | None) -> Thresholds:
        """The thresholds for a passage whose similarity to the question is known (None: it was not searched for)."""
        if likeness is None or self.relevant is None:
            return self
        least = self.relevant - LIKENESS_WEIGHT * max(likeness, 0.0)
        return replace(self, answered=max(self.answered, least), tentative=max(self.tentative, least))

    def margin(self, logit: float) -> float:
        """How far a logit is above the threshold for an answer, in log-odds; negative where it is not enough."""
        return self.slope * logit + self.offset - self.answered

    @property
    def tentative_margin(self) -> float:
        """The margin over the threshold for an answer (a negative number) from which a tentative answer is shown."""
        return self.tentative - self.answered

    def probability(self, logit: float) -> float:
        """The probability that a passage with this logit answers, 0 to 1."""
        return chance(self.slope * logit + self.offset)


def chance(odds: float) -> float:
    """Log-odds as a probability, 0 to 1."""
    return 0.5 * (1.0 + math.tanh(0.5 * odds))


def log_odds(probability: float) -> float:
    """A probability, 0 to 1, as log-odds, bounded near 0 and 1."""
    bounded = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))


@cache
def load_thresholds(caution: Caution = "normal") -> Mapping[str, Thresholds]:
    """The shipped thresholds of a caution, by reader name and by `SAME`, `FROM_ENGLISH`, `NEITHER_ENGLISH` and `LIKENESS`.

    Raises `EmbeddingError` where they can't be read.
    """
    path = files("assistant") / "qa" / "data" / "calibration.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Thresholds(
                float(each["slope"]),
                float(each["offset"]),
                float(each["answered"][caution]),
                float(each["tentative"][caution]),
                None if (relevant := each["relevant"][caution]) is None else float(relevant),
            )
            for name, each in raw["readers"].items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EmbeddingError(
            f"The reader's thresholds {path} cannot be used ({error}). Install Rapporteur again."
        ) from error
