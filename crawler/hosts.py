"""Which addresses a crawl may ask: a list of hosts, and never a machine of the user's own network.

Pure functions, so that they can be tried on every spelling of an address. Programs read the host of an address
differently (``http://good.example\\@127.0.0.1/``); here whatever is not plainly ``host`` or ``host:port`` is refused.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_PORT: Final = 65535

# "https://blog.csdn.net:443/x" → scheme, authority, rest
_URL: Final = re.compile(r"(https?)://([^/?#]*)([/?#][!-\[\]-~]*)?", re.ASCII)
# "blog.csdn.net:443", "[::1]:80"
_AUTHORITY: Final = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
# what inet_aton() takes for a part of an address: "127", "0177", "0x7f"
_NUMBER: Final = re.compile(r"0x[0-9a-f]{0,40}|[0-9]{1,40}")

_LOCAL_NAMES: Final = ("localhost", "localdomain", "local", "internal", "lan", "home", "corp", "intranet", "home.arpa")
_LOOPBACK_NAMES: Final = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
_NAT64: Final = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
_COMPATIBLE: Final = IPv6Network("::/96")  # the same, long out of use: ::127.0.0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A scheme, host and port: ``http``, ``127.0.0.1``, 8123."""

    scheme: str
    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether this is a server on this very machine."""
        address = parse_ip(self.host)
        return self.host in _LOOPBACK_NAMES if address is None else address.is_loopback

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """What a crawl may ask."""

    patterns: tuple[str, ...]
    """Hosts, over https at the usual port only: ``blog.csdn.net``, or ``*.blog.csdn.net`` for all names below one."""
    only: Endpoint | None = None
    """If given, this alone is allowed, private or not, and nothing of ``patterns``."""


def parse_endpoint(url: str) -> Endpoint:
    """Scheme, host and port of an http or https address.

    Raises:
        ValueError: another scheme, a name or password in the address, or a host that is not plainly a host.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError(f"{url!r} is no plain http or https address")
    scheme, authority, _ = found.groups()
    parts = _AUTHORITY.fullmatch(authority.lower())
    if parts is None:
        raise ValueError(f"{url!r}: {authority!r} is not plainly a host, or a host and a port")
    host, port = parts[1].strip("[]"), int(parts[2] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= _MAX_PORT:
        raise ValueError(f"{url!r}: there is no port {port}")
    if parts[1].startswith("["):
        try:
            IPv6Address(host)
        except AddressValueError as error:
            raise ValueError(f"{url!r}: {authority!r} is no IPv6 address: {error}") from error
    return Endpoint(scheme=scheme, host=host, port=port)


def parse_site_url(site_url: str) -> Endpoint:
    """The server that stands in for the real site, from ``http://127.0.0.1:8123``.

    Raises:
        ValueError: not such an address, or one with a path, since requests keep the real site's paths.
    """
    endpoint = parse_endpoint(site_url)
    parts = urlsplit(site_url)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"site address {site_url!r} may hold no path, query or fragment")
    return endpoint


# "Paper_weekly", "c9Yv2cf9I06K2A9E"
_USER_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def is_user_name(text: str) -> bool:
    """Whether a text can be the part of an address that names a user.

    >>> is_user_name("c9Yv2cf9I06K2A9E"), is_user_name("a/../b")
    (True, False)
    """
    return _USER_NAME.fullmatch(text) is not None


def refusal(url: str, rules: HostRules) -> str | None:
    """Why an address may not be asked, for example ``127.0.0.1 is a private address``; ``None``: it may."""
    try:
        endpoint = parse_endpoint(url)
    except ValueError as error:
        return str(error)
    if rules.only is not None:
        return None if endpoint == rules.only else f"{endpoint} is not {rules.only}, the only server of this crawl"
    reason = private_reason(endpoint.host)
    if reason is not None:
        return reason
    if not any(_is_match(endpoint.host, pattern) for pattern in rules.patterns):
        return f"{endpoint.host} is not one of {', '.join(rules.patterns)}"
    if endpoint.scheme != "https" or endpoint.port != _DEFAULT_PORTS["https"]:
        return f"{endpoint} is not asked over https at the usual port"
    return None


def site_of(url: str, rules: HostRules) -> str:
    """The host of an address, where all names below one that the rules allow together are one site.

    >>> site_of("https://liuxinlei.blog.csdn.net/article/details/1", HostRules(patterns=("*.blog.csdn.net",)))
    'blog.csdn.net'
    """
    try:
        host = parse_endpoint(url).host
    except ValueError:
        return ""
    return next((pattern[2:] for pattern in rules.patterns if pattern[0] == "*" and _is_match(host, pattern)), host)


def private_reason(host: str) -> str | None:
    """Why a host is no public one, by name or by number in any spelling; ``None``: nothing speaks against it.

    Says nothing of where a name leads: whoever looks names up asks again with the address found.
    """
    name = host.lower().strip("[]").rstrip(".")
    address = parse_ip(name)
    if address is None:
        is_local = not name or any(name == local or name.endswith(f".{local}") for local in (*_LOCAL_NAMES, "loopback"))
        if is_local or name in _LOOPBACK_NAMES:
            return f"{host} is a name of a private network"
        return None
    if all(inner.is_global and not inner.is_multicast for inner in _embedded(address)):
        return None
    written = "" if str(address) == name else f" (written {host})"
    return f"{address}{written} is a private address"


def parse_ip(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, in every spelling that operating systems take; ``None``: it is a name.

    ``127.0.0.1``, ``2130706433``, ``0x7f.1``, ``0177.0.0.1``, ``::1``, ``::ffff:127.0.0.1``, ``fe80::1%eth0``.
    """
    bare = host.lower().strip("[]").rstrip(".").partition("%")[0]
    if ":" in bare:
        try:
            return ip_address(bare)
        except ValueError:
            return None
    parts = bare.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    *leading, last = (_parse_number(part) for part in parts)
    # the last part fills all the bytes that are left: 127.1 is 127.0.0.1
    room = 256 ** (4 - len(leading))
    if any(number > 255 for number in leading) or last >= room:
        return None
    return IPv4Address(sum(number << (24 - 8 * index) for index, number in enumerate(leading)) + last)


def _parse_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    is_octal = len(part) > 1 and part.startswith("0") and not set(part) & {"8", "9"}
    return int(part, 8 if is_octal else 10)


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address and those that lie inside it: ``::ffff:127.0.0.1`` reaches 127.0.0.1."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[IPv4Address | IPv6Address] = [address]
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner.extend(address.teredo)
    if address in _NAT64 or address in _COMPATIBLE:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return inner


def _is_match(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
