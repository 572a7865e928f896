"""Revision: one commit as the audit reads it: who, when, what for, and which records it changed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

_WHO: Final = re.compile(r"^(author|committer) (.*?)(?: (-?\d+) ([+-]\d\d)(\d\d))?$", re.MULTILINE)
_SIGNED: Final = re.compile(r"^gpgsig(?:-sha256)? ", re.MULTILINE)
_PULL_REQUEST: Final = re.compile(
    r"\AMerge pull request #(\d{1,9})\b"
    r"|\A.*\((?:pull request )?#(\d{1,9})\)"
    r"|\AMerged PR (\d{1,9})\b"
    r"|^See merge request \S*!(\d{1,9})$",
    re.MULTILINE,
)
"""GitHub; Gitea, Bitbucket and whatever squashes; Azure; GitLab."""
_REASON: Final = re.compile(r"^Graduand-Reason: (.*)$", re.MULTILINE)


class Change(NamedTuple):
    """One record's file in a commit: the objects that held it before and hold it afterwards; "" for none."""

    path: str
    """From the data's root."""
    old: str
    new: str


class Stamp(NamedTuple):
    """Who, and when."""

    who: str
    """`Name <address>`."""
    seconds: int | None
    """Since 1970; None when git holds no number."""
    offset: timedelta = timedelta()

    @property
    def date(self) -> str:
        """The moment in ISO 8601; "" when there is no such moment."""
        if self.seconds is None:
            return ""
        try:
            return datetime.fromtimestamp(self.seconds, timezone(self.offset)).isoformat()
        except (ValueError, OverflowError, OSError):
            return ""


class Revision(NamedTuple):
    """A commit."""

    name: str
    text: str
    """As git stores it: headers, a blank line, and the message."""
    changes: tuple[Change, ...]

    @property
    def stamps(self) -> tuple[Stamp, Stamp]:
        """Author and committer."""
        found = {kind: Stamp("", None) for kind in ("author", "committer")}
        for kind, who, seconds, hours, minutes in reversed(_WHO.findall(self.text.partition("\n\n")[0])):
            offset = timedelta(hours=int(hours or 0), minutes=int((hours[:1] or "") + (minutes or "0")))
            found[kind] = Stamp(who, int(seconds) if seconds else None, offset if abs(offset) < _A_DAY else _NONE)
        return found["author"], found["committer"]

    @property
    def signed(self) -> bool:
        """Whether it bears a signature, good or bad."""
        return _SIGNED.search(self.text.partition("\n\n")[0]) is not None

    @property
    def message(self) -> str:
        """The message as it was written."""
        return self.text.partition("\n\n")[2].replace("\n    ", "\n").removeprefix("    ")

    @property
    def pull_request(self) -> int:
        """The number of the pull request that the message names; 0 when it names none."""
        found = _PULL_REQUEST.search(self.message)
        return int(next(filter(None, found.groups()))) if found else 0

    @property
    def reason(self) -> str:
        """The reason that the message's trailer gives; "" without one."""
        found = _REASON.search(self.message)
        return found[1].strip() if found else ""


_A_DAY: Final = timedelta(days=1)
_NONE: Final = timedelta()
