"""Texts of records, marked where a finding is expected, and judged as `graduand check` judges them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.records.importer import Importer, read_importer
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.findings import Finding

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


def judged(
    root: Path, files: str | Mapping[str, str], on: str = ON, settings: str = "language: en"
) -> tuple[Finding, ...]:
    """Return all findings of the files below `records/`, marks left out; one text alone stands for `HERE`."""
    (root / "schema").mkdir(exist_ok=True)
    own = "" if "own_domains" in settings else "own_domains: [valmont.example, alumni.valmont.example]\n"
    (root / "schema" / "institution.yaml").write_text(f"{own}{settings}\n", encoding="utf-8")
    (root / "records").mkdir(exist_ok=True)
    for path, text in ({HERE: files} if isinstance(files, str) else files).items():
        target = root / "records" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.replace(MARK, "").encode("utf-8", "surrogateescape"))
    workspace = Workspace(root)
    vars(workspace)["importer"] = importer()
    if not (root / ".git").exists():
        workspace.set_git_folder("")
    return workspace.check(on).findings


def marked(files: str | Mapping[str, str]) -> list[tuple[str, int, int]]:
    """Return the path, line and column of every mark."""
    places = []
    for path, text in ({HERE: files} if isinstance(files, str) else files).items():
        before, mark, _rest = text.partition(MARK)
        if mark:
            places.append((f"records/{path}", before.count("\n") + 1, len(before) - before.rfind("\n")))
    return sorted(places)
