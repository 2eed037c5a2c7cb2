"""Bytes to text, strictly: what a page claims is tried, never guessed."""

import re
from collections.abc import Iterator

_DECLARED = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_MAGIC = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"SQLite format 3\0": "an SQLite database",
}
_SAMPLE = 8192


class BinaryContent(ValueError):
    """The bytes are no text."""


def decode(body: bytes, declared: str | None = None) -> tuple[str, bool]:
    """Text of a page, and whether every byte could be read.

    Tried in this order: a byte order mark, UTF-8, the character set that ``declared`` (an HTTP header) or a ``meta``
    element names, GB18030, which covers the Chinese sets; with none of them fitting, UTF-8 with U+FFFD for what cannot
    be read. Raises :class:`BinaryContent`.
    """
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            raise BinaryContent(f"it is {name}, not a text")
    for mark, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(charset, "replace"), _fits(body, charset)
    if b"\0" in body[:_SAMPLE]:
        raise BinaryContent("it holds NUL bytes, as no text does")
    for charset in _candidates(body, declared):
        try:
            return body.decode(charset), True
        except (UnicodeDecodeError, LookupError):
            continue
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") > len(text) // 4:
        raise BinaryContent("no character set makes a text of it")
    return text, False


def _fits(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _candidates(body: bytes, declared: str | None) -> Iterator[str]:
    # Nearly every page is of it: what others are called is looked for when it did not fit.
    yield "utf-8"
    found = _DECLARED.search(body[:_SAMPLE])
    for name in (declared, found[1].decode("ascii") if found else None):
        if name:
            # Pages that say gb2312 use characters of its successor.
            yield "gb18030" if name.lower().replace("-", "") in ("gb2312", "gbk") else name
    yield "gb18030"
