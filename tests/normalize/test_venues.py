"""The venue of a paper as its summary states it."""

import json
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.model import VenueMention
from normalize.venues import (
    compile_names,
    find_mentions,
    find_venue,
    fold_letters,
    full_year,
    load_venues,
    sentence_spans,
    text_start,
)

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def told(summary: str, section: str | None = None) -> tuple[str, int | None, str] | None:
    venue = find_venue(summary, section=section)
    return (venue.name, venue.year, venue.status) if venue else None


# Standing phrases of the blog's digests, 2017-2019.
PRINTED = [
    ("本文是哈工大发表于 IJCAI 2018 的工作", "IJCAI", 2018, "published", "IJCAI 2018"),
    ("本文是 Tencent AI Lab 与香港中文大学联合发表于 ACL 2018的工作", "ACL", 2018, "published", "ACL 2018"),
    ("本文是上海科技大学发表于 ACL 2018 的工作，论文收到 6/5/5 的评分", "ACL", 2018, "published", "ACL 2018"),
    (
        "本文是图鸭科技图片压缩团队于 CVPR 2018 图像压缩别挑战赛（CLIC）参赛论文。",
        "CVPR", 2018, "challenge", "CVPR 2018",
    ),
    ("本文是伦敦大学玛丽皇后学院发表于 CVPR 2017 的工作", "CVPR", 2017, "published", "CVPR 2017"),
    ("本文来自 SIGIR ’18。深度表征学习网络可以自动地学习", "SIGIR", 2018, "published", "SIGIR ’18"),
    ("本文是亚马逊和 UT Austin 发表于ICLR 2018 的工作", "ICLR", 2018, "published", "ICLR 2018"),
    ("本文是 CVPR 2017 的一篇 Oral 文章，主要工作", "CVPR", 2017, "oral", "CVPR 2017"),
    ("很有意思的工作。ICCV'17 Poster。", "ICCV", 2017, "poster", "ICCV'17"),
    ("ICCV'17 Poster。", "ICCV", 2017, "poster", "ICCV'17"),
    ("node2vec 是 16 年 KDD 的一个工作", "KDD", 2016, "published", "16 年 KDD"),
    ("CVPR 2017：多人姿态实时估计，这里主要亮点", "CVPR", 2017, "published", "CVPR 2017"),
    ("提出了一种模型，本文已被AAAI2018 录用。", "AAAI", 2018, "accepted", "AAAI2018"),
    ("AAAI2018 录用文章，将深度强化学习用于对话系统。", "AAAI", 2018, "accepted", "AAAI2018"),
    ("最近发表在语音顶会 Interspeech 上的一篇关于对话的文章。", "Interspeech", None, "published", "Interspeech"),
    ("本文已被 SIGIDIAL 2017 录用。", "SIGDIAL", 2017, "accepted", "SIGIDIAL 2017"),
    ("本文为 ICLR 2018 最佳论文。文章基于 CNN，提出", "ICLR", 2018, "best-paper", "ICLR 2018"),
    ("CVPR 2017 第一篇用深度网络来学习 hash code 的文章。", "CVPR", 2017, "published", "CVPR 2017"),
    ("NIPS 2017 录用论文，通过对数正态乘法噪声", "NeurIPS", 2017, "accepted", "NIPS 2017"),
    ("这篇 2017 年发表在 NIPS 的文章提出", "NeurIPS", 2017, "published", "2017 年发表在 NIPS"),
    ("本文为 ICLR 2018 录用论文", "ICLR", 2018, "accepted", "ICLR 2018"),
    ("本文为 AAAI2017 录用文章", "AAAI", 2017, "accepted", "AAAI2017"),
    ("这篇文章是 Google 投 ICASSP2018 的，提出", "ICASSP", 2018, "submitted", "ICASSP2018"),
    ("阿里巴巴团队的工作，发表在 IJCAI2017 上", "IJCAI", 2017, "published", "IJCAI2017"),
    ("本文是北京大学孙栩老师组和微软亚洲研究院发表在 AAAI 2019 上的工作", "AAAI", 2019, "published", "AAAI 2019"),
    ("北京大学孙栩组共同完成即将发表在 AAAI 2019 的工作", "AAAI", 2019, "accepted", "AAAI 2019"),
    (
        "本文是中国科学院自动化所智能感知与计算中心被 AAAI 2019 接收的论文",
        "AAAI", 2019, "accepted", "AAAI 2019",
    ),
    ("本文是清华大学刘知远老师组发表于 EMNLP 2018 的工作", "EMNLP", 2018, "published", "EMNLP 2018"),
    ("本文是 Zalando Research 发表于 COLING 2018 的工作", "COLING", 2018, "published", "COLING 2018"),
    (
        "本文是阿德莱德大学发表于 BMVC 2018 的工作，论文关注分割。作者将源自 CVPR 2017 的 RefineNet 作为基础网络",
        "BMVC", 2018, "published", "BMVC 2018",
    ),
    ("本文是商汤科技、香港中文大学和南洋理工大学发表于 ECCV 2018 的工作", "ECCV", 2018, "published", "ECCV 2018"),
    ("本文是华盛顿大学发表于 KDD 2018 的工作", "KDD", 2018, "published", "KDD 2018"),
    ("本文是新加坡国立大学发表于 WWW 2018 的工作", "WWW", 2018, "published", "WWW 2018"),
    ("本文是 Facebook AI Research 发表于 NIPS 2018 的工作", "NeurIPS", 2018, "published", "NIPS 2018"),
    ("本文是 ICLR 2018 最佳论文之一", "ICLR", 2018, "best-paper", "ICLR 2018"),
    ("本文是中科院软件所发表于 ACL 2018 的工作，论文主要研究", "ACL", 2018, "published", "ACL 2018"),
    ("本文是阿里巴巴和香港科技大学发表于 SIGKDD 2018 的工作", "KDD", 2018, "published", "SIGKDD 2018"),
    ("本文是 UIUC 和英特尔发表于 CVPR 2018 的工作", "CVPR", 2018, "published", "CVPR 2018"),
    ("这篇发表在 ACL 2018 上的论文来自于杜克大学 Lawrence Carin 教授的实验室", "ACL", 2018, "published", "ACL 2018"),
    ("本文是清华大学和微软发表在 KDD ’18 的工作", "KDD", 2018, "published", "KDD ’18"),
    ("本文是清华大学发表于 WWW 18 的工作", "WWW", 2018, "published", "WWW 18"),
    ("本文来自 AAAI2018，厦门大学 Tan 等人的工作", "AAAI", 2018, "published", "AAAI2018"),
    (
        "最初发表于 2015 年的机器学习领域顶级会议 ICML 上",
        "ICML", 2015, "published", "2015 年的机器学习领域顶级会议 ICML",
    ),
    ("IJCAI-17 最新文章", "IJCAI", 2017, "published", "IJCAI-17"),
    ("本文是约翰霍普金斯大学、Google AI 和斯坦福大学联合发表于 ECCV 2018 的", "ECCV", 2018, "published", "ECCV 2018"),
    ("本文是新加坡国立大学和 eBay 发表于 AAAI 2019 的工作", "AAAI", 2019, "published", "AAAI 2019"),
    ("CVPR 2018 Spotlight 论文，ReID + GAN 换 pose。", "CVPR", 2018, "spotlight", "CVPR 2018"),
    ("CVPR 2018 RE-ID Spotlight 一篇", "CVPR", 2018, "spotlight", "CVPR 2018"),
    ("CVPR 2018 Oral 一篇", "CVPR", 2018, "oral", "CVPR 2018"),
    ("CVPR 2018 Oral，topic：网络设计模块化。", "CVPR", 2018, "oral", "CVPR 2018"),
    (
        "在 NIPS 2017 上，该团队已经为我们贡献了 Pose Guided Person Image Generation，在 CVPR 2018 中，"
        "他们推出的更新的这篇论文入选今年的 Spotlight",
        "CVPR", 2018, "spotlight", "CVPR 2018",
    ),
    ("CVPR 2018 Zisserman 的新论文", "CVPR", 2018, "published", "CVPR 2018"),
    ("即将发表于 Nature Communications。", "Nature Communications", None, "accepted", "Nature Communications"),
    ("即将发表于《Nature Communications》。", "Nature Communications", None, "accepted", "Nature Communications"),
    ("达特茅斯学院和 Facebook 联合发表于NeurIPS 2018 的这篇文章", "NeurIPS", 2018, "published", "NeurIPS 2018"),
    (
        "本文是由南加州大学和腾讯 AI Lab 合作发表于 NeurIPS 2018 的 Spotlight 论文之一",
        "NeurIPS", 2018, "spotlight", "NeurIPS 2018",
    ),
    (
        "本文概述了 2018 年 6 月发表在 IEEE TIP 期刊的论文",
        "IEEE TIP", 2018, "published", "2018 年 6 月发表在 IEEE TIP",
    ),
    ("Learning to See 发表于 ECCV 2018 的 Workshops", "ECCV", 2018, "workshop", "ECCV 2018"),
    ("GIBSON 是中山大学和 CVTE 发表于 CVPR 2018 的工作", "CVPR", 2018, "published", "CVPR 2018"),
    ("作者今天要解读的是 UC Berkeley 投稿 ICLR 2019 的工作", "ICLR", 2019, "submitted", "ICLR 2019"),
    ("本文是上海交大、微软亚洲研究院和香港理工大学联合发表于 CIKM 2018 的", "CIKM", 2018, "published", "CIKM 2018"),
    (
        "本文是 Airbnb 团队发表于 KDD 18 的工作，摘得 Applied Data Science Track Best Paper 奖项",
        "KDD", 2018, "best-paper", "KDD 18",
    ),
    ("本文是圣塔克拉拉大学和 Google 联合发表于 SIGIR 2018 的工作", "SIGIR", 2018, "published", "SIGIR 2018"),
    ("本文是国立清华大学发表于 ACL 2018 的工作，论文主要贡献如下", "ACL", 2018, "published", "ACL 2018"),
    ("在第十二届国际语义评测比赛 SemEval 2018 的反讽检测任务上获得冠军", "SemEval", 2018, "challenge", "SemEval 2018"),
    ("本文是一篇 2016 年 ICLR 的 workshop paper，文章", "ICLR", 2016, "workshop", "2016 年 ICLR"),
    ("本文来自 GECCO 2016，论文提出", "GECCO", 2016, "published", "GECCO 2016"),
]  # fmt: skip

# The same in other words: how such prose also says it.
OTHER_WORDS = [
    ("这是一篇 ACL 2018 的论文，提出了新的方法。", "ACL", 2018, "published"),
    ("这篇论文是 NIPS 2016 的 oral。", "NeurIPS", 2016, "oral"),
    ("发现一篇好文章，KDD 2017 Oral，推荐阅读。", "KDD", 2017, "oral"),
    ("本文（CVPR 2019）提出了一种新的网络。", "CVPR", 2019, "published"),
    ("本文收录于 ICCV 2019。", "ICCV", 2019, "accepted"),
    ("本文入选 CVPR 2020 Oral。", "CVPR", 2020, "oral"),
    ("论文已被 ECCV 2020 接收。", "ECCV", 2020, "accepted"),
    ("本文在 ICML 2018 上获得最佳论文奖。", "ICML", 2018, "best-paper"),
    ("本文是 MIT 发表于 ICML 2018 的工作。该论文获得了最佳论文奖。", "ICML", 2018, "best-paper"),
    ("本文是 CMU 发表于 ICML 2018 的工作，并被选为 Oral。", "ICML", 2018, "oral"),
    ("今年 CVPR 的一篇论文，做的是检测。", "CVPR", None, "published"),
    ("2016KDD 的论文，提出了 node2vec。", "KDD", 2016, "published"),
    ("本文发表于２０１８年的ＡＡＡＩ会议。", "AAAI", 2018, "published"),
    ("本文来自\xa0ICLR\xa02018。", "ICLR", 2018, "published"),
    ("本文是 MSRA 发表在 CVPR（2016）上的工作。", "CVPR", 2016, "published"),
    ("本文是腾讯 AI Lab 的 ACL 2018 论文。", "ACL", 2018, "published"),
    ("本文已被 IEEE Transactions on Image Processing 接收。", "IEEE TIP", None, "accepted"),
    ("本文是谷歌发表于 IEEE TPAMI 2018 的工作。", "IEEE TPAMI", 2018, "published"),
    ("本文发表于 TPAMI。", "IEEE TPAMI", None, "published"),
    ("DeepMind 的这篇论文发表在 Nature 上，引起轰动。", "Nature", None, "published"),
    ("本文发表于《Science》杂志。", "Science", None, "published"),
    ("论文发表于《自然》。", "Nature", None, "published"),
    ("本文发表于 Science Robotics。", "Science Robotics", None, "published"),
    ("本文被 ACM Multimedia 2018 录用为 oral。", "ACM MM", 2018, "oral"),
    ("本文是 NAACL-HLT 2019 的最佳长论文。", "NAACL", 2019, "best-paper"),
    ("本文发表在 NIPS 2017 的 Deep RL Workshop 上。", "NeurIPS", 2017, "workshop"),
    ("本文来自 NIPS Workshop 2017。", "NeurIPS", 2017, "workshop"),
    ("本文来自 CVPRW 2018。", "CVPR", 2018, "workshop"),
    ("本文目前在审，投稿至 ICLR 2018。", "ICLR", 2018, "submitted"),
    ("论文已投稿 ICLR 2019，目前处于双盲审稿阶段。", "ICLR", 2019, "submitted"),
    ("ICLR 2019 under review 的文章，效果惊人。", "ICLR", 2019, "submitted"),
    ("华为诺亚方舟实验室在 WSDM’19 上发表的论文。", "WSDM", 2019, "published"),
    ("本文是 EMNLP'18 的短文。", "EMNLP", 2018, "published"),
    ("本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。CVPR 2018 的工作，做检测。", "CVPR", 2018, "published"),
    ("本文发表于 ICXYZ 2018，做的是声学。", "ICXYZ", 2018, "published"),
    ("本文发表于《Journal of Sound and Vibration》。", "Journal of Sound and Vibration", None, "published"),
    ("本文基于深度学习的方法发表于 CVPR 2018。", "CVPR", 2018, "published"),
    ("WWW 2017 的论文，做的是推荐。", "WWW", 2017, "published"),
    ("本文是 IJCAI-ECAI-18 的工作。", "IJCAI", 2018, "published"),
    ("本文是阿里巴巴在 SIGIR 2019 上的工作。", "SIGIR", 2019, "published"),
    ("这篇文章来自 ICLR 2017，提出了自注意力。", "ICLR", 2017, "published"),
    ("推荐一篇 SIGMOD 2018 的文章。", "SIGMOD", 2018, "published"),
    ("本文荣获 CVPR 2018 最佳学生论文奖。", "CVPR", 2018, "best-paper"),
    ("论文中稿 AAAI 2020。", "AAAI", 2020, "accepted"),
    ("该论文被 ACL2018 接收，作者来自清华大学。", "ACL", 2018, "accepted"),
    ("DeepMind 在 Nature 上发表的 AlphaGo Zero 论文。", "Nature", None, "published"),
    ("本文是 KDD Cup 2018 冠军团队的方案。", "KDD Cup", 2018, "challenge"),
    ("本文获得了 SemEval-2018 Task 3 的第一名。", "SemEval", 2018, "challenge"),
    ("在刚刚结束的 ACL 2018 上，来自爱丁堡大学的研究者发表了一篇论文。", "ACL", 2018, "published"),
    ("周志华老师的深度森林，IJCAI 2017。", "IJCAI", 2017, "published"),
    ("ICLR 2017 | 本文提出一种新的方法", "ICLR", 2017, "published"),
    ("2017 CVPR 论文，用于行人重识别。", "CVPR", 2017, "published"),
    ("作者在 CVPR 2019 上提出的方法基础上，进一步改进，本文被 TPAMI 接收。", "IEEE TPAMI", None, "accepted"),
    ("该论文是 ICLR2019 的一篇投稿论文。", "ICLR", 2019, "submitted"),
    ("论文已发表至 IEEE Transactions on Multimedia。", "IEEE TMM", None, "published"),
    ("ICCV 2017 最佳论文 Mask R-CNN，在 Faster R-CNN 的基础上添加了分支。", "ICCV", 2017, "best-paper"),
]

# Venues of other works, data sets, contests, and words that only look like venues.
NONE = [
    "BLEU score 相比 AAAI17 的 seqGAN 有大幅度的提升",
    "结果完胜 ECCV 2018 明星模型 CARNM，在多个数据集（涵盖 ICCV 2017 和 CVPR 2018）上击败 CVPR 2016",
    "深度强化学习的最新综述，发表于 2017 下半年。",
    "来自多所大学的学者在 arXiv 上发表论文提出",
    "这是 IBM 在 arXiv，2018 年 1 月 9 日新挂的一篇论文",
    "虽然至今为止不知道发在哪里（一直只是在 arXiv 上）",
    "15 年发表至今被引用上千次",
    "本文来自 Facebook AI Research，提出",
    "本文来自微软。",
    "本文来自 OpenAI。",
    "今年的 Oral，令人印象深刻的一篇文章",
    "在 ImageNet2012 上取得了 SOTA。",
    "实验用 SemEval 数据集。",
    "在 KBP2017 和 ACE2005 上取得了最好的结果。",
    "在 CIKM16 和 RSC15 上做了实验。",
    "数据来自 CIKM16。",
    "在 SemEval 2014 Task 4 上取得了最好的结果。",
    "实验结果表明，在 WMT 2014 英德任务上超过了 Transformer。",
    "在 WMT 六个语言对 12 个翻译方向上进行了实验论证",
    "作者将源自 CVPR 2017 的 RefineNet 作为基础网络。",
    "受 ICLR 2018 论文 GAT 的启发，本文提出了新的图网络。",
    "与 CVPR 2018 的 Mask R-CNN 相比，速度更快。",
    "本文在 KDD99 数据集上做入侵检测。",
    "使用 KDD Cup 2012 的数据集。",
    "在 ICDAR 2015 数据集上取得最好的结果。",
    "作者在 NIPS、ICML 等顶级会议发表过多篇论文。",
    "该数据集发布于 LREC 2016。",
    "总结了 ACL 2018 的 30 篇论文。",
    "该方法优于之前发表在 CVPR 2017 上的方法。",
    "ARTICLE 见 WWW.example.com。",
    "用 LSTM Cell 建模。",
    "提出一种 Computer Science 领域的推荐。",
    "提出了一种基于 Nature Inspired 算法的方法。",
    "在 DSTC2 的对话数据上取得了不错的效果。",
    "CVPR 2018 收录了 979 篇论文。",
    "在 SQuAD 上，我们的方法超过了 BiDAF（ICLR 2017）和 R-NET（ACL 2017）。",
    "本文是对 CVPR 2018 论文 Non-local 的改进。",
    "本文将 ACL 2017 的 DrQA 与 ICLR 2018 的 QANet 结合。",
    "比 ACL 2017 上的 pointer network 更好。",
    "DSTC7 比赛的冠军方案。",
    "BERT 是 Google 发表于 NAACL 2019 的模型，本文加以改进。",
    "基于发表在 NIPS 2017 的 Transformer，本文提出。",
    "BERT 超越了 ICLR 2018 的 QANet。",
    "FlowNet 2.0 是 CVPR 2017 的模型，本文加以改进。",
    "本文对 AAAI 2017 提出的 SeqGAN 做了改进。",
    "论文发表于 arXiv 2018。",
    "本文发布于 GitHub 2018。",
    "",
    "。",
]


@pytest.mark.parametrize(("summary", "name", "year", "status", "printed"), PRINTED)
def test_standing_phrases(summary: str, name: str, year: int | None, status: str, printed: str) -> None:
    venue = find_venue(summary)
    assert venue is not None
    assert (venue.name, venue.year, venue.status, venue.printed) == (name, year, status, printed)


@pytest.mark.parametrize(("summary", "name", "year", "status"), OTHER_WORDS)
def test_other_words(summary: str, name: str, year: int | None, status: str) -> None:
    assert told(summary) == (name, year, status)


@pytest.mark.parametrize("summary", NONE)
def test_no_venue_of_this_paper(summary: str) -> None:
    assert told(summary) is None


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("TKDE", ("IEEE TKDE", None, "published")),
        ("IJCAI 2017", ("IJCAI", 2017, "published")),
        ("ICML 2017", ("ICML", 2017, "published")),
        ("ACL 2017", ("ACL", 2017, "published")),
        ("ＷＷＷ 2018", ("WWW", 2018, "published")),
        ("自然语言处理", None),
        ("ACL 2017 论文解读", None),
        ("AutoML", None),
        ("Machine Learning", None),
        ("", None),
    ],
)
def test_section(section: str, expected: tuple[str, int | None, str] | None) -> None:
    assert told("本文提出了一种新方法。", section) == expected


def test_the_summary_goes_before_the_section() -> None:
    assert told("本文来自 ICLR 2018。", "ACL 2017") == ("ICLR", 2018, "published")


def test_what_is_kept_of_the_print() -> None:
    venue = find_venue("一个好方法。本文来自\xa0SIGIR ’18，很有意思。值得一读。")
    assert venue == VenueMention(
        name="SIGIR", year=2018, status="published", printed="SIGIR ’18", sentence="本文来自 SIGIR ’18，很有意思"
    )


def test_a_second_mention_gives_the_year_and_the_status() -> None:
    assert told("本文已被 ACL 录用。ACL 2018 Oral。") == ("ACL", 2018, "oral")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CVPR17", ("CVPR", 2017)),
        ("KDD ’18", ("KDD", 2018)),
        ("IJCAI-17", ("IJCAI", 2017)),
        ("17 年的 NIPS", ("NeurIPS", 2017)),
        ("2018 年度 AAAI", ("AAAI", 2018)),
        ("NIPS 98", ("NeurIPS", None)),
        ("NIPS’98", ("NeurIPS", 1998)),
        ("ACL 30 篇", ("ACL", None)),
        ("ACL 2018 届", ("ACL", None)),
        ("ICML, 2018", ("ICML", 2018)),
        ("ResNet50 CVPR", ("CVPR", None)),
    ],
)
def test_years(text: str, expected: tuple[str, int | None]) -> None:
    (mention,) = find_mentions(fold_letters(text))
    assert (mention.name, mention.year) == expected


@pytest.mark.parametrize("text", ["NAACLs", "XACL", "ACL-based", "KDD1", "my_ACL", "acl", "ACLU"])
def test_no_name_inside_a_word(text: str) -> None:
    assert list(find_mentions(text)) == []


def test_the_longest_name_wins() -> None:
    names = compile_names(["Nature", "Nature Methods", "ACL", "ACL-IJCNLP"])
    assert names.findall("Nature Methods, Nature, ACL-IJCNLP 2021") == ["Nature Methods", "Nature", "ACL-IJCNLP"]


@pytest.mark.parametrize(("digits", "year"), [("17", 2017), ("00", 2000), ("98", 1998), ("2016", 2016)])
def test_full_year(digits: str, year: int) -> None:
    assert full_year(digits) == year


def test_sentences() -> None:
    text = "效果好.本文算法！et al. 2017；完\n新段"
    assert [text[slice(*span)] for span in sentence_spans(text)] == ["效果好", "本文算法", "et al. 2017", "完", "新段"]


def test_the_lead_of_a_note_is_passed_over() -> None:
    text = "本期推荐的论文笔记来自 PaperWeekly 社区用户 @x。本文提出"
    assert text[text_start(text) :] == "本文提出"
    assert text_start("本文提出") == 0


def test_register() -> None:
    by_name = {venue.name: venue for venue in load_venues()}
    assert load_venues() is load_venues()
    assert by_name["NeurIPS"].ccf_rank == "A"
    assert by_name["NeurIPS"].dblp_key == "conf/nips"
    assert "NIPS" in by_name["NeurIPS"].aliases
    assert by_name["ICLR"].ccf_rank is None
    assert by_name["IEEE TIP"].full_name == "IEEE Transactions on Image Processing"
    assert by_name["SemEval"].kind == "challenge"


SENTENCES = st.lists(
    st.sampled_from(
        [
            "本文",
            "来自",
            "是",
            "发表于",
            " CVPR ",
            "ACL 2018",
            "ICLR’18",
            "2017 年",
            "的工作",
            "，",
            "。",
            "数据集",
            "相比",
            "（",
            "）",
            "\n",
        ]
    ),
    max_size=14,
).map("".join)


@given(st.one_of(st.text(max_size=80), SENTENCES))
def test_printed_and_sentence_come_from_the_summary(summary: str) -> None:
    venue = find_venue(summary)
    if venue is not None:
        assert venue.printed in summary
        assert "".join(venue.sentence.split()) in "".join(summary.split())
        assert venue.year is None or 1900 <= venue.year <= 2099


@given(st.text(max_size=60))
def test_folding_keeps_places(text: str) -> None:
    assert len(fold_letters(text)) == len(text)
    assert fold_letters(fold_letters(text)) == fold_letters(text)


@given(SENTENCES, SENTENCES)
def test_words_of_another_paragraph_change_nothing(before: str, after: str) -> None:
    sure = "本文已被 AAAI 2018 录用。"
    found = find_venue(f"提出一种方法。\n\n{sure}")
    assert found is not None
    assert (found.name, found.year) == ("AAAI", 2018)
    plain = "".join(mark for mark in before + after if mark in "，。的")
    assert told(f"{plain}\n\n{sure}\n\n{plain}") == ("AAAI", 2018, "accepted")


@pytest.mark.parametrize(
    "part", ["CVPR 2018，", "CVPR 2018 ", "发表于", "本文是", "被 A 类", "（", " ", "发表于 ABC 2018", "的最新"]
)
def test_a_runaway_text_takes_no_time(part: str) -> None:
    start = perf_counter()
    find_venue("本文是 CVPR 2018 " + part * 3000)
    assert perf_counter() - start < 1


def _corpus() -> list[Path]:
    return sorted(CORPUS.glob("*.gold.json"))


@pytest.mark.skipif(not _corpus(), reason="the labelled corpus does not lie beside the repository")
@pytest.mark.parametrize("path", _corpus(), ids=lambda path: path.name)
def test_labelled_posts(path: Path) -> None:
    from crawler.digest import read_post
    from crawler.pages import read_page

    saved = path.with_name(path.name.replace(".gold.json", ".md"))
    post = read_post(read_page(saved.read_bytes(), name=saved.name))
    labels = [label["venue"] for label in json.loads(path.read_text("utf-8"))["entries"]]
    expected = [label and (label["name"], label["year"], label["status"]) for label in labels]
    assert [told(entry.summary, entry.section) for entry in post.entries] == expected
