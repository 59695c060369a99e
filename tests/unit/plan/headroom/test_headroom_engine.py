"""One answer per port: formula, table or bound, and a refusal that says what to do."""

import json
from dataclasses import replace
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from railwright.catalog import loader
from railwright.catalog.model import SwitchPlatform
from railwright.intent.roce import Roce
from railwright.plan.headroom.bound import bound, cell_bytes_of
from railwright.plan.headroom.engine import Question, Refusal, answer, buffer_model
from railwright.plan.headroom.table import alike, buffers_of
from railwright.plan.model import Headroom

TABLES: dict[str, dict[str, list[list[int]]]] = json.loads(
    (Path(__file__).parent / "tables.json").read_text()
)
SKUS = [(name, hwsku) for name, skus in TABLES.items() for hwsku in skus]
ROWS = [(name, hwsku, row) for name, hwsku in SKUS for row in TABLES[name][hwsku]]


def ask(name: str, hwsku: str | None, **changes: Any) -> Question:
    base: dict[str, Any] = {"speed_gbps": 400, "lanes": 4, "length_m": 5.0, "mtu_bytes": 9100}
    return Question(loader.switch(name), hwsku, **(base | changes))


def room(question: Question) -> Headroom:
    found = answer(question)
    assert isinstance(found, Headroom), found
    return found


def refusal(question: Question) -> Refusal:
    found = answer(question)
    assert isinstance(found, Refusal), found
    return found


def test_every_hwsku_with_buffers_has_its_table_among_the_recorded_ones() -> None:
    known = {
        (name, sku.name)
        for name in loader.switch_names()
        for sku in loader.switch(name).skus
        if sku.buffers
    }
    assert known == set(SKUS)


@pytest.mark.parametrize(("name", "hwsku"), SKUS)
def test_every_row_of_the_platforms_own_file(name: str, hwsku: str) -> None:
    for speed, length, size, xon, xoff, threshold, *offset in TABLES[name][hwsku]:
        found = room(ask(name, hwsku, speed_gbps=speed, length_m=length, model="traditional"))
        assert (found.method, found.cable_m) == ("table", length)
        assert (found.size_bytes, found.xon_bytes, found.xoff_bytes) == (size, xon, xoff)
        assert found.threshold == threshold
        assert found.xon_offset_bytes == (offset[0] if offset else None)


@pytest.mark.parametrize(("name", "hwsku"), SKUS)
def test_between_rows_the_next_longer_one_counts(name: str, hwsku: str) -> None:
    rows = TABLES[name][hwsku]
    for speed in {row[0] for row in rows}:
        lengths = [row[1] for row in rows if row[0] == speed]
        for shorter, longer in pairwise(lengths):
            for length in (shorter + 0.01, (shorter + longer) / 2, float(longer)):
                question = ask(name, hwsku, speed_gbps=speed, length_m=length, model="traditional")
                assert room(question).cable_m == longer
        first = ask(name, hwsku, speed_gbps=speed, length_m=0.5, model="traditional")
        assert room(first).cable_m == lengths[0]


@pytest.mark.parametrize(("name", "hwsku"), SKUS)
def test_beyond_the_last_row_there_is_no_answer(name: str, hwsku: str) -> None:
    platform = loader.switch(name)
    buffers = buffers_of(platform, hwsku)
    assert buffers
    for speed in {row.speed_gbps for row in buffers.lossless_rows}:
        last = max(row.length_m for row in buffers.lossless_rows if row.speed_gbps == speed)
        found = refusal(
            ask(name, hwsku, speed_gbps=speed, length_m=last + 0.01, model="traditional")
        )
        assert found.fault == "length"
        assert f"at {speed}G is beyond the lossless table of {name} ({hwsku})" in found.what
        assert f"{last} m; shorten the cable or choose " in found.what


@pytest.mark.parametrize("name", ["sn5600", "sn5400", "sn4700", "sn4600", "sn3700c"])
def test_a_platform_that_computes_does_so_unless_told_otherwise(name: str) -> None:
    platform = loader.switch(name)
    hwsku = platform.roles["leaf"].hwsku
    assert room(ask(name, hwsku, speed_gbps=100)).method == "formula"
    assert room(ask(name, hwsku, speed_gbps=100, model="traditional")).method == "table"
    assert room(ask(name, hwsku, length_m=20_000.0)).cable_m == 20_000


@pytest.mark.parametrize("model", [None, "dynamic", "traditional"])
@pytest.mark.parametrize("name", ["sn5600", "cx864e-n", "7060x6-64pe"])
def test_the_intents_model_comes_first(name: str, model: str | None) -> None:
    platform = loader.switch(name)
    roce = Roce.model_validate({"headroom": {"model": model}})
    expected = model or ("dynamic" if name == "sn5600" else "traditional")
    assert buffer_model(platform, roce) == expected


@pytest.mark.parametrize(("length", "cable"), [(0.3, 1), (5.0, 5), (5.01, 6), (39.2, 40)])
def test_the_formula_takes_whole_metres_never_fewer(length: float, cable: int) -> None:
    found = room(ask("sn5600", "ACS-SN5600", length_m=length))
    assert found.cable_m == cable
    assert found.length_m == length
    exact = room(ask("sn5600", "ACS-SN5600", length_m=float(cable)))
    assert found.xoff_bytes == exact.xoff_bytes


def test_a_shared_pool_reserves_xon_alone() -> None:
    own = room(ask("sn5600", "ACS-SN5600"))
    shared = room(ask("sn5600", "ACS-SN5600", shared_pool=True))
    assert own.size_bytes == own.xon_bytes + own.xoff_bytes
    assert shared.size_bytes == shared.xon_bytes == own.xon_bytes


def test_the_virtual_switch_is_known_to_the_calculator() -> None:
    found = room(ask("vs", None, length_m=40.0))
    assert (found.xon_bytes, found.xoff_bytes, found.size_bytes) == (18432, 102400, 120832)


@pytest.mark.parametrize(("name", "hwsku", "row"), ROWS[::11])
def test_the_bound_accompanies_every_table(name: str, hwsku: str, row: list[int]) -> None:
    question = ask(name, hwsku, speed_gbps=row[0], length_m=row[1], model="traditional")
    found = room(question)
    assert found.bound_bytes == ceil(sum(one.bytes for one in found.bound_terms))
    assert found.terms == ()
    longer = bound(question.platform, row[0], row[1] + 100, 9100)
    assert longer
    assert longer.xoff_bytes > found.bound_bytes


def test_the_bound_is_the_sum_its_terms_say() -> None:
    found = bound(loader.switch("7060x6-64pe"), 400, 40, 9100)
    assert found
    terms = {one.name: one.bytes for one in found.terms}
    assert terms.pop("rounding to cells") == pytest.approx(96280 * (36 * 254 / 9118 - 1))
    assert terms == {
        "cable, both ways": 2 * 40 * 5 * 400 / 8,  # 5 ns/m, 50 bytes a nanosecond
        "response of the peer": 905 * 512 / 8,
        "frame in front of the PFC frame": 9100 + 18 + 20,
        "PFC frame": 64 + 20,
        "frame the peer has begun": 9100 + 18 + 20,
    }
    assert found.xoff_bytes == ceil(96280 * 36 * 254 / 9118)


def test_the_bound_counts_the_own_interface_where_its_delay_is_known() -> None:
    names = [one.name for one in room(ask("sn5600", "ACS-SN5600")).bound_terms]
    assert "own MAC and PHY" in names


def test_every_table_and_formula_of_a_fabric_speed_is_above_the_bound() -> None:
    for name, hwsku, row in ROWS:
        if row[0] >= 200 and name not in {"sn4700", "sn4600", "sn3700c"}:
            found = room(ask(name, hwsku, speed_gbps=row[0], length_m=row[1], model="traditional"))
            assert found.xoff_bytes > found.bound_bytes, (name, row)
    for speed, lanes in ((100, 1), (200, 2), (400, 4), (800, 8)):
        for pattern in (1024, 4096):
            question = ask("sn5600", "ACS-SN5600", speed_gbps=speed, lanes=lanes, length_m=40.0)
            found = room(replace(question, pattern_mtu_bytes=pattern))
            assert found.xoff_bytes > found.bound_bytes


def test_no_row_is_borrowed_from_another_hwsku() -> None:
    own, other = "Arista-7060X6-64PE-B-P64", "Arista-7060X6-64PE-B-P32O64"
    port = {"speed_gbps": 800, "lanes": 8, "length_m": 40.0}
    assert room(ask("7060x6-64pe", other, **port)).xoff_bytes == 833536
    assert refusal(ask("7060x6-64pe", own, **port)).what == (
        "a 40 m cable at 800G is beyond the lossless table of 7060x6-64pe "
        "(Arista-7060X6-64PE-B-P64), which has 5 m; shorten the cable or choose another platform"
    )


def test_a_speed_without_a_row_is_bounded_and_says_so() -> None:
    found = room(ask("7060x6-64pe", "Arista-7060X6-64PE-B-P64", speed_gbps=400, length_m=39.5))
    assert found.method == "bound"
    assert found.assumed
    assert found.cable_m == 40
    assert found.xoff_bytes % 254 == 0
    assert found.xoff_bytes >= sum(term.bytes for term in found.terms) > found.xoff_bytes - 254
    waste = found.terms[-1].bytes / sum(term.bytes for term in found.terms[:-1])
    assert waste == pytest.approx(254 / 64 - 1)  # every packet of 64 bytes fills a cell
    assert (found.size_bytes, found.xon_bytes, found.xon_offset_bytes) == (8636, 0, 3556)
    assert found.source.startswith("ASSUMED: first-principles bound for 64-byte packets")
    assert "800G 5 m" in found.source


def test_a_group_that_reserves_its_headroom_reserves_the_bound_too() -> None:
    spectrum = loader.switch("sn5600")
    key = "t1"
    rows = tuple(row for row in spectrum.buffers[key].lossless_rows if row.speed_gbps == 800)
    table = spectrum.buffers[key].model_copy(update={"lossless_rows": rows})
    bare = spectrum.model_copy(update={"dynamic": None, "buffers": {key: table}})
    found = room(replace(ask("sn5600", "ACS-SN5600", length_m=40.0), platform=bare))
    assert found.method == "bound"
    assert found.size_bytes - found.xoff_bytes == 410624 - 362496
    assert found.xon_bytes == 38912


def test_the_row_most_like_a_port_is_of_the_next_speed_and_length() -> None:
    buffers = buffers_of(loader.switch("7060x6-64pe"), "Arista-7060X6-64PE-B-P32O64")
    assert buffers
    for speed, length, expected in (
        (200, 5, (400, 5)),
        (200, 31, (400, 300)),
        (200, 9000, (400, 500)),
        (50, 5, (100, 500)),
        (1600, 40, (800, 40)),
    ):
        row = alike(buffers, speed, length)
        assert row
        assert (row.speed_gbps, row.length_m) == expected
    assert alike(buffers.model_copy(update={"lossless_rows": ()}), 400, 5) is None


@pytest.mark.parametrize(
    ("name", "hwsku", "changes", "fault", "text"),
    [
        (
            "7060x6-64pe",
            "Arista-7060X6-64PE-B-P64",
            {"model": "dynamic"},
            "model",
            "has no dynamic",
        ),
        ("sn5600", "ACS-SN5600", {"speed_gbps": 123}, "speed", "at 123G after a pause"),
        (
            "cx864e-n",
            "dbmvtx9180_64osfp_64x800G",
            {"speed_gbps": 1600},
            "speed",
            "known speeds are 1G, 10G, 25G, 40G, 50G, 100G, 200G, 400G, 800G",
        ),
        (
            "sn4700",
            "ACS-MSN4700",
            {"speed_gbps": 800, "model": "traditional"},
            "model",
            "has no row for 800G; choose the model dynamic",
        ),
        ("as4630-54pe", "Accton-AS4630-54PE", {}, "table", "choose another platform"),
        ("sn3420", "ACS-MSN3420", {"model": "traditional"}, "model", "choose the model dynamic"),
        ("vs", None, {"model": "traditional"}, "model", "vs ships no lossless buffer table"),
    ],
)
def test_refusals_say_what_is_missing_and_what_to_do(
    name: str, hwsku: str | None, changes: dict[str, Any], fault: str, text: str
) -> None:
    found = refusal(ask(name, hwsku, **changes))
    assert found.fault == fault
    assert text in found.what


@pytest.mark.parametrize(
    ("name", "cell"),
    [("sn5600", 192), ("7060x6-64pe", 254), ("cx864e-n", 128), ("as7326-56x", None)],
)
def test_cells_are_the_chips_own(name: str, cell: int | None) -> None:
    assert cell_bytes_of(loader.switch(name)) == cell


def test_without_a_known_cell_nothing_is_rounded() -> None:
    platform: SwitchPlatform = loader.switch("7060x6-64pe")
    bare = platform.model_copy(
        update={"asic": platform.asic.model_copy(update={"cell_bytes": None})}
    )
    found = bound(bare, 400, 40, 9100)
    assert found
    assert "rounding to cells" not in {one.name for one in found.terms}
    assert found.xoff_bytes == 96280


def test_no_bound_for_a_speed_without_a_response_time() -> None:
    assert bound(loader.switch("sn5600"), 1600, 40, 9100) is None
    assert loader.ethernet().response(1600) is None


def test_only_the_response_at_800g_is_assumed() -> None:
    ethernet = loader.ethernet()
    assert [one.speed_gbps for one in ethernet.responses if one.assumed] == [800]
    assert len(ethernet.source) > 20
    assert all(len(one.source) > 20 for one in ethernet.responses)
    speeds = [one.speed_gbps for one in ethernet.responses]
    assert speeds == sorted(set(speeds))
