"""The log of the service: JSON lines on standard error; and OpenTelemetry traces, imported and sent only where OpenTelemetry's standard variables enable them."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.settings import SettingsError
from corpus.extras import install_command

if TYPE_CHECKING:
    from fastapi import FastAPI
    from opentelemetry.sdk.trace.export import SpanExporter


class JsonLines(logging.Formatter):
    """Formats records as JSON: time, level, logger, message, the extra `fields`, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as one line of JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_log() -> None:
    """Logs the service's own records, warnings of all other loggers and of Python, and exceptions that nobody catches or can catch, to
    standard error. A thread may end by `SystemExit`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log = logging.getLogger("rapporteur")
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = lambda _, error, __: log.critical("crash", exc_info=error)
    sys.unraisablehook = lambda found: log.error("cleanup failed", exc_info=found.exc_value)
    threading.excepthook = lambda found: (
        None if found.exc_type is SystemExit else log.critical("crash", exc_info=found.exc_value)
    )


_ASKS = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def trace(app: FastAPI) -> bool:
    """Traces the requests of an application to OTLP over HTTP or to the console, as the `OTEL_...` variables say (OpenTelemetry, "Environment
    Variable Specification"); returns whether tracing is on. Raises `SettingsError` where the extra is missing or the exporter is another."""
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none"
    if off or not any(os.environ.get(name, "").strip() for name in _ASKS):
        return False
    if exporter not in ("otlp", "console"):
        raise SettingsError(f"OTEL_TRACES_EXPORTER is {exporter!r}; use otlp, console or none.")
    try:
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsError(f"OpenTelemetry is requested but not installed: {install_command('otel')}") from None
    os.environ.setdefault("OTEL_SERVICE_NAME", "rapporteur")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(_exporter(exporter)))
    FastAPIInstrumentor.instrument_app(
        app, tracer_provider=provider, excluded_urls="/health,/ready,/metrics", exclude_spans=["receive", "send"]
    )
    return True


def _exporter(name: str) -> SpanExporter:
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
