"""Mounts the page on the application: plain pages and their routes, and Gradio after all other routes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from importlib.resources import files

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assistant.page import (
    conversation_routes,
    document_pages,
    no_script,
    plain_pages,
    report_pages,
    sign_in,
    staff_pages,
)
from assistant.page.chat_turns import Conversations
from assistant.service import Service


def mount_page(app: FastAPI, service: Service) -> None:
    """Mounts the page at the root of an application that has all its other routes already."""
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        # Gradio's statistics about calls, which nobody reads here and which cost more than the calls.
        "GRADIO_ANALYTICS_MAX_EVENTS": "1",
        "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    }
    import gradio as gr

    from assistant.page.gradio_calls import Windows
    from assistant.page.gradio_page import build
    from assistant.page.guard import Guard, PageMount

    app.state.conversations = conversations = Conversations()
    app.state.refusals.forms.append(plain_pages.error_page)
    documents = (document_pages.pictures, document_pages.router)
    papers = (report_pages.router, staff_pages.router)
    for router in (
        no_script.router,
        *documents,
        *papers,
        conversation_routes.api_router,
        conversation_routes.router,
        sign_in.choice,
        sign_in.router,
    ):
        app.include_router(router)
    static = StaticFiles(directory=str(files("assistant") / "page" / "static"))
    app.mount("/page", GZipMiddleware(static), name="page-files")

    def mount() -> None:
        built = build(service, conversations)
        gr.mount_gradio_app(
            app,
            built.blocks,
            path="/",
            footer_links=[],
            run_history=False,
            allowed_paths=[],
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        )
        mounted = app.routes[-1]
        assert isinstance(mounted, Mount)
        guard = Guard(mounted.app, Windows(built), service)
        app.router.routes[-1] = PageMount("/", guard)

    _in_a_loop(mount)


def _in_a_loop(work: Callable[[], None]) -> None:
    """Runs work inside an event loop: without one Gradio creates a loop for each of its locks and closes none."""

    async def do() -> None:
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(do())
    else:
        work()
