"""Client for a language model behind an OpenAI-compatible endpoint, with limits of time and size and distinct kinds of failures. Optional."""

from assistant.model.model_interface import LanguageModel, Message, ModelFault

__all__ = ["LanguageModel", "Message", "ModelFault"]
