"""As-printed records in, resolved records and SQL rows out.

This package knows nothing of crawling: it gets a :class:`~normalize.model.Post` as the page printed it, finds venue,
institutions, identifiers and canonical addresses in it (:mod:`normalize.records`), decides which posts and papers are
the same (:mod:`normalize.identity`) and writes the archive (:mod:`normalize.archive`). It can be looked at by words
(:mod:`normalize.search`) and page by page (:mod:`normalize.browse`).
"""

__version__ = "0.1.0"
