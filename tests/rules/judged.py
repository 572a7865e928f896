"""Texts of records, marked where a finding is expected, and judged as `graduand check` judges them."""

from __future__ import annotations

import atexit
import re
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from graduand.git.program import Program
from graduand.index.person_states import PersonStates
from graduand.ledger.entry import RowStatus
from graduand.ledger.fold import LedgerState, Outcome, TakenBack
from graduand.ledger.ledger import Ledger
from graduand.records.importer import Importer, read_importer
from graduand.storage.cache_file import Deferred
from graduand.workspace import Workspace
from tests.repository import begin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding
    from graduand.rules.handshake_state import PersonState

ON: Final = "2026-07-01"
HERE: Final = "2026-spring/00412345.yaml"
MARK: Final = "‸"
"""Stands in a text right before the character at which a finding is expected."""

GRADUATE: Final = """\
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé
last_name: Dupont
primary_education:
  start_date: 2022-09-01
  end_date: 2026-06-15
transition:
  kind: graduated
"""
RETURNER: Final = """\
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé
last_name: Dupont
institution_year_name: Master 1
primary_education:
  start_date: 2025-09-01
  end_date: 2027-06-30
transition:
  kind: returned
"""
CLOSED: Final = """\
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé
last_name: Dupont
primary_education:
  start_date: 2022-09-01
  end_date: 2026-06-15
disabled: true
transition:
  kind: graduated
  account:
    reason: requested-by-student
    requested_by: student
"""
FACTS: Final = Path(__file__).parents[2] / "schema" / "handshake.yaml"


@lru_cache
def importer() -> Importer:
    """Return the facts of the shipped schema."""
    return read_importer(FACTS.read_bytes())


def but(text: str, *changes: tuple[str, str]) -> str:
    """Return `text` with each first text changed into the second; each must be there."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def other(text: str, username: str = "00412346", address: str = "other@mail.example") -> str:
    """Return the record of somebody else."""
    return but(text, ("00412345", username), ("chloe.dupont@valmont.example", address), ("Dupont", "Martin"))


def quoted(message: str) -> list[str]:
    """Return the words that a sentence puts between quotation marks: what is there, and what would be right."""
    return re.findall("“([^”]*)”", message)


class GivenStates(Workspace):
    """A workspace whose ledger holds just what a case says."""

    def person_states(self, *, no_cache: bool = False, anew: bool = True) -> PersonStates | None:
        """Return what Handshake holds of the people of the case."""
        del no_cache, anew
        states: PersonStates | None = vars(self)["states"]
        return states


@cache
def _repository() -> Path:
    """Return an empty repository, made once; what is known is not read from it."""
    folder = TemporaryDirectory(prefix="graduand-test-")
    atexit.register(folder.cleanup)
    return begin(Path(folder.name))


def states_of(known: Mapping[str, PersonState]) -> PersonStates:
    """Return the states of some people, as if a ledger held them."""
    columns = tuple(dict.fromkeys(header for state in known.values() for header in state.cells))
    ids = sorted({entry for state in known.values() for entry in state.since.values()})
    seen = {state.since[header] for state in known.values() for header in state.seen}
    folded = LedgerState(
        columns,
        {name: tuple(state.cells.get(header, "") for header in columns) for name, state in known.items()},
        Deferred.of(
            {
                name: tuple(ids.index(state.since[header]) if header in state.since else 0 for header in columns)
                for name, state in known.items()
            }
        ),
        tuple((entry, entry) for entry in ids),
        frozenset(seen),
        {name: Outcome("", RowStatus.EXCLUDED, "", "") for name, state in known.items() if state.is_excluded},
        {},
        frozenset(name for name, state in known.items() if state.is_ambiguous),
        {name: TakenBack(one.taken_back_by, one.taken_back) for name, one in known.items() if one.taken_back},
        {name: one.sent_address for name, one in known.items() if one.sent_address},
    )
    ledger = Ledger(Program(_repository()), "head")
    vars(ledger)["chain"] = ()
    states = PersonStates(ledger)
    vars(states)["folded"] = folded
    return states


def given(root: Path, known: Mapping[str, PersonState] | None = None) -> Workspace:
    """Return a workspace whose ledger holds what is `known`."""
    workspace = GivenStates(root)
    vars(workspace)["states"] = states_of(known) if known else None
    vars(workspace)["importer"] = importer()
    return workspace


def judged(
    root: Path,
    files: str | Mapping[str, str],
    on: str = ON,
    settings: str = "language: en",
    known: Mapping[str, PersonState] | None = None,
) -> tuple[Finding, ...]:
    """Return all findings of the files below `records/`, marks left out; one text alone stands for `HERE`.

    `known` is what Handshake holds of people, by username.
    """
    (root / "schema").mkdir(exist_ok=True)
    own = "" if "own_domains" in settings else "own_domains: [valmont.example, alumni.valmont.example]\n"
    (root / "schema" / "institution.yaml").write_text(f"{own}{settings}\n", encoding="utf-8")
    (root / "records").mkdir(exist_ok=True)
    for path, text in ({HERE: files} if isinstance(files, str) else files).items():
        target = root / "records" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.replace(MARK, "").encode("utf-8", "surrogateescape"))
    workspace = given(root, known)
    if not (root / ".git").exists():
        workspace.set_program(None)
    return workspace.check(on).findings


def marked(files: str | Mapping[str, str]) -> list[tuple[str, int, int]]:
    """Return the path, line and column of every mark."""
    places = []
    for path, text in ({HERE: files} if isinstance(files, str) else files).items():
        before, mark, _rest = text.partition(MARK)
        if mark:
            places.append((f"records/{path}", before.count("\n") + 1, len(before) - before.rfind("\n")))
    return sorted(places)
