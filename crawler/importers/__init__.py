"""Files to captures. One module a form of file: what is particular to it (which address it was saved from) and how it
is told from others; what is inside a page is for :mod:`crawler.pages`.
"""
