"""`make quality`: how good the answers are on the development questions, over documents given by path.

Facts required must all be in the answer's statements or quotes. Citations are checked against the canonical
text, and their places against the gold places. `python -m eval.quality --help` lists the options.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.engine import Engine
from corpus.catalogue import Catalogue
from corpus.embedding import make_embedder
from corpus.embedding.cross_encoder import CrossEncoder
from corpus.library import Library
from eval.cases import Case, load_cases, squeeze
from ingest.run import file_source, ingest
from ingest.segment import SEGMENTER_VERSION

CASES = Path(__file__).parent / "cases" / "meeting.yaml"


@dataclass(frozen=True)
class Result:
    """One case with its answer and what the checks say."""

    case: Case
    answer: Answer
    facts: bool
    places: bool
    exact: bool

    @property
    def answered(self) -> bool:
        """Whether the answer says anything."""
        return bool(self.answer.statements)


def check(case: Case, answer: Answer, library: Library) -> Result:
    """Checks one answer: facts present, gold places cited, quotes exact."""
    said = squeeze(
        " ".join([*(s.text for s in answer.statements), *(f"{c.locator} {c.quote}" for c in answer.citations)])
    )
    facts = all(any(squeeze(fact) in said for fact in alternatives) for alternatives in case.facts)
    cited = []
    exact = True
    for citation in answer.citations:
        document = library.document(citation.document)
        exact = exact and document.text[citation.start : citation.end] == citation.quote
        cited.append((citation.symbol, citation.locator.removeprefix(f"{document.label}, ")))
    met = [any(place.holds(symbol, locator) for symbol, locator in cited) for place in case.gold]
    places = (all(met) if case.needs_each else any(met)) if met else not cited
    return Result(case, answer, facts and bool(answer.statements), places, exact)


def run_cases(engine: Engine, cases: Sequence[Case]) -> list[Result]:
    """Asks every question and checks the answers."""
    return [check(case, engine.ask(case.question, case.history), engine.library) for case in cases]


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """The figures: shares of the answerable and of the other questions."""
    good = [result for result in results if result.case.answerable]
    other = [result for result in results if not result.case.answerable]

    def share(hits: int, of: int) -> float:
        return round(hits / of, 3) if of else 0.0

    by_kind: dict[str, list[bool]] = defaultdict(list)
    by_language: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        right = result.facts if result.case.answerable else not result.answered
        by_kind[result.case.kind].append(right)
        by_language[result.case.language].append(right)
    words = [len(" ".join(s.text for s in r.answer.statements).split()) for r in good if r.answered]
    return {
        "answerable": len(good),
        "facts_present": share(sum(r.facts for r in good), len(good)),
        "gold_place_cited": share(sum(r.places for r in good), len(good)),
        "wrongly_refused": share(sum(not r.answered for r in good), len(good)),
        "unanswerable": len(other),
        "rightly_refused": share(sum(not r.answered for r in other), len(other)),
        "quotes_exact": share(sum(r.exact for r in results), len(results)),
        "median_words": sorted(words)[len(words) // 2] if words else 0,
        "by_kind": {kind: f"{sum(hits)}/{len(hits)}" for kind, hits in sorted(by_kind.items())},
        "by_language": {language: f"{sum(hits)}/{len(hits)}" for language, hits in sorted(by_language.items())},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the set over a throw-away library and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.quality", description=__doc__)
    parser.add_argument("--documents", type=Path, nargs="+", default=_default_documents(), help="files to ingest")
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--models", type=Path, default=None, help="folder where exported models are kept")
    parser.add_argument("--no-cross-encoder", action="store_true")
    parser.add_argument("--failures", action="store_true", help="also print each failed case")
    options = parser.parse_args(arguments)
    if not options.documents:
        parser.error("name the documents to ingest with --documents")
    with tempfile.TemporaryDirectory() as folder:
        embedder = make_embedder("minilm", options.models or Path(folder) / "models")
        catalogue = Catalogue.shipped()
        with Library(Path(folder) / "library", embedder, SEGMENTER_VERSION) as library:
            for outcome in ingest([file_source(path) for path in options.documents], library, catalogue):
                if outcome.result == "refused":
                    parser.error(outcome.reason)
            cross = CrossEncoder() if CrossEncoder.available() and not options.no_cross_encoder else None
            results = run_cases(Engine(library, catalogue, cross_encoder=cross), load_cases(options.cases))
    if options.failures:
        for result in results:
            right = result.facts if result.case.answerable else not result.answered
            if not right or (result.case.answerable and not result.places):
                _print_failure(result)
    sys.stdout.write(json.dumps(summary(results), ensure_ascii=False, indent=2) + "\n")
    return 0


def _print_failure(result: Result) -> None:
    case = result.case
    lines = [f"{case.id} {case.kind} {case.language}: {' / '.join([*case.history, case.question])}"]
    lines.append(f"  wanted {case.facts or 'no answer'} at {[p.locator or p.article for p in case.gold]}")
    lines.append(f"  status {result.answer.status}: {result.answer.reason}")
    lines += [f"  [{c.locator}] {c.quote[:200]!r}" for c in result.answer.citations]
    lines += [f"  see {p.locator}" for p in result.answer.see_also]
    sys.stdout.write("\n".join(lines) + "\n")


def _default_documents() -> list[Path]:
    shared = Path("../shared/documents")
    return sorted(path for name in ("meeting", "treaties") for path in (shared / name).glob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
