"""Upload: jobs as the bytes of import files, the manifest that vouches for them, and the operator's card."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.handshake.job import Job, Setting
    from graduand.records.school import School

MANIFEST: Final = "manifest.json"
CARD: Final = "upload.md"
SCHEMA: Final = "graduand/manifest/1"


class File(NamedTuple):
    """One import file: what it is called, how it is to be uploaded, and its bytes."""

    name: str
    setting: Setting
    delivery: str
    columns: tuple[str, ...]
    rows: int
    content: bytes

    @property
    def sha256(self) -> str:
        """The checksum of the bytes, in hexadecimal figures."""
        return hashlib.sha256(self.content).hexdigest()


class Upload(NamedTuple):
    """Everything that goes up together, and what vouches for it."""

    files: tuple[File, ...]
    commit: str
    """Empty: nothing is committed yet."""
    dirty: bool
    on: str
    region: str
    records: int
    left_out: tuple[str, ...]
    """The usernames or paths of those who were left out because of errors."""
    rehearsal: bool
    usernames: tuple[str, ...]
    """Whose rows the files hold, as their records have it."""
    rollback_of: str = ""
    """The upload that this one takes back; empty for an ordinary one."""

    @property
    def plan(self) -> str:
        """The checksum of what is to be done: all bytes and settings in order, whatever the files are called."""
        parts = [
            f"{file.delivery} {int(file.setting.changes_identifier_data)} "
            f"{file.setting.identifier_column} {file.sha256}"
            for file in self.files
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def files_of(jobs: Sequence[Job], school: School, on: str, *, rehearsal: bool) -> tuple[File, ...]:
    """Return the import files of the jobs, numbered in the order of upload, within the importer's limits [CSV][ERR]."""
    parts = [(job, part) for job in jobs for part in _parts(job, school)]
    return tuple(
        File(_name(number, job.setting, on, rehearsal=rehearsal), job.setting, job.delivery, job.columns, rows, content)
        for number, (job, (rows, content)) in enumerate(parts, 1)
    )


def _name(number: int, setting: Setting, on: str, *, rehearsal: bool) -> str:
    """Return a file name; only a rehearsal's holds the word that keeps the importer from running it [AUTORUN]."""
    what = "identifiers" if setting.changes_identifier_data else "students"
    more = ("_by_hand" if setting.by_hand and not setting.changes_identifier_data else "") + (
        "_labels" if setting.labels else ""
    )
    return f"{'test_' if rehearsal else ''}{on.replace('-', '')}_{number}_{what}{more}.csv"


def _parts(job: Job, school: School) -> Iterator[tuple[int, bytes]]:
    """Return the job's rows as CSV, in as many parts as the limits of one file ask for; a header row counts."""
    header = _line(job.columns)
    lines = [_line([row.get(column, "") for column in job.columns]) for row in job.rows]
    part, size = [header], len(header)
    for line in lines:
        if len(part) >= school.importer.file_rows or size + len(line) >= school.importer.file_bytes:
            yield len(part) - 1, b"".join(part)
            part, size = [header], len(header)
        part.append(line)
        size += len(line)
    yield len(part) - 1, b"".join(part)


def _line(cells: Sequence[str]) -> bytes:
    """Return one line of CSV: UTF-8, commas, LF, quotes only where a cell needs them."""
    joined = ",".join(cells)
    if '"' not in joined and joined.count(",") == len(cells) - 1:
        return f"{joined}\n".encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def manifest(upload: Upload) -> str:
    """Return the manifest as JSON: the contract with whatever takes the files from here."""
    whole: dict[str, object] = {
        "schema": SCHEMA,
        "commit": upload.commit or None,
        "dirty": upload.dirty,
        "on": upload.on,
        "region": upload.region,
        "plan": upload.plan,
        "records": upload.records,
        "jobs": [_entry(file) for file in upload.files],
    }
    whole["usernames"] = upload.usernames
    if upload.rehearsal:
        whole["rehearsal"] = True
    if upload.rollback_of:
        whole["rollback_of"] = upload.rollback_of
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _entry(file: File) -> Mapping[str, object]:
    return {
        "file": file.name,
        "job_type": "students",
        "identifier_column": file.setting.identifier_column,
        "changes_identifier_data": file.setting.changes_identifier_data,
        "delivery": file.delivery,
        "rows": file.rows,
        "sha256": file.sha256,
        "columns": list(file.columns),
    }
