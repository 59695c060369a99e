"""Where the switches of a plan mark each lossless class."""

from railwright.plan.lossless.pools import shared_bytes
from railwright.plan.model import Device, Plan, QosClass
from railwright.plan.qos import Marking, marking


def marking_of(plan: Plan, device: Device, one: QosClass) -> Marking | None:
    """Return a switch's marking slope of a class, None where the class has none there."""
    if one.ecn is None:
        return None
    # Only shares need the buffer, which depends on all ports of the switch.
    shared = None if one.ecn.kmin_percent is None else shared_bytes(plan, device)
    return marking(one.ecn, plan.platforms[device.platform], shared)
