"""A small archive in memory, row by row."""

import json
import sqlite3
from collections.abc import Iterable

from normalize.migrations import schema_sql


class Small:
    """An archive that takes what a test needs; all else has a plain value."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(schema_sql())
        self._next = 0

    def put(self, table: str, **values: object) -> None:
        """Write a row; one that is there stays."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", tuple(values.values())
        )

    def post(self, key: str, day: str | None = "2018-06-29", **values: object) -> None:
        plain = {"title": f"Post {key}", "kind": "digest", "recommendations": 0, "capture_id": f"capture-{key}"}
        self.put("posts", post_id=key, published_on=day, **{**plain, **values})

    def recommend(
        self,
        post: str,
        paper: str,
        *,
        title: str | None = "A Title",
        tag: str | None = None,
        person: str | None = None,
        venue: str | None = None,
        year: int | None = None,
        summary: str = "本文提出了一种方法。",
        links: Iterable[tuple[str, str]] = (),
        pictures: Iterable[tuple[str, str]] = (),
        section: str | None = None,
    ) -> int:
        """A recommendation at the end of a post, with paper, people, tag and venue as far as they are new; its id."""
        self._next += 1
        if venue is not None:
            self.put("venues", venue_id=venue, aliases="[]")
        self.put("papers", paper_id=paper, title=title, venue_id=venue, venue_year=year)
        for table, own, name in (("tags", "tag_id", tag), ("recommenders", "recommender_id", person)):
            if name is not None:
                self.put(table, **{own: name.lower(), "name": name, "variants": json.dumps([name, name.upper()])})
        count = "SELECT count(*) FROM recommendations WHERE post_id = ?"
        self.put(
            "recommendations",
            recommendation_id=self._next,
            post_id=post,
            position=self.connection.execute(count, (post,)).fetchone()[0] + 1,
            paper_id=paper,
            section=section,
            title=title,
            title_source=None if title is None else "printed",
            recommender_id=None if person is None else person.lower(),
            tag_id=None if tag is None else tag.lower(),
            summary=summary,
            search_id=self._next,
        )
        self.connection.execute("UPDATE posts SET recommendations = recommendations + 1 WHERE post_id = ?", (post,))
        for position, (role, url) in enumerate(links, 1):
            self.put(
                "links", recommendation_id=self._next, position=position, role=role, label=role, url_raw=url, url=url
            )
        for position, (role, key) in enumerate(pictures, 1):
            url = f"https://pictures.example/{key}"
            self.put(
                "images", recommendation_id=self._next, position=position, role=role, url_raw=url, url=url, key=key
            )
        return self._next
