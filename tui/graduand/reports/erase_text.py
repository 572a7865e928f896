"""What an erasure would do and has done, and where the person may still be found, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.editing.erase_person import Erased, ErasurePlan

_DOT: Final = Span("· ", "dim")
_LEFT: Final = Span("! ", "yellow")


def plan_lines(plan: ErasurePlan) -> Iterator[Line]:
    """Return the usernames that are followed, and what each entry holds, a line each."""
    rows = plan.rows
    if len(rows.usernames) > 1:
        others = ", ".join(visible(name) for name in rows.usernames[1:])
        yield line(_("The same person by other usernames: {others} (with --exact they stay).").format(others=others))
    for one in rows.entries:
        files = ", ".join(f"{name} {count}" for name, count in sorted(one.files.items()))
        yield line(_DOT, f"{one.entry.id}  {_entry_word(one.entry.kind)}  {files}")
    entries = ngettext(
        "{count} entry holds {lines} of the person's lines.",
        "{count} entries hold {lines} of the person's lines.",
        len(rows.entries),
    )
    yield line(entries.format(count=len(rows.entries), lines=sum(one.lines for one in rows.entries)))
    for entry in rows.named_in:
        yield line(_LEFT, _("{id} names the person in its own facts, which an erasure cannot change.").format(id=entry))


def _entry_word(kind: str) -> str:
    """Return the word for a kind of entries that can hold a person, in the current language."""
    return {"upload": _("upload"), "result": _("failed rows"), "observation": _("export of Handshake")}.get(kind, kind)


def remains_lines(plan: ErasurePlan, erased: Erased, *, is_purged: bool | None) -> Iterator[Line]:
    """Return where the person may still be found, and how it is removed there, a line each.

    `is_purged` says whether git's objects are gone from this clone; None: nobody asked for that.
    """
    yield line(_("Where the person may still be found:"))
    remains = erased.remains
    if remains.records:
        paths = ", ".join(visible(path, 200) for path in remains.records)
        yield line(_LEFT, _("{paths}: graduand forget USERNAME --basis REASON").format(paths=paths))
    if remains.commit:
        message = _(
            "the history of the records (as in {commit}): git filter-repo, as the guide says (“Erasing a person”)"
        )
        yield line(_LEFT, message.format(commit=remains.commit[:12]))
    if remains.build:
        files = ", ".join(visible(path, 200) for path in remains.build)
        yield line(_LEFT, _("{files}: delete these files, or compile anew").format(files=files))
    for ref in remains.refs:
        if is_purged is None or not ref.startswith("refs/graduand/"):
            yield line(_LEFT, _("{ref}: git update-ref -d {ref}").format(ref=visible(ref, 200)))
    if remains.objects and not is_purged:
        command = "git reflog expire --expire=now graduand/ledger && git gc --prune=now"
        yield line(_LEFT, _("what git keeps of the earlier entries in this clone: {command}").format(command=command))
    if plan.remote:
        remote = visible(plan.remote)
        yield line(
            _DOT, _("{remote}: objects that no branch holds, pull requests, caches: its support").format(remote=remote)
        )
    yield line(_DOT, _("other clones: they take it over with the next command that fetches; then git gc there"))
    yield line(_DOT, _("backups, exports, files that were sent to Handshake, and Handshake itself"))


def _rows_json(plan: ErasurePlan) -> dict[str, Any]:
    return {
        "usernames": plan.rows.usernames,
        "entries": [
            {"id": one.entry.id, "kind": one.entry.kind.value, "rows": one.rows, "files": {**one.files}}
            for one in plan.rows.entries
        ],
        "named_in": plan.rows.named_in,
        "remote": plan.remote,
    }


def plan_json(plan: ErasurePlan) -> str:
    """Return what an erasure would do, as one JSON object."""
    return json_text({"schema": "graduand/erasure/1", **_rows_json(plan)})


def erased_json(plan: ErasurePlan, erased: Erased, *, is_purged: bool | None) -> str:
    """Return what an erasure has done, as one JSON object."""
    facts = {"id": erased.id, "was": erased.was, "head": erased.head, "purged": is_purged}
    return json_text({"schema": "graduand/erasure/1", **_rows_json(plan), **facts, "remains": erased.remains._asdict()})
