"""The complete `config_db.json` of every switch, for stock community SONiC images.

Every family of tables is one module with `tables(view)`; rows that are equal share one object, so
what `intended` returns is to be read, not changed.
"""

from collections.abc import Iterator

from railwright.emitters.sonic_config import (
    buffers,
    interfaces,
    management,
    metadata,
    neighbours,
    ports,
    qos,
    routing,
    secrets,
    telemetry,
    vlans,
    watchdog,
)
from railwright.emitters.sonic_config.boxfacts import merge_box_facts
from railwright.emitters.sonic_config.secrets import (
    SecretSlot,
    merge,
    placeholders,
    required_secrets,
)
from railwright.emitters.sonic_config.view import view_of
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb, dumps

__all__ = [
    "SecretSlot",
    "emit_device",
    "intended",
    "merge",
    "merge_box_facts",
    "placeholders",
    "required_secrets",
]

FAMILIES = (
    metadata.tables,
    ports.tables,
    interfaces.tables,
    vlans.tables,
    routing.tables,
    neighbours.tables,
    qos.tables,
    buffers.tables,
    watchdog.tables,
    management.tables,
    telemetry.tables,
)


def emit_device(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield a switch's `config_db.json` and `secrets.required.json`; nothing for a host."""
    if not device.is_switch:
        return
    folder = f"switches/{device.name}"
    yield OutputFile(f"{folder}/config_db.json", dumps(intended(plan, device)))
    yield OutputFile(
        f"{folder}/secrets.required.json", secrets.dumps(required_secrets(plan, device))
    )


def intended(plan: Plan, device: Device) -> ConfigDb:
    """Return a switch's configuration without secrets and without facts of the box.

    Tables without rows are left out: SONiC's updater refuses them. Do not change the result,
    its rows are shared.
    """
    view = view_of(plan, device)
    return {table: rows for family in FAMILIES for table, rows in family(view).items() if rows}
