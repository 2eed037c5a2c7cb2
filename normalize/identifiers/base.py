"""What all schemes have in common, and addresses taken apart for them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, NamedTuple
from urllib.parse import unquote, urlsplit

from normalize.urls import canonical_url, is_host

# What a sentence puts behind an address: https://github.com/x/y）。 | arXiv:1806.01234,
_MARKS = " \t.,;:!?'\"`*]}>。，、；：！？）】》」』”’…\u200b\xa0"


# The form of all canonical addresses but a few: no user, no port, no fragment. Taken apart so, a link costs half.
_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(/[^?#%]*)(?:\?([^#]*))?")


class Address(NamedTuple):
    """An address taken apart once, for all schemes that look at it."""

    host: str
    """Lower case. Of a bare name (``arXiv:1806.01234``, ``git@github.com:x/y``) its word with the colon: ``arxiv:``."""
    path: str = ""
    """Decoded, with the slash that it begins with."""
    query: str = ""
    """As it stands in the address."""

    @property
    def segments(self) -> list[str]:
        """Parts of the path between slashes, without empty ones."""
        return [segment for segment in self.path.split("/") if segment]


def take_apart(url: str) -> Address:
    """Take a canonical address apart; what is no address has an empty host.

    >>> take_apart("https://doi.org/10.1145%2F3219819?x=1")
    Address(host='doi.org', path='/10.1145/3219819', query='x=1')
    >>> take_apart("arXiv:1806.01234").host
    'arxiv:'
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return Address(plain[1], plain[2], plain[3] or "")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # http://[
        return Address("")
    if host:
        return Address(host, unquote(parts.path), parts.query)
    word, colon, rest = url.partition(":")
    return Address(word.strip().lower() + colon if colon else "", "/" + rest.strip())


def cut_marks(raw: str) -> str:
    """Cut what the sentence around a value left behind it; a bracket stays where its partner stands in the value.

    >>> cut_marks("10.1061/(asce)0733-9410(1990)116:5(785)),")
    '10.1061/(asce)0733-9410(1990)116:5(785)'
    """
    value = raw.rstrip(_MARKS)
    while value.endswith(")") and value.count(")") > value.count("("):
        value = value[:-1].rstrip(_MARKS)
    return value


class Scheme(ABC):
    """One kind of identifier: what its values look like, and the addresses that hold them."""

    name: ClassVar[str]
    """As in :attr:`normalize.model.Identifier.scheme`."""
    prefix: ClassVar[str]
    """Of ids made from it: ``pw`` gives ``pw-2026``."""
    strong: ClassVar[bool] = True
    """Equal values mean the same paper, unless titles or other identifiers speak against it."""
    exclusive: ClassVar[bool] = False
    """Different values mean different papers, whatever the titles."""
    places: ClassVar[tuple[str, ...]]
    """Where values stand: a host, with its sub-domains, and the path before them: ``paperweekly.site/papers``."""
    grammar: ClassVar[re.Pattern[str]]
    """The one form of a normalised value, matched whole."""

    def normalize(self, raw: str) -> str | None:
        """Give the normalised value, or ``None`` where it breaks the grammar."""
        value = self._fold(cut_marks(raw.strip()))
        return value if self.is_valid(value) else None

    def is_valid(self, value: str) -> bool:
        """Whether a value is in normalised form."""
        return self.grammar.fullmatch(value) is not None and self._fold(cut_marks(value)) == value

    @abstractmethod
    def address(self, value: str) -> str:
        """Give the address of a normalised value; :meth:`find` gives the value back."""

    def find(self, url: str) -> str | None:
        """Give the normalised value that an address holds, or ``None``."""
        address = take_apart(canonical_url(url))
        return self.find_in(address) if self.takes(address.host) else None

    @abstractmethod
    def find_in(self, address: Address) -> str | None:
        """The same for an address that is taken apart, at a host that the scheme takes."""

    def takes(self, host: str) -> bool:
        """Whether addresses of a host may hold values."""
        return is_host(host, *_hosts(self.places))

    def _fold(self, raw: str) -> str:
        """Bring a value as printed into the form of the grammar; a normalised one is left as it is."""
        return raw

    def _below(self, address: Address) -> list[str]:
        """Segments below the path that must stand before a value; none where it does not."""
        before, segments = _before(self, address.host), address.segments
        return segments[len(before) :] if segments[: len(before)] == before else []

    def _first(self, candidates: Iterable[str]) -> str | None:
        """The first that has a normalised value."""
        return next(filter(None, map(self.normalize, candidates)), None)


@lru_cache(maxsize=1024)
def _before(scheme: Scheme, host: str) -> list[str]:
    """Segments that must stand before a scheme's values at a host."""
    place = next(place for place in scheme.places if is_host(host, *_hosts([place])))
    return place.split("/")[1:]


def _hosts(places: Iterable[str]) -> list[str]:
    return [place.partition("/")[0] for place in places]
