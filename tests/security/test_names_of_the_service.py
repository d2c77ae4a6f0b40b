"""Open reading is open to people in front of a browser, not to pages of other sites that make their own name point here."""

from __future__ import annotations

import socket

import pytest
from fastapi.testclient import TestClient
from services import Made, service_fixture

from assistant.api.authentication import Hosts
from assistant.api.http_server import Forwarded
from assistant.settings import SettingsError, load_settings

DOORS = ("/api/v1/documents", "/api/v1/search?q=boats", "/documents", "/", "/api/v1/me", "/v1/models")


made = service_fixture(reading=True, hosts=Hosts(["Docs.example.org"]))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "docs.example.org.evil.example", "127.0.0.1.evil.example",
                                  "localhost.evil.example", "", "a b", "docs.example.org@evil.example"])  # fmt: skip
def test_under_a_name_that_is_not_ours_nobody_reads_without_a_key(made: Made, host: str) -> None:
    made.client.cookies.clear()
    for address in DOORS:
        reply = made.client.get(address, headers={"Host": host}, follow_redirects=False)
        signing_in = reply.status_code == 303 and reply.headers["location"].startswith("/sign-in?")
        assert signing_in or reply.status_code in (401, 422), (address, reply.text)
        assert "boats" not in reply.text
    keyed = made.client.get("/api/v1/documents", headers={"Host": host, **made.headers("read")})
    assert keyed.status_code == 200
    assert made.client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["docs.example.org", "DOCS.example.org:443", "docs.example.org.", "127.0.0.1:8000", "[::1]:8000", "192.0.2.7", "localhost:8000",
     "a.localhost", socket.gethostname()],
)  # fmt: skip
def test_under_our_names_and_addresses_everybody_reads(made: Made, host: str) -> None:
    made.client.cookies.clear()
    assert made.client.get("/api/v1/documents", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "proxies", ["*", "10.0.0.1,*", "proxy.example", "10.0.0.1/24", "0.0.0.0/0", "::/0", "10.0.0.1 10.0.0.2"]
)
def test_proxies_that_are_everybody_or_no_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("RAPPORTEUR_TRUSTED_PROXIES", proxies)
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        load_settings()


@pytest.mark.parametrize("proxies", ["", "10.0.0.1", "10.0.0.0/24, 2001:db8::1", "127.0.0.1,"])
def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("RAPPORTEUR_TRUSTED_PROXIES", proxies)
    assert load_settings().trusted_proxies == proxies


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:5123", "198.51.100.7"),
        ("[2001:db8::7]:5123", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("garbage<script>, 198.51.100.7, 127.0.0.1", "198.51.100.7"),
        ("198.51.100.7, garbage<script>", "127.0.0.1"),
        ("a" * 9_000, "127.0.0.1"),
        ("", "127.0.0.1"),
        (None, "127.0.0.1"),
    ],
)
def test_what_a_proxy_passes_on_as_an_address_is_one_or_the_request_is_its_own(
    made: Made, said: str | None, known: str
) -> None:
    with TestClient(Forwarded(made.app, "127.0.0.1"), client=("127.0.0.1", 40_000)) as behind:
        headers = {} if said is None else {"X-Forwarded-For": said}
        reply = behind.get("/api/v1/documents", headers={"Authorization": "Bearer none", **headers})
    assert reply.status_code == 401
    assert made.gate.audit.entries(limit=1)[0].address == known


def test_nobody_else_says_where_a_request_came_from(made: Made) -> None:
    with TestClient(Forwarded(made.app, "127.0.0.1"), client=("198.51.100.9", 40_000)) as elsewhere:
        headers = {"Authorization": "Bearer none", "X-Forwarded-For": "198.51.100.7"}
        assert elsewhere.get("/api/v1/documents", headers=headers).status_code == 401
    assert made.gate.audit.entries(limit=1)[0].address == "198.51.100.9"


@pytest.mark.parametrize("names", ['["*"]', '["https://a.example"]', '["a.example:80"]', '["-a"]', '[""]'])
def test_a_name_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv("RAPPORTEUR_HOSTS", names)
    with pytest.raises(SettingsError, match="HOSTS"):
        load_settings()
