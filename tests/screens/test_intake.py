"""The job: take in the graduating class from the registrar's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.class_form import ClassFile, ClassForm, kind_of
from graduand.screens.intake import IntakeScreen
from graduand.workspace import Workspace
from tests.intake.registrars import keep
from tests.repository import TODAY, begin, commit, git, put
from tests.screens.stage import Stage, told
from tests.screens.terminal import LARGE, SMALL, press, screen_text, seen_at, story, type_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    Golden = Callable[[str, bytes], None]

CLASS = (
    "Matricule;Courriel;Prénom;Nom;Ville;Début",
    "00412345;chloe.dupont@valmont.example;Chloé;Dupont;Paris;04/09/2023",
    "00412346;amelie.petit@valmont.example;Amélie;Petit;Lyon;25/09/2023",
    "00412347;noe@courriel.example;N0é;Rossi;Lyon;25/09/2023",
    "00412348;[/red]@valmont.example;[bold]Zoë[/bold];Müller;Nice;25/09/2023",
)


@pytest.fixture
def school(root: Path) -> Path:
    """A repository with one person of the class."""
    record = (
        'username: "00412345"\nemail_address: chloe.dupont@valmont.example\nfirst_name: Chloé\nlast_name: Durand\n'
        "primary_education:\n  end_date: 2026-06-12\ntransition:\n  kind: graduated\n"
    )
    put(begin(root), record)
    commit(root)
    return root


def intake(root: Path, *lines: str, cohort: str = "2026-spring") -> tuple[Stage, IntakeScreen]:
    path = keep(root, "Promotion juin.csv", ("\n".join(lines or CLASS) + "\n").encode("cp1252"))
    class_file = ClassFile(path, cohort, "graduated", "2026-06-12")
    screen = IntakeScreen(Workspace(root), TODAY, class_file)
    return Stage(screen), screen


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_class_is_looked_at_in_three_steps(school: Path, golden: Golden, language: str) -> None:
    """One should see what was read, what each column is, and what would change, refused rows first."""
    speak(language)
    app, _screen = intake(school)

    async def tell(pilot: Pilot[Any]) -> None:
        for step in ("read", "columns", "changes"):
            for size in (SMALL, LARGE):
                text = await seen_at(pilot, size)
                golden(f"screens/intake_{step}.{language}.{size[0]}x{size[1]}.txt", text.encode())
            await press(pilot, "right")

    story(app, tell)


def test_nothing_is_written_before_the_last_step_and_then_all_in_one_commit(school: Path) -> None:
    app, screen = intake(school)
    head = git(school, "rev-parse", "HEAD")

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+s", "enter", "right", "ctrl+s", "right", "enter")
        assert git(school, "rev-parse", "HEAD") == head
        assert git(school, "status", "--porcelain") == ""
        await press(pilot, "ctrl+s")
        assert "2 records taken in." in told(app)
        assert any("promotion-juin-refused.csv" in sentence for sentence in told(app))
        assert sorted(path for path in app.changed if path.startswith("records")) == [
            *("records/2026-spring/00412345.yaml", "records/2026-spring/00412346.yaml")
        ]
        assert screen.look
        assert (len(screen.look.new), len(screen.look.changes), len(screen.look.identical)) == (0, 0, 2)

    story(app, tell)
    assert git(school, "log", "--format=%s", f"{head.strip()}..").splitlines() == [
        "Intake: promotion-juin, 1 new, 1 changed"
    ]


def test_a_column_that_nobody_knows_is_told_what_it_is(school: Path) -> None:
    app, screen = intake(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "right", "down", "down", "down", "down")
        assert "Ville" in screen_text(app)
        await press(pilot, "enter")
        await type_in(pilot, "hometown")
        await press(pilot, "enter")
        assert screen.look
        assert screen.look.columns[4].key == "hometown_location_attributes:name"

    story(app, tell)


def test_the_column_of_the_username_is_asked_for_where_none_bears_its_name(school: Path) -> None:
    app, screen = intake(school, CLASS[0].replace("Matricule", "Clé"), *CLASS[1:])

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Which column is “Username”?" in screen_text(app)
        await press(pilot, "enter")
        assert screen.look
        assert len(screen.look.new) == 1

    story(app, tell)


def test_the_form_of_dates_is_asked_where_nothing_tells_it(school: Path) -> None:
    app, screen = intake(school, *CLASS[:2])

    async def tell(pilot: Pilot[Any]) -> None:
        screen.order = screen.order._replace(columns={"Début": "primary_education:start_date"})
        await press(pilot, "f5")
        assert "How are the dates in “Début” written" in screen_text(app)
        await press(pilot, "down", "enter")
        assert screen.look
        assert screen.look.changes[0].values["primary_education:start_date"] == "2023-04-09"

    story(app, tell)


def test_the_file_and_its_class_are_asked_for(school: Path) -> None:
    path = keep(school, "class.csv", ("\n".join(CLASS) + "\n").encode())
    app = Stage(screen := IntakeScreen(Workspace(school), TODAY))

    async def tell(pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, ClassForm)
        await press(pilot, "enter")
        assert isinstance(app.screen, ClassForm), "no file yet"
        await press(pilot, "shift+tab")
        await type_in(pilot, path)
        await press(pilot, "tab")
        await type_in(pilot, "2026-spring")
        await press(pilot, "ctrl+s")
        assert screen.look
        assert len(screen.look.new) == 1

    story(app, tell)


@pytest.mark.parametrize(
    ("class_file", "said"),
    [
        (ClassFile("/nowhere/class.csv", "2026-spring"), "cannot be read: it is not there"),
        (ClassFile("class.csv", "2026 spring"), "cannot name a class"),
        (ClassFile("class.csv", "2026-spring", "graduated", "12/06/2026"), "is no date"),
    ],
)
def test_what_is_wrong_is_said_in_place_of_the_list(school: Path, class_file: ClassFile, said: str) -> None:
    app = Stage(IntakeScreen(Workspace(school), TODAY, class_file))

    async def tell(pilot: Pilot[Any]) -> None:
        assert said in " ".join(screen_text(app).split())
        await press(pilot, "escape")

    story(app, tell)


def test_the_list_leads_there_and_back(school: Path) -> None:
    app = GraduandApp(Workspace(school), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "i")
        assert type(app.screen).__name__ == "ClassForm"
        await press(pilot, "escape")
        assert app.screen is app.people

    story(app, tell)


def test_people_are_found_while_typing_and_addresses_shown_on_demand(school: Path) -> None:
    app, _screen = intake(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "right", "right", "slash")
        await type_in(pilot, "412346")
        await press(pilot, "enter", "space", "down")
        assert "Amélie Petit" in screen_text(app)
        assert "amelie.petit@" not in screen_text(app)
        await press(pilot, "v", "down")
        assert "amelie.petit@valmont.example" in screen_text(app)

    story(app, tell, LARGE)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("graduated", "graduated"), ("Diplômé", "graduated"), ("retour", "returned"), ("married", "married")],
)
def test_the_kind_of_a_class_may_be_typed_in_either_language(language: str, typed: str, meant: str) -> None:
    speak(language)

    assert kind_of(typed) == meant
    assert kind_of({"en": "graduated", "fr": "diplôme"}[language]) == "graduated"
