"""Question sets against the documents that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.opening import catalogue_of
from assistant.settings import Settings
from corpus.embedding import make_models
from corpus.library import Library
from eval.cases import read_cases
from eval.question_check import Fault, check_cases
from eval.runs.corpora import built, corpora, fingerprint, sources
from ingest.segment import SEGMENTER_VERSION


def faults_of(
    questions: Path, chosen: Settings, documents: Sequence[Path], library: Path | None, out: Path
) -> tuple[int, list[Fault]]:
    """How many cases there are, and everything that is wrong with them. Raises as `execute` does, and `CaseError`."""
    cases, broken = read_cases(questions)
    found = [Fault("", sentence) for sentence in broken]
    models = make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models")
    if library is not None:
        with Library(library, models, SEGMENTER_VERSION, owner="rapporteur eval check") as held:
            return len(cases) + len(broken), [*found, *check_cases(cases, held)]
    catalogue = catalogue_of(chosen)
    for corpus, about in corpora(cases, documents).items():
        given = sources(corpus, documents)
        home = f"{corpus or 'documents'}-{fingerprint(given, models, chosen.catalogue_dir)}"
        with built(out / "libraries", home, given, models, catalogue) as held:
            found += check_cases(about, held)
    return len(cases) + len(broken), found
