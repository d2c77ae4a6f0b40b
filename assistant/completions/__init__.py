"""The door for programs that speak OpenAI's chat completions, such as Open WebUI and the openai client."""
