"""Record: one person's transition, text all the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.kinds import CLEAR
from graduand.records.transition import GRADUATED, RETURNED, Waiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding, Place

Value = str | tuple[str, ...]
"""A text, or the texts of a list."""

FOLDER: Final = "records"
USERNAME: Final = "username"
EMAIL: Final = "email_address"
DISABLED: Final = "disabled"
KIND: Final = "transition:kind"
REASON: Final = "transition:account:reason"
START = "primary_education:start_date"
END = "primary_education:end_date"
ATTENDING = "primary_education:currently_attending"
ALUMNI: Final = "Alumni"
"""The year value of alumni, with a capital A [IMP]."""

LISTED: Final = {
    "primary_education:primary_major_name": "primary_education:major_names",
    "primary_education:primary_college_name": "primary_education:college_names",
}
"""What must also be in the list beside it [IMP]."""


def of_account(key: str) -> bool:
    """Tell whether what stands under `key` closes or reopens an account, or says when and why."""
    return key == "disabled" or key.startswith("transition:account")


class Record(NamedTuple):
    """What one file of `records/` says: a value for each key that it holds, in any order.

    A key is a column's header (`primary_education:end_date`) or `transition:…`; an absent key
    means that the column is left as Handshake has it.
    """

    path: str
    """From the root, with slashes: `records/2026-spring/00412345.yaml`."""
    values: Mapping[str, Value]
    waivers: tuple[Waiver, ...] = ()

    def text(self, key: str) -> str:
        """Return the text under `key`; "" when it is absent or a list."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of the list under `key`; none when it is absent or to be wiped."""
        value = self.values.get(key, ())
        return () if isinstance(value, str) else value

    @property
    def username(self) -> str:
        """The person's key in Handshake."""
        return self.text("username")

    @property
    def cohort(self) -> str:
        """The folder below `records/`."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""

    @property
    def domain(self) -> str:
        """The domain of the address, in lower case."""
        return self.text("email_address").rpartition("@")[2].lower()

    @property
    def graduated(self) -> bool:
        """Whether the person becomes an alumnus."""
        return self.text("transition:kind") == GRADUATED

    @property
    def returned(self) -> bool:
        """Whether the person becomes a student again."""
        return self.text("transition:kind") == RETURNED

    @property
    def stays(self) -> bool:
        """Whether a graduate goes on in another programme of this school [ALU]."""
        return self.graduated and self.text(ATTENDING) == "true"

    @property
    def ends(self) -> str:
        """The end date as a date; "" when there is none or it is to be wiped."""
        end = self.text(END)
        return "" if end == CLEAR else end


class Reading(NamedTuple):
    """What the reader says of one file."""

    record: Record | None
    """None when nothing could be read."""
    findings: tuple[Finding, ...]
    places: Mapping[str, Place]
    """Line and column of each key's value; of a list's items under `key:0`, `key:1` …"""
