"""The table of what to do about each account that is not as its record says: `schema/drift.yaml`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.errors import SchemaBroken
from graduand.language import Words, _, quoted
from graduand.records.importer import bare
from graduand.records.schema_format import require_known_format
from graduand.records.school_language import DRIFT, SIZE
from graduand.records.shipped import default_schema
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class Situation(StrEnum):
    """How an account stands to the records; each is in exactly one."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    MISSING_THERE = "missing-there"
    UNKNOWN_HERE = "unknown-here"
    AMBIGUOUS = "ambiguous"
    CLOSED_THERE = "closed-there"
    GONE_THERE = "gone-there"


class Cause(StrEnum):
    """Why an account is in its situation."""

    AS_RECORDED = "as-recorded"
    CONFIDENTIAL = "confidential"
    """The record says that the person is confidential, and nothing is compared."""
    OUTSTANDING = "outstanding"
    """The record says something that was not sent."""
    DELIVERED = "delivered"
    """It was delivered, and nothing says yet whether it ran."""
    FAILED = "failed"
    CHANGED_THERE = "changed-there"
    """Handshake shows something else than was sent."""
    SENT_IDENTICAL = "sent-identical"
    """The same, and the row that would be sent is the one that was sent last."""
    OWN_ADDRESS = "own-address"
    EXCLUDED = "excluded"
    BY_HAND = "by-hand"
    """The record says that no job touches the person: excluded from sync by hand, or dead."""
    TAKEN_BACK = "taken-back"
    NOT_THERE = "not-there"
    SENT_NO_RECORD = "sent-no-record"
    CLOSED_NO_RECORD = "closed-no-record"
    ALUMNI_NO_RECORD = "alumni-no-record"
    PAST_END_NO_RECORD = "past-end-no-record"
    TWO_ACCOUNTS = "two-accounts"
    BOTH_USERNAMES = "both-usernames"
    ADDRESS_ELSEWHERE = "address-elsewhere"
    CLOSED_BY_UPLOAD = "closed-by-upload"
    CLOSED_SEEN = "closed-seen"
    WAS_THERE = "was-there"
    WAS_THERE_NO_RECORD = "was-there-no-record"

    @property
    def situation(self) -> Situation:
        """The situation that it is a cause of."""
        return _SITUATIONS[self]


_CAUSES: Final[Mapping[Situation, tuple[Cause, ...]]] = {
    Situation.AMBIGUOUS: (Cause.TWO_ACCOUNTS, Cause.BOTH_USERNAMES, Cause.ADDRESS_ELSEWHERE),
    Situation.GONE_THERE: (Cause.WAS_THERE, Cause.WAS_THERE_NO_RECORD),
    Situation.MISSING_THERE: (Cause.NOT_THERE,),
    Situation.CLOSED_THERE: (Cause.CLOSED_BY_UPLOAD, Cause.CLOSED_SEEN),
    Situation.DIFFERS: (
        *(Cause.OWN_ADDRESS, Cause.TAKEN_BACK, Cause.EXCLUDED, Cause.BY_HAND, Cause.FAILED),
        *(Cause.SENT_IDENTICAL, Cause.CHANGED_THERE, Cause.OUTSTANDING, Cause.DELIVERED),
    ),
    Situation.UNKNOWN_HERE: (
        *(Cause.SENT_NO_RECORD, Cause.CLOSED_NO_RECORD, Cause.PAST_END_NO_RECORD, Cause.ALUMNI_NO_RECORD),
    ),
    Situation.CONFIRMED: (Cause.CONFIDENTIAL, Cause.AS_RECORDED),
}
_SITUATIONS: Final = {cause: situation for situation, causes in _CAUSES.items() for cause in causes}
ORDER: Final = tuple(cause for causes in _CAUSES.values() for cause in causes)
"""All causes, in the order in which they are told: the most urgent ones first."""


class Action(NamedTuple):
    """What to do about a cause."""

    counts: bool
    """Whether it makes `graduand drift --exit-code` end with 10."""
    do: Words


class DriftTable(NamedTuple):
    """What is said of each situation and each cause."""

    labels: Mapping[Situation, Words]
    actions: Mapping[Cause, Action]


def read_drift_table(root: Path) -> DriftTable:
    """Return the school's table; what it leaves out, or all of it where there is none, is as shipped.

    Raises:
        SchemaBroken: a key is unknown, or its value has the wrong type.
    """
    shipped = _read(default_schema() / "drift.yaml")
    path = root / DRIFT
    own = _read(path) if path.exists() else shipped
    return DriftTable({**shipped.labels, **own.labels}, {**shipped.actions, **own.actions})


def _read(path: Path) -> DriftTable:
    try:
        tree = parse(text_of(file_reader.read(path, SIZE), SIZE))
    except Refused as refused:
        raise SchemaBroken(DRIFT, refused.fault.place.line, refused.fault.message) from refused
    require_known_format(tree, DRIFT)
    says: dict[str, Any] = bare(tree)
    _require(says, {"format", "requires", "checked_on", "situations", "causes"})
    labels, causes = says.get("situations") or {}, says.get("causes") or {}
    _require(labels, {*Situation})
    _require(causes, {*Cause})
    return DriftTable(
        {Situation(name): _words(name, text) for name, text in labels.items()},
        {Cause(name): _action(name, one) for name, one in causes.items()},
    )


def _require(found: object, known: Iterable[str]) -> None:
    if not isinstance(found, dict):
        raise _broken(next(iter(known)))
    for key in found:
        if key not in {*known}:
            raise _broken(key)


def _broken(key: str) -> SchemaBroken:
    message = _("{key} is no key of this file, or does not hold what it should.")
    return SchemaBroken(DRIFT, 1, message.format(key=quoted(key)))


def _words(name: str, texts: object) -> Words:
    if not isinstance(texts, dict) or not texts.get("en") or not all(isinstance(text, str) for text in texts.values()):
        raise _broken(name)
    return Words({language: " ".join(text.split()) for language, text in texts.items()})


def _action(name: str, says: object) -> Action:
    if not isinstance(says, dict) or {*says} != {"counts", "do"} or says["counts"] not in {"true", "false"}:
        raise _broken(name)
    return Action(says["counts"] == "true", _words(name, says["do"]))
