"""The sheets of waves: every cable once, in a layout that people fill in and machines read."""

import csv
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from railwright.catalog import loader as catalog
from railwright.emitters.cabling import labels
from railwright.emitters.cabling.job import job_of
from railwright.ink import ink_on
from railwright.redline.workbook import KEYS as MACHINE
from tests.unit.emitters.cabling.workbook import books
from tests.unit.plan.made import ALL_NETWORKS, planned

FILLED = [
    *("status", "by", "at", "tested_by", "tested_at", "result", "remark"),
    *("as_built_port", "as_built_length_m", "reason"),
]
CHIPS = {"compute": "FAB", "storage": "STO", "inband": "INB", "oob": "OOB"}


@pytest.mark.parametrize("kind", books.JOBS)
def test_every_deployed_cable_is_on_the_sheet_of_its_wave_once(kind: str) -> None:
    job, book = books.JOBS[kind](), books.BOOKS[kind]()
    found = Counter(
        (sheet.title, row["cable"], row["check"])
        for sheet in books.wave_sheets(book)
        for row in books.wave_rows(sheet)
    )
    assert found == Counter((pull.cable.wave, pull.id, pull.check) for pull in job.pulls)
    deployed = {one.id for one in job.plan.cabled.cables if one.deployed}
    assert {cable for _, cable, _ in found} == deployed
    assert [sheet.title for sheet in books.wave_sheets(book)] == list(job.waves)


def test_a_row_says_both_ends() -> None:
    job = books.on_floor()
    pulls = {pull.id: pull for pull in job.pulls}
    seen = 0
    for sheet in books.wave_sheets(books.book()):
        for row in books.wave_rows(sheet):
            pull = pulls[row["cable"]]
            cable, lower, upper = pull.cable, pull.lower[0], pull.upper
            assert (row["a_rack"], row["a_unit"], row["a_socket"]) == (
                *(lower.rack, lower.top_u),
                lower.socket or None,
            )
            assert (row["z_rack"], row["z_unit"], row["z_port"], row["z_socket"]) == (
                *(upper.rack, upper.top_u, upper.ports or None),
                upper.socket or None,
            )
            assert (row["a_device"], row["z_device"]) == (lower.device, upper.device)
            assert row["a_label"].replace("\n", " ") == lower.label
            assert row["z_label"].replace("\n", " ") == upper.label
            assert (row["part"], row["length_m"]) == (cable.part, cable.length_m)
            assert row["bundle"].split("\n")[0] == cable.bundle
            host = cable.network == "compute" and row["cable"].startswith("gpu")
            assert row["colour"] == (f"R{cable.rail}" if host else CHIPS[cable.network])
            seen += 1
    assert seen == len(job.pulls)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_layout_is_what_the_importer_reads(language: Any) -> None:
    book, words = books.book(language), books.words(language)
    for sheet in books.wave_sheets(book):
        keys = [cell.value for cell in sheet[books.KEYS]]
        assert keys[0] == "cable"
        assert set(MACHINE) <= set(keys)
        first = keys.index("status")
        assert keys[first : first + len(FILLED)] == FILLED
        assert len(set(keys)) == len(keys)
        assert sheet.row_dimensions[books.KEYS].hidden
        headings = [cell.value for cell in sheet[books.HEADINGS]]
        assert headings[0] == words["cable"]
        assert headings[keys.index("status")] == words["status"]
        assert all(headings)


def test_a_sheet_is_ready_for_screen_and_paper() -> None:
    for sheet in books.wave_sheets(books.book()):
        last = f"{get_column_letter(sheet.max_column)}${sheet.max_row}"
        assert sheet.freeze_panes == "B3"
        assert sheet.auto_filter.ref == f"A2:{last.replace('$', '')}"
        assert sheet.print_title_rows == "$2:$2"
        keys = [cell.value for cell in sheet[books.KEYS]]
        remark = get_column_letter(keys.index("remark") + 1)
        assert sheet.print_area == f"'{sheet.title}'!$A$2:${remark}${sheet.max_row}"
        assert not [one for one in sheet.column_dimensions.values() if one.hidden]
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation) == (8, "landscape")
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
        fitted = sheet.sheet_properties.pageSetUpPr
        assert fitted
        assert fitted.fitToPage


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cells_to_fill_in_are_validated_and_say_how(language: Any) -> None:
    book, words = books.book(language), books.words(language)
    steps = ",".join(words[one] for one in ("planned", "pulled", "connected", "tested"))
    for sheet in books.wave_sheets(book):
        keys = [cell.value for cell in sheet[books.KEYS]]
        rules = {}
        for rule in sheet.data_validations.dataValidation:
            (area,) = rule.sqref.ranges
            assert (area.min_row, area.max_row) == (books.FIRST, sheet.max_row)
            assert area.min_col == area.max_col
            rules[keys[area.min_col - 1]] = rule
        assert set(rules) == set(FILLED)
        assert (rules["status"].type, rules["status"].formula1) == ("list", f'"{steps}"')
        assert rules["at"].type == rules["tested_at"].type == "custom"
        assert rules["as_built_length_m"].type == "decimal"
        assert (rules["by"].type, rules["by"].formula1) == ("textLength", "64")
        assert all(rule.prompt and rule.error for rule in rules.values())


def test_labels_have_the_colour_of_their_rail_and_ink_that_is_read_on_it() -> None:
    palette = catalog.palette()
    rails = {number: one.hex for number, one in enumerate(palette.rails)}
    seen = set()
    for sheet in books.wave_sheets(books.book()):
        if not sheet.title.startswith("5-"):
            continue
        keys = [cell.value for cell in sheet[books.KEYS]]
        for row in sheet.iter_rows(min_row=books.FIRST):
            rail = int(str(row[keys.index("colour")].value).removeprefix("R"))
            for key in ("colour", "a_label", "z_label"):
                cell = row[keys.index(key)]
                assert cell.fill.fgColor.rgb == f"FF{rails[rail][1:].upper()}"
                assert cell.font.color.rgb == f"FF{ink_on(rails[rail])[1:].upper()}"
            seen.add(rail)
    assert seen == set(range(8))


def test_cables_of_a_bundle_stand_together() -> None:
    for sheet in books.wave_sheets(books.book()):
        bundles = [row["bundle"] for row in books.wave_rows(sheet)]
        runs = [one for at, one in enumerate(bundles) if at == 0 or bundles[at - 1] != one]
        assert len(runs) == len(set(runs))


@pytest.mark.parametrize("kind", books.JOBS)
def test_cables_are_in_the_order_of_the_labels(kind: str) -> None:
    printed: dict[str, list[str]] = {}
    for file in labels.emit(books.JOBS[kind]()):
        if "/brady/" in file.path:
            lines = list(csv.DictReader(io.StringIO(file.content.decode())))
            if lines and "cable" in lines[0]:
                printed[Path(file.path).stem] = list(dict.fromkeys(row["cable"] for row in lines))
    listed = {
        sheet.title: [row["cable"] for row in books.wave_rows(sheet)]
        for sheet in books.wave_sheets(books.BOOKS[kind]())
    }
    assert listed == printed


def test_a_bundle_of_several_waves_says_how_many_come_and_where_it_goes_on() -> None:
    job = books.on_floor()
    waves: dict[str, Counter[str]] = {}
    for wave, pulls in job.waves.items():
        for pull in pulls:
            waves.setdefault(pull.cable.bundle, Counter())[wave] += 1
    spread = {bundle: of for bundle, of in waves.items() if len(of) > 1}
    said: dict[str, dict[str, str]] = {}
    for sheet in books.wave_sheets(books.book()):
        for row in books.wave_rows(sheet):
            bundle, _, share = row["bundle"].partition("\n")
            assert bool(share) is (bundle in spread)
            if share:
                assert said.setdefault(bundle, {}).setdefault(sheet.title, share) == share
    assert spread
    for bundle, of in spread.items():
        shares = list(said[bundle].values())
        heads = [f"{count}/{sum(of.values())}" for count in of.values()]
        following = [*(f" → {wave}" for wave in list(of)[1:]), ""]
        assert shares == [head + then for head, then in zip(heads, following, strict=True)]


def test_empty_cells_to_fill_in_look_like_it_and_keep_text() -> None:
    for sheet in books.wave_sheets(books.book()):
        keys = [cell.value for cell in sheet[books.KEYS]]
        painted = {
            keys[area.min_col - 1]: (area.min_row, area.max_row)
            for found in sheet.conditional_formatting
            for rule in found.rules
            if rule.formula == ["TRUE"] and rule.dxf.fill.bgColor.rgb == "FFFFFBE6"
            for area in found.sqref.ranges
        }
        whole = (books.FIRST, sheet.max_row)
        assert painted == dict.fromkeys(set(FILLED) - {"status", "as_built_port"}, whole)
        number = sheet.column_dimensions[get_column_letter(keys.index("by") + 1)]
        assert number.number_format == "@"


def test_what_was_done_for_an_older_plan_is_shown_and_not_counted() -> None:
    stale = replace(books.marks("gpu0001:rail0")[0], check="0" * 8)
    other = replace(books.marks("gpu0001:rail0")[1], check="0" * 8)
    job = books.with_marks(books.on_floor(), stale, other)
    (pull,) = [one for one in job.pulls if one.older]
    assert (pull.id, pull.marks) == ("gpu0001:rail0", {})
    book, words = books.opened(job), books.words()
    rows = {
        row["cable"]: row for sheet in books.wave_sheets(book) for row in books.wave_rows(sheet)
    }
    assert rows[pull.id]["older"] == f"{words['connected']}\nBo, 2026-03-02 10:00"
    assert rows[pull.id]["status"] == "planned"
    assert not any(rows[pull.id][key] for key in FILLED[1:])
    assert {row["older"] for cable, row in rows.items() if cable != pull.id} == {None}
    hint = words["older_hint"].format(count=1, older=words["older"])
    assert hint in books.texts(book["Cover"])
    assert "older" not in rows_keys(books.book())


def rows_keys(book: Workbook) -> set[object]:
    return {cell.value for sheet in books.wave_sheets(book) for cell in sheet[books.KEYS]}


def test_a_splitter_has_a_line_per_tail_and_says_which_wait() -> None:
    pulls = {pull.id: pull for pull in books.split().pulls if len(pull.lower) > 1}
    later, waiting = books.words()["later"], 0
    for sheet in books.wave_sheets(books.split_book()):
        for row in books.wave_rows(sheet):
            if not (pull := pulls.get(row["cable"])):
                continue
            devices = row["a_device"].split("\n")
            wanted = [
                f"{plug.device} {later}" if plug.waits else plug.device for plug in pull.lower
            ]
            assert devices == wanted
            assert row["a_socket"].split("\n") == [plug.socket for plug in pull.lower]
            assert row["a_unit"] == "\n".join(str(plug.top_u) for plug in pull.lower)
            assert row["colour"] == f"R{pull.cable.rail}·P{pull.cable.plane}"
            far = [one.label.partition(" / ")[2].rpartition(":")[2] for one in pull.lower]
            assert row["z_socket"].split("\n") == far
            assert far == [f"{pull.upper.socket}{letter}" for letter in "ab"]
            waiting += sum(plug.waits for plug in pull.lower)
    assert waiting
    cover = books.texts(books.split_book()["Cover"])
    assert any(later in text for text in cover)


def test_a_port_is_only_asked_for_where_it_can_be_said() -> None:
    asked, closed = 0, 0
    pulls = {pull.id: pull for pull in books.split().pulls}
    for sheet in books.wave_sheets(books.split_book()):
        keys = [cell.value for cell in sheet[books.KEYS]]
        for row in sheet.iter_rows(min_row=books.FIRST):
            cell = row[keys.index("as_built_port")]
            grey = cell.fill.fgColor.rgb == "FFD9D9D9"
            assert grey is not pulls[str(row[0].value)].redlines
            asked, closed = asked + (not grey), closed + grey
    assert min(asked, closed) > 0


def test_what_was_done_before_is_filled_in() -> None:
    job = books.with_marks(books.on_floor(), *books.marks("gpu0001:rail0"))
    rows = {
        row["cable"]: row
        for sheet in books.wave_sheets(books.opened(job))
        for row in books.wave_rows(sheet)
    }
    assert {key: rows["gpu0001:rail0"][key] for key in FILLED} == {
        "status": "tested",
        "by": "Bo",
        "at": "2026-03-02 10:00",
        "tested_by": "Cy",
        "tested_at": "2026-03-03 11:00",
        "result": "'-1.2 dBm",
        "as_built_port": "Ethernet8",
        "as_built_length_m": 12.5,
        "reason": "cage 1 is dead",
        "remark": "tight bend",
    }
    untouched = rows["gpu0002:rail0"]
    assert untouched.pop("status") == "planned"
    assert not any(untouched[key] for key in FILLED[1:])


def test_growth_changes_no_row() -> None:
    grown = job_of(planned(ALL_NETWORKS, books.FLOOR, {"nodes": {"gpu": {"count": 24}}}))
    before, after = rows_of(books.book()), rows_of(books.opened(grown))
    assert len(after) > len(before)
    assert {cable: after[cable] for cable in before} == before


def rows_of(book: Workbook) -> dict[str, tuple[object, ...]]:
    kept = ("check", "a_label", "z_label", "a_socket", "z_socket", "length_m")
    return {
        row["cable"]: (*(row[key] for key in kept), row["bundle"].split("\n")[0])
        for sheet in books.wave_sheets(book)
        for row in books.wave_rows(sheet)
    }
