"""Names that others gave to papers: arXiv numbers, DOIs and the like, found in addresses.

A scheme has one grammar, used wherever its values are met. The order of :data:`SCHEMES` is the order in which a
paper's id is chosen.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from normalize.model import Identifier
from normalize.urls import canonical_url

_END = r"(?=[/?#&]|$)"
# ACL Anthology papers have a DOI of their publisher that ends in their number: 10.18653/v1/P18-1001
_ACL_DOI = re.compile(r"10\.(?:18653/v1|3115/v1)/(.+)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_VERSION = re.compile(r"v[0-9]+$")
# cs.CL/0112017 and cs/0112017 are one paper.
_ARXIV_SUBJECT = re.compile(r"\.[A-Z]{2}(?=/)")
_DOI_TAIL = re.compile(r"(?:\.pdf|/(?:abstract|epdf|full|html|meta|pdf)|[.,;:)\]}'\"/]+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One kind of identifier."""

    name: str
    """As in :attr:`normalize.model.Identifier.scheme`."""
    prefix: str
    """Of ids made from it: ``pw`` gives ``pw-2026``."""
    strong: bool
    """Equal values mean the same paper, unless titles or other identifiers speak against it."""
    exclusive: bool
    """Different values mean different papers, whatever the titles."""
    places: tuple[re.Pattern[str], ...]
    """Addresses that hold a value: group 1."""
    grammar: re.Pattern[str]
    """The one form of a normalised value, matched whole."""
    fold: Callable[[str], str]
    """Brings a value as printed into the form of the grammar."""
    address_form: str
    """Address of a value, with ``{}`` for it."""

    def normalize(self, raw: str) -> str | None:
        """Give the normalised value, or ``None`` where it breaks the grammar.

        >>> ARXIV.normalize("1806.01234v2"), ARXIV.normalize("1813.01234")
        ('1806.01234', None)
        """
        value = self.fold(raw.strip())
        return value if self.is_valid(value) else None

    def is_valid(self, value: str) -> bool:
        """Whether a value is in normalised form.

        >>> DOI.is_valid("10.1145/3219819.3219890"), DOI.is_valid("10.1145")
        (True, False)
        """
        return self.grammar.fullmatch(value) is not None

    def address(self, value: str) -> str:
        """Give the address of a value.

        >>> ARXIV.address("1806.01234")
        'https://arxiv.org/abs/1806.01234'
        """
        return self.address_form.format(value)

    def find(self, url: str) -> str | None:
        """Give the normalised value that a canonical address holds, or ``None``."""
        for place in self.places:
            found = place.match(url)
            if found is not None:
                return self.normalize(found[1])
        return None


def _fold_arxiv(raw: str) -> str:
    """``1806.01234v2.pdf`` → ``1806.01234``; ``cs.CL/0112017`` → ``cs/0112017``."""
    value = _ARXIV_SUBJECT.sub("", _ARXIV_VERSION.sub("", raw.removesuffix(".pdf")))
    return value.lower()


def _fold_doi(raw: str) -> str:
    """``10.1145/3219819.3219890/full`` → ``10.1145/3219819.3219890``; DOIs do not tell case apart."""
    value = unquote(raw)
    while (shorter := _DOI_TAIL.sub("", value)) != value:
        value = shorter
    return value.lower()


def _fold_acl(raw: str) -> str:
    """``p18-1001.pdf`` → ``P18-1001``; ``2020.acl-main.1v2`` → ``2020.acl-main.1``."""
    value = re.sub(r"v[0-9]+$", "", raw.removesuffix(".pdf"))
    return value.upper() if value[:1].isalpha() else value.lower()


PAPERWEEKLY = Scheme(
    name="paperweekly",
    prefix="pw",
    strong=True,
    exclusive=False,  # the blog has entered a paper twice
    places=(re.compile(rf"https://www\.paperweekly\.site/papers/([0-9]+){_END}"),),
    grammar=re.compile(r"[1-9][0-9]{0,9}"),
    fold=lambda raw: raw.lstrip("0"),
    address_form="https://www.paperweekly.site/papers/{}",
)
ARXIV = Scheme(
    name="arxiv",
    prefix="arxiv",
    strong=True,
    exclusive=True,
    places=(
        re.compile(
            r"https?://(?:[a-z-]+\.)?arxiv\.org/(?:abs|pdf|html|format|ps|e-print|src)/"
            rf"([a-zA-Z.-]+/[0-9]{{7}}(?:v[0-9]+)?|[^/?#]+?)(?:\.pdf)?{_END}"
        ),
        re.compile(rf"https?://(?:www\.)?alphaxiv\.org/(?:abs|pdf|html|overview|resources)/([^/?#]+){_END}"),
        re.compile(rf"https?://ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html|pdf)/([^/?#]+){_END}"),
        re.compile(rf"https?://huggingface\.co/papers/([^/?#]+){_END}"),
        re.compile(rf"https?://(?:dx\.)?doi\.org/10\.48550/arxiv\.([^?#]+?){_END}", re.IGNORECASE),
        re.compile(r"arxiv:\s*(\S+)$", re.IGNORECASE),
    ),
    # From 2007-04: YYMM.NNNN, since 2015-01 YYMM.NNNNN; before: hep-th/YYMMNNN.
    grammar=re.compile(
        r"(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4])(?:0[1-9]|1[0-2]))\.[0-9]{4}"
        r"|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.[0-9]{5}"
        r"|[a-z]+(?:-[a-z]+)*/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3}"
    ),
    fold=_fold_arxiv,
    address_form="https://arxiv.org/abs/{}",
)
DOI = Scheme(
    name="doi",
    prefix="doi",
    strong=True,
    exclusive=True,
    places=(
        re.compile(r"https?://(?:dx\.|www\.)?doi\.org/(10\.[^?#]+)", re.IGNORECASE),
        re.compile(r"https?://[^/]+/(?:doi|article|articles|chapter|book|content)/(?:[a-z]+/)?(10\.[0-9]{4,9}/[^?#]+)"),
        re.compile(r"doi:\s*(10\.\S+)$", re.IGNORECASE),
    ),
    grammar=re.compile(r"10\.[0-9]{4,9}/[!-~]+"),
    fold=_fold_doi,
    address_form="https://doi.org/{}",
)
OPENREVIEW = Scheme(
    name="openreview",
    prefix="openreview",
    strong=True,
    exclusive=False,  # a paper handed in twice has two
    places=(re.compile(r"https?://(?:www\.)?openreview\.net/(?:forum|pdf|attachment)\?(?:[^#]*&)?id=([^&#]+)"),),
    grammar=re.compile(r"[A-Za-z0-9_-]{6,20}"),
    fold=lambda raw: raw,
    address_form="https://openreview.net/forum?id={}",
)
ACL = Scheme(
    name="acl",
    prefix="acl",
    strong=True,
    exclusive=False,
    places=(
        re.compile(
            r"https?://(?:www\.)?(?:aclanthology\.(?:org|info|coli\.uni-saarland\.de)|aclweb\.org/anthology)/"
            rf"(?:papers/|anthology/)?(?:[A-Z]/[A-Z][0-9]{{2}}/)?([A-Za-z0-9_.-]+){_END}"
        ),
    ),
    grammar=re.compile(r"[A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[1-9][0-9]*"),
    fold=_fold_acl,
    address_form="https://aclanthology.org/{}",
)
PAPERWEEKLY_NOTES = Scheme(
    name="paperweekly-notes",
    prefix="pw",
    strong=False,  # reading notes: a paper may have several, and the blog gives them beside or instead of the paper
    exclusive=False,
    places=(re.compile(rf"https://www\.paperweekly\.site/papers/(notes/[0-9]+){_END}"),),
    grammar=re.compile(r"notes/[1-9][0-9]{0,9}"),
    fold=lambda raw: raw,
    address_form="https://www.paperweekly.site/papers/{}",
)

SCHEMES = (PAPERWEEKLY, ARXIV, DOI, OPENREVIEW, ACL, PAPERWEEKLY_NOTES)
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
    """Give the identifier that an address holds, or ``None``.

    >>> find_identifier("http://arxiv.org/pdf/1806.01234v2.pdf")
    Identifier(scheme='arxiv', value='1806.01234')
    >>> find_identifier("https://doi.org/10.18653/v1/P18-1001")
    Identifier(scheme='acl', value='P18-1001')
    """
    address = canonical_url(url)
    for scheme in SCHEMES:
        value = scheme.find(address)
        if value is not None:
            return _own_scheme(Identifier(scheme=scheme.name, value=value))
    return None


def identifiers_of(urls: Iterable[str]) -> tuple[Identifier, ...]:
    """Give the identifiers that addresses hold, sorted, each once.

    >>> identifiers_of(["https://www.paperweekly.site/papers/2026", "https://github.com/x/y"])
    (Identifier(scheme='paperweekly', value='2026'),)
    """
    return tuple(sorted({found for url in urls if (found := find_identifier(url)) is not None}))


def _own_scheme(identifier: Identifier) -> Identifier:
    """A DOI that only wraps another scheme's value becomes that, so that both spellings are equal."""
    if identifier.scheme == DOI.name:
        for pattern, scheme in ((_ACL_DOI, ACL), (_ARXIV_DOI, ARXIV)):
            found = pattern.fullmatch(identifier.value)
            value = scheme.normalize(found[1]) if found else None
            if value is not None:
                return Identifier(scheme=scheme.name, value=value)
    return identifier
