"""Format a drift as text or JSON: accounts that are not as their records say, by situation, and what to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text
from graduand.reports.observation_text import value_seen, when
from graduand.uploads.drift_table import Cause, Situation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.reports.labels import Terms
    from graduand.uploads.drift import AccountDrift, Drift, DriftField
    from graduand.uploads.drift_table import DriftTable

SCHEMA: Final = "graduand/drift/1"
_SHOWN: Final = 10
"""The maximum number of people of one cause, unless all are requested."""
_STYLES: Final = {
    Situation.AMBIGUOUS: "bold red",
    Situation.GONE_THERE: "bold red",
    Situation.MISSING_THERE: "bold yellow",
    Situation.CLOSED_THERE: "bold yellow",
    Situation.DIFFERS: "bold yellow",
}


def drift_text(drift: Drift, table: DriftTable, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a drift; addresses are masked unless `show`."""
    yield line(Span(_head(drift), "bold"))
    by_cause = drift.by_cause()
    counts = Counter[Situation]()
    for why, accounts in by_cause.items():
        counts[why.situation] += len(accounts)
    told: set[Situation] = set()
    for why, accounts in by_cause.items():
        if why.situation is Situation.CONFIRMED and not everything:
            continue
        yield line("")
        if why.situation not in told:
            told.add(why.situation)
            label = f"{table.labels[why.situation]} ({counts[why.situation]})"
            yield line(Span(label, _STYLES.get(why.situation, "bold")))
        yield line("  ", _("{count}: {do}").format(count=len(accounts), do=str(table.actions[why].do)))
        yield from _people(accounts, terms, everything=everything, show=show)
    yield line("")
    if counts:
        yield line(
            " · ".join(
                _("{label}: {value}").format(label=table.labels[one], value=counts[one]) for one in reversed(counts)
            )
        )
    yield from _rest(drift)


def _head(drift: Drift) -> str:
    if not drift.seen_at:
        return _("The records, held against what was sent; Handshake's own export was never noted (graduand observe)")
    if drift.complete_at:
        message = _("The records, held against Handshake as seen on {seen} (UTC); all of it on {complete}")
        return message.format(seen=when(drift.seen_at), complete=when(drift.complete_at))
    message = _("The records, held against Handshake as seen on {seen} (UTC)")
    return message.format(seen=when(drift.seen_at))


def _people(accounts: Sequence[AccountDrift], terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    for account in accounts if everything else accounts[:_SHOWN]:
        yield line("    ", Span(visible(account.username), "bold"))
        for field in account.fields:
            yield line(f"      {_field(field, terms, show=show)}")
    yield from more_lines(0 if everything else len(accounts) - _SHOWN, "  ")


def _field(field: DriftField, terms: Terms, *, show: bool) -> str:
    held = value_seen(field.header, field.held, terms, show=show)
    if field.wanted:
        wanted = value_seen(field.header, field.wanted, terms, show=show)
        message = _("{label}: {held} there, {wanted} in the record")
        return message.format(label=terms.field(field.header), held=held, wanted=wanted)
    return _("{label}: {value}").format(label=terms.field(field.header), value=held)


def _rest(drift: Drift) -> Iterator[Line]:
    if drift.not_told:
        message = ngettext(
            "Of {count} record nothing was sent or seen yet: graduand plan",
            "Of {count} records nothing was sent or seen yet: graduand plan",
            len(drift.not_told),
        )
        yield line(message.format(count=len(drift.not_told)))
    if drift.ordinary:
        message = ngettext(
            "{count} other account has no record, and nothing stands out in it.",
            "{count} other accounts have no record, and nothing stands out in them.",
            drift.ordinary,
        )
        yield line(message.format(count=drift.ordinary))
    if drift.faulty:
        message = ngettext(
            "{count} record with errors is not compared: graduand check",
            "{count} records with errors are not compared: graduand check",
            drift.faulty,
        )
        yield line(Span(message.format(count=drift.faulty), "yellow"))


def drift_json(drift: Drift, *, everything: bool) -> Iterator[str]:
    """Return one JSON object for each field, or for an account without one; nothing is masked.

    Confirmed accounts are among them only where `everything` is asked for.
    """
    for account in drift.accounts:
        if account.why is Cause.AS_RECORDED and not everything:
            continue
        facts = [field._asdict() for field in account.fields]
        nothing = {"header": "", "held": "", "wanted": "", "since": account.since, "why": account.why}
        for field in facts or [nothing]:
            yield json_text(
                {
                    "schema": SCHEMA,
                    "username": account.username,
                    "field": field["header"],
                    "held": field["held"],
                    "wanted": field["wanted"],
                    "since": field["since"],
                    "situation": account.situation,
                    "why": field["why"],
                }
            )
