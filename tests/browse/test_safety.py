"""Safe to publish: what browsers may do, what queries of strangers may take, and CSV that no spreadsheet runs."""

import asyncio
import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.browse.serve import Server
from tests.browse.servers import REPOSITORY, VERSIONS, Answer, Version, fetch, load_plugin, served

safety = load_plugin("paperdigest_safety")

# As many as a browser would show, and then some.
PAGES = ("/", "/archive", "/archive/papers", "/archive/paper_overview", "/archive/most_recommended", "/-/versions")
BOMBS = {
    "randomblob": "select randomblob(1000000000)",
    "many randomblobs": "select randomblob(190000), randomblob(190000), randomblob(190000) from links, links as other",
    "zeroblob": "select hex(zeroblob(500000000))",
    "recursion": "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) from r",
    "recursion that sorts": (
        "with recursive r(x) as (select 1 union all select x + 1 from r) "
        "select x, zeroblob(190000) as z from r order by random()"
    ),
    "cross join": "select count(*) from links a, links b, links c, links d, links e, links f",
    "text that doubles": ("with recursive r(x) as (select 'x' union all select x || x from r) select length(x) from r"),
    "all in one text": "select group_concat(summary) from recommendations, links",
    "tables in tables": "with {} select * from a20".format(
        ", ".join(
            ["a0 as (select 1 as x)"] + [f"a{n} as (select p.x from a{n - 1} p, a{n - 1} q)" for n in range(1, 21)]
        )
    ),
    "pattern": f"select replace(hex(zeroblob(90000)), '00', 'a') like '{'%a' * 90}b'",
    "search in text": (
        "select instr(replace(hex(zeroblob(90000)), '0', 'a'), replace(hex(zeroblob(45000)), '0', 'a') || 'b') "
        "from links"
    ),
    "long result": "select a.summary, b.summary from recommendations a, recommendations b, recommendations c",
    "printf": "select printf('%.*c', 100000000, 'x')",
    "search for everything": "select count(*) from search where search match '{}'".format(
        " OR ".join(f'"{letter}" *' for letter in "abcdefghijklmnopqrstuvwxyz")
    ),
}
ACTIVE = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠x", " =1", "|calc", '=HYPERLINK("http://x")')


def query_path(server: Server, sql: str, form: str = "json") -> str:
    path = "/archive" if server.version.startswith("0.") else "/archive/-/query"
    return f"{path}{form and f'.{form}'}?sql={quote(sql, safe='')}"


# --- what browsers may do --------------------------------------------------------------------------------------------


def policy_of(answer: Answer) -> dict[str, list[str]]:
    found = answer.headers.get_all("content-security-policy")
    assert found is not None
    assert len(found) == 1
    return {words[0]: words[1:] for words in (one.split() for one in found[0].split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_headers_guard_every_page(server: Server, path: str) -> None:
    answer = fetch(server, path)
    assert answer.status == 200
    policy = policy_of(answer)
    assert policy["default-src"] == ["'none'"]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert not any(source.startswith(("http", "*")) for name in ("script-src", "style-src", "connect-src")
                   for source in policy[name])  # fmt: skip
    for name in ("base-uri", "frame-ancestors"):
        assert policy[name] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_own_pages_have_no_inline_styles(server: Server) -> None:
    assert policy_of(fetch(server, "/"))["style-src"] == ["'self'"]


@pytest.mark.parametrize(
    "path", ["/archive.json", "/archive/papers.csv", "/static/paperdigest.css", "/nothing-here.json"]
)
def test_data_is_no_page(server: Server, path: str) -> None:
    policy = policy_of(fetch(server, path))
    assert policy["default-src"] == ["'none'"]
    assert "script-src" not in policy
    assert "sandbox" in policy


@pytest.mark.parametrize("path", PAGES[:-1])
def test_scripts_of_datasette_have_the_nonce_and_no_others(server: Server, path: str) -> None:
    answer = fetch(server, path)
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert nonce is not None
    scripts = re.findall(r"<script[^>]*>", answer.body.decode())
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)


def test_nonces_are_never_the_same(server: Server) -> None:
    policies = {fetch(server, "/archive").headers["content-security-policy"] for _ in range(5)}
    assert len(policies) == 5


def test_scripts_in_data_get_no_nonce(server: Server) -> None:
    page = fetch(server, query_path(server, "select '<script>alert(1)</script>' as x", "")).body.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert not re.search("<script nonce=[^>]*>alert", page)


# --- what queries may take -------------------------------------------------------------------------------------------


def test_bombs_end_within_two_seconds_and_pages_still_answer(server: Server) -> None:
    """All at once: two are let in at a time, and each is over after its second."""
    took: dict[str, float] = {}

    def explode(name: str) -> None:
        begun = time.monotonic()
        fetch(server, query_path(server, BOMBS[name]))
        took[name] = time.monotonic() - begun

    names = ("randomblob", "recursion", "cross join", "many randomblobs")
    bombs = [threading.Thread(target=explode, args=(name,), daemon=True) for name in names]
    for bomb in bombs:
        bomb.start()
    pages = []
    while any(bomb.is_alive() for bomb in bombs):
        begun = time.monotonic()
        assert fetch(server, "/").status == 200
        pages.append(time.monotonic() - begun)
    assert took.keys() == set(names)
    # One may have waited for another; a machine that is busy with other things is slower than a second of its own.
    assert max(took.values()) < 2 * 2 + 1
    assert max(pages) < 1.5


@pytest.mark.parametrize(
    ("query", "is_in_turn"), [("sql=select+1", True), ("_where=1", True), ("q=" + "a*+" * 64, True), ("q=a*", False)]
)
def test_queries_of_strangers_wait_for_their_turn(query: str, is_in_turn: bool) -> None:
    running = most = 0

    async def app(_scope: object, _receive: object, _send: object) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    async def ask() -> None:
        guard = safety._Guard(app, base_url="/")
        scope = {"type": "http", "method": "GET", "path": "/search", "query_string": query.encode()}
        await asyncio.gather(*(guard(scope, None, None) for _ in range(9)))

    asyncio.run(ask())
    assert most == (safety.MAX_STRANGERS if is_in_turn else 9)


@pytest.mark.parametrize("name", ["randomblob", "all in one text", "many randomblobs"])
def test_what_is_too_much_is_the_askers_mistake(server: Server, name: str) -> None:
    answer = fetch(server, query_path(server, BOMBS[name]))
    assert answer.status == 400
    assert json.loads(answer.body)["ok"] is False


def test_rows_are_limited(server: Server) -> None:
    answer = json.loads(fetch(server, query_path(server, "select 1 from links, recommendations")).body)
    assert len(answer["rows"]) == 1000
    assert answer["truncated"] is True


@pytest.mark.parametrize(
    "sql",
    [
        "delete from papers",
        "attach database '/etc/passwd' as x",
        "pragma hard_heap_limit = 0",
        "select load_extension('x')",
        "vacuum into '/tmp/x'",
    ],
)
def test_nothing_can_be_written_or_opened(server: Server, sql: str) -> None:
    assert fetch(server, query_path(server, sql)).status in (400, 403)


def test_conditions_of_readers_are_limited_too(server: Server) -> None:
    begun = time.monotonic()
    condition = quote(
        "(with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) from r)", safe=""
    )
    assert fetch(server, f"/archive/papers.json?_where={condition}").status in (400, 500)
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("query", ["&".join(f"_facet=title&x{n}=1" for n in range(40)), f"q={'x' * 9000}"])
def test_endless_addresses_are_refused(server: Server, query: str) -> None:
    assert fetch(server, f"/archive/papers.json?{query}").status == 400


# --- limits by themselves --------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    # The real limit would hold for all that this process does from now on.
    monkeypatch.setattr(safety, "MAX_MEMORY", 1 << 40)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        safety.prepare_connection(conn=connection)
        yield connection


# In a process of its own: memory that SQLite was once denied it gets never again.
EXPLODE = """
import json, sqlite3, sys, time
from tests.browse.servers import load_plugin
safety = load_plugin("paperdigest_safety")
for name, sql in json.load(sys.stdin).items():
    connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    safety.prepare_connection(conn=connection)
    begun, end = time.process_time(), time.monotonic() + 0.2
    connection.set_progress_handler(lambda: time.monotonic() > end, 1000)
    try:
        connection.execute(sql).fetchmany(1001)
    except (sqlite3.Error, MemoryError):
        pass
    print(f"{time.process_time() - begun:.2f} {name}", flush=True)
    connection.close()
"""


def test_every_bomb_ends(archive: Path) -> None:
    """With a fifth of the second that Datasette allows; what has no steps to interrupt is limited otherwise."""
    load_plugin("paperdigest_safety")
    words = [sys.executable, "-c", EXPLODE, str(archive)]
    done = subprocess.run(
        words, cwd=REPOSITORY, input=json.dumps(BOMBS), capture_output=True, text=True, timeout=60, check=True
    )
    took = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [name for _, name in took] == list(BOMBS)
    assert [name for seconds, name in took if float(seconds) > 1.5] == []


def test_rows_stay_rows(guarded: sqlite3.Connection) -> None:
    row = guarded.execute("SELECT 1 AS a, 'x' AS b").fetchone()
    assert (row["a"], row["b"], row.keys(), tuple(row)) == (1, "x", ["a", "b"], (1, "x"))


def test_a_result_may_have_so_many_bytes(guarded: sqlite3.Connection) -> None:
    sql = "WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r LIMIT ?) SELECT zeroblob(100000) FROM r"
    assert len(guarded.execute(sql, (safety.MAX_RESULT // 100_000,)).fetchall()) == 200
    with pytest.raises(sqlite3.OperationalError, match="larger than"):
        guarded.execute(sql, (safety.MAX_RESULT // 100_000 + 1,)).fetchall()


def test_every_result_is_counted_anew(guarded: sqlite3.Connection) -> None:
    for _ in range(300):
        guarded.execute("SELECT zeroblob(150000)").fetchall()


def test_a_counted_cursor_is_let_go(guarded: sqlite3.Connection) -> None:
    guarded.execute("CREATE TABLE t (x)")
    guarded.execute("INSERT INTO t VALUES (1), (2)")
    guarded.execute("SELECT x FROM t").fetchone()
    guarded.execute("DROP TABLE t")


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ACTIVE)
def test_what_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    assert safety.safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "BERT", "-12", "+0.5", "-1e-07", "注意力", "a=b", "'x", "2018-06-29", "https://a/b"]
)
def test_what_is_harmless_stays(text: str) -> None:
    assert safety.safe_cell(text) == text


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
                      min_size=2, max_size=4), max_size=6),
    st.lists(st.integers(min_value=0), max_size=8),
)  # fmt: skip
def test_csv_in_any_pieces_is_the_same_but_for_escapes(rows: list[list[str]], places: list[int]) -> None:
    whole = io.StringIO()
    csv.writer(whole).writerows(rows)
    pieces = cut(whole.getvalue().encode(), places)
    made = safety.SafeCsv()
    safe = b"".join(made.feed(piece, is_last=False) for piece in pieces) + made.feed(b"", is_last=True)
    read = list(csv.reader(io.StringIO(safe.decode(), newline="")))
    assert read == [[safety.safe_cell(cell) for cell in row] for row in rows]
    assert not any(cell.startswith(("=", "@")) for row in read for cell in row)


@pytest.fixture(scope="module")
def hostile(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive with formulas for titles of papers."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    path.write_bytes(archive.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        ids = [row[0] for row in connection.execute("SELECT paper_id FROM papers ORDER BY paper_id")]
        connection.executemany("UPDATE papers SET title = ? WHERE paper_id = ?", zip(ACTIVE, ids, strict=False))
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_exported_csv_has_no_formula(hostile: Path, tmp_path: Path, version: Version) -> None:
    with served(hostile, tmp_path / "served", version) as server:
        for path in ("/archive/papers.csv?_size=max", "/archive/papers.csv?_stream=1&_dl=1",
                     query_path(server, "select title from papers", "csv")):  # fmt: skip
            rows = list(csv.DictReader(io.StringIO(fetch(server, path).body.decode(), newline="")))
            titles = [row["title"] for row in rows]
            assert {f"'{text}" for text in ACTIVE} <= set(titles), path
            assert len(rows) > 50
            assert not any(title.startswith(("=", "+", "-", "@")) for title in titles)
