"""The register of venues: every row well formed, no spelling twice, the catalogue complete, years right."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.prose import fold_letters
from normalize.rules import load_rules
from normalize.venues import VenueKind, find_listed, find_venue, load_venues
from normalize.venues.register import Venue, spellings_of

ROWS: list[dict[str, Any]] = load_rules("venues")["venue"]
COLUMNS = {"name", "full", "kind", "rank", "dblp", "held", "aliases", "misprints", "ordinary", "within"}


def printed(row: dict[str, Any]) -> list[str]:
    return [row["name"], *([row["full"]] if "full" in row else []), *row.get("aliases", []), *row.get("misprints", {})]


def broken(row: dict[str, Any]) -> list[str]:
    """What is wrong with a row."""
    told = printed(row)
    checks = {
        "unknown column": set(row) <= COLUMNS,
        "kind": row["kind"] in get_args(VenueKind),
        "rank": row.get("rank", "A") in {"A", "B", "C"},
        "dblp": re.fullmatch(r"(?:conf|journals)/[A-Za-z0-9-]+", row.get("dblp", "conf/acl")),
        "kind of dblp": "dblp" not in row or row["dblp"].startswith("journals/") == (row["kind"] == "journal"),
        "ordinary": set(row.get("ordinary", ())) <= set(told),
        "within": set(row.get("within", ())) <= set(told) - set(row.get("ordinary", ())),
        "place of a misprint": all(place.strip() for place in row.get("misprints", {}).values()),
        "a spelling told twice": len(set(told)) == len(told),
        "letters": all(spelling == spelling.strip() == fold_letters(spelling) for spelling in told),
    }
    return [f"{row['name']}: {what}" for what, right in checks.items() if not right]


def test_every_row_is_well_formed() -> None:
    assert [what for row in ROWS for what in broken(row)] == []


def test_every_spelling_leads_to_its_venue() -> None:
    for venue in load_venues():
        for spelling in spellings_of(venue):
            found = find_venue(f"本文是清华大学发表于 {spelling} 2018 的工作。")
            assert found is not None, spelling
            assert (found.name, found.year, found.printed) == (venue.name, 2018, f"{spelling} 2018")


def test_no_spelling_belongs_to_two_venues_however_it_is_written() -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for venue in load_venues():
        for spelling in spellings_of(venue):
            owners[re.sub("[ /·-]", "", spelling.replace("&", "and")).casefold()].add(venue.name)
    assert {spelling: names for spelling, names in owners.items() if len(names) > 1} == {}


def test_no_dblp_key_belongs_to_two_venues() -> None:
    counted = Counter(row["dblp"] for row in ROWS if "dblp" in row)
    assert [key for key, times in counted.items() if times > 1] == []


def test_every_rank_and_kind_is_in_use() -> None:
    assert {venue.ccf_rank for venue in load_venues()} == {"A", "B", "C", None}
    assert {venue.kind for venue in load_venues()} == set(get_args(VenueKind))


def test_register() -> None:
    by_name = {venue.name: venue for venue in load_venues()}
    assert load_venues() is load_venues()
    assert find_listed("NeurIPS") is by_name["NeurIPS"]
    assert find_listed("NIPS") is None
    assert by_name["NeurIPS"].ccf_rank == "A"
    assert by_name["NeurIPS"].dblp_key == "conf/nips"
    assert "NIPS" in by_name["NeurIPS"].aliases
    assert by_name["ICLR"].ccf_rank is None
    assert by_name["IEEE TIP"].full_name == "IEEE Transactions on Image Processing"
    assert by_name["SemEval"].kind == "challenge"
    assert "SIGIDIAL" in by_name["SIGDIAL"].aliases


# --- the catalogue of the China Computer Federation, 2022 ------------------------------------------------------------

A_CONFERENCES = """
AAAI NeurIPS ACL CVPR ICCV ICML IJCAI | ACM_MM SIGGRAPH IEEE_VR IEEE_VIS | SIGMOD KDD ICDE SIGIR VLDB
CCS EUROCRYPT IEEE_S&P CRYPTO USENIX_Security NDSS | CSCW CHI UbiComp UIST | WWW RTSS WINE
PPoPP FAST DAC HPCA MICRO SC ASPLOS ISCA USENIX_ATC EuroSys | SIGCOMM MobiCom INFOCOM NSDI
PLDI POPL FSE SOSP OOPSLA ASE OSDI ICSE ISSTA FM | STOC SODA CAV FOCS LICS
"""
A_JOURNALS = """
Artificial_Intelligence IEEE_TPAMI IJCV JMLR | ACM_TOG IEEE_TIP IEEE_TVCG | ACM_TODS ACM_TOIS IEEE_TKDE VLDB_Journal
IEEE_TDSC IEEE_TIFS Journal_of_Cryptology | ACM_TOCHI IJHCS | JACM Proceedings_of_the_IEEE
Science_China_Information_Sciences | ACM_TOCS ACM_TOS IEEE_TCAD IEEE_TC IEEE_TPDS ACM_TACO
IEEE_JSAC IEEE_TMC IEEE/ACM_TON | ACM_TOPLAS ACM_TOSEM IEEE_TSE IEEE_TSC
IEEE_TIT Information_and_Computation SIAM_Journal_on_Computing
"""
B_CONFERENCES = """
COLT EMNLP ECAI ECCV ICRA ICAPS ICCBR COLING KR UAI AAMAS PPSN NAACL
ICMR ACM_I3D SCA DCC Eurographics EuroVis SGP EGSR ICASSP ICME ISMAR Pacific_Graphics SPM
CIKM WSDM PODS DASFAA ECML-PKDD ISWC ICDM ICDT EDBT CIDR SDM RecSys
ACSAC ASIACRYPT ESORICS IACR_FSE CSF SRDS CHES DSN RAID PKC IACR_TCC
GROUP IUI ISS ECSCW PerCom MobileHCI ICWSM | CogSci BIBM EMSOFT ISMB RECOMB MICCAI
"""
C_CONFERENCES = """
AISTATS ACCV ACML BMVC NLPCC CoNLL GECCO ICTAI IROS ALT ICANN FG ICDAR ILP KSEM ICONIP ICPR IJCB IJCNN PRICAI
CASA CGI Interspeech GMP PacificVis 3DV CAD/Graphics ICIP MMM ACM_MM_Asia SMI ICVRV CVM PRCV VRST
APWeb DEXA ECIR ESWC WebDB ER MDM SSDBM WAIM SSTD PAKDD WISE | ASSETS DIS Graphics_Interface MobiQuitous INTERACT CoopIS
ICMI IDC AVI UIC | WiSec SACMAT IH&MMSec ACNS AsiaCCS ACISP CT-RSA DIMVA DFRWS FC TrustCom IFIP_SEC ISC ICDF2C ICICS
SecureComm NSPW PAM PETS IACR_SAC SOUPS HotSec EuroS&P Inscrypt
"""


def names(text: str) -> set[str]:
    return {word.replace("_", " ") for word in text.replace("|", " ").split()}


def ranked(rank: str, *, journals: bool) -> set[str]:
    return {venue.name for venue in load_venues() if venue.ccf_rank == rank and (venue.kind == "journal") == journals}


def test_rank_a_is_complete_and_nothing_else() -> None:
    assert ranked("A", journals=False) == names(A_CONFERENCES)
    assert ranked("A", journals=True) == names(A_JOURNALS)


@pytest.mark.parametrize(("rank", "text"), [("B", B_CONFERENCES), ("C", C_CONFERENCES)])
def test_ranks_b_and_c(rank: str, text: str) -> None:
    assert names(text) - ranked(rank, journals=False) == set()


@pytest.mark.parametrize(
    "name",
    [
        "ICLR",
        "EACL",
        "WACV",
        "MIDL",
        "CoRL",
        "RSS",
        "COLM",
        "TMLR",
        "Nature",
        "Science",
        "PNAS",
        "Nature Communications",
    ],
)
def test_listed_without_a_rank(name: str) -> None:
    assert listed(name).ccf_rank is None


# --- years -----------------------------------------------------------------------------------------------------------


def listed(name: str) -> Venue:
    venue = find_listed(name)
    assert venue is not None
    return venue


@pytest.mark.parametrize(
    ("name", "held", "not_held", "unknown"),
    [
        ("NeurIPS", [1987, 2018, 2030], [1986], []),
        ("ICLR", [2013, 2018], [2012], []),
        ("IJCAI", [1969, 2013, 2015, 2016, 2017, 2018], [1970, 2010, 2014], []),
        ("AAAI", [2002, 2010, 2019], [1981, 2001, 2003, 2009], []),
        ("CVPR", [1983, 2000, 2001, 2003, 2018], [1984, 1995, 2002], []),
        ("ICCV", [1987, 1988, 1999, 2017, 2019], [1989, 2000, 2016, 2018, 2030], []),
        ("ECCV", [1990, 2016, 2018, 2020], [1988, 2015, 2017, 2019], []),
        ("ACCV", [2007, 2009, 2016, 2018], [2008, 2011, 2015, 2017], []),
        ("COLING", [1965, 1973, 2016, 2018, 2025], [1975, 2017, 2019], [2026]),
        ("NAACL", [2015, 2016, 2018, 2019, 2025], [2005, 2014, 2017, 2020, 2023], [2026]),
        ("EACL", [1999, 2009, 2012, 2014, 2017, 2021], [2010, 2013, 2018, 2019, 2020], [2027]),
        ("IJCNLP", [2015, 2017, 2019], [2010, 2016, 2018], []),
        ("LREC", [2016, 2018, 2024], [2017, 2025], []),
        ("ECAI", [2016, 2018, 2023], [2017, 2019], [1980]),
        ("KDD", [2018], [], [1991]),
        ("KR", [1991, 2018, 2020, 2021], [1990, 2017, 2019], []),
        ("SIGIR", [1978, 2018], [], [1975]),
        ("SemEval", [2007, 2010, 2018], [2008, 2011], []),
        ("WAIM", [2000, 2016], [1999, 2017], []),
        ("Distill", [2016, 2021], [2014, 2022], [2015]),
        ("Nature Communications", [2010, 2018], [2008], [2009]),
        ("MSST", [], [], [2018]),
    ],
)
def test_years_held(name: str, held: list[int], not_held: list[int], unknown: list[int]) -> None:
    venue = listed(name)
    assert [year for year in held if venue.was_held(year) is not True] == []
    assert [year for year in not_held if venue.was_held(year) is not False] == []
    assert [year for year in unknown if venue.was_held(year) is not None] == []


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("NeurIPS", 1987, None),
        ("ICCV", 1987, None),
        ("NAACL", 2000, None),
        ("KDD", None, None),
        ("WAIM", 2000, 2016),
        ("Distill", 2016, 2021),
        ("USENIX ATC", None, 2025),
        ("MSST", None, None),
    ],
)
def test_first_and_last_year(name: str, first: int | None, last: int | None) -> None:
    assert (listed(name).first_year, listed(name).last_year) == (first, last)


def test_the_years_of_every_row_stand_in_order() -> None:
    for row in ROWS:
        years = [int(year) for year in re.findall("[0-9]{4}", row.get("held", ""))]
        assert all(left < right for left, right in pairwise(years)), row["name"]
        assert all(1700 < year < 2030 for year in years), row["name"]
        listed(row["name"]).was_held(2018)


@given(st.sampled_from(load_venues()), st.integers(1800, 2100))
def test_no_year_is_held_outside_the_first_and_the_last(venue: Venue, year: int) -> None:
    before = venue.first_year is not None and year < venue.first_year
    after = venue.last_year is not None and year > venue.last_year
    assert not ((before or after) and venue.was_held(year))


@pytest.mark.parametrize("notation", ["soon", "1990-1980x", "90", "1990/2"])
def test_years_that_are_none_are_refused(notation: str) -> None:
    venue = Venue(
        name="X",
        full_name=None,
        kind="conference",
        aliases=(),
        ordinary=frozenset(),
        within=frozenset(),
        ccf_rank=None,
        dblp_key=None,
        held=notation,
    )
    with pytest.raises(ValueError, match=re.escape(notation)):
        venue.was_held(2018)
