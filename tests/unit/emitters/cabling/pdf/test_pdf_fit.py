"""Text that has to fit: smaller, broken, and at last cut where everybody sees it."""

from hypothesis import given
from hypothesis import strategies as st

from railwright.emitters.cabling.pdf.fit import CUT, LEAST, in_line, in_lines

SAID = st.text("ab-:/+ 机1", min_size=1, max_size=60).map(str.strip).filter(bool)


def measure(said: str) -> float:
    """Every character is half as wide as it is high; Chinese ones are square."""
    return sum(1.0 if one > "\u2e80" else 0.5 for one in said)


def test_what_fits_keeps_its_size() -> None:
    assert in_line(measure, "abcd", 20, 10) == (("abcd",), 10)
    assert in_lines(measure, "abcd", 20, 10, 2) == (("abcd",), 10)


def test_a_line_shrinks_then_loses_its_middle() -> None:
    assert in_line(measure, "abcd", 12, 10) == (("abcd",), 6)
    assert in_line(measure, "abcdefgh", 12.5, 10) == ((f"ab{CUT}gh",), LEAST)


def test_a_text_breaks_after_a_mark_rather_than_getting_tiny() -> None:
    assert in_lines(measure, "A01-08:OSFP4P1", 40, 10, 2) == (("A01-08:", "OSFP4P1"), 10)
    assert in_lines(measure, "机柜机柜", 20, 10, 2) == (("机柜", "机柜"), 10)


def test_a_word_without_marks_breaks_anywhere() -> None:
    assert in_lines(measure, "abcdefgh", 10, 5, 4) == (("abcd", "efgh"), 5)


def test_a_single_wide_character_shrinks_too() -> None:
    assert in_lines(measure, "1机", 8, 9, 2) == (("1", "机"), 8)


@given(SAID, st.floats(8, 90), st.floats(LEAST, 14))
def test_a_line_is_never_wider_than_its_room(said: str, width: float, size: float) -> None:
    (line,), at = in_line(measure, said, width, size)
    assert measure(line) * at <= width + 1e-9
    assert at <= size
    assert line == said or CUT in line


@given(SAID, st.floats(8, 90), st.floats(LEAST, 14), st.integers(1, 4))
def test_lines_are_as_many_and_as_wide_as_allowed_and_lose_nothing_unseen(
    said: str, width: float, size: float, most: int
) -> None:
    lines, at = in_lines(measure, said, width, size, most)
    assert len(lines) <= most
    assert all(measure(line) * at <= width + 1e-9 for line in lines)
    kept = "".join(lines)
    assert CUT in kept or kept.replace(" ", "") == said.replace(" ", "")
