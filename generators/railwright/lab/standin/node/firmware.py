"""Firmware of NICs: mlxconfig and mstconfig, mlxfwreset, mlxreg, flint.

Three values per parameter: default, current, and next boot. `set` changes the next boot; what
makes it current are a reset of the firmware, a cold cycle, and a restart of the server where the
NIC supports that (level 4 of mlxfwreset).
"""

import re
from typing import Any

from . import kmods, sysfs
from .machine import Machine, ToolError, say

PARAMETERS = {
    "ADVANCED_PCI_SETTINGS": "False(0)",
    "ATS_ENABLED": "False(0)",
    "CNP_802P_PRIO_P1": "6",
    "CNP_DSCP_P1": "48",
    "DCBX_CEE_P1": "True(1)",
    "DCBX_IEEE_P1": "True(1)",
    "DCBX_WILLING_P1": "True(1)",
    "KEEP_ETH_LINK_UP_P1": "True(1)",
    "LINK_TYPE_P1": "ETH(2)",
    "LLDP_NB_DCBX_P1": "False(0)",
    "LLDP_NB_RX_MODE_P1": "OFF(0)",
    "LLDP_NB_TX_MODE_P1": "OFF(0)",
    "NUM_OF_VFS": "0",
    "PCI_WR_ORDERING": "per_mkey(0)",
    "ROCE_CC_LEGACY_DCQCN": "False(0)",
    "ROCE_CC_PRIO_MASK_P1": "255",
    "ROCE_CONTROL": "DEFAULT(0)",
    "SRIOV_EN": "False(0)",
    "UCTX_EN": "True(1)",
}
ADVANCED = {"MAX_ACC_OUT_READ": "0", "MAX_READ_REQ": "DEVICE_DEFAULT(0)"}
"""Shown and accepted only while ADVANCED_PCI_SETTINGS is current."""

_WORDS = {
    "PCI_WR_ORDERING": {"0": "per_mkey", "1": "force_relax"},
    "LINK_TYPE_P1": {"1": "IB", "2": "ETH"},
    "ROCE_CONTROL": {"0": "DEFAULT", "1": "ROCE_DISABLE", "2": "ROCE_ENABLE"},
}
_MOST = 0xFFFF_FFFF
_PCI_RESET, _WARM_REBOOT = 3, 4
_LEVELS = {
    0: 'Driver, PCI link, network link will remain up ("live-Patch")',
    1: 'Only ARM side will not remain up ("Immediate reset").',
    _PCI_RESET: "Driver restart and PCI reset",
    _WARM_REBOOT: "Warm Reboot",
}
_TYPES = {
    0: ("Full chip reset", True),
    1: ("Phy-less reset (keep network port active during reset)", False),
    2: ("NIC only reset (for SoC devices)", False),
}
_USERS = ("nvidia_peermem", "rpcrdma", "nvme_rdma")
"""Modules that keep the driver from being stopped."""
_REGISTERS = {
    "ROCE_ACCL": {
        "roce_adp_retrans_field_select": 1,
        "roce_tx_window_field_select": 1,
        "roce_slow_restart_field_select": 1,
        "roce_slow_restart_idle_field_select": 1,
        "roce_adp_retrans_en": 1,
        "roce_tx_window_en": 1,
        "roce_slow_restart_en": 1,
        "roce_slow_restart_idle_en": 0,
    },
    "QPTS": {"local_port": 1, "lp_msb": 0, "trust_state": 1},
    "PFCC": {"local_port": 1, "pfctx": 0, "pfcrx": 0},
}


def restarted(machine: Machine) -> None:
    """Make the next boot's values current: of all NICs after a cold cycle, else where they can."""
    cold = machine.load("power").get("cold")
    for one in machine.nics():
        if cold or _WARM_REBOOT in levels(machine, one):
            _apply(machine, one)
    if cold:
        machine.save("power", {})


def levels(machine: Machine, nic: dict[str, Any]) -> tuple[int, ...]:
    """Return the reset levels that a NIC supports: 3 and 4, or what a fault leaves of them."""
    if machine.has("mlxfwreset-unsupported"):
        return ()
    only = f"mlxfwreset-only:{{}}:{nic['address']}"
    found = [one for one in _LEVELS if machine.has(only.format(one))]
    return tuple(found) or (_PCI_RESET, _WARM_REBOOT)


def cold_cycle(machine: Machine) -> None:
    """Remember that the coming restart takes the power away."""
    machine.save("power", {"cold": True})


def parameters(machine: Machine, nic: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Return default, current and next boot of every parameter that this NIC shows."""
    raw = machine.load("firmware").get(nic["address"], {})
    now, later = raw.get("current", {}), raw.get("next", {})
    known = dict(PARAMETERS)
    if not nic["address"].endswith(".0"):  # the second port of a card that has two
        known |= {_second(name): value for name, value in PARAMETERS.items() if "_P1" in name}
    if now.get("ADVANCED_PCI_SETTINGS") == "True(1)":
        known |= ADVANCED
    return {
        name: (default, now.get(name, default), later.get(name, now.get(name, default)))
        for name, default in sorted(known.items())
    }


def _second(name: str) -> str:
    return name.replace("_P1", "_P2")


def worded(name: str, value: str) -> str:
    """Return a value as the tool shows it: `1`, `True` or `True(1)` become `True(1)`.

    Raises: ToolError when the parameter does not take it.
    """
    first = name.replace("_P2", "_P1")
    default = {**PARAMETERS, **ADVANCED}[first]
    found = re.fullmatch(r"(?:(\w+)\()?(0x[0-9a-fA-F]+|\d+)\)?|(\w+)", value)
    if found is None:
        raise ToolError(f"-E- Failed to parse the value: {value}")
    number = found[2] or ""
    words = _WORDS.get(first, {"0": "False", "1": "True"} if "(" in default else {})
    if not number:
        back = {word.lower(): digit for digit, word in words.items()}
        number = back.get(value.lower(), "")
    if not number or (words and number not in words):
        raise ToolError(f"-E- Illegal value {value} for parameter {name}")
    if int(number, 0) > _MOST:
        raise ToolError(f"-E- Value {value} of parameter {name} is out of range")
    return f"{words[number]}({number})" if words else str(int(number, 0))


def mlxconfig(machine: Machine, argv: list[str], tool: str = "mlxconfig") -> int:
    """Run mlxconfig or mstconfig: q(uery), s(et), r(eset) of one device."""
    words = [word for word in argv if word not in ("-e", "--enable_verbosity", "-y", "--yes")]
    if "-d" not in words or len(words) < 3:
        raise ToolError(
            f"-E- Usage: {tool} -d <device> [-e] [-y] <query|set|reset> [parameters]", 3
        )
    nic = _device(machine, words[words.index("-d") + 1])
    at = words.index("-d")
    command, *names = words[:at] + words[at + 2 :]
    if machine.has("mlxconfig-fails"):
        raise ToolError(
            f"-E- Failed to query device: {nic['address']}. Firmware is not responding", 3
        )
    if command in ("q", "query"):
        return _query(machine, nic, names, full="-e" in argv or "--enable_verbosity" in argv)
    if command in ("s", "set"):
        return _set(machine, nic, names, agreed="-y" in argv or "--yes" in argv)
    if command in ("r", "reset"):
        values = {name: three[0] for name, three in parameters(machine, nic).items()}
        _save(machine, nic, "next", values)
        say("Applying... Done!\n-I- Please reboot machine to load new configurations.")
        return 0
    raise ToolError(f"-E- Unknown command: {command}", 3)


def _device(machine: Machine, name: str) -> dict[str, Any]:
    nic = machine.nic(name)
    if nic is None:
        raise ToolError(f"-E- Failed to open device: {name}. No such file or directory", 3)
    return nic


def _head(nic: dict[str, Any]) -> None:
    say(f"\nDevice #1:\n----------\n\nDevice type:        {nic['model'].replace('-', '')}")
    say(f"Name:               {nic['board']}")
    say(f"Description:        NVIDIA {nic['model']} adapter card; {nic['speed_gbps']}GbE")
    say(f"Device:             {nic['address']}\n")


def _query(machine: Machine, nic: dict[str, Any], names: list[str], *, full: bool) -> int:
    found = parameters(machine, nic)
    for name in names:
        if name not in found:
            raise ToolError(f"-E- The Device doesn't support {name} parameter", 3)
    _head(nic)
    titles = ("Default", "Current", "Next Boot") if full else ("Next Boot",)
    say(f"{'Configurations:':<57}" + "".join(f"{title:<21}" for title in titles))
    starred = False
    for name in names or found:
        default, now, later = found[name]
        marked = full and (default, now, later) != (default,) * 3
        starred = starred or marked
        shown = (default, now, later) if full else (later,)
        row = "".join(f"{value:<21}" for value in shown)
        say(f"{'*' if marked else ' ':<8}{name:<49}{row}")
    if starred:
        say("The '*' shows parameters with next value different from default/current value.")
    return 0


def _set(machine: Machine, nic: dict[str, Any], pairs: list[str], *, agreed: bool) -> int:
    found = parameters(machine, nic)
    later = {name: values[2] for name, values in found.items()}
    wanted = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in found:
            raise ToolError(f"-E- The Device doesn't support {name} parameter", 3)
        wanted[name] = worded(name, value)
    _head(nic)
    say(f"{'Configurations:':<57}{'Next Boot':<21}{'New':<21}")
    for name, value in wanted.items():
        say(f"{'':<8}{name:<49}{later[name]:<21}{value:<21}")
    say(f"\n Apply new Configuration? (y/n) [n] : {'y' if agreed else 'n'}")
    if not agreed:
        raise ToolError("-I- Operation aborted.")
    _save(machine, nic, "next", later | wanted)
    say("Applying... Done!\n-I- Please reboot machine to load new configurations.")
    return 0


def _save(machine: Machine, nic: dict[str, Any], when: str, values: dict[str, str]) -> None:
    known = machine.load("firmware").get(nic["address"], {})
    machine.put("firmware", nic["address"], {**known, when: values})


def _apply(machine: Machine, nic: dict[str, Any]) -> None:
    values = {name: three[2] for name, three in parameters(machine, nic).items()}
    _save(machine, nic, "current", values)


def mlxfwreset(machine: Machine, argv: list[str]) -> int:
    """Say how a NIC's firmware can be reset, or reset it: its next configuration is current."""
    if "-d" not in argv:
        raise ToolError("-E- mlxfwreset: option -d/--device is required")
    nic = _device(machine, argv[argv.index("-d") + 1])
    supported = levels(machine, nic)
    if not supported:
        raise ToolError("-E- There is no supported reset-level")
    if "reset" in argv or "r" in argv:
        if _PCI_RESET not in supported:
            raise ToolError(f"-E- Reset-level '{_PCI_RESET}' is not supported for this device")
        return _reset(machine, nic)
    say("Reset-levels:")
    for level, text in _LEVELS.items():
        _choice(level, text, is_default=level == min(supported), is_supported=level in supported)
    say("\nReset-types (relevant only for reset-levels 1,3,4):")
    for kind, (text, is_supported) in _TYPES.items():
        _choice(kind, text, is_default=kind == 0, is_supported=is_supported)
    return 0


def _choice(number: int, text: str, *, is_default: bool, is_supported: bool) -> None:
    words = "Supported" if is_supported else "Not Supported"
    say(f"{number}: {text:<62}-{words:<14}{'(default)' if is_default else ''}")


def _reset(machine: Machine, nic: dict[str, Any]) -> int:
    """Reset a NIC by its PCI link; its driver stops for that, unless something uses it."""
    say("-I- Sending Reset Command To Fw             -Done")
    if machine.has("mlxfwreset-in-use") and _users(machine):
        say("-I- Stopping Driver                         -Failed")
        raise ToolError(
            "-E- Failed to stop driver! please stop driver manually and resume Operation"
        )
    say("-I- Stopping Driver                         -Done")
    say("-I- Resetting PCI                           -Done")
    say("-I- Starting Driver                         -Done")
    _apply(machine, nic)
    sysfs.reset_nics(machine)
    say("-I- FW was loaded successfully.")
    return 0


def _users(machine: Machine) -> list[str]:
    """Return what has the driver of NICs in use: modules, and mounts that run over RDMA."""
    mounts = (line.split() for line in machine.text("proc/mounts").splitlines())
    over_rdma = (words[1] for words in mounts if "proto=rdma" in words[3].split(","))
    return [*(one for one in _USERS if one in kmods.loaded(machine)), *over_rdma]


def mlxreg(machine: Machine, argv: list[str]) -> int:
    """Read or write a register of a NIC until its driver starts again."""
    if "-d" not in argv or "--reg_name" not in argv:
        raise ToolError("-E- mlxreg: -d and --reg_name are required")
    nic = _device(machine, argv[argv.index("-d") + 1])
    name = argv[argv.index("--reg_name") + 1]
    if name not in _REGISTERS:
        raise ToolError(f"-E- Can't find access register name: {name}")
    raw = machine.load("registers", volatile=True)
    key = f"{nic['address']} {name}"
    fields = {**_REGISTERS[name], **raw.get(key, {})}
    if "--set" in argv:
        for pair in argv[argv.index("--set") + 1].split(","):
            field, _, value = pair.partition("=")
            if field not in fields:
                raise ToolError(f"-E- Field {field} is not a field of register {name}")
            fields[field] = int(value, 0)
        machine.put("registers", key, fields, volatile=True)
        say(f"You are about to send access register: {name} with the following data:")
        _table(fields)
        say("\n Do you want to continue ? (y/n) [n] : y\n\n Sending access register...\n")
        return 0
    say("\nSending access register...\n")
    _table(fields)
    return 0


def _table(fields: dict[str, int]) -> None:
    width = max(map(len, (*fields, "Field Name"))) + 1
    say(f"{'Field Name':<{width}}| Data")
    say("=" * (width + 14))
    for field, value in fields.items():
        say(f"{field:<{width}}| 0x{value:08x}")
    say("=" * (width + 14))


def flint(machine: Machine, argv: list[str]) -> int:
    """Say which firmware a NIC has (`flint -d DEVICE q`)."""
    if "-d" not in argv:
        raise ToolError("-E- flint: option -d is required")
    nic = _device(machine, argv[argv.index("-d") + 1])
    say("Image type:            FS4")
    say(f"FW Version:            {nic['firmware']}")
    say(f"FW Release Date:       12.5.2026\nPSID:                  {nic['board_id']}")
    return 0
