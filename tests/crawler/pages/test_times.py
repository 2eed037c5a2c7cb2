import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.times import from_unix, parse_time

PRINTED = [
    # As CSDN printed it, layout by layout.
    ("2014-04-04 11:54", "2014-04-04T11:54:00+08:00"),
    ("2018年01月30日 16:14:25", "2018-01-30T16:14:25+08:00"),
    ("2018年06月21日 14:06:37", "2018-06-21T14:06:37+08:00"),
    ("2018年06月21日14:06:37", "2018-06-21T14:06:37+08:00"),
    ("最后发布于2018-06-09 11:50:19 ", "2018-06-09T11:50:19+08:00"),
    ("发布于2018-06-09 11:50:19", "2018-06-09T11:50:19+08:00"),
    ("于\xa02020-08-14 14:49:19\xa0发布", "2020-08-14T14:49:19+08:00"),
    ("于 2020-07-19 18:03:30 首次发布", "2020-07-19T18:03:30+08:00"),
    # Machine-readable ones.
    ("2026-09-18T09:30:15+08:00", "2026-09-18T09:30:15+08:00"),
    ("2026-09-18T01:30:15Z", "2026-09-18T09:30:15+08:00"),
    ("2026-09-18T01:30:15.000Z", "2026-09-18T09:30:15+08:00"),
    ("2026-09-17T20:30:15-0500", "2026-09-18T09:30:15+08:00"),
    ("2019-11-02T08:00:01", "2019-11-02T08:00:01+08:00"),
    # WeChat as a browser shows it, and file names.
    ("2018-04-06", "2018-04-06"),
    ("2020年4月7日 12:30", "2020-04-07T12:30:00+08:00"),
    ("2018/6/21 9:05", "2018-06-21T09:05:00+08:00"),
    ("2018.06.21", "2018-06-21"),
]


@pytest.mark.parametrize(("text", "expected"), PRINTED)
def test_printed_times(text: str, expected: str) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018年05月16日 00:00:00", "2018-05-16"),
        ("2017-09-15 00:00:00", "2017-09-15"),
        ("2018年05月25日 00:00:00", "2018-05-25T00:00:00+08:00"),
        ("2018年05月16日 00:00:01", "2018-05-16T00:00:01+08:00"),
    ],
)
def test_midnight_means_an_unknown_clock_until_may_2018(text: str, expected: str) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None, "", "昨天", "阅读数：2018", "1899-01-01", "2018-13-01", "2018-02-30 10:00", "2018-06-21 25:00:00",
        "2018-06-21 10:60", "2018-06-21T10:00:00+99:00",
    ],
)  # fmt: skip
def test_what_is_no_time(text: str | None) -> None:
    assert parse_time(text) is None


@given(st.text(alphabet="0123456789-年月日: TZ+/.", max_size=40))
def test_any_text_gives_a_time_or_nothing(text: str) -> None:
    parse_time(text)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ("1523110915", "2018-04-07T22:21:55+08:00"),
        # Midnight is a time here: WeChat always knows the clock.
        ("1523030400", "2018-04-07T00:00:00+08:00"),
        ("", None),
        ("yesterday", None),
        ("9" * 30, None),
    ],
)
def test_seconds_since_1970(seconds: str, expected: str | None) -> None:
    assert from_unix(seconds) == expected
