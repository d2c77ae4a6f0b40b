"""The commands `serve` (page and API; the application is composed in `app.py`) and `mcp` (tools for an MCP client over stdio)."""

from __future__ import annotations

import logging
import secrets
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.backend import library_or_server
from assistant.cli.command_run import EXIT_USAGE, command_settings, err_console, fail, plain_errors
from assistant.engine_factory import make_engine
from corpus.library import Library

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.api.authentication import AccessGate
    from assistant.service import Service


Compose = Callable[["Service", "AccessGate"], "FastAPI"]

ONE_PROCESS = (
    "--workers must be 1: one process owns a library, since two that write its vector index lose data silently. "
    "A question uses all processors already. For more, let several servers share a database: RAPPORTEUR_DATABASE_URL."
)


def serve_command(compose: Compose) -> typer.Typer:
    """Creates the command that serves the application which `compose` builds from a service."""
    command = typer.Typer(
        help="Serve the web page and the API until interrupted. Answers already begun are finished.",
        invoke_without_command=True,
    )

    @command.callback()
    def serve(
        host: Annotated[str | None, typer.Option(help="Address to listen on (RAPPORTEUR_HOST).")] = None,
        port: Annotated[int | None, typer.Option(help="Port to listen on (RAPPORTEUR_PORT).")] = None,
        workers: Annotated[int, typer.Option(min=1, help="Number of serving processes: one.")] = 1,
    ) -> None:
        if workers > 1:
            raise fail(ONE_PROCESS, EXIT_USAGE)
        _serve(compose, host, port)

    return command


def _serve(compose: Compose, host: str | None, port: int | None) -> None:
    from assistant.api.http_server import ServeError, listener_url, listening, run
    from assistant.logs import start_log, trace
    from assistant.service_factory import announced, open_service

    with plain_errors():
        settings = command_settings(host=host, port=port)
        token = secrets.token_urlsafe(32)
        try:
            with (
                listening(settings.host, settings.port) as listener,
                open_service(settings, token) as (service, gate),
                announced(settings.data_dir, listener_url(listener), token),
            ):
                start_log()
                # A person at a terminal reads sentences; everywhere else standard error is the log.
                told = err_console.print if sys.stderr.isatty() else logging.getLogger("rapporteur.server").info
                told(f"Serving {settings.data_dir} at {listener_url(listener)}")
                if not settings.open_reading and not gate.keys.all() and not gate.accounts.all():
                    told(
                        "Nobody has access yet. Create a key: rapporteur keys add NAME --role read; an account: rapporteur "
                        "accounts add NAME --role read; or let everyone read: RAPPORTEUR_OPEN_READING=true"
                    )
                app = compose(service, gate)
                trace(app)
                run(app, service, listener, grace=settings.stop_seconds, proxies=settings.trusted_proxies)
        except ServeError as error:
            raise fail(str(error)) from None


def mcp() -> None:
    """Serve the library over standard input and output to a program that uses the Model Context Protocol.

    If 'rapporteur serve' has the library open, requests are passed on to it."""
    with library_or_server("mcp", make=True) as (source, settings):
        import anyio

        from assistant.cli.server_backend import server_address
        from assistant.mcp import stdio
        from assistant.service import Service
        from assistant.service.question_queue import QuestionQueue

        # The thread that reads standard input cannot be interrupted, so SIGINT ends the process; nothing is being written.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if not isinstance(source, Library):
            anyio.run(stdio.relay, lambda: server_address(settings.data_dir))
            return
        question_queue = QuestionQueue.of(settings)
        service = Service(
            make_engine(source, settings, question_queue.away), settings=settings, question_queue=question_queue
        )
        try:
            anyio.run(stdio.serve, service)
        finally:
            service.close()
