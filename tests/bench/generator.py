"""Invent schools of any size from a seed: records much like real ones, in canonical form or in others."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from graduand.records.paths import record_path
from graduand.records.record import Record
from graduand.records.writing import canonical, modeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Value
    from graduand.records.school import School

CHECKOUT = Path(__file__).parents[2]

_FIRST = "Amélie Bilal Chloé Dimitri Élodie Farid Gaëlle Hugo Inès Khadija Léo Maëlys Noé Océane Paul".split()  # noqa: SIM905
_LAST = "Dupont O’Brien N’Diaye Müller García Nguyễn Traoré Lefèbvre d’Aubigny Żak Rossi Petit".split()  # noqa: SIM905
_MAJORS = ["Économie", "Lettres modernes", "Droit public", "Chimie", "Informatique", "Histoire de l’art", "Sociologie"]
_LEVELS = ["Certificate", "Doctorate", "Non-Degree Seeking"]  # those that both regions have


_BLOCK = re.compile(r"^\w.*\n(?:[ -].*\n)*", re.MULTILINE)
"""A key of a record with all that is below it."""
_ORDERS = 5


class Form(StrEnum):
    """What the records of a school look like."""

    CANONICAL = "canonical"
    ORDERS = "orders"
    """Keys in five other orders, identifiers without quotation marks, a comment."""
    SHAPES = "shapes"
    """Keys of each file in an order of its own."""
    WARNED = "warned"
    """Canonical; each record has one warning, as after a change of the importer's facts."""
    ALL_COLUMNS = "all-columns"
    """Canonical; every column that Handshake has for the region is filled."""


def records(people: int, seed: int = 1, form: Form = Form.CANONICAL) -> Iterator[Record]:
    """Return so many invented people in cohorts of 5,000, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(people):
        username = f"{number:08d}"
        cohort = f"{2020 + number // 5000}-spring"
        path = record_path(cohort, username, min(people, 5000))
        values = dict(_values(username, number, chance))
        if form is Form.ALL_COLUMNS:
            values |= _other_values(number, values)
        elif form is Form.WARNED:
            values["primary_education:education_level_name"] = ("Bachelors", "Masters")[number % 2]
        yield Record(path, values)


def text_of(record: Record, school: School, form: Form) -> str:
    """Return the text of a record in a form."""
    text = canonical(record, school.fields, modeline(record.path))
    if form not in {Form.ORDERS, Form.SHAPES}:
        return text
    blocks = _BLOCK.findall(text)
    number = int(record.username)
    random.Random(number % _ORDERS if form is Form.ORDERS else number).shuffle(blocks)
    if form is Form.ORDERS:
        blocks = [re.sub(r'^(username|auth_identifier): "(.*)"$', r"\1: \2", block) for block in blocks]
        blocks.insert(number % _ORDERS, "# as on the card\n")
    return "".join(blocks)


def _other_values(number: int, values: dict[str, Value]) -> dict[str, Value]:
    """Return the columns that `_values` leaves out; labels of an account that is open need no reason."""
    return {
        "additional_email_addresses": (f"a{number}@courriel.example",),
        "middle_name": "Rose",
        "preferred_name": "Clo",
        "card_id": f"C{number:07d}",
        "institution_year_name": "Alumni",
        "primary_education:primary_major_name": values["primary_education:major_names"][0],
        "primary_education:minor_names": ("Sociologie", "Musicologie"),
        "primary_education:college_names": ("Faculté des lettres",),
        "primary_education:primary_college_name": "Faculté des lettres",
        "primary_education:currently_attending": "false",
        "primary_education:department_gpa": "3.60",
        "mobile_number": f"06{number:08d}",
        "assigned_to_email_address": "service.carrieres@valmont.example",
        "hometown_location_attributes:name": "Lyon, France",
        "ethnicity": "Middle Eastern",
        "athlete": "false",
        "first_generation": "true",
        "veteran": "false",
        "system_label_names": ("mention bien",),
    }


def _values(  # noqa: PLR0915 - a record has that many lines
    username: str, number: int, chance: random.Random
) -> Iterator[tuple[str, Value]]:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    year = 2018 + chance.randrange(8)
    yield "username", username
    yield "email_address", f"p{number}@{chance.choice(['valmont.example', 'courriel.example'])}"
    yield "first_name", first
    yield "last_name", last
    yield "auth_identifier", f"u{number}"
    yield "primary_education:education_level_name", chance.choice(_LEVELS)
    yield "primary_education:major_names", tuple(chance.sample(_MAJORS, chance.choice([1, 1, 1, 2])))
    yield "primary_education:start_date", f"{year - 3}-09-0{chance.randrange(1, 8)}"
    yield "primary_education:end_date", f"{year}-06-{chance.randrange(10, 31)}"
    yield "primary_education:cumulative_gpa", f"{chance.randrange(100, 400) / 100:.2f}"
    yield "campus_name", "Centre"
    yield "gender", chance.choice(["Female", "Male"])
    yield "work_study_eligible", chance.choice(["true", "false"])
    yield "eu_gdpr_subject", "true"
    closed = chance.random() < 0.05
    if closed:
        yield "disabled", "true"
    yield "transition:kind", "graduated"
    yield "transition:keeps_school_email", "true"
    if closed:
        yield "transition:account:reason", "requested-by-student"
        yield "transition:account:requested_by", "student"
        yield "transition:account:effective_on", f"{year + 1}-01-15"
    if chance.random() < 0.3:
        yield "transition:notes", f"Vu au guichet le {chance.randrange(1, 28)} mai, dossier n° {number}."


def school_repository(
    root: Path, people: int, school: School, form: Form = Form.CANONICAL, *, seed: int = 1, commit: bool = True
) -> Path:
    """Write a data repository of so many people below `root`, committed when asked; return it."""
    root.mkdir(parents=True)
    shutil.copytree(CHECKOUT / "schema", root / "schema")
    settings = root / "schema/institution.yaml"
    unlimited = settings.read_text(encoding="utf-8").partition("limits:")[0]
    settings.write_text(f"{unlimited}limits: {{deactivations: null, email_changes: null}}\n", encoding="utf-8")
    folders: set[Path] = set()
    for record in records(people, seed, form):
        path = root / record.path
        if path.parent not in folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.add(path.parent)
        path.write_text(text_of(record, school, form), encoding="utf-8")
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    if commit:
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
            subprocess.run(["git", *words], cwd=root, check=True)
    return root
