"""What a dashboard is about."""

from dataclasses import dataclass

from normalize.browse.charts import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a dashboard is about, before any of it is read."""

    name: str
    title: Words
    lead: Words
    tables: tuple[str, ...]
    """Tables and views that it is read from, for those who want more."""
