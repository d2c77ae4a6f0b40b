"""Which addresses `fetch` connects to: those that were resolved and checked, and public ones alone."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from ods import Clock, Ods, moved, word_file

from corpus.symbols import Symbol
from ingest.fetch.addresses import PublicAddressTransport, is_public
from ingest.fetch.cache import DownloadCache
from ingest.fetch.document_service import DocumentService
from ingest.fetch.fetch_errors import Refused
from ingest.fetch.retries import RetryPolicy, Timer

SYMBOL = "CTOC/COP/WG.7/2021/3"
WORD = word_file(SYMBOL)
SERVICE = "https://documents.un.org"
PUBLIC = "157.150.185.49"


class Network:
    """A network that notes what it is asked for; `dead` are addresses at which nobody answers."""

    def __init__(self, *dead: str) -> None:
        self.asked: list[httpx.Request] = []
        self.transport = httpx.MockTransport(self._answer)
        self._dead = dead

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host in self._dead:
            raise httpx.ConnectError("nobody there", request=request)
        return httpx.Response(200, text="come")


class Names:
    """A name server: what it says of a host, one answer after the other, the last again and again."""

    def __init__(self, **told: list[list[str]]) -> None:
        self.told = {name.replace("_", "."): answers for name, answers in told.items()}

    def __call__(self, host: str, _: int) -> list[str]:
        answers = self.told.get(host)
        if answers is None:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def test_the_checked_address_is_connected_to_under_the_name_of_the_host() -> None:
    network, names = Network(), Names(documents_un_org=[[PUBLIC], ["127.0.0.1"]])
    with httpx.Client(transport=PublicAddressTransport(SERVICE, resolve=names, inner=network.transport)) as client:
        reply = client.get(f"{SERVICE}/x?s=1")
        (asked,) = network.asked
        assert (str(asked.url), asked.headers["Host"]) == (f"https://{PUBLIC}/x?s=1", "documents.un.org")
        assert asked.extensions["sni_hostname"] == "documents.un.org"
        assert (str(reply.url), reply.text) == (f"{SERVICE}/x?s=1", "come")
        with pytest.raises(Refused, match=r"documents\.un\.org is at 127\.0\.0\.1, which is not a public address"):
            client.get(f"{SERVICE}/x?s=1")  # the name server has changed its mind
    assert len(network.asked) == 1


def test_addresses_are_tried_in_their_order_and_those_that_are_not_public_are_not() -> None:
    network = Network(PUBLIC)
    names = Names(documents_un_org=[["10.0.0.1", PUBLIC, "2a00:1450:4001::1", "::1"]])
    with httpx.Client(transport=PublicAddressTransport(SERVICE, resolve=names, inner=network.transport)) as client:
        assert client.get(SERVICE).text == "come"
    assert [each.url.host for each in network.asked] == [PUBLIC, "2a00:1450:4001::1"]


@pytest.mark.parametrize("names", [Names(), Names(documents_un_org=[[]])])
def test_a_name_without_an_address_can_not_be_reached(names: Names) -> None:
    network = Network()
    with (
        httpx.Client(transport=PublicAddressTransport(SERVICE, resolve=names, inner=network.transport)) as client,
        pytest.raises(httpx.ConnectError, match="documents"),
    ):
        client.get(SERVICE)
    assert network.asked == []


def open_service(folder: Path, address: str, transport: httpx.BaseTransport | None = None) -> DocumentService:
    clock = Clock()
    return DocumentService(
        DownloadCache(folder), address, transport=transport, timer=Timer(clock.now, clock.sleep, lambda: 1.0),
        policy=RetryPolicy(attempts=1, delay=0, timeout=5),
    )  # fmt: skip


@pytest.mark.parametrize("private", [False, True])
def test_a_mirror_in_a_private_network_is_asked_where_that_is_allowed(tmp_path: Path, ods: Ods, private: bool) -> None:
    ods.publish(SYMBOL, WORD)
    mirror = ods.address.replace("127.0.0.1", "mirror.test")
    transport = PublicAddressTransport(mirror, private=private, resolve=Names(mirror_test=[["127.0.0.1"]]))
    with DownloadCache(tmp_path), open_service(tmp_path, mirror, transport) as service:
        if private:
            stored = service.fetch(Symbol.parse(SYMBOL), "en", ["docx"])
            assert (tmp_path / stored.file).read_bytes() == WORD
            assert stored.url.startswith(mirror)
        else:
            with pytest.raises(Refused, match="RAPPORTEUR_FETCH_PRIVATE"):
                service.fetch(Symbol.parse(SYMBOL), "en", ["docx"])
            assert ods.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00:ec2::254", "::ffff:10.0.0.1"])
def test_an_address_is_checked_at_a_redirect_too(tmp_path: Path, ods: Ods, address: str) -> None:
    ods.script(SYMBOL, moved("https://docs.un.org/secret"))
    transport = PublicAddressTransport(
        ods.address, resolve=Names(**{"127_0_0_1": [["127.0.0.1"]], "docs_un_org": [[address]]})
    )
    with (
        DownloadCache(tmp_path),
        open_service(tmp_path, ods.address, transport) as service,
        pytest.raises(Refused, match=r"docs\.un\.org is at .*, which is not a public address"),
    ):
        service.fetch(Symbol.parse(SYMBOL), "en", ["docx"])
    assert len(ods.asked) == 1


def test_without_a_resolver_of_a_test_the_system_resolves(tmp_path: Path, ods: Ods) -> None:
    ods.publish(SYMBOL, WORD)
    with DownloadCache(tmp_path), open_service(tmp_path, ods.address) as service:  # given as a number: it is meant
        assert service.fetch(Symbol.parse(SYMBOL), "en", ["docx"]).bytes == len(WORD)
    network = Network()
    with (
        httpx.Client(transport=PublicAddressTransport(SERVICE, inner=network.transport)) as client,
        pytest.raises(Refused, match=r"localhost is at .*, which is not a public address"),
    ):
        client.get("https://localhost/")


def test_a_proxy_of_the_environment_is_gone_through(ods: Ods, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", ods.address)
    with httpx.Client(transport=PublicAddressTransport("http://mirror.test", resolve=Names())) as client:
        client.get("http://mirror.test/file")
    assert ods.asked[0].path == "http://mirror.test/file"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9", "168.63.129.16", "169.254.169.254",
        "172.16.0.1", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "nonsense", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["157.150.185.49", "8.8.8.8", "2a00:1450:4001::1", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)
