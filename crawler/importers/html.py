"""Saved HTML pages: which address a browser or a mirroring tool says that it saved.

=================================  ==================================================================================
Chrome, Edge "complete page"       ``<!-- saved from url=(0064)https://blog.csdn.net/… -->`` (the number is a length)
SingleFile                         ``Page saved with SingleFile`` / `` url: https://…`` in the first comment
HTTrack                            ``<!-- Mirrored from blog.csdn.net/… by HTTrack Website Copier/3.x, … -->``
=================================  ==================================================================================
"""

import re

_HEAD = 8192
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\([0-9]+\)(https?://[!-~]+?)\s*-->")
_SINGLE_FILE = re.compile(rb"(?:saved with|processed by) SingleFile.{0,200}?\burl:\s*(https?://[!-~]+)", re.S)
_HTTRACK = re.compile(rb"<!-- Mirrored from ([!-~]+) by HTTrack")


def saved_address(body: bytes) -> str | None:
    """Address that the page was saved from, where the tool that saved it wrote it down."""
    head = body[:_HEAD]
    if b"<!--" not in head:
        return None
    for pattern, prefix in ((_SAVED_FROM, ""), (_SINGLE_FILE, ""), (_HTTRACK, "https://")):
        found = pattern.search(head)
        if found is not None:
            return prefix + found[1].decode("ascii")
    return None
