"""Memory: the events that were told already, kept in git's own folder and thrown away whenever in doubt."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, overload

from collections.abc import Sequence

from graduand import disk
from graduand.errors import NotWritten, Unreadable
from graduand.history.events import Event, Gap, Kind, Source

if TYPE_CHECKING:
    from graduand.history.program import Program

FORM: Final = 1
"""Of the file and of what events mean; another one is thrown away."""
