"""Addresses: proxies unwrapped, trackers dropped, and the keys by which pictures and posts are known.

What holds for every address is w3lib's: escapes, letters of the host, dots in the path, order of the query. Here stands
what it cannot know: which host is a proxy, serves https, or needs which parameters.

Nothing here raises: an address that cannot be taken apart (``http://[``) comes back cleaned of white space only.
"""

import base64
import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string, url_query_cleaner, url_query_parameter

from normalize.text import clean_text

MAX_PROXIES = 5
"""Proxies inside proxies that are unwrapped: a Wayback copy of a CSDN link page is two deep."""

# Hosts, with their sub-domains, known to serve every page over https: only there is http rewritten.
_HTTPS_HOSTS = (
    "aclanthology.org", "aclweb.org", "acm.org", "alphaxiv.org", "arxiv.org", "bitbucket.org", "csdn.net", "csdnimg.cn",
    "doi.org", "dropbox.com", "gitee.com", "github.com", "github.io", "githubusercontent.com", "gitlab.com",
    "google.com", "hf.co", "huggingface.co", "ieee.org", "jmlr.org", "kaggle.com", "medium.com", "mlr.press",
    "nature.com", "neurips.cc", "nips.cc", "openalex.org", "openreview.net", "paperswithcode.com", "paperweekly.site",
    "qlogo.cn", "qpic.cn", "sciencedirect.com", "semanticscholar.org", "springer.com", "thecvf.com", "weixin.qq.com",
    "wikipedia.org", "youtube.com", "zhihu.com",
)  # fmt: skip
# Hosts where a slash at the end of the path means nothing.
_SLASHLESS_HOSTS = (
    "arxiv.org", "gitee.com", "github.com", "gitlab.com", "huggingface.co", "www.paperweekly.site"
)  # fmt: skip
# CSDN's picture hosts: the query asks for a size or a watermark.
_PICTURE_HOSTS = ("csdnimg.cn", "img-blog.csdn.net", "img.blog.csdn.net")
# WeChat's: of the query one field names the format, the others how the picture was asked for.
_WECHAT_PICTURE_HOSTS = ("qlogo.cn", "qpic.cn")
# Redirect pages that carry the real address in a parameter: host, beginning of the path, parameter.
_REDIRECTS = {
    "img-home.csdnimg.cn": ("/", "origin_url"),
    "link.csdn.net": ("/", "target"),
    "link.jianshu.com": ("/", "t"),
    "link.juejin.cn": ("/", "target"),
    "link.zhihu.com": ("/", "target"),
    "links.jianshu.com": ("/go", "to"),
    # An article that was copied out of the browser while WeChat asked for a proof: /mp/wappoc_appmsgcaptcha
    "mp.weixin.qq.com": ("/mp/wappoc_appmsgcaptcha", "target_url"),
    "www.google.com": ("/url", "q"),
}
_WECHAT_KEPT = ("__biz", "mid", "idx", "sn")

# Fields of a query that say where a reader came from: advertising, CSDN (spm, ops_request_misc, sharetype), Bilibili
# (vd_source), links sent on in WeChat (isappinstalled, from=timeline).
_TRACKER = re.compile(
    r"(?:utm_[^=]*|spm|spm_id_from|scm|ops_request_misc|request_id|dist_request_id|biz_id|depth_1-utm_source|"
    r"share(?:type|id|refer|source)|share_(?:from|medium|source|token)|vd_source|isappinstalled|nsukey|fbclid|gclid|"
    r"dclid|msclkid|yclid|mc_[ce]id)(?:=|$)|from=(?:singlemessage|groupmessage|timeline)$",
    re.IGNORECASE,
)
# https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/KEY/640?wx_fmt=png
_SS_PROXY = re.compile(r"(?:https?:)?//ss\.csdn\.net/p\?(.+)", re.IGNORECASE)
# https://web.archive.org/web/20190212060332id_/http://blog.csdn.net/USER/article/details/80763567
_WAYBACK = re.compile(r"(?:https?:)?//web\.archive\.org/web/[0-9]{1,14}[a-z_]*/(.+)", re.IGNORECASE)
# imgconvert.csdnimg.cn/aHR0cHM6Ly9tbWJpei5xcGljLmNuL21tYml6X3BuZy9LRVkvNjQw?x-oss-process=image/format,png
_IMGCONVERT = re.compile(r"(?:https?:)?//imgconvert\.csdnimg\.cn/([A-Za-z0-9_%=+/-]+)(?=[?#]|$)", re.IGNORECASE)
# The form of nearly all pictures, with or without CSDN's proxy before it; what it matches needs no taking apart.
_PLAIN_MMBIZ = re.compile(
    r"(?:https://ss\.csdn\.net/p\?)?https?://mmbiz\.qpic\.cn"
    r"(/(?:[a-z]{2}_)?mmbiz(?:_(?!qpic)[a-z0-9]+)?/((?!\.)[A-Za-z0-9_.-]{8,}+)/(?!\.)[A-Za-z0-9_.-]*+)"
    r"(?:\?((?:[a-z_]+=[a-z0-9]*(?:&|$))*))?"
)
# The form of pictures that CSDN has copied, nearly all since 2019; the query asks for a size or a watermark.
_PLAIN_CSDN = re.compile(
    r"https?://((?:i|img)-blog\.csdnimg\.cn(?:/(?!mmbiz)[A-Za-z0-9_-][A-Za-z0-9_.-]*)+)(?:[?#][!-~]*)?"
)
# The form of those of 2019 and 2020 that it converts. Group 1 holds the address.
_PLAIN_IMGCONVERT = re.compile(r"https://imgconvert\.csdnimg\.cn/([A-Za-z0-9_-]+=*)(?:\?[!-~]*)?")
# Paths on hosts that serve https, and to which a slash at the end means nothing.
_LINK_PLACE = r"://(?:www\.paperweekly\.site|github\.com|arxiv\.org)(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+"
# The form of nearly all other links; what it matches stays as it is.
_PLAIN_LINK = re.compile(rf"https{_LINK_PLACE}")
# The same links over http, or with such a slash. Group 1 holds what is kept of them.
_LOOSE_LINK = re.compile(rf"https?({_LINK_PLACE})/?")
# The form of the addresses of most posts; the user in small letters.
_PLAIN_POST = re.compile(r"https://blog\.csdn\.net/[A-Za-z0-9_]+/article/details/([0-9]+)")
# The form in which WeChat's editor puts links to articles. Group 1 holds what is kept of them, the others make the key.
_PLAIN_WECHAT = re.compile(
    r"https?(://mp\.weixin\.qq\.com/s\?__biz=([A-Za-z0-9_-]+)=*&mid=([0-9]+)&idx=([0-9]+)&sn=[0-9a-f]+)"
    r"(?:&[a-z_]+=[A-Za-z0-9_-]*){0,20}(?:#[a-z_]*)?"
)
# What needs no w3lib: it would give the same letters.
_IN_ORDER = re.compile(
    r"https?://[a-z0-9.-]+(?::[1-9][0-9]*)?(?=/)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(?:\?wx_fmt=[a-z]+)?"
)
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
# Inside a proxy: https://mmbiz.qpic.cn/…, http:/blog.csdn.net/…, //…; or a bare host.
_INNER = re.compile(r"(?:https?:)?//?", re.IGNORECASE)
# /mmbiz_png/VBcD02jFhgl7VHx0/640, /sz_mmbiz_jpg/KEY/, /mmbiz/KEY/0; re-hosted: /mmbiz_qpic_cn/mmbiz_png/KEY/640.png
_MMBIZ_PATH = re.compile(r"/(?:[a-z]{2}_)?mm(?:biz|ecoa)(?:_(?!qpic)[a-z0-9]+)?/([^/?#]{8,})")
# /USER/article/details/80763567, /USER/java/article/details/107096460, /article/details/104566377
_CSDN_ARTICLE = re.compile(r"(?:/([^/]+))?(?:/[^/]+)?/article/details/([0-9]+)(?:/|$)")
_CSDN_MOBILE = re.compile(r"/blog/([^/]+)/([0-9]+)/?$")
_WECHAT_SHORT = re.compile(r"/s/([A-Za-z0-9_-]{6,})/?$")
_WECHAT_BIZ = re.compile(r"[A-Za-z0-9+/_-]+")
_DIGITS = re.compile(r"[0-9]+")
_DOT_SEGMENT = re.compile(r"/\.\.?(?:/|$)")


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
    if _PLAIN_LINK.fullmatch(raw):
        return raw
    if _PLAIN_POST.fullmatch(raw):
        return raw.lower()
    loose = _LOOSE_LINK.fullmatch(raw) or _PLAIN_WECHAT.fullmatch(raw)
    return _canonical(raw) if loose is None else f"https{loose[1]}"


def picture(raw: str) -> tuple[str, str]:
    """Give the canonical address of a picture, and its key: the same as asking one after the other, for a post's many.

    >>> picture("https://ss.csdn.net/p?http://mmbiz.qpic.cn/mmbiz_png/VBcD02jFhgl7VHx0/640?wxfrom=5&wx_fmt=png")
    ('https://mmbiz.qpic.cn/mmbiz_png/VBcD02jFhgl7VHx0/640?wx_fmt=png', 'VBcD02jFhgl7VHx0')
    """
    plain = _PLAIN_MMBIZ.fullmatch(raw)
    if plain is None and (own := _PLAIN_CSDN.fullmatch(raw)) is not None:
        return (url := f"https://{own[1]}"), url
    if plain is None and (converted := _PLAIN_IMGCONVERT.fullmatch(raw)) is not None:
        plain = _PLAIN_MMBIZ.fullmatch(_base64_address(converted[1]) or "")
    if plain is None:
        url = canonical_url(raw)
        return url, image_key(url)
    path, key, query = plain.groups()
    wx_fmt = _WX_FMT.search(query) if query else None
    url = f"https://mmbiz.qpic.cn{path}"
    return f"{url}?{wx_fmt[1]}" if wx_fmt else url, key


# Such an address is asked for several times in a row: as a link, for its identifiers, for its keys.
@lru_cache(maxsize=4096)
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
    if is_host(host, *_WECHAT_PICTURE_HOSTS) or "mmbiz_qpic_cn" in parts.path:
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
    if (plain := _PLAIN_POST.fullmatch(url)) is not None:
        return (f"csdn-{plain[1]}",)
    if (plain := _PLAIN_WECHAT.fullmatch(url)) is not None:
        return (f"wechat-{plain[2]}-{plain[3]}-{plain[4]}",)
    parts = _split(canonical_url(url))
    if parts is None:
        return ()
    host = parts.hostname or ""
    if is_host(host, "csdn.net"):
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
    before, name = _REDIRECTS.get((parts.hostname or "") if parts else "", ("", ""))
    if parts is None or not name or not parts.path.startswith(before):
        return None
    target = clean_text(url_query_parameter(f"?{parts.query}", name) or "")
    return target if _is_web_address(target) else None


def _decoded(inner: str) -> str | None:
    inner = clean_text(unquote(inner) if _ENCODED_SCHEME.match(inner) else inner)
    return inner if _INNER.match(inner) or _BARE_HOST.match(inner) else None


def _base64_address(encoded: str) -> str | None:
    """Decode the path of an imgconvert address; its padding is mostly missing."""
    encoded = encoded.rstrip("=").translate({ord("+"): "-", ord("/"): "_"})
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
        url = "https:" + url
    # w3lib's add_http_if_no_scheme would make an address of everything, of picture.png too.
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
    if _DOT_SEGMENT.search(parts.path):
        # First of all, for what is left of /a/.. may be a slash too many.
        resolved = canonicalize_url(urlunsplit(parts), keep_fragments=True)
        parts = parts._replace(path=urlsplit(resolved).path)
    host = parts.hostname or ""
    host = "www.paperweekly.site" if host == "paperweekly.site" else host
    scheme = "https" if is_host(host, *_HTTPS_HOSTS) else parts.scheme
    if host == "mp.weixin.qq.com":
        is_short = _WECHAT_SHORT.match(parts.path) is not None
        query = "" if is_short else _wechat_query(parts.query)
        return urlunsplit((scheme, host, parts.path.rstrip("/") if is_short else parts.path or "/", query, ""))
    article = _csdn_article(parts) if is_host(host, "csdn.net") else None
    if article is not None:
        return _csdn_url(host, *article)
    is_picture = is_host(host, *_PICTURE_HOSTS, *_WECHAT_PICTURE_HOSTS)
    # SplitResult.hostname takes the brackets of [::1] away.
    name = f"[{host}]" if ":" in host else host
    netloc = name if _is_default_port(parts) else f"{name}:{parts.port}"
    fragment = "" if is_picture else parts.fragment
    parts = SplitResult(scheme, netloc, _path_of(host, parts.path), _kept_query(host, parts.query), fragment)
    return _in_order(parts)


def _in_order(parts: SplitResult) -> str:
    """Put an address together in the one spelling that w3lib gives to all that mean the same."""
    # w3lib makes ?17 into ?17=, which is another page where a server reads the query whole.
    raw_query = parts.query if parts.query and not all("=" in field for field in parts.query.split("&")) else ""
    url = urlunsplit(parts._replace(query="") if raw_query else parts)
    if _IN_ORDER.fullmatch(url) is None:
        url = canonicalize_url(url, keep_fragments=True)
    return urlunsplit(urlsplit(url)._replace(query=raw_query)) if raw_query else url


def _is_default_port(parts: SplitResult) -> bool:
    return parts.port is None or parts.port == {"http": 80, "https": 443}[parts.scheme]


def _path_of(host: str, path: str) -> str:
    if is_host(host, *_SLASHLESS_HOSTS):
        path = path.rstrip("/")
    return path or "/"


def _kept_query(host: str, query: str) -> str:
    """Drop trackers; of a picture's query keep at most what names its format."""
    if not query or is_host(host, *_PICTURE_HOSTS):
        return ""
    if is_host(host, *_WECHAT_PICTURE_HOSTS):
        return url_query_cleaner(f"?{query}", ("wx_fmt",))[1:]
    # w3lib's url_query_cleaner knows fields by their names alone.
    return "&".join(field for field in query.split("&") if field and not _TRACKER.match(field))


def _wechat_query(query: str) -> str:
    """Keep the four parameters that name and open an article; without them (search links) keep all.

    Not in w3lib's spelling: WeChat itself and everybody writes ``__biz=MzIwMTc4ODE0Mw==`` first and as it is, and a
    signature in a search link must not change by a letter.
    """
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
def is_host(host: str, *known: str) -> bool:
    """Whether a host is one of those that are known, or a sub-domain of one.

    >>> is_host("cn.arxiv.org", "arxiv.org"), is_host("notarxiv.org", "arxiv.org")
    (True, False)
    """
    return any(host == name or host.endswith("." + name) for name in known)
