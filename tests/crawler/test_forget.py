"""Forgetting a post: every byte goes, nothing brings it back, and an interruption in the middle does no harm."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

import crawler.forget
from crawler.captures import CaptureStore, NewCapture, crawl_lock_path
from crawler.forget import finish_removal, plan_removal, remove_post
from crawler.frontier import FoundPost, Frontier
from crawler.images.kinds import Kind
from crawler.images.store import ImageStore, images_path
from crawler.importers.run import import_files
from crawler.ingest import Paths, rebuild_archive, update_archive
from crawler.locks import sole_lock
from crawler.lookup import UnknownPost, find_post
from crawler.runs import RunProblem, Runs
from crawler.sample import SampleBlog
from crawler.tombstones import title_marks

KEY = "csdn-99000005"
ADDRESS = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/99000005"
LIST = "https://blog.csdn.net/community/home-api/v1/get-business-list?page=1"
COPIES = ("csdn/2018-06_phoenix.html", "markdown/2018-06.md")
OTHERS = (
    "csdn/2018-05_phoenix.html",
    "csdn/2020-11_blogv2.html",
    "wechat/2020-11.html",
    "csdn/2018-11_phoenix_late.html",
)
DAY = {"fetched_at": "2026-01-31T06:00:00Z", "status": 200}


def archive_of(folder: Path, files: list[Path], *captures: NewCapture) -> Paths:
    folder.mkdir(exist_ok=True)
    paths = Paths.of(folder / "a.db")
    import_files(files, paths)
    with CaptureStore.open(paths.captures) as store:
        store.add(captures)
    update_archive(paths)
    return paths


@pytest.fixture(scope="module")
def files(sample: Path) -> list[Path]:
    return [sample / name for name in (*COPIES, *OTHERS)]


@pytest.fixture(scope="module")
def page(sample: Path) -> bytes:
    return (sample / COPIES[0]).read_bytes()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, files: list[Path], page: bytes) -> Paths:
    """Copies from files and from the site, answers from the post's address, and a list that names it."""
    return archive_of(
        tmp_path_factory.mktemp("built") / "archive",
        files,
        NewCapture(body=page, origin="csdn", address=ADDRESS, **DAY),
        NewCapture(body=b"not found", origin="csdn", address=ADDRESS, **{**DAY, "status": 404}),
        NewCapture(body=b"not found", origin="csdn", address=ADDRESS[:-1] + "7", **{**DAY, "status": 404}),
        NewCapture(body=b'{"code":200,"data":{"list":[{"articleId":99000005}]}}', origin="csdn", address=LIST, **DAY),
        NewCapture(body=b'{"code":200,"data":{"list":[{"articleId":99000007}]}}', origin="csdn", address=LIST + "1"),
    )


@pytest.fixture
def paths(tmp_path: Path, built: Paths) -> Paths:
    (tmp_path / "archive").mkdir()
    copy = Paths.of(tmp_path / "archive" / "a.db")
    shutil.copy(built.archive, copy.archive)
    shutil.copy(built.captures, copy.captures)
    return copy


def query(path: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def addresses(paths: Paths) -> set[str | None]:
    with CaptureStore.open(paths.captures, readonly=True) as store:
        return {capture.address or capture.origin for capture in store.observations()}


# --- what goes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [KEY, ADDRESS, ADDRESS.lower() + "?spm=1001", ADDRESS.removeprefix("https://")])
def test_a_post_is_found_by_id_key_and_address(paths, name):
    with CaptureStore.open(paths.captures, readonly=True) as store:
        post = find_post(name, paths.archive, store)
    assert (post.name, post.post_ids, post.keys) == (KEY, (KEY,), (KEY,))
    assert len(post.capture_ids) == 4


def test_the_archive_is_as_if_the_post_had_never_been_there(paths, tmp_path, files, dump):
    remove_post(KEY, paths)
    never = archive_of(
        tmp_path / "never",
        files[2:],
        NewCapture(body=b"not found", origin="csdn", address=ADDRESS[:-1] + "7", **{**DAY, "status": 404}),
        NewCapture(body=b'{"code":200,"data":{"list":[{"articleId":99000007}]}}', origin="csdn", address=LIST + "1"),
    )
    assert dump(paths.archive) == dump(never.archive)
    assert addresses(paths) == addresses(never)


def test_no_byte_of_it_stays(paths, files):
    (sentence,) = query(paths.archive, f"SELECT summary FROM recommendations WHERE post_id = '{KEY}' AND position = 3")[
        0
    ]
    needles = [sentence[:20].encode(), ADDRESS.lower().encode(), ADDRESS.encode()]
    with CaptureStore.open(paths.captures) as store:
        Frontier(store, "csdn").add([FoundPost(key=KEY, address=ADDRESS, way="feed")])
        runs = Runs(store)
        problems = [RunProblem(code="failed", message=f"{ADDRESS} broke off", address=ADDRESS)]
        runs.end(runs.begin("sync"), crawler.forget.Exit.FAILED, problems=problems)
        bodies = {row[0]: row[1] for row in store.connection.execute("SELECT sha256, zstd FROM bodies")}
    assert all(needle in paths.archive.read_bytes() for needle in needles[:2])
    assert needles[2] in paths.captures.read_bytes()
    removal = remove_post(KEY, paths)
    for path in (paths.archive, paths.captures):
        content = path.read_bytes()
        assert not any(needle in content for needle in needles), path
        # pieces of packed bodies: none is cut by the end of a page of the file
        for sha256 in removal.bodies:
            assert bodies[sha256][100:200] not in content or len(bodies[sha256]) < 200
    with CaptureStore.open(paths.captures) as store:
        for sha256 in bodies.keys() - set(removal.bodies):
            assert sentence not in store.body(sha256).decode("utf-8", "replace")
        assert list(store.iter_damage()) == []
        assert store.connection.execute("SELECT * FROM found").fetchall() == []
        assert [(one.code, one.address) for one in Runs(store).problems(1)] == [("failed", None)]


def test_an_answer_that_others_share_stays_theirs(paths):
    with CaptureStore.open(paths.captures, readonly=True) as store:
        removal = plan_removal(KEY, paths.archive, store)
    assert len(removal.capture_ids) == 5
    assert len(removal.hashes) == 2  # of the page and of the export, not of "not found"
    remove_post(KEY, paths)
    with CaptureStore.open(paths.captures) as store:
        assert [c.status for c in store.observations() if c.address == ADDRESS[:-1] + "7"] == [404]
        other = NewCapture(body=b"not found", origin="csdn", address=ADDRESS[:-1] + "8", **{**DAY, "status": 404})
        assert len(store.add([other])) == 1


def test_looks_that_kept_no_bytes_go_too(paths, page):
    with CaptureStore.open(paths.captures) as store:
        [sha256] = {
            capture.sha256
            for capture in store.observations()
            if capture.answer == "whole" and capture.address == ADDRESS
        }
        later = {"fetched_at": "2026-02-01T06:00:00Z", "same_as": sha256}
        store.add([NewCapture(body=page + b"<!-- ad -->", origin="csdn", address=ADDRESS, status=200, **later)])
    remove_post(KEY, paths)
    with CaptureStore.open(paths.captures) as store:
        assert store.forgotten(NewCapture(body=page + b"<!-- ad -->", origin="file:x.html")) is not None


def test_its_pictures_go_and_those_of_others_stay(paths):
    of_post = "SELECT key FROM images JOIN recommendations USING (recommendation_id) WHERE post_id = '{}'"
    keys = [{key for (key,) in query(paths.archive, of_post.format(one))} for one in (KEY, "csdn-99000006")]
    own, other, shared = min(keys[0] - keys[1]), min(keys[1] - keys[0]), min(keys[0] & keys[1])
    kind = Kind(type="image/png", width=1, height=1)
    with ImageStore.open(images_path(paths.archive)) as store:
        for key in (own, other, shared):
            store.keep(
                key, b"picture of " + key.encode(), kind, address="https://a.example", fetched_at=datetime.now(UTC)
            )
    removal = remove_post(KEY, paths)
    assert own in removal.pictures
    with ImageStore.open(images_path(paths.archive), readonly=True) as store:
        assert store.keys() == {other, shared}
    assert b"picture of " + own.encode() not in images_path(paths.archive).read_bytes()


# --- nothing brings it back ------------------------------------------------------------------------------------------


@pytest.fixture
def forgotten(paths) -> Paths:
    remove_post(KEY, paths)
    return paths


def test_sync_leaves_it_out(forgotten, page):
    with CaptureStore.open(forgotten.captures) as store:
        frontier = Frontier(store, "csdn")
        assert frontier.add([FoundPost(key=KEY, address=ADDRESS, way="feed")]) == 0
        assert frontier.known([KEY]) == {KEY}
        items = [
            NewCapture(body=b"anew", origin="csdn", address=ADDRESS + "?spm=1", **DAY),
            NewCapture(body=page, origin="wayback", address="https://example.org/copy", **DAY),
            NewCapture(body=b"list: 99000005", origin="csdn", address=LIST, live=True, **DAY),
        ]
        assert store.add(items) == []
        assert all(store.forgotten(item) for item in items)
        assert (
            store.forgotten(NewCapture(body=b"99000005 in another post", origin="csdn", address=ADDRESS[:-1] + "9"))
            is None
        )


def test_a_real_sync_neither_asks_for_it_nor_stores_it(paperdigest, tmp_path):
    archive = tmp_path / "a.db"
    with SampleBlog() as blog:
        sync = ("sync", "--user", blog.user, "--site-url", blog.url, "--delay", "0", "--archive", archive, "--full")
        paperdigest(*sync, status=None)
        assert query(archive, f"SELECT count(*) FROM posts WHERE post_id = '{KEY}'") == [(1,)]
        shown = json.loads(paperdigest("forget", KEY, "--archive", archive, "--json").stdout)
        assert any("get-business-list" in place for place in shown["places"])
        before = len(blog.requests)
        paperdigest(*sync, status=None)
        assert not [path for path in blog.requests[before:] if "99000005" in path]
    assert query(archive, f"SELECT count(*) FROM posts WHERE post_id = '{KEY}'") == [(0,)]
    with CaptureStore.open(tmp_path / "a.captures.db", readonly=True) as store:
        # other posts may link to it
        naming = [c for c in store.observations() if b"99000005" in store.body(c.body_sha256)]
        assert all(capture.address and "/article/details/" in capture.address for capture in naming)
        assert store.connection.execute("SELECT key FROM found WHERE key = ?", (KEY,)).fetchall() == []


def test_import_passes_over_every_copy(forgotten, tmp_path, files, dump):
    before = dump(forgotten.archive)
    # the export tells no address, and its bytes are others
    export = tmp_path / "export.md"
    export.write_bytes(files[1].read_bytes() + b"\n\nMore words.\n")
    saved = tmp_path / "saved.html"
    saved.write_bytes(files[0].read_bytes().replace(b"</body>", b"<p>ad</p></body>"))
    report = import_files([*files, export, saved], forgotten)
    assert {one.path for one in report.forgotten} == {*files[:2], export, saved}
    assert (report.new, report.known, report.refused) == ((), 4, ())
    update_archive(forgotten)
    assert dump(forgotten.archive) == before


def test_a_wechat_copy_with_its_title_and_day_is_passed_over(paths, tmp_path, sample):
    files = tmp_path / "wechat"
    files.mkdir()
    copy = sample / "wechat" / "2020-11.html"
    text = copy.read_text("utf-8")
    assert "mp.weixin.qq.com" in text
    (files / "copy.html").write_text(text.replace("</body>", "<!-- other bytes --></body>"), "utf-8")
    remove_post("csdn-99000008", paths)
    report = import_files([files], paths)
    assert [one.path.name for one in report.forgotten] == ["copy.html"]


def test_rebuild_does_not_bring_it_back(forgotten, dump):
    before = dump(forgotten.archive)
    rebuild_archive(forgotten)
    assert dump(forgotten.archive) == before
    forgotten.archive.unlink()
    update_archive(forgotten)
    assert dump(forgotten.archive) == before


def test_an_older_copy_of_the_archive_loses_it_too(paths, tmp_path, dump):
    kept = tmp_path / "kept.db"
    shutil.copy(paths.archive, kept)
    remove_post(KEY, paths)
    older = Paths.of(kept, paths.captures)
    update_archive(older)
    assert dump(kept) == dump(paths.archive)
    shutil.copy(paths.archive, kept)
    rebuild_archive(older)
    assert dump(kept) == dump(paths.archive)


@pytest.mark.parametrize(
    ("published", "days"),
    [("2018-06-21T14:06:37+08:00", 62), ("2018-06-21", 62), (None, 1), ("some day", 2)],
)
def test_marks_of_a_title(published, days):
    assert len(set(title_marks("title", published, is_only_one=True))) == days
    assert len(set(title_marks("title", published, is_only_one=False))) == 1


# --- interruptions ---------------------------------------------------------------------------------------------------


def stopped(monkeypatch, paths: Paths, at: str) -> None:
    """A removal that is stopped at one of its steps."""
    with monkeypatch.context() as patch:

        def stop(*_arguments: object, **_options: object) -> None:
            raise KeyboardInterrupt

        if at == "archive":
            calls = iter([update_archive, stop])
            patch.setattr(crawler.forget, "update_archive", lambda into: next(calls)(into))
        else:
            patch.setattr(crawler.forget, at, stop)
        with pytest.raises(KeyboardInterrupt):
            remove_post(KEY, paths)


def test_stopped_before_anything_went_nothing_went(monkeypatch, paths, dump):
    before = dump(paths.archive), addresses(paths)
    stopped(monkeypatch, paths, "_scrub_problems")  # the end of the transaction
    assert (dump(paths.archive), addresses(paths)) == before
    with CaptureStore.open(paths.captures) as store:
        assert store.forgotten(NewCapture(body=b"x", origin="csdn", address=ADDRESS)) is None
    remove_post(KEY, paths)


@pytest.mark.parametrize("then", ["forget", "rebuild", "import", "update"])
def test_stopped_before_the_archive_any_command_ends_it(monkeypatch, paths, files, dump, then, tmp_path):
    expected = Paths.of(tmp_path / "expected.db", tmp_path / "expected.captures.db")
    shutil.copy(paths.archive, expected.archive)
    shutil.copy(paths.captures, expected.captures)
    remove_post(KEY, expected)
    stopped(monkeypatch, paths, "archive")
    assert query(paths.archive, f"SELECT count(*) FROM posts WHERE post_id = '{KEY}'") == [(1,)]
    if then == "forget":
        with pytest.raises(UnknownPost):
            remove_post(KEY, paths)
        assert finish_removal(KEY, paths) is not None
        with CaptureStore.open(paths.captures) as store:
            assert [run.outcome for run in Runs(store).latest()] == ["ok"]
    elif then == "rebuild":
        rebuild_archive(paths)
    else:
        if then == "import":
            import_files(files, paths)
        update_archive(paths)
    assert dump(paths.archive) == dump(expected.archive)


def test_what_was_stopped_before_it_began_does_not_end_with_another(monkeypatch, paths):
    other = query(paths.archive, f"SELECT post_id FROM posts WHERE post_id != '{KEY}' ORDER BY post_id")[0][0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crawler.forget, "_remove", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remove_post(other, paths)
    stopped(monkeypatch, paths, "archive")
    assert finish_removal(KEY, paths) is not None
    with CaptureStore.open(paths.captures) as store:
        assert [(run.asked["post"], run.outcome) for run in Runs(store).latest()] == [(KEY, "ok"), (other, None)]


def test_what_a_link_to_the_archive_leads_to_is_emptied(paths, tmp_path):
    """An archive on another disk: were the link replaced, all bytes would stay there."""
    real = paths.archive.rename(tmp_path / "real.db")
    paths.archive.symlink_to(real)
    remove_post(KEY, paths)
    assert paths.archive.is_symlink()
    assert query(real, f"SELECT count(*) FROM posts WHERE post_id = '{KEY}'") == [(0,)]


# --- the command -----------------------------------------------------------------------------------------------------


def test_dry_run_changes_nothing(paperdigest, paths):
    before = paths.archive.read_bytes(), paths.captures.read_bytes()
    shown = json.loads(paperdigest("forget", ADDRESS, "--dry-run", "--archive", paths.archive, "--json").stdout)
    assert (shown["post"], shown["captures"], shown["recommendations"], shown["dry_run"]) == (KEY, 5, 8, True)
    assert (paths.archive.read_bytes(), paths.captures.read_bytes()) == before


def test_the_command_says_what_went_and_is_noted(paperdigest, paths, files):
    text = paperdigest("forget", KEY, "--archive", paths.archive).stdout
    assert text.startswith(f"removed {KEY}: ")
    assert f"2 from {ADDRESS}" in text
    assert "was forgotten on" in paperdigest("forget", ADDRESS, "--archive", paths.archive).stdout
    done = paperdigest("import", *files, "--archive", paths.archive)
    assert f"passed over {files[1]}: its post was forgotten on 20" in done.stderr
    assert "0 new, 4 known, 0 refused, 2 passed over" in done.stdout
    [run] = json.loads(paperdigest("runs", "--archive", paths.archive, "--json").stdout)
    assert (run["command"], run["outcome"], run["asked"]) == ("forget", "ok", {"post": KEY})
    assert run["archive"]["removed_captures"] == 5


def test_an_unknown_post_is_refused(paperdigest, paths):
    before = paths.captures.read_bytes()
    done = paperdigest("forget", "csdn-1", "--archive", paths.archive, status=3)
    assert "know no post 'csdn-1'" in done.stderr
    paperdigest("forget", "csdn-1", "--archive", paths.archive, "--dry-run", status=3)
    assert paths.captures.read_bytes() == before
    paperdigest("forget", "csdn-1", "--archive", "none.db", status=8)


def test_a_crawl_under_way_is_left_alone(paperdigest, paths):
    with sole_lock(crawl_lock_path(paths.captures), "crawl"):
        paperdigest("forget", KEY, "--archive", paths.archive, status=9)


def test_a_post_that_is_only_known_to_be_gone_can_be_forgotten(paths):
    address = ADDRESS[:-1] + "7"
    removal = remove_post(address, paths)
    assert (removal.post.name, removal.post.post_ids, removal.hashes) == ("csdn-99000007", (), ())
    assert address not in addresses(paths)
