"""Keys, accounts, sessions, limits and the audit log."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from services import PASSWORD, Made, made_service
from typer.testing import CliRunner

from assistant.access import Principal, Role
from assistant.access.accounts import AccountError, Accounts
from assistant.access.keys import Keys
from assistant.access.rates import SIGN_INS, Rates
from assistant.access.store import FILE, AccessStore
from assistant.api.gate import COOKIE
from assistant.cli import app as command
from assistant.faults import TooMany
from corpus.catalogue import Catalogue

SAME = {"Sec-Fetch-Site": "same-origin"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still for those who count what happens in a minute."""
    monkeypatch.setattr("time.time", lambda: 1_767_225_601.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[AccessStore]:
    with AccessStore(tmp_path, clock) as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[Made]:
    with made_service(tmp_path_factory.mktemp("access"), catalogue) as found:
        found.gate.accounts.add("amina", Role.STAFF, PASSWORD)
        yield found


def test_a_key_is_found_by_its_secret_and_by_nothing_like_it(store: AccessStore) -> None:
    keys = Keys(store)
    key, secret = keys.make("a program", Role.READ)
    found = keys.find(secret)
    assert found is not None
    assert (found.id, found.role) == (key.id, "read")
    for wrong in ("", "rpp", "rpp__", f"rpp_{key.id}_", secret[:-1], secret + "x", secret.replace("rpp", "rpq"),
                  f"rpp_{key.id}_' OR 1=1 --", f"rpp_{key.id}_\ud800"):  # fmt: skip
        assert keys.find(wrong) is None


def test_neither_a_key_nor_a_password_nor_a_session_is_kept_readable(store: AccessStore) -> None:
    _, secret = Keys(store).make("a program", Role.READ)
    accounts = Accounts(store)
    accounts.add("amina", Role.READ, PASSWORD)
    token = accounts.sign_in("amina", PASSWORD)
    assert token is not None
    store.close()
    kept = b"".join(path.read_bytes() for path in store.folder.iterdir())
    for each in (secret.rpartition("_")[2], secret, PASSWORD, token):
        assert each.encode() not in kept
    assert b"$argon2id$" in kept
    assert stat.S_IMODE((store.folder / FILE).stat().st_mode) == 0o600


def test_a_key_ends_when_it_is_revoked_or_its_days_are_over(store: AccessStore, clock: Clock) -> None:
    keys = Keys(store)
    first, secret = keys.make("one", Role.READ)
    _, short = keys.make("two", Role.READ, days=1)
    assert keys.find(short)
    clock.time += timedelta(days=1)
    assert keys.find(short) is None
    assert keys.revoke(first.id)
    assert not keys.revoke(first.id)
    assert keys.find(secret) is None


def test_an_account_needs_a_long_password_and_a_name_of_its_own(store: AccessStore) -> None:
    accounts = Accounts(store)
    with pytest.raises(AccountError, match="at least 12"):
        accounts.add("amina", Role.READ, "short")
    accounts.add("amina", Role.READ, PASSWORD)
    with pytest.raises(AccountError, match="already"):
        accounts.add("amina", Role.ADMIN, PASSWORD)
    for name in ("", "Amina", "a b", "../x", "a\n", "x" * 65):
        with pytest.raises(AccountError, match="no name"):
            accounts.add(name, Role.READ, PASSWORD)


def test_a_session_ends_by_time_by_sign_out_by_a_new_password_and_with_the_account(
    store: AccessStore, clock: Clock
) -> None:
    accounts = Accounts(store, hours=1)
    accounts.add("amina", Role.READ, PASSWORD)
    assert accounts.sign_in("amina", "wrong password!") is None
    assert accounts.sign_in("nobody", PASSWORD) is None

    def session() -> str:
        token = accounts.sign_in("amina", PASSWORD)
        assert token is not None
        assert accounts.session(token) is not None
        return token

    token = session()
    clock.time += timedelta(hours=1)
    assert accounts.session(token) is None
    token = session()
    accounts.sign_out(token)
    assert accounts.session(token) is None
    token = session()
    accounts.change("amina", PASSWORD)
    assert accounts.session(token) is None
    token = session()
    assert accounts.remove("amina")
    assert accounts.session(token) is None


def test_a_damaged_hash_lets_nobody_in(store: AccessStore) -> None:
    accounts = Accounts(store)
    accounts.add("amina", Role.READ, PASSWORD)
    store.write("UPDATE accounts SET hash = ?", "nonsense")
    assert accounts.sign_in("amina", PASSWORD) is None


@pytest.mark.usefixtures("_still")
def test_a_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    rates = Rates(each=3, address=100)
    who = Principal(Role.READ, "key", "key:1", "192.0.2.1")
    for _ in range(3):
        rates.count(who, "ask")
    with pytest.raises(TooMany) as caught:
        rates.count(who, "ask")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 60
    rates.count(Principal(Role.READ, "key", "key:2", "192.0.2.1"), "ask")
    rates.count(who, "documents")  # look-ups are counted apart


@pytest.mark.usefixtures("_still")
def test_an_address_has_a_limit_of_its_own_whatever_the_keys() -> None:
    rates = Rates(each=100, address=3)
    for n in range(3):
        rates.count(Principal(Role.READ, "key", f"key:{n}", "192.0.2.1"), "ask")
    with pytest.raises(TooMany):
        rates.count(Principal(Role.READ, "key", "key:9", "192.0.2.1"), "ask")
    rates.count(Principal(Role.READ, "key", "key:9", "192.0.2.2"), "ask")
    rates.count(Principal(Role.ADMIN, "local", "local"), "ask")


def sign_in(made: Made, **given: str) -> object:
    made.client.cookies.clear()
    form = {"name": "amina", "password": PASSWORD, **given}
    return made.client.post("/sign-in", data=form, headers=SAME, follow_redirects=False)


def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(made: Made) -> None:
    reply = sign_in(made)
    assert reply.status_code == 303
    cookie = reply.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/", "max-age"))
    assert made.client.get("/api/v1/me").json()["role"] == "staff"
    over_tls = TestClient(made.app, base_url="https://testserver").post(
        "/sign-in", data={"name": "amina", "password": PASSWORD}, headers=SAME, follow_redirects=False
    )
    assert "secure" in over_tls.headers["set-cookie"].lower()
    made.client.post("/sign-out", headers=SAME, follow_redirects=False)
    assert made.client.get("/api/v1/me").json()["role"] == "none"


def test_a_form_of_another_site_does_nothing_with_the_session(made: Made) -> None:
    sign_in(made)
    body = {"question": "q", "language": "en", "rating": 1}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
                    {"Origin": "null"}, {}):  # fmt: skip
        assert made.client.post("/api/v1/feedback", json=body, headers=headers).status_code == 403
    for headers in (SAME, {"Origin": "http://testserver"}):
        assert made.client.post("/api/v1/feedback", json=body, headers=headers).status_code == 201
    made.client.cookies.clear()
    cross = made.client.post("/sign-in", data={"name": "amina", "password": PASSWORD},
                             headers={"Sec-Fetch-Site": "cross-site"})  # fmt: skip
    assert cross.status_code == 403
    assert COOKIE not in made.client.cookies


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
                                    "/a\r\nSet-Cookie: x=1", "/" + "x" * 2_000])  # fmt: skip
def test_signing_in_never_leads_to_another_site(made: Made, target: str) -> None:
    reply = sign_in(made, next=target[:1_000])
    assert reply.status_code == 303
    location = reply.headers["location"]
    assert location == "/" or (location.startswith("/x") and len(location) == 1_000)


def test_what_is_typed_into_the_form_comes_back_as_text(made: Made) -> None:
    reply = made.client.post(
        "/sign-in", data={"name": '"><script>alert(1)</script>', "password": "x" * 12, "next": '/"><b>'}, headers=SAME
    )
    assert reply.status_code == 401
    assert "<script>" not in reply.text
    assert "<b>" not in reply.text
    assert "&lt;script&gt;" in reply.text


@pytest.mark.usefixtures("_still")
def test_guessing_keys_or_passwords_is_stopped(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue) as made:
        made.gate.accounts.add("amina", Role.READ, PASSWORD)
        wrong = {"Authorization": "Bearer rpp_00000000_wrong"}
        codes = [made.client.get("/api/v1/me", headers=wrong).status_code for _ in range(SIGN_INS + 2)]
        assert codes[:SIGN_INS] == [401] * SIGN_INS
        assert codes[-1] == 429
        elsewhere = TestClient(made.app, client=("192.0.2.9", 1))
        form = {"name": "amina", "password": "wrong password"}
        codes = [elsewhere.post("/sign-in", data=form, headers=SAME).status_code for _ in range(SIGN_INS + 1)]
        assert codes == [401] * SIGN_INS + [429]
        third = TestClient(made.app, client=("192.0.2.10", 1))  # the account is guarded, whatever the address
        assert third.post("/sign-in", data={**form, "password": PASSWORD}, headers=SAME).status_code == 429


def test_what_staff_do_is_in_the_audit_log(made: Made) -> None:
    admin = made.headers("admin")
    sign_in(made)
    made.client.cookies.clear()
    reply = made.client.delete("/api/v1/documents/boats.txt", headers=made.headers("staff"))
    assert reply.status_code == 202
    entries = made.client.get("/api/v1/audit", headers=admin).json()["items"]
    assert entries[0]["action"] == "remove"
    assert entries[0]["target"] == "boats-txt:en:upload"
    assert entries[0]["who"].startswith("key:")
    assert entries[0]["address"] == "127.0.0.1"
    assert any(entry["action"] == "sign-in" for entry in entries)


def test_keys_and_accounts_are_kept_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_DATA_DIR", str(tmp_path))
    run = CliRunner()
    made = run.invoke(command, ["keys", "add", "Open WebUI", "--role", "read", "--days", "7"])
    assert made.exit_code == 0
    secret = made.stdout.strip()
    with AccessStore(tmp_path) as store:
        found = Keys(store).find(secret)
        assert found is not None
        assert run.invoke(command, ["keys", "revoke", found.id]).exit_code == 0
        assert Keys(store).find(secret) is None  # while this process has the file open
        assert run.invoke(command, ["keys", "revoke", found.id]).exit_code == 1
        added = run.invoke(command, ["accounts", "add", "amina", "--role", "admin"], input=f"{PASSWORD}\n")
        assert added.exit_code == 0
        assert Accounts(store).sign_in("amina", PASSWORD)
    assert run.invoke(command, ["accounts", "add", "b", "--role", "root"], input=f"{PASSWORD}\n").exit_code == 2
    assert run.invoke(command, ["accounts", "add", "b"], input="short\n").exit_code == 2
    assert "Open WebUI" in run.invoke(command, ["keys", "list"]).stdout
    assert '"name": "amina"' in run.invoke(command, ["accounts", "list", "--json"]).stdout
    assert "make account" in run.invoke(command, ["audit"]).stdout
    assert run.invoke(command, ["accounts", "remove", "amina"]).exit_code == 0
    assert run.invoke(command, ["accounts", "remove", "amina"]).exit_code == 1


def test_access_survives_two_processes_at_once(tmp_path: Path) -> None:
    with AccessStore(tmp_path) as one, AccessStore(tmp_path) as two:
        _, secret = Keys(one).make("x", Role.READ)
        assert Keys(two).find(secret)
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # somebody writes: looking up goes on
        assert Keys(two).find(secret)
        other.execute("ROLLBACK")
        other.close()
