"""Distinct digest posts in the layouts of the sites, for benchmarks.

A post has 14 blocks. A page is as large as saved pages of its layout are: most of it is the site's own furniture, which
has grown from 54 KB in 2018 to 445 KB in 2026.
"""

import random
from collections.abc import Sequence
from pathlib import Path

BLOCKS = 14
PAGE_BYTES = {"2018": 54_000, "2020": 210_000, "2022": 190_000, "2024": 169_000, "2025": 305_000, "2026": 445_000}

_WORDS = "graph attention network deep sparse neural latent dynamic robust visual language prompt memory kernel".split()
_NOUNS = "parsing translation retrieval detection segmentation ranking reasoning generation alignment tracking".split()
_HAN = "模型方法任务数据训练结果网络特征学习提出文本图像语义推理样本参数结构目标函数空间优化实验表明有效提升性能"
_VENUES = "ACL 2018", "CVPR 2019", "NeurIPS 2020", "ICLR 2021", "KDD 2019", "EMNLP 2018", None, None, None
_PLACES = "清华大学", "CMU", "北京大学和微软亚洲研究院", "Google Brain", "斯坦福大学"

_HEADS = {
    "2018": '<h1 class="title-article">{title}</h1><span class="time">2018年{m:02}月{d:02}日 14:06:{s:02}</span>'
    '<span class="read-count">阅读数：{reads}</span>',
    "2020": '<h1 class="title-article">{title}</h1><span class="time">最后发布于2019-{m:02}-{d:02} 14:06:{s:02}</span>'
    '<span class="read-count">阅读数 {reads}</span>',
    "2022": '<h1 class="title-article" id="articleContentId">{title}</h1>'
    '<span class="time">于&nbsp;2021-{m:02}-{d:02} 14:06:{s:02}&nbsp;发布</span>'
    '<span class="read-count">{reads}</span>',
    "2024": '<h1 class="title-article" id="articleContentId">{title}</h1><span class="time blog-postTime" '
    'data-time="2023-{m:02}-{d:02} 14:06:{s:02}"></span><span class="read-count">阅读量{reads}</span>',
    "2025": '<h1 class="title-article" id="articleContentId">{title}</h1><script>var viewCountFormat = {reads};'
    'var postTime = "2025-{m:02}-{d:02} 14:06:{s:02}";</script>',
    "2026": '<meta property="article:published_time" content="2026-{m:02}-{d:02}T14:06:{s:02}+08:00">'
    '<h1 class="title-article" id="articleContentId">{title}</h1><script>var viewCountFormat = {reads};</script>',
}


def write_posts(
    folder: Path,
    count: int,
    *,
    seed: int = 0,
    layouts: Sequence[str] = tuple(PAGE_BYTES),
    page_bytes: int | None = None,
) -> list[Path]:
    """Write that many pages and return their paths; ``page_bytes``: all of one size instead of that of their layout."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        path = folder / f"{number:06}.html"
        path.write_text(_page(random.Random(f"{seed}/{number}"), number, layouts, page_bytes), "utf-8")
        paths.append(path)
    return paths


def _page(rng: random.Random, number: int, layouts: Sequence[str], page_bytes: int | None) -> str:
    layout = layouts[number % len(layouts)]
    head = _HEADS[layout].format(
        title=f"本周值得读的论文 第 {number} 份",
        m=rng.randint(1, 12),
        d=rng.randint(1, 28),
        s=rng.randint(0, 59),
        reads=rng.randint(50, 5000),
    )
    address = f"https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{80_000_000 + number}"
    body = "\n".join(
        [f"<p>这是 PaperDaily 的第 <strong>{number % 9999 + 1}</strong> 篇文章</p>"]
        + [_block(rng, number * BLOCKS + at) for at in range(BLOCKS)]
        + ["<p><strong>关于PaperWeekly</strong></p>"]
    )
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="canonical" href="{address}">'
        f'<title>{number}</title></head><body>{head}<article class="baidu_pl"><div id="article_content" '
        f'class="article_content"><div id="content_views" class="htmledit_views">{body}</div></div></article>'
    )
    return page + _furniture(rng, (page_bytes or PAGE_BYTES[layout]) - len(page.encode())) + "</body></html>"


def _furniture(rng: random.Random, size: int) -> str:
    """Lists of other posts, as they fill the page under an article."""
    item = (
        '<div class="recommend-item-box type_blog clearfix" data-report-view=\'{{"mod":"popu_387","dist":"{n}"}}\'>'
        '<a href="https://blog.csdn.net/someone/article/details/{n}" target="_blank"><div class="title">{t}</div></a>'
        '<span class="info-block time">07-21</span><span class="read-num">{n}</span></div>\n'
    )
    items = []
    while size > 0:
        items.append(item.format(n=rng.randint(10**7, 10**8), t="".join(rng.choices(_HAN, k=18))))
        size -= len(items[-1].encode())
    return "".join(items)


def _block(rng: random.Random, paper: int) -> str:
    title = f"{' '.join(rng.sample(_WORDS, 3)).title()} for {rng.choice(_NOUNS).title()} {paper}"
    venue = rng.choice(_VENUES)
    lead = f"本文是{rng.choice(_PLACES)}发表于 {venue} 的工作，" if venue else ""
    text = ["".join(rng.choices(_HAN, k=rng.randint(60, 160))) + "。" for _ in range(rng.randint(1, 3))]
    text[0] = lead + text[0]
    code = f"<p>源码链接</p><p>https://github.com/lab{paper % 97}/{rng.choice(_WORDS)}-{paper}</p>" if paper % 2 else ""
    return (
        f"<p>{_picture(rng)}</p><p><strong>{title}</strong></p><p><strong>@user{paper % 311} 推荐</strong></p>"
        f"<p>#{rng.choice(_NOUNS).title()}</p>"
        + "".join(f'<p style="text-align: justify;"><span style="font-size: 15px;">{line}</span></p>' for line in text)
        + f"<p>{''.join(_picture(rng) for _ in range(5))}</p><p><strong>▲</strong>论文模型：点击查看大图</p>"
        + f"<p>{_picture(rng)}</p><p>论文链接</p><p>https://www.paperweekly.site/papers/{100_000 + paper}</p>{code}"
    )


def _picture(rng: random.Random) -> str:
    key = f"{rng.getrandbits(160):040x}"
    return f'<img alt="640" src="https://ss.csdn.net/p?https://mmbiz.qpic.cn/mmbiz_png/{key}/640">'
