"""`python -m eval.bench_stages`: what each stage of a question costs, on the engine as users get it.

The documents are the starter corpus and generated paragraphs, so many that there are some 10,000 passages. Each stage is timed
by itself, warm, over ten questions that were not asked before, medians in milliseconds of wall time; `whole` is an answer from
question to citations, `passages read for it` how many of them the reader saw. Printed as JSON.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from assistant.opening import catalogue_of, make_engine
from assistant.qa.engine import Engine
from assistant.qa.retriever import POOL
from assistant.qa.weighing import STEPS
from assistant.settings import load_settings
from corpus.embedding import make_models
from corpus.library import Library
from eval.bench import QUESTIONS
from eval.programs import filled, generated
from eval.runs.corpora import models_in
from eval.told import print_json
from ingest.run import Input, starter_sources
from ingest.segment import SEGMENTER_VERSION

WARMING = ("Who chairs the Bureau?", "What does a vessel without nationality have to fear?")
"""Questions that load what is loaded once."""
ABROAD = ("Кто оплачивает возвращение мигрантов?", "谁来保护证人？", "¿Cuándo se examina el tema 3?",
          "Quels documents portent sur le point 2 ?", "كيف تدرب الدول موظفي الحدود؟")  # fmt: skip
"""Questions in other languages than that of the documents."""

_Done = TypeVar("_Done")


def measured(engine: Engine, questions: Sequence[str]) -> dict[str, float]:
    """Medians of each stage over questions, in milliseconds; the passages that an answer read, as a number."""
    library, times = engine.library, dict[str, list[float]]()
    seen: list[int] = []
    engine.quoter.watch = lambda asked, evidence, scored: seen.append(len({each.unit.evidence.id for each in scored}))

    def timed(stage: str, work: Callable[..., _Done], *given: object) -> _Done:
        begun = time.perf_counter()
        done = work(*given)
        times.setdefault(stage, []).append((time.perf_counter() - begun) * 1e3)
        return done

    for text in questions:
        seen.clear()
        timed("whole", engine.ask, text)
        times.setdefault("passages read for it", []).append(float(max(seen, default=0)))
    for text in questions:
        altered = f"{text} ({len(text)})"  # nothing of it is remembered
        question = timed("understand", engine.question, altered)
        told, models = question.for_models(library.models)
        for model in models:
            timed(f"embed ({model.name})", library.models.query, told, model)
        timed("vectors", library.dense, told, POOL)
        tokens = timed("words: translate", engine.retriever.tokens, question, "en")
        timed("words: search", library.lexical, tokens, "en", POOL)
        found = timed("retrieve, all of these", engine.retriever.retrieve, question, STEPS[-1])
        for step in (STEPS[0], STEPS[-1]):
            asked = engine.question(f"{altered} {step}")
            timed(f"read {step} passages", engine.weigher.best_of_each, asked, found[:step])
    return {stage: round(statistics.median(each), 1) for stage, each in times.items()}


def main() -> None:
    """Makes the library, measures, and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench_stages", description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=9_700, help="generated paragraphs beside the starter corpus")
    parser.add_argument("--folder", type=Path, help="where library and models are kept; by default nowhere")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        chosen = load_settings(data_dir=folder)
        models = make_models(chosen.embedding, chosen.multilingual, models_in(folder))
        with Library(folder / "library", models, SEGMENTER_VERSION, owner="bench") as library:
            report = Input("generated.md", generated(options.paragraphs).encode())
            filled(library, [*starter_sources(), report], catalogue_of(chosen))
            engine = make_engine(library, chosen)
            for text in WARMING:
                engine.ask(text)
            passages = sum(len(library.passages(header.id)) for header in library.headers())
            figures: dict[str, Any] = {"passages": passages}
            figures |= {"English": measured(engine, QUESTIONS), "other languages": measured(engine, ABROAD)}
    print_json(figures, 1)


if __name__ == "__main__":
    main()
