"""Evidence and question as a model gets them: fenced as data, with ids, and within a budget of tokens.

What a document or a user writes can't leave its fence: angle brackets are escaped, invisible characters (zero-width and
tag characters, directional marks) are taken off, and what looks like an evidence id loses its square brackets. An id is
made of the hash of the passage, so that no document can name its own. What speaks to a model is kept back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.qa.retriever import Evidence
from assistant.write.hostile import addresses_model

ID_LENGTH = 6
BYTES_A_TOKEN = 3
"""Bytes of UTF-8 that are counted as one token: few enough for every tokenizer in use to need less (English has four
characters a token, Chinese about one)."""
_MARKED = re.compile(rf"[\[【［(（]\s*((?:[0-9a-f]{{{ID_LENGTH}}}[\s,;]*)+)[\]】］)）]", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Fenced:
    """Passages that fit, by the ids that the model cites; those that did not, by rank; those of which something was kept
    back, since it speaks to a model; and the fenced text."""

    held: dict[str, Evidence]
    left_out: tuple[Evidence, ...]
    kept_back: tuple[Evidence, ...]
    text: str


def tokens(text: str) -> int:
    """How many tokens a text is counted as."""
    return -(-len(text.encode("utf-8")) // BYTES_A_TOKEN)


def contained(text: str) -> str:
    """A text that can't leave its fence and hides nothing."""
    text = unicodedata.normalize("NFC", text)
    seen = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs"))
    seen = _MARKED.sub(lambda match: match.group(1).strip(), seen)
    seen = seen.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _SPACE.sub(" ", seen).strip()


def fenced(evidence: Sequence[Evidence], budget: int) -> Fenced:
    """As many passages as fit into a budget of tokens, best first. The others are named, never cut."""
    held: dict[str, Evidence] = {}
    left_out: list[Evidence] = []
    kept_back: list[Evidence] = []
    lines: list[str] = []
    for each in evidence:
        name = _name(each.id, held)
        words = harmless(each)
        if words != each.passage.text:
            kept_back.append(each)
        if not words.strip():
            continue
        place = contained(each.document.cite(each.passage.locator)).replace("\n", " ")
        line = f'<excerpt id="{name}" from="{place}">\n{contained(words)}\n</excerpt>'
        cost = tokens(line + "\n")
        if cost > budget:
            left_out.append(each)
            continue
        budget -= cost
        held[name] = each
        lines.append(line)
    return Fenced(held, tuple(left_out), tuple(kept_back), "\n".join(lines))


def harmless(evidence: Evidence) -> str:
    """The words of a passage without the blocks that speak to a model."""
    document, passage = evidence.document, evidence.passage
    blocks = document.blocks[passage.first : passage.last + 1]
    texts = [document.block_text(block) for block in blocks]
    if not any(addresses_model(text) for text in texts):
        return passage.text
    return "\n".join(text for text in texts if not addresses_model(text))


def _name(evidence_id: str, taken: dict[str, Evidence]) -> str:
    """The first characters of an evidence id that no other passage of this turn has."""
    for start in range(len(evidence_id) - ID_LENGTH):
        name = evidence_id[start : start + ID_LENGTH]
        if name not in taken:
            return name
    raise ValueError(f"no short id is left for {evidence_id}")
