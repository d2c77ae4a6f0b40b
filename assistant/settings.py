"""Settings, read once at start. Precedence: options of the command, `RAPPORTEUR_...` variables, a file, defaults."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

MIN_EVIDENCE = 800
"""Least tokens of the context for the instructions, the question and at least one passage."""


class SettingsError(ValueError):
    """A setting is invalid; the message names it and where it was read. Permanent until changed."""


def default_data_dir() -> Path:
    """`$XDG_DATA_HOME/rapporteur`, by default `~/.local/share/rapporteur` (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rapporteur"


def settings_file() -> Path:
    """The settings file: `RAPPORTEUR_CONFIG`, else `$XDG_CONFIG_HOME/rapporteur/rapporteur.toml`."""
    if named := os.environ.get("RAPPORTEUR_CONFIG"):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "rapporteur" / "rapporteur.toml"


class Settings(BaseSettings):
    """All settings; the tables of README ("Settings") say what each is for. Unknown names in the file are errors; numbers have bounds."""

    model_config = SettingsConfigDict(env_prefix="RAPPORTEUR_", extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    embedding: str = Field("minilm", min_length=1)
    multilingual: str = Field("auto", min_length=1)
    chroma_url: str | None = Field(None, pattern=r"^https?://[^\s/]+(:\d+)?/?$")
    database_url: str | None = Field(None, pattern=r"^postgres(ql)?://[^\s]+$")
    reader: bool = True
    caution: Literal["low", "normal", "high"] = "normal"
    catalogue_dir: Path | None = None
    passages: int = Field(12, ge=1, le=100)
    max_statements: int = Field(3, ge=1, le=20)
    max_question: int = Field(2_000, ge=100, le=20_000)

    mode: Literal["quote", "write", "auto"] = "auto"
    model: str | None = Field(None, min_length=1, max_length=200)
    model_url: str = Field("http://127.0.0.1:8080/v1", pattern=r"^https?://[^\s/?#@\\]+(/[^\s?#\\]*)?$")
    model_timeout: float = Field(60.0, ge=1, le=3_600)
    model_seconds: float = Field(300.0, ge=1, le=86_400)
    model_retries: int = Field(2, ge=0, le=10)
    model_context: int = Field(8_192, ge=1_024, le=10_000_000)
    model_output: int = Field(1_024, ge=64, le=100_000)
    model_replies: int = Field(8, ge=1, le=1_000)
    model_temperature: float = Field(0.0, ge=0, le=2)

    jobs: int | None = Field(None, ge=1, le=64)
    reader_memory: int = Field(2_048, ge=256, le=1_048_576)
    reader_seconds: float = Field(120.0, ge=1, le=86_400)
    keep_files: int = Field(2_000, ge=0, le=10_000_000)

    ods_url: str = Field("https://documents.un.org", pattern=r"^https?://[^\s/?#@\\]+(/[^\s?#\\]*)?$")
    fetch_private: bool = False
    fetch_delay: float = Field(1.0, ge=0, le=60)
    fetch_timeout: float = Field(30.0, ge=0.1, le=600)
    fetch_max_wait: float = Field(120.0, ge=0, le=3_600)

    host: str = Field("127.0.0.1", min_length=1, max_length=255)
    port: int = Field(8000, ge=0, le=65_535)
    open_reading: bool = False
    session_hours: float = Field(12.0, ge=0.1, le=720)
    rate: int = Field(120, ge=0, le=1_000_000)
    rate_address: int = Field(1_200, ge=0, le=1_000_000)
    queue: int = Field(100, ge=1, le=10_000)
    queue_seconds: float = Field(60.0, ge=1, le=3_600)
    connections: int = Field(500, ge=10, le=100_000)
    streams: int = Field(2_000, ge=10, le=100_000)
    streams_address: int = Field(1_000, ge=1, le=100_000)
    streams_client: int = Field(200, ge=1, le=100_000)
    max_upload: int = Field(100, ge=1, le=200)
    body_seconds: float = Field(20.0, ge=1, le=600)
    stop_seconds: float = Field(30.0, ge=1, le=600)
    hosts: Annotated[list[str], NoDecode] = []
    cors_origins: Annotated[list[str], NoDecode] = []
    trusted_proxies: str = ""
    log_questions: bool = False

    @field_validator("cors_origins", "hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            form = json.dumps([value])
            raise ValueError(f"must be a list, in quotation marks and brackets, such as {form}") from None

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for each in value:
            if not re.fullmatch(r"https?://[^\s/*]+", each):
                raise ValueError(f"must be origins such as https://example.org, not {each!r}")
        return value

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, value: list[str]) -> list[str]:
        for each in value:
            if not re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", each):
                raise ValueError(f"must be names of hosts such as docs.example.org, without port, not {each!r}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        for each in filter(None, (part.strip() for part in value.split(","))):
            try:
                known = ipaddress.ip_network(each)
            except ValueError:
                form = "addresses or networks such as 10.0.0.2 or 10.0.0.0/24"
                raise ValueError(f"must be {form}, not {each!r}") from None
            if known.prefixlen == 0:
                raise ValueError(f"must not be everybody ({each}): anybody could claim any address")
        return value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if isinstance(value, str) and not value.strip():
            raise ValueError("must name a folder, and is empty")
        return value

    @model_validator(mode="after")
    def _budget(self) -> Settings:
        if self.model_output * 2 + MIN_EVIDENCE > self.model_context:
            least = f"twice model_output and {MIN_EVIDENCE}"
            raise ValueError(f"model_context (RAPPORTEUR_MODEL_CONTEXT): must be at least {least}")
        return self

    @field_validator("data_dir", "catalogue_dir")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Sets the precedence: options, environment, file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        return init_settings, env_settings, file


def model_key() -> str | None:
    """The API key of the model's server. From the environment only, so that no file or list of settings contains it."""
    return os.environ.get("RAPPORTEUR_MODEL_KEY", "").strip() or None


def unknown_variables() -> list[str]:
    """Environment variables with the prefix of settings that nothing reads."""
    known = {f"RAPPORTEUR_{each.upper()}" for each in (*Settings.model_fields, "config", "model_key", "eval_key")}
    return sorted(each for each in os.environ if each.upper().startswith("RAPPORTEUR_") and each.upper() not in known)


def load_settings(**options: Any) -> Settings:
    """Loads the settings; `options` take precedence (None: not set). Raises `SettingsError` with a sentence for people."""
    file = settings_file()
    if os.environ.get("RAPPORTEUR_CONFIG") and not file.is_file():
        raise SettingsError(f"RAPPORTEUR_CONFIG names {file}, but there is no such file.")
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            said = f"{name} (RAPPORTEUR_{name.upper()}): " if fault["loc"] else ""
            told = fault["msg"].removeprefix("Value error, ")
            bare = name.lower().removeprefix("rapporteur_")
            if fault["type"] == "extra_forbidden" and bare != name and bare in Settings.model_fields:
                said, told = "", f"{name} is written {bare} in the file: without RAPPORTEUR_, in small letters"
            elif fault["type"] == "extra_forbidden":
                told = "is read from the environment alone" if name == "model_key" else "there is no such setting"
            faults.append(f"{said}{told[0].lower()}{told[1:]}" if said else told)
        places = f"options, environment and {file}" if file.is_file() else "options and environment"
        raise SettingsError(f"Setting {'; '.join(faults)}. Read from {places}.") from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{file} cannot be used: {error}") from None
