"""Whether a history can be believed: signatures, tags, files, and what would show another history."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import CLOSED, DAY
from tests.repository import GRADUATE, begin, commit, git, graduand, put
from tests.repository import noted as noted_ids

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

ME = "camille.renard@valmont.example"


@pytest.fixture
def noted(root: Path) -> Path:
    """A history of two commits, the first of which went up."""
    put(begin(root), GRADUATE)
    commit(root)
    upload(root)
    put(root, CLOSED)
    commit(root)
    return root


def upload(root: Path) -> str:
    assert graduand(root, "compile", "--on", DAY).code == 0
    return graduand(root, "uploaded", str(root / "build/manifest.json")).out.strip()


def verify(root: Path) -> dict[str, object]:
    """Return what speaks for and against the history, without what is well."""
    ran = graduand(root, "audit", "verify", "--json")
    told: dict[str, object] = json.loads(ran.out)
    assert ran.code == (0 if told["sound"] else 1)
    assert told.pop("schema") == "graduand/verified/1"
    return {key: value for key, value in told.items() if value or key == "sound"}


def text(root: Path) -> Ran:
    return graduand(root, "audit", "verify")


def test_unsigned_commits_are_listed_and_are_no_failure(noted: Path) -> None:
    commits = git(noted, "log", "--format=%H").split()

    assert verify(noted) == {"sound": True, "commits": 2, "unsigned": commits}
    assert text(noted).out.splitlines() == [
        "2 commits touch records.",
        f"! Not signed (2): {', '.join(commits)}",
        "✓ Nothing speaks against this history.",
    ]


def test_commits_of_merged_branches_count_even_without_effect(noted: Path) -> None:
    git(noted, "switch", "--quiet", "--create", "side")
    put(noted, GRADUATE)
    first = commit(noted)
    put(noted, CLOSED)
    second = commit(noted)
    git(noted, "switch", "--quiet", "main")
    git(noted, "merge", "--quiet", "--no-ff", "--no-edit", "side")

    unsigned = verify(noted)["unsigned"]

    assert isinstance(unsigned, list)
    assert {first, second} < set(unsigned)
    assert len(unsigned) == 4


# Signatures


@pytest.fixture
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key to sign with."""
    program = shutil.which("ssh-keygen")
    if program is None:
        pytest.skip("no ssh-keygen on this machine")
    place = tmp_path_factory.mktemp("keys") / "key"
    subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-f", place], check=True)
    return place


def sign(root: Path, key: Path) -> str:
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(key), "commit.gpgSign": "true"}.items():
        git(root, "config", name, value)
    put(root, GRADUATE.replace("06-15", "06-16"))
    return commit(root)


def vouch(root: Path, key: Path, who: str = ME) -> None:
    allowed = key.with_name("allowed")
    allowed.write_text(f"{who} {key.with_name('key.pub').read_text(encoding='utf-8')}", encoding="utf-8")
    git(root, "config", "gpg.ssh.allowedSignersFile", str(allowed))


def test_a_signature_by_a_known_key_is_good(noted: Path, key: Path) -> None:
    signed = sign(noted, key)
    vouch(noted, key)

    told = verify(noted)

    assert told.keys() == {"sound", "commits", "unsigned"}
    assert signed not in str(told["unsigned"])


def test_without_known_keys_a_signature_is_unknown_and_not_missing(noted: Path, key: Path) -> None:
    signed = sign(noted, key)

    told = verify(noted)

    assert told["unknown"] == [signed]
    assert told["sound"] is True
    assert f"! Signature by a key that nobody vouches for here (1): {signed}\n" in text(noted).out


def test_a_signature_by_an_untrusted_key_is_unknown(noted: Path, key: Path) -> None:
    signed = sign(noted, key)
    other = key.with_name("other")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    key.with_name("key.pub").write_text(other.with_suffix(".pub").read_text(encoding="utf-8"), encoding="utf-8")
    vouch(noted, key)

    assert verify(noted)["unknown"] == [signed]


def test_a_signature_of_another_text_is_bad(noted: Path, key: Path) -> None:
    signed = sign(noted, key)
    vouch(noted, key)
    forged = git(noted, "cat-file", "commit", signed).replace("Records\n", "Forged\n")
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=noted,
        input=forged,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    git(noted, "reset", "--quiet", "--hard", made)

    told = verify(noted)

    assert (told["sound"], told["bad"]) == (False, [made])
    assert f"✗ Signature false, expired or revoked (1): {made}\n" in text(noted).out


def test_no_program_that_the_repository_configures_is_run(noted: Path, key: Path, tmp_path: Path) -> None:
    sign(noted, key)
    vouch(noted, key)
    ran = tmp_path / "ran"
    for name in ("gpg.program", "gpg.ssh.program", "gpg.x509.program"):
        git(noted, "config", name, str(_script(tmp_path, f"touch '{ran}'")))

    assert verify(noted)["sound"] is True
    assert not ran.exists()


def test_the_program_that_the_user_configures_is_run(
    noted: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(noted, key)
    vouch(noted, key)
    ran = tmp_path / "ran"
    settings = tmp_path / "gitconfig"
    git(noted, "config", "--file", str(settings), "gpg.ssh.program", str(_script(tmp_path, f"touch '{ran}'; exit 1")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    verify(noted)

    assert ran.exists()


def _script(folder: Path, line: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# Uploads


def test_an_upload_from_a_rewritten_history_is_found(noted: Path) -> None:
    (name,) = noted_ids(noted)
    git(noted, "checkout", "--quiet", "--orphan", "anew")
    commit(noted)

    told = verify(noted)

    assert (told["sound"], told["astray"]) == (False, [name])


# Another history than the one that was committed


def test_replaced_objects_are_listed_and_ignored(noted: Path) -> None:
    head = git(noted, "rev-parse", "HEAD").strip()
    events = graduand(noted, "audit", "--json").out
    git(noted, "replace", head, f"{head}~1")

    assert verify(noted)["replaced"] == [f"refs/replace/{head}"]
    shutil.rmtree(noted / ".git/graduand")
    assert graduand(noted, "audit", "--json").out == events


def test_grafts_are_ignored(noted: Path) -> None:
    head = git(noted, "rev-parse", "HEAD").strip()
    events = graduand(noted, "audit", "--json").out
    (noted / ".git/info").mkdir(exist_ok=True)
    (noted / ".git/info/grafts").write_text(f"{head}\n", encoding="utf-8")

    shutil.rmtree(noted / ".git/graduand")
    assert graduand(noted, "audit", "--json").out == events


def test_a_shallow_clone_fails_verification(noted: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(noted, "clone", "--quiet", "--depth=1", f"file://{noted}", str(clone))

    told = verify(clone)

    assert (told["sound"], told["cut"]) == (False, True)
    assert "✗ The clone is shallow: what happened earlier cannot be verified." in text(clone).out


def test_a_repository_without_commits_is_sound(root: Path) -> None:
    put(begin(root), GRADUATE)

    assert verify(root) == {"sound": True}
