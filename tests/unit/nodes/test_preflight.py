"""Every reason to leave a node alone is found before anything is changed, with its remedy."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.nodes.model import Wanted
from railwright.nodes.preflight import troubles
from tests.unit.nodes.machine import bare, converged, looked_at

MIB = 2**20


def said(wanted: Wanted, seen: dict[str, Any]) -> list[str]:
    return [str(one) for one in troubles(wanted, looked_at(wanted, seen))]


def test_bare_and_converged_nodes_may_be_changed(releases: list[Wanted]) -> None:
    for wanted in releases:
        assert said(wanted, bare(wanted)) == []
        assert said(wanted, converged(wanted)) == []


def test_another_system_is_refused(wanted: Wanted) -> None:
    for found in ({"id": "ubuntu", "version": "24.04"}, {"id": "debian", "version": "11"}):
        (text,) = said(wanted, bare(wanted) | {"os": found})
        assert text == (
            f"runs {found['id']} {found['version']}, the intent says debian-12; install that "
            "system, or change stack.os in the intent"
        )


@pytest.mark.parametrize(
    ("packaging", "text"),
    [
        ({"interrupted": True}, "dpkg was interrupted; finish it on the node: dpkg --configure -a"),
        ({"broken": ["a", "b"]}, "packages are half installed: a, b; mend them on the node: dpkg"),
    ],
)
def test_a_package_manager_in_disorder_is_refused(
    wanted: Wanted, packaging: dict[str, Any], text: str
) -> None:
    seen = bare(wanted)
    seen["packaging"] |= packaging
    (found,) = said(wanted, seen)
    assert found.startswith(text)


@pytest.mark.parametrize("packaging", [{"interrupted": True}, {"broken": ["a", "b"]}])
def test_what_an_earlier_run_left_half_installed_is_for_this_run(
    wanted: Wanted, packaging: dict[str, Any]
) -> None:
    seen = bare(wanted)
    seen["packaging"] |= packaging
    seen["memory"] = {"ofed": {"paths": [], "pending": ["/etc/x"]}}
    assert len(said(wanted, seen)) == 1
    seen["memory"]["ofed"]["pending"].append("packages")
    assert said(wanted, seen) == []


def test_another_package_manager_s_disorder_is_never_for_the_run(wanted: Wanted) -> None:
    seen = bare(wanted)
    seen["memory"] = {"ofed": {"paths": [], "pending": ["packages"]}}
    seen["packaging"] |= {"kind": "dnf", "broken": ["a"]}
    assert said(wanted, seen) == [
        "packages are half installed: a; mend them on the node: dnf check && dnf distro-sync"
    ]


def test_only_packages_held_at_another_version_are_in_the_way(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["packages"]["nvidia-open"]["status"] = "held"
    assert said(wanted, seen) == []
    seen["packages"]["nvidia-open"]["version"] = "1.0"
    (found,) = said(wanted, seen)
    assert found.startswith("nvidia-open is held at 1.0, the release has ")
    assert found.endswith("release it on the node: apt-mark unhold nvidia-open")


def test_secure_boot_refuses_modules_that_nobody_signed(wanted: Wanted) -> None:
    assert wanted.stack is not None
    (found,) = said(wanted, bare(wanted) | {"secure_boot": True})
    assert found.startswith("Secure Boot is on, and the kernel modules of this release are built")
    assert "mokutil --import" in found
    system = wanted.stack.system.model_copy(update={"signed": True})
    signed = replace(wanted, stack=replace(wanted.stack, system=system))
    assert said(signed, bare(signed) | {"secure_boot": True}) == []


def test_room_is_asked_for_what_is_still_to_be_installed(wanted: Wanted) -> None:
    little = {"/": 200 * MIB, "/boot": 20 * MIB, "/var": 100 * MIB}
    found = said(wanted, bare(wanted) | {"free_bytes": little})
    assert [one.partition(" MiB left")[0] for one in found] == [
        "/var has 100",
        "/ has 200",
        "/boot has 20",
    ]
    assert all("make room" in one for one in found)
    assert said(wanted, converged(wanted) | {"free_bytes": little}) == []


def test_a_nic_that_is_missing_is_named_with_its_place(wanted: Wanted) -> None:
    seen = bare(wanted)
    seen["pci"] = [one for one in seen["pci"] if one["net"] != ["rail1"]]
    (found,) = said(wanted, seen)
    assert found.startswith(f"rail1: no NIC at {wanted.nics['rail1']}; ")
    assert "reseat it" in found


def test_swapped_rails_are_named_both(wanted: Wanted) -> None:
    seen = bare(wanted)
    first, second = (one for one in seen["pci"] if one["net"])
    first["net"], second["net"] = second["net"], first["net"]
    found = said(wanted, seen)
    assert [one.partition(";")[0] for one in found] == [
        f"rail1 is the NIC at {wanted.nics['rail0']}, which is rail0 in the profile",
        f"rail0 is the NIC at {wanted.nics['rail1']}, which is rail1 in the profile",
    ]


def test_names_that_the_kernel_gave_are_no_reason(wanted: Wanted) -> None:
    seen = bare(wanted)
    for one in seen["pci"]:
        one["net"] = ["enp24s0np0"] if one["net"] else []
    assert said(wanted, seen) == []


def test_a_gpu_off_the_bus_is_counted_and_nvswitches_are_not(wanted: Wanted) -> None:
    seen = bare(wanted)
    gpus = [one for one in seen["pci"] if one["vendor"] == "10de"]
    seen["pci"].remove(gpus[3])
    seen["pci"].append({**gpus[0], "address": "0000:99:00.0", "class": "068000"})
    (found,) = said(wanted, seen)
    assert found.startswith("7 of 8 GPUs are on the PCI bus (0000:10:00.0, ")
    assert "Xid 79" in found


def test_a_virtual_machine_has_its_devices_elsewhere(wanted: Wanted) -> None:
    assert wanted.stack is not None
    choices = wanted.stack.choices.model_copy(update={"host": "vm"})
    machine = replace(wanted, stack=replace(wanted.stack, choices=choices))
    seen = bare(machine)
    for one in seen["pci"]:
        one["address"] = f"0000:a{one['address'][6:]}"
    assert said(machine, seen) == []


def test_texts_and_checksums_that_were_not_given_are_asked_for(wanted: Wanted) -> None:
    hpcx = wanted.roles["hpcx"]
    unknown = tuple(replace(one, sha256=None) for one in hpcx.archives)
    roles = {**wanted.roles, "hpcx": replace(hpcx, archives=unknown)}
    without = replace(wanted, roles=roles, missing=("/etc/apt/keyrings/x.asc",))
    texts = said(without, bare(without))
    assert texts[0] == (
        "the text of /etc/apt/keyrings/x.asc is not known; give it as railwright_given, by this "
        "path (docs/nodes.md), then run this again"
    )
    assert texts[1].startswith(f"no SHA-256 of {unknown[0].name} is known; give it as railwright_")


def test_a_mirror_s_key_may_be_unknown_for_two_reasons(wanted: Wanted) -> None:
    assert wanted.stack is not None
    choices = wanted.stack.choices.model_copy(update={"source": "mirror"})
    stack = replace(wanted.stack, choices=choices)
    without = replace(wanted, stack=stack, missing=("/etc/apt/keyrings/mirror.asc",))
    assert said(without, bare(without)) == [
        "the text of /etc/apt/keyrings/mirror.asc is not known; build the mirror if there is none "
        "yet (playbooks/mirror.yml), or bring its host up if that did not answer, then run this "
        "again"
    ]


def test_an_account_with_another_number_is_refused_with_both(wanted: Wanted) -> None:
    seen = bare(wanted) | {"accounts": {"users": {"alice": 1500}, "groups": {}}}
    assert said(wanted, seen) == [
        "alice has the uid 1500 here, the intent says 2000; change it on the node (groupmod -g "
        "2000 alice; usermod -u 2000 alice; chown what is outside its home folder), or change "
        "stack.users in the intent"
    ]


def test_a_number_of_another_account_is_refused_with_both_names(wanted: Wanted) -> None:
    taken = {"users": {"carol": 2000}, "groups": {"carol": 2000}}
    text = (
        "uid 2000 belongs to carol here, the intent gives it to alice; give carol another on the "
        "node (usermod -u) or remove it, or change stack.users in the intent"
    )
    assert said(wanted, bare(wanted) | {"accounts": taken}) == [text]
    taken["users"]["alice"] = 1500
    assert said(wanted, bare(wanted) | {"accounts": taken})[1:] == [text]


def test_a_group_s_number_is_in_the_way_until_the_account_is_there(wanted: Wanted) -> None:
    seen = bare(wanted) | {"accounts": {"users": {}, "groups": {"render": 2000}}}
    (text,) = said(wanted, seen)
    assert text.startswith("gid 2000 belongs to render here, the intent gives it to alice; ")
    assert "(groupmod -g)" in text
    seen["accounts"]["users"]["alice"] = 2000
    assert said(wanted, seen) == []


def test_everything_is_said_at_once(wanted: Wanted) -> None:
    seen = bare(wanted) | {"secure_boot": True, "os": {"id": "debian", "version": "11"}}
    seen["packaging"]["interrupted"] = True
    seen["pci"] = []
    assert len(said(wanted, seen)) == 6


def test_without_a_stack_only_the_package_manager_counts(wanted: Wanted) -> None:
    bare_network = replace(wanted, stack=None)
    seen = bare(wanted) | {"pci": [], "os": {"id": "arch", "version": ""}}
    assert said(bare_network, seen) == []
