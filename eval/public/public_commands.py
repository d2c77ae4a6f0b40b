"""The commands over public sets. Tables and JSON on stdout, progress and errors on stderr."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from assistant.cli.session import EXIT_FAILED, EXIT_USAGE, data, fail
from assistant.qa.engine import Engine
from corpus.documents import LANGUAGES
from eval.cases import EvaluationError
from eval.metrics.statistics import Figure
from eval.public import beir as beir_sets
from eval.public import clapnq as quoting
from eval.public import refusals as refusing
from eval.public import squad as squad_sets
from eval.public.figures import Figures, Outcome, ranking_figures
from eval.public.public_outcomes import Named, Outcomes
from eval.public.public_rows import sample
from eval.public.public_shelf import Kit, Text, kit_from_settings, stocked
from eval.runs.corpora import code
from eval.teller import shown
from eval.told import number, print_json, print_table, rounded, sentences

_Item = TypeVar("_Item", bound=Named)
Limit = Annotated[
    int | None, typer.Option(min=1, help="Ask only so many of the questions, drawn at random from a fixed seed.")
]
Out = Annotated[
    Path | None,
    typer.Option(help="File of the outcomes row by row (JSON Lines); a run that was stopped goes on from it."),
]
NoReader = Annotated[bool, typer.Option("--no-reader", help="Leave the readers out.")]
Models = Annotated[
    Path | None, typer.Option(help="Folder where exported models are kept; by default the library's own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def retrieval(
    beir: Annotated[Path | None, typer.Option(help="Folder with corpus.jsonl, queries.jsonl, qrels/*.tsv.")] = None,
    squad: Annotated[Path | None, typer.Option(help="SQuAD or XQuAD file; its paragraphs are the documents.")] = None,
    documents: Annotated[
        Path | None, typer.Option(help="Ask the questions of --squad of this file's paragraphs, its translation.")
    ] = None,
    mixed: Annotated[
        bool,
        typer.Option("--mixed", help="Hold every other paragraph of --documents, the others in --squad's language."),
    ] = False,
    split: Annotated[str | None, typer.Option(help="Judgements of --beir; by default 'test'.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the documents, where detection errs.")] = None,
    no_answers: Annotated[
        bool, typer.Option("--no-answers", help="Of --squad, only rank; ask for no answers.")
    ] = False,
    library: Annotated[
        Path | None, typer.Option(help="Folder in which the library stays, so that it is not built again.")
    ] = None,
    limit: Limit = None,
    out: Out = None,
    no_reader: NoReader = False,
    models: Models = None,
    json_: AsJson = False,
) -> None:
    """How well retrieval finds the right document, and in a SQuAD file the sentences that hold the answer."""
    _check(beir, squad, documents, split, language, mixed=mixed)
    with _told():
        kit = kit_from_settings(models, not no_reader)
        if beir is not None:
            judged = beir_sets.read_beir(beir, split)
            texts = judged.texts(language)
            about = _about(kit, [beir / "corpus.jsonl", beir / "queries.jsonl"], texts, split=split)
            found = _outcomes(judged.queries, beir_sets.outcome_of, about, limit, out, texts, kit, library)
            groups, figures_of = {texts[0].language: found}, ranking_figures
        else:
            assert squad is not None
            texts, questions, named = _squad(squad, documents, language, mixed=mixed)
            about = _about(kit, named, texts, answers=not no_answers, mixed=mixed)

            def judge(engine: Engine, question: squad_sets.Question) -> Outcome:
                told = squad_sets.outcome_of(engine, question, not no_answers)
                return {"language": texts[question.paragraph].language, **told}

            found = _outcomes(questions, judge, about, limit, out, texts, kit, library)
            groups, figures_of = _by_language(found), squad_sets.squad_figures
        _print(f"Retrieval, {len(texts)} documents", groups, figures_of, about, json_)


def _check(
    beir: Path | None,
    squad: Path | None,
    documents: Path | None,
    split: str | None,
    language: str | None,
    *,
    mixed: bool,
) -> None:
    """Ends with wrong usage where options do not go together."""
    for wrong, why in (
        ((beir is None) == (squad is None), "name one set: --beir FOLDER or --squad FILE."),
        (documents is not None and squad is None, "--documents goes with --squad."),
        (mixed and documents is None, "--mixed goes with --documents."),
        (mixed and language is not None, "--mixed tells both languages from the words; leave --language out."),
        (split is not None and beir is None, "--split goes with --beir."),
        (language not in (None, *LANGUAGES), f"--language {language!r} is none of {', '.join(LANGUAGES)}."),
    ):
        if wrong:
            raise fail(why, EXIT_USAGE)


def _squad(
    file: Path, documents: Path | None, language: str | None, *, mixed: bool
) -> tuple[list[Text], Sequence[squad_sets.Question], list[Path]]:
    """The texts that are held, the questions that are asked, and the files that both are from."""
    asked = squad_sets.load_squad(file)
    if documents is None:
        return asked.texts(language), asked.questions, [file]
    names, translated = (file, documents), squad_sets.load_squad(documents)
    if mixed:
        return *squad_sets.mixed(asked, translated, names), [*names]
    crossed = squad_sets.across(asked, translated, names)
    return crossed.texts(language), crossed.questions, [*names]


def abstention(
    file: Annotated[Path, typer.Argument(help="JSON Lines {id, language, question, passages, answerable}.")],
    limit: Limit = None,
    out: Out = None,
    no_reader: NoReader = False,
    models: Models = None,
    json_: AsJson = False,
) -> None:
    """Whether questions that their passages do not answer are refused, and the others are answered."""
    with _told():
        kit = kit_from_settings(models, not no_reader)
        about = _about(kit, [file], [])
        rows = refusing.read_abstention(file)
        groups = _by_language(_outcomes(rows, lambda _, row: refusing.outcome_of(row, kit), about, limit, out))
        curves = {name: refusing.curve(each) for name, each in groups.items()}
        more = {
            name: [
                {"confidence": threshold, "coverage": round(coverage, 4), "risk": round(risk, 4)}
                for threshold, coverage, risk in zip(each.thresholds, each.coverage, each.risk, strict=True)
            ]
            for name, each in curves.items()
        }
        _print("Abstention", groups, refusing.abstention_figures, about, json_, risk_coverage=more)


def evidence(
    file: Annotated[Path, typer.Argument(help="JSON Lines as in ClapNQ {id, input, passages, output}.")],
    limit: Limit = None,
    out: Out = None,
    no_reader: NoReader = False,
    models: Models = None,
    json_: AsJson = False,
) -> None:
    """Whether the sentences that answer are quoted, and how well answerable rows are told from the others."""
    with _told():
        kit = kit_from_settings(models, not no_reader)
        about = _about(kit, [file], [])
        rows = quoting.read_evidence(file)
        found = _outcomes(rows, lambda _, row: quoting.outcome_of(row, kit), about, limit, out)
        _print("Evidence", {"all": found}, quoting.evidence_figures, about, json_)


def _told() -> AbstractContextManager[None]:
    """Expected errors as sentences."""
    return sentences(EvaluationError, code=EXIT_FAILED)


def _about(kit: Kit, files: Sequence[Path], texts: Sequence[Text], **more: object) -> dict[str, Any]:
    """What decides the outcomes: the files by hash, the settings, the code, the language of the documents."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files}
    language = {"language": texts[0].language} if texts else {}
    return {"files": hashes, **language, **kit.about, "code": code("corpus", "ingest", "assistant"), **more}


def _outcomes(
    items: Sequence[_Item],
    judge: Callable[[Any, _Item], Outcome],
    about: Mapping[str, Any],
    limit: int | None,
    out: Path | None,
    texts: Sequence[Text] = (),
    kit: Kit | None = None,
    library: Path | None = None,
) -> list[Outcome]:
    """The outcomes of items: all asked of one library of texts, or, without a kit, each of one of its own."""
    chosen = sample(items, limit)
    with (
        Outcomes(out, about) as outcomes,
        shown() as tell,
        stocked(texts, kit, library, tell) if kit else nullcontext() as engine,
    ):
        found = outcomes.of(chosen, lambda each: judge(engine, each))
        return list(tell.counted(found, "questions", len(chosen)))


def _by_language(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by language in the order of `LANGUAGES`, and all of them where there are several."""
    groups = {name: [each for each in outcomes if each["language"] == name] for name in LANGUAGES}
    groups = {name: each for name, each in groups.items() if each}
    return groups if len(groups) == 1 else {**groups, "all": list(outcomes)}


def _print(
    title: str,
    groups: Mapping[str, Sequence[Outcome]],
    figures_of: Callable[[Sequence[Outcome]], Figures],
    about: Mapping[str, Any],
    json_: bool,
    **more: object,
) -> None:
    figures = {name: figures_of(each) for name, each in groups.items()}
    counted = {name: len(each) for name, each in groups.items()}
    if json_:
        told = {name: {key: rounded(vars(each)) for key, each in held.items()} for name, held in figures.items()}
        print_json({"about": about, "rows": counted, "figures": told, **more})
        return
    names = dict.fromkeys(name for held in figures.values() for name in held)
    rows = ([name, counted[name], *(_cell(held.get(each)) for each in names)] for name, held in figures.items())
    print_table(data, ("", "rows", *names), rows, title)


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "-"
    return f"{number(figure.value)} ({figure.between})" if figure.between else number(figure.value)
