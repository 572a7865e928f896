"""Errors that end a command: one class for each, with its sentence and exit code."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from graduand import __version__
from graduand.language import _, ngettext, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.file_change import SavedFile


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    LIMIT = 3
    PLAN_CHANGED = 4
    REPOSITORY = 5
    CHANGES = 10
    BUG = 70
    INTERRUPTED = 130


class Trouble(Exception):
    """An expected error; `str()` of it is the one sentence that is shown."""

    exit_code: ClassVar[Exit] = Exit.REPOSITORY


_LINES: Final = 40
"""Lines of a hook that are shown."""


def _block(said: str) -> str:
    """Return what git or a hook said: one line as the part of a sentence, several as lines of their own."""
    lines = [visible(line, 300) for line in said.splitlines()]
    return "\n" + "\n".join(f"  {line}" for line in lines) if len(lines) > 1 else "".join(lines).rstrip(".")


class NoRepository(Trouble):
    """Neither the folder nor one above it holds both `records/` and `schema/`."""

    def __init__(self, start: Path) -> None:
        super().__init__(
            _(
                "No records here: neither {folder} nor a folder above it holds both records/ and schema/. "
                "Go into such a folder, name one with --root, or make one with: graduand init FOLDER"
            ).format(folder=visible(str(start), 200))
        )


class Unreadable(Trouble):
    """A file that the program itself needs cannot be read."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _("{path} cannot be read: {reason}.").format(path=visible(str(path), 200), reason=visible(reason, 200))
        )


class SchemaBroken(Trouble):
    """A file of `schema/` is invalid; the sentence names the place and the cure."""

    exit_code = Exit.FINDINGS

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{visible(path, 200)}:{line}: {reason}")


class NewerSchema(SchemaBroken):
    """A file of `schema/` was written for a newer program; `wanted` is its version, or "" where it is not known."""

    exit_code = Exit.REPOSITORY

    def __init__(self, path: str, line: int, wanted: str) -> None:
        reason = (
            _("graduand {wanted} or newer is needed here, and this is {version}. Install the newer one, then repeat.")
            if wanted
            else _("a newer graduand wrote this file, and this is {version}. Install the newer one, then repeat.")
        )
        super().__init__(path, line, reason.format(wanted=wanted, version=__version__))


class Usage(Trouble):
    """The command line is invalid; the argument is the whole sentence."""

    exit_code = Exit.USAGE


class NotWritten(Trouble):
    """A file could not be written; its old content is unchanged."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _("{path} was not written: {reason}. What was there before is unchanged.").format(
                path=visible(str(path), 200), reason=visible(reason, 200)
            )
        )


class ChangedOnDisk(Trouble):
    """The file has changed since it was read, so writing would overwrite that change."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _("{path} has changed since it was read; nothing was written. Look at it again, then repeat.").format(
                path=visible(str(path), 200)
            )
        )


class InTheWay(Trouble):
    """The target exists and was not written by the program."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _("{path} is already there and is not a file of an earlier compile; move it away first.").format(
                path=visible(str(path), 200)
            )
        )


class Busy(Trouble):
    """Another process holds the lock on the repository."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _("Another graduand is writing in {path}; wait until it has finished, then repeat.").format(
                path=visible(str(path), 200)
            )
        )


class NotGit(Trouble):
    """The folder is in no git repository, or git cannot read it."""

    def __init__(self, path: Path | str, reason: str = "") -> None:
        why = f" ({visible(reason, 200)})" if reason else ""
        super().__init__(
            _("{path} is in no git repository that can be read{why}. Make it one with: git init").format(
                path=visible(str(path), 200), why=why
            )
        )


class CacheDamaged(Trouble):
    """A file that only saves time is not as it was written; it is removed."""

    def __init__(self, path: Path) -> None:
        message = _("{path}, which only saves time, was not as graduand had written it; it is removed: repeat.")
        super().__init__(message.format(path=visible(str(path), 200)))


class GitRefused(Trouble):
    """git ended with an error; `said` is the line that tells why, of a hook all that it said, in English."""

    def __init__(self, said: str) -> None:
        self.said = "\n".join(visible(line, 300) for line in said.splitlines()[:_LINES])
        super().__init__(_("git refused: {said}").format(said=self.said))


class NoGit(Trouble):
    """The program git is not installed."""

    def __init__(self) -> None:
        super().__init__(_("The program git is missing on this machine; install it, then repeat."))


class NoCommit(Trouble):
    """The repository has no commit to compile from."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing is committed here yet; commit records/ and schema/ first (or compile a "
                "draft with --allow-dirty)."
            )
        )


class Uncommitted(Trouble):
    """Records or schema differ from the commit that is checked out."""

    def __init__(self, paths: list[str]) -> None:
        shown = ", ".join(visible(path, 100) for path in paths[:5]) + (", …" if len(paths) > 5 else "")
        super().__init__(
            _(
                "Not committed: {paths}. An upload is compiled from a commit, so that it can be answered for; "
                "commit these changes first (or compile a draft with --allow-dirty)."
            ).format(paths=shown)
        )


class NotReviewed(Trouble):
    """What would be sent is not what the upload branch has; `reason` says how it stands to it, and the cure."""

    def __init__(self, reason: str, *, can_be_passed: bool = True) -> None:
        more = _(" (all the same, with a trace in manifest and ledger: --unreviewed REASON)") if can_be_passed else ""
        message = _("Not reviewed: {reason}. Nothing was written{more}.")
        super().__init__(message.format(reason=reason, more=more))


class ClosesUnapproved(Trouble):
    """Taking an upload back would close accounts, which not enough others have approved.

    `usernames` says whose, `approved` how many have approved it and who, `upload` which upload is taken back.
    """

    def __init__(self, usernames: Sequence[str], approved: str, upload: str) -> None:
        shown = ", ".join(usernames[:10]) + (", …" if len(usernames) > 10 else "")
        message = _(
            "Taking this upload back would close accounts: {who}. Not approved by others than who takes it back "
            "({approved}), and nothing was written; they look at it and approve it, in a clone of their own: "
            "graduand approve --rollback {upload}"
        )
        super().__init__(message.format(who=shown, approved=approved, upload=upload))


class NotApproved(Trouble):
    """What would be sent was not approved by enough people who did not make it; `lacking` says who lacks what."""

    def __init__(self, lacking: Sequence[str], count: int) -> None:
        shown = "; ".join(lacking) + ("; …" if count > len(lacking) else "")
        message = ngettext(
            "Not approved by others than made it: {who}. Nothing was written; somebody else looks at it and approves "
            "it, in a clone of their own: graduand approve",
            "Not approved by others than made it ({count}): {who}. Nothing was written; somebody else looks at them "
            "and approves them, in a clone of their own: graduand approve",
            count,
        )
        super().__init__(message.format(count=count, who=shown))


class SparseCheckout(Trouble):
    """A part of the records is not in the folder, so that an upload would not be whole."""

    def __init__(self, absent: Sequence[str]) -> None:
        message = ngettext(
            "This checkout is sparse: {count} file of records/ and schema/ is not here ({paths}). What is sent and "
            "what collides cannot be known from a part; bring it with: git sparse-checkout disable",
            "This checkout is sparse: {count} files of records/ and schema/ are not here ({paths}). What is sent and "
            "what collides cannot be known from a part; bring them with: git sparse-checkout disable",
            len(absent),
        )
        shown = ", ".join(visible(path, 100) for path in absent[:3]) + (", …" if len(absent) > 3 else "")
        super().__init__(message.format(count=len(absent), paths=shown))


class NothingToCompile(Trouble):
    """The scope holds no person to send, so no file is written."""

    exit_code = Exit.FINDINGS

    def __init__(self, cohort: str, why: str = "") -> None:
        """Say that of a cohort nobody could be sent; or `why`, as a sentence, nobody is to be."""
        if why:
            super().__init__(why)
        else:
            message = _("Nothing to compile: {scope} holds nobody who could be sent.")
            super().__init__(message.format(scope=visible(f"records/{cohort}", 200)))


def nothing_outstanding(cohort: str, held: Sequence[str]) -> str:
    """Return the sentence that says that nobody is to be sent, and who is held back."""
    message = _("Nothing is outstanding in {scope} of what was asked for.")
    more = _(" Held back: {who}.").format(who=", ".join(visible(name) for name in held)) if held else ""
    return message.format(scope=visible(f"records/{cohort}", 200)) + more


class BuildInHand(Trouble):
    """The folder holds another compiled upload that nobody noted, so it is not known whether Handshake took it."""

    def __init__(self, manifest: Path | str) -> None:
        super().__init__(
            _(
                "{path} is of another upload that was not noted, so it is not known whether Handshake took it. If it "
                "went up, note it: graduand uploaded {path}. If not, compile in its place with --again, or elsewhere "
                "with --out."
            ).format(path=visible(str(manifest), 200))
        )


class NotEmpty(Trouble):
    """The folder for a new repository is not empty."""

    exit_code = Exit.USAGE

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _("{path} is not empty; name a folder that does not exist yet or is empty.").format(
                path=quoted(str(path), 200)
            )
        )


class LimitReached(Trouble):
    """The plan exceeds a limit of the school and was not approved."""

    exit_code = Exit.LIMIT

    def __init__(self, said: str, checksum: str) -> None:
        super().__init__(
            _(
                "{said} Nothing was written. Two ways on: look at these people and compile with --approve {checksum} "
                "--reason REASON, or send the others first with --only."
            ).format(said=said, checksum=checksum)
        )


class FeedLimitReached(Trouble):
    """A sync file with outstanding cells laid over it would go beyond a limit."""

    exit_code = Exit.LIMIT

    def __init__(self, said: str, *, can_spill: bool) -> None:
        ways = _("Nothing was written. Put these people into a job by hand with --spill.")
        if not can_spill:
            ways = _("Nothing was written. Look at these people and send them with graduand compile.")
        super().__init__(f"{said} {ways}")


class PlanChanged(Trouble):
    """The checksum of the plan is not the approved one."""

    exit_code = Exit.PLAN_CHANGED

    def __init__(self, approved: str, now: str, command: str = "graduand plan") -> None:
        super().__init__(
            _(
                "The plan is not the one that was approved: {approved} was, {now} is now. Nothing was written; "
                "look at it again with: {command}"
            ).format(approved=visible(approved), now=now, command=command)
        )


class NotAnUpload(Trouble):
    """A manifest that cannot be noted or rolled back; `reason` is the whole sentence."""

    exit_code = Exit.REPOSITORY

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(_("{label}: {value}").format(label=visible(str(path), 200), value=reason))


class NothingToTakeBack(Trouble):
    """No earlier upload has the values that a rollback would restore."""

    exit_code = Exit.FINDINGS

    def __init__(self, upload: str, held: Sequence[str] = ()) -> None:
        """Say so of the upload with this id; `held` are the people of whom no row may be sent, by what records say."""
        message = (
            _("Nothing of {upload} can be taken back: by what their records say now, no row may be sent of {people}.")
            if held
            else _(
                "Nothing of {upload} can be taken back: nobody noted what stood there before, or it was changed since."
            )
        )
        people = ", ".join([*map(visible, held[:10]), *(["…"] if held[10:] else [])])
        super().__init__(message.format(upload=visible(upload), people=people))


class NotNow(Trouble):
    """The state of the repository forbids a commit; `reason` says which state, and how to leave it."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("Nothing was committed: {reason}.").format(reason=reason))
        self.said = reason


class NotCommitted(Trouble):
    """The files are saved, but git did not commit them."""

    def __init__(self, said: str, saved: tuple[SavedFile, ...] = ()) -> None:
        message = _("Saved, not committed: {said}. The files are as you left them; commit them when this is cured.")
        if "\n" in said:
            message = _("Saved, not committed:{said}\nThe files are as you left them; commit them when this is cured.")
        super().__init__(message.format(said=_block(said)))
        self.said = said
        self.saved = saved


class NotProposed(Trouble):
    """Changes could not be proposed; `branch` is where they are by now, "" if all is as it was."""

    def __init__(self, reason: str, branch: str = "") -> None:
        if branch:
            message = _(
                "Not proposed: {reason}. Your changes are committed on the branch {branch} of this clone, and no other "
                "branch was touched; repeat when this is cured: graduand propose"
            )
        else:
            message = _("Nothing was proposed: {reason}. All is as it was.")
        super().__init__(message.format(reason=_block(reason), branch=visible(branch, 200)))


class NotShared(Trouble):
    """Work could not be exchanged with colleagues; all is as it was."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("Not shared: {reason}. All is as it was here.").format(reason=_block(reason)))


class NothingToPropose(Trouble):
    """The branch that changes are proposed for has all that is here."""

    exit_code = Exit.FINDINGS

    def __init__(self, base: str) -> None:
        message = _(
            "Nothing to propose: {base} has all that is here, and nothing is uncommitted in records/ and schema/."
        )
        super().__init__(message.format(base=visible(base, 200)))


class StaleIndex(Trouble):
    """The files are committed, but git's index is older, and the next plain commit would take them back."""

    def __init__(self, commit: str, said: str) -> None:
        super().__init__(
            _(
                "Saved and committed: {commit}. But git was killed before its index had it, and a plain git commit "
                "would take the change back: {said}. Cure that first, then finish with: graduand doctor"
            ).format(commit=commit[:12], said=visible(said, 300))
        )


class NoSuchPerson(Trouble):
    """No record has this username; `near` is a similar one, or ""."""

    exit_code = Exit.USAGE

    def __init__(self, username: str, near: str) -> None:
        hint = _(" Did you mean {near}?").format(near=quoted(near)) if near else ""
        super().__init__(_("There is no record of {username}.").format(username=quoted(username)) + hint)


class NotFailedRows(Trouble):
    """A file is not one of failed rows from Handshake; `found` says what it is, as a clause."""

    exit_code = Exit.USAGE

    def __init__(self, path: Path | str, found: str) -> None:
        message = _(
            "{path} is no file of failed rows: {found}. Expected is what Handshake gives under “Download Failed Rows "
            "CSV”: the uploaded columns, username or email_address among them, then status and response."
        )
        super().__init__(message.format(path=visible(str(path), 200), found=found))


class NothingNoted(Trouble):
    """No upload is noted, so failed rows have no upload to belong to."""

    exit_code = Exit.USAGE

    def __init__(self) -> None:
        super().__init__(_("No upload is noted here yet; note it first with: graduand uploaded build/manifest.json"))


class NoDelivery(Trouble):
    """A file cannot be delivered as it is, or need not be; the argument is the whole sentence."""


class DeliveryLimitReached(Trouble):
    """What is to be delivered goes beyond a limit."""

    exit_code = Exit.LIMIT

    def __init__(self, said: str, checksum: str) -> None:
        message = _("{said} Nothing was delivered. Look at these people; if it is meant so: --approve {checksum}")
        super().__init__(message.format(said=said, checksum=checksum))


class NotDelivered(Trouble):
    """Amazon S3 did not take a file, or could not be asked; `said` is why, `cure` what to do."""

    def __init__(self, name: str, said: str, cure: str) -> None:
        self.said, self.cure = said, cure
        message = _("{name} was not delivered: {said}. {cure}")
        super().__init__(message.format(name=visible(name, 200), said=said, cure=cure))


class DeliveryUnanswered(Trouble):
    """A file was on its way when the connection ended, so it is not known whether it arrived."""

    def __init__(self, name: str, said: str) -> None:
        message = _(
            "It is not known whether {name} arrived: {said}. It counts as delivered and not confirmed; send it again "
            "with --again, which does no harm if it did arrive."
        )
        super().__init__(message.format(name=visible(name, 200), said=said))


class DeliveredNotNoted(Trouble):
    """A file was sent, and the ledger could not be written; `why` is the sentence that says so."""

    def __init__(self, name: str, why: str) -> None:
        message = _(
            "{name} was sent, and is not noted in the ledger yet. {why} When that is cured, graduand deliver notes it, "
            "and sends nothing twice."
        )
        super().__init__(message.format(name=visible(name, 200), why=why))


class LedgerBroken(Trouble):
    """An entry or a commit of the ledger is not as graduand writes it; `what` is the part that is not."""

    def __init__(self, where: str, what: str) -> None:
        self.what = what
        super().__init__(
            _(
                "The ledger is not as graduand writes it: {where} ({what}). Nothing was changed; "
                "look at it with: git log -p graduand/ledger"
            ).format(where=visible(where, 100), what=visible(what, 100))
        )


class ApprovalBroken(LedgerBroken):
    """What an approval says cannot be read; `where` is its id."""

    def __init__(self, where: str, what: str) -> None:
        self.what = what
        message = _(
            "The approval {where} cannot be read ({what}). Nothing was changed; withdraw it, then approve anew: "
            "graduand uploads --undo {where} REASON"
        )
        Trouble.__init__(self, message.format(where=visible(where, 100), what=visible(what, 100)))


class EntryFault(NamedTuple):
    """A commit of the ledger whose `entry.json` cannot be read."""

    commit: str
    author: str
    what: str
    """The part that is not as graduand writes it."""
    sound: str
    """The last commit before it that can be read; "" where there is none."""
    later: int
    """How many commits are laid on top of it."""


class LedgerEntryBroken(LedgerBroken):
    """Entries of the ledger cannot be read."""

    def __init__(self, faults: Sequence[EntryFault]) -> None:
        first = faults[0]
        message = ngettext(
            "{count} entry of the ledger cannot be read, and what it noted does not count: the one of commit {commit}, "
            "by {author} ({what}).",
            "{count} entries of the ledger cannot be read, and what they noted does not count: the first is that of "
            "commit {commit}, by {author} ({what}).",
            len(faults),
        )
        found = message.format(
            count=len(faults),
            commit=first.commit[:12],
            author=visible(first.author.partition(" <")[0], 100),
            what=visible(first.what, 100),
        )
        self.what = first.what
        Trouble.__init__(self, f"{found} {_cure_of(first)}")


def _cure_of(fault: EntryFault) -> str:
    look = _("Look at it: git show {commit}:entry.json.").format(commit=fault.commit[:12])
    if not fault.sound:
        return look
    back = _(
        "Set the ledger back to the entry before, here and on the remote: git branch --force graduand/ledger {sound}"
    )
    more = ngettext(
        "; the {count} entry after it is then to be noted again.",
        "; the {count} entries after it are then to be noted again.",
        fault.later,
    )
    more = more.format(count=fault.later) if fault.later else ""
    return f"{look} {back.format(sound=fault.sound[:12])}{more}"


class LedgerNewer(Trouble):
    """The ledger holds something that only a later version knows."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("The ledger holds an entry made by a newer graduand ({what}); install that version, then repeat.").format(
                what=visible(what, 100)
            )
        )


class ForeignCommit(LedgerBroken):
    """A commit of the ledger is none of graduand's; `good` is the last one before it that is, or ""."""

    def __init__(self, commit: str, reason: str, good: str) -> None:
        if good:
            cure = _(
                "Only graduand may write to graduand/ledger; set it back to the last sound entry, here and on the "
                "remote: git branch --force graduand/ledger {good}"
            ).format(good=good[:12])
        else:
            cure = _(
                "A branch of another purpose needs another name, here and on the remote: "
                "git branch --move graduand/ledger another-name"
            )
        message = _("The ledger is broken at commit {commit}: {reason}. {cure}")
        Trouble.__init__(self, message.format(commit=commit[:12], reason=reason, cure=cure))


class LedgerCut(Trouble):
    """A shallow clone has only the newest entries of the ledger."""

    def __init__(self, entries: int, remote: str) -> None:
        message = ngettext(
            "This clone is shallow and has only the newest entry of the ledger, so what was sent before is not known "
            "here; complete it with: git fetch --unshallow {remote}",
            "This clone is shallow and has only the newest {count} entries of the ledger, so what was sent before is "
            "not known here; complete it with: git fetch --unshallow {remote}",
            entries,
        )
        super().__init__(message.format(count=entries, remote=visible(remote)))


class LedgerIncomplete(Trouble):
    """A file of the ledger is missing in this clone; `reason` says why it did not come."""

    def __init__(self, name: str, reason: str) -> None:
        message = _(
            "This clone lacks a part of the ledger ({name}: {reason}). Repeat when the remote can be reached, or clone "
            "again without --filter."
        )
        super().__init__(message.format(name=visible(name), reason=visible(reason, 300)))


class ShippedNewer(Trouble):
    """The files of the repository come from a newer program than this one."""

    def __init__(self, shipped: str) -> None:
        message = _(
            "graduand {shipped} shipped the files of this repository, and this is {version}. Install that one, as "
            ".graduand/ says, then repeat."
        )
        super().__init__(message.format(shipped=visible(shipped), version=__version__))


class UpgradeThere(Trouble):
    """The branch on which an upgrade would be proposed exists."""

    def __init__(self, branch: str) -> None:
        message = _(
            "The branch {branch} is there already: merge it, or delete it (git branch -D {branch}), then repeat."
        )
        super().__init__(message.format(branch=visible(branch)))


class UpgradeUnreadable(Trouble):
    """What an upgrade would make of `schema/` cannot be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        message = _("Merged with what is shipped now, schema/ could not be read ({reason}); nothing was changed.")
        super().__init__(message.format(reason=visible(reason, 300)))


class LedgerInUse(Trouble):
    """The branch of the ledger cannot be written; `reason` says why, and the cure."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The ledger (the branch graduand/ledger) cannot be used: {reason}.").format(reason=reason))


class LedgerRewound(Trouble):
    """The remote no longer holds what it held: so many entries, or 0 where only their history is another one."""

    def __init__(self, remote: str, entries: int, *, push: str, erased: bool) -> None:
        if entries:
            found = ngettext(
                "{remote} no longer holds {count} entry of the ledger that this clone saw there",
                "{remote} no longer holds {count} entries of the ledger that this clone saw there",
                entries,
            ).format(remote=visible(remote), count=entries)
        else:
            found = _("The ledger of {remote} was written anew since this clone saw it").format(remote=visible(remote))
        noted = _(" (an erasure is noted there, but of another state)") if erased else ""
        cure = _(
            "put back what was there with: {push}; or, if this was meant, take it over with: "
            "graduand setup --accept-ledger"
        )
        super().__init__(f"{found}{noted}; " + cure.format(push=push))


class LedgerLost(Trouble):
    """The remote does not hold the ledger, which was shared before."""

    def __init__(self, remote: str, push: str) -> None:
        message = _(
            "{remote} does not hold the ledger (the branch graduand/ledger) that was shared before; put it back with: "
            "{push}"
        )
        super().__init__(message.format(remote=visible(remote), push=push))


class LedgerOfOthers(Trouble):
    """Entries of somebody else are not shared, and the remote went on without them."""

    def __init__(self, entries: list[str]) -> None:
        message = ngettext(
            "An entry of somebody else is not shared yet, and the remote went on without it: {entries}. Only its "
            "author can lay it on top; let that person share it.",
            "Entries of others are not shared yet, and the remote went on without them: {entries}. Only their authors "
            "can lay them on top; let these people share them.",
            len(entries),
        )
        super().__init__(message.format(entries=", ".join(visible(entry, 100) for entry in entries[:5])))


class LedgerOutOfReach(Trouble):
    """The ledger of the remote could not be fetched."""

    def __init__(self, remote: str, words: str) -> None:
        message = _("The ledger of {remote} was not fetched: {words}. Nothing was changed; repeat when it answers.")
        super().__init__(message.format(remote=visible(remote), words=visible(words, 300)))


class LedgerMissing(Trouble):
    """This clone has a remote and no ledger, so what was sent is not known here."""

    def __init__(self, remote: str) -> None:
        message = _(
            "This clone has no ledger, so what was sent before is not known here. Bring it with: git fetch {remote} "
            "+refs/heads/graduand/ledger:refs/remotes/{remote}/graduand/ledger (in the interface: g 7, then p). If "
            "nothing was ever sent, begin one with: graduand uploaded --first (in the interface: g 7, then l)."
        )
        super().__init__(message.format(remote=visible(remote)))


class FormerUploads(Trouble):
    """Uploads are noted in tags, as before the ledger, and not read into it."""

    def __init__(self, tags: int) -> None:
        message = ngettext(
            "{count} upload or result is noted here in a tag, as earlier versions did, and not in the ledger, so what "
            "was sent is not known; read it in with: graduand upgrade",
            "{count} uploads and results are noted here in tags, as earlier versions did, and not in the ledger, so "
            "what was sent is not known; read them in with: graduand upgrade",
            tags,
        )
        super().__init__(message.format(count=tags))


class LedgerNotReplaced(Trouble):
    """The remote did not take a ledger that was written anew; `words` are its own."""

    def __init__(self, remote: str, words: str, *, is_rule: bool, was_faster: bool) -> None:
        if was_faster:
            cure = _("Others noted an entry meanwhile; repeat.")
        elif is_rule:
            cure = _(
                "Whoever administers it has to allow force pushes to graduand/ledger to the person who erases, for as "
                "long as it takes (a bypass of that rule); then repeat."
            )
        else:
            cure = _("Repeat when this is cured.")
        message = _("Nothing was erased: {remote} did not take the ledger that was written anew ({words}). {cure}")
        super().__init__(message.format(remote=visible(remote), words=visible(words, 300).rstrip("."), cure=cure))


class NotInLedger(Trouble):
    """No entry of the ledger holds rows of a person."""

    exit_code = Exit.FINDINGS

    def __init__(self, username: str) -> None:
        super().__init__(
            _("No entry of the ledger holds a row of {username}; nothing was changed.").format(
                username=quoted(username)
            )
        )


class LedgerMoved(Trouble):
    """Another entry was appended since the ledger was read."""

    def __init__(self) -> None:
        super().__init__(_("Others kept writing to the ledger (graduand/ledger); repeat when they have finished."))


def reason_of(error: OSError) -> str:
    """Return in plain words why the operating system refused."""
    return {
        errno.ENOENT: _("it is not there"),
        errno.EEXIST: _("something else has this name"),
        errno.EACCES: _("you have no permission"),
        errno.EPERM: _("you have no permission"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("your share of the disk is full"),
        errno.EIO: _("the disk reports a fault"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("a part of the path is no folder"),
        errno.ELOOP: _("it is a link to somewhere else"),
        errno.ENAMETOOLONG: _("the name is too long"),
    }.get(error.errno or 0, error.strerror or str(error))
