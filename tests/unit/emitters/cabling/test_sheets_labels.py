"""Lists for label printers: a record per end, in the order of work, as each maker takes it."""

import csv
import io
from collections import Counter
from typing import Any

import pytest

from railwright.emitters.cabling import labels
from railwright.emitters.cabling.job import Job, job_of
from railwright.emitters.cabling.labels import BUNDLES, CABLES, DEVICES, MAKERS, RACKS, TRAYS, Maker
from railwright.naming import natural_key
from tests.unit.plan.made import ALL_NETWORKS, planned

JUMPERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
}
BRADY, BROTHER = "cabling/labels/brady", "cabling/labels/brother"


@pytest.fixture(scope="module")
def job() -> Job:
    return job_of(planned(ALL_NETWORKS, {"floor": {"rows": 2}}))


@pytest.fixture(scope="module")
def files(job: Job) -> dict[str, bytes]:
    return contents(job)


def contents(job: Job) -> dict[str, bytes]:
    made = [(file.path, file.content) for file in labels.emit(job)]
    assert len(dict(made)) == len(made)
    return dict(made)


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_every_maker_has_a_list_per_wave_and_one_each_of_the_rest(
    job: Job, files: dict[str, bytes]
) -> None:
    names = [*job.waves, "devices", "bundles", "racks", "trays"]
    assert list(files) == [
        f"cabling/labels/{maker}/{name}.csv" for name in names for maker in ("brady", "brother")
    ]


def test_every_list_has_its_header_and_whole_records(files: dict[str, bytes]) -> None:
    fields = {"devices": DEVICES, "bundles": BUNDLES, "racks": RACKS, "trays": TRAYS}
    for path, content in files.items():
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        name = path.rpartition("/")[2].removesuffix(".csv")
        assert tuple(rows[0]) == fields.get(name, CABLES)
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
        assert rows[0][-1] == "copies"


def test_two_records_per_cable_each_end_first_on_its_own_label(
    job: Job, files: dict[str, bytes]
) -> None:
    for wave, pulls in job.waves.items():
        rows = records(files[f"{BRADY}/{wave}.csv"])
        assert Counter(row["cable"] for row in rows) == {pull.id: 2 for pull in pulls}
        of = {pull.id: pull for pull in pulls}
        for lower, upper in zip(rows[::2], rows[1::2], strict=True):
            pull = of[lower["cable"]]
            assert (lower["end"], upper["end"], upper["cable"]) == ("A", "Z", pull.id)
            assert f"{lower['line1']} / {lower['line2']}" == pull.plugs[0].label
            assert f"{upper['line1']} / {upper['line2']}" == pull.plugs[1].label
            assert (lower["line1"], lower["line2"]) == (upper["line2"], upper["line1"])
            assert lower["qr"] == upper["qr"] == pull.id


def test_a_record_says_what_a_label_may_show(files: dict[str, bytes]) -> None:
    row = records(files[f"{BRADY}/5-su1-rail0.csv"])[0]
    assert row == {
        "cable": "gpu0001:rail0",
        "end": "A",
        "line1": row["line1"],
        "line2": row["line2"],
        "network": "compute",
        "rail": "0",
        "plane": "",
        "colour": "orange",
        "length": row["length"],
        "part": row["part"],
        "bundle": row["bundle"],
        "wave": "5-su1-rail0",
        "qr": "gpu0001:rail0",
        "copies": "1",
    }
    assert row["length"].endswith(" m")


def test_a_splitter_has_a_record_for_every_end() -> None:
    job = job_of(planned(JUMPERS))
    files = contents(job)
    pull = next(one for one in job.pulls if one.lower[-1].waits)
    rows = [
        row for row in records(files[f"{BRADY}/{pull.cable.wave}.csv"]) if row["cable"] == pull.id
    ]
    assert [row["end"] for row in rows] == ["A1", "A2", "Z"]
    first, second, single = rows
    assert single["line2"] == f"{first['line1']} + {second['line1']}"
    assert first["line2"] == f"{single['line1']}a"


def test_records_go_from_rack_to_rack_and_bundle_by_bundle(
    job: Job, files: dict[str, bytes]
) -> None:
    of = {pull.id: pull for pull in job.pulls}
    racks = set()
    for wave in job.waves:
        order = [
            (natural_key(of[row["cable"]].home.rack or ""), natural_key(row["bundle"]))
            for row in records(files[f"{BRADY}/{wave}.csv"])
        ]
        assert order == sorted(order)
        racks |= {rack for rack, _ in order}
    assert len(racks) > 2


def test_fields_are_plain_and_quoted(files: dict[str, bytes]) -> None:
    for content in files.values():
        assert content.isascii()
        lines = content.decode().split("\r\n")
        assert lines.pop() == ""
        assert all(line.startswith('"') and line.endswith('"') for line in lines)
        cells = sum(len(row) for row in csv.reader(lines))
        assert content.count(b'"') == 2 * cells


def test_no_field_is_a_formula_or_too_long_for_a_printer(files: dict[str, bytes]) -> None:
    """Brother's printers hold 256 characters per text (P-touch Template Manual)."""
    for content in files.values():
        for row in csv.reader(io.StringIO(content.decode(), newline="")):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "'")) for cell in row)
            assert max(map(len, row)) <= 256


def test_brady_counts_copies_and_brother_has_a_record_for_each(files: dict[str, bytes]) -> None:
    for name in ("devices", "racks", "bundles", "trays"):
        brady = records(files[f"{BRADY}/{name}.csv"])
        brother = records(files[f"{BROTHER}/{name}.csv"])
        assert {row["copies"] for row in brady} == {"2"}
        assert brother == [row | {"copies": "1"} for row in brady for _ in range(2)]
    for name in ("1-oob", "2-fabric"):
        assert files[f"{BRADY}/{name}.csv"] == files[f"{BROTHER}/{name}.csv"]


def test_a_list_longer_than_a_printer_holds_goes_on_in_another(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "MAKERS", (Maker("small", copies=True, most_records=20),))
    files = contents(job)
    whole = {path: records(content) for path, content in files.items()}
    assert {len(rows) for path, rows in whole.items() if "5-su1-rail0" in path} == {16}
    names = [path for path in whole if path.startswith("cabling/labels/small/2-fabric")]
    ends = 2 * len(job.waves["2-fabric"])
    assert names[:3] == [
        "cabling/labels/small/2-fabric.csv",
        "cabling/labels/small/2-fabric-2.csv",
        "cabling/labels/small/2-fabric-3.csv",
    ]
    assert [len(whole[path]) for path in names[:-1]] == [20] * (len(names) - 1)
    assert 0 < len(whole[names[-1]]) <= 20
    found = Counter(row["cable"] for path in names for row in whole[path])
    assert sum(found.values()) == ends
    assert found == {pull.id: 2 for pull in job.waves["2-fabric"]}


def test_makers_are_those_of_the_documentation() -> None:
    assert [(one.name, one.copies, one.most_records) for one in MAKERS] == [
        ("brady", True, None),
        ("brother", False, 65_000),
    ]


def test_devices_are_those_that_are_there_rack_by_rack_from_the_top(
    job: Job, files: dict[str, bytes]
) -> None:
    rows = {row["device"]: row for row in records(files[f"{BRADY}/devices.csv"])}
    plan = job.plan
    assert plan.floor
    assert set(rows) == set(plan.device)
    for name, row in rows.items():
        device, place = plan.device[name], plan.floor.places.get(name)
        assert (row["role"], row["qr"]) == (device.role, name)
        assert row["address"] == device.management.address
        assert row["bmc"] == (device.bmc.address if device.bmc else "")
        assert row["model"]
        assert row["rack"] == (place.rack if place else plan.floor.rack_of_pdu[name])
        units = f"U{place.bottom_u}-U{place.top_u}" if place else ""
        assert row["units"] == (units if place and place.height_u > 1 else units.partition("-")[0])
    order = [
        (natural_key(row["rack"]), -(plan.floor.places[name].top_u if row["units"] else 0))
        for name, row in rows.items()
    ]
    assert order == sorted(order)


def test_racks_are_those_in_use(job: Job, files: dict[str, bytes]) -> None:
    assert job.plan.floor
    used = [rack.name for rack in job.plan.floor.racks if rack.deployed]
    assert [row["rack"] for row in records(files[f"{BRADY}/racks.csv"])] == used
    assert len(used) < len(job.plan.floor.racks)


def test_bundles_of_several_cables_say_from_where_to_where(
    job: Job, files: dict[str, bytes]
) -> None:
    tied: dict[str, list[str]] = {}
    for pull in job.pulls:
        tied.setdefault(pull.cable.bundle, []).append(pull.home.rack or "")
    rows = {row["bundle"]: row for row in records(files[f"{BRADY}/bundles.csv"])}
    assert set(rows) == {name for name, racks in tied.items() if len(racks) > 1}
    for name, row in rows.items():
        assert row["cables"] == str(len(tied[name]))
        assert row["from"] == tied[name][0]
        assert row["to"]
        assert row["qr"] == name


def test_what_the_cables_of_a_bundle_have_not_in_common_is_left_out() -> None:
    job = job_of(planned({"nodes": {"gpu": {"count": 4}}}))
    rows = {row["bundle"]: row for row in records(contents(job)[f"{BRADY}/bundles.csv"])}
    assert {row["from"] for name, row in rows.items() if "rail0-leaf/compute" in name} == {""}
    floor = job_of(planned({"nodes": {"gpu": {"count": 4}}}, {"floor": {"rows": 1}}))
    mixed = {row["colour"] for row in records(contents(floor)[f"{BRADY}/bundles.csv"])}
    assert "" in mixed


def test_trays_are_those_that_cables_lie_in(job: Job, files: dict[str, bytes]) -> None:
    used = {tray for pull in job.pulls for tray in pull.cable.trays}
    rows = records(files[f"{BRADY}/trays.csv"])
    assert [row["tray"] for row in rows] == sorted(used, key=natural_key)
    kinds = {row["tray"]: row["kind"] for row in rows}
    assert kinds == {name: "cross" if name.startswith("X") else "row" for name in used}


def test_without_a_floor_there_are_no_racks_and_no_trays() -> None:
    files = contents(job_of(planned(ALL_NETWORKS)))
    names = {path.rpartition("/")[2] for path in files}
    assert {"racks.csv", "trays.csv"} & names == set()
    rows = records(files[f"{BRADY}/devices.csv"])
    assert {(row["rack"], row["units"]) for row in rows} == {("", "")}
    assert {row["model"] for row in rows if row["role"] == "pdu"} == {""}


def test_no_secret_is_on_a_label(job: Job, files: dict[str, bytes]) -> None:
    assert set(DEVICES) == {
        *("device", "role", "rack", "units", "model", "address", "bmc", "qr", "copies")
    }
    assert not any(b"secret" in content for content in files.values())
