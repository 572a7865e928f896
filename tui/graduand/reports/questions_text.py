"""Format the answers to what an auditor asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.audit.questions import AnswerStanding, AuditQuestion
from graduand.language import _, ngettext, visible
from graduand.reports.console import Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.audit.questions import AuditAnswer

_SIGNS: Final = {
    AnswerStanding.PROVED: ("✓", "green"),
    AnswerStanding.CLAIMED: ("~", "yellow"),
    AnswerStanding.MISSING: ("✗", "bold red"),
    AnswerStanding.NOTHING: ("–", "dim"),
}


def questions_text(answers: Sequence[AuditAnswer]) -> Iterator[Line]:
    """Return the lines of the questions, each with its answer, how far it is proved, and what is missing."""
    if not answers:
        return
    yield line("")
    yield line(Span(_("What an auditor asks"), "bold"))
    for number, answer in enumerate(answers, 1):
        sign, style = _SIGNS[answer.standing]
        yield line(Span(f"{sign} ", style), f"{number}. {question_words(answer.question)} ", Span(_said(answer), style))
        if answer.missing:
            more = " …" if answer.missing > len(answer.lacking) else ""
            names = ", ".join(visible(name, 100) for name in answer.lacking) + more
            message = _("{what} ({count}): {names}")
            words = lacking_words(answer.question)
            yield line("     ", message.format(what=words, count=answer.missing, names=names))
        if answer.standing in {AnswerStanding.CLAIMED, AnswerStanding.MISSING}:
            yield line("     ", Span(cure_words(answer.question), "dim"))


def question_words(question: AuditQuestion) -> str:
    """Return the question."""
    return {
        AuditQuestion.CONTENT: _("What did the records say, and do the uploads compile again byte for byte?"),
        AuditQuestion.TYPED: _("Who decided the closings?"),
        AuditQuestion.APPROVED: _("Who approved them?"),
        AuditQuestion.BYPASSED: _("Did nothing bypass review?"),
        AuditQuestion.SAME: _("Is what was approved what was sent?"),
        AuditQuestion.UPLOADED: _("Who uploaded, when, and as which job of Handshake?"),
        AuditQuestion.SENT: _("Was each closing sent?"),
        AuditQuestion.REOPENED: _("Was each reopening sent?"),
        AuditQuestion.REWRITTEN: _("Was nothing rewritten?"),
    }[question]


def standing_word(standing: AnswerStanding) -> str:
    """Return how far an answer can be believed, in a word."""
    return {
        AnswerStanding.PROVED: _("proved"),
        AnswerStanding.CLAIMED: _("a claim"),
        AnswerStanding.MISSING: _("not of all"),
        AnswerStanding.NOTHING: _("nothing of the kind"),
    }[standing]


def _said(answer: AuditAnswer) -> str:
    if answer.standing is AnswerStanding.NOTHING:
        return standing_word(answer.standing)
    proved = ngettext("{count} of {total} proved", "{count} of {total} proved", answer.total)
    said = [proved.format(count=answer.proved, total=answer.total)]
    if answer.claimed:
        said.append(ngettext("{count} claimed", "{count} claimed", answer.claimed).format(count=answer.claimed))
    return _("{standing}: {counts}").format(standing=standing_word(answer.standing), counts=", ".join(said))


def lacking_words(question: AuditQuestion) -> str:
    """Return what the names after it lack."""
    return {
        AuditQuestion.CONTENT: _("Not as they were noted"),
        AuditQuestion.TYPED: _("Not signed"),
        AuditQuestion.APPROVED: _("Nobody else is named"),
        AuditQuestion.BYPASSED: _("One person all through"),
        AuditQuestion.SAME: _("Sent without an approval of what the record said"),
        AuditQuestion.UPLOADED: _("Without a job of Handshake"),
        AuditQuestion.SENT: _("Not sent"),
        AuditQuestion.REOPENED: _("Not sent"),
        AuditQuestion.REWRITTEN: _("Speaks against it"),
    }[question]


def cure_words(question: AuditQuestion) -> str:
    """Return what would prove it the next time."""
    return {
        AuditQuestion.CONTENT: _("Proved by: the program of then, and the whole history (git fetch --unshallow)."),
        AuditQuestion.TYPED: _("Proved by: commits signed by their authors, whose keys are in schema/allowed_signers."),
        AuditQuestion.APPROVED: _("Proved by: graduand approve, signed; pull requests and messages are claims."),
        AuditQuestion.BYPASSED: _(
            "Proved by: graduand approve, signed; the number of a pull request is what somebody typed."
        ),
        AuditQuestion.SAME: _("Proved by: approvals in institution.yaml, and graduand approve, signed."),
        AuditQuestion.UPLOADED: _(
            "Proved by: signed entries; the time and the job (--ran-at, --job-url) stay what was noted."
        ),
        AuditQuestion.SENT: _("Proved by: Handshake's own export after the upload (graduand observe)."),
        AuditQuestion.REOPENED: _("Proved by: Handshake's own export after the upload (graduand observe)."),
        AuditQuestion.REWRITTEN: _("Proved by: an anchor that was kept elsewhere (--anchor)."),
    }[question]


def answer_facts(answer: AuditAnswer) -> dict[str, object]:
    """Return the JSON object of an answer."""
    return {
        "question": answer.question,
        "standing": answer.standing,
        "total": answer.total,
        "proved": answer.proved,
        "claimed": answer.claimed,
        "missing": answer.missing,
        "lacking": answer.lacking,
    }
