"""The address of a document, the addresses that a redirect may lead to, and connections to public addresses only: a
name is resolved once, and the connection is made to the address that was checked."""

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

SERVICE = "https://documents.un.org"  # the Official Document System of the United Nations

ACCESS = "/api/symbol/access"
"""The path at which the service takes symbols; it responds with a redirect to a file."""

HOSTS = frozenset(
    {"documents.un.org", "docs.un.org", "undocs.org", "www.undocs.org", "daccess-ods.un.org", "documents-dds-ny.un.org"}
)
"""The hosts from which the service is known to serve files, now or formerly."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_PORTS = {"http": 80, "https": 443}


def request_address(service: str, symbol: Symbol, language: str, form: str) -> httpx.URL:
    """The address at which a document is requested. `service` is the address of the service or of a mirror, with or
    without `/api/symbol/access`. Of a double symbol the first half is requested: each half leads to the document."""
    base = service.rstrip("/")
    base = base if base.endswith(ACCESS) else base + ACCESS
    return httpx.URL(f"{base}?s={quote(symbol.halves[0].text, safe='')}&l={language}&t={form}")


def check_redirect(location: str, here: httpx.URL, service: str) -> httpx.URL:
    """The address that a redirect leads to, if it is allowed. Allowed are https at the hosts of the United Nations'
    documents, and any address at exactly the scheme, host and port of the service in the settings. Raises `Refused`,
    naming the host, for all others."""
    if not location or _UNSAFE.search(location):
        raise _redirect_refused("an address that is none")
    try:
        url = here.join(location)
        origin = _origin(httpx.URL(service))
        there = _origin(url)
        host = visible(url.host)[:100]
    except (httpx.InvalidURL, ValueError):
        raise _redirect_refused("an address that is none") from None
    if url.scheme not in _PORTS:
        raise _redirect_refused(f"an address of the kind {visible(url.scheme)[:20]}:")
    if not host:
        raise _redirect_refused("an address that is none")
    if url.userinfo:
        raise _redirect_refused(f"{host} with a user name in the address")
    if there == origin:
        return url
    if _is_ip_notation(url.host):
        raise _redirect_refused(f"{host}, a bare IP address")
    if there[1] not in HOSTS:
        raise _redirect_refused(f"{host}, which is none of its hosts")
    if url.scheme != "https":
        raise _redirect_refused(f"{host} without encryption (http)")
    if there[2] != _PORTS["https"]:
        raise _redirect_refused(f"{host} at port {there[2]}")
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme)


def _is_ip_notation(host: str) -> bool:
    # Numbers in other notations (0x7f.1, 2130706433) are addresses to some resolvers; no host ends in one.
    other = re.fullmatch(r"(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?", host, re.IGNORECASE)
    return _is_ip_address(host.split("%")[0]) or other is not None


def _redirect_refused(where: str) -> Refused:
    return Refused(f"the service redirects to {where}; the redirect was not followed")


Resolve = Callable[[str, int], list[str]]
"""The addresses of a host. Raises `OSError` where it has none."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_OF_CLOUDS = (ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24"))
"""Addresses of internal services of clouds, which count as public, here or in older versions of Python."""


class PublicAddressTransport(httpx.BaseTransport):
    """HTTP to hosts at public addresses, so that neither a name nor a name server leads into the network behind this
    machine. Every request makes a connection of its own, with its name resolved and checked anew.

    `own` is the address of the service in the settings: one that is an IP address, or `localhost`, is intended and
    allowed. `private` allows every address. Where the environment names a proxy, the proxy resolves names."""

    def __init__(
        self,
        own: str,
        *,
        private: bool = False,
        resolve: Resolve | None = None,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        url = httpx.URL(own)
        self._own = url.host if _is_ip_address(url.host) or url.host == "localhost" else None
        self._private, self._resolve = private, resolve or _resolve_host
        # No keep-alive: a connection is reused by address, and must not be used for another host at that address.
        self._inner = inner or httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._proxies: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request. Raises `Refused` where its host has no allowed address."""
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
        """Closes all connections."""
        for each in (self._inner, *self._proxies.values()):
            each.close()

    def _addresses(self, host: str, request: httpx.Request) -> list[str]:
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be resolved: {error}", request=request) from None
        if self._private or host.strip("[]") == self._own:
            return found
        good = [each for each in found if is_public(each)]
        if found and not good:
            raise Refused(
                f"{visible(host)[:100]} is at {found[0]}, which is not a public address, so nothing was "
                "requested. RAPPORTEUR_FETCH_PRIVATE=true allows a mirror in a private network"
            )
        return good


def is_public(address: str) -> bool:
    """Whether an address is on the public internet: not private, shared, loopback, link-local, reserved or multicast,
    nor an address that embeds such a one (IPv4 in IPv6, 6to4, Teredo, NAT64), nor one that clouds use internally."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    # Python counts the addresses of NAT64, which embed others, as reserved.
    addresses = [*_embedded_addresses(parsed)] if parsed in _NAT64 else [parsed, *_embedded_addresses(parsed)]
    public = (each.is_global and not each.is_multicast and not each.is_reserved for each in addresses)
    return all(public) and not any(each in network for each in addresses for network in _OF_CLOUDS)


def _embedded_addresses(address: Address) -> Iterator[Address]:
    """The addresses that are embedded in an address."""
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


def _resolve_host(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _proxy_for(url: httpx.URL) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return None if not proxy or proxy_bypass(url.host) else proxy


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
