"""The cases of all rules (`tests/rules/cases/`), and their records written down and checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from graduand.feeds.check import check_feed
from graduand.findings import Severity
from graduand.rules.registry import RULES
from graduand.rules.rule_cases import SYNC, RuleCase, read_cases
from graduand.tables.table_reader import UNKNOWN
from tests.rules.judged import ON, given, judged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.feeds.check import FeedFinding
    from graduand.findings import Finding

_EVERY: Final = {f"{rule} {case.name}": case for rule in RULES for case in read_cases(rule)}
CASES: Final[dict[str, RuleCase]] = {name: case for name, case in _EVERY.items() if not case.records}
"""Every case of records, by the id of its rule and its name."""

FEED_CASES: Final[dict[str, RuleCase]] = {name: case for name, case in _EVERY.items() if case.records}
"""The same of a sync file that is held against records."""

_SIGN: Final = re.compile(r"<U\+(?P<code>[0-9A-F]{4,6})(?: × (?P<times>\d+))?>|<0x(?P<byte>[0-9A-F]{2})>")
_LINK: Final = "-> "


def without_signs(text: str) -> str:
    """Return a text of a case with the characters that its signs stand for; a byte becomes a lone surrogate."""
    return _SIGN.sub(_character, text)


def _character(sign: re.Match[str]) -> str:
    if sign["byte"]:
        return bytes.fromhex(sign["byte"]).decode("ascii", "surrogateescape")
    return chr(int(sign["code"], 16)) * int(sign["times"] or 1)


def settings_of(case: RuleCase) -> str:
    """Return what `judged` shall write into institution.yaml for a case."""
    return f"language: en\n{case.institution}"


def check_sync_file(root: Path, case: RuleCase, files: Mapping[str, str]) -> tuple[FeedFinding, ...]:
    """Write the records of a case below `root`, and return what is found in its sync file."""
    found = judged(root, case.records, case.on or ON, settings_of(case), case.states)
    assert Severity.ERROR not in {one.severity for one in found}
    if case.confidential:
        (root / "schema" / "intake").mkdir(exist_ok=True)
        listed = "".join(f'  - "{username}"\n' for username in case.confidential)
        (root / "schema" / "intake" / "confidential.yaml").write_text(f"usernames:\n{listed}", encoding="utf-8")
    workspace = given(root, case.states)
    index = workspace.read_index(case.on or ON)
    return check_feed(workspace, without_signs(files[SYNC]).encode(), UNKNOWN, index).findings


def check_files(root: Path, case: RuleCase, files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Write records of a case below `root`, and return all their findings."""
    for path in files:
        (root / "records" / path).parent.mkdir(parents=True, exist_ok=True)
        if files[path].startswith(_LINK):
            (root / "records" / path).symlink_to(files[path].removeprefix(_LINK))
    texts = {path: without_signs(text) for path, text in files.items() if not text.startswith(_LINK)}
    return judged(root, texts, case.on or ON, settings_of(case), case.states)
