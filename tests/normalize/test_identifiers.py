"""Identifiers of papers in addresses."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import identifiers
from normalize.identifiers import SCHEMES, find_identifier, identifier_id, identifiers_of, rank, scheme_of
from normalize.model import Identifier


def test_doctests() -> None:
    assert doctest.testmod(identifiers).failed == 0


@pytest.mark.parametrize(
    ("url", "scheme", "value"),
    [
        ("https://www.paperweekly.site/papers/2026", "paperweekly", "2026"),
        ("http://paperweekly.site/papers/2026/", "paperweekly", "2026"),
        ("http://www.paperweekly.site/papers/224?x=1", "paperweekly", "224"),
        ("https://www.paperweekly.site/papers/notes/397", "paperweekly-notes", "notes/397"),
        ("https://arxiv.org/abs/1806.01234", "arxiv", "1806.01234"),
        ("http://arxiv.org/abs/1806.01234v3", "arxiv", "1806.01234"),
        ("https://arxiv.org/pdf/1806.01234v2.pdf", "arxiv", "1806.01234"),
        ("https://arxiv.org/pdf/1806.01234.pdf#page=3", "arxiv", "1806.01234"),
        ("https://arxiv.org/html/2301.00001v1/", "arxiv", "2301.00001"),
        ("https://cn.arxiv.org/abs/0704.0001", "arxiv", "0704.0001"),
        ("https://arxiv.org/abs/1412.6980", "arxiv", "1412.6980"),
        ("https://arxiv.org/abs/cs/0112017", "arxiv", "cs/0112017"),
        ("https://arxiv.org/pdf/cs.CL/0112017v1.pdf", "arxiv", "cs/0112017"),
        ("https://arxiv.org/abs/hep-th/9901001", "arxiv", "hep-th/9901001"),
        ("https://www.alphaxiv.org/abs/2501.12948", "arxiv", "2501.12948"),
        ("https://huggingface.co/papers/2501.12948", "arxiv", "2501.12948"),
        ("https://doi.org/10.48550/arXiv.2501.12948", "arxiv", "2501.12948"),
        ("arXiv:1806.01234v2", "arxiv", "1806.01234"),
        ("https://doi.org/10.1145/3219819.3219890", "doi", "10.1145/3219819.3219890"),
        ("http://dx.doi.org/10.1145%2F3219819.3219890.", "doi", "10.1145/3219819.3219890"),
        ("https://dl.acm.org/doi/abs/10.1145/3219819.3219890?x=1", "doi", "10.1145/3219819.3219890"),
        ("https://link.springer.com/chapter/10.1007/978-3-030-01234-2_1", "doi", "10.1007/978-3-030-01234-2_1"),
        ("https://link.springer.com/content/pdf/10.1007/s11263-019-01247-4.pdf", "doi", "10.1007/s11263-019-01247-4"),
        ("https://www.frontiersin.org/articles/10.3389/fnbot.2018.00001/full", "doi", "10.3389/fnbot.2018.00001"),
        ("https://doi.org/10.1109/TIP.2018.2831899", "doi", "10.1109/tip.2018.2831899"),
        ("https://openreview.net/forum?id=rJXMpikCZ&noteId=x", "openreview", "rJXMpikCZ"),
        ("https://openreview.net/pdf?id=HkAClQgA-", "openreview", "HkAClQgA-"),
        ("https://aclanthology.org/P18-1001/", "acl", "P18-1001"),
        ("http://aclweb.org/anthology/P18-1001", "acl", "P18-1001"),
        ("https://www.aclweb.org/anthology/P/P18/P18-1001.pdf", "acl", "P18-1001"),
        ("http://aclanthology.coli.uni-saarland.de/papers/P18-1001/p18-1001", "acl", "P18-1001"),
        ("https://aclanthology.org/2020.acl-main.1v2.pdf", "acl", "2020.acl-main.1"),
        ("https://doi.org/10.18653/v1/2020.acl-main.1", "acl", "2020.acl-main.1"),
    ],
)
def test_an_address_gives_its_identifier(url: str, scheme: str, value: str) -> None:
    assert find_identifier(url) == Identifier(scheme=scheme, value=value)


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/1813.01234",  # month 13
        "https://arxiv.org/abs/1800.01234",
        "https://arxiv.org/abs/1806.123",
        "https://arxiv.org/abs/1412.69801",  # five digits before 2015
        "https://arxiv.org/abs/1501.0123",  # four digits after
        "https://arxiv.org/abs/0703.0123",
        "https://arxiv.org/abs/cs/0113017",
        "https://arxiv.org/list/cs.CL/recent",
        "http://www.paperweekly.site/arxiv/",
        "https://www.paperweekly.site/papers/",
        "https://www.paperweekly.site/papers/20x26",
        "https://openreview.net/group?id=ICLR.cc/2019",
        "https://aclanthology.org/events/acl-2018/",
        "https://github.com/lixin4ever/TNet",
        "https://example.org/papers/2026",
        "https://notarxiv.org/abs/1806.01234",
        "http://[",
        "",
    ],
)
def test_other_addresses_give_none(url: str) -> None:
    assert find_identifier(url) is None


def test_identifiers_are_sorted_and_unique() -> None:
    urls = ["https://www.paperweekly.site/papers/2", "https://arxiv.org/abs/1806.01234v1", "arxiv.org/abs/1806.01234"]
    expected = (Identifier(scheme="arxiv", value="1806.01234"), Identifier(scheme="paperweekly", value="2"))
    assert identifiers_of(urls) == expected
    assert identifiers_of(reversed(urls)) == expected


def test_rank_puts_the_blogs_own_number_first_and_numbers_by_size() -> None:
    found = [
        Identifier(scheme="arxiv", value="1806.01234"),
        Identifier(scheme="paperweekly", value="1000"),
        Identifier(scheme="paperweekly", value="999"),
    ]
    assert [identifier_id(one) for one in sorted(found, key=rank)] == ["pw-999", "pw-1000", "arxiv-1806.01234"]


def test_an_unknown_scheme_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="isbn"):
        scheme_of(Identifier(scheme="isbn", value="1"))


@given(st.text(max_size=40))
def test_junk_never_raises(raw: str) -> None:
    find_identifier(raw)
    for scheme in SCHEMES:
        value = scheme.normalize(raw)
        assert value is None or scheme.is_valid(value)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(data=st.data())
def test_every_valid_value_is_found_again_in_its_address(scheme: identifiers.Scheme, data: st.DataObject) -> None:
    value = scheme.normalize(data.draw(st.from_regex(scheme.grammar, fullmatch=True)))
    if value is not None and scheme.name != "doi":
        assert find_identifier(scheme.address(value)) == Identifier(scheme=scheme.name, value=value)
