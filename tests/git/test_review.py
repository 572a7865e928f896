"""The review of a pull request: closings first, what stands out, and never more than fits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from graduand.audit.outliers import Outlier
from graduand.audit.review import Review
from graduand.git.events import Event, EventKind
from graduand.reports.labels import TECHNICAL
from graduand.reports.review_text import as_markdown
from graduand.reports.size_limit import COMMENT, SUMMARY, SizeLimit
from tests.handshake.test_article import CLOSED, RETURNED
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPAN = "before..HEAD"


def of(record: str, username: str) -> str:
    """Return the record as that of somebody else."""
    return record.replace("00412345", username).replace("chloe.dupont", f"p{username}")


@pytest.fixture
def school_of_twelve(root: Path) -> Path:
    """Twelve graduates of one class, eight of them closed at their own wish, and two of another class."""
    begin(root)
    for number in range(12):
        username = f"000000{number:02}"
        put(root, of(CLOSED if number < 8 else GRADUATE, username), f"2026-spring/{username}.yaml")
    for username in ("00000101", "00000102"):
        put(root, graduate(username), f"2025-autumn/{username}.yaml")
    commit(root)
    git(root, "branch", "before")
    return root


def change(root: Path, username: str, record: str, cohort: str = "2026-spring") -> None:
    put(root, of(record, username), f"{cohort}/{username}.yaml")


def diff(root: Path, *words: str) -> str:
    ran = graduand(root, "diff", SPAN, *words)
    assert ran.code == 0, ran.err
    return ran.out


def told(root: Path, schema: str) -> list[dict[str, object]]:
    """Return what JSON says under one schema."""
    objects = [json.loads(line) for line in diff(root, "--json").splitlines()]
    return [one for one in objects if str(one["schema"]).startswith(f"graduand/{schema}/")]


def test_closed_accounts_come_first_then_a_table(school_of_twelve: Path) -> None:
    root = school_of_twelve
    change(root, "00000008", CLOSED)
    change(root, "00000009", GRADUATE.replace("p00000009@valmont", "x@courriel").replace("06-15", "06-16"))
    (root / "records/2026-spring/00000010.yaml").unlink()
    change(root, "00000020", GRADUATE)
    commit(root)

    page = diff(root, "--format", "markdown")

    assert page.splitlines()[:5] == [
        "## 4 events: 1 × graduated, 1 × account closed, 1 × corrected, 1 × record removed.",
        "",
        "### Accounts that close",
        "",
        "- `00000008`: requested by the student",
    ]
    assert re.findall(r"^\| `(\d+)` \| ([\w ]+) \|", page, re.MULTILINE) == [
        ("00000010", "record removed"),
        ("00000008", "account closed"),
        ("00000020", "graduated"),
        ("00000009", "corrected"),
    ]
    assert [event["username"] for event in told(root, "event")] == ["00000010", "00000008", "00000020", "00000009"]
    assert "Worth a second look" not in page


def test_the_events_of_a_review_name_no_commit(school_of_twelve: Path) -> None:
    change(school_of_twelve, "00000008", CLOSED)
    commit(school_of_twelve)

    (event,) = told(school_of_twelve, "event")

    assert (event["author"], event["commit"], event["date"]) == ("", "", "")
    assert "Camille" not in diff(school_of_twelve)


def test_outliers_of_a_cohort_are_listed(school_of_twelve: Path) -> None:
    root = school_of_twelve
    change(root, "00000008", CLOSED.replace("requested-by-student", "deceased"))
    change(root, "00000009", GRADUATE.replace("2026-06-15", "2016-06-15"))
    change(root, "00000010", RETURNED)
    change(root, "00000011", GRADUATE.replace("valmont.example", "valmnot.example"))
    change(
        root, "00000020", RETURNED.replace("transition:", "disabled: true\ntransition:") + "  account:\n    reason: x\n"
    )
    commit(root)

    found = {(one["username"], one["field"]): one["said"] for one in told(root, "outlier")}

    assert found == {
        ("00000008", "transition:account:reason"): "closed for “deceased”, unlike 9 of 9 other closed accounts",
        ("00000009", "primary_education:end_date"): (
            "ends on 2016-06-15, the others of “2026-spring” about 2026-06-15"
        ),
        ("00000011", "email_address"): "the only address at “valmnot.example”",
        ("00000020", "transition:account:reason"): "closed for “x”, unlike 9 of 9 other closed accounts",
        ("00000020", "disabled"): "the account is closed although the person returns",
    }
    page = diff(root, "--format", "markdown")
    assert page.index("### Accounts that close") < page.index("### Worth a second look") < page.index("| Username |")
    assert "- `00000009`: ends on 2016-06-15" in page
    assert "  00000009      ends on 2016-06-15" in diff(root)


def test_no_reason_is_an_outlier_where_all_differ(root: Path) -> None:
    begin(root)
    commit(root)
    git(root, "branch", "before")
    for number, reason in enumerate("abcdef"):
        change(root, f"000000{number:02}", CLOSED.replace("requested-by-student", reason))
    commit(root)

    assert told(root, "outlier") == []


def test_a_stay_for_another_programme_is_no_outlier(school_of_twelve: Path) -> None:
    stays = GRADUATE.replace("2026-06-15", "2029-06-15\n  currently_attending: true")
    change(school_of_twelve, "00000009", stays)
    commit(school_of_twelve)

    assert told(school_of_twelve, "outlier") == []


def test_the_only_returning_person_is_an_outlier(school_of_twelve: Path) -> None:
    change(school_of_twelve, "00000010", RETURNED)
    commit(school_of_twelve)

    (one,) = told(school_of_twelve, "outlier")

    assert (one["field"], one["value"]) == ("transition:kind", "returned")
    assert one["said"] == "“returned”, unlike 11 of 11 others of “2026-spring”"


def test_the_only_change_in_another_cohort_is_an_outlier(school_of_twelve: Path) -> None:
    root = school_of_twelve
    for number in range(10):
        change(root, f"000000{number:02}", CLOSED.replace("06-15", "06-20"))
    change(root, "00000101", GRADUATE.replace("Dupont", "Martin"), "2025-autumn")
    commit(root)

    (one,) = told(root, "outlier")

    assert (one["username"], one["said"]) == ("00000101", "the only change in “2025-autumn”; 10 are in “2026-spring”")


def test_unchanged_fields_are_no_outliers(school_of_twelve: Path) -> None:
    root = school_of_twelve
    change(root, "00000009", GRADUATE.replace("2026-06-15", "2016-06-15").replace("valmont", "valmnot"))
    change(root, "00000010", RETURNED)
    commit(root)
    git(root, "branch", "--force", "before")
    change(
        root, "00000009", GRADUATE.replace("2026-06-15", "2016-06-15").replace("valmont", "valmnot") + "  notes: x\n"
    )
    change(root, "00000010", RETURNED.replace("Dupont", "Martin"))
    commit(root)

    assert len(told(root, "event")) == 2
    assert told(root, "outlier") == []


def test_a_small_cohort_has_no_outliers(root: Path) -> None:
    begin(root)
    put(root, graduate("00000101"))
    commit(root)
    git(root, "branch", "before")
    change(root, "00000001", GRADUATE.replace("2026-06-15", "2016-06-15").replace("valmont", "valmnot"))
    change(root, "00000002", RETURNED)
    commit(root)

    assert told(root, "outlier") == []


def test_unreadable_records_and_schema_changes_come_first(school_of_twelve: Path) -> None:
    root = school_of_twelve
    put(root, "<<<<<<< HEAD\n", "2026-spring/00000003.yaml")
    settle(root, limits="{deactivations: null}")
    commit(root)

    (said,) = told(root, "review")
    assert (said["schema"], said["unreadable"], said["rules"]) == (
        "graduand/review/2",
        ["records/2026-spring/00000003.yaml"],
        ["schema/institution.yaml"],
    )
    assert diff(root).splitlines()[:2] == [
        "! records/2026-spring/00000003.yaml holds no record any more that could be read.",
        "! What records are judged by changes too: schema/institution.yaml",
    ]
    assert "\n> What records are judged by changes too: schema/institution.yaml\n" in diff(root, "--format", "markdown")


def test_hostile_text_is_no_markdown(school_of_twelve: Path) -> None:
    change(
        school_of_twelve,
        "00000009",
        GRADUATE.replace(
            "  end_date", "  major_names: ['|<b>&lt;`x`[a](http://b.example) www.b.example @team #1 \\_']\n  end_date"
        ),
    )
    commit(school_of_twelve)

    (row,) = [line for line in diff(school_of_twelve, "--format", "markdown").splitlines() if "00000009" in line]

    assert re.findall(r"(?<!\\)\|", row) == ["|"] * 5
    assert r"\|\<b\>\&lt;\`x\`\[a\](http:\/\/b.example) www\.b.example \@<!-- -->team \#<!-- -->1" in row


def test_a_span_without_an_end_means_head(school_of_twelve: Path) -> None:
    assert graduand(school_of_twelve, "diff", "before..").out == "0 events.\n"


@pytest.mark.parametrize(
    "span", ["HEAD", "..HEAD", "nowhere..HEAD", "--output=/tmp/x..HEAD", "HEAD....HEAD", "..", "..."]
)
def test_an_invalid_span_is_refused(school_of_twelve: Path, span: str) -> None:
    ran = graduand(school_of_twelve, "diff", "--", span)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_branches_without_common_history_are_refused(school_of_twelve: Path) -> None:
    git(school_of_twelve, "checkout", "--quiet", "--orphan", "alone")
    change(school_of_twelve, "00000009", CLOSED)
    commit(school_of_twelve)

    ran = graduand(school_of_twelve, "diff", SPAN)

    assert (ran.code, ran.out) == (5, "")
    assert "the two share no history in this clone" in ran.err


# What fits


def crowd(people: int, kind: EventKind = EventKind.GRADUATED, odd: int = 0) -> Review:
    """Return a review of so many events, and so many things that stand out."""
    events = tuple(
        Event(kind, f"{number:08}", f"records/2026-spring/{number:08}.yaml", None, "x", reason="zu\U0001f393" * 5)
        for number in range(people)
    )
    outliers = (Outlier(one.username, one.path, "", "", "é" * 100) for one in events[:odd])
    return Review(events, tuple(outliers), (), ())


def page(review: Review, limit: SizeLimit) -> tuple[str, int, list[int]]:
    """Return a page, the rows of its table, and the numbers that its sentences say are left out."""
    text = "".join(f"{line}\n" for line in as_markdown(review, limit, TECHNICAL, show=False))
    left = [int(number) for number in re.findall(r"^(\d+) more do(?:es)? not fit here\.$", text, re.MULTILINE)]
    return text, text.count("\n| `"), left


@pytest.mark.parametrize("limit", [COMMENT, SUMMARY], ids=["comment", "summary"])
def test_all_events_that_fit_are_listed_and_the_others_counted(limit: SizeLimit) -> None:
    _text, shown, _left = page(crowd(40_000), limit)

    full, rows, none = page(crowd(shown - 1), limit)
    over, over_rows, one = page(crowd(shown + 1), limit)

    assert (rows, none) == (shown - 1, [])
    assert over_rows + sum(one) == shown + 1
    assert one in ([1], [2])
    for text in (full, over):
        assert limit.size - 2_000 < limit.size_of(text) <= limit.size


@pytest.mark.parametrize("limit", [COMMENT, SUMMARY], ids=["comment", "summary"])
def test_closings_and_outliers_leave_room_for_other_events(limit: SizeLimit) -> None:
    text, rows, (closings, odd, rest) = page(crowd(30_000, EventKind.DEACTIVATED, odd=30_000), limit)

    bullets = text.count("\n- `") - text.count("é" * 100)
    assert bullets + closings == text.count("é" * 100) + odd == rows + rest == 30_000
    assert min(bullets, text.count("é" * 100), rows) > 100
    assert limit.size_of(text) <= limit.size
    assert len(text) <= limit.size


# What a change does in Handshake, and besides records


@pytest.fixture
def sent(school_of_twelve: Path) -> Path:
    """The school after an upload of all."""
    root = school_of_twelve
    assert graduand(root, "compile", "--on", "2026-11-23").code == 0
    assert graduand(root, "uploaded").code == 0
    return root


def test_the_comment_says_all_that_a_reviewer_approves_and_names_nobody(
    sent: Path, golden: Callable[[str, bytes], None]
) -> None:
    root = sent
    change(root, "00000008", CLOSED)
    change(root, "00000009", GRADUATE.replace("chloe.dupont@valmont.example", "nina@courriel.example"))
    change(root, "00000010", GRADUATE.replace("Chloé", "Chloë"))
    for number in range(20, 24):
        change(root, f"000000{number}", GRADUATE.replace("2026-06-15", f"2026-06-{number}"))
    (root / "records/2026-spring/00000011.yaml").unlink()
    (root / "records/2026-spring/00000007.yaml").rename(root / "records/2025-autumn/00000007.yaml")
    put(root, GRADUATE, "list.yml")
    settle(root, keeps_sso="false")
    workflow = root / ".github/workflows/check.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("on: push\n", encoding="utf-8")
    (root / "CODEOWNERS").write_text("* @registrar\n", encoding="utf-8")
    commit(root)

    page = diff(root, "--format", "markdown", "--on", "2026-11-23")

    golden("review/comment.en.md", page.encode())
    french = graduand(root, "diff", SPAN, "--format", "markdown", "--on", "2026-11-23", lang="fr")
    golden("review/comment.fr.md", french.out.encode())
    for text in (page, french.out):
        assert not re.search(r"Chlo[éë]|Dupont|nina|p0000|Camille", text)
        assert re.findall(r"\| *\|", text) == []


def test_what_would_happen_is_told_of_each_person_and_to_machines(sent: Path) -> None:
    change(sent, "00000008", CLOSED)
    commit(sent)

    (planned,) = told(sent, "planned")

    assert (planned["username"], planned["status"], planned["effects"]) == ("00000008", "changed", ["deactivate"])
    assert "In Handshake: 1 person: 1 changed, 1 × closes the account.\n" in diff(sent)


def test_a_closing_that_is_only_taken_out_of_the_record_is_the_first_thing_that_is_said(sent: Path) -> None:
    change(sent, "00000003", GRADUATE)
    commit(sent)

    said = diff(sent).splitlines()

    assert said[0].startswith("! GR701 00000003: ")
    assert told(sent, "planned") == []


@pytest.mark.parametrize(("first", "second"), [("nina.dam", "nina.dan"), ("ali", "alix"), ("a.b", "c.b")])
def test_two_addresses_that_differ_look_different_though_they_are_masked(
    first: str, second: str, school_of_twelve: Path
) -> None:
    put(school_of_twelve, GRADUATE.replace("chloe.dupont", first))
    commit(school_of_twelve)
    git(school_of_twelve, "branch", "--force", "before")
    put(school_of_twelve, GRADUATE.replace("chloe.dupont", second))
    commit(school_of_twelve)

    ((before, after),) = re.findall(r"address changed  (\S+) → (\S+)", diff(school_of_twelve))

    assert before != after
    assert (first in before, second in after) == (False, False)


def test_two_commits_are_compared_as_git_does(school_of_twelve: Path) -> None:
    root = school_of_twelve
    change(root, "00000008", CLOSED)
    commit(root)
    git(root, "checkout", "--quiet", "before")
    change(root, "00000009", CLOSED)
    commit(root)
    git(root, "branch", "other")

    def closed(*span: str) -> list[tuple[str, str]]:
        out = graduand(root, "diff", *span, "--json").out
        events = (json.loads(line) for line in out.splitlines())
        return [(one["username"], one["event"]) for one in events if one["schema"] == "graduand/event/2"]

    assert closed("main...other") == closed("main..other") == [("00000009", "deactivated")]
    assert closed("main", "other") == [("00000009", "deactivated"), ("00000008", "corrected")]
    assert closed("main...") == closed("main...HEAD")
    assert graduand(root, "diff", "main", "other", "x").code == 2


def test_limits_are_those_from_before_the_change_and_a_label_lifts_them(school_of_twelve: Path) -> None:
    root = school_of_twelve
    settle(root, limits="{deactivations: {count: 2}}")
    commit(root)
    git(root, "branch", "--force", "before")
    settle(root, limits="{deactivations: {count: 200}}")
    for username in ("08", "09", "10"):
        change(root, f"000000{username}", CLOSED)
    commit(root)

    ran = graduand(root, "diff", SPAN, "--limits", "--format", "markdown")

    assert ran.code == 3
    assert ran.err.splitlines() == [
        "3 accounts would be closed, of 14 people; the limit in institution.yaml is 2.",
        "The check “limits” fails until somebody who may do so puts the label limits-lifted on the pull request.",
    ]
    assert "> 3 accounts would be closed, of 14 people" in ran.out
    assert "label limits-lifted" in ran.out
    assert graduand(root, "diff", SPAN).code == 0
    assert "setting limits.deactivations.count: 2 → 200" in diff(root)


def test_many_records_fewer_go_beyond_a_limit(school_of_twelve: Path) -> None:
    for path in (school_of_twelve / "records/2026-spring").iterdir():
        path.unlink()
    commit(school_of_twelve)

    ran = graduand(school_of_twelve, "diff", SPAN, "--limits")

    assert ran.code == 3
    assert "12 records fewer, of 14; the limit in institution.yaml is 10\u00a0%." in ran.err


def test_a_class_of_ten_thousand_fits_into_a_comment() -> None:
    text, shown, left = page(crowd(10_000), COMMENT)

    assert COMMENT.size_of(text) <= 65_536
    assert shown + sum(left) == 10_000
    assert shown > 500
