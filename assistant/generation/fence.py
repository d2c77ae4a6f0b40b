"""Fencing of untrusted text for a model: evidence and question as marked data, with ids, within a token budget.

Text of documents and users cannot leave its fence: angle brackets are escaped, invisible characters removed, and what looks like an evidence id
loses its brackets. Ids are made of the hash of the passage, so that no document can contain its own. Text that addresses a model is withheld.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.qa.retriever import Evidence

ID_LENGTH = 6
BYTES_A_TOKEN = 3
"""Bytes of UTF-8 that are counted as one token: few enough for every tokenizer in use to need less (English has four
characters a token, Chinese about one)."""
_MARKED = re.compile(rf"[\[【［(（]\s*((?:[0-9a-f]{{{ID_LENGTH}}}[\s,;]*)+)[\]】］)）]", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Fenced:
    """The fenced `text`; the passages in it by the ids that the model cites; those that did not fit; those of which some text was withheld."""

    by_id: dict[str, Evidence]
    left_out: tuple[Evidence, ...]
    withheld: tuple[Evidence, ...]
    text: str


def estimate_tokens(text: str) -> int:
    """An upper estimate of the tokens of a text."""
    return -(-len(text.encode("utf-8")) // BYTES_A_TOKEN)


def sanitized(text: str) -> str:
    """A text made safe for its fence: escaped, without invisible characters and fake ids."""
    text = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs"))
    visible = _MARKED.sub(lambda match: match.group(1).strip(), visible)
    visible = visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _SPACE.sub(" ", visible).strip()


def fence_evidence(evidence: Sequence[Evidence], budget: int) -> Fenced:
    """Fences as many passages as fit into a token budget, best first. Passages that do not fit are reported, never cut."""
    by_id: dict[str, Evidence] = {}
    left_out: list[Evidence] = []
    withheld: list[Evidence] = []
    lines: list[str] = []
    for hit in evidence:
        short_id = _short_id(hit.id, by_id)
        text = without_injections(hit)
        if text != hit.passage.text:
            withheld.append(hit)
        if not text.strip():
            continue
        source = sanitized(hit.document.cite(hit.passage.locator)).replace("\n", " ")
        line = f'<excerpt id="{short_id}" from="{source}">\n{sanitized(text)}\n</excerpt>'
        cost = estimate_tokens(line + "\n")
        if cost > budget:
            left_out.append(hit)
            continue
        budget -= cost
        by_id[short_id] = hit
        lines.append(line)
    return Fenced(by_id, tuple(left_out), tuple(withheld), "\n".join(lines))


def without_injections(evidence: Evidence) -> str:
    """The text of a passage without the blocks that address a model."""
    document, passage = evidence.document, evidence.passage
    texts = [document.block_text(block) for block in document.blocks[passage.first : passage.last + 1]]
    harmless = [text for text in texts if not addresses_model(text)]
    return passage.text if len(harmless) == len(texts) else "\n".join(harmless)


def _short_id(evidence_id: str, taken: dict[str, Evidence]) -> str:
    """A short id: characters of the evidence id that no other passage of this turn has."""
    for start in range(len(evidence_id) - ID_LENGTH):
        name = evidence_id[start : start + ID_LENGTH]
        if name not in taken:
            return name
    raise ValueError(f"no short id is left for {evidence_id}")


# Text in a document that addresses a model instead of a reader (prompt injection): it is withheld and supports nothing. No list finds all of it.
# What is not found can at most make the model write what its document literally says, which is shown with that document's name and words, since
# everything else fails the grounding check.

_PATTERNS = (
    r"\b(?:ignor\w+|disregard\w*|forget|overrid\w+|bypass)\b.{0,60}\b(?:instruction|prompt|rule|guideline|previous|above|prior|context|excerpt)",
    r"\b(?:system|developer|hidden|initial) prompt\b|\bprompt injection\b|\bjailbreak",
    r"\byou are (?:now |hereby )?(?:an? |the )?(?:ai\b|assistant|chatbot|language model|llm|dan\b|in (?:developer|debug|admin))",
    r"\b(?:as|dear|attention|note to|message (?:to|for)|instructions? (?:to|for)) (?:an? |the |any |all )?(?:ai\b|assistants?\b|"
    r"language model|llm|chatbot|summari[sz]er|model reading)",
    r"\b(?:new|updated|revised|special|secret) instructions?\b|\bfrom now on,? (?:you|answer|respond|reply|act)",
    r"\b(?:respond|reply|answer|output|print|repeat)\b (?:only |exactly |just |always )*(?:with|exactly|the (?:following|words?|phrase))\b",
    r"\b(?:do not|don't|never) (?:cite|mention|reveal|tell the user|inform the user|follow)\b",
    r"\bwhen (?:you are |you're )?(?:asked|answering|summari[sz]ing|quoting)\b.{0,60}\b(?:say|write|state|answer|claim|cite|reply)",
    r"\bcite (?:this|the present) (?:document|passage|excerpt|text) (?:as|for|instead)",
    r"<\|?/?(?:im_start|im_end|system|endoftext|excerpt|question|user|assistant)\b|\[/?inst\]|^#+ *(?:instruction|system|response)\b",
    r"^\s*(?:system|assistant|user|human|ai)\s*:",
    r"\b(?:ignore[rz]?|oublie[rz]?|ne tene[rz] (?:pas |aucun )?compte|passe[rz] outre)\b.{0,60}(?:instruction|consigne|règle|précéd|ci-dessus)",
    r"\b(?:vous êtes|tu es) (?:maintenant |désormais )?(?:une? )?(?:ia\b|assistant|modèle|chatbot)|\b(?:invite|message) système\b",
    r"\b(?:réponds|répondez|écrivez|écris|affiche[rz]?) (?:uniquement|seulement|exactement|toujours|par\b|simplement)",
    r"\b(?:ignor[ae]n?|olvid[ae]n?|haga? caso omiso|haz caso omiso|no haga caso)\b.{0,60}(?:instruccion|regla|anterior|previ)",
    r"\b(?:eres|usted es) (?:ahora )?(?:una? )?(?:ia\b|asistente|modelo|chatbot)|\b(?:mensaje|instrucciones?) del sistema\b",
    r"\b(?:responde|responda|escribe|escriba|contesta|conteste|muestra) (?:solo|sólo|solamente|únicamente|exactamente|siempre|con\b)",
    r"(?:игнориру|проигнориру|забудь|не обращай\w* внимани|не учитывай)\w*.{0,60}(?:инструкц|указани|правил|предыдущ|выше)",
    r"\b(?:ты|вы) (?:теперь |отныне )?(?:являетесь |являешься )?(?:ии\b|ассистент|модель|чат-бот)|системн\w+ (?:промпт|подсказк|инструкц|сообщени)",
    r"\b(?:ответь|отвечай|напиши|выведи)(?:те)? (?:только|ровно|всегда|лишь|следующ)",
    r"(?:تجاهل|تجاهلوا|انس|لا تلتزم).{0,60}(?:التعليمات|الأوامر|القواعد|ما سبق|السابقة)",
    r"أنت الآن|(?:موجه|رسالة|تعليمات) النظام|(?:أجب|اكتب|رد) (?:فقط|دائما|بما يلي|بالعبارة)",
    r"(?:忽略|无视|忘记|不要理会|不要遵守).{0,20}(?:指令|指示|规则|提示|上文|以上|之前|说明)",
    r"你现在是|系统提示|(?:只|请只|必须|总是)(?:回答|回复|输出)|作为(?:一个)?(?:AI|人工智能|语言模型)",
)
_ADDRESS = re.compile("|".join(_PATTERNS), re.IGNORECASE | re.MULTILINE)


def addresses_model(text: str) -> bool:
    """Whether a text gives instructions to a model, also behind invisible characters and full-width letters."""
    visible = unicodedata.normalize("NFKC", text)
    visible = "".join(letter for letter in visible if unicodedata.category(letter) != "Cf")
    return _ADDRESS.search(" ".join(visible.split(" "))) is not None
