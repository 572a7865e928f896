"""One run of the benchmark: its sizes, the schools that it invents, and the costs that it remembers for growth."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.workspace import Workspace
from tests.bench.generator import CHECKOUT, Form, school_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.clock import Timed

_SCRIPT = Path(sys.executable).with_name("graduand")
GRADUAND: Final = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-m", "graduand")


@dataclass(frozen=True)
class Run:
    """The folder of everything that is made, the sizes of schools, and the counted rounds of each command."""

    folder: Path
    sizes: Sequence[int]
    rounds: int
    quick: bool = False
    costs: dict[str, dict[int, Timed]] = field(default_factory=lambda: defaultdict(dict))
    """Work → size → cost, of all that was measured."""
    schools: dict[tuple[int, Form], Path] = field(default_factory=dict)

    @property
    def middle(self) -> int:
        """The size of what is measured at one size: 10,000, or less where there is no larger school."""
        return min(10_000, max(self.sizes))

    def school(self, people: int, form: Form = Form.CANONICAL) -> Path:
        """Return the repository of a school with so many people, made when it is first asked for."""
        if (people, form) not in self.schools:
            root = self.folder / f"{form}-{people}"
            self.schools[people, form] = school_repository(root, people, Workspace(CHECKOUT).school, form=form)
        return self.schools[people, form]

    def remember(self, work: str, size: int, cost: Timed) -> Timed:
        """Note what a work of a size cost, and return it."""
        self.costs[work][size] = cost
        return cost


def graduand(root: Path, *words: str) -> None:
    """Run a command in a school, which must succeed."""
    subprocess.run([*GRADUAND, *words], cwd=root, check=True, capture_output=True)


def git(root: Path, *words: str) -> None:
    """Run git in a school."""
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
