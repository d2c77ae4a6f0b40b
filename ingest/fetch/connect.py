"""Connections to public addresses alone: a name is resolved once, and what was checked is what is connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from urllib.request import getproxies, proxy_bypass

import httpx

from ingest.fetch.fetch_faults import Refused
from ingest.readers import visible

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
