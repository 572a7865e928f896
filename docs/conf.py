"""Sphinx's settings for the guide; `make guide` builds it once for each language, from docs/en and docs/fr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
templates_path = ["_templates"]
html_css_files = ["guide.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_title = f"graduand {release}"
nitpicky = True
linkcheck_anchors = False
# Quotation marks and dots are set as in print; the two hyphens of an option stay two.
smartquotes_action = "qe"

REACHED_BY_KEYBOARD: Final = {
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}
"""What scrolls by itself on a narrow screen, as it stands in the pages, and what makes it so by keyboard too."""
THEME_WORDS: Final = {
    "en": {
        '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages of the guide">',
        '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    },
    "fr": {
        '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages du guide">',
        '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="Sur cette page">',
        'aria-label="Toggle site navigation sidebar"': 'aria-label="Afficher ou masquer la navigation"',
        'aria-label="Toggle table of contents sidebar"': 'aria-label="Afficher ou masquer le sommaire de la page"',
        'aria-label="Toggle Light / Dark / Auto color theme"': 'aria-label="Thème clair, sombre ou automatique"',
        'aria-label="Toggle navigation of ': 'aria-label="Afficher ou masquer les pages de : ',
        ">Skip to content<": ">Aller au contenu<",
        ">Back to top<": ">Haut de la page<",
        ">Previous<": ">Page précédente<",
        ">Next<": ">Page suivante<",
        ">Home<": ">Accueil<",
        "Made with ": "Réalisé avec ",
        "On this page\n": "Sur cette page\n",
    },
}
"""What the theme says in English only, or not at all, as it stands in its pages, by language."""


def write_reference(app: Sphinx) -> None:
    """Write the pages that are made from the program into the source folder; git ignores them."""
    speak(app.config.language)
    reference.write(Path(app.srcdir) / "reference")


def give_words(app: Sphinx, _page: str, _template: str, context: dict[str, object], _tree: object) -> None:
    """Give the template of a page what it puts in the place of the theme's own."""
    context["theme_words"] = REACHED_BY_KEYBOARD | THEME_WORDS[app.config.language]


def setup(app: Sphinx) -> None:
    """Make the pages of the reference before Sphinx looks for pages, and each page in its language."""
    app.connect("builder-inited", write_reference)
    app.connect("html-page-context", give_words)
