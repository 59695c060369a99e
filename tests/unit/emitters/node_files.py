"""Reading the network files of a server."""

from railwright.emitters import node_config
from railwright.plan.model import Plan

Settings = dict[str, str]


def text_of(plan: Plan, node: str, interface: str) -> str:
    """Return the network file of an interface of a server."""
    tree = node_config.files(plan, plan.device[node], "host_network")
    path = f"etc/systemd/network/50-railwright-{interface}.network"
    return next(file.content.decode() for file in tree if file.path == path)


def interfaces_of(plan: Plan, node: str) -> set[str]:
    """Return the interfaces that a server has network files for."""
    tree = node_config.files(plan, plan.device[node], "host_network")
    names = (file.path.rpartition("/")[2] for file in tree)
    return {
        name.removeprefix("50-railwright-").removesuffix(".network")
        for name in names
        if name.endswith(".network")
    }


def sections_of(plan: Plan, node: str, interface: str, name: str) -> list[Settings]:
    """Return the sections of a name; a setting that is repeated is joined by spaces."""
    found = []
    for block in text_of(plan, node, interface).strip().split("\n\n"):
        head, *lines = block.splitlines()
        if head == f"[{name}]":
            settings: Settings = {}
            for line in lines:
                key, _, value = line.partition("=")
                settings[key] = f"{settings[key]} {value}" if key in settings else value
            found.append(settings)
    return found


def routes_of(plan: Plan, node: str, interface: str) -> list[Settings]:
    """Return the routes of a file in order."""
    return sections_of(plan, node, interface, "Route")


def rules_of(plan: Plan, node: str, interface: str) -> list[Settings]:
    """Return the rules of a file in order."""
    return sections_of(plan, node, interface, "RoutingPolicyRule")
