"""Words of sheets: Chinese is punctuated as Chinese, and said the same everywhere."""

import re

import pytest

from railwright.catalog import loader as catalog

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff}][ ]?[,;:!?(](?![\d{])|[,;:)][ ]?[\u4e00-\u9fff]")
COMMON = re.compile("colour_|role_|chip_|means_")
AS_PRINTED = "label_"
"""Phrases that show what is printed on a label, which is no Chinese."""


@pytest.mark.parametrize("kind", ["common", "drawing", "pdf", "phone", "workbook"])
def test_chinese_phrases_have_chinese_punctuation(kind: str) -> None:
    phrases = catalog.words(kind, "zh")
    prose = {key: said for key, said in phrases.items() if not key.startswith(AS_PRINTED)}
    wrong = {key: said for key, said in prose.items() if HALF_WIDTH.search(said)}
    assert not wrong


@pytest.mark.parametrize("kind", ["drawing", "pdf", "phone", "workbook"])
def test_what_all_sheets_say_is_said_once(kind: str) -> None:
    assert not [key for key in catalog.words(kind, "zh") if COMMON.match(key)]


def test_every_colour_of_the_palette_has_a_name() -> None:
    palette = catalog.palette()
    for one in (*palette.rails, *palette.networks.values()):
        key = f"colour_{one.name.replace(' ', '_')}"
        assert catalog.words("common", "en")[key] == one.name
        assert not catalog.words("common", "zh")[key].isascii()


def test_a_leaf_is_a_leaf_and_a_cage_no_line_card() -> None:
    for kind in ("common", "drawing", "pdf", "phone", "workbook"):
        said = " ".join(catalog.words(kind, "zh").values())
        assert not any(word in said for word in ("叶交换机", "插槽", "公斤", "毫米", "设计"))
