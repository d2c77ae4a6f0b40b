"""Builds all training rows. The files are the same for the same input, as far as search results are the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from eval.eval_progress import ProgressReporter
from eval.gold_spans import document_name
from eval.runs.corpora import engine_over
from eval.training.groups import Group, read_values, save_groups
from eval.training.meeting_rows import add_meeting_passages, agenda_text, meeting_groups
from eval.training.mixes import MIXES, describe_groups, draw_aside_questions, draw_strange_questions, mix_groups
from eval.training.own_rows import TREATY, WRITTEN_ABOUT, own_groups, strange_groups
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
MORE_PATTERNS = DATA / "more-meeting-questions.jsonl.bz2"
"""Patterns that no reader was trained on."""
STARTER = Path(str(files("corpus"))) / "starter"
"""The documents of the questions in `INDEX`."""
ASIDE = "aside.jsonl"
MEETING_PASSAGE_SHARE = 0.3
"""The share of questions on UN documents that also get a row of an invented meeting as a passage."""


def make_rows(shared: Path, out: Path, progress: ProgressReporter) -> dict[str, Path]:
    """Writes the files of rows; returns them by name: `public`, `own`, `more`, `index`, `written`, `papers`, `meetings`, `treaties`,
    `strange`, those of the readers, and `aside`. `shared` is a folder with `training`, `eval` and `documents`.

    Raises `ValueError` or `OSError` where something is missing or not as expected.
    """
    documents = shared / "documents" / "un" / "train"
    others = [shared / folder for folder in OTHER_FOLDERS]
    for needed in (shared / "training" / "data", shared / "eval", documents, *others):
        if not needed.is_dir():
            raise ValueError(f"{needed} does not exist: rows are made from training/, eval/ and documents/.")
    banned = Banned.of(shared / "eval")
    progress.note(
        f"Left out: {len(banned.questions)} questions and {len(banned.passages)} passages of evaluation sets."
    )
    public = list(progress.counted(public_groups(shared / "training", banned), "questions of public sets", None))
    own = _groups_from_questions(
        QUESTIONS, [documents], out, progress, "questions on UN documents", others=TRANSLATIONS
    )
    more = _groups_from_questions(MORE, _find_files(MORE, others), out, progress, "questions on other UN documents")
    index = _groups_from_questions(INDEX, [STARTER], out, progress, "questions on the starter corpus")
    written = list(progress.counted(written_groups([PASSAGES]), "questions on written passages", None))
    papers = list(progress.counted(written_groups([PAPERS]), "questions on written documents", None))
    meetings, treaties = _meeting_groups(out, progress), _treaty_groups(out, progress)
    with engine_over([documents], out, progress.reading) as engine:
        strange_questions = draw_strange_questions([*public, *written])
        strange = list(
            progress.counted(
                strange_groups(strange_questions, engine), "questions about something else", len(strange_questions)
            )
        )
    own = add_meeting_passages(own, meetings, MEETING_PASSAGE_SHARE, seed=5)
    groups_by_name = {
        "public": public,
        "own": own,
        "more": more,
        "index": index,
        "written": written,
        "papers": papers,
        "meetings": meetings,
        "treaties": treaties,
        "strange": strange,
    }
    mixes = {str(name): mix_groups(mix, groups_by_name) for name, mix in MIXES.items()}
    files_of_groups = {**groups_by_name, **mixes}
    paths = {
        name: _save_and_note(groups, out / f"{name}.jsonl.gz", progress.note)
        for name, groups in files_of_groups.items()
    }
    asides = list(draw_aside_questions([*public, *written], [group for groups in mixes.values() for group in groups]))
    paths["aside"] = out / ASIDE
    paths["aside"].write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in asides), encoding="utf-8")
    progress.note(f"{paths['aside']}: {len(asides)} questions that no reader is trained on.")
    return paths


def _groups_from_questions(
    questions: Path,
    documents: Sequence[Path],
    out: Path,
    progress: ProgressReporter,
    what: str,
    others: Path | None = None,
    source: str = WRITTEN_ABOUT,
    *,
    alone: bool = False,
) -> list[Group]:
    total = sum(1 for path in (questions, others) if path for _ in read_values(path))
    with engine_over(documents, out, progress.reading) as engine:
        groups = own_groups([questions], engine, translations=others, source=source, alone=alone)
        return list(progress.counted(groups, what, total))


def _find_files(questions: Path, folders: Sequence[Path]) -> list[Path]:
    """Finds the files that questions are about in some folders. Raises `ValueError` where one is missing."""
    names = {str(row["document"]) for row in read_values(questions)}
    found = {
        document_name(path.name): path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()
    }
    if missing := sorted(names - found.keys()):
        raise ValueError(f"{', '.join(missing)}: not in {' or '.join(map(str, folders))}.")
    return [found[name] for name in sorted(names)]


def _meeting_groups(out: Path, progress: ProgressReporter) -> list[Group]:
    agendas = out / "agendas"
    agendas.mkdir(parents=True, exist_ok=True)
    for n, meeting in enumerate(read_values(MEETINGS)):
        (agendas / f"{n:02}.md").write_text(agenda_text(meeting), encoding="utf-8")
    with engine_over([agendas], out, progress.reading) as engine:
        return list(
            progress.counted(meeting_groups(MEETINGS, PATTERNS, engine), "questions on invented meetings", None)
        )


def _treaty_groups(out: Path, progress: ProgressReporter) -> list[Group]:
    """Groups on invented treaties. Treaties share much of their text, so each question is about its own treaty only."""
    what = "questions on invented treaties"
    return _groups_from_questions(
        TREATY_QUESTIONS, [treaty_files(out)], out, progress, what, TREATY_TRANSLATIONS, TREATY, alone=True
    )


def treaty_files(out: Path) -> Path:
    """Writes the invented treaties as documents; returns their folder."""
    folder = out / "treaties"
    folder.mkdir(parents=True, exist_ok=True)
    for treaty in read_values(TREATIES):
        (folder / f"{treaty['name']}.md").write_text(treaty["text"], encoding="utf-8")
    return folder


def _save_and_note(groups: Sequence[Group], path: Path, note: Callable[[str], None]) -> Path:
    save_groups(groups, path)
    note(f"{path}: {describe_groups(groups)}.")
    return path
