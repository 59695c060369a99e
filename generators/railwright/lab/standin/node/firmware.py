"""Firmware of NICs: mlxconfig and mstconfig, mlxfwreset, mlxreg, flint.

Three values per parameter: default, current, and next boot. `set` changes the next boot; a reset
of the firmware or a cold cycle makes it current, a mere restart of the server does not.
"""

import re
from typing import Any

from . import sysfs
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
    """Make the next boot's values current after a cold cycle; a warm restart keeps them."""
    if machine.load("power").get("cold"):
        for one in machine.nics():
            _apply(machine, one)
        machine.save("power", {})


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
    raw = machine.load("firmware")
    raw[nic["address"]] = {**raw.get(nic["address"], {}), when: values}
    machine.save("firmware", raw)


def _apply(machine: Machine, nic: dict[str, Any]) -> None:
    values = {name: three[2] for name, three in parameters(machine, nic).items()}
    _save(machine, nic, "current", values)


def mlxfwreset(machine: Machine, argv: list[str]) -> int:
    """Reset a NIC's firmware, which makes its next configuration current."""
    if "-d" not in argv:
        raise ToolError("-E- mlxfwreset: option -d/--device is required")
    nic = _device(machine, argv[argv.index("-d") + 1])
    if "reset" in argv or "r" in argv:
        if machine.has("mlxfwreset-unsupported"):
            raise ToolError("-E- Requested reset level is not supported; a cold reboot is needed")
        say("-I- Sending Reset Command To Fw             -Done")
        say("-I- Stopping Driver                         -Done")
        say("-I- Resetting PCI                           -Done")
        say("-I- Starting Driver                         -Done")
        _apply(machine, nic)
        sysfs.reset_nics(machine)
        say("-I- FW was loaded successfully.")
        return 0
    say("Supported reset levels:\n3: Driver restart and PCI reset  -Supported (default)")
    return 0


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
        raw[key] = fields
        machine.save("registers", raw, volatile=True)
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
