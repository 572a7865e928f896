"""The plan: what the next upload would change, person by person, destructive first; the way to compile it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from graduand.errors import Trouble, Uncommitted
from graduand.findings import Finding, Severity
from graduand.handshake.effect import Effect, Status
from graduand.handshake.plan import PlannedChange
from graduand.handshake.sendable import nothing_left, waiting_text
from graduand.language import N_, _, ngettext, visible
from graduand.records.record import FIRST_NAME, LAST_NAME
from graduand.reports.findings_text import severity_word
from graduand.reports.labels import terms_of
from graduand.reports.plan_text import (
    cell_pair,
    closed_without_record,
    counts,
    effect_words,
    remarks_on,
    status_word,
)
from graduand.rules.handshake_state import EXCLUDED
from graduand.rules.registry import RULES
from graduand.screens.approve_flow import ask_for_approval
from graduand.screens.compile_question import question_of
from graduand.screens.confirm import ConfirmScreen
from graduand.screens.messages import Changed, Opened, UploadCompiled
from graduand.screens.observation_flow import ask_what_handshake_shows
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.view import Searchable, View, haystacks
from graduand.screens.waiting import Waiting
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.screens.widgets.outline import Heading, Outline
from graduand.uploads import compiler
from graduand.uploads.compiler import Compiled, CompileOptions, PreparedUpload
from graduand.uploads.exchange import ONLINE
from graduand.uploads.status import folder_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.records.record import Record
    from graduand.screens.waiting import Tell
    from graduand.uploads.compiler import PreparedUpload
    from graduand.workspace import Workspace


PlanRow = PlannedChange | Finding
"""A person of the plan: what changes of him, or what is found beside what Handshake holds."""

_STYLES: Final = {Effect.DEACTIVATE: "error", Effect.USERNAME: "warning", Effect.EMAIL: "warning"}
CONFLICTS, HELD, DOUBTFUL, KEPT = "conflicts", "held-back", "doubtful", "kept"
_BESIDES: Final = {
    CONFLICTS: (N_("left out: contradicts what Handshake holds"), "✗ ", "error"),
    HELD: (N_("held back: excluded from sync"), "! ", "warning"),
    DOUBTFUL: (N_("to be looked at in Handshake"), "! ", "warning"),
    KEPT: (N_("Handshake keeps what the record does not say"), "· ", "muted"),
}
"""By the key of its heading: what is found beside the changes, and the sign and style of the heading."""
_SIGNS: Final = {Effect.DEACTIVATE: "✗ ", Effect.USERNAME: "! ", Effect.EMAIL: "! "}


def change_line(change: PlannedChange, name: str, width: int) -> Drawn:
    """Return the pieces of a person's line."""
    more = [effect_words(effect) for effect in change.effects[1:] if effect is not Effect.UPDATE]
    words = ", ".join([status_word(change.status), *more, *remarks_on(change)])
    wide = max((width - 18) // 3, 12)
    return (
        Cell(f"    {fit(change.username, 12)} ", "muted"),
        Cell(f"{fit(name or '–', wide)} ", "strong"),
        Cell(fit(words, max(width - 18 - wide, 4))),
    )


def finding_line(finding: Finding, name: str, width: int) -> Drawn:
    """Return the pieces of the line of a person of whom a finding is."""
    wide = max((width - 18) // 3, 12)
    return (
        Cell(f"    {fit(finding.username, 12)} ", "muted"),
        Cell(f"{fit(name or '–', wide)} ", "strong"),
        Cell(fit(_(RULES[finding.rule].title), max(width - 18 - wide, 4))),
    )


def key_of(row: PlanRow) -> str:
    """Return the key of the heading below which a row of the plan stands."""
    if isinstance(row, PlannedChange):
        return row.effects[0] if row.effects else row.status
    if row.severity is Severity.NOTE:
        return KEPT
    if row.severity is Severity.ERROR:
        return CONFLICTS
    return HELD if row.rule == EXCLUDED else DOUBTFUL


def full_name(record: Record | None) -> str:
    """Return the name as lists have it; "" without a record."""
    return ", ".join(filter(None, (record.text(LAST_NAME), record.text(FIRST_NAME)))) if record else ""


def sought_line(row: PlanRow, record: Record | None) -> str:
    """Return what a person is found by."""
    words = " ".join(map(effect_words, row.effects)) if isinstance(row, PlannedChange) else row.message
    return f"{row.username} {full_name(record)} {record.cohort if record else ''} {words}"


def rows_of(prepared: PreparedUpload | None) -> tuple[PlanRow, ...]:
    """Return the rows of a plan: what is found beside what Handshake holds, then the changes."""
    return (*prepared.conflicts, *prepared.plan.changes) if prepared else ()


def effect_line(row: Heading, width: int) -> Drawn:
    """Return the pieces of the line above the people to whom the same is done, or of whom the same is found."""
    count = f" {row.size}"
    if row.key in _BESIDES:
        words, sign, style = _BESIDES[row.key]
        words = _(words)
    else:
        effect = {str(effect): effect for effect in Effect}.get(row.key)
        words = effect_words(effect) if effect else status_word(Status(row.key))
        sign = _SIGNS.get(effect, "  ") if effect else "  "
        style = _STYLES.get(effect, "strong") if effect else "muted"
    return (
        Cell("+ " if row.folded else "▾ "),
        Cell(f"{sign}{fit(words, width - 4 - len(count))}", style),
        Cell(count, "muted"),
    )


def _is_same(shown: PreparedUpload, found: PreparedUpload) -> bool:
    """Tell whether a plan says the same as the one that is shown, of the same uploads."""
    return (shown.upload.plan, shown.since) == (found.upload.plan, found.since)


class PlanScreen(View["Searchable[Compiled]"]):
    """The plan, and each person's cells before and after."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "u",
            "compile",
            N_("Compile"),
            tooltip=N_("Make the files for Handshake's Importer, after a look."),
            id="plan.compile",
        ),
        Binding("O", "changed", N_("Outstanding or all"), id="plan.changed", key_display="O"),
        Binding("k", "only", N_("Kind of change"), id="plan.only"),
        Binding("o", "cohort", N_("Only one cohort"), id="plan.cohort"),
        Binding("slash", "find", N_("Find"), id="plan.find", key_display="/"),
        Binding("v", "addresses", N_("Addresses"), id="plan.addresses"),
        Binding("x", "skip", N_("Leave errors out"), id="plan.skip"),
        Binding("E", "early", N_("Before their day"), id="plan.early", key_display="E"),
        Binding("D", "draft", N_("Plan a draft"), id="plan.draft", key_display="D"),
        Binding(
            "h",
            "handshake",
            N_("In Handshake"),
            tooltip=N_("Where Handshake differs from the records, or an export of it that is taken in."),
            id="plan.handshake",
        ),
        Binding(
            "A",
            "approve",
            N_("Approve"),
            key_display="A",
            tooltip=N_(
                "Approve what these records say, in the ledger; whoever compiles needs it where the school says so."
            ),
            show=False,
            id="plan.approve",
        ),
        Binding("escape", "back", N_("Back"), id="plan.back"),
        Binding("left,right", "fold", N_("Fold"), show=False, id="plan.fold"),
        Binding("f5", "read", N_("Read again"), show=False, id="plan.read"),
    ]

    HINT: ClassVar[str] = N_("a name, a username, a cohort")

    def __init__(self, workspace: Workspace, on: str, cohorts: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.workspace = workspace
        self.order = CompileOptions(on, changed=True)
        self.cohorts = cohorts
        self.outline: Outline[PlanRow] = Outline({})
        self.prepared: PreparedUpload | None = None
        self._people: dict[str, Record] = {}
        self._words: Sequence[str] = ()
        self._effects: tuple[Effect, ...] = ()
        """What is done to anybody, in the cohort that is planned."""
        self._obstacle = ""
        """What stands in the way: "errors", "draft" for uncommitted changes, or ""."""
        self._open = False

    # Reading

    def read(self, tell: Tell) -> Searchable[Compiled]:
        """Plan the upload; nothing is written."""
        compiled = compiler.prepare(self.workspace, self.order, tell)
        people = {record.username: record for record in compiled.checked.records}
        rows = rows_of(compiled.prepared)
        return Searchable(compiled, haystacks(sought_line(row, people.get(row.username)) for row in rows))

    def show_result(self, found: Searchable[Compiled]) -> None:
        """Show the plan, or the errors that stand in its way."""
        compiled, self._words = found
        self._people = {record.username: record for record in compiled.checked.records}
        self.cohorts = tuple(sorted({*self.cohorts, *(record.cohort for record in compiled.checked.records)}))
        self.prepared = compiled.prepared
        self._obstacle = "" if compiled.prepared else "errors"
        if compiled.prepared is None:
            number = sum(one.severity is Severity.ERROR for one in compiled.checked.findings)
            message = ngettext(
                "{count} error keeps the upload from being compiled. g 2 shows it, x leaves this person out.",
                "{count} errors keep the upload from being compiled. g 2 shows them, x leaves these people out.",
                number,
            )
            self.show_sentence(message.format(count=number))
            return
        if not self.order.only:
            firsts = {change.effects[0] for change in compiled.prepared.plan.changes if change.effects}
            self._effects = tuple(effect for effect in Effect if effect in firsts)
        self.warn(self._remarks(compiled.prepared))
        self.sift()

    def stopped(self, trouble: Trouble) -> None:
        """Say what keeps it from being planned, and what one can do."""
        self.prepared = None
        self._obstacle = "draft" if isinstance(trouble, Uncommitted) else ""
        self.warn("")
        self.show_sentence(str(trouble))

    @staticmethod
    def _remarks(prepared: PreparedUpload) -> str:
        remarks = [compiler.describe_breach(breach) for breach in prepared.breaches]
        if prepared.closed_without_record:
            remarks.insert(0, closed_without_record(prepared.closed_without_record))
        if prepared.breaches:
            remarks.append(_("To go on, send the others first (k), or approve this plan when you compile it (u)."))
        if prepared.upload.early:
            remarks.append(compiler.describe_early(prepared.upload.early))
        if waiting := waiting_text(prepared.plan.waiting):
            remarks.append(_("{waiting} E sends them before.").format(waiting=waiting))
        named = {finding.username for finding in prepared.conflicts} | {one.username for one in prepared.plan.waiting}
        if others := [visible(one.username) for one in prepared.upload.held if one.username not in named]:
            remarks.append(_("Held back: {who}.").format(who=", ".join(others)))
        if prepared.upload.left_out:
            count = len(prepared.upload.left_out)
            message = ngettext(
                "{count} person is left out because of errors.", "{count} people are left out because of errors.", count
            )
            remarks.append(message.format(count=count))
        if prepared.upload.dirty:
            remarks.append(_("A draft: it holds uncommitted changes and cannot be noted as uploaded."))
        return "\n".join(remarks)

    # Showing

    def sift(self) -> None:
        """Show the people who were searched for by what is done to them, destructive first."""
        wanted = self.wanted
        groups: dict[str, list[PlanRow]] = defaultdict(list)
        for row, line in zip(rows_of(self.prepared), self._words, strict=True):
            if all(word in line for word in wanted):
                groups[key_of(row)].append(row)
        order = [CONFLICTS, HELD, DOUBTFUL, *Effect, Status.FAILED, Status.NEW, Status.CHANGED, Status.PENDING, KEPT]
        order.append(Status.UNCHANGED)
        folds = self.outline.folded if self.outline else frozenset({KEPT, str(Status.UNCHANGED)})
        self.outline = Outline({str(key): groups[key] for key in order if groups[key]}, folds)
        if self.outline:
            self.show(len(self.outline), 0)
        elif self._words or self.prepared is None:
            self.show_sentence(_("Nobody is found. Esc clears the search."))
        else:
            self.show_sentence(nothing_left(self.order.cohort, self.prepared.plan.waiting))

    def _full_name(self, username: str) -> str:
        return full_name(self._people.get(username))

    def heading(self) -> tuple[str, ...]:
        """Return what is planned, and against what."""
        parts = [_("Plan for {day}").format(day=self.order.on)]
        if self.prepared:
            number = len(self.prepared.plan.changes)
            parts.append(ngettext("{count} person", "{count} people", number).format(count=number))
        parts += [_("outstanding only")] if self.order.changed else []
        parts += [self.order.cohort, *(effect_words(effect) for effect in sorted(self.order.only))]
        if self.prepared:
            is_first = not self.prepared.since
            parts.append(_("nothing was noted as uploaded yet") if is_first else _("since the last upload"))
            if seen := self.prepared.known.last_seen[:10]:
                parts.append(_("Handshake seen on {day}").format(day=seen))
        return tuple(parts)

    @property
    def row(self) -> PlanRow | None:
        """The person under the cursor: what changes of him, or what is found."""
        row = self.outline.at(self.lines.cursor) if self.outline else None
        return None if isinstance(row, Heading) else row

    def draw(self, index: int, width: int) -> Drawn:
        """Return the pieces of what is done, or of a person to whom it is done."""
        row = self.outline.at(index)
        if isinstance(row, Heading):
            return effect_line(row, width)
        line = change_line if isinstance(row, PlannedChange) else finding_line
        return line(row, self._full_name(row.username), width)  # type: ignore[arg-type]

    def person_path(self) -> str:
        """Return the path of the record of the person under the cursor."""
        record = self._people.get(self.row.username) if self.row else None
        return record.path if record else ""

    def whole(self) -> Content:
        """Return what changes of the person under the cursor, cell by cell; of a heading, the plan in one sentence."""
        change = self.row
        if change is None:
            prepared = self.prepared
            return Content(counts(prepared.plan) if prepared else "")
        if isinstance(change, Finding):
            return self._whole_finding(change)
        head = f"{visible(change.username)}  {visible(self._full_name(change.username))}\n"
        words = [status_word(change.status), *(effect_words(effect) for effect in change.effects), *remarks_on(change)]
        parts = [(head, "bold"), (f"{', '.join(words)}\n", "$foreground 70%")]
        terms = terms_of(self.workspace)
        order = {header: number for number, header in enumerate(self.workspace.school.columns)}
        for cell in sorted(change.cells, key=lambda cell: order.get(cell.header, 0)):
            label = _("{label}: {value}").format(label=terms.field(cell.header), value="")
            before, after = cell_pair(cell, terms, show=self._open)
            known = after if change.status is Status.NEW else f"{before or '–'} → {after}"
            parts += [(label, "$foreground 70%"), (f"{known}\n", "")]
        return Content.assemble(*parts)

    def _whole_finding(self, finding: Finding) -> Content:
        rule = RULES[finding.rule]
        return Content.assemble(
            (f"{visible(finding.username)}  {visible(self._full_name(finding.username))}\n", "bold"),
            (f"{severity_word(finding.severity)} {rule.id}  ", "bold"),
            f"{finding.message}\n",
            ("→ ", "bold $text-accent"),
            _(rule.cure),
        )

    def action_addresses(self) -> None:
        """Show addresses whole, or masked again."""
        self._open = not self._open
        self.show_whole_line()

    def action_fold(self) -> None:
        """Fold or unfold what is done."""
        if self.outline:
            key = self.outline.key_at(self.lines.cursor)
            self.outline = self.outline.folding(key)
            self.show(len(self.outline), self.outline.row_of(key))

    @on(LineList.Chosen)
    def open_the_person(self) -> None:
        """Open the person's record; fold or unfold a heading."""
        row = self.row
        record = self._people.get(row.username) if row else None
        if record is None:
            self.action_fold()
        else:
            self.post_message(Opened(record.path, row.field if isinstance(row, Finding) else ""))

    # What is planned

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        del parameters
        if action == "compile":
            return self.prepared is not None and bool(self.prepared.upload.records)
        if action == "changed":
            return self.order.changed or bool(self.prepared and self.prepared.since)
        if action in {"find", "addresses"}:
            return self.prepared is not None
        if action == "early":
            return self.order.early or bool(self.prepared and self.prepared.plan.waiting)
        obstacle = {"skip": "errors", "draft": "draft"}.get(action)
        return obstacle is None or self._obstacle == obstacle

    def action_changed(self) -> None:
        """Plan only who has something outstanding since the uploads that were noted, or everybody again."""
        self._plan(self.order._replace(changed=not self.order.changed))

    def action_early(self) -> None:
        """Plan graduations too whose day has not come, or leave them until then again."""
        self._plan(self.order._replace(early=not self.order.early))

    def action_only(self) -> None:
        """Plan only those to whom the next thing is done; after the last, everybody again."""
        known = (None, *self._effects)
        now = next(iter(self.order.only), None)
        following = known[(known.index(now) + 1) % len(known)] if now in known else None
        self._plan(self.order._replace(only=frozenset({following} if following else ())))

    def action_cohort(self) -> None:
        """Plan only the next cohort; after the last, all of them again."""
        known = ("", *self.cohorts)
        number = known.index(self.order.cohort) if self.order.cohort in known else 0
        self._plan(self.order._replace(cohort=known[(number + 1) % len(known)]))

    def action_skip(self) -> None:
        """Leave out who has errors."""
        self._plan(self.order._replace(skip_errors=True))

    def action_draft(self) -> None:
        """Plan uncommitted changes too."""
        self._plan(self.order._replace(allow_dirty=True))

    def _plan(self, order: CompileOptions) -> None:
        self.order = order
        self.action_read()

    def action_handshake(self) -> None:
        """Show where Handshake differs, or take an export of it in."""
        ask_what_handshake_shows(self, self.workspace, self.order.on)

    def action_approve(self) -> None:
        """Show what would be approved, and approve it."""
        ask_for_approval(self, self.workspace, self.order.on)

    # The upload

    def action_compile(self) -> None:
        """Ask the remote what others have sent; then show what would be compiled, and ask."""
        order = self.order._replace(exchange=ONLINE)

        def prepare(tell: Tell) -> Compiled:
            return compiler.prepare(self.workspace, order, tell)

        self.app.push_screen(Waiting(_("Asking for the ledger of uploads"), prepare), self._ask)

    def _ask(self, outcome: Compiled | Trouble | None) -> None:
        shown = self.prepared
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False)
        elif outcome and shown and (prepared := outcome.prepared) and _is_same(shown, prepared):
            say_synced(self, prepared.fetched)
            question = question_of(prepared, self.workspace)
            self.app.push_screen(ConfirmScreen(question), lambda yes: self._compile(prepared) if yes else None)
        elif outcome:
            self.notify(_("The plan has changed meanwhile, and is shown as it is now. Nothing is compiled yet."))
            self.touched = True
            self.post_message(Changed())
            self.action_read()

    def _compile(self, prepared: PreparedUpload) -> None:
        def compiled(_tell: Tell) -> bool:
            approve = prepared.upload.plan if prepared.breaches else ""
            permission = compiler.Permission(approve=approve)
            compiler.compile_upload(self.workspace, prepared, folder_of(self.workspace), permission)
            return True

        self.app.push_screen(Waiting(_("Compiling"), compiled, writes=True), self._compiled)

    def _compiled(self, outcome: bool | Trouble | None) -> None:  # noqa: FBT001 - as the work answers
        if isinstance(outcome, Trouble):
            self.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            self.touched = True
            folder = folder_of(self.workspace)
            tell_result(self, _("The files are ready for Handshake; their card says what to do."), str(folder))
            self.post_message(UploadCompiled())
            self.action_read()
