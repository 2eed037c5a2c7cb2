import pytest

from normalize.labels import clean_label, find_label, is_detail, link_role
from normalize.rules import load_rules


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("论文链接", "paper"),
        ("链接", "paper"),
        ("代码链接", "code"),
        ("源码链接", "code"),
        ("源码", "code"),
        ("代码", "code"),
        ("数据集链接", "dataset"),
        ("数据集", "dataset"),
        ("笔记链接", "notes"),
        ("论文笔记", "notes"),
        ("论文详细解读", "notes"),
        ("解读", "notes"),
        ("项目链接", "project"),
        ("主页", "project"),
        ("博客", "blog"),
        ("视频链接", "other"),
        ("其他", "other"),
        ("GitHub", "code"),
        ("github 链接", "code"),
        ("ＧｉｔＨｕｂ", "code"),
        ("项目主页", "project"),
        ("论文下载地址", "paper"),
        ("论文链接2", "paper"),
        ("代码链接（PyTorch）", "code"),
        ("Code (official)", "code"),
        ("源码连接", "code"),
        ("数据下载", "dataset"),
        ("", "other"),
    ],
)
def test_roles(label: str, role: str) -> None:
    assert link_role(label) == role


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("■ 源码 |", "源码"),
        (" 论文链接：", "论文链接"),
        ("论文 链接", "论文链接"),
        ("Paper Link:", "Paper Link"),
        ("👉代码", "代码"),
    ],
)
def test_what_stands_around_a_label_is_cut(text: str, clean: str) -> None:
    assert clean_label(text) == clean


@pytest.mark.parametrize(
    "text", ["指代链接技术", "链接。", "地址很长很长很长很长很长很长的链接", "本文", "", "链接预测"]
)
def test_no_labels(text: str) -> None:
    assert find_label(text) is None


def test_ordinary_words_are_labels_only_with_an_address() -> None:
    for word in ("代码", "数据", "主页", "论文", "视频链接"):
        found = find_label(word)
        assert found is not None
        assert not found.firm
    found = find_label("代码链接")
    assert found is not None
    assert found.firm


def test_details_are_no_labels() -> None:
    for detail in load_rules("labels")["details"]:
        assert is_detail(f"{detail}：")
        assert find_label(detail) is None, detail


def test_no_label_stands_twice_in_the_table() -> None:
    labels = [label.casefold() for row in load_rules("labels")["role"] for label in row["labels"]]
    assert len(labels) == len(set(labels))
