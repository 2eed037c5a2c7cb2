"""Folding of text for search: which letters count as equal, and which stand alone."""

import re
import unicodedata
from collections.abc import Sequence

CHARACTERS = "〇々㐀-䶿一-鿿\uf900-\ufaffぁ-ゖァ-ヺー\U00020000-\U000323af"
"""Character class, for regular expressions, of what is written without spaces between words: Han and kana.

The compatibility characters stand as escapes: an editor that normalises would make another range of them."""

CHARACTER_RUN = re.compile(f"([{CHARACTERS}]+)")

# Found in text that was copied out of PDF files: 该论⽂, ⻓短期. NFKC folds the Kangxi radicals (U+2F00) alone; these
# are their supplement with the letters that Unicode's EquivalentUnifiedIdeograph gives for them.
_RADICALS = str.maketrans(
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼"
    "⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉"
    "𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
)
# Radicals; and what is never seen but stands between letters: soft hyphens, zero-width characters, variation selectors.
_ODD = re.compile("[\u2e80-\u2ef3\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]+")
# Without these nearly every Chinese text is in NFKC already, and looking is 50 times faster than making it so.
_FULL_WIDTH = tuple(zip("，：；？！（）", ",:;?!()", strict=True))
# A letter with the marks that follow it: NFKC makes one letter of them.
_CLUSTER = re.compile(r"[\s\S][\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]*")


def fold(text: str) -> str:
    """Fold a text: NFKC, case, radicals that stand for Han letters; what is never seen is dropped.

    >>> fold("该论⽂的ＢＥＲＴ：⻓短期")
    '该论文的bert:长短期'
    """
    if text.isascii():
        # Most titles are, and nothing but case is folded in them.
        return text.casefold()
    text = _narrow(text)
    if _ODD.search(text) is not None:
        text = _UNSEEN.sub("", text).translate(_RADICALS)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.casefold()


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Fold a text as :func:`fold` does, and tell which letter of the text each folded letter came from.

    There is one more place than folded letters: the end of the text.

    >>> folded, places = fold_with_places("Maß ½")
    >>> folded, list(places)
    ('mass 1⁄2', [0, 1, 2, 2, 3, 4, 4, 4, 5])
    """
    narrow = _narrow(text)
    if _ODD.search(narrow) is None and unicodedata.is_normalized("NFKC", narrow):
        folded = narrow.casefold()
        # Folding of case makes nothing shorter, so that of equal length is letter by letter.
        if len(folded) == len(text):
            return folded, range(len(text) + 1)
    return _fold_clusters(text)


def _narrow(text: str) -> str:
    for wide, narrow in _FULL_WIDTH:
        text = text.replace(wide, narrow)
    return text


def _fold_clusters(text: str) -> tuple[str, Sequence[int]]:
    letters: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = fold(cluster[0])
        letters.append(piece)
        places += [cluster.start()] * len(piece)
    places.append(len(text))
    return "".join(letters), places
