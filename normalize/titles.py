"""Titles of papers and posts: keys by which equal ones are found, and a measure of plain unlikeness."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple

from normalize.text import has_han

MIN_LETTERS = 10
"""A shorter title never identifies a paper alone: ``ResNet``, ``Deep Sets``. A Han character counts as two letters."""

MOST_LEFT_OVER = 0.2
"""Share of its telling words that either title has alone, from which on two titles are plainly unlike."""

_ALIKE_LETTERS = 0.8  # ratio of difflib
_ALIKE_BEGIN = 0.7
_BEGIN_OF_FORMS = 6  # generation, generative; but not graph and GraphSAGE
_SHORTEST_MISSPELT = 4
_SHORTEST_NAME = 3
_VERSIONS_BELOW = 100

# Keys of titles that many works bear, or that are no titles: they never identify alone, whatever their length.
_GENERIC = frozenset({
    "acknowledgements", "acknowledgments", "adversarialexamples", "anomalydetection", "artificialintelligence",
    "attentionmechanism", "automaticspeechrecognition", "bibliography", "computervision", "conclusions",
    "contrastivelearning", "contributions", "convolutionalneuralnetworks", "datasets", "deeplearning",
    "deepneuralnetworks", "deepreinforcementlearning", "dialoguesystems", "discussion", "domainadaptation",
    "experiments", "facerecognition", "federatedlearning", "fewshotlearning", "generativeadversarialnetwork",
    "graphconvolutionalnetworks", "graphneuralnetworks", "imagecaptioning", "imageclassification", "imagegeneration",
    "imagesegmentation", "informationextraction", "informationretrieval", "introduction", "knowledgedistillation",
    "knowledgegraph", "knowledgegraphs", "languagemodel", "languagemodels", "largelanguagemodels", "machinelearning",
    "machinereadingcomprehension", "machinetranslation", "metalearning", "multitasklearning",
    "namedentityrecognition", "naturallanguageprocessing", "networkembedding", "neuralarchitecturesearch",
    "neuralmachinetranslation", "neuralnetworks", "objectdetection", "personreidentification", "poseestimation",
    "questionanswering", "readingcomprehension", "recommendersystem", "recommendersystems", "recurrentneuralnetworks",
    "referencepapers", "references", "reinforcementlearning", "relatedwork", "relatedworks", "relationextraction",
    "representationlearning", "selfsupervisedlearning", "semanticsegmentation", "sentimentanalysis",
    "speechrecognition", "supplementarymaterial", "supplementarymaterials", "technicalreport", "textclassification",
    "textgeneration", "transferlearning", "unsupervisedlearning", "untitledpaper", "visualquestionanswering",
    "wordembedding", "wordembeddings",
})  # fmt: skip
# Words that every other title of this field has; the rest tells titles apart.
_COMMON_WORDS = frozenset({
    "a", "an", "and", "approach", "approaches", "are", "as", "at", "based", "by", "can", "deep", "do", "for",
    "framework", "frameworks", "from", "how", "in", "into", "is", "its", "learning", "method", "methods", "model",
    "models", "net", "nets", "network", "networks", "neural", "of", "on", "or", "s", "survey", "system", "systems",
    "the", "to", "toward", "towards", "using", "via", "what", "when", "where", "why", "with", "without",
})  # fmt: skip
# β-VAE is also printed as beta-VAE.
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SPELT_OUT = str.maketrans({**_GREEK, "&": " and ", "×": "x"})
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
# 1,000 Layers
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
# Without such a place a title has neither thousands nor two numbers side by side.
_APART = re.compile(r"[0-9][\W_]+[0-9]")
# Digits that something stands between are two numbers: GPT-3.5 is not GPT-35.
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\W_]+(?=[0-9])")
# The plus of PointNet++ belongs to the name and stays; that of "Paper + Code" and of "Graph+Text" joins words.
_NOT_IN_KEY = re.compile(r"(?:[^\w+]|_|(?<![^\W_])(?<!\+)\++|\++(?=[^\W_]))+")
_NO_ASCII_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}
_NO_ASCII_DIGITS = {code: None for code in range(128) if not chr(code).isalpha()}
# Compiling a class of all Han characters takes 6 ms: there is one in normalize.text.
_RUN = re.compile(r"[^\W_]+")
# RL, GANs
_SHORT_FORM = re.compile("[a-z]{2,5}")


def title_key(title: str | None) -> str | None:
    """Give the key of a paper's title: equal keys, equal titles.

    Width, case, accents, punctuation and spaces are folded away, Greek letters and ``&`` spelt out; digits, roman
    numerals and the plus of a name stay. ``None`` for no title and for one that many papers could bear: with fewer than
    :data:`MIN_LETTERS` letters, or the name of a field.

    >>> title_key("BBQ-Networks: Efficient Exploration") == title_key("BBQ-NETWORKS： EfficientExploration")
    True
    >>> title_key("PointNet++: Deep Learning"), title_key("Mask R-CNN"), title_key("Introduction")
    ('pointnet++deeplearning', None, None)
    >>> title_key("GPT-3.5 for Poincaré Groups & β-VAE")
    'gpt3.5forpoincaregroupsandbetavae'
    """
    key = _folded(title)
    return key if key is not None and key not in _GENERIC and _is_long(key) else None


def post_title_key(title: str | None) -> str | None:
    """Give the key of a post's title, folded like a paper's.

    The suffix of the series (``| PaperDaily #26``) stays: every copy of a post prints it, and it tells issues with the
    same headline apart.

    >>> post_title_key("开源代码上新！6 份最新「Paper + Code」 | PaperDaily #17")
    '开源代码上新6份最新papercodepaperdaily17'
    """
    key = _folded(title)
    return key if key is not None and _is_long(key) else None


def comparable_key(title: str) -> str | None:
    """Give the key of a title for people to compare, however short; ``None`` for a generic one.

    >>> comparable_key("Mask R-CNN"), comparable_key("Deep Learning")
    ('maskrcnn', None)
    """
    key = _folded(title)
    return None if key in _GENERIC else key


def telling_words(title: str) -> list[str]:
    """Give the words that tell a title apart, each once, folded; numbers are none of them.

    >>> telling_words("A Survey of 3 Methods for Image Captioning")
    ['image', 'captioning']
    """
    return _telling(_words(title))


def are_comparable(first: str, second: str) -> bool:
    """Whether the words of two titles can be compared: both have some, in one script.

    >>> are_comparable("Attention Is All You Need", "注意力就是你所需要的一切")
    False
    """
    key, other = _folded(first), _folded(second)
    return key is not None and other is not None and has_han(key) == has_han(other)


def are_plainly_unlike(first: str, second: str) -> bool:
    """Whether two titles cannot be spellings of one.

    They are unlike where their numbers differ (``YOLOv2`` and ``YOLOv3``, ``Part I`` and ``Part II``, ``PointNet`` and
    ``PointNet++``). Else they are alike where one begins the other (a cut title, an added subtitle), and where hardly
    a telling word stands in one of them alone; misspellings, glued words and short forms (``RL``) count as equal.
    Titles in different scripts (:func:`are_comparable`) are not *plainly* unlike: one may translate the other.

    >>> are_plainly_unlike("Nested LSTMs", "Deep Complex Networks")
    True
    >>> are_plainly_unlike("Efficent Exploraton in RL", "Efficient Exploration in Reinforcement Learning")
    False
    >>> are_plainly_unlike("Deformable ConvNets", "Deformable ConvNets v2"), are_plainly_unlike("C3D", "C3D: Features")
    (True, False)
    """
    return _are_unlike(*sorted((first, second)))


@lru_cache(maxsize=65_536)
def _are_unlike(first: str, second: str) -> bool:
    key, other = _folded(first), _folded(second)
    if key is None or other is None or key == other:
        return False
    if not are_comparable(first, second):
        return _numbers_of(first).rival(_numbers_of(second))
    if _numbers_of(first).differ(_numbers_of(second)):
        return True
    if _begins(first, second) or _begins(second, first):
        return False
    return _words_differ(_words(first), _words(second))


# --- folding ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def _folded(title: str | None) -> str | None:
    if title is None:
        return None
    plain = _plain(title)
    if _APART.search(plain) is None:
        return _letters_and_digits(plain) or None
    parts = _BETWEEN_DIGITS.split(_THOUSANDS.sub("", plain))
    return ".".join(map(_letters_and_digits, parts)) or None


def _letters_and_digits(text: str) -> str:
    if text.isascii() and "+" not in text:
        # The same, five times faster: most titles are of this kind.
        return text.translate(_NO_ASCII_MARKS)
    return _NOT_IN_KEY.sub("", text)


def _plain(title: str) -> str:
    """Width, case and accents folded, Greek letters spelt out; punctuation and spaces stay."""
    if title.isascii():
        return title.lower().replace("&", " and ")
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", title))
    return unicodedata.normalize("NFKC", bare).casefold().translate(_SPELT_OUT)


def _is_long(key: str) -> bool:
    """Whether a key has :data:`MIN_LETTERS`, a Han character counting as two, digits as none."""
    begin = key[:MIN_LETTERS]
    if len(begin) == MIN_LETTERS and begin.isalpha():
        # So begin most, and need no counting.
        return True
    if key.isascii():
        return len(key.translate(_NO_ASCII_DIGITS)) >= MIN_LETTERS
    return sum(character.isalpha() for character in key) + sum(map(has_han, key)) >= MIN_LETTERS


# --- numbers ---------------------------------------------------------------------------------------------------------

_FIRST_PARTS = frozenset({"1", "一", "上"})
_TOKEN = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)*)|(?P<plus>\++)|[a-z]+|[^\W0-9_a-z]+")
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
}  # fmt: skip
# "i", "v" and "x" are numbers only where a part is counted: Part I.
_COUNTED_ROMAN = {**_ROMAN, "i": "1", "v": "5", "x": "10"}
_PARTS = frozenset({"part", "volume", "vol", "version", "phase", "chapter", "lecture", "episode", "stage", "issue"})
# 第二部分, （下）
_HAN_PART = re.compile("第([一二三四五六七八九十])|[(（]([一二三四五六七八九十上中下])[)）]")


class _Numbers(NamedTuple):
    """The numbers in a title."""

    counts: Counter[str]
    """All of them; roman ones as digits."""
    parts: frozenset[str]
    """Those that tell works of one name apart: v2, Part II, （下）. The first mostly has none, so 1 is left out."""
    of_names: dict[str, set[str]]
    """Of words that a number or plus is glued to: ``{"gpt": {"2"}}``, ``{"pointnet": {"++"}}``."""
    bare: frozenset[str]
    """Words that none is glued to."""

    def differ(self, other: "_Numbers") -> bool:
        """Whether they cannot be those of one paper; a cut title may lack numbers."""
        if self.parts != other.parts or (self.counts - other.counts and other.counts - self.counts):
            return True
        return self.rival(other) or self._is_version_of(other) or other._is_version_of(self)

    def rival(self, other: "_Numbers") -> bool:
        """Whether a name has one number here and another there."""
        shared = self.of_names.keys() & other.of_names.keys()
        return any(self.of_names[name].isdisjoint(other.of_names[name]) for name in shared)

    def _is_version_of(self, other: "_Numbers") -> bool:
        """Whether a name has a number here that it has not there: GPT-2 and GPT, but not ImageNet-2012 and ImageNet."""
        return any(
            name in other.bare and name not in self.bare and name not in other.of_names and any(map(_counts, numbers))
            for name, numbers in self.of_names.items()
        )


def _counts(number: str) -> bool:
    return number.startswith("+") or float(".".join(number.split(".")[:2])) < _VERSIONS_BELOW


@lru_cache(maxsize=4_096)
def _numbers_of(title: str) -> _Numbers:
    plain = _THOUSANDS.sub("", _plain(title))
    found = _Marks()
    tokens: list[re.Match[str] | None] = [None, None, *_TOKEN.finditer(plain), None]
    for place in range(2, len(tokens) - 1):
        found.read(*tokens[place - 2 : place + 2])
    in_han = [match[1] or match[2] for match in _HAN_PART.finditer(plain)]
    return _Numbers(
        counts=Counter(found.counts),
        parts=frozenset([*found.parts, *in_han]) - _FIRST_PARTS,
        of_names=found.of_names,
        bare=frozenset(found.bare),
    )


_Token = re.Match[str] | None


class _Marks:
    """Collects what :class:`_Numbers` holds, token by token."""

    def __init__(self) -> None:
        self.counts: list[str] = []
        self.parts: set[str] = set()
        self.of_names: defaultdict[str, set[str]] = defaultdict(set)
        self.bare: set[str] = set()

    def read(self, before_last: _Token, last: _Token, token: _Token, after: _Token) -> None:
        """Read a token among its neighbours."""
        if token is None:
            return
        counted = last is not None and last[0] in _PARTS
        if token["number"] is not None:
            self.counts.append(token[0])
            # 3D, seq2seq: the number counts nothing; that of Qwen2-VL does
            if not _is_glued(token, after) or (_touch(last, token) and not _touch(token, after)):
                self._number(token[0], before_last, last if counted or _is_glued(last, token) else None)
        elif token["plus"] is not None:
            if last is not None and _is_glued(last, token) and not _is_glued(token, after):
                self.of_names[last[0]].add(token[0])
        elif (roman := (_COUNTED_ROMAN if counted else _ROMAN).get(token[0])) is not None:
            self.counts.append(roman)
            self.parts.add(roman)
        elif not _is_glued(token, after) or (after is not None and after[0].isalpha()):
            self.bare.add(token[0])

    def _number(self, number: str, before_last: _Token, last: _Token) -> None:
        """A number behind the word that it belongs to, if there is one."""
        if last is None:
            return
        if last[0] in _PARTS:
            self.parts.add(number)
            return
        name = last[0].removesuffix("v")
        if name != last[0]:
            self.parts.add(number)
        if not name and before_last is not None:
            # ConvNets v2
            name = before_last[0]
        self.of_names[name].add(number)


def _touch(token: _Token, after: _Token) -> bool:
    """Nothing at all stands between them."""
    return token is not None and after is not None and token.end() == after.start()


def _is_glued(token: _Token, after: _Token) -> bool:
    """Nothing but a hyphen stands between them."""
    if token is None or after is None:
        return False
    return token.string[token.end() : after.start()] in ("", "-")


# --- words -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def _words(title: str) -> tuple[str, ...]:
    runs = _RUN.findall(_plain(title))
    return tuple(word for run in runs for word in ([run] if run.isascii() else _split_han(run)))


def _split_han(run: str) -> Iterator[str]:
    """Each Han character is a word."""
    for is_han, characters in groupby(run, has_han):
        found = "".join(characters)
        yield from found if is_han else [found]


def _begins(first: str, second: str) -> bool:
    """Whether one title begins the other, or what follows its name: "PointNet: ". A short one must end with a word."""
    key = _folded(first) or ""
    _, _, behind_name = second.partition(":")
    for title in (second, behind_name):
        if (_folded(title) or "").startswith(key) and (len(key) >= MIN_LETTERS or key in accumulate(_words(title))):
            return True
    # "MAML" for Model-Agnostic Meta-Learning
    return len(key) >= _SHORTEST_NAME and bool(_SHORT_FORM.fullmatch(key)) and _initials(_words(second)).startswith(key)


def _words_differ(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the telling words of titles are too different for spellings of one."""
    one, other = _telling(first), _telling(second)
    alone, other_alone = _without_other_forms(_unmatched(one, other), _unmatched(other, one), second)
    other_alone, alone = _without_other_forms(other_alone, alone, first)
    if alone and other_alone and _are_spellings("".join(alone), "".join(other_alone)):
        return False
    left_over = max(len(alone), len(other_alone))
    return left_over > 0 and left_over >= MOST_LEFT_OVER * min(len(one), len(other))


def _telling(words: Sequence[str]) -> list[str]:
    """Words that tell titles apart, each once; all of them where there are no others. Numbers are compared alone."""
    telling = dict.fromkeys(word for word in words if word not in _COMMON_WORDS and not _is_number(word))
    return list(telling or dict.fromkeys(words))


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _COUNTED_ROMAN


def _unmatched(words: Sequence[str], others: Sequence[str]) -> list[str]:
    left = [word for word in words if word not in others]
    rivals = [word for word in others if word not in words]
    return [word for word in left if not any(_are_spellings(word, rival) for rival in rivals)]


def _without_other_forms(
    words: Sequence[str], others: Sequence[str], title: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Drop ``rl`` and ``metalearning`` from the words of one title, and from the other's what they stand for there."""
    for word in words:
        meant = _abbreviated(word, title) or _glued(word, title)
        if meant:
            words = [one for one in words if one != word]
            others = [one for one in others if one not in meant]
    return words, others


def _abbreviated(word: str, title: Sequence[str]) -> Sequence[str]:
    """Words of a title that have the letters of a short form as initials; none where there are none."""
    letters = word.removesuffix("s")
    place = _initials(title).find(letters) if _SHORT_FORM.fullmatch(word) else -1
    return title[place : place + len(letters)] if place >= 0 else ()


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words)


def _glued(word: str, title: Sequence[str]) -> Sequence[str]:
    """Neighbouring words of a title that give a word, one written to the other; none where there are none."""
    for start in range(len(title)):
        for end, letters in enumerate(accumulate(title[start:]), start=start + 1):
            if letters == word:
                return title[start:end]
            if not word.startswith(letters):
                break
    return ()


@lru_cache(maxsize=16_384)
def _are_spellings(word: str, other: str) -> bool:
    """Whether one word is a misspelling or another form of the other: exploraton, generative for generation.

    The first letter must be equal, which keeps supervised from unsupervised.
    """
    shorter = min(len(word), len(other))
    if word[0] != other[0] or shorter < _SHORTEST_MISSPELT:
        return False
    begin = max(_BEGIN_OF_FORMS, math.ceil(_ALIKE_BEGIN * shorter))
    if word[:begin] == other[:begin]:
        return True
    matcher = SequenceMatcher(None, min(word, other), max(word, other), autojunk=False)
    # The quick ratios are never below the real one and much cheaper.
    return all(ratio() > _ALIKE_LETTERS for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))
