"""The events of the audit trail, whatever the history looks like."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.git.replay import history_of
from tests.bench.history import invent, wrong_events
from tests.repository import GRADUATE, begin, commit, git, graduand

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.git.history import History
    from graduand.records.school import School

PATH = "records/2026-spring/00412345.yaml"
CLOSED = GRADUATE.replace(
    "transition:\n  kind: graduated\n",
    "disabled: true\ntransition:\n  kind: graduated\n"
    "  account:\n    reason: requested-by-student\n    requested_by: student\n",
)


def read(root: Path) -> History:
    return history_of(Program(root))


@pytest.fixture
def history(root: Path) -> Path:
    """A person graduates, the account is closed, and the address changes."""
    begin(root)
    for text in (GRADUATE, CLOSED, CLOSED.replace("chloe.dupont@valmont", "c@courriel")):
        place = root / PATH
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        commit(root)
    return root


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_events_of_a_generated_history_are_found_and_no_others(tmp_path: Path, school: School, seed: int) -> None:
    """With merges, moves, renames, broken files, deletions, and clocks that went wrong."""
    expected = invent(tmp_path / "school", school, commits=200, people=120, seed=seed)

    assert wrong_events(tmp_path / "school", expected) == Counter()
    assert wrong_events(tmp_path / "school", expected[1:]).total() == 1


def test_a_continued_cache_equals_a_fresh_extraction(tmp_path: Path, school: School) -> None:
    root = tmp_path / "school"
    invent(root, school, commits=120, people=60, seed=5)
    head = git(root, "rev-parse", "HEAD").strip()
    git(root, "reset", "--quiet", "--hard", "HEAD~40")
    read(root)
    git(root, "reset", "--quiet", "--hard", head)

    continued, again = (list(read(root).events) for _turn in range(2))
    shutil.rmtree(root / ".git" / "graduand")

    assert continued == again == list(read(root).events)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b'{"form": 1}\n'])
def test_a_damaged_cache_is_ignored(history: Path, damage: bytes) -> None:
    whole = list(read(history).events)
    kept = history / ".git" / "graduand" / "events"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(damage)

    assert list(read(history).events) == whole


def test_a_damaged_byte_of_the_cache_is_detected_anywhere(history: Path) -> None:
    whole = list(read(history).events)
    kept = history / ".git" / "graduand" / "events"
    raw = kept.read_bytes()
    for place in range(0, len(raw), len(raw) // 25):
        kept.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert list(read(history).events) == whole, place
        assert kept.read_bytes()[place] == raw[place], place


def test_a_rewritten_history_is_not_read_from_the_cache(history: Path) -> None:
    read(history)
    git(history, "reset", "--quiet", "--hard", "HEAD~2")

    assert [event.event.value for event in read(history).events] == ["graduated"]


def test_a_shallow_clone_is_reported(history: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = tmp_path_factory.mktemp("shallow") / "clone"
    git(history, "clone", "--quiet", "--depth=1", f"file://{history}", str(clone))
    (clone / "records").mkdir(exist_ok=True)

    ran = graduand(clone, "audit")

    assert "! This clone is shallow" in ran.out
    assert graduand(clone, "audit", "verify").code == 1


def test_log_shows_reason_author_and_commit_and_masks_addresses(history: Path) -> None:
    ran = graduand(history, "log", "00412345")

    assert ran.code == 0
    assert "account closed  requested by the student" in ran.out
    assert "by Camille Renard in" in ran.out
    assert "c•••@valmont.example → c•••@courriel.example" in ran.out
    assert "chloe.dupont@valmont.example" not in ran.out
    assert "chloe.dupont@valmont.example" in graduand(history, "log", "00412345", "--show").out


def test_log_follows_a_change_of_username(history: Path) -> None:
    old = history / PATH
    new = old.with_name("00499999.yaml")
    text = old.read_text(encoding="utf-8").replace('"00412345"', '"00499999"')
    old.unlink()
    new.write_text(f'{text}  previous_username: "00412345"\n', encoding="utf-8")
    commit(history)

    assert graduand(history, "log", "00412345").out == graduand(history, "log", "00499999").out
    assert "00412345 → 00499999" in graduand(history, "log", "00499999").out


def test_log_tells_what_a_period_changed_and_what_went_out_in_it(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record before its first day and after its last; whoever asks for one person in audit is told the same."""
    text = (history / PATH).read_text(encoding="utf-8")
    (history / PATH).write_text(text.replace("06-15", "06-16"), encoding="utf-8")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-02T09:00:00+00:00")
    commit(history)

    ran = graduand(history, "log", "00412345", "--since", "2026-11-01")

    assert ran.out.count("by Camille Renard in") == 1
    told = ran.out.partition("Since 2026-11-01\n")[2]
    assert told == "  End date: 2026-06-15 → 2026-06-16\nNothing went out in between.\n"
    assert graduand(history, "audit", "--person", "00412345", "--since", "2026-11-01").out.endswith(told)
    whole = json.loads(graduand(history, "log", "00412345", "--until", "2026-11-01", "--json").out.splitlines()[-1])
    assert whole["schema"] == "graduand/comparison/1"
    assert {"key": "primary_education:end_date", "before": None, "after": "2026-06-15"} in whole["values"]


def test_an_unknown_username_is_refused_with_a_suggestion(history: Path) -> None:
    ran = graduand(history, "log", "0041234")

    assert (ran.code, ran.out) == (2, "")
    assert "There is no record of “0041234”. Did you mean “00412345”?" in ran.err


def test_json_has_the_promised_keys(history: Path) -> None:
    events = [json.loads(line) for line in graduand(history, "audit", "--json").out.splitlines()]

    assert [event["event"] for event in events] == ["graduated", "deactivated", "email-changed"]
    assert {"event", "username", "date", "commit", "author", "committer", "reason", "path", "old", "new"} <= set(
        events[1]
    )
    assert events[1]["reason"] == "requested-by-student"
    assert events[1]["date"] == "2026-07-01T09:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--kind", "deactivated"], 1),
        (["--kind", "deactivated", "--kind", "graduated"], 2),
        (["--cohort", "2026-spring"], 3),
        (["--person", "00412345"], 3),
        (["--author", "RENARD"], 3),
        (["--author", "somebody else"], 0),
        (["--since", "2026-07-01", "--until", "2026-07-01"], 3),
        (["--since", "2026-07-02"], 0),
        (["--until", "2026-06-30"], 0),
    ],
)
def test_a_filter_returns_the_matching_events(history: Path, words: list[str], found: int) -> None:
    assert len(graduand(history, "audit", "--json", *words).out.splitlines()) == found


def test_csv_runs_nothing_in_a_spreadsheet(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "=cmd()")
    (history / PATH).write_text(GRADUATE, encoding="utf-8")
    commit(history)

    rows = list(csv.DictReader(io.StringIO(graduand(history, "audit", "--csv").out)))

    assert rows[-1]["author"].startswith("'=cmd()")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t")]


def test_no_output_format_contains_control_characters(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "\x1b[2J\u009b2J\u202eevil")
    (history / PATH).write_text(f'{CLOSED}"\\e[2J": "\\e]0;x\\a"\n', encoding="utf-8")
    commit(history)

    for words in ((), ("--csv",), ("--json",), ("--html",)):
        told = graduand(history, "audit", *words).out
        assert [char for char in told if not char.isprintable() and char != "\n"] == []
    for form in ("text", "markdown", "json"):
        told = graduand(history, "diff", "HEAD~1..HEAD", "--format", form).out
        assert "[2J" in told
        assert [char for char in told if not char.isprintable() and char != "\n"] == []
    assert "\x1b[2J" in json.loads(graduand(history, "audit", "--json").out.splitlines()[-1])["new"]


def test_a_commit_without_author_and_date_is_listed(history: Path) -> None:
    tree, head = (git(history, "rev-parse", name).strip() for name in ("HEAD~1^{tree}", "HEAD"))
    text = f"tree {tree}\nparent {head}\nauthor  <> \ncommitter  <> x\n\n"
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        cwd=history,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    git(history, "update-ref", "refs/heads/main", made.stdout.strip())

    *_rest, event, by, _counts = graduand(history, "audit").out.splitlines()

    assert event.startswith("            00412345      address changed  ")
    assert by.startswith("            by ? in ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cohort", "2026-sprng"], "There is no cohort “2026-sprng” in the history. Did you mean “2026-spring”?"),
        (["--person", "0041234"], "There is no record of “0041234”. Did you mean “00412345”?"),
        (["verify", "--since", "2026-01-01"], "“audit verify” is about the whole history"),
        (["verify", "--csv"], "“audit verify” is about the whole history"),
        (["prove"], "“prove” is not known here"),
        (["--since", "yesterday"], "“yesterday” is no date"),
    ],
)
def test_an_unknown_filter_value_is_an_error_and_no_empty_result(history: Path, words: list[str], said: str) -> None:
    ran = graduand(history, "audit", *words)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_damaged_repository_is_reported(history: Path) -> None:
    for name in ("HEAD~1:records", "HEAD~2:records/2026-spring/00412345.yaml"):
        clone = history.parent / f"{history.name}-{name.count('/')}"
        shutil.copytree(history, clone)
        lost = git(clone, "rev-parse", name).strip()
        (clone / ".git/objects" / lost[:2] / lost[2:]).unlink()

        ran = graduand(clone, "audit")

        assert ran.code == 5 or f"! {PATH} could not be read from" in ran.out
        assert ran.err in {"", "graduand: git refused: git log ended with an error (128)\n"}


def test_html_escapes_hostile_text(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "<script>alert(1)</script>\x1b[2J[red]")
    (history / PATH).write_text(CLOSED.replace("disabled: true", "disabled: false"), encoding="utf-8")
    commit(history)

    class Tags(HTMLParser):
        found: set[str] = set()  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.add(tag)
            assert not [name for name, _value in attrs if name.startswith("on") or name in {"src", "href"}]

    page = graduand(history, "audit", "--html").out
    Tags().feed(page)

    assert "script" not in Tags.found
    assert {"svg", "rect", "table"} <= Tags.found
    assert "\x1b" not in page + graduand(history, "audit").out


def test_a_temporarily_unreadable_record_is_no_removal(history: Path) -> None:
    (history / PATH).write_text("<<<<<<< HEAD\n", encoding="utf-8")
    commit(history)
    (history / PATH).write_text(GRADUATE, encoding="utf-8")
    commit(history)

    ran = graduand(history, "audit")

    assert f"! {PATH} could not be read from" in ran.out
    assert "record removed" not in ran.out


# The events of a change


def test_a_merge_is_attributed_to_the_author_on_the_branch(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(history, "switch", "--quiet", "--create", "side")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Bob Ilić")
    (history / PATH).write_text(CLOSED.replace("disabled: true", "disabled: false"), encoding="utf-8")
    written = commit(history)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Forge")
    git(history, "switch", "--quiet", "main")
    git(history, "merge", "--quiet", "--no-ff", "--message", "Merge pull request #77 from ars/side", "side")

    *_before, _address, reopened = (json.loads(line) for line in graduand(history, "audit", "--json").out.splitlines())

    assert (reopened["event"], reopened["commit"], reopened["pull_request"]) == ("reactivated", written, 77)
    assert reopened["author"] == "Bob Ilić <camille.renard@valmont.example>"
    assert f"by Bob Ilić in {written[:10]} #77" in graduand(history, "log", "00412345").out
    assert graduand(history, "audit", "--author", "forge").out == "0 events.\n"


@pytest.fixture
def reviewed(history: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pull request by one and another, merged by a third and approved by a fourth; then a push by one alone."""
    git(history, "switch", "--quiet", "--create", "side")
    (history / PATH).write_text(CLOSED.replace("disabled: true", "disabled: false"), encoding="utf-8")
    git(history, "add", "--all")
    git(history, "commit", "--quiet", "-m", "Reopen", "-m", "Co-authored-by: Zoé <zoe@valmont.example>")
    git(history, "switch", "--quiet", "main")
    with monkeypatch.context() as patch:
        patch.setenv("GIT_AUTHOR_NAME", "Renée Gistrar")
        patch.setenv("GIT_AUTHOR_EMAIL", "renee@valmont.example")
        words = ("--message", "Merge pull request #7 from ars/side", "-m", "Reviewed-by: Ada <ada@valmont.example>")
        git(history, "merge", "--quiet", "--no-ff", *words, "side")
    (history / PATH).write_text(CLOSED, encoding="utf-8")
    commit(history)
    return history


def told(root: Path, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in graduand(root, *words, "--json").out.splitlines()]


def test_who_merged_and_approved_is_told_as_a_claim(reviewed: Path) -> None:
    reopened = next(event for event in told(reviewed, "log", "00412345") if event["event"] == "reactivated")
    assert reopened["merged_by"] == "Renée Gistrar <renee@valmont.example>"
    assert reopened["approved_by"] == [{"who": "Ada <ada@valmont.example>", "proof": "claimed"}]
    assert reopened["bypassed"] is False
    words = "with Zoé, merged by Renée Gistrar, approved by Ada, as the message says"
    assert words in graduand(reviewed, "log", "00412345").out
    assert {event["commit"] for event in told(reviewed, "audit", "--author", "zoé")} == {reopened["commit"]}


def test_what_bypassed_review_is_told_where_there_is_review(reviewed: Path) -> None:
    alone = [event for event in told(reviewed, "log", "00412345") if event["bypassed"]]

    assert alone[-1]["commit"] == git(reviewed, "rev-parse", "HEAD").strip()
    assert told(reviewed, "audit", "--bypassed") == alone
    assert graduand(reviewed, "log", "00412345").out.count("! It bypassed review") == len(alone)
    git(reviewed, "reset", "--quiet", "--hard", "HEAD~2")
    assert "! It bypassed review" not in graduand(reviewed, "log", "00412345").out


def test_json_has_exactly_the_promised_keys(history: Path) -> None:
    event = json.loads(graduand(history, "audit", "--json").out.splitlines()[0])

    assert [*event] == [
        *("schema", "event", "username", "date", "commit", "author", "committer", "reason", "path", "old", "new"),
        *("uploads", "linked", "pull_request", "merged_by", "approved_by", "signature", "signer", "bypassed"),
    ]
    assert event["schema"] == "graduand/event/2"
    assert (event["signature"], event["signer"], event["linked"], event["uploads"]) == ("none", None, None, [])


def test_a_backdated_commit_is_marked(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "2020-01-01T09:00:00+00:00")
    (history / PATH).write_text(GRADUATE, encoding="utf-8")
    commit(history)

    out = graduand(history, "audit").out

    assert out.count("! Its date lies before that of the commit it stands on.") == out.count("2020-01-01")
    assert out.count("2020-01-01") > 0


def test_a_deleted_and_restored_record_has_events_for_both(history: Path) -> None:
    text = (history / PATH).read_text(encoding="utf-8")
    (history / PATH).unlink()
    commit(history)
    (history / PATH).write_text(text, encoding="utf-8")
    commit(history)

    events = [json.loads(line)["event"] for line in graduand(history, "log", "00412345", "--json").out.splitlines()]

    assert events == ["graduated", "deactivated", "email-changed", "removed", "graduated", "deactivated"]


def test_a_move_to_another_cohort_is_no_event(history: Path) -> None:
    before = graduand(history, "log", "00412345").out
    target = history / "records/2026-autumn/45/00412345.yaml"
    target.parent.mkdir(parents=True)
    (history / PATH).rename(target)
    commit(history)

    assert graduand(history, "log", "00412345").out == before
