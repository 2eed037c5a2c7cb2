"""The host guard: what a crawl may ask."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.hosts import Endpoint, HostRules, parse_endpoint, parse_ip, parse_site_url, private_reason, refusal

LIVE = HostRules(patterns=("blog.csdn.net", "*.blog.csdn.net"))

# Sixty ways to write an address of one's own machine or network; all but the names work with curl or a browser.
PRIVATE = (
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1"),
    *("0x7f000001", "0x7F000001", "2130706433", "017700000001", "0177.1", "0177.0.0.1", "0177.0.0.0x1", "127.0x1"),
    *("00000177.0.0.1", "0", "0.0.0.0", "0x0", "00", "0.0", "10.0.0.1", "10.1", "167772161", "012.1", "0xa.1"),
    *("172.16.0.1", "172.31.255.255", "172.1048577", "192.168.0.1", "192.168.1", "192.11010049", "3232235521"),
    *("0xc0a80001", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1"),
    *("255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.2.1"),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]"),
    *("[fc00::1]", "[fd12:3456::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]", "[2001:db8::1]"),
    *("localhost", "LOCALHOST", "localhost.", "a.localhost", "ip6-localhost", "localhost.localdomain"),
    *("router.local", "metadata.internal", "nas.lan", "printer.home.arpa"),
)


def test_there_are_sixty_spellings() -> None:
    assert len(set(PRIVATE)) >= 60


@pytest.mark.parametrize("host", PRIVATE)
def test_private_host_is_known_and_refused(host: str) -> None:
    assert private_reason(host) is not None
    for url in (f"http://{host}/", f"https://{host}:443/x?y", f"https://{host}/{'a' * 9}"):
        reason = refusal(url, LIVE)
        assert reason is not None
        assert refusal(url, HostRules(patterns=(host.lower().strip("[]"), "*.0.0.1", "*.1"))) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://blog.csdn.net@127.0.0.1/",
        "https://user:pass@blog.csdn.net/",
        "https://blog.csdn.net\\@127.0.0.1/",
        "https://blog.csdn.net\\.evil.example/",
        "https://blog.csdn.net\t/",
        "https://blog.csdn.net\n.evil.example/",
        "https://blog.csdn.net%2eevil.example/",
        "https://%31%32%37.0.0.1/",
        "https://１２７.0.0.1/",
        "https://blog.csdn.net。evil.example/",
        "https://ⓛocalhost/",
        "https://[::1%25eth0]/",
        "https://[::1/",
        "https://[127.0.0.1]/",
        "https://blog.csdn.net:99999/",
        "https://blog.csdn.net:0/",
        "https://blog.csdn.net:/",
        "https://blog.csdn.net:80:443/",
        "https:///",
        "https:blog.csdn.net/",
        "//blog.csdn.net/",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://blog.csdn.net/",
        "gopher://blog.csdn.net/",
        "javascript:alert(1)",
        "",
        "http://[",
        "https://blog.csdn.net/\ud800",
    ],
)
def test_address_that_is_not_plain_is_refused(url: str) -> None:
    assert refusal(url, LIVE) is not None
    with pytest.raises(ValueError, match=r"no plain|not plainly|no port|IP|address"):
        parse_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.csdn.net/",
        "https://blog.csdn.net:443/u/article/details/1?spm=1#comments",
        "https://BLOG.CSDN.NET/u",
        "https://liuxinlei.blog.csdn.net/article/details/104566377",
    ],
)
def test_address_of_the_site_is_allowed(url: str) -> None:
    assert refusal(url, LIVE) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://blog.csdn.net/",
        "https://blog.csdn.net:8443/",
        "https://csdn.net/",
        "https://passport.csdn.net/login",
        "https://evilblog.csdn.net/",
        "https://blog.csdn.net.evil.example/",
        "https://.blog.csdn.net/",
        "https://8.8.8.8/",
    ],
)
def test_other_public_address_is_refused(url: str) -> None:
    assert refusal(url, LIVE) is not None


def test_stand_in_is_the_only_server_allowed() -> None:
    rules = HostRules(patterns=LIVE.patterns, only=parse_site_url("http://127.0.0.1:8123/"))
    assert refusal("http://127.0.0.1:8123/u/article/details/1", rules) is None
    for other in (
        "http://127.0.0.1:8124/",
        "https://127.0.0.1:8123/",
        "http://localhost:8123/",
        "https://blog.csdn.net/",
    ):
        assert refusal(other, rules) is not None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8123/blog", "http://127.0.0.1:8123/?a=1", "127.0.0.1:8123", "ftp://x/"]
)
def test_stand_in_must_be_a_bare_server(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_site_url(url)


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://127.0.0.1:8123", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:80", True),
        ("http://localhost:1", True),
        ("http://2130706433", True),
        ("http://192.168.0.2", False),
        ("http://mirror.example", False),
        ("http://localhost.evil.example", False),
    ],
)
def test_loopback(url: str, is_loopback: bool) -> None:
    assert parse_site_url(url).is_loopback is is_loopback


def test_endpoint_is_printed_as_it_is_read() -> None:
    for url in ("http://127.0.0.1:8123", "https://[::1]:8443", "https://blog.csdn.net"):
        assert str(parse_endpoint(url)) == url


@given(st.ip_addresses(v=4))
def test_every_spelling_of_a_number_is_the_same_address(address: IPv4Address) -> None:
    number, parts = int(address), list(address.packed)
    spellings = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(hex(part) for part in parts),
        ".".join(f"0{part:o}" for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
    ]
    assert {parse_ip(spelling) for spelling in spellings} == {address}
    assert (private_reason(str(address)) is None) is (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4))
def test_address_inside_an_address_counts(address: IPv4Address) -> None:
    mapped = f"[{IPv6Address(f'::ffff:{address}')}]"
    assert (private_reason(mapped) is None) is (private_reason(str(address)) is None)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert refusal(text, LIVE) is not None
    private_reason(text)
    refusal(f"https://{text}/", LIVE)


@given(st.integers(min_value=1, max_value=65535))
def test_ports(port: int) -> None:
    assert parse_endpoint(f"http://blog.csdn.net:{port}") == Endpoint(scheme="http", host="blog.csdn.net", port=port)
