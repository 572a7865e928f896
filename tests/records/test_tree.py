from __future__ import annotations

import pytest
import yaml

from graduand.findings import Place
from graduand.records import parsing
from graduand.records.nodes import DEPTH, Mapping, Node, Scalar, Sequence
from graduand.records.source import Refused
from graduand.records.tree import parse

REFUSED = {
    # Class B1: not YAML
    "an open bracket": ("a: [1,", "GR007", 1, 6, "a bracket is opened here and never closed"),
    "an open bracket above": ("a: [b\nc: d\n", "GR007", 1, 4, "a bracket is opened here and never closed"),
    "a bracket closed by a brace": ("a: [b, c}", "GR007", 1, 4, "a bracket is opened here and never closed"),
    "an open brace": ("a: {b, c", "GR007", 1, 4, "a brace is opened here and never closed"),
    "an open quotation mark": ('x: y\na: “é”\nb: "c\nd: e\n', "GR007", 3, 4, "never closed"),
    "an open single mark": ("a: 'x", "GR007", 1, 4, "a quotation mark is opened here"),
    "two values": ("a: b: c", "GR007", 1, 5, "a colon followed by a blank stands inside a text"),
    "a line indented too deep": ("a: b\n  c: d\n", "GR007", 2, 4, "the line is indented too deep"),
    "a line indented too little": ("  a: b\nc: d\n", "GR007", 2, 1, "is not indented as the lines above"),
    "a line between two depths": ("a:\n  b: c\n d: e\n", "GR007", 3, 2, "the indentation is off"),
    "a word without a colon": ("a: b\nc\nd: e\n", "GR007", 2, 1, "a colon is missing after the key"),
    "an item among keys": ("a: b\n- c\n", "GR007", 2, 1, "a key is expected here"),
    "a list beside its key": ("a: - b", "GR007", 1, 4, "a list begins on the line below its key"),
    "an apostrophe in single marks": ("a: 'it's ok'\n", "GR007", 1, 8, "a quotation mark may stand inside"),
    "a text behind the word for wipe": ('a: "**CLEAR**" b\n', "GR007", 1, 16, "a key is expected here"),
    "an at sign": ("a: @b", "GR007", 1, 4, "a value cannot begin with this character"),
    "a backtick": ("a: `b`", "GR007", 1, 4, "a value cannot begin with this character"),
    "a closing bracket": ("a: ]", "GR007", 1, 4, "a value cannot begin with this character"),
    "a lone backslash": ('a: "C:\\q"\n', "GR007", 1, 7, "a backslash inside double quotes must be doubled"),
    "a lone ampersand": ("a: & b\n", "GR007", 1, 4, "an ampersand begins an anchor"),
    "a lone asterisk": ("a: * b\n", "GR007", 1, 4, "an asterisk begins an alias"),
    "half a surrogate pair": ('a: "\\ud800"\n', "GR007", 1, 7, "this is not YAML"),
    "beyond Unicode": ('a: "\\U00110000"\n', "GR007", 1, 7, "this is not YAML"),
    "a file cut in the middle": ('a: b\nc:\n  - d\n  - "e', "GR007", 4, 5, "never closed"),
    # Class B5: tags
    "an object of Python": ('a: !!python/object/apply:os.system ["id"]', "GR010", 1, 4, "os.system"),
    "a tag of one's own": ("a: b\nc: !include x\n", "GR010", 2, 4, "!include"),
    "a binary": ('a: !!binary "AAAA"', "GR010", 1, 4, "binary"),
    "a float that is none": ("a: !!float foo", "GR010", 1, 4, "float"),
    "the tag of nothing": ("a: ! b", "GR010", 1, 4, "“!”"),
    "a tag on a key": ("!!str a: b", "GR010", 1, 1, "str"),
    "a tag on the root": ("!x\na: b\n", "GR010", 1, 1, "“!x”"),
    # Class B6: anchors, aliases, merge keys
    "an anchor": ("a: &b c\n", "GR009", 1, 4, "“&b”"),
    "an anchor on a list": ("a: &b [c]\n", "GR009", 1, 4, "“&b”"),
    "an alias": ("a: b\nc: *d\n", "GR009", 2, 4, "“*d”"),
    "a bomb of aliases": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "GR009", 1, 4, "“&a”"),
    "a merge key": ("a: b\n<<: c\n", "GR009", 2, 1, "merge key"),
    "a merge key in a brace": ("a: {<<: b}", "GR009", 1, 5, "merge key"),
    "the word for wipe, unquoted": ("a: b\nc: **CLEAR**\n", "GR009", 2, 4, 'in quotes: "**CLEAR**"'),
    # Class B8: documents and directives
    "a second document": ("a: b\n---\nc: d\n", "GR011", 2, 1, "one record"),
    "a first line of a document": ("---\na: b\n", "GR011", 1, 1, "“---”"),
    "the end of a document": ('a: b\n...\n# "..."\n', "GR011", 2, 1, "“...”"),
    "a second document after an end": ("a: b\n...\nc: ...\n", "GR011", 2, 1, "“...”"),
    "a version": ("%YAML 1.1\n---\na: b\n", "GR011", 1, 1, "“%YAML”"),
    "an unknown directive": ("%FOO bar\n---\na: b\n", "GR011", 1, 1, "“%YAML”"),
    "a directive below": ("a: b\n%FOO bar\n", "GR011", 2, 1, "“%YAML”"),
    # Class B9: shapes
    "nothing": ("", "GR013", 1, 1, "empty"),
    "only a comment": ("# a\n\n", "GR013", 1, 1, "empty"),
    "a list": ("# a\n- b\n", "GR012", 2, 1, "must begin with keys"),
    "a text": ("a\n", "GR012", 1, 1, "must begin with keys"),
    "a list for a key": ("a: b\n? [c, d]\n: e\n", "GR012", 2, 3, "a plain word"),
    "a block for a key": ("{{a: b}: c}", "GR012", 1, 2, "a plain word"),
    "a key twice": ("a: b\nc: d\n\na: b\n", "GR008", 4, 1, "first in line 1"),
    "a key twice below another": ("a:\n  b: c\n  b: d\n", "GR008", 3, 3, "first in line 2"),
    "a key twice, the first with its value below": ("a:\n  b\na: c\n", "GR008", 3, 1, "first in line 1"),
    "a key twice, quoted": ("a: b\n'a': c\n", "GR008", 2, 1, "“a” "),
    # Class B7: depth
    "brackets": ("[" * 60_000, "GR012", 1, DEPTH + 1, "nests too deep"),
    "braces": ("{" * 60_000, "GR012", 1, DEPTH + 1, "nests too deep"),
    "blocks": ("".join(f"{' ' * deep}a:\n" for deep in range(200)), "GR012", DEPTH + 1, DEPTH + 1, "nests too deep"),
    "items": ("- " * 300, "GR012", 1, 2 * DEPTH + 1, "nests too deep"),
}


@pytest.mark.parametrize(("text", "rule", "line", "column", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_plain_yaml_is_refused_at_its_place(text: str, rule: str, line: int, column: int, said: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)

    fault = refused.value.fault
    assert (rule, Place(line, column)) == (fault.rule, fault.place)
    assert said in fault.message


LIBYAML_ONLY = {"half a surrogate pair", "a directive below"}
ELSEWHERE = {name: case[:2] for name, case in REFUSED.items() if name not in LIBYAML_ONLY}


@pytest.mark.parametrize(("text", "rule"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_without_libyaml_the_same_is_refused(text: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_Parser", yaml.Loader)

    with pytest.raises(Refused) as refused:
        parse(text)

    assert rule == refused.value.fault.rule


NUMBERS = ["00412345", "0o17", "12e5", "1e400", "9" * 5_000, "1_000", "12:30", "0x1F", ".5", "+1", "-0"]
WORDS = ["NO", "yes", "on", "TRUE", "~", "null", "Null", "2026-02-30", "2024-5-3", "2024-05-31 12:00:00", "=", "a#b"]


@pytest.mark.parametrize("text", NUMBERS + WORDS)
@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"'])
def test_every_scalar_is_the_text_that_was_typed(text: str, form: str) -> None:
    value = parse(f"a: {form.format(text)}\n").get("a")

    assert isinstance(value, Scalar)
    assert (text, Place(1, 4), form == "{}") == (value.text, value.place, value.plain)


def test_places_and_spans_count_characters_not_bytes() -> None:
    text = "é: 😀漢\nb:\n  - 'ç'\n  - {c: \"d\"}\n"
    root = parse(text)
    items = root.get("b")
    assert isinstance(items, Sequence)
    braces = items.items[1]
    assert isinstance(braces, Mapping)

    places = [scalar.place for scalar in _scalars(root)]
    assert places == [(1, 1), (1, 4), (2, 1), (3, 5), (4, 6), (4, 9)]
    assert [text[found.start : found.end] for found in _scalars(root)] == ["é", "😀漢", "b", "'ç'", "c", '"d"']
    assert (items.place, braces.place) == ((3, 3), (4, 5))
    assert root.get("c") is None


def _scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    inside = [part for entry in node.entries for part in entry] if isinstance(node, Mapping) else node.items
    return [scalar for part in inside for scalar in _scalars(part)]
