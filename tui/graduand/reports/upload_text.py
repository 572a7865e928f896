"""Format uploads, rollbacks and failed rows as text or JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.handshake.rollback import LossReason
from graduand.handshake.row import OF_A_DAY, HeldReason
from graduand.handshake.sendable import waiting_among, waiting_text
from graduand.language import _, masked, ngettext, visible
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text
from graduand.reports.labels import TECHNICAL
from graduand.uploads.status import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from graduand.handshake.job import Setting
    from graduand.handshake.rollback import Lost
    from graduand.handshake.sendable import HeldPerson
    from graduand.handshake.upload import Upload
    from graduand.ledger.sync import Synced
    from graduand.reports.labels import Terms
    from graduand.uploads.former_uploads import ReadUpload
    from graduand.uploads.note_upload import NotedUpload
    from graduand.uploads.results import Failure, Reconciled
    from graduand.uploads.rollback_records import ProposedRecords
    from graduand.uploads.status import CompiledUpload, UploadStatus


def compiled_text(upload: Upload, folder: Path) -> Iterator[Line]:
    """Return a line for each file of the upload."""
    for file in upload.files:
        rows = ngettext("{count} row", "{count} rows", file.rows).format(count=file.rows)
        yield line(
            Span(visible(str(folder / file.name), 300), "bold"),
            f"  {rows}  {setting_words(file.setting)}",
        )


def setting_words(setting: Setting) -> str:
    """Return the words for the setting of an import job."""
    if setting.changes_identifier_data:
        return _("with “This job changes identifier data”")
    return _("an ordinary job, by hand: it would stop the automatic sync") if setting.by_hand else _("an ordinary job")


def left_out_text(upload: Upload, *, waiting: bool = True) -> Iterator[Line]:
    """Return the warnings on people left out, uncommitted changes and rehearsals; and on graduations `waiting`."""
    if upload.left_out:
        count = len(upload.left_out)
        message = ngettext(
            "{count} person is left out because of errors:", "{count} people are left out because of errors:", count
        )
        yield line(Span(message.format(count=count), "bold red"))
        for who in upload.left_out:
            yield line(f"  {visible(who, 200)}")
    if waiting and (text := waiting_text(waiting_among(upload.held))):
        yield line(Span(text, "bold yellow"))
    for override in upload.overrides:
        yield line(Span(f"! {visible(override.reason, 300)}", "bold yellow"))
    yield from held_text(upload.held)
    if upload.dirty:
        yield line(Span(_("! Compiled with uncommitted changes: this upload cannot be answered for."), "yellow"))
    if upload.rehearsal:
        yield line(Span(_("A rehearsal: Handshake analyses these files and never runs them."), "cyan"))


def synced_text(*synced: Synced) -> Iterator[Line]:
    """Return what is to be said of exchanges of the ledger with its remote."""
    for one in synced:
        if (sentence := one.sentence) and one.is_told_after(synced[-1]):
            yield line(Span(f"! {sentence}", "yellow")) if one.is_warning else line(sentence)


def held_text(held: Sequence[HeldPerson]) -> Iterator[Line]:
    """Return the people whose rows are held back, by reason, but for graduations and departures that wait."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for one in held:
        if one.why in OF_A_DAY:
            continue
        by_reason[one.why].append(one.username)
    for why, usernames in by_reason.items():
        yield line(Span(f"{held_words(why)} ({len(usernames)})", "bold yellow"))
        for username in usernames:
            yield line(f"  {visible(username)}")


def held_words(why: str) -> str:
    """Return the words for a `HeldReason`."""
    return {
        HeldReason.EXCLUDED: _(
            "held back: Handshake said the account is excluded from sync; when that is cured, send it with "
            "--retry-excluded"
        ),
        HeldReason.TAKEN_BACK: _("held back: a rollback took the row back, and the record still says the same"),
        HeldReason.CONFLICT: _("held back: the record contradicts what Handshake holds"),
        HeldReason.OWN_ADDRESS: _("held back: Handshake shows an address that the person has probably chosen"),
        HeldReason.GRADUATION: _("held back: the graduation waits for its day"),
        HeldReason.DEPARTURE: _("held back: the departure waits for its day"),
        HeldReason.CONFIDENTIAL: _("no row: the record says that the person is confidential"),
        HeldReason.EXCLUDED_HERE: _("no row: the record says that the account is excluded from sync"),
        HeldReason.DECEASED: _("no row: the record says that the person has died, and closes no account"),
    }[HeldReason(why)]


def noted_text(noted: NotedUpload) -> Iterator[Line]:
    """Return what is to be known of an upload that was just noted, and the next command."""
    if not noted.is_new:
        yield line(_("Already noted."))
        return
    yield from noted_warnings(noted)
    yield line(_("If rows failed, take them in with: graduand reconcile FAILED.csv"))


def noted_warnings(noted: NotedUpload) -> Iterator[Line]:
    """Return which files have not run, and who was in another upload meanwhile."""
    for name in noted.skipped_over:
        message = _("! {file} comes before a file that is noted, and has not run itself.")
        yield line(Span(message.format(file=visible(name, 200)), "yellow"))
    waiting = [name for name in noted.waiting if name not in noted.skipped_over]
    for name in waiting:
        yield line(_("{file} has not run yet; note it when it has.").format(file=visible(name, 200)))
    if noted.overlap:
        count = len(noted.overlap)
        message = ngettext(
            "! {count} person was in an upload that was noted after this one was compiled; what is outstanding is "
            "worked out anew:",
            "! {count} people were in an upload that was noted after this one was compiled; what is outstanding is "
            "worked out anew:",
            count,
        )
        yield line(Span(message.format(count=count), "yellow"))
        for username in noted.overlap:
            yield line(f"  {visible(username)}")


def lost_text(lost: tuple[Lost, ...], terms: Terms = TECHNICAL) -> Iterator[Line]:
    """Return the lines on the cells that a rollback cannot undo, by column; `terms` says what columns are called."""
    if not lost:
        return
    message = ngettext("{count} cell cannot be taken back:", "{count} cells cannot be taken back:", len(lost))
    yield line(Span(message.format(count=len(lost)), "bold yellow"))
    for why, words in _lost_words().items():
        by_header: defaultdict[str, list[str]] = defaultdict(list)
        for cell in lost:
            if cell.why is why:
                by_header[cell.header].append(cell.username)
        for header, usernames in by_header.items():
            shown = ", ".join(visible(username) for username in usernames[:5]) + (" …" if len(usernames) > 5 else "")
            yield line(f"  {terms.field(header)} ({len(usernames)}): {shown}")
        if by_header:
            yield line(words)


def proposed_text(proposed: ProposedRecords) -> Iterator[Line]:
    """Return what is to be known of the records that go with a rollback."""
    count = len(proposed.changed)
    if proposed.branch:
        message = ngettext(
            "{count} record as it was before is proposed on the branch {branch}; look at it with: git diff "
            "HEAD...{branch}",
            "{count} records as they were before are proposed on the branch {branch}; look at them with: git diff "
            "HEAD...{branch}",
            count,
        )
        yield line(message.format(count=count, branch=visible(proposed.branch)))
    elif proposed.refused:
        message = _("! The records as they were before could not be proposed on a branch: {reason}.")
        yield line(Span(message.format(reason=visible(proposed.refused, 300)), "yellow"))
    if proposed.without_earlier:
        count = len(proposed.without_earlier)
        message = ngettext(
            "{count} record was new with the upload; correct it, or nothing more of it is sent.",
            "{count} records were new with the upload; correct them, or nothing more of them is sent.",
            count,
        )
        yield line(message.format(count=count))


def _lost_words() -> dict[LossReason, str]:
    return {
        LossReason.UNKNOWN: _(
            "Nobody noted what stood there before. A merged account, or an answer by mail, comes back by no file."
        ),
        LossReason.CHANGED_SINCE: _("It was changed again since, and stays as it is."),
        LossReason.NOT_TAKEN: _("The Importer does not take what stood there before."),
    }


def uploads_text(compiled: CompiledUpload | None, noted: Sequence[UploadStatus]) -> Iterator[Line]:
    """Return the lines of the uploads; the upload in preparation comes first."""
    if compiled and not compiled.noted:
        message = _("In hand, not noted yet: {path}")
        yield line(Span(message.format(path=visible(str(compiled.manifest), 200)), "bold"))
    for one in noted:
        sign = Span("✗ ", "bold red") if one.failed else Span("✓ ", "green") if one.results else Span("  ")
        yield line(sign, Span(one.id, "bold"), f"  {upload_words(one)}")
        for name, rows in one.files:
            words = ngettext("{count} row", "{count} rows", rows).format(count=rows)
            yield line("    ", _("{label}: {value}").format(label=visible(name, 200), value=words))
        for name in one.waiting:
            label = _("{label}: {value}").format(label=visible(name, 200), value="")
            yield line(f"    {label}", Span(_("has not run yet"), "yellow"))
    if not noted:
        yield line(_("No upload was noted yet."))


def upload_words(one: UploadStatus, taken_back: str = "") -> str:
    """Return the numbers of people and of failures of an upload, and the upload that it undoes.

    `taken_back` is what the latter is called here; "" stands for its id.
    """
    people = ngettext("{count} person", "{count} people", one.people).format(count=one.people)
    failed = ngettext("{count} failed", "{count} failed", one.failed).format(count=one.failed) if one.failed else ""
    back = _("takes back {name}").format(name=taken_back or one.takes_back) if one.takes_back else ""
    share = "" if one.is_shared else _("not shared yet")
    delivery = _delivery_words(one.delivery) if one.delivery else ""
    return ", ".join(part for part in (people, delivery, failed, back, share) if part)


def _delivery_words(state: str) -> str:
    return {
        DeliveryState.PENDING: _("delivered, not known to have run"),
        DeliveryState.UNANSWERED: _("perhaps delivered: no answer came"),
        DeliveryState.SEEN: _("delivered; nothing of it is open"),
    }[DeliveryState(state)]


def uploads_json(noted: Sequence[UploadStatus]) -> Iterator[str]:
    """Return one JSON object for each noted upload."""
    for one in noted:
        files = [{"file": name, "rows": rows} for name, rows in one.files]
        yield json_text({"schema": "graduand/sending/2", **one._asdict(), "files": files})


_SHOWN: Final = 10
"""The maximum number of people of one error, unless all are requested."""


def reconciled_text(reconciled: Reconciled, terms: Terms, *, everything: bool = False) -> Iterator[Line]:
    """Return the lines of each error with its cause, cure and people, and the counts."""
    groups: defaultdict[tuple[str, str, str], list[Failure]] = defaultdict(list)
    for failure in reconciled.failures:
        groups[failure.field, failure.cause, failure.cure].append(failure)
    for (field, cause, cure), failures in sorted(groups.items(), key=lambda group: -len(group[1])):
        head = terms.field(field) if field else _("no field named")
        yield line(Span(f"✗ {head} ({len(failures)})", "bold red"))
        yield line("  ", _("Cause: {text}").format(text=masked(cause)))
        yield line("  ", _("Cure: {text}").format(text=masked(cure)))
        yield from _people(failures if everything else failures[:_SHOWN])
        yield from more_lines(0 if everything else len(failures) - _SHOWN)
        yield line("")
    failed = len({failure.row for failure in reconciled.failures})
    yield line(ngettext("{count} row failed.", "{count} rows failed.", failed).format(count=failed))
    if reconciled.people:
        rest = max(reconciled.people - failed, 0)
        message = ngettext(
            "Of {count} other person nothing came back: taken, or skipped without a word "
            "(unchanged, a duplicate, another institution's address); the analysis of the job says which.",
            "Of {count} other people nothing came back: taken, or skipped without a word "
            "(unchanged, a duplicate, another institution's address); the analysis of the job says which.",
            rest,
        )
        yield line(message.format(count=rest))


def _people(failures: Iterable[Failure]) -> Iterator[Line]:
    for failure in failures:
        who = visible(failure.username) or _("nobody of yours ({row})").format(row=visible(failure.row))
        place = f"  {visible(failure.path, 300)}:{failure.place.line}:{failure.place.column}" if failure.path else ""
        yield line("  ", Span(who, "bold"), Span(place, "dim"))
        if failure.match_note:
            yield line(f"    {masked(failure.match_note)}")


def reconciled_json(reconciled: Reconciled) -> Iterator[str]:
    """Return one JSON object for each failure."""
    for failure in reconciled.failures:
        facts = failure._asdict()
        place = facts.pop("place")
        whole = {"schema": "graduand/failure/1", "upload": reconciled.upload, **facts, **place._asdict()}
        yield json_text(whole)


def former_uploads_text(uploads: Sequence[ReadUpload]) -> Iterator[Line]:
    """Return what was read from tags into the ledger, and what of it is not as it was noted."""
    message = ngettext(
        "{count} upload was read from tags into the ledger.",
        "{count} uploads were read from tags into the ledger.",
        len(uploads),
    )
    yield line(message.format(count=len(uploads)))
    for upload in uploads:
        if upload.differing:
            said = _("{tag}: not the same bytes as were noted then: {files}")
            yield line(f"  {said.format(tag=visible(upload.tag), files=', '.join(map(visible, upload.differing)))}")
        if upload.lacking:
            said = _("{tag}: without a record that compiles: {people}")
            yield line(f"  {said.format(tag=visible(upload.tag), people=', '.join(map(visible, upload.lacking)))}")
