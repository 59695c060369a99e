"""Files of the package that the lab runs or copies: its scripts, and what goes into a switch."""

from pathlib import Path

from railwright.files import templates

BOX = Path(__file__).parent / "box"
"""The stand-ins for a switch's commands, as they are copied into one."""


def script(name: str) -> Path:
    """Return a file of templates/lab."""
    return templates() / "lab" / name
