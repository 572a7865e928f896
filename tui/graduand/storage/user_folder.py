"""The folder of a user's own configuration, which no repository holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pathlib import Path


def user_folder() -> Path:
    """Return the folder where the system keeps what a user has set up for graduand."""
    return platformdirs.user_config_path("graduand")
