"""Limits, kernel settings and clock speeds of a server."""

from collections.abc import Iterator

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.state import Unit
from railwright.files import OutputFile
from railwright.plan.model import Device

UNITS = (Unit("tuned.service"),)
PROFILE = "railwright"

# RDMA pins the memory that it registers. `*` leaves out root (limits.conf(5)).
LIMITS = """\
* - memlock unlimited
* - nofile 1048576
* - stack unlimited
root - memlock unlimited
root - nofile 1048576
root - stack unlimited
"""
# Services do not log in, so that limits.d says nothing of them.
MANAGER = """\
[Manager]
DefaultLimitMEMLOCK=infinity
DefaultLimitNOFILE=1048576
"""
# A `-` before a setting: not every kernel and not every namespace has it (sysctl.d(5)).
NEIGHBOURS = """\
-net.ipv4.neigh.default.gc_thresh1 = 4096
-net.ipv4.neigh.default.gc_thresh2 = 8192
-net.ipv4.neigh.default.gc_thresh3 = 16384
-net.ipv6.neigh.default.gc_thresh1 = 4096
-net.ipv6.neigh.default.gc_thresh2 = 8192
-net.ipv6.neigh.default.gc_thresh3 = 16384
"""
MEMORY = """\
-kernel.numa_balancing = 0
-vm.zone_reclaim_mode = 1
"""
TUNED = """\
[main]
summary=Full speed, whoever is idle
include=throughput-performance

[cpu]
governor=performance
energy_perf_bias=performance
min_perf_pct=100
"""


def files(device: Device) -> Iterator[OutputFile]:
    """Yield limits and settings; memory stays near its processor on GPU nodes."""
    yield file("etc/security/limits.d/50-railwright.conf", LIMITS)
    for manager in ("system", "user"):
        yield file(f"etc/systemd/{manager}.conf.d/50-railwright.conf", MANAGER)
    memory = MEMORY if device.role == "gpu_node" else ""
    yield file("etc/sysctl.d/60-railwright-base.conf", NEIGHBOURS + memory)
    yield file(f"etc/tuned/{PROFILE}/tuned.conf", TUNED)
    yield file("etc/tuned/active_profile", f"{PROFILE}\n")
    yield file("etc/tuned/profile_mode", "manual\n")
