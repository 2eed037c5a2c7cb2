"""How fast the search answers, how large its index is, and what an import pays for it.

    python tests/bench/bench_search.py [--recommendations 100000] [--queries 300]

An archive of distinct recommendations is written, whose summaries of 100 to 300 Han characters are of words as frequent
as those of real digests, with Latin words between. To hold:

- the first page of 20 in less than 20 ms at the 95th percentile for queries of two characters and more, drawn from the
  summaries, and for the most frequent words; in less than 100 ms for single characters;
- the index at most 1.5 times as large as the text in it;
- an import at most a third dearer than without it, both in processor time, for posts of 140 KB.
"""

import argparse
import gc
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from posts import write_posts

from normalize.archive import Archive, open_readonly
from normalize.archive_rows import RECOMMENDATIONS, RecommendationRow
from normalize.archive_search import write_search
from normalize.migrations import iter_statements, schema_sql
from normalize.model import Reading
from normalize.search import count_hits, parse, search
from tests.normalize.builders import PAPER, entry, post, reading

PAGE_MS = 20.0
CHARACTER_MS = 100.0
INDEX_TO_TEXT = 1.5
IMPORT_TO_BARE = 4 / 3

ENTRIES = 14
_WORDS = """
模型 方法 任务 数据 训练 网络 学习 特征 文本 图像 语义 推理 样本 参数 结构 目标 函数 空间 优化 实验 结果 性能 提出
本文 一个 作者 论文 问题 工作 使用 通过 进行 可以 不同 基于 利用 得到 表示 生成 信息 机制 注意力 神经网络 深度学习
卷积 循环 编码器 解码器 序列 翻译 对话 系统 知识图谱 实体 关系 抽取 分类 检测 分割 识别 视频 语音 语言 词向量 句子
文档 阅读理解 问答 摘要 情感 分析 推荐 用户 预测 排序 检索 匹配 对抗 判别器 变分 隐变量 分布 先验 采样 策略 强化学习
奖励 环境 智能体 迁移 领域 自适应 少样本 元学习 监督 无监督 半监督 预训练 微调 大规模 数据集 标注 噪声 鲁棒 攻击 防御
隐私 压缩 剪枝 量化 蒸馏 搜索 架构 高效 计算 内存 加速 并行 收敛 梯度 下降 正则 归一化 损失 约束 近似 理论 证明 假设
因果 反事实 解释 可视化 指标 评测 基准 优于 超过 显著 提升 有效 表明 验证 解决 缓解 避免 考虑 引入 设计 构建 采用
结合 融合 多模态 跨模态 对齐 聚合 传播 节点 邻居 拓扑 时间 轨迹 交通 城市 医疗 影像 诊断 药物 分子 蛋白质 三维 点云
姿态 估计 重建 渲染 场景 物体 定位 跟踪 行人 人脸 表情 动作 风格 超分辨率 去噪 修复 细节 纹理 边缘 局部 全局 上下文
依赖 层次 粒度 单词 字符 短语 词汇 语法 句法 解析 指代 消解 事件 触发词 链接 消歧 常识 逻辑 规则 符号 程序 代码 表格
多轮 意图 槽位 状态 回复 多样性 一致性 人工 自动 评价 研究 团队 大学 实验室 公司 会议 发表 最佳 开源 复现 细粒度 动态
静态 稀疏 低秩 矩阵 分解 张量 核函数 高斯过程 贝叶斯 随机 游走 决策树 集成 聚类 降维 嵌入 哈希 近邻 索引 存储 查询
因此 然而 此外 同时 首先 其次 最后 其中 以及 但是 由于 为了 从而 例如 目前 现有 传统 经典 主流 最新 两个 多个 各种
大量 部分 整体 主要 重要 关键 核心 简单 复杂 困难 直接 进一步 能够 需要 应该 可能 非常 十分 比较 更加 之间 之后 以上
方面 角度 过程 阶段 步骤 流程 框架 模块 输入 输出 中间 隐藏 激活 权重 初始化 更新 迭代 阈值 比例 数量 长度 尺度
""".split()
_PARTICLES = "的了在是和对与中上将为从到以及有也都被把让其该这那并而又再更最"
_LATIN = "bert lstm gan cnn rnn transformer attention learning sota imagenet coco cifar squad wmt bleu vae dqn".split()
_TITLES = (
    "graph attention network deep sparse neural latent dynamic robust visual language prompt memory for with via model "
    "generation translation detection segmentation supervised adversarial representation knowledge recognition"
).split()


def main() -> int:
    """Measure, print, and say by the exit status whether all holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recommendations", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.db")
        _write(path, args.recommendations // ENTRIES + 1)
        with closing(open_readonly(path)) as connection:
            held = [_index_is_small(connection), *_answers_are_fast(connection, args.queries)]
        held.append(_import_pays_little(Path(folder)))
    return 0 if all(held) else 1


def _tell(what: str, value: float, limit: float, unit: str = "") -> bool:
    print(f"{what:58} {value:7.2f}{unit}  at most {limit:.2f}: {'holds' if value <= limit else 'does not hold'}")
    return value <= limit


# --- the archive -----------------------------------------------------------------------------------------------------


def _write(path: Path, posts: int) -> None:
    begun = time.perf_counter()
    readings: list[Reading] = []
    with Archive.open(path, rules_digest="bench", code_version="bench") as archive:
        for number in range(posts):
            readings.append(_reading(number))
            if len(readings) == 200 or number == posts - 1:
                archive.add(readings, reread=lambda _: None)
                readings.clear()
        print(f"{archive.counts()['recommendations']:,} recommendations in {time.perf_counter() - begun:.0f} s\n")


def _reading(number: int) -> Reading:
    rng = random.Random(number)
    day = date(2016, 1, 1) + timedelta(days=rng.randrange(3650))
    entries = [
        entry(
            place,
            _title(rng, number * ENTRIES + place),
            paper=PAPER.format(number * ENTRIES + place),
            recommender=f"user{rng.randrange(300)}",
            tag=rng.choice(_WORDS),
            summary=_summary(rng),
        )
        for place in range(1, ENTRIES + 1)
    ]
    address = f"https://blog.csdn.net/c9Yv2cf9I06K2A9E/article/details/{80_000_000 + number}"
    title = f"本周值得读的论文 第 {number} 份"
    return reading(f"{number:06}", post(entries, url=address, title=title, published=f"{day}T12:00:00+08:00"))


def _title(rng: random.Random, paper: int) -> str:
    if rng.random() < 0.05:
        return "".join(rng.choices(_WORDS, k=6)) + str(paper)
    return " ".join(word.title() for word in rng.choices(_TITLES, k=rng.randint(5, 10))) + f" {paper}"


def _falling(count: int) -> list[float]:
    """Cumulative weights by Zipf's law."""
    return list(accumulate(1 / (rank + 3) for rank in range(count)))


# Names and rare terms, which no list has.
_rng = random.Random(0)
_POOL = _WORDS + ["".join(chr(0x4E00 + _rng.randrange(3000)) for _ in range(2)) for _ in range(5000)]
_POOL_WEIGHTS, _PARTICLE_WEIGHTS, _LATIN_WEIGHTS = map(_falling, map(len, (_POOL, _PARTICLES, _LATIN)))


def _summary(rng: random.Random) -> str:
    left = rng.randint(100, 300)
    parts = []
    for word in rng.choices(_POOL, cum_weights=_POOL_WEIGHTS, k=left):
        parts.append(word)
        left -= len(word)
        kind = rng.random()
        if kind < 0.33:
            parts += rng.choices(_PARTICLES, cum_weights=_PARTICLE_WEIGHTS)
            left -= 1
        elif kind < 0.42:
            parts.append(rng.choice("，，，。；："))
        elif kind < 0.47:
            parts.append(f" {rng.choices(_LATIN, cum_weights=_LATIN_WEIGHTS)[0].upper()} ")
        if left <= 0:
            break
    return "".join(parts) + "。"


# --- what must hold --------------------------------------------------------------------------------------------------


def _index_is_small(connection: sqlite3.Connection) -> bool:
    tables = "('search_data', 'search_idx', 'search_docsize', 'search_config')"
    size = connection.execute(f"SELECT sum(pgsize) FROM dbstat WHERE name IN {tables}").fetchone()[0]
    columns = "summary", "title", "tag_raw", "recommender_raw", "venue_id", "venue_printed", "section"
    lengths = " + ".join(f"coalesce(length(CAST({column} AS BLOB)), 0)" for column in columns)
    text = connection.execute(f"SELECT sum({lengths}) FROM recommendations").fetchone()[0]
    return _tell(f"index to text ({text / 1e6:.0f} MB)", size / text, INDEX_TO_TEXT)


def _answers_are_fast(connection: sqlite3.Connection, count: int) -> Iterator[bool]:
    rng = random.Random(1)
    query = "SELECT summary FROM recommendations ORDER BY recommendation_id"
    runs = [run for (text,) in connection.execute(query) for run in re.findall("[一-鿿]{2,}", text)]
    samples = {
        "single characters": ([rng.choice(rng.choice(runs)) for _ in range(count)], CHARACTER_MS),
        **{f"{size} characters": (list(_samples(rng, runs, size, count)), PAGE_MS) for size in (2, 3, 4, 6)},
        "most frequent words": (_WORDS[:60], PAGE_MS),
        "two words": ([" ".join(rng.sample(_WORDS, 2)) for _ in range(count)], PAGE_MS),
        "a word without another": ([f"{rng.choice(_WORDS)} -{rng.choice(_WORDS)}" for _ in range(count)], PAGE_MS),
        "Latin words": ([rng.choice(_LATIN + _TITLES) for _ in range(count)], PAGE_MS),
        "Latin and Han": ([f"{rng.choice(_LATIN)}{rng.choice(_WORDS)}" for _ in range(count)], PAGE_MS),
        "beginnings": ([rng.choice(_LATIN + _TITLES)[:3] + "*" for _ in range(count)], PAGE_MS),
    }
    for name, (queries, limit) in samples.items():
        times = sorted(_milliseconds(partial(search, connection, words)) for words in queries)
        hits = sum(count_hits(connection, parse(words)) for words in queries[:50]) / min(len(queries), 50)
        at_95 = times[int(len(times) * 0.95)]
        print(f"  median {times[len(times) // 2]:.1f} ms, longest {times[-1]:.1f} ms, {hits:,.0f} hits on average")
        yield _tell(f"first page at the 95th percentile: {name}", at_95, limit, " ms")


def _samples(rng: random.Random, runs: Sequence[str], size: int, count: int) -> Iterator[str]:
    found = 0
    while found < count:
        run = rng.choice(runs)
        if len(run) >= size:
            found += 1
            at = rng.randint(0, len(run) - size)
            yield run[at : at + size]


def _milliseconds(work: Callable[[], object]) -> float:
    """The shorter of two times: the longer one has waited for other processes."""
    return min(_once(work), _once(work)) * 1000


def _once(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _import_pays_little(folder: Path) -> bool:
    pages, archive = folder / "pages", folder / "import.db"
    write_posts(pages, 500, page_bytes=140_000)
    command = [sys.executable, "-m", "crawler.cli", "import", str(pages), "--archive", str(archive), "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole, index = used.ru_utime + used.ru_stime, _seconds_for_index(folder, archive)
    what = f"import ({whole:.1f} s) to one without index (less {index:.1f} s)"
    return _tell(what, whole / (whole - index), IMPORT_TO_BARE)


def _seconds_for_index(folder: Path, archive: Path) -> float:
    """Processor time of writing the same index alone."""
    with closing(open_readonly(archive)) as connection:
        rows = [RecommendationRow(*row) for row in connection.execute(RECOMMENDATIONS.select())]
    with closing(sqlite3.connect(folder / "index.db", isolation_level=None)) as connection:
        for statement in iter_statements(schema_sql()):
            connection.execute(statement)
        gc.collect()
        begun = time.process_time()
        connection.execute("BEGIN")
        write_search(connection, {}, {row.recommendation_id: row for row in rows})
        connection.execute("COMMIT")
        return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
