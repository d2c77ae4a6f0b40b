"""The command that an MCP client starts to use the library."""

from __future__ import annotations

from assistant.cli.desk import library_or_server
from assistant.opening import make_engine
from corpus.library import Library


def mcp() -> None:
    """Serve the library to a program that speaks the Model Context Protocol, over standard input and output.

    Where 'rapporteur serve' owns the library, what it serves is passed on.
    """
    with library_or_server("mcp") as (found, chosen):
        import signal

        import anyio

        from assistant.cli.server_desk import address_of
        from assistant.mcp import stdio
        from assistant.service import Limits, Service

        # The thread that reads standard input can't be woken, and nothing is written that could be left half done.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if not isinstance(found, Library):
            anyio.run(stdio.relay, lambda: address_of(chosen.data_dir))
            return
        turns = Limits().turns()
        service = Service(make_engine(found, chosen, turns.away), turns=turns)
        try:
            anyio.run(stdio.serve, service)
        finally:
            service.close()
