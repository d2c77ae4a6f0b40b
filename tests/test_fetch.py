"""Fetching by symbol from a service that behaves like the real one: what comes, what is refused, what is tried again."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
from ods import Clock, Ods, Reply, formats, moved, pdf_file, word_file
from waiting import WAIT, until

from corpus.corpus_errors import LibraryBusy
from corpus.symbols import Symbol
from ingest.fetch.addresses import HOSTS
from ingest.fetch.cache import CachedFile, DownloadCache
from ingest.fetch.document_service import DocumentService
from ingest.fetch.fetch_errors import NotPublished, Refused, ServiceUnavailable, TryLater
from ingest.fetch.fetch_run import DownloadOutcome, DownloadRequest, FetchedInput, download, parse_symbols
from ingest.fetch.retries import RetryPolicy, Timer
from ingest.readers import ReadError

SYMBOL = "CTOC/COP/WG.7/2021/3"
PROSECUTION = Symbol.parse(SYMBOL)
WORD = word_file(SYMBOL)
WORD_REPLY = Reply(body=WORD)
PDF = pdf_file(SYMBOL, "A note on boats")


class Client:
    """A service over one folder, with a clock of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder / "downloads", address
        self.clock = Clock()
        self.patience = RetryPolicy(delay=0, timeout=WAIT)
        self.told: list[str] = []

    @contextmanager
    def open(self, **options: Any) -> Iterator[DocumentService]:
        """The service, its folder owned."""
        timer = Timer(self.clock.now, self.clock.sleep, lambda: 1.0)
        given = {"timer": timer, "policy": self.patience, "on_wait": self.told.append, **options}
        with DownloadCache(self.folder) as downloads, DocumentService(downloads, self.address, **given) as service:
            yield service

    def fetch(self, symbol: str = SYMBOL, language: str = "en", *formats: str, **options: Any) -> CachedFile:
        """Fetches one document."""
        with self.open(**options) as service:
            return service.fetch(Symbol.parse(symbol), language, formats or ("docx", "pdf", "doc"))

    def run(self, *symbols: str, again: bool = False, **options: Any) -> list[DownloadOutcome]:
        """Fetches several, as the command does."""
        with self.open(**options) as service:
            return list(download([DownloadRequest(Symbol.parse(each), "en") for each in symbols], service, again=again))

    def bytes(self, stored: CachedFile) -> bytes:
        """What lies on disk."""
        return (self.folder / stored.file).read_bytes()

    def left(self) -> set[str]:
        """Kinds of the files in the folder, without the lock."""
        return {"".join(path.suffixes) for path in self.folder.iterdir() if path.name != "fetch.lock"}


@pytest.fixture
def client(tmp_path: Path, ods: Ods) -> Client:
    return Client(tmp_path, ods.address)


# asking


@pytest.mark.parametrize(
    ("symbol", "query"),
    [
        ("CTOC/COP/WG.7/2021/1", "s=CTOC%2FCOP%2FWG.7%2F2021%2F1&l=fr&t=docx"),
        ("A/RES/1514(XV)", "s=A%2FRES%2F1514%28XV%29&l=fr&t=docx"),
        ("A/80/6 (Sect. 16)", "s=A%2F80%2F6%20%28Sect.%2016%29&l=fr&t=docx"),
        ("S/RES/1325(2000)", "s=S%2FRES%2F1325%282000%29&l=fr&t=docx"),
        ("A/RES/77/290 B", "s=A%2FRES%2F77%2F290%20B&l=fr&t=docx"),
        ("ICCD/COP(8)/16/Add.1", "s=ICCD%2FCOP%288%29%2F16%2FAdd.1&l=fr&t=docx"),
        ("A/ES-10/1043-S/2025/529", "s=A%2FES-10%2F1043&l=fr&t=docx"),
    ],
)
def test_a_symbol_arrives_percent_encoded_and_a_double_one_by_its_first_half(
    ods: Ods, client: Client, symbol: str, query: str
) -> None:
    asked = Symbol.parse(symbol).halves[0].text
    ods.publish(asked, word_file(asked), language="fr")
    assert client.fetch(symbol, "fr").symbol == Symbol.parse(symbol).text
    assert ods.accesses == [query]


def test_a_document_is_fetched_through_the_redirect_and_its_origin_noted(ods: Ods, client: Client) -> None:
    path = ods.publish(SYMBOL, WORD)
    stored = client.fetch()
    assert client.bytes(stored) == WORD
    assert (stored.kind, stored.asked, stored.bytes) == ("docx", "docx", len(WORD))
    assert (stored.url, stored.fetched) == (ods.address + path, "2023-11-14T22:13:20+00:00")
    assert stored.address.startswith(ods.address + "/api/symbol/access?s=CTOC")
    assert client.left() == {".docx", ".json"}


def test_rapporteur_names_itself_and_carries_no_cookies(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    ods.publish("A/75/1", word_file("A/75/1"))
    client.run(SYMBOL, "A/75/1")
    assert len(ods.asked) == 4
    for request in ods.asked:
        assert request.headers["user-agent"].startswith("Rapporteur")
        assert "cookie" not in request.headers
        assert request.version == "HTTP/1.1"


@pytest.mark.parametrize("tail", ["", "/", "/api/symbol/access"])
def test_the_service_may_be_named_with_or_without_its_path(ods: Ods, client: Client, tail: str) -> None:
    ods.publish(SYMBOL, WORD)
    client.address += tail
    assert client.bytes(client.fetch()) == WORD


def test_requests_are_kept_apart(ods: Ods, client: Client) -> None:
    client.patience = replace(client.patience, delay=3.0)
    ods.publish(SYMBOL, PDF, form="pdf")
    client.fetch()
    assert formats(ods.accesses) == ["docx", "pdf"]
    assert client.clock.slept == [3.0]


# formats


def test_a_word_file_is_asked_for_first_then_pdf_then_an_old_word_file(ods: Ods, client: Client) -> None:
    with pytest.raises(NotPublished, match="docx, pdf, doc"):
        client.fetch()
    assert formats(ods.accesses) == ["docx", "pdf", "doc"]
    assert not client.left()


def test_one_format_can_be_asked_for(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    with pytest.raises(NotPublished):
        client.fetch(SYMBOL, "en", "pdf")
    assert formats(ods.accesses) == ["pdf"]


@pytest.mark.parametrize("empty", [Reply(200), Reply(200, length=False), Reply(204, length=False), Reply(410)])
def test_an_empty_answer_means_not_published_and_the_next_format_is_tried(
    ods: Ods, client: Client, empty: Reply
) -> None:
    ods.script(SYMBOL, empty)
    ods.publish(SYMBOL, PDF, form="pdf")
    assert client.fetch().kind == "pdf"


def test_another_format_than_was_asked_for_is_taken_and_said(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, Reply(body=PDF, headers={"Content-Type": "application/msword"}))
    (done,) = client.run(SYMBOL)
    assert done.result == "fetched"
    assert done.stored is not None
    assert (done.stored.kind, done.reason) == ("pdf", "requested as docx, received as pdf")
    assert done.stored.name == "CTOC_COP_WG.7_2021_3.en.pdf"


PAGE = b"\xef\xbb\xbf \r\n<!DOCTYPE html><html><head><title>ODS &amp; you</title></head><body>Down</body></html>"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (PAGE, r"a web page \(“ODS & you”\)"),
        (b"<!-- made -->\n<html><body>maintenance</body></html>", "a web page"),
        (b"\xffWPC\x10\x00", "a WordPerfect file"),
        (b"PK\x03\x04 nothing of Word", "an archive that is not a Word file"),
        (b'{"error": "internal"}', "not a Word or PDF file"),
    ],
)
def test_what_is_no_document_is_refused_by_name(ods: Ods, client: Client, body: bytes, what: str) -> None:
    ods.publish(SYMBOL, Reply(body=body, headers={"Content-Type": "application/pdf"}))
    with pytest.raises(Refused, match=what):
        client.fetch()
    assert formats(ods.accesses) == ["docx", "pdf", "doc"]
    assert not client.left()


def test_where_a_web_page_stands_in_place_of_one_format_another_is_taken(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, PAGE)
    ods.publish(SYMBOL, PDF, form="pdf")
    assert client.fetch().kind == "pdf"


@pytest.mark.parametrize("status", [202, 206, 400, 401, 403, 451])
def test_an_answer_that_means_nothing_good_is_told_with_its_number(ods: Ods, client: Client, status: int) -> None:
    ods.script(SYMBOL, Reply(status, b"no"))
    with pytest.raises(Refused, match=str(status)):
        client.fetch()
    assert not client.clock.slept


# patience


def test_seconds_that_the_service_asks_for_are_waited(ods: Ods, client: Client) -> None:
    ods.script(SYMBOL, Reply(429, headers={"Retry-After": "17"}), moved("/file"))
    ods.serve("/file", WORD_REPLY)
    assert client.fetch().kind == "docx"
    assert client.clock.slept == [18.0]
    assert client.told == ["the service answered 429 Too Many Requests; next attempt in 18 s"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_date_that_the_service_names_is_waited_for(ods: Ods, client: Client, status: int) -> None:
    when = formatdate(client.clock.time + 40, usegmt=True)
    ods.script(SYMBOL, Reply(status, headers={"Retry-After": when}), moved("/file"))
    ods.serve("/file", WORD_REPLY)
    client.fetch()
    assert client.clock.slept == [41.0]


@pytest.mark.parametrize("said", ["soon", "-5", "", "Tue, 99 Foo 2023", "1e3"])
def test_what_is_no_time_is_as_good_as_none(ods: Ods, client: Client, said: str) -> None:
    ods.script(SYMBOL, Reply(503, headers={"Retry-After": said}), moved("/file"))
    ods.serve("/file", WORD_REPLY)
    client.fetch()
    assert client.clock.slept == [1.0]


def test_a_date_in_the_past_is_not_waited_for(ods: Ods, client: Client) -> None:
    ods.script(SYMBOL, Reply(503, headers={"Retry-After": formatdate(0, usegmt=True)}), moved("/file"))
    ods.serve("/file", WORD_REPLY)
    client.fetch()
    assert client.clock.slept == [0.0]


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("3600", "14 November 2023, 23:13 UTC"),
        ("Tue, 14 Nov 2023 23:13:20 GMT", "14 November 2023, 23:13 UTC"),
        ("99999999999999999999", "a date beyond the calendar"),
    ],
)
def test_a_wait_that_is_too_long_ends_the_run_and_says_until_when(
    ods: Ods, client: Client, said: str, when: str
) -> None:
    ods.script(SYMBOL, Reply(429, headers={"Retry-After": said}))
    first, second = client.run(SYMBOL, "A/75/1")
    assert (first.result, second.result) == ("failed", "failed")
    assert f"asks to wait until {when}" in first.reason
    assert second.reason.startswith("not requested: the service asks to wait")
    assert len(ods.asked) == 1
    assert not client.clock.slept


def test_waits_double_and_end(ods: Ods, client: Client) -> None:
    ods.script(SYMBOL, Reply(500))
    with pytest.raises(TryLater, match=r"500 Internal Server Error \(5 attempts\)"):
        client.fetch()
    assert client.clock.slept == [1, 2, 4, 8]
    client.clock.slept.clear()
    client.patience = replace(client.patience, attempts=4, longest=3)
    with pytest.raises(TryLater, match="4 attempts"):
        client.fetch(timer=Timer(client.clock.now, client.clock.sleep, lambda: 0.0))
    assert client.clock.slept == [0.5, 1, 1.5]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_passes_is_tried_again_and_the_next_document_is_asked_for(ods: Ods, client: Client, status: int) -> None:
    path = ods.publish(SYMBOL, WORD)
    ods.serve(path, Reply(status), Reply(status), WORD_REPLY)
    ods.script("A/75/1", Reply(status))
    ods.publish("A/75/2", word_file("A/75/2"))
    assert [done.result for done in client.run(SYMBOL, "A/75/1", "A/75/2")] == ["fetched", "failed", "fetched"]


def test_a_service_that_cannot_be_reached_is_not_asked_for_every_document(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = Client(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}")
        first, second = client.run(SYMBOL, "A/75/1")
    assert "cannot be reached" in first.reason
    assert second.reason.startswith("not requested")
    assert len(client.clock.slept) == 4


def test_a_silent_server_is_given_up(ods: Ods, client: Client) -> None:
    class Network(httpx.HTTPTransport):
        """What leads to the file comes in its time, however busy the machine is."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if "/api/symbol/access" in request.url.path:
                request.extensions["timeout"] = dict.fromkeys(request.extensions["timeout"], WAIT)
            return super().handle_request(request)

    client.patience = RetryPolicy(delay=0, attempts=2, timeout=0.1)
    ods.publish(SYMBOL, Reply(body=WORD, hold=100))
    with pytest.raises(TryLater, match=r"did not respond for 0.1 seconds"):
        client.fetch(transport=Network())
    until(lambda: len(ods.files) == 2)


def test_a_server_that_dribbles_for_ever_is_given_up(client: Client, ods: Ods) -> None:
    client.patience = RetryPolicy(delay=0, attempts=1, attempt=60)
    drops: list[int] = []

    class Drops(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                drops.append(1)
                client.clock.time += 10
                yield b"."

    with pytest.raises(TryLater, match="not arrived after 60 seconds"):
        client.fetch(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Drops())))
    assert len(drops) == 7


# a body that is cut


def test_a_cut_body_is_fetched_again(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, Reply(body=WORD, cut=5_000), WORD_REPLY)
    assert client.bytes(client.fetch()) == WORD
    assert client.left() == {".docx", ".json"}


@pytest.mark.parametrize("body", [WORD, PDF], ids=["docx", "pdf"])
def test_a_cut_that_the_server_does_not_show_is_seen_in_the_file(ods: Ods, client: Client, body: bytes) -> None:
    silent = Reply(body=body, length=False, etag=None)
    ods.publish(SYMBOL, replace(silent, cut=len(body) - 300), silent)
    assert client.bytes(client.fetch()) == body


def test_a_compressed_body_is_taken_though_it_was_not_asked_for(client: Client) -> None:
    headers = {"Content-Encoding": "gzip"}
    packed = httpx.MockTransport(lambda _: httpx.Response(200, content=gzip.compress(WORD), headers=headers))
    assert client.bytes(client.fetch(transport=packed)) == WORD


# redirects


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.example/a.docx", "evil.example"),
        ("https://documents.un.org.evil.example/a.docx", "documents.un.org.evil.example"),
        ("https://evildocuments.un.org/a.docx", "evildocuments.un.org"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("https://[::1]/", "::1"),
        ("http://127.0.0.1:1/", "127.0.0.1"),
        ("http://2130706433/", "2130706433"),
        ("https://0x7f.1/", "0x7f.1"),
        ("http://localhost/", "localhost"),
        ("file:///etc/passwd", "file:"),
        ("ftp://documents.un.org/a", "ftp:"),
        ("http://documents.un.org/a.docx", "documents.un.org without encryption"),
        ("https://documents.un.org:8443/a.docx", "documents.un.org at port 8443"),
        ("https://user:secret@documents.un.org/a.docx", "documents.un.org with a user name"),
        ("https://documents.un.org@evil.example/", "evil.example"),
        ("https://documents.un.org\\@evil.example/", "an address that is none"),
        ("https://documents.un.org.", "documents.un.org."),
        ("//evil.example/a.docx", "evil.example"),
        ("", "an address that is none"),
        ("https://", "an address that is none"),
        ("http://[broken", "broken, which is none of its hosts"),
        ("http://[::1", "an address that is none"),
        ("http://xn--a/", "an address that is none"),
        ("http://xn--\xff/", "an address that is none"),
    ],
)
def test_a_redirect_to_elsewhere_is_refused_by_name(ods: Ods, client: Client, location: str, named: str) -> None:
    ods.script(SYMBOL, moved(location))
    with pytest.raises(Refused) as refused:
        client.fetch(SYMBOL, "en", "docx")
    assert named in str(refused.value)
    assert "secret" not in str(refused.value)
    assert len(ods.asked) == 1


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_redirects_among_the_hosts_of_the_united_nations_are_followed(client: Client, host: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == host and request.url.path == "/file.docx":
            return httpx.Response(200, content=WORD)
        return httpx.Response(302, headers={"Location": f"https://{host}:443/file.docx"})

    client.address = "https://documents.un.org"
    assert client.fetch(transport=httpx.MockTransport(answer)).url == f"https://{host}/file.docx"


def test_a_service_without_encryption_may_not_be_reached_by_a_redirect_from_one_with(client: Client) -> None:
    client.address = "https://documents.un.org"
    down = httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": "http://documents.un.org/a"}))
    with pytest.raises(Refused, match="without encryption"):
        client.fetch(SYMBOL, "en", "docx", transport=down)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_five_redirects_are_followed_and_a_sixth_is_not(ods: Ods, client: Client, status: int) -> None:
    ods.script(SYMBOL, moved("/1", status))
    for n in range(1, 6):
        ods.serve(f"/{n}", moved(f"/{n + 1}", status))
    ods.serve("/5", WORD_REPLY)
    assert client.fetch(SYMBOL, "en", "docx").url.endswith("/5")
    ods.serve("/5", moved("/6", status))
    ods.serve("/6", WORD_REPLY)
    ods.script("A/75/1", moved("/1", status))
    with pytest.raises(Refused, match="more than 5 times"):
        client.fetch("A/75/1", "en", "docx")


# bounds


def test_a_file_that_is_too_large_is_refused_by_its_length_or_as_it_comes(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    with pytest.raises(Refused, match="larger than 0 MB"):
        client.fetch(SYMBOL, "en", "docx", max_bytes=len(WORD) - 1)
    ods.publish(SYMBOL, Reply(body=WORD, length=False))
    with pytest.raises(Refused, match="larger than 0 MB"):
        client.fetch(SYMBOL, "en", "docx", max_bytes=len(WORD) - 1)
    assert not client.left()
    assert client.bytes(client.fetch(max_bytes=len(WORD))) == WORD


# the folder


def test_a_second_run_asks_for_nothing(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, PDF, form="pdf")
    (first,) = client.run(SYMBOL)
    asked = len(ods.asked)
    (second,) = client.run(SYMBOL)
    assert (first.result, second.result) == ("fetched", "kept")
    assert second.stored == first.stored
    assert len(ods.asked) == asked


def test_each_language_and_format_is_kept_by_itself(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    ods.publish(SYMBOL, PDF, form="pdf")
    french = word_file(SYMBOL, "Les bateaux portent un pavillon.")
    ods.publish(SYMBOL, french, language="fr")
    for language, form, body in (("en", "docx", WORD), ("en", "pdf", PDF), ("fr", "docx", french)):
        assert client.bytes(client.fetch(SYMBOL, language, form)) == body
    with client.open() as service:
        kept = [
            service.find_cached(PROSECUTION, "en", ["pdf"]),
            service.find_cached(PROSECUTION, "fr"),
            service.find_cached(PROSECUTION, "es"),
        ]
    assert [each.kind if each else None for each in kept] == ["pdf", "docx", None]


@pytest.mark.parametrize("damage", ["file", "cut", "gone", "note", "note gone", "foreign"])
def test_a_file_that_was_damaged_since_is_fetched_again(ods: Ods, client: Client, damage: str) -> None:
    ods.publish(SYMBOL, WORD)
    stored = client.fetch()
    file, note = client.folder / stored.file, client.folder / f"{stored.key}.json"
    if damage == "file":
        file.write_bytes(WORD[:-1] + b"x")
    elif damage == "cut":
        file.write_bytes(WORD[:100])
    elif damage == "gone":
        file.unlink()
    elif damage == "note":
        note.write_text(note.read_text()[:40])
    elif damage == "note gone":
        note.unlink()
    else:
        note.write_text(note.read_text().replace('"docx"', '"../../etc/passwd"'))
    (done,) = client.run(SYMBOL)
    assert done.result == "fetched"
    assert done.stored is not None
    assert client.bytes(done.stored) == WORD
    assert len(ods.files) == 2


def test_what_has_not_changed_is_not_sent_again(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    client.fetch()
    (done,) = client.run(SYMBOL, again=True)
    assert done.result == "kept"
    assert "if-none-match" in ods.files[-1].headers
    newer = word_file(SYMBOL, "Boats need two flags.")
    ods.publish(SYMBOL, newer)
    (done,) = client.run(SYMBOL, again=True)
    assert done.result == "fetched"
    assert done.stored is not None
    assert client.bytes(done.stored) == newer


def test_one_process_at_a_time_fetches_into_a_folder(client: Client) -> None:
    with (
        DownloadCache(client.folder),
        pytest.raises(LibraryBusy, match="Another process is fetching"),
        DownloadCache(client.folder),
    ):
        pass
    with DownloadCache(client.folder):
        pass


def test_a_file_goes_to_ingestion_with_what_was_asked_for(ods: Ods, client: Client) -> None:
    ods.publish(SYMBOL, WORD)
    (done,) = client.run(SYMBOL)
    assert done.stored is not None
    given = FetchedInput(done.stored, DownloadCache(client.folder)).open()
    assert (given.data, given.symbol, given.language, given.trusted) == (WORD, PROSECUTION, "en", False)
    assert given.name == "CTOC_COP_WG.7_2021_3.en.docx"
    assert given.origin == done.stored.key
    (client.folder / done.stored.file).unlink()
    with pytest.raises(ReadError):
        FetchedInput(done.stored, DownloadCache(client.folder)).open()


def test_a_service_that_serves_again_is_asked_again(ods: Ods, client: Client) -> None:
    ods.script(SYMBOL, Reply(429))
    with pytest.raises(ServiceUnavailable, match="429"):
        client.fetch()
    ods.publish(SYMBOL, WORD)
    assert client.bytes(client.fetch()) == WORD


# what is wanted


def test_a_person_may_name_several_in_short() -> None:
    assert [symbol.text for symbol in parse_symbols("CTOC/COP/WG.7/2021/2-4")] == [
        f"CTOC/COP/WG.7/2021/{n}" for n in (2, 3, 4)
    ]
    assert [symbol.text for symbol in parse_symbols("a/80/6 (sect. 16)")] == ["A/80/6 (Sect. 16)"]
