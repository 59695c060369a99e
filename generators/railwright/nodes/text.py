"""What a module of Ansible says when it fails, in words that say what to do."""

import re
from collections.abc import Mapping
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
        r"kernel headers for kernel|headers .* cannot be found",
        "DKMS lacks the headers of the kernel",
        f"install the header package of the pinned kernel (role base), {AGAIN}",
    ),
    (
        r"bad return status for module build|dkms.*(?:failed|error)",
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
        r"could not get lock|unable to (?:acquire|lock)|failed to lock|is held by process",
        "another package manager is at work on the node",
        f"wait until it has ended (ps -C apt-get,dpkg,unattended-upgr), {AGAIN}",
    ),
    (
        r"unable to locate package|no package .*(?:matching|available)|was not found|"
        r"no available installation candidate|unable to find a match",
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
        r"connection (?:refused|failed|timed out|reset)|unable to connect|40[34] |request failed|"
        r"name or service not known|bad gateway|urlopen error",
        "the package source cannot be read",
        f"see that it answers from the node (the mirror's nginx or the vendor), {AGAIN}",
    ),
)
"""What messages match, what that means and what to do: the first that fits counts."""
LINES = 3
LENGTH = 600


def trouble(step: Step, result: Mapping[str, Any]) -> Trouble:
    """Return what went wrong in a step and what to do about it."""
    said = "\n".join(str(result.get(key, "")) for key in ("msg", "stderr", "stdout"))
    for pattern, what, remedy in RULES:
        if re.search(pattern, said, re.IGNORECASE):
            return Trouble(f"{what} ({_short(result)})", step.remedy or remedy)
    remedy = step.remedy or "mend it on the node, then run this again"
    return Trouble(_short(result), remedy)


def _short(result: Mapping[str, Any]) -> str:
    """Return the lines of a message that say the most: errors of apt, else the first."""
    lines = [line.strip() for line in str(result.get("msg", "")).splitlines() if line.strip()]
    errors = [line for line in str(result.get("stderr", "")).splitlines() if line.startswith("E:")]
    shown = " ".join((errors or lines or ["no message"])[:LINES])
    return shown if len(shown) <= LENGTH else f"{shown[:LENGTH]}..."
