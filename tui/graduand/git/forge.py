"""Forges, such as GitHub and GitLab: open a pull request by their programs, else say where one is opened."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from graduand.git.first_parent import QUIET
from graduand.git.revision import Revision
from graduand.language import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.git.program import Program, RemoteAnswer

_SILENCE: Final = 60.0
"""Seconds for which the program of a forge may say nothing."""
_ANSWER: Final = 10.0
"""The same, where it is only asked."""
_MERGES: Final = 500
"""Commits of the branch in which pull requests are looked for."""
_ASKED: Final = 30
"""Pull requests that a forge is asked about at once."""
_URL: Final = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]*@)?(?P<host>[^/:\s]+)(?::\d+)?/|(?:[^/@\s]+@)?(?P<other>[^/:\s]+\.[^/:\s]+):/?)"
    r"(?P<path>[^\s]+?)(?:\.git)?/?"
)
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]+")
_EXISTS: Final = re.compile(r"already\sexists")
_GITHUB, _GITLAB = "gh", "glab"
_PAGES: Final = (
    (re.compile("github"), "https://{host}/{path}/compare/{base}...{branch}?expand=1"),
    (
        re.compile("gitlab"),
        (
            "https://{host}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}"
            "&merge_request%5Btarget_branch%5D={base}"
        ),
    ),
    (re.compile(r"bitbucket\.org"), "https://{host}/{path}/pull-requests/new?source={branch}&dest={base}"),
    (
        re.compile(r"dev\.azure\.com|visualstudio\.com"),
        "https://{host}/{path}/pullrequestcreate?sourceRef={branch}&targetRef={base}",
    ),
    (re.compile(r"codeberg\.org|gitea|forgejo"), "https://{host}/{path}/compare/{base}...{branch}"),
)
"""By host, the page that opens a pull request."""


class ForgeRepository(NamedTuple):
    """Where a remote is."""

    host: str
    path: str


class PullRequest(NamedTuple):
    """What is proposed."""

    branch: str
    base: str
    title: str
    body: str


class OpenedRequest(NamedTuple):
    """How opening a pull request ended."""

    url: str
    """The pull request; "" where none was opened."""
    refused: str
    """Why the program of the forge opened none; "" where there is none, or it did."""


def repository_of(url: str) -> ForgeRepository:
    """Return host and path of a remote's URL, without name and password; both "" where it is a folder."""
    found = _URL.fullmatch(url.strip())
    if not found:
        return ForgeRepository("", "")
    return ForgeRepository((found["host"] or found["other"]).lower(), found["path"])


def page_of(url: str, branch: str, base: str) -> str:
    """Return the address at which a pull request is opened; "" where the forge is none of the known ones."""
    where = repository_of(url)
    for host, page in _PAGES:
        if where.host and host.search(where.host):
            return page.format(host=where.host, path=quote(where.path), branch=quote(branch), base=quote(base))
    return ""


def page_in(words: str) -> str:
    """Return the address that a server names when it takes a push; "" where it names none."""
    lines = [line for line in words.splitlines() if line.startswith("remote:")]
    found = (_ADDRESS.search(line) for line in lines)
    return next((one[0] for one in found if one), "")


def open_pull_request(program: Program, url: str, wanted: PullRequest) -> OpenedRequest:
    """Open a pull request by the program of its forge, where that is installed; the user is asked nothing."""
    host = repository_of(url).host
    if "github" in host:
        answer = program.run_forge(
            *(_GITHUB, "pr", "create", "--base", wanted.base, "--head", wanted.branch),
            *("--title", wanted.title, "--body-file", "-"),
            stdin=wanted.body,
            silence=_SILENCE,
        )
    elif "gitlab" in host:
        answer = program.run_forge(
            *(_GITLAB, "mr", "create", "--target-branch", wanted.base, "--source-branch", wanted.branch),
            *("--title", wanted.title, "--description", wanted.body, "--yes"),
            stdin="",
            silence=_SILENCE,
        )
    else:
        return OpenedRequest("", "")
    return _opened(answer) if answer else OpenedRequest("", "")


def _opened(answer: RemoteAnswer) -> OpenedRequest:
    """Return how it ended: where there is such a pull request already, the push has brought it up to date."""
    said = f"{answer.out}\n{answer.err}"
    url = next(iter(_ADDRESS.findall(said)), "")
    if url and (not answer.code or _EXISTS.search(said)):
        return OpenedRequest(url, "")
    lines = [line.strip() for line in answer.err.splitlines() if line.strip()]
    return OpenedRequest("", visible(" ".join(lines[:3]) or str(answer.code), 300))


class ForgeReview(NamedTuple):
    """What a forge says of a pull request that was merged: its claim, as of the day on which it was asked."""

    pull_request: int
    url: str
    merged_by: str
    """The name of an account at the forge, as are the others."""
    approved_by: tuple[str, ...]


def pull_requests_between(program: Program, since: str, commit: str) -> list[int]:
    """Return the numbers of the last pull requests that the branch of a commit merged after another commit."""
    span = [commit, *([f"^{since}"] if since else [])]
    words = (*QUIET, "log", "--first-parent", f"--max-count={_MERGES}", "--format=raw", "--encoding=UTF-8", "-z")
    texts = program.read(*words, "--end-of-options", *span, "--").split("\0")
    numbers = (Revision("", text, ()).pull_request for text in texts if text)
    return [*dict.fromkeys(filter(None, numbers))][:_ASKED]


def reviews_of(program: Program, url: str, numbers: Iterable[int]) -> tuple[ForgeReview, ...]:
    """Return what the forge says of pull requests, where its program is installed; the user is asked nothing.

    It stops at the first that it does not answer.
    """
    where = repository_of(url)
    ask = _of_github if "github" in where.host else _of_gitlab if "gitlab" in where.host else None
    found = []
    for number in numbers if ask else ():
        review = ask(program, where, number) if ask else None
        if review is None:
            break
        found.append(review)
    return tuple(found)


def _of_github(program: Program, where: ForgeRepository, number: int) -> ForgeReview | None:
    fields = ("--json", "url,mergedBy,reviews")
    place = f"{where.host}/{where.path}"
    said = _answered(program, _GITHUB, "pr", "view", str(number), "--repo", place, *fields)
    if said is None:
        return None
    reviews = [one for one in _list(said.get("reviews")) if _text_in(one, "state") == "APPROVED"]
    approved = (_text_in(one.get("author"), "login") for one in reviews)
    return _review(number, _text_in(said, "url"), _text_in(said.get("mergedBy"), "login"), approved)


def _of_gitlab(program: Program, where: ForgeRepository, number: int) -> ForgeReview | None:
    place = f"projects/{quote(where.path, safe='')}/merge_requests/{number}"
    said = _answered(program, _GITLAB, "api", "--hostname", where.host, place)
    if said is None:
        return None
    approvals = _answered(program, _GITLAB, "api", "--hostname", where.host, f"{place}/approvals") or {}
    approved = (_text_in(one.get("user"), "username") for one in _list(approvals.get("approved_by")))
    merged = said.get("merge_user") or said.get("merged_by")
    return _review(number, _text_in(said, "web_url"), _text_in(merged, "username"), approved)


def _review(number: int, url: str, merged_by: str, approved_by: Iterable[str]) -> ForgeReview:
    return ForgeReview(number, url, merged_by, tuple(dict.fromkeys(filter(None, approved_by))))


def _answered(program: Program, *words: str) -> dict[str, Any] | None:
    answer = program.run_forge(*words, stdin="", silence=_ANSWER)
    if answer is None or answer.code:
        return None
    try:
        said = json.loads(answer.out)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text_in(value: object, key: str) -> str:
    text = value.get(key, "") if isinstance(value, dict) else ""
    return text[:200] if isinstance(text, str) else ""
