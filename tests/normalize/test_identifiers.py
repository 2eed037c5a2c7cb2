"""Identifiers of papers and repositories in addresses."""

import doctest
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from normalize import identifiers
from normalize.identifiers import (
    ACL,
    ARXIV,
    BITBUCKET,
    CODE_HOSTS,
    CVF,
    DOI,
    GITEE,
    GITHUB,
    GITLAB,
    HUGGING_FACE,
    NEURIPS,
    OPENALEX,
    OPENREVIEW,
    PAPERWEEKLY,
    PAPERWEEKLY_NOTES,
    PMLR,
    SCHEMES,
    SEMANTIC_SCHOLAR,
    Scheme,
    base,
    find_identifier,
    find_repository,
    identifier_id,
    identifiers_of,
    papers,
    proceedings,
    rank,
    repositories,
    scheme_of,
)
from normalize.model import Identifier

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
HASH = "204e3073870fae3d05bcbc2f6a8e263d9b72e776"
MD5 = "3f5ee243547dee91fbd053c1c4a845aa"
CVF_NEW = "https://openaccess.thecvf.com/content"
NEURIPS_NEW = "https://proceedings.neurips.cc/paper_files/paper"
NEURIPS_DATA = "https://datasets-benchmarks-proceedings.neurips.cc/paper"

WILD: dict[Scheme, list[tuple[str, str]]] = {
    PAPERWEEKLY: [
        ("https://www.paperweekly.site/papers/2026", "2026"),
        ("http://www.paperweekly.site/papers/372", "372"),
        ("http://paperweekly.site/papers/2026/", "2026"),
        ("http://www.paperweekly.site/papers/224?x=1", "224"),
        ("https://www.paperweekly.site/papers/2740）", "2740"),
        ("https://www.paperweekly.site/papers/2740。", "2740"),
        ("www.paperweekly.site/papers/9749", "9749"),
        ("https://link.csdn.net/?target=https%3A%2F%2Fwww.paperweekly.site%2Fpapers%2F2026", "2026"),
    ],
    PAPERWEEKLY_NOTES: [
        ("https://www.paperweekly.site/papers/notes/397", "notes/397"),
        ("http://paperweekly.site/papers/notes/397/", "notes/397"),
    ],
    ARXIV: [
        ("https://arxiv.org/abs/1806.01234", "1806.01234"),
        ("http://arxiv.org/abs/1806.01234v3", "1806.01234"),
        ("https://arxiv.org/pdf/1806.01234v2.pdf", "1806.01234"),
        ("https://arxiv.org/pdf/1806.01234.pdf#page=3", "1806.01234"),
        ("https://arxiv.org/pdf/1806.01234v12", "1806.01234"),
        ("https://arxiv.org/abs/1806.01234?context=cs.CL", "1806.01234"),
        ("https://arxiv.org/abs/1806.01234,", "1806.01234"),
        ("https://arxiv.org/abs/1806.01234）", "1806.01234"),
        ("https://arxiv.org/abs/arXiv:1806.01234", "1806.01234"),
        ("https://arxiv.org/format/1806.01234", "1806.01234"),
        ("https://arxiv.org/e-print/1806.01234v1", "1806.01234"),
        ("https://arxiv.org/html/2301.00001v1/", "2301.00001"),
        ("https://arxiv.org/ftp/arxiv/papers/1212/1212.0402.pdf", "1212.0402"),
        ("https://cn.arxiv.org/abs/0704.0001", "0704.0001"),
        ("http://export.arxiv.org/abs/1412.6980v9", "1412.6980"),
        ("http://xxx.itp.ac.cn/abs/1412.6980", "1412.6980"),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", "hep-th/9901001"),
        ("https://arxiv.org/abs/cs/0112017", "cs/0112017"),
        ("https://arxiv.org/pdf/cs.CL/0112017v1.pdf", "cs/0112017"),
        ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/cs/0703001", "cs/0703001"),
        ("https://www.alphaxiv.org/abs/2501.12948", "2501.12948"),
        ("https://alphaxiv.org/pdf/2501.12948v1", "2501.12948"),
        ("https://www.alphaxiv.org/zh/overview/2501.12948", "2501.12948"),
        ("https://ar5iv.labs.arxiv.org/html/1706.03762", "1706.03762"),
        ("https://ar5iv.org/abs/1706.03762", "1706.03762"),
        ("https://www.arxiv-vanity.com/papers/1706.03762/", "1706.03762"),
        ("https://huggingface.co/papers/2501.12948", "2501.12948"),
        ("https://hf.co/papers/2501.12948", "2501.12948"),
        ("https://papers.cool/arxiv/2501.12948", "2501.12948"),
        ("https://scirate.com/arxiv/2501.12948", "2501.12948"),
        ("https://doi.org/10.48550/arXiv.2501.12948", "2501.12948"),
        ("http://dx.doi.org/10.48550/ARXIV.2501.12948", "2501.12948"),
        ("https://doi.org/10.48550/arXiv.cs/0112017", "cs/0112017"),
        ("doi:10.48550/arXiv.1706.03762", "1706.03762"),
        ("arXiv:1806.01234v2", "1806.01234"),
        ("arxiv: 1806.01234", "1806.01234"),
    ],
    DOI: [
        ("https://doi.org/10.1145/3219819.3219890", "10.1145/3219819.3219890"),
        ("http://dx.doi.org/10.1145%2F3219819.3219890.", "10.1145/3219819.3219890"),
        ("https://dl.acm.org/doi/abs/10.1145/3219819.3219890?x=1", "10.1145/3219819.3219890"),
        ("https://dl.acm.org/doi/pdf/10.1145/3219819.3219890", "10.1145/3219819.3219890"),
        ("https://dl.acm.org/citation.cfm?doid=3219819.3219890", "10.1145/3219819.3219890"),
        ("http://doi.acm.org/10.1145/3219819.3219890", "10.1145/3219819.3219890"),
        ("https://doi.ieeecomputersociety.org/10.1109/CVPR.2016.90", "10.1109/cvpr.2016.90"),
        ("https://doi.org/10.1109/TIP.2018.2831899", "10.1109/tip.2018.2831899"),
        ("https://link.springer.com/chapter/10.1007/978-3-030-01234-2_1", "10.1007/978-3-030-01234-2_1"),
        ("https://link.springer.com/chapter/10.1007%2F978-3-319-46448-0_2", "10.1007/978-3-319-46448-0_2"),
        ("https://link.springer.com/content/pdf/10.1007/s11263-019-01247-4.pdf", "10.1007/s11263-019-01247-4"),
        ("https://www.frontiersin.org/articles/10.3389/fnbot.2018.00001/full", "10.3389/fnbot.2018.00001"),
        ("https://www.biorxiv.org/content/10.1101/2020.03.22.002386v3.full.pdf", "10.1101/2020.03.22.002386"),
        ("https://www.biorxiv.org/content/10.1101/2020.03.22.002386v3", "10.1101/2020.03.22.002386"),
        ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456", "10.1371/journal.pone.0123456"),
        ("https://www.nature.com/articles/nature14539", "10.1038/nature14539"),
        ("https://www.nature.com/articles/s41586-021-03819-2.pdf", "10.1038/s41586-021-03819-2"),
        ("https://www.ijcai.org/proceedings/2018/0110.pdf", "10.24963/ijcai.2018/110"),
        ("https://www.ijcai.org/proceedings/2018/110", "10.24963/ijcai.2018/110"),
        ("https://doi.org/10.24963/ijcai.2018/110", "10.24963/ijcai.2018/110"),
        ("https://doi.org/10.1061/(ASCE)0733-9410(1990)116:5(785)", "10.1061/(asce)0733-9410(1990)116:5(785)"),
        ("https://doi.org/10.1002/(SICI)1097-0258(19980815/30)17:15/16%3C1661::AID-SIM968%3E3.0.CO;2-2",
         "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"),
        ("DOI: 10.1145/3219819.3219890", "10.1145/3219819.3219890"),
        ("https://doi.org/10.1145/3219819.3219890）。", "10.1145/3219819.3219890"),
    ],
    OPENREVIEW: [
        ("https://openreview.net/forum?id=rJXMpikCZ&noteId=x", "rJXMpikCZ"),
        ("https://openreview.net/pdf?id=HkAClQgA-", "HkAClQgA-"),
        ("http://www.openreview.net/forum?id=YicbFdNTTy", "YicbFdNTTy"),
        ("https://openreview.net/attachment?id=Bk6kJ6_AW&name=supplementary_material", "Bk6kJ6_AW"),
        ("https://openreview.net/forum?noteId=x&id=6nbpPqUCIi7#", "6nbpPqUCIi7"),
        ("https://openreview.net/forum?id=SJU4ayYgl）", "SJU4ayYgl"),
    ],
    ACL: [
        ("https://aclanthology.org/P18-1001/", "P18-1001"),
        ("https://www.aclanthology.org/P18-1001.pdf", "P18-1001"),
        ("http://aclweb.org/anthology/P18-1001", "P18-1001"),
        ("https://www.aclweb.org/anthology/P/P18/P18-1001.pdf", "P18-1001"),
        ("https://www.aclweb.org/anthology/papers/P/P18/P18-1001/", "P18-1001"),
        ("http://anthology.aclweb.org/P18-1001", "P18-1001"),
        ("http://www.aclweb.org/anthology/D/D16/D16-1001.pdf", "D16-1001"),
        ("https://aclanthology.info/papers/P18-1001/p18-1001", "P18-1001"),
        ("http://aclanthology.coli.uni-saarland.de/papers/P18-1001/p18-1001", "P18-1001"),
        ("https://aclanthology.org/W18-5446", "W18-5446"),
        ("https://aclanthology.org/2020.acl-main.1v2.pdf", "2020.acl-main.1"),
        ("https://aclanthology.org/2021.findings-acl.84.bib", "2021.findings-acl.84"),
        ("https://aclanthology.org/2023.emnlp-main.825/）", "2023.emnlp-main.825"),
        ("https://doi.org/10.18653/v1/2020.acl-main.1", "2020.acl-main.1"),
        ("https://doi.org/10.18653/v1/P18-1001", "P18-1001"),
        ("http://dx.doi.org/10.3115/v1/P14-1062", "P14-1062"),
        ("doi:10.18653/v1/N18-1202", "N18-1202"),
    ],
    CVF: [
        (f"{CVF_NEW}/CVPR2021/html/Chen_Simple_CVPR_2021_paper.html", "CVPR2021/Chen_Simple_CVPR_2021"),
        (f"{CVF_NEW}/CVPR2021/papers/Chen_Simple_CVPR_2021_paper.pdf", "CVPR2021/Chen_Simple_CVPR_2021"),
        (f"{CVF_NEW}/CVPR2021/supplemental/Chen_Simple_CVPR_2021_supplemental.pdf",
         "CVPR2021/Chen_Simple_CVPR_2021"),
        (f"{CVF_NEW}/ICCV2021W/NeurArch/html/Li_Some_ICCVW_2021_paper.html", "ICCV2021W/NeurArch/Li_Some_ICCVW_2021"),
        (f"{CVF_NEW}/WACV2022/papers/Li_Some_WACV_2022_paper.pdf", "WACV2022/Li_Some_WACV_2022"),
        (f"{CVF_NEW}/ACCV2020/html/Li_Some_ACCV_2020_paper.html", "ACCV2020/Li_Some_ACCV_2020"),
        (f"{CVF_NEW}_CVPR_2020/papers/He_Momentum_CVPR_2020_paper.pdf", "CVPR2020/He_Momentum_CVPR_2020"),
        (f"{CVF_NEW}_WACVW_2020/html/w1/Li_Some_WACVW_2020_paper.html", "WACV2020W/w1/Li_Some_WACVW_2020"),
        (f"{CVF_NEW}_CVPRW_2019/papers/NTIRE/Gu_NTIRE_CVPRW_2019_paper.pdf", "CVPR2019W/NTIRE/Gu_NTIRE_CVPRW_2019"),
        (f"{CVF_NEW}_ECCV_2018/papers/Sanghyun_Woo_CBAM_ECCV_2018_paper.pdf", "ECCV2018/Sanghyun_Woo_CBAM_ECCV_2018"),
        ("http://openaccess.thecvf.com/content_cvpr_2018/html/Hu_Squeeze-and-Excitation_CVPR_2018_paper.html",
         "CVPR2018/Hu_Squeeze-and-Excitation_CVPR_2018"),
        ("http://openaccess.thecvf.com/content_iccv_2017/html/He_Mask_R-CNN_ICCV_2017_paper.html",
         "ICCV2017/He_Mask_R-CNN_ICCV_2017"),
        ("http://openaccess.thecvf.com/content_cvpr_2017_workshops/w12/html/Lim_Enhanced_CVPR_2017_paper.html",
         "CVPR2017W/w12/Lim_Enhanced_CVPR_2017"),
        ("http://www.cv-foundation.org/openaccess/content_cvpr_2016/papers/He_Deep_Residual_CVPR_2016_paper.pdf",
         "CVPR2016/He_Deep_Residual_CVPR_2016"),
        ("https://www.cv-foundation.org/openaccess/content_cvpr_2015/html/Long_Fully_2015_CVPR_paper.html",
         "CVPR2015/Long_Fully_2015_CVPR"),
        ("http://www.cv-foundation.org/openaccess/content_cvpr_workshops_2014/W15/papers/Li_Some_2014_CVPR_paper.pdf",
         "CVPR2014W/W15/Li_Some_2014_CVPR"),
    ],
    PMLR: [
        ("http://proceedings.mlr.press/v70/finn17a.html", "v70/finn17a"),
        ("https://proceedings.mlr.press/v70/finn17a/finn17a.pdf", "v70/finn17a"),
        ("http://proceedings.mlr.press/v70/finn17a/finn17a-supp.pdf", "v70/finn17a"),
        ("http://proceedings.mlr.press/v70/finn17a.html）", "v70/finn17a"),
        ("http://proceedings.mlr.press/v48/oord16.pdf", "v48/oord16"),
        ("https://proceedings.mlr.press/v139/d-ascoli21a.html", "v139/d-ascoli21a"),
        ("http://jmlr.org/proceedings/papers/v37/ioffe15.html", "v37/ioffe15"),
        ("http://www.jmlr.org/proceedings/papers/v28/sutskever13.pdf", "v28/sutskever13"),
        ("http://jmlr.org/proceedings/papers/v28/wan13-supp.pdf", "v28/wan13"),
        ("http://jmlr.csail.mit.edu/proceedings/papers/v37/ioffe15.pdf", "v37/ioffe15"),
        ("https://raw.githubusercontent.com/mlresearch/v202/main/assets/radford23a/radford23a.pdf", "v202/radford23a"),
    ],
    NEURIPS: [
        ("https://papers.nips.cc/paper/7181-attention-is-all", "7181-attention-is-all"),
        ("http://papers.nips.cc/paper/7181-attention-is-all.pdf", "7181-attention-is-all"),
        ("https://papers.nips.cc/paper/7181-Attention-is-all/", "7181-attention-is-all"),
        ("https://papers.neurips.cc/paper/7181-attention-is-all.pdf", "7181-attention-is-all"),
        ("https://papers.nips.cc/paper/7181-attention-is-all-supplemental.zip", "7181-attention-is-all"),
        (f"https://papers.nips.cc/paper/2017/hash/{MD5}-Abstract.html", f"2017/{MD5}"),
        (f"https://papers.nips.cc/paper/2017/file/{MD5}-Paper.pdf", f"2017/{MD5}"),
        (f"https://proceedings.neurips.cc/paper/2017/hash/{MD5}-Abstract.html", f"2017/{MD5}"),
        (f"{NEURIPS_NEW}/2017/file/{MD5}-Supplemental.zip", f"2017/{MD5}"),
        (f"https://proceedings.neurips.cc/paper/2020/file/{MD5}-AuthorFeedback.pdf", f"2020/{MD5}"),
        (f"{NEURIPS_NEW}/2022/hash/{MD5}-Abstract-Conference.html", f"2022/{MD5}-Conference"),
        (f"{NEURIPS_NEW}/2022/file/{MD5}-Paper-Conference.pdf", f"2022/{MD5}-Conference"),
        (f"{NEURIPS_NEW}/2023/hash/{MD5}-Abstract-Datasets_and_Benchmarks.html",
         f"2023/{MD5}-Datasets_and_Benchmarks"),
        (f"{NEURIPS_DATA}/2021/hash/{MD5}-Abstract-round1.html", f"2021/{MD5}-round1"),
    ],
    SEMANTIC_SCHOLAR: [
        (f"https://www.semanticscholar.org/paper/Attention-is-All-you-Need-Vaswani-Shazeer/{HASH}", HASH),
        (f"https://www.semanticscholar.org/paper/{HASH}?p2df", HASH),
        (f"https://www.semanticscholar.org/paper/Attention/{HASH.upper()}/figure/3", HASH),
        (f"https://api.semanticscholar.org/graph/v1/paper/{HASH}", HASH),
        (f"https://www.semanticscholar.org/reader/{HASH}", HASH),
        (f"https://pdfs.semanticscholar.org/{HASH[:4]}/{HASH[4:]}.pdf", HASH),
        ("https://api.semanticscholar.org/CorpusID:13756489", "CorpusID:13756489"),
        ("https://www.semanticscholar.org/CorpusId:13756489", "CorpusID:13756489"),
        ("CorpusID: 13756489", "CorpusID:13756489"),
    ],
    OPENALEX: [
        ("https://openalex.org/W2741809807", "W2741809807"),
        ("http://openalex.org/works/w2741809807", "W2741809807"),
        ("https://api.openalex.org/works/W2741809807", "W2741809807"),
        ("https://explore.openalex.org/works/W2741809807", "W2741809807"),
    ],
    GITHUB: [
        ("https://github.com/lixin4ever/TNet", "lixin4ever/tnet"),
        ("https://github.com/XiaohangZhan/cdp/", "xiaohangzhan/cdp"),
        ("http://www.github.com/D-X-Y/caffe-reid", "d-x-y/caffe-reid"),
        ("https://github.com/PetarV-/GAT", "petarv-/gat"),
        ("https://github.com/chenxi116/PNASNet.TF", "chenxi116/pnasnet.tf"),
        ("https://github.com/eecrazy/ConstructingNEEG_IJCAI_2018", "eecrazy/constructingneeg_ijcai_2018"),
        ("https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet", "tensorflow/tpu"),
        ("https://github.com/tensorflow/models/blob/master/README.md#x", "tensorflow/models"),
        ("https://github.com/microsoft/LoRA?tab=readme-ov-file", "microsoft/lora"),
        ("https://github.com/zihangdai/mos.git", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos）", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos。", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos,", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos.", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos/。", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos（PyTorch 版）", "zihangdai/mos"),
        ("https://github.com/zihangdai/mos.git）", "zihangdai/mos"),
        ("github.com/zihangdai/mos", "zihangdai/mos"),
        ("git@github.com:zihangdai/mos.git", "zihangdai/mos"),
        ("ssh://git@github.com/zihangdai/mos.git", "zihangdai/mos"),
        ("git://github.com/zihangdai/mos.git", "zihangdai/mos"),
        ("https://raw.githubusercontent.com/zihangdai/mos/master/main.py", "zihangdai/mos"),
        ("https://codeload.github.com/zihangdai/mos/zip/master", "zihangdai/mos"),
        ("https://api.github.com/repos/zihangdai/mos/releases", "zihangdai/mos"),
        ("https://colab.research.google.com/github/zihangdai/mos/blob/master/x.ipynb", "zihangdai/mos"),
        ("https://nbviewer.jupyter.org/github/zihangdai/mos/blob/master/x.ipynb", "zihangdai/mos"),
        ("https://link.zhihu.com/?target=https%3A//github.com/zihangdai/mos", "zihangdai/mos"),
    ],
    GITLAB: [
        ("https://gitlab.com/owner/Name", "owner/name"),
        ("https://gitlab.com/owner/name/-/tree/main/src", "owner/name"),
        ("https://gitlab.com/owner/name/tree/master", "owner/name"),
        ("https://gitlab.com/owner/name/blob/master/README.md", "owner/name"),
        ("https://gitlab.com/group/part/name.git", "group/part/name"),
        ("https://gitlab.com/group/part/name/-/raw/main/x", "group/part/name"),
        ("git@gitlab.com:group/name.git", "group/name"),
        ("https://gitlab.com/owner/name）", "owner/name"),
    ],
    GITEE: [
        ("https://gitee.com/mindspore/models/tree/master/official/cv", "mindspore/models"),
        ("http://gitee.com/PaddlePaddle/PaddleNLP/", "paddlepaddle/paddlenlp"),
        ("https://gitee.com/owner/name.git", "owner/name"),
        ("https://gitee.com/owner/name。", "owner/name"),
    ],
    BITBUCKET: [
        ("https://bitbucket.org/owner/Name/src/master/", "owner/name"),
        ("http://bitbucket.org/owner/name", "owner/name"),
        ("https://bitbucket.org/owner/name.git", "owner/name"),
        ("https://api.bitbucket.org/2.0/repositories/owner/name", "owner/name"),
    ],
    HUGGING_FACE: [
        ("https://huggingface.co/deepseek-ai/DeepSeek-R1", "deepseek-ai/deepseek-r1"),
        ("https://huggingface.co/deepseek-ai/DeepSeek-R1/tree/main", "deepseek-ai/deepseek-r1"),
        ("https://hf.co/deepseek-ai/DeepSeek-R1", "deepseek-ai/deepseek-r1"),
        ("https://hf-mirror.com/deepseek-ai/DeepSeek-R1", "deepseek-ai/deepseek-r1"),
        ("https://huggingface.co/api/models/deepseek-ai/DeepSeek-R1", "deepseek-ai/deepseek-r1"),
        ("https://huggingface.co/datasets/BytedTsinghua-SIA/DAPO-Math-17k", "datasets/bytedtsinghua-sia/dapo-math-17k"),
        ("https://huggingface.co/datasets/owner/name/viewer/default", "datasets/owner/name"),
        ("https://huggingface.co/api/datasets/owner/name", "datasets/owner/name"),
        ("https://huggingface.co/spaces/owner/name）", "spaces/owner/name"),
    ],
}  # fmt: skip

NEAR_MISSES: dict[str, list[str]] = {
    "paperweekly": [
        "http://www.paperweekly.site/arxiv/",
        "https://www.paperweekly.site/papers/",
        "https://www.paperweekly.site/papers/20x26",
        "https://www.paperweekly.site/papers/notes/",
        "https://www.paperweekly.site/2026",
        "https://example.org/papers/2026",
        "https://notpaperweekly.site/papers/2026",
    ],
    "arxiv": [
        "https://arxiv.org/abs/1813.01234",  # month 13
        "https://arxiv.org/abs/1800.01234",
        "https://arxiv.org/abs/1806.123",
        "https://arxiv.org/abs/1412.69801",  # five digits before 2015
        "https://arxiv.org/abs/1501.0123",  # four digits after
        "https://arxiv.org/abs/0703.0123",
        "https://arxiv.org/abs/1806.00000",
        "https://arxiv.org/abs/cs/0113017",
        "https://arxiv.org/abs/cs/0704001",  # old numbers ended in March 2007
        "https://arxiv.org/abs/nlp/0112017",  # no such archive
        "https://arxiv.org/list/cs.CL/recent",
        "https://arxiv.org/a/lecun_y_1",
        "https://notarxiv.org/abs/1806.01234",
        "https://huggingface.co/papers/month/2025-01",
        "https://huggingface.co/docs/1806.01234",
        "1806.01234",
    ],
    "doi": [
        "https://doi.org/10.1145",
        "https://doi.org/10.1145/",
        "https://doi.org/11.1145/3219819",
        "https://dl.acm.org/citation.cfm?id=3219890",
        "https://dl.acm.org/doi/10.5555/3295222.3295349",  # no DOI, though ACM numbers it like one
        "https://ieeexplore.ieee.org/document/8578572",
        "https://www.nature.com/articles/d41586-019-01234-5",  # news
        "https://www.nature.com/nature/",
        "https://www.ijcai.org/proceedings/2018/",
        "https://www.ijcai.org/Proceedings/16/Papers/001.pdf",
        "https://link.springer.com/journal/11263",
        "https://doi.org/10.18653/v1/P18-1",  # a volume
    ],
    "openreview": [
        "https://openreview.net/group?id=ICLR.cc/2019",
        "https://openreview.net/references/pdf?id=BkVsEMYel",  # a revision has an id of its own
        "https://openreview.net/forum",
        "https://openreview.net/profile?id=~Yann_LeCun1",
        "https://openreview.net/pdf/0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b.pdf",
    ],
    "acl": [
        "https://aclanthology.org/events/acl-2018/",
        "https://aclanthology.org/volumes/P18-1/",
        "https://aclanthology.org/P18-1000.pdf",  # front matter
        "https://aclanthology.org/W18-5400.pdf",
        "https://aclanthology.org/2020.acl-main.0",
        "https://aclanthology.org/people/c/christopher-d-manning/",
        "https://www.aclweb.org/portal/P18-1001",
    ],
    "cvf": [
        "https://openaccess.thecvf.com/CVPR2021?day=all",
        "https://openaccess.thecvf.com/content_cvpr_2018/CameraReady/2593.pdf",
        "https://openaccess.thecvf.com/content/CVPR2021/html/",
        "https://openaccess.thecvf.com/content/CVPR2021/html/Chen_Exploring.html",
        "https://openaccess.thecvf.com/content/CVPR2021/html/NTIRE/Chen_Exploring_CVPR_2021_paper.html",  # no workshop
        "https://openaccess.thecvf.com/content/NIPS2021/html/Chen_Exploring_NIPS_2021_paper.html",
        "https://www.thecvf.com/content/CVPR2021/html/Chen_Exploring_CVPR_2021_paper.html",
        "http://www.cv-foundation.org/content_cvpr_2016/html/He_Deep_CVPR_2016_paper.html",
    ],
    "pmlr": [
        "http://proceedings.mlr.press/v70/",
        "http://proceedings.mlr.press/v70/assets/bib/bibliography.bib",
        "http://proceedings.mlr.press/spec.html",
        "http://jmlr.org/papers/v18/17-014.html",  # the journal
        "http://www.jmlr.org/papers/volume18/finn17a/finn17a.pdf",
    ],
    "neurips": [
        "https://papers.nips.cc/paper/2017",  # the book of a year
        "https://papers.nips.cc/book/advances-in-neural-information-processing-systems-30-2017",
        "https://nips.cc/Conferences/2017/Schedule?showEvent=8783",
        "https://neurips.cc/virtual/2023/poster/71125",
        "https://papers.nips.cc/paper/by-source-2018-123",
        "https://papers.nips.cc/author/ashish-vaswani-9000",
        f"https://papers.nips.cc/paper/2017/hash/{MD5[:-1]}-Abstract.html",
    ],
    "semanticscholar": [
        f"https://www.semanticscholar.org/paper/Attention/{HASH[:-1]}",
        "https://www.semanticscholar.org/author/A.-Vaswani/40348417",
        "https://www.semanticscholar.org/search?q=attention",
        "https://api.semanticscholar.org/CorpusID:x",
    ],
    "openalex": [
        "https://openalex.org/A5023888391",
        "https://openalex.org/works?filter=title.search:attention",
        "https://openalex.org/",
    ],
    "github": [
        "https://github.com/zihangdai",
        "https://github.com/zihangdai/",
        "https://github.com/zihangdai?tab=repositories",
        "https://github.com/zihangdai/m…",  # cut off by an editor
        "https://github.com/zihangdai/m...",
        "https://github.com/topics/nlp",
        "https://github.com/orgs/thunlp/repositories",
        "https://github.com/marketplace/models",
        "https://github.com/features/copilot",
        "https://github.com/search?q=bert",
        "https://gist.github.com/karpathy/d4dee566867f8291f086",
        "https://ctwdataset.github.io/",
        "https://captain-whu.github.io/DOTA/dataset.html",
        "https://docs.github.com/en/get-started",
        "https://notgithub.com/x/y",
        "https://example.org/github.com/x",
        "https://github.com/",
        "https://github.com/，",
    ],
    "gitlab": [
        "https://gitlab.com/owner",
        "https://gitlab.com/explore/projects",
        "https://gitlab.com/users/sign_in",
        "https://gitlab.com/groups/gitlab-org/-/epics",
        "https://about.gitlab.com/company/team/",
        "https://owner.gitlab.io/name/",
    ],
    "gitee": [
        "https://gitee.com/owner",
        "https://gitee.com/explore/all",
        "https://gitee.com/organizations/mindspore/projects",
        "https://owner.gitee.io/name",
        "https://gitee.com/link?target=https://example.org",
    ],
    "bitbucket": [
        "https://bitbucket.org/owner/",
        "https://bitbucket.org/account/signin/",
        "https://bitbucket.org/product/features",
        "https://owner.bitbucket.io/name",
    ],
    "huggingface": [
        "https://huggingface.co/deepseek-ai",
        "https://huggingface.co/bert-base-uncased/tree/main",  # a model without owner
        "https://huggingface.co/datasets/squad",
        "https://huggingface.co/datasets/squad/tree/main",
        "https://huggingface.co/docs/transformers",
        "https://huggingface.co/blog/rlhf",
        "https://huggingface.co/collections/deepseek-ai/deepseek-r1-678e1e131c0169c0bc89728d",
        "https://huggingface.co/spaces",
        "https://huggingface.co/tasks/translation",
        "https://discuss.huggingface.co/t/name/1",
    ],
    "none": ["http://[", "", "mailto:hr@paperweekly.site", "picture.png", "http://www.dabi.temple.edu/~hbling/ptav.htm"],
}  # fmt: skip


@pytest.mark.parametrize("module", [identifiers, base, papers, proceedings, repositories], ids=lambda one: one.__name__)
def test_doctests(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("scheme", "url", "value"),
    [pytest.param(scheme, *row, id=row[0]) for scheme, rows in WILD.items() for row in rows],
)
def test_an_address_gives_its_identifier(scheme: Scheme, url: str, value: str) -> None:
    assert find_identifier(url) == Identifier(scheme=scheme.name, value=value)
    assert scheme.find(url) == value
    assert scheme.is_valid(value)


@pytest.mark.parametrize("url", [url for urls in NEAR_MISSES.values() for url in urls])
def test_other_addresses_give_none(url: str) -> None:
    assert find_identifier(url) is None
    assert [scheme.name for scheme in SCHEMES if scheme.find(url) is not None] == []


@example("https://github.com/topics/nlp")
@example("https://www.paperweekly.site/papers/12345678901")
@given(st.from_regex(identifiers._PLAIN, fullmatch=True))
def test_the_short_cut_for_plain_addresses_gives_what_taking_apart_gives(url: str) -> None:
    found = [Identifier(scheme.name, value) for scheme in SCHEMES if (value := scheme.find(url)) is not None]
    assert find_identifier(url) == next(iter(found), None)
    assert find_repository(url) == next((one for one in found if one.scheme == "github"), None)


def test_every_scheme_has_wild_examples_and_near_misses() -> None:
    assert list(WILD) == sorted(SCHEMES, key=list(WILD).index)
    assert {scheme.name for scheme in SCHEMES} - NEAR_MISSES.keys() == {"paperweekly-notes"}
    assert len({scheme.name for scheme in SCHEMES}) == len(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@settings(max_examples=50)
@given(data=st.data())
def test_every_valid_value_is_found_again_in_its_address(scheme: Scheme, data: st.DataObject) -> None:
    drawn = st.from_regex(scheme.grammar, fullmatch=True).map(scheme.normalize)
    value = data.draw(drawn.filter(lambda value: value is not None))
    assert value is not None
    assert scheme.is_valid(value)
    assert scheme.normalize(value) == value
    assert scheme.find(scheme.address(value)) == value
    assert find_identifier(scheme.address(value)) == Identifier(scheme=scheme.name, value=value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("CVPR2021/A_CVPR_2021", "content/CVPR2021/html/A_CVPR_2021_paper.html"),
        ("ICCV2021W/NeurArch/A_ICCVW_2021", "content/ICCV2021W/NeurArch/html/A_ICCVW_2021_paper.html"),
        ("ACCV2020/A_ACCV_2020", "content/ACCV2020/html/A_ACCV_2020_paper.html"),
        ("CVPR2020/A_CVPR_2020", "content_CVPR_2020/html/A_CVPR_2020_paper.html"),
        ("WACV2020W/w1/A_WACVW_2020", "content_WACVW_2020/html/w1/A_WACVW_2020_paper.html"),
        ("ICCV2019/A_ICCV_2019", "content_ICCV_2019/html/A_ICCV_2019_paper.html"),
        ("ECCV2018/A_ECCV_2018", "content_ECCV_2018/html/A_ECCV_2018_paper.html"),
        ("CVPR2018/A_CVPR_2018", "content_cvpr_2018/html/A_CVPR_2018_paper.html"),
        ("ICCV2017/A_ICCV_2017", "content_iccv_2017/html/A_ICCV_2017_paper.html"),
        ("CVPR2017W/w12/A_CVPR_2017", "content_cvpr_2017_workshops/w12/html/A_CVPR_2017_paper.html"),
        ("ICCV2015W/w17/A_ICCV_2015", "content_iccv_2015_workshops/w17/html/A_ICCV_2015_paper.html"),
        ("CVPR2014W/W15/A_2014_CVPR", "content_cvpr_workshops_2014/W15/html/A_2014_CVPR_paper.html"),
    ],
)
def test_addresses_of_cvf_have_the_form_of_their_year(value: str, path: str) -> None:
    assert CVF.address(value) == f"https://openaccess.thecvf.com/{path}"
    assert CVF.find(CVF.address(value)) == value


@pytest.mark.parametrize(
    ("scheme", "value", "address"),
    [
        (PAPERWEEKLY, "2026", "https://www.paperweekly.site/papers/2026"),
        (PAPERWEEKLY_NOTES, "notes/397", "https://www.paperweekly.site/papers/notes/397"),
        (ARXIV, "cs/0112017", "https://arxiv.org/abs/cs/0112017"),
        (DOI, "10.1002/(sici)1097<1661>3.0.co;2-2", "https://doi.org/10.1002/(sici)1097%3C1661%3E3.0.co;2-2"),
        (OPENREVIEW, "HkAClQgA-", "https://openreview.net/forum?id=HkAClQgA-"),
        (ACL, "P18-1001", "https://aclanthology.org/P18-1001"),
        (PMLR, "v70/finn17a", "https://proceedings.mlr.press/v70/finn17a.html"),
        (NEURIPS, f"2017/{MD5}", f"https://proceedings.neurips.cc/paper/2017/hash/{MD5}-Abstract.html"),
        (NEURIPS, f"2022/{MD5}-Conference", f"{NEURIPS_NEW}/2022/hash/{MD5}-Abstract-Conference.html"),
        (SEMANTIC_SCHOLAR, "CorpusID:13756489", "https://api.semanticscholar.org/CorpusID:13756489"),
        (OPENALEX, "W2741809807", "https://openalex.org/W2741809807"),
        (GITHUB, "zihangdai/mos", "https://github.com/zihangdai/mos"),
        (HUGGING_FACE, "datasets/owner/name", "https://huggingface.co/datasets/owner/name"),
    ],
)  # fmt: skip
def test_address_of_a_value(scheme: Scheme, value: str, address: str) -> None:
    assert scheme.address(value) == address


@pytest.mark.parametrize(
    ("scheme", "raw", "value"),
    [
        (ARXIV, " 1806.01234v2 ", "1806.01234"),
        (ARXIV, "arXiv:cs.CL/0112017v1", "cs/0112017"),
        (ARXIV, "1813.01234", None),
        (DOI, "doi:10.1145%2F3219819.3219890", "10.1145/3219819.3219890"),
        (DOI, "10.1145/3219819.3219890/full.pdf", "10.1145/3219819.3219890"),
        (DOI, "10.48550/arXiv.1806.01234", None),  # arXiv's
        (ACL, "p18-1001.pdf", "P18-1001"),
        (GITHUB, "ZihangDai/mos.git", "zihangdai/mos"),
        (GITHUB, "zihangdai/..", None),
        (GITLAB, "group/part/tree", None),
        (HUGGING_FACE, "datasets/Owner/Name", "datasets/owner/name"),
        (HUGGING_FACE, "datasets/name", None),
    ],
)
def test_values_without_an_address(scheme: Scheme, raw: str, value: str | None) -> None:
    assert scheme.normalize(raw) == value


def test_only_repositories_and_notes_are_weak() -> None:
    weak = {scheme.name for scheme in SCHEMES if not scheme.strong}
    assert weak == {"paperweekly-notes", *(scheme.name for scheme in CODE_HOSTS)}
    assert {scheme.name for scheme in SCHEMES if scheme.exclusive} == {"arxiv", "doi"}


def test_of_other_links_only_repositories_count() -> None:
    paper, code = "https://arxiv.org/abs/1806.01234", "https://github.com/zihangdai/mos"
    expected = (Identifier(scheme="arxiv", value="1806.01234"), Identifier(scheme="github", value="zihangdai/mos"))
    assert identifiers_of([paper], [code]) == identifiers_of([paper, code]) == expected
    assert identifiers_of([], [paper, code, code + "/tree/master/x"]) == expected[1:]
    assert find_repository(paper) is None


def test_a_file_of_pmlr_on_github_is_a_paper_and_lies_in_a_repository() -> None:
    url = "https://raw.githubusercontent.com/mlresearch/v202/main/assets/radford23a/radford23a.pdf"
    assert find_identifier(url) == Identifier(scheme="pmlr", value="v202/radford23a")
    assert find_repository(url) == Identifier(scheme="github", value="mlresearch/v202")


def test_identifiers_are_sorted_and_unique() -> None:
    urls = ["https://www.paperweekly.site/papers/2", "https://arxiv.org/abs/1806.01234v1", "arxiv.org/abs/1806.01234"]
    expected = (Identifier(scheme="arxiv", value="1806.01234"), Identifier(scheme="paperweekly", value="2"))
    assert identifiers_of(urls) == expected
    assert identifiers_of(reversed(urls)) == expected


def test_rank_puts_the_blogs_own_number_first_and_numbers_by_size() -> None:
    found = [
        Identifier(scheme="openalex", value="W2741809807"),
        Identifier(scheme="semanticscholar", value="CorpusID:13756489"),
        Identifier(scheme="neurips", value="7181-attention-is-all"),
        Identifier(scheme="pmlr", value="v70/finn17a"),
        Identifier(scheme="cvf", value="CVPR2018/Hu_Squeeze_CVPR_2018"),
        Identifier(scheme="acl", value="P18-1001"),
        Identifier(scheme="openreview", value="HkAClQgA-"),
        Identifier(scheme="doi", value="10.1145/3219819.3219890"),
        Identifier(scheme="arxiv", value="1806.01234"),
        Identifier(scheme="paperweekly", value="1000"),
        Identifier(scheme="paperweekly", value="999"),
    ]
    assert [identifier_id(one) for one in sorted(found, key=rank)] == [
        "pw-999", "pw-1000", "arxiv-1806.01234", "doi-10.1145/3219819.3219890", "openreview-HkAClQgA-", "acl-P18-1001",
        "cvf-CVPR2018/Hu_Squeeze_CVPR_2018", "pmlr-v70/finn17a", "neurips-7181-attention-is-all",
        "s2-CorpusID:13756489", "openalex-W2741809807",
    ]  # fmt: skip


def test_an_unknown_scheme_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="isbn"):
        scheme_of(Identifier(scheme="isbn", value="1"))


PIECES = st.sampled_from(
    ["https://", "arxiv.org", "doi.org", "github.com", "huggingface.co", "openaccess.thecvf.com", "papers.nips.cc",
     "/", "//", "?id=", "#", "%", "%2F", "..", ".git", "10.1145", "1806.01234", "content", "paper", "datasets", "-",
     "…", "）", "v70", "a", "W1234", "git@github.com:", "arXiv:", "[", "\ud800", "\x00"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=10).map("".join)))
def test_junk_never_raises(raw: str) -> None:
    find_identifier(raw)
    find_repository(raw)
    for scheme in SCHEMES:
        value = scheme.normalize(raw)
        assert value is None or scheme.is_valid(value)
        found = scheme.find(raw)
        assert found is None or scheme.is_valid(found)


def test_every_repository_of_the_real_posts_is_found() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}")
    posts = [json.loads(path.read_text("utf-8")) for path in sorted(CORPUS.glob("*.gold.json"))]
    links = [link["url"] for post in posts for entry in post["entries"] for link in entry["links"]]
    repositories_found = [link for link in links if "://github.com/" in link]
    assert len(repositories_found) > 30
    assert [link for link in repositories_found if find_repository(link) is None] == []
    numbers = [link for link in links if "paperweekly.site/papers/" in link]
    assert [link for link in numbers if find_identifier(link) is None] == []
