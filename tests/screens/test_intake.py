"""The job: take in the graduating class from the registrar's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.findings import Finding, Severity
from graduand.intake.refused_rows import folder_of, waiting_files, write_refused
from graduand.language import speak
from graduand.screens.app import GraduandApp
from graduand.screens.class_form import ClassFile, ClassForm, typed_day
from graduand.screens.fields.path import PathField
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

ERROR = Finding("GR302", Severity.ERROR, "records/x.yaml", 1, 1, "00412346", "last_name", "It is wrong.")
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
        await press(pilot, "ctrl+s", "enter")
        assert git(school, "rev-parse", "HEAD") == head
        assert git(school, "status", "--porcelain") == ""
        await press(pilot, "ctrl+s")
        assert "2 records taken in." in told(app)
        assert any(f"promotion-juin-refused-{TODAY}.csv" in sentence for sentence in told(app))
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


@pytest.mark.parametrize(
    ("language", "question", "form"),
    [("en", "How are the dates in “Début” written", "dd/mm/yyyy"), ("fr", "dates de « Début »", "jj/mm/aaaa")],
)
def test_the_form_of_dates_is_asked_where_nothing_tells_it(
    school: Path, language: str, question: str, form: str
) -> None:
    speak(language)
    app, screen = intake(school, *CLASS[:2])

    async def tell(pilot: Pilot[Any]) -> None:
        screen.order = screen.order._replace(columns={"Début": "primary_education:start_date"})
        await press(pilot, "f5")
        assert question in screen_text(app).replace("\u00a0", " ")
        assert form in screen_text(app)
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
        await type_in(pilot, path)
        await press(pilot, "enter")
        await type_in(pilot, "2026-spring")
        await press(pilot, "ctrl+s")
        assert screen.look
        assert len(screen.look.new) == 1

    story(app, tell)


@pytest.mark.parametrize(
    ("class_file", "said"),
    [
        (ClassFile("/nowhere/class.csv", "2026-spring"), "cannot be read: it is not there"),
        (ClassFile("class.csv", "2026/spring"), "is no name for a cohort"),
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
        await press(pilot, "v")
        assert "amelie.petit@valmont.example" in screen_text(app)

    story(app, tell, LARGE)


def test_the_path_is_completed_and_what_cannot_be_is_said_in_the_form(school: Path) -> None:
    path = keep(school, "Promotion juin.csv", ("\n".join(CLASS) + "\n").encode())
    app = Stage(screen := IntakeScreen(Workspace(school), TODAY, cohorts=("2025-spring", "2026-spring")))

    async def tell(pilot: Pilot[Any]) -> None:
        await type_in(pilot, path.replace("Promotion juin.csv", "promo"))
        await press(pilot, "tab")
        assert app.screen.query_one(PathField).value == path
        await press(pilot, "enter", *["backspace"] * 11)
        await type_in(pilot, "2026?x")
        await press(pilot, "ctrl+s")
        assert "is no name for a cohort" in screen_text(app)
        await press(pilot, "backspace", "backspace", "right", "tab", "right", "right", "right", "left", "left", "left")
        await press(pilot, "ctrl+s")
        assert screen.look
        assert (screen.look.options.cohort, screen.look.options.kind) == ("2026-spring", "graduated")

    story(app, tell)


def test_what_was_said_of_a_column_is_kept_and_the_class_is_asked_when_it_is_missing(school: Path) -> None:
    app, screen = intake(school, cohort="")

    async def tell(pilot: Pilot[Any]) -> None:
        assert isinstance(app.screen, ClassForm)
        assert "which class do they go into?" in screen_text(app)
        await type_in(pilot, "2026-spring")
        await press(pilot, "ctrl+s", "right", "down", "down", "down", "down", "enter")
        await type_in(pilot, "hometown")
        await press(pilot, "enter")
        assert screen.lines.cursor == 4, "the next column is one key away"
        await press(pilot, "i", "ctrl+s")
        assert screen.look
        assert screen.look.columns[4].key == "hometown_location_attributes:name"

    story(app, tell)


def test_a_refused_row_is_corrected_in_place_and_taken_in(school: Path) -> None:
    app, screen = intake(school)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "right", "right", "ctrl+s")
        [kept] = waiting_files(folder_of(screen.workspace))
        await press(pilot, "home", "down", "enter")
        assert "N0é" in screen_text(app)
        await press(pilot, "end", "backspace", "backspace")
        await type_in(pilot, "oé")
        await press(pilot, "ctrl+s")
        assert screen.look
        assert [one.username for one in screen.look.refused] == ["00412348"]
        await press(pilot, "ctrl+s")
        assert "1 record taken in." in told(app)
        [rest] = waiting_files(folder_of(screen.workspace))
        assert b"00412347" not in rest.path.read_bytes(), "what was shown here and corrected waits no more"
        assert rest.path != kept.path

    story(app, tell)
    assert "first_name: Noé" in (school / "records/2026-spring/00412347.yaml").read_text(encoding="utf-8")


def test_new_errors_are_asked_for_before_people_are_taken_in(school: Path) -> None:
    taken = "00412349;chloe.dupont@valmont.example;Zoë;Obi;Nice;25/09/2023"
    app, screen = intake(school, *CLASS[:1], CLASS[2], taken)
    head = git(school, "rev-parse", "HEAD")

    async def tell(pilot: Pilot[Any]) -> None:
        assert screen.look
        screen.look = screen.look._replace(check=screen.look.check._replace(new=(ERROR,)))
        await press(pilot, "right", "right")
        assert "New errors that these records would bring" in screen_text(app)
        await press(pilot, "ctrl+s", "escape")
        assert git(school, "rev-parse", "HEAD") == head
        await press(pilot, "ctrl+s", "t")
        assert git(school, "rev-parse", "HEAD") != head

    story(app, tell)


def test_a_file_of_refused_rows_is_offered_and_goes_when_they_are_taken_in(school: Path) -> None:
    app, screen = intake(school, CLASS[0], CLASS[3])

    async def tell(pilot: Pilot[Any]) -> None:
        assert screen.look
        await press(pilot, "right", "right")
        kept = write_refused(screen.look, folder_of(screen.workspace))
        assert kept
        await press(pilot, "i", "end", "ctrl+u", "down", "enter", "ctrl+s", "right", "right", "down", "enter")
        assert screen.class_file
        assert screen.class_file.file == str(kept)
        await press(pilot, "end", "backspace", "backspace")
        await type_in(pilot, "oé")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "1 record taken in." in told(app)
        assert not kept.exists()

    story(app, tell)


def test_a_day_is_typed_as_one_writes_it_in_french() -> None:
    speak("fr")

    assert (typed_day("12/06/2026"), typed_day("2026-06-12")) == ("2026-06-12", "2026-06-12")
