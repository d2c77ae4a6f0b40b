"""OpenAI-compatible API (chat completions) for clients such as Open WebUI and the openai package."""
