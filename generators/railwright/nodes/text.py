"""What a module of Ansible says when it fails, in words that say what to do."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from railwright.nodes.model import Step, Trouble

AGAIN = "then run this again"
RULES = (
    (
        r"no space left|enough free space|not enough space",
        "the disk is full",
        f"make room on the node (df -h; apt-get clean; journalctl --vacuum-size=200M), {AGAIN}",
    ),
    (
        r"dpkg was interrupted",
        "dpkg was interrupted",
        f"finish it on the node: dpkg --configure -a, {AGAIN}",
    ),
    (
        r"need to be removed but remove is disabled",
        "it would remove packages that nobody said may go",
        "remove those that the message names on the node yourself (apt-get remove), or leave them "
        f"out of what the site installs, {AGAIN}",
    ),
    (
        r"kernel headers for kernel|headers .* cannot be found",
        "DKMS lacks the headers of the kernel",
        f"install the header package of the pinned kernel (role base), {AGAIN}",
    ),
    (
        r"bad return status for module build|failed to install during autoinstall|"
        r"\bdkms(?: \S+)* failed|dkms\S* package post-installation script",
        "DKMS did not build a kernel module",
        "see make.log below /var/lib/dkms; the release's driver and kernel must fit each other",
    ),
    (
        r"hash sum mismatch|unexpected size|checksum .*did not match|sha256.*mismatch",
        "what was downloaded is not what the release pins",
        "the source is damaged or being written: build the mirror again (playbooks/mirror.yml), "
        f"{AGAIN}",
    ),
    (
        r"no_pubkey|badsig|expkeysig|not signed|signatures? (?:couldn't|could not|were|was) ",
        "the repository is not signed by the key this node trusts",
        f"run the role base, which lays the key down, or build the mirror again, {AGAIN}",
    ),
    (
        r"held packages were changed",
        "a package is held",
        f"release it on the node (apt-mark showhold, apt-mark unhold), {AGAIN}",
    ),
    (
        r"could not get lock|unable to (?:acquire|lock)|failed to lock|is held by process|"
        r"lock was locked by another process",
        "another package manager is at work on the node",
        f"wait until it has ended (ps -C apt-get,dpkg,unattended-upgr), {AGAIN}",
    ),
    (
        r"unable to locate package|no package .*(?:matching|available)|"
        r"version '.*' for '.*' was not found|"
        r"no (?:available )?installation candidate|unable to find a match",
        "the repositories do not have it",
        "the source is older than the release: build the mirror again (playbooks/mirror.yml) or "
        f"see that the vendor still has it, {AGAIN}",
    ),
    (
        r"unmet dependencies|held broken packages|conflicting requests",
        "packages that are installed do not go with the release's",
        "see on the node what apt-get -s install says, remove what the release does not know, "
        f"{AGAIN}",
    ),
    (
        r"failed to (?:fetch|download|update apt cache)|could not (?:resolve|connect)|"
        r"connection (?:refused|failed|timed out|reset)|unable to connect|"
        r"40[34]\s+(?:not found|forbidden)|http error [45]|request failed|"
        r"name or service not known|bad gateway|urlopen error",
        "the package source cannot be read",
        f"see that it answers from the node (the mirror's nginx or the vendor), {AGAIN}",
    ),
)
"""What errors match, what that means and what to do: the first that fits counts."""
COMMAND = "ansible.builtin.command"
BLANK = frozenset({"", "non-zero return code"})
"""Messages of modules that say nothing."""
QUOTED = re.compile(r"'(?:/\S+|apt-get) .*?' failed: ")
"""What apt's module sets before the errors: the command, which has names of packages."""
ERROR = re.compile(
    r"[EW]:|Err:|Error[:!]|dkms autoinstall |dpkg(?:-deb)?: (?:error|dependency problems)"
    r"|The following packages (?:will be REMOVED|have unmet dependencies)"
    r"|.*no space left on device",
    re.IGNORECASE,
)
"""How lines begin that say what went wrong, in what apt, dpkg and DKMS print. Everything else is
progress, and words of maintainers' scripts, which say nothing of why."""
REASON = re.compile(r"E:|Error[:!]|dpkg(?:-deb)?: error", re.IGNORECASE)
LINES = 3
LENGTH = 600


def trouble(step: Step, result: Mapping[str, Any]) -> Trouble:
    """Return what went wrong in a step and what to do about it.

    A cause that is known has its own remedy; what the step knows counts for the others.
    """
    errors = list(dict.fromkeys(_errors(result)))
    for pattern, what, remedy in RULES:
        said = [one for one in errors if re.search(pattern, one, re.IGNORECASE)]
        if said:
            return Trouble(f"{what} ({_short([*said, *_reasons(errors), *errors])})", remedy)
    remedy = step.remedy or "mend it on the node, then run this again"
    return Trouble(_short(_unknown(step, result, errors)), remedy)


def _errors(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield every error in what a module returns: its own words, and errors among the printed."""
    message = str(result.get("msg", ""))
    quoted = QUOTED.match(message)
    if quoted is None:
        yield from (line for line in _lines(message) if line not in BLANK)
        yield from (str(result[key]) for key in ("response", "url") if result.get(key))
    printed = [message[quoted.end() :]] if quoted else []
    for text in (*printed, *(str(result.get(key, "")) for key in ("stderr", "stdout"))):
        yield from (one for one in _paragraphs(text) if ERROR.match(one))


def _reasons(errors: Iterable[str]) -> list[str]:
    return [one for one in errors if REASON.match(one)]


def _unknown(step: Step, result: Mapping[str, Any], errors: list[str]) -> list[str]:
    """Return what to show where no rule fits: errors, else what a program said at its end."""
    said: list[str] = []
    if step.module == COMMAND:
        said = _lines(result.get("stderr")) or _lines(result.get("stdout"))
    return _reasons(errors) or said[-LINES:] or errors or _lines(result.get("msg"))


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _paragraphs(text: str) -> list[str]:
    """Return the lines of a text, each with the indented ones that belong to it."""
    found: list[str] = []
    for line in text.splitlines():
        if line[:1].isspace() and found:
            found[-1] = f"{found[-1]} {line.strip()}"
        elif line.strip():
            found.append(line.strip())
    return found


def _short(lines: Iterable[str]) -> str:
    """Return the first lines, each once, of a length that can be read."""
    shown = " ".join([*dict.fromkeys(lines)][:LINES]) or "no message"
    return shown if len(shown) <= LENGTH else f"{shown[:LENGTH]}..."
