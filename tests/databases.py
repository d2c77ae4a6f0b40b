"""A PostgreSQL database of its own for a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

SERVER = "TEST_DATABASE_URL"
"""The variable that names a server with pgvector and pg_textsearch, on which databases may be made and dropped
(`tests/postgres_server.py`)."""


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, dropped afterwards. Skips where no server is at hand."""
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"no PostgreSQL server is at hand ({SERVER}; tests/postgres_server.py starts one)")
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        told = psycopg.conninfo.conninfo_to_dict(server)
        try:
            # The settings want an address, as people write it.
            yield f"postgresql://{told.get('user', '')}@{told.get('hostaddr', '')}/{name}?host={told.get('host', '')}&port={told.get('port', 5432)}"
        finally:
            made = admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (name,)).fetchall()
            for (each,) in made:
                admin.execute(f"DROP DATABASE {each} WITH (FORCE)")  # type: ignore[arg-type]


@contextmanager
def ordinary_role(url: str) -> Iterator[str]:
    """The address of a database for a role that may create tables there, but no extensions. The role is dropped afterwards."""
    role = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}")  # type: ignore[arg-type]
        try:
            yield f"{url}&options=-c%20role%3D{role}"
        finally:
            admin.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")  # type: ignore[arg-type]


def cut(url: str) -> None:
    """Ends all connections to a database, as a server does that restarts."""
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (psycopg.conninfo.conninfo_to_dict(url)["dbname"],),
        )
