"""What all ways of discovery have in common: a blog, its posts' addresses, and a page of a list."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

_HOST: Final = "blog.csdn.net"

# "/c9Yv2cf9I06K2A9E/article/details/80763567", "/qq449245884/java/article/details/107096460", on a sub-domain
# "/article/details/104566377"
_ARTICLE_PATH: Final = re.compile(r"(?:/([A-Za-z0-9_.~-]+)(?:/[A-Za-z0-9_.~-]+)?)?/article/details/([0-9]{1,18})/?")


class NotAList(ValueError):
    """An answer that is no page of a list: the site refused, or changed its form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPost:
    """A post as a list names it."""

    article_id: int
    address: str
    """Over https, without query and fragment; may be on the user's own sub-domain."""
    pinned: bool = False
    """Stands first, whatever its age."""

    @property
    def key(self) -> str:
        """``csdn-80763567``."""
        return f"csdn-{self.article_id}"

    @property
    def own_host(self) -> str | None:
        """The sub-domain that it is on: all posts there are one user's. ``None``: it is under the user's name."""
        host, _, path = self.address.removeprefix("https://").partition("/")
        return host if host != _HOST and path.startswith("article/") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list."""

    posts: tuple[ListedPost, ...]
    """Of the wanted user alone, each once, in the order of the page."""
    total: int | None = None
    """Posts of the whole list, as far as it says."""
    pages: int | None = None
    """Pages of the whole list, as far as it says."""
    is_empty: bool = False
    """Whether the page names no post at all, which is how a list ends."""
    problems: tuple[str, ...] = ()
    """What was passed over, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """Whose posts are looked for."""

    user: str
    """As in ``blog.csdn.net/USER``; CSDN prints it in either case."""
    hosts: frozenset[str] = frozenset()
    """Sub-domains that are known to be this user's: ``liuxinlei.blog.csdn.net``."""

    @property
    def home(self) -> str:
        """``https://blog.csdn.net/USER``."""
        return f"https://{_HOST}/{self.user}"

    def owns(self, host: str) -> bool:
        """Whether all posts of a host are this user's."""
        return host in self.hosts

    def post_at(self, href: str, *, base: str = f"https://{_HOST}/") -> ListedPost | None:
        """The post that a link leads to; ``None`` where it is none of this blog's.

        Args:
            href: as printed, perhaps relative.
            base: address of the page that it stands on.
        """
        parts = split_address(href, base)
        if parts is None or parts.scheme not in ("http", "https"):
            return None
        found = _ARTICLE_PATH.fullmatch(parts.path)
        host = parts.hostname or ""
        if found is None or not (host == _HOST or host.endswith(f".{_HOST}")):
            return None
        is_own = found[1].casefold() == self.user.casefold() if found[1] is not None else self.owns(host)
        if not is_own or int(found[2]) == 0:
            return None
        return ListedPost(article_id=int(found[2]), address=f"https://{host}{parts.path}")


def split_address(href: str, base: str) -> SplitResult | None:
    """Parts of the address that a link leads to; ``None`` where it is no address."""
    try:
        parts = urlsplit(urljoin(base, href.strip()))
        _ = parts.hostname, parts.port  # looked at, and refused, only when asked for
    except ValueError:
        return None
    return parts


def article_id(address: str) -> int | None:
    """The number of the post at an address; it stays when the user's name changes its case or gets a sub-domain."""
    parts = split_address(address, "")
    found = None if parts is None else _ARTICLE_PATH.fullmatch(parts.path)
    return None if found is None else int(found[2])


def is_site_host(host: str) -> bool:
    """Whether a host is CSDN's blog host, or a user's sub-domain of it."""
    return host == _HOST or host.endswith(f".{_HOST}")
