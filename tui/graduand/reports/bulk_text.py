"""Format the preview of a change in many records."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.findings import Severity
from graduand.handshake.effect import Effect
from graduand.language import _, ngettext
from graduand.reports.console import Line, Span, line
from graduand.reports.cures_text import difference_text
from graduand.rules.registry import RULES
from graduand.uploads.compiler import describe_breach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.editing.bulk_edit import PreparedBulkEdit
    from graduand.handshake.plan import Breach
    from graduand.reports.labels import Terms

GRAVE: Final = (Effect.DEACTIVATE, Effect.USERNAME, Effect.LOGIN, Effect.WIPE)
"""The effects that need a confirmation in a change of many records."""


def grave_words(prepared: PreparedBulkEdit, breaches: Sequence[Breach]) -> tuple[str, ...]:
    """Return a sentence for each exceeded limit, and for each other grave effect."""
    described = {breach.what for breach in breaches}
    grave = [_grave(effect, count) for effect, count in grave_counts(prepared).items() if effect not in described]
    return (*(describe_breach(breach) for breach in breaches), *grave)


def _grave(effect: Effect, count: int) -> str:
    return {
        Effect.DEACTIVATE: ngettext("{count} account would be closed.", "{count} accounts would be closed.", count),
        Effect.USERNAME: ngettext("{count} username would change.", "{count} usernames would change.", count),
        Effect.LOGIN: ngettext("{count} school login would change.", "{count} school logins would change.", count),
    }.get(
        effect,
        ngettext("A field of {count} person would be wiped.", "A field of {count} people would be wiped.", count),
    ).format(count=count)


def grave_counts(prepared: PreparedBulkEdit) -> dict[Effect, int]:
    """Return the number of people by grave effect, the gravest first."""
    return {effect: prepared.effects[effect] for effect in GRAVE if prepared.effects[effect]}


def remarks(prepared: PreparedBulkEdit) -> Iterator[str]:
    """Return sentences on unchanged records, unreadable records, and findings after the change."""
    if prepared.unchanged:
        words = ngettext("{count} record has it so already.", "{count} records have it so already.", prepared.unchanged)
        yield words.format(count=prepared.unchanged)
    if left := len({finding.path for finding in prepared.unreadable}):
        words = ngettext(
            "{count} record cannot be read whole, and stays as it is.",
            "{count} records cannot be read whole, and stay as they are.",
            left,
        )
        yield words.format(count=left)
    if rules := _counted(prepared, errors=False):
        yield _("Afterwards the rules find: {rules}.").format(rules=rules)


def people_with_errors(prepared: PreparedBulkEdit) -> frozenset[str]:
    """Return the paths of those who have an error after the change that they do not have now."""
    return frozenset(one.path for one in prepared.new_findings if one.severity is Severity.ERROR)


def error_words(prepared: PreparedBulkEdit) -> Iterator[str]:
    """Return the sentence on errors that the change brings; nothing where it brings none."""
    if people := len(people_with_errors(prepared)):
        words = ngettext(
            "The change brings errors to {count} person: {rules}.",
            "The change brings errors to {count} people: {rules}.",
            people,
        )
        yield words.format(count=people, rules=_counted(prepared, errors=True))


def _counted(prepared: PreparedBulkEdit, *, errors: bool) -> str:
    """Return the rules of new errors, or of other new findings, each with its number."""
    found = Counter(one.rule for one in prepared.new_findings if (one.severity is Severity.ERROR) is errors)
    return ", ".join(f"{rule} {_(RULES[rule].title)} ({count})" for rule, count in sorted(found.items()))


def bulk_text(prepared: PreparedBulkEdit, breaches: Sequence[Breach], terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines of a preview; addresses are masked unless `show`."""
    for person in prepared.people:
        yield line(Span(person.previous.path, "bold"))
        yield from (line(f"    {difference_text(one, terms, show=show)}") for one in person.differences)
    yield from (line(Span(f"! {words}", "bold yellow")) for words in grave_words(prepared, breaches))
    yield from (line(Span(f"✗ {words}", "bold red")) for words in error_words(prepared))
    yield from (line(words) for words in remarks(prepared))
