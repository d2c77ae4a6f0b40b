"""`python -m eval.crossing`: rows for `eval abstention` whose questions are in one language and whose passages are in another.

Made from two parallel SQuAD files: by turns a question with its own paragraph among the ten that retrieval ranks best, and
one with the ten best without it. So what does not answer is what is most like an answer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.public.figures import rank
from eval.public.public_shelf import Kit, Text, kit_from_settings, stocked
from eval.public.squad import Question, across, load_squad

PASSAGES = 10


def rows(questions: Sequence[Question], texts: Sequence[Text], language: str, kit: Kit) -> Iterator[dict[str, Any]]:
    """The rows of questions in a language: `{id, language, passages_language, question, passages, answerable}`."""
    with stocked(texts, kit) as engine:
        for n, question in enumerate(questions):
            answerable = n % 2 == 0
            others = rank(engine, question.text, without=question.paragraph)
            chosen = [question.paragraph, *others][:PASSAGES] if answerable else others
            yield {
                "id": question.id,
                "language": language,
                "passages_language": texts[0].language,
                "question": question.text,
                "passages": [{"title": "", "text": texts[index].body} for index in sorted(chosen)],
                "answerable": answerable,
            }


def main() -> None:
    """Writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, required=True, help="the file of the questions")
    parser.add_argument("--documents", type=Path, required=True, help="its translation, the passages")
    parser.add_argument("--first", type=int, default=0, help="number of the first question (default: %(default)s)")
    parser.add_argument("--step", type=int, default=15, help="take every so many questions (default: %(default)s)")
    parser.add_argument("--models", type=Path, help="folder where exported models are kept")
    parser.add_argument("--out", type=Path, required=True, help="the file to be written (JSON Lines)")
    chosen = parser.parse_args()
    asked, documents = load_squad(chosen.squad), load_squad(chosen.documents)
    crossed = across(asked, documents, (chosen.squad, chosen.documents))
    some = crossed.questions[chosen.first :: chosen.step]
    language = asked.texts()[0].language
    with chosen.out.open("w", encoding="utf-8") as file:
        for row in rows(some, crossed.texts(), language, kit_from_settings(chosen.models, reader=False)):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
