"""What was done, as the ledger tells it, among what was decided: in every form, and by every filter."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.ledger import branch
from graduand.ledger.branch import NewEntry
from graduand.ledger.entry import OBSERVED, EntryKind, Noting, SentFile, entry_json, read_entry
from tests.handshake.test_article import CLOSED, DAY
from tests.repository import GRADUATE, begin, commit, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "00412345", "00412346"
SEEN = "2029-03-01T08:00:00Z"


@pytest.fixture
def done(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str, str, str]:
    """A history in which two people went up, one row failed, an account was seen, and one was closed years later.

    Also the ids of the upload, the result and the observation.
    """
    put(begin(root), GRADUATE)
    put(root, graduate(TWO), f"2026-autumn/{TWO}.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    upload = graduand(root, "uploaded", str(root / "build/manifest.json")).out.strip()
    failed = root / "build/failed.csv"
    answer = '{""errors"": [""chloe.dupont@valmont.example has already been taken""]}'
    row = f'{ONE},chloe.dupont@valmont.example,failed,"{answer}"'
    failed.write_text(f"username,email_address,status,response\n{row}\n", encoding="utf-8")
    graduand(root, "reconcile", str(failed))
    raw = f"username,email_address,disabled\n{ONE},chloe.dupont@valmont.example,TRUE\n{TWO},,FALSE\n".encode()
    file = SentFile(OBSERVED, hashlib.sha256(raw).hexdigest(), 2, columns=("username", "email_address", "disabled"))
    stamp = Noting(SEEN, SEEN, "Renée Gistrar <renee@valmont.example>", "1", "")
    said = entry_json(EntryKind.OBSERVATION, stamp, [file], {"seen_at": SEEN})
    seen = read_entry(said).id
    branch.append(Program(root), [NewEntry(said, {OBSERVED: raw}, f"observation {seen}")])
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-01T09:00:00+00:00")
    put(root, CLOSED)
    commit(root)
    result = next(event["commit"] for event in told(root, "audit") if event["event"] == "failed")
    return root, upload, str(result), seen


def told(root: Path, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in graduand(root, *words, "--json").out.splitlines()]


def kinds(root: Path, *words: str) -> list[str]:
    return [f"{event['event']} {event['username']}" for event in told(root, *words)]


def test_a_life_is_told_in_the_order_of_time(done: tuple[Path, str, str, str]) -> None:
    root, upload, result, seen = done

    events = told(root, "log", ONE)

    assert [event["event"] for event in events] == ["graduated", "failed", "observed", "deactivated"]
    failed, observed = events[1:3]
    assert (failed["uploads"], failed["commit"], failed["new"]) == ([upload], result, "failed")
    assert "already been taken" in str(failed["reason"])
    assert (observed["date"], observed["commit"]) == (SEEN, seen)
    assert observed["author"] == "Renée Gistrar <renee@valmont.example>"
    assert observed["new"] == {"email_address": "chloe.dupont@valmont.example", "disabled": "TRUE"}
    assert (observed["signature"], observed["bypassed"], observed["pull_request"]) == ("none", None, None)
    assert kinds(root, "log", TWO) == [f"graduated {TWO}", f"sent {TWO}", f"observed {TWO}"]


def test_the_text_masks_addresses_and_names_entries(done: tuple[Path, str, str, str]) -> None:
    root, upload, result, seen = done

    out = graduand(root, "log", ONE).out

    assert "failed  c•••@valmont.example has already been taken" in out
    assert f"noted by Camille Renard in {result}, of {upload}\n" in out
    assert "seen in Handshake  " in out
    assert f"noted by Renée Gistrar in {seen}\n" in out
    assert "chloe.dupont@" not in out
    assert "chloe.dupont@valmont.example has" in graduand(root, "log", ONE, "--show").out
    assert f"envoyé avec {upload}" in graduand(root, "log", TWO, lang="fr").out
    assert "vu dans Handshake" in graduand(root, "log", ONE, lang="fr").out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [f"graduated {TWO}", f"graduated {ONE}", f"failed {ONE}", f"deactivated {ONE}"]),
        (("--kind", "sent"), [f"sent {TWO}"]),
        (("--kind", "observed"), [f"observed {ONE}", f"observed {TWO}"]),
        (("--kind", "failed", "--kind", "deactivated"), [f"failed {ONE}", f"deactivated {ONE}"]),
        (("--kind", "observed", "--author", "RENÉE"), [f"observed {ONE}", f"observed {TWO}"]),
        (("--kind", "observed", "--author", "camille"), []),
        (("--kind", "observed", "--since", "2029-03-02"), []),
        (("--kind", "observed", "--until", "2029-03-01", "--cohort", "2026-autumn"), [f"observed {TWO}"]),
        (("--person", TWO), [f"graduated {TWO}", f"sent {TWO}", f"observed {TWO}"]),
        (("--kind", "taken-back"), []),
    ],
)
def test_a_filter_lets_through_what_was_done(
    done: tuple[Path, str, str, str], words: tuple[str, ...], found: list[str]
) -> None:
    assert kinds(done[0], "audit", *words) == found


def test_every_form_tells_what_was_done(done: tuple[Path, str, str, str]) -> None:
    root, upload, _result, _seen = done

    rows = [*csv.DictReader(io.StringIO(graduand(root, "audit", "--kind", "sent", "--csv").out))]
    page = graduand(root, "audit", "--html").out

    assert [(row["event"], row["username"], row["uploads"], row["linked"]) for row in rows] == [
        ("sent", TWO, upload, "ancestry")
    ]
    assert "<strong>1</strong> row failed" in page
    assert "<strong>1</strong> ligne refusée" in graduand(root, "audit", "--html", lang="fr").out
