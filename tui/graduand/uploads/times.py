"""Times that somebody types, as the ledger has them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from graduand.errors import Unreadable, Usage
from graduand.language import _, quoted
from graduand.ledger.entry import now, stamp_of

if TYPE_CHECKING:
    from pathlib import Path

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


def moment_seen(text: str) -> str:
    """Return the time at which something was seen: as `moment_of`, but a day is its end, and today is now.

    What is noted of a day's profile then comes after that day's uploads.

    Raises:
        Usage: it is no time.
    """
    moment, moment_now = moment_of(text), now()
    if moment <= moment_now and _DAY.fullmatch(text.strip()):
        return min(moment_of(f"{text.strip()}T23:59:59"), moment_now)
    return moment


def moment_of(text: str) -> str:
    """Return a time of this machine's zone as entries have it, in UTC.

    It is a day and a time (`2026-12-01T14:05`, with or without a zone), a day, which is its beginning, or a time of
    today.

    Raises:
        Usage: it is none of these.
    """
    typed = text.strip()
    if _CLOCK.fullmatch(typed):
        typed = f"{date.today().isoformat()}T{typed.zfill(5)}"  # noqa: DTZ011 - the day at the school
    try:
        return stamp_of(datetime.fromisoformat(typed).astimezone())
    except (ValueError, OverflowError) as error:
        message = _("{text} is no time; write it as yyyy-mm-ddThh:mm, such as {example}.")
        raise Usage(message.format(text=quoted(text), example="2026-06-30T14:05")) from error


def day_of(moment: str) -> str:
    """Return the day, in this machine's zone, of a time as entries have it."""
    return datetime.fromisoformat(moment).astimezone().date().isoformat()


def clock_of(moment: str) -> str:
    """Return the day and the time of the day, in this machine's zone, of a time as entries have it."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def time_of_file(path: Path) -> str:
    """Return when a file was changed last as entries have it; now where the file's time lies ahead.

    Raises:
        Unreadable: it is not there.
    """
    try:
        changed = stamp_of(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, OverflowError, ValueError) as error:
        raise Unreadable(path, str(getattr(error, "strerror", "") or error)) from error
    return min(changed, now())
