"""Edits that change nothing a switch, a node or a proof goes by: none of them may be found."""

import copy
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bench.mutation.model import Edit, Mutator, Truth, World, node_path, switch_path
from bench.mutation.planned import with_asn

from railwright.sonic.configdb import ConfigDb, Row, dumps

Value = TypeVar("Value")
Change = Callable[[ConfigDb, random.Random], str | None]
"""Changes a configuration in place; returns what was done, None if there was nothing to do."""

UNOWNED: tuple[tuple[str, str, Row], ...] = (
    ("ACL_TABLE", "OPERATORS", {"policy_desc": "ours", "type": "L3"}),  # bound to no port
    ("VERSIONS", "DATABASE", {"VERSION": "version_202505_01"}),
    ("MIRROR_SESSION", "tap", {"dst_ip": "192.0.2.1", "src_ip": "192.0.2.2"}),
)
"""Rows of others that no packet meets: operators' own tables, the box's record of its schema."""
UNOWNED_FIELDS = (("cloudtype", "Public"), ("region", "north"))
"""Fields of the localhost row that no daemon reads: sonic-cfggen writes them from a minigraph."""
NOT_FIRST = (".json", ".py", ".xml")
"""Kinds of files that may not begin with a comment: programs name their interpreter there."""
DEFAULTS = (
    ("BGP_NEIGHBOR", "nhopself", "0"),
    ("PORT", "role", "Ext"),
    ("PORT", "dhcp_rate_limit", "300"),
    ("WRED_PROFILE", "wred_red_enable", "false"),
    ("INTERFACE", "nat_zone", "0"),
)
"""(table, field, what SONiC takes where the field is absent)."""


def _mutator(kind: str, change: Change) -> Mutator:
    def mutate(world: World, rng: random.Random) -> Edit | None:
        device = rng.choice(sorted(world.configs))
        config = copy.deepcopy(world.configs[device])
        what = change(config, rng)
        if what is None:
            return None
        return Edit(Truth(kind, f"{device}: {what}", ()), {switch_path(device): dumps(config)})

    return mutate


def _reordered(world: World, rng: random.Random) -> Edit:
    """Write a configuration in another order and layout."""
    device = rng.choice(sorted(world.configs))
    config = {
        table: {key: _shuffled(row, rng) for key, row in _shuffled(rows, rng).items()}
        for table, rows in _shuffled(world.configs[device], rng).items()
    }
    indent = rng.choice((None, 1, 2, 8))
    text = json.dumps(config, indent=indent, separators=(",", ":") if indent is None else None)
    return Edit(Truth("order and layout", device, ()), {switch_path(device): text.encode()})


def _shuffled(values: Mapping[str, Value], rng: random.Random) -> dict[str, Value]:
    items = list(values.items())
    rng.shuffle(items)
    return dict(items)


def _sets(config: ConfigDb, rng: random.Random) -> str | None:
    """Turn round a list whose order means nothing."""
    places = [
        (table, key, field)
        for table, field in (
            ("BUFFER_PORT_EGRESS_PROFILE_LIST", "profile_list"),
            ("BUFFER_PORT_INGRESS_PROFILE_LIST", "profile_list"),
            ("PORT_QOS_MAP", "pfc_enable"),
            ("VLAN", "dhcp_servers"),
            ("MGMT_INTERFACE", "forced_mgmt_routes"),
        )
        for key, row in sorted(config.get(table, {}).items())
        if len(row.get(field, "")) > 1
    ]
    if not places:
        return None
    table, key, field = rng.choice(places)
    value = config[table][key][field]
    items = value.split(",") if isinstance(value, str) else value
    turned = items[::-1]
    config[table][key][field] = ",".join(turned) if isinstance(value, str) else turned
    return f"{table}|{key} {field} turned round"


def _spaces(config: ConfigDb, rng: random.Random) -> str:
    """Write a space behind the commas of a list in one text."""
    key = rng.choice(sorted(config["PORT"]))
    lanes = str(config["PORT"][key]["lanes"])
    config["PORT"][key]["lanes"] = lanes.replace(",", ", ")
    return f"PORT|{key} lanes with spaces"


def _ranges(config: ConfigDb, rng: random.Random) -> str | None:
    """Write a row of several queues as a row for each."""
    rows = config.get("BUFFER_QUEUE", {})
    spans = sorted(key for key in rows if "-" in key)
    if not spans:
        return None
    key = rng.choice(spans)
    port, _, numbers = key.partition("|")
    first, _, last = numbers.partition("-")
    row = rows.pop(key)
    for number in range(int(first), int(last) + 1):
        rows[f"{port}|{number}"] = dict(row)
    return f"BUFFER_QUEUE|{key} as single rows"


def _defaults(config: ConfigDb, rng: random.Random) -> str | None:
    """Write out a default."""
    table, field, value = rng.choice(DEFAULTS)
    keys = [key for key, row in sorted(config.get(table, {}).items()) if field not in row]
    if not keys:
        return None
    key = rng.choice(keys)
    config[table][key][field] = value
    return f"{table}|{key} {field} = {value}, the default"


def _null(config: ConfigDb, rng: random.Random) -> str:
    """Write an empty row as Redis holds it."""
    empty = [key for key, row in sorted(config["LOOPBACK_INTERFACE"].items()) if not row]
    key = rng.choice(empty)
    config["LOOPBACK_INTERFACE"][key] = {"NULL": "NULL"}
    return f"LOOPBACK_INTERFACE|{key} as NULL"


def _unowned(config: ConfigDb, rng: random.Random) -> str:
    """Add a row that is not ours."""
    table, key, row = rng.choice(UNOWNED)
    config.setdefault(table, {})[key] = dict(row)
    return f"{table}|{key} of others"


def _generated(config: ConfigDb, _rng: random.Random) -> str | None:
    """Add a profile as the buffer manager generates them, which no port uses."""
    pools = sorted(one for one in config.get("BUFFER_POOL", {}) if "ingress_lossless" in one)
    rows = config.get("BUFFER_PROFILE", {})
    name = "pg_lossless_100000_299m_profile"
    if not pools or name in rows:
        return None
    sizes = {"dynamic_th": "0", "size": "18432", "xoff": "165888", "xon": "18432"}
    rows[name] = {"pool": pools[0], **sizes}
    return f"BUFFER_PROFILE|{name}, generated and unused"


def _unowned_field(config: ConfigDb, rng: random.Random) -> str:
    """Add a field that is not ours."""
    field, value = rng.choice(UNOWNED_FIELDS)
    config["DEVICE_METADATA"]["localhost"][field] = value
    return f"DEVICE_METADATA|localhost {field} of others"


def _description(config: ConfigDb, rng: random.Random) -> str:
    """Write another text for people."""
    key = rng.choice(sorted(config["PORT"]))
    config["PORT"][key]["description"] = f"moved by hand, ticket {rng.randrange(1000)}"
    return f"PORT|{key} description"


def _node(world: World, rng: random.Random) -> Edit:
    """Add comments and blank lines to a node's file, and turn its keys round."""
    device = rng.choice(sorted(world.nodes))
    paths = sorted(path for path in world.nodes[device] if not path.endswith(NOT_FIRST))
    path = rng.choice(paths)
    lines = world.nodes[device][path].decode().splitlines()
    if path.endswith(".env"):
        rng.shuffle(lines)
    lines = ["# checked by hand", "", *lines, ""]
    content = "\n".join(lines).encode() + b"\n"
    what = f"{device} {path} with comments"
    return Edit(Truth("node's layout", what, ()), {node_path(device, path): content})


def _node_json(world: World, rng: random.Random) -> Edit | None:
    """Write a node's JSON in another layout and order."""
    path = "etc/railwright/nic-firmware.json"
    having = sorted(name for name, files in world.nodes.items() if path in files)
    if not having:
        return None
    device = rng.choice(having)
    content = json.loads(world.nodes[device][path])
    for port in content["ports"]:
        port["parameters"] = _shuffled(port["parameters"], rng)
    text = json.dumps(content, indent=rng.choice((None, 4)))
    what = f"{device} {path} in another layout"
    return Edit(Truth("node's layout", what, ()), {node_path(device, path): text.encode()})


def _node_text(world: World, rng: random.Random) -> Edit:
    """Write another text for people into a node's file."""
    device = rng.choice(sorted(world.nodes))
    paths = sorted(
        path for path, content in world.nodes[device].items() if b"Description=" in content
    )
    path = rng.choice(paths)
    text = world.nodes[device][path].decode().replace("Description=", "Description=see ticket, ")
    truth = Truth("node's description", f"{device} {path}", ())
    return Edit(truth, {node_path(device, path): text.encode()})


def _shorter(world: World, rng: random.Random) -> Edit:
    """Put in a shorter cable than planned: its headroom is more than enough."""
    link = rng.choice(sorted(world.floor))
    floor = dict(world.floor)
    floor[link] = replace(floor[link], length_m=floor[link].length_m * 0.8)
    return Edit(Truth("shorter cable", link, ()), floor=floor)


def _floor_order(world: World, rng: random.Random) -> Edit:
    """List the cables in another order."""
    return Edit(Truth("order of cables", "all", ()), floor=_shuffled(world.floor, rng))


def _other_asn(world: World, rng: random.Random) -> Edit | None:
    """Give a leaf another AS number that nobody has, at its neighbours as well."""
    leaves = sorted(
        one.name for one in world.plan.switches if one.role == "leaf" and one.asn is not None
    )
    if not leaves:
        return None
    device = world.plan.device[rng.choice(leaves)]
    asn = 4_291_000_000 + rng.randrange(1000)
    truth = Truth("AS number of its own", f"{device.name}: AS {device.asn} -> {asn}", ())
    return Edit(truth, plan=with_asn(world.plan, device, asn))


MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (3, _reordered),
    (2, _mutator("order of a set", _sets)),
    (1, _mutator("spaces in a list", _spaces)),
    (2, _mutator("rows of a range", _ranges)),
    (2, _mutator("default written out", _defaults)),
    (1, _mutator("empty row", _null)),
    (2, _mutator("row of others", _unowned)),
    (1, _mutator("generated profile", _generated)),
    (2, _mutator("field of others", _unowned_field)),
    (2, _mutator("description", _description)),
    (3, _node),
    (1, _node_json),
    (1, _node_text),
    (1, _shorter),
    (1, _floor_order),
    (1, _other_asn),
)
