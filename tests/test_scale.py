"""The bench of growing libraries: it builds, goes on where it was, measures in another process, and draws."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from corpus.embedding import HashEmbedder
from eval.bench import _format_ratio, build_library
from eval.bench_tools import generate_text as text_of
from eval.report.plots import growth_plot
from eval.scale import generate_documents
from ingest.pipeline import Input

ROOT = Path(__file__).parents[1]


def scaled(folder: Path, *sizes: int, server: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The figures of libraries of such sizes, made of the starter corpus."""
    given = [word for size in sizes for word in ("--passages", str(size))]
    done = subprocess.run(
        [sys.executable, "-m", "eval.scale", *given, "--folder", str(folder), "--plot", str(folder / "plot.html"), *server],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def test_libraries_are_built_measured_drawn_and_gone_on_with(tmp_path: Path) -> None:
    (first,) = scaled(tmp_path, 30)
    assert (first["passages"] or 0) >= 30
    assert first.pop("engine") == "embedded"
    assert all((first[name] or 0) > 0 for name in first)
    (again,) = scaled(tmp_path, 30)
    assert again["passages"] == first["passages"]
    assert again["indexing one"] is None, "nothing was missing"
    page = (tmp_path / "plot.html").read_text(encoding="utf-8")
    assert page.count("<polyline") == 4


def test_both_engines_are_measured_side_by_side(tmp_path: Path, database_url: str) -> None:
    held, shared = scaled(tmp_path, 30, server=["--server", database_url])
    assert (held["engine"], shared["engine"]) == ("embedded", "PostgreSQL")
    assert held["passages"] == shared["passages"]
    assert (tmp_path / "plot.html").read_text(encoding="utf-8").count("<polyline") == 8


def test_generated_documents_are_the_same_every_time_and_differ_from_each_other() -> None:
    texts = ["The panel met 12 times in 2024 and heard 345 witnesses of the harbour."]
    one, two = generate_documents(texts, 5), generate_documents(texts, 5)
    first = next(one)
    assert first == next(two)
    assert first.text != next(one).text
    assert all(first.text[block.start : block.end].startswith("The panel met") for block in first.blocks)


def test_a_curve_of_growth_lies_within_its_plot() -> None:
    drawn = growth_plot([([(10_000, 0.4), (1_000_000, 250.0)], 0)], "passages", "Growth")
    svg = ElementTree.fromstring(drawn)
    (line,) = svg.iter("polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    assert all(0 < x < width and 0 < y < height for x, y in points)
    assert points[0][0] < points[1][0]
    assert points[0][1] > points[1][1], "more time is higher up"


# The bench beside LlamaIndex


def test_generated_text_is_the_same_each_time_and_numbered_throughout() -> None:
    assert text_of(20) == text_of(20)
    assert text_of(20) != text_of(20, seed=8)
    assert re.findall(r"^(\d+)\. ", text_of(20), re.MULTILINE) == [str(n) for n in range(1, 21)]


def test_the_bench_compares_medians() -> None:
    assert _format_ratio("x", [(0.010, 0.020), (0.020, 0.050), (9.0, 0.060)]) == {
        "x_ours_ms": 20.0,
        "x_llama_index_ms": 50.0,
        "x_times_faster": 2.5,
    }


def test_the_bench_indexes_its_texts_anew_and_stops_at_one_that_cannot_be_read(tmp_path: Path) -> None:
    sources = [Input("first.md", text_of(3).encode()), Input("second.md", text_of(4, seed=9).encode())]
    for count in (2, 1):
        with build_library(tmp_path / "library", HashEmbedder(), sources[:count]) as library:
            assert (library.status().documents, len(list(library.documents()))) == (count, count)
    with pytest.raises(RuntimeError, match=r"nothing\.md"):
        build_library(tmp_path / "other", HashEmbedder(), [Input("nothing.md", b"")])
