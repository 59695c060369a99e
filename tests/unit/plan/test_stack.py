"""What a plan's nodes get: the release as the site's choices make it, and where it is said."""

from typing import Any

import pytest

from railwright.catalog import loader
from railwright.errors import IntentError
from railwright.plan import summary
from railwright.plan.explain import ExplainError, explain
from railwright.plan.stack import NodeStack, mirror_of, of_choice, stack_of
from tests.unit.plan.made import ALL_NETWORKS, planned

OLD, NEW = loader.stack("2026.01"), loader.stack("2026.07")


def chosen(**stack: Any) -> NodeStack:
    found = stack_of(planned({"stack": {"release": "2026.07", "os": "debian-12", **stack}}))
    assert found is not None
    return found


def test_without_a_stack_nothing_is_chosen() -> None:
    plan = planned()
    assert stack_of(plan) is None
    assert mirror_of(plan) is None
    assert not [line for line in summary.lines(plan) if line.startswith("software")]


def test_doca_brings_its_repository_modules_and_packages() -> None:
    stack = chosen()
    assert {"cuda", "doca"} <= stack.system.repositories.keys()
    assert stack.system.modules["mlx5_core"] == "25.10-2.4.1"
    assert stack.packages("storage_client.nfs").keys() == {"nfs-common", "mlnx-nfsrdma-dkms"}
    assert stack.packages("storage_client.nvme")["mlnx-nvme-dkms"] is not None
    assert stack.is_apt


def test_the_kernels_own_driver_has_none_of_doca() -> None:
    stack = chosen(ofed="inbox")
    assert "doca" not in stack.system.repositories
    assert stack.system.modules.keys() == {"nvidia", "nvidia_peermem", "gdrdrv"}
    assert stack.system.dkms.keys() == {"nvidia", "gdrdrv"}
    assert stack.packages("storage_client.nfs").keys() == {"nfs-common"}


def test_mlnx_ofed_takes_the_place_of_doca() -> None:
    stack = chosen(ofed="mlnx", release="2026.01")
    assert "doca" not in stack.system.repositories
    assert "mlnx-ofed" in stack.system.repositories
    assert stack.system.modules["mlx5_core"] == "24.10-3.2.5"
    assert stack.system.modules["nvidia"] == OLD.versions.driver
    assert (
        stack.packages("nic_firmware.ofed")
        == OLD.systems["debian-12"].packages["nic_firmware.mlnx"]
    )
    assert stack.packages("nic_firmware.inbox").keys() == {"mstflint"}
    assert stack.packages("storage_client.nfs")["mlnx-nfsrdma-dkms"] == (
        "24.10.OFED.24.10.3.2.5.1-1"
    )


def test_a_choice_leaves_the_catalog_as_it_is() -> None:
    whole = NEW.systems["debian-12"]
    before = whole.model_dump()
    of_choice(whole, "inbox")
    assert whole.model_dump() == before


def test_rocky_installs_with_dnf() -> None:
    assert not chosen(os="rocky-9").is_apt


def test_the_mirror_is_the_first_management_server() -> None:
    stack = {"stack": {"release": "2026.07", "os": "debian-12", "source": "mirror"}}
    server = mirror_of(planned(ALL_NETWORKS, stack))
    assert server is not None
    assert server.name == "mgmt01"


def test_an_unknown_release_is_a_problem_at_its_key() -> None:
    with pytest.raises(IntentError) as caught:
        planned({"stack": {"release": "2026.7", "os": "debian-12"}})
    (problem,) = caught.value.problems
    assert problem.path == "stack.release"
    assert "did you mean '2026.07'? it has 2026.01, 2026.07" in problem.what


def test_a_system_that_a_release_lacks_is_a_problem_at_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    systems = {name: one for name, one in NEW.systems.items() if name != "rocky-9"}
    monkeypatch.setattr(loader, "stack", lambda _: NEW.model_copy(update={"systems": systems}))
    with pytest.raises(IntentError) as caught:
        planned({"stack": {"release": "2026.07", "os": "rocky-9"}})
    (problem,) = caught.value.problems
    assert problem.path == "stack.os"
    assert problem.what.startswith(
        "release 2026.07 is not for rocky-9, only for debian-12, ubuntu-22.04, ubuntu-24.04;"
    )


def test_the_summary_names_release_versions_and_assumptions() -> None:
    plan = planned({"stack": {"release": "2026.07", "os": "debian-12"}})
    first, second = (
        line for line in summary.lines(plan) if line.startswith(("software ", "  versions"))
    )
    assert first == "software     release 2026.07 on debian-12, from its makers"
    count = len(NEW.systems["debian-12"].assumptions)
    assert second == (
        "  versions   kernel 6.1.0-50-amd64, driver 580.173.02, DOCA-OFED 3.2.2, NCCL 2.30.4, "
        f"HPC-X 2.25.1; {count} assumptions"
    )
    assert sum(text.startswith("software 2026.07 on debian-12: ") for text in plan.assumptions) == (
        count
    )


@pytest.mark.parametrize(
    ("subject", "value", "package"),
    [
        ("kernel", "6.1.0-50-amd64", "linux-image-6.1.0-50-amd64"),
        ("driver", "580.173.02", "nvidia-kernel-open-dkms"),
        ("fabric_manager", "580.173.02", "nvidia-fabricmanager"),
        ("ofed", "DOCA-OFED 3.2.2", "mlnx-ofed-kernel-dkms"),
        ("nccl", "2.30.4", "libnccl2"),
        ("hpcx", "2.25.1", "archive"),
        ("cuda", "13.0", "release"),
    ],
)
def test_a_version_is_explained_by_release_and_source(
    subject: str, value: str, package: str
) -> None:
    plan = planned({"stack": {"release": "2026.07", "os": "debian-12"}})
    told = explain(plan, "gpu0001", (subject,))
    assert (told.subject, told.value) == (f"gpu0001 {subject}", value)
    inputs = {one.name: one for one in told.inputs}
    assert package in inputs
    assert inputs["release"].path == "stack.release"
    assert inputs["source of versions"].value == "catalog/data/stacks/2026.07.yml"
    assert inputs["source of versions"].source == NEW.source


def test_the_kernels_own_driver_is_explained_without_a_version() -> None:
    plan = planned({"stack": {"release": "2026.07", "os": "debian-12", "ofed": "inbox"}})
    assert explain(plan, "gpu0001", ("ofed",)).value == "NIC driver of the kernel"


def test_what_cannot_be_explained_says_why() -> None:
    with pytest.raises(ExplainError, match="add `stack` to the intent"):
        explain(planned(), "gpu0001", ("driver",))
    plan = planned({"stack": {"release": "2026.07", "os": "debian-12"}})
    leaf = plan.switches[0].name
    with pytest.raises(ExplainError, match=f"{leaf} is no server"):
        explain(plan, leaf, ("driver",))
