"""Every intent that ships: it builds, and what is built hangs together."""

from pathlib import Path

import orjson
import pytest

from railwright import api

ROOT = Path(__file__).parents[2]
INTENTS = sorted([ROOT / "intent/cluster.yml", *(ROOT / "intent/examples").glob("*.yml")])


@pytest.mark.parametrize("intent", INTENTS, ids=lambda path: path.stem)
def test_every_intent_builds(intent: Path) -> None:
    plan = api.load_plan(intent).plan
    files = {file.path: file.content for file in api.artefacts(plan)}
    for switch in plan.switches:
        config = orjson.loads(files[f"switches/{switch.name}/config_db.json"])
        live = [port.name for port in plan.ports[switch.name] if port.enabled]
        up = [name for name, row in config["PORT"].items() if row["admin_status"] == "up"]
        assert sorted(up) == sorted(live)
        assert len(config.get("BGP_NEIGHBOR", {})) == len(plan.sessions_of.get(switch.name, ()))
    for node in plan.gpu_nodes:
        folder = f"nodes/{node.name}/etc/systemd/network/"
        rails = [path for path in files if path.startswith(f"{folder}50-railwright-rail")]
        assert len(rails) == plan.shape.rails
    assert "snmp_ro" in files[f"switches/{plan.switches[0].name}/secrets.required.json"].decode()


def test_clusters_have_names_of_their_own() -> None:
    names = [api.load_plan(intent).plan.intent.cluster for intent in INTENTS]
    assert len(set(names)) == len(names)
