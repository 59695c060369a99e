"""Files of the package that the lab runs or copies: its scripts, and what goes into a switch."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
BOX = Path(__file__).parent / "box"
"""The stand-ins for a switch's commands, as they are copied into one."""


def script(name: str) -> Path:
    """Return a file of templates/lab: inside the wheel, else in the checkout."""
    packaged = _PACKAGE / "_templates"
    templates = packaged if packaged.is_dir() else _PACKAGE.parents[1] / "templates"
    return templates / "lab" / name
