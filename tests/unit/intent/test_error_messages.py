"""A folder of wrong intents, each beside the exact text it is refused with.

A new case is two files in tests/errors: `<case>.yml` and `<case>.txt`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from railwright.errors import IntentError
from railwright.intent import loader

ERRORS = Path(__file__).parents[2] / "errors"
CASES = sorted(path.name for path in ERRORS.glob("*.yml"))


def whole_way() -> Callable[[Path], Any]:
    """Return what reads an intent for the CLI, or the loader where that is not installed."""
    try:
        from railwright import api  # noqa: PLC0415 (absent where only the loader is)
    except ImportError:
        return loader.load
    return api.load_plan


def test_every_case_has_its_message_and_no_message_is_left_over() -> None:
    assert {Path(name).stem for name in CASES} == {path.stem for path in ERRORS.glob("*.txt")}


@pytest.mark.parametrize("name", CASES)
def test_rejected_intent_says_where_and_why(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ERRORS)
    with pytest.raises(IntentError) as caught:
        whole_way()(Path(name))
    expected = Path(name).with_suffix(".txt").read_text(encoding="utf-8")
    assert f"{caught.value}\n" == expected


@pytest.mark.parametrize("name", CASES)
def test_message_keeps_libraries_and_secrets_to_itself(name: str) -> None:
    text = (ERRORS / name).with_suffix(".txt").read_text(encoding="utf-8")
    for leaked in ("pydantic", "Input should", "ruamel", "s3cr3t", "123456789", "https://"):
        assert leaked not in text
    assert all(line.isprintable() for line in text.splitlines())
