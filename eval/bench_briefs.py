"""`make bench`: how long a briefing and the themes of a large collection take, and how much memory.

A collection is generated from a fixed seed: an agenda of two items, a paper for each, and as many further documents as
are asked for, with paragraphs in the manner of reports. It is ingested with the packaged model; briefing and themes
then run in processes of their own, whose time by the clock and peak of resident memory (Linux) are printed as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.embedding import make_embedder
from corpus.library import Library
from eval.programs import filled, generated
from eval.told import print_json
from ingest.run import Input
from ingest.segment import SEGMENTER_VERSION

BODY = "CTOC/COP/WG.7"
TOPICS = ("the prosecution of smuggling networks", "regular channels of migration", "the protection of witnesses",
          "evidence from other States", "the confiscation of proceeds", "the training of officials")  # fmt: skip
AGENDA = """---
symbol: {body}/2030/1
title: Annotated provisional agenda
language: en
date: 2030-02-01
---
# Working Group on the Smuggling of Migrants

Vienna, 4 and 5 March 2030

## Annotated provisional agenda

### Provisional agenda

1. Organizational matters.
2. Cooperation on {topics[0]} and on {topics[4]}.
3. Measures on {topics[1]} and {topics[5]}.

### Annotations

#### 2. Cooperation on {topics[0]} and on {topics[4]}

The Working Group may wish to discuss {topics[0]}. The Working Group may also wish to examine {topics[2]}. The Working Group may further wish to consider {topics[3]} and to discuss {topics[4]}.

**Documentation**

Background paper prepared by the Secretariat ({body}/2030/2)

#### 3. Measures on {topics[1]} and {topics[5]}

The Working Group may wish to discuss {topics[1]}.

**Documentation**

Background paper prepared by the Secretariat ({body}/2030/3)
"""
_CHILD = """
import sys, time
from pathlib import Path
from assistant.reports.brief.brief_maker import brief
from assistant.reports.brief.briefing import Request
from assistant.export.layouts import publication_of
from assistant.opening import make_engine
from assistant.export.file_formats import render
from assistant.settings import load_settings
from assistant.reports.themes.theme_maker import themes_of
from corpus.embedding import make_embedder
from corpus.library import Library
from eval.programs import memory
from eval.told import print_json
from ingest.segment import SEGMENTER_VERSION

folder, what = Path(sys.argv[1]), sys.argv[2]
begun = time.perf_counter()
with Library(folder, make_embedder("minilm", folder / "models"), SEGMENTER_VERSION) as library:
    engine = make_engine(library, load_settings(data_dir=str(folder)))
    if what == "themes":
        size = len(themes_of(engine).themes)
    else:
        briefing = brief(engine, Request(what, sys.argv[3]))
        size = len(render(publication_of(briefing, library), "docx")) and len(list(briefing.statements))
seconds = time.perf_counter() - begun
# Of this program alone: what getrusage tells begins with the memory of the process that started it.
print_json({"seconds": round(seconds, 1), "peak_mb": round(memory("self", "VmHWM")), "size": size})
"""


def collection(documents: int, paragraphs: int) -> list[Input]:
    """The generated documents."""
    chance = random.Random(11)
    made = [Input("agenda.md", AGENDA.format(body=BODY, topics=TOPICS).encode())]
    for n in range(2, documents + 1):
        year = 2030 if n < 4 else 2012 + n % 17
        symbol = f"{BODY}/{year}/{n}"
        topic = TOPICS[n % len(TOPICS)]
        said = "\n\n".join(
            f"{p}. On {topic}: {line}" if chance.random() < 0.4 else f"{p}. {line}"
            for p, line in enumerate(_lines(generated(paragraphs, seed=n)), 1)
        )
        head = f"---\nsymbol: {symbol}\ntitle: Paper {n} on {topic}\nlanguage: en\ndate: {year}-01-15\n---\n"
        made.append(Input(f"{n}.md", f"{head}# Paper {n} on {topic}\n\n{said}\n".encode()))
    return made


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line.split(". ", 1)[-1] for line in lines if line[:1].isdigit()]


def main() -> None:
    """Builds the collection and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench_briefs", description=__doc__)
    parser.add_argument("--documents", type=int, default=500, help="documents of the collection")
    parser.add_argument("--paragraphs", type=int, default=20, help="paragraphs of each document")
    parser.add_argument("--library", type=Path, help="keep the library in this folder, and use it where it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.library or Path(scratch) / "library"
        begun = time.perf_counter()
        with Library(folder, make_embedder("minilm", folder / "models"), SEGMENTER_VERSION) as library:
            filled(library, collection(options.documents, options.paragraphs), Catalogue.shipped())
            passages = sum(library.languages().values())
        figures: dict[str, object] = {"documents": options.documents, "passages": passages,
                                      "ingest_seconds": round(time.perf_counter() - begun, 1)}  # fmt: skip
        for what, value in (("item", "2"), ("theme", TOPICS[2]), ("document", f"{BODY}/2030/2"), ("themes", "")):
            command = [sys.executable, "-c", _CHILD, str(folder), what, value]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            figures[what] = json.loads(done.stdout)
    print_json(figures, 2)


if __name__ == "__main__":
    main()
