"""Why a lab cannot run here, and what to do about it: exact texts."""

from dataclasses import replace
from pathlib import Path

import pytest

from railwright.lab.errors import LabUnavailableError
from railwright.lab.requirements import Host, cgroup_mount, check, check_build

MOUNTS = "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
ABLE = Host(
    is_root=lambda: True, has_tool=lambda _: True, has_keyring=lambda: True, mounts=lambda: MOUNTS
)


def reason(host: Host) -> str:
    with pytest.raises(LabUnavailableError) as caught:
        check(Path("/nowhere"), host, probe=False)
    return str(caught.value)


def test_a_host_that_can(tmp_path: Path) -> None:
    check(tmp_path, ABLE, probe=False)
    check_build(ABLE)


def test_not_root() -> None:
    assert reason(replace(ABLE, is_root=lambda: False)) == (
        "the lab makes network, mount and process namespaces, which needs root; "
        "run this command as root (sudo)"
    )


def test_missing_tools_name_their_packages() -> None:
    absent = {"ip", "ssh-keygen", "unshare", "nsenter"}
    host = replace(ABLE, has_tool=lambda name: name not in absent)
    assert reason(host) == (
        "not found on this host: ip, nsenter, ssh-keygen, unshare; "
        "apt-get install iproute2 openssh-client util-linux"
    )


def test_no_control_groups() -> None:
    host = replace(ABLE, mounts=lambda: "proc /proc proc rw 0 0\n")
    assert reason(host) == (
        "no cgroup2 file system is mounted, and booted nodes run systemd in one; "
        "mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"
    )


def test_building_needs_more() -> None:
    with pytest.raises(LabUnavailableError) as caught:
        check_build(replace(ABLE, has_tool=lambda name: name != "mmdebstrap"))
    assert str(caught.value) == "not found on this host: mmdebstrap; apt-get install mmdebstrap"
    with pytest.raises(LabUnavailableError, match="apt-get install debian-archive-keyring"):
        check_build(replace(ABLE, has_keyring=lambda: False))


def test_where_control_groups_are() -> None:
    assert cgroup_mount(MOUNTS) == Path("/sys/fs/cgroup/unified")
    assert cgroup_mount("") is None
