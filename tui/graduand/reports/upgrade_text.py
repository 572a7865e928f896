"""Say what an upgrade changes: the files, what the school must decide, and the facts with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand import __version__
from graduand.language import N_, _, ngettext, visible
from graduand.records.fact_changes import Difference
from graduand.reports.console import Span, line
from graduand.reports.json_text import json_text
from graduand.setup.stamp import CONFLICTS, kept_at
from graduand.setup.upgrade import FileOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.fact_changes import FactChange
    from graduand.reports.console import Line
    from graduand.setup.upgrade import Upgrade

_OUTCOMES: Final = {
    FileOutcome.ADDED: N_("new"),
    FileOutcome.TAKEN: N_("renewed"),
    FileOutcome.MERGED: N_("merged with your changes"),
    FileOutcome.CONFLICT: N_("merged; where you and graduand differ, yours stays: decide by {path}, then delete it"),
    FileOutcome.GONE: N_("you have removed it: left out"),
}
_SIGNS: Final = {Difference.ADDED: "+", Difference.REMOVED: "-", Difference.CHANGED: "~"}
_SECTIONS: Final = {
    "checked_on": N_("day on which the facts were checked"),
    "limits": N_("limits of a file"),
    "file_names": N_("names of files"),
    "regions": N_("region"),
    "columns": N_("column"),
    "retired": N_("former column"),
    "aliases": N_("word for a column"),
    "academic_domains": N_("domain of schools"),
    "mail_providers": N_("mail provider"),
    "messages": N_("message of the importer"),
    "settings": N_("setting"),
}
_LISTED: Final = 200
"""Facts that are listed one by one."""


def upgrade_sentences(upgrade: Upgrade) -> Iterator[str]:
    """Return the lines that say what an upgrade changes; they stand in its commit too."""
    shipped = upgrade.version or _("an older one")
    yield _("graduand {version}; the files of this repository are from {shipped}.").format(
        version=__version__, shipped=visible(shipped)
    )
    for file in upgrade.files:
        said = _(_OUTCOMES[file.outcome]).format(path=kept_at(file.path, CONFLICTS))
        yield f"  {visible(file.path, 200)}: {said}"
    if upgrade.facts:
        message = ngettext("{count} fact or setting changes:", "{count} facts and settings change:", len(upgrade.facts))
        yield message.format(count=len(upgrade.facts))
        yield from (f"  {fact_sentence(change)}" for change in upgrade.facts[:_LISTED])
        if (rest := len(upgrade.facts) - _LISTED) > 0:
            yield "  " + ngettext("{count} more.", "{count} more.", rest).format(count=rest)
        sources = {source.key: source for change in upgrade.facts for source in change.sources}
        if sources:
            yield _("Sources:")
        for key, source in sorted(sources.items()):
            yield f"  {visible(key)}: {visible(f'{source.title} {source.url}'.strip(), 300)}"


def upgrade_lines(upgrade: Upgrade) -> Iterator[Line]:
    """Return the same for a terminal."""
    first, *rest = upgrade_sentences(upgrade)
    yield line(Span(first, "bold"))
    yield from (line(sentence) for sentence in rest)


def upgrade_message(upgrade: Upgrade) -> str:
    """Return the message of the commit that upgrades."""
    return f"Upgrade: {__version__}\n\n" + "\n".join(upgrade_sentences(upgrade))


def upgrade_json(upgrade: Upgrade, branch: str) -> str:
    """Return an upgrade as one JSON object; `branch` is "" where none was made."""
    files = [{"path": file.path, "outcome": file.outcome} for file in upgrade.files]
    facts = [
        {**change._asdict(), "sources": [source._asdict() for source in change.sources]} for change in upgrade.facts
    ]
    return json_text(
        {
            "schema": "graduand/upgrade/1",
            "version": __version__,
            "shipped": upgrade.version,
            "needed": upgrade.is_needed,
            "branch": branch,
            "files": files,
            "changed": sorted(upgrade.contents),
            "facts": facts,
        }
    )


def fact_sentence(change: FactChange) -> str:
    """Return how a fact or setting differs, in a line, with the keys of its sources."""
    word = _(_SECTIONS[change.section]) if change.section in _SECTIONS else visible(change.section)
    told = [visible(detail) for detail in change.details if detail != change.name]
    details = f": {', '.join(told)}" if told else ""
    cited = ", ".join(source.key for source in change.sources)
    sources = f" [{visible(cited)}]" if cited else ""
    name = f" {visible(change.name)}" if change.name and change.name != change.section else ""
    return f"{_SIGNS[change.difference]} {word}{name}{details}{sources}"
