"""Complete usernames, cohorts, columns and rules in a shell.

There are no completions outside a data repository, or if it cannot be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from graduand.errors import Trouble
from graduand.workspace import Workspace, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


_NAMES = 20
"""Names of institutions that are offered at most."""


def complete_cohort(context: typer.Context, incomplete: str) -> list[str]:
    """Return the cohorts: the folders below `records/`."""
    return _matching(context, incomplete, _cohorts)


def complete_username(context: typer.Context, incomplete: str) -> list[str]:
    """Return the usernames, from the names of the record files."""
    return _matching(context, incomplete, _usernames)


def complete_edit(context: typer.Context, incomplete: str) -> list[str]:
    """Return the usernames, and the columns with an equals sign."""
    return complete_username(context, incomplete) + complete_assignment(context, incomplete)


def complete_assignment(context: typer.Context, incomplete: str) -> list[str]:
    """Return the columns of a record, each with an equals sign; behind “continues_at=” the names of institutions."""
    from graduand.records.record import CONTINUES_AT

    begun = f"{CONTINUES_AT}="
    if incomplete.startswith(begun):
        from graduand.records.academic_list import completed

        return [f"{begun}{name}" for name in completed(incomplete.removeprefix(begun), _NAMES)]
    return _matching(context, incomplete, lambda workspace: [f"{key}=" for key in workspace.labels])


def complete_rule_or_column(context: typer.Context, incomplete: str) -> list[str]:
    """Return the ids of the rules and the columns of a record."""
    from graduand.rules.registry import RULES

    rules = [word for word in (*RULES, "transitions") if word.startswith(incomplete)]
    return rules + _matching(context, incomplete, lambda workspace: workspace.labels)


def complete_rule_with_fix(incomplete: str) -> list[str]:
    """Return the ids of the rules whose findings `graduand cure` can correct."""
    from graduand.rules.fixes import CURABLE

    return sorted(rule for rule in CURABLE if rule.startswith(incomplete))


def _matching(context: typer.Context, incomplete: str, candidates: Callable[[Workspace], Iterable[str]]) -> list[str]:
    """Return the candidates that begin with `incomplete`; [] where the data repository cannot be read."""
    root = context.find_root().params.get("root")
    try:
        workspace = Workspace(root_of(Path(root) if root else Path.cwd()))
        return [candidate for candidate in candidates(workspace) if candidate.startswith(incomplete)]
    except (Trouble, OSError):
        return []


def _cohorts(workspace: Workspace) -> list[str]:
    return sorted({path.split("/")[1] for path in workspace.record_paths()})


def _usernames(workspace: Workspace) -> list[str]:
    return sorted(path.rpartition("/")[2].removesuffix(".yaml") for path in workspace.record_paths())
