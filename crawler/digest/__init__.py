"""Lines to post: the grammar of paper blocks, the same for every form of page.

=============  ====================================================================================================
``marks``      what a single line is: a recommender, a tag, a label, a section, an address, the tail …
``blocks``     digests: badge, title, ``@x 推荐``, ``#tag``, summary, figures, labelled links
``notes``      notes and collections: ``■ 论文 |`` lines, ``论文标题：`` lines
``head``       series and number
``tail``       the list of past posts
``read``       which of them a page needs
=============  ====================================================================================================
"""

from crawler.digest.read import read_post

__all__ = ["read_post"]
