"""Words, letters and colours of the drawings."""

import re
import string

import pytest

from railwright import ink, svg
from railwright.catalog import loader as catalog
from railwright.emitters.drawing import style
from railwright.emitters.drawing.phrases import Phrases
from tests.unit.emitters.drawing.fabric_pictures import files_of, pictures_of

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WCAG_LETTERS = 4.5
_WCAG_LINES = 3.0


def gaps(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_phrases_have_the_same_gaps_in_both_languages() -> None:
    english, chinese = (catalog.words("drawing", one) for one in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key, phrase in english.items():
        assert gaps(phrase) == gaps(chinese[key]), key


def test_whatever_is_counted_has_a_phrase_for_one() -> None:
    english = catalog.words("drawing", "en")
    counted = [key for key in english if key.startswith(("n_", "k_")) and not key.endswith("_1")]
    assert counted
    assert [key for key in counted if f"{key}_1" not in english] == ["n_reserved"]
    say = Phrases("en")
    assert (say.counted(1, "n_leaf"), say.counted(1600, "n_leaf")) == ("1 leaf", "1,600 leaves")


def test_links_are_written_fastest_first() -> None:
    assert Phrases("en").links({400: 2, 800: 1024}) == "1,024 x 800G + 2 x 400G"


def test_a_chinese_intent_has_chinese_drawings_of_the_same_things() -> None:
    chinese, english = pictures_of("chinese"), pictures_of("every-network")
    for network, picture in chinese.items():
        assert picture.root.get("lang") == "zh-Hans"
        assert sum(bool(_CHINESE.search(one)) for one in picture.said()) >= 6
        assert picture.switches == english[network].switches
        assert not any(_CHINESE.search(one) for one in english[network].said())
    assert "收敛比" in files_of("chinese")["cabling/fabric-storage.svg"]


def test_chinese_letters_are_squares() -> None:
    assert svg.wide("轨道", 10) == 20
    assert svg.wide("ab", 10) == pytest.approx(12)
    assert svg.fitting("轨道", 10, 10) == 5
    assert svg.fitting("", 10, 8) == 8


@pytest.mark.parametrize("said", ["superspine1024", "轨道 0 至 7 的交换机", "x"])
@pytest.mark.parametrize("width", [30.0, 60.0, 500.0])
def test_a_text_is_cut_to_what_fits(said: str, width: float) -> None:
    shown = svg.shortened(said, width, 10)
    assert svg.wide(shown, 10) <= width
    assert shown == said or (shown.endswith("…") and said.startswith(shown[:-1].rstrip()))


def test_letters_stand_out_on_every_colour() -> None:
    sheet = style.sheet()
    fills = dict(re.findall(r"^\.([\w-]+) \{ fill: (#[0-9a-f]{6}); \}$", sheet, re.MULTILINE))
    inks = re.findall(r"^text\.on-([\w-]+) \{ fill: (#[0-9a-f]{6}); \}$", sheet, re.MULTILINE)
    palette = catalog.palette()
    assert len(inks) == len(palette.rails) + len(palette.networks)
    for name, colour in inks:
        assert ink.contrast(fills[name], colour) >= _WCAG_LETTERS, name


def test_lines_that_would_be_lost_on_a_paper_have_a_casing_there() -> None:
    white, dark = style.PAPERS
    cased = {}
    for name in re.findall(r"^\.s-((?:rail|net-)[\w-]+)", style.sheet(), re.MULTILINE):
        cased[name] = style.casing(name)
    palette = catalog.palette()
    colours = {f"rail{at}": one.hex for at, one in enumerate(palette.rails)}
    colours |= {f"net-{network}": one.hex for network, one in palette.networks.items()}
    assert cased.keys() == colours.keys()
    for name, colour in colours.items():
        assert (ink.contrast(colour, white) < _WCAG_LINES) == (cased[name] == "pale"), name
        assert (ink.contrast(colour, dark) < _WCAG_LINES) == (cased[name] == "deep"), name


@pytest.mark.parametrize(
    ("links", "cls"), [(1, "w0"), (2, "w1"), (8, "w1"), (9, "w2"), (512, "w3"), (513, "w4")]
)
def test_more_links_make_a_wider_line(links: int, cls: str) -> None:
    assert style.width_class(links) == cls
