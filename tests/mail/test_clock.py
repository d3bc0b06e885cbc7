"""The one clock."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mail import clock


def distance(shift: timedelta) -> timedelta:
    return abs(clock.now() - datetime.now(UTC) - shift)


def test_the_clock_is_shifted_by_a_file_and_follows_it(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "shift"
    settings.CLOCK_SHIFT_FILE = str(path)
    assert distance(timedelta()) < timedelta(seconds=5)
    for stamp, seconds in enumerate((3600, -60, 0)):
        path.write_text(str(seconds))
        os.utime(path, ns=(stamp + 1, stamp + 1))
        assert distance(timedelta(seconds=seconds)) < timedelta(seconds=5)


@pytest.mark.parametrize("content", ["", "soon", "1e999999"])
def test_a_file_that_says_nothing_shifts_nothing(settings: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "shift"
    path.write_text(content)
    settings.CLOCK_SHIFT_FILE = str(path)
    assert distance(timedelta()) < timedelta(seconds=5)


def test_a_file_half_written_shifts_as_before_and_a_file_taken_away_not_at_all(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "shift"
    settings.CLOCK_SHIFT_FILE = str(path)
    for stamp, content in enumerate(("3600", "")):
        path.write_text(content)
        os.utime(path, ns=(stamp + 1, stamp + 1))
        assert distance(timedelta(hours=1)) < timedelta(seconds=5)
    path.unlink()
    assert distance(timedelta()) < timedelta(seconds=5)


def test_a_step_of_the_clock_is_seen_and_doubted_for_a_minute(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shift"
    path.write_text("0")
    settings.CLOCK_SHIFT_FILE = str(path)
    assert [clock.steady(), clock.steady()] == [True, True]
    path.write_text("3600")
    os.utime(path, ns=(1, 1))
    assert [clock.steady(), clock.steady()] == [False, False]
    monkeypatch.setattr(clock.watch, "_doubted_until", clock.watch._doubted_until - clock.DOUBT)
    assert clock.steady()


def test_a_clock_that_is_corrected_by_little_stays_trusted(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "shift"
    settings.CLOCK_SHIFT_FILE = str(path)
    for stamp, seconds in enumerate((0, 2, -1, 1)):
        path.write_text(str(seconds))
        os.utime(path, ns=(stamp + 1, stamp + 1))
        assert clock.steady()
