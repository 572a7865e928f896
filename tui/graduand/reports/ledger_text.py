"""How a clone's ledger stands, and what taking one over came to, as lines and as JSON."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text
from graduand.uploads.times import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.sync import Accepted, Synced
    from graduand.setup.ledger import LedgerStanding

_WELL: Final = Span("✓ ", "green")
_NOTE: Final = Span("! ", "yellow")
_FAULT: Final = Span("✗ ", "bold red")


def entry_words(entry: LedgerEntry, people: int) -> str:
    """Return when what an entry notes happened, what it was, and of how many `people` when there are any."""
    kind = {
        "opened": _("the ledger is begun"),
        "upload": _("an upload"),
        "delivered": _("a delivery"),
        "result": _("what came back of an upload"),
        "observation": _("what was seen in Handshake"),
        "approval": _("an approval"),
        "withdrawn": _("a withdrawal of an entry"),
        "erased": _("an erasure"),
    }[entry.kind]
    count = ngettext("{count} person", "{count} people", people).format(count=people) if people else ""
    return f"{clock_of(entry.at)}  {', '.join(filter(None, (kind, count)))}"


def standing_lines(standing: LedgerStanding) -> Iterator[Line]:
    """Return how a ledger stands, a line a fact."""
    if standing.entries:
        said = ngettext(
            "The ledger holds {count} entry, of {moment}.",
            "The ledger holds {count} entries, the newest of {moment}.",
            standing.entries,
        )
        yield line(_WELL, said.format(count=standing.entries, moment=standing.newest))
    elif not standing.fault:
        yield line(_WELL, _("There is no ledger yet; the first upload that is noted opens it."))
    if standing.is_whole:
        yield line(_WELL, _("It is whole: it goes back to the entry that opened it."))
    if standing.fault:
        yield line(_FAULT, standing.fault)
    else:
        yield from _exchange(standing)


def _exchange(standing: LedgerStanding) -> Iterator[Line]:
    remote = visible(standing.remote)
    if not standing.remote:
        yield line(_NOTE, _("It is not shared: this clone has no remote."))
    elif standing.fetched.sentence:
        yield line(_NOTE, standing.fetched.sentence)
    elif standing.entries and not standing.unshared:
        yield line(_WELL, _("All of it is shared with {remote}.").format(remote=remote))
    if standing.unshared:
        waiting = ngettext(
            "{count} entry is not shared yet; share it with: {command}",
            "{count} entries are not shared yet; share them with: {command}",
            standing.unshared,
        )
        command = f"git push {quote(standing.remote)} graduand/ledger"
        yield line(_NOTE, waiting.format(count=standing.unshared, command=command))


def accepted_sentences(accepted: Accepted, shared: Synced) -> Iterator[str]:
    """Return what taking over a ledger came to, in sentences."""
    yield _("The ledger is what {remote} holds.").format(remote=visible(accepted.remote))
    if accepted.lost:
        lost = ngettext(
            "{count} entry that was shared before is no longer in it.",
            "{count} entries that were shared before are no longer in it.",
            accepted.lost,
        )
        yield lost.format(count=accepted.lost)
    if accepted.given_up:
        yield _("What it was before is kept: {refs}").format(refs=" ".join(accepted.given_up))
    if accepted.laid:
        laid = ngettext(
            "{count} entry of your own was laid on top.", "{count} entries of your own were laid on top.", accepted.laid
        )
        yield laid.format(count=accepted.laid)
    if shared.sentence:
        yield shared.sentence


def standing_json(standing: LedgerStanding) -> str:
    """Return how a ledger stands as one JSON object."""
    facts = {**standing._asdict(), "fetched": standing.fetched.state.value, "said": standing.fetched.words}
    return json_text({"schema": "graduand/ledger/1", **facts})
