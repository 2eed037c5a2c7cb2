"""The host guard: what a crawl may ask."""

import json
import subprocess
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Request, Response

from crawler.discovery import Blog, parse_api_page, parse_feed
from crawler.hosts import (
    Endpoint,
    HostRules,
    parse_endpoint,
    parse_ip,
    parse_site_url,
    private_reason,
    refusal,
    site_of,
)
from crawler.middlewares import REFUSED_HEADER, HostGuard, flags_of

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


# --- every hop -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", PRIVATE)
def test_redirect_to_a_private_host_is_not_followed(host: str) -> None:
    guard, request = HostGuard(LIVE), Request("https://blog.csdn.net/u/article/details/1")
    for location in (f"http://{host}/", f"https://{host}/u/article/details/1", f"//{host}:8080/x", f" http://{host}"):
        answer = Response(request.url, status=302, headers={"Location": location})
        assert REFUSED_HEADER in flags_of(guard.process_response(request, answer)), location
    assert request.meta["dont_redirect"] is True


@pytest.mark.parametrize("host", PRIVATE)
def test_link_to_a_private_host_is_none_to_a_post(host: str) -> None:
    blog = Blog(user="u")
    for address in (
        f"http://{host}/u/article/details/1",
        f"//{host}/u/article/details/1",
        f"https://{host}:1/article/details/1",
    ):
        assert blog.post_at(address) is None
        item = {"articleId": 1, "url": address}
        assert parse_api_page(json.dumps({"code": 200, "data": {"list": [item]}}).encode(), blog=blog).posts == ()
        feed = f"<rss><channel><item><link>{address}</link></item></channel></rss>".encode()
        assert parse_feed(feed, blog=blog).posts == ()


_CONNECT = """
import json, socket, sys, threading
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor, defer
from twisted.web.client import Agent
from crawler.middlewares import GuardedResolver

hosts, allowed, home = json.loads(sys.argv[1])
connected = []

def listen(family, address):
    server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(100)
    def serve():
        while True:
            connection, _ = server.accept()
            connected.append(address)
            connection.sendall(b"HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n")
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]

port = 0
port = listen(socket.AF_INET, "0.0.0.0")
try:
    listen(socket.AF_INET6, "::1")
except OSError:
    pass  # a machine without IPv6
if home:
    socket.gethostbyname = lambda name: home
resolver = GuardedResolver(reactor, 1000, 5.0)
resolver.allowed = frozenset(allowed)
resolver.install_on_reactor()
agent = Agent(reactor, connectTimeout=3)
answers = []

def ask(host):
    return agent.request(b"GET", f"http://{host}:{port}/".encode())

async def ask_all():
    for host in hosts:
        try:
            answers.append((await ask(host)).code)
        except Exception as error:
            answers.append(type(error).__name__)
    reactor.stop()

reactor.callWhenRunning(lambda: defer.ensureDeferred(ask_all()))
reactor.run()
print(json.dumps([answers, connected]))
"""


def connect(hosts: list[str], *, allowed: tuple[str, ...] = (), home: str = "") -> tuple[list[object], list[str]]:
    """What comes of asking hosts with nothing between them and the resolver, and who was connected to."""
    done = subprocess.run(
        [sys.executable, "-c", _CONNECT, json.dumps([hosts, allowed, home])],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers, connected = json.loads(done.stdout)
    return answers, connected


def test_no_spelling_of_a_private_address_is_connected_to() -> None:
    answers, connected = connect(list(PRIVATE))
    assert connected == []
    assert not any(isinstance(answer, int) for answer in answers)


@pytest.mark.parametrize("home", ["127.0.0.1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1"])
def test_no_name_that_leads_home_is_connected_to(home: str) -> None:
    answers, connected = connect(["blog.csdn.net", "x.blog.csdn.net"], home=home)
    assert (answers, connected) == (["DNSLookupError"] * 2, [])


def test_the_servers_that_the_user_named_are_connected_to() -> None:
    answers, connected = connect(["127.0.0.1", "localhost"], allowed=("127.0.0.1", "localhost"))
    assert (answers, len(connected)) == ([204, 204], 2)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://blog.csdn.net/u", "blog.csdn.net"),
        ("https://reader.blog.csdn.net/article/details/1", "blog.csdn.net"),
        ("https://rss.csdn.net/u/rss/map", "rss.csdn.net"),
        ("http://127.0.0.1:8123/", "127.0.0.1"),
        ("http://[", ""),
    ],
)
def test_hosts_of_one_site(url: str, site: str) -> None:
    assert site_of(url, LIVE) == site
