"""Which addresses may be spoken to: public ones, and those that the endpoint's list of networks names.

A webhook's URL is written by somebody, and its name is answered by somebody's DNS; neither may make us speak to our own machine, our own
network, or the service that hands out a cloud's credentials (SSRF). So the decision is made about the very address that a socket is about
to be connected to, after the one and only look-up (a second look-up could be answered otherwise), whatever form the address was written in.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import AddrInfoType

from intentflow.deliver.written import Network

Address = IPv4Address | IPv6Address

# Public addresses by their number, and yet a cloud's own services: Azure's wire server.
SERVICES = frozenset({ip_address("168.63.129.16")})
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
COMPATIBLE = ip_network("::/96")


class ForbiddenAddressError(OSError):
    """An endpoint is at an address that must not be spoken to."""


def is_allowed(address: Address, networks: Sequence[Network] = ()) -> bool:
    """Whether an endpoint with this list of networks may be at an address."""
    inside = (address, *_carried(address))
    if any(one in network for network in networks for one in inside if one.version == network.version):
        return True
    return all(_is_public(one) for one in inside)


def _is_public(address: Address) -> bool:
    if address in SERVICES or not address.is_global:
        return False
    return not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )


def _carried(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for: what is sent to it may end there."""
    if isinstance(address, IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in (*NAT64, COMPATIBLE) if isinstance(network, IPv6Network)):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


def guarded(networks: Sequence[Network]) -> Callable[[AddrInfoType], socket.socket]:
    """Makes sockets for aiohttp's connector, just before each is connected. Raises `ForbiddenAddressError` instead."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = info
        address = ip_address(place[0].partition("%")[0])
        if not is_allowed(address, networks):
            raise ForbiddenAddressError(f"{address} is not a public address; allow_networks would allow it")
        return socket.socket(family, kind, protocol)

    return make
