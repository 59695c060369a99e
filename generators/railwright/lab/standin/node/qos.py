"""Quality of service of a port: mlnx_qos, dcb, cma_roce_tos and cma_roce_mode, ethtool's pause.

One volatile state for all of them, as there is one device behind them.
"""

import json
import os
import re
from typing import Any

from .machine import Machine, ToolError, say

_PRIORITIES = 8
_UNLIMITED = "unlimited"
_ETS_KEYS = {"tc-tsa": "tsa", "tc-bw": "bandwidth", "prio-tc": "prio_tc"}
_MANY = re.compile(r"[\d,]+")
_REAL = "/usr/lib/railwright-standin/real"
"""Where the tools are that do what a veth can do."""


def new_state() -> dict[str, Any]:
    """Return the settings of a port whose driver has just started."""
    return {
        "dcbx": "Firmware Controlled",
        "trust": "pcp",
        "pfc": [0] * _PRIORITIES,
        "cable_m": 7,
        "tsa": ["vendor"] * _PRIORITIES,
        "bandwidth": [0] * _PRIORITIES,
        "prio_tc": list(range(_PRIORITIES)),
        "dscp": {},
        "pause": {"autoneg": True, "rx": True, "tx": True},
        "fec": "Auto",
    }


def of(machine: Machine, port: str) -> dict[str, Any]:
    """Return the settings of a port."""
    return {**new_state(), **machine.load("qos", volatile=True).get(port, {})}


def keep(machine: Machine, port: str, state: dict[str, Any]) -> None:
    """Keep the settings of a port until its driver starts again."""
    machine.put("qos", port, state, volatile=True)


def mlnx_qos(machine: Machine, argv: list[str]) -> int:
    """Show or change a port's settings as mlnx_qos does."""
    given = dict(_options(argv))
    port = given.get("-i", "")
    nic = machine.nic(port)
    if nic is None or nic["port"] != port:
        raise ToolError(
            "Interface is not specified"
            if not port
            else "Netlink error: -19\nDCBX is not supported on your system"
        )
    if machine.has("mlnx-qos-fails"):
        raise ToolError("Netlink error: -22. See dmesg.")
    state = of(machine, port)
    if "-d" in given:
        names = {"os": "OS controlled", "fw": "Firmware Controlled"}
        if given["-d"] not in names:
            raise ToolError("dcbx: only os and fw are allowed")
        state["dcbx"] = names[given["-d"]]
    if "--trust" in given:
        if given["--trust"] not in ("dscp", "pcp"):
            raise ToolError("trust state must be dscp or pcp")
        state["trust"] = given["--trust"]
    if "-f" in given:
        state["pfc"] = _eight(given["-f"], "pfc", range(2))
    if "-p" in given:
        state["prio_tc"] = _eight(given["-p"], "prio_tc", range(_PRIORITIES))
    if "--cable_len" in given:
        state["cable_m"] = int(given["--cable_len"])
    if "--dscp2prio" in given:
        _map_dscp(state, given["--dscp2prio"])
    if "-s" in given or "-t" in given:
        _ets(state, given.get("-s", ",".join(state["tsa"])), given.get("-t", ""))
    keep(machine, port, state)
    _show(state)
    return 0


def _options(argv: list[str]) -> list[tuple[str, str]]:
    short = {
        "--interface": "-i",
        "--dcbx": "-d",
        "--pfc": "-f",
        "--tsa": "-s",
        "--tcbw": "-t",
        "--prio_tc": "-p",
        "-a": "",
        "--json": "",
    }
    words = [part for word in argv for part in (word.split("=", 1) if word[:2] == "--" else [word])]
    words = [word for word in words if word not in ("-a", "--json")]
    if len(words) % 2:
        raise ToolError("mlnx_qos: error: every option requires an argument", 2)
    pairs = zip(words[::2], words[1::2], strict=True)
    found = [(short.get(name, name), value) for name, value in pairs]
    known = {*short.values(), "--trust", "--cable_len", "--dscp2prio"}
    for name, _ in found:
        if name not in known:
            raise ToolError(f"mlnx_qos: error: no such option: {name}", 2)
    return found


def _eight(text: str, name: str, allowed: range) -> list[int]:
    values = [int(one) for one in text.split(",")] if _MANY.fullmatch(text) else []
    if len(values) != _PRIORITIES or any(one not in allowed for one in values):
        raise ToolError(f"Bad value for {name}: {text}")
    return values


def _map_dscp(state: dict[str, Any], text: str) -> None:
    found = re.fullmatch(r"'?(set|del|flush),?(\d*),?(\d*)'?", text)
    if found is None:
        raise ToolError(f"Bad value for dscp2prio: {text}")
    if found[1] == "flush":
        state["dscp"] = {}
    elif found[1] == "set":
        state["dscp"] = {**state["dscp"], found[2]: int(found[3])}
    else:
        state["dscp"] = {key: one for key, one in state["dscp"].items() if key != found[2]}


def _ets(state: dict[str, Any], tsa: str, bandwidth: str) -> None:
    kinds = tsa.split(",")
    shares = [int(one) for one in bandwidth.split(",")] if bandwidth else state["bandwidth"]
    if len(kinds) != _PRIORITIES or not set(kinds) <= {"ets", "strict", "vendor"}:
        raise ToolError(f"Bad value for tsa: {tsa}")
    weighted = [share for kind, share in zip(kinds, shares, strict=True) if kind == "ets"]
    others = [share for kind, share in zip(kinds, shares, strict=True) if kind != "ets"]
    if any(others):
        raise ToolError("tcs of type strict or vendor must have 0 bandwidth")
    if weighted and sum(weighted) != 100:
        raise ToolError(f"ETS bandwidth is {sum(weighted)}%; it must be 100%")
    state["tsa"], state["bandwidth"] = kinds, shares


def priority_of(state: dict[str, Any], dscp: int) -> int:
    """Return the priority of a DSCP: what was set, else its upper three bits."""
    found: int = state["dscp"].get(str(dscp), dscp >> 3)
    return found


def _show(state: dict[str, Any]) -> None:
    say(f"DCBX mode: {state['dcbx']}")
    say(f"Priority trust state: {state['trust']}")
    if state["trust"] == "dscp":
        say("dscp2prio mapping:")
        for priority in range(_PRIORITIES):
            mine = [one for one in range(63, -1, -1) if priority_of(state, one) == priority]
            for first in range(0, len(mine), 8):
                say(f"\tprio:{priority} dscp:" + "".join(f"{one:02d}," for one in mine[first:][:8]))
    buffers = "20016,156096,0,0,0,0,0,0" if any(state["pfc"]) else "20016,0,0,0,0,0,0,0"
    say(f"Receive buffer size (bytes): {buffers},max_buffer_size=1027728")
    say(f"Cable len: {state['cable_m']}")
    say("PFC configuration:")
    for title, row in (
        ("priority", range(_PRIORITIES)),
        ("enabled", state["pfc"]),
        ("buffer", state["pfc"]),
    ):
        say(f"\t{title:<12}" + "".join(f"{one:<4}" for one in row).rstrip())
    for tc in range(_PRIORITIES):
        mine = [one for one in range(_PRIORITIES) if state["prio_tc"][one] == tc]
        if not mine:
            continue
        kind, share = state["tsa"][tc], state["bandwidth"][tc]
        weight = f", bw: {share}%" if kind == "ets" else ""
        say(f"tc: {tc} ratelimit: {_UNLIMITED}, tsa: {kind}{weight}")
        for one in mine:
            say(f"\t priority:  {one}")


def dcb(machine: Machine, argv: list[str]) -> int:
    """Show or change what iproute2's dcb can: pfc, app, ets, dcbx, buffer."""
    flags = [word for word in argv if word.startswith("-")]
    words = [word for word in argv if not word.startswith("-")]
    kind, verb = words[0], words[1] if len(words) > 1 else "show"
    if "dev" not in words:
        raise ToolError("Device not specified")
    port = words[words.index("dev") + 1]
    nic = machine.nic(port)
    if nic is None or nic["port"] != port:
        raise ToolError(
            f'Cannot find device "{port}"'
            if not machine.path(f"sys/class/net/{port}").exists()
            else "dcb: Operation not supported"
        )
    state = of(machine, port)
    rest = words[words.index("dev") + 2 :]
    if verb == "show":
        _dcb_show(kind, state, as_json=any("j" in flag.lstrip("-")[:2] for flag in flags))
        return 0
    for key, value in _groups(rest):
        _dcb_set(kind, verb, state, key, value)
    keep(machine, port, state)
    return 0


def _groups(words: list[str]) -> list[tuple[str, list[str]]]:
    groups: list[tuple[str, list[str]]] = []
    for word in words:
        if ":" in word and groups:
            groups[-1][1].append(word)
        else:
            groups.append((word, []))
    return groups


def _dcb_set(kind: str, verb: str, state: dict[str, Any], key: str, pairs: list[str]) -> None:
    named = [pair.split(":") for pair in pairs]
    if kind == "pfc" and key == "prio-pfc":
        for priority, value in _spread(named):
            state["pfc"][priority] = int(value == "on")
    elif kind == "app":
        _dcb_app(verb, state, named)
    elif kind == "ets" and key in _ETS_KEYS:
        for tc, value in _spread(named):
            state[_ETS_KEYS[key]][tc] = value if key == "tc-tsa" else int(value)
    elif kind == "dcbx" and key == "host":
        state["dcbx"] = "OS controlled"
    elif kind not in ("buffer", "dcbx"):
        raise ToolError(f'What is "{key}"?')


def _spread(named: list[list[str]]) -> list[tuple[int, str]]:
    """Return values by number; `all` is every one of them."""
    return [
        (number, value)
        for name, value in named
        for number in (range(_PRIORITIES) if name == "all" else [int(name)])
    ]


def _dcb_app(verb: str, state: dict[str, Any], named: list[list[str]]) -> None:
    """Change the DSCP entries; a port with any trusts DSCP (mlx5, en_dcbnl.c)."""
    if verb == "flush":
        state["dscp"] = {}
    for name, value in named:
        others = {at: one for at, one in state["dscp"].items() if at != name}
        state["dscp"] = others if verb == "del" else {**others, name: int(value)}
    state["trust"] = "dscp" if state["dscp"] else "pcp"


def _dcb_show(kind: str, state: dict[str, Any], *, as_json: bool) -> None:
    is_host = state["dcbx"] == "OS controlled"
    shown: dict[str, dict[str, Any]] = {
        "pfc": {
            "pfc_cap": 8,
            "macsec_bypass": False,
            "delay": 0,
            "prio_pfc": [bool(one) for one in state["pfc"]],
        },
        "app": {"dscp_prio": sorted([int(at), one] for at, one in state["dscp"].items())},
        "ets": {
            "willing": False,
            "ets_cap": 8,
            "cbs": False,
            "tc_bw": state["bandwidth"],
            "tc_tsa": ["strict" if one == "vendor" else one for one in state["tsa"]],
            "prio_tc": state["prio_tc"],
        },
        "dcbx": {"host": True, "lld_managed": False, "cee": False, "ieee": True, "static": False}
        if is_host
        else {"host": False, "lld_managed": True, "cee": True, "ieee": True, "static": False},
        "buffer": {
            "prio_buffer": state["pfc"],
            "buffer_size": [20016, 156096] + [0] * 6,
            "total_size": 1027728,
        },
    }
    if kind not in shown:
        raise ToolError(f'Object "{kind}" is unknown, try "dcb help".')
    found = shown[kind]
    if as_json:
        say(json.dumps(found))
        return
    for key, value in found.items():
        text = " ".join(f"{at}:{_word(one)}" for at, one in _pairs(value)) or _word(value)
        say(f"{key.replace('_', '-')} {text}")


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, list):
        return []
    if value and isinstance(value[0], list):
        return [(one[0], one[1]) for one in value]
    return list(enumerate(value))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value == [] else str(value)


def cma_roce_tos(machine: Machine, argv: list[str]) -> int:
    """Show or set the ToS of connections that the connection manager makes."""
    return _cma(machine, argv, "tos")


def cma_roce_mode(machine: Machine, argv: list[str]) -> int:
    """Show or set the RoCE version of the connection manager."""
    return _cma(machine, argv, "mode")


def _cma(machine: Machine, argv: list[str], what: str) -> int:
    if "-d" not in argv:
        option = "-t tos" if what == "tos" else "-m mode"
        raise ToolError(f"Usage: cma_roce_{what} -d <dev> [-p <port>] [{option}]")
    name = argv[argv.index("-d") + 1]
    if not machine.path(f"sys/class/infiniband/{name}").exists():
        raise ToolError(f"Device {name} doesn't exist")
    if not machine.path("sys/module/rdma_cm").is_dir():
        raise ToolError("rdma_cm module is not loaded or does not support configfs")
    one = {"tos": 0, "mode": 2, **machine.load("cma", volatile=True).get(name, {})}
    flag = "-t" if what == "tos" else "-m"
    if flag in argv:
        one[what] = int(argv[argv.index(flag) + 1])
        machine.put("cma", name, one, volatile=True)
    say(str(one["tos"]) if what == "tos" else {1: "IB/RoCE v1", 2: "RoCE v2"}[one["mode"]])
    return 0


def ethtool(machine: Machine, argv: list[str]) -> int:
    """Do what a veth cannot, global pause and FEC; become the real ethtool for the rest."""
    words = [word for word in argv if word != "--json"]
    flag, port = (*words, "", "")[:2]
    nic = machine.nic(port)
    known = ("-a", "--show-pause", "-A", "--pause", "-s", "--change", "--show-fec", "--set-fec")
    if flag not in known or nic is None or nic["port"] != port:
        os.execv(f"{_REAL}/ethtool", ["ethtool", *argv])  # noqa: S606 (a list of words)
    state = of(machine, port)
    if flag in ("-a", "--show-pause"):
        _pause(state, port, as_json="--json" in argv)
    elif flag == "--show-fec":
        say(f"FEC parameters for {port}:\nSupported/Configured FEC encodings: Auto RS")
        say(f"Active FEC encoding: {'RS' if state['fec'] == 'Auto' else state['fec']}")
    elif flag in ("-s", "--change"):
        if "speed" in words:
            machine.write(f"sys/class/net/{port}/speed", f"{words[words.index('speed') + 1]}\n")
    elif flag == "--set-fec":
        state["fec"] = {"rs": "RS", "auto": "Auto"}.get(words[-1].lower(), words[-1])
        keep(machine, port, state)
    else:
        wanted = dict(zip(words[2::2], words[3::2], strict=False))
        state["pause"] |= {
            name: value == "on" for name, value in wanted.items() if name != "autoneg"
        }
        keep(machine, port, state)
        if "autoneg" in wanted:  # mlx5 applies the rest and says that it cannot do this
            raise ToolError("netlink error: Operation not supported", 76)
    return 0


def _pause(state: dict[str, Any], port: str, *, as_json: bool) -> None:
    pause = state["pause"]
    if as_json:
        row = {"ifname": port, "autonegotiate": False, "rx": pause["rx"], "tx": pause["tx"]}
        say(json.dumps([row]))
        return
    say(f"Pause parameters for {port}:\nAutonegotiate:\toff")
    say(f"RX:\t\t{'on' if pause['rx'] else 'off'}")
    say(f"TX:\t\t{'on' if pause['tx'] else 'off'}\n")
