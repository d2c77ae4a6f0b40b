"""The door for programs that speak OpenAI's chat completions, such as Open WebUI and the openai client."""

from assistant.completions.door import install

__all__ = ["install"]
