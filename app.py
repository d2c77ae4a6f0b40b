"""Serve the page and the API until interrupted; answers that are begun are finished.

Composition: settings, library, engine, service, and the application over it. `python app.py` serves, as `rapporteur serve` does.
"""

from __future__ import annotations

import sys

from fastapi import FastAPI

from assistant.api.application import create_api
from assistant.api.authentication import AccessGate
from assistant.cli.serving_commands import serve_command
from assistant.completions.completion_routes import install as install_completions
from assistant.page.mount import mount_page
from assistant.service import Service


def create_app(service: Service, gate: AccessGate | None = None) -> FastAPI:
    """The whole application: the API and the doors of other programs, and below everything else the page."""
    from assistant.mcp.http import install as install_mcp  # slow to import, and wanted where something is served

    app = create_api(service, gate)
    install_completions(app)
    install_mcp(app, service)
    mount_page(app, service)
    return app


command = serve_command(create_app)
"""`rapporteur serve`."""


def main() -> None:
    """Serves as `rapporteur serve` does."""
    from assistant.cli import main as rapporteur

    sys.argv[1:1] = ["serve"]
    rapporteur()


if __name__ == "__main__":
    main()
