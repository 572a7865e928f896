"""The upload card: what an operator does in Handshake to bring an upload in, box by box."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graduand.handshake.row import OF_A_DAY
from graduand.handshake.sendable import waiting_among, waiting_text
from graduand.language import _, ngettext, visible
from graduand.records.kinds import CLEAR
from graduand.records.record import EMAIL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.handshake.job import Setting
    from graduand.handshake.upload import File, Upload
    from graduand.records.school import School


def card(upload: Upload, school: School) -> str:
    """Return the card as Markdown, in the language spoken now."""
    return "".join(f"{line}\n" for line in _lines(upload, school))


def _lines(upload: Upload, school: School) -> Iterator[str]:
    title = _("Rehearsal") if upload.rehearsal else _("Upload")
    yield f"# {title} · {visible(school.institution.name, 200)} · {upload.on}"
    yield ""
    yield from _facts(upload)
    yield ""
    yield _("Upload the files in this order, each only after the one before it has run to its end.")
    for number, file in enumerate(upload.files, 1):
        yield ""
        yield from _job(number, file, upload, school)
    yield ""
    yield from _afterwards(upload)
    yield ""
    yield from _proof(upload)


def _facts(upload: Upload) -> Iterator[str]:
    people = ngettext("- {count} person, ", "- {count} people, ", upload.records).format(count=upload.records)
    yield people + ngettext("{count} file", "{count} files", len(upload.files)).format(count=len(upload.files))
    if upload.dirty:
        yield _("- **Compiled with uncommitted changes**: this upload cannot be answered for.")
    yield from _passed_over(upload)
    if upload.left_out:
        message = _("- Left out because of errors: {who}")
        yield message.format(who=", ".join(_code(visible(who, 200)) for who in upload.left_out))
    if others := [one.username for one in upload.held if one.why not in OF_A_DAY]:
        message = _("- Held back: {who}")
        yield message.format(who=", ".join(_code(visible(who, 200)) for who in others))
    if waiting := waiting_text(waiting_among(upload.held)):
        yield f"- {waiting}"
    if upload.rehearsal:
        yield _("- The file names hold “test”: Handshake analyses them and never runs them.")


def _passed_over(upload: Upload) -> Iterator[str]:
    """Yield what was passed over on purpose."""
    for one in upload.overrides:
        message = _("- **Passed over** by {who}: {what}, {reason}")
        what = {
            "limit": _("a limit"),
            "fewer-people": _("a limit"),
            "early": _("the day of graduations and departures"),
            "ahead": _("a day to come"),
            "unreviewed": _("the review (the commit is not that of the upload branch)"),
        }.get(one.what, one.what)
        who = visible(one.by.partition(" <")[0], 200) or _("somebody unknown")
        yield message.format(who=who, what=what, reason=_code(visible(one.reason, 300)))


def _job(number: int, file: File, upload: Upload, school: School) -> Iterator[str]:
    count = ngettext("{count} row", "{count} rows", file.rows).format(count=file.rows)
    yield f"## {number}. {_title(file.setting)} · {count}"
    yield ""
    if file.delivery == "s3" and not upload.rehearsal:
        yield _("- [ ] Goes up by the automatic sync (S3): `graduand deliver`")
    else:
        yield _("- [ ] Open {importer} and begin a new job.").format(importer=school.region.importer)
        yield _("- [ ] File: `{name}`").format(name=file.name)
        yield _("- [ ] Job type: **Students**")
        yield _("- [ ] Date format mm/dd/yyyy: leave **unticked**")
        if file.setting.changes_identifier_data:
            yield _("- [ ] “This job changes identifier data”: **tick**")
        else:
            yield _("- [ ] “This job changes identifier data”: leave **unticked**")
        yield _("- [ ] Identifier Column: **{column}**").format(column=file.setting.identifier_column)
        if number > 1 and file.setting.identifier_column == EMAIL and not upload.rehearsal:
            yield _(
                "- [ ] Stop here if one of these people is among the failed rows of a file before, and cure "
                "that first: accounts are found by their address here, and another person may have it."
            )
        yield _("- [ ] Wait for the analysis; it should count {count}.").format(count=count)
        if not upload.rehearsal:
            yield _("- [ ] Tick the agreement and run the job.")
    if CLEAR.encode() in file.content:
        yield ""
        yield _("The analysis calls “**CLEAR**” an invalid value of a date column; go on, the run honours it.")


def _title(setting: Setting) -> str:
    """Return what a file is about."""
    if setting.changes_identifier_data:
        return _("New usernames and school logins")
    if setting.labels:
        return _("Students, with their labels")
    return _("Students, by hand") if setting.by_hand else _("Students")


def _afterwards(upload: Upload) -> Iterator[str]:
    if upload.rehearsal:
        yield _("Afterwards compile again without --rehearse; these files change nothing in Handshake.")
        return
    yield _("## Afterwards")
    yield ""
    yield _("- [ ] Download the failed rows of each job (“Download Failed Rows CSV”), if there are any.")
    yield _(
        "- [ ] Note that it ran: in the interface (5, Upload), or with `graduand uploaded`; with the path of "
        "manifest.json, if these files are not in build/."
    )
    yield _("- [ ] Take the failed rows in, where there are any: there too, or with `graduand reconcile FILE`.")
    if upload.back_to:
        message = _(
            "- [ ] Look at these profiles: they get back a username or an address that they had before ({who}), and "
            "the Importer may skip a row that it has seen already. Where it did, change it by hand there."
        )
        yield message.format(who=", ".join(_code(visible(who, 200)) for who in upload.back_to))
    yield _("- [ ] Delete these files when the upload is done: they hold personal data.")


def _proof(upload: Upload) -> Iterator[str]:
    """Yield what proves later which files these were."""
    yield _("## Proof")
    yield ""
    yield _("- Commit: `{commit}`").format(commit=upload.commit or _("none"))
    yield _("- Plan: `{plan}`").format(plan=upload.plan)
    for file in upload.files:
        checksum = _("{label}: {value}").format(label=f"`{file.name}`", value=f"SHA-256 `{file.sha256}`")
        yield f"- {checksum}"
    if upload.approvals:
        yield _("- Approved: {entries}").format(entries=", ".join(_code(one) for one in upload.approvals))
    if upload.anchor and not upload.rehearsal:
        yield _("- Anchor: `{anchor}` (keep it: it proves later that nothing before was rewritten)").format(
            anchor=upload.anchor
        )


def _code(text: str) -> str:
    """Return `text` between backticks, so that Markdown shows it as it is, backticks too."""
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(map(len, re.findall("`+", text))) + 1)
    return f"{fence} {text} {fence}"
