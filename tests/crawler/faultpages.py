"""What the fault server says: a made-up blog on CSDN, its posts in three layouts, its lists, and what it says instead.

Pure functions from a :class:`Post` to bytes, so that a test can tell beforehand what will be served.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

USER: Final = "Reader_1"
SUB_DOMAIN: Final = "reader1.blog.csdn.net"
LIST_PATH: Final = "/community/home-api/v1/get-business-list"
FEED_PATH: Final = f"/{USER}/rss/list"
WAYS: Final = ("feed", "list_api", "list_page", "category")
FEED_SIZE: Final = 20
LIST_PAGE_SIZE: Final = 20
CATEGORY_PAGE_SIZE: Final = 40
CATEGORIES: Final = (701, 702)

_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_TAGS: Final = ("Parsing", "Retrieval", "Captioning", "Graph Networks", "Dialogue", "Segmentation")
_VENUES: Final = ("ACL 2018", "CVPR 2019", "KDD 2019", None)

CHALLENGE: Final = (
    '<html><head><meta charset="utf-8"><title>请进行安全验证(Security Verification)</title></head>'
    '<body><div class="text-wrap">当前访问人数过多，请完成安全认证后继续访问</div></body></html>'
).encode()
GONE: Final = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>404</title></head><body><p>页面没有找到</p></body></html>'
).encode()
ERROR_JSON: Final = b'{"code":400,"message":"error"}'


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post of the blog as it stands at a moment; :func:`dataclasses.replace` changes it."""

    number: int
    """Article id; a higher number is newer."""
    blocks: int = 4
    layout: str = "2022"
    """``2018``, ``2022`` or ``2026``."""
    edition: int = 1
    """Another edition says something else about its second paper."""
    advert: int = 0
    """Another advert changes bytes outside the article only."""
    reads: int = 100
    pinned: bool = False
    sub_domain: bool = False
    """The lists name it at the sub-domain of the user's own."""
    past: tuple[int, ...] = ()
    """Numbers of the posts that it names as past ones."""
    named_by: tuple[str, ...] = WAYS
    """Ways of discovery that name it."""
    fault: str = ""
    """What is wrong with its page, see :func:`article`."""
    charset: str = "utf-8"
    """Character set of the bytes; the page and its header always say UTF-8."""


def article_path(number: int, *, sub_domain: bool = False) -> str:
    return f"/article/details/{number}" if sub_domain else f"/{USER}/article/details/{number}"


def article_address(number: int, *, sub_domain: bool = False) -> str:
    """As the real site would have it."""
    host = SUB_DOMAIN if sub_domain else "blog.csdn.net"
    return f"https://{host}{article_path(number, sub_domain=sub_domain)}"


def posted_at(number: int) -> datetime:
    """When a post was published: a day later for each higher number."""
    return datetime(2018, 1, 1, 14, 6, number % 60, tzinfo=_BEIJING) + timedelta(days=number % 2500)


def title(number: int) -> str:
    return f"本周值得读的论文 第 {number} 份"


# --- articles --------------------------------------------------------------------------------------------------------

_HEADS: Final = {
    "2018": (
        "<title>{title} - 读者 - CSDN博客</title>",
        '<div class="article-header-box"><h1 class="title-article">{title}</h1>'
        '<span class="time">{time:%Y年%m月%d日 %H:%M:%S}</span>'
        '<a class="follow-nickName" href="https://me.csdn.net/Reader_1">读者</a>'
        '<span class="read-count">阅读数：{reads}</span></div>',
    ),
    "2022": (
        "<title>{title}_读者的博客-CSDN博客</title>",
        '<div class="article-header-box"><h1 class="title-article" id="articleContentId">{title}</h1>'
        '<a class="follow-nickName" href="https://blog.csdn.net/Reader_1" title="读者">读者</a>'
        '<span class="time">于&nbsp;{time:%Y-%m-%d %H:%M:%S}&nbsp;发布</span>'
        '<span class="read-count">{reads}</span></div>',
    ),
    "2026": (
        "<title>{title}-CSDN博客</title>"
        '<meta property="article:published_time" content="{time:%Y-%m-%dT%H:%M:%S}+08:00">',
        '<script>var articleTitle = "{title}"; var nickName = "读者"; var viewCountFormat = {reads};</script>'
        '<div class="article-header-box"><h1 class="title-article" id="articleContentId">{title}</h1></div>',
    ),
}
_PAGE: Final = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<link rel="canonical" href="https://blog.csdn.net/{user_lower}/article/details/{number}"/>
{head}
<link rel="stylesheet" href="https://csdnimg.cn/release/blogv2/dist/pc/css/detail_enter.min.css"></head>
<body>{header}
<article class="baidu_pl"><div id="article_content" class="article_content clearfix">
<div id="content_views" class="htmledit_views">
{body}
</div></div></article>
<div class="tags-box"><a class="tag-link" href="https://blog.csdn.net/{user}/category_{category}.html">论文</a></div>
<div class="recommend-box"><a href="https://blog.csdn.net/neighbour/article/details/{advert}">广告 {advert}</a></div>
</body></html>
"""
_LOCK: Final = (
    '<p><img src="https://csdnimg.cn/release/blogv2/dist/pc/img/lock.png">最低0.47元/天 解锁文章</p>'
    "<p>200万优质内容无限畅学</p>"
)
_LOGIN: Final = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>CSDN博客</title>'
    '<link rel="stylesheet" href="https://csdnimg.cn/release/blogv2/dist/pc/css/detail_enter.min.css"></head>'
    '<body><div id="article_content"></div><div class="passport-login-container">登录后可查看全文</div></body></html>'
)


def article(post: Post) -> bytes:
    """A post's page.

    ``post.fault``: ``box_renamed``, ``no_blocks``, ``no_title``, ``no_time``, ``no_recommenders``, ``no_links``,
    ``no_images``, ``no_summaries`` (the site's layout broke); ``vip`` (cut, the rest is sold), ``login``, ``essay``
    (no digest), ``no_end`` (the closing tags are missing).
    """
    if post.fault == "login":
        return _LOGIN.encode()
    head, header = _HEADS[post.layout]
    values = {"title": title(post.number), "time": posted_at(post.number), "reads": post.reads}
    page = _PAGE.format(
        user=USER,
        user_lower=USER.lower(),
        number=post.number,
        head=head.format(**values),
        header=header.format(**values),
        body=_body(post),
        category=category_of(post.number),
        advert=88_000_000 + post.advert,
    )
    return _spoil(page, post).encode(post.charset, "xmlcharrefreplace")


def _spoil(page: str, post: Post) -> str:
    if post.fault == "box_renamed":
        return page.replace("article_content", "article_text").replace("content_views", "text_views")
    if post.fault == "no_title":
        return page.replace(title(post.number), "").replace("title-article", "headline")
    if post.fault == "no_time":
        time = posted_at(post.number)
        for form in ("%Y年%m月%d日 %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+08:00"):
            page = page.replace(time.strftime(form), "")
        return page
    return page[: page.index("</article>")] if post.fault == "no_end" else page


def _body(post: Post) -> str:
    if post.fault in ("essay", "no_blocks"):
        return "\n".join(f"<p>{_summary(post, at)}</p>" for at in range(1, post.blocks + 1))
    parts = [f"<p>这是 PaperDaily 的第 <strong>{post.number % 9999 + 1}</strong> 篇文章</p>"]
    parts += [_block(post, at) for at in range(1, post.blocks + 1)]
    if post.fault == "vip":
        return "\n".join(parts[: 1 + post.blocks // 2]) + _LOCK
    if post.past:
        parts.append("<p><strong>点击以下标题查看往期推荐：</strong></p><ul>")
        parts += [f'<li><p><a href="{article_address(n)}">{title(n)}</a></p></li>' for n in post.past]
        parts.append("</ul>")
    return "\n".join([*parts, "<p><strong>关于PaperWeekly</strong></p>", "<p>一个推荐论文的社区。</p>"])


def _block(post: Post, at: int) -> str:
    paper = 10_000 + post.number % 10_000 * 10 + at
    lines = [f"<p><strong>Learning Number {paper} from Small Examples</strong></p>"]
    if post.fault != "no_recommenders":
        lines.append(f"<p><strong>@reader{paper % 17} 推荐</strong></p>")
    lines.append(f"<p>#{_TAGS[paper % len(_TAGS)]}</p>")
    if post.fault != "no_summaries":
        lines.append(f"<p>{_summary(post, at)}</p>")
    if post.fault != "no_images":
        lines.insert(
            0, f'<p><img alt="640" src="https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/b{paper}/640"></p>'
        )
        lines.append(f'<p><img alt="640" src="https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/f{paper}/640"></p>')
    if post.fault != "no_links":
        lines.append(f"<p>论文链接</p><p>https://www.paperweekly.site/papers/{paper}</p>")
        lines.append(f"<p>源码链接</p><p>https://github.com/lab{paper % 7}/number-{paper}</p>")
    return "".join(lines)


def _summary(post: Post, at: int) -> str:
    venue = _VENUES[(post.number + at) % len(_VENUES)]
    lead = f"本文是清华大学发表于 {venue} 的工作，" if venue else ""
    news = f"第 {post.edition} 版补充了实验。" if at == 2 else ""
    return f"{lead}作者用第 {post.number % 1000} 组样本说明了方法 {at} 的长处和短处。{news}"


# --- ways of discovery -----------------------------------------------------------------------------------------------


def category_of(number: int) -> int:
    return CATEGORIES[number % len(CATEGORIES)]


def newest_first(posts: Sequence[Post], way: str) -> list[Post]:
    """Those that a way names, as the site sorts them; the feed does not know pinned ones."""
    named = [post for post in posts if way in post.named_by]
    return sorted(named, key=lambda post: (post.pinned and way != "feed", post.number), reverse=True)


def feed(posts: Sequence[Post]) -> bytes:
    """``/USER/rss/list``: the newest twenty."""
    items = "".join(
        f"<item><title><![CDATA[{title(post.number)}]]></title>"
        f"<link>{article_address(post.number, sub_domain=post.sub_domain)}</link>"
        f"<guid>{article_address(post.number, sub_domain=post.sub_domain)}</guid><author>{USER}</author>"
        f"<pubDate>{format_datetime(posted_at(post.number))}</pubDate>"
        f"<description><![CDATA[{title(post.number)}]]></description></item>\n"
        for post in newest_first(posts, "feed")[:FEED_SIZE]
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>\n<title>读者</title>'
        f"<link>https://blog.csdn.net/{USER}</link>\n{items}</channel></rss>\n"
    ).encode()


def list_answer(posts: Sequence[Post], *, page: int, size: int) -> bytes:
    """The JSON list: a page past the end has ``"list": null``."""
    named = newest_first(posts, "list_api")
    items = [
        {
            "articleId": post.number,
            "title": title(post.number),
            "description": "",
            "url": article_address(post.number, sub_domain=post.sub_domain),
            "type": 1,
            "top": post.pinned,
            "forcePlan": False,
            "viewCount": post.reads,
            "commentCount": 0,
            "postTime": f"{posted_at(post.number):%Y-%m-%d %H:%M:%S}",
            "diggCount": 0,
            "formatTime": "20 小时前",
        }
        for post in named[(page - 1) * size : page * size]
    ]
    data = {"list": items or None, "total": len(named)}
    answer = {"code": 200, "message": "success", "traceId": "fault-server", "data": data}
    return json.dumps(answer, ensure_ascii=False).encode()


def list_page(posts: Sequence[Post], *, page: int, layout: str) -> bytes:
    """``/USER/article/list/N`` in the layout of ``2016``, ``2017``, ``2020`` or ``2023``."""
    named = newest_first(posts, "list_page")
    shown = named[(page - 1) * LIST_PAGE_SIZE : page * LIST_PAGE_SIZE]
    items = "\n".join(_LIST_ITEMS[layout].format(**_list_values(post)) for post in shown)
    pages = -(-len(named) // LIST_PAGE_SIZE) or 1
    categories = "".join(
        f'<li><a href="https://blog.csdn.net/{USER}/category_{c}.html">论文</a></li>' for c in CATEGORIES
    )
    body = _LIST_BOXES[layout].format(items=items or "<p>空空如也</p>", pages=pages, total=len(named), user=USER)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>读者的博客 - CSDN博客</title>'
        f'<link rel="canonical" href="https://blog.csdn.net/{USER}"/>'
        '<link rel="stylesheet" href="https://csdnimg.cn/release/phoenix/template/css/list.min.css"></head>\n'
        f"<body>{body}\n<ul class='aside-category'>{categories}</ul></body></html>\n"
    ).encode()


def _list_values(post: Post) -> dict[str, str]:
    return {
        "address": escape(article_address(post.number, sub_domain=post.sub_domain)),
        "path": article_path(post.number, sub_domain=post.sub_domain),
        "number": str(post.number),
        "title": title(post.number),
        "time": f"{posted_at(post.number):%Y-%m-%d %H:%M:%S}",
        "reads": str(post.reads),
    }


# The first box of the list of 2018 to 2023 is a hidden advert of somebody else's post.
_ADVERT_BOX: Final = (
    '<div class="article-item-box csdn-tracking-statistics" style="display: none;" data-articleid="82762601">'
    '<h4><a href="https://blog.csdn.net/neighbour/article/details/82762601"><span class="article-type type-1">原</span>'
    "广告</a></h4></div>"
)
_LIST_ITEMS: Final = {
    "2016": '<div class="list_item list_view"><span class="link_title"><a href="{path}">{title}</a></span>'
    '<span class="link_postdate">{time}</span><span class="link_view">阅读({reads})</span></div>',
    "2017": '<li class="blog-unit"><a href="{address}"><h3 class="blog-title">{title}</h3></a><p class="text">摘要</p>'
    '<div class="left-dis-24">{time}</div></li>',
    "2020": '<div class="article-item-box csdn-tracking-statistics" data-articleid="{number}"><h4 class="">'
    '<a href="{address}" target="_blank"><span class="article-type type-1 float-none">原创</span> {title}</a></h4>'
    '<p class="content"><a href="{address}">摘要</a></p><div class="info-box"><span class="date">{time}</span>'
    '<span class="read-num">{reads}</span></div></div>',
    "2023": '<article class="blog-list-box"><a href="{address}" target="_blank"><h4>{title}</h4></a>'
    '<div class="view-time-box">博文更新于 3 天前 · {reads} 阅读</div></article>',
}
_LIST_BOXES: Final = {
    "2016": '<div id="article_list" class="list">{items}</div><div id="papelist" class="pagelist">'
    '<span>{total}条 共{pages}页</span><a href="/{user}/article/list/{pages}">尾页</a></div>',
    "2017": '<ul class="blog-units">{items}</ul><a class="page-link" href="/{user}/article/list/{pages}">{pages}</a>',
    "2020": '<div class="article-list">' + _ADVERT_BOX + "{items}</div>"
    '<script>var currentPage = 1; var baseUrl = "https://blog.csdn.net/{user}/article/list"; var pageSize = 20 ;'
    " var listTotal = {total} ;</script>",
    "2023": '<div class="mainContent">{items}</div>',
}


def category_page(posts: Sequence[Post], category: int, *, page: int) -> bytes:
    """``/USER/category_ID.html``, page N ``/USER/category_ID_N.html``."""
    named = [post for post in newest_first(posts, "category") if category_of(post.number) == category]
    shown = named[(page - 1) * CATEGORY_PAGE_SIZE : page * CATEGORY_PAGE_SIZE]
    items = "\n".join(
        '<li><a href="{address}" target="_blank"><div class="column_article_title"><h2 class="title">{title}</h2></div>'
        '<div class="column_article_data"><span>{time}</span></div></a></li>'.format(**_list_values(post))
        for post in shown
    )
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>论文_读者的博客-CSDN博客</title>'
        f'<link rel="canonical" href="https://blog.csdn.net/{USER.lower()}/category_{category}.html"/></head>\n'
        f'<body><div class="column_data"><span>文章数：{len(named)}</span></div>\n'
        f'<ul class="column_article_list">{items}</ul></body></html>\n'
    ).encode()
