"""The commands over public sets. Tables and JSON on stdout, progress and errors on stderr."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from assistant.cli.command_run import EXIT_USAGE, fail, out_console
from corpus.documents import LANGUAGES
from eval.output import format_figure, print_json, print_table, report_errors, round_numbers, show_progress
from eval.public import figures
from eval.public.figures import Figures, Outcome
from eval.public.public_libraries import Kit, kit_from_settings, open_text_engine
from eval.public.public_rows import Abstention, Evidence, Row, read_rows
from eval.public.squad import ask_in_other_language, load_squad, mix_languages

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_Row = TypeVar("_Row", bound=Row)


def retrieval(
    squad: Annotated[Path, typer.Option(help="SQuAD or XQuAD file; its paragraphs are the documents.")],
    documents: Annotated[
        Path | None,
        typer.Option(
            help="Search the paragraphs of this file, a translation of --squad, with the questions of --squad."
        ),
    ] = None,
    mixed: Annotated[
        bool,
        typer.Option(
            "--mixed",
            help="Use every other paragraph of --documents, and the remaining ones in the language of --squad.",
        ),
    ] = False,
    json_: AsJson = False,
) -> None:
    """Measure how well retrieval finds the paragraph a question was written for."""
    if mixed and documents is None:
        raise fail("--mixed needs --documents.", EXIT_USAGE)
    with report_errors(), show_progress() as progress:
        squad_set = load_squad(squad)
        texts, questions = squad_set.texts(), squad_set.questions
        if documents is not None:
            combine = mix_languages if mixed else ask_in_other_language
            texts, questions = combine(squad_set, load_squad(documents), (squad, documents))
        with open_text_engine(texts, kit_from_settings()) as engine:
            outcomes = (
                {
                    "language": texts[each.paragraph].language,
                    **figures.ranking_outcome(figures.rank_texts(engine, each.text), each.paragraph),
                }
                for each in questions
            )
            groups = _by_language(list(progress.counted(outcomes, "questions", len(questions))))
    _print(f"Retrieval, {len(texts)} documents", groups, figures.ranking_figures, json_)


def abstention(
    file: Annotated[Path, typer.Argument(help="JSON Lines {id, language, question, passages, answerable}.")],
    json_: AsJson = False,
) -> None:
    """Measure whether questions that their passages do not answer are refused and others are answered."""
    outcomes = _outcomes(file, Abstention, figures.abstention_outcome)
    _print("Abstention", _by_language(outcomes), figures.abstention_figures, json_)


def evidence(
    file: Annotated[Path, typer.Argument(help="JSON Lines as in ClapNQ {id, input, passages, output}.")],
    json_: AsJson = False,
) -> None:
    """Measure whether the sentences that answer are quoted, and how well answerable rows are recognized."""
    outcomes = _outcomes(file, Evidence, figures.evidence_outcome)
    _print("Evidence", {"all": outcomes}, figures.evidence_figures, json_)


def _outcomes(file: Path, kind: type[_Row], ask: Callable[[_Row, Kit], Outcome]) -> list[Outcome]:
    with report_errors(), show_progress() as progress:
        rows, kit = read_rows(file, kind), kit_from_settings()
        return list(progress.counted((ask(row, kit) for row in rows), "questions", len(rows)))


def _by_language(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by language in the order of `LANGUAGES`, and all of them where there are several."""
    groups = {name: [each for each in outcomes if each["language"] == name] for name in LANGUAGES}
    groups = {name: each for name, each in groups.items() if each}
    return groups if len(groups) == 1 else {**groups, "all": list(outcomes)}


def _print(
    title: str,
    groups: Mapping[str, Sequence[Outcome]],
    figures_of: Callable[[Sequence[Outcome]], Figures],
    json_: bool,
) -> None:
    by_group = {name: figures_of(each) for name, each in groups.items()}
    counts = {name: len(each) for name, each in groups.items()}
    if json_:
        figures_json = {
            name: {key: round_numbers(vars(each)) for key, each in of_group.items()}
            for name, of_group in by_group.items()
        }
        print_json({"rows": counts, "figures": figures_json})
        return
    names = dict.fromkeys(name for of_group in by_group.values() for name in of_group)
    rows = (
        [name, counts[name], *(format_figure(of_group[each]) for each in names)] for name, of_group in by_group.items()
    )
    print_table(out_console, ("", "rows", *names), rows, title)
