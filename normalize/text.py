"""Small functions over text, shared by all readers.

Nothing here rewrites what is shown beyond white space: NFKC, which turns ``²`` into ``2`` and ``：`` into ``:``, is for
keys alone.
"""

import re
import unicodedata

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u2f00-\u2fdf\u2e80-\u2eff\u3007\u3005"
"""Character class of Han characters, with the Kangxi radicals that stand in for them in posts of 2017.

Written as numbers: a tool that normalises the file would turn U+F900 into another letter, and the class into nearly
all of Unicode.
"""

_SPACES = re.compile(r"\s+")
# Never seen: zero-width characters and controls. A surrogate cannot be stored as UTF-8, NUL ends text inside SQLite.
_UNSTORABLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

UNSEEN = (
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"
)
"""Letters that show nothing, to be stripped: white space and zero-width characters."""


def clean_text(text: str) -> str:
    """Fold every run of white space (no-break spaces too) to one space; drop zero-width characters and controls.

    >>> clean_text(" 本文是\\xa0CMU\\u200b 的工作\\x00 ")
    '本文是 CMU 的工作'
    """
    if text.isprintable() and "  " not in text:
        # The same, ten times faster: of what is folded or dropped only the plain space is printable.
        return text.strip(" ")
    return _SPACES.sub(" ", _UNSTORABLE.sub("", text)).strip()


def fold(text: str) -> str:
    """Key of a text: width, case and white space folded.

    >>> fold("ＡＣＬ　２０１８")
    'acl 2018'
    """
    return clean_text(unicodedata.normalize("NFKC", text)).casefold()


_HAN_LETTER = re.compile(f"[{HAN}]")


def has_han(text: str) -> bool:
    """Whether a Han character stands in the text.

    >>> has_han("Word RNN"), has_han("该论⽂"), has_han("한국어")
    (False, True, False)
    """
    return _HAN_LETTER.search(text) is not None
