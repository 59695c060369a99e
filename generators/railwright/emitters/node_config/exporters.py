"""What a server tells Prometheus, on its in-band address alone: node, GPU and BMC exporters."""

from collections.abc import Iterator
from functools import lru_cache

from railwright.catalog.stack_model import Group
from railwright.emitters.node_config import dcgm, roce
from railwright.emitters.node_config.nvidia_driver import MODULE
from railwright.emitters.node_config.software import drop_in, modules_load, unit_file
from railwright.emitters.node_config.state import Package, RoleState, Unit
from railwright.files import OutputFile, templates
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack, stack_of

GROUP: Group = "exporters"
DCGM_PACKAGE = "datacenter-gpu-manager-exporter"
DCGM_UNIT = "nvidia-dcgm-exporter.service"
COUNTERS = "etc/dcgm-exporter/railwright-counters.csv"
METRICS = roce.METRICS.rpartition("/")[0]
"""Folder whose *.prom files the node exporter passes on."""
# Source: Prometheus, default port allocations.
NODE_PORT, IPMI_PORT, DCGM_PORT = 9100, 9290, 9400

# They listen on one address, which may come after they start: they try until it is there. systemd
# gives up after five failures in ten seconds otherwise (systemd.unit(5), StartLimitBurst).
UNIT = """\
[Unit]
StartLimitIntervalSec=0
"""
PATIENCE = """\
Restart=on-failure
RestartSec=5
"""
NODE = f"""\
{UNIT}
[Service]
ExecStart=
ExecStart={{program}} --web.listen-address={{address}}:{{port}} \\
  --collector.textfile.directory={{metrics}} --collector.infiniband --collector.ethtool \\
  --collector.ethtool.device-include=^(rail|storage)[0-9] --collector.systemd
{PATIENCE}"""
# The BMC's device is root's alone.
IPMI = f"""\
{UNIT}
[Service]
User=root
ExecStart=
ExecStart={{program}} --web.listen-address={{address}}:{{port}}
{PATIENCE}"""
# Left alone it starts a second host engine in itself, and only one gets the profiling counters.
DCGM = f"""\
{UNIT}After={dcgm.UNIT}
Wants={dcgm.UNIT}

[Service]
ExecStart=
ExecStart=/usr/bin/dcgm-exporter --address {{address}}:{DCGM_PORT} --collectors /{COUNTERS} \\
  --remote-hostengine-info localhost:5555
{PATIENCE}"""
"""The host engine's address is its own default (NVIDIA DCGM documentation, nv-hostengine)."""

# Source: the packages of Debian and Ubuntu.
DEBIAN_NODE = "/usr/bin/prometheus-node-exporter"
DEBIAN_NODE_UNIT = "prometheus-node-exporter.service"
IPMI_PACKAGE = "prometheus-ipmi-exporter"
IPMI_UNIT = f"{IPMI_PACKAGE}.service"
# Source: node_exporter's own name of its program, which EPEL keeps; the unit is ours.
EPEL_NODE = "/usr/bin/node_exporter"
EPEL_NODE_UNIT = "railwright-node-exporter.service"
BMC_PACKAGES = ("ipmi", "freeipmi")
OWN_UNIT = """\
{service}DynamicUser=yes

[Install]
WantedBy=multi-user.target
"""


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the exporters of a server; those of GPUs and of a BMC only where there are any."""
    stack = stack_of(plan)
    if stack is None:
        return None
    has_gpus, has_bmc = device.role == "gpu_node", stack.choices.host != "vm"
    address = device.management.address
    node, unit = _node(stack, address)
    files, units = [node], [unit]
    if has_bmc:
        files.append(modules_load("ipmi", ("ipmi_devintf", "ipmi_si")))
    if has_bmc and IPMI_PACKAGE in stack.packages(GROUP):
        text = _text(IPMI, f"/usr/bin/{IPMI_PACKAGE}", address, IPMI_PORT)
        files.append(drop_in(IPMI_UNIT, text))
        units.append(Unit(IPMI_UNIT))
    if has_gpus:
        files.extend(_gpu_files(address))
        units.append(Unit(DCGM_UNIT, needs=(MODULE,)))
    return RoleState(
        files=tuple(files),
        packages=tuple(_packages(stack, has_gpus=has_gpus, has_bmc=has_bmc)),
        units=tuple(units),
    )


def _node(stack: NodeStack, address: str) -> tuple[OutputFile, Unit]:
    """Return the node exporter: what its package starts, refined, or a unit of ours."""
    if stack.is_apt:
        text = _text(NODE, DEBIAN_NODE, address, NODE_PORT)
        return drop_in(DEBIAN_NODE_UNIT, text), Unit(DEBIAN_NODE_UNIT)
    service = _text(NODE, EPEL_NODE, address, NODE_PORT).replace("ExecStart=\n", "", 1)
    service = service.replace("[Unit]\n", "[Unit]\nDescription=Metrics of this node\n", 1)
    return unit_file(EPEL_NODE_UNIT, OWN_UNIT.format(service=service)), Unit(EPEL_NODE_UNIT)


def _packages(stack: NodeStack, *, has_gpus: bool, has_bmc: bool) -> Iterator[Package]:
    """Yield the group's packages without those of hardware that the server has not."""
    for name, version in sorted(stack.packages(GROUP).items()):
        of_gpus = name == DCGM_PACKAGE
        of_bmc = any(word in name for word in BMC_PACKAGES)
        if (has_gpus or not of_gpus) and (has_bmc or not of_bmc):
            yield Package(name, version)


def _text(template: str, program: str, address: str, port: int) -> str:
    return template.format(program=program, address=address, port=port, metrics=METRICS)


def _gpu_files(address: str) -> Iterator[OutputFile]:
    yield counters()
    yield drop_in(DCGM_UNIT, DCGM.format(address=address))


@lru_cache(maxsize=1)
def counters() -> OutputFile:
    """Return the counters that the GPU exporter reads."""
    source = templates() / "node_config" / "dcgm-counters.csv"
    return OutputFile(COUNTERS, source.read_bytes())
