"""Verify the files of uploads: their bytes, the rows that an erasure cut, and that they compile again."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand import __version__
from graduand.audit.doubts import Doubt, DoubtRule
from graduand.language import _, ngettext, spoken, visible
from graduand.ledger.entry import EntryKind, table_rows
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.uploads.recompile import Recompiled, Recompiler

_FORM: Final = "graduand/verified-uploads/1"

_Kept = dict[str, list[tuple[str, str, str]]]
"""What was found of the commits of a batch."""


_Cut = Mapping[str, Mapping[str, int]]
"""How many rows were erased, by the id of the entry and the name of the file."""


def upload_doubts(ledger: Ledger) -> Iterator[Doubt]:
    """Yield what is found of the files of all uploads and observations; what was verified once is remembered."""
    commits = {entry.id: one.commit for entry, one in zip(ledger.entries, ledger.stored, strict=True)}
    place = Path(ledger.program.folder, "graduand", "verified-uploads")
    kept = CacheFile[_Kept](place, _FORM, ledger.program.prefix, spoken(), shape=_Kept)
    known = kept.read_as(_known) or {}
    found: _Kept = {}
    erased = _cut(ledger)
    recompiler = None
    for batch in _batches(ledger):
        key = " ".join(
            (
                *(commits[entry.id] for entry in batch),
                *(f"{one.id}:{sorted(erased[one.id].items())}" for one in batch if one.id in erased),
            )
        )
        if key not in known:
            doubts = [*_byte_doubts(ledger, batch, erased)]
            is_compiled = batch[0].kind is EntryKind.UPLOAD and not batch[0].facts.get("of_feed")
            if is_compiled and not any(entry.id in erased for entry in batch):
                recompiler = recompiler or _recompiler(ledger)
                doubts += _compiled_doubts(recompiler.recompile(batch), batch)
            known[key] = [(doubt.rule.value, *doubt[1:]) for doubt in doubts]
        found[key] = known[key]
        yield from (Doubt(DoubtRule(rule), subject, detail) for rule, subject, detail in found[key])
    if found:
        kept.write(found)


def _known(kept: _Kept) -> _Kept:
    """Return what was kept.

    Raises:
        ValueError: it names a rule that there is not.
    """
    for found in kept.values():
        for rule, _subject, _detail in found:
            DoubtRule(rule)
    return kept


def override_doubts(ledger: Ledger) -> Iterator[Doubt]:
    """Yield what was passed over on purpose for an upload: a limit, or the review; why, and by whom."""
    for entry in ledger.entries:
        listed = entry.facts.get("overrides") if entry.kind is EntryKind.UPLOAD else None
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict):
                what, reason, by = (str(one.get(key, "")) for key in ("what", "reason", "by"))
                said = f"{_override_words(what)}: {visible(reason, 300)} ({visible(by.partition(' <')[0])})"
                yield Doubt(DoubtRule.PASSED_OVER, entry.id, said)


def _override_words(what: str) -> str:
    words = {
        "limit": _("a limit"),
        "fewer-people": _("a limit"),
        "unreviewed": _("the review"),
        "early": _("the day of graduations and departures"),
        "ahead": _("a day to come"),
    }
    return words.get(what, visible(what))


def _cut(ledger: Ledger) -> _Cut:
    """Return how many rows were erased."""
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in ledger.entries:
        cut = entry.facts.get("cut") if entry.kind is EntryKind.ERASED else None
        for one in cut if isinstance(cut, list) else ():
            files = one.get("files") if isinstance(one, dict) else None
            if isinstance(files, dict):
                rows[str(one.get("id"))].update({str(name): int(count) for name, count in files.items()})
    return rows


def _batches(ledger: Ledger) -> list[list[LedgerEntry]]:
    """Return the entries with files, those of one compile together, in the order of noting."""
    found: dict[str, list[LedgerEntry]] = {}
    for entry in ledger.entries:
        if entry.kind in {EntryKind.UPLOAD, EntryKind.DELIVERED, EntryKind.OBSERVATION, EntryKind.APPROVAL}:
            batch = entry.text("batch") if entry.kind is EntryKind.UPLOAD else ""
            found.setdefault(batch or entry.id, []).append(entry)
    return [*found.values()]


def _byte_doubts(ledger: Ledger, batch: Sequence[LedgerEntry], erased: _Cut) -> Iterator[Doubt]:
    for entry in batch:
        changed, erasures = [], 0
        for file, raw in zip(entry.files, ledger.files((entry, file.name) for file in entry.files), strict=True):
            cut = erased.get(entry.id, {}).get(file.name, 0)
            same = hashlib.sha256(raw).hexdigest() == file.sha256
            if cut and not same and file.rows - _count(raw, entry.id, file.name) == cut:
                erasures += cut
            elif cut or not same:
                changed.append(file.sent_as or file.name)
        if changed:
            yield Doubt(DoubtRule.BYTES, entry.id, ", ".join(map(visible, changed)))
        if erasures:
            words = ngettext("{count} row was erased", "{count} rows were erased", erasures)
            yield Doubt(DoubtRule.ERASED, entry.id, words.format(count=erasures))


def _count(raw: bytes, entry: str, name: str) -> int:
    """Return the number of rows, of a table below its header."""
    if name.endswith(".tsv"):
        return raw.count(b"\n")
    if b'"' not in raw:
        return raw.count(b"\n") - 1
    return sum(1 for _row in table_rows(raw, entry, name)) - 1


def _recompiler(ledger: Ledger) -> Recompiler:
    from graduand.uploads.recompile import Recompiler  # noqa: PLC0415 - half of the house, which only this needs

    return Recompiler(ledger)


def _compiled_doubts(came: Recompiled, batch: Sequence[LedgerEntry]) -> Iterator[Doubt]:
    """Yield the files of a compile that do not compile again byte for byte."""
    if came.why_not:
        yield Doubt(DoubtRule.NOT_COMPILED, batch[0].id, came.why_not)
        return
    sums = {file.sha256 for file in came.files}
    version = batch[0].text("made_by")
    for entry in batch:
        other = [file.sent_as for file in entry.jobs if file.sha256 not in sums]
        if other and version not in {"", __version__}:
            message = _("made by graduand {version}: {files}")
            detail = message.format(version=visible(version), files=", ".join(map(visible, other)))
            yield Doubt(DoubtRule.OTHER_VERSION, entry.id, detail)
        elif other:
            yield Doubt(DoubtRule.DIFFERS, entry.id, ", ".join(map(visible, other)))
    if came.strangers:
        message = _("its commit has other records of: {people}")
        yield Doubt(DoubtRule.DIFFERS, batch[0].id, message.format(people=", ".join(map(visible, came.strangers[:10]))))
