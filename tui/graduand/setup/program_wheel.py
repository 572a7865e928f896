"""Make the wheel of the program that runs, from its own files: what a data repository can keep and CI can install."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import __version__
from graduand.errors import Unreadable
from graduand.language import _
from graduand.records.shipped import default_schema, locked_requirements
from graduand.rules.rule_cases import cases_folder
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM: Final = Path(__file__).parent.parent
_INSIDE: Final = f"graduand-{__version__}.dist-info"
_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in it, so that the same program gives the same bytes."""
_WHEEL: Final = {"Wheel-Version": "1.0", "Generator": "graduand", "Root-Is-Purelib": "true", "Tag": "py3-none-any"}


class ProgramWheel(NamedTuple):
    """A wheel."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The checksum of its bytes, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


@cache
def program_wheel() -> ProgramWheel:
    """Return the wheel of the running program, of its installed files or of those of its checkout.

    Raises:
        Unreadable: it runs from files that were never installed, so what it needs is not known.
    """
    files = {f"graduand/{name}": file_reader.read(path, file_reader.LARGE_FILE) for name, path in _program_files()}
    files |= {f"{_INSIDE}/{name}": content for name, content in _description().items()}
    record = f"{_INSIDE}/RECORD"
    listed = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in sorted(files.items()))
    files[record] = f"{listed}{record},,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name in sorted(files, key=lambda name: (name.startswith(_INSIDE), name)):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.external_attr = 0o100644 << 16
            wheel.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return ProgramWheel(f"graduand-{__version__}-py3-none-any.whl", packed.getvalue())


def _program_files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the package as a build packs them, by their names in it; in a checkout some are elsewhere."""
    for path in sorted(_PROGRAM.rglob("*")):
        name = path.relative_to(_PROGRAM)
        is_packed = "__pycache__" not in name.parts and not name.name.startswith(".") and name.suffix != ".po"
        if path.is_file() and is_packed:
            yield name.as_posix(), path
    elsewhere = {f"rule_cases/{path.name}": path for path in cases_folder().glob("*")}
    elsewhere |= {f"schema/{name}": default_schema() / name for name in _SCHEMA}
    elsewhere |= {f"schema/outreach/{path.name}": path for path in (default_schema() / "outreach").glob("*.txt")}
    elsewhere["requirements.txt"] = locked_requirements()
    yield from ((name, path) for name, path in elsewhere.items() if not path.is_relative_to(_PROGRAM))


_SCHEMA: Final = ("drift.yaml", "handshake.yaml", "institution.yaml", "output.schema.json")


def _description() -> dict[str, bytes]:
    """Return what the wheel says of itself: what it needs, and the command that it brings."""
    try:
        installed = distribution("graduand")
    except PackageNotFoundError as missing:
        raise Unreadable(_PROGRAM, _("it was not installed; install it with pip, then repeat")) from missing
    said = {name: installed.read_text(name) or "" for name in ("METADATA", "entry_points.txt", "licenses/LICENSE")}
    said["WHEEL"] = "".join(f"{key}: {value}\n" for key, value in _WHEEL.items())
    # An editable install keeps the version of the day on which it was made.
    said["METADATA"] = re.sub(r"(?m)^Version: .*$", f"Version: {__version__}", said["METADATA"], count=1)
    return {name: text.encode() for name, text in said.items() if text}


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
