"""Composition: settings, library, engine, service, and the application over it. `python app.py` serves."""

from __future__ import annotations

from fastapi import FastAPI

from assistant.api import create_api
from assistant.service import Service


def create_app(service: Service) -> FastAPI:
    """The whole application: the API; the page and other doors are mounted here."""
    return create_api(service)


def main() -> None:
    """Serves the library of the settings until it is told to stop."""
    import uvicorn

    from assistant.cli.session import open_engine

    with open_engine("serve") as (engine, _):
        service = Service(engine)
        try:
            uvicorn.run(create_app(service), host="127.0.0.1", port=8000, workers=1, log_level="warning")
        finally:
            service.close()


if __name__ == "__main__":
    main()
