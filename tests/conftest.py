"""What every test stands on: the shipped schema, a data folder of its own, nothing of the developer's machine."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from graduand.language import speak
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.school import School, school_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

HOUSE = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"

# Few examples; CI's job for coverage tries more (`--hypothesis-profile=many`), and `search` looks for new ones.
settings.register_profile("few", derandomize=True, database=None, deadline=None, max_examples=30)
settings.register_profile("many", derandomize=True, database=None, deadline=None, max_examples=100)
settings.register_profile("search", max_examples=5_000, deadline=None)
settings.load_profile("few")

# Assertions are rewritten and the program is compiled once, not again by each worker and each process.
sys.dont_write_bytecode = False


def _write_to_memory() -> None:
    """Let tests write to memory where there is room: a folder on a disk takes milliseconds to make."""
    memory = "/dev/shm"  # noqa: S108 - pytest makes a folder of its own there
    if sys.platform == "linux" and os.access(memory, os.W_OK):
        system = os.statvfs(memory)
        if not system.f_flag & os.ST_NOEXEC and system.f_bavail * system.f_frsize > 1 << 30:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)


_write_to_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="rewrite tests/golden/ with what the tests make")


def pytest_collection_finish() -> None:
    """Let the collector of garbage look seldom, and past modules and tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a file of tests/golden/, or rewrite it under --golden-update."""

    def compare(name: str, made: bytes) -> None:
        kept = GOLDEN / name
        if request.config.getoption("--golden-update"):
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(made)
        assert kept.is_file(), f"tests/golden/{name} is missing: make golden, then read it"
        assert kept.read_bytes() == made

    return compare


_NOISE = (
    *("ACCESSIBLE", "CI", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "LANGUAGE", "LINES", "NO_COLOR"),
    *("ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONDONTWRITEBYTECODE"),
)
"""Variables by which those around a program tell it what they are; `make test` is one of them."""


@pytest.fixture(scope="session", autouse=True)
def _nowhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bytes, bytes]]:
    """Take the developer's home, settings, clock, identity and network away."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "GRADUAND_", "XDG_", "LC_")):
                patch.delenv(name)
        for name in _NOISE:
            patch.delenv(name, raising=False)
        home = tmp_path_factory.getbasetemp() / "home"
        home.mkdir()
        for name, value in {
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            # No sample hooks, no waiting for the disk, and no tidying up after a commit.
            "GIT_CONFIG_COUNT": "4",
            "GIT_CONFIG_KEY_0": "init.templateDir",
            "GIT_CONFIG_VALUE_0": "",
            "GIT_CONFIG_KEY_1": "core.fsync",
            "GIT_CONFIG_VALUE_1": "none",
            "GIT_CONFIG_KEY_2": "maintenance.auto",
            "GIT_CONFIG_VALUE_2": "false",
            "GIT_CONFIG_KEY_3": "gc.auto",
            "GIT_CONFIG_VALUE_3": "0",
            "GIT_TERMINAL_PROMPT": "0",
            **{f"GIT_{who}_NAME": "Camille Renard" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "camille.renard@valmont.example" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_DATE": "2026-07-01T09:00:00+00:00" for who in ("AUTHOR", "COMMITTER")},
        }.items():
            patch.setenv(name, value)
        time.tzset()
        patch.setattr(socket.socket, "connect", _no_network)
        patch.setattr(os, "fsync", _no_power_failure)
        patch.setattr(os, "sync", lambda: None)
        yield _variables()


def _no_network(_socket: socket.socket, address: object) -> NoReturn:
    message = f"a test went to the network: {address}"
    raise AssertionError(message)


def _no_power_failure(descriptor: int) -> None:
    """Do not wait for the disk: no test can pull the plug; those that count the calls still see them."""
    os.fstat(descriptor)


@pytest.fixture(autouse=True)
def _as_before(_nowhere: dict[bytes, bytes]) -> Iterator[None]:
    """Speak English before each test, and leave the environment as it was."""
    speak("en")
    yield
    speak("en")
    now = _variables()
    if now != _nowhere:
        for name in now.keys() - _nowhere.keys():
            del os.environ[os.fsdecode(name)]
        os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in _nowhere.items()})
        time.tzset()


def _variables() -> dict[bytes, bytes]:
    """Return the environment but for what pytest writes there, as Python holds it: to decode it takes longer."""
    found: dict[bytes, bytes] = dict(os.environ._data)  # type: ignore[attr-defined]
    found.pop(b"PYTEST_CURRENT_TEST", None)
    return found


@pytest.fixture(scope="session")
def school() -> School:
    """The school of the shipped schema."""
    schema = HOUSE / "schema"
    institution = read_institution((schema / "institution.yaml").read_bytes())
    return school_of(institution, read_importer((schema / "handshake.yaml").read_bytes()))


@pytest.fixture(scope="session")
def american(school: School) -> School:
    """The same school in the other region."""
    return school_of(replace(school.institution, region="us"), school.importer)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder with the shipped schema and no record yet."""
    shutil.copytree(HOUSE / "schema", tmp_path / "schema")
    (tmp_path / "records").mkdir()
    return tmp_path


SHIPPED = sorted((HOUSE / "records").glob("*/*.yaml"))


@pytest.fixture(params=SHIPPED, ids=[path.stem for path in SHIPPED])
def shipped(request: pytest.FixtureRequest) -> Path:
    """Each record that lies beside the code."""
    assert isinstance(request.param, Path)
    return request.param
