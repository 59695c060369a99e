"""The topology of a GPU node as NCCL reads it: one bridge for each GPU and the NICs next to it.

What is left out NCCL looks up itself: the processors' affinity and model.
"""

from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from railwright.plan.nodes_ports import DataPort

# Source: Azure azhpc-images, topology/ndv5-topo.xml (the shape, the bridges' addresses); NCCL
# src/graph/topo.cc (what it reads); PCI class codes.
BRIDGE_CLASS, GPU_CLASS, NIC_CLASS = "0x060400", "0x030200", "0x020000"
NO_IDS = dict.fromkeys(("vendor", "device", "subsystem_vendor", "subsystem_device"), "0x0000")
LANES = {"link_width": "16"}
# PCI Express 5.0 carries up to 400G over sixteen lanes, 6.0 what is faster.
GEN5, GEN6 = "32.0 GT/s PCIe", "64.0 GT/s PCIe"
GEN5_GBPS = 400


def text(near: Mapping[int, tuple[tuple[DataPort, ...], ...]]) -> str:
    """Return the file for GPUs and their ports by NUMA node; all addresses are the guest's."""
    system = Xml.Element("system", {"version": "1"})
    number = 0
    for numa, groups in near.items():
        processor = Xml.SubElement(system, "cpu", {"numaid": str(numa)})
        for ports in groups:
            number += 1
            _bridge(processor, number, ports)
    Xml.indent(system)
    return Xml.tostring(system, encoding="unicode") + "\n"


def _bridge(processor: Xml.Element, number: int, ports: tuple[DataPort, ...]) -> None:
    speed = GEN5 if sum(one.speed_gbps for one in ports) <= GEN5_GBPS else GEN6
    link = {"link_speed": speed, **LANES}
    place = {"busid": f"ffff:ff:{number:02x}.0", "class": BRIDGE_CLASS}
    bridge = Xml.SubElement(processor, "pci", {**place, **link, **NO_IDS})
    gpu = {"busid": str(ports[0].gpu_pci), "class": GPU_CLASS}
    Xml.SubElement(bridge, "pci", {**gpu, **link})
    for one in ports:
        Xml.SubElement(bridge, "pci", {"busid": str(one.pci), "class": NIC_CLASS, **link})
