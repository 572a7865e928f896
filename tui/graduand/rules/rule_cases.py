"""Read the cases of a rule: records that break it, what is found in them, what cures them, and records that comply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.findings import Severity
from graduand.language import Words
from graduand.records.importer import bare
from graduand.records.tree import parse
from graduand.rules.handshake_state import PersonState
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM: Final = Path(__file__).parent.parent
SYNC: Final = "sync.csv"
"""The name of the sync file of a case of family GR8."""
PATH: Final = "2026-spring/00412345.yaml"
"""The path, below `records/`, of a record that is given without one."""


class ExpectedFinding(NamedTuple):
    """A finding that the bad records of a case have; `path` is below `records/`."""

    path: str
    line: int
    column: int
    """0 in a sync file."""
    field: str
    severity: Severity
    message: Words


class RuleCase(NamedTuple):
    """Bad and good records of a rule: path below `records/` → text, in which signs stand for unreadable characters."""

    name: str
    on: str
    """The day of the check; empty: the rule does not depend on it."""
    institution: str
    """Lines of institution.yaml that the rule depends on; empty: none."""
    bad: Mapping[str, str]
    findings: tuple[ExpectedFinding, ...]
    states: Mapping[str, PersonState]
    """What Handshake holds of the people, by username; empty: the rule does not depend on it."""
    cure: Mapping[str, str]
    """What `graduand cure` writes; empty: a person must decide."""
    good: Mapping[str, str]
    records: Mapping[str, str] = {}
    """The records that a sync file is held against, of a rule about it; `bad` and `good` are then the file."""
    confidential: tuple[str, ...] = ()
    """Usernames of people who are kept out of all files."""


def cases_folder() -> Path:
    """Return the folder of the case files: inside the installed program, or in the tests of a checkout."""
    inside = _PROGRAM / "rule_cases"
    return inside if inside.is_dir() else _PROGRAM.parents[1] / "tests" / "rules" / "cases"


def read_cases(rule: str) -> tuple[RuleCase, ...]:
    """Return the cases of the rule with this id, the plainest first.

    Raises:
        Unreadable: the program was installed without them.
    """
    document = bare(parse(file_reader.read(cases_folder() / f"{rule}.yaml").decode()))
    return tuple(map(_case, document["cases"]))


def _case(case: Mapping[str, Any]) -> RuleCase:
    path = SYNC if "record" in case else PATH
    return RuleCase(
        name=case["name"],
        on=case.get("on", ""),
        institution=case.get("institution", ""),
        bad=_files(case["bad"], path),
        findings=tuple(_finding(found, path) for found in case["finds"]),
        states={username: _state(facts) for username, facts in case.get("handshake", {}).items()},
        cure=_files(case.get("cure", {})),
        good=_files(case["good"], path),
        records=_files(case.get("record", {})),
        confidential=tuple(case.get("confidential", ())),
    )


def _files(texts: str | Mapping[str, str], path: str = PATH) -> Mapping[str, str]:
    return {path: texts} if isinstance(texts, str) else texts


def _state(facts: Mapping[str, Any]) -> PersonState:
    since, seen = facts.get("since", ""), facts.get("seen") or {}
    cells = {**(facts.get("sent") or {}), **seen}
    taken_back = facts.get("taken_back", "")
    return PersonState(
        cells,
        dict.fromkeys(cells, since),
        frozenset(seen),
        is_excluded=facts.get("excluded") == "true",
        taken_back=taken_back,
        taken_back_by=since if taken_back else "",
        is_ambiguous=facts.get("ambiguous") == "true",
        sent_address=facts.get("sent_address", ""),
    )


def _finding(found: Mapping[str, Any], path: str) -> ExpectedFinding:
    return ExpectedFinding(
        path=found.get("file", path),
        line=int(found["line"]),
        column=int(found.get("column", 0)),
        field=found.get("field", ""),
        severity=Severity(found["severity"]),
        message=Words(found["message"]),
    )
