"""Drafts: one record while it is edited, with the content that was read, its findings, and the way to save it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from graduand.editing import transaction
from graduand.editing.proposal import Proposal
from graduand.editing.transaction import change_message
from graduand.errors import GitRefused, InTheWay, NoGit, NotCommitted, NotGit, NotNow, Usage
from graduand.findings import Finding
from graduand.git.program import Program
from graduand.git.unmerged import mark_merged
from graduand.index.evaluate import findings_of
from graduand.language import _, quoted, visible
from graduand.records import files
from graduand.records.comments import comments_of
from graduand.records.paths import CROWD, cohort_name, record_path, username_of
from graduand.records.reading import read
from graduand.records.record import DISABLED, FORMER, KIND, USERNAME, WAIVE, Record, Value
from graduand.records.source import text_of, with_line_feeds
from graduand.records.transition import Waiver
from graduand.records.tree import parse
from graduand.records.writing import canonical, modeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.records.comments import Comments
    from graduand.records.school import School
    from graduand.rules.rule import Flaw
    from graduand.workspace import Workspace

FieldValue = Value | tuple[Waiver, ...]
"""The value of one key: a text, the texts of a list, or the exemptions."""

_LEVELS: Final = 3
"""Slashes in the path of a record whose cohort has a second level of folders."""


class Draft(NamedTuple):
    """A record while it is being changed; every change makes a new draft."""

    original: Record
    """The record in the file; without values if there is no file yet."""
    record: Record
    """The edited record."""
    base: bytes | None
    """The content of the file when it was read, with which a save compares it; None: there is no file yet."""
    comments: Comments

    @property
    def path(self) -> str:
        """The path of the file, or of the file to be made."""
        return self.original.path

    @property
    def dirty(self) -> bool:
        """Whether there is anything to save."""
        return self.record != self.original

    @property
    def changed_keys(self) -> tuple[str, ...]:
        """The keys whose values differ from those in the file, sorted."""
        return tuple(
            key
            for key in sorted(keys_of(self.original, self.record))
            if value_of(self.original, key) != value_of(self.record, key)
        )

    @property
    def closes_account(self) -> bool:
        """Whether saving it closes an account that the file leaves open."""
        return self.record.text(DISABLED) == "true" and self.original.text(DISABLED) != "true"

    def set(self, key: str, value: FieldValue | None) -> Draft:
        """Return the draft with `value` under `key`; None or an empty value removes the key."""
        record = set_value(self.record, key, value)
        if key == USERNAME:
            record = record._replace(path=self._place(record.username))
        return self._replace(record=record)

    def _place(self, username: str) -> str:
        """Return the path of the record with this username, in the cohort of the present one."""
        if not username or username == self.original.username:
            return self.path
        people = CROWD + 1 if self.path.count("/") == _LEVELS else 1
        return record_path(self.original.cohort, username, people)


class UnreadRecord(NamedTuple):
    """A file that cannot be read completely; it is shown and not edited, since writing it would lose content."""

    path: str
    raw: bytes
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The text, as far as the bytes are one."""
        return self.raw.decode(errors="replace")


def value_of(record: Record, key: str) -> FieldValue | None:
    """Return the value of `key`; None if it is absent."""
    return (record.waivers or None) if key == WAIVE else record.values.get(key)


def set_value(record: Record, key: str, value: FieldValue | None) -> Record:
    """Return the record with `value` under `key`; None or an empty value removes the key."""
    if key == WAIVE:
        return record._replace(waivers=tuple(one for one in value or () if isinstance(one, Waiver)))
    values = {one: there for one, there in record.values.items() if one != key}
    return record._replace(values=values | {key: cast("Value", value)} if value else values)


def keys_of(*records: Record) -> frozenset[str]:
    """Return the keys that have a value in one of the records."""
    exempted = {WAIVE} if any(record.waivers for record in records) else set()
    return frozenset(exempted.union(*(record.values for record in records)))


def open_draft(workspace: Workspace, path: str) -> Draft | UnreadRecord:
    """Read the record at `path`, from the data's root, to change it."""
    raw = files.load(workspace.root, path)
    return UnreadRecord(path, b"", (raw,)) if isinstance(raw, Finding) else read_draft(workspace.school, path, raw)


def read_draft(school: School, path: str, raw: bytes) -> Draft | UnreadRecord:
    """Return the draft of these bytes of the file at `path`."""
    reading = read(path, with_line_feeds(raw), school)
    if reading.record is None or reading.findings:
        return UnreadRecord(path, raw, reading.findings)
    text = text_of(with_line_feeds(raw))
    return Draft(reading.record, reading.record, raw, comments_of(text, parse(text)))


def new_draft(workspace: Workspace, cohort: str, kind: str, username: str) -> Draft:
    """Return the draft of a new record.

    Raises:
        Usage: no username, no cohort that a folder can be named for, or there is such a record already.
    """
    if not username:
        raise Usage(_("A record needs a username."))
    cohort = cohort_name(cohort)
    known = files.find(workspace.root).paths
    there = next((path for path in known if username_of(path).casefold() == username.casefold()), "")
    if there:
        raise duplicate_username(username, there)
    people = sum(path.startswith(f"records/{cohort}/") for path in known)
    empty = Record(record_path(cohort, username, people + 1), {})
    return Draft(empty, set_value(set_value(empty, USERNAME, username), KIND, kind), None, modeline(empty.path))


def duplicate_username(username: str, path: str) -> Usage:
    """Return the error that there is a record of this username already."""
    message = _("There is a record of {username} already: {path}.")
    return Usage(message.format(username=quoted(username), path=visible(path, 200)))


def rebase_draft(draft: Draft, since: Draft, onto: Draft) -> Draft:
    """Return `onto` with all that `draft` changed since `since`."""
    for key in sorted(keys_of(draft.record, since.record)):
        if value_of(draft.record, key) != value_of(since.record, key):
            onto = onto.set(key, value_of(draft.record, key))
    return onto


def is_current(workspace: Workspace, draft: Draft) -> bool:
    """Return whether the file has not changed since the draft was read."""
    return draft.base is None or files.load(workspace.root, draft.path) == draft.base


def draft_text(draft: Draft, school: School) -> str:
    """Return the text that a save would write."""
    return canonical(draft.record, school.fields, draft.comments)


def is_canonical(draft: Draft, school: School) -> bool:
    """Tell whether a save changes no line but those of the changed fields."""
    return draft.base is None or canonical(draft.original, school.fields, draft.comments).encode() == draft.base


def draft_findings(workspace: Workspace, draft: Draft, on: str, shared: Iterable[Flaw] = ()) -> tuple[Finding, ...]:
    """Return what is wrong with the draft on the day `on`, what it has in common with others in `shared` too.

    The places are those in the text that a save would write.
    """
    record = draft.record
    raw = draft_text(draft, workspace.school).encode(errors="surrogatepass")
    found = findings_of(record, workspace.school, on, read(record.path, raw, workspace.school).places, shared)
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.column, finding.rule)))


def findings_by_key(findings: Iterable[Finding], shown: Iterable[str]) -> dict[str, tuple[Finding, ...]]:
    """Return the findings by the shown key that each belongs to; "": to the record as a whole."""
    found: dict[str, tuple[Finding, ...]] = {}
    listed = tuple(shown)
    for finding in findings:
        key = _shown_key(finding.field, listed)
        found[key] = (*found.get(key, ()), finding)
    return found


def _shown_key(key: str, shown: tuple[str, ...]) -> str:
    """Return the key itself, the one whose item it is, or the first of the group that it names."""
    above = key
    while above:
        if above in shown:
            return above
        above = above.rpartition(":")[0]
    return next((one for one in shown if key and one.startswith(f"{key}:")), "")


def suggested_values(draft: Draft) -> dict[str, str]:
    """Return values to add to a change, by key: Handshake finds a renamed person by the former username."""
    before, now = draft.original.username, draft.record.username
    if draft.base is None or not before or not now or before == now or value_of(draft.record, FORMER):
        return {}
    return {FORMER: before}


class SavedDraft(NamedTuple):
    """The result of a save."""

    draft: Draft
    """The draft of the file as it was saved."""
    saved: tuple[SavedFile, ...]
    """The file that changed; of a person whose username changed, the old file and the new one."""
    commit: str
    """The commit; "" if there is none."""
    uncommitted: str
    """The sentence that says why the saved file is not committed; "" if it is, or should not be."""


def save(
    workspace: Workspace, draft: Draft, *, commit: bool, on_resumed: Callable[[ResumedTransaction], None] | None = None
) -> SavedDraft:
    """Write the draft, and commit it; if git refuses, it is saved without a commit.

    `on_resumed` gets a transaction that was killed before, and is completed now. Raises:
        Busy: another process of graduand is writing.
        ChangedOnDisk: the file is no longer what the draft was read from.
        InTheWay: the file of a new record exists.
        Usage: the person's new username has a record already.
        NotWritten: the file system reports an error, or the text would not be read back as the record;
            nothing has changed.
    """
    _refuse_existing(workspace, draft)
    text = draft_text(draft, workspace.school)
    record = draft.record
    there = Proposal(record.path, record, draft.base if record.path == draft.path else None, text, draft.original)
    moves = record.path != draft.path and draft.base is not None
    gone = (Proposal(draft.path, None, draft.base, "", draft.original),) if moves else ()
    saved, why = _write(workspace, draft, (*gone, there), commit=commit, on_resumed=on_resumed)
    raw = text.encode(errors="surrogatepass")
    fresh = Draft(record, record, raw, comments_of(text_of(raw), parse(text)))
    return SavedDraft(fresh, saved, saved[0].commit if saved else "", why)


def _refuse_existing(workspace: Workspace, draft: Draft) -> None:
    path = draft.record.path
    if (path != draft.path or draft.base is None) and os.path.lexists(workspace.root / path):
        raise duplicate_username(draft.record.username, path) if path != draft.path else InTheWay(workspace.root / path)


def _write(
    workspace: Workspace,
    draft: Draft,
    proposals: Sequence[Proposal],
    *,
    commit: bool,
    on_resumed: Callable[[ResumedTransaction], None] | None,
) -> tuple[tuple[SavedFile, ...], str]:
    """Return what was saved, and the sentence that says why it is not committed."""
    subject, trailers = change_message(
        [draft.record], {key: draft.record.values.get(key) for key in draft.changed_keys}
    )
    why = ""
    if commit:
        try:
            return transaction.apply(workspace, proposals, subject, trailers, on_resumed=on_resumed), ""
        except NotCommitted as refused:
            if refused.saved:
                return refused.saved, str(refused)
            why = str(refused)
        except (NoGit, NotGit, NotNow) as refused:
            why = str(refused)
    saved = transaction.apply(workspace, proposals, subject, trailers, commit=False, on_resumed=on_resumed)
    _tell_git(workspace, [one.path for one in proposals])
    return saved, why


def _tell_git(workspace: Workspace, paths: Sequence[str]) -> None:
    """Let git's index have what was saved, where a merge left several versions of it there."""
    with suppress(NoGit, NotGit, GitRefused):
        mark_merged(Program(workspace.root), paths)
