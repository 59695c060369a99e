"""Wrong intents drawn at random: real ones, with keys, values, names and lines changed."""

import copy
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from railwright.catalog import loader as catalog
from railwright.intent import schema, yaml_lines
from railwright.intent.written import KeyPath

ROOT = Path(__file__).parents[2]
# Small clusters of every design, so that a changed one is planned in a moment.
EXAMPLES = ("lab-small", "odd-30", "rail-256", "rail-only-32", "tor-64")

EVERYTHING = """\
cluster: everything
nodes:
  gpu:
    model: dgx-h100
    count: 5
    capacity: 12
    other_models: [{nodes: 3-4, model: hgx-h100-4nic}]
  storage: {count: 2, capacity: 3, model: storage-server}
  management: {count: 2, model: management-server}
  pdus: {count: 3}
networks:
  compute: {leaf: sn5600, spine: sn5600, nodes_per_su: 5, oversubscription: 2.0, rails: 8}
  storage:
    leaf: sn4600
    speed_gbps: 200
    roce: {data_dscp: 18, priority: 2}
    border: {router: border, peer_asn: 64512, default_route: originated}
  inband:
    leaf: sn3420
    spine: sn3700c
    nodes_per_subnet: 16
    border: {router: border, peer_asn: 64512}
  oob: {leaf: as4630-54pe, spine: sn3700c, switches_per_subnet: 40, pdus_per_subnet: 16}
pools:
  compute_hosts: 10.16.0.0/12
  compute_links: 10.240.0.0/12
  loopbacks: 10.224.0.0/16
  inband: 10.48.0.0/13
  oob: 10.64.0.0/13
  storage_hosts: 10.32.0.0/15
  storage_links: 10.226.0.0/16
  management_links: 10.227.0.0/16
  ipv6: "fd00:1024::/48"
  excluded: [{prefix: 10.0.0.0/16, reason: an office}]
  asn_base: 4200000000
roce: {data_dscp: 26, priority: 3, cnp_dscp: 48, cnp_priority: 6, watchdog: {action: drop}}
services:
  domain: everything.example.net
  dns_servers: [10.50.1.10]
  snmp: {community: {secret: snmp_ro}, location: hall 1}
  tacacs: {servers: [10.50.1.10], passkey: {secret: tacacs_key}}
lengths: {host_m: 5, fabric_m: 40, core_m: 100}
floor:
  rooms: [{name: hall1, rows: 2}, {name: hall2, rows: 1, tray_m: 4}]
  nodes_per_rack: 3
  cross_trays: [2]
  blocked: [{rack: A02, reason: a pillar}]
cabling:
  media: {DAC: null, AOC: 20}
  prefer: [CAT6A, MMF, SMF, DAC]
  spares: {modules_percent: 5}
  labels: grid
overrides:
  places: [{device: gpu0001, rack: A01, bottom_u: 40, reason: a heavy neighbour}]
  ports: [{link: "gpu0001:rail0", port: Ethernet20, reason: dead laser}]
  addresses: [{device: gpu0001, address: 10.48.1.200, reason: burnt in}]
  asns: [{device: inband-spine1, asn: 64600, reason: taken over}]
  links:
    - a: {device: su1-rail0-leaf, port: Ethernet504}
      z: {device: spine1, port: Ethernet504}
      prefix: 10.240.0.0/31
      length_m: 3
      reason: a trunk that was there
"""

NUMBERS = (-1, 0, 1, 2, 3, 7, 8, 9, 12, 31, 48, 63, 64, 65, 99, 127, 128, 129, 200, 255, 256, 400)
LARGE = (999, 1500, 9216, 16_385, 65_535, 10**6, 2**32 - 2, 4_294_000_000, 10**12, 10**40)
ODD_TEXT = (
    *("", " ", "0", "~", "null", "None", "yes", "rail_only", "gpu0001", "spine1", "su1", "border"),
    *("10.16.0.0/12", "10.48.1.10", "fd00::/48", "fd00:1024::/56", "::1/128", "0.0.0.0/0", "1/8"),
    *("Ethernet0", "gpu0001:rail0", "spine1:Ethernet0", "1-9", "5-3", "Überlänge", "節點", "🙂"),
    *("{{ lookup('env', 'HOME') }}", "../../etc/passwd", "a" * 300, "x\ny", "\x00", "\u202e"),
)
EMPTY: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"a": {}}, [None], 1e308, -0.0, 0.1)
FLOATS = st.sampled_from([float("nan"), float("inf"), 0.5, 1.0, 3.2, 63.9, 1e-300])

Tree = dict[str, Any]


@cache
def texts() -> dict[str, str]:
    """The intents that are changed, by name."""
    paths = {name: ROOT / f"intent/examples/{name}.yml" for name in EXAMPLES}
    paths["cluster"] = ROOT / "intent/cluster.yml"
    found = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return {"everything": EVERYTHING, **found}


@cache
def _trees() -> dict[str, Tree]:
    return {name: yaml_lines.parse(text, name)[0].plain() for name, text in texts().items()}


@cache
def known_keys() -> tuple[KeyPath, ...]:
    """Every key an intent may have, lists by their first item."""

    def below(path: KeyPath) -> list[KeyPath]:
        here = schema.at(path)
        if here.get("type") == "array":
            return below((*path, 0))
        keys = [(*path, key) for key in here.get("properties", ())]
        return keys + [one for key in keys for one in below(key)]

    return tuple(below(()))


@cache
def names() -> tuple[str, ...]:
    """Every name of the catalog, whatever it is of."""
    return (*catalog.switch_names(), *catalog.node_names(), "sn9999")


PREFIXES = st.builds(
    lambda first, length: (
        f"{'.'.join(str(byte) for byte in (first >> (32 - length) << (32 - length)).to_bytes(4))}"
        f"/{length}"
    ),
    st.integers(0, 2**32 - 1) | st.sampled_from([10 << 24, 0x0A10 << 16, 0x0A30 << 16]),
    st.integers(0, 32),
)
INTEGERS = st.sampled_from([*NUMBERS, *LARGE]) | st.integers(0, 300)
ANYTHING: st.SearchStrategy[Any] = st.one_of(
    INTEGERS,
    FLOATS,
    PREFIXES,
    st.sampled_from([*EMPTY, *ODD_TEXT]),
    st.sampled_from([*EMPTY, *ODD_TEXT]),
    st.deferred(lambda: st.sampled_from(names())),
    st.text(max_size=20),
)


def fitting(path: KeyPath) -> st.SearchStrategy[Any]:
    """Values of the type that belongs at a path, seldom sensible ones."""
    wanted = schema.at(path)
    found: st.SearchStrategy[Any]
    match wanted:
        case {"enum": choices}:
            found = st.sampled_from(list(choices))
        case {"type": "integer"}:
            least = wanted["minimum"]
            found = st.integers(least, max(least, min(wanted["maximum"], 400))) | INTEGERS
        case {"type": "number"}:
            found = st.sampled_from([0.1, 0.5, 1, 1.5, 2.0, 3.0, 7.0, 64, 100, 300, 301, 10_000])
        case {"format": "ipv4-prefix"}:
            found = PREFIXES
        case {"format": "catalog-name"}:
            found = st.sampled_from(names())
        case {"type": "array"}:
            found = st.lists(fitting((*path, 0)), max_size=3)
        case {"type": "object", "properties": properties}:
            needed = {key: fitting((*path, key)) for key in wanted.get("required", ())}
            others = {key: fitting((*path, key)) for key in properties if key not in needed}
            found = st.fixed_dictionaries(needed, optional=others)
        case _:
            found = st.sampled_from([*wanted.get("examples", ["text"]), *ODD_TEXT])
    return found


def _places(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Every key and list item below a value."""
    items: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        items = list(enumerate(value))
    found = [((*path, key), item) for key, item in items]
    return [place for place, _ in found] + [
        one for place, item in found for one in _places(item, place)
    ]


def _parent(tree: Tree, path: KeyPath) -> Any:
    node: Any = tree
    for key in path[:-1]:
        node = node[key]
    return node


def _set(tree: Tree, path: KeyPath, value: Any) -> None:
    """Put a value where a path leads, making or replacing what is in the way."""
    node: Any = tree
    for key, below in pairwise(path):
        there = None
        if isinstance(node, dict):
            there = node.get(key)
        elif isinstance(key, int) and key < len(node):
            there = node[key]
        if not isinstance(there, dict | list):
            there = [] if isinstance(below, int) else {}
        _put(node, key, there)
        node = there
    _put(node, path[-1], value)


def _put(node: Any, key: str | int, value: Any) -> None:
    if isinstance(node, dict):
        node[str(key)] = value
    elif isinstance(key, int) and key < len(node):
        node[key] = value
    else:
        node.append(value)


def _replace(draw: st.DrawFn, tree: Tree) -> None:
    path = draw(st.sampled_from(_places(tree)))
    _put(_parent(tree, path), path[-1], draw(fitting(path) | ANYTHING))


def _add(draw: st.DrawFn, tree: Tree) -> None:
    path = draw(st.sampled_from(known_keys()))
    _set(tree, path, draw(fitting(path)))


def _delete(draw: st.DrawFn, tree: Tree) -> None:
    path = draw(st.sampled_from(_places(tree)))
    _parent(tree, path).pop(path[-1])


def _rename(draw: st.DrawFn, tree: Tree) -> None:
    path = draw(st.sampled_from(_places(tree)))
    node = _parent(tree, path)
    other = draw(st.sampled_from(known_keys()))[-1]
    name = draw(
        st.sampled_from([str(other), str(path[-1])[:-1] or "x", f"{path[-1]}s", "Überlänge"])
    )
    if isinstance(node, dict):
        node[name] = node.pop(path[-1])


def _copy(draw: st.DrawFn, tree: Tree) -> None:
    places = _places(tree)
    source, target = draw(st.sampled_from(places)), draw(st.sampled_from(places))
    _put(_parent(tree, target), target[-1], copy.deepcopy(_parent(tree, source)[source[-1]]))


def _wrap(draw: st.DrawFn, tree: Tree) -> None:
    path = draw(st.sampled_from(_places(tree)))
    node = _parent(tree, path)
    value = node[path[-1]]
    wrapped = [[value], {"value": value}, [value, copy.deepcopy(value)], str(value)]
    node[path[-1]] = draw(st.sampled_from(wrapped))


CHANGES: tuple[Callable[[st.DrawFn, Tree], None], ...] = (
    *(_replace, _replace, _replace, _add, _add, _add),
    *(_delete, _rename, _copy, _wrap),
)


@st.composite
def changed_values(draw: st.DrawFn) -> str:
    """The text of an intent whose keys and values were changed."""
    small = [name for name in texts() if name != "cluster"]
    name = draw(
        st.sampled_from(["everything", "everything", "everything", *small, *small, "cluster"])
    )
    tree = copy.deepcopy(_trees()[name])
    for _ in range(draw(st.integers(1, 4))):
        if _places(tree):
            draw(st.sampled_from(CHANGES))(draw, tree)
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


@st.composite
def changed_lines(draw: st.DrawFn) -> str:
    """The text of an intent whose lines were dropped, repeated, moved or indented."""
    lines = draw(st.sampled_from(list(texts().values()))).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "repeat", "move", "more", "less", "join"])):
            case "drop" if len(lines) > 1:
                lines.pop(place)
            case "repeat":
                lines.insert(draw(st.integers(0, len(lines))), lines[place])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
            case "more":
                lines[place] = " " * draw(st.integers(1, 4)) + lines[place]
            case "less":
                lines[place] = lines[place].removeprefix("  ")
            case _:
                lines[place] = lines[place].rstrip("\n")
    return "".join(lines)


SWITCHES = st.deferred(lambda: st.sampled_from(catalog.switch_names()))
NODES = st.deferred(lambda: st.sampled_from(catalog.node_names()))
LEAVES = st.sampled_from(["cx864e-n", "sn5600", "7060x6-64pe", "sn5400", "sn4700"])
FEW = st.integers(1, 24)
COUNTS = FEW | FEW | FEW | st.sampled_from([64, 96, 200, 512])


def _seldom(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    """Up to three of many keys, so that an intent has a chance to be possible."""
    keys = st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True)
    return keys.flatmap(lambda some: st.fixed_dictionaries({key: optional[key] for key in some}))


SPARES = st.sampled_from([0, 0, 1, 8, 31, 32, 60, 63, 64])
RATIOS = st.sampled_from([0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 64.0])
ROUTERS = st.sampled_from(["border", "spine1", "gpu0007", "storage-spine1", "oob1-leaf", "edge"])
ASNS = st.sampled_from([64_512, 23_456, 4_200_100_000, 4_200_100_101, 4_210_100_000, 4_294_000_000])
BORDERS = st.fixed_dictionaries(
    {"peer_asn": ASNS},
    optional={"router": ROUTERS, "uplinks_per_spine": st.integers(1, 8)},
)
LINKS = st.builds(
    "{}:{}".format,
    st.sampled_from(["gpu0001", "gpu0002", "su1-rail0-leaf", "storage01", "mgmt01", "spine1"]),
    st.sampled_from(["rail0", "rail1", "rail0p1", "eth0", "bmc", "storage0", "Ethernet256"]),
)
PORTS = st.sampled_from(["Ethernet0", "Ethernet4", "Ethernet20", "Ethernet47", "Ethernet504"])
SWITCH_NAMES = st.sampled_from(
    [
        *("su1-rail0-leaf", "su1-rail1-leaf", "su2-rail0-leaf", "spine1", "spine2", "pod1-spine1"),
        *("storage1-leaf", "storage-spine1", "inband1-leaf", "inband-spine1", "gpu0001", "x"),
    ]
)
SWITCH_PORTS = st.fixed_dictionaries({"device": SWITCH_NAMES, "port": PORTS})
PAIRS = st.sampled_from(["10.240.0.0/31", "10.240.1.0/31", "10.226.0.0/31", "192.168.7.0/31"])
DEVICES = st.sampled_from(["gpu0001", "gpu0002", "mgmt01", "spine1", "oob1-leaf", "pdu01", "x"])
NEAR = st.builds(
    "10.{}.{}.{}".format,
    st.sampled_from([16, 32, 48, 50, 64, 65, 224, 240]),
    st.integers(0, 3),
    st.sampled_from([0, 1, 2, 9, 10, 11, 12, 13, 50, 200, 255]),
)


def _population(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    """Counts with or without a capacity, which is never below them."""
    return st.builds(
        lambda count, extra, rest: (
            {"count": count, **({} if extra is None else {"capacity": count + extra}), **rest}
        ),
        COUNTS,
        st.none() | st.integers(0, 40),
        _seldom(**more) if more else st.just({}),
    )


def _access(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    pairs = st.sampled_from(
        [("sn3420", "sn3700c"), ("as4630-54pe", "sn3700c"), ("as7326-56x", "sn3700c")] * 3
        + [("sn3420", "sn4700"), ("cx864e-n", "sn3700c"), ("sn3420", "as4630-54pe")]
    )
    subnets = st.sampled_from([1, 8, 16, 25, 40, 48, 49, 200])
    keys = {"spines": st.integers(1, 8), "border": BORDERS, "nodes_per_subnet": subnets}
    return st.builds(
        lambda pair, rest: {"leaf": pair[0], "spine": pair[1], **rest},
        pairs,
        _seldom(**keys, **more),
    )


@st.composite
def _compute(draw: st.DrawFn) -> Tree:
    designs = ["rail-optimized", "rail-only", "rail-isolated", "leaf-spine", "three-tier"]
    design = draw(st.sampled_from(designs))
    leaf = draw(LEAVES | LEAVES | SWITCHES)
    optional: dict[str, st.SearchStrategy[Any]] = {
        "rails": st.integers(1, 9),
        "nodes_per_su": st.integers(1, 80),
        "oversubscription": RATIOS,
        "pod_oversubscription": RATIOS,
        "spare_leaf_cages": SPARES,
        "spare_spine_cages": SPARES,
        "attachment": st.sampled_from(["routed", "svi"]),
    }
    if design != "rail-only":
        optional["spine"] = st.just(leaf) | LEAVES | SWITCHES
    if design == "three-tier":
        optional |= {"superspine": st.just(leaf) | LEAVES, "sus_per_pod": st.integers(1, 9)}
    return {"design": design, "leaf": leaf, **draw(_seldom(**optional))}


STORAGE = st.builds(
    lambda leaf, rest: {"leaf": leaf, **rest},
    LEAVES | st.just("sn4600") | SWITCHES,
    _seldom(
        spine=LEAVES | SWITCHES,
        speed_gbps=st.sampled_from([10, 25, 100, 200, 400, 800]),
        hosts_per_pair=st.integers(1, 80),
        oversubscription=RATIOS,
        spare_leaf_cages=SPARES,
        spare_spine_cages=SPARES,
        border=BORDERS,
    ),
)
POOLS = st.fixed_dictionaries(
    {
        name: st.builds(
            lambda length, usual=usual: f"10.{usual[0]}.0.0/{max(length, usual[1])}",
            st.sampled_from([0] * 80 + list(range(16, 31))),
        )
        for name, usual in {
            "compute_hosts": (16, 12),
            "compute_links": (240, 12),
            "loopbacks": (224, 16),
            "inband": (48, 13),
            "oob": (64, 13),
            "storage_hosts": (32, 15),
            "storage_links": (226, 16),
            "management_links": (227, 16),
        }.items()
    },
    optional={
        "ipv6": st.just("fd00:1024::/48"),
        "asn_base": st.sampled_from([1, 64_512, 4_200_000_000, 4_294_000_000]),
        "excluded": st.lists(
            st.builds(lambda at: {"prefix": f"{at}/32", "reason": "in use"}, NEAR), max_size=2
        ),
    },
)
REASON = st.just("a reason")
LENGTHS = st.sampled_from([1, 5, 40, 100, 300, 301, 5000])
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "ports": st.lists(
            st.fixed_dictionaries({"link": LINKS, "port": PORTS, "reason": REASON}), max_size=3
        ),
        "addresses": st.lists(
            st.fixed_dictionaries(
                {"device": DEVICES, "address": NEAR, "reason": REASON},
                optional={"which": st.sampled_from(["management", "bmc"])},
            ),
            max_size=3,
        ),
        "asns": st.lists(
            st.fixed_dictionaries({"device": SWITCH_NAMES, "asn": ASNS, "reason": REASON}),
            max_size=3,
        ),
        "links": st.lists(
            st.fixed_dictionaries(
                {"a": SWITCH_PORTS, "z": SWITCH_PORTS, "prefix": PAIRS, "reason": REASON},
                optional={"length_m": LENGTHS},
            ),
            max_size=3,
        ),
    },
)


FLOORS = _seldom(
    rows=st.integers(1, 4),
    racks_per_row=st.integers(1, 30),
    rack=st.sampled_from(["rack-48u-3x32a", "rack-48u-2x63a", "rack-42u-2x32a", "rack-42u-2x16a"]),
    nodes_per_rack=st.integers(1, 5),
    node_power_w=st.sampled_from([1, 5000, 12000, 60000]),
    gap_u=st.integers(0, 4),
    first_u=st.integers(1, 20),
    tray_height_m=st.sampled_from([1.0, 2.3, 3.5]),
    cross_trays=st.lists(st.integers(1, 12), max_size=3),
)


@st.composite
def well_formed(draw: st.DrawFn) -> str:
    """The text of an intent that says what an intent may say, and may well be impossible."""
    gpu = draw(_population(other_models=st.just([])))
    gpu["model"] = draw(st.sampled_from(["dgx-h100", "dgx-h100", "hgx-b300"]) | NODES)
    if "other_models" in gpu:
        gpu["other_models"] = [{"nodes": gpu["count"], "model": draw(NODES)}]
    networks = {
        "storage": STORAGE,
        "inband": _access(speed_gbps=st.sampled_from([1, 10, 25, 25, 40, 100])),
        "oob": _access(switches_per_subnet=FEW, pdus_per_subnet=FEW),
    }
    servers = st.lists(NEAR, max_size=2)
    tree = {
        "cluster": draw(st.sampled_from(["drawn"] * 20 + ["su1", "spine1", "leaf", "localhost"])),
        "nodes": {
            "gpu": gpu,
            **draw(
                _seldom(
                    storage=_population(model=NODES),
                    management=_population(model=NODES),
                    pdus=_population(),
                )
            ),
        },
        "networks": {"compute": draw(_compute()), **draw(_seldom(**networks))},
        "pools": draw(POOLS),
        "services": draw(_seldom(dns_servers=servers, ntp_servers=servers)),
        "lengths": draw(st.just({}) | _seldom(host_m=LENGTHS, fabric_m=LENGTHS, core_m=LENGTHS)),
        "overrides": draw(st.just({}) | st.just({}) | OVERRIDES),
    }
    if draw(st.booleans()):
        tree["floor"] = {"rows": 2, **draw(FLOORS)}
    return yaml.safe_dump(tree, sort_keys=False)
