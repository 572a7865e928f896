"""What saving one record costs, beside ruamel.yaml reading and writing the same file down to the disk."""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from graduand.editing.draft import Draft, open_draft, save
from graduand.records import files
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def saving(root: Path, rounds: int) -> tuple[float, float]:
    """Return the median seconds of saving one changed field of a record, and of ruamel.yaml's round trip in its place.

    Neither commits; both write a new file, sync it, rename it and sync the folder. Ours also reads the text back with
    two readers before it writes, and compares the file with what was read.
    """
    workspace = Workspace(root)
    path = files.find(root).paths[0]
    ours, theirs = [], []
    for number in range(rounds + 1):
        draft = open_draft(workspace, path)
        assert isinstance(draft, Draft)
        changed = draft.set("last_name", f"Martin {'abcdefgh'[number % 8]}")
        began = time.perf_counter()
        save(workspace, changed, commit=False)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        _round_trip(root / path, f"Durand {'abcdefgh'[number % 8]}")
        theirs.append(time.perf_counter() - began)
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def _round_trip(path: Path, name: str) -> None:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1000
    tree = yaml.load(path.read_text(encoding="utf-8"))
    tree["last_name"] = name
    beside = path.with_name(f".{path.name}.bench")
    with beside.open("w", encoding="utf-8") as file:
        yaml.dump(tree, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
