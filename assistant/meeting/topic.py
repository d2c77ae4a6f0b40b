"""Which agenda items a question means, by number or by subject, and whether it means the meeting at all."""

from __future__ import annotations

import re

from assistant.qa.scope import is_under
from assistant.question import Question
from corpus.analysis import analyse, fold, words
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting

COSINE = 0.42
"""Least likeness in meaning of a subject and an item's title."""
MARGIN = 0.06
"""How much nearer the best item must be than the next."""
SHARE = 0.5
"""Share of a subject's words that by itself tells which item is meant."""
BESIDE = 0.3
"""What a further word of the question adds that a title has."""
_ADMIN = frozenset(
    [
        "show",
        "list",
        "give",
        "when",
        "which",
        "what",
        "time",
        "day",
        "hour",
        "date",
        "item",
        "agenda",
        "meeting",
        "session",
        "sitting",
        "plenary",
        "schedule",
        "timetable",
        "discuss",
        "take",
        "up",
        "taken",
        "start",
        "begin",
        "end",
        "finish",
        "deal",
        "dealt",
        "with",
        "come",
        "first",
        "last",
        "next",
        "morning",
        "afternoon",
        "document",
        "paper",
        "background",
        "documentation",
        "read",
        "talk",
        "work",
        "group",
        "delegate",
        "topic",
        "point",
        "debate",
        "consider",
        "cover",
    ]
)


class Topic:
    """What one question is about, seen from one meeting."""

    def __init__(self, question: Question, meeting: Meeting, library: Library) -> None:
        self._question = question
        self._meeting = meeting
        self._library = library
        self._language = library.document(meeting.document_id).language
        self.words = self._topic_words()

    @property
    def administrative(self) -> bool:
        """Whether the question has no subject beyond meetings, items, documents and times."""
        return not self.words

    def items(self, *, documents: bool = False) -> list[AgendaItem]:
        """The items that the question names by number, or the one whose subject it has; of one item that it is asked of,
        only this, which is meant where it has no subject.

        With `documents` the announced documents tell the items apart as well.
        """
        only = self._question.of_item
        if only is None:
            return self._items(documents=documents)
        found = self._meeting.items if self.administrative else self._items(documents=documents)
        return [item for item in found if is_under(item.number, only) and self._single(item)]

    def _items(self, *, documents: bool) -> list[AgendaItem]:
        question = self._question
        if question.items:
            return [item for item in self._meeting.items if item.number in question.items]
        if not self.words or not self._at_home():
            return []
        scored = sorted(
            (
                (self._likeness(item, documents), n, item)
                for n, item in enumerate(self._meeting.items)
                if self._single(item)
            ),
            key=lambda row: (-row[0][0], row[1]),
        )
        (total, share, cosine), _, best = scored[0]
        second = scored[1][0][0] if len(scored) > 1 else 0.0
        sure = share >= SHARE or (cosine >= COSINE and total - second >= MARGIN)
        return [best] if sure and total > second else []

    def _at_home(self) -> bool:
        """Whether a subject is one of this meeting's: the question speaks of meetings."""
        return self._question.says("item", "agenda", "schedule", "meetings", "which_document")

    def _single(self, item: AgendaItem) -> bool:
        """Not an item whose sub-items stand for it."""
        return not any(other.main == item.number and other is not item for other in self._meeting.items)

    def _likeness(self, item: AgendaItem, documents: bool) -> tuple[float, float, float]:
        """(total, share of the subject's words that the title names, cosine of subject and title)."""
        document = self._library.document(self._meeting.document_id)
        title = item.title
        if documents:
            announced = (document.block_text(document.blocks[ordinal]) for _, ordinal in item.documentation)
            title = " ".join([title, *announced])
        titled = set(analyse(title, self._language))
        concepts = {mention.concept for mention in self._question.vocabulary.mentions(title, self._language)}
        covered = set(self.words) & titled if self._question.language == self._language else set()
        for mention in self._question.terms:
            if mention.concept in concepts:
                said = self._question.text[mention.start : mention.end]
                covered.update(analyse(said, self._question.language))
        share = len(covered & set(self.words)) / len(set(self.words))
        subject = self._subject()
        cosine = self._library.likenesses(subject, [title])[0] if subject else 0.0
        # Of two titles with the same words of the subject, the one with more words of the question is meant.
        beside = self._spoken() & titled - covered if self._question.language == self._language else set()
        return cosine + (0.6 * share + BESIDE * len(beside) if share else 0.0), share, cosine

    def _spoken(self) -> set[str]:
        """The content words of the question, but for those of `agenda item`."""
        question = self._question
        bare = question.vocabulary.without("item", question.text, question.language)
        return set(question.vocabulary.content(analyse(bare, question.language), question.language))

    def _subject(self) -> str:
        """The subject in words that the library's first embedding model reads."""
        question = self._question
        if question.language == "en" or self._library.embedder.languages is None:
            kept = [
                word for word, _, _ in words(question.text) if set(analyse(word, question.language)) & set(self.words)
            ]
            return " ".join(kept)
        names = []
        for mention in question.terms:
            said = question.text[mention.start : mention.end]
            if set(analyse(said, question.language)) & set(self.words):
                names.append(question.vocabulary.names(mention.concept, "en")[0])
        return " ".join(dict.fromkeys(names))

    def _topic_words(self) -> list[str]:
        question = self._question
        vocabulary, language = question.vocabulary, question.language
        admin: set[str] = set()
        for kind in _KINDS:
            for form in vocabulary.forms(kind, language):
                admin.update(analyse(form, language))
        for group in ("weekdays", "months", "dayparts", "numbers", "ordinals"):
            for named in vocabulary.groups(group, language).values():
                for word in named:
                    admin.update(analyse(str(word), language))
        if language == "en":
            admin.update(token for word in _ADMIN for token in analyse(word, "en"))
        admin.update(token for word in _MEETING_WORDS[language].split() for token in analyse(word, language))
        return [token for token in question.content if token not in admin and not token.isdigit() and len(token) > 1]


def asks_content(question: Question) -> bool:
    """Whether a question wants to know what a document says, not which document it is."""
    return bool(_CONTENT[question.language].search(question.text))


def asks_purpose(question: Question) -> bool:
    """Whether a question asks what something is for or about."""
    return bool(_PURPOSE[question.language].search(question.text))


def asks_amount(question: Question) -> bool:
    """Whether a question asks how much or for a total."""
    return question.says("how_many") or bool(_TOTAL.search(question.text))


def asks_break(question: Question) -> bool:
    """Whether a question is about the time between meetings."""
    return bool(_BREAK.search(question.text))


def asks_held(question: Question) -> bool:
    """Whether a question is about how much of a document is held."""
    return bool(_HELD[question.language].search(question.text))


def asks_interval(question: Question) -> bool:
    """Whether a question asks how long before or after something another thing is."""
    return bool(_INTERVAL.search(question.text))


def asks_past(question: Question) -> bool:
    """Whether a question is about what has been done, which no timetable tells."""
    return bool(_PAST[question.language].search(fold(question.text)))


_BREAK = re.compile(
    r"\b(?:lunch|break|between|pause|déjeuner|entre|pausa|almuerzo|comer|перерыв\w*|обед\w*|между)\b|استراحة|غداء|(?<!\w)و?بين(?!\w)|午餐|休息|午休|之间",
    re.IGNORECASE,
)
_HELD = {
    "en": re.compile(r"\b(?:only|just) (?:its|the) title\b|\b(?:whole|full|entire|complete) (?:paper|document|text)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:seulement|que) (?:son|le) titre\b|\btexte (?:intégral|complet|entier)\b|\bdocument (?:entier|complet|intégral)\b", re.IGNORECASE),
    "es": re.compile(r"\bs[oó]lo (?:su|el) título\b|\btexto (?:íntegro|completo)\b|\bdocumento (?:entero|completo|íntegro)\b", re.IGNORECASE),
    "ru": re.compile(r"\bтолько (?:его |ее |её )?(?:название|заголовок)\b|\bполн(?:ый|ого|ом) текст\w*|\bвесь (?:документ|текст)\b|\bцеликом\b", re.IGNORECASE),
    "ar": re.compile(r"عنوانها فقط|عنوانه فقط|النص الكامل|النص كاملا|الوثيقة كاملة|الورقة كاملة"),
    "zh": re.compile("全文|整份文件|只有标题|仅有标题|只有题目"),
}  # fmt: skip
_INTERVAL = re.compile(
    r"\b(?:before|after|prior to|ahead of|avant|après|antes de|después de|до|после)\b|(?<!\w)(?:قبل|بعد)(?!\w)|之前|之后|以前|以后",
    re.IGNORECASE,
)
_PAST = {
    "en": re.compile(r"\b(?:when|what (?:day|time|date)|which (?:day|date)|how long) (?:was|were|had|has)\b|\bdid\b"),
    "fr": re.compile(r"\b(?:a|ont|avait|avaient|etait|etaient|fut|furent)(?:-t-|-)?(?:ils?|elles?|on)?\b(?! lieu\b)(?= (?:\w+ )?\w+(?:e|i|u|es|is|us|ees?)\b)"),
    "es": re.compile(r"\b(?:fue|fueron|hubo|duro|duraron|tuvo|tuvieron|\w+(?:aron|ieron)|se (?:celebro|abrio|aprobo|inicio|clausuro))\b"),
    "ru": re.compile(r"\b(?:был|была|было|были|длил\w+|проходил\w*|состоял\w+|прошл[аоие]|прош[её]л|открыл\w+|закрыл\w+|началос\w|начался|закончил\w+)\b"),
    "ar": re.compile(r"(?<!\w)(?:كان|كانت|عقد|عقدت|انعقد|انعقدت|استغرق|استغرقت|استمر|استمرت|افتتح|افتتحت)(?!\w)"),
    "zh": re.compile("了|曾|已经|当时"),
}  # fmt: skip
_PURPOSE = {
    "en": re.compile(r"\b(?:good for|purposes?|useful|aims?|covers?|covered|about|why|who)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:sert|but|objectifs?|finalité|utilité|porte sur|portent sur|pourquoi|traitent? de)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:sirven?|para qué|objetivos?|finalidad|propósito|utilidad|trata de|tratan de|por qué)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:цел\w{1,3}|зачем|для чего|назначени\w+|польз\w+|почему|о ч[её]м)\b", re.IGNORECASE),
    "ar": re.compile("الغرض|الهدف|أهداف|هدف|الفائدة|فائدة|الغاية|لماذا|الجدوى"),
    "zh": re.compile("目的|用途|作用|用处|什么用|干什么|为什么|为何|好处|关于什么"),
}  # fmt: skip
_TOTAL = re.compile(r"\btotal|in all|altogether|au total|en total|всего|总共|一共|إجمالي|مجموع", re.IGNORECASE)
_KINDS = (
    "when", "who", "where", "how_many", "how_long", "which_document", "what", "item", "hours", "schedule", "meetings",
    "opening", "closing", "first", "last", "next", "place", "documents", "agenda", "all_items", "follow_up_starts",
)  # fmt: skip
_CONTENT = {
    "en": re.compile(
        r"\b(?:recommend\w*|conclu\w+|argue\w*|propos\w+|findings?|says?\b|said|state[sd]?|suggest\w*|advis\w+|main points?|"
        r"key points?|summar\w+|themes?|chapters?|paragraphs?|figures?|statistics|content|contents|according to|pages?|"
        r"examples?|describes?|explains?)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:recommand\w+|conclu\w+|propos\w+|dit|indique|contenu|selon|résum\w+|thèmes?|paragraphes?)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:recomiend\w+|recomendaci\w+|conclu\w+|propone\w*|dice|contenido|según|resum\w+|párrafos?)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:рекоменд\w+|вывод\w*|говорит\w*|содержани\w+|предлага\w+|согласно|резюме)\b", re.IGNORECASE),
    "ar": re.compile(r"توصي|توصيات|يقول|تقول|محتوى|مضمون|يقترح|استنتاج|ملخص"),
    "zh": re.compile("建议|结论|内容|提出|说了什么|根据|摘要"),
}  # fmt: skip
_MEETING_WORDS = {
    "en": "item matter issue thing kick whole group we delegates day days two four five people everyone sit room agenda lunch",
    "fr": "réunion groupe travail séance débute débuter délégués examiné examinés traité traités abordé discuté prévu prévus",
    "es": "reunión grupo trabajo sesión comienza empieza delegados tratar tratan tratarán examinar examina debatir previsto",
    "ru": "совещание группа рабочая заседание начинается начнется делегаты рассматривается рассматривать обсуждается обсуждать",
    "ar": "الاجتماع الفريق العامل الجلسة يبدأ تبدأ الوفود ينظر مناقشة يناقش تناقش",
    "zh": "会议 工作组 开始 讨论 审议 代表",
}
