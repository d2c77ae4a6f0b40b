"""Metrics of the content and citations of an answer, compared with its case and with the documents.

Citation precision and recall are those of ALCE (Gao et al., EMNLP 2023, arXiv 2305.14627, section 4.3), at the level
of claims; the entailment model of the paper is replaced by the rules of `eval.metrics.support`. They are None for a
record without claims, and 0 for one with claims but without citations. The measures of places are the project's own:
where a case needs each gold place (comparisons, multi-hop), all must be cited, elsewhere one is enough; place
precision is reported with them, since citing everything would reach every gold place. All values of one record lie in
0..1; a run has their mean over records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.cases import Case, Place
from eval.metrics.support import Source, Support, check_support
from eval.runs.records import Cited, Claim, Record
from eval.wording import states_fact


def shown_text(record: Record) -> str:
    """The text that the user reads: the claims, and the places and quotes that these cite, without unused citations,
    suggested passages and notes. Empty for a record that shows nothing."""
    return _text_of_claims(record, record.claims) if record.shown else ""


def _text_of_claims(record: Record, claims: Sequence[Claim]) -> str:
    texts = [f"{each.locator}\n{each.quote}" for each in record.cited_by(*claims)]
    return "\n".join([*(claim.text for claim in claims), *texts])


def stated_facts(case: Case, text: str) -> list[bool]:
    """For each required fact, whether a text states it; any alternative of a fact is enough (`eval.wording`)."""
    return [any(states_fact(text, fact) for fact in alternatives) for alternatives in case.facts]


def fact_recall(case: Case, record: Record) -> float:
    """The share of the required facts that the answer states.

    After the nugget recall of TREC's question answering tracks (Voorhees, "Overview of the TREC 2003 Question
    Answering Track"), here with every nugget vital and found by comparison instead of by an assessor. 0 for a record
    that does not answer. For a case without facts: 1 for an answer, 0 for none."""
    if not record.answered:
        return 0.0
    stated = stated_facts(case, shown_text(record))
    return sum(stated) / len(stated) if stated else 1.0


def shown_facts(case: Case, record: Record, first: int | None = None) -> bool:
    """Whether what is shown, as an answer or as the closest passages, states every fact: the `first` claims, or all."""
    text = _text_of_claims(record, record.claims[:first]) if record.shown else ""
    return bool(text) and all(stated_facts(case, text))


def useful_claims(case: Case, record: Record) -> float | None:
    """The share of the shown claims that state a fact or cite a gold place; None where nothing is shown."""
    if not record.shown:
        return None
    useful = sum(
        any(stated_facts(case, _text_of_claims(record, [claim])))
        or any(map(case.is_gold_citation, record.cited_by(claim)))
        for claim in record.claims
    )
    return useful / len(record.claims)


def document_exact(case: Case, record: Record) -> bool | None:
    """Whether the documents of the gold places are cited. None without located gold places, or without an answer."""
    return _gold_cited(
        case, record, lambda place, each: any(one.is_in(each.document, each.source) for one in place.acceptable)
    )


def paragraph_exact(case: Case, record: Record) -> bool | None:
    """Whether the gold places themselves are cited (`Place.contains`). None as for `document_exact`."""
    return _gold_cited(case, record, lambda place, each: place.contains(each.document, each.locator, each.at))


def _gold_cited(case: Case, record: Record, meets: Callable[[Place, Cited], bool]) -> bool | None:
    if not case.has_located_gold or not record.answered:
        return None
    cited = record.cited_by(*record.claims)
    reached = [any(meets(place, each) for each in cited) for place in case.gold]
    return all(reached) if case.needs_all_places else any(reached)


def place_precision(case: Case, record: Record) -> float | None:
    """The share of the claims' citations in a gold place, 0 without citations. None as for `document_exact`."""
    if not case.has_located_gold or not record.answered:
        return None
    cited = record.cited_by(*record.claims)
    return sum(map(case.is_gold_citation, cited)) / len(cited) if cited else 0.0


def quote_exact(record: Record, text_of: Callable[[str], str]) -> float | None:
    """The share of a record's citations whose quotes are exact; None without citations.

    It checks a guarantee of the project (`document.text[start:end] == quote`, always): no published metric."""
    if not record.citations:
        return None
    return sum(_is_exact(cited, text_of) for cited in record.citations) / len(record.citations)


def _is_exact(cited: Cited, text_of: Callable[[str], str]) -> bool:
    """Whether `text[start:end] == quote`; without offsets, whether the quote is in the text, character by character.

    `text_of` returns the canonical text of `cited.source` (else of the document key) and raises `KeyError` for an
    unknown document. A quote of an unknown document is not exact, nor is an empty one."""
    try:
        text = text_of(cited.source or cited.document)
    except KeyError:
        return False
    if not cited.quote.strip():
        return False
    if cited.start is None or cited.end is None:
        return cited.quote in text
    return 0 <= cited.start < cited.end and text[cited.start : cited.end] == cited.quote


def citation_recall(record: Record) -> float | None:
    """The share of the claims that are fully supported by all their citations together."""
    if not record.claims:
        return None
    return sum(claim_support(record, claim).whole for claim in record.claims) / len(record.claims)


def citation_precision(record: Record) -> float | None:
    """The share of the citations, counted claim by claim, that are relevant.

    As in the paper, a citation counts if its claim is supported, and either it supports the claim alone or the others
    don't support it without it. No citation of an unsupported claim counts."""
    if not record.claims:
        return None
    counted = [each for claim in record.claims for each in count_for_precision(record, claim)]
    return sum(counted) / len(counted) if counted else 0.0


def claim_support(record: Record, claim: Claim) -> Support:
    """Whether a claim is supported by its citations, and what is missing."""
    return check_support(claim.text, _claim_sources(record, claim), derived=claim.verdict == "derived")


def count_for_precision(record: Record, claim: Claim) -> list[bool]:
    """For each citation of a claim, in order, whether it counts for precision. A citation that a claim repeats counts
    once.

    Single citations are tested in the way in which all together support the claim: a citation that is quoted word for
    word does not become superfluous because the others have most of its words."""
    sources, whole = _claim_sources(record, claim), claim_support(record, claim)
    if not whole.whole:
        return [False] * len(sources)

    def supports(subset: Sequence[Source]) -> bool:
        return check_support(claim.text, subset, derived=claim.verdict == "derived", how=whole.how).whole

    return [supports([each]) or not supports([*sources[:n], *sources[n + 1 :]]) for n, each in enumerate(sources)]


def _claim_sources(record: Record, claim: Claim) -> list[Source]:
    cited = [record.citations[n] for n in dict.fromkeys(claim.cited) if 0 <= n < len(record.citations)]
    return [Source(each.quote, each.document, each.locator) for each in cited]
