"""What the roles of a stack release share: packages of groups, units' files, whose they are."""

from collections.abc import Iterator

from railwright.catalog.stack_model import Group
from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.state import Package
from railwright.files import OutputFile
from railwright.intent.stack import Stack
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_roce import settings
from railwright.plan.stack import NodeStack, stack_of

UNITS = "etc/systemd/system"
DROP_IN = "50-railwright.conf"


def on_gpu_node(plan: Plan, device: Device) -> NodeStack | None:
    """Return the software of a GPU node, None for another device or without a stack."""
    return stack_of(plan) if device.role == "gpu_node" else None


def on_rdma_node(plan: Plan, device: Device) -> NodeStack | None:
    """Return the software of a server with RDMA ports that the catalog knows, else None."""
    stack = stack_of(plan)
    return stack if stack and settings(plan, device) else None


def packages(stack: NodeStack, *groups: Group) -> tuple[Package, ...]:
    """Return the packages of some groups by name, each once."""
    found = {name: one for group in groups for name, one in stack.packages(group).items()}
    return tuple(Package(name, version) for name, version in sorted(found.items()))


def ofed_group(choices: Stack) -> Group:
    """Return the group of the NIC driver that was chosen."""
    chosen: dict[str, Group] = {
        "doca": "ofed.doca",
        "mlnx": "ofed.mlnx",
        "inbox": "ofed.inbox",
    }
    return chosen[choices.ofed]


def firmware_group(choices: Stack) -> Group:
    """Return the group of the tools that set up a NIC's firmware."""
    return "nic_firmware.inbox" if choices.ofed == "inbox" else "nic_firmware.ofed"


def engine_groups(choices: Stack) -> tuple[Group, ...]:
    """Return the groups of the container engines that were chosen."""
    engines: dict[str, Group] = {
        "containerd": "container_toolkit.containerd",
        "docker": "container_toolkit.docker",
        "podman": "container_toolkit.podman",
    }
    return tuple(engines[one] for one in sorted(set(choices.containers)))


def storage_groups(choices: Stack) -> tuple[Group, ...]:
    """Return the groups of what is mounted from the storage network."""
    nfs: tuple[Group, ...] = ("storage_client.nfs",) if choices.nfs else ()
    nvme: tuple[Group, ...] = ("storage_client.nvme",) if choices.nvme else ()
    return nfs + nvme


def chosen_groups(choices: Stack) -> Iterator[Group]:
    """Yield every group that some node of the site installs."""
    yield from ("base", "lldp", ofed_group(choices), firmware_group(choices))
    yield from ("nvidia_driver", "fabricmanager", "gpudirect", "container_toolkit")
    yield from engine_groups(choices)
    yield from ("dcgm", "nccl", "hpcx")
    yield from storage_groups(choices)
    yield "exporters"


def unit_file(name: str, text: str) -> OutputFile:
    """Return a systemd unit of ours."""
    return file(f"{UNITS}/{name}", text)


def drop_in(unit: str, text: str, name: str = DROP_IN) -> OutputFile:
    """Return a file that refines a unit of a package."""
    return file(f"{UNITS}/{unit}.d/{name}", text)


def modules_load(name: str, modules: tuple[str, ...]) -> OutputFile:
    """Return the file of kernel modules to load at every boot."""
    return file(f"etc/modules-load.d/railwright-{name}.conf", "".join(f"{m}\n" for m in modules))


def wanted_modules(stack: NodeStack, *names: str) -> tuple[tuple[str, str | None], ...]:
    """Return kernel modules with the version that the release gives them, None for any."""
    return tuple((name, stack.system.modules.get(name)) for name in names)
