"""Builds all training rows. The files are the same for the same input, as far as search results are the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from eval.gold_spans import document_name
from eval.output import ProgressReporter
from eval.runs.corpora import engine_over
from eval.training.groups import Group, read_values, save_groups, write_documents
from eval.training.meeting_rows import add_meeting_passages, agenda_text, meeting_groups
from eval.training.mixes import MIXES, describe_groups, draw_aside_questions, draw_strange_questions, mix_groups
from eval.training.own_rows import ASKED, TREATY, WRITTEN_ABOUT, asked_groups, own_groups, strange_groups
from eval.training.public import Banned, public_groups
from eval.training.written_rows import written_groups

DATA = Path(__file__).with_name("data")
"""Training data of the repository, which is not part of the package."""
QUESTIONS, TRANSLATIONS, PASSAGES, PAPERS, INDEX, MEETINGS, PATTERNS, TREATIES = (
    DATA / f"{name}.jsonl.bz2"
    for name in (
        "questions", "translations", "passages", "documents", "index", "meetings", "meeting-questions", "treaties",
    )
)  # fmt: skip
CALIBRATION = DATA / "calibration-documents.jsonl.bz2"
"""Written documents that are not used in training."""
MORE = DATA / "more-questions.jsonl.bz2"
"""Questions on documents outside `un/train`, in the folders `OTHER_FOLDERS`."""
OTHER_FOLDERS = ("documents/pdf", "documents/un/series")
TREATY_QUESTIONS, TREATY_TRANSLATIONS = (DATA / f"treaty-{name}.jsonl.bz2" for name in ("questions", "translations"))
ASKED_QUESTIONS = DATA / "asked-questions.jsonl.bz2"
"""Questions whose answers are not recorded."""
MORE_PATTERNS = DATA / "more-meeting-questions.jsonl.bz2"
"""Patterns that no reader was trained on."""
STARTER = Path(str(files("corpus"))) / "starter"
"""The documents of the questions in `INDEX`."""
ASIDE = "aside.jsonl"
MEETING_PASSAGE_SHARE = 0.3
"""The share of questions on UN documents that also get a row of an invented meeting as a passage."""


def make_rows(shared: Path, out: Path, progress: ProgressReporter) -> dict[str, Path]:
    """Writes the files of rows; returns them by name: `public`, `own`, `more`, `index`, `written`, `papers`, `meetings`, `treaties`,
    `strange`, `asked`, those of the readers, and `aside`. `shared` is a folder with `training`, `eval` and `documents`.

    Raises `ValueError` or `OSError` where something is missing or not as expected."""
    documents = shared / "documents" / "un" / "train"
    others = [shared / folder for folder in OTHER_FOLDERS]
    for needed in (shared / "training" / "data", shared / "eval", documents, *others):
        if not needed.is_dir():
            raise ValueError(f"{needed} does not exist: rows are made from training/, eval/ and documents/.")
    banned = Banned.of(shared / "eval")
    progress.note(
        f"Left out: {len(banned.questions)} questions and {len(banned.passages)} passages of evaluation sets."
    )

    def count(groups: Iterable[Group], what: str, total: int | None = None) -> list[Group]:
        return list(progress.counted(groups, f"questions {what}", total))

    from_questions = partial(_groups_from_questions, out, progress)
    groups_by_name = {
        "public": count(public_groups(shared / "training", banned), "of public sets"),
        "own": from_questions("on UN documents", QUESTIONS, [documents], TRANSLATIONS),
        "more": from_questions("on other UN documents", MORE, _find_files(_documents_of(MORE), others)),
        "index": from_questions("on the starter corpus", INDEX, [STARTER]),
        "written": count(written_groups([PASSAGES]), "on written passages"),
        "papers": count(written_groups([PAPERS]), "on written documents"),
    }
    agendas = ((f"{n:02}", agenda_text(each)) for n, each in enumerate(read_values(MEETINGS)))
    with engine_over([write_documents(out / "agendas", agendas)], out, progress.reading) as engine:
        meetings = count(meeting_groups(MEETINGS, PATTERNS, engine), "on invented meetings")
    treaties = from_questions(
        "on invented treaties", TREATY_QUESTIONS, [treaty_files(out)], TREATY_TRANSLATIONS, TREATY
    )
    about_others = [*groups_by_name["public"], *groups_by_name["written"]]
    with engine_over([documents], out, progress.reading) as engine:
        drawn = draw_strange_questions(about_others)
        strange = count(strange_groups(drawn, engine), "about something else", len(drawn))
    asked = _asked(out, progress, [documents, *others])
    groups_by_name |= {"meetings": meetings, "treaties": treaties, "strange": strange, ASKED: asked}
    groups_by_name["own"] = add_meeting_passages(groups_by_name["own"], meetings, MEETING_PASSAGE_SHARE, seed=5)
    mixes = {str(name): mix_groups(mix, groups_by_name) for name, mix in MIXES.items()}
    paths = {}
    for name, groups in {**groups_by_name, **mixes}.items():
        paths[name] = out / f"{name}.jsonl.gz"
        save_groups(groups, paths[name])
        progress.note(f"{paths[name]}: {describe_groups(groups)}.")
    asides = list(draw_aside_questions(about_others, [group for groups in mixes.values() for group in groups]))
    paths["aside"] = out / ASIDE
    paths["aside"].write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in asides), encoding="utf-8")
    progress.note(f"{paths['aside']}: {len(asides)} questions that no reader is trained on.")
    return paths


def _groups_from_questions(
    out: Path,
    progress: ProgressReporter,
    what: str,
    questions: Path,
    documents: Sequence[Path],
    translations: Path | None = None,
    source: str = WRITTEN_ABOUT,
) -> list[Group]:
    total = sum(1 for path in (questions, translations) if path for _ in read_values(path))
    with engine_over(documents, out, progress.reading) as engine:
        groups = own_groups([questions], engine, translations, source)
        return list(progress.counted(groups, f"questions {what}", total))


def _asked(out: Path, progress: ProgressReporter, documents: Sequence[Path]) -> list[Group]:
    """The groups of the questions whose answers are not recorded, over the documents that they were written on in some folders, and over the invented
    treaties."""
    treaties = {str(each["name"]) for each in read_values(TREATIES)}
    groups: list[Group] = []
    named = _documents_of(ASKED_QUESTIONS)
    for names, paths in ((treaties, [treaty_files(out)]), (named - treaties, _find_files(named - treaties, documents))):
        questions = [str(row["question"]) for row in read_values(ASKED_QUESTIONS) if row["document"] in names]
        with engine_over(paths, out, progress.reading) as engine:
            groups += progress.counted(asked_groups(questions, engine), "questions, answers not known", len(questions))
    return groups


def _documents_of(questions: Path) -> set[str]:
    """The names of the documents that the questions of a file are about."""
    return {str(row["document"]) for row in read_values(questions)}


def _find_files(names: set[str], folders: Sequence[Path]) -> list[Path]:
    """Finds the files of documents by their names in some folders. Raises `ValueError` where one is missing."""
    found = {
        document_name(path.name): path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()
    }
    if missing := sorted(names - found.keys()):
        raise ValueError(f"{', '.join(missing)}: not in {' or '.join(map(str, folders))}.")
    return [found[name] for name in sorted(names)]


def treaty_files(out: Path) -> Path:
    """Writes the invented treaties as documents; returns their folder."""
    return write_documents(out / "treaties", ((each["name"], each["text"]) for each in read_values(TREATIES)))
