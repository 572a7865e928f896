"""The questions of the form, asked before what cannot be taken for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _, ngettext, visible
from graduand.records.record import EFFECTIVE_ON, REASON, REQUESTED_BY
from graduand.records.transition import Waiver, reason_words
from graduand.screens.fields.choice import DayField
from graduand.screens.fields.text import Edited, TextField
from graduand.screens.question import Answer, QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from graduand.editing.draft import Draft
    from graduand.editing.draft_store import OrphanedDraft
    from graduand.findings import Finding
    from graduand.records.school import School


PARTS = (("rule", N_("Rule")), ("reason", N_("Reason")), ("until", N_("Until")), ("by", N_("Decided by")))


class WaiverScreen(ModalScreen[Waiver | None]):
    """Change one exemption; None: leave it as it was."""

    CSS = """
    WaiverScreen { align: center middle; }
    #exempt { width: 60; max-width: 100%; height: auto; padding: 0 1; background: $panel; border: round $primary; }
    #exempt Horizontal { height: 1; }
    #exempt .label { width: 14; }
    #exempt .keys { margin-top: 1; color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", show=False, id="exempt.take"),
        Binding("escape", "give_up", show=False, id="exempt.give_up"),
    ]

    def __init__(self, waiver: Waiver, today: str) -> None:
        super().__init__()
        self._waiver = waiver
        self._today = today

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="exempt"):
            yield Static(Content.styled(_("Exemption from a rule"), "bold"))
            for (part, label), text in zip(PARTS, self._waiver, strict=True):
                field = DayField(part, self._today) if part == "until" else TextField(part)
                field.show(text)
                with Horizontal():
                    yield Static(Content(_(label)), classes="label")
                    yield field
            yield Static(Content(_("Ctrl+S takes it · Esc goes back")), classes="keys")

    @on(Edited)
    def take_part(self, event: Edited) -> None:
        """Keep what was typed."""
        event.stop()
        self._waiver = self._waiver._replace(**{event.key: str(event.value or "")})

    def action_take(self) -> None:
        """Answer with what was typed."""
        self.dismiss(self._waiver if any(self._waiver) else None)

    def action_give_up(self) -> None:
        """Change nothing."""
        self.dismiss(None)


SAVE: Final = "save"
DISCARD: Final = "discard"
TAKE: Final = "take"
LATER: Final = ""


def leaving(draft: Draft, school: School) -> QuestionScreen:
    """Ask what shall become of unsaved changes."""
    number = len(draft.changed_keys)
    count = ngettext("{count} field is changed and not saved:", "{count} fields are changed and not saved:", number)
    return QuestionScreen(
        _("Leave this record?"),
        [Content.assemble(count.format(count=number), "\n", (_labels(draft.changed_keys, school), "bold"))],
        [
            Answer(("ctrl+s",), "Ctrl+S", _("save, then leave"), SAVE),
            Answer(("x",), "x", _("discard these changes"), DISCARD),
            Answer((), _("Esc"), _("stay here"), LATER),
        ],
    )


def _labels(keys: Sequence[str], school: School) -> str:
    return ", ".join(str(school.fields[key].label) for key in keys)


def changing_identity(label: str, draft: Draft | None) -> QuestionScreen:
    """Ask before a field is changed by which Handshake finds the person."""
    name = visible(f"{draft.record.text('first_name')} {draft.record.text('last_name')}".strip()) if draft else ""
    who = f"{name} · {visible(draft.original.username)}" if draft else ""
    said = _("Handshake finds this person by it: a wrong one makes a second account, or changes another person's.")
    return QuestionScreen(
        _("Change “{field}”?").format(field=label),
        [Content.styled(who, "bold"), Content(said)],
        [
            Answer(("ctrl+e",), "Ctrl+E", _("yes, it is another one now"), SAVE),
            Answer((), _("Esc"), _("no, leave it as it is"), LATER),
        ],
    )


def confirming(draft: Draft, *, reformats: bool) -> QuestionScreen:
    """Ask for confirmation before an account is closed, or before lines change that were not edited."""
    said = []
    if draft.closes_account:
        record = draft.record
        name = visible(f"{record.text('first_name')} {record.text('last_name')}".strip())
        who = Content.assemble((f"{name} · {visible(record.username)}", "bold"))
        facts = [
            (_("Reason"), reason_words(record.text(REASON))),
            (_("Asked by"), reason_words(record.text(REQUESTED_BY))),
            (_("Effective on"), record.text(EFFECTIVE_ON)),
        ]
        said.append(Content("\n").join([who, *(_fact(label, text) for label, text in facts)]))
        if not record.text(REASON):
            missing = _("Without a reason no upload is compiled of this record; go back and choose one.")
            said.append(Content.styled(missing, "bold $text-error"))
    if reformats:
        said.append(
            Content(
                _("This file is not written as graduand writes it: saving also rewrites lines that you did not edit.")
            )
        )
    title = _("Close this account?") if draft.closes_account else _("Rewrite the whole file?")
    words = _("yes, close the account and save") if draft.closes_account else _("yes, save")
    return QuestionScreen(
        title,
        said,
        [Answer(("y", "o"), _("y"), words, SAVE), Answer((), _("Esc"), _("no, go back to the form"), LATER)],
    )


def _fact(label: str, text: str) -> Content:
    return Content.assemble((f"{label:<20}", "$foreground 70%"), visible(text, 200) or ("–", "$text-warning"))


def recovering(one: OrphanedDraft, school: School) -> QuestionScreen:
    """Offer a draft that a session left behind which has ended."""
    keys = _labels(one.draft.changed_keys, school)
    return QuestionScreen(
        _("An unsaved draft was kept"),
        [Content.assemble(_("{when}; changed fields:").format(when=one.at), "\n", (keys, "bold"))],
        [
            Answer(("r",), "r", _("resume it"), TAKE),
            Answer(("x",), "x", _("discard it"), DISCARD),
            Answer((), _("Esc"), _("decide later"), LATER),
        ],
    )


def discarding(one: OrphanedDraft, school: School) -> QuestionScreen:
    """Ask once more before a draft is thrown away."""
    return QuestionScreen(
        _("Discard this draft?"),
        [Content.styled(_labels(one.draft.changed_keys, school), "bold")],
        [Answer(("y", "o"), _("y"), _("yes, discard it"), DISCARD), Answer((), _("Esc"), _("decide later"), LATER)],
    )


def gone() -> QuestionScreen:
    """Ask what to do with a draft whose file was deleted meanwhile."""
    return QuestionScreen(
        _("The file was deleted meanwhile"),
        [Content(_("Somebody deleted the file of this record since it was read. Nothing was written."))],
        [
            Answer(("r",), "r", _("resume it"), TAKE),
            Answer((), _("Esc"), _("go back to the form"), LATER),
        ],
    )


def broken(found: Sequence[Finding]) -> QuestionScreen:
    """Ask what to do with a draft whose file cannot be read any more."""
    said = [Content(f"✗ {one.line}:{one.column} {one.message}") for one in found[:5]]
    return QuestionScreen(
        _("The file cannot be read any more"),
        [
            Content(
                _("Somebody changed the file since it was read, and it cannot be read whole. Nothing was written.")
            ),
            *said,
        ],
        [
            Answer(("m",), "m", _("mine replaces what stands there"), TAKE),
            Answer((), _("Esc"), _("go back to the form"), LATER),
        ],
    )
