"""Parses the streamed reply of a model into sentences with the ids that they cite."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.sentences import sentence_spans

LONGEST = 1_500
"""Most characters of one sentence; a longer one is cut there and fails the check."""
_NAME = r"[^\s\[\]【】［］,;，；、]{1,40}"
_MARKER = rf"[\[【［]\s*{_NAME}(?:\s*[,;，；、]\s*{_NAME})*\s*[\]】］]"
_MARKERS = re.compile(rf"(?:\s*{_MARKER})+")
_STOP = r"[.!?…。！？؟۔]"
_CLOSE = r"[\"'”’»)）」』]"
# A stop before or behind the markers, and something behind that is no further marker.
_CITED_END = re.compile(
    rf"(?:{_STOP}{_CLOSE}*(?:\s*{_MARKER})+|(?:\s*{_MARKER})+\s*{_STOP}+{_CLOSE}*)(?=\s*[^\s\[【［.!?…。！？؟۔])"
)
_STOP_FIRST = re.compile(rf"({_STOP}+{_CLOSE}*)((?:\s*{_MARKER})+)")
_BULLET = re.compile(r"^\s*(?:[-*•–—>#]+\s+|\(?(?P<number>\d{1,2})[.)、]\s+)")
_EMPHASIS = re.compile(r"\*{1,3}|__|`+")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_THINKING = re.compile(r"<(?:t(?:h(?:i(?:nk?)?)?)?)?$")


@dataclass(frozen=True)
class ParsedSentence:
    """A sentence of a reply without its citation markers, the ids in these, and the number at the start of its line, if any."""

    text: str
    ids: tuple[str, ...]
    number: int | None = None


class ReplyParser:
    """An incremental parser: takes the pieces of a reply and yields each sentence as soon as it is complete."""

    def __init__(self) -> None:
        self._raw = ""
        self._read = 0

    def feed(self, piece: str) -> Iterator[ParsedSentence]:
        """The sentences that another piece completes."""
        self._raw += piece
        return self._cut(final=False)

    def end(self) -> Iterator[ParsedSentence]:
        """The remaining sentences at the end of the reply."""
        return self._cut(final=True)

    def _cut(self, *, final: bool) -> Iterator[ParsedSentence]:
        text = _THOUGHT.sub("", self._raw)
        if not final and (("<think>" in self._raw and "</think>" not in self._raw) or _THINKING.search(text)):
            return
        while self._read < len(text):
            rest = text[self._read :]
            line, end, _ = rest.partition("\n")
            if cited := _CITED_END.search(line):
                stop = cited.end()
            elif end:
                stop = len(line) + 1
            elif final or len(line) > LONGEST:
                stop = min(len(line), LONGEST)
            else:
                return
            self._read += stop
            yield from _sentences(rest[:stop])


def _sentences(segment: str) -> Iterator[ParsedSentence]:
    bullet = _BULLET.match(segment)
    number = int(bullet["number"]) if bullet and bullet["number"] else None
    text = html.unescape(_EMPHASIS.sub("", segment[bullet.end() :] if bullet else segment))
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs"))
    text = " ".join(_STOP_FIRST.sub(r"\2\1", text).split())
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        markers = (marker.strip("[]【】［］ ") for marker in re.findall(_MARKER, sentence))
        ids = [each for marker in markers for each in re.split(r"[\s,;，；、]+", marker)]
        bare = " ".join(_MARKERS.sub("", sentence).split())
        if any(letter.isalnum() for letter in bare):
            yield ParsedSentence(bare, tuple(dict.fromkeys(each.lower() for each in ids if each)), number)
        number = None
