"""The capture store: append-only, checked, byte-identical where nothing is new."""

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.captures import (
    BLOCKED_HEADER,
    DAMAGED_HEADER,
    CaptureStore,
    DamagedBody,
    NewCapture,
    NotACaptureStore,
    StoreTooNew,
    UnknownBody,
    captures_path,
    pack,
    utc_text,
)
from crawler.captures_schema import GONE_HEADER, LAYOUT_HEADER, SCHEMA, mentions_of, post_key_of
from normalize.urls import post_keys

ROOT = Path(__file__).parents[2]


def new(body: bytes = b"<html>", **more: Any) -> NewCapture:
    address = "https://blog.csdn.net/u/article/details/1"
    return NewCapture(**{"body": body, "origin": "csdn", "address": address, **more})


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.captures.db"


@pytest.fixture
def store(path: Path) -> Iterator[CaptureStore]:
    with CaptureStore.open(path) as opened:
        yield opened


def execute(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, values)


@pytest.mark.parametrize(
    ("archive", "captures"),
    [
        ("data/archive.db", "data/archive.captures.db"),
        ("x.sqlite", "x.sqlite.captures.db"),
        ("a.db.db", "a.db.captures.db"),
    ],
)
def test_captures_live_beside_the_archive(archive: str, captures: str) -> None:
    assert captures_path(Path(archive)) == Path(captures)


def test_capture_store_is_no_archive() -> None:
    with pytest.raises(ValueError, match=r"x\.captures\.db"):
        captures_path(Path("x.captures.db"))


# --- adding and reading ----------------------------------------------------------------------------------------------


def test_what_was_added_is_read_back(store: CaptureStore) -> None:
    headers = {"content-type": "text/html; charset=utf-8", "x-odd": "论\ud800"}
    [capture_id] = store.add([new(b"abc", fetched_at="2024-01-01T08:00:00+08:00", status=200, headers=headers)])
    [capture] = store.observations()
    assert capture.capture_id == capture_id
    assert store.observation(capture_id) == capture
    assert capture.sha256 == sha(b"abc")
    assert capture.fetched_at == "2024-01-01T00:00:00Z"
    assert capture.address == "https://blog.csdn.net/u/article/details/1"
    assert (capture.origin, capture.status, capture.headers) == ("csdn", 200, headers)
    assert store.body(capture.sha256) == b"abc"


@given(body=st.binary(max_size=4000))
@settings(max_examples=30, deadline=None)
def test_every_body_comes_back(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    with CaptureStore.open(tmp_path_factory.mktemp("store") / "s.captures.db") as store:
        store.add([new(body)])
        assert store.body(sha(body)) == body


def test_file_without_address_and_time(store: CaptureStore) -> None:
    [capture_id] = store.add([new(address=None, origin="import")])
    assert store.add([new(address=None, origin="import")]) == []
    assert [(c.capture_id, c.address, c.fetched_at, c.headers) for c in store.observations()] == [
        (capture_id, None, None, None)
    ]


def test_equal_bodies_are_kept_once(store: CaptureStore, path: Path) -> None:
    assert len(store.add([new(address=f"https://a.example/{n}") for n in range(9)])) == 9
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), sum(size) FROM bodies").fetchone() == (1, 6)


def test_id_does_not_depend_on_store_status_or_headers(store: CaptureStore, tmp_path: Path) -> None:
    with CaptureStore.open(tmp_path / "other.captures.db") as other:
        assert store.add([new(status=200)]) == other.add([new(), new(b"2")])[:1]


def test_unknown_body(store: CaptureStore) -> None:
    with pytest.raises(KeyError, match="0000"):
        store.body("0" * 64)
    assert store.observation("0" * 24) is None


def test_more_observations_than_are_read_at_a_time(store: CaptureStore) -> None:
    store.add([new(address=f"https://a.example/{n}") for n in range(2500)])
    ids = [capture.capture_id for capture in store.observations()]
    assert len(ids) == 2500
    assert ids == sorted(ids)


# --- packed beforehand -----------------------------------------------------------------------------------------------


PACKABLE = [
    new(),
    new(b"<p>other</p>", fetched_at="2026-01-02T03:04:05+08:00", status=200, headers={"etag": "x"}, reads=7),
    new(b"\x00" * 100_000, address=None, origin="file:a.html"),
]


@pytest.mark.parametrize("item", PACKABLE, ids=["page", "answer", "file"])
def test_a_packed_capture_knows_the_observation_that_it_becomes(store: CaptureStore, item: NewCapture) -> None:
    packed = pack(item)
    assert packed.body() == item.body
    assert store.add_packed([packed]) == [packed.capture.capture_id]
    assert store.observation(packed.capture.capture_id) == packed.capture
    assert store.body(packed.capture.body_sha256) == item.body


def test_what_is_packed_is_stored_as_all_else_is(tmp_path: Path) -> None:
    dumps = []
    for name in ("one", "all"):
        with CaptureStore.open(tmp_path / f"{name}.captures.db") as store:
            if name == "one":
                store.add(PACKABLE)
            else:
                store.add_packed(map(pack, [*PACKABLE, PACKABLE[0]]))
                before = store.path.read_bytes()
                assert store.add_packed(map(pack, PACKABLE)) == []
                assert store.path.read_bytes() == before
            dumps.append(list(store.connection.iterdump()))
    assert dumps[0] == dumps[1]


def test_a_packed_list_that_names_a_forgotten_post_is_passed_over(store: CaptureStore) -> None:
    key = ("csdn-80763567", "2026-01-31T06:00:00Z")
    store.connection.execute("INSERT INTO tombstones (kind, value, forgotten_at) VALUES ('key', ?, ?)", key)
    listing = new(b'{"url": "https://blog.csdn.net/u/article/details/80763567"}', address="https://blog.csdn.net/list")
    other = new(b'{"url": "https://blog.csdn.net/u/article/details/80763568"}', address="https://blog.csdn.net/list")
    packed = pack(other)
    assert store.add_packed([pack(listing), packed]) == [packed.capture.capture_id]


# --- what is news ----------------------------------------------------------------------------------------------------


def test_known_input_leaves_the_file_as_it_is(store: CaptureStore, path: Path) -> None:
    items = [new(b"a", fetched_at="2024-01-01T00:00:00Z"), new(b"b"), new(b"a", live=True, origin="csdn via x")]
    assert len(store.add(items)) == 3
    before, modified = path.read_bytes(), path.stat().st_mtime_ns
    later = new(b"a", live=True, origin="csdn via x", fetched_at="2030-01-01T00:00:00Z")
    statements: list[str] = []
    store._connection.set_trace_callback(statements.append)
    assert store.add([*items, *items, later]) == []
    assert {statement.split()[0] for statement in statements} == {"SELECT"}
    assert store.add([]) == []
    with CaptureStore.open(path) as again:
        assert all(map(again.known, items))
        assert again.add(items) == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, modified)
    assert not store.known(new(b"c"))


def test_live_page_that_changes_and_changes_back_is_news(store: CaptureStore) -> None:
    bodies = [b"old", b"old", b"new", b"new", b"old", b"old"]
    added = [
        len(store.add([new(body, live=True, fetched_at=f"2024-01-0{day}T00:00:00Z")]))
        for day, body in enumerate(bodies, start=1)
    ]
    assert added == [1, 0, 1, 0, 1, 0]
    assert store.add([new(b"old", live=True, fetched_at="2024-01-09T00:00:00Z", origin="csdn via x")]) != []


def test_live_pages_of_one_call_are_judged_one_after_the_other(store: CaptureStore) -> None:
    days = [new(body, live=True, fetched_at=f"2024-01-0{n}T00:00:00Z") for n, body in enumerate([b"a", b"a", b"b"], 1)]
    assert len(store.add(days)) == 2


def test_time_of_a_file_is_part_of_it(store: CaptureStore) -> None:
    days = [new(fetched_at=f"2024-01-0{n}T00:00:00Z", origin="warc") for n in (1, 2)]
    assert len(store.add([*days, *days])) == 2


def test_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    items = [
        new(bytes([n % 7]), address=f"https://a.example/{n % 5}", fetched_at=f"2024-01-0{n % 9 + 1}T00:00:00Z")
        for n in range(60)
    ]
    seen = set()
    for seed in range(12):
        shuffled = random.Random(seed).sample(items + items, 120)
        with CaptureStore.open(tmp_path / f"{seed}.captures.db") as store:
            for start in range(0, 120, 1 + seed * 3):
                store.add(shuffled[start : start + 1 + seed * 3])
            seen.add(tuple((c.capture_id, c.sha256, c.address, c.fetched_at) for c in store.observations()))
    assert len(seen) == 1


def test_known_addresses_are_those_of_whole_answers(store: CaptureStore) -> None:
    def at(name: str, **more: Any) -> NewCapture:
        return new(address=f"https://a.example/{name}", **{"status": 200, **more})

    store.add(
        [
            at("whole"),
            at("file", status=None),
            at("gone", status=404),
            at("challenge", status=521),
            at("half", headers={DAMAGED_HEADER: "gzip: ends before its end mark"}),
            at("polite", headers={BLOCKED_HEADER: "page of a security check"}),
            at("elsewhere", origin="wayback"),
            new(address=None),
        ]
    )
    names = {address.rpartition("/")[2] for address in store.known_addresses()}
    assert names == {"whole", "file", "elsewhere"}
    assert {address.rpartition("/")[2] for address in store.known_addresses(origin="wayback")} == {"elsewhere"}


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", ["2024-01-01T00:00:00", "2024-01-01", "yesterday", "", "2024-13-01T00:00:00Z"])
def test_time_without_zone_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="fetched_at"):
        new(fetched_at=time)


@pytest.mark.parametrize("text", ["", "a\nb", "a\x00", "\ud800"])
def test_unfit_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        new(address=text)
    with pytest.raises(ValueError, match="origin"):
        new(origin=text)


@given(st.datetimes().filter(lambda moment: 1000 < moment.year < 9999), st.integers(-23, 23))
def test_times_sort_as_text(moment: datetime, hours: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    text = utc_text(zoned)
    assert datetime.fromisoformat(text) == zoned.replace(microsecond=0)
    assert utc_text(zoned + timedelta(seconds=1)) > text
    assert new(fetched_at=text).fetched_at == text


def test_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        utc_text(datetime(2024, 1, 1))  # noqa: DTZ001
    assert utc_text(datetime(2024, 1, 1, tzinfo=UTC)) == "2024-01-01T00:00:00Z"


# --- the file --------------------------------------------------------------------------------------------------------


def test_reader_cannot_write(store: CaptureStore, path: Path) -> None:
    store.add([new()])
    with CaptureStore.open(path, readonly=True) as reader:
        assert len(list(reader.observations())) == 1
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.add([new(b"other")])


def test_reader_makes_no_file(path: Path) -> None:
    with pytest.raises(NotACaptureStore, match=path.name):
        CaptureStore.open(path, readonly=True)
    assert not path.exists()


def test_odd_file_names(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=ro#论文%41.captures.db"
    with CaptureStore.open(path) as store:
        store.add([new()])
    with CaptureStore.open(path, readonly=True) as store:
        assert len(list(store.observations())) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("readonly", [False, True])
def test_other_files_are_refused_and_left_alone(path: Path, readonly: bool) -> None:
    path.write_bytes(b"PK\x03\x04 certainly no database" * 100)
    with pytest.raises(NotACaptureStore, match=path.name):
        CaptureStore.open(path, readonly=readonly)
    path.unlink()
    execute(path, "CREATE TABLE posts (id)")
    before = path.read_bytes()
    with pytest.raises(NotACaptureStore, match=path.name):
        CaptureStore.open(path, readonly=readonly)
    assert path.read_bytes() == before
    with pytest.raises(NotACaptureStore):
        CaptureStore.open(path.parent, readonly=readonly)


@pytest.mark.parametrize("readonly", [False, True])
def test_store_of_a_later_version_is_refused(store: CaptureStore, path: Path, readonly: bool) -> None:
    store.close()
    execute(path, "UPDATE meta SET value = '3'")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="schema 3"):
        CaptureStore.open(path, readonly=readonly)
    assert path.read_bytes() == before


def test_store_without_version_is_refused(store: CaptureStore, path: Path) -> None:
    store.close()
    execute(path, "DELETE FROM meta")
    with pytest.raises(NotACaptureStore):
        CaptureStore.open(path)


def test_file_is_set_for_power_cuts(store: CaptureStore) -> None:
    connection = store._connection
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert values == ["delete", 2, 1, 60000]


def test_failed_call_stores_nothing(store: CaptureStore) -> None:
    store._connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON observations BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        store.add([new(b"a"), new(b"b")])
    store._connection.execute("DROP TRIGGER full")
    assert store._connection.execute("SELECT count(*) FROM bodies").fetchone() == (0,)
    assert len(store.add([new(b"a"), new(b"b")])) == 2


def test_reader_undoes_what_a_killed_writer_left(store: CaptureStore, path: Path, tmp_path: Path) -> None:
    store.add([new(b"whole")])
    copy = tmp_path / "killed.captures.db"
    connection = store._connection
    connection.execute("PRAGMA cache_size = 1")  # pages reach the file before the commit
    connection.execute("BEGIN IMMEDIATE")
    for n in range(50):
        body = random.Random(n).randbytes(9000)
        connection.execute("INSERT INTO bodies VALUES (?, ?, ?)", (sha(body), len(body), body))
    for name in (path.name, f"{path.name}-journal"):
        shutil.copy(path.parent / name, tmp_path / name.replace("archive", "killed"))
    connection.execute("ROLLBACK")
    with CaptureStore.open(copy, readonly=True) as reader:
        assert [capture.sha256 for capture in reader.observations()] == [sha(b"whole")]
        assert list(reader.iter_damage()) == []


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_whose_maker_was_killed_is_made(path: Path, readonly: bool) -> None:
    path.touch()
    with CaptureStore.open(path, readonly=readonly) as store:
        assert list(store.observations()) == []
    with CaptureStore.open(path) as store:
        assert len(store.add([new()])) == 1


_WRITER = """
import sys
from pathlib import Path
from crawler.captures import CaptureStore, NewCapture
for n in range(25):
    with CaptureStore.open(Path(sys.argv[1])) as store:
        store.add([NewCapture(body=bytes([n]), origin=who) for who in ("all", sys.argv[2])])
"""


def test_several_writers_at_once(path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), str(n)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for n in range(3)
    ]
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == ""
    with CaptureStore.open(path, readonly=True) as store:
        assert len(list(store.observations())) == 25 * 4
        assert list(store.iter_damage()) == []


# --- damage ----------------------------------------------------------------------------------------------------------


def test_changed_body_is_named(store: CaptureStore, path: Path) -> None:
    store.add([new(b"good" * 99), new(b"else" * 99)])
    assert list(store.iter_damage()) == []
    with CaptureStore.open(path.with_name("b.captures.db")) as other:
        other.add([new(b"evil" * 99)])
        (packed,) = other._connection.execute("SELECT zstd FROM bodies").fetchone()
    execute(path, "UPDATE bodies SET zstd = ? WHERE sha256 = ?", packed, sha(b"good" * 99))
    with pytest.raises(DamagedBody, match=sha(b"good" * 99)):
        store.body(sha(b"good" * 99))
    [finding] = store.iter_damage()
    assert sha(b"good" * 99) in finding
    assert store.body(sha(b"else" * 99)) == b"else" * 99


def test_every_flipped_bit_of_a_body_is_found(store: CaptureStore) -> None:
    body = b"<html>" + random.Random(1).randbytes(60) + b"</html>" * 9
    store.add([new(body)])
    (packed,) = store._connection.execute("SELECT zstd FROM bodies").fetchone()
    for bit in range(len(packed) * 8):
        flipped = bytearray(packed)
        flipped[bit // 8] ^= 1 << bit % 8
        store._connection.execute("UPDATE bodies SET zstd = ?", (bytes(flipped),))
        try:
            found = store.body(sha(body))
        except DamagedBody:
            continue
        assert found == body  # a bit that means nothing


@pytest.mark.parametrize(
    "change",
    [
        "address = 'https://evil.example'",
        "origin = 'x'",
        "fetched_at = NULL",
        "status = 404",
        "headers = '{}'",
        "capture_id = '000000000000000000000000'",
        "checksum = ''",
        "reads = 7",
        "reads = NULL",
        "body_sha256 = sha256",
    ],
)
def test_every_changed_field_is_found(store: CaptureStore, path: Path, change: str) -> None:
    day = {"fetched_at": "2024-01-01T00:00:00Z", "status": 200, "headers": {"a": "b"}}
    store.add([new(b"other", origin="x"), new(same_as=sha(b"other"), reads=5, **day)])
    execute(path, f"UPDATE observations SET {change} WHERE origin = 'csdn'")
    assert any("changed since" in finding for finding in store.iter_damage())


@pytest.mark.parametrize("change", ["post_key = 'csdn-2'", "post_key = NULL", "answer = NULL", "answer = 'gone'"])
def test_an_observation_that_is_filed_wrongly_is_found(store: CaptureStore, path: Path, change: str) -> None:
    store.add([new(fetched_at="2024-01-01T00:00:00Z", status=200)])
    assert list(store.iter_damage()) == []
    execute(path, f"UPDATE observations SET {change}")
    [finding] = store.iter_damage()
    assert "filed under" in finding


def test_missing_body_is_found(store: CaptureStore, path: Path) -> None:
    store.add([new()])
    execute(path, "DELETE FROM bodies")
    assert any("missing" in finding for finding in store.iter_damage())


# --- bytes that say the same -----------------------------------------------------------------------------------------


def test_other_bytes_that_say_the_same_are_not_kept(store: CaptureStore, path: Path) -> None:
    store.add([new(b"post", fetched_at="2024-01-01T00:00:00Z", status=200)])
    later = new(b"post with an advert", fetched_at="2024-01-02T00:00:00Z", status=200, same_as=sha(b"post"), reads=12)
    [capture_id] = store.add([later])
    assert store.add([later]) == []
    capture = store.observation(capture_id)
    assert capture is not None
    assert (capture.sha256, capture.body_sha256) == (sha(b"post with an advert"), sha(b"post"))
    assert (capture.reads, capture.stands_for_body, capture.is_whole_answer) == (12, True, True)
    assert store.body(capture.body_sha256) == b"post"
    assert store.kept(capture).fetched_at == "2024-01-01T00:00:00Z"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM bodies").fetchone() == (1,)
    assert list(store.iter_damage()) == []


def test_not_modified_is_a_look_at_what_is_stored(store: CaptureStore) -> None:
    store.add([new(b"post", fetched_at="2024-01-01T00:00:00Z", status=200, headers={"content-type": "x"})])
    [capture_id] = store.add([new(b"", fetched_at="2024-01-02T00:00:00Z", status=304, same_as=sha(b"post"))])
    capture = store.observation(capture_id)
    assert capture is not None
    assert capture.sha256 == capture.body_sha256 == sha(b"post")
    assert (capture.stands_for_body, capture.answer, capture.is_whole_answer) == (True, "whole", True)
    assert store.kept(capture).headers == {"content-type": "x"}
    assert list(store.iter_damage()) == []


def test_not_modified_that_names_nothing_says_nothing(store: CaptureStore) -> None:
    [capture_id] = store.add([new(b"", fetched_at="2024-01-02T00:00:00Z", status=304)])
    capture = store.observation(capture_id)
    assert capture is not None
    assert (capture.stands_for_body, capture.answer, capture.is_whole_answer) == (False, None, False)
    assert store.kept(capture) == capture


def test_body_and_what_says_the_same_may_come_together(store: CaptureStore) -> None:
    days = ({"fetched_at": f"2024-01-0{day}T00:00:00Z"} for day in (1, 2, 3))
    same = {"same_as": sha(b"post")}
    looks = zip([b"post", b"x", b""], [{}, same, same], days, strict=True)
    assert len(store.add([new(body, **more, **day) for body, more, day in looks])) == 3
    assert {capture.body_sha256 for capture in store.observations()} == {sha(b"post")}
    assert store.body(sha(b"post")) == b"post"


def test_no_bytes_never_stand_for_a_body_that_is_not_there(store: CaptureStore) -> None:
    with pytest.raises(UnknownBody, match=sha(b"post")):
        store.add([new(b"", same_as=sha(b"post"), status=304)])
    assert list(store.iter_damage()) == []


def test_body_that_is_not_there_is_refused(store: CaptureStore) -> None:
    with pytest.raises(UnknownBody, match=rf"details/1 .*{sha(b'never')}"):
        store.add([new(b"fine"), new(b"x", same_as=sha(b"never"))])
    assert list(store.observations()) == []
    assert store._connection.execute("SELECT count(*) FROM bodies").fetchone() == (0,)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"same_as": "abc"}, "SHA-256"),
        ({"same_as": sha(b"").upper()}, "SHA-256"),
        ({"same_as": sha(b""), "status": 404}, "404"),
        ({"reads": -1}, "reads"),
    ],
)
def test_captures_that_make_no_sense_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        new(**more)


@pytest.mark.parametrize(
    ("status", "headers", "answer"),
    [
        (200, {}, "whole"),
        (200, {"a": DAMAGED_HEADER}, "whole"),
        (200, {DAMAGED_HEADER: "x"}, None),
        (200, {BLOCKED_HEADER: "x"}, None),
        (200, {GONE_HEADER: "x"}, "gone"),
        (200, {LAYOUT_HEADER: "x"}, "strange"),
        (404, {}, "gone"),
        (410, {}, "gone"),
        (404, {BLOCKED_HEADER: "x"}, None),
        (403, {}, None),
        (521, {}, None),
        (500, {}, None),
        (None, {}, None),
    ],
)
def test_what_an_answer_says_of_its_post(
    store: CaptureStore, status: int | None, headers: dict[str, str], answer: str | None
) -> None:
    [capture_id] = store.add([new(status=status, headers=headers, fetched_at="2024-01-01T00:00:00Z")])
    capture = store.observation(capture_id)
    assert capture is not None
    assert capture.answer == answer
    found = store.look("csdn", "csdn-1", "2024-01-01T00:00:00Z")
    assert found == (capture if answer == "whole" else None)


# --- an older file ---------------------------------------------------------------------------------------------------


@pytest.fixture
def old_path(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("captures_schema1.sql").read_text("utf-8"))
    return path


def old_rows(path: Path) -> list[tuple[Any, ...]]:
    columns = "capture_id, sha256, address, origin, fetched_at, status, headers, checksum"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM observations ORDER BY capture_id").fetchall()


@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_of_schema_1_is_brought_up_to_date(old_path: Path, readonly: bool) -> None:
    before = old_rows(old_path)
    assert len(before) == 5
    with CaptureStore.open(old_path, readonly=readonly) as store:
        assert list(store.iter_damage()) == []
        captures = {capture.fetched_at: capture for capture in store.observations()}
        assert {capture.body_sha256 == capture.sha256 for capture in captures.values()} == {True}
        assert {capture.reads for capture in captures.values()} == {None}
    assert old_rows(old_path) == before
    with CaptureStore.open(old_path) as store:
        filed = store.connection.execute("SELECT post_key, answer FROM observations ORDER BY 1, 2").fetchall()
        assert filed == [
            (None, None), (None, "whole"), ("csdn-7", "gone"), ("csdn-8", None), ("csdn-80763567", "whole")
        ]  # fmt: skip
        assert len(store.add([new(b"more", fetched_at="2024-05-01T00:00:00Z")])) == 1
        assert list(store.iter_damage()) == []
        assert store.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_migrated_file_has_the_tables_of_a_new_one(old_path: Path, tmp_path: Path) -> None:
    def schema(path: Path) -> set[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as connection:
            return set(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))

    for path in (old_path, tmp_path / "new.captures.db"):
        CaptureStore.open(path).close()
    assert schema(old_path) == schema(tmp_path / "new.captures.db")
    assert len(schema(old_path)) == len(SCHEMA)


def test_a_file_of_schema_1_that_cannot_be_written_is_read_as_it_is(
    old_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_connection: sqlite3.Connection) -> None:  # the superuser, who may run this, can write everywhere
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr("crawler.captures.migrate_from_1", refuse)
    before = old_path.read_bytes()
    with CaptureStore.open(old_path, readonly=True) as store:
        assert list(store.iter_damage()) == []
        assert len(list(store.observations())) == 5
        assert store.forgotten(new()) is None
        assert store.look("csdn", "csdn-80763567", "2024-01-01T00:00:00Z") is not None
    assert old_path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(old_path: Path) -> None:
    before = old_rows(old_path)
    execute(old_path, "CREATE TABLE tombstones (mine)")  # stands in the way of the migration
    with pytest.raises(sqlite3.OperationalError, match="tombstones"):
        CaptureStore.open(old_path)
    assert old_rows(old_path) == before
    execute(old_path, "DROP TABLE tombstones")
    CaptureStore.open(old_path).close()
    assert old_rows(old_path) == before


def test_a_damaged_file_of_schema_1_stays_readable(old_path: Path) -> None:
    execute(old_path, "DELETE FROM bodies WHERE size = 17")
    with CaptureStore.open(old_path) as store:
        assert len(list(store.observations())) == 5
        assert ["missing" in finding for finding in store.iter_damage()] == [True]


# --- names in lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "body", "is_named"),
    [
        ("csdn-80763567", b'{"articleId":80763567,"title":"x"}', True),
        ("csdn-80763567", b"https://blog.csdn.net/u/article/details/80763567?spm=1", True),
        ("csdn-80763567", b"https://blog.csdn.net/u/article/details/180763567", False),
        ("csdn-80763567", b"807635670", False),
        ("wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA", b"https://mp.weixin.qq.com/s/1bJ3QVbXQW7B9wV2sQ2HzA#rd", True),
        ("wechat-MzIwMTc4ODE0Mw-2247489270-1", b"__biz=MzIwMTc4ODE0Mw==&amp;mid=2247489270&amp;idx=1", True),
    ],
)
def test_lists_that_name_a_post(key: str, body: bytes, is_named: bool) -> None:
    pattern = mentions_of([key, "csdn-1234"])
    assert pattern is not None
    assert (pattern.search(body) is not None) == is_named


def test_ids_made_of_titles_are_named_nowhere() -> None:
    assert mentions_of(["title-0f3a0f3a0f3a-20180621", "file-0f3a0f3a0f3a"]) is None


@given(
    st.from_regex(r"https?://(?:blog|u)\.csdn\.net/[A-Za-z0-9_-]{1,9}/article/details/[0-9]{1,12}/?", fullmatch=True)
)
def test_keys_of_addresses_are_those_of_the_archive(address: str) -> None:
    assert (post_key_of(address),) == post_keys(address)
