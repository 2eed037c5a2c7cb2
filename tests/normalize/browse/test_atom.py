"""Atom feeds as XML."""

from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.browse.atom import Category, Entry, Feed, clean_text, feed_xml, stable_id, timestamp

ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2018, 6, 29, 12, tzinfo=timezone(timedelta(hours=8)))


def entry(**changed: object) -> Entry:
    values = {
        "name": "paper/pw-1",
        "title": "Attention",
        "url": "http://127.0.0.1/paper/pw-1",
        "published": NOON,
        "updated": NOON,
        "html": "<p>x</p>",
    }
    return Entry(**{**values, **changed})  # type: ignore[arg-type]


def feed(*entries: Entry) -> Feed:
    return Feed(
        name="papers",
        title="T",
        subtitle="S",
        author="A",
        url="http://127.0.0.1/feeds/papers.atom",
        page="http://127.0.0.1/",
        icon="http://127.0.0.1/static/seal.svg",
        entries=entries,
    )


def test_an_empty_feed_is_whole() -> None:
    root = ET.fromstring(feed_xml(feed()))
    assert root.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert root.find(f"{ATOM}entry") is None


def test_the_feed_is_as_new_as_its_newest_entry() -> None:
    later = entry(name="paper/pw-2", updated=NOON + timedelta(days=1))
    assert ET.fromstring(feed_xml(feed(entry(), later))).findtext(f"{ATOM}updated") == "2018-06-30T12:00:00+08:00"


def test_ids_depend_on_names_alone() -> None:
    assert stable_id("paper/pw-1") == stable_id("paper/pw-1")
    assert len({stable_id(name) for name in ("paper/pw-1", "paper/pw-2", "digest/pw-1")}) == 3


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="2018-06-29 00:00:00 has no time zone"):
        timestamp(datetime(2018, 6, 29))  # noqa: DTZ001 (that is the point)
    assert timestamp(datetime(2018, 6, 29, 1, 2, 3, 456, tzinfo=UTC)) == "2018-06-29T01:02:03Z"


@given(st.text())
def test_any_text_makes_xml_and_comes_back(text: str) -> None:
    one = entry(name=text, title=text, html=text, authors=(text,), categories=(Category(term=text, label=text),))
    root = ET.fromstring(feed_xml(feed(one)))
    content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert content == clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == " ".join(clean_text(text).split())
