"""Cells of tables and queries: ids and titles of papers, posts, people, tags and venues lead to their pages."""

from typing import Any, Final
from urllib.parse import quote

from datasette import hookimpl
from markupsafe import Markup

# Columns of tables, views and queries by name: an id means the same wherever it stands.
_PAGES: Final = {
    "paper_id": "paper",
    "post_id": "digest",
    "linked_post_id": "digest",
    "recommender_id": "recommender",
    "tag_id": "tag",
    "venue_id": "venue",
    "venue": "venue",
}
# Columns that name what another column of the row is the id of, the first one that the row has. Datasette gives tables
# no cell for their own id, so that there the name is the way to the page.
_NAMES: Final = {
    "title": ("paper_id", "post_id"),
    "post_title": ("post_id",),
    "name": ("recommender_id", "tag_id"),
    "recommender": ("recommender_id",),
    "tag": ("tag_id",),
    "full_name": ("venue_id",),
}
_LINK: Final = Markup('<a href="{}">{}</a>')


@hookimpl
def render_cell(row: Any, value: Any, column: str, datasette: Any) -> Markup | None:
    """The cell as a link to the page of what it names; other cells are left to Datasette."""
    # Where Datasette knows a label for an id, it gives both.
    label = value.get("label") or value.get("value") if isinstance(value, dict) else value
    kind, key = _target(row, value, column)
    if kind is None or not isinstance(key, str) or not key or not isinstance(label, str) or not label.strip():
        return None
    return _LINK.format(datasette.urls.path(f"/{kind}/{quote(key, safe='')}"), label)


def _target(row: Any, value: Any, column: str) -> tuple[str | None, Any]:
    """Kind and id of the page that a cell leads to; no kind, no page."""
    if column not in _PAGES:
        there = set(row.keys())
        column = next((own for own in _NAMES.get(column, ()) if own in there), "")
        value = row[column] if column else None
    return _PAGES.get(column), value["value"] if isinstance(value, dict) else value
