"""GPUs and RDMA in containers: NVIDIA's toolkit, CDI, and the settings of each engine."""

from collections.abc import Iterator

import orjson

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import (
    drop_in,
    engine_groups,
    on_gpu_node,
    packages,
)
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.files import OutputFile
from railwright.intent.stack import Stack
from railwright.plan.model import Device, Plan

RUNTIME = "/usr/bin/nvidia-container-runtime"
CDI_UNITS = (
    Unit("nvidia-cdi-refresh.path"),
    Unit("nvidia-cdi-refresh.service", running=None),
)
"""They write the devices' description anew with every driver and boot (toolkit 1.18 and later)."""

# RDMA pins the memory it registers: without the limit a container cannot.
MEMLOCK = """\
[Service]
LimitMEMLOCK=infinity
"""

# Containers go on while a daemon that has read this restarts. It reads nothing else here that
# would keep it from finding them again (a network's or a storage driver's settings); a swarm, which
# it does not go with, is none of a GPU node's business. Source: Docker manual, live restore.
DOCKER = {
    "default-ulimits": {"memlock": {"Name": "memlock", "Hard": -1, "Soft": -1}},
    "features": {"cdi": True},
    "live-restore": True,
    "runtimes": {"nvidia": {"args": [], "path": RUNTIME}},
}

CONTAINERD = """\
version = 2
imports = ["/etc/containerd/conf.d/*.toml"]
"""
CRI = 'plugins."io.containerd.grpc.v1.cri"'
CONTAINERD_NVIDIA = f"""\
version = 2

[{CRI}]
enable_cdi = true
cdi_spec_dirs = ["/etc/cdi", "/var/run/cdi"]

[{CRI}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[{CRI}.containerd.runtimes.runc.options]
SystemdCgroup = true

[{CRI}.containerd.runtimes.nvidia]
runtime_type = "io.containerd.runc.v2"

[{CRI}.containerd.runtimes.nvidia.options]
BinaryName = "{RUNTIME}"
SystemdCgroup = true
"""

PODMAN = """\
[containers]
default_ulimits = ["memlock=-1:-1"]
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the container engines of a GPU node."""
    stack = on_gpu_node(plan, device)
    if stack is None:
        return None
    return RoleState(
        files=tuple(_files(stack.choices)),
        packages=packages(stack, "container_toolkit", *engine_groups(stack.choices)),
        units=(*CDI_UNITS, *_units(stack.choices)),
    )


def _files(choices: Stack) -> Iterator[OutputFile]:
    if "containerd" in choices.containers:
        yield file("etc/containerd/config.toml", CONTAINERD)
        yield file("etc/containerd/conf.d/50-railwright.toml", CONTAINERD_NVIDIA)
        yield drop_in("containerd.service", MEMLOCK)
    if "docker" in choices.containers:
        text = orjson.dumps(DOCKER, option=orjson.OPT_INDENT_2) + b"\n"
        yield OutputFile("etc/docker/daemon.json", text)
        yield drop_in("docker.service", MEMLOCK)
    if "podman" in choices.containers:
        yield file("etc/containers/containers.conf.d/50-railwright.conf", PODMAN)


def _units(choices: Stack) -> Iterator[Unit]:
    """Yield the engines' daemons; podman has none."""
    for engine in ("containerd", "docker"):
        if engine in choices.containers:
            yield Unit(f"{engine}.service")
