"""Times as the sites print them, to the form that the records use (Asia/Shanghai, +08:00)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_STAMP = re.compile(
    r"((?:19|20)[0-9]{2})[-/年.]\s?([0-9]{1,2})[-/月.]\s?([0-9]{1,2})日?"
    r"(?:(?:[T\s]+|(?<=日))([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?(?:\.[0-9]+)?\s?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# Until 2018-05-16 CSDN kept only the day of a post and printed midnight; the first real clock is of 2018-05-25.
_CLOCK_KNOWN_FROM = "2018-05-25"


def parse_time(text: str | None) -> str | None:
    """First time in a text; without a zone it is Beijing's.

    Gives ``2018-06-21T14:06:37+08:00``, or the day alone where no clock is printed or where the clock is the midnight
    of the years in which the site knew only the day. ``None`` where there is no time or an impossible one.

    >>> parse_time("2018年06月21日 14:06:37")
    '2018-06-21T14:06:37+08:00'
    >>> parse_time("于 2018-05-16 00:00:00 发布")
    '2018-05-16'
    """
    match = _STAMP.search(text) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        day_of = date(int(year), int(month), int(day))
        if hour is None:
            return day_of.isoformat()
        clock = time(int(hour), int(minute), int(second or 0), tzinfo=_zone(zone))
    except ValueError:
        return None
    aware = datetime.combine(day_of, clock).astimezone(SHANGHAI)
    if aware.time() == datetime.min.time() and aware.date().isoformat() < _CLOCK_KNOWN_FROM:
        return aware.date().isoformat()
    return aware.isoformat()


def _zone(text: str | None) -> timezone:
    """Offset of a zone; raises :class:`ValueError` for a day or more."""
    if text is None:
        return SHANGHAI
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def from_unix(seconds: str) -> str | None:
    """Time of a count of seconds since 1970, as WeChat's ``ct`` gives it.

    >>> from_unix("1523110915")
    '2018-04-07T22:21:55+08:00'
    """
    try:
        return datetime.fromtimestamp(int(seconds), SHANGHAI).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
