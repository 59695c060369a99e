"""The text of systemd.network files: sections, routes and rules."""

from railwright.files import OutputFile

FOLDER = "etc/systemd/network"
MAIN_TABLE = 254

Value = str | int | tuple[str, ...] | None


def file(path: str, text: str) -> OutputFile:
    """Return a text file of a server."""
    return OutputFile(path, text.encode())


def network_file(interface: str, *sections: str) -> OutputFile:
    """Return the systemd.network file of one interface."""
    return file(f"{FOLDER}/50-railwright-{interface}.network", "\n".join(sections))


def section(name: str, **settings: Value) -> str:
    """Return a section; a setting that is None is left out, one that is a tuple is repeated."""
    lines = [f"[{name}]"]
    for key, value in settings.items():
        if isinstance(value, tuple):
            lines.extend(f"{key}={one}" for one in value)
        elif value is not None:
            lines.append(f"{key}={value}")
    return "\n".join(lines) + "\n"


def route(destination: str, **settings: Value) -> str:
    """Return a route (systemd.network(5), section Route)."""
    return section("Route", Destination=destination, **settings)


def rule(priority: int, table: int, **settings: Value) -> str:
    """Return a rule that asks a table (systemd.network(5), section RoutingPolicyRule)."""
    return section("RoutingPolicyRule", **settings, Table=table, Priority=priority)
