"""The screens that are opened from the list of people, each imported when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.workspace import Workspace


class Destination(NamedTuple):
    """Which screen is opened from the list, and for which people."""

    workspace: Workspace
    on: str
    paths: tuple[str, ...]
    cohorts: tuple[str, ...]
    commit: bool


def _problems(destination: Destination) -> Screen[None]:
    from graduand.screens.problems import ProblemsScreen  # noqa: PLC0415

    return ProblemsScreen(destination.workspace, destination.on, commit=destination.commit)


def _change(destination: Destination) -> Screen[None]:
    from graduand.screens.bulk import BulkScreen  # noqa: PLC0415

    return BulkScreen(
        destination.workspace, destination.paths, destination.on, destination.cohorts, commit=destination.commit
    )


def _history(destination: Destination) -> Screen[None]:
    from graduand.screens.audit import AuditScreen  # noqa: PLC0415

    return AuditScreen(destination.workspace)


def _plan(destination: Destination) -> Screen[None]:
    from graduand.screens.plan import PlanScreen  # noqa: PLC0415

    return PlanScreen(destination.workspace, destination.on, destination.cohorts)


def _uploads(destination: Destination) -> Screen[None]:
    from graduand.screens.uploads import UploadsScreen  # noqa: PLC0415

    return UploadsScreen(destination.workspace, destination.on)


def _due(destination: Destination) -> Screen[None]:
    from graduand.screens.due import DueScreen  # noqa: PLC0415

    return DueScreen(destination.workspace, destination.on, commit=destination.commit)


def _outreach(destination: Destination) -> Screen[None]:
    from graduand.screens.outreach import OutreachScreen  # noqa: PLC0415

    usernames = frozenset(username_of(path) for path in destination.paths)
    return OutreachScreen(destination.workspace, destination.on, usernames, commit=destination.commit)


def _intake(destination: Destination) -> Screen[None]:
    from graduand.screens.intake import IntakeScreen  # noqa: PLC0415

    return IntakeScreen(destination.workspace, destination.on, commit=destination.commit)


def _sheet(destination: Destination) -> Screen[None]:
    from graduand.screens.sheet import SheetScreen  # noqa: PLC0415

    return SheetScreen(destination.workspace, destination.paths, destination.on)


DOORS: dict[str, Callable[[Destination], Screen[None]]] = {
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
