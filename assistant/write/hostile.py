"""Words in a document that speak to a model instead of a reader: they are kept from it, and bear out nothing.

No list finds all of them. What it does not find can at most make the model write what its document says in so many
words, which is shown with that document's name and words, since everything else fails the check of support.
"""

from __future__ import annotations

import re
import unicodedata

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
    """Whether a text tells a model what to do. Invisible characters and letters of full width don't hide it."""
    seen = unicodedata.normalize("NFKC", text)
    seen = "".join(letter for letter in seen if unicodedata.category(letter) != "Cf")
    return _ADDRESS.search(" ".join(seen.split(" "))) is not None
