"""Label sheets: every code is read back, in the order of pulling, at a size that scanners read."""

from collections import Counter
from math import pi
from typing import Any, get_args

import pytest
import zxingcpp
from PIL import Image

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.order import in_order
from railwright.emitters.cabling.pdf.labels import code_side_mm
from railwright.emitters.cabling.pdf.qr import QUIET, code_of
from railwright.emitters.cabling.pdf.stock import STOCK, leaf_mm
from railwright.plan.cables.labels import BETWEEN
from railwright.units import Medium
from tests.unit.emitters.cabling.pdf.pages import (
    MM_PER_INCH,
    codes,
    files,
    job_in,
    pictures,
    text,
    texts,
)
from tests.unit.plan.made import planned

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
LONGEST = f"{'a' * 63}:Ethernet{'1' * 33}"
A4_MM = (210, 297)


def scanned(made: dict[str, bytes]) -> Counter[str]:
    """What all the codes on all label sheets say, and how often."""
    sheets = [content for name, content in made.items() if name.startswith("labels-")]
    return Counter(said for content in sheets for page in codes(content) for said in page)


def wanted(job: Job) -> Counter[str]:
    """The id of every cable, as often as it has ends."""
    return Counter({pull.id: len(pull.plugs) for pull in job.pulls})


def test_every_code_of_every_end_is_read_back(job: Job, english: dict[str, bytes]) -> None:
    assert scanned(english) == wanted(job)


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("change", [COPPER, JUMPERS])
def test_a_splitter_has_a_label_for_each_of_its_ends(change: dict[str, Any]) -> None:
    own = job_in("en", planned(change))
    assert {len(pull.plugs) for pull in own.pulls} >= {3}
    waves = {wave: pulls for wave, pulls in own.waves.items() if wave.startswith("5-")}
    made = {name: content for name, content in files(own).items() if name.startswith("labels-5-")}
    assert set(made) == {f"labels-{wave}" for wave in waves}
    ends = {pull.id: len(pull.plugs) for pulls in waves.values() for pull in pulls}
    assert scanned(made) == Counter(ends)


def test_labels_come_in_the_order_of_pulling_all_ends_of_a_cable_together(
    job: Job, english: dict[str, bytes]
) -> None:
    for wave, pulls in job.waves.items():
        expected = [pull.id for pull in in_order(pulls) for _ in pull.plugs]
        found = [said for page in codes(english[f"labels-{wave}"]) for said in page]
        assert found == expected


def test_a_label_says_both_ends_length_cable_and_bundle(
    job: Job, english: dict[str, bytes]
) -> None:
    for wave, pulls in job.waves.items():
        said = text(english[f"labels-{wave}"])
        together = said.replace(" ", "")
        for pull in pulls:
            for plug in pull.plugs:
                near, _, far = plug.label.partition(BETWEEN)
                assert f"{near}→{far}".replace(" ", "") in together
            assert f"{pull.cable.length_m:g} m" in said
            assert pull.id in together
            assert pull.cable.bundle in together


def test_a_rail_is_a_number_besides_a_colour(english: dict[str, bytes]) -> None:
    assert texts(english["labels-5-su1-rail2"])[0].count("R2 ") == 2 * 2 * 3


def test_every_sheet_says_what_it_is_for(job: Job, english: dict[str, bytes]) -> None:
    pages = texts(english["labels-1-oob"])
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        assert "floor-tiny · Labels, wave 1-oob ·" in page
        assert f"Page {number} of 2" in page
        assert f"Revision {job.revision}" in page
        assert "(Avery L7159 layout). Print at 100 %" in page


def test_a_code_is_bare_of_anything_else_and_has_its_quiet_zone() -> None:
    code = code_of("gpu0001:rail3")
    image = Image.new("L", (code.modules, code.modules), 255)
    for column, row, length in code.runs:
        image.paste(0, (column, row, column + length, row + 1))
    last = code.modules - QUIET
    assert image.point(lambda one: 255 - one).getbbox() == (QUIET, QUIET, last, last)
    assert QUIET == 4
    (found,) = zxingcpp.read_barcodes(image.resize((code.modules * 4,) * 2))
    assert found.text == "gpu0001:rail3"


@pytest.mark.parametrize("medium", [*get_args(Medium), None])
def test_modules_of_the_longest_id_are_wide_enough(medium: Medium | None) -> None:
    assert code_side_mm(medium) / code_of(LONGEST).modules >= 0.3


@pytest.mark.parametrize("medium", get_args(Medium))
def test_a_flag_goes_round_its_cable_and_its_halves_meet(medium: Medium) -> None:
    (thick,) = [one.diameter_mm for one in catalog.tray_fill().cables if medium in one.media]
    round_it = STOCK.width - 2 * leaf_mm(medium)
    assert pi * thick < round_it < pi * thick + 1
    assert leaf_mm(medium) >= leaf_mm(None)


def test_all_labels_lie_on_the_sheet_and_none_on_another() -> None:
    corners = [STOCK.corner(number) for number in range(STOCK.count)]
    assert len(set(corners)) == STOCK.columns * STOCK.rows == 24
    assert STOCK.corner(STOCK.count) == corners[0]
    right, bottom = max(corners)
    assert right + STOCK.width + STOCK.left == pytest.approx(A4_MM[0], abs=0.1)
    assert bottom + STOCK.height + STOCK.top == pytest.approx(A4_MM[1], abs=0.1)
    assert STOCK.pitch_x >= STOCK.width
    assert STOCK.pitch_y >= STOCK.height


@pytest.mark.parametrize("wave", ["1-oob", "2-fabric", "5-su1-rail0"])
def test_print_stays_clear_of_the_die_cut(english: dict[str, bytes], wave: str) -> None:
    dpi = 200
    page = next(pictures(english[f"labels-{wave}"], dpi)).convert("L")

    def darkest(x: float, y: float, width: float, height: float) -> int:
        left, top, right, bottom = (
            one / MM_PER_INCH * dpi for one in (x, y, x + width, y + height)
        )
        return min(page.crop((left, top, right, bottom)).tobytes())

    for number in range(STOCK.count):
        x, y = STOCK.corner(number)
        assert darkest(x, y, 1.2, STOCK.height) == 255
        assert darkest(x + STOCK.width - 1.2, y, 1.2, STOCK.height) == 255
        assert darkest(x + 2, y + 2, STOCK.width - 4, STOCK.height - 4) < 255 or number > 3
