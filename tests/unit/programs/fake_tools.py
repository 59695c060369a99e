"""Tools of NICs, by the name this file is called by: they keep state and print like the real ones.

The state is `state.json` beside it. Formats are those that mlnx_qos, ethtool, cma_roce_*, mlxreg,
mlxconfig, mlxfwreset, dcb and setpci print. A test may call them without starting a process.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any


class EndedError(Exception):
    """A tool has ended: exit code, stdout, stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        super().__init__(code)
        self.code, self.out, self.err = code, out, err


class Tools:
    """All tools of one node; each method is the tool of that name."""

    def __init__(self, folder: Path, tool: str, arguments: list[str]) -> None:
        self.file = folder / "state.json"
        self.state: dict[str, Any] = json.loads(self.file.read_text())
        self.root = Path(self.state["root"])
        self.tool, self.arguments = tool, arguments

    def end(self, code: int = 0, out: str = "", err: str = "") -> None:
        self.state["log"].append([self.tool, *self.arguments])
        self.file.write_text(json.dumps(self.state))
        raise EndedError(code, out, err)

    def after(self, option: str) -> str:
        return self.arguments[self.arguments.index(option) + 1]

    def mlnx_qos(self) -> None:
        port = self.state["ports"].get(self.after("-i"))
        if port is None:
            self.end(1, "Interface is not supported on your system\n")
        if "-d" in self.arguments:
            port["dcbx"] = {"os": "OS", "fw": "Firmware"}[self.after("-d")]
        if "--trust" in self.arguments and not self.state.get("deaf"):
            port["trust"] = self.after("--trust")
        if "--pfc" in self.arguments:
            port["pfc"] = self.after("--pfc").split(",")
        if "--cable_len" in self.arguments:
            port["cable"] = self.after("--cable_len")
        if "--dscp2prio" in self.arguments:
            word, dscp, priority = self.after("--dscp2prio").split(",")
            assert word == "set"
            port["map"][int(dscp)] = int(priority)
        self.end(0, qos_text(port))

    def ethtool(self) -> None:
        port = self.state["ports"][self.arguments[1]]
        if self.arguments[0] == "-a":
            out = f"Pause parameters for {self.arguments[1]}:\nAutonegotiate:\ton\n"
            self.end(0, f"{out}RX:\t\t{port['pause']}\nTX:\t\t{port['pause']}\n")
        if self.arguments[0] == "-A":
            port["pause"] = self.after("rx")
            self.end(
                78, "", "netlink error: Invalid argument\n"
            )  # applied all the same, as on mlx5
        if self.arguments[0] == "--show-fec":
            out = f"FEC parameters for {self.arguments[1]}:\n"
            out += "Supported/Configured FEC encodings: Auto RS\n"
            self.end(0, f"{out}Active FEC encoding: {port['fec']}\n")
        if self.arguments[0] == "--set-fec":
            port["fec"] = self.after("encoding").upper()
        if self.arguments[0] == "-s":
            (self.root / f"sys/class/net/{self.arguments[1]}/speed").write_text(self.after("speed"))
        self.end()

    def ip(self) -> None:
        (self.root / f"sys/class/net/{self.after('dev')}/mtu").write_text(self.after("mtu"))
        self.end()

    def cma_roce_mode(self) -> None:
        if "-m" in self.arguments:
            self.state["cm"]["mode"] = self.after("-m")
        self.end(0, "RoCE v2\n" if self.state["cm"]["mode"] == "2" else "IB/RoCE v1\n")

    def cma_roce_tos(self) -> None:
        if "-t" in self.arguments:
            self.state["cm"]["tos"] = self.after("-t")
        self.end(0, f"{self.state['cm']['tos']}\n")

    def setpci(self) -> None:
        address = self.after("-s")
        if "ECAP_ACS" in self.arguments[2]:
            if address not in self.state["acs"]:
                self.end(1, "", f"setpci: {address}: Instance #0 of Capability 000d not found\n")
            if "=" in self.arguments[2] and address not in self.state["stuck"]:
                self.state["acs"][address] = self.arguments[2].partition("=")[2]
            self.end(0, "" if "=" in self.arguments[2] else f"{self.state['acs'][address]}\n")
        found = re.fullmatch(r"CAP_EXP\+08\.w=([0-9a-f]{4}):([0-9a-f]{4})", self.arguments[2])
        assert found
        value, mask = int(found[1], 16), int(found[2], 16)
        path = self.root / f"sys/bus/pci/devices/{address}/config"
        config = bytearray(path.read_bytes())
        word = int.from_bytes(config[0x68:0x6A], "little")
        config[0x68:0x6A] = (word & ~mask | value & mask).to_bytes(2, "little")
        path.write_bytes(config)
        self.end()

    def mlxreg(self) -> None:
        registers = self.state["registers"]
        if "--set" in self.arguments:
            for one in self.after("--set").split(","):
                name, _, value = one.partition("=")
                registers[name] = int(value)
            self.end()
        if not registers:
            self.end(1, "-E- The register ROCE_ACCL is not supported\n")
        rows = "".join(f"{name:<40} | 0x{value:08x}\n" for name, value in registers.items())
        head = "Sending access register...\n\nField Name            | Data\n"
        self.end(0, f"{head}{'=' * 60}\n{rows}")

    def dcb(self) -> None:
        names = [one for one in self.arguments if not one.startswith("-")]
        area, verb = names[0], names[1]
        port = self.state["dcb"]
        if verb == "show":
            if area == "pfc":
                out = {"pfc_cap": 8, "macsec_bypass": False, "delay": port["delay"]}
                self.end(0, json.dumps({**out, "prio_pfc": port["pfc"]}))
            if area == "dcbx":
                self.end(0, json.dumps(port["dcbx"]))
            self.end(0, json.dumps({"dscp_prio": port["app"]} if port["app"] else {}))
        rest = names[4:]
        if rest[0] == "prio-pfc":
            port["pfc"] = [one.endswith(":on") for one in rest[1:]]
        if rest[0] == "delay":
            port["delay"] = int(rest[1])
        if area == "dcbx":
            port["dcbx"] = dict.fromkeys(rest, True)
        if area == "app":
            assert verb == "replace"
            port["app"] = [list(map(int, one.split(":"))) for one in rest[1:]]
        self.end()

    def mlxconfig(self) -> None:
        card = self.state["cards"].get(self.after("-d"))
        if card is None:
            self.end(1, "-E- Failed to open the device\n")
        if "set" in self.arguments:
            pairs = [one.split("=") for one in self.arguments[self.arguments.index("set") + 1 :]]
            for name, value in pairs:
                if name not in card or [name, value] in self.state["refuses"]:
                    self.end(3, f"-E- The Device doesn't support {name} parameter\n")
            for name, value in pairs:
                card[name][2] = worded(card[name][1], value)
            if ["ADVANCED_PCI_SETTINGS", "1"] in pairs:
                card.update(self.state["hidden"].get(self.after("-d"), {}))
            self.end(
                0, "Applying... Done!\n-I- Please reboot machine to load new configurations.\n"
            )
        wanted = self.arguments[self.arguments.index("q") + 1 :]
        self.end(0, table(card, wanted))

    def mlxfwreset(self) -> None:
        device = self.after("-d")
        levels = self.state.get("reset_levels", {}).get(device, [self.state["reset_level"]])
        if "query" in self.arguments:
            texts = {
                0: 'Driver, PCI link, network link will remain up ("live-Patch")',
                1: 'Only ARM side will not remain up ("Immediate reset").',
                3: "Driver restart and PCI reset",
                4: "Warm Reboot",
            }
            lines = [
                f"{one}: {text:<66}-{'' if one in levels else 'Not '}Supported     "
                for one, text in texts.items()
            ]
            types = "Reset-types (relevant only for reset-levels 1,3,4):\n"
            types += "0: Full chip reset  -Supported     (default)"
            self.end(0, "Reset-levels:\n" + "\n".join(lines) + f"\n\n{types}\n")
        if device in self.state.get("in_use", ()):
            self.end(1, "-E- Failed to stop driver! please stop driver manually\n")
        for values in self.state["cards"][device].values():
            values[1] = values[2]
        self.end(0, "-I- FW was loaded successfully.\n")


def qos_text(port: dict[str, Any]) -> str:
    lines = [f"DCBX mode: {port['dcbx']} controlled", f"Priority trust state: {port['trust']}"]
    if port["trust"] == "dscp":
        lines.append("dscp2prio mapping:")
        for priority in range(8):
            dscps = [dscp for dscp in range(63, -1, -1) if port["map"][dscp] == priority]
            for first in range(0, len(dscps), 8):
                text = "".join(f"{dscp:02d}," for dscp in dscps[first : first + 8])
                lines.append(f"\tprio:{priority} dscp:{text}")
    row = "".join(f"   {flag}" for flag in port["pfc"])
    if port["buffers"]:
        sizes = "20016,156096,0,0,0,0,0,0,max_buffer_size=1027728"
        lines.append(f"Receive buffer size (bytes): {sizes}")
    lines += [f"Cable len: {port['cable']}", "PFC configuration:"]
    lines += ["\tpriority    0   1   2   3   4   5   6   7", f"\tenabled  {row}   "]
    if port["buffers"]:
        lines.append("\tbuffer      0   0   0   1   0   0   0   0   ")
    for priority in range(8):
        lines += [f"tc: {priority} ratelimit: unlimited, tsa: vendor", f"\t priority:  {priority}"]
    return "\n".join(lines) + "\n"


def worded(old: str, value: str) -> str:
    words = {"0": "False(0)", "1": "True(1)"}
    return words[value] if old.startswith(("True", "False")) else value


def table(card: dict[str, list[str]], wanted: list[str]) -> str:
    head = (
        "\nDevice #1:\n----------\n\nDevice type:        ConnectX7\n"
        "Name:               MCX75310AAS-NEA_Ax\n"
        "Description:        NVIDIA ConnectX-7 HHHL Adapter card; 400GbE; PCIe 5.0 x16\n"
        "Device:             0000:18:00.0\n\n"
        "Configurations:                                 Default         Current        Next Boot\n"
    )
    rows = []
    for name, values in card.items():
        listed = [f"{name.partition('[')[0]}[0..3]"] == wanted if "[" in name else not wanted
        if listed:
            star = "*" if values[2] != values[1] else " "
            rows.append(f"{star}       {name:<40}{values[0]:<16}{values[1]:<16}{values[2]:<16}\n")
    tail = "The '*' shows parameters with next value different from default/current value.\n"
    return head + "".join(rows) + tail


def call(folder: Path, tool: str, arguments: list[str]) -> EndedError:
    """Run a tool and return how it ended."""
    same = {"mstconfig": "mlxconfig", "mstfwreset": "mlxfwreset", "mstreg": "mlxreg"}
    try:
        getattr(Tools(folder, tool, arguments), same.get(tool, tool))()
    except EndedError as ended:
        return ended
    raise AssertionError(f"{tool} {arguments} does not end")


if __name__ == "__main__":
    done = call(Path(__file__).parent, Path(sys.argv[0]).name, sys.argv[1:])
    sys.stdout.write(done.out)
    sys.stderr.write(done.err)
    sys.exit(done.code)
