"""Article pages of WeChat (mp.weixin.qq.com), 2018 to 2026.

A page is an article where ``#js_article`` is; deleted and refused pages are small and say so. Values of script
variables are chains such as ``"" || "" || "X"``, of which the last non-empty literal counts.
"""

import html
import re

from crawler.pages.times import from_unix, parse_time

BOX = "js_content"

_NAMES = "ct|biz|mid|idx|sn|msg_title|nickname|msg_link|publish_time"
_LITERAL = r"(?:\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
_CHAIN = rf"(?:htmlDecode\()?{_LITERAL}(?:\s*\|\|\s*{_LITERAL})*"
# Two patterns instead of one with an alternative in front: each begins with letters that can be searched for fast.
_CHAINS = tuple(
    re.compile(rf"{prefix}(?P<name>{_NAMES})\s*=\s*(?:window\.title\s*=\s*)?(?P<chain>{_CHAIN})")
    for prefix in (r"var\s+", r"window\.")
)
_STRING = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")
# Quotes around a single word may be missing: SingleFile leaves them out.
_META = r"<meta\b[^>]*\bproperty\s*=\s*[\"']?{name}[\"']?\s[^>]*?\bcontent\s*=\s*(?:\"([^\"]*)\"|([^\s\"'>]+))"
_OG_TITLE = re.compile(_META.format(name="og:title"), re.I)
_OG_URL = re.compile(_META.format(name="og:url"), re.I)
_TITLE = re.compile(r"<(h[12])\b[^>]*\bid\s*=\s*[\"']?activity-name\b[^>]*>(.*?)</\1>", re.S | re.I)
_ACCOUNT = re.compile(r"<(\w+)\b[^>]*\bid\s*=\s*[\"']?(?:js_name|post-user)\b[^>]*>(.*?)</\1>", re.S | re.I)
# Empty in a raw page; a saved one holds what the browser showed.
_POST_DATE = re.compile(r"\bid\s*=\s*[\"']?(?:post-date|publish_time)\b[^>]*>([^<]+)<", re.I)
_TAG = re.compile(r"<[^>]*>")

# What the site shows instead of an article, by what it means.
GONE = (
    "该内容已被发布者删除",
    "The content has been deleted by the author",
    "此内容因违规无法查看",
    "该内容暂时无法查看",
    "此帐号已被屏蔽",
)
BLOCKED = ("环境异常", "完成验证后即可继续访问", "wappoc_appmsgcaptcha", "请在微信客户端打开链接")


def script_variables(page: str) -> dict[str, str]:
    """Values of the script variables that are of use here: of each chain the last non-empty literal."""
    values: dict[str, str] = {}
    for pattern in _CHAINS:
        for found in pattern.finditer(page):
            literals = [a or b for a, b in _STRING.findall(found["chain"])]
            value = next((literal for literal in reversed(literals) if literal), None)
            if value and found["name"] not in values:
                values[found["name"]] = _unescape(value)
    return values


def _unescape(value: str) -> str:
    """Script escapes, then HTML entities."""
    value = re.sub(r"\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), value)
    value = re.sub(r"\\([\"'/\\])", r"\1", value)
    return html.unescape(value)


def _text(markup: str) -> str | None:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split()) or None


def _content(meta: re.Pattern[str], head: str) -> str | None:
    """Content of a ``meta`` element."""
    found = meta.search(head)
    return html.unescape(found[1] or found[2] or "").strip() or None if found else None


def title_of(head: str, variables: dict[str, str]) -> str | None:
    """Title of the article: the heading, else the page's own metadata (``<title>`` is empty in raw pages)."""
    heading = _TITLE.search(head)
    shown = (_text(heading[2]) if heading else None) or _content(_OG_TITLE, head)
    return shown or variables.get("msg_title")


def author_of(head: str, variables: dict[str, str]) -> str | None:
    """Name of the account."""
    account = _ACCOUNT.search(head)
    return (_text(account[2]) if account else None) or variables.get("nickname")


def published_of(head: str, variables: dict[str, str]) -> str | None:
    """When it was published: ``ct`` (Unix seconds) is the safe one; shown dates may read "yesterday"."""
    seconds = variables.get("ct")
    date = _POST_DATE.search(head)
    exact = from_unix(seconds) if seconds else None
    return exact or parse_time(date[1] if date else None) or parse_time(variables.get("publish_time"))


def url_of(head: str, variables: dict[str, str]) -> str | None:
    """The article's long address, built from its ids; else the one that it gives for itself.

    Only the long form names the article for good: (biz, mid, idx) is its identity, ``sn`` is needed to fetch it.
    """
    biz, mid, idx, sn = (variables.get(name) for name in ("biz", "mid", "idx", "sn"))
    if biz and mid and idx:
        return f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}" + (f"&sn={sn}" if sn else "")
    return _content(_OG_URL, head) or variables.get("msg_link")
