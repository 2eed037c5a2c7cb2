"""Where copies of a post disagree: a function of the captures, recomputed only where something changed."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalize.archive import Archive, CaptureLost, Summary
from normalize.decisions import parse_decisions
from normalize.model import PostRecord, Reading, Site
from tests.normalize.builders import MMBIZ, PAPER, entry, post, reading, sha
from tests.normalize.test_archive import CSDN, WECHAT, digest, dumped, rows

EVENTS = "Constructing Narrative Event Evolutionary Graph"
COMPLEX = "Deep Complex Networks of Waves"
NESTED = "Nested LSTM Cells for Language"
WRONG, RIGHT = "https://github.com/openai/gym", "https://github.com/openai/baselines"
EARLY, LATE, LATER = "2018-07-01T00:00:00Z", "2019-02-12T06:03:32Z", "2020-01-01T00:00:00Z"
DECISIONS = parse_decisions(
    '[[recommenders]]\nsame = ["PaperWeekly", "paperweely"]\n[[tags]]\nsame = ["Image", "GAN"]', source="a file"
)

Told = list[tuple[object, ...]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


class Store:
    """Captures that are read again on demand; remembers which were."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._records = {one.capture_id: one.record for one in readings}
        self.asked: list[str] = []

    def __call__(self, capture_id: str) -> PostRecord | None:
        self.asked.append(capture_id)
        return self._records[capture_id]


def write(path: Path, *batches: Sequence[Reading]) -> Store:
    store = Store([one for batch in batches for one in batch])
    for batch in batches:
        add(path, batch, store)
    return store


def add(path: Path, batch: Sequence[Reading], reread: Callable[[str], PostRecord | None]) -> Summary:
    with Archive.open(path, rules_digest="rules", code_version="1", decisions=DECISIONS) as archive:
        return archive.add(batch, reread=reread)


def told(path: Path) -> Told:
    query = "SELECT position, other_position, field, shown, other FROM copy_differences ORDER BY capture_id, ordinal"
    return rows(path, query)


def csdn(name: str = "csdn", code: str = WRONG, *, captured_at: str = LATE, reads: int = 591, **fields: Any) -> Reading:
    entries = [entry(1, EVENTS, paper=PAPER.format(1), links=[("源码", code)], **fields), entry(2, COMPLEX)]
    return reading(name, post(entries, reads=reads), captured_at=captured_at)


def wechat(name: str = "wechat", code: str = WRONG, *, captured_at: str = EARLY) -> Reading:
    entries = [entry(1, EVENTS, paper=PAPER.format(1), links=[("源码", code)]), entry(2, COMPLEX)]
    record = post(entries, url=WECHAT.format(1), site="wechat", published="2018-06-20T20:00:00+08:00")
    return reading(name, record, captured_at=captured_at)


def export(name: str = "export", code: str = WRONG) -> Reading:
    entries = [entry(1, EVENTS, paper=PAPER.format(1), links=[("源码", code)]), entry(2, COMPLEX)]
    record = post(entries, url=None, published="2018-06-21", site="unknown")
    return reading(name, record, status=None, origin=f"import:{name}.md", captured_at=None)


def test_one_copy_has_nothing_to_differ_from(path: Path) -> None:
    store = write(path, [csdn()], [csdn("again", captured_at=LATER)])
    assert told(path) == []
    assert store.asked == []


def test_where_a_copy_on_the_other_site_disagrees(path: Path) -> None:
    write(path, [csdn(code=RIGHT), wechat(), export()])
    assert rows(path, "SELECT count(*) FROM posts") == [(1,)]
    assert sorted(told(path), key=repr) == [
        (1, 1, "links", RIGHT, WRONG),
        (1, 1, "links", RIGHT, WRONG),
        (None, None, "published", "2018-06-21T14:06:37+08:00", "2018-06-20T20:00:00+08:00"),
    ]
    sites = "SELECT site, field FROM copy_differences JOIN copy_facts USING (capture_id) ORDER BY site, ordinal"
    assert rows(path, sites) == [("unknown", "links"), ("wechat", "published"), ("wechat", "links")]


def test_disagreements_are_counted_but_for_the_author(path: Path) -> None:
    other = wechat()
    assert other.record is not None
    renamed = replace(other.record, post=replace(other.record.post, author="PaperWeekly"))
    write(path, [csdn(code=RIGHT), replace(other, record=renamed)])
    assert sorted(str(row[2]) for row in told(path)) == ["author", "links", "published"]
    assert rows(path, "SELECT copy_differences FROM data_quality") == [(2,)]


def test_both_numbers_of_reads_are_kept_with_their_places(path: Path) -> None:
    write(path, [csdn(reads=591)], [csdn("again", reads=700, captured_at=LATER), wechat()])
    assert rows(path, "SELECT site, reads FROM post_copies ORDER BY site") == [("csdn", 700), ("wechat", 591)]
    assert rows(path, "SELECT reads FROM posts") == [(700,)]


def test_an_earlier_version_stays_beside_the_later(path: Path) -> None:
    old, new = csdn("old", WRONG), csdn("new", RIGHT, captured_at=LATER)
    write(path, [old], [new])
    assert rows(path, "SELECT url FROM links WHERE role = 'code'") == [(RIGHT,)]
    assert told(path) == [(1, 1, "links", RIGHT, WRONG)]


def test_captures_at_one_place_that_say_the_same_are_compared_once(path: Path) -> None:
    olds = [csdn(f"old {number}", WRONG, captured_at=f"2018-0{number}-01T00:00:00Z") for number in range(1, 6)]
    write(path, olds[2:], [csdn("new", RIGHT, captured_at=LATER)], olds[:2])
    assert rows(path, "SELECT captured_at FROM copy_differences JOIN captures USING (capture_id)") == [
        ("2018-01-01T00:00:00Z",)
    ]


def test_the_same_at_two_places_is_told_of_both(path: Path) -> None:
    write(path, [csdn(code=RIGHT), export("a"), export("b")])
    assert len(told(path)) == 2


def test_what_the_archive_holds_is_not_read_again(path: Path) -> None:
    """The shown copy's words are in the archive, and copies that say the same are told by their digests."""
    first, second = csdn(code=RIGHT), wechat()
    add(path, [first], lambda _: pytest.fail("read again"))
    add(path, [second], lambda _: pytest.fail("read again"))
    assert len(told(path)) == 2
    more = Store([first])
    add(path, [wechat("again", captured_at=LATE)], more)
    assert more.asked == []
    assert len(told(path)) == 2


def test_a_copy_that_loses_its_place_is_compared_from_the_rows_it_had(path: Path) -> None:
    old, new = csdn("old", WRONG), csdn("new", RIGHT, captured_at=LATER)
    store = write(path, [old], [new])
    assert store.asked == []
    assert len(told(path)) == 1


def test_a_third_version_is_read_again_when_another_is_shown(path: Path) -> None:
    old, middle = csdn("old", WRONG, captured_at=EARLY), csdn("middle", RIGHT)
    new = csdn("new", "https://github.com/openai/retro", captured_at=LATER)
    store = write(path, [old], [middle], [new])
    assert store.asked == [sha("old")[:24]]
    assert sorted(str(row[4]) for row in told(path)) == [RIGHT, WRONG]


def test_a_copy_that_cannot_be_read_again_is_named_and_nothing_stays(path: Path) -> None:
    write(path, [csdn("old", WRONG, captured_at=EARLY)], [csdn("middle", RIGHT)])
    before = dumped(path)
    new = csdn("new", "https://github.com/openai/retro", captured_at=LATER)
    with pytest.raises(CaptureLost, match=sha("old")[:24]):
        add(path, [new], lambda _: None)
    assert dumped(path) == before


def test_posts_that_turn_out_to_be_one_disagree(path: Path) -> None:
    first = post([entry()], url=WECHAT.format(1), title="同一篇文章的第一个标题", site="wechat")
    second = post([entry()], url=CSDN.format(5), title="同一篇文章的第二个标题")
    bridge = post([entry()], url=WECHAT.format(1), title="同一篇文章的第二个标题", site="wechat")
    separate = [reading("a", first, captured_at=EARLY), reading("b", second)]
    write(path, separate, [reading("c", bridge, captured_at="2017-01-01T00:00:00Z")])
    assert told(path) == [(None, None, "title", "同一篇文章的第二个标题", "同一篇文章的第一个标题")]


def test_entries_that_only_one_copy_has(path: Path) -> None:
    short = post([entry(1, EVENTS), entry(2, COMPLEX)])
    long = post([entry(1, EVENTS), entry(2, NESTED), entry(3, COMPLEX)])
    write(path, [reading("a", short, captured_at=EARLY), reading("b", long)])
    assert told(path) == [(2, None, "entry", NESTED, None)]


def test_letters_that_no_file_can_hold_differ_neither_fresh_nor_stored(path: Path, tmp_path: Path) -> None:
    odd = csdn(summary="好\ud800的")
    write(path, [odd], [wechat()])
    write(tmp_path / "once.db", [odd, wechat()])
    assert dumped(path) == dumped(tmp_path / "once.db")


def test_a_name_that_was_decided_is_one_row_with_its_spellings(path: Path) -> None:
    entries = [
        entry(1, EVENTS, recommender="paperweely", tag="GAN"),
        entry(2, COMPLEX, recommender="PaperWeekly", tag="Image"),
        entry(3, NESTED, recommender="PaperWeekly", tag="生成对抗网络"),
    ]
    write(path, [reading("a", post(entries))])
    assert rows(path, "SELECT * FROM recommenders") == [("paperweekly", "PaperWeekly", '["PaperWeekly", "paperweely"]')]
    assert rows(path, "SELECT * FROM tags") == [("image", "GAN", '["GAN", "Image", "生成对抗网络"]')]
    assert rows(path, "SELECT DISTINCT recommender_raw FROM recommendations ORDER BY 1") == [
        ("PaperWeekly",),
        ("paperweely",),
    ]


# --- the order does not matter ---------------------------------------------------------------------------------------


@st.composite
def copies(draw: st.DrawFn) -> PostRecord:
    """A copy of one of two posts."""
    titles = draw(st.lists(st.sampled_from([EVENTS, COMPLEX, NESTED, None]), min_size=1, max_size=3))
    entries = [
        entry(
            place,
            title,
            paper=draw(st.sampled_from([None, PAPER.format(1), PAPER.format(2)])),
            links=draw(st.sampled_from([(), (("源码", WRONG),), (("源码", RIGHT),)])),
            images=draw(st.sampled_from([(), (MMBIZ.format("KEYKEYKEY"),)])),
            recommender=draw(st.sampled_from([None, "paperweekly", "paperweely", "＠Paper Weekly："])),
            tag=draw(st.sampled_from([None, "GAN", "生成对抗网络", "Image"])),
            summary=draw(st.sampled_from(["", "本文提出。", "本文。"])),
        )
        for place, title in enumerate(titles, start=1)
    ]
    url, site = draw(
        st.sampled_from(
            [(CSDN.format(1), "csdn"), (WECHAT.format(1), "wechat"), (CSDN.format(2), "csdn"), (None, "unknown")]
        )
    )
    return post(
        entries,
        url=url,
        site=_site(site),
        title=draw(st.sampled_from(["顶会论文轮番炸场本周", "近期大热的领域论文"])),
        published=draw(st.sampled_from([None, "2018-01-01", "2018-01-02T10:00:00+08:00"])),
        number=draw(st.sampled_from([None, 1])),
        series=None,
    )


def _site(name: str) -> Site:
    return "csdn" if name == "csdn" else "wechat" if name == "wechat" else "unknown"


@st.composite
def captures(draw: st.DrawFn) -> list[Reading]:
    drawn = draw(st.lists(copies(), min_size=1, max_size=8))
    return [
        reading(
            str(number),
            record,
            origin=f"import:{number % 3}",
            status=draw(st.sampled_from([200, None])),
            captured_at=draw(st.sampled_from([None, EARLY, LATE])),
            sha256=sha(f"body {draw(st.integers(0, 20))}"),
        )
        for number, record in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings=captures(), data=st.data())
def test_any_order_and_division_gives_the_same_rows(folder: Path, readings: list[Reading], data: st.DataObject) -> None:
    once, divided = folder / "once.db", folder / "divided.db"
    for leftover in (once, divided):
        leftover.unlink(missing_ok=True)
    write(once, readings)
    shuffled = data.draw(st.permutations([*readings, *data.draw(st.lists(st.sampled_from(readings), max_size=3))]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=5)))
    batches = [shuffled[start:end] for start, end in pairwise([0, *cuts, len(shuffled)])]
    write(divided, *batches)
    assert dumped(divided) == dumped(once)
    before = digest(divided)
    write(divided, *batches)
    assert digest(divided) == before
