"""Names of venues in a text, with the years that belong to them."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.prose import fold_letters
from normalize.venues import find_mentions, load_venues
from normalize.venues.mentions import full_year, is_spelling
from normalize.venues.register import spellings_of
from tests.normalize.names_pattern import pattern_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CVPR17", ("CVPR", 2017)),
        ("KDD ’18", ("KDD", 2018)),
        ("IJCAI-17", ("IJCAI", 2017)),
        ("17 年的 NIPS", ("NeurIPS", 2017)),
        ("2018 年度 AAAI", ("AAAI", 2018)),
        ("NIPS 98", ("NeurIPS", None)),
        ("NIPS’98", ("NeurIPS", 1998)),
        ("ACL 30 篇", ("ACL", None)),
        ("ACL 2018 届", ("ACL", None)),
        ("ACL 2018 M", ("ACL", None)),
        ("ACL 30 多篇", ("ACL", None)),
        ("ACL 20.5", ("ACL", None)),
        ("EMNLP System Demonstrations 2021", ("EMNLP", 2021)),
        ("NeurIPS Datasets and Benchmarks Track 2022", ("NeurIPS", 2022)),
        ("ACL 2018.", ("ACL", 2018)),
        ("ICCV 2017 Mask R-CNN", ("ICCV", 2017)),
        ("CVPR 2018 多人姿态估计", ("CVPR", 2018)),
        ("WWW 18 个性化推荐", ("WWW", 2018)),
        ("CVPR 2018 3D 重建", ("CVPR", 2018)),
        ("ICML, 2018", ("ICML", 2018)),
        ("ResNet50 CVPR", ("CVPR", None)),
        ("CVPR’2018", ("CVPR", 2018)),
        ("CVPR_2018", ("CVPR", 2018)),
        ("2019 CVPR", ("CVPR", 2019)),
        ("2016KDD", ("KDD", 2016)),
        ("16 年 KDD", ("KDD", 2016)),
        ("KDD（2018）", ("KDD", 2018)),
        ("ICLR Workshop Track 2018", ("ICLR", 2018)),
        ("２０１８ 年的ＡＡＡＩ", ("AAAI", 2018)),
        ("2018 年 6 月发表在 IEEE TIP", ("IEEE TIP", 2018)),
        ("ACL\n2018 年的工作", ("ACL", None)),
        ("RAID 10", ("RAID", None)),
        ("RAID’10", ("RAID", 2010)),
        ("RAID 2010", ("RAID", 2010)),
        ("35MM 镜头", ("ACM MM", None)),
        ("3DV 2018", ("3DV", 2018)),
        ("eLife 2018", ("eLife", 2018)),
        ("*SEM 2018", ("*SEM", 2018)),
        ("Cvpr 2018", ("CVPR", 2018)),
        ("cvpr2018", ("CVPR", 2018)),
        ("2017 年的 acl", ("ACL", 2017)),
        ("interspeech 2018", ("Interspeech", 2018)),
        ("ICCV’19 ", ("ICCV", 2019)),
        ("国际机器学习大会", ("ICML", None)),
        ("国际机器学习大会（ICML 2018）", ("ICML", 2018)),
        ("ICML 2018（国际机器学习大会）", ("ICML", 2018)),
        ("2018 年国际机器学习大会（ICML）", ("ICML", 2018)),
        ("国际机器学习大会（ICML）2018", ("ICML", 2018)),
        ("NIPS/NeurIPS 2018", ("NeurIPS", 2018)),
        ("International Conference on Computer Vision (ICCV) 2017", ("ICCV", 2017)),
        ("Nature communications", ("Nature Communications", None)),
        ("Transactions on Image Processing", ("IEEE TIP", None)),
        ("IEEE transactions on image processing", ("IEEE TIP", None)),
        ("Proceedings of the VLDB Endowment", ("VLDB", None)),
    ],
)
def test_years(text: str, expected: tuple[str, int | None]) -> None:
    (mention,) = find_mentions(fold_letters(text))
    assert (mention.name, mention.year) == expected


@pytest.mark.parametrize("text", ["NAACLs", "XACL", "ACL-based", "KDD1", "my_ACL", "acl", "my-cvpr2018", "ACLU"])
def test_no_name_inside_a_word(text: str) -> None:
    assert list(find_mentions(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ICML 2017 和 ICML 2018", [("ICML", 2017), ("ICML", 2018)]),
        ("ICML 2017（ICML 2018）", [("ICML", 2017), ("ICML", 2018)]),
        ("ICML 2018，ICML 是", [("ICML", 2018), ("ICML", None)]),
        ("ICML（国际机器学习大会", [("ICML", None), ("ICML", None)]),
        ("NAACL、ACL 与ACL-IJCNLP", [("NAACL", None), ("ACL", None), ("ACL", None)]),
        ("Cvpr 的论文，Computer Science，Nature Inspired", []),
        ("Machine learning, neural networks, nature", []),
        ("KDD99、DSTC2、FC7", [("KDD", 1999)]),
        ("SIGGRAPH Asia 2018，SIGGRAPH 2018", [("SIGGRAPH Asia", 2018), ("SIGGRAPH", 2018)]),
    ],
)
def test_several(text: str, expected: list[tuple[str, int | None]]) -> None:
    assert [(mention.name, mention.year) for mention in find_mentions(fold_letters(text))] == expected


@pytest.mark.parametrize(("digits", "year"), [("17", 2017), ("00", 2000), ("98", 1998), ("2016", 2016)])
def test_full_year(digits: str, year: int) -> None:
    assert full_year(digits) == year


def test_spellings() -> None:
    assert is_spelling("SIGIDIAL")
    assert not is_spelling("sigdial")


SPELLINGS = {text: venue.name for venue in load_venues() for text in spellings_of(venue)}
ONE_PATTERN = pattern_of(SPELLINGS)
MIXED = st.lists(
    st.one_of(
        st.sampled_from(sorted(SPELLINGS)),
        st.sampled_from([" ", "，", "的", "论文", "(", ")", "-", "/", "a", "Xy", "2018", "’17", "7", ". ", "\n"]),
    ),
    max_size=8,
).map("".join)


@given(MIXED)
def test_the_names_are_those_that_one_pattern_of_all_finds(text: str) -> None:
    """The index is a faster way to do the same: no name is lost, none is found inside another."""
    found = {(mention.name, mention.mask) for mention in find_mentions(text)}
    places = [(match.start(), match.end()) for match in ONE_PATTERN.finditer(text)]
    assert all(any(start < mask[1] and mask[0] < end for start, end in places) for _, mask in found)
    plain = [
        (SPELLINGS[text[start:end]], start)
        for start, end in places
        # Words and what has a number behind it are left to the rules of years.
        if not re.match(r"[0-9]", text[end:]) and text[start:end] not in WORDS
    ]
    named = [(name, mask) for name, mask in found]
    assert all(any(name == other and mask[0] <= start < mask[1] for other, mask in named) for name, start in plain)


WORDS = {text for venue in load_venues() for text in (*venue.ordinary, *venue.within)}
WORDS |= {text.replace(" and ", " & ") for text in WORDS}


@given(st.one_of(MIXED, st.text(max_size=60).map(fold_letters)))
def test_mentions_stand_in_order_and_apart(text: str) -> None:
    mentions = list(find_mentions(text))
    assert all(0 <= mention.start <= mention.mask[0] < mention.mask[1] <= len(text) for mention in mentions)
    assert all(mention.mask[0] <= mention.end for mention in mentions)
    assert all(left.mask[1] <= right.mask[1] and left.mask[0] < right.mask[0] for left, right in pairwise(mentions))
    assert all(mention.year is None or 1900 <= mention.year <= 2099 for mention in mentions)
