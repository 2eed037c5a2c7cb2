"""Addresses: canonical form, picture keys, post keys."""

import base64
import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from normalize import urls
from normalize.urls import canonical_url, image_key, picture, post_keys

KEY = "VBcD02jFhgl7VHx00TkzicBMAfz1dFT8icO9FmLojPqkAkFLqO8OhZ"
PICTURE = f"https://mmbiz.qpic.cn/mmbiz_png/{KEY}/640"


def imgconvert(url: str) -> str:
    encoded = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return f"https://imgconvert.csdnimg.cn/{encoded}?x-oss-process=image/format,png"


def test_doctests() -> None:
    assert doctest.testmod(urls).failed == 0


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # proxies
        (f"https://ss.csdn.net/p?{PICTURE}", PICTURE),
        (f"https://ss.csdn.net/p?http://mmbiz.qpic.cn/mmbiz_png/{KEY}/640?wxfrom=5&wx_lazy=1", PICTURE),
        (f"//ss.csdn.net/p?{PICTURE}?", PICTURE),
        (f"https://ss.csdn.net/p?https%3A%2F%2Fmmbiz.qpic.cn%2Fmmbiz_png%2F{KEY}%2F640", PICTURE),
        (imgconvert(PICTURE), PICTURE),
        (imgconvert(PICTURE + "0"), PICTURE + "0"),
        (imgconvert(PICTURE + "00"), PICTURE + "00"),
        (imgconvert(PICTURE + "?a=~~~"), PICTURE),  # base64 with - and _
        (imgconvert(PICTURE + "?a=~~~").replace("-", "+").replace("_", "/"), PICTURE),  # with + and /
        ("https://imgconvert.csdnimg.cn/notbase64", "https://imgconvert.csdnimg.cn/notbase64"),
        ("https://imgconvert.csdnimg.cn/aHR0cDovL2Eub3Jn.png", "https://imgconvert.csdnimg.cn/aHR0cDovL2Eub3Jn.png"),
        ("https://ss.csdn.net/p?x", "https://ss.csdn.net/p?x"),
        ("https://web.archive.org/web/2019/nothing", "https://web.archive.org/web/2019/nothing"),
        ("https://web.archive.org/web/2019/http:/example.org/a", "http://example.org/a"),
        ("https://web.archive.org/web/2019/example.org/a", "https://example.org/a"),
        ("https://link.juejin.cn/?target=https%3A%2F%2Fgithub.com%2Fx%2Fy", "https://github.com/x/y"),
        ("https://link.jianshu.com/?t=https%3A%2F%2Fgithub.com%2Fx%2Fy", "https://github.com/x/y"),
        ("https://links.jianshu.com/go?to=https%3A%2F%2Fgithub.com%2Fx%2Fy", "https://github.com/x/y"),
        ("https://www.google.com/url?sa=t&q=https://arxiv.org/abs/1&usg=x", "https://arxiv.org/abs/1"),
        ("https://www.google.com/search?q=https://arxiv.org/abs/1", "https://www.google.com/search?q=https%3A%2F%2Farxiv.org%2Fabs%2F1"),
        ("https://link.zhihu.com/?target=mailto:a@b.org", "https://link.zhihu.com/?target=mailto%3Aa%40b.org"),
        ("https://link.csdn.net/?target=https%3A%2F%2Fgithub.com%2Fx%2Fy", "https://github.com/x/y"),
        ("https://link.csdn.net/?from_id=1&target=http%3A%2F%2Farxiv.org%2Fabs%2F1", "https://arxiv.org/abs/1"),
        ("https://img-home.csdnimg.cn/images/1.png?origin_url=https%3A%2F%2Fa.org%2Fb.png", "https://a.org/b.png"),
        ("https://web.archive.org/web/2019id_/http://blog.csdn.net/U/article/details/7",
         "https://blog.csdn.net/u/article/details/7"),
        (f"https://web.archive.org/web/20190101000000im_/https://ss.csdn.net/p?{PICTURE}", PICTURE),
        # WeChat
        ("http://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid=2247492302&idx=1&sn=1ef&chksm=96&scene=21#wechat_redirect",
         "https://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid=2247492302&idx=1&sn=1ef"),
        ("https://mp.weixin.qq.com/s?%5F%5Fbiz=MzIwMTc4ODE0Mw%3D%3D&amp;mid=1&amp;idx=2&amp;sn=a&amp;srcid=0&mpshare=1#rd",
         "https://mp.weixin.qq.com/s?__biz=MzIwMTc4ODE0Mw==&mid=1&idx=2&sn=a"),
        ("http://mp.weixin.qq.com/mp/appmsg/show?__biz=Mz==&appmsgid=10&itemidx=1&sign=x",
         "https://mp.weixin.qq.com/mp/appmsg/show?__biz=Mz==&mid=10&idx=1"),
        ("https://mp.weixin.qq.com/s/abcDEF_-123?scene=1&from=x#rd", "https://mp.weixin.qq.com/s/abcDEF_-123"),
        ("http://mp.weixin.qq.com/s/abcDEF_-123/", "https://mp.weixin.qq.com/s/abcDEF_-123"),
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x&target_url="
         "https%3A%2F%2Fmp.weixin.qq.com%2Fs%3F__biz%3DMz%3D%3D%26mid%3D1%26idx%3D2%26sn%3Da%26scene%3D21",
         "https://mp.weixin.qq.com/s?__biz=Mz==&mid=1&idx=2&sn=a"),
        ("https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=1&signature=a*b-c==&new=1",
         "https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=1&signature=a*b-c==&new=1"),
        # trackers
        ("https://example.org/a?spm=1001.2&id=7&utm_source=x&ops_request_misc=%7B%7D", "https://example.org/a?id=7"),
        ("https://example.org/a?spmx=1", "https://example.org/a?spmx=1"),
        ("https://example.org/a?UTM_Source=x&id=7&utm_medium=y", "https://example.org/a?id=7"),
        ("https://example.org/a?id=7&from=timeline&isappinstalled=0", "https://example.org/a?id=7"),
        ("https://example.org/a?from=2018", "https://example.org/a?from=2018"),
        ("https://www.bilibili.com/video/BV1?vd_source=x&spm_id_from=333&p=2", "https://www.bilibili.com/video/BV1?p=2"),
        ("https://blog.csdn.net/U/category_9.html?spm=1001&sharetype=blog", "https://blog.csdn.net/U/category_9.html"),
        # one spelling
        ("http://WWW.PaperWeekly.site/papers/2026", "https://www.paperweekly.site/papers/2026"),
        ("http://paperweekly.site/papers/2026/", "https://www.paperweekly.site/papers/2026"),
        ("http://github.com/ruotianluo/cdp/", "https://github.com/ruotianluo/cdp"),
        ("github.com/x/y", "https://github.com/x/y"),
        ("www.example.org/x", "https://www.example.org/x"),
        ("//img-blog.csdn.net/2018?watermark/2/text/aHR0", "https://img-blog.csdn.net/2018"),
        ("https://img-blog.csdnimg.cn/2020.png?x-oss-process=image/watermark,x", "https://img-blog.csdnimg.cn/2020.png"),
        ("https://arxiv.org:443/abs/1806.01234", "https://arxiv.org/abs/1806.01234"),
        ("http:/arxiv.org/abs/1806.01234", "https://arxiv.org/abs/1806.01234"),
        ("https://EXAMPLE.org:443/a/./b/../c%7ed?b=2&a=%2f#x", "https://example.org/a/c~d?a=%2F&b=2#x"),
        ("https://例子.中国/路", "https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF"),
        ("https://huggingface.co/owner/name/", "https://huggingface.co/owner/name"),
        ("http://proceedings.mlr.press/v70/finn17a.html", "https://proceedings.mlr.press/v70/finn17a.html"),
        ("\u200bhttps://arxiv.org/abs/1806.01234\xa0", "https://arxiv.org/abs/1806.01234"),
        # CSDN articles
        ("http://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567?spm=1#comments",
         "https://blog.csdn.net/c9yv2cf9i06k2a9e/article/details/80763567"),
        ("https://blog.csdn.net/qq449/java/article/details/107096460", "https://blog.csdn.net/qq449/article/details/107096460"),
        ("https://liuxinlei.blog.csdn.net/article/details/104566377",
         "https://liuxinlei.blog.csdn.net/article/details/104566377"),
        # left alone
        ("http://www.dabi.temple.edu/~hbling/code/PTAV/ptav.htm", "http://www.dabi.temple.edu/~hbling/code/PTAV/ptav.htm"),
        ("http://t.cn/EAH5JxS", "http://t.cn/EAH5JxS"),
        ("https://www.dropbox.com/sh/x?dl=0", "https://www.dropbox.com/sh/x?dl=0"),
        ("https://example.org/#/papers/1", "https://example.org/#/papers/1"),
        ("https://example.org/list.asp?17", "https://example.org/list.asp?17"),
        ("https://example.org/a//b?x;y/..", "https://example.org/a//b?x;y/.."),
        ("https://example.org/a/?v=1;w=2&v=0", "https://example.org/a/?v=0&v=1%3Bw%3D2"),
        ("https://openreview.net/forum?id=x&noteId=y", "https://openreview.net/forum?id=x&noteId=y"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("mailto:hr@paperweekly.site", "mailto:hr@paperweekly.site"),
        ("picture.png", "picture.png"),
        ("./x_files/picture.png", "./x_files/picture.png"),
        ("#top", "#top"),
        ("", ""),
        # junk
        ("http://[", "http://["),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("http://a:99999/", "http://a:99999/"),
        ("https://", "https://"),
    ],
)  # fmt: skip
def test_canonical_url(raw: str, expected: str) -> None:
    assert canonical_url(raw) == expected


@pytest.mark.parametrize(
    "url",
    [
        PICTURE,
        f"http://mmbiz.qpic.cn/mmbiz_jpg/{KEY}/0.png",
        f"https://mmbiz.qpic.cn/sz_mmbiz_png/{KEY}/640?wx_fmt=png&wxfrom=5",
        f"https://mmbiz.qpic.cn/mmbiz/{KEY}/0",
        f"https://mmbiz.qpic.cn/mmbiz_gif/{KEY}/",
        f"https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/{KEY}/?",
        imgconvert(PICTURE),
        f"https://cdn.example.org/mmbiz_qpic_cn/mmbiz_png/{KEY}/640.png",
        f"http://mmbiz.qlogo.cn/mmbiz/{KEY}/0?wx_fmt=jpeg",
        f"https://mmecoa.qpic.cn/sz_mmecoa_png/{KEY}/640",
        f"https://img-home.csdnimg.cn/images/1.png?origin_url=https%3A%2F%2Fmmbiz.qpic.cn%2Fmmbiz_png%2F{KEY}%2F640",
        f"https://web.archive.org/web/2019im_/https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/{KEY}/640",
    ],
)
def test_image_key_is_equal_for_all_forms_of_a_picture(url: str) -> None:
    assert image_key(url) == KEY


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://img-blog.csdnimg.cn/direct/a.png?x=1", "https://img-blog.csdnimg.cn/direct/a.png"),
        ("https://mmbiz.qpic.cn/other", "https://mmbiz.qpic.cn/other"),
        ("http://[", "http://["),
    ],
)
def test_image_key_of_other_pictures_is_the_address(url: str, expected: str) -> None:
    assert image_key(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/80763567",
        "http://blog.csdn.net/c9yv2cf9i06k2a9e/article/details/80763567?spm=1&utm_medium=x#comments",
        "https://blog.csdn.net/USER/java/article/details/80763567",
        "https://sub.blog.csdn.net/article/details/80763567?ops_request_misc=%7B",
        "http://m.blog.csdn.net/blog/USER/80763567",
        "http://m.blog.csdn.net/article/details?id=80763567",
        "https://read.csdn.net/article/details/80763567",
        "blog.csdn.net/USER/article/details/80763567",
        "https://web.archive.org/web/2019/https://blog.csdn.net/USER/article/details/80763567",
    ],
)
def test_every_form_of_a_csdn_address_has_one_key(url: str) -> None:
    assert post_keys(url) == ("csdn-80763567",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://mp.weixin.qq.com/s?__biz=MzIw%3D%3D&amp;mid=22&amp;idx=1&amp;sn=x#rd", ("wechat-MzIw-22-1",)),
        ("https://mp.weixin.qq.com/s?mid=22&__biz=MzIw&idx=3", ("wechat-MzIw-22-3",)),
        ("https://mp.weixin.qq.com/s?__biz=MzIw==&mid=22", ("wechat-MzIw-22-1",)),
        ("http://mp.weixin.qq.com/mp/appmsg/show?__biz=MzIw==&appmsgid=22&itemidx=2", ("wechat-MzIw-22-2",)),
        ("https://mp.weixin.qq.com/s/abcDEF_-123?scene=1", ("wechat-s-abcDEF_-123",)),
        ("https://mp.weixin.qq.com/s?__biz=MzIw==&mid=x&idx=1", ()),
        ("https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=x", ()),
        ("https://blog.csdn.net/c9Yv2cf9I06K2A9E", ()),
        ("https://blog.csdn.net/U/article/list/3", ()),
        ("https://example.org/U/article/details/80763567", ()),
        ("https://notcsdn.net/U/article/details/80763567", ()),
        ("", ()),
        ("http://[", ()),
    ],
)
def test_post_keys(url: str, expected: tuple[str, ...]) -> None:
    assert post_keys(url) == expected


FRAGMENTS = st.sampled_from(
    ["http://", "https:", "//", "[", "]", "%", "%3d", "?", "&", "#", "=", ":", "/", "@", "65536", "a", "\ud800", "\x00",
     " ", "&amp;", "ss.csdn.net/p?", "link.csdn.net/?target=", "imgconvert.csdnimg.cn/", "aHR0cDovLw", "例子.中国",
     "mp.weixin.qq.com/s", "__biz=Mz==", "mid=1", "blog.csdn.net/U/article/details/1", "web.archive.org/web/2019/",
     "[::1]"]
)  # fmt: skip
JUNK = st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=12).map("".join))


@given(JUNK)
def test_junk_never_raises_and_keys_follow_from_the_canonical_address(raw: str) -> None:
    address = canonical_url(raw)
    address.encode()
    assert post_keys(address) == post_keys(raw)
    image_key(raw)


HOSTS = st.sampled_from(
    ["github.com", "Example.ORG", "paperweekly.site", "mp.weixin.qq.com", "blog.csdn.net", "mmbiz.qpic.cn"]
)
PATHS = st.text(alphabet="aZ0_-/.~% 文", max_size=15)
FIELDS = st.sampled_from(["spm=1", "id=3", "__biz=Mz%3D%3D", "mid=1", "idx=1", "wx_fmt=png", "a", "", "q=a+b%20c"])
QUERIES = st.lists(FIELDS, max_size=5).map("&".join)


@example(scheme="http://", host="github.com", path="/.", query="")
@given(scheme=st.sampled_from(["http://", "HTTPS://", "//", ""]), host=HOSTS, path=PATHS, query=QUERIES)
def test_canonical_form_is_its_own_canonical_form(scheme: str, host: str, path: str, query: str) -> None:
    address = canonical_url(f"{scheme}{host}/{path}?{query}")
    assert canonical_url(address) == address


QUERY = st.lists(
    st.sampled_from(["wx_fmt=png", "wx_fmt=", "wxfrom=5", "wx_lazy=1", "retryload=1", "tp=webp"]), max_size=4
).map("&".join)


@given(
    proxy=st.sampled_from(["", "https://ss.csdn.net/p?"]),
    scheme=st.sampled_from(["http", "https"]),
    path=st.text(alphabet="aZ_-/.", max_size=8).map(f"/mmbiz_png/{KEY}".__add__),
    query=st.one_of(st.just(""), QUERY.map("?".__add__)),
)
def test_the_short_cut_for_pictures_gives_what_taking_apart_gives(
    proxy: str, scheme: str, path: str, query: str
) -> None:
    address = f"{proxy}{scheme}://mmbiz.qpic.cn{path}{query}"
    assert picture(address) == (canonical_url(address), image_key(canonical_url(address)))


@given(st.from_regex(urls._IN_ORDER, fullmatch=True))
def test_an_address_in_order_needs_no_w3lib(url: str) -> None:
    try:
        expected = canonicalize_url(url, keep_fragments=True)
    except ValueError:  # a port out of range
        return
    assert url == expected


# Not of addresses that are proxies only once they are cleaned: http://user@ss.csdn.net/p?…, ss.csdn.net/p?&http://…
@given(JUNK.filter(lambda raw: not any(mark in raw for mark in ("@", "ss.csdn.net", "web.archive.org"))))
def test_canonical_form_of_junk_is_its_own_canonical_form(raw: str) -> None:
    address = canonical_url(raw)
    assert canonical_url(address) == address


@given(st.from_regex(urls._PLAIN_MMBIZ, fullmatch=True))
def test_the_short_cut_holds_for_all_that_it_takes(address: str) -> None:
    assert picture(address) == (canonical_url(address), image_key(canonical_url(address)))


@given(st.from_regex(urls._PLAIN_CSDN, fullmatch=True))
def test_the_short_cut_for_pictures_copied_by_csdn_gives_what_taking_apart_gives(address: str) -> None:
    assert picture(address) == (canonical_url(address), image_key(canonical_url(address)))


@given(
    inner=st.one_of(
        st.text(max_size=30),
        st.from_regex(urls._PLAIN_MMBIZ, fullmatch=True),
        st.sampled_from([PICTURE + "?wx_fmt=png&amp;x=1", PICTURE + "?wx_fmt=png&from=x", PICTURE + "/../0"]),
    )
)
def test_the_short_cut_for_converted_pictures_gives_what_taking_apart_gives(inner: str) -> None:
    address = imgconvert(inner)
    assert picture(address) == (canonical_url(address), image_key(canonical_url(address)))


@given(st.from_regex(urls._PLAIN_POST, fullmatch=True))
def test_the_plain_address_of_a_post_needs_no_taking_apart(url: str) -> None:
    assert canonical_url(url) == urls._canonical(url)
    assert post_keys(url) == post_keys(f"{url}?spm=1")


@given(st.one_of(st.from_regex(form, fullmatch=True) for form in (urls._PLAIN_LINK, urls._LOOSE_LINK)))
def test_a_plain_link_needs_no_taking_apart(url: str) -> None:
    assert canonical_url(url) == urls._canonical(url)


@example(url="http://mp.weixin.qq.com/s?__biz=M==&mid=1&idx=2&sn=3f&mid=4&idx=5&__biz=x&appmsgid=6#wechat_redirect")
@given(st.from_regex(urls._PLAIN_WECHAT, fullmatch=True))
def test_a_plain_link_to_an_article_on_wechat_needs_no_taking_apart(url: str) -> None:
    assert canonical_url(url) == urls._canonical(url)
    # With two such marks it is the same address, but not in the plain form.
    assert post_keys(url) == post_keys(f"{url}##")
