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
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "rapporteur"


def settings_file() -> Path:
    """The settings file: `RAPPORTEUR_CONFIG`, else `$XDG_CONFIG_HOME/rapporteur/rapporteur.toml`."""
    named = os.environ.get("RAPPORTEUR_CONFIG")
    if named:
        return Path(named)
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "rapporteur" / "rapporteur.toml"


class Settings(BaseSettings):
    """All settings. Unknown names in the file are errors; numbers have bounds."""

    model_config = SettingsConfigDict(env_prefix="RAPPORTEUR_", extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir, description="Folder of the library.")
    embedding: str = Field(
        "minilm",
        min_length=1,
        description="Embedding model: 'minilm' (packaged, English), 'un-best', 'server', 'english', or a sentence-transformers id or folder.",
    )
    multilingual: str = Field(
        "auto",
        min_length=1,
        description="Second model, multilingual, which finds passages for questions in every language: 'auto' (the packaged one where it is "
        "installed), 'off', 'e5', or a sentence-transformers id or folder.",
    )
    chroma_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+(:\d+)?/?$",
        description="Address of a Chroma server for the vectors; unset: embedded, in the library's folder.",
    )
    database_url: str | None = Field(
        None,
        pattern=r"^postgres(ql)?://[^\s]+$",
        description="Address of a PostgreSQL database that holds the library, keys and accounts, for several processes; unset: files in data_dir.",
    )
    reader: bool = Field(True, description="Use the included trained readers to read passages.")
    caution: Literal["low", "normal", "high"] = Field(
        "normal",
        description="How certain an answer must be: 'low' answers more and is wrong more often, 'high' the opposite.",
    )
    catalogue_dir: Path | None = Field(None, description="Folder with your own catalogue in place of the included one.")
    passages: int = Field(
        12,
        ge=1,
        le=100,
        description="Maximum number of passages that a model writes from, or a briefing searches for one subject.",
    )
    max_statements: int = Field(3, ge=1, le=20, description="Maximum number of quoted statements in one answer.")
    max_question: int = Field(2_000, ge=100, le=20_000, description="Longest question, in characters.")

    mode: Literal["quote", "write", "auto"] = Field(
        "auto",
        description="How answers are made: quoted, written by the model, or written if the question asks for it.",
    )
    model: str | None = Field(
        None, min_length=1, max_length=200, description="Name of the model that writes answers; unset: all are quoted."
    )
    model_url: str = Field(
        "http://127.0.0.1:8080/v1",
        pattern=r"^https?://[^\s/?#@\\]+(/[^\s?#\\]*)?$",
        description="Address of the model's OpenAI-compatible API.",
    )
    model_timeout: float = Field(60.0, ge=1, le=3_600, description="Seconds to wait for data from the model's server.")
    model_seconds: float = Field(300.0, ge=1, le=86_400, description="Maximum seconds for one reply of the model.")
    model_retries: int = Field(2, ge=0, le=10, description="Number of retries if the model's server fails.")
    model_context: int = Field(8_192, ge=1_024, le=10_000_000, description="Context size of the model, in tokens.")
    model_output: int = Field(1_024, ge=64, le=100_000, description="Maximum tokens in one reply of the model.")
    model_replies: int = Field(
        8, ge=1, le=1_000, description="Maximum concurrent replies of the model; further ones wait."
    )
    model_temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature of the model.")

    jobs: int | None = Field(
        None, ge=1, le=64, description="Number of files read at once; unset: the number of processors."
    )
    reader_memory: int = Field(
        2_048, ge=256, le=1_048_576, description="Maximum memory for reading one file, in MB of address space."
    )
    reader_seconds: float = Field(
        120.0, ge=1, le=86_400, description="Maximum seconds for reading one file; more for large files."
    )
    keep_files: int = Field(
        2_000,
        ge=0,
        le=10_000_000,
        description="MB of PDF files to store so that their pages can be shown; 0: none.",
    )

    ods_url: str = Field(
        "https://documents.un.org",
        pattern=r"^https?://[^\s/?#@\\]+(/[^\s?#\\]*)?$",
        description="Address of the Official Document System, or of a mirror, for 'fetch'.",
    )
    fetch_private: bool = Field(
        False,
        description="Whether 'fetch' may use hosts at addresses that are not public, such as your own mirror.",
    )
    fetch_delay: float = Field(1.0, ge=0, le=60, description="Seconds between two requests of 'fetch'.")
    fetch_timeout: float = Field(30.0, ge=0.1, le=600, description="Seconds to wait for data from a server.")
    fetch_max_wait: float = Field(
        120.0, ge=0, le=3_600, description="Longest wait in seconds that a server may request."
    )

    host: str = Field("127.0.0.1", min_length=1, max_length=255, description="Address that 'serve' listens on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port that 'serve' listens on; 0: any free port.")
    open_reading: bool = Field(
        False,
        description="Whether everyone who reaches the service may ask and read; otherwise a key or account is needed.",
    )
    session_hours: float = Field(12.0, ge=0.1, le=720, description="Hours until a sign-in on the web page expires.")
    rate: int = Field(120, ge=0, le=1_000_000, description="Questions per minute for one key or account; 0: no limit.")
    rate_address: int = Field(
        1_200, ge=0, le=1_000_000, description="Questions per minute from one address; 0: no limit."
    )
    queue: int = Field(100, ge=1, le=10_000, description="Maximum number of waiting questions.")
    queue_seconds: float = Field(60.0, ge=1, le=3_600, description="Maximum seconds that a question may wait.")
    connections: int = Field(500, ge=10, le=100_000, description="Maximum number of concurrent requests.")
    streams: int = Field(
        2_000, ge=10, le=100_000, description="Maximum number of open streams of one kind (windows, answers, jobs)."
    )
    streams_address: int = Field(
        1_000, ge=1, le=100_000, description="Maximum number of open streams of one kind from one address."
    )
    streams_client: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Maximum number of open streams of one kind for one key, account or session, or for all clients without one at an address.",
    )
    max_upload: int = Field(100, ge=1, le=200, description="Largest file accepted over the network, in MB.")
    body_seconds: float = Field(
        20.0, ge=1, le=600, description="Seconds within which a request must arrive; large uploads may take longer."
    )
    stop_seconds: float = Field(
        30.0, ge=1, le=600, description="Seconds to wait for answers to finish when the service stops."
    )
    hosts: Annotated[list[str], NoDecode] = Field(
        [],
        description="Names under which everybody may read where reading is open, such as docs.example.org; addresses and the "
        "names of this machine are known.",
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        [], description="Origins of other sites whose pages may use the API, such as https://example.org; none."
    )
    trusted_proxies: str = Field(
        "", description="Addresses of proxies whose X-Forwarded-For and -Proto are trusted, separated by commas."
    )
    log_questions: bool = Field(False, description="Whether the log of the service includes the text of questions.")

    @field_validator("cors_origins", "hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(
                f"must be a list, in quotation marks and brackets, such as {json.dumps([value])}"
            ) from None

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
                raise ValueError(
                    f"must be addresses or networks such as 10.0.0.2 or 10.0.0.0/24, not {each!r}"
                ) from None
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
            raise ValueError(
                f"model_context (RAPPORTEUR_MODEL_CONTEXT): must be at least twice model_output and {MIN_EVIDENCE}"
            )
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
