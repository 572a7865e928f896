"""Forges, such as GitHub and GitLab: open a pull request by their programs, else say where one is opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from graduand.language import visible

if TYPE_CHECKING:
    from graduand.git.program import Program, RemoteAnswer

_SILENCE: Final = 60.0
"""Seconds for which the program of a forge may say nothing."""
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
