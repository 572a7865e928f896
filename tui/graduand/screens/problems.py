"""The problems screen: all findings by rule, worst first, with the cures that need no decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.findings import Finding, by_rule
from graduand.language import N_, _
from graduand.records.paths import username_of
from graduand.reports.explain_text import rule_text
from graduand.reports.findings_text import severity_word, summary
from graduand.rules.fixes import CURABLE
from graduand.rules.registry import RULES
from graduand.screens.cure_flow import cure
from graduand.screens.messages import Changed, Opened
from graduand.screens.page import PageScreen
from graduand.screens.text_editor import edit_file
from graduand.screens.view import Searchable, View, haystacks
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline
from graduand.screens.widgets.person_line import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.index.index import Checked
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

_WIDE: Final = 90
"""Columns from which on a finding's cohort has a place."""


class ProblemsScreen(View["Searchable[Checked]"]):
    """All findings, and what stands behind the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "next(1)", N_("Next"), id="problems.next"),
        Binding("shift+tab", "next(-1)", N_("Previous"), id="problems.previous"),
        Binding("c", "cure", N_("Correct"), id="problems.cure"),
        Binding(
            "C",
            "cure_all",
            N_("Correct all"),
            tooltip=N_("Correct, in one commit, all that a rule finds and that can mean only one thing."),
            id="problems.cure_all",
            key_display="C",
        ),
        Binding("W", "explain", N_("Why"), id="problems.explain", key_display="W"),
        Binding("escape", "back", N_("Back"), id="problems.back"),
        Binding("slash", "find", N_("Find"), id="problems.find", key_display="/"),
        Binding(
            "e",
            "edit_file",
            N_("Editor"),
            tooltip=N_("Open the file at this line in your editor (VISUAL or EDITOR)."),
            id="problems.editor",
        ),
        Binding("left,right", "fold", N_("Fold"), show=False, id="problems.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="problems.read"),
    ]

    HINT: ClassVar[str] = N_("a name, a word, a rule such as GR109")

    def __init__(self, workspace: Workspace, on: str, *, commit: bool = True) -> None:
        super().__init__()
        self.commit = commit
        self.workspace = workspace
        self.day = on
        self.found: tuple[Finding, ...] = ()
        self.outline: Outline[Finding] = Outline({})
        self._words: Sequence[str] = ()
        self._summary = ""

    def heading(self) -> tuple[str, ...]:
        """Return the name of the view, and how much is wrong."""
        return _("Problems"), self._summary

    # Reading and showing

    def read(self, tell: Tell) -> Searchable[Checked]:
        """Check all records."""
        checked = self.workspace.check(self.day, progress=tell)
        return Searchable(checked, haystacks(_line(one) for one in checked.findings))

    def show_result(self, found: Searchable[Checked]) -> None:
        """Show what was found; the cursor stays with its finding, or goes to what follows it."""
        self.found, self._words = found.found.findings, found.words
        self._summary = summary(self.found, len(found.found.paths))
        self.sift()

    def sift(self) -> None:
        """Show the findings that are looked for."""
        here, wanted = self.finding, self.wanted
        pairs = zip(self.found, self._words, strict=True)
        found = [one for one, line in pairs if all(word in line for word in wanted)]
        self.outline = Outline(by_rule(found), self.outline.folded)
        if found:
            self.show(len(self.outline), self._row_like(here) if here else 0)
        else:
            self.show_sentence(_("Nothing is found. Esc clears the search.") if self.found else _("Nothing is wrong."))

    def _row_like(self, finding: Finding) -> int:
        found = self.outline.groups.get(finding.rule, ())
        if not found:
            return 0
        later = (number for number, one in enumerate(found) if one[2:5] >= finding[2:5])
        return self.outline.row_of(finding.rule, next(later, len(found) - 1))

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        return row if isinstance(row, Finding) else None

    @property
    def rule(self) -> str:
        """The rule under the cursor; "" when there is nothing."""
        return self.outline.key_at(self.lines.cursor) if self.outline else ""

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of a rule, or of a finding."""
        row = self.outline.at(index)
        if isinstance(row, Heading):
            rule = RULES[row.key]
            count = f" {row.size}"
            title = fit(f"{row.key}  {_(rule.title)}", width - 4 - len(count))
            return (
                Cell("+ " if row.folded else "▾ "),
                SIGNS[rule.severity],
                Cell(title, "strong"),
                Cell(count, "muted"),
            )
        cohort = f"{fit(row.path.split('/')[1], 14)} " if width >= _WIDE else ""
        name = f"    {fit(row.username or username_of(row.path), 12)} {cohort}"
        return (Cell(name, "muted"), Cell(fit(row.message, max(width - len(name), 8))))

    def person_path(self) -> str:
        """Return whose finding it is."""
        return self.finding.path if self.finding else ""

    def whole(self) -> Content:
        """Return the finding and the rule behind it."""
        rule, found = RULES[self.rule], self.finding
        parts: list[str | tuple[str, str]] = [(f"{severity_word(rule.severity)} {rule.id}", "bold")]
        if found:
            parts += [(f"  {found.path}:{found.line}:{found.column}", "$foreground 70%"), f"\n{found.message}"]
        parts += ["\n", (_(rule.title), "bold"), f". {_(rule.why)}\n", ("→ ", "bold $text-accent"), _(rule.cure)]
        sources = [self.workspace.importer.sources[key].title for key in rule.sources]
        if sources:
            source = _("Source: {titles}").format(titles="; ".join(sources))
            parts += ["\n", (source, "$foreground 70%")]
        return Content.assemble(*parts)

    # Going through

    def action_next(self, step: int) -> None:
        """Go to the next finding, or to the one before."""
        if self.outline:
            self.outline, row = self.outline.step(self.lines.cursor, step)
            self.show(len(self.outline), row)

    def action_fold(self) -> None:
        """Fold or unfold the rule under the cursor."""
        if self.outline:
            rule = self.rule
            self.outline = self.outline.folding(rule)
            self.show(len(self.outline), self.outline.row_of(rule))

    @on(LineList.Chosen)
    def open_the_record(self) -> None:
        """Open the record at the field; on a rule, fold it or unfold it."""
        found = self.finding
        if found is None:
            self.action_fold()
        else:
            self.post_message(Opened(found.path, found.field))

    def action_explain(self) -> None:
        """Show all that is known about the rule."""
        if self.outline:
            width = max(min(self.size.width, 100) - 22, 20)
            lines = rule_text(RULES[self.rule], self.workspace.importer, width)
            self.app.push_screen(PageScreen(self.rule, lines))

    def action_edit_file(self) -> None:
        """Open the file at the finding in the user's editor, and check everything again."""
        found = self.finding
        if found is None:
            return
        if trouble := edit_file(self.app, self.workspace.root / found.path, found.line):
            self.notify(trouble, severity="warning", markup=False, timeout=12)
        else:
            self.post_message(Changed())
            self.action_read()

    # Cures

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done here."""
        del parameters
        if action == "edit_file" and self.is_mounted:
            return self.finding is not None or None
        if action in {"cure", "cure_all"} and self.is_mounted:
            return (self.rule in CURABLE and (action == "cure_all" or self.finding is not None)) or None
        return True

    def action_cure(self) -> None:
        """Show what would cure the finding under the cursor."""
        if self.finding:
            self._look_for_cures([self.finding])

    def action_cure_all(self) -> None:
        """Show what would cure all that the rule finds."""
        if self.outline:
            self._look_for_cures(self.outline.groups[self.rule])

    def _look_for_cures(self, found: Sequence[Finding]) -> None:
        cure(self, found, _("Correct {rule}").format(rule=self.rule), self.action_read)


def _line(finding: Finding) -> str:
    """Return what a finding is found by."""
    return f"{finding.rule} {finding.path} {finding.username} {finding.field} {finding.message}"
