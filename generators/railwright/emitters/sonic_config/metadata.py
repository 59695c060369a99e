"""DEVICE_METADATA: who the switch is and which of SONiC's back ends read its tables."""

from railwright.catalog.loader import tiers
from railwright.emitters.sonic_config.view import SwitchView
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.model import Role
from railwright.sonic.configdb import ConfigDb, Row


def device_type(role: Role) -> str:
    """Return DEVICE_METADATA.type of a switch role.

    The type seeds the ECMP hash and steers BGP on stock images, so it is a recorded choice.
    """
    return tiers()[role].type


def tables(view: SwitchView) -> ConfigDb:
    """Return DEVICE_METADATA without `mac`, which only the box knows."""
    device = view.device
    row: Row = {
        "bgp_asn": str(device.asn),
        # Without lossless classes there is nothing to compute: what a fresh image runs.
        "buffer_model": (buffer_model(view.platform, view.roce) if view.classes else "traditional"),
        "default_bgp_status": "up",
        # Read only by `pfcwd start_default`, which would replace our PFC_WD rows by stock ones
        # (source: sonic-utilities pfcwd/main.py).
        "default_pfcwd_status": "disable",
        # bgpcfgd reads BGP_NEIGHBOR|ip rows; frrcfgd would ignore them
        # (source: sonic-buildimage dockers/docker-fpm-frr/docker_init.sh).
        "docker_routing_config_mode": "separated",
        "frr_mgmt_framework_config": "false",
        "hostname": device.name,
        "hwsku": device.hwsku or "",
        "platform": view.platform.sonic_platform,
        "synchronous_mode": "enable",
        "timezone": view.plan.intent.services.timezone,
        "type": device_type(device.role),
        # Enabled, every `config` command on the switch would run the whole updater.
        "yang_config_validation": "disable",
    }
    if view.dual:
        # Else the loopback is advertised as a /64 that all loopbacks share
        # (source: sonic-buildimage dockers/docker-fpm-frr/frr/bgpd/bgpd.main.conf.j2).
        row["bgp_adv_lo_prefix_as_128"] = "true"
    return {"DEVICE_METADATA": {"localhost": row}}
