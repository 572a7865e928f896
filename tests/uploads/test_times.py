"""Times that somebody types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graduand.errors import Usage
from graduand.ledger.entry import now
from graduand.uploads.times import moment_of, moment_seen


def local(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_day_on_which_a_job_ran_is_its_beginning_and_one_on_which_something_was_seen_its_end() -> None:
    assert moment_of("2026-06-30") == local("2026-06-30T00:00:00")
    assert moment_seen("2026-06-30") == local("2026-06-30T23:59:59")
    assert moment_seen("2026-06-30T14:05") == moment_of("2026-06-30T14:05") == local("2026-06-30T14:05:00")


def test_what_was_seen_today_was_seen_now() -> None:
    day = datetime.now().astimezone().date()
    before = now()

    assert before <= moment_seen(day.isoformat()) <= now()
    assert moment_seen((day + timedelta(days=1)).isoformat()) > now()  # it lies ahead, and is refused


@pytest.mark.parametrize("text", ["yesterday", "30/06/2026", "2026-02-30", "24:61"])
def test_what_is_no_time_is_refused(text: str) -> None:
    for moment in (moment_of, moment_seen):
        with pytest.raises(Usage, match="is no time"):
            moment(text)
