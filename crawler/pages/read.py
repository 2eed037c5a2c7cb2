"""Which reader a page gets, and what class of page it is."""

import re
from dataclasses import replace
from typing import Literal, NamedTuple

from crawler.limits import MAX_BYTES
from crawler.pages import csdn, exports, wechat
from crawler.pages.decode import BinaryContent, decode
from crawler.pages.html import (
    Box,
    DeepMarkup,
    HostileMarkup,
    cut_box,
    lines_of_html,
    lines_of_html_with_soup,
)
from crawler.pages.lines import Line
from crawler.pages.page import Page, UnreadablePage
from normalize.model import PageClass, Problem, Site

_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|div|article|section|meta)\b",
    re.S | re.I,
)
_CSDN_SIGNS = ("csdnimg.cn/", "blog.csdn.net/", "static.blog.csdn.net")
_LIST_SIGNS = ("article-list", "article-item-box", "column_article_list", "blog-list-box")
_WECHAT_SIGNS = ("mp.weixin.qq.com", "res.wx.qq.com", "weui-msg", "mmbiz")
_OPENED = re.compile(r"<html|<!doctype\s+html", re.IGNORECASE)
_CHALLENGE = re.compile(r"安全验证|Security Verification|waf_captcha|当前访问人数过多|yd_captcha|人机验证")
_OTHER_FORMS = {
    "a WARC file": re.compile(rb"\AWARC/1\."),
    "a gzip file": re.compile(rb"\A\x1f\x8b"),
    "a zip file (WACZ, docx, xlsx)": re.compile(rb"\APK\x03\x04"),
    "an MHTML file": re.compile(rb"\A(?:From: <Saved by|MIME-Version:|Content-Type: multipart/related)", re.I),
    "a feed": re.compile(rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed)\b", re.S | re.I),
    "a JSON file": re.compile(rb"\A\s*[\[{]\s*[\"{\[]"),
}
_CUT = "it breaks off: the page's closing tags are missing"
_BOXES: tuple[tuple[Literal["csdn", "wechat"], str], ...] = (("csdn", csdn.BOX), ("wechat", wechat.BOX))
_STATUS_CLASSES: dict[int, PageClass] = {404: "gone", 410: "gone", 403: "blocked", 429: "blocked", 521: "blocked"}


def read_page(body: bytes, *, name: str | None = None, status: int | None = None, charset: str | None = None) -> Page:
    """Read a page from its bytes.

    ``name`` is the file's name, by whose ending Markdown is told from plain text; ``status`` and ``charset`` are those
    of the HTTP answer. Raises :class:`UnreadablePage` where the bytes are no whole page of a supported form.
    """
    answer = _page_of_status(body, status)
    if answer is not None:
        return answer
    text, whole = _text_of(body, charset)
    page = _read_html(text) if _HTML_START.match(text) else _read_markdown(text, name)
    if whole:
        return page
    lost = Problem(code="undecodable_bytes", message="Some bytes fit no character set; U+FFFD stands in their place.")
    return replace(page, problems=(*page.problems, lost))


class ArticleBox(NamedTuple):
    """The element of a page in which its article stands."""

    site: Literal["csdn", "wechat"]
    """Whose layout it is of."""
    markup: str


def check_page(body: bytes, *, name: str | None = None) -> ArticleBox | None:
    """Refuse what :func:`read_page` would refuse for its bytes, without building a tree.

    Returns the box of the page's article; ``None`` for Markdown and for a page that has none. Raises
    :class:`UnreadablePage`.
    """
    text, _ = _text_of(body, None)
    if not _HTML_START.match(text):
        _refuse_unless_markdown(text, name)
        return None
    if _is_cut(text):
        raise UnreadablePage("truncated", _CUT)
    for site, box in _BOXES:
        found = cut_box(text, box)
        if found is None:
            continue
        if not found.closed:
            raise UnreadablePage("truncated", _CUT)
        return ArticleBox(site, found.markup)
    return None


def _page_of_status(body: bytes, status: int | None) -> Page | None:
    """Class of an answer whose status says that it is no post."""
    if status is None or 200 <= status < 300:
        return None
    text = body[:MAX_BYTES].decode("utf-8", "replace")
    page_class = _STATUS_CLASSES.get(status, "blocked" if _CHALLENGE.search(text) else "damaged")
    problem = Problem(code=page_class, message=f"The site answered with HTTP status {status}.")
    return Page(form="html", site="unknown", page_class=page_class, problems=(problem,))


def _text_of(body: bytes, charset: str | None) -> tuple[str, bool]:
    """Text of a page, and whether every byte could be read."""
    _refuse_unsupported(body)
    try:
        text, whole = decode(body, charset)
    except BinaryContent as error:
        raise UnreadablePage("binary", str(error)) from error
    if not text or text.isspace():
        raise UnreadablePage("empty", "it holds nothing but white space")
    return text, whole


def _refuse_unsupported(body: bytes) -> None:
    if not body:
        raise UnreadablePage("empty", "it is empty")
    if len(body) > MAX_BYTES:
        raise UnreadablePage("too_large", f"it has more than {MAX_BYTES:,} bytes, as no article has")
    for form, signature in _OTHER_FORMS.items():
        if signature.match(body[:4096]):
            raise UnreadablePage("unsupported_form", f"form not supported yet: {form}")


def _refuse_unless_markdown(text: str, name: str | None) -> None:
    if not exports.is_markdown(text, name):
        raise UnreadablePage("unsupported_form", "form not supported yet: it is neither HTML nor Markdown")


def _read_markdown(text: str, name: str | None) -> Page:
    _refuse_unless_markdown(text, name)
    return exports.read_markdown(text, name)


# --- HTML ------------------------------------------------------------------------------------------------------------


def _read_html(page: str) -> Page:
    for box, reader in ((csdn.BOX, _read_csdn), (wechat.BOX, _read_wechat)):
        found = cut_box(page, box)
        if found is not None and _belongs(page, box):
            if not found.closed or _is_cut(page):
                raise UnreadablePage("truncated", _CUT)
            try:
                return reader(page, found)
            except HostileMarkup as error:
                raise UnreadablePage("damaged_markup", f"its markup cannot be read: {error}") from error
    if _is_cut(page):
        raise UnreadablePage("truncated", _CUT)
    return _page_without_article(page)


def _belongs(page: str, box: str) -> bool:
    """WeChat markup pasted into a CSDN article brings ``#js_content`` along: the outer box decides."""
    return box != wechat.BOX or csdn.BOX not in page


def _is_cut(page: str) -> bool:
    """A page that opens ``<html``, or says that it will, and never closes it was cut short.

    SingleFile leaves out the tags that HTML allows to leave out, ``</html>`` among them; of its pages the article's
    box alone tells.
    """
    head, end = page[:4096], page[-4096:]
    # Hardly any page writes it in capitals, and the whole end in small letters takes a hundred times as long.
    closed = "</html" in end or "</html" in end.lower()
    return not closed and _OPENED.search(head) is not None and "SingleFile" not in head


def _read_csdn(page: str, box: Box) -> Page:
    head = csdn.Head(page[: box.start])
    lines, problems = _lines(csdn.inner_markup(box.markup, box.tags))
    if not lines:
        return _page_without_article(page)
    reads, rounded = csdn.reads_of(head)
    locked = csdn.lock_problem(box.markup)
    if rounded:
        problems.append(Problem(code="reads_rounded", severity="info", message="The page rounds the number of reads."))
    return Page(
        form="html",
        site="csdn",
        page_class="post",
        url=head.address(),
        title=csdn.title_of(head),
        author=csdn.author_of(head),
        published=csdn.published_of(head),
        reads=reads,
        lines=tuple(lines),
        partial=locked is not None,
        problems=tuple([*problems, locked] if locked else problems),
    )


def _read_wechat(page: str, box: Box) -> Page:
    lines, problems = _lines(box.markup)
    if not lines:
        return _page_without_article(page)
    # The head holds what is shown, the scripts may stand behind the article.
    head, variables = page[: box.start], wechat.script_variables(page)
    return Page(
        form="html",
        site="wechat",
        page_class="post",
        url=wechat.url_of(head, variables),
        title=wechat.title_of(head, variables),
        author=wechat.author_of(head, variables),
        published=wechat.published_of(head, variables),
        lines=tuple(lines),
        problems=tuple(problems),
    )


def _lines(markup: str) -> tuple[list[Line], list[Problem]]:
    """Lines of an article; where lxml gives up, BeautifulSoup reads it and a problem says so."""
    try:
        return lines_of_html(markup), []
    except DeepMarkup:
        pass
    try:
        lines = lines_of_html_with_soup(markup)
    except (DeepMarkup, RecursionError) as error:
        raise UnreadablePage("damaged_markup", f"its markup cannot be read: {error}") from error
    return lines, [Problem(code="deep_markup", message="Markup nested too deeply for lxml; read with BeautifulSoup.")]


def _page_without_article(page: str) -> Page:
    """Class of a whole page that holds no article."""
    site: Site = "unknown"
    page_class: PageClass = "foreign"
    message = "This is no article page of CSDN or WeChat."
    if _CHALLENGE.search(page):
        page_class, message = "blocked", "The site asks for a security check instead of showing the post."
    elif any(sign in page for sign in wechat.GONE):
        site, page_class, message = "wechat", "gone", "WeChat says that the post was deleted or refused."
    elif any(sign in page for sign in wechat.BLOCKED):
        site, page_class, message = "wechat", "blocked", "WeChat asks for a check instead of showing the post."
    elif any(sign in page for sign in _LIST_SIGNS):
        site, page_class, message = "csdn", "list", "A list of posts."
    elif "passport-login-container" in page and csdn.BOX in page:
        site, page_class, message = "csdn", "login", "The site asks for a login instead of showing the post."
    elif csdn.BOX in page or f'id="{wechat.BOX}"' in page:
        page_class, message = "damaged", "The article box holds nothing."
    elif any(sign in page for sign in _CSDN_SIGNS):
        site = "csdn"
    elif any(sign in page for sign in _WECHAT_SIGNS):
        site = "wechat"
    code = "no_article" if page_class == "foreign" else page_class
    problem = Problem(code=code, message=message, severity="info" if page_class == "list" else "warning")
    return Page(form="html", site=site, page_class=page_class, problems=(problem,))
