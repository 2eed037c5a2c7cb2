"""The institutions of a paper's authors as its summary gives them."""

import json
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize import affiliations
from normalize.affiliations import find_affiliations, institution_in
from normalize.rules import load_rules

# Standing phrases of the blog's digests, 2017-2019.
PRINTED = [
    ("本文是哈工大发表于 IJCAI 2018 的工作，论文提出", ["哈工大"]),
    ("本文是 Tencent AI Lab 与香港中文大学联合发表于 ACL 2018的工作。", ["Tencent AI Lab", "香港中文大学"]),
    ("本文是图鸭科技图片压缩团队于 CVPR 2018 图像压缩别挑战赛（CLIC）参赛论文。", ["图鸭科技"]),
    ("本文是伦敦大学玛丽皇后学院发表于 CVPR 2017 的工作", ["伦敦大学玛丽皇后学院"]),
    ("本文是亚马逊和 UT Austin 发表于ICLR 2018 的工作", ["亚马逊", "UT Austin"]),
    ("这篇文章是 Google 投 ICASSP2018 的，提出", ["Google"]),
    ("阿里巴巴 iDST 团队的工作，发表在 IJCAI2017 上", ["阿里巴巴 iDST"]),
    ("本文是北京大学孙栩老师组和微软亚洲研究院发表在 AAAI 2019 上的工作。", ["北京大学", "微软亚洲研究院"]),
    ("本文是微软亚洲研究院和北京大学孙栩组共同完成即将发表在 AAAI 2019 的工作。", ["微软亚洲研究院", "北京大学"]),
    ("本文是中国科学院自动化所智能感知与计算中心被 AAAI 2019 接收的论文。", ["中国科学院自动化所智能感知与计算中心"]),
    ("本文是清华大学刘知远老师组发表于 EMNLP 2018 的工作。", ["清华大学"]),
    ("本文是 Zalando Research 发表于 COLING 2018 的工作，论文提出", ["Zalando Research"]),
    (
        "本文是商汤科技、香港中文大学和南洋理工大学发表于 ECCV 2018 的工作。",
        ["商汤科技", "香港中文大学", "南洋理工大学"],
    ),
    ("本文是微软和台湾大学发表于 ACL 2018 的工作，论文提出", ["微软", "台湾大学"]),
    ("本文是 Facebook AI Research 发表于 NIPS 2018 的工作", ["Facebook AI Research"]),
    ("本文是中科院软件所发表于 ACL 2018 的工作，论文主要研究", ["中科院软件所"]),
    ("本文是 UIUC 和英特尔发表于 CVPR 2018 的工作", ["UIUC", "英特尔"]),
    ("这篇发表在 ACL 2018 上的论文来自于杜克大学 Lawrence Carin 教授的实验室", ["杜克大学"]),
    ("本文是清华大学和微软发表在 KDD ’18 的工作。", ["清华大学", "微软"]),
    ("本文来自 AAAI2018，厦门大学 Tan 等人的工作，提出", ["厦门大学"]),
    ("本文是 CMU 和 DeepMind 发表于 ICLR 2018 的工作", ["CMU", "DeepMind"]),
    (
        "本文是约翰霍普金斯大学、Google AI 和斯坦福大学联合发表于 ECCV 2018 的工作",
        ["约翰霍普金斯大学", "Google AI", "斯坦福大学"],
    ),
    ("本文是上海交大发表于 COLING 2018 的工作", ["上海交大"]),
    ("本文是密歇根大学和 Google Brain 发表于 CVPR 2018 的工作", ["密歇根大学", "Google Brain"]),
    ("本文是新加坡国立大学和 eBay 发表于 AAAI 2019 的工作", ["新加坡国立大学", "eBay"]),
    ("达特茅斯学院和 Facebook 联合发表于NeurIPS 2018 的这篇文章", ["达特茅斯学院", "Facebook"]),
    ("本文是由南加州大学和腾讯 AI Lab 合作发表于 NeurIPS 2018 的 Spotlight 论文之一", ["南加州大学", "腾讯 AI Lab"]),
    ("GIBSON 是中山大学和 CVTE 发表于 CVPR 2018 的工作", ["中山大学", "CVTE"]),
    ("作者今天要解读的是 UC Berkeley 投稿 ICLR 2019 的工作", ["UC Berkeley"]),
    (
        "本文是上海交大、微软亚洲研究院和香港理工大学联合发表于 CIKM 2018 的工作",
        ["上海交大", "微软亚洲研究院", "香港理工大学"],
    ),
    ("本文是 Airbnb 团队发表于 KDD 18 的工作，摘得 Best Paper 奖项", ["Airbnb"]),
    ("本文是国立清华大学发表于 ACL 2018 的工作，论文主要贡献如下", ["国立清华大学"]),
    ("本文是中科院自动化所发表于 AAAI 2018 的工作", ["中科院自动化所"]),
    ("本文来自 Facebook AI Research，论文使用", ["Facebook AI Research"]),
    ("本文来自微软。", ["微软"]),
    ("本文来自 OpenAI，提出", ["OpenAI"]),
    ("AAAI2018 录用文章，BBQ network 很有意思，工作来自微软研究院和 CMU。", ["微软研究院", "CMU"]),
    ("港科大杨强老师组最新工作。", ["港科大"]),
    ("蒙特利尔算法研究实验室（MILA）为参与亚马逊 Alexa 大奖赛而开发的聊天机器人。", ["蒙特利尔算法研究实验室（MILA）"]),
    ("文章会开放出一个数据集。本文工作来自斯坦福 Christopher D. Manning 组。", ["斯坦福"]),
    ("本文来自 Google AI Research。之前的方法", ["Google AI Research"]),
    ("本文来自欧姆龙和中京大学，论文关注的问题", ["欧姆龙", "中京大学"]),
    (
        "本期推荐的论文笔记来自 PaperWeekly 社区用户@x。本文是斯坦福大学 Bo Wang 的又一篇大作，即将发表。",
        ["斯坦福大学"],
    ),
    ("本文来自北京理工大学和 Face++，论文提出了", ["北京理工大学", "Face++"]),
    ("本文来自清华和微软。论文", ["清华", "微软"]),
    ("本文来自 Digitalgenius，提出用 attention", ["Digitalgenius"]),
    ("本文来自斯坦福吴恩达组，该论文", ["斯坦福"]),
    ("由 DeepMind 发布的全新机器阅读理解数据集 NarrativeQA", ["DeepMind"]),
    ("DeepMind 最近开源的强化学习环境 Control Suite 相比 OpenAI Gym 拥有更多的环境", ["DeepMind"]),
    ("Reddit 热文，清华大学朱军老师组的工作，贝叶斯学习工具包 ZhuSuan。", ["清华大学"]),
    ("清华大学和腾讯共同推出了一个超大规模的中文自然文本数据集", ["清华大学", "腾讯"]),
    ("本文来自微软小冰团队，论文展示了", ["微软"]),
    ("本文来自滑铁卢大学和 DarwinAI，论文提出", ["滑铁卢大学", "DarwinAI"]),
    ("领域的经典文章。 第一作者是大牛、浙江大学 Deng Cai 老师，Jiawei Han 是共同作者。", ["浙江大学"]),
    ("本文来自 Google Research 和国立清华大学。", ["Google Research", "国立清华大学"]),
    ("本文来自 arXiv，作者来自自动化所和地平线。", ["自动化所", "地平线"]),
    ("本文来自 MIT 和 Salesforce Research，论文提出", ["MIT", "Salesforce Research"]),
    ("大型中文阅读理解数据集，工作来自百度。", ["百度"]),
    ("这是 IBM 在 arXiv，2018 年 1 月 9 日新挂的一篇论文", ["IBM"]),
    ("来自清华大学的学者在 arXiv 上发表论文提出", ["清华大学"]),
]

# The same in other words: how such prose also says it.
OTHER_WORDS = [
    ("本文来自麻省理工学院（MIT）和 Google。", ["麻省理工学院（MIT）", "Google"]),
    ("本文来自哈工大社会计算与信息检索研究中心。", ["哈工大社会计算与信息检索研究中心"]),
    ("本文是中科院数学与系统科学研究院发表于 KDD 2019 的工作。", ["中科院数学与系统科学研究院"]),
    ("本文来自清华大学计算机系和微软亚洲研究院。", ["清华大学计算机系", "微软亚洲研究院"]),
    ("本文来自华为诺亚方舟实验室，", ["华为诺亚方舟实验室"]),
    ("本文来自京东 AI 研究院。", ["京东 AI 研究院"]),
    ("本文来自阿里巴巴达摩院团队。", ["阿里巴巴达摩院"]),
    ("本文是北京大学语言计算与机器学习组发表于 AAAI 2019 的工作。", ["北京大学"]),
    ("本文由清华大学和腾讯合作完成。", ["清华大学", "腾讯"]),
    ("论文由 Google Brain 提出，", ["Google Brain"]),
    ("MIT 和哈佛的研究人员提出了一种新的方法。", ["MIT", "哈佛"]),
    ("来自斯坦福大学的研究者提出了一种新的方法。", ["斯坦福大学"]),
    ("谷歌大脑新作，提出了一种新的归一化方法。", ["谷歌大脑"]),
    ("Facebook 何恺明团队新作，提出", ["Facebook"]),
    ("ICLR 2018 上 Google 的工作，提出", ["Google"]),
    ("本文是 Google 的一篇论文，介绍", ["Google"]),
    ("这篇文章来自微软亚洲研究院的何晓东团队，", ["微软亚洲研究院"]),
    ("本文来自 CMU、MIT 以及 NVIDIA 等机构。", ["CMU", "MIT", "NVIDIA"]),
    ("本文来自 MIT, CMU and Google。", ["MIT", "CMU", "Google"]),
    ("两位作者分别来自加州大学伯克利分校和谷歌。", ["加州大学伯克利分校", "谷歌"]),
    ("本文来自ＭＩＴ。", ["ＭＩＴ"]),
    ("本文来自 Element AI，提出", ["Element AI"]),
    ("本文来自 Foobar Technologies，提出", ["Foobar Technologies"]),
    ("Google 提出了一种新的网络结构。", ["Google"]),
    ("本文来自中国科学技术大学与微软亚洲研究院，微软亚洲研究院此前也有工作。", ["中国科学技术大学", "微软亚洲研究院"]),
    ("作者来自苏黎世联邦理工学院。", ["苏黎世联邦理工学院"]),
    ("本文出自 DeepMind 之手。", ["DeepMind"]),
    ("本文由哈工大讯飞联合实验室发表，被 COLING 2018 录用。", ["哈工大讯飞联合实验室"]),
    ("本文来自阿里巴巴-浙江大学前沿技术联合研究中心。", ["阿里巴巴-浙江大学前沿技术联合研究中心"]),
    ("本文是香港科技大学杨强教授团队和第四范式合作发表于 IJCAI 2018 的工作。", ["香港科技大学", "第四范式"]),
    ("ACL 2017 最佳论文候选，来自复旦大学邱锡鹏老师组。", ["复旦大学"]),
    ("本文发表于 KDD ’18，来自复旦大学。", ["复旦大学"]),
    ("主干网络是 VGG-16，来自牛津大学。", []),
    ("文章收录于 NeurIPS 2018 Spotlight，来自 UIUC、MIT-IBM Watson AI Lab。", ["UIUC", "MIT-IBM Watson AI Lab"]),
    ("本文为美国东北大学和 Adobe 合作完成的工作。", ["美国东北大学", "Adobe"]),
    ("本文来自百度 NLP 团队和百度研究院。", ["百度", "百度研究院"]),
    ("Yahoo 研究院的推荐系统论文。", ["Yahoo 研究院"]),
    ("本文是一篇来自 CMU 的综述。", ["CMU"]),
    ("斯坦福大学 Jure Leskovec 教授组的最新工作，KDD 2018 收录。", ["斯坦福大学"]),
    ("本文是清华大学自然语言处理实验室（THUNLP）的工作。", ["清华大学自然语言处理实验室（THUNLP）"]),
    ("这篇论文是 MSRA 与中科大合作的成果，收录于 ICCV 2019。", ["MSRA", "中科大"]),
    ("本文是由悉尼科技大学、CMU 等联合完成的。", ["悉尼科技大学", "CMU"]),
    ("FAIR 何恺明、RBG 等人的最新论文，提出 Mask R-CNN。", ["FAIR"]),
    ("Google 的新模型既不要卷积也不要循环。", ["Google"]),
    ("OpenAI 的可逆生成模型，用可逆卷积代替固定的通道交换。", ["OpenAI"]),
    ("阿里巴巴的技术报告，讲得清楚。", ["阿里巴巴"]),
    ("推到无穷，就得到一个方程。多伦多大学的这篇文章数学不难，但要耐心。", ["多伦多大学"]),
    ("本文是 UC Berkeley、Foo Bar 和 UC San Diego 发表于 ECCV 2020 的工作", ["UC Berkeley", "Foo Bar", "UC San Diego"]),
    ("本文来自 Google AI Language。", ["Google AI Language"]),
    ("今日头条和南京大学联合出品，ACL 2019。", ["今日头条", "南京大学"]),
    # names that the table cannot know, in Latin letters, and what stands in brackets behind a name
    ("本文是 Technical University of Munich 的工作。", ["Technical University of Munich"]),
    ("本文来自 Max Planck Institute for Informatics。", ["Max Planck Institute for Informatics"]),
    ("作者来自 Hong Kong University of Science and Technology。", ["Hong Kong University of Science and Technology"]),
    (
        "作者来自 University of Oxford and University College London。",
        ["University of Oxford", "University College London"],
    ),
    ("本文来自 University of California, Berkeley, Google。", ["University of California, Berkeley", "Google"]),
    ("本文来自 Université de Montréal 和 Google。", ["Université de Montréal", "Google"]),
    ("本文来自 Skolkovo 理工学院与三星。", ["Skolkovo 理工学院", "三星"]),
    ("本文来自艾伦人工智能研究所（AI2）和华盛顿大学。", ["艾伦人工智能研究所（AI2）", "华盛顿大学"]),
    (
        "本文来自 Montreal Institute for Learning Algorithms (MILA)。",
        ["Montreal Institute for Learning Algorithms (MILA)"],
    ),
    ("本文来自香港中文大学（深圳）和腾讯。", ["香港中文大学（深圳）", "腾讯"]),
    ("本文是 Facebook 人工智能研究院田渊栋团队的工作。", ["Facebook 人工智能研究院"]),
    ("本文来自 Facebook 人工智能研究院（FAIR）。", ["Facebook 人工智能研究院（FAIR）"]),
    ("本文来自 Naver Labs Europe。", ["Naver Labs Europe"]),
    ("本文来自蚂蚁金服人工智能部。", ["蚂蚁金服"]),
    ("本文来自柏林自由大学。", ["柏林自由大学"]),
    ("本文来自上海脑科学与类脑研究中心。", ["上海脑科学与类脑研究中心"]),
    ("本文来自美国国家标准与技术研究院和微软。", ["美国国家标准与技术研究院", "微软"]),
    ("本文来自北京协和医院与腾讯。", ["北京协和医院", "腾讯"]),
    # words in front of the name
    ("本文来自大名鼎鼎的 FAIR，提出了新的框架。", ["FAIR"]),
    ("本文来自英国的 DeepMind。", ["DeepMind"]),
    ("本文来自电商巨头阿里巴巴。", ["阿里巴巴"]),
    ("作者来自清华大学，北京大学和微软亚洲研究院。", ["清华大学", "北京大学", "微软亚洲研究院"]),
    ("作者来自清华大学, 北京大学，论文提出", ["清华大学", "北京大学"]),
    ("本文来自浙江大学 CAD&CG 国家重点实验室。", ["浙江大学 CAD&CG 国家重点实验室"]),
    ("论文是其在 CMU 读博期间的工作。", ["CMU"]),
    ("作者分别来自：清华大学、北京大学。", ["清华大学", "北京大学"]),
    ("本文是韩国 KAIST 和 NAVER 发表于 CVPR 2019 的工作。", ["KAIST", "NAVER"]),
    ("本文来自自动驾驶公司 Foobarly。", ["Foobarly"]),
    # a venue right behind it
    ("本文是阿里 AAAI 2019 的一篇论文。", ["阿里"]),
    ("本文是旷视科技 CVPR 2018 论文，ShuffleNet。", ["旷视科技"]),
    # other ways to say it
    ("本文为英伟达与康奈尔大学、加州大学合作的工作。", ["英伟达", "康奈尔大学", "加州大学"]),
    ("该工作为清华大学和华为的合作成果。", ["清华大学", "华为"]),
    ("本文系清华大学与快手合作完成，已被 ICML 2021 接收。", ["清华大学", "快手"]),
    ("本文介绍北京大学和阿里巴巴合作发表于 SIGIR 2021 的论文。", ["北京大学", "阿里巴巴"]),
    ("论文发表在 CVPR 2018，是商汤和港中文合作的工作。", ["商汤", "港中文"]),
    ("康奈尔大学、清华大学、FAIR 合作的 CVPR 2017 最佳论文 DenseNet。", ["康奈尔大学", "清华大学", "FAIR"]),
    ("SIGIR2017 上的文章，IRGAN，来自 UCL 和上海交大。", ["UCL", "上海交大"]),
    ("ICCV2017 Oral | 来自 Facebook 的工作。", ["Facebook"]),
    ("本文来自 KDD18，由阿里巴巴团队完成。", ["阿里巴巴"]),
    ("本文由清华大学孙茂松教授指导，发表于 ACL 2018。", ["清华大学"]),
    ("研究人员来自 MIT 和 IBM。", ["MIT", "IBM"]),
    ("商汤提出一种人脸对齐方法。", ["商汤"]),
    ("华为诺亚方舟实验室提出的 DeepFM，IJCAI 2017。", ["华为诺亚方舟实验室"]),
    ("Facebook 提出了一种翻译方法，本文是其中的核心论文。", ["Facebook"]),
    ("PinSage 是 Pinterest 和斯坦福大学合作的成果。", ["Pinterest", "斯坦福大学"]),
    ("北航、微软合作提出的 LayoutLM，KDD 2020。", ["北航", "微软"]),
    ("LayoutLM，由微软亚洲研究院提出的文档理解模型，KDD 2020。", ["微软亚洲研究院"]),
    ("本文是发表于 CVPR 2018 的一篇文章，作者来自悉尼科技大学。", ["悉尼科技大学"]),
    ("CMU、斯坦福和蒙特利尔大学联合推出的 HotpotQA 数据集。", ["CMU", "斯坦福", "蒙特利尔大学"]),
    ("谷歌新论文：用机器学习做数据库索引。", ["谷歌"]),
    ("本文介绍了复旦大学被 ACL 2020 录用的长文。", ["复旦大学"]),
    ("CVPR 2022 最佳学生论文，来自同济大学和阿里达摩院。", ["同济大学", "阿里达摩院"]),
    ("推荐一篇 Google Brain 的论文。", ["Google Brain"]),
    ("今天给大家介绍的是来自斯坦福大学的论文。", ["斯坦福大学"]),
    ("近日，来自北京大学、智源研究院的研究者提出了一种新的方法。", ["北京大学", "智源研究院"]),
    ("在本文中，斯坦福大学的研究者提出了一种新的 SGD 变体。", ["斯坦福大学"]),
    ("百度提出的知识增强预训练模型 ERNIE，在多个中文任务上超过 BERT。", ["百度"]),
    ("阿里巴巴开源的图学习框架 Euler。", ["阿里巴巴"]),
]

# Institutions of other works, writers of notes, products, sources, and words that only look like institutions.
NONE = [
    "本期推荐的论文笔记来自 PaperWeekly 社区用户 @chenhong。本文提出了一种高效数据增强方式。",
    "本文来自 SIGIR ’18。",
    "本文来自 GECCO 2016，属于 neuroevolution，包括 Google, DeepMind, OpenAI 在内的很多公司都在研究。",
    "本文来自 arXiv。",
    "本文来自知乎专栏。",
    "本文从 Giphy 网站上获取 GIF 图片。",
    "在 Penn Treebank 数据集上，ENAS 实现了 55.8 的测试困惑度。",
    "结果比 IBM（Improved Representation Learning）提出的 Attention LSTM 稍微提高了一些。",
    "本文是一篇基于 Social LSTM 的后续论文，Social LSTM 是李飞飞团队于 2016 年提出的行人路径预测方法。",
    "本文主要研究 Google 提出的 Transformer。",
    "本文介绍了 Gmail Smart Reply 的一个检索式实现。",
    "本文基于 Facebook 的工作加以改进。",
    "数据来自 Twitter 和微博。",
    "本文使用由 Google 提出的 BERT 模型。",
    "本文来自何恺明。",
    "本文是李飞飞团队发表于 CVPR 2018 的工作。",
    "本文是 Kaiming He 发表于 ICCV 2017 的工作。",
    "本文是作者发表于 ACL 2018 的工作。",
    "本文是一篇综述文章，发表于 2017 年。",
    "本文来自同一作者的博士论文。",
    "本文是 CVPR 2017 的一篇 Oral 文章。",
    "本文为 ICLR 2018 录用论文。",
    "Google 在 2017 年发表的 Transformer 模型取得了很好的效果，本文在此基础上提出了改进。",
    "Facebook 的 fastText 是一个文本分类工具。",
    "BERT 是 Google 发表于 NAACL 2019 的模型，本文加以改进。",
    "本文为 Facebook 的用户提出了一种推荐方法。",
    "斯坦福大学的 CS224n 课程。",
    "Google 的翻译系统已经很好用，但仍有不足。",
    "相比 Google 的新模型，本文更快。",
    "用 ImageNet 的这个数据集训练。",
    "与 Google 的工作相比，本文的方法更快。",
    "CVPR 2018 Zisserman 的新论文。",
    "本文提出了一种智能的方法，这是一个重要的工作。",
    "该工作是中心化的方法。",
    "这是 Hinton 发表在 Nature 上的综述。",
    "作者是 Google 的前员工。",
    "本文是 Kipf 发表于 ICLR 2017 的 GCN 论文。",
    "本文来自刚刚结束的 CVPR 2018。",
    "本文来自德国的研究团队。",
    "本文来自一家创业公司。",
    "本文出自名校。",
    "本文来自美国。",
    "工作主要来自工程实践。",
    "本文来自日常生活中的观察。",
    "论文来自多个机构。",
    "研究来自神经科学。",
    "来自微博，规模很大的数据集。",
    "这是微软 R-NET 的改进工作。",
    "OpenAI 提出的 GPT 采用单向语言模型，本文则采用双向语言模型。",
    "OpenAI 发布了 GPT-3 之后，大模型成为热点。",
    "由 OpenAI 提出的 CLIP 表现出色，本文研究其鲁棒性。",
    "Google 提出的语言模型 BERT，在多个任务上领先。本文对其进行了压缩。",
    "标注工作由北京大学的学生完成。",
    "ViT 由谷歌提出，已成为视觉领域的主流。本文提出了一种轻量的模型。",
    "人工评测，由清华大学的 5 名学生完成。",
    "本文介绍 Google 提出的 BERT 及其变体。",
    "",
    "。",
]


@pytest.mark.parametrize(("summary", "expected"), PRINTED)
def test_standing_phrases(summary: str, expected: list[str]) -> None:
    assert list(find_affiliations(summary)) == expected


@pytest.mark.parametrize(("summary", "expected"), OTHER_WORDS)
def test_other_words(summary: str, expected: list[str]) -> None:
    assert list(find_affiliations(summary)) == expected


@pytest.mark.parametrize("summary", NONE)
def test_no_institution_of_this_paper(summary: str) -> None:
    assert find_affiliations(summary) == ()


@pytest.mark.parametrize(
    ("piece", "firm", "expected"),
    [
        ("北京大学孙栩老师组", False, "北京大学"),
        ("图鸭科技图片压缩团队", False, "图鸭科技"),
        ("上海科技大学", False, "上海科技大学"),
        ("Google AI Research", False, "Google AI Research"),
        ("Google Tan 等人", False, "Google"),
        ("清华大学关系抽取组", False, "清华大学"),
        ("Foobarly", False, None),
        ("Foobarly", True, "Foobarly"),
        ("Foobarly 团队", True, "Foobarly"),
        ("欧陆精工", True, "欧陆精工"),
        ("李飞飞团队", True, None),
        ("一篇综述", True, None),
        ("CVPR 2018", True, None),
        ("", True, None),
    ],
)
def test_institution_in(piece: str, *, firm: bool, expected: str | None) -> None:
    assert institution_in(piece, firm=firm) == expected


PIECES = st.lists(
    st.sampled_from(
        [
            "本文",
            "来自",
            "是",
            "发表于",
            " CVPR 2018 ",
            "清华大学",
            " MIT ",
            "微软",
            "和",
            "与",
            "、",
            "团队",
            "的工作",
            "，",
            "。",
            "（MILA）",
            "孙栩老师组",
        ]
    ),
    max_size=14,
).map("".join)


@given(st.one_of(st.text(max_size=80), PIECES))
def test_names_are_parts_of_the_summary_without_repetition(summary: str) -> None:
    found = find_affiliations(summary)
    assert len(set(found)) == len(found)
    folded = "".join(summary.split())
    for name in found:
        assert name
        assert "".join(name.split()) in folded


@given(
    st.lists(
        st.sampled_from(["清华大学", "微软", "MIT", "商汤科技", "Google Brain", "哈工大"]),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_lists_of_any_length(names: list[str]) -> None:
    listed = "、".join(names[:-1]) + (" 和 " if len(names) > 1 else "") + names[-1]
    assert list(find_affiliations(f"本文来自 {listed}，提出了一种方法。")) == names
    assert list(find_affiliations(f"本文是 {listed} 联合发表于 ACL 2018 的工作。")) == names


@pytest.mark.parametrize(
    "part", ["本文是", "来自 MIT 和", "微软", "、清华大学", "X ", "本文来自 A ", " ", "（", "的工作，"]
)
def test_a_runaway_text_takes_no_time(part: str) -> None:
    start = perf_counter()
    find_affiliations("本文是" + part * 2000)
    assert perf_counter() - start < 1


CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def _corpus() -> list[Path]:
    return sorted(CORPUS.glob("*.gold.json"))


@pytest.mark.skipif(not _corpus(), reason="the labelled corpus does not lie beside the repository")
@pytest.mark.parametrize("path", _corpus(), ids=lambda path: path.name)
def test_labelled_posts(path: Path) -> None:
    from crawler.digest import read_post
    from crawler.pages import read_page

    saved = path.with_name(path.name.replace(".gold.json", ".md"))
    post = read_post(read_page(saved.read_bytes(), name=saved.name))
    labels = json.loads(path.read_text("utf-8"))["entries"]
    expected = [set(label["affiliations"]) for label in labels]
    assert [set(find_affiliations(entry.summary)) for entry in post.entries] == expected


_EXAMPLES = [row["example"] for row in load_rules("institutions")["phrase"]]


@given(st.lists(st.sampled_from(_EXAMPLES), max_size=2).map("".join), st.integers(0, 40))
def test_phrases_for_which_a_text_has_no_signs_hold_nowhere_in_it(text: str, cut: int) -> None:
    text = text[cut:]
    left_out = set(affiliations._phrases("any")).difference(
        affiliations._phrases_with(affiliations._signs().found_in(text))
    )
    assert not any(phrase.pattern.search(text) for phrase in left_out)
