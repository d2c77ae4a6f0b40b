"""Keys, accounts, sessions, limits and the audit log."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx import Response
from invoking import Cli
from services import PASSWORD, SAME, Made, made_service, service_fixture, sign_in
from waiting import WAIT

from assistant.access import Principal, Role
from assistant.access.access_store import FILE, AccessStore
from assistant.access.accounts import AccountError, Accounts, Keys
from assistant.access.audit import MAX_ENTRIES, SHOWN, Audit, FailureLog
from assistant.access.rate_limits import (
    FOR_NAME,
    FROM_ADDRESS,
    MAX_AT_ONCE,
    MAX_IN_LINE,
    PAUSE,
    WRONG_KEYS,
    GuessLimits,
    RateLimits,
)
from assistant.api.authentication import COOKIE
from assistant.service_errors import TooMany
from corpus.catalogue import Catalogue


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[AccessStore]:
    with AccessStore(tmp_path, clock) as found:
        yield found


made = service_fixture(accounts={"amina": Role.STAFF})


def test_a_key_is_found_by_its_secret_and_by_nothing_like_it(store: AccessStore) -> None:
    keys = Keys(store)
    key, secret = keys.create("a program", Role.READ)
    found = keys.find(secret)
    assert found is not None
    assert (found.id, found.role) == (key.id, "read")
    for wrong in ("", "rpp", "rpp__", f"rpp_{key.id}_", secret[:-1], secret + "x", secret.replace("rpp", "rpq"),
                  f"rpp_{key.id}_' OR 1=1 --", f"rpp_{key.id}_\ud800"):  # fmt: skip
        assert keys.find(wrong) is None


def test_neither_a_key_nor_a_password_nor_a_session_is_kept_readable(store: AccessStore) -> None:
    _, secret = Keys(store).create("a program", Role.READ)
    accounts = Accounts(store)
    accounts.add("amina", Role.READ, PASSWORD)
    token = accounts.sign_in("amina", PASSWORD)
    assert token is not None
    store.close()
    kept = b"".join(path.read_bytes() for path in store.folder.iterdir())
    for each in (secret.split("_", 2)[2], secret, PASSWORD, token):
        assert each.encode() not in kept
    assert b"$argon2id$" in kept
    assert stat.S_IMODE((store.folder / FILE).stat().st_mode) == 0o600


def test_a_key_ends_when_it_is_revoked_or_its_days_are_over(store: AccessStore, clock: Clock) -> None:
    keys = Keys(store)
    first, secret = keys.create("one", Role.READ)
    _, short = keys.create("two", Role.READ, days=1)
    assert keys.find(short)
    clock.time += timedelta(days=1)
    assert keys.find(short) is None
    assert keys.revoke(first.id)
    assert not keys.revoke(first.id)
    assert keys.find(secret) is None


def test_an_account_needs_a_long_password_and_a_name_of_its_own(store: AccessStore) -> None:
    accounts = Accounts(store)
    with pytest.raises(AccountError, match="There is no account nobody"):
        accounts.change("nobody", "short")
    with pytest.raises(AccountError, match="at least 12"):
        accounts.add("amina", Role.READ, "short")
    accounts.add("amina", Role.READ, PASSWORD)
    with pytest.raises(AccountError, match="already"):
        accounts.add("amina", Role.ADMIN, PASSWORD)
    for name in ("", "Amina", "a b", "../x", "a\n", "x" * 65):
        with pytest.raises(AccountError, match="not a valid account name"):
            accounts.add(name, Role.READ, PASSWORD)


@pytest.mark.parametrize(
    "weak",
    ["aaaaaaaaaaaa", "123456789012", "passwordpassword", "qwertyuiopasdf", "P@ssw0rd12345", "amina.karimova",
     "Amina-Karimova-2026", "karimovaAMINA1", "Rapporteur2026", "UnitedNations2026!", "Docs-Geneva-2026"],
)  # fmt: skip
def test_a_password_that_is_soon_guessed_is_refused_whenever_it_is_chosen(store: AccessStore, weak: str) -> None:
    accounts = Accounts(store, hosts=["docs.geneva.example"])
    with pytest.raises(AccountError, match="easy to guess"):
        accounts.add("amina.karimova", Role.READ, weak)
    accounts.add("amina.karimova", Role.READ, PASSWORD)
    with pytest.raises(AccountError, match="easy to guess"):
        accounts.change("amina.karimova", weak)
    assert accounts.sign_in("amina.karimova", PASSWORD)  # the old one holds


@pytest.mark.parametrize(
    "good", ["mX9#kd02lPq!", "лодки уходят в полдень", "Amina's boats leave at noon", PASSWORD * 40]
)
def test_a_password_that_is_not_soon_guessed_is_taken(store: AccessStore, good: str) -> None:
    accounts = Accounts(store)
    accounts.add("amina", Role.READ, good)
    assert accounts.sign_in("amina", good)


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


@pytest.mark.parametrize("removed", [False, True])
def test_a_sign_in_that_is_being_checked_opens_no_session_once_the_password_is_another(
    store: AccessStore, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    accounts, verify = Accounts(store), PasswordHasher.verify
    accounts.add("amina", Role.READ, PASSWORD)

    def late(hasher: PasswordHasher, hashed: str, password: bytes) -> bool:
        good = verify(hasher, hashed, password)
        accounts.remove("amina") if removed else accounts.change("amina", f"another {PASSWORD}")
        return good

    monkeypatch.setattr(PasswordHasher, "verify", late)
    assert accounts.sign_in("amina", PASSWORD) is None
    assert store.rows("SELECT * FROM sessions") == []


def test_a_damaged_hash_lets_nobody_in(store: AccessStore) -> None:
    accounts = Accounts(store)
    accounts.add("amina", Role.READ, PASSWORD)
    store.write("UPDATE accounts SET hash = ?", "nonsense")
    assert accounts.sign_in("amina", PASSWORD) is None


@pytest.mark.usefixtures("still")
def test_a_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    rate_limits = RateLimits(each=3, address=100)
    who = Principal(Role.READ, "key", "key:1", "192.0.2.1")
    for _ in range(3):
        rate_limits.count(who, "ask")
    with pytest.raises(TooMany) as caught:
        rate_limits.count(who, "ask")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 60
    rate_limits.count(Principal(Role.READ, "key", "key:2", "192.0.2.1"), "ask")
    rate_limits.count(who, "documents")  # look-ups are counted apart


@pytest.mark.usefixtures("still")
def test_an_address_has_a_limit_of_its_own_whatever_the_keys() -> None:
    rate_limits = RateLimits(each=100, address=3)
    for n in range(3):
        rate_limits.count(Principal(Role.READ, "key", f"key:{n}", "192.0.2.1"), "ask")
    with pytest.raises(TooMany):
        rate_limits.count(Principal(Role.READ, "key", "key:9", "192.0.2.1"), "ask")
    rate_limits.count(Principal(Role.READ, "key", "key:9", "192.0.2.2"), "ask")
    rate_limits.count(Principal(Role.ADMIN, "local", "local"), "ask")


@pytest.mark.usefixtures("still")
def test_the_addresses_of_one_subscriber_are_one_client_and_those_of_two_are_two() -> None:
    rate_limits = RateLimits(each=100, address=3)
    for n in range(3):
        rate_limits.count(Principal.anonymous(f"2001:db8:1:2::{n + 1}", reading=True, visit=f"v{n}"), "ask")
        rate_limits.count(Principal(Role.READ, "key", f"key:{n}", f"2001:db8:1:3::{n + 1}"), "ask")
    with pytest.raises(TooMany):
        rate_limits.count(Principal.anonymous("2001:db8:1:2:ffff::9", reading=True), "ask")
    with pytest.raises(TooMany):
        rate_limits.count(Principal(Role.READ, "key", "key:9", "2001:db8:1:3:ffff::9"), "ask")
    rate_limits.count(Principal.anonymous("2001:db8:1:4::1", reading=True), "ask")
    one, other = (Principal.anonymous(f"2001:db8:1:2::{n}").client for n in (1, 2))
    assert one == other  # whose turns and conversations are counted


def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(made: Made) -> None:
    reply = sign_in(made.client)
    assert reply.status_code == 303
    cookie = reply.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/", "max-age"))
    assert made.client.get("/api/v1/me").json()["role"] == "staff"
    over_tls = sign_in(TestClient(made.app, base_url="https://testserver"))
    assert "secure" in over_tls.headers["set-cookie"].lower()
    made.client.post("/sign-out", headers=SAME, follow_redirects=False)
    assert made.client.get("/api/v1/me").json()["role"] == "none"


def test_a_form_of_another_site_does_nothing_with_the_session(made: Made) -> None:
    sign_in(made.client)
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
    reply = sign_in(made.client, next=target[:1_000])
    assert reply.status_code == 303
    location = reply.headers["location"]
    assert location == "/" or (location.startswith("/x") and len(location) == 1_000)


def test_what_is_typed_into_the_form_comes_back_as_text(made: Made) -> None:
    reply = sign_in(made.client, '"><script>alert(1)</script>', "x" * 12, next='/"><b>')
    assert reply.status_code == 401
    assert "<script>" not in reply.text
    assert "<b>" not in reply.text
    assert "&lt;script&gt;" in reply.text


WRONG = {"Authorization": "Bearer rpp_00000000_wrong"}


class Waits:
    """Passes the time of those who wait, and knows how long each waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def guessed(tmp_path: Path, catalogue: Catalogue, waits: Waits, still: None) -> Iterator[Made]:
    """A service with two accounts, in which time stands still and those who wait are passed on at once."""
    people = {"amina": Role.READ, "boris": Role.READ}
    with made_service(tmp_path, catalogue, page=False, guess_limits=GuessLimits(waits), accounts=people) as found:
        found.gate.failure_log = FailureLog(found.audit, lambda: 0.0)
        yield found


def at(made: Made, address: str) -> Callable[..., Response]:
    """The sign-in form, sent from an address."""
    return partial(sign_in, TestClient(made.app, client=(address, 1)))


def test_guessing_keys_is_answered_with_429_and_a_good_key_passes_all_the_same(guessed: Made, waits: Waits) -> None:
    codes = [guessed.client.get("/api/v1/me", headers=WRONG).status_code for _ in range(WRONG_KEYS)]
    assert codes == [401] * WRONG_KEYS
    beyond = guessed.client.get("/api/v1/me", headers=WRONG)
    assert beyond.status_code == 429
    assert 0 < int(beyond.headers["retry-after"]) <= 60
    good = guessed.by("staff").get("/api/v1/me")
    assert (good.status_code, good.json()["role"]) == (200, "staff")
    assert guessed.client.get("/v1/models", headers=WRONG).status_code == 429
    assert guessed.by("read").get("/v1/models").status_code == 200
    assert TestClient(guessed.app, client=("192.0.2.9", 1)).get("/api/v1/me", headers=WRONG).status_code == 401
    assert at(guessed, "127.0.0.1")("amina").status_code == 303, "wrong passwords are counted apart"
    assert waits.seconds == []


def test_guessing_a_password_is_slowed_and_the_right_one_passes_all_the_same(guessed: Made, waits: Waits) -> None:
    send = at(guessed, "192.0.2.9")
    assert [send("amina", "wrong password").status_code for _ in range(FOR_NAME)] == [401] * FOR_NAME
    assert waits.seconds == []
    beyond = send("amina", "wrong password")
    assert beyond.status_code == 429
    assert int(beyond.headers["retry-after"]) >= PAUSE
    assert waits.seconds == [PAUSE]
    assert send("amina").status_code == 303
    assert len(waits.seconds) == 2
    assert send("amina", "wrong password").status_code == 401  # who has signed in may err again


def test_guessing_a_password_keeps_nobody_out_elsewhere_or_under_another_name(guessed: Made, waits: Waits) -> None:
    send = at(guessed, "192.0.2.9")
    assert send("boris", "wrong password").status_code == 401
    for _ in range(FOR_NAME + 1):
        send("amina", "wrong password")
    del waits.seconds[:]
    assert send("boris").status_code == 303
    assert at(guessed, "192.0.2.10")("amina").status_code == 303
    assert waits.seconds == []


def test_one_address_that_guesses_many_names_is_slowed_and_nobody_kept_out(guessed: Made, waits: Waits) -> None:
    send = at(guessed, "192.0.2.9")
    guessed.gate.accounts.sign_in = lambda name, password: "token" if password == PASSWORD else None  # type: ignore[method-assign]
    codes = [send(f"name{n}", "wrong password").status_code for n in range(FROM_ADDRESS + 1)]
    assert codes == [401] * FROM_ADDRESS + [429]
    assert waits.seconds == [PAUSE]
    assert send("amina").status_code == 303
    assert at(guessed, "192.0.2.10")("amina").status_code == 303
    assert len(waits.seconds) == 2


def test_a_name_that_nobody_has_is_slowed_like_any_other(guessed: Made) -> None:
    send = at(guessed, "192.0.2.9")
    for name in ("amina", "nobody"):
        codes = [send(name, "wrong password").status_code for _ in range(FOR_NAME + 1)]
        assert codes == [401] * FOR_NAME + [429]


@pytest.mark.usefixtures("still")
def test_those_who_guess_at_once_wait_one_behind_the_other_and_the_line_has_an_end() -> None:
    guess_limits = GuessLimits(clock=lambda: 100.0)
    for _ in range(FOR_NAME):
        with guess_limits.attempt("amina", "192.0.2.9") as wait:
            assert wait == 0
    with ExitStack() as stack:
        waits = [stack.enter_context(guess_limits.attempt("amina", "192.0.2.9")) for _ in range(MAX_IN_LINE)]
        assert waits == [PAUSE * n for n in range(1, MAX_IN_LINE + 1)]
        with pytest.raises(TooMany):
            stack.enter_context(guess_limits.attempt("amina", "192.0.2.9"))
        assert stack.enter_context(guess_limits.attempt("boris", "192.0.2.9")) == 0


@pytest.mark.usefixtures("still")
def test_one_address_has_only_so_many_tries_at_once() -> None:
    guess_limits = GuessLimits()
    with ExitStack() as stack:
        for n in range(MAX_AT_ONCE):
            stack.enter_context(guess_limits.attempt(f"name{n}", "192.0.2.9"))
        with pytest.raises(TooMany):
            stack.enter_context(guess_limits.attempt("amina", "192.0.2.9"))
        stack.enter_context(guess_limits.attempt("amina", "192.0.2.10"))
    with guess_limits.attempt("amina", "192.0.2.9") as wait:
        assert wait == 0


@pytest.mark.usefixtures("still")
def test_the_addresses_of_one_subscriber_of_version_6_count_as_one() -> None:
    guess_limits = GuessLimits()
    for n in range(WRONG_KEYS):
        guess_limits.count_wrong_key(f"2001:db8:1:2::{n + 1}")
    with pytest.raises(TooMany):
        guess_limits.count_wrong_key("2001:db8:1:2:ffff::1")
    guess_limits.count_wrong_key("2001:db8:1:3::1")


def test_slowed_and_refused_sign_ins_and_wrong_keys_are_in_the_audit_log_too(guessed: Made) -> None:
    send = at(guessed, "192.0.2.9")
    for _ in range(FOR_NAME + 2):
        send("amina", "wrong password")
    key = guessed.keys["read"]
    for wrong in (f"{key[:-1]}x", "rpp_00000000_wrong", "a password in the wrong place"):
        guessed.client.get("/api/v1/me", headers={"Authorization": f"Bearer {wrong}"})
    send("my secret pass phrase", "amina")  # it may be a password, and is not written down
    noted = [(each.action, each.who, each.target) for each in reversed(guessed.audit.entries())]
    assert {each.address for each in guessed.audit.entries() if each.who == "account:amina"} == {"192.0.2.9"}
    named = f"key:{key.split('_')[1]}"
    assert noted == [
        *[("sign-in failed", "account:amina", "")] * SHOWN,
        ("sign-in failed", "account:amina", "10 in this minute"),
        ("wrong key", named, ""), ("wrong key", "key:?", ""), ("wrong key", "key:?", ""),
        ("sign-in failed", "account:?", ""),
    ]  # fmt: skip


def test_a_sign_in_that_is_not_even_tried_is_in_the_audit_log(guessed: Made) -> None:
    with ExitStack() as stack:
        for n in range(MAX_AT_ONCE):
            stack.enter_context(guessed.gate.guess_limits.attempt(f"name{n}", "192.0.2.9"))
        assert at(guessed, "192.0.2.9")("amina").status_code == 429
    assert [(each.action, each.who) for each in guessed.audit.entries()] == [("sign-in refused", "account:amina")]


def test_guessing_does_not_flood_the_audit_log_nor_hide_what_staff_do(store: AccessStore) -> None:
    audit, now = Audit(store), [0.0]
    failure_log = FailureLog(audit, lambda: now[0])
    audit.add(Principal(Role.STAFF, "key", "key:1"), "remove", "a text")
    for n in range(5_000):
        failure_log.add("sign-in failed", "account:amina", "192.0.2.9")
        failure_log.add("wrong key", "key:?", f"2001:db8:{n % 3_000:x}::1")
    assert audit.count() <= MAX_ENTRIES + 10
    now[0] = 60.0
    failure_log.add("wrong key", "key:?", "192.0.2.9")
    assert audit.entries(limit=1)[0].address == "192.0.2.9"  # the next minute is seen again
    assert audit.entries()[-1].action == "remove"


def test_the_oldest_failed_tries_are_forgotten_and_what_was_done_stays(
    store: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.access.audit.KEPT", 50)
    audit, now = Audit(store), [0.0]
    failure_log = FailureLog(audit, lambda: now[0])
    audit.add(Principal(Role.STAFF, "key", "key:1"), "remove", "a text")
    for n in range(1_000):
        now[0] = 60.0 * n
        failure_log.add("wrong key", "key:?", "192.0.2.9")
    assert audit.count() == 51
    assert audit.entries()[-1].action == "remove"


def test_who_signs_in_and_is_refused_is_told_so_though_the_log_can_not_be_written(guessed: Made) -> None:
    guessed.store.write("DROP TABLE audit")
    assert at(guessed, "192.0.2.9")("amina", "wrong password").status_code == 401


def test_what_staff_do_is_in_the_audit_log(made: Made) -> None:
    admin = made.by("admin")
    sign_in(made.client)
    made.client.cookies.clear()
    reply = made.by("staff").delete("/api/v1/documents/boats.txt")
    assert reply.status_code == 202
    entries = admin.get("/api/v1/audit").json()["items"]
    assert entries[0]["action"] == "remove"
    assert entries[0]["target"] == "boats-txt:en:upload"
    assert entries[0]["who"].startswith("key:")
    assert entries[0]["address"] == "127.0.0.1"
    assert any(entry["action"] == "sign-in" for entry in entries)


def test_keys_and_accounts_are_kept_on_the_command_line(cli: Cli) -> None:
    made = cli("keys", "add", "Open WebUI", "--role", "read", "--days", "7")
    assert made.code == 0
    secret = made.out.strip()
    with AccessStore(cli.folder) as store:
        found = Keys(store).find(secret)
        assert found is not None
        assert cli("keys", "revoke", found.id).code == 0
        assert Keys(store).find(secret) is None  # while this process has the file open
        assert cli("keys", "revoke", found.id).code == 1
        added = cli("accounts", "add", "amina", "--role", "admin", stdin=f"{PASSWORD}\n")
        assert added.code == 0
        assert Accounts(store).sign_in("amina", PASSWORD)
    assert cli("accounts", "add", "b", "--role", "root", stdin=f"{PASSWORD}\n").code == 2
    assert cli("accounts", "add", "b", stdin="short\n").code == 2
    assert cli("accounts", "password", "amina", stdin="short\n").code == 2
    assert cli("accounts", "add", "amina", stdin=f"{PASSWORD}\n").code == 1
    assert cli("accounts", "password", "b", stdin=f"{PASSWORD}\n").code == 1
    assert "Open WebUI" in cli("keys", "list").out
    assert '"name": "amina"' in cli("accounts", "list", "--json").out
    assert "make account" in cli("audit").out
    assert cli("accounts", "remove", "amina").code == 0
    assert cli("accounts", "remove", "amina").code == 1


HOLDS = """
import sys
from pathlib import Path
from assistant.access.accounts import Keys
from assistant.access.access_store import AccessStore
with AccessStore(Path(sys.argv[1])) as store:
    keys = Keys(store)
    for line in sys.stdin:
        found = keys.find(line.strip())
        while store._due.qsize():
            pass
        print("good" if found else "not good", flush=True)
"""


def test_a_key_that_another_process_revokes_is_not_good_in_this_one_after_it_was_used(tmp_path: Path) -> None:
    with AccessStore(tmp_path) as store:
        keys = [Keys(store).create(f"key {n}", Role.READ) for n in range(3)]
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          cwd=root) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for key, secret in keys:
            said = []
            for _ in range(2):
                process.stdin.write(f"{secret}\n")
                process.stdin.flush()
                said.append(process.stdout.readline().strip())
                with AccessStore(tmp_path) as store:  # opened and closed, as each command does
                    Keys(store).revoke(key.id)
            assert said == ["good", "not good"]
        process.stdin.close()


def test_a_key_is_found_at_once_while_another_process_writes_and_its_use_is_noted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    longer = {"timeout": 2 * WAIT}  # seconds that the lock is waited for
    monkeypatch.setattr(
        "corpus.store.sqlite.sqlite3.connect", lambda *given, **more: real(*given, **{**more, **longer})
    )
    with AccessStore(tmp_path) as store, AccessStore(tmp_path) as second, ThreadPoolExecutor(1) as pool:
        key, secret = Keys(store).create("x", Role.READ)
        other = real(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        found = pool.submit(lambda: [Keys(each).find(secret) for each in (*[store] * 20, second)])
        try:
            assert all(found.result(WAIT))
        finally:
            other.execute("ROLLBACK")
            other.close()
    with AccessStore(tmp_path) as store:
        assert [(each.id, each.used is not None) for each in Keys(store).all()] == [(key.id, True)]
