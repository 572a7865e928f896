"""The comment on a pull request as GitHub's own reader of Markdown makes a page of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from graduand.language import LANGUAGES
from graduand.reports.html import code, plain
from tests.conftest import GOLDEN
from tests.git.test_review import change, diff, school_of_twelve
from tests.repository import GRADUATE, commit, put

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["school_of_twelve"]

FORMS: Final = {"h2", "h3", "p", "blockquote", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
"""The tags that a comment consists of: no link, no picture, nothing of a name's own."""
MADE: Final = re.compile(r"(?<!\w)@[a-z0-9]|#\d|:[a-z+-][\w+-]*:|\$[^$]+\$", re.IGNORECASE)
"""What GitHub makes a mention, a reference, a picture or a formula of, in any text that is not code."""
HOSTILE: Final = "@team #12 GH#3 <b>|`x` [a](b) www.evil.example a@b.example $x$ :tada: *_"


class Rendered(HTMLParser):
    """Takes a page apart: its tags, its rows, its texts that are not code, and all its text."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.rows: list[int] = []
        self.outside_code: list[str] = []
        self.text = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append(0)
        elif tag in {"td", "th"}:
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" not in self.open:
            self.outside_code.append(data)


def assert_is_only_text(markdown: str) -> Rendered:
    """Return a comment that was read; a forge makes nothing of it but headings, lists, code and tables."""
    rendered = Rendered(markdown)
    assert {*rendered.tags} <= FORMS
    assert [text for text in rendered.outside_code if MADE.search(text)] == []
    return rendered


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comment_is_headings_lists_and_one_whole_table(language: str) -> None:
    comment = (GOLDEN / f"review/comment.{language}.md").read_text(encoding="utf-8")

    rendered = assert_is_only_text(comment)

    assert rendered.tags.count("table") == 1
    assert rendered.rows == [4] * (1 + comment.count("\n| `"))
    assert "@valmont.example → n•••@courriel.example" in rendered.text


def test_nothing_that_a_record_or_a_path_contains_breaks_out(school_of_twelve: Path) -> None:
    root = school_of_twelve
    change(root, "00000010", GRADUATE.replace("  end_date", f"  major_names: ['{HOSTILE}']\n  end_date"))
    put(root, GRADUATE, "@team #12 `x` $y$.yml")
    commit(root)

    comment = diff(root, "--format", "markdown", "--on", "2026-11-23")

    rendered = assert_is_only_text(comment)
    assert HOSTILE.partition(" a@")[0] in rendered.text
    assert "@team #12 `x` $y$.yml" in rendered.text
    assert rendered.rows == [4, 4]


@given(st.text(st.sampled_from("@#$:*_`<>|~[]()!&\\/-+ aw1.é"), max_size=30))
@example(HOSTILE)
@example("www.x.example http://x.example https://x.example a@b.example 1) # - x")
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    rendered = assert_is_only_text(f"| a | b |\n| --- | --- |\n| x{plain(text)}x | {code('u' + text[:30])} |\n")

    in_code = text[:30].replace("`", "'").replace("|", "¦")
    assert rendered.text.split() == f"a b x{text}x u{in_code}".split()
    assert rendered.rows == [2, 2]
