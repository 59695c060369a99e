import re
from pathlib import Path
from typing import Any

import pytest

from railwright.errors import IntentError
from railwright.intent import schema
from railwright.intent.loader import load
from railwright.intent.model import Intent
from railwright.intent.scaffold import scaffold


def made(**changes: Any) -> str:
    given: dict[str, Any] = {
        "gpus": 1024,
        "switch": "cx864e-n",
        "node": "dgx-h100",
        "gpus_per_node": 8,
        "known_switches": ("cx864e-n", "sn5600"),
        "known_nodes": ("dgx-h100", "hgx-h100"),
    }
    return scaffold(**{**given, **changes})


def loaded(folder: Path, text: str) -> Intent:
    path = folder / "my.yml"
    path.write_text(text, encoding="utf-8")
    return load(path).intent


@pytest.mark.parametrize("design", ["rail-optimized", "rail-only"])
def test_scaffold_is_a_valid_intent(tmp_path: Path, design: str) -> None:
    intent = loaded(tmp_path, made(design=design, cluster="my-cluster"))
    assert intent.cluster == "my-cluster"
    assert (intent.nodes.gpu.model, intent.nodes.gpu.count) == ("dgx-h100", 128)
    assert (intent.networks.compute.leaf, intent.networks.compute.design) == ("cx864e-n", design)


OPTIONAL = {
    "as_built",
    "assets",
    "prices",
    "floor",
    "networks.inband.border",
    "networks.inband.leaf",
    "networks.inband.spine",
    "networks.oob.border",
    "networks.oob.leaf",
    "networks.oob.spine",
    "networks.storage",
    "nodes.management",
    "nodes.pdus",
    "nodes.storage",
    "pools.ipv6",
    "pools.management_links",
    "pools.storage_hosts",
    "pools.storage_links",
    "roce.headroom.accept",
    "roce.lossy",
    "roce.second",
    "roce.trimming",
    "services.snmp",
    "services.tacacs",
    "stack",
}
"""Absent by default; a new intent shows an example of each."""


def differences(default: Any, written: Any, path: str = "") -> set[str]:
    """Return the paths where two intents differ, the shortest ones."""
    if isinstance(default, dict) and isinstance(written, dict):
        return set().union(
            *(differences(default[key], written[key], f"{path}.{key}") for key in default)
        )
    return set() if default == written else {path.removeprefix(".")}


def test_commented_lines_are_the_defaults(tmp_path: Path) -> None:
    text = made()
    (tmp_path / "assets.csv").write_text("device,serial\n", encoding="utf-8")
    (tmp_path / "as-built.csv").write_text("cable,what,value,by,at\n", encoding="utf-8")
    (tmp_path / "prices.csv").write_text("part,price,currency,source\n", encoding="utf-8")
    everything = re.sub(r"(?m)^( *)# (?!yaml-language-server)", r"\1", text)
    assert everything != text
    # Trimmed packets need a lossy class, of which there is none by default.
    everything = everything.replace("lossy: []", "lossy: [{name: bulk, dscps: [8], priority: 1}]")
    default, written = (
        loaded(tmp_path, each).model_dump(mode="python") for each in (text, everything)
    )
    assert default.keys() == written.keys()
    found = differences(default, written)
    assert found == OPTIONAL
    for path in found:
        *above, key = path.split(".")
        section = default
        for step in above:
            section = section[step]
        assert not section[key]


def test_scaffold_shows_every_key() -> None:
    lines = {line.strip().removeprefix("# ").partition(":")[0] for line in made().splitlines()}
    assert set(schema.sections()) - {"secret"} <= lines


def test_text_is_stable_and_fits_the_page() -> None:
    assert made() == made()
    assert max(map(len, made().splitlines())) <= 100
    assert made().endswith("\n")
    assert not made().endswith("\n\n")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"gpus": 1025},
            "gpus: must be a multiple of the 8 GPUs of a dgx-h100, got 1025; nearest: 1024 or 1032",
        ),
        (
            {"gpus": 5},
            "gpus: must be a multiple of the 8 GPUs of a dgx-h100, got 5; nearest: 8",
        ),
        (
            {"gpus": -16},
            "gpus: must be a multiple of the 8 GPUs of a dgx-h100, got -16; nearest: 8",
        ),
        (
            {"switch": "sn5601", "node": "zzz"},
            "switch: unknown name 'sn5601'; did you mean 'sn5600'? allowed: cx864e-n, sn5600\n"
            "node: unknown name 'zzz'; allowed: dgx-h100, hgx-h100",
        ),
        (
            {"cluster": "a: b", "design": "star"},
            "cluster: must be a lower-case host name (letters, digits, '-', at most 63), "
            "got 'a: b'\n"
            "networks.compute.design: must be one of rail-optimized, rail-only, rail-isolated, "
            "leaf-spine, three-tier, got 'star'",
        ),
        (
            {"gpus": 131_080},
            "nodes.gpu.count: must be a whole number from 1 to 16384, got 16385",
        ),
    ],
)
def test_impossible_arguments(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(IntentError) as caught:
        made(**changes)
    assert str(caught.value) == message


def test_any_name_is_accepted_without_a_catalog() -> None:
    assert "leaf: my-switch" in made(switch="my-switch", known_switches=())
