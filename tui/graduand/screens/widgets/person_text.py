"""What is said of one person in short: findings with their cure, what goes out, the last events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from graduand.handshake.effect import Effect, Status
from graduand.index.people_list import kept_back
from graduand.language import _, visible
from graduand.reports.audit_text import author_of, kind_word
from graduand.reports.plan_text import effect_words, status_word
from graduand.rules.fixes import CURABLE
from graduand.rules.registry import RULES
from graduand.screens.page import COLOURS, SIGNS
from graduand.screens.widgets.person_line import outstanding_words, transition_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.findings import Finding
    from graduand.git.events import Event
    from graduand.index.people_list import ListedPerson, SentStatus

_FAINT = "$foreground 70%"


def _title(words: str) -> Iterator[Content]:
    yield Content("")
    yield Content.styled(words, "bold $text-accent")


def wrong(findings: Sequence[Finding]) -> Iterator[Content]:
    """Return what is wrong with the record, and the cure of each."""
    if findings:
        yield from _title(_("What is wrong"))
    for finding in findings:
        yield Content.assemble((f"{SIGNS[finding.severity]} ", COLOURS[finding.severity]), finding.message)
        cure = _(RULES[finding.rule].cure)
        key = "c" if finding.rule in CURABLE else " "
        yield Content.assemble((key, "bold $text-accent"), (f" → {cure}", _FAINT))


def goes_out(entry: ListedPerson, sent: SentStatus | None) -> Iterator[Content]:
    """Return what the next upload would do to the person."""
    yield from _title(_("What goes out"))
    yield Content.styled(transition_words(entry), "bold $text-error" if entry.disabled == "true" else "")
    if kept_back(entry.rules, entry.worst) or sent is None:
        yield Content(outstanding_words(entry, "") or "–")
        return
    yield Content(status_word(Status(sent.status)))
    for effect in sent.effects:
        yield Content(f"· {effect_words(Effect(effect))}")


def happened(events: Sequence[Event]) -> Iterator[Content]:
    """Return the last events of the person, the newest first."""
    if events:
        yield from _title(_("What happened last"))
    for event in reversed(events):
        who = visible(author_of(event), 40)
        yield Content.assemble((f"{event.source.date[:10]} ", _FAINT), kind_word(event.event), (f" {who}", _FAINT))
