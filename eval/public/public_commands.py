"""The commands over public sets. Tables and JSON on stdout, progress and errors on stderr."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import Progress

from assistant.cli.session import EXIT_USAGE, data, fail, plain_errors, talk
from corpus.documents import LANGUAGES
from eval.public import beir as beir_sets
from eval.public import clapnq as quoting
from eval.public import refusals as refusing
from eval.public import squad as squad_sets
from eval.public.figures import Figures, as_json, print_figures
from eval.public.public_outcomes import Outcome, Outcomes
from eval.public.public_ranking import ranking_figures
from eval.public.public_rows import PublicError, sample
from eval.public.public_shelf import Kit, Text, kit_from_settings, stocked
from eval.runs.corpora import code

_Item = TypeVar("_Item")

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
            found = _asked_of(
                texts, judged.queries, lambda query: query.id, beir_sets.outcome_of, kit, about, library, limit, out
            )
            groups, figures_of = {texts[0].language if texts else "-": found}, ranking_figures
        else:
            assert squad is not None
            texts, questions, named = _squad(squad, documents, language, mixed=mixed)
            about = _about(kit, named, texts, answers=not no_answers, mixed=mixed)
            found = _asked_of(
                texts,
                questions,
                lambda question: question.id,
                lambda engine, question: {
                    "language": texts[question.paragraph].language,
                    **squad_sets.outcome_of(engine, question, not no_answers),
                },
                kit,
                about,
                library,
                limit,
                out,
            )
            groups, figures_of = _by_language(found), squad_sets.squad_figures
        figures = {name: figures_of(each) for name, each in groups.items()}
        counted = {name: len(each) for name, each in groups.items()}
        _print(f"Retrieval, {len(texts)} documents", figures, counted, about, json_)


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
        rows = refusing.read_abstention(file)
        kit = kit_from_settings(models, not no_reader)
        about = _about(kit, [file], [])
        found = _rows(rows, lambda row: row.id, lambda row: refusing.outcome_of(row, kit), about, limit, out)
        groups = _by_language(found)
        figures = {name: refusing.abstention_figures(each) for name, each in groups.items()}
        curves = {name: refusing.curve(each) for name, each in groups.items()}
        more = {
            "risk_coverage": {
                name: [
                    {"confidence": threshold, "coverage": round(coverage, 4), "risk": round(risk, 4)}
                    for threshold, coverage, risk in zip(each.thresholds, each.coverage, each.risk, strict=True)
                ]
                for name, each in curves.items()
            }
        }
        counted = {name: len(each) for name, each in groups.items()}
        _print("Abstention", figures, counted, about, json_, more)


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
        rows = quoting.read_evidence(file)
        kit = kit_from_settings(models, not no_reader)
        about = _about(kit, [file], [])
        found = _rows(rows, lambda row: row.id, lambda row: quoting.outcome_of(row, kit), about, limit, out)
        _print("Evidence", {"all": quoting.evidence_figures(found)}, {"all": len(found)}, about, json_)


@contextmanager
def _told() -> Iterator[None]:
    """Expected errors as sentences."""
    with plain_errors():
        try:
            yield
        except PublicError as error:
            raise fail(str(error)) from None


def _about(kit: Kit, files: Sequence[Path], texts: Sequence[Text], **more: object) -> dict[str, Any]:
    """What decides the outcomes: the files by hash, the settings, the code, the language of the documents."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files}
    language = {"language": texts[0].language} if texts else {}
    return {"files": hashes, **language, **kit.about, "code": code("corpus", "ingest", "assistant"), **more}


def _asked_of(
    texts: Sequence[Text],
    questions: Sequence[_Item],
    key: Callable[[_Item], str],
    judge: Callable[[Any, _Item], Outcome],
    kit: Kit,
    about: Mapping[str, Any],
    library: Path | None,
    limit: int | None,
    out: Path | None,
) -> list[Outcome]:
    """The outcomes of questions that are all asked of one library."""
    with Outcomes(out, about) as outcomes, _bar() as bar:
        task = bar.add_task("documents", total=len(texts))
        with stocked(texts, kit, library, lambda more: bar.advance(task, more)) as engine:
            chosen = sample(questions, limit)
            return list(outcomes.of(chosen, key, lambda each: judge(engine, each), _telling(bar)))


def _rows(
    rows: Sequence[_Item],
    key: Callable[[_Item], str],
    work: Callable[[_Item], Outcome],
    about: Mapping[str, Any],
    limit: int | None,
    out: Path | None,
) -> list[Outcome]:
    """The outcomes of rows that each have a library of their own."""
    with Outcomes(out, about) as outcomes, _bar() as bar:
        return list(outcomes.of(sample(rows, limit), key, work, _telling(bar)))


def _bar() -> Progress:
    return Progress(console=talk, transient=True)


def _telling(bar: Progress) -> Callable[[Iterable[_Item]], Iterable[_Item]]:
    return lambda items: bar.track(list(items), description="questions")


def _by_language(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by language in the order of `LANGUAGES`, and all of them where there are several."""
    groups = {name: [each for each in outcomes if each["language"] == name] for name in LANGUAGES}
    groups = {name: each for name, each in groups.items() if each}
    return groups if len(groups) == 1 else {**groups, "all": list(outcomes)}


def _print(
    title: str,
    figures: Mapping[str, Figures],
    counted: Mapping[str, int],
    about: Mapping[str, Any],
    json_: bool,
    more: Mapping[str, Any] | None = None,
) -> None:
    if json_:
        typer.echo(
            json.dumps(
                {"about": about, "rows": counted, "figures": as_json(figures), **(more or {})}, ensure_ascii=False
            )
        )
        return
    print_figures(data, title, figures, counted)
