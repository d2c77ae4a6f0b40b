"""Commands of access control: keys, accounts, audit. They also work while a server runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from assistant.access.access_store import AccessStore
from assistant.access.accounts import AccountError, Accounts, Keys
from assistant.access.audit import Audit
from assistant.access.principal import LOCAL, Role
from assistant.cli.command_run import (
    EXIT_FAILED,
    EXIT_USAGE,
    command_settings,
    err_console,
    fail,
    plain_errors,
    print_list,
)

keys = typer.Typer(name="keys", help="API keys: create, list, revoke.", no_args_is_help=True)
accounts = typer.Typer(name="accounts", help="Accounts for signing in to the web page.", no_args_is_help=True)

RoleOption = Annotated[str, typer.Option(help="read, staff or admin.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: RoleOption = "read",
    days: Annotated[int | None, typer.Option(min=1, max=3_650, help="Days until it expires; by default never.")] = None,
) -> None:
    """Create a key. It is shown once; only its hash is stored."""
    with open_store() as store, store.transaction():
        key, secret = Keys(store).create(name, _role(role), days)
        Audit(store).add(LOCAL, "make key", f"{key.id} {key.role} {name}")
    typer.echo(secret)
    err_console.print(f"Key {key.id} ({key.role}). It will not be shown again.")


@keys.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List the keys, including revoked ones."""
    with open_store() as store:
        found = Keys(store).all()
    heads = ("Key", "Name", "Role", "Made", "Ends", "Last used", "Revoked")
    print_list(
        found, as_json, heads, lambda key: (key.id, key.name, key.role, key.created, key.expires, key.used, key.revoked)
    )


@keys.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="Id of the key, as shown by 'keys list'.")]) -> None:
    """Revoke a key at once."""
    with open_store() as store, store.transaction():
        if not Keys(store).revoke(key):
            raise fail(f"There is no valid key {key!r}. 'rapporteur keys list' shows the keys.")
        Audit(store).add(LOCAL, "revoke key", key)
    err_console.print(f"Key {key} is revoked.")


@accounts.command("add")
def add_account(name: Annotated[str, typer.Argument(help="Name to sign in with.")], role: RoleOption = "read") -> None:
    """Create an account. The password is asked for, or read from standard input."""
    _account("make account", name, role=_role(role))


@accounts.command("password")
def change_password(name: Annotated[str, typer.Argument(help="Name of the account.")]) -> None:
    """Set a new password. Signs the account out everywhere."""
    _account("change password", name)


@accounts.command("remove")
def remove_account(name: Annotated[str, typer.Argument(help="Name of the account.")]) -> None:
    """Remove an account. Signs it out everywhere."""
    with open_store() as store, store.transaction():
        if not Accounts(store).remove(name):
            raise fail(f"There is no account {name!r}. 'rapporteur accounts list' shows the accounts.")
        Audit(store).add(LOCAL, "remove account", name)
    err_console.print(f"Account {name} is removed.")


@accounts.command("list")
def list_accounts(as_json: JsonOption = False) -> None:
    """List the accounts."""
    with open_store() as store:
        found = Accounts(store).all()
    print_list(found, as_json, ("Account", "Role", "Made"), lambda each: (each.name, each.role, each.created))


def audit(
    count: Annotated[int, typer.Option("-n", min=1, max=1_000_000, help="Number of entries.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what staff did, latest first."""
    with open_store() as store:
        found = Audit(store).entries(limit=count)
    heads = ("Time", "Who", "From", "What", "On what")
    print_list(found, as_json, heads, lambda each: (each.time, each.who, each.address, each.action, each.target))


def _account(action: str, name: str, role: Role | None = None) -> None:
    password = _password()
    with open_store() as store, store.transaction():
        accounts = Accounts(store, hosts=command_settings().hosts)
        known = accounts.exists(name)
        try:
            if role is None:
                accounts.change(name, password)
            else:
                accounts.add(name, role, password)
        except AccountError as error:
            # Name or password are wrong by themselves, unless the account is missing or there already.
            raise fail(str(error), EXIT_USAGE if known == (role is None) else EXIT_FAILED) from None
        Audit(store).add(LOCAL, action, f"{name} {role.word}" if role else name)
    err_console.print(f"Done: {action} {name}.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _role(word: str) -> Role:
    try:
        return Role.of(word)
    except ValueError as error:
        raise fail(str(error), EXIT_USAGE) from None


@contextmanager
def open_store() -> Iterator[AccessStore]:
    """Opens the store of keys and accounts; also while a server runs."""
    with plain_errors():
        settings = command_settings()
        with AccessStore(settings.data_dir, database=settings.database_url) as store:
            yield store
