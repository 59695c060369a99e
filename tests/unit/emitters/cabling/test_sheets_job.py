"""What technicians have to do: plugs, checks, what may be said of a port, what was done."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job, Pull, job_of
from railwright.intent.as_built import AsBuilt, Mark
from railwright.plan.cables.model import Cable
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}
COPPER: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100", "count": 4}},
    "networks": {"compute": {"design": "leaf-spine", "nodes_per_su": 4}},
    "lengths": {"host_m": 2.0},
}
JUMPERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
    "floor": {"rows": 2},
}


@pytest.fixture(scope="module")
def job() -> Job:
    return job_of(planned(ALL_NETWORKS, FLOOR))


def by_id(job: Job) -> dict[str, Pull]:
    return {pull.id: pull for pull in job.pulls}


def cables_of(job: Job) -> tuple[Cable, ...]:
    return job.plan.cabled.cables


def with_cabled(plan: Plan, **change: Any) -> Plan:
    """The plan with other cables or modules."""
    changed = replace(plan)
    changed.__dict__["cabled"] = replace(plan.cabled, **change)
    return changed


def differing(job: Job, other: Job) -> list[str]:
    """The ids of the cables whose check is another one."""
    both = zip(job.pulls, other.pulls, strict=True)
    return [one.id for one, now in both if one.check != now.check]


def test_every_deployed_cable_is_pulled_once_in_the_order_of_the_plan(job: Job) -> None:
    cables = [one.id for one in job.plan.cabled.cables if one.deployed]
    assert [pull.id for pull in job.pulls] == cables
    assert len(cables) < len(job.plan.cabled.cables)


def test_a_plug_says_where_it_goes(job: Job) -> None:
    pull = by_id(job)["gpu0001:rail0"]
    (lower,), upper = pull.lower, pull.upper
    assert (lower.device, lower.ports, lower.cage, lower.socket) == (
        "gpu0001",
        "rail0",
        "OSFP4",
        "OSFP4P2",
    )
    assert (upper.device, upper.ports, upper.cage, upper.socket) == (
        "su1-rail0-leaf",
        "Ethernet0",
        "1",
        "1/1",
    )
    assert job.plan.floor
    for plug in pull.plugs:
        place = job.plan.floor.places[plug.device]
        assert (plug.rack, plug.top_u) == (place.rack, place.top_u)
        assert plug.row == job.plan.floor.rack[place.rack].row
        assert plug.label == next(one.label for one in pull.cable.ends if one.socket == plug.socket)
    assert pull.description.startswith("NVIDIA ")
    assert pull.home is lower


def test_links_of_one_cage_share_its_module(job: Job) -> None:
    pulls = by_id(job)
    first, second = pulls["gpu0001:rail0"], pulls["gpu0002:rail0"]
    assert first.upper.cage == second.upper.cage == "1"
    assert {first.upper.module, second.upper.module} == {"MMA4Z00-NS"}
    assert (first.lower[0].module, first.lower[0].adapter) == ("MMA4Z00-NS-FLT", None)


def test_a_cage_may_have_a_module_in_an_adapter(job: Job) -> None:
    plug = by_id(job)["gpu0001:eth0"].lower[0]
    assert (plug.cage, plug.adapter) == ("SLOT3P1", "MAM1Q00A-QSA28")
    assert plug.module is not None


def test_what_goes_into_a_module_has_its_connector(job: Job) -> None:
    sockets = {one.sku: one.connector for one in catalog.optics().transceivers}
    seen = set()
    for pull in job.pulls:
        for plug in pull.plugs:
            if plug.module:
                assert plug.connector == sockets[plug.module]
                seen.add(plug.connector)
            else:
                assert plug.connector
    assert {"MPO-12/APC", "RJ45"} <= seen | {pull.upper.connector for pull in job.pulls}


def test_a_router_outside_the_plan_is_known_by_its_name(job: Job) -> None:
    pull = next(one for one in job.pulls if one.upper.device == "edge")
    upper = pull.upper
    assert (upper.ports, upper.cage, upper.socket, upper.row, upper.rack, upper.top_u) == (
        "",
        "",
        "",
        None,
        None,
        None,
    )
    assert (upper.module, upper.connector) == (None, pull.lower[0].connector)


def test_a_pdu_has_a_rack_but_no_unit(job: Job) -> None:
    plug = by_id(job)["pdu01:eth0"].lower[0]
    assert plug.rack
    assert (plug.top_u, plug.connector) == (None, "RJ45")


def test_cables_with_one_tail_have_one_connector_at_both_ends() -> None:
    """Otherwise it could not be said which end is which: only splitters are turned one way."""
    optics = catalog.optics()
    assert all(one.near == one.far for one in optics.assemblies if one.tails == 1)
    assert all(len(set(one.connectors)) == 1 for one in optics.jumpers if one.tails == 1)


def test_the_single_end_of_a_splitter_is_last_and_has_its_own_connector() -> None:
    plan = planned(COPPER)
    pull = by_id(job_of(plan))["su1-leaf:Ethernet0"]
    cable = next(
        one
        for one in catalog.optics().assemblies
        for has in one.lengths
        if has.sku == pull.cable.part
    )
    assert cable.near != cable.far
    assert [plug.device for plug in pull.plugs] == ["gpu0001", "gpu0001", "su1-leaf"]
    assert [plug.connector for plug in pull.plugs] == [cable.far, cable.far, cable.near]
    assert (pull.upper.ports, pull.upper.socket) == ("Ethernet0 Ethernet4", "1")


def test_the_tail_of_a_splitter_waits_for_a_device_that_is_still_to_come() -> None:
    job = job_of(planned(JUMPERS))
    pulls = [pull for pull in job.pulls if any(plug.waits for plug in pull.plugs)]
    assert pulls
    for pull in pulls:
        assert [(plug.device, plug.waits) for plug in pull.plugs] == [
            ("gpu0003", False),
            ("gpu0004", True),
            (pull.upper.device, False),
        ]
        assert pull not in [one for _, one in job.by_device.get("gpu0004", ())]
    assert "gpu0004" not in job.by_device
    assert not any(plug.waits for pull in job.pulls if pull not in pulls for plug in pull.plugs)


def test_a_cable_is_at_home_where_a_device_is_there() -> None:
    job = job_of(planned(JUMPERS))
    pull = next(pull for pull in job.pulls if pull.plugs[1].waits)
    turned = replace(pull, plugs=(pull.plugs[1], pull.plugs[0], pull.plugs[2]))
    assert turned.home is turned.plugs[1]
    assert turned.home.device == "gpu0003"


def test_growth_changes_no_check_though_a_tail_waits_no_more() -> None:
    small = by_id(job_of(planned(JUMPERS)))
    large = by_id(job_of(planned(JUMPERS, {"nodes": {"gpu": {"count": 8}}})))
    assert {name: large[name].check for name in small} == {
        name: pull.check for name, pull in small.items()
    }


class TestPorts:
    """For which cables the port of the upper end may be said as it is built."""

    def test_a_cable_of_one_link_to_a_switch(self, job: Job) -> None:
        for name in ("gpu0001:rail0", "gpu0001:bmc", "pdu01:eth0", "gpu0001:storage0"):
            pull = by_id(job)[name]
            assert (pull.port_at, pull.redlines) == (name, True)

    def test_not_at_a_router_outside_the_plan(self, job: Job) -> None:
        pull = next(one for one in job.pulls if one.upper.device == "edge")
        assert (pull.port_at, pull.redlines) == (None, False)

    @pytest.mark.parametrize("change", [COPPER, JUMPERS])
    def test_not_of_a_splitter(self, change: dict[str, Any]) -> None:
        splitters = [pull for pull in job_of(planned(change)).pulls if len(pull.plugs) > 2]
        assert splitters
        assert {(pull.port_at, pull.redlines) for pull in splitters} == {(None, False)}

    def test_the_first_of_jumpers_side_by_side_speaks_for_all(self) -> None:
        plan = planned({"nodes": {"gpu": {"count": 16}}, "cabling": {"prefer": ["MMF"]}}, FLOOR)
        link = next(one.id for one in plan.links if one.kind == "fabric")
        pulls = by_id(job_of(plan))
        twins = [pulls[f"{link}.{number}"] for number in (1, 2)]
        assert [pull.port_at for pull in twins] == [f"{link}.1"] * 2
        assert [pull.redlines for pull in twins] == [True, False]

    def test_not_of_an_extra_link_whose_ports_the_intent_chooses(self) -> None:
        extra = {
            "a": {"device": "su1-rail0-leaf", "port": "Ethernet504"},
            "z": {"device": "spine1", "port": "Ethernet504"},
            "prefix": "192.0.2.0/31",
            "reason": "more of it",
        }
        compute = {"nodes_per_su": 8, "spare_leaf_cages": 2, "spare_spine_cages": 2}
        plan = planned(
            {
                "nodes": {"gpu": {"count": 8}},
                "networks": {"compute": compute},
                "overrides": {"links": [extra]},
            }
        )
        link = ("su1-rail0-leaf:Ethernet504",)
        pulls = [pull for pull in job_of(plan).pulls if pull.cable.links == link]
        assert pulls
        assert {(pull.port_at, pull.redlines) for pull in pulls} == {(None, False)}


class TestCheck:
    """The check of a cable and the revision of the whole."""

    def changed(self, job: Job, name: str, **change: Any) -> tuple[bool, bool]:
        """Whether the check of a cable and the revision change; no other check does."""
        cables = [replace(one, **change) if one.id == name else one for one in cables_of(job)]
        other = job_of(with_cabled(job.plan, cables=tuple(cables)))
        differ = differing(job, other)
        assert differ in ([], [name])
        return bool(differ), other.revision != job.revision

    def test_they_are_short_hexadecimal_numbers(self, job: Job) -> None:
        assert {len(pull.check) for pull in job.pulls} == {8}
        assert len(job.revision) == 12
        assert int("".join(pull.check for pull in job.pulls), 16)
        assert len({pull.check for pull in job.pulls}) == len(job.pulls)

    @pytest.mark.parametrize(
        "change",
        [{"part": "MFP7E10-N050"}, {"part": None}, {"length_m": 99.5}, {"id": "gpu0001:rail9"}],
    )
    def test_the_cable_itself(self, job: Job, change: dict[str, Any]) -> None:
        assert self.changed(job, "gpu0001:rail0", **change) == (True, True)

    @pytest.mark.parametrize(
        "change",
        [
            {"device": "gpu0002"},
            {"ports": ("rail7",)},
            {"cage": "OSFP1"},
            {"socket": "OSFP4P1"},
            {"rack": "A09"},
            {"top_u": 3},
            {"label": "elsewhere / there"},
        ],
    )
    @pytest.mark.parametrize("end", [0, 1])
    def test_either_end(self, job: Job, change: dict[str, Any], end: int) -> None:
        ends = [*by_id(job)["gpu0001:rail0"].cable.ends]
        ends[end] = replace(ends[end], **change)
        assert self.changed(job, "gpu0001:rail0", ends=tuple(ends)) == (True, True)

    @pytest.mark.parametrize(
        "change",
        [
            {"bundle": "other/1"},
            {"wave": "5-su9-rail0"},
            {"colour": "green"},
            {"trays": ("Z",)},
            {"computed_m": 0.5},
            {"rail": 5},
            {"plane": 1},
        ],
    )
    def test_its_way_is_only_in_the_revision(self, job: Job, change: dict[str, Any]) -> None:
        assert self.changed(job, "gpu0001:rail0", **change) == (False, True)

    def test_another_module_changes_the_cables_in_its_cage(self, job: Job) -> None:
        modules = tuple(
            replace(one, part="MMS4X00-NM") if one.id == "su1-rail0-leaf:1" else one
            for one in job.plan.cabled.modules
        )
        other = job_of(with_cabled(job.plan, modules=modules))
        assert differing(job, other) == ["gpu0001:rail0", "gpu0002:rail0"]

    def test_another_cluster_with_the_same_cables_has_another_revision(self, job: Job) -> None:
        intent = job.plan.intent.model_copy(update={"cluster": "other"})
        assert job_of(replace(job.plan, intent=intent)).revision != job.revision

    def test_marks_change_neither(self, job: Job) -> None:
        marks = (
            Mark("gpu0001:rail0", "pulled", True, "Ada", "2026-03-01T09:30:00Z"),
            Mark("gpu0001:rail0", "port", "Ethernet8", "Ada", "2026-03-01T09:30:00Z", "dead"),
        )
        built = AsBuilt("as-built.csv", marks, (2, 3))
        intent = job.plan.intent.model_copy(update={"as_built": built})
        done = job_of(replace(job.plan, intent=intent))
        assert done.revision == job.revision
        assert [pull.check for pull in done.pulls] == [pull.check for pull in job.pulls]
        pull = by_id(done)["gpu0001:rail0"]
        assert dict(pull.marks) == {"pulled": marks[0], "port": marks[1]}
        assert by_id(done)["gpu0002:rail0"].marks == {}


def test_waves_are_in_the_order_of_work_and_share_the_cables(job: Job) -> None:
    names = list(job.waves)
    assert names[:4] == ["1-oob", "2-fabric", "3-storage", "4-inband"]
    assert names[4:6] == ["5-su1-rail0", "5-su1-rail1"]
    pulls = [pull.id for wave in job.waves.values() for pull in wave]
    assert sorted(pulls) == sorted(pull.id for pull in job.pulls)


def test_a_wave_of_two_digits_comes_after_those_of_one() -> None:
    job = job_of(
        planned({"nodes": {"gpu": {"count": 48}}, "networks": {"compute": {"nodes_per_su": 4}}})
    )
    su = [name for name in job.waves if name.endswith("-rail0")]
    assert su == [f"5-su{number}-rail0" for number in range(1, 13)]


def test_a_rack_has_each_cable_once(job: Job) -> None:
    for rack, pulls in job.by_rack.items():
        ids = [pull.id for pull in pulls]
        assert len(set(ids)) == len(ids)
        assert all(rack in {plug.rack for plug in pull.plugs} for pull in pulls)
    within = [one for one in job.pulls if len({plug.rack for plug in one.plugs}) == 1]
    assert within
    total = sum(map(len, job.by_rack.values()))
    outside = sum(plug.rack is None for pull in job.pulls for plug in pull.plugs)
    assert total == 2 * len(job.pulls) - len(within) - outside


def test_a_device_has_all_of_its_plugs(job: Job) -> None:
    for device, plugs in job.by_device.items():
        assert all(plug.device == device and plug in pull.plugs for plug, pull in plugs)
    assert sum(map(len, job.by_device.values())) == sum(len(pull.plugs) for pull in job.pulls)
    assert "edge" in job.by_device
