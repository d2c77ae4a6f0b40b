"""Composition: settings, library, engine, and a JSON service over them. `python app.py` serves on this machine."""

from __future__ import annotations

import threading
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from assistant.cli.session import open_engine
from assistant.engine import Engine

HOST, PORT = "127.0.0.1", 8000


class AskRequest(BaseModel):
    """A question with the earlier user turns, oldest first."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=20_000)]
    history: Annotated[list[Annotated[str, Field(max_length=20_000)]], Field(max_length=50)] = []


def create_app(engine: Engine) -> FastAPI:
    """The service over one engine: `POST /api/ask` answers in the stable JSON form, `GET /api/health` tells
    how much is held. One request at a time uses the models; the others wait their turn."""
    app = FastAPI(title="Rapporteur", description="Cited answers from United Nations conference documents.")
    turn = threading.Lock()

    @app.post("/api/ask")
    def ask(request: AskRequest) -> dict[str, Any]:
        """Answers a question; every statement cites exact words."""
        with turn:
            return engine.ask(request.question, request.history).to_json()

    @app.get("/api/health")
    def health() -> dict[str, Any]:
        """Whether the library can be read, and how many passages it holds by language."""
        return {"status": "ok", "passages": engine.library.languages()}

    return app


def main() -> None:
    """Opens the library of the settings and serves it until interrupted."""
    import uvicorn

    with open_engine("serve") as (engine, _):
        uvicorn.run(create_app(engine), host=HOST, port=PORT, workers=1, log_level="warning")


if __name__ == "__main__":
    main()
