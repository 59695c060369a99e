"""Settings of a port that need no tool of a vendor: files of the kernel, ip, ethtool, setpci."""

from __future__ import annotations

import re
from collections.abc import Iterator

from railwright.programs.node import Machine, TroubleError
from railwright.programs.roce_settings import PRIORITIES, LackingError, Port, Setting, joined

NET = "/sys/class/net"
RDMA = "/sys/class/infiniband"
PCI = "/sys/bus/pci/devices"
NO_CARRIER = -1
PCIE_CAPABILITY = 0x10
CAPABILITIES_AT = 0x34
DEVICE_CONTROL = 8
SMALLEST_READ_REQUEST = 128
INSTALL_ETHTOOL = "install the package ethtool"
INSTALL_PCIUTILS = "install the package pciutils"
RELOAD = "see in `dmesg` whether the NIC's driver is loaded, and look at the cable"


def require(machine: Machine, interface: str) -> None:
    """Make sure that an interface exists. Raises: TroubleError."""
    if not machine.path(f"{NET}/{interface}").exists():
        raise TroubleError(
            f"there is no interface {interface}",
            "look with `lspci -d 15b3:` whether the NIC is there and with `dmesg` whether its "
            "driver is loaded, and compare names with /etc/railwright/nic-names.json",
        )


def rdma_device(machine: Machine, interface: str) -> str:
    """Return the RDMA device of an interface. Raises: TroubleError."""
    for device in machine.names(RDMA):
        if interface in machine.names(f"{RDMA}/{device}/device/net"):
            return device
    for device in machine.names(f"{NET}/{interface}/device/infiniband"):
        return device
    raise TroubleError(f"{interface} has no RDMA device", "load mlx5_ib: `modprobe mlx5_ib`")


def pci_address(machine: Machine, interface: str) -> str:
    """Return the PCI address of an interface. Raises: TroubleError."""
    device = machine.path(f"{NET}/{interface}/device")
    address = device.resolve().name
    if not re.fullmatch(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", address):
        raise TroubleError(f"{interface} has no PCI device", "its settings are for a physical NIC")
    return address


def link_settings(machine: Machine, port: Port) -> Iterator[Setting]:
    """Yield speed, FEC, packet size and global pause, in the order to set them in."""
    name = port.interface
    if port.speed_gbps is not None:
        mbps = str(port.speed_gbps * 1000)
        yield Setting(
            "speed",
            f"{port.speed_gbps}G",
            lambda: _speed(machine, name),
            lambda: _ethtool(machine, "-s", name, "speed", mbps, "autoneg", "off"),
        )
    if port.fec:
        yield Setting(
            "FEC",
            port.fec,
            lambda: _fec(machine, name),
            lambda: _ethtool(machine, "--set-fec", name, "encoding", port.fec),
        )
    if port.mtu_bytes is not None:
        mtu = str(port.mtu_bytes)
        yield Setting(
            "MTU",
            mtu,
            lambda: _file(machine, f"{NET}/{name}/mtu"),
            lambda: _succeed(machine, "ip", "link", "set", "dev", name, "mtu", mtu),
        )
    if port.pause:
        yield Setting(
            "global pause",
            port.pause,
            lambda: _pause(machine, name),
            lambda: _set_pause(machine, name, port.pause),
        )


def _file(machine: Machine, path: str) -> str:
    value = machine.read(path)
    if value is None:
        raise TroubleError(f"{path} is not there", RELOAD)
    return value


def _succeed(machine: Machine, *argv: str) -> None:
    machine.succeed(argv, "run as root, and look at `dmesg` for the driver")


def _ethtool(machine: Machine, *arguments: str) -> None:
    machine.succeed(["ethtool", *arguments], INSTALL_ETHTOOL)


def _speed(machine: Machine, interface: str) -> str:
    value = machine.read(f"{NET}/{interface}/speed")
    mbps = int(value) if value and value.lstrip("-").isdecimal() else NO_CARRIER
    if mbps <= 0:
        raise LackingError("the link is down, so its speed cannot be compared")
    return f"{mbps / 1000:g}G"


def fec_of(text: str) -> str:
    """Return the FEC of `ethtool --show-fec`: the active one, without a link the configured."""
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        found[key.strip().rpartition(" FEC ")[0] or key.strip()] = value.strip().lower()
    active = found.get("Active", "")
    if active and active != "none":
        return active
    return found.get("Supported/Configured", found.get("Configured", active)) or "none"


def _fec(machine: Machine, interface: str) -> str:
    done = machine.run(["ethtool", "--show-fec", interface], INSTALL_ETHTOOL)
    if done.code:
        raise LackingError(f"its driver does not tell the FEC ({done.words})")
    return fec_of(done.out)


def pause_of(text: str) -> str:
    """Return `off` where `ethtool -a` says that no direction pauses, else who does."""
    found = dict(re.findall(r"^(RX|TX):\s*(\w+)", text, re.MULTILINE))
    on = [name.lower() for name in ("RX", "TX") if found.get(name) != "off"]
    return " and ".join(on) + " on" if on else "off"


def _pause(machine: Machine, interface: str) -> str:
    return pause_of(machine.succeed(["ethtool", "-a", interface], INSTALL_ETHTOOL))


def _set_pause(machine: Machine, interface: str, wanted: str) -> None:
    # On mlx5 it ends with an error about autonegotiation although it is applied: look instead.
    argv = ["ethtool", "-A", interface, "autoneg", "off", "rx", wanted, "tx", wanted]
    done = machine.run(argv, INSTALL_ETHTOOL)
    if (found := _pause(machine, interface)) != wanted:
        raise TroubleError(f"global pause of {interface} is still {found}: {done.words}", RELOAD)


def ecn_settings(machine: Machine, port: Port) -> Iterator[Setting]:
    """Yield who answers marks and what CNPs are marked with, of the driver of DOCA or MLNX_OFED."""
    folder = f"{NET}/{port.interface}/ecn"
    if port.ecn:
        wanted = f"slows down {joined(port.ecn)}, answers marks {int(any(port.ecn))}"
        yield Setting(
            "ECN", wanted, lambda: _ecn(machine, folder), lambda: _set_ecn(machine, folder, port)
        )
    for name, file, value in (
        ("CNP DSCP", "cnp_dscp", port.cnp_dscp),
        ("CNP priority", "cnp_802p_prio", port.cnp_priority),
    ):
        if value is not None:
            yield file_setting(machine, name, f"{folder}/roce_np/{file}", str(value))


def file_setting(machine: Machine, name: str, path: str, wanted: str) -> Setting:
    """Return a setting that is one file of the kernel."""
    return Setting(name, wanted, lambda: _file(machine, path), lambda: machine.write(path, wanted))


def _ecn(machine: Machine, folder: str) -> str:
    """Read both switches: one for all priorities of marks, shown as eight, and eight of senders."""
    if not machine.path(folder).exists():
        remedy = "the driver is not that of DOCA or MLNX_OFED: restart, or say `ofed: inbox`"
        raise TroubleError(f"{folder} is not there", remedy)
    answers = [_file(machine, f"{folder}/roce_np/enable/{one}") for one in PRIORITIES]
    slows = [_file(machine, f"{folder}/roce_rp/enable/{one}") for one in PRIORITIES]
    return f"slows down {','.join(slows)}, answers marks {int('1' in answers)}"


def _set_ecn(machine: Machine, folder: str, port: Port) -> None:
    for priority in PRIORITIES:
        value = str(port.ecn[priority])
        machine.write(f"{folder}/roce_np/enable/{priority}", str(int(any(port.ecn))))
        machine.write(f"{folder}/roce_rp/enable/{priority}", value)


def forced_class(machine: Machine, port: Port) -> Iterator[Setting]:
    """Yield the traffic class that the driver forces on queue pairs."""
    if port.traffic_class is None:
        return
    path = f"{RDMA}/{rdma_device(machine, port.interface)}/tc/1/traffic_class"
    wanted = str(port.traffic_class)
    yield Setting(
        "traffic class",
        wanted,
        lambda: class_of(_file(machine, path)),
        lambda: machine.write(path, wanted),
    )


def class_of(text: str) -> str:
    """Return the class of the first line, `Global tclass=106`; rules of others may follow."""
    first = text.partition("\n")[0].strip()
    return first.rpartition("=")[2].strip() or "not forced"


def read_request(machine: Machine, port: Port, wanted_bytes: int) -> Setting:
    """Return the PCIe maximum read request of a port's NIC, which firmware starts with 512."""
    address = pci_address(machine, port.interface)
    code = (wanted_bytes // SMALLEST_READ_REQUEST).bit_length() - 1
    argv = ["setpci", "-s", address, f"CAP_EXP+08.w={code:x}000:f000"]

    def change() -> None:
        machine.succeed(argv, INSTALL_PCIUTILS)

    return Setting(
        "read request", f"{wanted_bytes} bytes", lambda: _read_request(machine, address), change
    )


def _read_request(machine: Machine, address: str) -> str:
    path = f"{PCI}/{address}/config"
    try:
        content = machine.path(path).read_bytes()
    except OSError as error:
        raise TroubleError(f"{path} cannot be read ({error.strerror})", "run as root") from None
    size = read_request_bytes(content)
    if size is None:
        raise TroubleError(f"{path} ends before the PCIe capability", "run as root")
    return f"{size} bytes"


def read_request_bytes(config: bytes) -> int | None:
    """Return the maximum read request of a configuration space, None where it has none."""
    # PCI Express Base Specification, 7.5.3.4: bits 14:12 of device control, 128 << n bytes.
    at = config[CAPABILITIES_AT] if len(config) > CAPABILITIES_AT else 0
    seen = set()
    while at and at not in seen and at + DEVICE_CONTROL + 2 <= len(config):
        seen.add(at)
        if config[at] == PCIE_CAPABILITY:
            control = int.from_bytes(
                config[at + DEVICE_CONTROL : at + DEVICE_CONTROL + 2], "little"
            )
            return SMALLEST_READ_REQUEST << (control >> 12 & 7)
        at = config[at + 1]
    return None
