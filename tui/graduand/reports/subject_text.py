"""Say the subject of a commit that graduand made in the words of who reads it; the commit keeps its own."""

from __future__ import annotations

import re
from typing import Final

from graduand.git.events import EventKind
from graduand.language import _, ngettext, visible
from graduand.reports.audit_text import kind_word

_MADE: Final = re.compile(r"(?P<kind>[A-Z][a-z-]+): (?:(?P<count>[0-9]+) records|(?P<rest>.+))")
_TAKEN_IN: Final = re.compile(r"Intake: (?P<name>.+), (?P<new>[0-9]+) new, (?P<changed>[0-9]+) changed")


def subject_words(subject: str) -> str:
    """Return a subject in the current language; one that graduand did not make as it is."""
    if found := _TAKEN_IN.fullmatch(subject):
        words = _("taken in from {name}: {new} new, {changed} changed")
        return words.format(name=visible(found["name"]), new=found["new"], changed=found["changed"])
    found = _MADE.fullmatch(subject)
    kind = _kind_word(found["kind"].lower()) if found else ""
    if not found or not kind:
        return visible(subject, 200)
    if found["count"]:
        count = int(found["count"])
        rest = ngettext("{count} record", "{count} records", count).format(count=count)
    else:
        rest = subject_words(found["rest"])
    return _("{label}: {value}").format(label=kind, value=rest)


def _kind_word(kind: str) -> str:
    own = {"undone": _("undone"), "redone": _("redone"), "formatted": _("written in order")}
    return own.get(kind) or (kind_word(EventKind(kind)) if kind in {*EventKind} else "")
