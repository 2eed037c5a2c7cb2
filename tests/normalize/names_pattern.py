"""Names found the plain way, to hold quicker ways against it."""

import re
from collections.abc import Iterable

from normalize.prose import NAME_END


def pattern_of(names: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds the longest of many names, none of them inside a longer Latin word."""
    return re.compile(
        "|".join(
            ("(?<![A-Za-z_-])" if name[0].isascii() else "") + re.escape(name) + NAME_END
            for name in sorted(names, key=len, reverse=True)
        )
    )
