"""A cache whose checksum is right and whose content is not what was written is thrown away, and is no bug."""

from __future__ import annotations

import marshal
import os
import random
import zlib
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.storage import atomic
from tests.handshake.test_article import CLOSED, DAY
from tests.repository import begin, commit, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

BODIES: Final = int(os.environ.get("GRADUAND_RANDOM_TABLES", "22"))
_ODD: Final[tuple[object, ...]] = (
    None,
    7,
    -1,
    1 << 40,
    True,
    "odd",
    b"odd",
    (),
    [],
    {},
    ("odd",),
    {"odd": 1},
    [("a", "b", "c")],
)
_READING: Final = (
    ("check", "--on", DAY),
    ("plan", "--on", DAY, "--changed"),
    ("audit",),
    ("audit", "verify"),
    ("log", "00412345"),
    ("drift", "--on", DAY),
    ("uploads",),
)


@pytest.fixture
def school(root: Path) -> Path:
    """A person who was sent and then closed, another one with a warning; all caches are warm."""
    put(begin(root), graduate("00412345"))
    put(root, graduate("00412815").replace("Dupont", "DUPONT"), "2026-spring/00412815.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    assert graduand(root, "uploaded").code == 0
    put(root, CLOSED)
    commit(root)
    for words in _READING:
        assert graduand(root, *words).code in {0, 1}, words
    return root


def mutated(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - whatever marshal holds
    """Return a value of which one part, or all of it, is another one."""
    if not isinstance(value, list | tuple | dict) or not value or chance.random() < 0.2:
        if isinstance(value, bytes) and chance.random() < 0.7:
            try:
                return marshal.dumps(mutated(marshal.loads(value), chance))  # noqa: S302 - a cache of ours
            except (ValueError, TypeError, EOFError):
                return chance.choice(_ODD)
        return chance.choice(_ODD)
    if isinstance(value, dict):
        key = chance.choice([*value])
        if chance.random() < 0.3:
            return {chance.choice(_HASHABLE) if one == key else one: old for one, old in value.items()}
        return value | {key: mutated(value[key], chance)}
    place = chance.randrange(len(value))
    parts = [*value[:place], mutated(value[place], chance), *value[place + 1 :]]
    parts = parts if chance.random() < 0.8 else parts[:place] + parts[place + 1 :]
    return parts if isinstance(value, list) else (*parts,)


_HASHABLE: Final = (None, 7, -1, "odd", ("odd",))


def rewritten(path: Path, chance: random.Random) -> object:
    """Give a cache file another content, and the checksum of that; return the content."""
    head, _end, body = path.read_bytes().partition(b"\n")
    value = mutated(marshal.loads(body), chance)  # noqa: S302 - a cache of ours
    new = marshal.dumps(value)
    path.write_bytes(head[:64] + f" {zlib.crc32(new):08x}\n".encode() + new)
    return value


def test_an_odd_cache_is_thrown_away(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graduand.__main__._remove_caches", lambda _arguments: False)  # which would put all right
    warm = {path: path.read_bytes() for path in (school / ".git/graduand").rglob("*") if path.is_file()}
    names = sorted(path for path, raw in warm.items() if raw[64:65] == b" ")
    assert len(names) > 8, names
    for seed in range(BODIES):
        chance, name = random.Random(seed), names[seed % len(names)]
        value = rewritten(name, chance)
        for words in chance.sample(_READING, 2):
            ran = graduand(school, *words)
            assert ran.code in {0, 1, 5}, (seed, name, words, value, ran.err)
            if ran.code == 5:
                assert "only saves time" in ran.err, (seed, name, words, value, ran.err)
                assert graduand(school, *words).code in {0, 1}
        for path, raw in warm.items():
            atomic.write_private(path, raw, sync=False)
