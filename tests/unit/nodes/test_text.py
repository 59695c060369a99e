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
            "E: Failed to fetch http://x/y.deb Hash Sum mismatch",
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
    found = trouble(APT, {"msg": said})
    assert found.what.startswith(what)
    assert remedy in found.remedy
    assert said.splitlines()[0][:40] in str(found)


COMMAND = (
    "'/usr/bin/apt-get -y --fix-broken install 'nvidia-kernel-open-dkms=580' 'a=1' -o X=no' failed:"
)
DPKG = "E: Sub-process /usr/bin/dpkg returned an error code (1)"
HEADERS = "Error! Your kernel headers for kernel 6.1.0-50-amd64 cannot be found at /lib/modules.\n"
POSTINST = (
    "dpkg: error processing package {0} (--configure):\n"
    " installed {0} package post-installation script subprocess returned error exit status 10\n"
)


@pytest.mark.parametrize(
    ("stdout", "stderr", "what"),
    [
        (
            "Err:1 http://10.0.0.9:8080/debian-12 ./ libnccl2 2.3\n  404  Not Found [IP: 10.0.0.9]",
            "E: Unable to fetch some archives",
            "the package source cannot be read (Err:1 http://10.0.0.9:8080/debian-12 ./ libnccl2 "
            "2.3 404  Not Found [IP: 10.0.0.9] E: Unable to fetch some archives)",
        ),
        (
            "Unpacking a (1) ...\n"
            "dpkg: error processing archive /var/cache/apt/archives/a_1_amd64.deb (--unpack):\n"
            " cannot copy extracted data for './usr/a': failed to write (No space left on device)",
            DPKG,
            "the disk is full (dpkg: error processing archive /var/cache/apt/archives/a_1_amd64.deb"
            " (--unpack): cannot copy extracted data for './usr/a': failed to write (No space left "
            f"on device) {DPKG})",
        ),
        (
            "gzip: stdout: No space left on device\n",
            DPKG,
            f"the disk is full (gzip: stdout: No space left on device {DPKG})",
        ),
        (
            HEADERS + POSTINST.format("nvidia-kernel-open-dkms"),
            DPKG,
            "DKMS lacks the headers of the kernel (Error! Your kernel headers",
        ),
        (
            POSTINST.format("nvidia-kernel-open-dkms"),
            DPKG,
            "DKMS did not build a kernel module (dpkg: error processing package nvidia-kernel-open",
        ),
        (
            "The following packages have unmet dependencies:\n a : Depends: b (= 2) but 1 is to be",
            "E: Unable to correct problems, you have held broken packages.",
            "packages that are installed do not go with the release's (E: Unable to correct "
            "problems, you have held broken packages. The following packages have unmet "
            "dependencies: a : Depends: b (= 2) but 1 is to be)",
        ),
        (
            "The following packages will be REMOVED:\n  systemd-timesyncd ntpsec\n",
            "E: Packages need to be removed but remove is disabled.",
            "it would remove packages that nobody said may go (E: Packages need to be removed but "
            "remove is disabled. The following packages will be REMOVED: systemd-timesyncd ntpsec)",
        ),
    ],
)
def test_causes_are_found_in_what_apt_and_dpkg_print(stdout: str, stderr: str, what: str) -> None:
    result = {"msg": f"{COMMAND} {stderr}\n", "stdout": stdout, "stderr": stderr}
    assert trouble(APT, result).what.startswith(what)


@pytest.mark.parametrize(
    "progress",
    [
        "Need to get 404 MB of archives.",
        "After this operation, 1,404 kB of additional disk space will be used.",
        "Failed to disable unit: Unit file nvidia-suspend.service was not found.",
        "Connection refused by the agent, which a maintainer's script does not mind.",
        "Fetched 403 MB in 9s (44.8 MB/s)",
    ],
)
def test_progress_and_words_of_scripts_are_no_cause(progress: str) -> None:
    printed = f"{progress}\n{POSTINST.format('a')}"
    for key in ("stdout", "stderr"):
        result = {"msg": f"{COMMAND} {progress}\n{DPKG}\n", "stderr": DPKG, key: printed}
        found = trouble(APT, result)
        assert found.what.startswith(("E: Sub-process", "dpkg: error processing package a "))
        assert found.remedy == "mend it on the node, then run this again"


def test_the_command_s_own_words_are_no_cause() -> None:
    result = {"msg": f"{COMMAND} E: Something nobody foresaw", "stderr": ""}
    assert trouble(APT, result).what == "E: Something nobody foresaw"
    assert trouble(APT, {"msg": f"{COMMAND} "}).what.startswith("'/usr/bin/apt-get -y")


def test_a_program_of_ours_is_heard_with_its_own_remedy() -> None:
    step = Step("ansible.builtin.command", {"argv": ["/usr/local/lib/railwright/roce_port.py"]})
    said = "rail0: noise\nrail1: one\nrail2: two\nrail3: mlnx_qos is not installed; install it\n"
    result = {"msg": "non-zero return code", "rc": 1, "stderr": said, "stdout": "[]"}
    assert trouble(step, result).what == (
        "rail1: one rail2: two rail3: mlnx_qos is not installed; install it"
    )
    result |= {"stderr": "", "stdout": "it\nsays\nit\nhere\n"}
    assert trouble(step, result).what == "says it here"
    assert trouble(step, {"msg": "non-zero return code"}).what == "non-zero return code"


def test_a_cause_that_is_known_has_its_own_remedy() -> None:
    step = Step("ansible.builtin.unarchive", {}, remedy="make room below /opt")
    assert "journalctl" in trouble(step, {"msg": "tar: No space left on device"}).remedy
    assert trouble(step, {"msg": "no such handler"}).remedy == "make room below /opt"


def test_a_download_that_fails_is_named_with_its_source() -> None:
    result = {"msg": "Request failed", "response": "HTTP Error 404: Not Found", "url": "http://x/y"}
    found = trouble(Step("ansible.builtin.get_url", {}), result)
    assert found.what == (
        "the package source cannot be read (Request failed HTTP Error 404: Not Found http://x/y)"
    )


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
