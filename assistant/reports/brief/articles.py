"""The articles of treaties that bear on a subject: those near to it by title and text, those that sources name, and those that
stand in references with these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.qa.abstention import LIKENESS, MIN_PART_WORDS, load_thresholds
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, items_below
from assistant.question import clean_question, numbers_after
from assistant.wording.drafting import grammar_of
from corpus.analysis import analyse
from corpus.documents import Block, Document, Span
from corpus.sentences import sentence_spans

NAMING = 2
"""With how many of the articles that apply a further one must stand in a reference: one alone is often made in passing."""
REACH = 160
"""Characters before a short name in brackets in which the name that it is short for stands."""
_BRACKETED = re.compile(r"[(（][^()（）]{3,80}[)）]")
_STOPS = re.compile(r"[,;:.،؛，；：。]")


@dataclass(frozen=True)
class Article:
    """An article of a held treaty, known by treaty and number; `title` is empty where it has none."""

    document: Document
    number: str
    title: str
    heading: Block

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return self.document.id, self.number


class ArticleFinder:
    """Finds articles among the treaties of these ids."""

    def __init__(self, engine: Engine, treaties: Sequence[str]) -> None:
        self._engine = engine
        self._treaties = {document.key: document for document in map(engine.library.document, treaties)}
        self._likeness = load_thresholds()[LIKENESS]
        self._cross, self._introduced = cache(self._named_in), cache(self._short_names)
        self._question = cache(engine.question)
        self.articles = {each.key: each for document in self._treaties.values() for each in _articles(document)}

    def named(self, text: str, document: Document) -> list[Article]:
        """The articles that words of a document name, each once in order: of the treaty that the words right behind them name, else
        the sentence; in a treaty, else of itself. Of what else their clause may name (a constitution, a law) they are none."""
        found: dict[tuple[str, str], Article] = {}
        grammar, own = grammar_of(document.language), self._treaties.get(document.key)
        for start, end in sentence_spans(text, document.language):
            said = clean_question(text[start:end])
            for numbers, clause, behind in self._article_numbers(said, document.language):
                near = self._treaties_in(behind, document)
                elsewhere = grammar.part_of.match(behind) or behind[:1].isupper()
                if not near and grammar.capitals and not elsewhere:
                    near = self._treaties_in(said, document)
                elif not near and not grammar.capitals:
                    near = self._treaties_in(clause, document)
                # Two treaties in one sentence: which article is of which, its words alone don't tell.
                treaty = near[0] if len(near) == 1 else None if near else own
                for number in numbers if treaty else ():
                    if treaty is not None and (article := self.articles.get((treaty.id, number))):
                        found.setdefault(article.key, article)
        return list(found.values())

    def _article_numbers(self, said: str, language: str) -> Iterator[tuple[list[str], str, str]]:
        """The numbers of articles in a sentence that stand together, with the clause in which they do, and the part of it behind them
        without the paragraphs of the article."""
        vocabulary = self._engine.vocabulary
        spans: dict[Span, list[str]] = {}
        for number, start, end in numbers_after("article", said, vocabulary, language):
            spans.setdefault((start, end), []).append(number.split(" ")[0])
        for _, start, end in numbers_after("paragraph", said, vocabulary, language) if spans else ():
            said = said[:start] + "," * (end - start) + said[end:]
        for (start, end), numbers in spans.items():
            behind = _STOPS.split(said[end:].lstrip(" ,،，()"), 1)[0]
            yield numbers, _STOPS.split(said[:start])[-1] + said[start:end] + behind, behind

    def _treaties_in(self, words: str, document: Document) -> list[Document]:
        """The treaties that words of a document name, or call as it is said there that they are called."""
        question = self._question(words, document.language)
        entries = [each for each in question.called if each.key in self._introduced(document.id)]
        return [self._treaties[each.key] for each in (*question.named, *entries) if each.key in self._treaties]

    def _short_names(self, document_id: str) -> frozenset[str]:
        """The keys of the treaties that a document may call by `the Convention` alone: of itself, of those that its title names, and of
        those behind whose names such a short one stands in brackets."""
        document = self._engine.library.document(document_id)
        found = {document.key, *(each.key for each in self._question(document.title, document.language).named)}
        for match in _BRACKETED.finditer(document.text):
            before = " ".join(document.text[max(0, match.start() - REACH) : match.start()].split())
            called = {each.key for each in self._question(match.group(), document.language).called}
            found |= called and called & {each.key for each in self._question(before, document.language).named}
        return frozenset(found)

    def cited(self, texts: Iterable[tuple[str, str]]) -> frozenset[str]:
        """The ids of the treaties that texts, each with its language, call by name or symbol, and of those whose titles say that they
        supplement one of these."""
        called = self._called(texts)
        supplements = {
            each.id for each in self._treaties.values() if self._called([(each.title, each.language)]) & called
        }
        return frozenset(called | supplements)

    def _called(self, texts: Iterable[tuple[str, str]]) -> set[str]:
        sentences = ((text[a:b], spoken) for text, spoken in texts for a, b in sentence_spans(text, spoken))
        entries = (entry for each in sentences for entry in self._question(*each).named)
        return {self._treaties[entry.key].id for entry in entries if entry.key in self._treaties}

    def near(self, words: str, language: str) -> dict[tuple[str, str], float]:
        """The articles that come close to a subject by the likeness of title and text (`LIKENESS`), with its log-odds. Of a title
        the words count that the title of its treaty does not say as well: these tell nothing apart."""
        library, question = self._engine.library, self._engine.question(words, language)
        readers = library.models.models_for(question.language)
        found: dict[tuple[str, str], float] = {}
        for treaty in self._treaties.values() if readers and question.text else ():
            nearest: dict[str, float] = {}
            for each in self._engine.retriever.retrieve(question, len(library.passages(treaty.id)), [treaty.id]):
                nearest.setdefault(article_of(each.passage.locator), each.dense or 0.0)
            known = set(analyse(treaty.title, treaty.language))
            own = [each for each in self.articles.values() if each.document.id == treaty.id and each.title]
            titles = [_beside(each.title, known, treaty.language) for each in own]
            # Titles are embedded now: by the model that was made for their language, where there is one.
            model = next((each for each in readers if each in library.models.models_for(treaty.language)), readers[0])
            likenesses = library.similarities(question.text, titles, model, treaty.language) if own else []
            for article, likeness in zip(own, likenesses, strict=True):
                score = self._likeness.margin(likeness + nearest.get(article.number, 0.0))
                if score >= self._likeness.tentative_margin:
                    found[article.key] = score
        return found

    def answering(self, words: str, language: str, most: int, *, clauses: bool = False) -> dict[tuple[str, str], float]:
        """The articles of which the reader says that they answer to a subject or one of its `clauses`, or come closest to it as a whole,
        among the passages that search ranks first in each treaty: by how far they are above the bar for an answer, the best first."""
        found: dict[tuple[str, str], float] = {}
        for clause in dict.fromkeys((words, *(_STOPS.split(words) if clauses else ()))):
            question = self._engine.question(clause, language)
            if clause != words and len(question.content) < MIN_PART_WORDS:
                continue
            for document in self._treaties.values():
                for each in self._engine.score_first(question, [document.id], most):
                    key = document.id, article_of(each.unit.locator)
                    least = each.thresholds.tentative_margin if clause == words else 0.0
                    if key in self.articles and each.score >= max(least, found.get(key, least)):
                        found[key] = each.score
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def further(self, applying: Iterable[Article]) -> list[Article]:
        """The articles that stand in a reference, to or from them, with several of those that apply, and are none of them."""
        known = {article.key for article in applying}
        crossing = [(article.key, other) for article in self.articles.values() for other in self._cross(article.key)]
        pairs = {pair for one, other in crossing for pair in ((one, other), (other, one))}
        count = Counter(one for one, other in pairs if one not in known and other in known)
        return [self.articles[key] for key in sorted(count) if count[key] >= NAMING]

    def whole(self, article: Article) -> Iterator[Unit]:
        """The paragraphs of an article, each with what stands under it, in their order."""
        document, last = article.document, -1
        for block in document.blocks[article.heading.ordinal + 1 :]:
            if article_of(block.locator) != article.number:
                break
            if block.ordinal <= last or block.kind in ("heading", "footnote") or not document.body(block).strip():
                continue
            end = [block, *items_below(document, block)][-1]
            last = end.ordinal
            passage_id = self._engine.library.passage_id_at(document.id, block.body_start)
            for passage in self._engine.library.passages_by_id([passage_id]).values() if passage_id else ():
                yield Unit(Evidence(passage, document), block.body_start, end.end, block.locator, block.ordinal)

    def _named_in(self, key: tuple[str, str]) -> set[tuple[str, str]]:
        """The articles to which one refers; most refer to none."""
        article = self.articles[key]
        text = " ".join(" ".join(unit.text.split()) for unit in self.whole(article))
        named = self.named(text, article.document)
        return {each.key for each in named} - {article.key}


def article_of(locator: str) -> str:
    """The number of the article that a locator names, or nothing."""
    kind, _, number = locator.split(",")[0].partition(" ")
    return number.split(" (")[0] if kind == "art." else ""


def _articles(treaty: Document) -> Iterator[Article]:
    for block in treaty.blocks:
        number = article_of(block.locator)
        if block.kind == "heading" and number and block.locator == f"art. {number}":
            words = " ".join(treaty.block_text(block).split())
            yield Article(treaty, number, words.partition(number)[2].strip(" .:–—-"), block)


def _beside(title: str, known: set[str], language: str) -> str:
    """A title without the words that its treaty's title says too; the whole where no other is left."""
    words = [word for word in title.split() if not (tokens := set(analyse(word, language))) or not tokens <= known]
    return " ".join(words) if analyse(" ".join(words), language) else title
