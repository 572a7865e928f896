"""The places of the interface, in the order of the work, and what their bar and head show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.editing.clone_status import CloneStatus

CLASS, PROBLEMS, ADDRESSES, PLAN, UPLOAD, HISTORY, SHARE = (
    "class",
    "problems",
    "addresses",
    "plan",
    "upload",
    "history",
    "share",
)


class NumberedPlace(NamedTuple):
    """A place of the interface."""

    key: str
    name: str
    about: str
    """What one does there, in one sentence."""


PLACES: Final = (
    NumberedPlace(CLASS, N_("Class"), N_("Everybody in transition: found, read, edited, one or many at once.")),
    NumberedPlace(PROBLEMS, N_("Problems"), N_("What is wrong with the records, by rule, and what cures it.")),
    NumberedPlace(
        ADDRESSES, N_("Addresses"), N_("Whom to ask for a personal address, who must set a password, the letters.")
    ),
    NumberedPlace(
        PLAN, N_("Plan"), N_("What the next upload would change, person by person; from here it is compiled.")
    ),
    NumberedPlace(
        UPLOAD, N_("Upload"), N_("The upload in hand, those that were sent, failed rows, and taking one back.")
    ),
    NumberedPlace(HISTORY, N_("History"), N_("Who changed what, when and why, and what was sent.")),
    NumberedPlace(SHARE, N_("Share"), N_("What colleagues do not have yet, and what of theirs is missing here.")),
)
"""In the order of the work; the first is reached by the digit 1."""


class Overview(NamedTuple):
    """What head and bar show."""

    school: str = ""
    day: str = ""
    here: str = ""
    """The key of the place that is shown; "" where there are no places."""
    counts: Mapping[str, str] = {}
    """By the key of the place; where nothing waits there is none."""
    standing: CloneStatus | None = None
    """None until it is known, and where there is no git."""
    commits: bool = True
    """Whether a save is committed."""
    unreached: str = ""
    """Why the remote was not reached when it was asked last; "" when it was."""
