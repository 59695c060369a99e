"""The as-built record against the plan: what it says of cables that are not so."""

from typing import Any

from railwright.errors import Problem
from railwright.intent.as_built import parse
from railwright.plan.cables.plugs import Plugs, check_of
from railwright.plan.checks import check
from railwright.plan.checks.as_built import check_as_built
from tests.unit.plan.made import ALL_NETWORKS, merged, planned

HEADER = "cable,what,value,by,at,note"
FEW = merged(ALL_NETWORKS, {"nodes": {"gpu": {"count": 12}}})
"""Nodes 13 to 16 are reserved: their cables are in the plan, not on the floor."""
COPPER: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100", "count": 8}},
    "lengths": {"host_m": 1.5},
}


def found(*rows: str, base: dict[str, Any] = FEW, **overrides: Any) -> list[Problem]:
    """Return what is said of a record with these rows: `<cable>,<what>,<value>`."""
    text = "\n".join([HEADER, *(f"{row},li,2026-03-01T09:30:00Z,why" for row in rows)])
    record, problems = parse(text, "as-built.csv")
    assert problems == ()
    plan = planned(base, {"overrides": overrides, "as_built": record})
    said = list(check_as_built(plan))
    for one in said:
        assert (one.path, one.severity, one.file) == ("as_built", "warning", "as-built.csv")
        assert one in check(plan)
    return said


def test_without_a_record_nothing_is_said() -> None:
    assert list(check_as_built(planned(FEW))) == []


def test_nothing_is_said_of_a_record_that_agrees() -> None:
    assert found() == []
    rows = (
        "gpu0001:rail0,pulled,yes",
        "gpu0001:rail0,port,Ethernet0",
        "gpu0001:rail0,length_m,5",
        "gpu0001:rail0,remark,tight bend",
        "gpu0016:rail0,pulled,no",
        "gpu0016:rail0,remark,comes in May",
        "gpu0002:rail0,port,",
        "gpu0002:rail0,length_m,",
    )
    assert found(*rows) == []


def test_cables_that_the_plan_does_not_have_are_one_warning() -> None:
    rows = [f"gpu9{number:03d}:rail0,pulled,yes" for number in range(1, 6)]
    (one,) = found(
        "gpu0001:rail0,pulled,yes", rows[0], rows[0].replace("pulled", "tested"), *rows[1:]
    )
    assert one.line == 3
    assert one.what == (
        "5 cables are recorded that the plan does not have: gpu9001:rail0 (line 3), gpu9002:rail0 "
        "(line 5), gpu9003:rail0 (line 6) and 2 more; `railwright show cables` lists those it has; "
        "correct the record"
    )


def test_steps_on_cables_that_are_only_reserved_are_one_warning() -> None:
    (one,) = found("gpu0001:rail0,pulled,yes", "gpu0013:rail0,pulled,yes")
    assert str(one) == (
        "warning: as-built.csv:3: as_built: 1 step is done on cables that the plan only reserves: "
        "gpu0013:rail0 pulled (line 3); raise the count of what they lead to, or correct the record"
    )


def test_a_port_that_no_override_took_over_is_a_warning() -> None:
    swapped = "gpu0001:rail0,port,Ethernet4", "gpu0002:rail0,port,Ethernet0"
    (one,) = found(*swapped)
    assert one.line == 2
    assert one.what == (
        "2 ports are recorded other than planned: gpu0001:rail0 on su1-rail0-leaf Ethernet4 "
        "instead of Ethernet0 (line 2), gpu0002:rail0 on su1-rail0-leaf Ethernet0 instead of "
        "Ethernet4 (line 3); add each to overrides.ports, or take it back in the record"
    )
    rows = [
        {"link": "gpu0001:rail0", "port": "Ethernet4", "reason": "as built"},
        {"link": "gpu0002:rail0", "port": "Ethernet0", "reason": "as built"},
    ]
    assert found(*swapped, ports=rows) == []


def test_a_length_that_no_override_took_over_is_a_warning() -> None:
    (one,) = found("gpu0001:rail0,length_m,15", "gpu0002:rail0,length_m,3")
    assert one.what == (
        "2 lengths are recorded other than planned, which headroom is not computed for: "
        "gpu0001:rail0 15 m instead of 5 m (line 2), gpu0002:rail0 3 m instead of 5 m (line 3); "
        "add each to overrides.lengths, or take it back in the record"
    )
    rows = [{"link": "gpu0001:rail0", "length_m": 15, "reason": "as built"}]
    assert found("gpu0001:rail0,length_m,15", lengths=rows) == []


def test_of_cables_side_by_side_the_longest_counts() -> None:
    uplink = "su1-rail0-leaf:Ethernet256"
    rows = f"{uplink}.1,length_m,30", f"{uplink}.2,length_m,33"
    given = [{"link": uplink, "length_m": 33, "reason": "as built"}]
    assert found(*rows, lengths=given) == []
    (one,) = found(*rows, lengths=[given[0] | {"length_m": 30}])
    assert f"{uplink}.2 33 m instead of 30 m" in one.what
    assert ".1 " not in one.what


def test_a_splitter_is_one_cable_of_several_links() -> None:
    rows = "su1-rail0-leaf:Ethernet0,length_m,2", "su1-rail0-leaf:Ethernet0,pulled,yes"
    (one,) = found(*rows, base=COPPER)
    assert "su1-rail0-leaf:Ethernet0 2 m instead of 1.5 m" in one.what
    (one,) = found("su1-rail0-leaf:Ethernet0,length_m,1", base=COPPER)
    assert "su1-rail0-leaf:Ethernet0 1 m instead of 1.5 m" in one.what
    given = [{"link": "gpu0002:rail0", "length_m": 2, "reason": "as built"}]
    assert found(*rows, base=COPPER, lengths=given) == []


def test_steps_of_an_older_plan_are_one_warning() -> None:
    plan = planned(FEW)
    plugs = Plugs(plan)
    cable = next(one for one in plan.cabled.cables if one.id == "gpu0001:rail0")
    check_now = check_of(cable, plugs.of(cable))
    text = (
        f"{HEADER},id,after,check\n"
        f"gpu0001:rail0,pulled,yes,li,2026-03-01T09:30:00Z,,a,,{check_now}\n"
        "gpu0001:rail0,tested,yes,li,2026-03-01T09:30:00Z,,b,,\n"
        "gpu0002:rail0,pulled,yes,li,2026-03-01T09:30:00Z,,c,,00000000\n"
        "gpu0002:rail0,tested,no,li,2026-03-01T09:30:00Z,,d,,00000000\n"
    )
    record, problems = parse(text, "as-built.csv")
    assert problems == ()
    (one,) = check_as_built(planned(FEW, {"as_built": record}))
    assert str(one) == (
        "warning: as-built.csv:4: as_built: 1 step is recorded of cables that the plan had "
        "otherwise then, so that they count no more: gpu0002:rail0 pulled (line 4); look at each, "
        "mark it again on a new sheet"
    )
