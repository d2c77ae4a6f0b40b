"""`make bench`: how long a briefing and the themes of a large collection take, and how much memory.

A collection is generated from a fixed seed: an agenda of two items, a paper for each, and as many further documents as
are asked for, with paragraphs in the manner of reports. The command line reads it, with the packaged English model alone, and writes
briefings and themes; time by the clock and peak of resident memory (Linux) of each command are printed as JSON.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from eval.programs import RAPPORTEUR, generated, memory
from eval.told import print_json

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


def collection(documents: int, paragraphs: int) -> Iterator[tuple[str, str]]:
    """The generated documents, by the names of their files."""
    chance = random.Random(11)
    yield "agenda.md", AGENDA.format(body=BODY, topics=TOPICS)
    for n in range(2, documents + 1):
        year = 2030 if n < 4 else 2012 + n % 17
        topic = TOPICS[n % len(TOPICS)]
        said = "\n\n".join(
            f"{p}. On {topic}: {line}" if chance.random() < 0.4 else f"{p}. {line}"
            for p, line in enumerate(re.findall(r"^\d+\. (.*)", generated(paragraphs, seed=n), re.MULTILINE), 1)
        )
        title = f"Paper {n} on {topic}"
        head = f"---\nsymbol: {BODY}/{year}/{n}\ntitle: {title}\nlanguage: en\ndate: {year}-01-15\n---\n"
        yield f"{n}.md", f"{head}# {title}\n\n{said}\n"


def measured(folder: Path, *words: str) -> dict[str, float]:
    """Seconds by the clock and the most memory of a command."""
    env = {**os.environ, "RAPPORTEUR_DATA_DIR": str(folder), "RAPPORTEUR_MULTILINGUAL": "off"}
    begun = time.perf_counter()
    with subprocess.Popen([*RAPPORTEUR, *words], env=env, stdout=subprocess.DEVNULL) as running:
        peak = 0.0
        while running.poll() is None:
            with suppress(OSError, IndexError):  # ended meanwhile
                peak = max(peak, memory(running.pid, "VmHWM"))
            time.sleep(0.1)
    if running.returncode:
        raise SystemExit(f"rapporteur {words[0]} failed.")
    return {"seconds": round(time.perf_counter() - begun, 1), "peak_mb": round(peak)}


def main() -> None:
    """Builds the collection and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench_briefs", description=__doc__)
    parser.add_argument("--documents", type=int, default=500, help="documents of the collection")
    parser.add_argument("--paragraphs", type=int, default=20, help="paragraphs of each document")
    parser.add_argument("--library", type=Path, help="keep the library in this folder, and use it where it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, papers = options.library or Path(scratch) / "library", Path(scratch) / "papers"
        papers.mkdir()
        for name, text in collection(options.documents, options.paragraphs):
            (papers / name).write_text(text, encoding="utf-8")
        figures: dict[str, object] = {"documents": options.documents, "ingest": measured(folder, "ingest", str(papers))}
        for what, value in (("item", "2"), ("theme", TOPICS[2]), ("document", f"{BODY}/2030/2")):
            out = str(Path(scratch) / f"{what}.docx")
            figures[what] = measured(folder, "brief", f"--{what}", value, "--out", out)
        figures["themes"] = measured(folder, "themes", "--json")
    print_json(figures, 2)


if __name__ == "__main__":
    main()
