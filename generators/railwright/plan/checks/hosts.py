"""Servers against the access switches they are cabled to: ports that exist, at a shared speed."""

from collections.abc import Iterator, Mapping

from railwright.catalog.model import NodeModel
from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.plan.management import OOB_GBPS


def check_hosts(intent: Intent, models: Mapping[str, NodeModel]) -> Iterator[Problem]:
    """Yield what keeps server models off the in-band and OOB switches, one problem per model."""
    for path, name in _named(intent).items():
        model = models[name]
        if intent.networks.inband.leaf is not None:
            yield from _inband(path, model, intent.networks.inband.speed_gbps)
        if intent.networks.oob.leaf is not None and model.bmc_speed_gbps != OOB_GBPS:
            yield Problem(
                path,
                f"the BMC of {name} runs at {model.bmc_speed_gbps}G, the ports of the OOB network "
                f"at {OOB_GBPS}G; choose another model",
            )


def _inband(path: str, model: NodeModel, speed_gbps: int) -> Iterator[Problem]:
    if model.inband is None:
        yield Problem(
            path,
            f"{model.name} has no port for the in-band network; choose another model, or leave "
            "out networks.inband.leaf",
        )
    elif speed_gbps not in model.inband.speeds_gbps:
        able = ", ".join(f"{speed}G" for speed in model.inband.speeds_gbps)
        yield Problem(
            "networks.inband.speed_gbps",
            f"the in-band port of {model.name} runs at {able}, not {speed_gbps}G; choose one of "
            f"those or another model at {path}",
        )


def _named(intent: Intent) -> dict[str, str]:
    """Return every server model by the key that first names it."""
    nodes = intent.nodes
    named = {path: name for name, path in nodes.gpu.model_paths.items()}
    if nodes.storage:
        named["nodes.storage.model"] = nodes.storage.model
    if nodes.management:
        named["nodes.management.model"] = nodes.management.model
    return named
