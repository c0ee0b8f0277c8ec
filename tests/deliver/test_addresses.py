"""Addresses that must not be spoken to, in every form that they are written in."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from intentflow.deliver.addresses import ForbiddenAddressError, guarded, is_allowed

FORBIDDEN = [
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.1", "192.0.2.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::127.0.0.1", "::a00:1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
    *("2001:0:7f00:1::1", "2001:0:808:808:0:0:80ff:fffe"),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_forbidden(address):
    assert not is_allowed(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address):
    assert is_allowed(ip_address(address))


def test_a_network_that_is_named_is_allowed_and_its_neighbour_is_not():
    networks = (ip_network("10.20.0.0/16"),)
    assert is_allowed(ip_address("10.20.1.5"), networks)
    assert is_allowed(ip_address("::ffff:10.20.1.5"), networks)
    assert not is_allowed(ip_address("10.21.0.1"), networks)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0"])
def test_a_socket_is_refused_whatever_form_its_address_was_written_in(host):
    """As the system's own look-up reads it: the guard sees what a socket would be connected to."""
    for info in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM):
        with pytest.raises(ForbiddenAddressError, match="is not a public address"):
            guarded(())(info)


def test_a_socket_to_an_allowed_address_is_made():
    with guarded((ip_network("127.0.0.0/8"),))((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))) as made:
        assert made.family == socket.AF_INET
