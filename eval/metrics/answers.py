"""What an answer says and cites, held against what its case wants and against the documents.

Citation precision and recall are those of ALCE (Gao et al., EMNLP 2023, arXiv 2305.14627, section 4.3), at the level of claims; the
entailment model of the paper is replaced by the rules of `eval.metrics.support`. They are None for a record without claims (nothing is
claimed), and 0 for one with claims but without citations. The measures of places are the project's own: where a case needs each gold
place (comparisons, multi-hop), all must be cited, elsewhere one suffices; place precision stands beside them, for citing everything
would reach every gold place. All of one record lie in 0..1; a run has their mean over records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.cases import Case, Place
from eval.metrics.support import Source, Support, supported
from eval.runs.records import Cited, Claim, Record
from eval.wording import states_fact


def said(record: Record) -> str:
    """What the user reads: the claims, and the places and quotes that these cite. Citations that no claim uses, passages
    offered to read and notes are no part of it. Empty for a record that shows nothing."""
    return _said(record, record.claims) if record.shown else ""


def _said(record: Record, claims: Sequence[Claim]) -> str:
    cited = [f"{each.locator}\n{each.quote}" for each in record.cited_by(*claims)]
    return "\n".join([*(claim.text for claim in claims), *cited])


def facts_said(case: Case, text: str) -> list[bool]:
    """Of each required fact whether a text says it; any alternative of a fact will do (`eval.wording`)."""
    return [any(states_fact(text, fact) for fact in alternatives) for alternatives in case.facts]


def fact_recall(case: Case, record: Record) -> float:
    """The share of the required facts that the answer says.

    After the nugget recall of TREC's question answering tracks (Voorhees, "Overview of the TREC 2003 Question Answering
    Track"), here with every nugget vital and found by comparison instead of by an assessor. A record that does not
    answer says nothing: 0. A case without facts: 1 for an answer, 0 for none.
    """
    if not record.answered:
        return 0.0
    met = facts_said(case, said(record))
    return sum(met) / len(met) if met else 1.0


def shown_facts(case: Case, record: Record, first: int | None = None) -> bool:
    """Whether what is shown, as an answer or as what comes closest, says every fact; the `first` claims of it, or all."""
    text = _said(record, record.claims[:first]) if record.shown else ""
    return bool(text) and all(facts_said(case, text))


def useful_claims(case: Case, record: Record) -> float | None:
    """The share of the claims shown that say a fact or cite a gold place; None where nothing is shown."""
    if not record.shown:
        return None
    useful = sum(
        any(facts_said(case, _said(record, [claim]))) or any(map(case.is_gold_citation, record.cited_by(claim)))
        for claim in record.claims
    )
    return useful / len(record.claims)


def document_exact(case: Case, record: Record) -> bool | None:
    """Whether the documents of the gold places are cited. None for a case of which no gold place is known, or no answer."""
    return _cited(case, record, lambda place, each: any(one.is_in(each.document, each.source) for one in place.acceptable))


def paragraph_exact(case: Case, record: Record) -> bool | None:
    """Whether the gold places themselves are cited (`Place.contains`). None as for the documents."""
    return _cited(case, record, lambda place, each: place.contains(each.document, each.locator, each.at))


def _cited(case: Case, record: Record, meets: Callable[[Place, Cited], bool]) -> bool | None:
    if not case.has_located_gold or not record.answered:
        return None
    cited = record.cited_by(*record.claims)
    met = [any(meets(place, each) for each in cited) for place in case.gold]
    return all(met) if case.needs_all_places else any(met)


def place_precision(case: Case, record: Record) -> float | None:
    """The share of the claims' citations that lie in a gold place. None as for the documents; 0 for an answer without citations."""
    if not case.has_located_gold or not record.answered:
        return None
    cited = record.cited_by(*record.claims)
    return sum(map(case.is_gold_citation, cited)) / len(cited) if cited else 0.0


def quote_exact(record: Record, text_of: Callable[[str], str]) -> float | None:
    """The share of a record's citations whose quotes are exact; None where nothing is cited.

    The promise that it checks is the project's own (`document.text[start:end] == quote`, always): no published metric.
    """
    if not record.citations:
        return None
    return sum(_is_exact(cited, text_of) for cited in record.citations) / len(record.citations)


def _is_exact(cited: Cited, text_of: Callable[[str], str]) -> bool:
    """Whether `text[start:end] == quote`; without offsets, whether the quote stands in the text, character by character.

    `text_of` gives the canonical text of `cited.source` (else of the document key) and raises `KeyError` for a document
    that it does not know: a quote of an unknown document is not exact. Nor is an empty one.
    """
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
    """The share of the claims that are wholly supported by all that they cite together."""
    if not record.claims:
        return None
    return sum(claim_support(record, claim).whole for claim in record.claims) / len(record.claims)


def citation_precision(record: Record) -> float | None:
    """The share of the citations, counted claim by claim, that are not irrelevant.

    As in the paper, a citation counts if its claim is supported, and it supports the claim alone or the others don't
    support it without it. No citation of an unsupported claim counts.
    """
    if not record.claims:
        return None
    counted = [each for claim in record.claims for each in needed(record, claim)]
    return sum(counted) / len(counted) if counted else 0.0


def claim_support(record: Record, claim: Claim) -> Support:
    """Whether a claim is supported by what it cites, and by what not."""
    return supported(claim.text, _sources(record, claim), derived=claim.verdict == "derived")


def needed(record: Record, claim: Claim) -> list[bool]:
    """For each citation of a claim, in the order cited, whether it counts for precision. A claim that cites a thing twice cites
    it once.

    Single citations are tested in the way in which all together support the claim: what is quoted word for word is not
    called superfluous because the rest has most of the words.
    """
    sources, whole = _sources(record, claim), claim_support(record, claim)
    if not whole.whole:
        return [False] * len(sources)

    def holds(some: Sequence[Source]) -> bool:
        return supported(claim.text, some, derived=claim.verdict == "derived", how=whole.how).whole

    return [holds([each]) or not holds([*sources[:n], *sources[n + 1 :]]) for n, each in enumerate(sources)]


def _sources(record: Record, claim: Claim) -> list[Source]:
    cited = [record.citations[n] for n in dict.fromkeys(claim.cited) if 0 <= n < len(record.citations)]
    return [Source(each.quote, each.document, each.locator) for each in cited]
