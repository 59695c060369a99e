"""Every intent that ships: it builds, and what is built hangs together."""

from pathlib import Path

import orjson
import pytest

from railwright import api
from railwright.emitters import OF_A_DEVICE
from railwright.intent.loader import load
from railwright.plan.model import Plan
from tests.unit.samples import USUAL, devices

ROOT = Path(__file__).parents[2]
INTENTS = sorted([ROOT / "intent/cluster.yml", *(ROOT / "intent/examples").glob("*.yml")])


def with_keyfiles(plan: Plan) -> bool:
    """Return whether nodes have NetworkManager, as Rocky does, and not systemd-networkd."""
    return plan.intent.stack is not None and plan.intent.stack.os == "rocky-9"


def network_file(plan: Plan, port: str) -> str:
    """Return the file that configures a port of a server."""
    if with_keyfiles(plan):
        return f"etc/NetworkManager/system-connections/railwright-{port}.nmconnection"
    return f"etc/systemd/network/50-railwright-{port}.network"


@pytest.mark.parametrize("intent", INTENTS, ids=lambda path: path.stem)
def test_every_intent_builds(intent: Path) -> None:
    plan = api.load_plan(intent).plan
    chosen = devices(plan)
    assert {device.role for device in chosen} == {device.role for device in plan.devices}
    for device in chosen:
        files = {
            file.path: file.content
            for family in OF_A_DEVICE.values()
            for file in family(plan, device)
        }
        if device.is_node:
            ports = {
                f"nodes/{device.name}/{network_file(plan, port.name)}"
                for port in plan.ports[device.name]
            }
            assert ports <= files.keys()
        if not device.is_switch:
            continue
        config = orjson.loads(files[f"switches/{device.name}/config_db.json"])
        live = [port.name for port in plan.ports[device.name] if port.enabled]
        up = [name for name, row in config["PORT"].items() if row["admin_status"] == "up"]
        assert sorted(up) == sorted(live)
        families = 2 if plan.dual and device.network in {"compute", "storage"} else 1
        sessions = len(plan.sessions_of.get(device.name, ()))
        assert len(config.get("BGP_NEIGHBOR", {})) == families * sessions
        slots = files[f"switches/{device.name}/secrets.required.json"].decode()
        assert ("snmp_ro" in slots) == (plan.intent.services.snmp is not None)
    for node in plan.gpu_nodes:
        nics = [nic for nic in plan.node_model(node).nics if nic.rail < plan.shape.rails]
        rails = [link for link in plan.links_of[node.name].values() if link.network == "compute"]
        assert len(rails) == len(nics) * plan.shape.planes


@pytest.mark.parametrize("intent", INTENTS, ids=lambda path: path.stem)
def test_artefacts_of_a_usual_intent_are_all_there(intent: Path) -> None:
    nodes = load(intent).intent.nodes.gpu.count
    if nodes > USUAL:
        pytest.skip(f"the files of {nodes} nodes take minutes; those of some are made above")
    plan = api.load_plan(intent).plan
    paths = [file.path for file in api.artefacts(plan)]
    assert len(paths) == len(set(paths))
    for device in plan.switches:
        assert f"switches/{device.name}/config_db.json" in paths
    folder = "NetworkManager/conf.d" if with_keyfiles(plan) else "systemd/networkd.conf.d"
    for node in plan.nodes:
        assert f"nodes/{node.name}/etc/{folder}/50-railwright.conf" in paths


def test_clusters_have_names_of_their_own() -> None:
    names = [load(intent).intent.cluster for intent in INTENTS]
    assert len(set(names)) == len(names)
