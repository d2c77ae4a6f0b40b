"""Traces are made where the standard variables ask for them, and nowhere else."""

from __future__ import annotations

import re
import sys

import pytest
from fastapi import FastAPI

from assistant.logs import trace
from assistant.settings import SettingsError
from corpus.extras import install_command


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                 "OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def test_without_its_variables_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not trace(FastAPI())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not trace(FastAPI())
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert not trace(FastAPI())


def test_an_exporter_that_is_not_known_and_a_missing_package_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "pigeon")
    with pytest.raises(SettingsError, match="pigeon"):
        trace(FastAPI())
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    monkeypatch.setitem(sys.modules, "opentelemetry.instrumentation.fastapi", None)
    with pytest.raises(SettingsError, match=re.escape(f"not installed: {install_command('otel')}")):
        trace(FastAPI())
