"""A stand-in of Handshake's Importer, built from its help pages alone: files in, accounts changed, failed rows out.

It knows no line of graduand. Where the pages leave something open, it takes the reading that is
harder for an upload: an account is looked up by the job's column and in no other way, a header
that is missing stops the job, a phone number has ten figures. Keys in brackets are the articles.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

CLEAR: Final = "**CLEAR**"
LABELS: Final = "system_label_names"
START: Final = "primary_education:start_date"
END: Final = "primary_education:end_date"

YEARS: Final = {"eu": "institution_year_name", "us": "school_year_name"}
REQUIRED: Final = {
    "us": (
        *("email_address", "username", "auth_identifier", "first_name", "school_year_name"),
        *("primary_education:cumulative_gpa", "primary_education:major_names"),
        "primary_education:education_level_name",
    ),
    "eu": (
        *("email_address", "username", "auth_identifier", "first_name", "last_name", "institution_year_name"),
        *("primary_education:major_names", "primary_education:education_level_name"),
    ),
}
BOOLEANS: Final = frozenset(
    {"primary_education:currently_attending", "work_study_eligible", "disabled"}
    | {"athlete", "first_generation", "veteran", "eu_gdpr_subject"}
)
DATES: Final = frozenset({START, END})
LISTS: Final = frozenset(
    {"additional_email_addresses", LABELS}
    | {f"primary_education:{name}_names" for name in ("major", "minor", "college")}
)
_COMMON: Final = frozenset(
    {"email_address", "username", "auth_identifier", "first_name", "middle_name", "last_name", "preferred_name"}
    | {"primary_education:cumulative_gpa", "primary_education:department_gpa", "card_id", "campus_name"}
    | {"primary_education:education_level_name", "primary_education:primary_major_name"}
    | {"primary_education:primary_college_name", "ethnicity", "gender", "mobile_number"}
    | {"assigned_to_email_address", "hometown_location_attributes:name"}
    | BOOLEANS
    | DATES
    | LISTS
)
COLUMNS: Final = {region: _COMMON | {year} for region, year in YEARS.items()}
"""The headers that the Importer takes [IMP], by region."""

IDENTIFIER_COLUMNS: Final = ("username", "email_address")
"""By which columns the job's form offers to look accounts up [TAKEN]."""

UNIQUE: Final = ("email_address", "username", "card_id", "auth_identifier")
"""Rows of one file that share one of these are skipped [FAQ][BEST]."""

BYTES: Final = 50_000_000
ROWS: Final = 199_999

Account = dict[str, str]
"""What a profile holds, by header; a header that is absent is blank."""


class Settings(NamedTuple):
    """The boxes of the job's form [START]; an automatic job comes through S3."""

    identifier_column: str = "username"
    changes_identifier_data: bool = False
    automatic: bool = False


ORDINARY: Final = Settings()


class Outcome(NamedTuple):
    """What became of one file."""

    ran: bool
    said: tuple[str, ...] = ()
    """The sentences of the analysis."""
    skipped: Mapping[str, str] = {}
    """Why a row was passed over, by its username; the failed rows do not hold it."""
    failed: bytes = b""
    """The file behind "Download Failed Rows CSV"; empty when no row failed."""


class _Stopped(Exception):
    """The analysis ends the job."""


class Importer:
    """One school's Handshake: its accounts, and what a file makes of them."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        *,
        region: str = "eu",
        institutions: Collection[str] = (),
        elsewhere: Collection[str] = (),
        excluded: Collection[str] = (),
    ) -> None:
        """Begin with `accounts` by username.

        Args:
            accounts: What each profile holds; the username itself is added.
            region: "eu" or "us".
            institutions: The domains of other institutions [DOMAIN].
            elsewhere: Addresses of accounts that belong to other schools.
            excluded: Usernames that are "excluded from sync".
        """
        self.accounts = {username: {**account, "username": username} for username, account in accounts.items()}
        self.region = region
        self.institutions = frozenset(institutions)
        self.elsewhere = frozenset(elsewhere)
        self.excluded = frozenset(excluded)
        self._last: dict[str, Account] = {}

    def upload(self, folder: Path) -> list[Outcome]:
        """Do what the manifest of a compiled folder asks for, job after job; return what became of each."""
        jobs = json.loads((folder / "manifest.json").read_bytes())["jobs"]
        return [
            self.take(
                job["file"],
                (folder / job["file"]).read_bytes(),
                Settings(job["identifier_column"], job["changes_identifier_data"], job["delivery"] == "s3"),
            )
            for job in jobs
        ]

    def take(self, name: str, content: bytes, settings: Settings = ORDINARY) -> Outcome:
        """Analyse a file and, where nothing stands against it, run it."""
        said: list[str] = []
        skipped: dict[str, str] = {}
        try:
            headers, rows = _table(name, content)
            said += self._heads(headers)
            effective = list(self._effective(rows, skipped))
            said += self._domains(rows)
            self._refuse_run(name, effective, said, settings)
        except _Stopped as stopped:
            return Outcome(ran=False, said=(*said, str(stopped)), skipped=skipped)
        failed = [(row, response) for row in effective if (response := self._run(row, settings))]
        return Outcome(ran=True, said=tuple(said), skipped=skipped, failed=_failed_rows(headers, failed))

    # What the analysis looks at

    def _heads(self, headers: list[str]) -> Iterator[str]:
        missing = [header for header in REQUIRED[self.region] if header not in headers]
        if missing:
            raise _Stopped(f"Required headers are missing: {', '.join(missing)}")
        unknown = [header for header in headers if header not in COLUMNS[self.region]]
        if unknown:
            yield f"Unmapped headers: {', '.join(unknown)}"

    def _effective(self, rows: list[Account], skipped: dict[str, str]) -> Iterator[Account]:
        """Return the rows that will run; note why the others will not."""
        counts = {header: Counter(row.get(header, "") for row in rows) for header in UNIQUE}
        for row in rows:
            shared = [
                header
                for header in UNIQUE
                if row.get(header, "") not in {"", CLEAR} and counts[header][row[header]] > 1
            ]
            if shared:
                skipped[row["username"]] = f"duplicate {shared[0]}"
            elif not row["email_address"]:
                skipped[row["username"]] = "blank email_address"
            elif self._is_foreign(row["email_address"]):
                skipped[row["username"]] = "not associated with your school"
            elif self._last.get(row["username"]) == self._meant(row):
                skipped[row["username"]] = "unchanged"
            else:
                yield row

    def _meant(self, row: Account) -> Account:
        """Return the cells that say something: a blank one only does in the column of labels [FAQ]."""
        return {
            header: cell
            for header, cell in row.items()
            if header in COLUMNS[self.region] and (cell or header == LABELS)
        }

    def _domains(self, rows: list[Account]) -> Iterator[str]:
        if any(self._is_foreign(row["email_address"]) for row in rows):
            yield (
                "This job has users with email addresses not associated with your school. These users will be skipped."
            )

    def _is_foreign(self, address: str) -> bool:
        return address.rpartition("@")[2] in self.institutions

    def _refuse_run(self, name: str, rows: list[Account], said: list[str], settings: Settings) -> None:
        """Stop a file that is only to be analysed [AUTORUN]; an automatic job stops for more reasons."""
        if settings.identifier_column not in IDENTIFIER_COLUMNS:
            message = f"the form offers no Identifier Column {settings.identifier_column}"
            raise AssertionError(message)
        if "test" in name or "sample" in name:
            raise _Stopped("The file name says test or sample: analysed, and never run.")
        if not settings.automatic:
            return
        if settings.changes_identifier_data or settings.identifier_column != "username":
            message = "an automatic job has no boxes to tick"
            raise AssertionError(message)
        if any(sentence.startswith("This job has users") for sentence in said):
            raise _Stopped("School Domain Check: not run automatically.")
        moved = sum(self._moves(row) for row in rows)
        if moved and moved * 10 >= len(rows):
            raise _Stopped("10 % of the rows or more change the email address.")
        closed = sum(row.get("disabled") == "TRUE" for row in rows)
        if closed and closed * 2 >= len(rows):
            raise _Stopped("50 % of the rows or more are to be archived.")

    def _moves(self, row: Account) -> bool:
        account = self.accounts.get(row["username"])
        return account is not None and account.get("email_address") != row["email_address"]

    # What the run does

    def _run(self, row: Account, settings: Settings) -> str:
        """Bring one row in; return "" or the response that the failed rows will hold."""
        there = self._found(row, settings.identifier_column)
        if there is None:
            errors = _blank(row) | self._taken(row, "")
            before: Account = {}
        else:
            before = self.accounts[there]
            if there in self.excluded:
                return json.dumps(
                    {
                        "success": False,
                        "exclude_from_sync": True,
                        "errors": ["User is marked as excluded from sync and cannot be updated."],
                    }
                )
            attempt = _attempt(before, row)
            if attempt and not settings.changes_identifier_data:
                return json.dumps({"success": False, "errors": attempt})
            errors = _blank(row) | self._taken(row, there)
        after = _merged(before, self._meant(row))
        errors |= _impossible(after)
        if errors:
            return json.dumps({"success": False, "errors": errors})
        if there is not None:
            del self.accounts[there]
        self.accounts[after["username"]] = after
        self._last[row["username"]] = self._meant(row)
        return ""

    def _found(self, row: Account, column: str) -> str | None:
        """Return the username of the one account that the job's column leads to, whatever else the row says [TAKEN]."""
        found = [username for username, account in self.accounts.items() if account.get(column) == row[column]]
        return found[0] if len(found) == 1 and row[column] else None

    def _taken(self, row: Account, there: str) -> dict[str, list[str]]:
        """Return what another account already has [ERR]; an archived account keeps its address [ARC]."""
        others = [account for username, account in self.accounts.items() if username != there]
        errors = {
            header: ["has already been taken"]
            for header in UNIQUE
            if row.get(header) not in {None, "", CLEAR} and any(other.get(header) == row[header] for other in others)
        }
        if there and "email_address" in errors:
            errors["email_address"].append("conflicts with another primary account")
        if row["email_address"] in self.elsewhere:
            errors["email_address"] = ["has already been taken"]
        return errors


def _table(name: str, content: bytes) -> tuple[list[str], list[Account]]:
    """Return the headers and the rows by header [CSV][FAIL]."""
    crash = "A system error occurred while running this static analysis."
    if not name.endswith(".csv"):
        raise _Stopped("File name is invalid, File is invalid, File content typse is invalid")
    if len(content) >= BYTES:
        raise _Stopped("The file is not smaller than 50 MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Stopped("There are characters we could not recogonize...") from error
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if "\r" in text or not lines or any("\n" in cell for line in lines for cell in line):
        raise _Stopped(crash)
    headers, *rows = lines
    if "" in headers or any(len(row) != len(headers) for row in rows):
        raise _Stopped(crash)
    if len(rows) > ROWS:
        message = f"The file you uploaded has ({len(rows)}) rows. The maximum number of rows allowed is 199,999."
        raise _Stopped(message)
    return headers, [dict(zip(headers, row, strict=True)) for row in rows]


def _attempt(before: Account, row: Account) -> str:
    """Return what the row attempts on a sensitive field [SENS]."""
    for header in ("username", "auth_identifier"):
        if row.get(header) and row[header] != before.get(header, ""):
            return f"Attempted to update {header} from {before.get(header, '')} to {row[header]}"
    return ""


def _blank(row: Account) -> dict[str, list[str]]:
    needed = ["username", "email_address", *([] if row.get("disabled") == "TRUE" else ["first_name"])]
    return {header: ["can't be blank"] for header in needed if not row[header]}


def _merged(before: Account, meant: Account) -> Account:
    """Return the profile after the row: **CLEAR** wipes, and so does a blank cell of labels [FAQ]."""
    after = dict(before)
    for header, cell in meant.items():
        if header in BOOLEANS:
            after[header] = cell if cell in {"TRUE", "FALSE"} else after.get(header, "")
        elif cell in {"", CLEAR}:
            after.pop(header, None)
        else:
            after[header] = cell
    return {header: cell for header, cell in after.items() if cell}


def _impossible(after: Account) -> dict[str, list[str]]:
    """Return what no profile can be: the dates are those of the profile, not only of the file [ERR][ALU]."""
    errors = {}
    if after.get(START) and after.get(END) and after[END] < after[START]:
        errors["primary_education.end_date"] = ["must be a date on or after primary_education:start_date"]
    mobile = after.get("mobile_number", "")
    if mobile and not (len(mobile) == 10 and mobile.isdecimal()):
        errors["mobile_number"] = ["is invalid"]
    return errors


def _failed_rows(headers: list[str], failed: list[tuple[Account, str]]) -> bytes:
    """Return the uploaded columns with `status` and `response` at the far right [SENS][TAKEN]."""
    if not failed:
        return b""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*headers, "status", "response"])
    writer.writerows([*(row.get(header, "") for header in headers), "failed", response] for row, response in failed)
    return text.getvalue().encode()
