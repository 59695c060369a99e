"""railwright_observe: what is seen on a node, from the files and tools that systems have."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ansible.conftest import Ansible

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


def test_packages_asked_for_and_all_that_are_held_or_broken(module: ModuleType, says: Says) -> None:
    rows = ["a\t1:2.3-1\tii ", "held\t1\thi ", "half\t2\tiF ", "gone\t3\trc ", "never\t\tun "]
    says("dpkg-query", "\n".join([*rows, "other\t1\tii "]) + "\n")
    found = module.packages(["a", "gone", "never", "unknown"])
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
        "packages": ["dpkg"],
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
    assert found["checks"]["none"]["rc"] is None
