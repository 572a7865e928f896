"""Define the record of one person, and the keys that code knows by their roles; every value is text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.kinds import CLEAR
from graduand.records.transition import DECEASED, GRADUATED, LEFT, RETURNED, Waiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding, Place

Value = str | tuple[str, ...]
"""A text, or the texts of a list."""

FOLDER: Final = "records"
USERNAME: Final = "username"
EMAIL: Final = "email_address"
LOGIN: Final = "auth_identifier"
"""The identifier of the school's single sign-on."""
DISABLED: Final = "disabled"
CARD: Final = "card_id"
FIRST_NAME: Final = "first_name"
LAST_NAME: Final = "last_name"
MORE_EMAILS: Final = "additional_email_addresses"
ADVISER: Final = "assigned_to_email_address"
"""The address of a career adviser of the school."""
LABELS: Final = "system_label_names"
"""The one column in which a blank cell wipes [IMP]."""
LEVEL: Final = "primary_education:education_level_name"
MAJORS: Final = "primary_education:major_names"
MINORS: Final = "primary_education:minor_names"
COLLEGES: Final = "primary_education:college_names"
KIND: Final = "transition:kind"
LEFT_ON: Final = "transition:left:on"
NOTIFIED_ON: Final = "transition:left:notified_on"
"""When a person who left was told that the account will be closed."""
CLOSE_ON: Final = "transition:left:close_on"
"""The day that was announced for it."""
KEEPS_EMAIL: Final = "transition:keeps_school_email"
KEEPS_SSO: Final = "transition:keeps_sso"
ASKED_ON: Final = "transition:personal_email:requested_on"
ANSWER_BY: Final = "transition:personal_email:answer_by"
ANSWERED_ON: Final = "transition:personal_email:answered_on"
HOW: Final = "transition:personal_email:how"
"""How the person answered: BY_MAIL or IN_HANDSHAKE."""
TOLD_ON: Final = "transition:sso:notified_on"
"""When the person was told that the school login ends."""
LOGIN_ENDS_ON: Final = "transition:sso:ends_on"
MAILBOX_ENDS_ON: Final = "transition:mailbox_ends_on"
OF_LEAVING: Final = (LEFT_ON, NOTIFIED_ON, CLOSE_ON)
"""Keys about a departure without a degree."""
OF_DEPARTURE: Final = (
    *(ASKED_ON, ANSWER_BY, ANSWERED_ON, HOW, TOLD_ON, LOGIN_ENDS_ON, MAILBOX_ENDS_ON),
    *OF_LEAVING,
)
"""Keys about any departure, which say nothing any more of somebody who comes back."""
ACCOUNT: Final = "transition:account"
REASON: Final = "transition:account:reason"
"""Why the account is closed or reopened."""
REQUESTED_BY: Final = "transition:account:requested_by"
EFFECTIVE_ON: Final = "transition:account:effective_on"
"""The day before which the change of the account is not sent."""
STAYS: Final = "transition:account:stays"
"""The username of the account that stays, of two that one person has."""
EXCLUDED: Final = "transition:excluded_from_sync"
CONFIDENTIAL: Final = "transition:confidential"
FORMER: Final = "transition:previous_username"
CONTINUES_AT: Final = "transition:continues_at"
"""The other institution that a person goes on to."""
WAIVE: Final = "transition:waive"
NOTES: Final = "transition:notes"
START = "primary_education:start_date"
END = "primary_education:end_date"
ATTENDING = "primary_education:currently_attending"
PRIVATE: Final = frozenset(
    {"ethnicity", "gender", "hometown_location_attributes:name"}
    | {"primary_education:cumulative_gpa", "primary_education:department_gpa"}
)
"""Columns that are never noted of what Handshake shows: nothing here needs them."""
ALUMNI: Final = "Alumni"
"""The value of alumni in the year column, whose header is `School.year`; with a capital A [IMP]."""

LISTED: Final = {
    "primary_education:primary_major_name": MAJORS,
    "primary_education:primary_college_name": COLLEGES,
}
"""By column, the list that must contain its value [IMP]."""


def of_account(key: str) -> bool:
    """Return whether a key closes or reopens an account, or gives the day or the reason for it."""
    return key == DISABLED or key.startswith(ACCOUNT)


def domain_of(address: Value | None) -> str:
    """Return the domain of an address, in lower case; "" when there is no address."""
    return address.rpartition("@")[2].lower() if isinstance(address, str) else ""


def is_address(username: Value | None, address: Value | None) -> bool:
    """Return whether the username is the address, whatever the capitals."""
    return isinstance(username, str) and isinstance(address, str) and username.casefold() == address.casefold()


class Record(NamedTuple):
    """The content of one file of `records/`: values by key, in any order.

    A key is a column's header (`primary_education:end_date`) or `transition:…`; an absent key
    means that Handshake keeps what it has in that column.
    """

    path: str
    """From the root, with slashes: `records/2026-spring/00412345.yaml`; "" for a record that is in no file."""
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
        return self.text(USERNAME)

    @property
    def cohort(self) -> str:
        """The folder below `records/`."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""

    @property
    def domain(self) -> str:
        """The domain of the e-mail address, in lower case."""
        return domain_of(self.values.get(EMAIL))

    @property
    def is_named_by_address(self) -> bool:
        """Whether the username is the e-mail address."""
        return is_address(self.values.get(USERNAME), self.values.get(EMAIL))

    @property
    def graduated(self) -> bool:
        """Whether the person becomes an alumnus."""
        return self.text(KIND) == GRADUATED

    @property
    def returned(self) -> bool:
        """Whether the person becomes a student again."""
        return self.text(KIND) == RETURNED

    @property
    def left(self) -> bool:
        """Whether the person leaves without a degree."""
        return self.text(KIND) == LEFT

    @property
    def stays(self) -> bool:
        """Whether a graduate continues in another programme of this school [ALU]."""
        return self.graduated and self.text(ATTENDING) == "true"

    @property
    def is_confidential(self) -> bool:
        """Whether neither a row nor a letter may be made of the person."""
        return self.text(CONFIDENTIAL) == "true"

    @property
    def is_excluded(self) -> bool:
        """Whether the account was excluded from sync by hand, so that no job touches it."""
        return self.text(EXCLUDED) == "true"

    @property
    def has_died(self) -> bool:
        """Whether the person has died."""
        return self.text(REASON) == DECEASED

    @property
    def ends(self) -> str:
        """The end date; "" when there is none or it is to be wiped."""
        end = self.text(END)
        return "" if end == CLEAR else end


class Reading(NamedTuple):
    """The content of one file, and what in it could not be read."""

    record: Record | None
    """None when nothing could be read."""
    findings: tuple[Finding, ...]
    places: Mapping[str, Place]
    """Line and column of each key's value; of a list's items under `key:0`, `key:1` …"""
