"""Words that are read apart from the content of a text, in the six languages: function words, negations, numbers, places."""

from __future__ import annotations

from functools import lru_cache

from corpus.analysis import analyse, fold
from corpus.calendar_names import name_numbers
from corpus.dates import dates_in

_STOPS = {
    "en": "a an the and or but if of to in on at by for from with about as into upon over between than then so is are was "
    "were be been being am do does did done has have had having will would shall should can could may might must it its "
    "this that these those there here he she they them their his her we us our you your i who whom whose which what "
    "when where why how also any such per via within during while under both each all other",
    "fr": "le la les l d un une des du de et ou mais donc car si à a au aux en dans par pour sur sous avec entre pendant "
    "est sont était étaient sera seront être été ai as avons ont avait avoir peut peuvent doit doivent il elle ils elles "
    "on nous vous je tu se ce cet cette ces cela qui que quoi quel quelle quels quelles quand comment où dont plus aussi "
    "son sa ses leur leurs notre nos votre vos y tout tous toute toutes c s n qu",
    "es": "el la los las lo un una unos unas de del y e o u pero si a al en con por para sobre entre desde hasta durante "
    "según es son era eran fue fueron será serán ser sido está están estar ha han había haber hay puede pueden debe "
    "deben se su sus este esta estos estas ese esa esos esas que quien quienes cual cuales cuando donde como más también "
    "ya él ella ellos ellas todo todos toda todas cada otro otra",
    "ru": "и а но или либо же ли бы в во на с со к ко о об обо от из у за по под над при про для через между как так что "
    "чтобы если то это этот эта эти этого этой этом тот та те того он она оно они его ее её их им ей ему них мы вы я "
    "который которая которое которые которых котором какой где когда был была было были будет будут быть является "
    "являются может могут также тоже все всех весь всё должен должна должны",
    "ar": "في من إلى على عن مع بين خلال بعد قبل حتى منذ عند لدى حول ضد تحت فوق و أو أم ثم لكن بل إن أن إذا لو كي ما قد كان "
    "كانت كانوا يكون تكون هو هي هم هن نحن هذا هذه هؤلاء ذلك تلك هناك الذي التي الذين كل جميع بعض كما به بها فيه فيها منه "
    "منها له لها لهم عليه عليها إليه إليها عنه عنها يجوز يجب يتم سوف حيث عندما",
    "zh": "",
}
HAN_FUNCTION = "的了在是和与及或而但也都就还又把被给对由从到于为以之其这那各每该将应并且等"
"""Chinese function characters: words are cut at them, in claim and quote alike."""

_NEGATIONS = {
    "en": "not no never none nor neither nobody nothing cannot",
    "fr": "ne n pas non ni jamais aucun aucune nul nulle rien",
    "es": "no ni nunca jamás ningún ninguno ninguna nadie nada tampoco",
    "ru": "не ни нет никогда никто ничто никакой никакая никакие никаких нельзя",
    "ar": "لا لم لن ليس ليست ليسوا غير دون ولا ولم ولن وليس فلا بلا وغير ودون",
    "zh": "",
}
HAN_NEGATIONS = r"不(?![仅但论管过断同])|没有?|无(?!论)|未(?!来)|非(?![洲常法])|勿|莫|毋"
NOT_NEGATIONS = (
    r"\bnot only\b|\bnot least\b|\bnon seulement\b|\bpas seulement\b|\bno s[oó]lo\b|\bno solamente\b|\bno obstante\b|"
    r"\bне только\b|\bلا سيما\b|\bولا سيما\b|\bn[o°º]s?\.?\s*(?=\d)"
)
"""Idioms that only look like a negation, and the abbreviation of “number”."""

_SMALL = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize - - - vingt",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte",
    "ru": "ноль один|одного|одна|одну два|две|двух|двум|двумя три|трех|трёх|трем|тремя четыре|четырех|четырёх|четырем "
    "пять|пяти|пятью шесть|шести семь|семи восемь|восьми девять|девяти десять|десяти одиннадцать|одиннадцати "
    "двенадцать|двенадцати тринадцать|тринадцати четырнадцать|четырнадцати пятнадцать|пятнадцати шестнадцать "
    "семнадцать восемнадцать девятнадцать двадцать|двадцати",
    "ar": "صفر واحد|واحدة اثنان|اثنين|اثنتان|اثنتين ثلاث|ثلاثة أربع|أربعة خمس|خمسة ست|ستة سبع|سبعة ثمان|ثماني|ثمانية "
    "تسع|تسعة عشر|عشرة - - - - - - - - - عشرون|عشرين",
}  # fmt: skip
_LARGE = {
    "en": {30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred",
           1000: "thousand"},
    "fr": {30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 100: "cent", 1000: "mille"},
    "es": {30: "treinta", 40: "cuarenta", 50: "cincuenta", 60: "sesenta", 70: "setenta", 80: "ochenta", 90: "noventa",
           100: "cien|ciento", 1000: "mil"},
    "ru": {30: "тридцать|тридцати", 40: "сорок|сорока", 50: "пятьдесят", 60: "шестьдесят", 70: "семьдесят",
           80: "восемьдесят", 90: "девяносто", 100: "сто|ста", 1000: "тысяча|тысячи|тысяч"},
    "ar": {30: "ثلاثون|ثلاثين", 40: "أربعون|أربعين", 50: "خمسون|خمسين", 100: "مائة|مئة", 1000: "ألف"},
}  # fmt: skip

PLACES = (
    r"\b(?:articles?|arts?\.|art[íi]culos?|(?:sub)?paragraphe?s?|paras?\.?|p[áa]rrafos?|alin[ée]as?|items?|points?|temas?|"
    r"puntos?|annex(?:es|e)?|anexos?|chapters?|chapitres?|cap[íi]tulos?|sections?|secci[óo]n(?:es)?|parts?|partie|parte|"
    r"tables?|tableaux?|cuadros?|pages?|p[áa]ginas?|footnotes?|appendix|rules?)|"
    r"\b(?:стать\w+|статей|пункт\w*|приложени\w+|глав\w+|раздел\w*|таблиц\w*|страниц\w*|ч(?:асть|асти))|"
    r"(?:[وفبكل]{0,2}(?:ال)?|لل)(?:ماد(?:ة|تان|تين)|مواد|فقر(?:ة|ات|تان|تين)|بند|بنود|مرفق(?:ات)?|فصل|جدول|صفحة)|"
    r"第|项目|附件|附录|表"
)
"""What a number of a place follows: the citation's locator may show such a number."""

_TIMETABLE = {
    "en": "agenda item items is are taken up on continued announces announced document documents no meeting meetings "
    "sitting sittings organization of work has over days day last lasts hours hour in all listed that between there break "
    "from to first begins ends takes place held at and for the a plenary open opens close closes",
    "fr": "point points ordre du jour examiné est sont suite annonce aucun document séance séances organisation travaux "
    "prévoit durent dure heures heure total figure durée totale entre pause première dernière commence termine réunion "
    "tient compte jours jour",
    "es": "tema temas programa se examina examinan continuación anuncia ningún documento sesión sesiones organización "
    "trabajos prevé duran dura horas hora total figura entre pausa primera última comienza termina reunión celebra tiene "
    "días día",
    "ru": "пункт пункта пункты пунктов повестки повестке дня рассматривается продолжение для указан указано документ "
    "документов заседание заседаний заседаниях заседаниями заседания организация организации работы предусматривает дней "
    "общая продолжительность часов часа час ч значится перерыв между первое последнее начинается заканчивается число "
    "место даты совещания года",
    "ar": "البند للبند بنود البنود جدول الأعمال ينظر فيه تابع يعلن أي وثيقة الوثيقة يتضمن تنظيم جلسات جلسة جلستي الجلسة "
    "الجلسات مدى أيام يوم مجموع مدة مدتها مدرج ساعات ساعة ساعتان الساعة استراحة تبدأ تنتهي الأولى الأخيرة عدد ينعقد "
    "الاجتماع كانون تشرين الأول الثاني",
    "zh": "议程项目 议程 项目 的审议时间 审议时间 续 列出的文件 列出文件 列出 文件 工作安排中 工作安排 共有 次会议 会议 为期 共计 列入 小时 "
    "两次 之间 休息 首次 最后一次 开始 结束 举行 没有 个 天",
}
"""What a timetable's own words are: they say what a row is, not what it holds. Derived claims, which put a cited row
into a sentence, may say these unquoted."""


@lru_cache(maxsize=8)
def stops(language: str) -> frozenset[str]:
    """Analysed function words, negations among them (these are checked by themselves)."""
    forms = f"{_STOPS[language]} {_NEGATIONS[language]}"
    return frozenset(token for form in forms.split() for token in analyse(form, language))


@lru_cache(maxsize=8)
def negations(language: str) -> frozenset[str]:
    """Folded words that negate."""
    return frozenset(fold(form) for form in _NEGATIONS[language].split())


@lru_cache(maxsize=8)
def number_words(language: str) -> dict[str, int]:
    """Folded number words with their values; empty for Chinese, whose numerals are read by `values`."""
    pairs = [*enumerate(_SMALL.get(language, "").split()), *_LARGE.get(language, {}).items()]
    return {fold(form): value for value, forms in pairs for form in forms.split("|") if form != "-"}


@lru_cache(maxsize=1)
def timetable() -> tuple[frozenset[str], tuple[str, ...]]:
    """Folded words of a timetable in all languages, and the Chinese phrases, longest first."""
    words = frozenset(
        fold(word) for language, forms in _TIMETABLE.items() if language != "zh" for word in forms.split()
    )
    return words, tuple(sorted(_TIMETABLE["zh"].split(), key=len, reverse=True))


@lru_cache(maxsize=1)
def weekday_numbers() -> dict[str, int]:
    """Folded names of the days of the week in all languages with their numbers, Monday 0."""
    return {fold(form): number for form, number in name_numbers("weekdays").items()}


@lru_cache(maxsize=8_192)
def month_of(word: str) -> int | None:
    """The month that a word names in one of the languages, 1 to 12."""
    found = dates_in(f"1 {word} 2000") if word.isalpha() else ()
    return found[0].month if found else None


def names_time(word: str) -> bool:
    """Whether a word is the name of a month or of a day of the week."""
    return fold(word) in weekday_numbers() or month_of(word) is not None
