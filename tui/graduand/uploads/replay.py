"""The replay: what Handshake was sent, compiled again from the commits of the uploads that were noted."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Unreadable
from graduand.git import upload_tags
from graduand.git.snapshot import contents, entries, school_at
from graduand.handshake.job import after, jobs_of
from graduand.handshake.rollback import inverse_of
from graduand.handshake.row import row_of
from graduand.handshake.row_table import table_of
from graduand.handshake.state import NOTHING, Sent
from graduand.handshake.upload import entry_of, files_of
from graduand.language import _
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.rules import judgement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from graduand.git.program import Program
    from graduand.git.upload_tags import Noted
    from graduand.handshake.job import Job
    from graduand.handshake.row_table import RowTable
    from graduand.records.school import School
    from graduand.rules.judgement import CheckedRecord


_SENSITIVE: Final = "sensitive-"
"""How the ids of the answers begin that refuse a change of identifiers."""


class ReplayedUpload(NamedTuple):
    """One noted upload: its rows and jobs, and the state before and after it."""

    tag: Noted
    before: Sent
    rows: RowTable
    jobs: tuple[Job, ...]
    school: School
    """As its commit has it."""
    after: Sent
    failed: frozenset[str]
    """The usernames in its rows that are known to have failed."""
    refused: frozenset[str]
    """Those of them that failed because of identifiers."""


class UploadHistory(NamedTuple):
    """The noted uploads, replayed, and the names of the last tags."""

    replayed: tuple[ReplayedUpload, ...]
    """Oldest first."""
    since: tuple[str, ...]
    """The last upload and the last result, as far as there are any."""

    @property
    def sent(self) -> Sent:
        """What Handshake was last sent, without the rows that failed."""
        return self.replayed[-1].after if self.replayed else NOTHING

    @property
    def last_upload(self) -> str:
        """The name of the last upload; "" when none is noted."""
        return self.replayed[-1].tag.name if self.replayed else ""


def replay_uploads(program: Program) -> UploadHistory:
    """Return the noted uploads, with the state before and after each.

    The jobs of an upload are those that were compiled from what was known then: a result that came
    back later changes the state after it, not its jobs.

    Raises:
        Unreadable: the commit of an upload is not in this clone.
    """
    uploads, results = (_ours(program, prefix) for prefix in (upload_tags.UPLOAD, upload_tags.RESULT))
    replayed: list[ReplayedUpload] = []
    known: list[ReplayedUpload] = []
    for tag in uploads:
        earlier = [one for one in results if _knew(tag, one)]
        known = _replayed([step for step in replayed if _knew(tag, step.tag)], earlier, known)
        school = school_at(program, _commit(program, tag))
        rows = _rows(program, tag, school, known)
        jobs = jobs_of(rows, school, known[-1].after if known else NOTHING)
        replayed.append(ReplayedUpload(tag, NOTHING, rows, jobs, school, NOTHING, frozenset(), frozenset()))
    lasts = tuple(tags[-1].name for tags in (uploads, results) if tags)
    return UploadHistory(tuple(_replayed(replayed, results, known)), lasts)


def _ours(program: Program, prefix: str) -> tuple[Noted, ...]:
    """Return the tags that graduand made; others may have a name like theirs."""
    return tuple(tag for tag in upload_tags.noted(program, prefix) if tag.says)


def _knew(tag: Noted, other: Noted) -> bool:
    """Tell whether an upload was compiled after `other` had been noted."""
    kind = other.name.partition("/")[0]
    return any(last.partition("/")[0] == kind and other.name <= last for last in _since(tag))


def _since(tag: Noted) -> tuple[str, ...]:
    since = tag.says.get("since")
    return tuple(map(str, since)) if isinstance(since, list) else ()


def _replayed(
    replayed: Iterable[ReplayedUpload], results: Iterable[Noted], done: Sequence[ReplayedUpload]
) -> list[ReplayedUpload]:
    """Return the steps with the states before and after each, when no more rows have failed than `results` say.

    What is `done` already, up to the first difference, is not done again.
    """
    failed: defaultdict[str, set[str]] = defaultdict(set)
    refused: defaultdict[str, set[str]] = defaultdict(set)
    for result in results:
        upload = str(result.says.get("upload", ""))
        for row in result.says.get("failed", []):
            failed[upload].add(str(row.get("row", "")))
            if str(row.get("message", "")).startswith(_SENSITIVE):
                refused[upload].add(str(row.get("row", "")))
    wanted = [
        step._replace(failed=frozenset(failed[step.tag.name]), refused=frozenset(refused[step.tag.name]))
        for step in replayed
    ]
    same = takewhile(_is_same, zip(done, wanted, strict=False))
    found = [step for step, _other in same]
    for step in wanted[len(found) :]:
        sent = found[-1].after if found else NOTHING
        found.append(step._replace(before=sent, after=after(sent, step.jobs, step.failed, step.refused)))
    return found


def _is_same(pair: tuple[ReplayedUpload, ReplayedUpload]) -> bool:
    """Tell whether the same upload came to the same."""
    one, other = pair
    return one.tag is other.tag and one.failed == other.failed and one.refused == other.refused


def _commit(program: Program, tag: Noted) -> str:
    commit = str(tag.says.get("commit") or tag.commit)
    if not upload_tags.is_commit(program, commit):
        raise Unreadable(tag.name, _("its commit is not in this clone (a shallow one?); fetch the whole history"))
    return commit


def _rows(program: Program, tag: Noted, school: School, known: Iterable[ReplayedUpload]) -> RowTable:
    """Return the rows of an upload; those of a rollback follow from the upload taken back, one of the `known`."""
    for step in known:
        if step.tag.name == tag.says.get("rollback_of"):
            return inverse_of(step.rows, step.before, step.after, school.columns).table
    usernames = frozenset(str(username) for username in tag.says.get("usernames", []))
    records = records_at(program, _commit(program, tag), school, usernames)
    rows = (row_of(record, school, str(tag.says.get("on", ""))) for record in records)
    return table_of(rows, [*school.columns])


def records_at(program: Program, commit: str, school: School, usernames: Collection[str]) -> tuple[CheckedRecord, ...]:
    """Return the records of these people at a commit whose upload vouches for them."""
    listed = (entry for entry in entries(program, commit) if username_of(entry.path) in usernames)
    found = [read(path, raw, school).record for path, raw in contents(program, listed)]
    return judgement.sound((record for record in found if record is not None), ())


def differing(step: ReplayedUpload) -> tuple[str, ...]:
    """Return the files of a noted upload that do not compile again as noted, byte for byte; none is as it should be."""
    files = files_of(step.jobs, step.school, str(step.tag.says.get("on", "")), rehearsal=False)
    noted = step.tag.says.get("jobs", [])
    if len(files) != len(noted):
        return tuple(str(job.get("file", "")) for job in noted) or (step.tag.name,)
    return tuple(str(job.get("file", "")) for file, job in zip(files, noted, strict=True) if entry_of(file) != job)
