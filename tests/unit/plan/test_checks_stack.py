"""Software that cannot be on the nodes together is refused where the intent asks for it."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog.stack_model import Constraint, System
from railwright.errors import Problem
from railwright.plan.checks import stack as checks
from railwright.plan.checks.stack import check_stack
from railwright.plan.model import Plan
from railwright.plan.stack import NodeStack, stack_of
from tests.unit.plan.made import ALL_NETWORKS, planned

NFS = {"path": "/data", "server": "storage01", "export": "/export"}
NVME = {"path": "/scratch", "server": "storage02", "nqn": "nqn.2026-11.net.example:scratch"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"


def with_stack(*changes: dict[str, Any], **stack: Any) -> Plan:
    given = {"release": "2026.07", "os": "debian-12", **stack}
    return planned(ALL_NETWORKS, *changes, {"stack": given})


def found(plan: Plan) -> dict[str, Problem]:
    return {one.path: one for one in check_stack(plan)}


def with_kernel(monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    """Let every plan's system have another kernel; its rules are not looked at."""

    def older(plan: Plan) -> NodeStack | None:
        stack = stack_of(plan)
        assert stack is not None
        kernel = stack.system.kernel.model_copy(update={"release": release})
        return replace(stack, system=stack.system.model_copy(update={"kernel": kernel}))

    monkeypatch.setattr(checks, "stack_of", older)


@pytest.mark.parametrize("system", ["debian-12", "ubuntu-22.04", "ubuntu-24.04", "rocky-9"])
@pytest.mark.parametrize("release", ["2026.01", "2026.07"])
@pytest.mark.parametrize("ofed", ["doca", "inbox"])
def test_nothing_is_said_of_what_fits(release: str, system: str, ofed: str) -> None:
    plan = with_stack(release=release, os=system, ofed=ofed, nfs=[NFS], nvme=[NVME])
    assert found(plan) == {}
    assert found(planned(ALL_NETWORKS)) == {}


def test_mlnx_ofed_fits_its_release_and_its_nics() -> None:
    problems = found(with_stack(release="2026.01", ofed="mlnx", gpudirect="peermem"))
    assert {one.severity for one in problems.values()} <= {"warning"}


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("debian-12", "24.10-3.2.5.0 build; that they do for 6.1.0-"),
        ("rocky-9", "24.10-3.2.5.0 build (its repository is that of RHEL 9.6); that they do for 5"),
    ],
)
def test_kernels_that_nothing_is_known_of_are_a_warning(
    monkeypatch: pytest.MonkeyPatch, system: System, said: str
) -> None:
    plan = with_stack(release="2026.01", os=system, ofed="mlnx")
    bound = Constraint(
        rule="below", about=("kernel",), bound="99", ofed="mlnx", says="test", source="test"
    )

    def having(*rules: Constraint) -> dict[str, Problem]:
        monkeypatch.setattr(checks, "stack_of", lambda plan: ruled(plan, *rules))
        return found(plan)

    (problem,) = having().values()
    assert (problem.path, problem.severity) == ("stack.ofed", "warning")
    assert said in problem.what
    assert having(bound) == {}
    assert having(bound.model_copy(update={"ofed": "doca"})).keys() == {"stack.ofed"}
    assert having(bound.model_copy(update={"about": ("driver",)})).keys() == {"stack.ofed"}


def ruled(plan: Plan, *rules: Constraint) -> NodeStack:
    """Return a plan's software with these rules in its release."""
    stack = stack_of(plan)
    assert stack is not None
    return replace(stack, release=stack.release.model_copy(update={"constraints": rules}))


def test_hosts_that_pass_their_gpus_are_a_warning() -> None:
    (problem,) = found(with_stack(host="vm-host")).values()
    assert (problem.path, problem.severity) == ("stack.host", "warning")
    assert "no GPU is bound to vfio-pci there" in problem.what
    assert found(with_stack(host="vm")) == {}


def test_a_release_without_mlnx_ofed_is_said_once() -> None:
    (problem,) = found(with_stack(ofed="mlnx")).values()
    assert problem.path == "stack.ofed"
    assert problem.what == (
        "release 2026.07 has no MLNX_OFED, which ended with 24.10, for debian-12; set ofed to "
        "doca or choose another release"
    )


def test_nics_after_connectx_7_are_too_new_for_mlnx_ofed() -> None:
    plan = with_stack(release="2026.01", ofed="mlnx")
    known = plan.node_models["dgx-h100"]
    assert known.rail_nic is not None
    nic = known.rail_nic.model_copy(update={"model": "BlueField-3"})
    models = {**plan.node_models, "dgx-h100": known.model_copy(update={"rail_nic": nic})}
    (problem,) = found(replace(plan, node_models=models)).values()
    assert problem.path == "stack.ofed"
    assert "does not know the BlueField-3 of dgx-h100" in problem.what


def test_peermem_needs_more_than_the_kernels_driver() -> None:
    (problem,) = found(with_stack(ofed="inbox", gpudirect="peermem")).values()
    assert (problem.path, problem.severity) == ("stack.gpudirect", "error")


@pytest.mark.parametrize(
    ("kernel", "choices", "path"),
    [
        ("5.11.0-1-amd64", {"gpudirect": "dmabuf"}, "stack.gpudirect"),
        ("5.11.0-1-amd64", {"ofed": "inbox"}, "stack.ofed"),
        ("5.11.0-1-amd64", {}, None),
        ("5.12.0-1-amd64", {"gpudirect": "dmabuf"}, None),
    ],
)
def test_dma_buf_needs_a_kernel_that_has_it(
    monkeypatch: pytest.MonkeyPatch, kernel: str, choices: dict[str, str], path: str | None
) -> None:
    plan = with_stack(**choices)
    with_kernel(monkeypatch, kernel)
    gpudirect = {key for key in found(plan) if key != "stack.release"}
    assert gpudirect == ({path} if path else set())


def test_a_release_that_contradicts_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = with_stack(os="rocky-9")
    with_kernel(monkeypatch, "5.14.0-687.17.1.el9_8.x86_64")

    def contradicting(plan: Plan) -> NodeStack | None:
        stack = stack_of(plan)
        assert stack is not None
        whole = stack.release.systems["rocky-9"]
        kernel = whole.kernel.model_copy(update={"release": "5.14.0-687.17.1.el9_8.x86_64"})
        systems = {"rocky-9": whole.model_copy(update={"kernel": kernel})}
        return replace(stack, release=stack.release.model_copy(update={"systems": systems}))

    monkeypatch.setattr(checks, "stack_of", contradicting)
    problems = found(plan)
    assert problems.keys() == {"stack.ofed", "stack.release"}
    assert problems["stack.ofed"].what.startswith(
        "release 2026.07 contradicts itself on rocky-9: kernel 5.14.0-687.17.1.el9_8.x86_64, it "
        "must be below 5.14.0-687; modules of DOCA 3.2 do not build for the kernel of 9.8"
    )


def test_a_mirror_needs_a_server_and_a_free_port() -> None:
    assert found(with_stack(source="mirror")) == {}
    alone = planned(
        {"stack": {"release": "2026.07", "os": "debian-12", "source": "mirror"}},
    )
    (problem,) = found(alone).values()
    assert problem.path == "stack.source"
    (problem,) = found(with_stack(source="mirror", mirror_port=9290)).values()
    assert problem.path == "stack.mirror_port"
    assert "its IPMI exporter's" in problem.what
    assert found(with_stack(mirror_port=9290)) == {}


def test_mounts_come_from_storage_servers_over_their_network() -> None:
    (problem,) = found(with_stack(nfs=[{**NFS, "server": "mgmt01"}])).values()
    assert problem.path == "stack.nfs[0].server"
    assert problem.what == (
        "mgmt01 is a management node, mounts come from storage servers; the plan has storage01 "
        "to storage03"
    )
    plan = with_stack(nvme=[NVME])
    intent = plan.intent.model_copy(
        update={"networks": plan.intent.networks.model_copy(update={"storage": None})}
    )
    (problem,) = found(replace(plan, intent=intent)).values()
    assert problem.path == "stack.nvme[0].server"
    assert problem.what.endswith("no storage network in common; plan networks.storage")


def test_rdma_without_lossless_classes_is_a_warning() -> None:
    plan = with_stack(nfs=[NFS, {**NFS, "path": "/tcp", "rdma": False}], nvme=[NVME])
    problems = found(replace(plan, qos={"compute": plan.qos["compute"]}))
    assert problems.keys() == {"stack.nfs[0].rdma", "stack.nvme[0].server"}
    assert {one.severity for one in problems.values()} == {"warning"}


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("/usr/share/data", True),
        ("/etc", True),
        ("/var/log", True),
        ("/var/lib", True),
        ("/var/lib/data", False),
        ("/var/lib/dpkg", True),
        ("/var/lib/rpm", True),
        ("/var/lib/dkms/nvidia", True),
        ("/var/lib/docker", True),
        ("/var/lib/docker-data", False),
        ("/var/lib/railwright", True),
        ("/var/lib/railwright-mirror/pool", True),
        ("/opt", True),
        ("/opt/hpcx", True),
        ("/opt/hpcx-v2.25.1-gcc", True),
        ("/opt/mellanox/doca", True),
        ("/opt/nvidia", True),
        ("/opt/data", False),
        ("/optdata", False),
        ("/home", False),
        ("/usrdata", False),
    ],
)
def test_a_mount_does_not_hide_the_system(path: str, hidden: bool) -> None:
    problems = found(with_stack(nfs=[{**NFS, "path": path}]))
    assert problems.keys() == ({"stack.nfs[0].path"} if hidden else set())
    problems = found(with_stack(nvme=[{**NVME, "path": path}]))
    assert problems.keys() == ({"stack.nvme[0].path"} if hidden else set())


def test_a_mount_that_hides_software_says_whose_folder_it_is() -> None:
    (problem,) = found(with_stack(nfs=[{**NFS, "path": "/opt/mellanox/doca"}])).values()
    assert problem.what == (
        "/opt/mellanox/doca hides software of the nodes in /opt/mellanox; mount it at a folder "
        "of its own, such as /data"
    )


def test_what_is_asked_for_twice_is_said_at_the_second() -> None:
    plan = with_stack(
        nfs=[NFS],
        nvme=[{**NVME, "path": "/data"}, {**NVME, "path": "/more"}],
        containers=["docker", "docker"],
        users=[
            {"name": "alice", "uid": 2001, "ssh_keys": [KEY]},
            {"name": "alice", "uid": 2001, "ssh_keys": [KEY]},
        ],
    )
    assert found(plan).keys() == {
        "stack.nvme[0].path",
        "stack.nvme[1].nqn",
        "stack.containers[1]",
        "stack.users[1].name",
        "stack.users[1].uid",
    }


def test_accounts_of_the_system_and_the_controller_are_taken() -> None:
    users = [
        {"name": "root", "uid": 2001, "ssh_keys": [KEY]},
        {"name": "installer", "uid": 2002, "ssh_keys": [KEY]},
        {"name": "prometheus", "uid": 2003, "ssh_keys": [KEY]},
        {"name": "systemd-resolve", "uid": 2004, "ssh_keys": [KEY]},
        {"name": "prom", "uid": 2005, "ssh_keys": [KEY]},
    ]
    plan = with_stack({"access": {"node_user": "installer"}}, users=users)
    assert found(plan).keys() == {f"stack.users[{number}].name" for number in range(4)}


@pytest.mark.parametrize("name", ["iommu", "intel_iommu", "hugepages", "numa_balancing"])
def test_arguments_that_follow_from_other_keys_are_refused(name: str) -> None:
    plan = with_stack(tuning={"kernel_arguments": ["pci=realloc=off", f"{name}=1"]})
    (problem,) = found(plan).values()
    assert problem.path == "stack.tuning.kernel_arguments[1]"
    assert problem.what.startswith(f"{name} is not for the intent to set here")
