"""Doors: from the list of people to the other screens, each imported when somebody goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.workspace import Workspace


class Errand(NamedTuple):
    """Where somebody goes from the list, and with whom in mind."""

    workspace: Workspace
    on: str
    paths: tuple[str, ...]
    cohorts: tuple[str, ...]
    commit: bool


def _problems(errand: Errand) -> Screen[None]:
    from graduand.screens.problems import ProblemsScreen  # noqa: PLC0415

    return ProblemsScreen(errand.workspace, errand.on, commit=errand.commit)


def _change(errand: Errand) -> Screen[None]:
    from graduand.screens.bulk import BulkScreen  # noqa: PLC0415

    return BulkScreen(errand.workspace, errand.paths, errand.on, errand.cohorts, commit=errand.commit)


def _history(errand: Errand) -> Screen[None]:
    from graduand.screens.audit import AuditScreen  # noqa: PLC0415

    return AuditScreen(errand.workspace)


def _plan(errand: Errand) -> Screen[None]:
    from graduand.screens.plan import PlanScreen  # noqa: PLC0415

    return PlanScreen(errand.workspace, errand.on, errand.cohorts)


def _uploads(errand: Errand) -> Screen[None]:
    from graduand.screens.uploads import UploadsScreen  # noqa: PLC0415

    return UploadsScreen(errand.workspace, errand.on)


def _due(errand: Errand) -> Screen[None]:
    from graduand.screens.due import DueScreen  # noqa: PLC0415

    return DueScreen(errand.workspace, errand.on, commit=errand.commit)


def _outreach(errand: Errand) -> Screen[None]:
    from graduand.screens.outreach import OutreachScreen  # noqa: PLC0415

    usernames = frozenset(username_of(path) for path in errand.paths)
    return OutreachScreen(errand.workspace, errand.on, usernames, commit=errand.commit)


def _intake(errand: Errand) -> Screen[None]:
    from graduand.screens.intake import IntakeScreen  # noqa: PLC0415

    return IntakeScreen(errand.workspace, errand.on, commit=errand.commit)


def _sheet(errand: Errand) -> Screen[None]:
    from graduand.screens.sheet import SheetScreen  # noqa: PLC0415

    return SheetScreen(errand.workspace, errand.paths, errand.on)


DOORS: dict[str, Callable[[Errand], Screen[None]]] = {
    "problems": _problems,
    "plan": _plan,
    "uploads": _uploads,
    "change": _change,
    "history": _history,
    "due": _due,
    "outreach": _outreach,
    "intake": _intake,
    "sheet": _sheet,
}
"""By the word that the list of people asks for."""
