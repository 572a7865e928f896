"""Sphinx's settings for the guide; `make guide` builds it once for each language, from docs/en and docs/fr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import reference

from graduand import __version__
from graduand.language import speak

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "graduand"
author = "the graduand authors"
project_copyright = author
release = version = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_title = f"graduand {release}"
nitpicky = True
linkcheck_anchors = False


def write_reference(app: Sphinx) -> None:
    """Write the pages that are made from the program into the source folder; git ignores them."""
    speak(app.config.language)
    reference.write(Path(app.srcdir) / "reference")


def setup(app: Sphinx) -> None:
    """Make the pages of the reference before Sphinx looks for pages."""
    app.connect("builder-inited", write_reference)
