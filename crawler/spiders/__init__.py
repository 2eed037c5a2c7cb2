"""One spider a source: each discovers addresses, fetches them, and hands out a capture for every answer."""
