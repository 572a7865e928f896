"""The past: what Handshake was sent, compiled again from the commits of the uploads that were noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Unreadable
from graduand.handshake.job import jobs_of
from graduand.handshake.plan import walls
from graduand.handshake.rollback import inverse_of
from graduand.handshake.row import Row, row_of
from graduand.handshake.state import NOTHING, Sent, after
from graduand.handshake.upload import files_of
from graduand.history import ledger
from graduand.history.snapshot import contents, entries, school_at
from graduand.language import _
from graduand.records.canon import fast_reader
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.rules import judgement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from graduand.handshake.job import Job
    from graduand.history.ledger import Noted
    from graduand.history.program import Program
    from graduand.records.school import School
    from graduand.rules.judgement import CheckedRecord


class Step(NamedTuple):
    """One noted upload: what Handshake had before it, its rows and jobs, and what it had afterwards."""

    tag: Noted
    before: Sent
    rows: tuple[Row, ...]
    jobs: tuple[Job, ...]
    school: School
    """As its commit has it."""
    after: Sent


def steps(program: Program) -> Iterator[Step]:
    """Return the noted uploads, oldest first.

    Raises:
        Unreadable: the commit of one is not in this clone.
    """
    sent = NOTHING
    failed = _failures(program)
    done: dict[str, Step] = {}
    for tag in ledger.noted(program, ledger.UPLOAD):
        school = school_at(program, _commit(program, tag))
        rows = _rows(program, tag, school, done)
        jobs = jobs_from(rows, school, sent)
        done[tag.name] = Step(tag, sent, rows, jobs, school, after(sent, jobs, failed.get(tag.name, frozenset())))
        sent = done[tag.name].after
        yield done[tag.name]


def jobs_from(rows: Iterable[Row], school: School, sent: Sent) -> tuple[Job, ...]:
    """Return the jobs that bring rows in, when Handshake has what was `sent`."""
    return jobs_of(rows, school, sent.cells, lambda ordinary: walls(ordinary, sent, school.own_domains))


def _failures(program: Program) -> dict[str, frozenset[str]]:
    """Return whose rows are known to have failed, as the files name them, by upload."""
    found: dict[str, frozenset[str]] = {}
    for tag in ledger.noted(program, ledger.RESULT):
        rows = frozenset(str(row.get("row", "")) for row in tag.says.get("failed", []))
        upload = str(tag.says.get("upload", ""))
        found[upload] = found.get(upload, frozenset()) | rows
    return found


def _commit(program: Program, tag: Noted) -> str:
    commit = str(tag.says.get("commit") or tag.commit)
    if not ledger.is_commit(program, commit):
        raise Unreadable(tag.name, _("its commit is not in this clone (a shallow one?); fetch the whole history"))
    return commit


def _rows(program: Program, tag: Noted, school: School, done: dict[str, Step]) -> tuple[Row, ...]:
    taken_back = done.get(str(tag.says.get("rollback_of", "")))
    if taken_back:
        inverse = inverse_of(taken_back.rows, taken_back.before, taken_back.after, school.required_columns)
        return inverse.rows
    usernames = frozenset(str(username) for username in tag.says.get("usernames", []))
    records = records_at(program, _commit(program, tag), school, usernames)
    return tuple(row_of(record, school, str(tag.says.get("on", ""))) for record in records)


def records_at(program: Program, commit: str, school: School, usernames: Collection[str]) -> tuple[CheckedRecord, ...]:
    """Return the records of these people at a commit whose upload vouches for them."""
    read_fast = fast_reader(school)
    listed = (entry for entry in entries(program, commit) if username_of(entry.path) in usernames)
    found = [read_fast(path, raw) or read(path, raw, school).record for path, raw in contents(program, listed)]
    return judgement.sound((record for record in found if record is not None), ())


def differing(step: Step) -> tuple[str, ...]:
    """Return the files of a noted upload that do not compile again byte for byte; none is as it should be."""
    again = [
        file.sha256 for file in files_of(step.jobs, step.school, str(step.tag.says.get("on", "")), rehearsal=False)
    ]
    noted = [(str(job.get("file", "")), str(job.get("sha256", ""))) for job in step.tag.says.get("jobs", [])]
    if len(again) != len(noted):
        return tuple(file for file, _sha256 in noted) or (step.tag.name,)
    return tuple(file for (file, sha256), now in zip(noted, again, strict=True) if sha256 != now)
