"""Units of the stand-in packages: small services that start, stop and fail as the real ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.lab.standin.debs import Item

_SLEEP = "/usr/bin/sleep infinity"
_FOLDER = "lib/systemd/system"


@dataclass(frozen=True, slots=True)
class StandinUnit:
    """A unit; `at_once` is enabled and started when its package is installed.

    `service` are lines of its [Service] (or, of a path unit, [Path]) section.
    """

    name: str
    service: tuple[str, ...] = (f"ExecStart={_SLEEP}",)
    at_once: bool = False
    unit: tuple[str, ...] = ()
    install: tuple[str, ...] = ("WantedBy=multi-user.target",)

    def text(self) -> str:
        """Return the unit file."""
        section = "Path" if self.name.endswith(".path") else "Service"
        lines = ["[Unit]", f"Description={self.name}, a stand-in", *self.unit, ""]
        return "\n".join(
            (*lines, f"[{section}]", *self.service, "", "[Install]", *self.install, "")
        )


_ONESHOT = ("Type=oneshot", "RemainAfterExit=yes")
UNITS: Mapping[str, tuple[StandinUnit, ...]] = {
    "chrony": (
        StandinUnit(
            "chrony.service",
            at_once=True,
            unit=("Conflicts=systemd-timesyncd.service",),
            install=("Alias=chronyd.service", "WantedBy=multi-user.target"),
        ),
    ),
    "containerd": (StandinUnit("containerd.service", at_once=True),),
    "datacenter-gpu-manager-4-core": (
        StandinUnit(
            "nvidia-dcgm.service",
            (
                "ExecStartPre=/usr/bin/nv-hostengine",
                f"ExecStart={_SLEEP}",
                "ExecStopPost=/usr/bin/nv-hostengine --stop",
            ),
        ),
    ),
    "datacenter-gpu-manager-exporter": (
        StandinUnit("nvidia-dcgm-exporter.service", ("ExecStart=/usr/bin/dcgm-exporter",)),
    ),
    "docker.io": (StandinUnit("docker.service", at_once=True),),
    "nfs-common": (StandinUnit("rpc-statd.service", install=()),),
    "nvidia-compute-utils-580": (
        StandinUnit(
            "nvidia-persistenced.service",
            (*_ONESHOT, "ExecStart=/usr/bin/nvidia-persistenced --no-persistence-mode --verbose"),
            unit=("StopWhenUnneeded=true",),
            install=(),
        ),
    ),
    "nvidia-container-toolkit-base": (
        StandinUnit(
            "nvidia-cdi-refresh.service",
            (
                "Type=oneshot",
                "ExecStart=/usr/bin/nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml",
            ),
            unit=("ConditionPathExists=/usr/bin/nvidia-smi",),
        ),
        StandinUnit(
            "nvidia-cdi-refresh.path",
            ("PathChanged=/lib/modules", "Unit=nvidia-cdi-refresh.service"),
            at_once=True,
        ),
    ),
    "nvidia-fabricmanager": (
        StandinUnit(
            "nvidia-fabricmanager.service",
            (
                "ExecStartPre=/usr/bin/nv-fabricmanager",
                f"ExecStart={_SLEEP}",
                "ExecStopPost=/usr/bin/nv-fabricmanager --stop",
            ),
        ),
    ),
    "nvidia-persistenced": (
        StandinUnit(
            "nvidia-persistenced.service",
            ("ExecStartPre=/usr/bin/nvidia-persistenced", f"ExecStart={_SLEEP}"),
            at_once=True,
        ),
    ),
    "ofed-scripts": (
        StandinUnit(
            "openibd.service",
            (*_ONESHOT, "ExecStart=/usr/sbin/openibd start", "ExecStop=/usr/sbin/openibd stop"),
            at_once=True,
        ),
    ),
    "prometheus-ipmi-exporter": (
        StandinUnit(
            "prometheus-ipmi-exporter.service",
            ("ExecStart=/usr/bin/prometheus-ipmi-exporter",),
            at_once=True,
        ),
    ),
    "prometheus-node-exporter": (
        StandinUnit(
            "prometheus-node-exporter.service",
            ("ExecStart=/usr/bin/prometheus-node-exporter",),
            at_once=True,
        ),
    ),
    "tuned": (StandinUnit("tuned.service", at_once=True),),
}
"""By the package that ships them."""


def unit_items(package: str) -> list[Item]:
    """Return the unit files of a package."""
    return [Item(f"{_FOLDER}/{one.name}", one.text().encode()) for one in UNITS.get(package, ())]
