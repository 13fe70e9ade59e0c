"""Which addresses on the net may be asked: public ones alone, so that nobody reaches into the bot's own network with
the address of a feed or of a page.

What counts is the address that a connection really goes to. So the check stands where the socket is made: after the
name was resolved, for each address that is tried, and for those that stand in the link as numbers; a name that
resolves to something else the second time, or a redirect, cannot get around it.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import AddrInfoType

#: Not for everyone, by IANA's registry of special addresses, or given up: what `ipaddress` does not know in every
#: version of Python. https://www.iana.org/assignments/iana-ipv4-special-registry
_SPECIAL_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
#: https://www.iana.org/assignments/iana-ipv6-special-registry; in 2001::/23 is Teredo, which hides an IPv4 address.
_SPECIAL_6 = (IPv6Network("2001::/23"), IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"))
#: All that IANA gives out for single hosts. https://www.iana.org/assignments/ipv6-address-space
_UNICAST = IPv6Network("2000::/3")
#: What leads to an IPv4 address, and how many bits stand behind that: mapped (RFC 4291), NAT64 (RFC 6052), 6to4
#: (RFC 3056). Other forms lie outside of `_UNICAST`.
_IPV4_INSIDE = {
    IPv6Network("::ffff:0:0/96"): 0,
    IPv6Network("64:ff9b::/96"): 0,
    IPv6Network("2002::/16"): 80,
}


class RefusedAddress(OSError):
    """It is not public. Said in the same words for all addresses of a name: of errors that differ, aiohappyeyeballs
    would make one of another kind."""

    def __init__(self) -> None:
        super().__init__("not a public address")


def is_public(address: str) -> bool:
    """Whether this is the address, in numbers, of one host that everyone can reach."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_4(found)
    for network, behind in _IPV4_INSIDE.items():
        if found in network:
            return _is_public_4(IPv4Address(int(found) >> behind & 0xFFFFFFFF))
    return _is_public_6(found)


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in each for each in _SPECIAL_4)


def _is_public_6(address: IPv6Address) -> bool:
    return address in _UNICAST and address.is_global and not any(address in each for each in _SPECIAL_6)


def any_socket(info: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = info
    return socket.socket(family=family, type=kind, proto=protocol)


def public_socket(info: AddrInfoType) -> socket.socket:
    """For aiohttp's connector, which connects it to the address in `info` and no other. Raises RefusedAddress."""
    if not is_public(str(info[4][0])):
        raise RefusedAddress
    return any_socket(info)
