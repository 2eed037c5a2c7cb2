"""Pictures: what bytes are, what is kept of them, and the real command against real servers on loopback."""

import gzip
import json
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Request

from crawler.captures import CaptureStore
from crawler.commands.images import problem_lines, status_of
from crawler.exits import Exit
from crawler.images.fetch import FetchReport, PictureProblem
from crawler.images.hosts import host_of, is_asked, referrer_of
from crawler.images.kinds import MAX_PIXELS, Kind, NotAPicture, read_kind
from crawler.images.spider import PictureHeaders, PictureSpider
from crawler.images.store import (
    DamagedPicture,
    Failure,
    ImageStore,
    ImageStoreTooNew,
    NotAnImageStore,
    images_path,
)
from crawler.images.wanted import MAX_TRIES, find_wants
from crawler.runs import Runs
from normalize.archive import Archive
from normalize.urls import image_key
from tests.normalize.builders import entry, post, reading

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 10, 1, 8, 0, 0, tzinfo=UTC)

# --- what bytes are --------------------------------------------------------------------------------------------------

# Pictures of 3 × 2 pixels, drawn for these tests with a common library.
REAL = {
    name: b64decode(text)
    for name, text in {
        "png": (
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAHElEQVR4nGM8ISfHwMDAwMDAxMDAYPHoIQMDAwAcbAMDlJYfTwAA"
            "AABJRU5ErkJggg=="
        ),
        "png of one bit": (
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNQYGAAAABkACGrnxNvAAAAAElFTkSuQmCC"
        ),
        "jpeg": (
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
            "q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
            "pKSkpKSkpKT/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAZEAEAAgMAAAAAAAAAAAAAAAAAAQIh"
            "gbH/xAAVAQEBAAAAAAAAAAAAAAAAAAADBf/EABcRAAMBAAAAAAAAAAAAAAAAAAABMQL/2gAMAwEAAhEDEQA/AJ9MxuegA1WV1D//"
            "2Q=="
        ),
        "jpeg in scans": (
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
            "q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
            "pKSkpKSkpKT/wgARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAVAQEBAAAAAAAAAAAAAAAAAAADBP/a"
            "AAwDAQACEAMQAAABnB1//8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABBQJ//8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgB"
            "AwEBPwF//8QAFREBAQAAAAAAAAAAAAAAAAAAAAH/2gAIAQIBAT8Br//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEABj8Cf//E"
            "ABUQAQEAAAAAAAAAAAAAAAAAAAAB/9oACAEBAAE/IY//2gAMAwEAAgADAAAAEA//xAAWEQADAAAAAAAAAAAAAAAAAAAAATH/2gAI"
            "AQMBAT8QUP/EABYRAAMAAAAAAAAAAAAAAAAAAAABMf/aAAgBAgEBPxCmf//EABgQAAIDAAAAAAAAAAAAAAAAAAABIYGx/9oACAEB"
            "AAE/EJq3p//Z"
        ),
        "gif": "R0lGODdhAwACAIEAAMgeHgAA/wAAAAAAACwAAAAAAwACAAAICAABCAQQAEBAADs=",
        "gif that moves": (
            "R0lGODlhAwACAIEAAMgeHgAA/wAAAAAAACH5BAAKAAAALAAAAAADAAIAAAgIAAEIBBAAQEAAIfkEAQoAAgAsAAAAAAMAAgCB////"
            "AB7mAAAAAAAACAgAAwgMACBAQAA7"
        ),
        "webp": "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoDAAIABUB8JagCdAEPAzU8AAD+uhr6jvxx/5PSr6sFX+v4e/TD+xBJRAAAAA==",
        "webp without loss": "UklGRiIAAABXRUJQVlA4TBUAAAAvAkAAAA8wHoP8j//5Dx684CCi/xEA",
        "webp with clear parts": (
            "UklGRmAAAABXRUJQVlA4WAoAAAAQAAAAAgAAAQAAQUxQSAcAAAAAZGRkZGRkAFZQOCAyAAAA0AEAnQEqAwACAAVAfCWoAnQBDwM1"
            "PAAA/roa+o78cf+T0q+rBV/r+Hv0w/sQSUQAAAA="
        ),
        "webp that moves": (
            "UklGRpAAAABXRUJQVlA4WAoAAAACAAAAAgAAAQAAQU5JTQYAAAAAAAAAAABBTk1GLgAAAAAAAAAAAAIAAAEAAGQAAAJWUDhMFQAA"
            "AC8CQAAADzAeg/yP//kPHrzgIKL/EQBBTk1GLgAAAAAAAAAAAAIAAAEAAGQAAABWUDhMFQAAAC8CQAAAD3CP8Pl/hvn8Bw9GIKL/"
            "IQA="
        ),
        "bmp": (
            "Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAAHh7I/wAAHh7IAAAAHh7IHh7IHh7IAAAA"
        ),
        "bmp of one bit": (
            "Qk1GAAAAAAAAAD4AAAAoAAAAAwAAAAIAAAABAAEAAAAAAAgAAADEDgAAxA4AAAIAAAACAAAAAAAAAP///wAAAAAAIAAAAA=="
        ),
    }.items()
}
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int, height: int, shade: int = 0) -> bytes:
    """A grey picture; only its first row is there, which nobody who does not unpack it can see."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" + bytes([shade]) * min(width, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def patched(name: str, position: int, value: bytes) -> bytes:
    body = REAL[name]
    return body[:position] + value + body[position + len(value) :]


JPEG_FRAME = REAL["jpeg"].index(b"\xff\xc0")
GIF_FRAMES = REAL["gif that moves"].index(b"\x2c\0\0\0\0")
WEBP_FRAME = REAL["webp that moves"].index(b"ANMF") + 8


@pytest.mark.parametrize("name", REAL)
def test_type_and_size_come_from_the_bytes(name: str) -> None:
    assert read_kind(REAL[name]) == Kind(type=f"image/{name.split()[0]}", width=3, height=2)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", REAL)
def test_a_picture_cut_at_any_byte_is_refused(name: str) -> None:
    for end in range(len(REAL[name])):
        with pytest.raises(NotAPicture):
            read_kind(REAL[name][:end])


@pytest.mark.parametrize("name", REAL)
def test_what_stands_behind_a_picture_does_not_change_what_it_is(name: str) -> None:
    assert read_kind(REAL[name] + HTML).type == f"image/{name.split()[0]}"


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "an empty body"),
    "SVG with a script": (SVG, "SVG"),
    "SVG behind a declaration": (b'\xef\xbb\xbf\n<?xml version="1.0"?>\n<!-- x -->' + SVG, "SVG"),
    "HTML": (HTML, "HTML"),
    "HTML with an SVG in it": (HTML.replace(b"<script>", SVG), "HTML"),
    "XML": (b"<?xml version='1.0'?><a/>", "markup"),
    "AVIF": (b"\0\0\0\x20ftypavif" + bytes(40), "AVIF"),
    "PDF": (b"%PDF-1.7", "no type that is kept"),
    "TIFF": (b"II*\0" + bytes(40), "no type that is kept"),
    "a program": (b"MZ" + bytes(100), "no type that is kept"),
    "film in a RIFF": (b"RIFF" + struct.pack("<I", 40) + b"AVI " + bytes(36), "no type that is kept"),
    "script that begins as a GIF": (b"GIF89a=1;/*" + bytes(300) + b"*/alert(1)//;", "broken GIF"),
    "script in a GIF's screen": (b"GIF89a/*\x01\0\0\0\0;*/=1;alert(1)", "no pixels"),
    "HTML that begins as a PNG": (REAL["png"][:8] + HTML, "broken PNG"),
    "HTML that begins as a JPEG": (b"\xff\xd8\xff" + HTML, "image/jpeg, cut off"),
    "HTML that begins as a BMP": (b"BM" + HTML, "broken BMP"),
    "HTML that begins as a WebP": (b"RIFF\x10\0\0\0WEBP" + HTML, "broken WebP"),
    "words that begin with BM": ("BM25 是一种检索模型。".encode() * 3, "broken BMP"),
    "PNG with a flipped bit": (patched("png", 50, b"\xff"), "wrong checksum"),
    "PNG without pixels": (png(3, 2)[:33] + png(3, 2)[-12:], "it has no pixels"),
    "JPEG without pixels": (b"\xff\xd8" + REAL["jpeg"][JPEG_FRAME : JPEG_FRAME + 19] + b"\xff\xd9", "no pixels"),
    "JPEG that begins twice": (b"\xff\xd8" + REAL["jpeg"], "begins twice"),
    "JPEG with an empty segment": (patched("jpeg", 4, b"\0\0"), "a segment of 0 bytes"),
    "WebP without pixels": (b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(10), "it has no pixels"),
    "no pixels in a PNG": (png(0, 7), "0 × 7 pixels"),
    "no height in a JPEG": (patched("jpeg", JPEG_FRAME + 5, b"\0\0"), "3 × 0 pixels"),
    "huge PNG": (png(2**31 - 1, 2**31 - 1), "over 50 megapixels"),
    "PNG just too large": (png(MAX_PIXELS // 1000 + 1, 1000), "over 50 megapixels"),
    "huge JPEG": (patched("jpeg", JPEG_FRAME + 5, b"\xff\xff\xff\xff"), "over 50 megapixels"),
    "huge GIF": (patched("gif", 6, b"\xff\xff\xff\xff"), "over 50 megapixels"),
    "huge frame in a small GIF": (patched("gif that moves", GIF_FRAMES + 5, b"\xff\xff\xff\xff"), "over 50 megapixels"),
    "GIF frame far outside": (patched("gif that moves", GIF_FRAMES + 1, b"\xff\xff\xff\xff"), "over 50 megapixels"),
    "huge WebP": (patched("webp", 26, b"\xff\x3f\xff\x3f"), "over 50 megapixels"),
    "huge WebP without loss": (patched("webp without loss", 21, b"\xff\xff\xff\x0f"), "over 50 megapixels"),
    "huge WebP that moves": (patched("webp that moves", 24, b"\xff\xff\xff\xff\xff\xff"), "over 50 megapixels"),
    "huge frame in a small WebP": (patched("webp that moves", WEBP_FRAME + 6, b"\xff" * 6), "over 50 megapixels"),
    "huge BMP": (patched("bmp", 18, struct.pack("<ii", 2**31 - 1, -(2**31))), "image/bmp, cut off"),
    "huge BMP of runs": (patched("bmp", 18, struct.pack("<iiHHI", 60000, 60000, 1, 8, 1)), "over 50 megapixels"),
    "BMP of less than no width": (patched("bmp", 18, struct.pack("<i", -3)), "-3 × 2 pixels"),
    "BMP with a JPEG in it": (patched("bmp", 30, b"\4"), "does not fit together"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_whole_picture_is_refused_and_named(name: str) -> None:
    body, words = HOSTILE[name]
    with pytest.raises(NotAPicture) as refused:
        read_kind(body)
    assert words in str(refused.value)


def test_a_picture_of_just_fifty_megapixels_is_kept() -> None:
    assert read_kind(png(MAX_PIXELS // 1000, 1000)).height == 1000


@given(st.data())
def test_any_bytes_are_either_a_picture_of_sane_size_or_refused(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(sorted(REAL.values())) | st.binary(max_size=100)))
    for _ in range(data.draw(st.integers(0, 8))):
        if body:
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        kind = read_kind(bytes(body[: data.draw(st.integers(0, 1000))]))
    except NotAPicture:
        return
    assert 0 < kind.width * kind.height <= MAX_PIXELS


_MANY = 8 * 1024 * 1024
SLOW = {
    "JPEG of marks only": b"\xff\xd8" + b"\xff" * _MANY,
    "JPEG of empty segments": b"\xff\xd8" + b"\xff\xe0\0\2" * (_MANY // 4),
    "JPEG of stuffed bytes": REAL["jpeg"][:-2] + b"\xff\0" * (_MANY // 2),
    "GIF of tiny blocks": b"GIF89a\3\0\2\0\0\0\0!\xfe" + b"\1x" * (_MANY // 2),
    "GIF of empty comments": b"GIF89a\3\0\2\0\0\0\0" + b"!\xfe\0" * (_MANY // 3),
    "WebP of empty chunks": b"RIFF" + struct.pack("<I", _MANY + 4) + b"WEBP" + b"abcd\0\0\0\0" * (_MANY // 8),
    "PNG of empty chunks": png(3, 2)[:33] + (b"\0\0\0\0abcd" + struct.pack(">I", zlib.crc32(b"abcd"))) * (_MANY // 12),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_worst_that_8_mib_can_hold_takes_no_long_time(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(NotAPicture):
        read_kind(SLOW[name])
    assert time.process_time() - begun < 5


# --- who is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://mmbiz.qpic.cn/mmbiz_png/KEY/640", True),
        ("https://i-blog.csdnimg.cn/blog_migrate/0a.png", True),
        ("https://img-blog.csdn.net/2018", True),
        ("http://mmbiz.qpic.cn/mmbiz_png/KEY/640", False),
        ("https://mmbiz.qpic.cn:8443/mmbiz_png/KEY/640", False),
        ("https://user@mmbiz.qpic.cn/mmbiz_png/KEY/640", False),
        ("https://mmbiz.qpic.cn.evil.example/KEY", False),
        ("https://evilqpic.cn/KEY", False),
        ("https://blog.csdn.net/logout", False),
        ("https://127.0.0.1/a.png", False),
        ("data:image/png;base64,AAAA", False),
        ("file:///etc/passwd", False),
        ("http://[", False),
    ],
)
def test_only_known_hosts_of_pictures_are_asked(address: str, asked: bool) -> None:
    assert is_asked(address) is asked


def test_each_host_hears_of_the_page_that_it_wants() -> None:
    assert referrer_of("https://mmbiz.qpic.cn/mmbiz_png/KEY/640") == "https://mp.weixin.qq.com/"
    assert referrer_of("https://img-blog.csdnimg.cn/a.png") == "https://blog.csdn.net/"
    assert referrer_of("https://qpic.cn.csdnimg.cn/a.png") == "https://blog.csdn.net/"


def test_without_a_stand_in_the_hosts_themselves_are_asked() -> None:
    spider = PictureSpider(wanted=())
    address = "https://i-blog.csdnimg.cn/a.png?x=1"
    assert spider.url_of(address) == address
    headers = PictureHeaders(SimpleNamespace(spider=spider))  # type: ignore[arg-type]
    redirected = Request("https://mmbiz.qpic.cn/mmbiz_png/KEY/640", meta={"address": address})
    headers.process_request(redirected)
    assert redirected.headers["Referer"] == b"https://mp.weixin.qq.com/"
    robots = Request("https://mmbiz.qpic.cn/robots.txt")
    headers.process_request(robots)
    assert "Referer" not in robots.headers


def test_a_host_that_would_upset_a_terminal_has_no_name() -> None:
    assert host_of("https://evil\x1b[31m.example/a.png") == ""
    assert host_of("https://[::1]/a.png") == "::1"


# --- what is kept ----------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ImageStore]:
    with ImageStore.open(tmp_path / "x.images.db") as opened:
        yield opened


def keep(store: ImageStore, key: str, body: bytes, moment: datetime = NOW) -> bool:
    return store.keep(key, body, read_kind(body), address=f"https://mmbiz.qpic.cn/{key}", fetched_at=moment)


def fail(store: ImageStore, key: str, days_ago: float) -> None:
    moment = f"{NOW - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"
    failure = Failure(address=f"https://mmbiz.qpic.cn/{key}", failed_at=moment, code="gone", status=404, reason="404")
    store.note_failure(key, failure)


def test_equal_bytes_are_kept_once(store: ImageStore) -> None:
    assert keep(store, "a", REAL["png"])
    assert not keep(store, "b", REAL["png"])
    assert keep(store, "c", REAL["gif"])
    first, second = store.picture("a"), store.picture("b")
    assert first is not None
    assert second is not None
    assert first.sha256 == second.sha256
    assert (first.kind, first.size) == (Kind(type="image/png", width=3, height=2), len(REAL["png"]))
    assert (first.address, first.fetched_at) == ("https://mmbiz.qpic.cn/a", "2026-10-01T08:00:00Z")
    assert store.body(first.sha256) == REAL["png"]
    assert store.picture("none") is None
    assert rows(store.path, "SELECT count(*), sum(size) FROM bodies") == [(2, len(REAL["png"]) + len(REAL["gif"]))]
    assert list(store.iter_damage()) == []


def test_failures_are_kept_in_their_order(store: ImageStore) -> None:
    fail(store, "a", 20)
    fail(store, "a", 10)
    fail(store, "b", 1)
    assert [one.failed_at for one in store.failures("a")] == ["2026-09-11T08:00:00Z", "2026-09-21T08:00:00Z"]
    assert {key: (one.number, one.last_at) for key, one in store.tries().items()} == {
        "a": (2, "2026-09-21T08:00:00Z"),
        "b": (1, "2026-09-30T08:00:00Z"),
    }


def test_what_is_forgotten_leaves_no_byte(store: ImageStore) -> None:
    secret = png(40, 40, shade=0xA7)
    keep(store, "a", secret)
    keep(store, "b", REAL["gif"])
    keep(store, "c", REAL["gif"])
    fail(store, "a", 1)
    assert store.forget(["a", "b", "unknown"]) == 2
    assert store.keys() == {"c"}
    assert store.tries() == {}
    assert secret not in store.path.read_bytes()
    assert list(store.iter_damage()) == []
    assert keep(store, "a", secret)


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.images.db"
    body = png(40, 40, shade=0xA7)
    with ImageStore.open(path) as store:
        keep(store, "a", body)
        keep(store, "b", REAL["gif"])
    raw = path.read_bytes()
    place = raw.index(body) + 40
    path.write_bytes(raw[:place] + b"!" + raw[place + 1 :])
    with ImageStore.open(path, readonly=True) as store:
        [finding] = store.iter_damage()
        assert "SHA-256" in finding
        picture = store.picture("a")
        assert picture is not None
        with pytest.raises(DamagedPicture):
            store.body(picture.sha256)
        with pytest.raises(KeyError):
            store.body("0" * 64)


def test_a_full_disk_leaves_what_was_there(store: ImageStore) -> None:
    keep(store, "a", REAL["png"])
    pages = rows(store.path, "PRAGMA page_count")[0][0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.Error, match="full"):
        keep(store, "b", REAL["png"] + bytes(100_000))
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.keys() == {"a"}
    assert rows(store.path, "SELECT count(*) FROM bodies") == [(1,)]
    assert keep(store, "b", REAL["png"] + bytes(100_000))


def test_the_file_is_made_for_power_cuts(store: ImageStore) -> None:
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    words, database, later, missing = (tmp_path / name for name in ("words", "database", "later", "missing"))
    words.write_text("no database at all, but long enough to be one" * 20)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (x)")
    ImageStore.open(later).close()
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 99")
    for path in (words, database):
        before = path.read_bytes()
        for readonly in (True, False):
            with pytest.raises(NotAnImageStore, match=path.name):
                ImageStore.open(path, readonly=readonly)
        assert path.read_bytes() == before
    with pytest.raises(ImageStoreTooNew, match="99"):
        ImageStore.open(later)
    with pytest.raises(NotAnImageStore, match="missing"):
        ImageStore.open(missing, readonly=True)
    assert not missing.exists()


def test_a_transaction_that_was_killed_half_way_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "x.images.db"
    with ImageStore.open(path) as store:
        keep(store, "a", REAL["png"])
    code = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
for number in range(50):
    connection.execute("INSERT INTO failures VALUES (?, 1, 'a', 'b', 'gone', 404, ?)", (str(number), "x" * 5000))
connection.execute("UPDATE pictures SET address = 'half'")
os._exit(1)
"""
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    with ImageStore.open(path, readonly=True) as store:
        picture = store.picture("a")
        assert picture is not None
        assert picture.address == "https://mmbiz.qpic.cn/a"
        assert store.tries() == {}
        assert list(store.iter_damage()) == []


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_whose_maker_was_killed_is_made(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "a.images.db"
    path.touch()
    with ImageStore.open(path, readonly=readonly) as store:
        assert store.keys() == frozenset()


def test_readers_cannot_write(store: ImageStore) -> None:
    with ImageStore.open(store.path, readonly=True) as reader, pytest.raises(sqlite3.OperationalError):
        keep(reader, "a", REAL["png"])


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


# --- what is wanted --------------------------------------------------------------------------------------------------

MMBIZ = "https://mmbiz.qpic.cn/mmbiz_png/{}/640"
CSDN = "https://i-blog.csdnimg.cn/blog_migrate/{}"


def make_archive(path: Path, *posts: tuple[str, Sequence[str]]) -> None:
    """An archive with posts, each with its day and the addresses of its figures."""
    with Archive.open(path, rules_digest="rules", code_version="code") as archive:
        archive.add(
            [
                reading(
                    f"post {number}",
                    post(
                        [entry(title=f"Paper number {number} of this archive", images=addresses)],
                        url=f"https://blog.csdn.net/reader/article/details/{1000 + number}",
                        title=f"Title of the post that has the number {number}",
                        published=f"{day}T10:00:00+08:00",
                    ),
                )
                for number, (day, addresses) in enumerate(posts)
            ],
            reread=dict[str, Any]().__getitem__,
        )


def test_what_is_wanted_and_in_which_order(tmp_path: Path, store: ImageStore) -> None:
    archive = tmp_path / "x.db"
    evil = ["https://elsewhere.example/a.png", "data:image/png;base64,AAAA", "http://["]
    make_archive(
        archive,
        ("2018-01-05", [MMBIZ.format(f"old{name}-aaaa") for name in "abcdef"]),
        ("2020-01-05", [MMBIZ.format("newest-aaaa"), *evil]),
        ("2019-01-05", [MMBIZ.format("middle-aaaa"), MMBIZ.format("stored-aaaa")]),
    )
    keep(store, "stored-aaaa", REAL["png"])
    fail(store, "olda-aaaa", 6.9)
    fail(store, "oldb-aaaa", 7)
    fail(store, "oldc-aaaa", 30)
    for _ in range(MAX_TRIES):
        fail(store, "oldd-aaaa", 100)
    wants = find_wants(archive, store, {"figure"}, now=NOW)
    keys = [picture.key.removesuffix("-aaaa") for picture in wants.pictures]
    assert keys == ["newest", "middle", "olde", "oldf", "oldc", "oldb"]
    assert (wants.stored, wants.resting, wants.given_up) == (1, 1, 1)
    assert wants.elsewhere == {"elsewhere.example": 1, "": 2}
    assert find_wants(archive, store, {"title"}, now=NOW).pictures == ()


def test_a_clock_that_was_ahead_lets_no_picture_rest(tmp_path: Path, store: ImageStore) -> None:
    archive = tmp_path / "x.db"
    make_archive(archive, ("2018-01-05", [MMBIZ.format(f"old{name}-aaaa") for name in "ab"]))
    fail(store, "olda-aaaa", -400)
    fail(store, "oldb-aaaa", -0.5)
    wants = find_wants(archive, store, {"figure"}, now=NOW)
    assert ([picture.key for picture in wants.pictures], wants.resting) == (["olda-aaaa"], 1)


def test_each_try_takes_another_address_of_the_picture(tmp_path: Path, store: ImageStore) -> None:
    archive = tmp_path / "x.db"
    addresses = [
        MMBIZ.format("picture-aaaa"),
        "https://mmbiz.qpic.cn/mmbiz_jpg/picture-aaaa/0",
        "https://mirror.example/mmbiz_qpic_cn/mmbiz_png/picture-aaaa/640.png",
    ]
    make_archive(archive, ("2018-01-05", addresses), ("2018-01-06", addresses[1:2]))
    tried = []
    for days_ago in (50, 40, 30):
        [wanted] = find_wants(archive, store, {"figure"}, now=NOW).pictures
        tried.append(wanted.address)
        fail(store, wanted.key, days_ago)
    assert tried == [addresses[1], addresses[0], addresses[1]]


# --- the command -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says to one request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """Announced length, where it is not the real one."""


class PictureServer:
    """Stands in for all hosts of pictures until the ``with`` block ends."""

    def __init__(self, wait: float = 0.0) -> None:
        self.routes: dict[str, Answer | list[Answer]] = {}
        """By path; of a list each request takes one, the last stays."""
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.times: list[float] = []
        self.wait = wait
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        """Paths in the order asked, without robots.txt."""
        return [path for path, _ in self.requests if path != "/robots.txt"]

    def headers_of(self, path: str) -> dict[str, str]:
        return next(headers for asked, headers in self.requests if asked == path)

    def serve(self, address: str, *answers: Answer) -> str:
        """Sets the answers for an address of the real host; gives its path."""
        path = "/" + address.split("/", 3)[3]
        self.routes[path] = list(answers)
        return path

    def _handler(server: "PictureServer") -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the handler's)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                server.times.append(time.monotonic())
                time.sleep(server.wait)
                route = server.routes.get(self.path, Answer(status=404))
                answer = route if isinstance(route, Answer) else route.pop(0) if len(route) > 1 else route[0]
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = answer.length is not None

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with PictureServer() as running:
        yield running


Images = Callable[..., subprocess.CompletedProcess[str]]


def start(folder: Path, server: PictureServer, *more: object) -> subprocess.Popen[str]:
    """The real command, in a process of its own."""
    command = [sys.executable, "-m", "crawler.cli", "images", "--archive", "x.db", "--site-url", server.url]
    return subprocess.Popen(
        [*command, "--delay", "0", *map(str, more)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def images(tmp_path: Path, server: PictureServer) -> Images:
    """Runs the command beside an archive ``x.db`` and expects an exit status."""

    def run(*more: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        process = start(tmp_path, server, *more)
        out, err = process.communicate(timeout=60)
        assert process.returncode == status, out + err
        assert "Traceback" not in err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


def test_pictures_of_every_kind(tmp_path: Path, server: PictureServer, images: Images) -> None:
    """All good and bad manners in one run; then another one, which has nothing to do."""
    good = {name: MMBIZ.format(f"{name.replace(' ', '-')}-aaaa") for name in REAL}
    hostile = ("SVG with a script", "HTML", "huge PNG", "HTML that begins as a JPEG", "nothing", "AVIF")
    bad = {name: CSDN.format(name.replace(" ", "-") + ".png") for name in hostile}
    odd = {name: CSDN.format(name) for name in (
        "same.png", "packed.webp", "moved.jpg", "loop.png", "away.png", "private.png", "gone.png", "large.png",
        "bomb.png", "short.png", "again.png", "words.png", "error.png",
    )}  # fmt: skip
    for name, address in good.items():
        # neither name nor announced type is to be trusted
        server.serve(address, Answer(body=REAL[name], headers={"Content-Type": "text/html"}))
    for name, address in bad.items():
        server.serve(address, Answer(body=HOSTILE[name][0], headers={"Content-Type": "image/png"}))
    server.serve(odd["same.png"], Answer(body=REAL["gif"]))
    gzipped = {"Content-Encoding": "gzip"}
    server.serve(odd["packed.webp"], Answer(body=gzip.compress(png(5, 5)), headers=gzipped))
    server.serve(odd["moved.jpg"], Answer(status=302, headers={"Location": "/elsewhere/here"}))
    server.routes["/elsewhere/here"] = Answer(body=png(6, 6))
    server.serve(odd["loop.png"], Answer(status=302, headers={"Location": server.url + "/blog_migrate/loop.png"}))
    server.serve(odd["away.png"], Answer(status=302, headers={"Location": "https://evil.example/a.png"}))
    server.serve(odd["private.png"], Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}))
    server.serve(odd["large.png"], Answer(body=REAL["png"] + bytes(9 * 1024 * 1024)))
    server.serve(odd["bomb.png"], Answer(body=gzip.compress(REAL["png"] + bytes(20_000_000)), headers=gzipped))
    server.serve(odd["short.png"], Answer(body=REAL["png"], length=len(REAL["png"]) + 10))
    server.serve(odd["again.png"], Answer(status=503, headers={"Retry-After": "1"}), Answer(body=png(7, 7)))
    words = png(8, 8) + b"<title>waf_captcha_marker</title>"
    server.serve(odd["words.png"], Answer(body=words))
    server.serve(odd["error.png"], Answer(status=500, body=HTML))
    make_archive(
        tmp_path / "x.db",
        ("2019-01-05", [*good.values()]),
        ("2018-01-05", [*bad.values()]),
        ("2017-01-05", [*odd.values(), "https://elsewhere.example/b.png"]),
    )
    CaptureStore.open(tmp_path / "x.captures.db").close()

    result = json.loads(images("--contact", "me@example.org", "--json", status=1).stdout)
    fetch = result["fetch"]
    counts = {name: fetch[name] for name in ("stored", "doubles", "gone", "refused", "too_large", "damaged", "failed")}
    assert counts == {
        "stored": len(REAL) + 5, "doubles": 1, "gone": 1, "refused": len(bad) + 3, "too_large": 2, "damaged": 1,
        "failed": 1,
    }  # fmt: skip
    assert (fetch["blocked"], fetch["left"], fetch["left_alone"]) == (0, 0, {})
    assert (result["wanted"], result["elsewhere"]) == (len(good) + len(bad) + len(odd), {"elsewhere.example": 1})
    with ImageStore.open(tmp_path / "x.images.db", readonly=True) as store:
        assert list(store.iter_damage()) == []
        for name, address in good.items():
            picture = store.picture(image_key(address))
            assert picture is not None
            assert picture.kind.type == f"image/{name.split()[0]}"
            assert store.body(picture.sha256) == REAL[name]
        moved, packed = (store.picture(image_key(odd[name])) for name in ("moved.jpg", "packed.webp"))
        assert moved is not None
        assert packed is not None
        assert (moved.kind.width, packed.kind) == (6, Kind(type="image/png", width=5, height=5))
        reasons = {
            name: (one.code, one.status, one.reason)
            for name, address in {**bad, **odd}.items()
            for one in store.failures(image_key(address))
        }
    assert reasons.pop("gone.png") == ("gone", 404, "status 404")
    assert reasons.pop("error.png") == ("failed", 500, "status 500")
    assert reasons.pop("short.png")[0] == "damaged"
    assert reasons["large.png"] == reasons.pop("bomb.png") == ("too_large", None, "over 8,388,608 bytes")
    assert reasons.pop("large.png")
    assert "evil.example" in reasons.pop("away.png")[2]
    assert "169.254.169.254" in reasons.pop("private.png")[2]
    assert reasons.pop("loop.png") == ("refused", None, "max redirections reached")
    for name in hostile:
        code, http_status, reason = reasons.pop(name)
        assert (code, http_status) == ("refused", 200)
        assert HOSTILE[name][1] in reason
    assert reasons == {}
    assert server.headers_of(server.paths[0])["referer"] == "https://mp.weixin.qq.com/"
    assert server.headers_of("/blog_migrate/gone.png")["referer"] == "https://blog.csdn.net/"
    assert server.headers_of("/elsewhere/here")["referer"] == "https://blog.csdn.net/"
    assert "avif" not in server.headers_of(server.paths[0])["accept"]
    assert {headers["user-agent"].split("/")[0] for _, headers in server.requests} == {"paperdigest"}
    assert "(+me@example.org)" in server.requests[0][1]["user-agent"]
    assert "cookie" not in server.headers_of(server.paths[0])
    first, second = (moment for (path, _), moment in zip(server.requests, server.times, strict=True) if "again" in path)
    assert second - first > 1
    [run] = book(tmp_path)
    assert (run.command, run.outcome, run.counts.fetched, run.counts.new) == ("images", "failed", 17, 16)
    assert run.counts.found == result["wanted"]
    assert run.counts.requests == len(server.requests)

    asked = len(server.requests)
    before = (tmp_path / "x.images.db").read_bytes()
    done = images()
    assert len(server.requests) == asked
    assert (tmp_path / "x.images.db").read_bytes() == before
    assert "0 pictures wanted, 17 stored before, 0 stored" in done.stdout
    assert "14 not asked for again within 7 days" in done.stderr
    assert "elsewhere.example 1" in done.stderr
    assert [run.outcome for run in book(tmp_path)] == ["ok", "failed"]


def book(folder: Path) -> list[Any]:
    with CaptureStore.open(folder / "x.captures.db", readonly=True) as store:
        return Runs(store).latest()


def test_one_request_at_a_time_with_the_delay_between(tmp_path: Path, server: PictureServer, images: Images) -> None:
    make_archive(tmp_path / "x.db", ("2019-01-05", [CSDN.format(f"{number}.png") for number in range(3)]))
    images("--delay", "0.6")
    gaps = [later - earlier for earlier, later in pairwise(server.times)]
    assert min(gaps) > 0.29, gaps  # the delay varies by half
    assert len(server.requests) == 4


def test_a_host_that_refuses_is_left_alone_and_the_others_are_asked(
    tmp_path: Path, server: PictureServer, images: Images
) -> None:
    challenge = "<html><head><title>请进行安全验证(Security Verification)</title></head></html>".encode()
    refused = [CSDN.format(f"{number}.png") for number in range(6)]
    for address, answer in zip(
        refused,
        [Answer(status=403), Answer(body=png(2, 2)), Answer(status=521), Answer(body=challenge), Answer(status=403)],
        strict=False,
    ):
        server.serve(address, answer)
    fine = MMBIZ.format("fine-aaaa")
    server.serve(fine, Answer(body=REAL["png"]))
    busy = [f"https://img-blog.csdn.net/2018{number}" for number in range(2)]
    server.serve(busy[0], Answer(status=429, headers={"Retry-After": "3600"}))
    make_archive(tmp_path / "x.db", ("2019-01-05", refused), ("2018-01-05", [fine]), ("2017-01-05", busy))
    CaptureStore.open(tmp_path / "x.captures.db").close()

    done = images(status=4)
    assert server.paths == [
        *(f"/blog_migrate/{number}.png" for number in range(5)),
        "/mmbiz_png/fine-aaaa/640",
        "/20180",  # one that asks for a long wait gets it at once
    ]
    assert "2 stored, 5 refused by the host, 2 left for another run" in done.stdout
    assert "i-blog.csdnimg.cn was left alone: it refused to answer" in done.stderr
    assert book(tmp_path)[0].outcome == "blocked"
    with CaptureStore.open(tmp_path / "x.captures.db", readonly=True) as captures:
        problems = Runs(captures).problems(1)
    assert [(problem.code, problem.address) for problem in problems] == [
        ("blocked", address) for address in (refused[0], *refused[2:5], busy[0])
    ]
    assert "security check" in problems[2].message
    assert "asks to wait 3600 s" in problems[4].message


def test_a_host_that_does_not_answer_is_left_alone(tmp_path: Path, server: PictureServer, images: Images) -> None:
    addresses = [CSDN.format(f"{number}.png") for number in range(9)]
    for address in addresses:
        server.serve(address, Answer(status=500))
    make_archive(tmp_path / "x.db", ("2019-01-05", addresses))
    done = images(status=1)
    assert len(set(server.paths)) == 3
    assert "it did not answer as it should" in done.stderr


def test_robots_txt_is_obeyed_and_forbidden_pictures_are_no_failures(
    tmp_path: Path, server: PictureServer, images: Images
) -> None:
    addresses = [CSDN.format("0.png"), CSDN.format("1.png")]
    server.routes["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /blog_migrate/1.png\n")
    server.serve(addresses[0], Answer(body=REAL["png"]))
    make_archive(tmp_path / "x.db", ("2019-01-05", addresses))
    done = images()
    assert server.paths == ["/blog_migrate/0.png"]
    assert "1 stored, 1 forbidden by robots.txt" in done.stdout
    assert rows(tmp_path / "x.images.db", "SELECT count(*) FROM failures") == [(0,)]


def test_where_robots_txt_cannot_be_had_nothing_is_asked(tmp_path: Path, server: PictureServer, images: Images) -> None:
    server.routes["/robots.txt"] = Answer(status=503)
    make_archive(tmp_path / "x.db", ("2019-01-05", [CSDN.format("0.png")]))
    done = images(status=1)
    assert server.paths == []
    assert "robots.txt of a host could not be had" in done.stderr


def test_limit_and_roles(tmp_path: Path, server: PictureServer, images: Images) -> None:
    addresses = [CSDN.format(f"{number}.png") for number in range(4)]
    for number, address in enumerate(addresses):
        server.serve(address, Answer(body=png(9, 9, shade=number)))
    make_archive(tmp_path / "x.db", ("2019-01-05", addresses))
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE images SET role = 'badge' WHERE url = ?", (addresses[0],))
        connection.execute("UPDATE images SET role = 'title' WHERE url = ?", (addresses[1],))
    assert "3 pictures wanted, 0 stored before, 2 stored, 1 left for another run" in images("--limit", 2).stdout
    images("--role", "badge")
    images()
    assert server.paths == [f"/blog_migrate/{number}.png" for number in (1, 2, 0, 3)]
    assert rows(tmp_path / "x.images.db", "SELECT count(*) FROM bodies") == [(4,)]


def test_failures_are_tried_again_after_a_week_but_not_for_ever(
    tmp_path: Path, server: PictureServer, images: Images
) -> None:
    address = CSDN.format("0.png")
    path = server.serve(address, Answer(status=404))
    make_archive(tmp_path / "x.db", ("2019-01-05", [address]))
    database = tmp_path / "x.images.db"

    def a_week_passes() -> None:
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE failures SET failed_at = strftime('%Y-%m-%dT%H:%M:%SZ', failed_at, '-7 days')")

    for _ in range(2):
        images()
        a_week_passes()
    assert server.paths == [path] * 2
    with ImageStore.open(database) as store:
        for _ in range(MAX_TRIES - 3):
            fail(store, image_key(address), 100)
    server.serve(address, Answer(body=REAL["png"]))
    images()
    with ImageStore.open(database) as store:
        assert store.keys() == {image_key(address)}
        assert len(store.failures(image_key(address))) == MAX_TRIES - 1
        store.forget([image_key(address)])
        for _ in range(MAX_TRIES):
            fail(store, image_key(address), 100)
    assert "1 not asked for any more after 5 tries" in images().stderr
    assert len(server.paths) == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_stopped_and_started_again_it_fetches_only_what_is_missing(tmp_path: Path, number: int) -> None:
    addresses = [CSDN.format(f"{number:02}.png") for number in range(12)]
    make_archive(tmp_path / "x.db", ("2019-01-05", addresses))
    CaptureStore.open(tmp_path / "x.captures.db").close()
    with PictureServer(wait=0.05) as server:
        for shade, address in enumerate(addresses):
            server.serve(address, Answer(body=png(9, 9, shade=shade)))
        process = start(tmp_path, server)
        chance = random.Random(number)
        while len(server.paths) < 4 and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 130), err
        assert "Traceback" not in err
        with ImageStore.open(tmp_path / "x.images.db") as store:
            assert list(store.iter_damage()) == []
            kept = store.keys()
        asked = len(server.paths)
        assert 3 <= len(kept) <= asked < 8
        process = start(tmp_path, server)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, out + err
        assert len(server.paths) == asked + len(addresses) - len(kept)
        # what was under way when it was killed may be asked for twice, nothing else
        assert len(server.paths) - len(set(server.paths)) <= 1
    with ImageStore.open(tmp_path / "x.images.db", readonly=True) as store:
        assert store.keys() == set(addresses)
        assert list(store.iter_damage()) == []
    outcomes = [run.outcome for run in book(tmp_path)]
    assert outcomes == ["ok", None if number == signal.SIGKILL else "interrupted"]


def test_of_two_at_once_the_second_leaves(tmp_path: Path) -> None:
    make_archive(tmp_path / "x.db", ("2019-01-05", [CSDN.format("0.png")]))
    with PictureServer(wait=1.5) as server:
        server.serve(CSDN.format("0.png"), Answer(body=REAL["png"]))
        first = start(tmp_path, server)
        while not server.requests and first.poll() is None:
            time.sleep(0.01)
        second = start(tmp_path, server)
        _, err = second.communicate(timeout=30)
        assert second.returncode == 9, err
        assert "another fetch of pictures into this store is under way" in err
        assert first.wait(timeout=30) == 0
        assert len(server.paths) == 1


def test_a_disk_without_room_ends_the_run_with_its_own_status(
    tmp_path: Path, server: PictureServer, images: Images
) -> None:
    addresses = [CSDN.format(f"{number}.png") for number in range(5)]
    for number, address in enumerate(addresses):
        server.serve(address, Answer(body=png(9, 9, shade=number)))
    make_archive(tmp_path / "x.db", ("2019-01-05", addresses))
    with ImageStore.open(tmp_path / "x.images.db") as store:
        # what SQLite says on a full disk, here from a trigger
        store._connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON pictures WHEN (SELECT count(*) FROM pictures) = 2 "
            "BEGIN SELECT raise(ABORT, 'database or disk is full'); END"
        )
    CaptureStore.open(tmp_path / "x.captures.db").close()
    images(status=6)
    assert len(server.paths) == 3
    [(outcome, message)] = rows(
        tmp_path / "x.captures.db", "SELECT outcome, message FROM runs JOIN run_problems USING (run_id)"
    )
    assert (outcome, "disk is full" in message) == ("disk full", True)
    assert rows(tmp_path / "x.images.db", "SELECT count(*) FROM bodies") == [(2,)]


def test_command_lines_and_files_that_are_refused(tmp_path: Path, server: PictureServer, images: Images) -> None:
    images(status=8)  # no archive
    make_archive(tmp_path / "x.db", ("2019-01-05", [CSDN.format("0.png")]))
    images("--site-url", "https://mirror.example", "--delay", "2", status=2)  # no contact
    images("--site-url", "https://mirror.example", "--contact", "me@example.org", status=2)  # too fast
    images("--site-url", f"{server.url}/below", status=2)
    images("--role", "portrait", status=2)
    path = tmp_path / "x.images.db"
    path.write_bytes(b"something else, and long enough for SQLite to look at" * 20)
    images(status=8)
    path.unlink()
    ImageStore.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    images(status=7)
    assert server.requests == []


# --- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (FetchReport(), Exit.OK),
        (FetchReport(stored=3, gone=2, forbidden=1, left=5), Exit.OK),
        (FetchReport(refused=1), Exit.INPUT_REFUSED),
        (FetchReport(too_large=1), Exit.INPUT_REFUSED),
        (FetchReport(blocked=1, refused=1), Exit.FAILED),
        (FetchReport(damaged=1), Exit.FAILED),
        (FetchReport(failed=3, left_alone={"a": "failed"}), Exit.FAILED),
        (FetchReport(failed=3, left_alone={"a": "failed", "b": "blocked"}), Exit.BLOCKED),
        (FetchReport(left_alone={"b": "blocked"}, finish_reason="shutdown"), Exit.INTERRUPTED),
        (FetchReport(finish_reason="memusage_exceeded"), Exit.FAILED),
    ],
)
def test_exit_status(report: FetchReport, status: Exit) -> None:
    assert status_of(report) is status


def test_many_problems_of_a_kind_are_counted() -> None:
    problems = [PictureProblem(code="gone", address=f"https://a/{number}", reason="status 404") for number in range(25)]
    lines = problem_lines([*problems, PictureProblem(code="error", address=None, reason="of ours")])
    assert len(lines) == 22
    assert lines[0] == "https://a/0 gone: status 404"
    assert lines[-2:] == ["error: of ours", "… and 5 more gone"]


def test_where_the_pictures_of_an_archive_are() -> None:
    assert images_path(Path("data/archive.db")) == Path("data/archive.images.db")
    assert images_path(Path("data/archive")) == Path("data/archive.images.db")
