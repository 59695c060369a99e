"""The reference pod as each peer is told about it: 16 leaves, 8 spines, 1024 host ports.

Every leaf has 64 host ports of 400G with a /31 each and 4 links of 800G to every spine, with an
eBGP session each. ASNs and addresses of host ports are those that railwright computes for it.
"""

from collections.abc import Iterator
from typing import Any

SUS, RAILS, NODES_PER_SU, SPINES, LINKS_PER_PAIR = 2, 8, 64, 8, 4
GPUS = SUS * RAILS * NODES_PER_SU
LEAVES = SUS * RAILS
FABRIC_LINKS = LEAVES * SPINES * LINKS_PER_PAIR
SPINE_ASN = 4200100000
MTU_BYTES = 9100

SPINE_NAMES = tuple(f"spine{number}" for number in range(1, SPINES + 1))
LEAF_NAMES = tuple(f"su{su}-rail{rail}-leaf" for su in range(1, SUS + 1) for rail in range(RAILS))
NODE_NAMES = tuple(f"gpu{number:04}" for number in range(1, SUS * NODES_PER_SU + 1))


def leaf_asn(leaf: int) -> int:
    """Return the ASN of leaf 0 to 15."""
    su, rail = divmod(leaf, RAILS)
    return SPINE_ASN + 100 * (su + 1) + rail


def host_ports(leaf: int) -> Iterator[tuple[str, str, str]]:
    """Yield (node, address of the leaf's port, address of the node's port) of leaf 0 to 15."""
    su, rail = divmod(leaf, RAILS)
    for slot in range(NODES_PER_SU):
        block = f"10.{16 + rail}.{su + 1}"
        yield NODE_NAMES[su * NODES_PER_SU + slot], f"{block}.{2 * slot}", f"{block}.{2 * slot + 1}"


def avd_inputs() -> dict[str, dict[str, Any]]:
    """Return the variables of every device for PyAVD's L3LS design without an overlay.

    Keys as documented for the node types `spine` and `l3leaf`; host ports are `l3_interfaces` of
    the leaves. Two 400G ports share a cage: EthernetN/1 and EthernetN/5.
    """
    spines = [
        {"name": name, "id": number, "mgmt_ip": f"10.65.1.{100 + number}/24"}
        for number, name in enumerate(SPINE_NAMES, 1)
    ]
    uplink_cages = range(NODES_PER_SU // 2 + 1, NODES_PER_SU // 2 + 1 + SPINES * LINKS_PER_PAIR)
    fabric = {
        "fabric_name": "POD",
        "underlay_routing_protocol": "ebgp",
        "overlay_routing_protocol": "none",
        "p2p_uplinks_mtu": MTU_BYTES,
        "mgmt_gateway": "10.65.1.1",
        "bgp_peer_groups": {"ipv4_underlay_peers": {"name": "UNDERLAY"}},
        "spine": {
            "defaults": {"loopback_ipv4_pool": "10.224.128.0/24", "bgp_as": str(SPINE_ASN)},
            "nodes": spines,
        },
        "l3leaf": {
            "defaults": {
                "loopback_ipv4_pool": "10.224.0.0/24",
                "uplink_ipv4_pool": "10.240.0.0/16",
                "uplink_switches": [name for name in SPINE_NAMES for _ in range(LINKS_PER_PAIR)],
                "uplink_interfaces": [f"Ethernet{cage}/1" for cage in uplink_cages],
                "uplink_interface_speed": "800g-8",
                "max_uplink_switches": SPINES,
                "max_parallel_uplinks": LINKS_PER_PAIR,
                "vtep": False,
            },
            "nodes": [_avd_leaf(leaf, name) for leaf, name in enumerate(LEAF_NAMES)],
        },
    }
    types = {**dict.fromkeys(LEAF_NAMES, "l3leaf"), **dict.fromkeys(SPINE_NAMES, "spine")}
    return {name: {**fabric, "type": kind} for name, kind in types.items()}


def _avd_leaf(leaf: int, name: str) -> dict[str, Any]:
    first_cage = leaf * LINKS_PER_PAIR + 1
    return {
        "name": name,
        "id": leaf + 1,
        "bgp_as": str(leaf_asn(leaf)),
        "mgmt_ip": f"10.65.1.{10 + leaf}/24",
        "uplink_switch_interfaces": [
            f"Ethernet{cage}/1"
            for _ in SPINE_NAMES
            for cage in range(first_cage, first_cage + LINKS_PER_PAIR)
        ],
        "l3_interfaces": [
            {
                "name": f"Ethernet{slot // 2 + 1}/{1 + 4 * (slot % 2)}",
                "ip_address": f"{address}/31",
                "speed": "400g-4",
                "peer": node,
                "peer_interface": f"rail{leaf % RAILS}",
                "peer_ip": peer,
            }
            for slot, (node, address, peer) in enumerate(host_ports(leaf))
        ],
    }


def netlab_topology(with_nodes: bool) -> str:
    """Return a netlab topology of SONiC switches for containerlab.

    Host ports are stub links, or with `with_nodes` links to 128 Linux hosts.
    """
    lines = [
        "name: pod",
        "provider: clab",
        "defaults.device: sonic",
        "defaults.const.MAX_NODE_ID: 250",  # 150 by default
        "module: [ bgp ]",
        "bgp.sessions.ipv4: [ ebgp ]",  # spines share an ASN and have no sessions with each other
        "addressing:",
        "  loopback: { ipv4: 10.224.0.0/16 }",
        "  p2p: { ipv4: 10.240.0.0/12, prefix: 31 }",
        "  mgmt: { ipv4: 192.168.120.0/22, start: 100 }",
        "nodes:",
    ]
    asns = {name: leaf_asn(leaf) for leaf, name in enumerate(LEAF_NAMES)}
    asns |= dict.fromkeys(SPINE_NAMES, SPINE_ASN)
    lines += [f"  {name}: {{ bgp.as: {asn} }}" for name, asn in asns.items()]
    if with_nodes:
        lines += [f"  {name}: {{ device: linux, role: host, module: [] }}" for name in NODE_NAMES]
    lines.append("links:")
    for leaf, name in enumerate(LEAF_NAMES):
        for node, address, peer in host_ports(leaf):
            far = f"{node}: {{ ipv4: {peer}/31 }}" if with_nodes else "type: stub"
            lines.append(
                f"- {{ {name}: {{ ipv4: {address}/31 }}, {far}, prefix: {address}/31, "
                f"mtu: {MTU_BYTES} }}"
            )
    lines += [
        f"- {{ {leaf}: {{}}, {spine}: {{}}, mtu: {MTU_BYTES} }}"
        for leaf in LEAF_NAMES
        for spine in SPINE_NAMES
        for _ in range(LINKS_PER_PAIR)
    ]
    return "\n".join(lines) + "\n"
