"""Drawings as files: as large as drawn, never wider than the window, a sheet when printed."""

from railwright.svg import LIGHT, PRINT, Drawing, document


def test_a_drawing_is_never_wider_than_its_window_and_fills_a_sheet() -> None:
    said = document(Drawing("", 2032, 700), "title", "about", LIGHT + PRINT).decode()
    assert 'width="2032" height="700" viewBox="0 0 2032 700"' in said
    screen = said.index("svg { max-width: 100%; height: auto; }")
    assert screen < said.index("@media print")  # of two rules alike the later one counts


def test_the_longer_side_of_the_sheet_is_that_of_the_drawing() -> None:
    assert b"A3 landscape" in document(Drawing("", 3, 2), "", "", "")
    assert b"A3 portrait" in document(Drawing("", 2, 3), "", "", "")
