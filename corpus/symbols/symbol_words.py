"""The words of United Nations document symbols.

Sources: the Dag Hammarskjöld Library's guide to document symbols (organs, bodies, nature of the document,
modifiers) and symbols in use. A symbol of an organ that is not listed is
still accepted where its form leaves no doubt (`corpus.symbols.symbol_evidence`).
"""

from typing import Literal, get_args

ModifierKind = Literal["Add", "Corr", "Rev", "Amend", "Summary"]
MODIFIERS: dict[str, ModifierKind] = {kind.upper(): kind for kind in get_args(ModifierKind)}

PRINCIPAL = frozenset({"A", "S", "E", "T"})
"""General Assembly, Security Council, Economic and Social Council, Trusteeship Council."""

_ORGANS = """
    ACC AGRI APLC AT ATT BWC CAC CAT CBD CCM CCPR CCW CD CEB CED CEDAW CERD CES CLCS CMW CRC CRPD
    CTOC DP EC ECA ECE ECLAC ENERGY ESCAP ESCWA FCCC GA GC HRI HSP ICCD ICSC ID IDB INCB IPBES ISBA
    ITC JIU LC LOS NPT PBC PCNICC SAICM SC SG SPLOS ST TD TIM TPNW TRADE TRANS UNAT UNCDF UNCTAD UNDP
    UNDT UNEP UNFF UNFPA UNHCR UNICEF UNIDO UNITAR UNODC UNOPS UNW WFC WFP
"""
ORGANS = PRINCIPAL | frozenset(_ORGANS.split())
"""First components of symbols: the organ, or the special series of a body."""

COMMONPLACE = frozenset({"AT", "CD", "EC", "GA", "GC", "ID", "ITC", "LC", "LOS", "SC", "SG", "TIM"})
"""Organs whose letters have other meanings in running text: there they need further evidence."""

FLAT = PRINCIPAL | frozenset({"CD", "GA", "SC"})
"""Organs that number documents without session or year: `S/12345`, `CD/2179`."""

_UNDER_PRINCIPAL = """
    AGENDA BUR CRP DEC ECA ECE ECLAC ESCAP ESCWA HRC ICEF INCB INF NGO NL OBS PET PRST RES UNICEF
"""
UNDER_PRINCIPAL = frozenset(_UNDER_PRINCIPAL.split())
"""Second components, without a number of their own, that follow `A/`, `S/`, `E/` or `T/`."""

_SERIES = """
    AGENDA CO CRP D DEC GC INF L MISC NGO NOTE PET PRST PV Q QPR R REP RES RQ SR TP WP
"""
SERIES = frozenset(_SERIES.split())
"""Components for the kind of document, alone (`INF/1`) or with a number (`CRP.2`)."""

RESOLUTIONS = frozenset({"RES", "DEC"})
TELLING_SERIES = frozenset({"CRP", "DEC", "INF", "NGO", "PET", "PRST", "RES"})

BODIES = frozenset(
    {"AC", "C", "CN", "CONF", "COP", "EA", "EB", "EX", "GC", "MEM", "MSP", "OP", "PC", "SC", "SUB", "WG"}
)
"""Components that, with a number behind a dot, name a body: a symbol cannot end with one."""

RECORDS = frozenset({"PV", "SR"})
"""Series of verbatim and summary records, whose headings are the subjects that were discussed."""
NUMBERED = frozenset({"AC", "C", "CN", "CONF", "CRP", "L", "PV", "R", "SC", "SR", "SUB", "WG", "WP"})
"""Components that people type without their dot: `WG7`, `CRP 2`."""

CAPITALS = ORGANS | UNDER_PRINCIPAL | SERIES | BODIES | NUMBERED
"""Components that are in capitals in canonical spelling."""

CASED = {word.upper(): word for word in ("Sub", "OzL", "ExCom")}
"""Components in mixed case; for modifiers see `MODIFIERS`."""

UNNUMBERED_PARTS = frozenset({"Introduction", "Plan", "Plan outline", "Resumption", "Supp"})
_NUMBERED_PARTS = {
    "Part": ("part", "partie", "parte", "часть"),
    "Sect.": ("sect", "section"),
    "Income sect.": ("income sect",),
    "Vol.": ("vol", "volume"),
    "Prog.": ("prog",),
}
PARTS = {word: name for name, words in _NUMBERED_PARTS.items() for word in words}
PARTS |= {name.lower(): name for name in sorted(UNNUMBERED_PARTS)}
"""Words in round brackets at the end of a symbol, `(Part II)`, `(Sect. 16)`, with their canonical spelling."""

VERSIONS = {
    words.casefold(): words
    for words in ("Expanded report", "Executive summary", "Highlights", "Report highlights", "Review highlights")
}
"""Words in square brackets at the end of a symbol, `[Expanded report]`, where a report is issued in several forms, with their
canonical spelling."""

_ORDINALS = {
    "I": "première premiere primera",
    "II": "deuxième deuxieme segunda",
    "III": "troisième troisieme tercera",
    "IV": "quatrième quatrieme cuarta",
    "V": "cinquième cinquieme quinta",
}
ORDINALS = {word: numeral for numeral, words in _ORDINALS.items() for word in words.split()}
"""French and Spanish ordinals, as older documents print them: `E/ICEF/672 (Première partie)`."""

Language = Literal["en", "fr", "es", "ru", "ar", "zh"]
LANGUAGES: tuple[str, ...] = get_args(Language)
"""The six official languages of the United Nations, as ISO 639-1 codes."""
