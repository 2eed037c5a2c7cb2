"""Everything up to the as-printed record: fetching, importing, storing captures, reading pages and posts.

Layout, in the order in which data flows::

    discovery/            feeds, lists and categories -> the posts that they name
    spiders/, run.py      addresses  -> captures        (Scrapy; with images/ the only code that uses the network)
    changes.py            whether a look at a post shows anything new
    importers/            files      -> captures, and on into the archive
    captures.py           the store of captures, append-only, beside the archive
    frontier.py, runs.py  what is to be fetched, and what each run did; kept in the store of captures
    pages/                bytes      -> page: what it is, its metadata, and its lines
    digest/               lines      -> post: the grammar of paper blocks, the same for HTML and Markdown
    reading.py            one capture -> what it is, and the record of its post
    ingest.py             captures that the archive has not seen -> rows; the one build path
    along.py              the same while a crawl brings captures faster than one process reads them
    images/               pictures of the archive's entries, in a store of their own
    history.py            captures of a post -> its versions and their differences
    why.py                a value of a paper -> the capture, line and rule that it came from (fields.py, page_lines.py)
    review.py             pairs that the rules cannot tell, and the decisions on them
    browse/               a snapshot of the archive, Datasette's configuration for it, and the folder to publish
    forget.py             a post that must go, and what keeps it away (tombstones.py); which one is meant (lookup.py)
    limits.py             what is too large for a page
    workers.py, locks.py  work shared by processes; what only one process may do at a time
    commands/, cli.py     what each command does; the command line over it
    sample.py             the server that plays CSDN for ``paperdigest demo`` and for tests

Imports go one way: ``crawler`` may use ``normalize``, never the other way round; ``pages`` and ``digest`` know nothing
of the network or of a database.
"""
