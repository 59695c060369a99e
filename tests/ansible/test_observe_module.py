"""railwright_observe: what is seen on a node, from the files and tools that systems have."""

import importlib.util
import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ansible.conftest import Ansible
from tests.unit.emitters.node_stacks import stacked, texts

RPM = """\
gpg-pubkey\t350d275d-6279464b\t1714567890
kernel-core\t5.14.0-611.55.1.el9_7\t1785312345
kernel-core\t5.14.0-427.13.1.el9_4\t1714567999
kernel-core\t5.14.0-611.26.1.el9_7\t1785312346
bash\t5.1.8-9.el9\t1714567895
nvidia-open\t3:580.173.02-1.el9\t1785312400
"""
"""What `rpm -qa --queryformat` prints: in no order, a row for each version that is installed."""
REBOOT = """\
Core libraries or services have been updated since boot-up:
  * glibc
  * kernel-core

Reboot is required to fully utilize these updates.
More information: https://access.redhat.com/solutions/27943
"""
NO_REBOOT = """\
No core libraries or services have been updated since boot-up.
Reboot should not be necessary.
"""
NO_PLUGIN = "No such command: needs-restarting. Please use /usr/bin/dnf --help\n"
Says = Callable[..., None]
"""(program, what it prints): makes a stand-in that comes first in PATH."""


@pytest.fixture(scope="module")
def module(root: Path) -> ModuleType:
    path = root / "playbooks" / "library" / "railwright_observe.py"
    spec = importlib.util.spec_from_file_location("railwright_observe", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def make(program: str, text: str, rc: int = 0) -> None:
        (folder / f"{program}.out").write_text(text)
        path = folder / program
        path.write_text(f'#!/bin/sh\ncat "{folder}/{program}.out"\nexit {rc}\n')
        path.chmod(0o755)

    return make


def test_files_links_and_folders_are_told_apart(module: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a\n")
    file.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to("file")
    found = module.file_state(str(file))
    assert found["sha256"] == "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
    assert (found["mode"], len(found["owner"])) == ("0640", 2)
    assert module.file_state(str(link)) == {"other": "link"}
    assert module.file_state(str(tmp_path)) == {"other": "folder"}
    assert module.file_state(str(tmp_path / "no")) is None
    assert module.file_state(f"{file}/below") is None
    assert (module.link(str(link)), module.link(str(file))) == ("file", None)


@pytest.mark.parametrize(
    ("letters", "status"),
    [
        ("ii ", "installed"),
        ("hi ", "held"),
        ("rc ", "config"),
        ("pc ", "config"),
        ("iU ", "broken"),
        ("iF ", "broken"),
        ("iH ", "broken"),
        ("iiR", "broken"),
        ("it ", "broken"),
    ],
)
def test_dpkg_s_letters(module: ModuleType, letters: str, status: str) -> None:
    assert module.dpkg_status(letters) == status


def test_packages_asked_for_and_all_that_are_held_or_broken(
    module: ModuleType, says: Says, tmp_path: Path
) -> None:
    rows = ["a\t1:2.3-1\tii ", "held\t1\thi ", "half\t2\tiF ", "gone\t3\trc ", "never\t\tun "]
    says("dpkg-query", "\n".join([*rows, "other\t1\tii "]) + "\n")
    asked = dict.fromkeys(["a", "gone", "never", "unknown"])
    found = module.packages(asked, tmp_path)
    assert found["packages"] == {
        "a": {"version": "1:2.3-1", "status": "installed"},
        "gone": {"version": "3", "status": "config"},
        "half": {"version": "2", "status": "broken"},
        "held": {"version": "1", "status": "held"},
    }
    packaging = found["packaging"]
    assert (packaging["kind"], packaging["broken"], packaging["held"]) == (
        "apt",
        ["half"],
        ["held"],
    )


@pytest.fixture
def rocky(module: ModuleType, says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system with rpm; returns the file with the versions that dnf keeps."""
    monkeypatch.setattr(module, "is_apt", lambda: False)
    monkeypatch.setattr(module, "LOCKS", str(tmp_path / "versionlock.list"))
    monkeypatch.setattr(module, "REBOOT", ())
    says("rpm", RPM)
    return tmp_path / "versionlock.list"


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("5.14.0-611.26.1.el9_7", "5.14.0-611.26.1.el9_7"),
        ("5.14.0-611.55.1.el9_7", "5.14.0-611.55.1.el9_7"),
        ("5.14.0-427.13.1.el9_4", "5.14.0-427.13.1.el9_4"),
        ("5.14.0-999.1.1.el9_9", "5.14.0-611.26.1.el9_7"),
        (None, "5.14.0-611.26.1.el9_7"),
    ],
)
@pytest.mark.usefixtures("rocky")
def test_of_several_versions_the_one_asked_for_counts_else_the_last_installed(
    module: ModuleType, tmp_path: Path, asked: str | None, version: str
) -> None:
    found = module.packages({"kernel-core": asked, "bash": None, "none": "1"}, tmp_path)
    assert found == {
        "packages": {
            "bash": {"version": "5.1.8-9.el9", "status": "installed"},
            "kernel-core": {"version": version, "status": "installed"},
        },
        "packaging": {"kind": "dnf", "interrupted": False, "broken": [], "held": []},
    }


def test_locks_hold_unless_a_role_wrote_them(
    module: ModuleType, rocky: Path, tmp_path: Path
) -> None:
    rocky.write_text("# kept\nkernel-core-5.14.0-611.55.1.el9_7.*\nnvidia-open-3:580.173.02-1.*\n")
    asked = {"bash": None, "kernel-core": "5.14.0-611.26.1.el9_7"}
    held = module.packages(asked, tmp_path)
    assert held["packaging"]["held"] == ["kernel-core", "nvidia-open"]
    assert held["packages"]["kernel-core"]["status"] == "held"
    owned = {"paths": ["/etc/dnf/dnf.conf"], "pending": []}
    (tmp_path / "base.json").write_text(json.dumps(owned))
    assert module.packages(asked, tmp_path) == held
    owned["paths"].append(str(rocky))
    (tmp_path / "base.json").write_text(json.dumps(owned))
    free = module.packages(asked, tmp_path)
    assert (free["packaging"]["held"], free["packages"].keys()) == ([], asked.keys())


def test_the_locks_that_are_our_own_are_those_of_the_role(module: ModuleType) -> None:
    plan = stacked(os="rocky-9")
    assert module.LOCKS in {f"/{path}" for path in texts(plan, module.LOCKS_OWNER)}


@pytest.mark.parametrize(
    ("text", "rc", "needed"),
    [(REBOOT, 1, True), (NO_REBOOT, 0, False), (NO_PLUGIN, 1, False), ("", 1, False)],
)
@pytest.mark.usefixtures("rocky")
def test_dnf_says_whether_to_restart(
    module: ModuleType, says: Says, text: str, rc: int, *, needed: bool
) -> None:
    says("dnf", text, rc)
    assert module.needs_reboot() is needed


def test_without_dnf_a_file_says_whether_to_restart(
    module: ModuleType, says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "reboot-required"
    monkeypatch.setattr(module, "REBOOT", (str(file),))
    monkeypatch.setattr(module, "is_apt", lambda: True)
    says("dnf", REBOOT, 1)
    assert module.needs_reboot() is False
    file.write_text("*** System restart required ***\n")
    assert module.needs_reboot() is True


def test_accounts_are_found_by_name_and_by_number(module: ModuleType) -> None:
    by_number = {"users": {"root": 0}, "groups": {"root": 0}}
    assert module.accounts({"nobody-has-this-name": 0}) == by_number
    assert module.accounts({"root": 54321}) == {"users": {"root": 0}, "groups": {}}
    assert module.accounts({"nobody-has-this-name": 54321}) == {"users": {}, "groups": {}}


def process(proc: Path, pid: int, name: str, uid: int, *handles: str) -> None:
    """Lay down what proc(5) has of a process."""
    folder = proc / str(pid) / "fd"
    folder.mkdir(parents=True)
    for number, target in enumerate(handles):
        (folder / str(number)).symlink_to(target)
    (folder.parent / "status").write_text(f"Name:\t{name}\nUmask:\t0022\nUid:\t{uid}\t0\t0\t0\n")


def test_jobs_are_told_from_the_services_of_the_stack(module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "sys").mkdir()
    process(tmp_path, 30, "python3", 54321, "/dev/null", "/dev/nvidia-uvm", "/dev/nvidia3")
    process(tmp_path, 4, "ib_write_bw", 0, "pipe:[1]", "/dev/infiniband/uverbs0")
    process(tmp_path, 5, "nvidia-persiste", 0, "/dev/nvidia0")
    process(tmp_path, 6, "nv-fabricmanage", 0, "/dev/nvidia0")
    process(tmp_path, 7, "nv-hostengine", 0, "/dev/nvidia0")
    process(tmp_path, 8, "dcgm-exporter", 0, "/dev/nvidia0")
    process(tmp_path, 9, "bash", 0, "/dev/pts/0", "/dev/nvidiactl", "/home/dev/nvidia0")
    (tmp_path / "10").mkdir()
    assert module.busy(tmp_path) == [
        {"pid": 4, "name": "ib_write_bw", "user": "root", "device": "/dev/infiniband/uverbs0"},
        {"pid": 30, "name": "python3", "user": "54321", "device": "/dev/nvidia3"},
    ]


def test_a_process_is_found_while_it_has_the_device_open(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "nvidia0"
    monkeypatch.setattr(module, "DEVICE", re.compile(re.escape(str(device))))
    monkeypatch.setattr(module, "DEVICE_FOLDERS", (str(tmp_path), f"{tmp_path}/none"))
    assert module.has_devices() is False
    device.touch()
    assert module.has_devices() is True
    program = "import sys; one = open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(device)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as job:
        assert job.stdout is not None
        job.stdout.readline()
        name = Path(f"/proc/{job.pid}/comm").read_text().strip()
        user = pwd.getpwuid(os.geteuid()).pw_name
        assert module.busy(Path("/proc")) == [
            {"pid": job.pid, "name": name, "user": user, "device": str(device)}
        ]
        job.communicate()
    assert module.busy(Path("/proc")) == []


def test_units_are_reported_by_the_names_asked_for(module: ModuleType, says: Says) -> None:
    says(
        "systemctl",
        "LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n"
        "Result=success\n\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n"
        "UnitFileState=\nResult=success\n",
    )
    found = module.units(["alias.service", "none.service"])
    assert found["alias.service"] == {
        "load": "loaded",
        "active": "active",
        "sub": "running",
        "enabled": "enabled",
        "result": "success",
    }
    assert (found["none.service"]["load"], found["none.service"]["enabled"]) == ("not-found", "")
    assert module.units([]) == {}


def test_dkms_of_both_formats(module: ModuleType, says: Says) -> None:
    says(
        "dkms",
        "nvidia/580.173.02, 6.1.0-50-amd64, x86_64: installed\n"
        "gdrdrv/2.6: added\n"
        "mlnx-ofed-kernel, 25.10, 6.1.0-50-amd64, x86_64: built\n"
        "nvidia/1.0, 6.1.0-50-amd64, x86_64: installed (WARNING! Diff)\n"
        "Error! something else\n",
    )
    assert [tuple(one.values()) for one in module.dkms()] == [
        ("nvidia", "580.173.02", "6.1.0-50-amd64", "installed"),
        ("gdrdrv", "2.6", "", "added"),
        ("mlnx-ofed-kernel", "25.10", "6.1.0-50-amd64", "built"),
        ("nvidia", "1.0", "6.1.0-50-amd64", "installed"),
    ]


def test_modules_on_disk_are_those_of_the_kernel_asked_for(
    module: ModuleType, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    ran = module.ran

    def record(*argv: str) -> subprocess.CompletedProcess[str]:
        asked.append(argv)
        done: subprocess.CompletedProcess[str] = ran(*argv)
        return done

    monkeypatch.setattr(module, "ran", record)
    says("modinfo", "580.173.02\n")
    assert module.module_state("nvidia_not_loaded", "6.1.0-50-amd64") == {
        "loaded": None,
        "disk": "580.173.02",
        "loaded_srcversion": None,
        "disk_srcversion": "580.173.02",
    }
    assert asked[0] == ("modinfo", "-k", "6.1.0-50-amd64", "-F", "version", "nvidia_not_loaded")
    says("modinfo", "", 1)
    assert module.module_state("nvidia_not_loaded", "")["disk"] is None


def test_checks_answer_in_json_or_with_their_last_error(module: ModuleType, tmp_path: Path) -> None:
    program = tmp_path / "check.py"
    program.write_text('#!/bin/sh\necho "$2"\necho noise >&2\necho why >&2\nexit $1\n')
    program.chmod(0o755)
    report = '{"differences": [], "pending": []}'
    assert module.check([str(program), "2", report]) == {
        "rc": 2,
        "out": {"differences": [], "pending": []},
        "error": "why",
    }
    assert module.check([str(program), "1", "no json"])["out"] is None
    assert module.check([f"{program}.none"]) == {
        "rc": None,
        "out": None,
        "error": f"{program}.none is not there",
    }


@pytest.mark.parametrize("text", ["[]", "{", '{"paths": 1}', ""])
def test_a_damaged_memory_counts_as_none(module: ModuleType, tmp_path: Path, text: str) -> None:
    (tmp_path / "role.json").write_text(text)
    assert module.memory(tmp_path, "role") == {"paths": [], "pending": []}


def test_a_whole_look_under_ansible_changes_nothing(ansible: Ansible, tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    owned = tmp_path / "owned"
    owned.write_text("x")
    known = {"paths": [str(owned)], "pending": [str(owned)]}
    (memory / "role.json").write_text(json.dumps(known))
    request = {
        "files": ["/etc/os-release", f"{tmp_path}/none"],
        "packages": {"dpkg": None},
        "users": {"nobody-has-this-name": 0},
        "busy": True,
        "units": ["dbus.service"],
        "links": [str(owned)],
        "folders": ["/etc"],
        "modules": ["not_there"],
        "owners": ["role"],
        "checks": [{"name": "none", "argv": [f"{tmp_path}/none"]}],
        "kernel": "",
        "pci": True,
        "dkms": True,
    }
    ran = ansible(
        "ansible",
        *("localhost", "-i", "localhost,", "-c", "local", "-m", "railwright_observe", "--check"),
        *("-a", json.dumps({"request": request, "state_dir": str(memory)})),
        *("-e", f"ansible_python_interpreter={sys.executable}"),
        env={"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"},
    )
    assert ran.rc == 0, ran.text
    result: dict[str, Any] = json.loads(ran.stdout.partition(" => ")[2])
    found = result["observed"]
    assert result["changed"] is False
    assert set(found["files"]) == {"/etc/os-release", f"{tmp_path}/none", str(owned)}
    assert found["memory"] == {"role": known}
    assert found["kernel"] == Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert found["boot_id"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert (found["folders"], found["links"]) == ({"/etc": True}, {str(owned): None})
    assert found["modules"]["not_there"]["loaded"] is None
    assert found["free_bytes"]["/"] > 0
    assert found["accounts"] == {"users": {"root": 0}, "groups": {"root": 0}}
    assert "busy" in found
    assert found["checks"]["none"]["rc"] is None
