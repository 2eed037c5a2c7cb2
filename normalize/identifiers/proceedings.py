"""Schemes of papers in proceedings that their conferences publish themselves: CVF, PMLR, NeurIPS."""

import re

from normalize.identifiers.base import Address, Scheme, cut_marks

# The last year in which the folders of a conference were written in small letters.
_SMALL_UNTIL = {"CVPR": 2018, "ICCV": 2017, "ECCV": 0, "WACV": 0}


class Cvf(Scheme):
    """Papers of CVF open access: page, paper and supplement have one value, made of conference and file name.

    >>> CVF.find("http://openaccess.thecvf.com/content_cvpr_2018/papers/Hu_Squeeze-and-Excitation_CVPR_2018_paper.pdf")
    'CVPR2018/Hu_Squeeze-and-Excitation_CVPR_2018'
    >>> CVF.address("CVPR2021W/NTIRE/Yang_NTIRE_CVPRW_2021")
    'https://openaccess.thecvf.com/content/CVPR2021W/NTIRE/html/Yang_NTIRE_CVPRW_2021_paper.html'
    """

    name = "cvf"
    prefix = "cvf"
    places = ("openaccess.thecvf.com", "cv-foundation.org/openaccess")
    grammar = re.compile(
        r"(?:ACCV|CVPR|ECCV|ICCV|WACV)20(?:1[3-9]|[2-9][0-9])(?:W/[A-Za-z0-9][A-Za-z0-9_-]*)?/[A-Za-z0-9][A-Za-z0-9_.+-]*"
    )
    # Since late 2020 content/CVPR2021, content/CVPR2021W; before content_CVPR_2020, content_CVPRW_2020,
    # content_cvpr_2018_workshops, content_cvpr_workshops_2014
    _FOLDER = re.compile(r"content[/_]([A-Z]{4})(W|_workshops)?_?(20[0-9]{2})(W|_workshops)?", re.IGNORECASE)
    _KINDS = frozenset({"html", "papers", "supplemental"})
    _FILE = re.compile(r"(.+)_(?:paper|supplemental)(?:\.[a-z]{2,4})?")

    def address(self, value: str) -> str:
        """The page of the paper; the form of its folder depends on the year."""
        folder, *workshop, stem = value.split("/")
        conference, year = folder[:4], int(folder[4:8])
        file = f"{stem}_paper.html"
        place = self._old_folder(conference, year, workshop)
        if place is None:
            place = "/".join(["content", folder, *workshop, "html"])
        return f"https://openaccess.thecvf.com/{place}/{file}"

    def _old_folder(self, conference: str, year: int, workshop: list[str]) -> str | None:
        """Folder of a conference before the form that holds since late 2020."""
        if year > 2020 or conference == "ACCV":
            return None
        if year > _SMALL_UNTIL[conference]:
            return "/".join([f"content_{conference}{'W' if workshop else ''}_{year}", "html", *workshop])
        small = conference.lower()
        if not workshop:
            return f"content_{small}_{year}/html"
        # content_cvpr_workshops_2014/W15, content_cvpr_2017_workshops/w12
        is_old = year < 2015 or (conference, year) == ("CVPR", 2015)
        name = f"content_{small}_workshops_{year}" if is_old else f"content_{small}_{year}_workshops"
        return f"{name}/{workshop[0]}/html"

    def find_in(self, address: Address) -> str | None:
        """``/content_cvpr_2018/papers/NAME_CVPR_2018_paper.pdf``, ``/content/CVPR2021W/NTIRE/html/NAME_paper.html``."""
        segments = self._below(address)
        if segments[:1] == ["content"]:
            segments = ["/".join(segments[:2]), *segments[2:]]
        folder = self._FOLDER.fullmatch(segments[0]) if segments else None
        kind = next((place for place, one in enumerate(segments) if one in self._KINDS), None)
        if folder is None or kind is None:
            return None
        *workshop, file = [*segments[1:kind], *segments[kind + 1 :]] or [""]
        named, is_workshop = self._FILE.fullmatch(cut_marks(file)), bool(folder[2] or folder[4])
        if named is None or len(workshop) != is_workshop:
            return None
        conference = f"{folder[1].upper()}{folder[3]}{'W' if is_workshop else ''}"
        return self.normalize("/".join([conference, *workshop, named[1]]))


class Pmlr(Scheme):
    """Papers of the Proceedings of Machine Learning Research (ICML, AISTATS, COLT …), by volume and name.

    >>> PMLR.find("http://proceedings.mlr.press/v70/finn17a/finn17a.pdf")
    'v70/finn17a'
    >>> PMLR.find("http://jmlr.org/proceedings/papers/v37/ioffe15.html")
    'v37/ioffe15'
    """

    name = "pmlr"
    prefix = "pmlr"
    places = (
        "proceedings.mlr.press",
        "jmlr.org/proceedings/papers",  # to 2016
        "jmlr.csail.mit.edu/proceedings/papers",
        "mlresearch.github.io",
        "raw.githubusercontent.com/mlresearch",  # files since volume 200 or so
    )
    grammar = re.compile(r"[vr][1-9][0-9]{0,3}/[a-z](?:[a-z_'-]*[a-z])?[0-9]{2}[a-z]{0,2}")
    # finn17a.html | finn17a-supp.pdf | wan13.pdf
    _TAIL = re.compile(r"(?:[-_]supp[a-z]*)?(?:\.[a-z]{2,4})?$")

    def address(self, value: str) -> str:
        """The page of the paper."""
        return f"https://proceedings.mlr.press/{value}.html"

    def find_in(self, address: Address) -> str | None:
        """``/v70/finn17a.html``, ``/v70/finn17a/finn17a-supp.pdf``, ``/v139/main/assets/radford21a/radford21a.pdf``."""
        volume, *rest = self._below(address) or [""]
        file = next((one for one in rest if one not in ("main", "gh-pages", "assets")), None)
        return None if file is None else self.normalize(f"{volume}/{file}")

    def _fold(self, raw: str) -> str:
        return self._TAIL.sub("", raw.lower(), count=1)


class Neurips(Scheme):
    """Papers of the NeurIPS proceedings: number and words to 2019, year and hash since; a paper may have both.

    The hash is made from the number of the submission, which begins anew each year and in each track: both belong to
    the value.

    >>> NEURIPS.find("http://papers.nips.cc/paper/7181-attention-is-all-you-need.pdf")
    '7181-attention-is-all-you-need'
    >>> NEURIPS.find("https://papers.nips.cc/paper/2017/file/3f5ee243547dee91fbd053c1c4a845aa-Paper.pdf")
    '2017/3f5ee243547dee91fbd053c1c4a845aa'
    """

    name = "neurips"
    prefix = "neurips"
    places = ("nips.cc", "neurips.cc")
    grammar = re.compile(
        r"[1-9][0-9]{0,4}-[a-z0-9][a-z0-9_-]*|(?:19(?:8[7-9]|9[0-9])|20[0-9]{2})/[0-9a-f]{32}(?:-[A-Z][A-Za-z0-9_]*|-round[12])?"
    )
    # 3f5ee243547dee91fbd053c1c4a845aa-Paper.pdf | b1efde53be364a73914f58805a001731-Abstract-Conference.html
    _FILE = re.compile(r"([0-9a-f]{32})(?:-[A-Za-z]+(-[A-Za-z0-9_]+)?)?(?:\.[a-z]{2,4})?")
    # 7181-attention-is-all-you-need-supplemental.zip
    _TAIL = re.compile(r"(?:-supplemental)?(?:\.(?:pdf|html|zip))?$")

    def address(self, value: str) -> str:
        """The page of the paper."""
        year, slash, paper = value.partition("/")
        if not slash:
            return f"https://papers.nips.cc/paper/{value}"
        code, dash, track = paper.partition("-")
        host, folder = "proceedings.neurips.cc", "paper_files/paper" if dash else "paper"
        if track.startswith("round"):
            host, folder = "datasets-benchmarks-proceedings.neurips.cc", "paper"
        return f"https://{host}/{folder}/{year}/hash/{code}-Abstract{dash}{track}.html"

    def find_in(self, address: Address) -> str | None:
        """``/paper/7181-WORDS.pdf``, ``/paper_files/paper/2022/file/HASH-Paper-Conference.pdf``."""
        segments = self._below(address)
        if segments[:1] == ["paper_files"]:
            del segments[0]
        if segments[:1] != ["paper"]:
            return None
        if len(segments) == 4 and segments[2] in ("hash", "file"):
            file = self._FILE.match(segments[3])
            return None if file is None else self.normalize(f"{segments[1]}/{file[1]}{file[2] or ''}")
        return self.normalize(segments[1]) if len(segments) == 2 else None

    def _fold(self, raw: str) -> str:
        return raw if "/" in raw else self._TAIL.sub("", raw.lower(), count=1)


CVF = Cvf()
PMLR = Pmlr()
NEURIPS = Neurips()
