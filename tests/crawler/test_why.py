"""Where values came from: from captures to the command."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from crawler.captures import CaptureStore, NewCapture
from crawler.cli import cli
from crawler.fields import FIELDS, Field
from crawler.ingest import Paths, update_archive
from crawler.lookup import UnknownPaper
from crawler.why import Answer, Explanation, explain

TITLE = "Neural Machine Translation Without Words"
ARXIV = "https://arxiv.org/abs/1806.00001"
ADDRESS = "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{}"


def block(
    title: str | None, *, summary: str, links: Sequence[str] = (ARXIV,), tag: str = "NMT", who: str = "zhangjun"
) -> str:
    shown = f"**{title}**" if title else "![](https://mmbiz.qpic.cn/mmbiz_png/title/640)"
    labelled = "\n\n".join(f"{'代码链接' if 'github' in link else '论文链接'}\n\n{link}" for link in links)
    return f"{shown}\n\n**@{who} 推荐**\n\n#{tag}\n\n{summary}\n\n{labelled}\n\n"


def page(number: int, day: str, *blocks: str) -> bytes:
    head = f"---\ntitle: 第 {number} 篇文章的标题有这么长\npublished: {day}\nurl: {ADDRESS.format(number)}\n---\n\n"
    return (head + "".join(blocks)).encode()


def capture(body: bytes, number: int, day: str = "2019-02-01", origin: str = "csdn") -> NewCapture:
    return NewCapture(
        body=body, origin=origin, address=ADDRESS.format(number), fetched_at=f"{day}T06:00:00Z", status=200
    )


FIRST = page(1, "2018-06-21", block(TITLE, summary="本文是清华大学发表于 ACL 2018 的工作。"))
SECOND = page(
    2,
    "2018-07-21",
    block("Another Paper About Trees", summary="另一篇。", links=["https://arxiv.org/abs/1806.00009"], tag="QA"),
    block(TITLE.upper(), summary="再次推荐。", links=[ARXIV, "https://github.com/x/y"], who="Zhang Jun"),
)
PICTURED = page(3, "2018-08-21", block(None, summary="题目是图片，出自 ACL。"))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of(tmp_path / "a.db")


def store(paths: Paths, *captures: NewCapture) -> None:
    with CaptureStore.open(paths.captures) as opened:
        opened.add(captures)
    update_archive(paths)


def why(paths: Paths, name: str, *fields: Field) -> Explanation:
    with CaptureStore.open(paths.captures, readonly=True) as opened:
        return explain(name, paths.archive, opened, **({"fields": fields} if fields else {}))


def answer(paths: Paths, field: Field, name: str = "arxiv-1806.00001") -> Answer:
    [found] = why(paths, name, field).answers
    return found


def told(found: Answer) -> list[tuple[str, bool, list[tuple[str, int, str]]]]:
    return [
        (
            value.value,
            value.is_shown,
            [(seen.post_id, seen.position, seen.source.text if seen.source else "") for seen in value.seen],
        )
        for value in found.values
    ]


# --- values ----------------------------------------------------------------------------------------------------------


def test_the_title_with_the_others_that_were_seen(paths):
    store(paths, capture(FIRST, 1), capture(SECOND, 2), capture(PICTURED, 3))
    assert told(answer(paths, "title")) == [
        (TITLE, True, [("csdn-1", 1, TITLE)]),
        (TITLE.upper(), False, [("csdn-2", 2, TITLE.upper())]),
        ("(a picture)", False, [("csdn-3", 1, "https://mmbiz.qpic.cn/mmbiz_png/title/640")]),
    ]


def test_a_capture_is_named_with_address_and_time(paths):
    store(paths, capture(FIRST, 1))
    [value] = answer(paths, "tag").values
    [seen] = value.seen
    assert (seen.place, seen.captured_at, seen.captures, seen.is_shown) == (
        ADDRESS.format(1), "2019-02-01T06:00:00Z", 1, True
    )  # fmt: skip
    with CaptureStore.open(paths.captures, readonly=True) as opened:
        assert opened.observation(seen.capture_id).address == ADDRESS.format(1)


def test_the_venue_is_the_most_specific_mention(paths):
    store(paths, capture(FIRST, 1), capture(PICTURED, 3))
    sentence = "本文是清华大学发表于 ACL 2018 的工作。"
    assert told(answer(paths, "year")) == [("2018", True, [("csdn-1", 1, sentence)])]
    [venue] = told(answer(paths, "venue"))
    assert venue[:2] == ("ACL", True)
    assert ("csdn-1", 1, sentence) in venue[2]
    assert told(answer(paths, "status"))[0][:2] == ("published", True)


def test_each_recommendation_has_its_own(paths):
    store(paths, capture(FIRST, 1), capture(SECOND, 2))
    assert [(value.value, value.is_shown) for value in answer(paths, "summary").values] == [
        ("本文是清华大学发表于 ACL 2018 的工作。", True),
        ("再次推荐。", True),
    ]
    assert told(answer(paths, "links")) == [
        (ARXIV, True, [("csdn-1", 1, ARXIV), ("csdn-2", 2, ARXIV)]),
        ("https://github.com/x/y", True, [("csdn-2", 2, "https://github.com/x/y")]),
    ]
    assert [value.value for value in answer(paths, "code").values] == ["https://github.com/x/y"]


def test_spellings_of_one_person_say_how_the_person_is_called(paths):
    store(paths, capture(FIRST, 1), capture(SECOND, 2))
    rules = {value.value: value.rule for value in answer(paths, "recommender").values}
    assert set(rules) == {"zhangjun", "Zhang Jun"}
    assert sum("it is called" in rule for rule in rules.values()) == 1


def test_another_copy_that_says_otherwise(paths):
    changed = FIRST.replace(ARXIV.encode(), b"https://arxiv.org/abs/1806.00001v2").replace(b"#NMT", b"#Translation")
    store(paths, capture(FIRST, 1), capture(changed, 1, "2019-03-01"), capture(changed, 1, "2019-04-01"))
    shown, other = answer(paths, "tag").values
    assert (shown.value, shown.is_shown, shown.seen[0].captures) == ("Translation", True, 2)
    assert (other.value, other.is_shown, other.seen[0].captures) == ("NMT", False, 1)
    assert (other.seen[0].is_shown, other.seen[0].captured_at) == (False, "2019-02-01T06:00:00Z")


def test_identity_with_its_judgements(paths):
    store(paths, capture(FIRST, 1), capture(SECOND, 2))
    found = why(paths, "arxiv-1806.00001", "identity")
    assert {(value.value, value.is_shown) for value in found.answers[0].values} >= {
        ("arxiv-1806.00001", True),
        ("neuralmachinetranslationwithoutwords", True),
    }
    assert [(one.verdict, one.rule, one.evidence) for one in found.verdicts] == [
        ("same", "equal_identifier", "arxiv-1806.00001"),
        ("same", "equal_title", "neuralmachinetranslationwithoutwords"),
    ]
    assert sorted(found.verdicts[0].recommendations) == ["csdn-1 1", "csdn-2 2"]


def test_a_paper_without_identifier_is_known_by_its_title(paths):
    store(paths, capture(page(1, "2018-06-21", block(TITLE, summary="没有链接。", links=[])), 1))
    [value] = answer(paths, "identity", TITLE).values
    assert (value.value, value.is_shown, value.rule) == (
        "neuralmachinetranslationwithoutwords", True, "the folded title"
    )  # fmt: skip


def test_problems_of_its_recommendations_are_told(paths):
    wrong = block(TITLE, summary="错。", links=[ARXIV, "https://github.com/x/y"]).replace("代码", "论文")
    store(paths, capture(page(1, "2018-06-21", wrong), 1), capture(SECOND, 2))
    doubts = {(doubt.code, doubt.post_id, doubt.position) for doubt in why(paths, TITLE, "title").doubts}
    assert ("wrong_kind_of_link", "csdn-1", 1) in doubts
    assert not any(position == 1 for _, post, position in doubts if post == "csdn-2")


def test_what_the_captures_do_not_give_is_said(paths):
    store(paths, capture(FIRST, 1))
    with CaptureStore.open(paths.captures.with_name("other.db")) as opened:
        opened.add([capture(PICTURED, 3)])
    with CaptureStore.open(paths.captures.with_name("other.db"), readonly=True) as opened:
        found = explain(TITLE, paths.archive, opened, fields=("title",))
    assert found.unread == 1
    [value] = found.answers[0].values
    assert (value.value, value.is_shown, value.seen) == (TITLE, True, ())
    assert "rebuild" in value.rule


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["arxiv-1806.00001", ARXIV, ARXIV + "v3", "https://arxiv.org/pdf/1806.00001.pdf", TITLE, TITLE.lower()],
)
def test_a_paper_is_found_by_id_address_and_title(paths, name):
    store(paths, capture(FIRST, 1), capture(SECOND, 2))
    assert why(paths, name, "tag").paper_id == "arxiv-1806.00001"


def test_a_paper_is_found_by_another_id(paths):
    both = block(TITLE, summary="两个链接。", links=["https://www.paperweekly.site/papers/7", ARXIV])
    store(paths, capture(FIRST, 1), capture(page(4, "2018-09-01", both), 4))
    found = why(paths, "arxiv-1806.00001", "tag")
    assert (found.paper_id, found.aliases) == ("pw-7", ("arxiv-1806.00001",))


@pytest.mark.parametrize("name", ["pw-1", "Some Other Title of a Paper", "", "https://arxiv.org/abs/1806.77777", "'"])
def test_an_unknown_paper(paths, name):
    store(paths, capture(FIRST, 1))
    with pytest.raises(UnknownPaper, match="knows no paper"):
        why(paths, name)


def test_a_title_of_several_papers(paths):
    twins = [block("Deep Sets", summary="一。"), block("Deep Sets", summary="二。", links=[ARXIV[:-1] + "2"])]
    store(paths, capture(page(1, "2018-06-21", *twins), 1))
    with pytest.raises(UnknownPaper, match=r"may be any of the papers arxiv-1806\.00001, arxiv-1806\.00002"):
        why(paths, "Deep Sets")


def test_the_command_line_offers_every_field():
    [choice] = [one.type for one in cli.commands["why"].params if one.name == "field"]
    assert tuple(choice.choices) == FIELDS


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command(paths, paperdigest):
    store(paths, capture(FIRST, 1), capture(SECOND, 2))
    text = paperdigest("why", TITLE, "title", "--archive", paths.archive).stdout
    assert text.startswith(f"arxiv-1806.00001: {TITLE}\n")
    assert f"  shown: {TITLE}\n    rule: the line above the recommender" in text
    assert f"from {ADDRESS.format(1)}, captured 2019-02-01T06:00:00Z\n      line 1: {TITLE}\n" in text
    assert f"  other: {TITLE.upper()}\n" in text
    result = json.loads(paperdigest("why", "arxiv-1806.00001", "--archive", paths.archive, "--json").stdout)
    assert result == json.loads(json.dumps(asdict(why(paths, TITLE))))
    refused = paperdigest("why", "pw-99", "--archive", paths.archive, status=3)
    assert "knows no paper 'pw-99'" in refused.stderr
    assert "'nonsense' is not one of" in paperdigest("why", TITLE, "nonsense", status=2).stderr
    paperdigest("why", TITLE, "--archive", "none.db", status=8)
