"""The screens of the places, and those that are opened from the list of people, each imported when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.screens import places

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.screens.place_screen import PlaceScreen
    from graduand.workspace import Workspace


class Destination(NamedTuple):
    """Which screen is opened from the list, and for which people."""

    workspace: Workspace
    on: str
    paths: tuple[str, ...]
    cohorts: tuple[str, ...]
    commit: bool


def _problems(destination: Destination) -> PlaceScreen:
    from graduand.screens.problems import ProblemsScreen  # noqa: PLC0415

    return ProblemsScreen(destination.workspace, destination.on, commit=destination.commit)


def _change(destination: Destination) -> Screen[None]:
    from graduand.screens.bulk import BulkScreen  # noqa: PLC0415

    return BulkScreen(
        destination.workspace, destination.paths, destination.on, destination.cohorts, commit=destination.commit
    )


def _history(destination: Destination) -> PlaceScreen:
    from graduand.screens.audit import AuditScreen  # noqa: PLC0415

    return AuditScreen(destination.workspace)


def _share(destination: Destination) -> PlaceScreen:
    from graduand.screens.share import ShareScreen  # noqa: PLC0415

    return ShareScreen(destination.workspace)


def _plan(destination: Destination) -> PlaceScreen:
    from graduand.screens.plan import PlanScreen  # noqa: PLC0415

    return PlanScreen(destination.workspace, destination.on, destination.cohorts)


def _uploads(destination: Destination) -> PlaceScreen:
    from graduand.screens.uploads import UploadsScreen  # noqa: PLC0415

    return UploadsScreen(destination.workspace, destination.on)


def _outreach(destination: Destination) -> PlaceScreen:
    from graduand.screens.outreach import OutreachScreen  # noqa: PLC0415

    return OutreachScreen(destination.workspace, destination.on, commit=destination.commit)


def _intake(destination: Destination) -> Screen[None]:
    from graduand.screens.intake import IntakeScreen  # noqa: PLC0415

    return IntakeScreen(destination.workspace, destination.on, cohorts=destination.cohorts, commit=destination.commit)


def _sheet(destination: Destination) -> Screen[None]:
    from graduand.screens.sheet import SheetScreen  # noqa: PLC0415

    return SheetScreen(destination.workspace, destination.paths, destination.on)


PLACE_SCREENS: dict[str, Callable[[Destination], PlaceScreen]] = {
    places.PROBLEMS: _problems,
    places.ADDRESSES: _outreach,
    places.PLAN: _plan,
    places.UPLOAD: _uploads,
    places.HISTORY: _history,
    places.SHARE: _share,
}
"""By the key of the place; the list of people, the first place, is always there."""


def place_classes() -> dict[str, type[PlaceScreen]]:
    """Return the screen of each place; all are imported."""
    from graduand.screens.audit import AuditScreen  # noqa: PLC0415
    from graduand.screens.outreach import OutreachScreen  # noqa: PLC0415
    from graduand.screens.people import PeopleScreen  # noqa: PLC0415
    from graduand.screens.plan import PlanScreen  # noqa: PLC0415
    from graduand.screens.problems import ProblemsScreen  # noqa: PLC0415
    from graduand.screens.share import ShareScreen  # noqa: PLC0415
    from graduand.screens.uploads import UploadsScreen  # noqa: PLC0415

    return {
        places.CLASS: PeopleScreen,
        places.PROBLEMS: ProblemsScreen,
        places.ADDRESSES: OutreachScreen,
        places.PLAN: PlanScreen,
        places.UPLOAD: UploadsScreen,
        places.HISTORY: AuditScreen,
        places.SHARE: ShareScreen,
    }


DOORS: dict[str, Callable[[Destination], Screen[None]]] = {
    "change": _change,
    "intake": _intake,
    "sheet": _sheet,
}
"""By the word that the list of people asks for."""
