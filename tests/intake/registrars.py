"""Generate the files of three registrars' offices with invented people from a seed."""

from __future__ import annotations

import csv
import io
import random
import unicodedata
from typing import TYPE_CHECKING, Final

import openpyxl  # type: ignore[import-untyped]

from tests.test_real_headers import CARTHAGE, WASHINGTON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_FIRST: Final = (
    *("Amélie", "Bilal", "Chloé", "Dimitri", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès", "Khadija", "Léo", "Maëlys"),
    *("Noé", "Océane", "Paul", "Zoë"),
)
_LAST: Final = (
    *("Dupont", "O'Brien", "N'Diaye", "Müller", "García", "Lefèbvre", "Rossi", "Petit", "Saint-Exupéry", "Desnœud"),
    *("Le Goff", "Ångström", "Fernández"),
)
_MAJORS: Final = ["Biology", "Art History", "Economics", "Computer Science", "Chemistry", "English, Creative Writing"]
_YEARS: Final = ["Freshman", "Sophomore", "Junior", "Senior"]
_FRENCH: Final = (
    *("N° étudiant", "Nom", "Prénom", "Adresse mail", "Diplôme", "Formation", "Composante", "Date d'inscription"),
    *("Date de fin", "Inscrit", "Boursier", "Téléphone", "Année d'études", "Observations"),
)


def _people(count: int, seed: int) -> Iterable[tuple[random.Random, int, str, str]]:
    chance = random.Random(seed)
    for number in range(count):
        yield chance, number, chance.choice(_FIRST), chance.choice(_LAST)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(char for char in apart if char.isascii() and char.isalpha())


def table(headers: Sequence[str], rows: Iterable[Mapping[str, str]], separator: str = ",", end: str = "\n") -> str:
    """Return a CSV with the cells of each row below their headers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] for row in rows)
    return text.getvalue()


def washington(count: int = 300, seed: int = 1) -> bytes:
    """Return a feed of enrolled people: UTF-8, nobody is marked as a graduate."""

    def row(chance: random.Random, number: int, first: str, last: str) -> dict[str, str]:
        name = f"{_plain(first)[:4]}{_plain(last)[:4]}{number}"
        majors = chance.sample(_MAJORS[:5], chance.choice([1, 1, 2]))
        return {
            "username": name,
            "auth_identifier": name,
            "card_id": f"{number * 37:07d}",
            "school_year_name": chance.choice(_YEARS),
            "last_name": last,
            "first_name": first,
            "middle_name": chance.choice(["", "", "Rose"]),
            "primary_education:college_names": chance.choice(["Arts & Sciences", "Engineering"]),
            "email_address": f"{name}@valmont.example",
            "campus_name": "Seattle",
            "primary_education:major_names": ";".join(majors),
            "primary_education:primary_major_name": majors[0],
            "primary_education:currently_attending": "True",
            "primary_education:education_level_name": "Bachelor",
            "gender": chance.choice(["Female", "Male", ""]),
            "athlete": chance.choice(["True", "False"]),
            "veteran": "False",
        }

    return table(WASHINGTON, (row(*person) for person in _people(count, seed))).encode()


def carthage(count: int = 300, seed: int = 2) -> bytes:
    """Return a file of a class in Windows-1252, with retired columns and people who have enrolled again."""

    def row(chance: random.Random, number: int, first: str, last: str) -> dict[str, str]:
        majors = chance.sample(_MAJORS, chance.choice([1, 1, 2]))
        year = chance.choice(_YEARS)
        return {
            "email_address": f"{_plain(first)[0]}{_plain(last)}{number}@valmont.example",
            "username": f"{1_300_000 + number}",
            "auth_identifier": f"{_plain(first)[0]}{_plain(last)}{number}",
            "first_name": first,
            "last_name": last,
            "school_year_name": year,
            "primary_education:education_level_name": "Bachelor",
            "primary_education:cumulative_gpa": f"{chance.randrange(200, 400) / 100:.2f}",
            "primary_education:primary_major_name": majors[0],
            "primary_education:major_names": ";".join(majors),
            "primary_education:minor_names": chance.choice(["", "Music", "Music;Theatre"]),
            "primary_education:start_date": "2022-09-05",
            "primary_education:end_date": "**CLEAR**" if number % 50 == 7 else "2026-05-24",
            "disabled": "FALSE",
            "work_study_eligible": chance.choice(["TRUE", "FALSE"]),
            "mobile_number": f"262555{number % 10_000:04d}",
            "athlete": chance.choice(["TRUE", "FALSE"]),
            "veteran": "FALSE",
            "hometown_location_attributes:name": "Kenosha, Wisconsin",
            "eu_gdpr_subject": "FALSE",
        }

    text = table(CARTHAGE, (row(*person) for person in _people(count, seed)), end="\r\n")
    return text.encode("cp1252")


def french(count: int = 200, seed: int = 3, encoding: str = "cp1252") -> bytes:
    """Return what a French office exports from its spreadsheet: `;`, Windows-1252, `31/05/2026`, `VRAI`, `12,5`."""

    def row(chance: random.Random, number: int, first: str, last: str) -> dict[str, str]:
        return {
            "N° étudiant": f"{22_000_000 + number}",
            "Nom": last,
            "Prénom": first,
            "Adresse mail": f"{_plain(first)}.{_plain(last)}.{number}@valmont.example",
            "Diplôme": chance.choice(["Licence", "Master", "Doctorat"]),
            "Formation": chance.choice(["Économie", "Lettres modernes", "Droit public", "Histoire de l’art"]),
            "Composante": chance.choice(["UFR Lettres", "Faculté de droit"]),
            "Date d'inscription": f"{chance.randrange(1, 29):02d}/09/2023",
            "Date de fin": "31/05/2026",
            "Inscrit": "VRAI",
            "Boursier": chance.choice(["VRAI", "FAUX"]),
            "Téléphone": f"06 39 98 {number // 100:02d} {number % 100:02d}",
            "Année d'études": chance.choice(["L3", "M2", "D3"]),
            "Observations": "",
        }

    text = table(_FRENCH, (row(*person) for person in _people(count, seed)), ";", "\r\n")
    return (text.replace("œ", "oe").replace("’", "'") if encoding == "cp850" else text).encode(encoding)


FILES: Final[Mapping[str, Callable[[int], bytes]]] = {"washington": washington, "carthage": carthage, "french": french}


def keep(root: Path, name: str, content: bytes) -> str:
    """Put a file where an office would send it, and return where."""
    path = root.parent / f"{root.name}-sent" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return str(path)


def book(rows: Sequence[Sequence[object]], **sheets: Sequence[Sequence[object]]) -> bytes:
    """Return an Excel workbook whose first sheet holds the rows; other sheets by name, hidden where it says so."""
    whole = openpyxl.Workbook()
    whole.active.title = "Classe"
    for row in rows:
        whole.active.append(row)
    for name, more in sheets.items():
        sheet = whole.create_sheet(name)
        for row in more:
            sheet.append(row)
        if "hidden" in name:
            sheet.sheet_state = "hidden"
    content = io.BytesIO()
    whole.save(content)
    return content.getvalue()
