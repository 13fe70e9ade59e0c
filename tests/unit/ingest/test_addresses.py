"""Only what everyone can reach is asked, in whichever form its address is written."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.addresses import RefusedAddress, is_public, public_socket

#: https://www.iana.org/assignments/iana-ipv4-special-registry (not globally reachable), multicast and reserved.
NOT_PUBLIC_4 = [
    IPv4Network("0.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
]
#: https://www.iana.org/assignments/iana-ipv6-special-registry, and what else is no host's address.
NOT_PUBLIC_6 = [
    IPv6Network("::/96"),
    IPv6Network("::1/128"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("100::/64"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
    IPv6Network("fc00::/7"),
    IPv6Network("fe80::/10"),
    IPv6Network("fec0::/10"),
    IPv6Network("ff00::/8"),
]
PUBLIC_4 = [IPv4Network(network) for network in ("8.0.0.0/9", "93.184.0.0/16", "151.101.0.0/16", "212.0.0.0/8")]
PUBLIC_6 = [IPv6Network(network) for network in ("2001:200::/23", "2400::/12", "2600::/12", "2a00::/12", "2c00::/12")]


def within_4(networks: list[IPv4Network]) -> st.SearchStrategy[IPv4Address]:
    return st.sampled_from(networks).flatmap(lambda network: st.ip_addresses(network=network)).map(IPv4Address)


def within_6(networks: list[IPv6Network]) -> st.SearchStrategy[IPv6Address]:
    return st.sampled_from(networks).flatmap(lambda network: st.ip_addresses(network=network)).map(IPv6Address)


def wrapped(address: IPv4Address) -> list[IPv6Address]:
    """The forms that reach it over IPv6: mapped, NAT64, 6to4."""
    number = int(address)
    return [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x0064FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ]


@given(within_4(NOT_PUBLIC_4))
def test_special_addresses_are_refused_also_within_ipv6(address: IPv4Address) -> None:
    assert not is_public(str(address))
    assert not any(is_public(str(form)) for form in wrapped(address))


@given(within_6(NOT_PUBLIC_6))
def test_special_ipv6_addresses_are_refused(address: IPv6Address) -> None:
    assert not is_public(str(address))


@given(within_4(PUBLIC_4))
def test_public_addresses_are_not_refused_also_within_ipv6(address: IPv4Address) -> None:
    assert is_public(str(address))
    assert all(is_public(str(form)) for form in wrapped(address))


@given(within_6(PUBLIC_6))
def test_public_ipv6_addresses_are_not_refused(address: IPv6Address) -> None:
    assert is_public(str(address))


@pytest.mark.parametrize("network", [*NOT_PUBLIC_4, *NOT_PUBLIC_6], ids=str)
def test_the_ends_of_each_special_range_are_refused(network: IPv4Network | IPv6Network) -> None:
    assert not is_public(str(network[0]))
    assert not is_public(str(network[-1]))


@given(st.text())
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_public(text + "x")


@pytest.mark.parametrize("address", ["fe80::1%eth0", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1\n", "[::1]"])
def test_other_ways_to_write_an_address_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254"])
def test_no_socket_is_made_for_a_private_address(address: str) -> None:
    with pytest.raises(RefusedAddress):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80)))


def test_a_socket_is_made_for_a_public_address() -> None:
    with public_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("93.184.216.34", 80))) as made:
        assert made.type == socket.SOCK_STREAM
