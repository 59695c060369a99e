"""What package managers and downloads say when they fail, in words that say what to do."""

import pytest

from railwright.nodes.model import Step
from railwright.nodes.text import trouble

APT = Step("ansible.builtin.apt", {})


@pytest.mark.parametrize(
    ("said", "what", "remedy"),
    [
        (
            "Failed to update apt cache: W:Failed to fetch http://10.0.0.9:8080/debian-12/Packages "
            "Could not connect to 10.0.0.9:8080 (10.0.0.9). - connect (111: Connection refused)",
            "the package source cannot be read",
            "answers from the node",
        ),
        (
            "'/usr/bin/apt-get ...' failed: E: Failed to fetch http://x/y.deb Hash Sum mismatch",
            "what was downloaded is not what the release pins",
            "playbooks/mirror.yml",
        ),
        (
            "The checksum for /var/cache/railwright/hpcx.tbz did not match ab; it was cd.",
            "what was downloaded is not what the release pins",
            "playbooks/mirror.yml",
        ),
        (
            "E: Held packages were changed and -y was used without --allow-change-held-packages.",
            "a package is held",
            "apt-mark unhold",
        ),
        (
            "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct it.",
            "dpkg was interrupted",
            "dpkg --configure -a",
        ),
        (
            "dpkg-deb: error: failed to write (No space left on device)",
            "the disk is full",
            "make room",
        ),
        (
            "E: You don't have enough free space in /var/cache/apt/archives/.",
            "the disk is full",
            "make room",
        ),
        (
            "no available installation candidate for linux-headers-6.1.0-50-amd64=6.1.176-1",
            "the repositories do not have it",
            "older than the release",
        ),
        (
            "E: Version '1' for 'nvidia-open' was not found",
            "the repositories do not have it",
            "older than the release",
        ),
        (
            "The following packages have unmet dependencies: a : Depends: b (= 2)\n"
            "E: Unable to correct problems, you have held broken packages.",
            "packages that are installed do not go with the release's",
            "apt-get -s install",
        ),
        (
            "W: GPG error: http://x ./ InRelease: The following signatures couldn't be verified "
            "because the public key is not available: NO_PUBKEY AB",
            "the repository is not signed by the key this node trusts",
            "base",
        ),
        (
            "Error! Your kernel headers for kernel 6.1.0-50-amd64 cannot be found.",
            "DKMS lacks the headers of the kernel",
            "header package",
        ),
        (
            "Error! Bad return status for module build on kernel: 6.1.0-50-amd64 (x86_64)",
            "DKMS did not build a kernel module",
            "make.log",
        ),
        (
            "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt-get)",
            "another package manager is at work",
            "wait until it has ended",
        ),
    ],
)
def test_failures_are_told_apart(said: str, what: str, remedy: str) -> None:
    for result in ({"msg": said}, {"msg": "apt-get failed", "stderr": said}):
        found = trouble(APT, result)
        assert found.what.startswith(what)
        assert remedy in found.remedy
    assert said.splitlines()[0][:40] in str(trouble(APT, {"msg": said}))


def test_what_nobody_foresaw_is_said_as_it_is() -> None:
    found = trouble(APT, {"msg": "it broke\n\nbadly"})
    assert str(found) == "it broke badly; mend it on the node, then run this again"
    assert str(trouble(APT, {})) == "no message; mend it on the node, then run this again"


def test_errors_of_apt_come_before_everything_else_it_says() -> None:
    result = {"msg": "command failed", "stderr": "W: noise\nE: the reason\n"}
    assert trouble(APT, result).what == "E: the reason"


def test_a_step_knows_its_own_remedy_and_long_messages_are_cut() -> None:
    step = Step("ansible.builtin.unarchive", {}, remedy="make room below /opt")
    found = trouble(step, {"msg": "x" * 5000})
    assert found.remedy == "make room below /opt"
    assert len(found.what) == 603
