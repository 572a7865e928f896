"""What `make release` runs is not told the options that were meant for the release."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from tests.repository import HOUSE

if TYPE_CHECKING:
    from pathlib import Path


def test_the_source_distribution_is_tested_without_the_arguments_of_the_release(tmp_path: Path) -> None:
    (line,) = re.findall(r"^ *(.*make -C .*)$", (HOUSE / ".ci/release").read_text(encoding="utf-8"), re.MULTILINE)
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    (unpacked / "Makefile").write_text('test:\n\t@echo "tested with <$(ARGS)>"\n', encoding="utf-8")
    (tmp_path / "steps").write_text(f'work="{tmp_path}"\n{line}\n', encoding="utf-8")
    (tmp_path / "Makefile").write_text("release:\n\t@bash steps\n", encoding="utf-8")

    words = ["make", "--no-print-directory", "release", "VERSION=0.3.0", "ARGS=--dry-run"]
    ran = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True)

    assert "tested with <>\n" in ran.stdout
