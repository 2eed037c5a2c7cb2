"""Which hosts are asked for pictures, and what they want to be told.

Both lists are of hosts that were seen in pages of the blog. They serve pictures only; whatever else an address may name
is left alone.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from crawler.hosts import HostRules, refusal

PATTERNS: Final = (
    "*.qpic.cn",  # WeChat: mmbiz.qpic.cn/mmbiz_png/KEY/640
    "*.csdnimg.cn",  # CSDN since 2019: img-blog, i-blog, imgconvert, img-home
    "img-blog.csdn.net",  # CSDN before
    "img.blog.csdn.net",
    "ss.csdn.net",  # CSDN's way to pictures of WeChat, 2017 to 2019
)
"""As in :attr:`crawler.hosts.HostRules.patterns`."""

ACCEPT: Final = "image/png, image/jpeg, image/gif, image/webp, image/bmp"
"""The forms that are kept: a host that has a picture in several sends one of these."""

_HOST: Final = re.compile(r"[a-z0-9_.:-]+")  # and nothing that could upset a terminal
_RULES: Final = HostRules(patterns=PATTERNS)
_WECHAT: Final = "https://mp.weixin.qq.com/"
_CSDN: Final = "https://blog.csdn.net/"


def is_asked(address: str) -> bool:
    """Whether an address is asked for a picture.

    >>> is_asked("https://mmbiz.qpic.cn/mmbiz_png/KEY/640"), is_asked("https://blog.csdn.net/logo.png")
    (True, False)
    """
    return refusal(address, _RULES) is None


def host_of(address: str) -> str:
    """The host of an address, in lower case; empty where it has none, or one that cannot be.

    >>> host_of("https://MMBIZ.qpic.cn/mmbiz_png/KEY/640"), host_of("data:image/png;base64,AAAA")
    ('mmbiz.qpic.cn', '')
    """
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # "http://["
        return ""
    return host if _HOST.fullmatch(host) else ""


def referrer_of(address: str) -> str:
    """The page that a host wants to be told the picture stands on: without it, pictures of CSDN are refused.

    >>> referrer_of("https://i-blog.csdnimg.cn/blog_migrate/0a.png")
    'https://blog.csdn.net/'
    """
    host = host_of(address)
    return _WECHAT if host == "qpic.cn" or host.endswith(".qpic.cn") else _CSDN
