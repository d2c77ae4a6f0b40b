"""Where a document is asked for, which addresses a redirect may lead to, and connections to public ones alone: a name is resolved
once, and what was checked is what is connected to."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterator
from urllib.parse import quote
from urllib.request import getproxies, proxy_bypass

import httpx

from corpus.symbols import Symbol
from ingest.fetch.fetch_errors import Refused
from ingest.readers import visible

SERVICE = "https://documents.un.org"
"""The Official Document System of the United Nations."""

ACCESS = "/api/symbol/access"
"""Where the service takes symbols; it answers with a redirect to a file."""

HOSTS = frozenset(
    {"documents.un.org", "docs.un.org", "undocs.org", "www.undocs.org", "daccess-ods.un.org", "documents-dds-ny.un.org"}
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
    return httpx.URL(f"{base}?s={quote(symbol.halves[0].text, safe='')}&l={language}&t={form}")


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
    # Numbers in other notations (0x7f.1, 2130706433) are addresses to some resolvers; no host ends in one.
    other = re.fullmatch(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?", host, re.IGNORECASE)
    return _number(host.split("%")[0]) or other is not None


def _refused(where: str) -> Refused:
    return Refused(f"the service sends on to {where}; that was not followed")


Resolve = Callable[[str, int], list[str]]
"""The addresses of a host. Raises `OSError` where it has none."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_OF_CLOUDS = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))
"""Where clouds serve their own machines, at addresses that count as public, here or in older versions of Python."""


class Checked(httpx.BaseTransport):
    """HTTP to hosts at public addresses, so that neither a name nor a name server leads into the network behind this
    machine. Every request makes a connection of its own, with its name resolved and checked anew.

    `own` is the address of the service that the settings name: one that is written as a number, or as `localhost`, is
    meant and may be asked. `private` allows every address. Where the environment names a proxy, that one resolves.
    """

    def __init__(
        self,
        own: str,
        *,
        private: bool = False,
        resolve: Resolve | None = None,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        url = httpx.URL(own)
        self._own = url.host if _number(url.host) or url.host == "localhost" else None
        self._private, self._resolve = private, resolve or _resolved
        # Connections are kept by address: one that was made for a host is not to be used for another at its address.
        self._inner = inner or httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._proxies: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request. Raises `Refused` where its host has no address that may be asked."""
        proxy = _proxy_for(request.url)
        if proxy is not None:
            if proxy not in self._proxies:
                self._proxies[proxy] = httpx.HTTPTransport(proxy=proxy)
            return self._proxies[proxy].handle_request(request)
        host = request.url.raw_host.decode("ascii")
        fault: httpx.TransportError | None = None
        for address in self._addresses(host, request):
            at = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # with the host's name
                stream=request.stream,
                # The certificate is still checked for the name.
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return self._inner.handle_request(at)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                fault = error
        raise fault or httpx.ConnectError(f"{host} has no address", request=request)

    def close(self) -> None:
        """Ends all connections."""
        for each in (self._inner, *self._proxies.values()):
            each.close()

    def _addresses(self, host: str, request: httpx.Request) -> list[str]:
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} can't be resolved: {error}", request=request) from None
        if self._private or host.strip("[]") == self._own:
            return found
        good = [each for each in found if is_public(each)]
        if found and not good:
            raise Refused(
                f"{visible(host)[:100]} is at {found[0]}, which is no public address; that was not asked. "
                "RAPPORTEUR_FETCH_PRIVATE=true allows a mirror in a network of one's own"
            )
        return good


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not private, shared, loopback, link-local, reserved or multicast, nor a
    wrapping of such a one (IPv4 in IPv6, 6to4, Teredo, NAT64), nor one that clouds keep for themselves."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    # Python takes the addresses of NAT64, which stand for others, for reserved.
    told = [*_within(parsed)] if parsed in _NAT64 else [parsed, *_within(parsed)]
    return all(
        each.is_global
        and not each.is_multicast
        and not each.is_reserved
        and not any(each in network for network in _OF_CLOUDS)
        for each in told
    )


def _within(address: Address) -> Iterator[Address]:
    """The addresses that an address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _proxy_for(url: httpx.URL) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return None if not proxy or proxy_bypass(url.host) else proxy


def _number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
