"""OpenAI-compatible chat: builds the request, and parses claims and citations from the reply.

A chat answer is text. Its sentences are the claims; `[1]` or `【1】` behind a sentence cites the first entry of the
list of sources, where the answer has such a list: `citations` or `search_results` beside `choices`, `annotations` or
`context.citations` in the message. Annotations that give their position in the text cite without a mark. Rapporteur's
own replies contain the whole answer in addition to its text, which is used instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from corpus.sentences import sentence_spans
from eval.cases import Case
from eval.runs.records import Cited, Claim, Record
from eval.systems.system_replies import UnreadableAnswer, finite_number, first_text, service_record

NOT_FOUND = "NOT FOUND"
PROMPT = (
    "You answer questions about United Nations documents from your sources only, in the language of the question, "
    "in at most five sentences. Put the number of the source behind each sentence, as in [1]. "
    f"If the sources do not answer the question, reply with exactly: {NOT_FOUND}"
)
_MARK = re.compile(r"\s*(?:\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]|【(\d{1,3})[^】]{0,40}】)")


def messages(case: Case) -> list[dict[str, str]]:
    """The conversation: the instruction, the earlier user turns, the question."""
    turns = [*case.history, case.question]
    return [{"role": "system", "content": PROMPT}, *({"role": "user", "content": turn} for turn in turns)]


def chat_record(case: Case, system: str, reply: Any, ms: float) -> Record:
    """Builds a record from a completion. Raises `UnreadableAnswer` where it contains no message."""
    try:
        message = reply["choices"][0]["message"]
        content = message.get("content") or ""
    except (KeyError, IndexError, TypeError, AttributeError):
        raise UnreadableAnswer("the answer is not a chat completion: it has no choices[0].message") from None
    if not isinstance(content, str):
        raise UnreadableAnswer("the answer's message is not text")
    if isinstance(reply.get("rapporteur"), Mapping):
        return replace(service_record(case, system, reply["rapporteur"], ms), raw=reply)
    if message.get("refusal"):
        return Record(case.id, system, "refused", ms=ms, raw=reply)
    if not content.strip() or content.strip().strip(".\"'*").upper() == NOT_FOUND:
        return Record(case.id, system, "not_found", ms=ms, raw=reply)
    sources = _find_sources(reply, message)
    citations = tuple(_parse_citation(source) for source in sources)
    claims = tuple(parse_claims(_insert_marks(content, sources), len(citations)))
    return Record(
        case.id, system, "answered", claims, citations, confidence=finite_number(reply, "confidence"), ms=ms, raw=reply
    )


def parse_claims(content: str, sources: int) -> list[Claim]:
    """Splits an answer into sentences with the sources that they cite, without the marks. A mark belongs to the
    sentence before it, also behind the full stop; one that names no source is dropped."""
    plain = ""
    marks: list[tuple[int, int]] = []
    position = 0
    for mark in _MARK.finditer(content):
        plain += content[position : mark.start()]
        position = mark.end()
        behind = len(plain.rstrip()) - 1
        marks += [(behind, int(n) - 1) for n in re.findall(r"\d+", mark.group(1) or mark.group(2))]
    plain += content[position:]
    claims = []
    for start, end in sentence_spans(plain):
        named = [source for at, source in marks if start <= at < end and 0 <= source < sources]
        claims.append(Claim(" ".join(plain[start:end].split()), "written", tuple(dict.fromkeys(named))))
    return [claim for claim in claims if claim.text]


def _insert_marks(content: str, sources: Sequence[Any]) -> str:
    """The text with a mark inserted at the position of each annotation."""
    spots = []
    for n, source in enumerate(sources, 1):
        inner = source.get("url_citation", source) if isinstance(source, Mapping) else None
        end = inner.get("end_index") if isinstance(inner, Mapping) else None
        if isinstance(end, int) and 0 <= end <= len(content):
            spots.append((end, n))
    for end, n in sorted(spots, reverse=True):
        content = f"{content[:end]}[{n}]{content[end:]}"
    return content


def _find_sources(reply: Any, message: Any) -> Sequence[Any]:
    """The list of sources, wherever the server puts it."""
    context = message.get("context")
    in_context = context.get("citations") if isinstance(context, Mapping) else None
    beside = [reply.get("citations"), reply.get("search_results")]
    listed = [*beside, in_context, message.get("citations"), message.get("annotations")]
    return next((each for each in listed if isinstance(each, list) and each), [])


def _parse_citation(source: Any) -> Cited:
    """A citation from an entry of the list: an address, or an object with the usual field names."""
    if isinstance(source, str):
        return Cited(source, "", "")
    if not isinstance(source, Mapping):
        return Cited("", "", "")
    inner = source.get("url_citation")
    raw = inner if isinstance(inner, Mapping) else source
    quote = first_text(raw, "quote", "content", "text", "snippet")
    return Cited(
        first_text(raw, "symbol", "document", "title", "url"), first_text(raw, "locator", "place"), quote, text=quote
    )
