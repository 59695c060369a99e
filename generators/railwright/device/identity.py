"""Is this the planned box? Nothing is changed on a switch before these questions are answered."""

from railwright.device.errors import WrongBoxError
from railwright.device.observe import Facts, Observation
from railwright.device.portmap import disagreements
from railwright.plan.model import Device, Plan
from railwright.sonic.apply import is_factory

_SHOWN = 8


def check_box(plan: Plan, device: Device, seen: Observation) -> None:
    """Return if the switch is the planned one and its hardware is as the plan assumes.

    A switch nobody configured yet may have any HWSKU its image knows, since the first push sets
    it. Raises: WrongBoxError naming every disagreement.
    """
    factory = is_factory(seen.running)
    if wrong := _identity(plan, device, seen.facts, factory=factory):
        raise WrongBoxError(
            f"{device.name}: another box answers at {device.management.address}: "
            f"{'; '.join(wrong)}; check cabling and addresses of the management network, or the "
            "platform in the intent"
        )
    if wrong := list(disagreements(plan, device, seen.files)):
        rest = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise WrongBoxError(
            f"{device.name}: the catalog entry {device.platform} does not fit this box: "
            f"{'; '.join(wrong[:_SHOWN])}{rest}; correct the catalog entry from the box's own "
            "files; nothing was changed"
        )


def _identity(plan: Plan, device: Device, facts: Facts, *, factory: bool) -> list[str]:
    planned = plan.platforms[device.platform].sonic_platform
    wrong = []
    if not factory and facts.hostname != device.name:
        wrong.append(f"its host name is {facts.hostname}")
    if facts.platform != planned:
        wrong.append(f"its platform is {facts.platform or 'unknown'}, planned is {planned}")
    if not factory and facts.hwsku != device.hwsku:
        wrong.append(f"its HWSKU is {facts.hwsku or 'unknown'}, planned is {device.hwsku}")
    if not factory and facts.management and device.management.address not in facts.management:
        wrong.append(f"its own management address is {', '.join(facts.management)}")
    return wrong
