"""Drivers of NICs and GPUs, GPUDirect, containers and DCGM."""

import json
import tomllib
from dataclasses import replace

import pytest

from railwright.catalog import loader
from railwright.catalog.stack_model import Kernel, StackRelease
from railwright.emitters import node_config
from railwright.emitters.node_config import gpudirect
from railwright.emitters.node_config.state import Check, Unit
from tests.unit.emitters.node_stacks import OLDER, RELEASE, role, stack_for, stacked, texts

NVIDIA = loader.stack(RELEASE).systems["debian-12"].modules["nvidia"]
MLX5 = loader.stack(RELEASE).systems["debian-12"].modules["mlx5_core"]


@pytest.mark.parametrize("node", ["gpu0001", "storage01", "mgmt01"])
def test_the_nic_driver_is_the_chosen_one_in_its_version(node: str) -> None:
    state = role(stacked(), "ofed", node)
    group = loader.stack(RELEASE).systems["debian-12"].packages["ofed.doca"]
    assert {one.name: one.version for one in state.packages} == group
    assert state.modules == (("mlx5_core", MLX5),)
    assert state.units == (Unit("openibd.service", needs=("mlx5_core",)),)


def test_the_kernels_own_driver_has_no_service_and_any_version() -> None:
    state = role(stacked(ofed="inbox"), "ofed")
    assert state.modules == (("mlx5_core", None),)
    assert state.units == ()
    assert not [one.path for one in state.files if "openibd" in one.path]
    assert "mlnx-ofed-kernel-dkms" in state.absent
    assert not {one.name for one in state.packages} & set(state.absent)


def test_a_driver_that_shares_its_package_with_another_keeps_it() -> None:
    state = role(stacked(release=OLDER, ofed="mlnx"), "ofed")
    assert "mlnx-ofed-kernel-dkms" in {one.name for one in state.packages}
    assert "mlnx-ofed-kernel-dkms" not in state.absent
    for choice in ("doca", "mlnx", "inbox"):
        assert "kernel-mft-dkms" not in role(stacked(release=OLDER, ofed=choice), "ofed").absent


def test_rdma_devices_keep_the_kernels_names_until_ours() -> None:
    rule = texts(stacked(), "ofed")["etc/udev/rules.d/60-rdma-persistent-naming.rules"]
    assert rule == (
        'ACTION=="add", SUBSYSTEM=="infiniband", PROGRAM="rdma_rename %k NAME_KERNEL"\n'
    )


@pytest.mark.parametrize(("ofed", "tool"), [("doca", "mft"), ("inbox", "mstflint")])
def test_firmware_is_compared_with_the_tool_of_the_driver(ofed: str, tool: str) -> None:
    state = role(stacked(ofed=ofed), "nic_firmware")
    assert tool in {one.name for one in state.packages}
    paths = {one.path: one.mode for one in state.files}
    program = "usr/local/lib/railwright/nic_firmware.py"
    assert paths == {program: 0o755, "etc/railwright/nic-firmware.json": 0o644}
    assert state.checks == (Check("nic_firmware", (f"/{program}", "--check", "--json")),)


def test_a_virtual_machine_sets_no_firmware() -> None:
    plan = stacked(host="vm")
    assert node_config.state(plan, plan.device["gpu0001"], "nic_firmware") is None


def test_ubuntu_keeps_the_gpus_awake_as_the_others_do() -> None:
    path = "etc/systemd/system/nvidia-persistenced.service.d/50-railwright.conf"
    assert path not in texts(stacked(), "nvidia_driver")
    assert path not in texts(stacked(os="rocky-9"), "nvidia_driver")
    for system in ("ubuntu-22.04", "ubuntu-24.04"):
        text = texts(stacked(os=system), "nvidia_driver")[path]
        assert "StopWhenUnneeded=no\n" in text
        assert " --persistence-mode" in text
        assert text.endswith("[Install]\nWantedBy=multi-user.target\n")


def test_the_gpu_driver_waits_for_its_module() -> None:
    state = role(stacked(), "nvidia_driver")
    assert state.modules == (("nvidia", NVIDIA),)
    assert state.units == (Unit("nvidia-persistenced.service", needs=("nvidia",)),)
    (text,) = texts(stacked(), "nvidia_driver").values()
    assert "blacklist nouveau\n" in text


def test_the_fabric_manager_has_the_drivers_version_where_there_are_switches() -> None:
    for release in (RELEASE, OLDER):
        system = loader.stack(release).systems["debian-12"]
        (package,) = role(stacked(release=release), "fabricmanager").packages
        assert (package.version or "").startswith(system.modules["nvidia"])
    plan = stacked()
    four = plan.node_models["dgx-h100"].model_copy(update={"gpus": 4})
    plan.node_models["dgx-h100"] = four  # type: ignore[index]
    assert node_config.state(plan, plan.device["gpu0001"], "fabricmanager") is None


def test_a_fabric_manager_of_another_name_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = stacked()
    real = loader.stack

    def stack(name: str) -> StackRelease:
        release = real(name)
        if name != OLDER:
            return release
        system = release.systems["debian-12"]
        packages = {**system.packages, "fabricmanager": {"nvidia-fabricmanager-570": "570.1-1"}}
        system = system.model_copy(update={"packages": packages})
        return release.model_copy(update={"systems": {"debian-12": system}})

    assert role(plan, "fabricmanager").absent == ()
    monkeypatch.setattr(loader, "stack", stack)
    assert role(plan, "fabricmanager").absent == ("nvidia-fabricmanager-570",)


@pytest.mark.parametrize(
    ("choice", "kernel", "mode"),
    [
        ("auto", "6.1.0-50-amd64", "dmabuf"),
        ("auto", "5.12.0-1", "dmabuf"),
        ("auto", "5.4.0-100-generic", "peermem"),
        ("peermem", "6.1.0-50-amd64", "peermem"),
        ("dmabuf", "5.4.0-100-generic", "dmabuf"),
    ],
)
def test_dma_buf_where_the_kernel_has_it(choice: str, kernel: str, mode: str) -> None:
    stack = stack_for(stacked(gpudirect=choice))
    starts = Kernel(release=kernel, packages={})
    system = stack.system.model_copy(update={"kernel": starts})
    assert gpudirect.mode(replace(stack, system=system)) == mode


def test_peermem_is_loaded_again_with_the_nic_driver() -> None:
    state, found = (
        role(stacked(gpudirect="peermem"), "gpudirect"),
        texts(stacked(gpudirect="peermem"), "gpudirect"),
    )
    assert dict(state.modules)["nvidia_peermem"] == NVIDIA
    assert found["etc/modules-load.d/railwright-gpudirect.conf"] == "gdrdrv\nnvidia_peermem\n"
    drop_in = "etc/systemd/system/openibd.service.d/60-railwright-peermem.conf"
    assert "ExecStartPost=-/sbin/modprobe nvidia_peermem\n" in found[drop_in]
    assert drop_in not in texts(stacked(gpudirect="peermem", ofed="inbox"), "gpudirect")
    assert "nvidia_peermem" not in dict(role(stacked(), "gpudirect").modules)


def test_acs_is_off_on_bare_metal_only() -> None:
    state = role(stacked(), "gpudirect")
    program = "/usr/local/lib/railwright/acs.py"
    assert state.units == (Unit("acs-off.service"),)
    assert state.checks == (Check("acs", (program, "--check", "--json")),)
    unit = texts(stacked(), "gpudirect")["etc/systemd/system/acs-off.service"]
    assert f"ExecStart=/usr/bin/python3 {program} off\n" in unit
    for host in ("vm-host", "vm"):
        state = role(stacked(host=host), "gpudirect")
        assert (state.units, state.checks) == ((), ())
        assert not [one.path for one in state.files if "acs" in one.path]


def test_each_engine_has_its_packages_settings_and_daemon() -> None:
    system = loader.stack(RELEASE).systems["debian-12"]
    expected = {
        "docker": {"etc/docker/daemon.json"},
        "containerd": {"etc/containerd/config.toml", "etc/containerd/conf.d/50-railwright.toml"},
        "podman": {"etc/containers/containers.conf.d/50-railwright.conf"},
    }
    for engine, paths in expected.items():
        state = role(stacked(containers=[engine]), "container_toolkit")
        found = {one.path for one in state.files if "systemd" not in one.path}
        assert found == paths
        group = dict(system.packages)[f"container_toolkit.{engine}"]  # type: ignore[index]
        packages = {one.name for one in state.packages}
        assert packages == set(group) | set(system.packages["container_toolkit"])
        daemons = {one.name for one in state.units if not one.name.startswith("nvidia-cdi")}
        assert daemons == (set() if engine == "podman" else {f"{engine}.service"})


def test_containers_may_pin_memory() -> None:
    found = texts(stacked(containers=["docker", "containerd", "podman"]), "container_toolkit")
    docker = json.loads(found["etc/docker/daemon.json"])
    assert docker["default-ulimits"]["memlock"] == {"Name": "memlock", "Hard": -1, "Soft": -1}
    assert docker["runtimes"]["nvidia"]["path"] == "/usr/bin/nvidia-container-runtime"
    podman = tomllib.loads(found["etc/containers/containers.conf.d/50-railwright.conf"])
    assert podman["containers"]["default_ulimits"] == ["memlock=-1:-1"]
    for unit in ("docker", "containerd"):
        text = found[f"etc/systemd/system/{unit}.service.d/50-railwright.conf"]
        assert "LimitMEMLOCK=infinity" in text


def test_containers_of_docker_outlive_its_restart() -> None:
    found = texts(stacked(containers=["docker"]), "container_toolkit")
    docker = json.loads(found["etc/docker/daemon.json"])
    assert docker["live-restore"] is True
    # With other daemon options than before it may not find them again (Docker manual).
    assert docker.keys() == {"default-ulimits", "features", "live-restore", "runtimes"}


def test_containerd_reads_what_it_imports() -> None:
    found = texts(stacked(), "container_toolkit")
    main = tomllib.loads(found["etc/containerd/config.toml"])
    ours = tomllib.loads(found["etc/containerd/conf.d/50-railwright.toml"])
    assert main["imports"] == ["/etc/containerd/conf.d/*.toml"]
    assert main["version"] == ours["version"] == 2
    cri = ours["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["enable_cdi"] is True
    runtime = cri["containerd"]["runtimes"]["nvidia"]["options"]
    assert runtime == {"BinaryName": "/usr/bin/nvidia-container-runtime", "SystemdCgroup": True}


def test_cdi_is_refreshed_by_the_toolkit() -> None:
    units = role(stacked(), "container_toolkit").units
    assert Unit("nvidia-cdi-refresh.path") in units
    assert Unit("nvidia-cdi-refresh.service", running=None) in units


def test_dcgm_waits_for_the_driver() -> None:
    state = role(stacked(), "dcgm")
    group = loader.stack(RELEASE).systems["debian-12"].packages["dcgm"]
    assert {one.name: one.version for one in state.packages} == group
    assert state.units == (Unit("nvidia-dcgm.service", needs=("nvidia",)),)
