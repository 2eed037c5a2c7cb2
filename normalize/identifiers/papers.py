"""Schemes of papers: the blog's own numbers, archives of preprints, publishers and catalogues."""

import re
from itertools import pairwise
from urllib.parse import quote, unquote

from w3lib.url import url_query_parameter

from normalize.identifiers.base import Address, Scheme, cut_marks
from normalize.urls import is_host


class Paperweekly(Scheme):
    """Papers of paperweekly.site, by the number that the blog gives in nearly every digest.

    >>> PAPERWEEKLY.find("http://paperweekly.site/papers/2026/")
    '2026'
    """

    name = "paperweekly"
    prefix = "pw"  # not exclusive: the blog has entered a paper twice
    places = ("paperweekly.site/papers",)
    grammar = re.compile(r"[1-9][0-9]{0,9}")

    def address(self, value: str) -> str:
        """As the blog prints it since 2017-11."""
        return f"https://www.paperweekly.site/papers/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/papers/2026``."""
        return self._first(self._below(address)[:1])

    def _fold(self, raw: str) -> str:
        return raw.lstrip("0")


class PaperweeklyNotes(Scheme):
    """Reading notes of paperweekly.site: a paper may have several, and the blog gives them beside or instead of it.

    >>> PAPERWEEKLY_NOTES.find("https://www.paperweekly.site/papers/notes/397")
    'notes/397'
    """

    name = "paperweekly-notes"
    prefix = "pw"
    strong = False
    places = ("paperweekly.site/papers/notes",)
    grammar = re.compile(r"notes/[1-9][0-9]{0,9}")

    def address(self, value: str) -> str:
        """As the blog prints it."""
        return f"https://www.paperweekly.site/papers/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/papers/notes/397``."""
        return self._first(f"notes/{number}" for number in self._below(address)[:1])


# The archives that arXiv had when a paper's number stood behind the name of one.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|supr-con"
)


class Arxiv(Scheme):
    """Preprints on arXiv; a version (``v2``) is no part of the value.

    >>> ARXIV.normalize("1806.01234v2"), ARXIV.normalize("1813.01234"), ARXIV.normalize("cs.CL/0112017")
    ('1806.01234', None, 'cs/0112017')
    >>> ARXIV.find("https://doi.org/10.48550/arXiv.1706.03762")
    '1706.03762'
    """

    name = "arxiv"
    prefix = "arxiv"
    exclusive = True
    places = (
        "arxiv.org",  # also cn.arxiv.org, export.arxiv.org, ar5iv.labs.arxiv.org
        "arxiv:",
        "alphaxiv.org",
        "ar5iv.org",
        "arxiv-vanity.com/papers",
        "hf-mirror.com/papers",
        "hf.co/papers",
        "huggingface.co/papers",
        "papers.cool/arxiv",
        "scirate.com/arxiv",
        "xxx.itp.ac.cn",
        "xxx.lanl.gov",
        "doi.org/10.48550",
        "doi:/10.48550",
    )
    # From 2007-04: YYMM.NNNN, since 2015-01 YYMM.NNNNN; before: hep-th/YYMMNNN.
    grammar = re.compile(
        r"(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4])(?:0[1-9]|1[0-2]))\.(?!0000)[0-9]{4}"
        r"|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5}"
        rf"|(?:{_ARCHIVES})/(?:(?:9[1-9]|0[0-6])(?:0[1-9]|1[0-2])|070[1-3])(?!000)[0-9]{{3}}"
    )
    # arXiv:1806.01234 | arXiv.2501.12948, as in its DOI
    _BEFORE = re.compile(r"arxiv[:.]\s*", re.IGNORECASE)
    _VERSION = re.compile(r"(?<=[0-9])v[0-9]{1,3}$")
    # cs.CL/0112017 and cs/0112017 are one paper.
    _SUBJECT = re.compile(r"\.[A-Z]{2}(?=/)")

    def address(self, value: str) -> str:
        """The page with the abstract."""
        return f"https://arxiv.org/abs/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/abs/1806.01234v2``, ``/pdf/cs/0112017.pdf``, ``/ftp/arxiv/papers/1212/1212.0402.pdf``."""
        segments = self._below(address)
        return self._first(segments) or self._first(map("/".join, pairwise(segments)))

    def _fold(self, raw: str) -> str:
        value = raw.removesuffix(".pdf")
        if (before := self._BEFORE.match(value)) is not None:
            value = value[before.end() :]
        return self._SUBJECT.sub("", self._VERSION.sub("", value)).lower()


class Doi(Scheme):
    """Digital object identifiers, but for those that wrap a value of arXiv or of the ACL Anthology.

    >>> DOI.is_valid("10.1145/3219819.3219890"), DOI.is_valid("10.1145")
    (True, False)
    >>> DOI.find("https://link.springer.com/content/pdf/10.1007/s11263-019-01247-4.pdf")
    '10.1007/s11263-019-01247-4'
    """

    name = "doi"
    prefix = "doi"
    exclusive = True
    places = ("doi.org", "doi:", "doi.acm.org", "doi.ieeecomputersociety.org")
    # ACM's library numbers under 10.5555 what has no DOI: a paper may have such a number and a real one.
    grammar = re.compile(
        r"10\.(?!48550/arxiv\.|18653/v1/|3115/v1/|5555/)[0-9]{4,9}(?:\.[0-9]+)*/"
        r"(?!.*/\.{1,2}(?:/|$))(?!\.{1,2}/)[-._;()/:<>\[\]+#a-z0-9]*[a-z0-9)]"
    )
    # https://dl.acm.org/doi/abs/10.1145/… | https://www.frontiersin.org/articles/10.3389/fnbot.2018.00001/full
    _PLACE = re.compile(r"/(?:doi|article|articles|chapter|book|content)/(?:[a-z]+/)?(10\.[0-9]{4,9}/.+)")
    _TAIL = re.compile(r"(?:\.pdf|/(?:abstract|epdf|full|html|meta|pdf))$")
    # https://www.biorxiv.org/content/10.1101/2020.03.22.002386v3.full.pdf
    _BIORXIV_TAIL = re.compile(r"(?<=[0-9])v[0-9]{1,2}(?:\.(?:abstract|article-info|full|full-text))?$")
    # Publishers whose addresses hold the second half alone: https://www.nature.com/articles/nature14539,
    # https://www.ijcai.org/proceedings/2018/0110.pdf (since 2017)
    _NATURE = re.compile(
        r"/articles/(nature[0-9]{5}|s(?:41467|41586|41598|42256)-[0-9]{3}-[0-9]{4,5}-[0-9a-z])(?![0-9a-z-])"
    )
    _IJCAI = re.compile(r"/proceedings/(201[7-9]|20[2-9][0-9])/0*([1-9][0-9]{0,3})(?:\.pdf)?/?$")
    _ACM = re.compile(r"[0-9]{6,8}\.[0-9]{6,8}")

    def takes(self, host: str) -> bool:  # noqa: ARG002
        """DOIs stand in addresses of every publisher."""
        return True

    def address(self, value: str) -> str:
        """As the registry resolves it."""
        return "https://doi.org/" + quote(value, safe="/:;()+")

    def find_in(self, address: Address) -> str | None:
        """``https://doi.org/10.1145/…``, ``https://dl.acm.org/doi/pdf/10.1145/…`` and the like."""
        if super().takes(address.host):
            return self.normalize(address.path[1:])
        place = self._PLACE.search(address.path)
        raw = place[1] if place is not None else self._publishers_own(address)
        return None if raw is None else self.normalize(raw)

    def _publishers_own(self, address: Address) -> str | None:
        """DOIs that an address does not print whole."""
        host = address.host
        if host == "www.nature.com" and (found := self._NATURE.match(address.path)) is not None:
            return f"10.1038/{found[1]}"
        if host == "www.ijcai.org" and (found := self._IJCAI.match(address.path)) is not None:
            return f"10.24963/ijcai.{found[1]}/{found[2]}"
        # https://dl.acm.org/citation.cfm?doid=3219819.3219890
        if host == "dl.acm.org" and self._ACM.fullmatch(number := _parameter(address, "doid")):
            return f"10.1145/{number}"
        # https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456
        return _parameter(address, "id") or None if host == "journals.plos.org" else None

    def _fold(self, raw: str) -> str:
        value = unquote(raw).lower()
        if value.startswith("doi:"):
            value = value[4:].lstrip()
        while (shorter := self._TAIL.sub("", cut_marks(value.rstrip("/")))) != value:
            value = shorter
        return self._BIORXIV_TAIL.sub("", value) if value.startswith("10.1101/") else value


class Openreview(Scheme):
    """Submissions on OpenReview; a paper handed in twice has two.

    >>> OPENREVIEW.find("https://openreview.net/pdf?id=HkAClQgA-")
    'HkAClQgA-'
    """

    name = "openreview"
    prefix = "openreview"
    places = ("openreview.net",)
    grammar = re.compile(r"[A-Za-z0-9_-]{8,16}")
    # Not references/pdf, whose id is that of one revision.
    _PATHS = frozenset({"/forum", "/pdf", "/attachment", "/presentation"})

    def address(self, value: str) -> str:
        """The page with the reviews."""
        return f"https://openreview.net/forum?id={value}"

    def find_in(self, address: Address) -> str | None:
        """``/forum?id=rJXMpikCZ``."""
        return self.normalize(_parameter(address, "id")) if address.path.rstrip("/") in self._PATHS else None


class Acl(Scheme):
    """Papers of the ACL Anthology, with old numbers and new ones; no volumes.

    >>> ACL.find("https://www.aclweb.org/anthology/P/P18/P18-1001.pdf"), ACL.normalize("2020.acl-main.1v2")
    ('P18-1001', '2020.acl-main.1')
    >>> ACL.find("https://doi.org/10.18653/v1/P18-1001")
    'P18-1001'
    """

    name = "acl"
    prefix = "acl"
    places = (
        "aclanthology.org",
        "aclanthology.info",
        "aclanthology.coli.uni-saarland.de",
        "anthology.aclweb.org",
        "aclweb.org/anthology",
        "doi.org",
        "doi:",
    )
    # …-x000 is the front matter of a volume, and so is …-xx00 of one of workshops.
    grammar = re.compile(
        r"(?:(?!W)[A-Z][0-9]{2}-[0-9](?!000)[0-9]{3}|W[0-9]{2}-[0-9]{2}(?!00)[0-9]{2})"
        r"|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[1-9][0-9]{0,4}"
    )
    _DOI = re.compile(r"/10\.(?:18653|3115)/v1/(.+)")
    # P18-1001.pdf | 2020.acl-main.1v2.pdf
    _TAIL = re.compile(r"(?:v[0-9]{1,2})?(?:\.(?:pdf|bib|endf|xml))?$")

    def address(self, value: str) -> str:
        """The page of the paper."""
        return f"https://aclanthology.org/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/P18-1001``, ``/papers/P18-1001/p18-1001``, ``/P/P18/P18-1001.pdf``."""
        if is_host(address.host, "doi.org", "doi:"):
            doi = self._DOI.match(address.path)
            return None if doi is None else self.normalize(doi[1])
        return self._first(self._below(address))

    def _fold(self, raw: str) -> str:
        value = self._TAIL.sub("", raw, count=1)
        return value.upper() if value[:1].isalpha() else value.lower()


class SemanticScholar(Scheme):
    """Papers of Semantic Scholar: the hash of its pages, or the number of its corpus.

    >>> SEMANTIC_SCHOLAR.find("https://www.semanticscholar.org/paper/Attention/204e3073870fae3d05bcbc2f6a8e263d9b72e776")
    '204e3073870fae3d05bcbc2f6a8e263d9b72e776'
    >>> SEMANTIC_SCHOLAR.find("https://api.semanticscholar.org/CorpusID:13756489")
    'CorpusID:13756489'
    """

    name = "semanticscholar"
    prefix = "s2"
    places = ("semanticscholar.org", "corpusid:")
    grammar = re.compile(r"[0-9a-f]{40}|CorpusID:[1-9][0-9]{0,11}")
    # /204e/3073870fae3d05bcbc2f6a8e263d9b72e776.pdf on pdfs.semanticscholar.org
    _FILE = re.compile(r"/([0-9a-f]{4})/([0-9a-f]{36})\.pdf")

    def address(self, value: str) -> str:
        """A hash's page; a number leads on to it."""
        place = "api.semanticscholar.org" if value.startswith("C") else "www.semanticscholar.org/paper"
        return f"https://{place}/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/paper/TITLE/HASH``, ``/CorpusID:13756489``."""
        if address.host == "corpusid:":
            return self.normalize(f"CorpusID:{address.path[1:]}")
        if (file := self._FILE.match(address.path)) is not None:
            return file[1] + file[2]
        return self._first(address.segments)

    def _fold(self, raw: str) -> str:
        value = raw.lower()
        return f"CorpusID:{value[9:].lstrip()}" if value.startswith("corpusid:") else value


class Openalex(Scheme):
    """Works of OpenAlex.

    >>> OPENALEX.find("https://api.openalex.org/works/w2741809807")
    'W2741809807'
    """

    name = "openalex"
    prefix = "openalex"
    places = ("openalex.org",)
    grammar = re.compile(r"W[1-9][0-9]{3,11}")

    def address(self, value: str) -> str:
        """As OpenAlex itself writes it."""
        return f"https://openalex.org/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/W2741809807``, ``/works/w2741809807``."""
        segments = address.segments
        return self._first(segments[1:2] if segments[:1] == ["works"] else segments[:1])

    def _fold(self, raw: str) -> str:
        return raw.upper()


PAPERWEEKLY = Paperweekly()
PAPERWEEKLY_NOTES = PaperweeklyNotes()
ARXIV = Arxiv()
DOI = Doi()
OPENREVIEW = Openreview()
ACL = Acl()
SEMANTIC_SCHOLAR = SemanticScholar()
OPENALEX = Openalex()


def _parameter(address: Address, name: str) -> str:
    """Value of a parameter of the query; empty where it has none."""
    return url_query_parameter(f"?{address.query}", name) or ""
