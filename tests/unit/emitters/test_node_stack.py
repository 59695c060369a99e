"""All roles together: whom they are for, that they share nothing, that they stay the same."""

from collections import Counter

import pytest

from railwright.catalog import loader
from railwright.emitters import node_config
from railwright.plan.model import Plan
from tests.unit.emitters.node_stacks import OLDER, RELEASE, role, stacked
from tests.unit.plan.made import ALL_NETWORKS, planned

GPU_ROLES = {
    *("nvidia_driver", "fabricmanager", "gpudirect", "container_toolkit", "dcgm", "nccl", "hpcx"),
}
EVERYWHERE = {"base", "lldp", "ofed", "nic_firmware", "host_network", "roce", "exporters"}
MOUNTS = {
    "nfs": [{"path": "/data", "server": "storage01", "export": "/export"}],
    "nvme": [{"path": "/scratch", "server": "storage02", "nqn": "nqn.2026-11.net.example:s"}],
}
SYSTEMS = sorted(loader.stack(RELEASE).systems)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
PEOPLE = {"users": [{"name": "alice", "uid": 2001, "ssh_keys": [KEY]}]}


def wanting(plan: Plan, node: str) -> set[str]:
    found = {name: node_config.state(plan, plan.device[node], name) for name in node_config.ROLES}
    return {name for name, state in found.items() if state is not None}


def test_without_a_stack_only_the_network_is_configured() -> None:
    plan = planned(ALL_NETWORKS)
    for node in ("gpu0001", "storage01", "mgmt01"):
        assert wanting(plan, node) == {"lldp", "host_network"}


def test_gpu_nodes_have_all_roles_and_other_servers_those_of_networks() -> None:
    plan = stacked(**MOUNTS)
    assert wanting(plan, "gpu0001") == set(node_config.ROLES)
    assert wanting(plan, "storage01") == wanting(plan, "mgmt01") == EVERYWHERE
    assert wanting(stacked(), "gpu0001") == set(node_config.ROLES) - {"storage_client"}


def test_a_server_without_rdma_has_no_nic_driver_of_its_own() -> None:
    plan = stacked({"networks": {"storage": None}, "nodes": {"storage": None}})
    assert wanting(plan, "mgmt01") == {"base", "lldp", "host_network", "exporters"}


def test_the_order_of_roles_is_that_of_builds_and_names() -> None:
    order = list(node_config.ROLES)
    assert order[0] == "base"
    for before, after in (
        ("ofed", "nvidia_driver"),
        ("nvidia_driver", "fabricmanager"),
        ("nic_names", "host_network"),
        ("host_network", "roce"),
    ):
        assert order.index(before) < order.index(after)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("source", ["vendor", "mirror"])
@pytest.mark.parametrize("host", ["bare-metal", "vm-host", "vm"])
def test_no_file_package_or_unit_has_two_owners(system: str, source: str, host: str) -> None:
    choices = {"os": system, "source": source, "host": host, "gpudirect": "peermem"}
    plan = stacked(**choices, containers=["docker", "podman"], **MOUNTS)
    for node in ("gpu0001", "storage01"):
        states = [node_config.state(plan, plan.device[node], name) for name in node_config.ROLES]
        found = [state for state in states if state is not None]
        owned = Counter(f"/{file.path}" for state in found for file in state.files)
        owned.update(path for state in found for path in state.given)
        owned.update(unit.name for state in found for unit in state.units)
        owned.update(package.name for state in found for package in state.packages)
        owned.update(name for state in found for name in state.absent)
        owned.update(link.path for state in found for link in state.links)
        assert [name for name, count in owned.items() if count > 1] == []


def test_every_version_is_the_releases() -> None:
    for name in (RELEASE, OLDER):
        system = loader.stack(name).systems["debian-12"]
        pinned = dict(system.kernel.packages)
        for group in system.packages.values():
            pinned |= {package: version for package, version in group.items() if version}
        plan = stacked(release=name, ofed="doca")
        for state in (role(plan, each) for each in sorted(GPU_ROLES | {"base"})):
            for package in state.packages:
                assert package.version == pinned.get(package.name)


def test_a_release_is_rendered_the_same_twice_and_another_differs() -> None:
    device = stacked().device["gpu0001"]
    first, again, other = (
        list(node_config.emit_device(plan, device))
        for plan in (stacked(**PEOPLE), stacked(**PEOPLE), stacked(release=OLDER, **PEOPLE))
    )
    assert first == again
    assert first != other


def test_units_of_ours_that_run_are_laid_down_by_their_role() -> None:
    plan = stacked(**MOUNTS, **PEOPLE)
    for name in node_config.ROLES:
        state = role(plan, name)
        laid = {file.path.rpartition("/")[2] for file in state.files}
        ours = [unit.name for unit in state.units if unit.name.startswith("railwright-")]
        for unit in (one for one in ours if "@" not in one):
            assert unit in laid


def test_the_build_has_the_files_of_every_role_once() -> None:
    plan = stacked(**MOUNTS, **PEOPLE)
    device = plan.device["gpu0001"]
    paths = [one.path for one in node_config.emit_device(plan, device)]
    assert len(paths) == len(set(paths))
    for name in node_config.ROLES:
        for file in node_config.files(plan, device, name):
            assert f"nodes/gpu0001/{file.path}" in paths
