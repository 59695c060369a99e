"""The way out of a network: what the intent says of its border."""

from railwright.intent.model import Intent
from railwright.intent.networks import Border
from railwright.plan.shape import Network


def border_of(intent: Intent, network: Network | None) -> Border | None:
    """Return the border of a network, None where it has none."""
    networks = intent.networks
    if network == "storage":
        return networks.storage.border if networks.storage else None
    if network == "inband":
        return networks.inband.border
    return networks.oob.border if network == "oob" else None
