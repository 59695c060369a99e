"""The GPU driver: open kernel modules of one version, and the daemon that keeps them awake."""

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import (
    drop_in,
    on_gpu_node,
    packages,
    wanted_modules,
)
from railwright.emitters.node_config.state import RoleState, Unit
from railwright.plan.model import Device, Plan

MODULE = "nvidia"

# Users' profilers read the GPUs' counters, which the driver keeps for root otherwise (NVIDIA,
# ERR_NVGPUCTRPERM). nouveau would take the GPUs first.
MODPROBE = """\
blacklist nouveau
options nouveau modeset=0
options nvidia NVreg_RestrictProfilingToAdminUsers=0
"""
PERSISTENCE = "nvidia-persistenced.service"
# Ubuntu's package starts it from udev, without persistence, and stops it when nobody asks for it.
KEPT = """\
[Unit]
StopWhenUnneeded=no

[Service]
ExecStart=
ExecStart=/usr/bin/nvidia-persistenced --user nvidia-persistenced --persistence-mode --verbose

[Install]
WantedBy=multi-user.target
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the driver of a GPU node."""
    stack = on_gpu_node(plan, device)
    if stack is None:
        return None
    files = [file("etc/modprobe.d/railwright-nvidia.conf", MODPROBE)]
    if stack.choices.os.startswith("ubuntu"):
        files.append(drop_in(PERSISTENCE, KEPT))
    return RoleState(
        files=tuple(files),
        packages=packages(stack, "nvidia_driver"),
        units=(Unit(PERSISTENCE, needs=(MODULE,)),),
        modules=wanted_modules(stack, MODULE),
    )
