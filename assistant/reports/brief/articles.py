"""Find the articles of treaties that are relevant to a subject: those similar to it by title and text, those that
sources name, and those that refer to these or are referred to by them."""

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

Key = tuple[str, str]
"""Identifies an article: the id of its treaty, and its number."""
MIN_REFERENCES = 2
"""So many applicable articles must be connected with a further one: a single reference is often made in passing."""
NAME_REACH = 160
"""Characters before a short name in brackets that are searched for the full name."""
_BRACKETED = re.compile(r"[(（][^()（）]{3,80}[)）]")
_CLAUSE_ENDS = re.compile(r"[,;:.،؛，；：。]")


@dataclass(frozen=True)
class Article:
    """An article of a treaty in the library; `title` is empty where it has none."""

    document: Document
    number: str
    title: str
    heading: Block

    @property
    def key(self) -> Key:
        """The id of the treaty and the number of the article, which identify it."""
        return self.document.id, self.number

    def place(self) -> tuple[str, int]:
        """Sort key: the order of the treaties, and the order in each."""
        return self.document.id, self.heading.ordinal


class ArticleFinder:
    """Finds articles in the treaties with these ids."""

    def __init__(self, engine: Engine, treaty_ids: Sequence[str]) -> None:
        self._engine = engine
        self._treaties = {document.key: document for document in map(engine.library.document, treaty_ids)}
        self._likeness = load_thresholds()[LIKENESS]
        self._references, self._shortened = cache(self._referenced_keys), cache(self._short_names)
        self._question, self._title_words = cache(engine.question), cache(self._distinctive_title_words)
        self.articles = {each.key: each for document in self._treaties.values() for each in _find_articles(document)}

    def find_named(self, text: str, document: Document) -> list[Article]:
        """The articles that a text of a document names, without duplicates, in order.

        They are of the treaty that the words right after them name, else the sentence; in a treaty, of that itself.
        Articles of anything else that the clause may name (a constitution, a law) are left out.
        """
        found: dict[Key, Article] = {}
        grammar, own_treaty = grammar_of(document.language), self._treaties.get(document.key)
        for start, end in sentence_spans(text):
            sentence = clean_question(text[start:end])
            for numbers, clause, after in self._article_numbers(sentence, document.language):
                treaties = self._find_treaties(after, document)
                other_text = grammar.part_of.match(after) or after[:1].isupper()
                if not treaties and not (grammar.capitals and other_text):
                    treaties = self._find_treaties(sentence if grammar.capitals else clause, document)
                # With two treaties in one sentence it is unclear which article is of which.
                treaty = treaties[0] if len(treaties) == 1 else None if treaties else own_treaty
                keys = ((treaty.id, number) for number in numbers) if treaty else ()
                found |= {key: self.articles[key] for key in keys if key in self.articles}
        return list(found.values())

    def _article_numbers(self, sentence: str, language: str) -> Iterator[tuple[list[str], str, str]]:
        """The numbers of articles in a sentence, grouped as they are listed, with their clause, and the part of the
        clause after them without paragraph numbers."""
        vocabulary = self._engine.vocabulary
        spans: dict[Span, list[str]] = {}
        for number, start, end in numbers_after("article", sentence, vocabulary, language):
            spans.setdefault((start, end), []).append(number.split(" ")[0])
        for _, start, end in numbers_after("paragraph", sentence, vocabulary, language) if spans else ():
            sentence = sentence[:start] + "," * (end - start) + sentence[end:]
        for (start, end), numbers in spans.items():
            after = _CLAUSE_ENDS.split(sentence[end:].lstrip(" ,،，()"), 1)[0]
            yield numbers, _CLAUSE_ENDS.split(sentence[:start])[-1] + sentence[start:end] + after, after

    def _find_treaties(self, words: str, document: Document) -> list[Document]:
        """The treaties that words of a document name, in full or by a short name that the document introduces."""
        question = self._question(words, document.language)
        entries = [each for each in question.called if each.key in self._shortened(document.id)]
        return [self._treaties[each.key] for each in (*question.named, *entries) if each.key in self._treaties]

    def _short_names(self, document_id: str) -> frozenset[str]:
        """The keys of the treaties that a document may call `the Convention` alone: itself, those that its title
        names, and those whose name is followed by such a short one in brackets."""
        document = self._engine.library.document(document_id)
        keys = {document.key, *(each.key for each in self._question(document.title, document.language).named)}
        for match in _BRACKETED.finditer(document.text):
            before = " ".join(document.text[max(0, match.start() - NAME_REACH) : match.start()].split())
            short_names = {each.key for each in self._question(match.group(), document.language).called}
            keys |= short_names and short_names & {each.key for each in self._question(before, document.language).named}
        return frozenset(keys)

    def find_cited_treaties(self, texts: Iterable[tuple[str, str]]) -> frozenset[str]:
        """The ids of the treaties that texts (each with its language) name or cite by symbol, and of those whose
        titles say that they supplement one of these."""
        cited, treaties = self._treaty_ids(texts), self._treaties.values()
        return cited | {each.id for each in treaties if self._treaty_ids([(each.title, each.language)]) & cited}

    def _treaty_ids(self, texts: Iterable[tuple[str, str]]) -> frozenset[str]:
        sentences = ((text[a:b], spoken) for text, spoken in texts for a, b in sentence_spans(text))
        entries = (entry for each in sentences for entry in self._question(*each).named)
        return frozenset(self._treaties[entry.key].id for entry in entries if entry.key in self._treaties)

    def find_similar(self, words: str, language: str) -> dict[Key, float]:
        """The articles that are similar to a subject by title and text (`LIKENESS`), with the log-odds, by key. Only
        those words of a title count that the title of its treaty lacks, since the others don't distinguish articles."""
        library, question = self._engine.library, self._engine.question(words, language)
        readers = library.models.models_for(question.language)
        found: dict[Key, float] = {}
        for treaty in self._treaties.values() if readers and question.text else ():
            best_passages: dict[str, float] = {}
            for each in self._engine.retriever.retrieve(question, len(library.passages(treaty.id)), [treaty.id]):
                best_passages.setdefault(article_number(each.passage.locator), each.dense or 0.0)
            treaty_title_stems = set(analyse(treaty.title, treaty.language))
            treaty_articles = [each for each in self.articles.values() if each.document.id == treaty.id and each.title]
            titles = [_distinctive_title(each.title, treaty_title_stems, treaty.language) for each in treaty_articles]
            # Titles are embedded here, preferably by the model for their language.
            model = next((each for each in readers if each in library.models.models_for(treaty.language)), readers[0])
            likenesses = library.similarities(question.text, titles, model, treaty.language) if treaty_articles else []
            for article, likeness in zip(treaty_articles, likenesses, strict=True):
                score = self._likeness.margin(likeness + best_passages.get(article.number, 0.0))
                if score >= self._likeness.tentative_margin:
                    found[article.key] = score
        return found

    def find_answering(self, words: str, language: str, passages: int, *, clauses: bool = False) -> dict[Key, float]:
        """The articles that, by the reader, answer a subject or one of its `clauses`, or come closest to it as a
        whole, among the first passages of each treaty, by key: with how far they are above the threshold for an
        answer, best first."""
        found: dict[Key, float] = {}
        for clause in dict.fromkeys((words, *(_CLAUSE_ENDS.split(words) if clauses else ()))):
            question = self._engine.question(clause, language)
            if clause != words and len(question.content) < MIN_PART_WORDS:
                continue
            for document in self._treaties.values():
                for each in self._engine.score_first(question, [document.id], passages):
                    key = document.id, article_number(each.unit.locator)
                    threshold = each.thresholds.tentative_margin if clause == words else 0.0
                    if key in self.articles and each.score >= max(threshold, found.get(key, threshold)):
                        found[key] = each.score
        return dict(sorted(found.items(), key=lambda each: -each[1]))

    def title_shares(self, words: str, language: str, treaty_ids: frozenset[str]) -> dict[Key, float]:
        """The share of the title of each article of some treaties that its text and words in its language have too, by key, if any. What
        the title of a treaty has too, or half of the articles of one of them, counts for nothing."""
        content = set(self._engine.vocabulary.content_of(words, language))
        titles = self._title_words(treaty_ids, language)
        shares = {key: len(own & text & content) / max(len(own), 1) for key, (own, text) in titles.items()}
        return {key: share for key, share in shares.items() if share}

    def _distinctive_title_words(
        self, treaty_ids: frozenset[str], language: str
    ) -> dict[Key, tuple[set[str], set[str]]]:
        """The words of titles that count, and those of the texts, of articles in a language, by key."""

        def content(text: str) -> set[str]:
            return set(self._engine.vocabulary.content_of(text, language))

        texts, common = dict[Key, set[str]](), set[str]()
        for treaty in (each for each in self._treaties.values() if each.id in treaty_ids and each.language == language):
            articles = [each for each in self.articles.values() if each.document is treaty]
            own = {each.key: content(" ".join(unit.text for unit in self.paragraphs_of(each))) for each in articles}
            counts = Counter(word for each in articles for word in own[each.key] | content(each.title))
            common |= content(treaty.title) | {word for word in counts if 2 * counts[word] >= len(own)}
            texts |= own
        return {key: (content(self.articles[key].title) - common, text) for key, text in texts.items()}

    def find_cross_referenced(
        self, applicable: Iterable[Article], doubtful: Iterable[Article] = (), leading: Iterable[Key] = ()
    ) -> list[Article]:
        """Other articles than the applicable ones that refer to, or are referred to by, several of these or of doubtful ones, or to which
        one of the leading ones refers."""
        applicable_keys = {article.key for article in applicable}
        near_keys = applicable_keys | {article.key for article in doubtful}
        references = {(key, second) for key in self.articles for second in self._references(key)}
        pairs = references | {pair[::-1] for pair in references}
        counts = Counter(first for first, second in pairs if first not in applicable_keys and second in near_keys)
        found = {key for key in counts if counts[key] >= MIN_REFERENCES}
        found |= {second for key in leading for second in self._references(key)} - applicable_keys
        return [self.articles[key] for key in sorted(found)]

    def paragraphs_of(self, article: Article) -> Iterator[Unit]:
        """The paragraphs of an article in order, each with the items below it."""
        document, covered_until = article.document, -1
        for block in document.blocks[article.heading.ordinal + 1 :]:
            if article_number(block.locator) != article.number:
                break
            is_covered = block.ordinal <= covered_until or block.kind in ("heading", "footnote")
            if is_covered or not document.body(block).strip():
                continue
            end = [block, *items_below(document, block)][-1]
            covered_until = end.ordinal
            passage_id = self._engine.library.passage_id_at(document.id, block.body_start)
            for passage in self._engine.library.passages_by_id([passage_id]).values() if passage_id else ():
                yield Unit(Evidence(passage, document), block.body_start, end.end, block.locator, block.ordinal)

    def _referenced_keys(self, key: Key) -> set[Key]:
        """The keys of the articles to which one refers; most refer to none."""
        article = self.articles[key]
        text = " ".join(" ".join(unit.text.split()) for unit in self.paragraphs_of(article))
        return {each.key for each in self.find_named(text, article.document)} - {key}


def article_number(locator: str) -> str:
    """The number of the article that a locator names; empty where it names none."""
    kind, _, number = locator.split(",")[0].partition(" ")
    return number.split(" (")[0] if kind == "art." else ""


def _find_articles(treaty: Document) -> Iterator[Article]:
    for block in treaty.blocks:
        number = article_number(block.locator)
        if block.kind == "heading" and number and block.locator == f"art. {number}":
            words = " ".join(treaty.block_text(block).split())
            yield Article(treaty, number, words.partition(number)[2].strip(" .:–—-"), block)


def _distinctive_title(title: str, treaty_title_stems: set[str], language: str) -> str:
    """A title without the words that its treaty's title has too; unchanged where no other is left."""
    stems = ((word, set(analyse(word, language))) for word in title.split())
    words = " ".join(word for word, own in stems if not own or not own <= treaty_title_stems)
    return words if analyse(words, language) else title
