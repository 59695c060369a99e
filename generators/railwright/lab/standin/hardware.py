"""The hardware of a node as its stand-ins read it, from the catalog's model of the server."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from railwright.catalog.model import NicModel
from railwright.lab.network import mac
from railwright.plan.model import Device, Plan

_FIRMWARE = "28.43.2566"
_BOARD, _BOARD_ID = "MCX750500B-0D0_Ax", "MT_0000000891"
_GPU, _SWITCH, _ROOT = ("10de", "2330", "030200"), ("1000", "c030"), ("8086", "352a")
_BRIDGE = "060400"
_FIRST_FREE_BUS = 0x10


def document(plan: Plan, device: Device) -> bytes:
    """Return hardware.json of a server; addresses that its model leaves open are made up."""
    model = plan.node_model(device)
    free = iter(range(_FIRST_FREE_BUS, 0xF0, 8))
    nics: list[dict[str, Any]] = []
    gpus: list[dict[str, Any]] = []
    bridges: dict[str, dict[str, Any]] = {}
    ports = {port.name for port in plan.ports[device.name]}
    for one in model.nics:
        bus = next(free)
        address = one.pci or f"0000:{bus:02x}:00.0"
        near = one.gpu_pci or f"0000:{bus + 2:02x}:00.0"
        above, gpu_above = _switch(address, one.numa, bridges)
        gpus.append(_gpu(device, one.gpu, near, one.numa, gpu_above))
        for plane in range(model.planes):
            name = f"rail{one.rail}" if model.planes == 1 else f"rail{one.rail}p{plane}"
            where = address[:-1] + str(int(address[-1]) + plane)
            rdma = f"mlx5_{int(one.rdma.removeprefix('mlx5_')) + plane}"
            nics.append(
                _nic(device, _called(name, where, ports), where, rdma, model.rail_nic)
                | {"numa": one.numa, "speed_gbps": one.speed_gbps, "above": above}
            )
    for index in range(len(gpus), model.gpus):
        bus = next(free)
        gpus.append(_gpu(device, index, f"0000:{bus:02x}:00.0", index * 2 // model.gpus, []))
    for front in model.frontend:
        address = front.pci or f"0000:{next(free):02x}:00.0"
        above = [_bridge(f"0000:{_bus(address) - 1:02x}:01.0", _ROOT, front.numa, [], bridges)]
        called = _called(f"storage{front.port}", address, ports)
        nics.append(
            _nic(device, called, address, front.rdma, model.frontend_nic)
            | {"numa": front.numa, "speed_gbps": front.speeds_gbps[0], "above": above}
        )
    gpus.sort(key=lambda one: one["index"])
    raw = {"bridges": list(bridges.values()), "gpus": gpus, "all_gpus": gpus, "nics": nics}
    return (json.dumps(raw, indent=1, sort_keys=True) + "\n").encode()


def _called(name: str, address: str, ports: set[str]) -> str:
    """Return an interface's name: the planned one, else what systemd calls it by its address."""
    bus, function = _bus(address), address[-1]
    return name if name in ports else f"enp{bus}s0f{function}np{function}"


def _bus(address: str) -> int:
    return int(address[5:7], 16)


def _switch(
    address: str, numa: int, bridges: dict[str, dict[str, Any]]
) -> tuple[list[str], list[str]]:
    """Return the bridges above a NIC, and above the GPU at the same PCI switch."""
    bus = _bus(address)
    root = _bridge(f"0000:{bus - 3:02x}:01.0", _ROOT, numa, [], bridges)
    up = _bridge(f"0000:{bus - 2:02x}:00.0", _SWITCH, numa, [root], bridges)
    ports = [
        _bridge(f"0000:{bus - 1:02x}:{slot:02x}.0", _SWITCH, numa, [root, up], bridges)
        for slot in (0, 4)
    ]
    return [root, up, ports[0]], [root, up, ports[1]]


def _bridge(
    address: str,
    kind: tuple[str, str],
    numa: int,
    above: Iterable[str],
    bridges: dict[str, dict[str, Any]],
) -> str:
    bridges[address] = {
        "address": address,
        "vendor": kind[0],
        "device": kind[1],
        "class": _BRIDGE,
        "numa": numa,
        "above": list(above),
    }
    return address


def _gpu(device: Device, index: int, address: str, numa: int, above: list[str]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{device.name}/gpu{index}".encode()).hexdigest()
    uuid = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    return {
        "address": address,
        "vendor": _GPU[0],
        "device": _GPU[1],
        "class": _GPU[2],
        "numa": numa,
        "above": above,
        "index": index,
        "uuid": f"GPU-{uuid}",
        "serial": str(int(digest[:12], 16) % 10**13).zfill(13),
    }


def _nic(
    device: Device, port: str, address: str, rdma: str, model: NicModel | None
) -> dict[str, Any]:
    hardware = mac(device.name, port).replace(":", "")
    guid = f"{hardware[:6]}0300{hardware[6:]}"
    return {
        "address": address,
        "vendor": "15b3",
        "device": model.pci_device_id if model else "1021",
        "class": "020000",
        "port": port,
        "rdma": rdma,
        "model": model.model if model else "ConnectX-7",
        "guid": ":".join(guid[at : at + 4] for at in range(0, 16, 4)),
        "board": _BOARD,
        "board_id": _BOARD_ID,
        "firmware": _FIRMWARE,
    }
