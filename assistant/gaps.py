"""Known gaps: whether a question is more like something that the documents are known not to say than like what they say.

The index of gaps (`corpus/catalogue/subjects`) holds what people ask next and nothing answers. A near miss finds a paragraph as
near as a real question does; how like a gap it is, and how it sounds, tells the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.asked import lacks_aspect, lacks_kind
from assistant.evidence import OTHER_KIND, THRESHOLD, Scored, meets
from assistant.question import Question
from assistant.subjects import SubjectHit, read_subjects
from corpus.library import Library

GAP_BAR = -0.1
"""How much more must speak for what the documents say than for a known gap: the likeness of the best answered place less
`GAP_WEIGHT` times that of the gap, `LEANING` times how the question sounds, and `EVIDENCE` times the score of the best evidence,
between the least and the most that it may count; docs/quality.md says on what they were chosen."""
GAP_WEIGHT = 1.3
LEANING = 0.15
EVIDENCE = 0.06
LEAST_EVIDENCE, MOST_EVIDENCE = -3.0, 6.0
GAP = 0.45
GAP_MARGIN = 0.02
"""How like a known gap a question must be, and how much more than anything that is answered, for the gap to count against the
best evidence where that is of a document without a subject index."""
GAP_ABROAD = 0.06
"""What a place counts more in a document that the gap was not written for."""
UNTOLD = 0.25
"""What a place counts less that has nothing of the kind that is asked for."""
SURE_PLAIN_CROSS = 5.0
"""How sure the cross-encoder must be of a document without a subject index for the known gaps of others not to count."""
PLAINLY_TOLD = 3.0
"""How far above the gaps, in the measure of an answer's confidence, a whole follow-up may be for its last words not to matter."""
SURE_LAST = 4.0
"""Log-odds from which on evidence answers the last words of a conversation although they are like a known gap."""


class Gaps:
    """The known gaps of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def above(self, question: Question, scored: Sequence[Scored], documents: Sequence[str] | None) -> float | None:
        """How far a question is more like something that the documents say than like what they are known not to say, above
        0 for enough; None where no subject index tells, or a document without one answers."""
        reading = read_subjects(question, self._library, documents)
        if not reading.gap:
            return None
        plain = [each for each in scored[:5] if each.unit.document.id not in self._library.indexed()]
        if any(each.score >= THRESHOLD and each.cross >= SURE_PLAIN_CROSS and each.coverage >= 0.5 for each in plain):
            return None  # the gaps are those of the indexed documents, and another one answers
        homes = self._library.gap_homes(reading.gap_phrase)
        best = max(
            (
                hit.score
                + (0.0 if hit.document_id in homes else GAP_ABROAD)
                - (0.0 if self._tells(hit, question, scored) else UNTOLD)
                for hit in reading.hits
            ),
            default=0.0,
        )
        if plain and plain[0] is scored[0] and scored[0].score >= THRESHOLD:
            # What the index does not know may be what is asked, unless a gap is plainly meant.
            return None if reading.gap < GAP or reading.gap <= best + GAP_MARGIN else 10.0 * (best - reading.gap)
        evidence = min(max(scored[0].score, LEAST_EVIDENCE), MOST_EVIDENCE) if scored else LEAST_EVIDENCE
        told = best - GAP_WEIGHT * reading.gap + LEANING * reading.leaning + EVIDENCE * evidence
        return 10.0 * (told - GAP_BAR)

    def asked(
        self, asked: Question, scored: Callable[[], Sequence[Scored]], documents: Sequence[str] | None = None
    ) -> bool:
        """Whether the last words of a conversation, by themselves, are more like a known gap than like anything that is
        said, and no evidence is sure of them."""
        reading = read_subjects(asked, self._library, documents)
        best = max((hit.score for hit in reading.hits), default=0.0)
        if reading.gap < GAP or reading.gap <= best + GAP_MARGIN:
            return False
        return max((each.score for each in scored()), default=0.0) < SURE_LAST

    def _tells(self, hit: SubjectHit, question: Question, scored: Sequence[Scored]) -> bool:
        """Whether the words that a hit points at have anything of the kind that is asked for."""
        lost = [each.lost for each in scored if meets(each.unit, hit)]
        if lost:
            return min(lost) < OTHER_KIND
        document = self._library.document(hit.document_id)
        said, language = document.text[hit.start : hit.end], document.language
        return not (lacks_kind(question, said, language) or lacks_aspect(question, said, language))
