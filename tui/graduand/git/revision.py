"""Parse one commit: who made it, when, what its message says, and which records it changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final, NamedTuple

_PULL_REQUEST: Final = re.compile(
    r"\AMerge pull request #(\d{1,9})\b"
    r"|\A.*\((?:pull request )?#(\d{1,9})\)"
    r"|\AMerged PR (\d{1,9})\b"
    r"|^See merge request \S*!(\d{1,9})$",
    re.MULTILINE,
)
"""GitHub; Gitea, Bitbucket and whatever squashes; Azure; GitLab."""
_MARKS: Final = ("#", "PR", "!")
"""One of these is in every message that names a pull request."""

CO_AUTHORED: Final = "co-authored"
APPROVED: Final = frozenset({"approved", "reviewed"})
_TRAILER: Final = re.compile(r"^(co-authored|approved|reviewed)-by:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BY: Final = "-by:"
"""In every message with such a trailer."""

_DIGITS: Final = 12
_SECONDS: Final = re.compile(rf"-?\d{{1,{_DIGITS}}}")
_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3])([0-5]\d)")


class FileChange(NamedTuple):
    """One file in a commit: the objects that hold it before and after; "" where there is none."""

    path: str
    """From the data's root."""
    old: str
    new: str


class Stamp(NamedTuple):
    """A person and a moment, as a commit's header holds them."""

    who: str
    """`Name <address>`."""
    when: str
    """Seconds since 1970 and an offset, as git stores them."""

    @property
    def seconds(self) -> int | None:
        """The seconds since 1970; None where the header holds no number of that size."""
        seconds = self.when.partition(" ")[0]
        plain = seconds.isascii() and seconds.isdigit() and len(seconds) <= _DIGITS
        return int(seconds) if plain or _SECONDS.fullmatch(seconds) else None

    @property
    def date(self) -> str:
        """The moment in ISO 8601; "" where the header holds none."""
        seconds = self.seconds
        if seconds is None:
            return ""
        try:
            return datetime.fromtimestamp(seconds, _zone(self.when.partition(" ")[2])).isoformat()
        except (ValueError, OverflowError, OSError):
            return ""


@cache
def _zone(offset: str) -> tzinfo:
    """Return the time zone of an offset such as `+0200`; UTC where it is none."""
    found = _OFFSET.fullmatch(offset)
    return timezone(timedelta(minutes=int(f"{found[1]}{int(found[2]) * 60 + int(found[3])}"))) if found else UTC


class Revision(NamedTuple):
    """A commit, and where it is on the first-parent history."""

    name: str
    text: str
    """In git's raw format: the commit's name, headers, a blank line, and the message, each line of it indented."""
    changes: tuple[FileChange, ...]
    merged: tuple[Revision, ...] = ()
    """The commits that it brought onto the first-parent history, parents before children."""
    position: int = 0
    """How many commits of the first-parent history come before it."""

    @property
    def parents(self) -> list[str]:
        """The names of its parents; of a merge, the one that it was made on comes first."""
        return [line[7:] for line in self.text.partition("\n\n")[0].split("\n") if line.startswith("parent ")]

    @property
    def author(self) -> Stamp:
        """Who wrote it, and when."""
        return self._stamp("\nauthor ")

    @property
    def committer(self) -> Stamp:
        """Who committed it, and when."""
        return self._stamp("\ncommitter ")

    def _stamp(self, word: str) -> Stamp:
        start = self.text.find(word)
        line = self.text[start + len(word) : self.text.find("\n", start + 1)] if start >= 0 else ""
        end = line.rfind("> ") + 1
        return Stamp(line[:end], line[end + 1 :]) if end else Stamp(line, "")

    @property
    def signed(self) -> bool:
        """Whether it has a signature, good or bad."""
        return "\ngpgsig" in self.text

    @property
    def message(self) -> str:
        """The message without git's indentation."""
        return self.text.partition("\n\n")[2].replace("\n    ", "\n").removeprefix("    ")

    @property
    def pull_request(self) -> int:
        """The number of the pull request that the message names; 0 when it names none."""
        if not any(word in self.text for word in _MARKS):
            return 0
        found = _PULL_REQUEST.search(self.message)
        return int(next(filter(None, found.groups()))) if found else 0

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """Who is named in the message after one of the words `APPROVED` or `CO_AUTHORED`: the word, and who it is."""
        if _BY not in self.text.lower():
            return ()
        return tuple((word.lower(), who) for word, who in _TRAILER.findall(self.message))
