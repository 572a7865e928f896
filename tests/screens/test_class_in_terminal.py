"""A class from the registrar's file to the retry of its failed rows, in French, by keys alone, beside a colleague."""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from graduand.errors import Exit
from tests.repository import commit, git, graduand, noted, shipped
from tests.screens.real_terminal import Terminal, ended, rest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is the terminal of these tests")

PEOPLE: Final = int(os.environ.get("GRADUAND_CLASS", "300"))
"""How many people the class has; a real one has thousands."""
FIRST: Final = 30000000
WRONG: Final = (5, 77)
"""Whose end date in the file is no day."""
HEAD: Final = "N° étudiant;Nom de naissance;Prénom;Adresse mail;Diplôme préparé;Mention;Date d'inscription;Date de fin"
NAMES: Final = ("Inès;Kervella", "Loïc;Le Goff", "Yao;N’Guessan", "Jean-Baptiste;de la Tour", "Zoé;Perrin")
STUDIES: Final = ("Licence;Droit", "Master;Économie", "Doctorat;Chimie")
FAILED: Final = FIRST + 10, FIRST + 21


def class_file(path: Path) -> None:
    """Write the class as a registrar exports it: semicolons, Windows-1252, French dates."""
    draw, lines = random.Random(5), [HEAD]
    for number in range(PEOPLE):
        first, last = draw.choice(NAMES).split(";")
        end = "31/06/2026" if number in WRONG else "30/06/2026"
        who = f"{FIRST + number};{last};{first};p{FIRST + number}@valmont.example"
        lines.append(f"{who};{draw.choice(STUDIES)};01/09/2023;{end}")
    path.write_bytes("".join(f"{one}\r\n" for one in lines).encode("cp1252"))


def rows_of(file: Path) -> list[tuple[str, ...]]:
    """Return username, address and first name of each row."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [(one["username"], one["email_address"], one["first_name"]) for one in csv.DictReader(rows)]


def failed_rows(sent: Path, path: Path) -> None:
    """Write two rows of what was sent as Handshake gives them back."""
    head, *rows = csv.reader(sent.read_text(encoding="utf-8").splitlines())
    failed = [[*row, "failed", "Email address is invalid"] for row in rows if row[0] in {str(one) for one in FAILED}]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*head, "status", "response"], *failed])


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A school without people, its bare remote, and a colleague's clone."""
    root = shipped(tmp_path / "valmont")
    shutil.rmtree(root / "records")
    (root / "records").mkdir()
    (root / "records/README.md").write_text("Fiches\n", encoding="utf-8")
    commit(root)
    assert graduand(root, "uploaded", "--first").code == Exit.DONE
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(root, "push", "--quiet", "--set-upstream", "origin", "main")
    git(tmp_path, "clone", "--quiet", "remote.git", "colleague")
    return root


@pytest.fixture
def terminal(school: Path) -> Iterator[Terminal]:
    """graduand in French, in the smallest terminal that is common."""
    opened = Terminal(school, (80, 24), "fr", "Il n’y a pas encore de fiche")
    yield opened
    opened.end()


def go_to(terminal: Terminal, place: str, seen: str) -> None:
    """Go to a place by its digit, and wait until it shows something."""
    terminal.press("g")
    terminal.after(place, seen)


def choose_the_file(terminal: Terminal, file: Path) -> None:
    """Name the file with completion, and the class; say how its dates are written."""
    terminal.after("i", "un chemin ; Tab le complète")
    terminal.type(f"../{file.name[:-6]}")
    terminal.until(f"▸../{file.name}")
    terminal.after("Tab", f"../{file.name}")
    terminal.after("Tab", "2026-printemps")
    terminal.type("2026-ete")
    terminal.after("C-s", "Comment s’écrivent les dates")
    terminal.after("Enter", f"{PEOPLE - len(WRONG)} nouvelles")


def take_in(terminal: Terminal, file: Path) -> None:
    """Take in a class, and correct the two rows that cannot be taken as they are."""
    choose_the_file(terminal, file)
    terminal.after("C-s", "3/3")
    terminal.after("C-s", f"{PEOPLE - len(WRONG)} identiques")
    terminal.press("Down")
    for number in WRONG:
        rest(terminal)
        terminal.after("Enter", f"Ligne {number + 2}")
        terminal.press("C-u")
        terminal.type("30/06/2026")
        new = WRONG.index(number) + 1
        corrected = re.compile(rf"Nouvelles personnes +{new}\b")
        terminal.after("C-s", lambda screen, told=corrected: "Ligne" not in screen and bool(told.search(screen)))  # type: ignore[misc]
    terminal.after("C-s", f"{PEOPLE} identiques, 0 refusée")
    terminal.after("Escape", f"{PEOPLE} sur {PEOPLE} personnes")


def send(terminal: Terminal, people: str) -> None:
    """Compile what is outstanding, and note that it went out."""
    go_to(terminal, "4", people)
    terminal.after("u", "Échap Ne rien changer")
    terminal.after("C-s", "Noter l’exécution")
    terminal.after("C-s", "Échap Ne rien changer")
    terminal.after("C-s", lambda screen: "Espace Cocher" in screen and "Noter l’exécution" not in screen)


def note_what_failed(terminal: Terminal, rows: Path) -> None:
    """Note the failed rows of the upload that was just noted, and correct the first of them."""
    terminal.after("f", "lignes en échec fourni par Handshake")
    terminal.type(f"../{rows.name}")
    rest(terminal)
    terminal.after("Enter", "Pas encore noté")
    terminal.after("C-s", "Noté")
    terminal.after("Enter", f"p{FAILED[0]}@valmont.example")
    terminal.press("e")
    rest(terminal)
    terminal.press("C-u")
    terminal.type("yao.nguessan@valmont.example")
    terminal.until("non enregistrée")
    terminal.after("C-s", lambda screen: "non enregistrée" not in screen)
    terminal.after("Escape", "Lignes en échec")


def colleague_corrects(clone: Path) -> None:
    """Correct a first name in another clone, and push it."""
    git(clone, "pull", "--quiet")
    record = next((clone / "records").rglob(f"{FIRST}.yaml"))
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text(
        "".join("first_name: Amélie\n" if one.startswith("first_name:") else one for one in lines), encoding="utf-8"
    )
    git(clone, "commit", "--quiet", "--all", "--message", "Correct a first name")
    git(clone, "push", "--quiet")


def test_a_class_is_taken_in_sent_and_its_failed_rows_retried_by_keys(
    school: Path, terminal: Terminal, tmp_path: Path
) -> None:
    class_file(tmp_path / "classe.csv")
    take_in(terminal, tmp_path / "classe.csv")
    assert len(list((school / "records").rglob("*.yaml"))) == PEOPLE
    go_to(terminal, "7", "origin/main")
    terminal.after("P", "Les collègues ont maintenant 2 commits")
    colleague_corrects(tmp_path / "colleague")

    send(terminal, f"{PEOPLE} personnes")
    (sent,) = (school / "build").glob("*_students.csv")
    assert sent.read_bytes().count(b"\n") == PEOPLE + 1
    failed_rows(sent, tmp_path / "echecs.csv")
    note_what_failed(terminal, tmp_path / "echecs.csv")

    go_to(terminal, "7", "origin/main")
    terminal.after("p", "Merge remote-tracking branch")
    terminal.after("P", "rien n’attend")
    send(terminal, "3 personnes")
    rows = rows_of(next((school / "build").glob("*_students.csv")))
    assert rows[0] == (str(FIRST), f"p{FIRST}@valmont.example", "Amélie")
    assert [one[:2] for one in rows[1:]] == [
        (str(FAILED[0]), "yao.nguessan@valmont.example"),
        (str(FAILED[1]), f"p{FAILED[1]}@valmont.example"),
    ]
    assert len(noted(school)) == 2
    go_to(terminal, "7", "origin/main")
    terminal.after("P", "Les collègues ont déjà tout")
    assert git(tmp_path / "remote.git", "rev-parse", "graduand/ledger") == git(school, "rev-parse", "graduand/ledger")
    assert "Correct a first name" in git(tmp_path / "remote.git", "log", "--format=%s", "main")
    terminal.press("q")
    ended(terminal.process())
