"""GPUs as nvidia-smi and dcgmi show them, and nvidia-ctk's device list for containers."""

from typing import Any

from . import kmods
from .machine import Machine, ToolError, say

VERSIONS = "usr/share/railwright-standin"
"""A file per installed stand-in package, with its version."""

_NO_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that "
    "the latest NVIDIA driver is installed and running.\n"
)
_RULE = "+" + "-" * 87 + "+"
_MEMORY_MIB = 81559


def driver(machine: Machine) -> str:
    """Return the version of the driver that runs. Raises: ToolError as nvidia-smi does."""
    loaded = machine.text("sys/module/nvidia/version")
    if not loaded:
        raise ToolError(_NO_DRIVER, 9)
    library = upstream(machine.text(f"{VERSIONS}/libnvidia-ml1"))
    if library and library != loaded:
        short = ".".join(library.split(".")[:2])
        message = "Failed to initialize NVML: Driver/library version mismatch"
        raise ToolError(f"{message}\nNVML library version: {short}", 18)
    return loaded


def upstream(version: str) -> str:
    """Return a package's version without epoch and revision."""
    return version.rpartition(":")[2].partition("-")[0]


def fabric_is_up(machine: Machine) -> bool:
    """Return whether the fabric manager runs."""
    return machine.path("run/nvidia-fabricmanager/nv-fabricmanager.pid").exists()


def nvidia_smi(machine: Machine, argv: list[str]) -> int:
    """Show GPUs: table, `-L`, `-q`, `--query-gpu=`, `topo -m`; `-pm 1` is accepted."""
    version = driver(machine)
    gpus = machine.gpus()
    if not gpus:
        say("No devices were found")
        return 6
    query = next((word for word in argv if word.startswith("--query-gpu=")), "")
    if query:
        _csv(machine, gpus, version, query.split("=", 1)[1].split(","), argv)
    elif argv[:1] in (["-L"], ["--list-gpus"]):
        for one in gpus:
            say(f"GPU {one['index']}: NVIDIA H100 80GB HBM3 (UUID: {one['uuid']})")
    elif argv[:2] == ["topo", "-m"]:
        _topology(machine, gpus)
    elif "-q" in argv:
        _full(machine, gpus, version)
    elif argv[:1] in (["-pm"], ["--persistence-mode"]):
        for one in gpus:
            say(f"Enabled persistence mode for GPU {_bus(one)}.")
        say("All done.")
    else:
        _table(gpus, version)
    return 0


def _bus(one: dict[str, Any]) -> str:
    return f"0000{one['address'].upper()}"


def _cuda(version: str) -> str:
    branch = int(version.split(".", 1)[0])
    return "13.0" if branch >= 580 else "12.8"


def _values(machine: Machine, one: dict[str, Any], version: str) -> dict[str, str]:
    return {
        "index": str(one["index"]),
        "name": "NVIDIA H100 80GB HBM3",
        "uuid": one["uuid"],
        "gpu_uuid": one["uuid"],
        "serial": one["serial"],
        "driver_version": version,
        "pci.bus_id": _bus(one),
        "gpu_bus_id": _bus(one),
        "memory.total": f"{_MEMORY_MIB} MiB",
        "memory.used": "0 MiB",
        "temperature.gpu": "31",
        "power.draw": "70.12 W",
        "power.limit": "700.00 W",
        "persistence_mode": "Enabled",
        "count": str(len(machine.gpus())),
        "pcie.link.gen.current": "5",
        "pcie.link.width.current": "16",
        "ecc.mode.current": "Enabled",
        "mig.mode.current": "Disabled",
        "compute_cap": "9.0",
        "vbios_version": "96.00.89.00.01",
        "fabric.state": "Completed" if fabric_is_up(machine) else "In Progress",
        "fabric.status": "Success" if fabric_is_up(machine) else "N/A",
        "ecc.errors.uncorrected.volatile.total": "0",
    }


def _csv(
    machine: Machine, gpus: list[dict[str, Any]], version: str, fields: list[str], argv: list[str]
) -> None:
    form = next((word for word in argv if word.startswith("--format=")), "--format=csv")
    rows = [_values(machine, one, version) for one in gpus]
    fields = [field.strip() for field in fields]
    for field in fields:
        if field not in rows[0]:
            raise ToolError(f'Field "{field}" is not a valid field to query.', 2)
    if "noheader" not in form:
        say(", ".join(fields))
    for row in rows:
        values = [row[field] for field in fields]
        if "nounits" in form:
            values = [one.removesuffix(" MiB").removesuffix(" W") for one in values]
        say(", ".join(values))


def _topology(machine: Machine, gpus: list[dict[str, Any]]) -> None:
    nics = [
        one
        for one in machine.nics()
        if machine.path(f"sys/class/infiniband/{one['rdma']}").exists()
    ]
    nics.sort(key=lambda one: (len(one["rdma"]), one["rdma"]))
    rows = [
        *((f"GPU{one['index']}", one) for one in gpus),
        *((f"NIC{at}", one) for at, one in enumerate(nics)),
    ]
    say("\t" + "\t".join(name for name, _ in rows) + "\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID")
    for name, one in rows:
        cells = [_way(name, one, other_name, other) for other_name, other in rows]
        cores = "0-55" if one["numa"] == 0 else "56-111"
        tail = f"\t{cores}\t{one['numa']}\tN/A" if name.startswith("GPU") else ""
        say(f"{name}\t" + "\t".join(cells) + tail)
    say(
        "\nLegend:\n\n  X    = Self\n  SYS  = Connection traversing PCIe as well as the SMP "
        "interconnect between NUMA nodes (e.g., QPI/UPI)"
    )
    say(
        "  NODE = Connection traversing PCIe as well as the interconnect between PCIe Host Bridges "
        "within a NUMA node\n  PXB  = Connection traversing multiple PCIe bridges"
    )
    say(
        "  PIX  = Connection traversing at most a single PCIe bridge\n  NV#  = Connection "
        "traversing a bonded set of # NVLinks\n\nNIC Legend:\n"
    )
    for at, one in enumerate(nics):
        say(f"  NIC{at}: {one['rdma']}")


def _way(name: str, one: dict[str, Any], other_name: str, other: dict[str, Any]) -> str:
    if name == other_name:
        return " X "
    if name.startswith("GPU") and other_name.startswith("GPU"):
        return "NV18"
    if one["above"][:1] == other["above"][:1] and one["above"]:
        return "PXB"
    return "NODE" if one["numa"] == other["numa"] else "SYS"


def _full(machine: Machine, gpus: list[dict[str, Any]], version: str) -> None:
    say("\n==============NVSMI LOG==============\n")
    say(f"{'Driver Version':<42}: {version}\n{'CUDA Version':<42}: {_cuda(version)}\n")
    say(f"{'Attached GPUs':<42}: {len(gpus)}")
    done = fabric_is_up(machine)
    for one in gpus:
        say(f"GPU {_bus(one)}")
        for name, value in (
            ("Product Name", "NVIDIA H100 80GB HBM3"),
            ("Product Brand", "NVIDIA"),
            ("Persistence Mode", "Enabled"),
            ("Serial Number", one["serial"]),
            ("GPU UUID", one["uuid"]),
        ):
            say(f"    {name:<38}: {value}")
        say("    Fabric")
        say(f"        {'State':<34}: {'Completed' if done else 'In Progress'}")
        say(f"        {'Status':<34}: {'Success' if done else 'N/A'}")
    say()


def _table(gpus: list[dict[str, Any]], version: str) -> None:
    say(_RULE)
    head = f"NVIDIA-SMI {version:<22} Driver Version: {version:<14} CUDA Version: {_cuda(version)}"
    say(f"| {head:<86}|")
    say(_RULE)
    for one in gpus:
        row = f"  {one['index']}  NVIDIA H100 80GB HBM3      On  |   {_bus(one)} Off |       0 |"
        say(f"|{row:<87}|")
    say(_RULE)


def dcgmi(machine: Machine, argv: list[str]) -> int:
    """Show what dcgmi shows of a host whose engine runs: discovery, health."""
    if not machine.path("run/nv-hostengine.pid").exists():
        raise ToolError(
            "Error: unable to establish a connection to the specified host: localhost\n"
            "Error: Unable to connect to host engine. Host engine not running.",
            255,
        )
    if argv[:1] == ["discovery"]:
        gpus = machine.gpus()
        say(f"{len(gpus)} GPUs found.\n+--------+{'-' * 70}+")
        say(f"| GPU ID | {'Device Information':<69}|")
        for one in gpus:
            say(f"| {one['index']:<7}| {'Name: NVIDIA H100 80GB HBM3':<69}|")
            say(f"|        | {'PCI Bus ID: ' + _bus(one):<69}|")
            say(f"|        | {'Device UUID: ' + one['uuid']:<69}|")
        say(f"+--------+{'-' * 70}+")
    elif argv[:1] == ["health"]:
        say("+---------------------------+\n| Overall Health  | Healthy |")
    else:
        say(
            f"dcgmi  version: {upstream(machine.text(f'{VERSIONS}/datacenter-gpu-manager-4-core'))}"
        )
    return 0


def nvidia_ctk(machine: Machine, argv: list[str]) -> int:
    """Do `cdi generate`, `cdi list` and `runtime configure`."""
    if argv[:2] == ["cdi", "list"]:
        say(f"INFO[0000] Found {len(machine.gpus()) + 1} CDI devices")
        for one in machine.gpus():
            say(f"nvidia.com/gpu={one['index']}")
        say("nvidia.com/gpu=all")
    elif argv[:2] == ["cdi", "generate"]:
        version = driver(machine)
        output = next((word.split("=", 1)[1] for word in argv if word.startswith("--output=")), "")
        names = [*(str(one["index"]) for one in machine.gpus()), "all"]
        text = f"---\ncdiVersion: 0.5.0\nkind: nvidia.com/gpu\n# driver {version}\ndevices:\n"
        text += "".join(f'- name: "{name}"\n' for name in names)
        machine.write(output or "var/run/cdi/nvidia.yaml", text)
    elif argv[:2] == ["runtime", "configure"]:
        say("INFO[0000] Wrote updated config; It is recommended that the daemon be restarted.")
    else:
        version = upstream(machine.text(f"{VERSIONS}/nvidia-container-toolkit-base"))
        say(f"NVIDIA Container Toolkit CLI version {version}")
    return 0


def nvidia_modprobe(machine: Machine, _: list[str]) -> int:
    """Load the driver's modules; root's tools run it."""
    for name in ("nvidia", "nvidia_uvm"):
        kmods.load(machine, name)
    return 0
