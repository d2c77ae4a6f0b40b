"""A language model behind an OpenAI-compatible endpoint: asked within limits, its failures told apart. Optional."""

from assistant.model.model_interface import LanguageModel, Message, ModelFault, ModelFaultKind

__all__ = ["LanguageModel", "Message", "ModelFault", "ModelFaultKind"]
