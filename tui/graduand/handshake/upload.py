"""The upload: jobs as the bytes of import files, the manifest that vouches for them, and the operator's card."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import __version__
from graduand.handshake.job import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.handshake.job import Job, Setting
    from graduand.handshake.sendable import HeldPerson
    from graduand.records.importer import Importer
    from graduand.records.school import School

MANIFEST: Final = "manifest.json"
CARD: Final = "upload.md"
SCHEMA: Final = "graduand/manifest/2"
CHECKSUM: Final = "checksum"
"""The last key of a manifest: the checksum of all others, by which a change by hand is seen."""
AHEAD: Final = "ahead"
"""What an override passes over of an upload that was compiled for a day to come: the day of rows that say so."""


class File(NamedTuple):
    """One import file: what it is called, how it is to be uploaded, and its bytes."""

    name: str
    setting: Setting
    delivery: str
    columns: tuple[str, ...]
    rows: int
    content: bytes
    sha256: str
    """The checksum of the bytes, in hexadecimal figures."""


class Override(NamedTuple):
    """A limit or a check that was passed over on purpose."""

    what: str
    """"limit", "unreviewed", "early", "ahead" or "fewer-people"."""
    number: int
    by: str
    reason: str
    which: str = ""
    """Of a limit, what it limits."""


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
    back_to: tuple[str, ...] = ()
    """Those of them who get a username or an address back, having had another one in between."""
    branch: str = ""
    """The branch that was checked out; "" when it was a commit."""
    published: bool = False
    """Whether the commit was on the upload branch as it was last fetched."""
    ledger: str = ""
    """The newest commit of the ledger that the files were compared with; "" when there was none."""
    anchor: str = ""
    """The checksum of the ledger's entries and the upload branch at that moment."""
    overrides: tuple[Override, ...] = ()
    approvals: tuple[str, ...] = ()
    """The ids of the approvals that cover the rows, where some are needed."""
    takes_back: str = ""
    """The id of the upload that this one takes back; "" for an ordinary one."""
    held: tuple[HeldPerson, ...] = ()
    """People whose row is held back, and why."""
    early: tuple[HeldPerson, ...] = ()
    """People whose graduation or departure is among the rows though its day has not come."""
    ahead: tuple[HeldPerson, ...] = ()
    """People whose rows say what holds only from a day on that lies ahead, as the upload is for such a day."""

    @property
    def plan(self) -> str:
        """The checksum of what is to be done."""
        return plan_checksum(self.files)


def plan_checksum(files: Sequence[File]) -> str:
    """Return the checksum of what is to be done: all bytes and settings in order, whatever the files are called."""
    parts = [
        f"{file.delivery} {int(file.setting.changes_identifier_data)} {file.setting.identifier_column} {file.sha256}"
        for file in files
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def files_of(jobs: Sequence[Job], school: School, on: str, *, rehearsal: bool) -> tuple[File, ...]:
    """Return the import files of the jobs, numbered in the order of upload, within the importer's limits [CSV][ERR]."""
    parts = [part for job in jobs for part in _parts(job, school)]
    return tuple(
        File(
            _name(number, job.setting, on, rehearsal=rehearsal),
            job.setting,
            job.delivery,
            job.columns,
            len(job.rows),
            content,
            hashlib.sha256(content).hexdigest(),
        )
        for number, (job, content) in enumerate(parts, 1)
    )


def _name(number: int, setting: Setting, on: str, *, rehearsal: bool) -> str:
    """Return a file name; only a rehearsal's holds the word that keeps the importer from running it [AUTORUN]."""
    what = "identifiers" if setting.changes_identifier_data else "students"
    more = ("_by_hand" if setting.by_hand and not setting.changes_identifier_data else "") + (
        "_labels" if setting.labels else ""
    )
    return f"{'test_' if rehearsal else ''}{on.replace('-', '')}_{number}_{what}{more}.csv"


def _parts(job: Job, school: School) -> Iterator[tuple[Job, bytes]]:
    """Return the job as CSV, in as many parts as the limits of one file ask for; no part has an empty column."""
    content, sizes = _csv(job)
    cuts = [0, *_cuts(sizes, school.importer), len(job.rows)]
    if len(cuts) == 2:
        yield job, content
        return
    for start, end in pairwise(cuts):
        part = cut(job._replace(rows=job.rows[start:end]), school)
        yield part, _csv(part)[0]


def _cuts(sizes: Sequence[int], importer: Importer) -> Iterator[int]:
    """Return before which rows another file begins; of the sizes, in bytes, the first is the header's, of each file."""
    header, *rows = sizes
    if len(rows) < importer.file_rows and sum(sizes) < importer.file_bytes:
        return
    lines, size = 1, header
    for number, more in enumerate(rows):
        if lines > 1 and (lines >= importer.file_rows or size + more >= importer.file_bytes):
            yield number
            lines, size = 1, header
        lines += 1
        size += more


def _csv(job: Job) -> tuple[bytes, list[int]]:
    """Return a job as CSV, in UTF-8, with quotes only where a cell needs them; and how many bytes each line has."""
    content, commas = io.BytesIO(), len(job.columns) - 1
    sizes = []
    for row in (job.columns, *job.rows):
        line = ",".join(row)
        if '"' in line or line.count(",") != commas:
            line = _quoted(row)
        sizes.append(content.write(f"{line}\n".encode()))
    return content.getvalue(), sizes


def _quoted(cells: Sequence[str]) -> str:
    """Return one line of CSV without its end, with quotes where a cell needs them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()[:-1]


def manifest(upload: Upload) -> str:
    """Return the manifest as JSON: the contract with whatever takes the files from here."""
    whole: dict[str, object] = {
        "schema": SCHEMA,
        "version": __version__,
        "commit": upload.commit or None,
        "branch": upload.branch or None,
        "published": upload.published,
        "dirty": upload.dirty,
        "on": upload.on,
        "region": upload.region,
        "ledger": upload.ledger or None,
        "plan": upload.plan,
        "overrides": [_override(one) for one in upload.overrides],
        "approvals": [*upload.approvals],
        "anchor": upload.anchor or None,
        "records": upload.records,
        "jobs": [entry_of(file) for file in upload.files],
    }
    if upload.rehearsal:
        whole["rehearsal"] = True
    if upload.takes_back:
        whole["takes_back"] = upload.takes_back
    return json.dumps({**whole, CHECKSUM: manifest_checksum(whole)}, ensure_ascii=False, indent=2) + "\n"


def manifest_checksum(says: Mapping[str, object]) -> str:
    """Return the checksum of what a manifest says, but for its own checksum: whatever its spaces and line ends are."""
    said = {key: value for key, value in says.items() if key != CHECKSUM}
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _override(override: Override) -> dict[str, object]:
    return {name: value for name, value in override._asdict().items() if value or name != "which"}


def on_day(says: Mapping[str, Any], day: str) -> list[Mapping[str, Any]]:
    """Return the overrides of a manifest whose files run on a day: not before theirs, nothing of it is ahead."""
    is_early = day < str(says["on"])
    return [one for one in says.get("overrides", []) if is_early or one.get("what") != AHEAD]


def entry_of(file: File) -> Mapping[str, object]:
    """Return what the manifest says of a file."""
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
