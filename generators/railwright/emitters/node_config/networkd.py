"""Network settings in the words of systemd.network files: sections, routes and rules."""

from collections.abc import Iterable
from typing import NamedTuple

from railwright.files import OutputFile

FOLDER = "etc/systemd/network"
MAIN_TABLE = 254

Value = str | int | tuple[str, ...] | None


def file(path: str, text: str) -> OutputFile:
    """Return a text file of a server."""
    return OutputFile(path, text.encode())


class Section(NamedTuple):
    """A section: its name and its settings in order, of which one may be there several times."""

    name: str
    settings: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Return the section as a systemd.network file has it."""
        lines = (f"[{self.name}]", *(f"{key}={value}" for key, value in self.settings))
        return "\n".join(lines) + "\n"


def network_file(interface: str, sections: Iterable[Section]) -> OutputFile:
    """Return the systemd.network file of one interface."""
    return file(f"{FOLDER}/50-railwright-{interface}.network", "\n".join(map(str, sections)))


def section(name: str, **settings: Value) -> Section:
    """Return a section; a setting that is None is left out, one that is a tuple is repeated."""
    found: list[tuple[str, str]] = []
    for key, value in settings.items():
        if isinstance(value, tuple):
            found.extend((key, one) for one in value)
        elif value is not None:
            found.append((key, str(value)))
    return Section(name, tuple(found))


def route(destination: str, **settings: Value) -> Section:
    """Return a route (systemd.network(5), section Route)."""
    return section("Route", Destination=destination, **settings)


def rule(priority: int, table: int, **settings: Value) -> Section:
    """Return a rule that asks a table (systemd.network(5), section RoutingPolicyRule)."""
    return section("RoutingPolicyRule", **settings, Table=table, Priority=priority)
