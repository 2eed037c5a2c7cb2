"""Names that others gave to papers: arXiv numbers, DOIs and the like, found in addresses; and repositories of code.

Each scheme is a class with one grammar, used wherever its values are met (:mod:`normalize.identifiers.base`):

- :mod:`normalize.identifiers.papers`: the blog's own numbers, arXiv, DOI, OpenReview, ACL Anthology, Semantic Scholar,
  OpenAlex;
- :mod:`normalize.identifiers.proceedings`: CVF open access, PMLR, NeurIPS;
- :mod:`normalize.identifiers.repositories`: GitHub, GitLab, Gitee, Bitbucket, Hugging Face. These never speak for two
  recommendations being of one paper.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from normalize.identifiers.base import Address, Scheme, take_apart
from normalize.identifiers.papers import (
    ACL,
    ARXIV,
    DOI,
    OPENALEX,
    OPENREVIEW,
    PAPERWEEKLY,
    PAPERWEEKLY_NOTES,
    SEMANTIC_SCHOLAR,
)
from normalize.identifiers.proceedings import CVF, NEURIPS, PMLR
from normalize.identifiers.repositories import BITBUCKET, GITEE, GITHUB, GITLAB, HUGGING_FACE, CodeHost
from normalize.model import Identifier
from normalize.urls import canonical_url

__all__ = [
    "ACL", "ARXIV", "BITBUCKET", "CODE_HOSTS", "CVF", "DOI", "GITEE", "GITHUB", "GITLAB", "HUGGING_FACE", "NEURIPS",
    "OPENALEX", "OPENREVIEW", "PAPERWEEKLY", "PAPERWEEKLY_NOTES", "PMLR", "SCHEMES", "SEMANTIC_SCHOLAR", "Scheme",
    "find_identifier", "find_repository", "identifier_id", "identifiers_of", "rank", "scheme_of",
]  # fmt: skip

CODE_HOSTS: tuple[CodeHost, ...] = (GITHUB, GITLAB, GITEE, BITBUCKET, HUGGING_FACE)
"""Schemes of repositories; all are weak."""

SCHEMES: tuple[Scheme, ...] = (
    PAPERWEEKLY, ARXIV, DOI, OPENREVIEW, ACL, CVF, PMLR, NEURIPS, SEMANTIC_SCHOLAR, OPENALEX, PAPERWEEKLY_NOTES,
    *CODE_HOSTS,
)  # fmt: skip
"""In the order in which a paper's id is chosen."""

_BY_NAME = {scheme.name: scheme for scheme in SCHEMES}
_PLACE = {scheme.name: place for place, scheme in enumerate(SCHEMES)}


def scheme_of(identifier: Identifier) -> Scheme:
    """Give the scheme of an identifier.

    Raises :class:`ValueError` for a name that is not in :data:`SCHEMES`.
    """
    scheme = _BY_NAME.get(identifier.scheme)
    if scheme is None:
        raise ValueError(f"unknown scheme of identifiers: {identifier.scheme!r}")
    return scheme


def identifier_id(identifier: Identifier) -> str:
    """Give the id that a paper has from an identifier.

    >>> identifier_id(Identifier(scheme="paperweekly", value="2026"))
    'pw-2026'
    """
    return f"{scheme_of(identifier).prefix}-{identifier.value}"


def rank(identifier: Identifier) -> tuple[int, int, str]:
    """Sort key: the scheme that comes first, then the lowest value (numbers by size)."""
    value = identifier.value
    return _PLACE[identifier.scheme], int(value) if value.isascii() and value.isdigit() else 0, value


def find_identifier(url: str) -> Identifier | None:
    """Give the identifier that an address holds, be it of a paper or of a repository, or ``None``.

    >>> find_identifier("http://arxiv.org/pdf/1806.01234v2.pdf")
    Identifier(scheme='arxiv', value='1806.01234')
    >>> find_identifier("https://doi.org/10.18653/v1/P18-1001")
    Identifier(scheme='acl', value='P18-1001')
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return _identifier_in(plain)
    address = take_apart(canonical_url(url))
    return _find(_schemes_at(address.host), address)


def find_repository(url: str) -> Identifier | None:
    """The same for repositories alone.

    >>> find_repository("https://github.com/PetarV-/GAT/")
    Identifier(scheme='github', value='petarv-/gat')
    >>> find_repository("https://arxiv.org/abs/1806.01234")
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return _identifier_in(plain) if plain.lastgroup == GITHUB.name else None
    address = take_apart(canonical_url(url))
    return _find(_code_hosts_at(address.host), address)


def identifiers_of(papers: Iterable[str], others: Iterable[str] = ()) -> tuple[Identifier, ...]:
    """Give the identifiers that addresses hold, sorted, each once: of a paper's all, of others only repositories.

    >>> identifiers_of(["https://www.paperweekly.site/papers/2026"], ["https://arxiv.org/abs/1806.01234"])
    (Identifier(scheme='paperweekly', value='2026'),)
    """
    found = {find_identifier(url) for url in papers}
    found.update(map(find_repository, others))
    return tuple(sorted(identifier for identifier in found if identifier is not None))


# The canonical form of nearly all links, each with a group of its scheme's name: what it matches needs no taking apart.
_PLAIN = re.compile(
    r"https://www\.paperweekly\.site/papers/(?P<paperweekly>[1-9][0-9]{0,9})"
    r"|https://arxiv\.org/(?:abs|pdf)/(?P<arxiv>(?:1[5-9]|2[0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5})(?:\.pdf)?"
    r"|https://github\.com/(?P<github>[A-Za-z0-9_][A-Za-z0-9_-]*/[A-Za-z0-9_-]+)"
)


def _identifier_in(plain: re.Match[str]) -> Identifier | None:
    """The identifier of an address in the plain form of a scheme that alone holds such addresses, if it is one."""
    scheme = plain.lastgroup or ""
    value = plain[scheme].lower()
    if scheme == GITHUB.name and value.partition("/")[0] in GITHUB.reserved:
        return None
    return Identifier(scheme, value)


@lru_cache(maxsize=1024)
def _schemes_at(host: str) -> tuple[Scheme, ...]:
    """Schemes whose values stand in addresses of a host."""
    return tuple(scheme for scheme in SCHEMES if scheme.takes(host))


@lru_cache(maxsize=1024)
def _code_hosts_at(host: str) -> tuple[Scheme, ...]:
    return tuple(scheme for scheme in CODE_HOSTS if scheme.takes(host))


def _find(schemes: Iterable[Scheme], address: Address) -> Identifier | None:
    for scheme in schemes:
        value = scheme.find_in(address)
        if value is not None:
            return Identifier(scheme=scheme.name, value=value)
    return None
