"""How the documents of one symbol relate to each other: revisions, corrigenda, addenda and language versions.

`X/Rev.1` replaces `X` in all languages, `X/Add.1/Rev.1` replaces `X/Add.1` only, the official text replaces a digest;
`X/Corr.1` belongs to `X`, `X/Rev.1/Corr.1` to `X/Rev.1`. Source: the modifiers of document
symbols as the Dag Hammarskjöld Library's guide explains them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from corpus.documents import LANGUAGES
from corpus.store import Header
from corpus.symbols import RESOLUTIONS, KnownSymbols, Symbol, same_document

_Lineage = tuple[str, str | None]
_NUMBERED = re.compile(r"/((?:[A-Z]{1,3}|Rev|Add|Corr)\.\d{1,3})$")
"""The last part of a symbol, by which a document is called in meetings: `E/2025/L.25`, `A/AC.292/2025/CRP.1`, `A/80/1/Rev.1`."""

_ACT = re.compile(r"/(?:[A-Z]*\.?(?P<session>\d+)/)?(?:RES|DEC)[/.](?P<number>[^()]+)(?P<year>\(.*)?$")
"""The symbol of a resolution or decision: `A/RES/80/228`, `S/RES/2771(2025)`, `UNEP/EA.5/RES.14`, which is cited as 5/14."""


@dataclass(frozen=True)
class Version:
    """A document in the library that has a symbol: one language version of the symbol or of a part of it. `root` is the symbol
    without the revisions at its end, `revision` the number of the last of these, 0 for none."""

    header: Header
    symbol: Symbol
    root: Symbol
    revision: int

    @property
    def id(self) -> str:
        """The document's id."""
        return self.header.id

    @property
    def corrected_symbol(self) -> Symbol | None:
        """The symbol that a corrigendum corrects; None for other documents."""
        return _belongs(self.root, "Corr")

    @property
    def extended_symbol(self) -> Symbol | None:
        """The symbol that an addendum adds to; None for other documents."""
        return _belongs(self.root, "Add")

    @property
    def lineage(self) -> _Lineage:
        """A key that all revisions and language versions of a document share."""
        return self.root.text, self.header.part


class Versions:
    """How the documents of a library relate, read from their symbols alone. `headers`, `keys` and `language_of` are theirs by
    id, `held` those that have a symbol."""

    def __init__(self, headers: Sequence[Header]) -> None:
        self.headers = {header.id: header for header in headers}
        self.keys = {header.id: header.key for header in headers}
        self.language_of = {header.id: header.language for header in headers}
        self.with_symbol = tuple(_version(header) for header in headers if header.symbol is not None)
        self._by_id = {version.id: version for version in self.with_symbol}
        self._by_lineage: dict[_Lineage, list[Version]] = {}
        self._quotable: dict[str | None, frozenset[str]] = {}
        for version in self.with_symbol:
            self._by_lineage.setdefault(version.lineage, []).append(version)

    def version_of(self, document_id: str) -> Version | None:
        """The version that a document is; None for one without a symbol."""
        return self._by_id.get(document_id)

    @cached_property
    def superseded(self) -> dict[str, str]:
        """Ids of superseded documents with the id of the document that replaces them: a digest is replaced by the official
        text or a revision of it, a document by its later revision (in the same language, where the library has that)."""
        replaced_by = {}
        for line in self._by_lineage.values():
            for old in line:
                newer = [new for new in line if _outranks(new, old)]
                if newer:
                    replaced_by[old.id] = min(newer, key=lambda new: _rank(new, old.header.language)).id
        return replaced_by

    @cached_property
    def symbols_by_number(self) -> dict[str, tuple[Symbol, ...]]:
        """Symbols by the short forms in which they are cited: resolutions and decisions by number (`80/228`, `2771 (2025)`, `2771`),
        drafts, papers, addenda, corrigenda and revisions by the last part of their symbols (`L.2`, `CRP.1`, `Rev.1`)."""
        found: dict[str, tuple[Symbol, ...]] = {}
        for symbol, root in dict.fromkeys((version.symbol, version.root) for version in self.with_symbol):
            for numbered in filter(None, map(_NUMBERED.search, dict.fromkeys((symbol.text, root.text)))):
                found[numbered[1]] = (*found.get(numbered[1], ()), symbol)
            act = _ACT.search(symbol.text) if symbol.series in RESOLUTIONS and len(symbol.halves) == 1 else None
            if act is not None and not symbol.modifiers:
                session, number, year = act.groups("")
                called = (f"{session}/{number}",) if session else dict.fromkeys((number, f"{number} {year}".strip()))
                for cited in called:
                    found[cited] = (*found.get(cited, ()), symbol)
        return found

    @cached_property
    def known_symbols(self) -> KnownSymbols:
        """The symbols in the library, also without their revision numbers, to find them in questions in any spelling."""
        return KnownSymbols(symbol for version in self.with_symbol for symbol in (version.root, version.symbol))

    def later_revisions(self, document_id: str) -> list[Version]:
        """The language versions of the latest revision of a document in the library; empty where there is no later one."""
        return self._newest(document_id, claimed=False)

    def unverified_revisions(self, document_id: str) -> list[Version]:
        """Like `later_revisions`, but the unverified revisions of a verified document: they are used only where they are named."""
        return self._newest(document_id, claimed=True)

    def _newest(self, document_id: str, *, claimed: bool) -> list[Version]:
        version = self.version_of(document_id)
        if version is None:
            return []
        newer = [other for other in self._by_lineage[version.lineage] if other.revision > version.revision]
        newer = [other for other in newer if other.header.edition != "digest"]
        newer = [other for other in newer if _is_unverified_against(other, version) == claimed]
        latest = max((other.revision for other in newer), default=0)
        return [other for other in newer if other.revision == latest]

    def answering_text(self, document_id: str) -> tuple[str, list[str]]:
        """Which text is used where a document is requested, and the labels of the other texts concerned.

        `other`: the document is superseded by the one that is labelled. `until`: it is an unverified revision of the verified documents
        that are labelled, which are used until it is confirmed. `itself` otherwise, with the labels of the documents that it supersedes.
        """
        version = self.version_of(document_id)
        if first := self.superseded.get(document_id):
            return "other", [self._by_id[first].header.label]
        line = self._by_lineage[version.lineage] if version else []
        if older := [each for each in line if version in self.unverified_revisions(each.id)]:
            return "until", [each.header.label for each in older]
        behind = [old for old, new in self.superseded.items() if new == document_id]
        return "itself", sorted(self._by_id[each].header.label for each in behind)

    def quotable_documents(self, language: str | None, document_ids: Iterable[str] | None = None) -> frozenset[str]:
        """Ids of the documents to quote in a language, of all or of `document_ids`: of each symbol its version in this
        language, even where that is an older revision; otherwise the latest revision, in English or else in any one language.

        Corrigenda of documents that are not quoted are left out, too. Without a language only superseded documents are left out.
        """
        if document_ids is not None:
            return self._quoted(language, list(document_ids))
        if language not in self._quotable:
            self._quotable[language] = self._quoted(language, list(self.keys))
        return self._quotable[language]

    def _quoted(self, language: str | None, requested: Sequence[str]) -> frozenset[str]:
        if language is None:
            return frozenset(each for each in requested if each not in self.superseded)
        chosen = {each for each in requested if each not in self._by_id}
        lines: dict[_Lineage, list[Version]] = {}
        for each in requested:
            if version := self._by_id.get(each):
                lines.setdefault(version.lineage, []).append(version)
        for line in lines.values():
            chosen.update(version.id for version in _in_language(line, language, self.superseded))
        symbols: dict[Symbol, set[Symbol]] = {}
        for each in chosen:
            if version := self._by_id.get(each):
                symbols.setdefault(version.root, set()).add(version.symbol)
        return frozenset(each for each in chosen if not self._corrects_unquoted(each, symbols))

    def current_versions(self, symbol: Symbol, document_ids: Container[str] | None = None) -> list[Version]:
        """The documents to answer from when a symbol is named: its latest revision, and the latest one in each language;
        nothing older than the named symbol. Where the library has only parts of a document, these. Empty where it has none.
        `document_ids` restricts the result."""
        root, revision = _root(symbol)
        all_lines = self._by_lineage.values()
        lines = [line for line in all_lines if same_document(line[0].root, root)]
        lines = lines or [line for line in all_lines if line[0].root.without_part == root]
        found = [version for line in lines for version in line if version.revision >= revision]
        found = [version for version in found if document_ids is None or version.id in document_ids]
        return [version for version in found if not any(_outranks_in_language(other, version) for other in found)]

    def equivalent_symbols(self, symbol: Symbol) -> set[Symbol]:
        """A symbol, and the symbols of the documents to answer from when it is named."""
        return {symbol, *(version.symbol for version in self.current_versions(symbol))}

    def addenda(self, symbol: Symbol) -> list[Version]:
        """The addenda of a symbol, of its revisions, and the addenda of these, each in its current revision."""
        root, _ = _root(symbol)
        extended = ((version.root, version.extended_symbol) for version in self.with_symbol)
        roots = [below for below, whole in extended if whole is not None and same_document(_root(whole)[0], root)]
        found: list[Version] = []
        for below in dict.fromkeys(roots):
            found += [*self.current_versions(below), *self.addenda(below)]
        return found

    def corrigenda(self, symbol: Symbol) -> list[Version]:
        """The corrigenda of exactly this symbol, all language versions, later revisions in place of earlier."""
        corrected = ((each, each.corrected_symbol) for each in self.with_symbol if each.id not in self.superseded)
        found = [each for each, whole in corrected if whole is not None and same_document(whole, symbol)]
        return sorted(found, key=lambda each: (each.symbol, each.id))

    def languages(self, symbol: Symbol) -> list[str]:
        """The languages in which the library has a symbol, in the order of `LANGUAGES`."""
        available = {version.header.language for version in self.with_symbol if version.symbol == symbol}
        return [language for language in LANGUAGES if language in available]

    def _corrects_unquoted(self, document_id: str, quoted: dict[Symbol, set[Symbol]]) -> bool:
        """Whether a corrigendum belongs to a revision that is not quoted: `quoted` are the quoted symbols by root."""
        version = self._by_id.get(document_id)
        if version is None or version.corrected_symbol is None:
            return False
        root, revision = _root(version.corrected_symbol)
        there = quoted.get(root, set())
        return version.corrected_symbol not in there and any(_root(symbol)[1] > revision for symbol in there)


def choose_language_versions(versions: Sequence[Version], *languages: str) -> list[Version]:
    """One language version of each symbol: in the first of the given languages that exists, else in English, else in any."""
    order = [*languages, "en", *LANGUAGES]
    found: dict[tuple[Symbol, str | None], Version] = {}
    for version in sorted(versions, key=lambda each: (each.symbol, order.index(each.header.language), each.id)):
        found.setdefault((version.symbol, version.header.part), version)
    return list(found.values())


def _version(header: Header) -> Version:
    symbol = Symbol.parse_any(header.symbol or "")
    return Version(header, symbol, *_root(symbol))


def _root(symbol: Symbol) -> tuple[Symbol, int]:
    """A symbol without the revisions at its end, and the number of the last."""
    revision = 0
    while symbol.modifiers and symbol.modifiers[-1].kind == "Rev" and symbol.parent is not None:
        revision = revision or symbol.modifiers[-1].number or 1
        symbol = symbol.parent
    return symbol, revision


def _belongs(root: Symbol, kind: str) -> Symbol | None:
    return root.parent if root.modifiers and root.modifiers[-1].kind == kind else None


def _is_unverified_against(new: Version, old: Version) -> bool:
    """Whether `new` is unverified while `old` is verified, so that it must not replace it."""
    return new.header.unverified and old.header.edition == "official" and old.header.verified


def _outranks(new: Version, old: Version) -> bool:
    """Whether `new`, a version with the same lineage, supersedes `old`."""
    if _is_unverified_against(new, old):
        return False
    if new.header.edition == old.header.edition:
        return new.revision > old.revision
    return new.header.edition != "digest" and new.revision >= old.revision


def _outranks_in_language(new: Version, old: Version) -> bool:
    """Like `_outranks`, but a text is superseded only by one in the same language, a digest by any."""
    return _outranks(new, old) and (old.header.edition == "digest" or new.header.language == old.header.language)


def _rank(version: Version, language: str) -> tuple[bool, int, bool, bool, str]:
    held = version.header
    return held.edition == "digest", -version.revision, held.language != language, held.language != "en", held.id


def _in_language(line: Sequence[Version], language: str, superseded: dict[str, str]) -> list[Version]:
    """The versions of one lineage to quote in a language: one language and one revision."""
    line = [each for each in line if each.header.edition != "digest" or each.id not in superseded]
    own = [each for each in line if each.header.language == language]
    some = own or line
    some = [each for each in some if not any(_is_unverified_against(each, other) for other in some)]
    latest = max((each.revision for each in some), default=0)
    held = [each for each in some if each.revision == latest]
    first = next((each for each in ("en", *LANGUAGES) if any(v.header.language == each for v in held)), "en")
    return held if own else [each for each in held if each.header.language == first]
