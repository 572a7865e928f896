"""After any sequence of uploads, failures and withdrawals the ledger knows what the accounts of Handshake hold."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Final

import pytest

from tests.handshake.test_article import DAY
from tests.importer import Importer
from tests.repository import begin, commit, graduand, graduate, put
from tests.uploads.test_loop import ACCOUNT, Desk, person, with_lines

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = tuple(f"0000000{number}" for number in range(1, 6))
ELSEWHERE: Final = "taken@courriel.example"
"""The address of an account at another school: a row with it fails."""


def changed(record: str, username: str, rng: random.Random) -> str:
    """Return the record with a change that somebody might make; one of them makes the row fail."""
    own, moved = f"p{username}@valmont.example", f"m{username}@courriel.example"
    reopened = "  account:\n    reason: closed-by-mistake\n"
    possible = [
        record.replace(own, moved).replace(ELSEWHERE, own),
        record.replace(moved, own).replace(ELSEWHERE, own),
        record.replace(own, ELSEWHERE),
        record.replace("2026-06-15", f"2026-06-{rng.randint(10, 28)}"),
    ]
    if "disabled" not in record:
        possible.append(record.replace("transition:", "disabled: true\ntransition:") + ACCOUNT)
    if "disabled: true" in record:
        possible.append(record.replace("disabled: true", "disabled: false").replace(ACCOUNT, reopened))
    if "system_label_names" not in record:
        possible.append(with_lines(record, "system_label_names:\n  - Mention Bien\n"))
    return rng.choice(possible)


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_is_known(root: Path, seed: int) -> None:
    rng = random.Random(seed)
    accounts = {name: person(name) for name in NAMES}
    desk = Desk(begin(root), Importer(accounts, elsewhere=[ELSEWHERE], excluded=[NAMES[4]]))
    records = {name: graduate(name) for name in NAMES}
    steps = 0
    for name, record in records.items():
        put(root, record, f"2026-spring/{name}.yaml")
    commit(root)
    for _step in range(7):
        for name in rng.sample(NAMES, rng.randint(1, 3)):
            records[name] = changed(records[name], name, rng)
            put(root, records[name], f"2026-spring/{name}.yaml")
        commit(root)
        steps += sent(desk, rng)
        assert desk.knows(), (seed, steps)

    assert steps > 2
    held, there = desk.held(), desk.handshake.accounts
    for name in NAMES[:4]:
        for header in ("email_address", "disabled", "primary_education:end_date"):
            assert held.get(name, {}).get(header) in {None, there[name].get(header, "")}


def sent(desk: Desk, rng: random.Random) -> bool:
    """Compile, and where there is something to send, send and note it, or note it by mistake and withdraw it."""
    words = rng.choice([(), ("--changed",)])
    if graduand(desk.root, "compile", "--on", DAY, "--skip-errors", *words).code:
        return False
    if rng.random() < 0.25:
        desk.run("uploads", "--undo", desk.run("uploaded").strip(), "it never ran")
        return True
    outcomes = desk.handshake.upload(desk.root / "build")
    upload = desk.run("uploaded").strip()
    for outcome in outcomes:
        take_in(desk, upload, outcome.failed)
    return True


def take_in(desk: Desk, upload: str, failed: bytes) -> None:
    if failed:
        path = desk.root / "build/failed.csv"
        path.write_bytes(failed)
        rows = desk.run("reconcile", str(path), "--upload", upload, "--json").splitlines()
        assert all(json.loads(row)["username"] for row in rows)
