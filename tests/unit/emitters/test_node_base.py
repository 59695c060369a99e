"""The base of a node: dnf, kernel, time, names, people, limits."""

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.emitters.node_config.base_kernel import kernel_arguments
from railwright.emitters.node_config.state import Link, Unit
from tests.unit.emitters.node_stacks import RELEASE, role, stack_for, stacked, texts, values
from tests.unit.plan.made import ALL_NETWORKS, planned

GRUB = "etc/default/grub.d/50-railwright.cfg"
KEYS = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
)
ALICE = {"name": "alice", "uid": 2001, "ssh_keys": [f"{KEYS[0]} alice@a", KEYS[1]]}
BOB = {"name": "bob", "uid": 2002, "ssh_keys": [KEYS[1]], "sudo": True}
SSHD = "/usr/sbin/sshd"
SITE = {"services": {"domain": "c.example.net", "ntp_servers": ["10.50.1.10", "10.50.2.10"]}}


def sections(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def test_dnf_has_each_repository_without_what_comes_from_elsewhere() -> None:
    plan = stacked(os="rocky-9")
    repositories = stack_for(plan).system.repositories
    found = sections(texts(plan, "base")["etc/railwright/yum.repos.d/railwright.repo"])
    assert set(found.sections()) == {f"railwright-{name}" for name in repositories}
    for name, one in repositories.items():
        mine = found[f"railwright-{name}"]
        assert mine["baseurl"] == one.url
        key = f"/etc/pki/rpm-gpg/RPM-GPG-KEY-railwright-{name}"
        assert mine["gpgkey"] == f"file://{key}"
        assert key in role(plan, "base").given
        excluded = set(mine.get("excludepkgs", "").split(",")) - {""}
        others = {what for key, their in repositories.items() if key != name for what in their.only}
        assert excluded == others | set(one.never)
        assert ("module_hotfixes" in mine) == bool(one.only)


def test_dnf_asks_the_mirror_alone_and_checks_its_index() -> None:
    plan = stacked(os="rocky-9", source="mirror")
    found = texts(plan, "base")
    assert sections(found["etc/dnf/dnf.conf"])["main"]["reposdir"] == "/etc/railwright/yum.repos.d"
    only = sections(found["etc/railwright/yum.repos.d/railwright.repo"])
    assert only.sections() == ["railwright-mirror"]
    address = plan.device["mgmt01"].management.address
    assert only["railwright-mirror"]["baseurl"] == f"http://{address}:8080/rocky-9-{RELEASE}/"
    assert only["railwright-mirror"]["repo_gpgcheck"] == "1"


def test_dnf_locks_every_version() -> None:
    system = loader.stack(RELEASE).systems["rocky-9"]
    lines = texts(stacked(os="rocky-9"), "base")["etc/dnf/plugins/versionlock.list"].splitlines()
    assert lines == sorted(set(lines))
    for name, version in system.kernel.packages.items():
        assert f"{name}-{version}.*" in lines
    assert f"nvidia-open-{system.packages['nvidia_driver']['nvidia-open']}.*" in lines


def test_the_kernel_and_its_headers_are_installed_and_started() -> None:
    kernel = loader.stack(RELEASE).systems["debian-12"].kernel
    for node in ("gpu0001", "storage01"):
        state = role(stacked(), "base", node)
        found = {one.name: one.version for one in state.packages}
        assert kernel.packages.items() <= found.items()
        text = texts(stacked(), "base", node)[GRUB]
        assert sh(text, "GRUB_DEFAULT", GRUB_DEVICE_UUID="12-34") == (
            f"gnulinux-advanced-12-34>gnulinux-{kernel.release}-advanced-12-34"
        )


def sh(text: str, variable: str, **given: str) -> str:
    """Return a variable after a shell has read a text, as grub-mkconfig does."""
    done = subprocess.run(
        ["/bin/sh", "-ec", f'{text}\nprintf %s "${variable}"'],
        env=given,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_arguments_follow_those_that_are_there() -> None:
    tuning = {"hugepages_1gib": 16, "max_cstate": 1, "kernel_arguments": ["iommu=pt", "quiet"]}
    plan = stacked(tuning=tuning)
    wanted = (
        *("intel_iommu=on", "iommu=pt", "numa_balancing=disable", "processor.max_cstate=1"),
        *("intel_idle.max_cstate=1", "hugepagesz=1G", "hugepages=16", "quiet"),
    )
    assert kernel_arguments(plan, plan.device["gpu0001"]) == wanted
    line = sh(texts(plan, "base")[GRUB], "GRUB_CMDLINE_LINUX", GRUB_CMDLINE_LINUX="console=ttyS0")
    assert line.split() == ["console=ttyS0", *wanted]


def test_a_virtual_machine_has_no_iommu_and_other_servers_keep_their_arguments() -> None:
    assert kernel_arguments(stacked(host="vm"), stacked().device["gpu0001"]) == (
        "numa_balancing=disable",
    )
    plan = stacked(tuning={"kernel_arguments": ["quiet"]})
    for node in ("storage01", "mgmt01"):
        assert kernel_arguments(plan, plan.device[node]) == ()
        assert "GRUB_CMDLINE_LINUX" not in texts(plan, "base", node)[GRUB]
    bare = planned(ALL_NETWORKS)
    assert kernel_arguments(bare, bare.device["gpu0001"]) == ()


def test_time_comes_from_the_sites_servers_only() -> None:
    state = role(stacked(SITE), "base")
    text = texts(stacked(SITE), "base")["etc/chrony/chrony.conf"]
    sources = [line for line in text.splitlines() if line.startswith(("server", "pool"))]
    assert sources == ["server 10.50.1.10 iburst", "server 10.50.2.10 iburst"]
    assert Unit("chrony.service") in state.units
    assert Link("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC") in state.links
    assert "etc/chrony/chrony.conf" not in texts(stacked(), "base")
    assert Unit("chrony.service") not in role(stacked(), "base").units


def test_a_node_knows_itself_its_management_and_its_file_servers() -> None:
    nfs = [{"path": "/data", "server": "storage02", "export": "/export"}]
    plan = stacked(SITE, nfs=nfs)
    rows = [line.split() for line in texts(plan, "base")["etc/hosts"].splitlines()]
    known = {(address, name) for address, *names in rows for name in names}
    for name in ("gpu0001", "mgmt01", "mgmt02"):
        address = plan.device[name].management.address
        assert [address, f"{name}.c.example.net", name] in rows
    links = plan.links_of["storage02"]
    for port in ("storage0", "storage1"):
        assert (links[port].a.address, "storage02-storage") in known
    assert "gpu0002" not in texts(plan, "base")["etc/hosts"]
    assert ("127.0.0.1", "localhost") in known


def test_accounts_keys_and_sudo() -> None:
    plan = stacked(users=[BOB, ALICE])
    state = role(plan, "base")
    found = texts(plan, "base")
    assert found["etc/sysusers.d/railwright.conf"] == (
        "u alice 2001 - /home/alice /bin/bash\nu bob 2002 - /home/bob /bin/bash\n"
    )
    assert found["etc/tmpfiles.d/railwright-users.conf"] == (
        "d /home/alice 0700 alice alice -\nd /home/bob 0700 bob bob -\n"
    )
    keys = found["etc/ssh/authorized_keys.d/alice"]
    assert keys == f"{KEYS[0]} alice@a\n{KEYS[1]}\n"
    assert found["etc/sudoers.d/50-railwright"] == "bob ALL=(ALL:ALL) NOPASSWD: ALL\n"
    modes = {one.path: one.mode for one in state.files}
    assert modes["etc/sudoers.d/50-railwright"] == 0o440
    assert Unit("railwright-users.service") in state.units


@pytest.mark.skipif(
    not Path(SSHD).exists() or not shutil.which("unshare") or os.geteuid() != 0,
    reason="sshd (openssh-server) or unshare is missing, or we are not root",
)
def test_sshd_finds_other_people_s_keys_where_the_site_says(tmp_path: Path) -> None:
    found = texts(stacked(users=[BOB, ALICE]), "base")
    drop_in = tmp_path / "sshd_config.d/50-railwright.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(found["etc/ssh/sshd_config.d/50-railwright.conf"])
    key = tmp_path / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    site = "/etc/ssh/site/%u"
    # As systems have it: drop-ins come first, and the first value counts.
    config = (
        f"HostKey {key}\nInclude {drop_in.parent}/*.conf\nAuthorizedKeysFile {site}\nUseDNS yes\n"
    )
    assert sshd(tmp_path, config, "-t") == ""
    ours = ".ssh/authorized_keys .ssh/authorized_keys2 /etc/ssh/authorized_keys.d/%u"
    for user, where in (("alice", ours), ("bob", ours), ("installer", site), ("root", site)):
        said = sshd(tmp_path, config, "-T", "-C", f"user={user},host=h,addr=10.0.0.9").splitlines()
        assert f"authorizedkeysfile {where}" in said
        assert "usedns yes" in said
    # What stands behind our block is for everybody, in the same file too.
    pasted = config.replace(f"Include {drop_in.parent}/*.conf\n", drop_in.read_text())
    assert pasted != config
    said = sshd(tmp_path, pasted, "-T", "-C", "user=root,host=h,addr=10.0.0.9").splitlines()
    assert {f"authorizedkeysfile {site}", "usedns yes"} <= set(said)


def sshd(folder: Path, config: str, *words: str) -> str:
    """Return what sshd says of a configuration; it wants a folder in /run, here one of its own."""
    path = folder / "sshd_config"
    path.write_text(config)
    run = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", run, "sh", SSHD, *words, "-f", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_sshd_s_block_is_of_the_people_alone_and_ends() -> None:
    found = texts(stacked(users=[BOB, ALICE]), "base")
    lines = found["etc/ssh/sshd_config.d/50-railwright.conf"].splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("Match User alice,bob", "Match all", 3)
    assert lines[1].endswith(" /etc/ssh/authorized_keys.d/%u")


def test_without_people_nothing_is_said_of_them() -> None:
    found = texts(stacked(), "base")
    assert not [path for path in found if "ssh" in path or "sudoers" in path or "sysusers" in path]
    assert "etc/sudoers.d/50-railwright" not in texts(stacked(users=[ALICE]), "base")


@pytest.mark.skipif(
    not shutil.which("systemd-sysusers") or os.geteuid() != 0,
    reason="systemd-sysusers is missing or we are not root",
)
def test_systemd_makes_the_accounts(tmp_path: Path) -> None:
    path = tmp_path / "etc/sysusers.d/railwright.conf"
    path.parent.mkdir(parents=True)
    path.write_text(texts(stacked(users=[ALICE]), "base")["etc/sysusers.d/railwright.conf"])
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}"], check=True, capture_output=True)
    assert "alice:x:2001:2001::/home/alice:/bin/bash\n" in (tmp_path / "etc/passwd").read_text()


def test_limits_hold_for_logins_and_services() -> None:
    found = texts(stacked(), "base")
    rows = [line.split() for line in found["etc/security/limits.d/50-railwright.conf"].splitlines()]
    for who in ("*", "root"):
        assert [who, "-", "memlock", "unlimited"] in rows
        assert [who, "-", "nofile", "1048576"] in rows
    for manager in ("system", "user"):
        text = found[f"etc/systemd/{manager}.conf.d/50-railwright.conf"]
        assert values(text.partition("\n")[2])["DefaultLimitMEMLOCK"] == "infinity"


def test_memory_settings_are_of_gpu_nodes_and_neighbours_of_all() -> None:
    path = "etc/sysctl.d/60-railwright-base.conf"
    gpu, storage = (texts(stacked(), "base", node)[path] for node in ("gpu0001", "storage01"))
    assert "-vm.zone_reclaim_mode = 1\n" in gpu
    assert gpu.startswith(storage)
    assert "-net.ipv4.neigh.default.gc_thresh3 = 16384\n" in storage
    assert all(line.startswith("-") for line in gpu.splitlines())


def test_tuned_has_our_profile() -> None:
    found = texts(stacked(), "base")
    assert found["etc/tuned/active_profile"] == "railwright\n"
    assert sections(found["etc/tuned/railwright/tuned.conf"])["cpu"]["governor"] == "performance"
    assert Unit("tuned.service") in role(stacked(), "base").units
