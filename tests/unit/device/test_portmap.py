"""The plan's port map and lossless table against the box's own files."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from railwright.device.portmap import disagreements
from railwright.lab import factory
from railwright.plan.model import Device, Plan

Files = dict[str, str]


@pytest.fixture
def files(plan: Plan, leaf: Device) -> Files:
    """The platform's files as the leaf's image has them."""
    return {
        PurePosixPath(file.path).name: file.content.decode() for file in factory.files(plan, leaf)
    }


def edited(text: str, edit: Callable[[Any], None]) -> str:
    value = json.loads(text)
    edit(value["interfaces"])
    return json.dumps(value)


def test_a_box_as_planned(plan: Plan, leaf: Device, files: Files) -> None:
    assert disagreements(plan, leaf, files) == ()


def test_lanes_are_named(plan: Plan, leaf: Device, files: Files) -> None:
    port = plan.ports[leaf.name][0]

    def shift(interfaces: Any) -> None:
        interfaces[port.parent]["lanes"] = "1,2,3,4,5,6,7,8"

    files["platform.json"] = edited(files["platform.json"], shift)
    (text,) = disagreements(plan, leaf, files)
    assert text.startswith(f"{port.parent}: lanes {port.lanes}")
    assert text.endswith("in the plan, 1,2,3,4,5,6,7,8 in platform.json of the box")


def test_a_missing_cage_and_mode_are_named(plan: Plan, leaf: Device, files: Files) -> None:
    first, *_, last = sorted({port.parent for port in plan.ports[leaf.name]})

    def remove(interfaces: Any) -> None:
        del interfaces[first]
        interfaces[last]["breakout_modes"] = {"8x100G": []}

    files["platform.json"] = edited(files["platform.json"], remove)
    missing, mode = disagreements(plan, leaf, files)
    assert missing == (
        f"{first}: the plan uses this cage, platform.json of the box does not have it"
    )
    assert mode.startswith(f"{last}: the plan splits it into 1 x 800G, which platform.json")


def test_aliases_and_indices_are_compared(plan: Plan, leaf: Device, files: Files) -> None:
    port = next(port for port in plan.ports[leaf.name] if port.subport == 2)

    def rename(interfaces: Any) -> None:
        entry = interfaces[port.parent]
        modes = entry["breakout_modes"]
        entry["breakout_modes"] = {
            mode: ["x"] * len(aliases) if mode.startswith("2x") else aliases
            for mode, aliases in modes.items()
        }
        entry["index"] = ",".join(["999"] * 8)

    files["platform.json"] = edited(files["platform.json"], rename)
    found = disagreements(plan, leaf, files)
    assert f"{port.name}: index {port.index} in the plan, 999 in platform.json of the box" in found
    assert any(
        text.startswith(f"{port.name}: alias {port.alias} in the plan, x in") for text in found
    )


def test_the_ini_counts_where_there_is_no_hwsku_file(
    plan: Plan, leaf: Device, files: Files
) -> None:
    del files["hwsku.json"]
    unsplit = [port for port in plan.ports[leaf.name] if port.subport == 0]
    found = disagreements(plan, leaf, files)
    wrong = {text.split(":")[0] for text in found}
    assert wrong.isdisjoint(port.name for port in unsplit)
    split = next(port for port in plan.ports[leaf.name] if port.subport == 2)
    assert (
        f"{split.name}: the plan uses this port, port_config.ini of the box does not have it"
        in (found)
    )


def test_an_image_without_the_hwsku_is_refused(plan: Plan, leaf: Device, files: Files) -> None:
    del files["hwsku.json"], files["port_config.ini"]
    (text,) = disagreements(plan, leaf, files)
    assert text.startswith(f"the box has no port map for HWSKU {leaf.hwsku}")


def test_the_lossless_table_is_compared(plan: Plan, leaf: Device, files: Files) -> None:
    room = plan.port_headroom(leaf, plan.ports[leaf.name][0])
    place = f"{room.speed_gbps}G at {room.cable_m} m"
    old = f" {room.size_bytes} {room.xon_bytes} {room.xoff_bytes} "
    assert old in files["pg_profile_lookup.ini"]
    changed = files["pg_profile_lookup.ini"].replace(old, f" {room.size_bytes} 0 1 ")
    (text,) = disagreements(plan, leaf, files | {"pg_profile_lookup.ini": changed})
    assert text.startswith(f"{place}: size, xon, xoff, threshold {room.size_bytes} ")
    empty = files | {"pg_profile_lookup.ini": "# nothing\n"}
    assert any(
        text.startswith(f"{place}: the plan's lossless")
        for text in disagreements(plan, leaf, empty)
    )


def test_a_box_without_lossless_table_is_not_held_to_it(
    plan: Plan, leaf: Device, files: Files
) -> None:
    del files["pg_profile_lookup.ini"]
    assert disagreements(plan, leaf, files) == ()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"interfaces": []}', '{"interfaces": {"Ethernet0": 7}}']
)
def test_broken_files_are_differences_not_crashes(
    plan: Plan, leaf: Device, files: Files, text: str
) -> None:
    assert disagreements(plan, leaf, files | {"platform.json": text})


def test_a_box_that_computes_its_headroom_is_not_held_to_its_table(
    plan: Plan, leaf: Device, files: Files
) -> None:
    rooms = {key: replace(room, method="formula") for key, room in plan.headroom.items()}
    other = files | {"pg_profile_lookup.ini": "# nothing\n"}
    assert disagreements(replace(plan, headroom=rooms), leaf, other) == ()


def test_a_bound_yields_to_a_row_that_the_box_has(plan: Plan, leaf: Device, files: Files) -> None:
    rooms = {
        key: replace(room, method="bound", xoff_bytes=1) for key, room in plan.headroom.items()
    }
    bounded = replace(plan, headroom=rooms)
    room = plan.port_headroom(leaf, plan.ports[leaf.name][0])
    place = f"{room.speed_gbps}G at {room.cable_m} m: size, xon, xoff, threshold"
    assert any(text.startswith(place) for text in disagreements(bounded, leaf, files))
    empty = files | {"pg_profile_lookup.ini": "# nothing\n"}
    assert disagreements(bounded, leaf, empty) == ()
