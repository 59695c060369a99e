"""DEVICE_NEIGHBOR and DEVICE_NEIGHBOR_METADATA: who is at the other end of deployed links."""

from railwright.emitters.sonic_config.interfaces import HOST_LENGTH
from railwright.emitters.sonic_config.metadata import device_type
from railwright.emitters.sonic_config.view import CabledPort, SwitchView
from railwright.plan.model import Device
from railwright.sonic.configdb import ConfigDb, Row

HOST_TYPE = "Server"
"""What SONiC's stock templates call a host (files/build_templates/buffers_config.j2)."""


def tables(view: SwitchView) -> ConfigDb:
    """Return the neighbours by local port, as SONiC's tools look them up, and who they are."""
    deployed = [one for one in view.cabled if one.link.deployed]
    peers = {
        one.peer.device: view.plan.device[one.peer.device]
        for one in deployed
        if one.peer.device in view.plan.device
    }
    return {
        "DEVICE_NEIGHBOR": {one.name: _neighbor(one) for one in deployed},
        "DEVICE_NEIGHBOR_METADATA": {name: _metadata(peer) for name, peer in peers.items()},
    }


def _neighbor(one: CabledPort) -> Row:
    row: Row = {"name": one.peer.device}
    if one.peer.port:  # the port of a router outside the plan is not known
        row["port"] = one.peer.port
    return row


def _metadata(peer: Device) -> Row:
    row: Row = {
        "hwsku": peer.hwsku or peer.platform,
        "mgmt_addr": peer.management.address,
        "type": device_type(peer.role) if peer.is_switch else HOST_TYPE,
    }
    if peer.loopback:
        row["lo_addr"] = f"{peer.loopback}/{HOST_LENGTH}"
    return row
