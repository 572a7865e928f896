"""Where a data repository installs graduand from: exactly one program, in CI and on a colleague's computer."""

from __future__ import annotations

import hashlib
import json
import re
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.request import urlopen

from graduand import __version__
from graduand.errors import Usage
from graduand.git.program import Program
from graduand.language import _, quoted, visible
from graduand.records.shipped import locked_requirements
from graduand.setup.program_wheel import program_wheel
from graduand.storage import file_reader

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = ".graduand"
"""The folder of a data repository in which graduand keeps what belongs to its set-up."""
PROGRAM: Final = f"{FOLDER}/program.txt"
REQUIREMENTS: Final = f"{FOLDER}/requirements.txt"
VENDORED: Final = "vendored"
"""The word for a wheel that is kept in the repository."""

_RELEASE: Final = re.compile(r"(https://[^\s#@]+/graduand-([0-9][\w.!+]*)-py3-none-any\.whl)#sha256=([0-9a-f]{64})")
_COMMIT: Final = re.compile(r"git\+(https://[^\s#@]+)@([0-9a-f]{40}|[0-9a-f]{64})")
_VENDORED: Final = re.compile(rf"^\./({re.escape(FOLDER)}/graduand-([0-9][\w.!+]*)-py3-none-any\.whl) ", re.MULTILINE)
_SECONDS: Final = 20.0
"""To wait for an answer from elsewhere."""


class InstallSource(NamedTuple):
    """Where graduand is installed from."""

    files: dict[str, bytes]
    """The files of a data repository that say so, by their paths."""
    doubt: str = ""
    """What could not be made sure of, as a sentence; "" if nothing."""


def install_source(wanted: str, folder: Path) -> InstallSource:
    """Return the source that somebody named: a release, a commit, or, for "" and `vendored`, the running program.

    A release is fetched once, to see that it is what its checksum says. `folder` is where git is run.

    Raises:
        Usage: what was named is not exactly one program, or cannot be had.
        Unreadable: the running program cannot be kept.
    """
    if wanted in {"", VENDORED}:
        wheel = program_wheel()
        path = f"{FOLDER}/{wheel.name}"
        return InstallSource({path: wheel.content, **_texts(f"./{path} --hash=sha256:{wheel.sha256}")})
    if release := _RELEASE.fullmatch(wanted):
        url, version, sha256 = release.groups()
        if version != __version__:
            message = _("{url} is graduand {other}; this is {version}, whose files are written here.")
            raise Usage(message.format(url=visible(url, 200), other=visible(version), version=__version__))
        _require_release(url, sha256)
        return InstallSource(_texts(f"graduand @ {url} --hash=sha256:{sha256}"))
    if commit := _COMMIT.fullmatch(wanted):
        return InstallSource(_texts(f"graduand @ {wanted}"), _doubt_about(commit[1], commit[2], folder))
    message = _(
        "{wanted} does not name exactly one graduand. It is the address of a wheel with its checksum "
        "(https://…/graduand-{version}-py3-none-any.whl#sha256=…), a commit (git+https://…@ and its whole name), or "
        "“vendored”: a copy of this one, kept in the repository."
    )
    raise Usage(message.format(wanted=quoted(wanted, 200), version=__version__))


def _texts(line: str) -> dict[str, bytes]:
    locked = file_reader.read(locked_requirements(), file_reader.LARGE_FILE)
    return {PROGRAM: f"{line}\n".encode(), REQUIREMENTS: locked}


def _require_release(url: str, sha256: str) -> None:
    """Check that a wheel is there and has this checksum.

    Raises:
        Usage: it is not, or has not.
    """
    try:
        with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - the pattern lets nothing but https through
            content = answer.read(file_reader.LARGE_FILE)
    except (OSError, HTTPException, ValueError) as error:
        message = _("{url} cannot be had: {why}. With “vendored” a copy of this graduand is kept in the repository.")
        raise Usage(message.format(url=visible(url, 200), why=visible(str(error), 200))) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        message = _("{url} has another checksum: {found}.")
        raise Usage(message.format(url=visible(url, 200), found=found))


def _doubt_about(url: str, commit: str, folder: Path) -> str:
    """Return what is not certain of a commit elsewhere.

    Raises:
        Usage: the repository cannot be reached.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    answer = Program.ask_tips(there, url, _SECONDS)
    if answer.code:
        said = [line for line in answer.err.splitlines() if line.strip()] or [_("no answer")]
        message = _("{url} cannot be had: {why}. With “vendored” a copy of this graduand is kept in the repository.")
        raise Usage(message.format(url=visible(url, 200), why=visible(said[-1], 200)))
    if commit in answer.out:
        return ""
    message = _("No branch and no tag of {url} ends with {commit}; whether it is there shows when CI runs.")
    return message.format(url=visible(url, 200), commit=commit[:12])


def own_origin() -> str:
    """Return where the running program was installed from, as `install_source` takes it; "" where that is not exact."""
    try:
        raw = distribution("graduand").read_text("direct_url.json")
        noted = json.loads(raw or "{}")
        url, archive, vcs = noted.get("url") or "", noted.get("archive_info") or {}, noted.get("vcs_info") or {}
        hashes = archive.get("hashes") or {}
        found = f"{url}#sha256={hashes.get('sha256')}" if archive else f"git+{url}@{vcs.get('commit_id')}"
    except (PackageNotFoundError, ValueError, AttributeError):
        return ""
    return found if _RELEASE.fullmatch(found) or _COMMIT.fullmatch(found) else ""


def vendored_wheel(program: str) -> str:
    """Return the path of the wheel that the text of `PROGRAM` names; "" where it is installed from elsewhere."""
    found = _VENDORED.search(program)
    return found[1] if found else ""
