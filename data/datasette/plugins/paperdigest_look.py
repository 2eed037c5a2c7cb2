"""What all pages of the project share: language, words, addresses, static files, and pages that say what went wrong.

Templates get these by name: ``say``, ``word``, ``amount`` and ``day`` write in the reader's language, ``href``,
``table_href``, ``database_href``, ``asset`` and ``web`` make addresses, ``tongue`` names the language of a text.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import datasette.handle_exception
from datasette import Response, hookimpl
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context

from normalize.browse.served import archive_name

HERE: Final = Path(__file__).resolve().parents[1]
"""Folder of templates and static files."""

LANGUAGES: Final = ("zh", "en")
COOKIE: Final = "paperdigest_language"
"""Set by the switch in the footer; without it the browser's own preference counts."""

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_HAN: Final = re.compile("[㐀-䶿一-鿿]")
# "zh-CN", "en;q=0.8"
_PREFERENCE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)[A-Za-z0-9-]*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*")
_DAY: Final = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS: Final = "January February March April May June July August September October November December".split()
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")

# Words of the archive's columns, in Chinese and English.
_WORDS: Final = {
    "paper": ("论文", "Paper"),
    "code": ("代码", "Code"),
    "dataset": ("数据集", "Data set"),
    "project": ("项目", "Project"),
    "notes": ("笔记", "Notes"),
    "blog": ("博客", "Blog"),
    "other": ("链接", "Link"),
    "published": ("已发表", "published"),
    "accepted": ("已录用", "accepted"),
    "submitted": ("投稿", "submitted"),
    "workshop": ("研讨会", "workshop"),
    "challenge": ("竞赛", "challenge"),
    "oral": ("口头报告", "oral"),
    "spotlight": ("亮点报告", "spotlight"),
    "poster": ("海报", "poster"),
    "best-paper": ("最佳论文", "best paper"),
    "conference": ("会议", "Conference"),
    "journal": ("期刊", "Journal"),
    "digest": ("论文速递", "Digest"),
    "note": ("论文解读", "Reading note"),
    "list": ("笔记合集", "Collection of notes"),
    "csdn": ("CSDN", "CSDN"),
    "wechat": ("微信公众号", "WeChat"),
    "unknown": ("文件", "File"),
    "arxiv": ("arXiv", "arXiv"),
    "doi": ("DOI", "DOI"),
    "openreview": ("OpenReview", "OpenReview"),
    "acl": ("ACL Anthology", "ACL Anthology"),
    "cvf": ("CVF", "CVF"),
    "pmlr": ("PMLR", "PMLR"),
    "neurips": ("NeurIPS", "NeurIPS"),
    "semanticscholar": ("Semantic Scholar", "Semantic Scholar"),
    "openalex": ("OpenAlex", "OpenAlex"),
    "github": ("GitHub", "GitHub"),
    "gitlab": ("GitLab", "GitLab"),
    "gitee": ("Gitee", "Gitee"),
    "bitbucket": ("Bitbucket", "Bitbucket"),
    "huggingface": ("Hugging Face", "Hugging Face"),
    "paperweekly": ("PaperWeekly", "PaperWeekly"),
    "paperweekly-notes": ("PaperWeekly 笔记", "PaperWeekly notes"),
}


# --- language --------------------------------------------------------------------------------------------------------


def language_of(request: Any) -> str:
    """The language that a reader wants to see: by cookie, else by what the browser prefers, else English."""
    if request is None:
        return "en"
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """The best of our languages for an ``Accept-Language``.

    >>> preferred("zh-CN,zh;q=0.9,en;q=0.8"), preferred("de, en;q=0.5"), preferred("")
    ('zh', 'en', 'en')
    """
    best, weight = "en", 0.0
    for piece in header.split(","):
        found = _PREFERENCE.fullmatch(piece)
        if found is None or found[1].lower() not in LANGUAGES:
            continue
        wanted = 1.0 if found[2] is None else float(found[2])
        if wanted > weight:
            best, weight = found[1].lower(), wanted
    return best


@pass_context
def say(context: Context, chinese: str, english: str) -> str:
    """The one of two texts that the reader of this page wants."""
    return chinese if context.get("language") == "zh" else english


@pass_context
def word(context: Context, name: str | None) -> str:
    """What a word of the archive's columns is called; one that nobody foresaw stays as it is."""
    if name is None:
        return ""
    chinese, english = _WORDS.get(name, (name, name))
    return say(context, chinese, english)


@pass_context
def amount(context: Context, number: int, chinese: str, one: str, many: str = "") -> str:
    """A number of things: ``1,234 篇论文``, ``1,234 papers``; the plural adds an s where it is not given."""
    if context.get("language") == "zh":
        return f"{number:,} {chinese}"
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@pass_context
def day(context: Context, text: str | None) -> str:
    """A day as people write it: ``2018 年 6 月 29 日``, ``29 June 2018``; another text stays as it is."""
    found = _DAY.match(text or "")
    if found is None:
        return text or ""
    year, month, date = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        return found[0]
    return say(context, f"{year} 年 {month} 月 {date} 日", f"{date} {_MONTHS[month - 1]} {year}")


def tongue(text: str | None) -> str:
    """The language of a text, for its ``lang``: Chinese as soon as one Han character is in it.

    >>> tongue("一种方法 for BERT"), tongue("Attention Is All You Need")
    ('zh-Hans', 'en')
    """
    return "zh-Hans" if _HAN.search(text or "") else "en"


# --- addresses -------------------------------------------------------------------------------------------------------


def web(url: str | None) -> str | None:
    """An address that may become a link: http or https with a host, nothing that a browser would read otherwise.

    >>> web("https://arxiv.org/abs/1706.03762"), web("javascript:alert(1)"), web("https://a b/")
    ('https://arxiv.org/abs/1706.03762', None, None)
    """
    if not url or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # "http://["
        return None
    return url if parts.scheme.lower() in ("http", "https") and host else None


def _addresses(datasette: Any) -> dict[str, Callable[..., str]]:
    def href(kind: str, key: str = "", **arguments: object) -> str:
        """The address of a page: ``/paper/pw-2026``."""
        path = f"/{kind}/{quote(key, safe='')}" if key else f"/{kind}"
        return str(datasette.urls.path(path)) + _query(arguments)

    def table_href(name: str, **arguments: object) -> str:
        """The address of a table or view with filters."""
        return str(datasette.urls.table(archive_name(datasette.databases), name)) + _query(arguments)

    def asset(name: str) -> str:
        """The address of a static file, another one whenever it changes."""
        return f"{datasette.urls.path('/static/' + name)}?v={_digest(HERE / 'static' / name)}"

    def database_href() -> str:
        """The address of Datasette's own page of all tables and queries."""
        return str(datasette.urls.database(archive_name(datasette.databases)))

    return {"href": href, "table_href": table_href, "database_href": database_href, "asset": asset}


def _query(arguments: dict[str, object]) -> str:
    given = {name: value for name, value in arguments.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


# --- static files ----------------------------------------------------------------------------------------------------


def _digest(path: Path) -> str:
    return _digest_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


async def static_file(request: Any) -> Response:
    """A file of the folder ``static``; one whose address names its content may be kept for ever."""
    folder = HERE / "static"
    path = (folder / request.url_vars["name"]).resolve()
    if not path.is_relative_to(folder) or not path.is_file() or path.suffix not in _TYPES:
        return Response.text("There is no such file.\n", status=404)
    tag = _digest(path)
    is_named = request.args.get("v") == tag
    headers = {
        "Cache-Control": _FOREVER if is_named else "no-cache",
        "ETag": f'"{tag}"',
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == f'"{tag}"':
        return Response(body="", status=304, headers=headers, content_type=_TYPES[path.suffix])
    return Response(body=path.read_bytes(), headers=headers, content_type=_TYPES[path.suffix])


# --- hooks -----------------------------------------------------------------------------------------------------------


@hookimpl
def startup() -> None:
    """Datasette would draw each missing page, with all variables, into its log: a second of work for every bad link."""
    datasette.handle_exception.rich = None


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Static files, also where Datasette was started without ``--static``."""
    return [(r"^/static/(?P<name>[a-zA-Z0-9_./-]+)$", static_file)]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Any) -> None:
    """Give templates what they call, and Datasette the templates, also where it was started without them."""
    env.globals.update(_addresses(datasette))
    env.globals.update(say=say, word=word, amount=amount, day=day, tongue=tongue, web=web)
    loaders = [FileSystemLoader(HERE / "templates")]
    env.loader = ChoiceLoader(loaders if env.loader is None else [*loaders, env.loader])


@hookimpl
def extra_template_vars(datasette: Any, request: Any) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Language and title of the site, for every page."""

    async def variables() -> dict[str, Any]:
        return {"language": language_of(request), "site": await site_title(datasette)}

    return variables


@hookimpl
def extra_js_urls() -> list[dict[str, Any]]:
    """The script of the project's own pages, for Datasette's too: menus, pictures, the choice of language."""
    return [{"url": f"/static/paperdigest.js?v={_digest(HERE / 'static' / 'paperdigest.js')}", "module": True}]


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Awaitable[Response]] | None:
    """Say in the look of the other pages that something is not there; what else can go wrong Datasette says itself."""

    if getattr(exception, "status", None) != 404 or request.path.endswith((".json", ".csv")):
        return None

    async def answer() -> Response:
        body = await datasette.render_template("404.html", {"status": 404}, request=request)
        return Response.html(body, status=404, headers={"Vary": "Accept-Language"})

    return answer


async def site_title(datasette: Any) -> str:
    """What the site is called in its configuration."""
    if hasattr(datasette, "get_instance_metadata"):  # 1.0
        metadata = await datasette.get_instance_metadata()
    else:
        metadata = datasette.metadata() or {}
    return str(metadata.get("title") or "PaperDigest")
