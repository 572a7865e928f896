"""Exports of students as Handshake may write them, made from the accounts of the stand-in importer."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tests.importer import BOOLEANS, DATES, LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.importer import Account

HEADERS: Final = {
    "username": "Student ID",
    "email_address": "Primary email",
    "first_name": "First name",
    "last_name": "Last name",
    "auth_identifier": "Auth identifier",
    "institution_year_name": "School year",
    "primary_education:education_level_name": "Education level",
    "primary_education:major_names": "Majors",
    "primary_education:start_date": "Start date",
    "primary_education:end_date": "Expected graduation date",
    "primary_education:currently_attending": "Currently enrolled",
    "system_label_names": "Labels",
    "mobile_number": "Mobile number",
    "disabled": "Archived",
}
"""The header of each column."""


def export_of(
    accounts: Iterable[Mapping[str, str]],
    *,
    separator: str = ",",
    lists: str = ";",
    more: Mapping[str, str] | None = None,
) -> bytes:
    """Return a file of accounts: Yes and No, the day before the month, and `more` columns with one value each."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([*HEADERS.values(), *(more or {})])
    for account in accounts:
        cells = [_cell(column, account.get(column, ""), lists) for column in HEADERS]
        writer.writerow([*cells, *(more or {}).values()])
    return text.getvalue().encode("utf-8-sig")


def _cell(column: str, cell: str, lists: str) -> str:
    if column in BOOLEANS:
        return {"TRUE": "Yes", "FALSE": "No"}.get(cell, cell)
    if column in DATES and cell:
        return "/".join(reversed(cell.split("-")))
    return cell.replace(";", lists) if column in LISTS else cell


def person(username: str, **cells: str) -> Account:
    """Return the account of a student with an address and a login of its own."""
    return {
        "username": username,
        "email_address": f"p{username}@valmont.example",
        "auth_identifier": f"sso{username}",
        "first_name": "Chloé",
        "last_name": "Dupont",
        "institution_year_name": "Licence 3",
        "primary_education:education_level_name": "Bachelors",
        "primary_education:major_names": "Économie",
        "primary_education:start_date": "2022-09-01",
        "primary_education:end_date": "2026-09-30",
        "primary_education:currently_attending": "TRUE",
        **cells,
    }
