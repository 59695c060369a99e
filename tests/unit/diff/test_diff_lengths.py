"""Lengths that change: which ports come to another headroom row, and what that cuts off."""

from collections.abc import Sequence
from typing import Any

import pytest

from railwright.diff import length_lines, text
from railwright.diff.compare import compare
from railwright.diff.model import Difference, LengthChange, Room, Snapshot
from railwright.sonic.classes import ChangeClass
from railwright.sonic.configdb import ConfigDb
from tests.unit.diff.samples import Row, device, link, snapshot

ROWS = {"5.0": (5, 1000), "15.0": (40, 2000), "30.0": (40, 2000), "50.0": (100, 3000)}
"""Made-up table: what a port needs by its length."""
LEAF, SPINE = "su1-rail0-leaf", "spine1"


def headroom(lanes: int = 8, rows: dict[str, tuple[int, int]] | None = None) -> list[Row]:
    return [
        {
            **{"network": "compute", "platform": "cx864e-n", "hwsku": "A", "speed_gbps": 400},
            **{"lanes": lanes, "length_m": length, "cable_m": cable, "xoff_bytes": xoff},
        }
        for length, (cable, xoff) in (rows or ROWS).items()
    ]


def config(lengths: Sequence[str], status: str = "up", lanes: int = 8) -> ConfigDb:
    """Return buffers of ports 0, 4, 8 ... whose cables have these lengths."""
    ports = [f"Ethernet{4 * number}" for number in range(len(lengths))]
    rows = [ROWS[length] for length in lengths]
    profiles = [f"pg_lossless_400000_{row[0]}m_profile" for row in rows]
    return {
        "PORT": {
            port: {"admin_status": status, "lanes": ",".join(map(str, range(lanes)))}
            for port in ports
        },
        "BUFFER_PG": {
            f"{port}|3": {"profile": name} for port, name in zip(ports, profiles, strict=True)
        },
        "BUFFER_PROFILE": {
            name: {"xoff": str(row[1])} for name, row in zip(profiles, rows, strict=True)
        },
        "CABLE_LENGTH": {
            "AZURE": {port: f"{row[0]}m" for port, row in zip(ports, rows, strict=True)}
        },
    }


def host_links(lengths: Sequence[str], **more: Any) -> list[Row]:
    return [
        link(
            f"gpu{number:04} rail0",
            f"{LEAF} Ethernet{4 * (number - 1)}",
            length_m=float(length),
            **{"rail": 0, **more},
        )
        for number, length in enumerate(lengths, 1)
    ]


def side(
    links: list[Row], lengths: Sequence[str], rooms: list[Row] | None = None, **made: Any
) -> Snapshot:
    nodes = [device(f"gpu{number:04}", "gpu_node") for number in range(1, 9)]
    return snapshot(
        devices=[device(LEAF, hwsku="A"), device(SPINE, "spine", hwsku="A"), *nodes],
        links=links,
        headroom=headroom() if rooms is None else rooms,
        configs={LEAF: config(lengths, **made)},
    )


def hosts(old: Sequence[str], new: Sequence[str], **more: Any) -> Difference:
    return compare(side(host_links(old, **more), old), side(host_links(new, **more), new))


def test_a_longer_cable_brings_its_port_to_another_row() -> None:
    found = hosts(["15.0", "15.0", "5.0"], ["50.0", "50.0", "5.0"])
    assert found.lengths.moved == (
        LengthChange(
            LEAF,
            "compute",
            ports=("Ethernet0", "Ethernet4"),
            old_m=("15.0",),
            new_m=("50.0",),
            old_room=Room("40", "2000"),
            new_room=Room("100", "3000"),
            harm=ChangeClass.PORT_BOUNCE,
            nodes=("gpu0001", "gpu0002"),
            rails=("0",),
        ),
    )
    assert length_lines.moved(found.lengths.moved, everything=False) == [
        "su1-rail0-leaf 2 ports Ethernet0..: 15 -> 50 m, headroom row 40 m -> 100 m, xoff 2000 -> "
        "3000 bytes: port bounce, about 60 s each; cuts rail 0 of gpu0001-gpu0002"
    ]
    assert not found.lengths.kept


def test_a_length_within_its_row_changes_no_device() -> None:
    found = hosts(["15.0", "5.0"], ["30.0", "5.0"])
    (one,) = found.lengths.kept
    assert (one.ports, one.harm, one.new_room) == (("Ethernet0",), None, Room("40", "2000"))
    assert length_lines.kept(found.lengths.kept, everything=False) == [
        "su1-rail0-leaf 1 port Ethernet0: 15 -> 30 m, headroom row 40 m: changes no device"
    ]
    assert not found.lengths.moved
    assert not found.configurations.touched


def test_lengths_that_end_in_one_row_are_told_together() -> None:
    found = hosts(["5.0", "5.0", "15.0"], ["15.0", "30.0", "50.0"])
    assert [(one.old_m, one.new_m) for one in found.lengths.moved] == [
        (("5.0",), ("15.0", "30.0")),
        (("15.0",), ("50.0",)),
    ]
    lines = length_lines.moved(found.lengths.moved, everything=False)
    assert lines[0].startswith("su1-rail0-leaf 2 ports Ethernet0..: 5 -> 15-30 m, ")


def test_a_port_that_is_down_is_not_disturbed() -> None:
    found = compare(
        side(host_links(["5.0"], deployed=False), ["5.0"], status="down"),
        side(host_links(["15.0"], deployed=False), ["15.0"], status="down"),
    )
    (one,) = found.lengths.moved
    assert (one.harm, one.nodes) == (ChangeClass.HITLESS, ())
    assert length_lines.moved([one], everything=False)[0].endswith(
        "xoff 1000 -> 2000 bytes: hitless"
    )


def test_a_switch_that_computes_its_buffers_only_hears_the_length() -> None:
    computed = [
        side(
            host_links([length]),
            [length],
            headroom(rows={"15.0": (15, 1500), "30.0": (30, 1900)}),
        )
        for length in ("15.0", "30.0")
    ]
    for one, length in zip(computed, ("15m", "30m"), strict=True):
        rows = one.config(LEAF)
        rows["BUFFER_PG"] = {"Ethernet0|3": {"profile": "NULL"}}
        rows["CABLE_LENGTH"] = {"AZURE": {"Ethernet0": length}}
        one.files[f"switches/{LEAF}/config_db.json"] = length  # type: ignore[index]
    (found,) = compare(*computed).lengths.moved
    assert (found.old_room, found.new_room) == (Room("15", "1500"), Room("30", "1900"))
    assert found.harm is ChangeClass.HITLESS


@pytest.mark.parametrize(("lanes", "xoff"), [(8, "2000"), (4, "7000")])
def test_lanes_decide_between_rows_of_one_speed(lanes: int, xoff: str) -> None:
    other = {length: (cable, xoff + 5000) for length, (cable, xoff) in ROWS.items()}
    rooms = headroom(8) + headroom(4, other)
    found = compare(
        side(host_links(["5.0"]), ["5.0"], rooms, lanes=lanes),
        side(host_links(["15.0"]), ["15.0"], rooms, lanes=lanes),
    )
    assert found.lengths.moved[0].new_room == Room("40", xoff)


def test_ports_without_headroom_are_left_out() -> None:
    found = compare(
        side(host_links(["5.0"]), ["5.0"], []), side(host_links(["15.0"]), ["15.0"], [])
    )
    assert not found.lengths


def test_links_between_switches_count_against_all_of_the_switch() -> None:
    def links(length: float) -> list[Row]:
        return [
            link(
                f"{LEAF} Ethernet{4 * number}",
                f"{SPINE} Ethernet{4 * number}",
                kind="fabric",
                length_m=length if number else 5.0,
            )
            for number in range(3)
        ]

    found = compare(
        side(links(15.0), ["5.0", "15.0", "15.0"]), side(links(50.0), ["5.0", "50.0", "50.0"])
    )
    leaf = next(one for one in found.lengths.moved if one.device == LEAF)
    assert (leaf.fabric, leaf.all_fabric) == (2, 3)
    assert length_lines.moved([leaf], everything=False)[0].endswith(
        "port bounce, about 60 s each; 2 of 3 ports to other switches"
    )


def test_planes_and_other_networks_say_what_is_cut() -> None:
    found = hosts(["5.0", "5.0"], ["15.0", "15.0"], plane=1)
    assert length_lines.moved(found.lengths.moved, everything=False)[0].endswith(
        "cuts plane 1 of rail 0 of gpu0001-gpu0002"
    )
    one = LengthChange(
        *("storage1-leaf", "storage", ("Ethernet0",), ("5.0",), ("15.0",)),
        harm=ChangeClass.PORT_BOUNCE,
        nodes=("storage01",),
    )
    assert length_lines.moved([one], everything=False) == [
        "storage1-leaf 1 port Ethernet0: 5 -> 15 m, headroom row none -> none, xoff 0 -> 0 bytes: "
        "port bounce, about 60 s each; cuts storage of storage01"
    ]


def test_switches_to_which_the_same_happens_share_a_line() -> None:
    found = hosts(["5.0"], ["15.0"]).lengths.moved[0]
    other = LengthChange(
        *("su2-rail0-leaf", "compute", ("Ethernet0", "Ethernet4"), ("5.0",), ("30.0",)),
        old_room=found.old_room,
        new_room=found.new_room,
        harm=found.harm,
        nodes=("gpu0065",),
        rails=("0",),
    )
    (line,) = length_lines.moved([found, other], everything=False)
    assert line.startswith("3 ports of su1-rail0-leaf, su2-rail0-leaf: 5 -> 15-30 m, ")
    assert line.endswith("cuts rail 0 of gpu0001, gpu0065")
    assert length_lines.moved([found, other], everything=True)[1::2] == [
        "  Ethernet0",
        "  Ethernet0, Ethernet4",
    ]


def test_a_nic_that_is_told_its_length() -> None:
    def node_side(length: str, content: str) -> Snapshot:
        return snapshot(
            devices=[device("gpu0001", "gpu_node"), device(LEAF, hwsku="A")],
            links=host_links([length]),
            files={"nodes/gpu0001/etc/railwright/roce/rail0.env": content},
        )

    found = compare(node_side("5.0", "a"), node_side("15.0", "b")).lengths
    (one,) = found.nics
    assert (one.device, one.ports, one.harm) == ("gpu0001", ("rail0",), None)
    assert length_lines.nics(found.nics, everything=False) == ["gpu0001 1 port rail0: 5 -> 15 m"]
    assert not compare(node_side("5.0", "a"), node_side("15.0", "a")).lengths


def test_a_link_that_is_new_or_goes_brings_no_length() -> None:
    found = compare(
        side(host_links(["5.0", "5.0"])[:1], ["5.0", "5.0"]),
        side(host_links(["5.0", "15.0"])[1:], ["5.0", "5.0"]),
    )
    assert not found.lengths


def test_another_cable_at_a_port_counts_like_a_longer_one() -> None:
    old, new = host_links(["5.0"]), host_links(["15.0"])
    renamed = {**new[0], "id": "gpu0007:rail0", "a_device": "gpu0007"}
    (found,) = compare(side(old, ["5.0"]), side([renamed], ["15.0"])).lengths.moved
    assert (found.ports, found.nodes) == (("Ethernet0",), ("gpu0001",))


def test_totals_name_the_worst() -> None:
    shown = text.render(hosts(["15.0", "5.0"], ["50.0", "5.0"]))
    assert "lengths           1 port in another headroom row (worst: port bounce)" in shown
