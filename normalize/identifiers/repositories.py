"""Schemes of hosts of code, models and data: ``owner/name``, in small letters, whatever lies below.

They say nothing of which paper is meant: a repository belongs to several, and the blog pastes wrong ones.
"""

import re
from typing import ClassVar

from normalize.identifiers.base import Address, Scheme

# The letters that owners and names have; what stands behind them is the sentence around the address.
_WORD = re.compile(r"[A-Za-z0-9._-]+")


class CodeHost(Scheme):
    """A host of repositories."""

    strong = False
    grammar = re.compile(r"[a-z0-9_][a-z0-9_.-]*/(?=\.*[a-z0-9_-])[a-z0-9_.-]+")
    reserved: ClassVar[frozenset[str]]
    """Words in the place of an owner that are pages of the host itself."""

    home: ClassVar[str]
    """The host whose addresses are given."""

    def takes(self, host: str) -> bool:
        """Sub-domains are other things: ``gist.github.com``."""
        return any(place.partition("/")[0] == host for place in self.places)

    def is_valid(self, value: str) -> bool:
        """Whether a value is in normalised form, and no page of the host itself."""
        return super().is_valid(value) and value.partition("/")[0] not in self.reserved

    def address(self, value: str) -> str:
        """The front page of the repository."""
        return f"https://{self.home}/{value}"

    def find_in(self, address: Address) -> str | None:
        """``/owner/name`` and all below it."""
        return self._joined(self._below(address)[:2])

    def _joined(self, segments: list[str]) -> str | None:
        """Owner and name, without the sentence that runs on behind the name; ``None`` where either lacks or is cut."""
        if len(segments) < 2:
            return None
        *owners, last = segments
        name = _WORD.match(last)
        # A name that an editor cut off is another's: https://github.com/zihangdai/m…
        if name is None or name[0].endswith("..") or last.startswith("…", name.end()):
            return None
        return self.normalize("/".join([*owners, name[0]]))

    def _fold(self, raw: str) -> str:
        return raw.lower().removesuffix(".git")


class Github(CodeHost):
    """Repositories on GitHub; no user pages, no gists.

    >>> GITHUB.find("https://github.com/zihangdai/mos（PyTorch 版）")
    'zihangdai/mos'
    >>> GITHUB.find("https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet")
    'tensorflow/tpu'
    >>> GITHUB.find("git@github.com:XiaohangZhan/cdp.git"), GITHUB.find("https://github.com/topics/nlp")
    ('xiaohangzhan/cdp', None)
    """

    name = "github"
    prefix = "github"
    home = "github.com"
    places = (
        "api.github.com/repos",
        "github.com",
        "www.github.com",
        "git@github.com:",
        "raw.githubusercontent.com",
        "raw.github.com",
        "codeload.github.com",
        "github.dev",
        "colab.research.google.com/github",
        "nbviewer.jupyter.org/github",
        "nbviewer.org/github",
    )
    reserved = frozenset(
        "about account advisories apps codespaces collections contact customer-stories dashboard discussions "
        "enterprise events explore features gist issues join login logout marketplace mobile new notifications "
        "organizations orgs partners password_reset premium-support pricing pulls readme resources search security "
        "sessions settings showcases signup site solutions sponsors stars team topics trending users".split()
    )


class Gitlab(CodeHost):
    """Projects on gitlab.com, with the groups that they lie in.

    >>> GITLAB.find("https://gitlab.com/group/part/Project/-/tree/main/src")
    'group/part/project'
    """

    name = "gitlab"
    prefix = "gitlab"
    home = "gitlab.com"
    places = ("gitlab.com", "www.gitlab.com", "git@gitlab.com:")
    grammar = re.compile(r"[a-z0-9_][a-z0-9_.-]*(?:/(?=\.*[a-z0-9_-])[a-z0-9_.-]+){1,20}")
    reserved = frozenset(
        "- admin api dashboard explore groups help jwt oauth profile projects public s search snippets unsubscribe "
        "users v2".split()
    )
    # What begins the path inside a project; to 2019 without the "-" before it.
    _INSIDE = frozenset(
        "- activity blame blob branches builds commit commits compare environments find_file forks graphs issues jobs "
        "labels merge_requests milestones network pipelines raw refs releases repository snippets starrers tags tree "
        "uploads wikis".split()
    )

    def is_valid(self, value: str) -> bool:
        """Whether a value is in normalised form, and no page of the host itself or inside a project."""
        return super().is_valid(value) and self._INSIDE.isdisjoint(value.split("/")[2:])

    def find_in(self, address: Address) -> str | None:
        """``/group/part/project`` and all below it."""
        segments = self._below(address)
        end = next((place for place, one in enumerate(segments) if place > 1 and one in self._INSIDE), None)
        return self._joined(segments[:end])


class Gitee(CodeHost):
    """Repositories on Gitee.

    >>> GITEE.find("https://gitee.com/mindspore/models/tree/master/official/cv")
    'mindspore/models'
    """

    name = "gitee"
    prefix = "gitee"
    home = "gitee.com"
    places = ("gitee.com", "www.gitee.com", "git@gitee.com:")
    reserved = frozenset(
        "about_us all-about-git api appclient dashboard education enterprises events explore features gists "
        "gitee-stars gvp help link login notifications oauth organizations profile search signup stars terms topics "
        "users".split()
    )


class Bitbucket(CodeHost):
    """Repositories on Bitbucket.

    >>> BITBUCKET.find("https://bitbucket.org/Owner/name/src/master/README.md")
    'owner/name'
    """

    name = "bitbucket"
    prefix = "bitbucket"
    home = "bitbucket.org"
    places = ("api.bitbucket.org/2.0/repositories", "bitbucket.org", "www.bitbucket.org", "git@bitbucket.org:")
    reserved = frozenset(
        "account api blog code-review dashboard features gateway product repo site snippets socialauth support "
        "workspaces".split()
    )


class HuggingFace(CodeHost):
    """Models on Hugging Face (``owner/name``), data sets (``datasets/owner/name``) and demos (``spaces/owner/name``).

    >>> HUGGING_FACE.find("https://huggingface.co/deepseek-ai/DeepSeek-R1/tree/main")
    'deepseek-ai/deepseek-r1'
    >>> HUGGING_FACE.find("https://huggingface.co/datasets/BytedTsinghua-SIA/DAPO-Math-17k")
    'datasets/bytedtsinghua-sia/dapo-math-17k'
    """

    name = "huggingface"
    prefix = "hf"
    home = "huggingface.co"
    places = ("huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com")
    grammar = re.compile(r"(?:(?:datasets|spaces)/)?[a-z0-9_][a-z0-9_.-]*/(?=\.*[a-z0-9_-])[a-z0-9_.-]+")
    reserved = frozenset(
        "api autotrain blog brand chat collections contribute course datasets docs enterprise inference "
        "inference-api inference-endpoints join languages learn login logout metrics models new notifications "
        "organizations papers posts pricing privacy search settings spaces storage support tasks terms-of-service "
        "transformers welcome".split()
    )
    _KINDS = ("datasets", "spaces")
    # The first models and data sets have no owner: /gpt2/tree/main
    _INSIDE = frozenset("blob commit commits discussions raw resolve tree viewer".split())

    def is_valid(self, value: str) -> bool:
        """Whether a value is in normalised form, and no page of the site itself."""
        kind, _, rest = value.partition("/")
        own = rest if kind in self._KINDS else value
        return super().is_valid(own) and own.partition("/")[2] not in self._INSIDE

    def find_in(self, address: Address) -> str | None:
        """``/owner/name``, ``/datasets/owner/name``, ``/spaces/owner/name`` and all below them."""
        segments = self._below(address)
        # /api/datasets/owner/name, /api/models/owner/name
        if segments[:1] == ["api"]:
            segments = segments[2:] if segments[1:2] == ["models"] else segments[1:]
        count = 3 if segments[:1] and segments[0] in self._KINDS else 2
        return self._joined(segments[:count]) if len(segments) >= count else None


GITHUB = Github()
GITLAB = Gitlab()
GITEE = Gitee()
BITBUCKET = Bitbucket()
HUGGING_FACE = HuggingFace()
