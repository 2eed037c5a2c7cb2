"""Addresses: proxies unwrapped, trackers dropped, and the keys by which pictures and posts are known.

Nothing here raises: an address that cannot be taken apart (``http://[``) comes back cleaned of white space only.
"""

import base64
import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from normalize.text import clean_text

MAX_PROXIES = 5
"""Proxies inside proxies that are unwrapped: a Wayback copy of a CSDN link page is two deep."""

# Hosts, with their sub-domains, known to serve every page over https: only there is http rewritten.
_HTTPS_HOSTS = (
    "aclanthology.org", "aclweb.org", "acm.org", "arxiv.org", "bitbucket.org", "csdn.net", "csdnimg.cn", "doi.org",
    "dropbox.com", "github.com", "github.io", "githubusercontent.com", "gitlab.com", "google.com", "huggingface.co",
    "ieee.org", "kaggle.com", "medium.com", "mlr.press", "neurips.cc", "nips.cc", "openreview.net", "paperweekly.site",
    "qpic.cn", "semanticscholar.org", "thecvf.com", "weixin.qq.com", "wikipedia.org", "youtube.com", "zhihu.com",
)  # fmt: skip
# Hosts where a slash at the end of the path means nothing.
_SLASHLESS_HOSTS = ("arxiv.org", "github.com", "www.paperweekly.site")
# CSDN's picture hosts: the query asks for a size or a watermark.
_PICTURE_HOSTS = ("csdnimg.cn", "img-blog.csdn.net", "img.blog.csdn.net")
# Redirect pages that carry the real address in a parameter.
_TARGET_PARAMETERS = {"link.csdn.net": "target", "link.zhihu.com": "target", "img-home.csdnimg.cn": "origin_url"}
_WECHAT_KEPT = ("__biz", "mid", "idx", "sn")

_TRACKER = re.compile(
    r"(?:utm_[^=]*|spm|scm|ops_request_misc|request_id|dist_request_id|biz_id|depth_1-utm_source|fbclid|gclid)(?:=|$)",
    re.IGNORECASE,
)
# https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/KEY/640?wx_fmt=png
_SS_PROXY = re.compile(r"(?:https?:)?//ss\.csdn\.net/p\?(.+)", re.IGNORECASE)
# https://web.archive.org/web/20190212060332id_/http://blog.csdn.net/USER/article/details/80763567
_WAYBACK = re.compile(r"(?:https?:)?//web\.archive\.org/web/[0-9]{1,14}[a-z_]*/(.+)", re.IGNORECASE)
# imgconvert.csdnimg.cn/aHR0cHM6Ly9tbWJpei5xcGljLmNuL21tYml6X3BuZy9LRVkvNjQw?x-oss-process=image/format,png
_IMGCONVERT = re.compile(r"(?:https?:)?//imgconvert\.csdnimg\.cn/([A-Za-z0-9_%=-]+)", re.IGNORECASE)
# The form of nearly all pictures, with or without CSDN's proxy before it; what it matches needs no taking apart.
_PLAIN_MMBIZ = re.compile(
    r"(?:https://ss\.csdn\.net/p\?)?https?://mmbiz\.qpic\.cn"
    r"(/(?:[a-z]{2}_)?mmbiz(?:_(?!qpic)[a-z0-9]+)?/([A-Za-z0-9_.-]{8,})/[A-Za-z0-9_/.-]*)"
    r"(?:\?((?:[a-z_]+=[a-z0-9]*(?:&|$))*))?"
)
# The same for nearly all other links.
_PLAIN_LINK = re.compile(r"https://(?:www\.paperweekly\.site|github\.com|arxiv\.org)(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+")
_WX_FMT = re.compile(r"(?:^|&)(wx_fmt=[a-z0-9]*)")
# Letters that an address may hold as they are: the rest is escaped.
_SAFE_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'()*+,./:;=?@_~-]+")
# Left from the page's HTML. Other marks stay: in &noteId=1 there is a &not, which HTML readers take for one.
_AMPERSAND = re.compile(r"&(?:amp|#38|#x26);")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ENCODED_SCHEME = re.compile(r"https?%3a", re.IGNORECASE)
# github.com/x/y, www.example.org, yjango.com; but not picture.png, which is the name of a file.
_BARE_HOST = re.compile(
    r"(?:www\.[a-z0-9.-]+\.[a-z]{2,}|(?:[a-z0-9-]+\.)+(?:ai|cc|cn|com|edu|gov|io|me|net|org|site)|"
    r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?=/))(?::[0-9]+)?(?:[/?#]|$)",
    re.IGNORECASE,
)
# /mmbiz_png/VBcD02jFhgl7VHx0/640, /sz_mmbiz_jpg/KEY/, /mmbiz/KEY/0; re-hosted: /mmbiz_qpic_cn/mmbiz_png/KEY/640.png
_MMBIZ_PATH = re.compile(r"/(?:[a-z]{2}_)?mmbiz(?:_(?!qpic)[a-z0-9]+)?/([^/?#]{8,})")
# /USER/article/details/80763567, /USER/java/article/details/107096460, /article/details/104566377
_CSDN_ARTICLE = re.compile(r"(?:/([^/]+))?(?:/[^/]+)?/article/details/([0-9]+)(?:/|$)")
_CSDN_MOBILE = re.compile(r"/blog/([^/]+)/([0-9]+)/?$")
_WECHAT_SHORT = re.compile(r"/s/([A-Za-z0-9_-]{6,})/?$")
_WECHAT_BIZ = re.compile(r"[A-Za-z0-9+/_-]+")
_DIGITS = re.compile(r"[0-9]+")


# An address is asked for several times in a row: as a link, for its identifiers, for its keys.
@lru_cache(maxsize=4096)
def canonical_url(raw: str) -> str:
    """Give the address that a link really leads to, in one spelling.

    Proxies are unwrapped, redirect marks and trackers dropped, the host is lower case, http becomes https where the
    host is known to serve it. What is no web address (``mailto:``, a relative path) is only cleaned of white space.

    >>> canonical_url("https://ss.csdn.net/p?http://mmbiz.qpic.cn/mmbiz_png/KEY/640?wxfrom=5&wx_lazy=1")
    'https://mmbiz.qpic.cn/mmbiz_png/KEY/640'
    >>> canonical_url("http://paperweekly.site/papers/2026")
    'https://www.paperweekly.site/papers/2026'
    >>> canonical_url("http://[")
    'http://['
    """
    return raw if _PLAIN_LINK.fullmatch(raw) else _canonical(raw)


def picture(raw: str) -> tuple[str, str]:
    """Give the canonical address of a picture, and its key: the same as asking one after the other, for a post's many.

    >>> picture("https://ss.csdn.net/p?http://mmbiz.qpic.cn/mmbiz_png/VBcD02jFhgl7VHx0/640?wxfrom=5&wx_fmt=png")
    ('https://mmbiz.qpic.cn/mmbiz_png/VBcD02jFhgl7VHx0/640?wx_fmt=png', 'VBcD02jFhgl7VHx0')
    """
    plain = _PLAIN_MMBIZ.fullmatch(raw)
    if plain is None:
        url = canonical_url(raw)
        return url, image_key(url)
    wx_fmt = _WX_FMT.search(plain[3]) if plain[3] else None
    return f"https://mmbiz.qpic.cn{plain[1]}{'?' + wx_fmt[1] if wx_fmt else ''}", plain[2]


def _canonical(raw: str) -> str:
    """The same for every form of address."""
    url = _unwrap(clean_text(_AMPERSAND.sub("&", raw)))
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return url
    return _rebuilt(parts)


def image_key(url: str) -> str:
    """Give the key of a picture: equal for the same picture on CSDN and on WeChat, in whatever size and format.

    >>> image_key("https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/VBcD02jFhgl7VHx0/640?")
    'VBcD02jFhgl7VHx0'
    >>> image_key("https://img-blog.csdnimg.cn/20200701.png?x-oss-process=image/watermark")
    'https://img-blog.csdnimg.cn/20200701.png'
    """
    address = canonical_url(url)
    parts = _split(address)
    if parts is None:
        return address
    host = parts.hostname or ""
    if _is_host(host, "qpic.cn") or "mmbiz_qpic_cn" in parts.path:
        found = _MMBIZ_PATH.search(parts.path)
        if found is not None:
            return found[1]
    return address


def post_keys(url: str) -> tuple[str, ...]:
    """Give the keys by which the post at an address is known, strongest first; empty where it is no post's address.

    >>> post_keys("https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567?spm=1001")
    ('csdn-80763567',)
    >>> post_keys("http://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid=2247489270&idx=1&sn=3f#rd")
    ('wechat-MzIwMTc4ODE0Mw-2247489270-1',)
    >>> post_keys("https://mp.weixin.qq.com/s/1bJ3QVbXQW7B9wV2sQ2HzA")
    ('wechat-s-1bJ3QVbXQW7B9wV2sQ2HzA',)
    """
    parts = _split(canonical_url(url))
    if parts is None:
        return ()
    host = parts.hostname or ""
    if _is_host(host, "csdn.net"):
        article = _csdn_article(parts)
        return () if article is None else (f"csdn-{article[1]}",)
    if host == "mp.weixin.qq.com":
        return _wechat_keys(parts)
    return ()


def _unwrap(url: str) -> str:
    """Follow the addresses that proxies carry inside their own."""
    url = _with_scheme(url)
    for _ in range(MAX_PROXIES):
        inner = _inner_address(url)
        if inner is None:
            break
        url = _with_scheme(inner)
    return url


def _inner_address(url: str) -> str | None:
    """Address inside the address of a proxy; ``None`` where there is none."""
    for proxy in (_SS_PROXY, _WAYBACK):
        found = proxy.match(url)
        if found is not None:
            return _decoded(found[1])
    found = _IMGCONVERT.match(url)
    if found is not None:
        return _base64_address(unquote(found[1]))
    parts = _split(url)
    name = _TARGET_PARAMETERS.get((parts.hostname or "") if parts else "")
    if parts is None or name is None:
        return None
    target = clean_text(_parameters(parts.query).get(name, ""))
    return target if _is_web_address(target) else None


def _decoded(inner: str) -> str | None:
    inner = clean_text(unquote(inner) if _ENCODED_SCHEME.match(inner) else inner)
    return inner or None


def _base64_address(encoded: str) -> str | None:
    """Decode the path of an imgconvert address; its padding is mostly missing."""
    encoded = encoded.rstrip("=")
    try:
        address = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
    except ValueError:  # no base64, or no text inside
        return None
    address = clean_text(address)
    return address if _is_web_address(address) else None


def _is_web_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://", "//"))


def _with_scheme(url: str) -> str:
    if url.startswith("//"):
        return "https:" + url
    if _BARE_HOST.match(url):
        return "https://" + url
    scheme = _SCHEME.match(url)
    if scheme is not None and scheme[0].lower() in ("http:", "https:"):
        # Wayback and some editors fold the two slashes to one.
        return scheme[0].lower() + "//" + url[scheme.end() :].lstrip("/")
    return url


def _split(url: str) -> SplitResult | None:
    """Take an address apart; ``None`` where that cannot be done."""
    try:
        parts = urlsplit(url if _SAFE_ADDRESS.fullmatch(url) else safe_url_string(url))
        # hostname and port are only looked at, and refused, when asked for.
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def _rebuilt(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = "www.paperweekly.site" if host == "paperweekly.site" else host
    scheme = "https" if _is_host(host, *_HTTPS_HOSTS) else parts.scheme
    if host == "mp.weixin.qq.com":
        return urlunsplit((scheme, host, _path_of(host, parts.path), _wechat_query(parts.query), ""))
    article = _csdn_article(parts) if _is_host(host, "csdn.net") else None
    if article is not None:
        return _csdn_url(host, *article)
    fragment = "" if _is_host(host, *_PICTURE_HOSTS, "qpic.cn") else parts.fragment
    netloc = host if _is_default_port(parts) else f"{host}:{parts.port}"
    return urlunsplit((scheme, netloc, _path_of(host, parts.path), _kept_query(host, parts.query), fragment))


def _is_default_port(parts: SplitResult) -> bool:
    return parts.port is None or parts.port == {"http": 80, "https": 443}[parts.scheme]


def _path_of(host: str, path: str) -> str:
    if _is_host(host, *_SLASHLESS_HOSTS):
        path = path.rstrip("/")
    return path or "/"


def _kept_query(host: str, query: str) -> str:
    """Drop trackers; of a picture's query keep at most what names its format."""
    if not query or _is_host(host, *_PICTURE_HOSTS):
        return ""
    fields = [field for field in query.split("&") if field and not _TRACKER.match(field)]
    if _is_host(host, "qpic.cn"):
        fields = [field for field in fields if field.startswith("wx_fmt=")][:1]
    return "&".join(fields)


def _wechat_query(query: str) -> str:
    """Keep the four parameters that name and open an article; without them (search links) keep all."""
    values = _parameters(query)
    if "__biz" not in values:
        return _kept_query("mp.weixin.qq.com", query)
    values.setdefault("mid", values.get("appmsgid", ""))
    values.setdefault("idx", values.get("itemidx", ""))
    return "&".join(f"{name}={values[name].replace(' ', '+')}" for name in _WECHAT_KEPT if values.get(name))


def _wechat_keys(parts: SplitResult) -> tuple[str, ...]:
    short = _WECHAT_SHORT.match(parts.path)
    if short is not None:
        return (f"wechat-s-{short[1]}",)
    values = _parameters(parts.query)
    biz = values.get("__biz", "").replace(" ", "+").rstrip("=")
    mid, idx = values.get("mid", ""), values.get("idx", "1")
    if _WECHAT_BIZ.fullmatch(biz) and _DIGITS.fullmatch(mid) and _DIGITS.fullmatch(idx):
        return (f"wechat-{biz}-{mid}-{idx}",)
    return ()


def _csdn_article(parts: SplitResult) -> tuple[str | None, str] | None:
    """User (``None`` where the address has none) and article number of a CSDN address."""
    found = _CSDN_ARTICLE.match(parts.path)
    if found is not None:
        return found[1], found[2]
    found = _CSDN_MOBILE.match(parts.path)
    if found is not None:
        return found[1], found[2]
    number = _parameters(parts.query).get("id", "")
    if parts.path.rstrip("/") == "/article/details" and _DIGITS.fullmatch(number):
        return None, number
    return None


def _csdn_url(host: str, user: str | None, number: str) -> str:
    """One spelling; a user's own sub-domain stays, for CSDN refuses the other form of such users' addresses."""
    if user is None:
        return f"https://{host}/article/details/{number}"
    # CSDN prints user names in either case and takes both.
    return f"https://blog.csdn.net/{user.lower()}/article/details/{number}"


def _parameters(query: str) -> dict[str, str]:
    """First value of each parameter; names and values decoded."""
    try:
        fields = parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0].strip() for name, values in fields.items()}


@lru_cache(maxsize=4096)
def _is_host(host: str, *known: str) -> bool:
    return any(host == name or host.endswith("." + name) for name in known)
