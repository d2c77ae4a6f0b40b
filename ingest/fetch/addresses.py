"""Where a document is asked for, and which addresses a redirect may lead to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote

import httpx

from corpus.symbols import Symbol
from ingest.fetch.fetch_faults import Refused
from ingest.readers import visible

SERVICE = "https://documents.un.org"
"""The Official Document System of the United Nations."""

ACCESS = "/api/symbol/access"
"""Where the service takes symbols; it answers with a redirect to a file."""

HOSTS = frozenset(
    {
        "documents.un.org",
        "docs.un.org",
        "undocs.org",
        "www.undocs.org",
        "daccess-ods.un.org",
        "documents-dds-ny.un.org",
    }
)
"""The hosts from which the service is known to hand out files, now or formerly."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_PORTS = {"http": 80, "https": 443}


def request_address(service: str, symbol: Symbol, language: str, form: str) -> httpx.URL:
    """The address at which a document is asked for.

    `service` is the address of the service or of a mirror, with or without `/api/symbol/access`. Of a double
    symbol the first half is asked for: each half alone leads to the document.
    """
    base = service.rstrip("/")
    base = base if base.endswith(ACCESS) else base + ACCESS
    return httpx.URL(f"{base}?s={quote(symbol.all[0].text, safe='')}&l={language}&t={form}")


def followed(location: str, here: httpx.URL, service: str) -> httpx.URL:
    """The address that a redirect leads to, once it is known to be one that may be asked.

    Allowed are https at the hosts of the United Nations' documents, and whatever lies at the very scheme, host
    and port of the service that the settings name. Raises `Refused`, naming the host, for all others.
    """
    if not location or _UNSAFE.search(location):
        raise _refused("an address that is none")
    try:
        url = here.join(location)
        origin = _origin(httpx.URL(service))
        there = _origin(url)
        host = visible(url.host)[:100]
    except (httpx.InvalidURL, ValueError):
        raise _refused("an address that is none") from None
    if url.scheme not in _PORTS:
        raise _refused(f"an address of the kind {visible(url.scheme)[:20]}:")
    if not host:
        raise _refused("an address that is none")
    if url.userinfo:
        raise _refused(f"{host} with a user name in the address")
    if there == origin:
        return url
    if _is_ip(url.host):
        raise _refused(f"{host}, a bare IP address")
    if there[1] not in HOSTS:
        raise _refused(f"{host}, which is none of its hosts")
    if url.scheme != "https":
        raise _refused(f"{host} without encryption (http)")
    if there[2] != _PORTS["https"]:
        raise _refused(f"{host} at port {there[2]}")
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        # Numbers in other notations (0x7f.1, 2130706433) are addresses to some resolvers; no host ends in one.
        return bool(re.fullmatch(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?", host, re.IGNORECASE))
    return True


def _refused(where: str) -> Refused:
    return Refused(f"the service sends on to {where}; that was not followed")
