"""The index of the Wayback Machine, what is chosen from it, and the addresses of mementos."""

import json
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.mementos import (
    NotAnIndex,
    Snapshot,
    exclusion,
    index_address,
    memento_time,
    parse_index,
    wanted_posts,
)
from normalize.urls import canonical_url, post_keys

USER = "Reader_1"
NAMES = ["timestamp", "original", "mimetype", "statuscode", "digest", "length"]
A, B, C = (letter * 32 for letter in "ABC")


def row(number: int, timestamp: str = "20190212060332", digest: str = A, **changes: str) -> list[str]:
    fields = {
        "timestamp": timestamp,
        "original": f"http://blog.csdn.net/{USER}/article/details/{number}",
        "mimetype": "text/html",
        "statuscode": "200",
        "digest": digest,
        "length": "31415",
    }
    return list((fields | changes).values())


def index(*rows: list[str]) -> bytes:
    return json.dumps([NAMES, *rows]).encode()


def snapshot(number: int, timestamp: str = "20190212060332", digest: str = A) -> Snapshot:
    original = f"http://blog.csdn.net/{USER}/article/details/{number}"
    return Snapshot(key=f"csdn-{number}", timestamp=timestamp, original=original, digest=digest)


# --- the index -------------------------------------------------------------------------------------------------------


def test_address_of_the_index() -> None:
    parts = urlsplit(index_address(USER, resume_key="net,csdn,blog)/u/x 2019+0", rows=7))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "web.archive.org", "/cdx/search/cdx")
    query = parse_qsl(parts.query)
    assert ("url", f"blog.csdn.net/{USER}/") in query
    assert ("matchType", "prefix") in query
    assert ("limit", "7") in query
    assert ("showResumeKey", "true") in query
    assert ("resumeKey", "net,csdn,blog)/u/x 2019+0") in query
    assert "resumeKey" not in index_address(USER)


def test_page_with_more_to_come() -> None:
    page = parse_index(index(row(2), row(1, digest=B), [], ["net,csdn,blog)/reader_1/x 2020"]), user=USER)
    assert page.snapshots == (snapshot(2), snapshot(1, digest=B))
    assert page.resume_key == "net,csdn,blog)/reader_1/x 2020"
    assert page.other_rows == 0


def test_last_page() -> None:
    page = parse_index(index(row(2)), user=USER)
    assert (page.snapshots, page.resume_key) == ((snapshot(2),), None)


@pytest.mark.parametrize("body", [b"[]", b"[]\n", b"", b"\n", b'[["timestamp","original","statuscode","digest"]]'])
def test_empty_index(body: bytes) -> None:
    page = parse_index(body, user=USER)
    assert (page.snapshots, page.resume_key, page.other_rows) == ((), None, 0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>503 Service Unavailable</body></html>", "503 Service"),
        (b"org.archive.util.io.RuntimeIOException: Blocked Site Error", "RuntimeIOException"),
        (b'{"error": 1}', "no table"),
        (b'[["timestamp"], [1]]', "no table"),
        (b"[1]", "no table"),
        (b'[["20190212060332", "http://blog.csdn.net/"]]', "no fields"),
        (b"[" * 100_000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_no_index(body: bytes, words: str) -> None:
    with pytest.raises(NotAnIndex, match=words):
        parse_index(body, user=USER)


@pytest.mark.parametrize(
    "original",
    [
        f"http://blog.csdn.net:80/{USER}/article/details/1",
        f"https://blog.csdn.net/{USER.upper()}/article/details/1?spm=1001.2014&utm_source=x",
        f"http://blog.csdn.net/{USER.lower()}/java/article/details/1",
    ],
)
def test_spellings_of_one_post(original: str) -> None:
    [found] = parse_index(index(row(1, original=original)), user=USER).snapshots
    assert found.key == "csdn-1"
    assert found.address == f"https://web.archive.org/web/20190212060332id_/{original}"


@pytest.mark.parametrize(
    "changes",
    [
        {"original": f"http://blog.csdn.net/{USER}/article/list/2"},
        {"original": "http://blog.csdn.net/somebody/article/details/1"},
        {"original": f"http://mp.weixin.qq.com/{USER}/article/details/1"},
        {"original": f"http://127.0.0.1/{USER}/article/details/1"},
        {"original": f"http://blog.csdn.net/{USER}/article/details/1 \r\nX: y"},
        {"original": f"javascript://blog.csdn.net/{USER}/article/details/1"},
        {"original": "http://["},
        {"original": ""},
        {"statuscode": "404"},
        {"statuscode": "-", "mimetype": "warc/revisit"},
        {"timestamp": "2019"},
        {"timestamp": "../../../../../"},
        {"digest": "-"},
    ],
)
def test_row_that_names_no_post(changes: dict[str, str]) -> None:
    page = parse_index(index(row(1, **changes), ["20190212060332"], row(2)), user=USER)
    assert page.snapshots == (snapshot(2),)
    assert page.other_rows == 2


@given(st.lists(st.lists(st.text(max_size=9), max_size=7), max_size=5))
def test_any_table_is_read_or_refused(rows: list[list[str]]) -> None:
    for found in parse_index(index(*rows), user=USER).snapshots:
        assert found.address.startswith("https://web.archive.org/web/")


# --- what is wanted --------------------------------------------------------------------------------------------------


def test_lost_posts_come_first_and_new_versions_before_old_ones() -> None:
    snapshots = [
        snapshot(1, "20180101000000", A),
        snapshot(2, "20180101000000", B),
        snapshot(2, "20190101000000", C),
        snapshot(3, "20180101000000", "D" * 32),
        snapshot(4, "20180101000000", "E" * 32),
    ]
    wanted = wanted_posts(snapshots, held={"csdn-2", "csdn-4"}, gone={"csdn-1", "csdn-4"}, digests=set())
    assert [(post.key, post.reason) for post in wanted] == [
        ("csdn-4", "gone"),
        ("csdn-1", "gone"),
        ("csdn-3", "missing"),
        ("csdn-2", "changed"),
    ]
    assert [one.digest for one in wanted[-1].snapshots] == [C, B]


def test_equal_bytes_are_wanted_once_and_as_first_seen() -> None:
    again = [snapshot(1, "20200101000000"), snapshot(1, "20180101000000"), snapshot(1, "20190101000000")]
    [post] = wanted_posts(again, held=(), gone=(), digests=())
    assert [one.timestamp for one in post.snapshots] == ["20180101000000"]


def test_stored_bytes_are_not_wanted() -> None:
    snapshots = [snapshot(1, "20180101000000", A), snapshot(1, "20190101000000", B), snapshot(2, "20190101000000", C)]
    [post] = wanted_posts(snapshots, held=(), gone=(), digests={A, C})
    assert [one.digest for one in post.snapshots] == [B]


def test_only_lost() -> None:
    snapshots = [snapshot(1, digest=A), snapshot(2, digest=B), snapshot(3, digest=C)]
    wanted = wanted_posts(snapshots, held={"csdn-1", "csdn-2"}, gone={"csdn-2"}, digests=(), only_lost=True)
    assert [post.key for post in wanted] == ["csdn-2", "csdn-3"]


_SNAPSHOTS = st.builds(
    snapshot,
    st.integers(1, 5),
    st.sampled_from(["20180101000000", "20190101000000", "20200101000000"]),
    st.sampled_from([A, B, C]),
)
_KEYS = st.sets(st.sampled_from([f"csdn-{number}" for number in range(1, 6)]))


@given(st.lists(_SNAPSHOTS, max_size=20), _KEYS, _KEYS, st.sets(st.sampled_from([A, B, C])), st.randoms())
def test_choice_depends_on_no_order_and_misses_nothing(snapshots, held, gone, digests, random) -> None:  # type: ignore[no-untyped-def]
    wanted = wanted_posts(snapshots, held=held, gone=gone, digests=digests)
    random.shuffle(snapshots)
    assert wanted_posts(snapshots * 2, held=held, gone=gone, digests=digests) == wanted
    chosen = [(one.key, one.digest) for post in wanted for one in post.snapshots]
    assert sorted(chosen) == sorted({(one.key, one.digest) for one in snapshots if one.digest not in digests})


# --- mementos --------------------------------------------------------------------------------------------------------


def test_archive_knows_the_post_behind_a_memento() -> None:
    address = snapshot(80763567).address
    assert canonical_url(address) == "https://blog.csdn.net/reader_1/article/details/80763567"
    assert post_keys(address) == ("csdn-80763567",)


@pytest.mark.parametrize(
    ("address", "time"),
    [
        ("https://web.archive.org/web/20190212060332id_/http://a.example/", "2019-02-12T06:03:32Z"),
        ("http://web.archive.org/web/20190212060332/http://a.example/", "2019-02-12T06:03:32Z"),
        ("https://web.archive.org/web/20191340000000id_/http://a.example/", None),
        ("https://web.archive.org/web/2019id_/http://a.example/", None),
        ("https://web.archive.org/web/*/http://a.example/", None),
        ("https://a.example/?https://web.archive.org/web/20190212060332id_/x", None),
        ("", None),
    ],
)
def test_time_of_a_memento(address: str, time: str | None) -> None:
    assert memento_time(address) == time


@given(st.datetimes())
def test_every_time_of_a_memento(moment: datetime) -> None:
    stamp = f"{moment.year:04}{moment:%m%d%H%M%S}"
    time = memento_time(f"https://web.archive.org/web/{stamp}id_/http://a.example/")
    assert time is not None
    assert datetime.fromisoformat(time).replace(tzinfo=None) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("error", "body", "words"),
    [
        ("AdministrativeAccessControlException: Blocked Site", b"", "AdministrativeAccessControlException"),
        ("RobotAccessControlException", b"", "RobotAccessControl"),
        (None, b"<p>This URL has been excluded from the Wayback Machine.</p>", "URL has been excluded"),
        (None, b"org.archive.util.io.RuntimeIOException: Blocked Site Error", "Blocked Site"),
        ("ResourceNotInArchiveException: no capture", b"", None),
        (None, b"<p>A post about exclusion.</p>", None),
    ],
)
def test_exclusion(error: str | None, body: bytes, words: str | None) -> None:
    reason = exclusion(error, body)
    assert (reason is None) if words is None else (reason is not None and words in reason)
