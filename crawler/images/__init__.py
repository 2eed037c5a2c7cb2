"""The pictures of the archive's entries: fetched politely, judged by their bytes, kept once each.

:mod:`~crawler.images.kinds` tells a picture from anything else, :mod:`~crawler.images.hosts` which hosts are asked and
how, :mod:`~crawler.images.store` keeps the file ``X.images.db``, :mod:`~crawler.images.wanted` says what is missing in
it, and :mod:`~crawler.images.fetch` goes and gets that. Nothing here runs unless ``paperdigest images`` is called.
"""
