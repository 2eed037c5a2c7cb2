"""The venue of a paper as its summary states it."""

import json
from pathlib import Path
from time import perf_counter
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.model import VenueMention
from normalize.rules import load_rules
from normalize.venues import find_venue, judgement
from normalize.venues.judgement import statuses_in

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
    # names written out, twice, in other letter case, without their publisher
    ("本文发表于国际机器学习大会（ICML 2018）。", "ICML", 2018, "published"),
    ("本文发表于 International Conference on Machine Learning (ICML) 2018。", "ICML", 2018, "published"),
    ("本文收录于 NIPS/NeurIPS 2018。", "NeurIPS", 2018, "accepted"),
    ("本文发表于 Transactions on Multimedia 2018。", "IEEE TMM", 2018, "published"),
    ("本文发表于 Image & Vision Computing。", "Image and Vision Computing", None, "published"),
    ("本文发表于 Pattern recognition letters。", "Pattern Recognition Letters", None, "published"),
    ("本文被 Nips 2017 接收。", "NeurIPS", 2017, "accepted"),
    ("本文被 Cvpr2018 接收。", "CVPR", 2018, "accepted"),
    ("iclr2018 的论文，很有意思。", "ICLR", 2018, "published"),
    ("本文已被计算机学报录用。", "计算机学报", None, "accepted"),
    ("本文发表于《自然·通讯》。", "Nature Communications", None, "published"),
    ("ECML/PKDD 2018 论文。", "ECML-PKDD", 2018, "published"),
    ("本文被 IEEE T-PAMI 接收。", "IEEE TPAMI", None, "accepted"),
    # names that are words
    ("本文被 MM 2018 录用为 Oral。", "ACM MM", 2018, "oral"),
    ("本文发表于 SC'18。", "SC", 2018, "published"),
    ("本文发表于 FAST '18。", "FAST", 2018, "published"),
    ("本文发表于 RE 2018。", "RE", 2018, "published"),
    ("本文发表于 IEEE VIS 2018。", "IEEE VIS", 2018, "published"),
    ("本文发表于 Neural Networks 2018。", "Neural Networks", 2018, "published"),
    ("论文发表在 CHI 上。", "CHI", None, "published"),
    ("本文来自 Nature。", "Nature", None, "published"),
    ("这篇 Nature 论文提出了一种方法。", "Nature", None, "published"),
    ("论文登上了 Science。", "Science", None, "published"),
    ("Nature 封面论文，提出了 AlphaGo。", "Nature", None, "published"),
    # tracks, workshops, awards
    ("WWW 2018 Industry Track 论文。", "WWW", 2018, "published"),
    ("SIGIR 2018 short paper。", "SIGIR", 2018, "published"),
    ("AAAI-18 Student Abstract。", "AAAI", 2018, "published"),
    ("EMNLP 2018 Demo 论文。", "EMNLP", 2018, "published"),
    ("KDD 2018 Research Track Oral。", "KDD", 2018, "oral"),
    ("CVPR Workshops 2018 的论文。", "CVPR", 2018, "workshop"),
    ("ICLR Workshop Track 2018 的论文。", "ICLR", 2018, "workshop"),
    ("发表于 ACL 2018 Student Research Workshop。", "ACL", 2018, "workshop"),
    ("ICML 2018 workshop on Theoretical Foundations 的论文。", "ICML", 2018, "workshop"),
    ("本文发表于 Findings of ACL 2021。", "Findings of ACL", 2021, "published"),
    ("本文发表于 Findings of EMNLP 2020。", "Findings of EMNLP", 2020, "published"),
    ("论文已被 ACL 2022 Findings 收录。", "Findings of ACL", 2022, "accepted"),
    ("本文被 EMNLP 2021（Findings）接收。", "Findings of EMNLP", 2021, "accepted"),
    ("本文是 CVPR 2017 NTIRE 挑战赛冠军方案。", "CVPR", 2017, "challenge"),
    ("该方法在 CVPR 2018 比赛中获得第三。", "CVPR", 2018, "challenge"),
    ("本文为 ACL 2017 Outstanding Paper。", "ACL", 2017, "best-paper"),
    ("本文入围 CVPR 2018 最佳论文候选。", "CVPR", 2018, "published"),
    # other words for it
    ("本文被 NIPS 2018 录取。", "NeurIPS", 2018, "accepted"),
    ("文章发表在了 SIGIR 上。", "SIGIR", None, "published"),
    ("To appear in ICML 2018。", "ICML", 2018, "accepted"),
    ("Accepted by AAAI 2018。", "AAAI", 2018, "accepted"),
    ("本文在 KDD 2018 上做了口头报告。", "KDD", 2018, "oral"),
    ("CVPR 2018 Oral 论文，提出了一个新的数据集。", "CVPR", 2018, "oral"),
    ("【CVPR 2020】本文提出了一种方法。", "CVPR", 2020, "published"),
    ("ICLR'20 Spotlight：本文提出一种方法。", "ICLR", 2020, "spotlight"),
    ("本文发表于 Journal of Machine Learning Research 21 (2020)。", "JMLR", 2020, "published"),
    ("本文发表于 IEEE TIP 29, 2020。", "IEEE TIP", None, "published"),
    ("本文发表于 IJCV 27(3)。", "IJCV", None, "published"),
    ("本文发表于 IJCV 27:123。", "IJCV", None, "published"),
    ("CVPR17: 3D 姿态估计论文。", "CVPR", 2017, "published"),
    ("ＩＪＣＡＩ－１７ 论文", "IJCAI", 2017, "published"),
    ("本文发表于 IJCAI\u201117。", "IJCAI", 2017, "published"),
    ("本文发表于 IEEE S＆P 2021。", "IEEE S&P", 2021, "published"),
    ("论文已被 NeurIPS 2022 Datasets and Benchmarks Track 接收。", "NeurIPS", 2022, "accepted"),
    ("本文发表于 NeurIPS 2022 Datasets and Benchmarks Track。", "NeurIPS", 2022, "published"),
    ("本文被 KDD 2020 Applied Data Science Track 录用。", "KDD", 2020, "accepted"),
    ("CVPR 2018 Oral，本文对此问题提出了新解法。", "CVPR", 2018, "oral"),
    ("本文是 ICML 2020 录用论文，本文将其扩展到图。", "ICML", 2020, "accepted"),
    ("本文是 CVPR 2020 Oral，作者来自清华。", "CVPR", 2020, "oral"),
    ("本文是该团队 CVPR 2018 的工作。", "CVPR", 2018, "published"),
    ("这是该组的 NIPS 2017 论文。", "NeurIPS", 2017, "published"),
    ("本文是作者发表在 ACL 2017 的论文", "ACL", 2017, "published"),
    # sent in, accepted, nominated
    ("论文已提交至 CVPR 2019。", "CVPR", 2019, "submitted"),
    ("本文投到了 AAAI 2019。", "AAAI", 2019, "submitted"),
    ("Under review as a conference paper at ICLR 2018。", "ICLR", 2018, "submitted"),
    ("本文将在 ACL 2018 上发表。", "ACL", 2018, "accepted"),
    ("本文将发表于 ACL 2018。", "ACL", 2018, "accepted"),
    ("本文已被 NeurIPS 2023 Datasets & Benchmarks Track 录用。", "NeurIPS", 2023, "accepted"),
    ("本文获得 EMNLP 2018 最佳论文提名。", "EMNLP", 2018, "published"),
    ("本文获得 ICML 2018 最佳论文 Runner Up。", "ICML", 2018, "published"),
    ("SIGIR 2017 best paper 提名。", "SIGIR", 2017, "published"),
    ("ICLR 2022 杰出论文提名。", "ICLR", 2022, "published"),
    ("ICLR 2022 Outstanding Paper Honorable Mention。", "ICLR", 2022, "published"),
    ("ACL 2024 Main Conference。", "ACL", 2024, "published"),
    ("本文发表于第 57 届 ACL 2019。", "ACL", 2019, "published"),
    ("本文被第 34 届 AAAI 人工智能会议（AAAI-20）接收。", "AAAI", 2020, "accepted"),
    ("本文发表于国际万维网大会 WWW 2020。", "WWW", 2020, "published"),
    ("本文发表于 Proceedings of the AAAI 2019。", "AAAI", 2019, "published"),
    ("本文被 ICLR 2023 notable top 5% 接收。", "ICLR", 2023, "accepted"),
    ("本文获 WSDM 2019 最佳论文亚军。", "WSDM", 2019, "published"),
    ("This paper was accepted by CVPR 2018.", "CVPR", 2018, "accepted"),
    ("本文被 CVPR 2020 以 Oral 形式接收。", "CVPR", 2020, "oral"),
    ("本文获 ICCV 2021 马尔奖。", "ICCV", 2021, "best-paper"),
    ("本文获得 NeurIPS 2021 时间检验奖。", "NeurIPS", 2021, "published"),
    ("一篇 CVPR 2018 的行人重识别论文。", "CVPR", 2018, "published"),
    ("来自 CVPR 2018，提出一种 GAN。", "CVPR", 2018, "published"),
    ("论文来自 ICML 2019 最佳论文团队，发表于 NeurIPS 2019。", "NeurIPS", 2019, "published"),
    ("论文的初版发表于 NIPS 2016 workshop，最终版发表于 ICML 2017。", "ICML", 2017, "published"),
    ("DeepMind 再登 Nature，预测蛋白质的结构。", "Nature", None, "published"),
    ("本文来自刚刚结束的 CVPR 2018。", "CVPR", 2018, "published"),
    ("论文目前 ICLR 2019 under review。", "ICLR", 2019, "submitted"),
    ("论文将于 KDD 2019 发表。", "KDD", 2019, "accepted"),
    ("本文是 KDD Cup 2019 第二名的方案。", "KDD Cup", 2019, "challenge"),
    ("Hinton 等人 2015 年在 Nature 上发表的深度学习综述。", "Nature", 2015, "published"),
    ("本文为 NIPS 2017 Oral（录用率仅 1.2%）。", "NeurIPS", 2017, "oral"),
    ("Google 在 RecSys 2016 上发表的 YouTube 推荐论文。", "RecSys", 2016, "published"),
    ("本文是 PointNet（CVPR 2017）的作者在 CVPR 2018 上的新工作。", "CVPR", 2018, "published"),
    ("这篇 ACL 2018 论文的作者来自清华大学。", "ACL", 2018, "published"),
    ("ICML 2018 论文团队来自 DeepMind。", "ICML", 2018, "published"),
    ("CVPR 2018 论文代码公布。", "CVPR", 2018, "published"),
    ("该文将在 ACL 2018 上宣读。", "ACL", 2018, "accepted"),
    ("这篇 ACL 2018 论文的作者提出了一种新的方法。", "ACL", 2018, "published"),
]

# Venues of other works, data sets, contests, and words that only look like venues.
NONE = [
    "前一篇发表在 ACL 2017，本文在其基础上改进。",
    "作者的上一篇工作发表于 CVPR 2016。",
    "他们的前一篇论文被 ICLR 2018 接收，这里给出了证明。",
    "该作者的 AAAI 2018 论文提出了一种注意力。",
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
    "本文是 AutoML 的综述。",
    "本文是一篇 AutoML 综述。",
    "本文是 MM 领域的工作。",
    "本文来自 MSR 和 CMU。",
    "本文来自 MSR。",
    "本文来自 UIC。",
    "本文来自 UIC 的 Philip Yu 组。",
    "本文是 RE 方向的论文。",
    "一篇 RE 论文，关系抽取。",
    "本文是一篇 ER 的论文。",
    "本文是 IR 领域的工作。",
    "这篇论文（RE）提出了新方法。",
    "在 RAID 10 上测试。",
    "本文是 RAID 10 的工作。",
    "FC7 层的特征。",
    "本文用 FC 层。",
    "本文在 FPGA 2018 数据集上。",
    "本文基于 FPGA 加速。",
    "本文是一篇关于 FPGA 的论文。",
    "本文是 FPGA 上的一篇工作。",
    "本文是 SLT 的论文。",
    "本文使用 SAT 求解器。",
    "提出了 FAST 算法。",
    "本文是 GROUP LASSO 的推广。",
    "基于 I3D 的工作。",
    "本文提出了 I3D 2018。",
    "本文是 SODA 的工作。",
    "本文是 CASIA 的工作。",
    "本文是 ICANN 的工作。",
    "使用 Machine Learning 的论文。",
    "本文是一篇 Machine Learning 论文。",
    "本文是 Computer Vision 领域的论文。",
    "这是一篇 Neural Networks 论文。",
    "本文是 Information Fusion 的工作。",
    "本文是 Semantic Web 领域的文章。",
    "本文是一篇 Machine Translation 的论文。",
    "在 WMT14 上取得了最佳结果的论文。",
    "在 WMT 2017 中英任务上的论文。",
    "本文在 CoNLL-2003 上做命名实体识别。",
    "本文在 CoNLL 2012 数据集上取得最好的结果。",
    "CoNLL 2003 数据集上的论文。",
    "在 IWSLT 2014 德英上。",
    "在 SIGHAN 2005 分词数据上。",
    "在 VOC 2012 和 COCO 2017 上。",
    "在 TREC QA 数据集上。",
    "TREC 2007 数据集。",
    "在 ICDAR 2013 上取得最好的结果。",
    "在 ICDAR2015 上达到 SOTA。",
    "在 DSTC2 和 DSTC7 数据集上。",
    "数据集来自 KDD Cup 2015。",
    "使用 NTIRE 2017 数据集训练。",
    "在 BioNLP 2011 语料上。",
    "在 MSR 释义语料上。",
    "在 KBP2017 上。",
    "在 ACE2005 上。",
    "在 RSC15 上。",
    "在 CLEF 2003 上测试。",
    "在 SemEval-2010 Task 8 上。",
    "SemEval 2010 数据集。",
    "在 DCASE 2017 数据上。",
    "在 ISBI 2012 EM 分割数据集上。",
    "在 MICCAI 2015 挑战赛数据集上。",
    "ISBI 2017 皮肤病分割比赛的数据。",
    "在 TRECVID 2016 上。",
    "在 CVPR 2017 的论文 DenseNet 的基础上。",
    "相比 ICCV 2017 的 Mask R-CNN。",
    "本文改进了 CVPR 2018 的 SENet。",
    "作者之前在 ACL 2017 发表了一篇论文。",
    "作者在 ICML、NIPS 上发表了多篇论文。",
    "作者是 ACL 2018 的程序主席。",
    "作者曾获 ACL 2017 最佳论文奖，本文提出。",
    "ACL 2018 将在墨尔本举行。",
    "欢迎参加 CVPR 2018。",
    "本文整理了 CVPR 2018 的论文。",
    "CVPR 2018 论文合集。",
    "盘点 ICLR 2018 的 10 篇论文。",
    "超越了 NIPS 2017 最佳论文的结果。",
    "本文受 NIPS 2017 一篇论文启发。",
    "我们参加了 ACL 2018 会议。",
    "代码见 https://github.com/CVPR2018/xx。",
    "见 http://openaccess.thecvf.com/CVPR2018.py。",
    "Oxford 的 VGG 组。",
    "本文来自 CMU 的 LTI。",
    "Cell Phone 的数据。",
    "本文的 LSTM Cell 结构。",
    "本文是一篇 Computer Science 的论文。",
    "本文提出 Nature Language Processing。",
    "Nature DQN 的改进。",
    "在 Science 领域。",
    "科学研究表明。",
    "受自然界启发。",
    "自然语言处理的论文。",
    "计算机视觉的论文。",
    "国际会议上的论文。",
    "中国科学院的论文。",
    "在 BEA 2019 语料上。",
    "对 ICASSP 2018 的方法做了改进。",
    "引用了 KDD 2018 论文的数据。",
    "论文的 baseline 是 ACL 2018 的方法。",
    "与 WWW 2018 的最好结果相比提高了 5 个点。",
    "在 CVPR 2018 的 workshop 举办的比赛数据集上做了实验。",
    "本文提出的方法在 DAVIS 2016 上。",
    "OTB 2015、VOT 2016 上。",
    "在 Kaggle 2017 比赛中。",
    "ISCA 的数据。",
    "本文发表于 2018 年。",
    "本文来自 ICT 的工作。",
    "本文由 CAS 发表。",
    "本文是 GPT-2 的工作。",
    "AAAI 2018 Fellow 周志华老师的工作。",
    "IEEE Fellow 的工作。",
    "ACM Fellow 的论文。",
    "IEEE 2018 的标准。",
    "图灵奖 2018。",
    "作者是 NIPS 2017 的审稿人。",
    "本文方法优于 CVPR’18 的方法。",
    "本文参考了 KDD 18 的论文。",
    "本文复现了 ICLR 2019 的论文。",
    "该论文被 ICLR 2019 拒了。",
    "本文在 ICLR 2019 上被拒。",
    "FAIR 的 ICCV 2017 论文 Focal Loss 的改进。",
    "本文是 NIPS 2017 论文 Attention is All You Need 的扩展。",
    "本文是 AAAI 2018 论文的期刊扩展版。",
    "Nature 子刊的一篇综述。",
    "Science China 的报道。",
    "Image Processing 的论文。",
    "the Signal Processing 论文。",
    "本文是 Signal Processing 的经典论文。",
    "本文来自 Amazon 的 SIGIR 团队。",
    "以 CHI 为例。",
    "GPS 和 ITS 的应用论文。",
    "本文属于 HRI 领域。",
    "本文属于 HCI 领域的研究。",
    "本文是 EDM 方向的综述。",
    "本文是 IDC 的报告。",
    "本文来自 IBM，是 DATE 的工作。",
    "本文是关于 CCS 的论文。",
    "论文中 SC 表示 scene classification。",
    "MIT 的 CSAIL 的论文。",
    "本文是 ISS 上的实验论文。",
    "ICPC 2018 冠军的论文。",
    "本文的 CP 分解论文。",
    "文章将 SAS 软件的论文。",
    "本文提出的 TIP 方法。",
    "本文是 TIP 的论文。",
    "Patterns 的论文。",
    "本文来自 PAMI 实验室的论文。",
    "本文未被 ICLR 2020 接收。",
    "论文没有被 NIPS 2018 录用。",
    "本文尚未在 CVPR 2020 发表。",
    "ECCV 2018 接收论文 776 篇。",
    "ICLR 2019 投稿量达 1591 篇。",
    "CVPR 2019 录用率仅 25.2%。",
    "本文是 ICLR 2018 最佳论文作者的新作。",
    "Science 2020 年的文章启发了本文。",
    "作者在 ICML 2017 提出 MAML，本文改进之。",
    "在 ECCV 2016 上，何恺明提出了 ResNet v2，本文分析其原因。",
    "本文灵感来自 ACL 2017 的一篇论文。",
    "Baseline 来自 EMNLP 2016 的论文。",
    "本文的基线模型是 ACL 2016 的 BiLSTM-CRF。",
    "本文是 ICLR 2018 论文 Graph Attention Networks 的 PyTorch 复现。",
    "文章的作者是 ICCV 2017 最佳论文 Mask R-CNN 的作者何恺明。",
    "该文的一作曾获 ACL 2016 最佳论文奖。",
    "本文与同期的 CVPR 2018 论文 Non-local 有异曲同工之妙。",
    "本文的姊妹篇发表于 CVPR 2018。",
    "其会议版本发表于 CVPR 2018。",
    "同作者还有一篇 CVPR 2018 的文章。",
    "很多 CVPR 论文都使用了这个数据集。",
    "与本文最相关的工作是 CVPR 2018 的一篇论文。",
    "本文关注的任务是 ICCV 2015 提出的 VQA。",
    "该任务最早由 ACL 2016 的一篇论文提出。",
    "文中提到的 ICML 2017 论文 WGAN 也值得一读。",
    "作者为 AAAI 2019 最佳论文获得者。",
    "本文是 ACL 2018 的参会笔记。",
    "欢迎投稿 NLPCC 2018。",
    "ICLR 2018 的论文接收结果已经公布。",
    "作者用 GAN 来做数据增强，详见 CVPR 2018 的 poster。",
    "作者是 ICLR 2018 最佳论文的一作。",
    "本文作者之一是 ACL 2019 的程序委员会主席。",
    "本文指出了 ICLR 2018 最佳论文中的错误。",
    "ICLR 2017 最佳论文认为泛化需要重新思考，本文给出了新的解释。",
    "本文是关于 ACL 2018 录用论文的统计分析。",
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
        name="SIGIR",
        year=2018,
        status="published",
        printed="SIGIR ’18",
        sentence="本文来自 SIGIR ’18，很有意思",
        span=(11, 20),
    )


def test_of_two_names_with_one_year_between_them_the_first_has_it() -> None:
    venue = find_venue("本文发表于 KDD 2018ACL")
    assert venue is not None
    assert venue.printed == "KDD 2018"


def test_a_sign_that_the_page_prints_is_no_mention() -> None:
    """Phrases write the mention as ``◇``; a page may begin its lines with one."""
    venue = find_venue("◇的数据集，发表于 ACL 2018 的工作。")
    assert venue is not None
    assert venue.printed == "ACL 2018"


def test_a_heading_has_no_place_in_the_summary() -> None:
    venue = find_venue("本文提出了一种新方法。", section="IJCAI 2017")
    assert venue is not None
    assert (venue.printed, venue.sentence, venue.span) == ("IJCAI 2017", "IJCAI 2017", None)


def test_a_second_mention_gives_the_year_and_the_status() -> None:
    assert told("本文已被 ACL 录用。ACL 2018 Oral。") == ("ACL", 2018, "oral")


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
        assert venue.span is not None
        assert venue.printed == summary[slice(*venue.span)]
        assert "".join(venue.sentence.split()) in "".join(summary.split())
        assert venue.year is None or 1900 <= venue.year <= 2099


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


_ROWS = load_rules("venue_phrases")
_EXAMPLES = [row["example"] for table in ("cue", "veto", "status", "award") for row in _ROWS[table]]


@given(st.sampled_from(_EXAMPLES), st.sampled_from(_EXAMPLES), st.integers(0, 4))
def test_vetoes_for_which_a_text_has_no_signs_do_not_hold(first: str, second: str, strength: int) -> None:
    before = first.partition("〈")[0] + second.partition("〈")[0]
    after = second.partition("〉")[2]
    tried = judgement._vetoes_with(judgement._veto_signs().found_in(before), strength)
    holding = [place for over, _, place in judgement._other_vetoes() if over >= strength and place.holds(before, after)]
    assert holding == [place for place in tried if place.holds(before, after)]


@given(st.sampled_from(_EXAMPLES), st.sampled_from(_EXAMPLES), st.sampled_from(["status", "award"]))
def test_statuses_are_those_of_all_rows_that_hold(first: str, second: str, table: Literal["status", "award"]) -> None:
    text = first + second
    told_of = [row["status"] for row in _ROWS[table] if judgement.compile_phrase(row["pattern"]).search(text)]
    assert statuses_in(text, table) == told_of
