"""A boot loader that is told by a program: what it is told, with a stand-in of grubby."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.emitters.node_config.base_kernel import kernel_arguments
from railwright.emitters.node_config.state import Unit
from tests.unit.emitters.node_stacks import RELEASE, role, stacked, texts

SCRIPT = "usr/local/lib/railwright/boot_kernel.sh"
UNIT = "etc/systemd/system/railwright-kernel.service"
# It keeps the arguments of every kernel in one file: those that are taken away, and those that
# others of the same name replace, go first (grubby(8)). The kernel has a second entry in the menu.
GRUBBY = """\
#!/bin/sh
set -e
echo "$*" >> {log}
[ "$(wc -l < {log})" -ne {dies} ] || exit 1
case "$1$2" in
--info=*)
    for one in "$(cat {arguments})" "ro single"; do
        printf 'index=0\\nkernel="%s"\\nargs="%s"\\n' "${{1#--info=}}" "$one"
    done ;;
--update-kernel=ALL--remove-args=*)
    for one in ${{2#--remove-args=}}; do
        sed -i "s|^|  |; s|$|  |; s| $one | |g" {arguments}
    done ;;
--update-kernel=ALL--args=*)
    for one in ${{2#--args=}}; do
        sed -i "s|^|  |; s|$|  |; s| ${{one%%=*}}\\(=[^ ]*\\)\\? | |g; s|$| $one|" {arguments}
    done ;;
esac
"""

Boot = Callable[..., list[str]]
"""(*arguments, dies=number of the call of grubby that fails) -> what every kernel then has."""


@pytest.fixture
def boot(tmp_path: Path) -> Boot:
    """Run the program; kernels begin with `ro quiet`, and what is there stays between runs."""
    script = texts(stacked(os="rocky-9"), "base")[SCRIPT]
    assert "/var/lib/railwright/" in script
    (tmp_path / "boot.sh").write_text(script.replace("/var/lib/railwright/", f"{tmp_path}/"))
    arguments, log = tmp_path / "arguments", tmp_path / "log"
    arguments.write_text("ro quiet\n")

    def run(*words: str, dies: int = 0) -> list[str]:
        log.write_text("")
        places = {"log": shlex.quote(str(log)), "arguments": shlex.quote(str(arguments))}
        program = tmp_path / "grubby"
        program.write_text(GRUBBY.format(**places, dies=dies))
        program.chmod(0o755)
        done = subprocess.run(
            ["/bin/sh", str(tmp_path / "boot.sh"), "5.14.0-1", *words],
            env={"PATH": f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) == (not dies), done.stderr
        assert log.read_text().splitlines()[0] == "--set-default=/boot/vmlinuz-5.14.0-1"
        return arguments.read_text().split()

    return run


def test_rocky_has_a_unit_that_tells_its_boot_loader() -> None:
    plan = stacked(os="rocky-9", tuning={"hugepages_1gib": 4})
    kernel = loader.stack(RELEASE).systems["rocky-9"].kernel.release
    arguments = " ".join(kernel_arguments(plan, plan.device["gpu0001"]))
    assert "hugepages=4" in arguments
    found = texts(plan, "base")
    assert f"\nExecStart=/bin/sh /{SCRIPT} {kernel} {arguments}\n" in found[UNIT]
    assert f"\nExecStart=/bin/sh /{SCRIPT} {kernel}\n" in texts(plan, "base", "storage01")[UNIT]
    assert found[SCRIPT] == texts(plan, "base", "storage01")[SCRIPT]
    assert Unit("railwright-kernel.service") in role(plan, "base").units
    others = texts(stacked(), "base")
    assert not {SCRIPT, UNIT} & others.keys()


def test_arguments_are_added_once_and_go_with_the_plan(boot: Boot) -> None:
    assert boot("iommu=pt", "hugepages=8") == ["ro", "quiet", "iommu=pt", "hugepages=8"]
    assert boot("iommu=pt", "hugepages=8") == ["ro", "quiet", "iommu=pt", "hugepages=8"]
    assert boot("iommu=pt") == ["ro", "quiet", "iommu=pt"]
    assert boot() == ["ro", "quiet"]


def test_another_value_replaces_the_former(boot: Boot) -> None:
    boot("hugepages=8", "iommu=pt")
    assert boot("iommu=pt", "hugepages=16") == ["ro", "quiet", "iommu=pt", "hugepages=16"]
    assert boot("iommu=pt") == ["ro", "quiet", "iommu=pt"]


def test_what_others_gave_stays_even_if_the_plan_wanted_it_for_a_while(boot: Boot) -> None:
    assert set(boot("quiet", "iommu=pt")) == {"ro", "quiet", "iommu=pt"}
    assert set(boot()) == {"ro", "quiet"}


def test_what_went_and_was_given_by_others_since_stays(boot: Boot, tmp_path: Path) -> None:
    boot("iommu=pt")
    boot()
    (tmp_path / "arguments").write_text("ro iommu=pt\n")
    assert boot() == ["ro", "iommu=pt"]


def test_nothing_wanted_and_nothing_known_changes_nothing(boot: Boot, tmp_path: Path) -> None:
    assert boot() == ["ro", "quiet"]
    assert "--update-kernel" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("call", [1, 3, 4])
def test_a_run_that_ends_early_is_finished_by_the_next(boot: Boot, call: int) -> None:
    """Calls of grubby: default, what is there, what goes, what comes."""
    boot("iommu=pt", "hugepages=8")
    boot("iommu=pt", "mitigations=off", dies=call)
    assert boot("iommu=pt", "mitigations=off") == ["ro", "quiet", "iommu=pt", "mitigations=off"]
    assert boot() == ["ro", "quiet"]


def test_an_interrupted_first_run_still_knows_what_it_added(boot: Boot, tmp_path: Path) -> None:
    boot("iommu=pt")
    memory = tmp_path / "kernel-arguments"
    assert memory.read_text().split() == ["iommu=pt"]
    boot("mitigations=off", dies=4)
    # It died before that was added, but nobody can tell from here.
    assert set(memory.read_text().split()) == {"iommu=pt", "mitigations=off"}
