"""Limits of pages, whoever reads them; what comes in over the network is limited in :mod:`crawler.settings` too."""

MAX_BYTES = 8 * 1024 * 1024
"""Of a body; larger ones are refused: real article pages are under 1 MiB."""
