"""Whether a history can be believed: signatures, the chain of the ledger, files, and what shows another history."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.ledger import branch
from graduand.ledger.branch import NewEntry
from graduand.ledger.entry import EntryKind, Noting, entry_json, read_entry
from graduand.ledger.ledger import read_ledger
from tests.handshake.test_article import CLOSED, DAY, REOPENED
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put
from tests.repository import noted as noted_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"))
    assert ran.code == 0, ran.err
    return ran.out.strip()


def verified(root: Path, *words: str) -> dict[str, object]:
    """Return what a verification says; twice the same."""
    ran = graduand(root, "audit", "verify", "--json", *words)
    assert graduand(root, "audit", "verify", "--json", *words).out == ran.out
    told: dict[str, object] = json.loads(ran.out)
    assert ran.code == (0 if told["sound"] else 1), ran.err
    assert told["schema"] == "graduand/verified/2"
    return told


def doubts(root: Path, *words: str) -> dict[str, list[str]]:
    """Return the subjects of what was found, by rule, without what is merely not signed."""
    found: dict[str, list[str]] = {}
    for one in verified(root, *words)["findings"]:  # type: ignore[attr-defined]
        found.setdefault(one["rule"], []).append(one["subject"])
    found.pop("unsigned", None)
    return found


def text(root: Path, *words: str) -> Ran:
    return graduand(root, "audit", "verify", *words)


def ledger_commits(root: Path) -> list[str]:
    return git(root, "log", "--reverse", "--format=%H", "graduand/ledger").split()


def test_unsigned_commits_and_entries_are_listed_and_are_no_failure(noted: Path) -> None:
    commits = git(noted, "log", "--format=%H").split()

    told = verified(noted)

    assert (told["sound"], told["commits"], told["entries"]) == (True, 2, 2)
    unsigned = [one["subject"] for one in told["findings"]]  # type: ignore[attr-defined]
    assert unsigned[:2] == commits
    assert unsigned[3] == noted_ids(noted)[0]
    lines = text(noted).out.splitlines()
    assert lines[:3] == [
        "2 commits touch records or schema.",
        "The ledger has 2 entries.",
        f"! Not signed (4): {', '.join(unsigned)}",
    ]
    assert lines[3:] == ["✓ Nothing speaks against this history.", f"Anchor: {told['anchor']}"]


def test_commits_of_merged_branches_count_even_without_effect(noted: Path) -> None:
    git(noted, "switch", "--quiet", "--create", "side")
    put(noted, GRADUATE)
    first = commit(noted)
    put(noted, CLOSED)
    second = commit(noted)
    git(noted, "switch", "--quiet", "main")
    git(noted, "merge", "--quiet", "--no-ff", "--no-edit", "side")

    unsigned = [one["subject"] for one in verified(noted)["findings"]]  # type: ignore[attr-defined]

    assert {first, second} < set(unsigned)
    assert verified(noted)["commits"] == 4


# Signatures


def make_key(place: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place], check=True)
    return place


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two keys to sign with."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("no ssh-keygen on this machine")
    folder = tmp_path_factory.mktemp("keys")
    return make_key(folder / "key"), make_key(folder / "other")


@pytest.fixture
def key(keys: tuple[Path, Path]) -> Path:
    return keys[0]


@pytest.fixture
def other_key(keys: tuple[Path, Path]) -> Path:
    return keys[1]


def signing(root: Path, key: Path) -> None:
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(key), "commit.gpgSign": "true"}.items():
        git(root, "config", name, value)


def sign(root: Path, key: Path) -> str:
    """Sign from now on; return a signed commit."""
    signing(root, key)
    put(root, GRADUATE.replace("06-15", "06-16"))
    return commit(root)


def public(key: Path) -> str:
    return key.with_name(f"{key.name}.pub").read_text(encoding="utf-8")


def vouch(root: Path, *lines: str) -> str:
    """Commit who may sign."""
    (root / "schema/allowed_signers").write_text("".join(lines), encoding="utf-8")
    return commit(root)


def test_a_signature_by_an_allowed_key_is_good(noted: Path, key: Path) -> None:
    signing(noted, key)
    vouch(noted, f"{ME} {public(key)}")
    signed = sign(noted, key)

    assert doubts(noted) == {}
    (event,) = [
        json.loads(line)
        for line in graduand(noted, "audit", "--json").out.splitlines()
        if json.loads(line)["commit"] == signed and json.loads(line)["event"] == "corrected"
    ]
    assert (event["signature"], event["signer"]) == ("good", ME)


def test_without_allowed_keys_a_signature_is_unknown_and_not_missing(noted: Path, key: Path) -> None:
    signed = sign(noted, key)

    assert doubts(noted) == {"unknown-signer": [signed]}
    assert verified(noted)["sound"] is True
    assert f"! Signature by a key that nobody vouches for here (1): {signed} (SHA256:" in text(noted).out


def test_a_file_of_signers_that_only_this_clone_names_allows_nobody(noted: Path, key: Path, tmp_path: Path) -> None:
    signed = sign(noted, key)
    (tmp_path / "allowed").write_text(f"{ME} {public(key)}", encoding="utf-8")
    git(noted, "config", "gpg.ssh.allowedSignersFile", str(tmp_path / "allowed"))

    assert doubts(noted) == {"unknown-signer": [signed]}


def test_a_signature_by_another_key_is_unknown(noted: Path, key: Path, other_key: Path) -> None:
    vouch(noted, f"{ME} {public(other_key)}")
    signed = sign(noted, key)

    assert doubts(noted) == {"unknown-signer": [signed]}


def test_a_signature_for_somebody_else_is_told(noted: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signing(noted, key)
    vouch(noted, f"it@valmont.example,{ME} {public(key)}")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "renee@valmont.example")
    for_another = sign(noted, key)
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "renee@valmont.example")
    put(noted, GRADUATE)
    forged = commit(noted)

    assert doubts(noted) == {"other-author": [for_another], "wrong-signer": [forged]}
    assert f"“it@valmont.example, {ME}”" in text(noted).out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("*@valmont.example {key}", "a pattern names nobody"),
        (ME + ' namespaces="graduand" {key}', "namespaces must hold git"),
        (ME + " cert-authority {key}", "certificates are not read"),
        (ME + " AAAA\n", "there is no public key"),
    ],
)
def test_a_line_that_names_nobody_is_told_and_counts_for_nobody(noted: Path, key: Path, line: str, said: str) -> None:
    signing(noted, key)
    vouch(noted, "# who may sign\n", line.format(key=public(key)))

    found = doubts(noted)

    assert found.pop("signers-file") == ["schema/allowed_signers:2"]
    assert set(found) <= {"unknown-signer", "bad-signature"}
    assert found
    assert said in text(noted).out


def test_a_key_that_was_revoked_counts_against_all_that_it_signed(noted: Path, key: Path) -> None:
    signing(noted, key)
    vouch(noted, f"{ME} {public(key)}")
    signed = sign(noted, key)
    entry = upload(noted)
    (noted / "schema/revoked_keys").write_text(public(key), encoding="utf-8")
    git(noted, "config", "commit.gpgSign", "false")
    commit(noted)

    assert {signed, entry} < {*doubts(noted)["revoked-key"]}


def test_a_signature_of_another_text_is_bad(noted: Path, key: Path) -> None:
    vouch(noted, f"{ME} {public(key)}")
    signed = sign(noted, key)
    forged = git(noted, "cat-file", "commit", signed).replace("Records\n", "Forged\n")
    made = hash_commit(noted, forged)
    git(noted, "reset", "--quiet", "--hard", made)

    assert doubts(noted) == {"bad-signature": [made]}
    assert f"✗ Signature false, expired or revoked (1): {made}\n" in text(noted).out
    *_earlier, event = graduand(noted, "audit", "--json").out.splitlines()
    assert json.loads(event)["signature"] == "bad"


def hash_commit(root: Path, content: str) -> str:
    return subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=root,
        input=content,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_no_program_that_the_repository_configures_is_run(noted: Path, key: Path, tmp_path: Path) -> None:
    sign(noted, key)
    vouch(noted, f"{ME} {public(key)}")
    ran = tmp_path / "ran"
    for name in ("gpg.program", "gpg.ssh.program", "gpg.x509.program"):
        git(noted, "config", name, str(_script(tmp_path, f"touch '{ran}'")))

    assert verified(noted)["sound"] is True
    assert not ran.exists()


def test_the_program_that_the_user_configures_is_run(
    noted: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(noted, key)
    vouch(noted, f"{ME} {public(key)}")
    ran = tmp_path / "ran"
    settings = tmp_path / "gitconfig"
    git(
        noted,
        "config",
        "--file",
        str(settings),
        "gpg.ssh.program",
        str(_script(tmp_path, f"cat > /dev/null; touch '{ran}'; exit 1")),
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    verified(noted)

    assert ran.exists()


def test_what_was_verified_once_is_not_verified_again(
    noted: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vouch(noted, f"{ME} {public(key)}")
    sign(noted, key)
    settings, count = tmp_path / "gitconfig", tmp_path / "count"
    program = _script(tmp_path, f"echo >> '{count}'; exec ssh-keygen \"$@\"")
    git(noted, "config", "--file", str(settings), "gpg.ssh.program", str(program))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    assert doubts(noted) == {}
    first = count.read_bytes()
    assert doubts(noted) == {}
    assert count.read_bytes() == first

    vouch(noted, "# nobody\n")
    assert doubts(noted)["unknown-signer"]


def _script(folder: Path, line: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# Signatures of entries


@pytest.fixture
def trusted(noted: Path, key: Path) -> Path:
    """A history whose signers are known, with an entry that one of them signed."""
    vouch(noted, f"{ME} {public(key)}")
    signing(noted, key)
    upload(noted)
    return noted


def lay(
    root: Path, kind: EntryKind, facts: Mapping[str, object], *, main: str = "", by: str = f"Camille <{ME}>"
) -> str:
    """Append an entry as somebody might write it; return its id."""
    program = Program(root)
    ledger = read_ledger(program)
    noted = f"2027-01-{len(ledger.entries) + 1:02}T00:00:00Z"
    raw = entry_json(kind, Noting(noted, noted, by, "1", main or git(root, "rev-parse", "HEAD").strip()), (), facts)
    branch.append(program, [NewEntry(raw, {}, f"{kind} {read_entry(raw).id}")])
    return read_entry(raw).id


def test_the_signature_of_an_entry_is_checked_by_the_signers_of_its_time(trusted: Path) -> None:
    assert doubts(trusted) == {}
    (sent,) = [
        json.loads(line)
        for line in graduand(trusted, "log", "00412345", "--json").out.splitlines()
        if noted_ids(trusted)[1] in json.loads(line)["uploads"] and json.loads(line)["event"] == "sent"
    ]
    assert (sent["signature"], sent["signer"]) == ("good", ME)

    vouch(trusted, "# nobody\n")
    found = doubts(trusted)
    assert found["retired-key"] == [noted_ids(trusted)[1]]
    assert verified(trusted)["sound"] is True


def test_an_entry_that_names_an_older_branch_cannot_bring_signers_back(trusted: Path) -> None:
    old = git(trusted, "rev-parse", "HEAD").strip()
    vouch(trusted, "# nobody\n")
    upload(trusted)
    back = lay(trusted, EntryKind.WITHDRAWN, {"of": noted_ids(trusted)[0], "reason": "by mistake"}, main=old)

    assert doubts(trusted)["signers-rolled-back"] == [back]
    assert back in doubts(trusted)["unknown-signer"]


def test_an_entry_that_names_an_older_branch_with_the_same_signers_is_only_told(noted: Path) -> None:
    old = git(noted, "rev-parse", "HEAD~1").strip()
    upload(noted)
    late = lay(noted, EntryKind.WITHDRAWN, {"of": noted_ids(noted)[0], "reason": "by mistake"}, main=old)

    assert doubts(noted) == {"other-main": [late]}
    assert verified(noted)["sound"] is True


def test_an_entry_in_the_name_of_somebody_else_is_told(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"of": noted_ids(trusted)[0], "reason": "by mistake"}
    forged = lay(trusted, EntryKind.WITHDRAWN, facts, by="Renée <renee@valmont.example>")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "renee@valmont.example")
    other = lay(trusted, EntryKind.WITHDRAWN, {**facts, "reason": "again"})

    assert doubts(trusted)["wrong-signer"] == [forged, other]


def test_what_is_required_is_an_objection_where_it_is_not_so(trusted: Path) -> None:
    signed = noted_ids(trusted)[1]

    found = doubts(trusted, "--require", "signed-entries")
    assert noted_ids(trusted)[0] in found["required"]
    assert signed not in found["required"]
    assert len(doubts(trusted, "--require", "signed-commits")["required"]) == 3
    assert (
        doubts(trusted, "--require", "reviewed")["required"]
        == git(trusted, "log", "--reverse", "--format=%H", "HEAD~1").split()
    )
    assert text(trusted, "--require", "reviewed").code == 1
    assert text(trusted, "--require", "praise").code == 2


# The chain


def test_an_entry_that_was_noted_twice_is_told(noted: Path) -> None:
    program = Program(noted)
    stored = branch.read_chain(program, branch.head(program))[-1]
    branch.append(program, [NewEntry(stored.raw, {}, "upload again")])

    assert doubts(noted)["chain"] == noted_ids(noted)[:1]


def test_an_entry_that_is_dated_back_is_told(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-07-01T09:00:00+00:00")
    back = lay(noted, EntryKind.WITHDRAWN, {"of": noted_ids(noted)[0], "reason": "by mistake"})

    assert doubts(noted)["chain"] == [back]


def test_an_anchor_that_was_kept_shows_that_nothing_was_rewritten(noted: Path) -> None:
    anchor = str(verified(noted)["anchor"])
    upload(noted)
    put(noted, REOPENED)
    commit(noted)
    assert graduand(noted, "compile", "--on", DAY).code == 0
    manifest = json.loads((noted / "build/manifest.json").read_bytes())
    card = (noted / "build/upload.md").read_text(encoding="utf-8")

    told = verified(noted, "--anchor", anchor)
    assert told["anchored"] == {"entries": 2, "main": git(noted, "rev-parse", "HEAD~1").strip()}
    assert "before its last 1 entry" in text(noted, "--anchor", anchor[:16].upper()).out
    assert manifest["anchor"] in card
    assert manifest["anchor"] in graduand(noted, "audit", "--html").out
    assert doubts(noted, "--anchor", manifest["anchor"]) == {}


def test_an_anchor_is_lost_with_what_it_stands_for(noted: Path) -> None:
    upload(noted)
    anchor = str(verified(noted)["anchor"])
    git(noted, "update-ref", "refs/heads/graduand/ledger", "graduand/ledger~1")

    assert doubts(noted, "--anchor", anchor) == {"anchor": [anchor]}
    assert "✗ The ledger does not extend this anchor" in text(noted, "--anchor", anchor).out
    assert text(noted, "--anchor", "nonsense").code == 2
    assert graduand(noted, "audit", "--anchor", anchor).code == 2


# Uploads


def test_an_upload_from_a_rewritten_history_is_found_only_where_it_says_something_else(noted: Path) -> None:
    (name,) = noted_ids(noted)
    git(noted, "checkout", "--quiet", "--orphan", "anew")
    git(noted, "branch", "--quiet", "-D", "main")
    put(noted, GRADUATE)
    commit(noted)
    git(noted, "commit", "--quiet", "--amend", "--message", "Begin anew")
    assert doubts(noted) == {"other-main": [*noted_ids(noted, "opened"), name]}

    put(noted, graduate("00412346"), "2026-spring/00412346.yaml")
    (noted / "records/2026-spring/00412345.yaml").unlink()
    git(noted, "add", "--all")
    git(noted, "commit", "--quiet", "--amend", "--no-edit")

    assert doubts(noted)["never-said"] == [f"{name} 00412345"]


def test_every_kind_of_upload_compiles_again(root: Path) -> None:
    """Ordinary ones, with labels, of identifiers, jobs noted one by one, and rollbacks."""
    begin(root)
    for number in range(1, 5):
        put(root, graduate(f"0000000{number}"), f"2026-spring/0000000{number}.yaml")
    commit(root)
    upload(root)
    labelled = graduate("00000001").replace(
        "primary_education:", "system_label_names:\n  - Mention\nprimary_education:"
    )
    put(root, labelled, "2026-spring/00000001.yaml")
    (root / "records/2026-spring/00000002.yaml").unlink()
    renamed = graduate("00000002").replace('"00000002"', '"00000092"') + '  previous_username: "00000002"\n'
    put(root, renamed, "2026-spring/00000092.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY, "--changed").code == 0
    for job in json.loads((root / "build/manifest.json").read_bytes())["jobs"]:
        assert graduand(root, "uploaded", str(root / "build/manifest.json"), "--job", job["file"]).code == 0
    assert len(noted_ids(root)) > 2
    assert graduand(root, "rollback", "--on", DAY).code == 0
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0

    assert doubts(root) == {}


def test_a_file_that_no_record_explains_is_told(noted: Path) -> None:
    """As by somebody who wrote the file by hand, and all checksums with it."""
    entry = tampered(noted, lambda raw: raw.replace(b"Alumni", b"Master"), {})

    found = doubts(noted)

    assert found["differs"] == [entry]
    assert "bytes" not in found


def test_an_upload_that_another_version_made_is_told_apart(noted: Path) -> None:
    entry = tampered(noted, lambda raw: raw.replace(b"Alumni", b"Master"), {"made_by": "0.0.9"})

    assert doubts(noted)["other-version"] == [entry]
    assert "made by graduand 0.0.9: 20260701_1_students.csv" in text(noted).out


def test_bytes_that_were_not_noted_are_told(noted: Path) -> None:
    entry = tampered(noted, lambda raw: raw + b"one,more\n", {}, sums=False)

    assert doubts(noted)["bytes"] == [entry]


def test_rows_that_an_erasure_cut_add_up(root: Path) -> None:
    begin(root)
    for number in (1, 2):
        put(root, graduate(f"0000000{number}"), f"2026-spring/0000000{number}.yaml")
    commit(root)
    upload(root)

    def cut(raw: bytes) -> bytes:
        return b"".join(line for line in raw.splitlines(keepends=True) if b"00000002" not in line)

    entry = tampered(root, cut, {}, sums=False)
    assert doubts(root)["bytes"] == [entry]

    lay(root, EntryKind.ERASED, {"was": "0" * 40, "cut": [{"id": entry, "rows": 1, "files": {"students.csv": 1}}]})
    assert doubts(root) == {"rows-erased": [entry]}
    assert f"! Files without the rows that an erasure cut (1): {entry} (1 row was erased)" in text(root).out


def tampered(root: Path, change: object, facts: Mapping[str, object], *, sums: bool = True) -> str:
    """Write the last upload anew with other files; return its id."""
    program = Program(root)
    ledger = read_ledger(program)
    entry, stored = ledger.entries[-1], ledger.stored[-1]
    names = [*(file.name for file in entry.files), "people.tsv"]
    files = {name: change(raw) for name, raw in zip(names, ledger.files((entry, name) for name in names), strict=True)}  # type: ignore[operator]
    said = json.loads(stored.raw) | facts
    if sums:
        for file in said["files"]:
            file["sha256"] = hashlib.sha256(files[file["name"]]).hexdigest()
    raw = (json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    git(root, "update-ref", "refs/heads/graduand/ledger", stored.parent)
    branch.append(program, [NewEntry(raw, files, f"upload {read_entry(raw).id}")])
    return read_entry(raw).id


def test_the_past_is_read_without_the_schema_of_the_past(noted: Path) -> None:
    """As when a later graduand requires another key: it compiles nothing of then, and knows what was done."""
    (name,) = noted_ids(noted)
    path = noted / "schema/handshake.yaml"
    content = path.read_text(encoding="utf-8")
    git(noted, "switch", "--quiet", "--orphan", "old")
    put(noted, GRADUATE)
    (noted / "schema").mkdir(exist_ok=True)
    (noted / "schema/handshake.yaml").write_text("region: mars\n", encoding="utf-8")
    (noted / "schema/institution.yaml").write_text("format: 99\n", encoding="utf-8")
    old = commit(noted)
    tampered(noted, lambda raw: raw, {"commit": old, "base": old})
    git(noted, "switch", "--quiet", "main")
    assert path.read_text(encoding="utf-8") == content
    git(noted, "merge", "--quiet", "--allow-unrelated-histories", "--strategy=ours", "--message", "Old", "old")
    (name,) = noted_ids(noted)

    found = doubts(noted)

    assert found["not-compiled"] == [name]
    assert verified(noted)["sound"] is True
    assert name in graduand(noted, "log", "00412345").out
    assert graduand(noted, "plan", "--changed", "--on", DAY).code == 0
    assert name in graduand(noted, "uploads").out


# Another history than the one that was committed


def test_replaced_objects_are_listed_and_ignored(noted: Path) -> None:
    head = git(noted, "rev-parse", "HEAD").strip()
    events = graduand(noted, "audit", "--json").out
    git(noted, "replace", head, f"{head}~1")

    assert doubts(noted) == {"replaced": [f"refs/replace/{head}"]}
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

    assert len(doubts(clone)["shallow"]) == 1
    assert "✗ The clone is shallow: what happened earlier cannot be verified (1): " in text(clone).out


def test_a_repository_without_commits_is_sound(root: Path) -> None:
    put(begin(root), GRADUATE)

    assert (verified(root)["sound"], verified(root)["findings"]) == (True, [])


def test_entries_that_a_colleague_wrote_anew_in_an_erasure_are_no_forgeries(
    noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{kind}_EMAIL", "renee@valmont.example")
    assert graduand(noted, "erase", "00412345", "--yes", "--by-order-of", "DPO", "--request", "12").code == 0

    assert "wrong-signer" not in doubts(noted)
    assert verified(noted)["sound"] is True
