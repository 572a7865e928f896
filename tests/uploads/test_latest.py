"""What Handshake has by now is remembered, and never otherwise than it would be told from the whole past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.handshake.state import NOTHING
from graduand.uploads import last_sent
from graduand.uploads.last_sent import LastSent, read_last_sent
from graduand.uploads.replay import replay_uploads
from tests.handshake.test_article import CLOSED, DAY
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path


def told(known: LastSent) -> object:
    sent = known.sent
    return {name: sent.cells(name) for name in sent.rows}, sent.failed, sent.refused, known[1:]


def replayed(root: Path) -> object:
    whole = replay_uploads(Program(root))
    return told(LastSent(whole.sent, whole.since, whole.last_upload))


def send(root: Path, record: str, path: str = "2026-spring/00412345.yaml") -> str:
    """Commit, compile and note a record; return the tag."""
    put(root, record, path)
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    return graduand(root, "uploaded", str(root / "build/manifest.json")).out.strip()


def test_what_is_remembered_is_what_the_past_comes_to(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = ""
    assert read_last_sent(Program(begin(root))) == LastSent(NOTHING, (), "")
    for record, path in (
        (GRADUATE, "2026-spring/00412345.yaml"),
        (CLOSED, "2026-spring/00412345.yaml"),
        (graduate("00499999").replace("Chloé", "A, “B” C"), "2026-spring/00499999.yaml"),
    ):
        name = send(root, record, path)
        first = read_last_sent(Program(root))

        assert told(first) == replayed(root)
        assert first.last_upload == name
        with monkeypatch.context() as patched:
            patched.setattr(last_sent, "replay_uploads", lambda _program: pytest.fail("told again"))
            assert told(read_last_sent(Program(root))) == told(first)

    failed = root / "failed.csv"
    failed.write_text(
        "username,email_address,first_name,status,response\n00499999,p00499999@valmont.example,A,failed,A reason\n",
        encoding="utf-8",
    )
    assert graduand(root, "reconcile", str(failed)).code == 0
    again = read_last_sent(Program(root))
    assert again.sent.failed == {"00499999"}
    assert told(again) == replayed(root)

    git(root, "tag", "--delete", name)
    assert told(read_last_sent(Program(root))) == replayed(root)


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 200])
def test_what_is_damaged_is_told_again(root: Path, damage: bytes) -> None:
    send(begin(root), GRADUATE)
    right = told(read_last_sent(Program(root)))
    place = root / ".git/graduand/sent"
    assert place.stat().st_mode & 0o777 == 0o600
    for raw in (damage, place.read_bytes()[:-5] + b"12345", place.read_bytes()[: len(damage) + 90]):
        place.write_bytes(raw)

        assert told(read_last_sent(Program(root))) == right


def test_a_tag_that_points_elsewhere_is_seen(root: Path) -> None:
    name = send(begin(root), GRADUATE)
    before = told(read_last_sent(Program(root)))
    says = git(root, "tag", "--list", "--format=%(contents)", name).replace('"2026-07-01"', '"2020-01-01"')
    git(root, "tag", "--force", "--annotate", "--message", says.replace("00412345", "00400000"), name)

    assert told(read_last_sent(Program(root))) == replayed(root) != before
