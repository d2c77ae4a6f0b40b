"""The legal framework of a subject: the articles that apply to it, and the sections that list and quote them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby

from assistant.answer_phrases import joined, mark, place_name, say
from assistant.qa.answer import Statement
from assistant.qa.citations import quote_unit
from assistant.qa.missing_documents import INSTRUMENT, TREATY, MissingDocuments
from assistant.qa.units import Unit
from assistant.reports.brief.agenda_sections import item_annotations
from assistant.reports.brief.articles import Article, ArticleFinder, Key
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import UnitSelector
from assistant.reports.brief.subject import Theme
from assistant.reports.brief.unit_checks import is_later_than_meeting
from assistant.reports.lookup import cite
from corpus.analysis import fold
from corpus.catalogue import CatalogueEntry

MAX_ARTICLE_THEMES = 8
"""More themes than this are sections of a document; its articles are then searched by its title alone."""
MAX_NAMING, MAX_PLACES = 4, 3
"""Most units that name articles, and most closest articles of a theme."""
PASSAGES_PER_TREATY = 6
"""Passages of each treaty that are read for each theme."""
MAX_FULL_ARTICLES = 40
"""Most articles that are given in full."""


@dataclass(frozen=True)
class Framework:
    """The articles that apply: by theme, named by sources only, and referenced by several of these; with the units
    that name them, the closest articles for themes that no article certainly answers, and the finder."""

    finder: ArticleFinder
    by_theme: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()
    only_named: tuple[Article, ...] = ()
    cross_referenced: tuple[Article, ...] = ()
    naming_units: tuple[Unit, ...] = ()
    closest: tuple[tuple[Theme, tuple[Article, ...]], ...] = ()

    @property
    def articles(self) -> list[Article]:
        """All of them, in the order of the treaties."""
        found = [*(each for _, own in self.by_theme for each in own), *self.only_named, *self.cross_referenced]
        return sorted(found, key=Article.place)


def find_framework(selector: UnitSelector) -> Framework:
    """The articles that apply to the subject of a briefing; they are searched once."""
    if selector.framework is not None:
        return selector.framework
    subject = selector.subject
    finder = ArticleFinder(selector.engine, subject.treaty_ids)
    selector.framework = Framework(finder)
    if not subject.treaty_ids:
        return selector.framework
    whole_subject = Theme("", subject.title)
    own_units = [unit for each in subject.own_ids for unit in selector.iter_units(selector.library.document(each))]
    own_texts = ((unit.text, unit.document.language) for unit in own_units)
    cited_treaties = finder.find_cited_treaties([*_subject_texts(selector), *own_texts])
    theme_by_article, closest_keys, doubtful, leading = _assign_themes(selector, finder, whole_subject, cited_treaties)
    articles_in = {unit: finder.find_named(unit.text, unit.document) for unit in own_units}
    naming_units = [unit for unit, named in articles_in.items() if named and selector.is_quotable(unit)]
    naming_units = [unit for unit in naming_units if not is_later_than_meeting(selector, unit)]
    naming_units.sort(key=lambda unit: (-len(articles_in[unit]), unit.document.id, unit.start))
    named_articles = {each.key: each for unit in naming_units for each in articles_in[unit]}
    applicable = [finder.articles[key] for key in {**theme_by_article, **named_articles}]
    by_theme = tuple(
        (theme, tuple(finder.articles[key] for key, assigned in theme_by_article.items() if assigned == theme))
        for theme in dict.fromkeys((*subject.themes, whole_subject))
    )
    near = [finder.articles[key] for key in doubtful if applicable]
    cross_referenced: list[Article] = []
    # For an item, the articles to which those surely on it refer apply too, and what is connected with several of all these.
    for referring in (leading, []) if leading else ([],):
        further = finder.find_cross_referenced([*applicable, *cross_referenced], near, referring)
        cross_referenced += [each for each in further if each.document.id in cited_treaties]
    only_named = tuple(each for key, each in named_articles.items() if key not in theme_by_article)
    listed = {*theme_by_article, *named_articles, *(each.key for each in cross_referenced)}
    closest = []
    for theme, keys in closest_keys.items():
        closest_articles = [key for key in keys if key not in listed][:MAX_PLACES]
        listed.update(closest_articles)
        closest.append((theme, tuple(finder.articles[key] for key in closest_articles)))
    selector.framework = Framework(
        finder, by_theme, only_named, tuple(cross_referenced), tuple(naming_units[:MAX_NAMING]), tuple(closest)
    )
    return selector.framework


def _assign_themes(
    selector: UnitSelector, finder: ArticleFinder, whole_subject: Theme, cited_treaties: frozenset[str]
) -> tuple[dict[Key, Theme], dict[Theme, list[Key]], list[Key], list[Key]]:
    """The theme of each article that is similar to one or answers it, or whose title has words of an item, and the closest articles of
    other themes; for an item also those of them that come up once, for one theme in one way, and the articles that come up more often."""
    subject, language = selector.subject, selector.subject.title_language

    def may_be_certain(key: Key) -> bool:
        # A reader likes articles on matters near to a theme. What surely applies to it has its words.
        return subject.request.kind != "theme" or _mentions_theme(selector, finder, finder.articles[key])

    similar: dict[Key, tuple[float, Theme]] = {}
    answering: dict[Key, Theme] = {}
    closest_keys: dict[Theme, list[Key]] = {}
    evidence = defaultdict[Key, set[tuple[str, Theme]]](set)
    themes = dict.fromkeys((*(() if len(subject.themes) > MAX_ARTICLE_THEMES else subject.themes), whole_subject))
    passages = PASSAGES_PER_TREATY * (2 if subject.user_question else 1)
    for theme in themes:
        selector.slices.end()
        found = finder.find_similar(theme.words, language)
        similar_articles = {key: odds for key, odds in found.items() if may_be_certain(key)}
        for key, odds in similar_articles.items():
            if (odds >= 0.0 or key[0] in cited_treaties) and (key not in similar or odds > similar[key][0]):
                similar[key] = odds, theme
        answered = finder.find_answering(theme.words, language, passages, clauses=subject.item is not None)
        # The words of a user name no treaty: there, as for questions, only the scores of the reader decide, and the
        # closest articles are those of a treaty that has an answer.
        with_answer = {key[0] for key, score in answered.items() if score >= 0.0}
        answering_treaties = with_answer if subject.user_question else cited_treaties
        # What comes close to a theme of an item and has a word of it in its title comes up in two ways.
        titled = finder.title_shares(theme.words, language, cited_treaties) if subject.item else {}
        methods = {"similar": similar_articles, "answering": answered, "titled": titled.keys() & answered}
        for method, keys in methods.items():
            for key in keys:
                evidence[key].add((method, theme))
        for key, score in answered.items():
            is_certain = (score >= 0.0 and may_be_certain(key)) or key in titled
            if is_certain and (key[0] in answering_treaties or key in similar_articles):
                answering.setdefault(key, theme)
            elif key[0] in answering_treaties and (subject.user_question or (subject.item and theme.heading)):
                closest_keys.setdefault(theme, []).append(key)
    # An article that answers a theme stays with it, even if it is also similar to the subject as a whole.
    answering = {key: theme for key, theme in answering.items() if theme.heading or key not in similar}
    assigned = {**{key: theme for key, (_, theme) in similar.items()}, **answering}
    doubtful, leading = list[Key](), list[Key]()
    if subject.item is not None:
        # Half of the title are words of the item: that is no coincidence.
        words = " ".join(theme.words for theme in themes)
        shares = finder.title_shares(words, language, cited_treaties)
        half_titled = [key for key, share in shares.items() if 2 * share >= 1]
        assigned = {**dict.fromkeys(half_titled, whole_subject), **assigned}
        # Themes of an item share much: an article on it comes up for more than one of them, or in both ways.
        lone = {key for key in assigned if len(evidence[key]) == 1} - {*half_titled}
        leading = [key for key in assigned if key not in lone]
        doubtful = [key for key, theme in assigned.items() if theme.heading and key in lone]
        for key in doubtful:
            theme = assigned.pop(key)
            closest_keys[theme] = [key, *(each for each in closest_keys.get(theme, ()) if each != key)]
    return assigned, closest_keys, doubtful, leading


def _mentions_theme(selector: UnitSelector, finder: ArticleFinder, article: Article) -> bool:
    """Whether an article has all words of the user's theme, beside the title of its treaty. In another language that is not known."""
    question, document = selector.subject.user_question, article.document
    if question is None or question.language != document.language:
        return True
    texts = (unit.text for unit in finder.paragraphs_of(article))
    return question.has_all_words(" ".join((document.title, article.title, *texts)), document.language)


def find_missing_treaties(selector: UnitSelector) -> tuple[str, ...]:
    """The names of treaties that are not in the library and belong to the subject: for a theme, those whose names have all its words
    and that documents on it name; else those that the title of the subject or the annotations of the item name."""
    subject, engine = selector.subject, selector.engine
    library, catalogue = engine.library, engine.catalogue
    lacking = MissingDocuments(library, catalogue)
    missing = [each for each in catalogue.entries if each.kind in (INSTRUMENT, TREATY) and not lacking.has_text(each)]
    if subject.user_question is None:
        texts = _subject_texts(selector)
        named = {entry.key for words in texts for entry in engine.question(*words).named}
        return tuple(each.short or each.title for each in missing if each.key in named)
    titles = [each.title for each in catalogue.entries if each.kind in (INSTRUMENT, TREATY)]

    def is_on_theme(entry: CatalogueEntry) -> bool:
        # "supplementing the Convention ..." tells what another treaty is about
        others = (each for each in titles if each != entry.title and each in entry.title)
        own_title = reduce(lambda title, other: title.replace(other, " "), others, entry.title)
        names = (own_title, *(name for name in entry.names if name != entry.title))
        return any(subject.user_question.has_all_words(name, "en") for name in names if subject.user_question)

    found = list(filter(is_on_theme, missing))
    units = [each.unit for each in selector.score_units(subject.title, subject.other_ids)] if found else []
    texts_on_theme = [fold(document.text) for document in {unit.document.id: unit.document for unit in units}.values()]
    named = {entry.key for unit in units for entry in engine.question(unit.text, unit.document.language).named}

    def is_named(entry: CatalogueEntry) -> bool:
        names = [fold(name) for name in entry.names if len(name.split()) > 1]
        return entry.key in named or any(name in text for name in names for text in texts_on_theme)

    return tuple(each.short or each.title for each in found if is_named(each))


def build_framework(selector: UnitSelector) -> Section:
    """The units of sources that name articles, and the articles that apply by theme, without duplicates; and which treaties on the subject
    are not in the library. Where one of these is on the user's theme, articles that only come closest would stand in for it."""
    framework, language = find_framework(selector), selector.language
    missing = find_missing_treaties(selector)
    remarks = tuple(say("referred_to", language, name=name) for name in missing)
    parts = [Part("", selector.quote_units(framework.naming_units))]
    whole_heading = say("articles_whole", language) if selector.subject.item else ""
    by_heading: dict[str, list[Article]] = {}
    for theme, articles in framework.by_theme:
        by_heading.setdefault(theme.heading or whole_heading, []).extend(articles)
    by_heading.setdefault(say("articles_named", language), []).extend(framework.only_named)
    by_heading.setdefault(say("articles_further", language), []).extend(framework.cross_referenced)
    parts += [Part(heading, _list_by_treaty(selector, articles)) for heading, articles in by_heading.items()]
    for theme, articles in () if missing and selector.subject.user_question else framework.closest:
        heading = say("closest", language, theme=theme.heading or selector.subject.title)
        parts.append(Part(heading, _list_by_treaty(selector, articles), sure=False))
    return selector.make_section("framework", *parts, remarks=remarks)


def _list_by_treaty(selector: UnitSelector, articles: Sequence[Article]) -> tuple[Statement, ...]:
    """A sentence for each treaty that lists its articles."""
    by_treaty = groupby(sorted(articles, key=Article.place), key=lambda each: each.document.id)
    return tuple(_list_articles(selector, list(own)) for _, own in by_treaty)


def build_articles(selector: UnitSelector) -> Section:
    """The articles that apply in full, paragraph by paragraph; below them what digests have of others, which are called so."""
    framework, language = find_framework(selector), selector.language
    parts = []
    articles = sorted(framework.articles[:MAX_FULL_ARTICLES], key=_is_in_digest)
    for article in articles:
        selector.slices.end()
        statements = tuple(map(quote_unit, framework.finder.paragraphs_of(article)))
        heading = f"{article_name(article)}{mark(':', language)}{article.title}".rstrip(" :：")
        parts.append(Part(f"{heading} ({say('digest', language)})" if _is_in_digest(article) else heading, statements))
    names = ["section_articles", "section_articles_some", "section_articles_digest"]
    name = names[any(map(_is_in_digest, articles)) + (bool(articles) and all(map(_is_in_digest, articles)))]
    return selector.make_section("articles", *parts, heading=say(name, language))


def _is_in_digest(article: Article) -> bool:
    return article.document.edition == "digest"


def _list_articles(selector: UnitSelector, articles: Sequence[Article]) -> Statement:
    """A sentence that lists articles of one treaty with their titles, which it cites."""
    language, document = selector.language, articles[0].document
    numbers = (place_name(f"art. {each.number}", language) for each in articles)
    names = [f"{name} ({each.title})" if each.title else name for name, each in zip(numbers, articles, strict=True)]
    treaty_titles = [each for each in document.blocks if each.kind == "heading" and each.locator == "title"][:1]
    headings = [*treaty_titles, *(each.heading for each in articles)]
    citations = tuple(cite(selector.library, document, head, (head.start, head.end)) for head in headings)
    text = say("articles_of", language, treaty=document.short or document.title, articles=joined(names, language))
    return Statement(text, "derived", citations)


def article_name(article: Article) -> str:
    document = article.document
    return f"{document.short or document.title}, {place_name(f'art. {article.number}', document.language)}"


def _subject_texts(selector: UnitSelector) -> Iterator[tuple[str, str]]:
    """The texts that tell which treaties a subject is about: title, annotations and mandate; each with its language."""
    subject = selector.subject
    yield subject.title, subject.title_language
    if subject.item is not None:
        _, _, agenda = subject.item_context
        for ordinal in sorted(item_annotations(selector)):
            yield agenda.body(agenda.blocks[ordinal]), agenda.language
