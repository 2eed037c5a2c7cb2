"""Atom feeds: valid, in order, and asked for politely."""

import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from crawler.browse.serve import Server
from normalize.browse.atom import stable_id
from tests.browse.atom_rules import ATOM, faults
from tests.browse.hostile import hostile_archive
from tests.browse.servers import VERSIONS, served

FEEDS = ("papers", "digests")


def asked(server: Server, path: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(
        f"{server.url}{path}", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def entries_of(body: bytes) -> list[ET.Element]:
    return ET.fromstring(body).findall(f"{ATOM}entry")


@pytest.fixture(scope="module", params=VERSIONS)
def hostile(
    request: pytest.FixtureRequest, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile-feeds")
    with served(hostile_archive(archive, folder), folder / "served", request.param) as running:
        yield running


# --- the feeds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_valid(server: Server, name: str) -> None:
    status, headers, body = asked(server, f"/feeds/{name}.atom")
    assert status == 200
    assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert faults(body, f"{server.url}/feeds/{name}.atom") == []
    assert len(entries_of(body)) >= 10


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_of_hostile_posts_is_valid(hostile: Server, name: str) -> None:
    _, _, body = asked(hostile, f"/feeds/{name}.atom")
    assert faults(body, f"{hostile.url}/feeds/{name}.atom") == []
    assert len(entries_of(body)) >= 20


def test_papers_come_in_the_order_of_their_first_recommendation(server: Server, archive: Path) -> None:
    _, _, body = asked(server, "/feeds/papers.atom")
    with closing(sqlite3.connect(archive)) as connection:
        rows = connection.execute(
            "SELECT paper_id, min(published_on) AS first, max(published_on) FROM recommendations "
            "JOIN posts USING (post_id) GROUP BY paper_id ORDER BY first DESC, paper_id LIMIT 50"
        ).fetchall()
    found = [
        (
            entry.findtext(f"{ATOM}id"),
            (entry.findtext(f"{ATOM}published") or "")[:10],
            (entry.findtext(f"{ATOM}updated") or "")[:10],
        )
        for entry in entries_of(body)
    ]
    assert found == [(stable_id(f"paper/{paper}"), first, last) for paper, first, last in rows]


def test_a_digest_tells_its_papers_and_leads_to_them(server: Server, archive: Path) -> None:
    _, _, body = asked(server, "/feeds/digests.atom")
    newest = entries_of(body)[0]
    with closing(sqlite3.connect(archive)) as connection:
        (post, title), *_ = connection.execute("SELECT post_id, title FROM posts ORDER BY published_on DESC").fetchall()
        papers = [
            row[0] for row in connection.execute("SELECT paper_id FROM recommendations WHERE post_id = ?", (post,))
        ]
    assert newest.findtext(f"{ATOM}title") == title
    link = newest.find(f"{ATOM}link[@rel='alternate']")
    assert link is not None
    assert link.get("href") == f"{server.url}/digest/{post}"
    content = newest.findtext(f"{ATOM}content") or ""
    for paper in papers:
        assert f'"{server.url}/paper/{paper}"' in content


@pytest.mark.parametrize("name", FEEDS)
def test_pages_that_entries_lead_to_are_there(server: Server, name: str) -> None:
    _, _, body = asked(server, f"/feeds/{name}.atom")
    for entry in entries_of(body)[:3]:
        link = entry.find(f"{ATOM}link[@rel='alternate']")
        assert link is not None
        assert asked(server, (link.get("href") or "").removeprefix(server.url))[0] == 200


@pytest.mark.parametrize("name", FEEDS)
def test_a_reader_who_has_it_gets_nothing(server: Server, name: str) -> None:
    path = f"/feeds/{name}.atom"
    _, headers, _ = asked(server, path)
    assert asked(server, path, If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert asked(server, path, If_None_Match=f'"x", W/{headers["ETag"]}')[::2] == (304, b"")
    assert asked(server, path, If_Modified_Since=headers["Last-Modified"])[::2] == (304, b"")
    for stale in ({"If_None_Match": '"x"'}, {"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"}):
        assert asked(server, path, **stale)[0] == 200
    for broken in ("", "yesterday", "2018-06-29"):
        assert asked(server, path, If_Modified_Since=broken)[0] == 200


def test_pages_name_the_feeds(server: Server) -> None:
    _, _, body = asked(server, "/")
    for name in FEEDS:
        assert b'<link rel="alternate" type="application/atom+xml"' in body
        assert f'href="/feeds/{name}.atom"'.encode() in body


# --- the rules that they are held against ----------------------------------------------------------------------------

URL = "http://127.0.0.1/feeds/papers.atom"
VALID = f"""<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:1</id><title>T</title>
<updated>2018-06-29T12:00:00+08:00</updated><author><name>A</name></author><link rel="self" href="{URL}"/>
<entry><id>urn:uuid:2</id><title>E</title><updated>2018-06-29T12:00:00+08:00</updated>
<link rel="alternate" type="text/html" href="http://127.0.0.1/paper/1"/><content type="html">x</content></entry>
</feed>"""


def test_the_rules_let_a_valid_feed_pass() -> None:
    assert faults(VALID.encode(), URL) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<feed xmlns", "<rss xmlns", "no XML"),
        ("2005/Atom", "2006/Atom", "root is"),
        ("<id>urn:uuid:1</id>", "", "feed without id"),
        ("<title>E</title>", "", "entry without title"),
        ("<title>T</title>", "<title>T</title><title>U</title>", "feed with 2 of title"),
        ("<title>E</title>", "<title> </title>", "empty title"),
        ("<title>E</title>", "<title>E</title><mood>m</mood>", "unknown mood"),
        ("urn:uuid:2", "two", "is no address in full"),
        ("http://127.0.0.1/paper/1", "/paper/1", "is no address in full"),
        ("http://127.0.0.1/paper/1", "http://127.0.0.1/a b", "is no address in full"),
        ("http://127.0.0.1/paper/1", "http://127.0.0.1/100%", "is no address in full"),
        ("12:00:00+08:00</updated><author>", "12:00:00</updated><author>", "is no time"),
        ("2018-06-29T12:00:00+08:00</updated><author>", "2018-13-29T12:00:00Z</updated><author>", "is no time"),
        ("12:00:00+08:00</updated><author>", "11:00:00+08:00</updated><author>", "older than an entry"),
        ("<author><name>A</name></author>", "", "without an author"),
        ("<name>A</name>", "<name/>", "author without a name"),
        ('rel="self"', 'rel="via"', "self is []"),
        ('type="html">x', 'type="xhtml">x', "neither text nor html"),
        (">x</content>", '>&lt;a href="/x"&gt;</content>', "is no address in full"),
        ("<content", '<category term=""/><content', "without a term"),
        ("urn:uuid:2</id>", "urn:uuid:2</id><published>2019-01-01T00:00:00Z</published>", "before it was published"),
    ],
)
def test_the_rules_find_what_is_wrong(old: str, new: str, fault: str) -> None:
    assert old in VALID
    assert any(fault in found for found in faults(VALID.replace(old, new, 1).encode(), URL))


def test_the_rules_find_a_double() -> None:
    start, end = VALID.index("<entry>"), VALID.index("</feed>")
    assert faults((VALID[:end] + VALID[start:]).encode(), URL) == ["id urn:uuid:2 comes 2 times"]
