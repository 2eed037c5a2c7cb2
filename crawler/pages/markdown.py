"""Markdown to lines, and the heads of the exports that people keep.

The grammar is the small one that exports of blog posts use; what these tools never write (tables, reference links,
nested lists) is text here.
"""

import html
import re

from crawler.pages.lines import Line, LineBuilder, Markup

_TOKEN = re.compile(
    r"\[?!\[[^\]\n]*\]\((?P<src>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)(?:\]\([^()\s]*\))?"
    r"|\[(?!!\[)(?P<text>(?:\\.|\[[^\[\]\n]*\]|[^\[\]\\\n])*)\]\((?P<href>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
    r"|<(?P<auto>https?://[^<>\s]+)>"
    r"|(?P<stars>\*{2,})"
    r"|(?<![*\w])\*(?P<italic>[^\s*](?:[^*\n]*[^\s*])?)\*(?![*\w])"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+\-.!<>|~])"
    r"|<img\b[^>]*?\bsrc\s*=\s*[\"'](?P<img>[^\"']+)[\"'][^>]*>"
    r"|(?P<entity>&(?:amp|lt|gt|quot|nbsp|#[0-9]{1,6}|#x[0-9a-f]{1,5});)"
    r"|(?P<br><br\s*/?>)"
    r"|(?P<tag></?(?:span|p|div|font|center|strong|b|em|i|u|section)\b[^>]*>)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<text>.*?)(?:\s+#+)?\s*\Z")
_ITEM = re.compile(r"[-*+](?:\s+|\Z)")
_QUOTE = re.compile(r">\s?")
_ESCAPE = re.compile(r"\\([`*_{}\[\]()#+\-.!<>|~])")
_FENCE = re.compile(r"(?:```|~~~)")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}\Z")
_UNDERLINE = re.compile(r"={3,}\s*\Z")


def lines_of_markdown(text: str) -> list[Line]:
    """Lines of a Markdown body; every non-empty source line is a line."""
    builder = LineBuilder()
    pending_item = False
    for source in text.splitlines():
        if not source.strip() or _FENCE.match(source) or _RULE.match(source):
            continue
        if _UNDERLINE.match(source):
            # A heading of the older style: its text stands on the line above.
            if builder.lines and builder.lines[-1].image is None:
                builder.lines[-1] = builder.lines[-1]._replace(heading=True)
            continue
        line = _QUOTE.sub("", source, count=1) if source.startswith(">") else source
        item = _ITEM.match(line)
        if item is not None:
            line = line[item.end() :]
        if item is not None and not line.strip():
            # The exports of 2019 put an item's text on the line after its dash.
            pending_item = True
            continue
        heading = _HEADING.match(line) if line.startswith("#") else None
        _inline(heading["text"] if heading else line, builder)
        builder.break_line(Markup(heading=heading is not None, item=item is not None or pending_item))
        pending_item = False
    return builder.finish()


def _inline(source: str, builder: LineBuilder) -> None:
    """One line's pictures, links, bold marks and escapes.

    Two asterisks switch bold on or off, so that four switch it twice, which is how these exports write neighbouring
    bold runs. A single pair of asterisks is emphasis only where no letter or digit touches it from outside
    (``*θ*``, not ``4000*4000``).
    """
    bold = False
    at = 0
    for match in _TOKEN.finditer(source):
        if match.start() > at:
            builder.add_text(source[at : match.start()], Markup(bold))
        at = match.end()
        if match["stars"]:
            if len(match["stars"]) // 2 % 2:
                bold = not bold
            builder.split_run()
        else:
            _write(match, builder, bold=bold)
    builder.add_text(source[at:], Markup(bold))


def _write(match: re.Match[str], builder: LineBuilder, *, bold: bool) -> None:
    """One token that is no bold mark."""
    picture = match["src"] or match["img"]
    if picture:
        builder.add_image(picture)
    elif match["href"] is not None:
        builder.add_text(_plain(match["text"]), Markup(bold, match["href"] or None))
    elif match["auto"]:
        builder.add_text(match["auto"], Markup(bold, match["auto"]))
    elif match["br"]:
        builder.break_line()
    else:
        text = html.unescape(match["entity"]) if match["entity"] else match["italic"] or match["escaped"] or ""
        builder.add_text(text, Markup(bold))


def _plain(text: str) -> str:
    """Text of a link without its own marks."""
    return _ESCAPE.sub(r"\1", text.replace("**", ""))
