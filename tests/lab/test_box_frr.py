"""The configuration the boxes get, in the FRR they have: it prints what SONiC's FRR printed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from railwright.lab.box.bgp import BgpManager
from tests.lab.box_fabric import FRR_ONLY, PYTHON, Fabric, Switch, require_lab
from tests.unit.lab.box.frr_model import FrrModel
from tests.unit.lab.box.test_bgp_corpus import CASES, after_live

pytestmark = pytest.mark.lab

NAMES = (
    "001-leaf",
    "005-loopback0-v4-added-live",
    "007-bgp-asn-added-live",
    "012-name-missing",
    "021-vlan-at-start",
    "028-static-advertise-flip-live",
    "030-aggregate-start",
    "033-type-torrouter",
    "037-tsa-live",
    "044-asn-delete-add-live",
    "045-neighbor-removed-live",
    "047-static-route-removed-live",
    "052-lo-prefix-128",
)
"""One recorded case of each kind; the whole set is compared with a model in the unit tests."""

DIFFERENT: Mapping[str, str] = {
    "013-asn-missing": "FRR 8.4.4 takes a member without ASN for internal, "
    "and then refuses external members in the same peer group",
}
"""Cases that the FRR of the boxes answers differently, with the reason."""

COMPARED = (
    "ip prefix-list",
    "ipv6 prefix-list",
    "route-map",
    "ip route",
    "ipv6 route",
    "router bgp",
    "bgp community-list",
    "ip nht",
    "ipv6 nht",
)

FEED = """
import json, pathlib, sys
from box.system import System
system = System(pathlib.Path("/run/frr"))
assert system.frr_wait(20)
running = []
system.frr_reset()
running.append(system.running())
for lines in json.load(sys.stdin):
    system.frr_configure(lines)
    running.append(system.running())
json.dump(running, sys.stdout)
"""


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    require_lab()
    folder = tmp_path_factory.mktemp("frr")
    with Fabric(folder, others=["frr"], init=FRR_ONLY) as running:
        yield running.switches["frr"]


def statements(lines: Iterable[str]) -> set[tuple[str, ...]]:
    """Return every line with the lines it belongs to: the two FRRs print in different order."""
    found: set[tuple[str, ...]] = set()
    context: tuple[str, ...] = ()
    for line in lines:
        word = line.strip()
        if not word or word in {"!", "exit", "exit-address-family"}:
            continue
        depth = len(line) - len(line.lstrip())
        context = (*context[:depth], word.replace("Loopback0", "lo"))
        if context[0].startswith(COMPARED):
            found.add(context)
    return found


def answers(switch: Switch, case: dict[str, Any]) -> list[tuple[set[Any], set[Any]]]:
    """Return what FRR has and what it should have, after start and after the live change."""
    manager, model = BgpManager(case["config_db"]), FrrModel()
    batches = [[*manager.startup, *manager.initial]]
    wanted = [case["running"]]
    if live := case.get("live"):
        rows = after_live(case["config_db"], live)
        batches.append(manager.update(live["deleted_keys"], rows))
        model.apply(batches[0])
        model.apply(batches[1])
        wanted.append(model.running())
    told = json.loads(switch.run(PYTHON, "-c", FEED, given=json.dumps(batches)))
    tracking = {("ip nht resolve-via-default",), ("ipv6 nht resolve-via-default",)}
    assert statements(told[0].splitlines()) <= tracking, "the reset left something behind"
    return [
        (statements(has.splitlines()), statements(should))
        for has, should in zip(told[1:], wanted, strict=True)
    ]


@pytest.mark.parametrize("name", [*NAMES, *DIFFERENT])
def test_frr_prints_what_was_recorded(switch: Switch, name: str) -> None:
    paths = {path.stem: path for path in CASES}
    if not paths:
        pytest.skip("the recorded cases are not here")
    pairs = answers(switch, json.loads(paths[name].read_text()))
    if name in DIFFERENT:
        assert any(has != should for has, should in pairs), f"agrees now: {DIFFERENT[name]}"
        return
    for has, should in pairs:
        assert sorted(has) == sorted(should)
