"""Everything else the product owns: whatever no rule has named, compared with what is emitted.

The rules say what values mean; this one lets nothing escape, whatever it means.
"""

from collections.abc import Mapping

from railwright.plan.model import Device
from railwright.proof.effects import effect_of
from railwright.proof.model import Finding, NodeFiles
from railwright.proof.nodes import in_order, meaning
from railwright.proof.rows import number, place
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import HOST, PLAN, REST
from railwright.proof.switches import Switch
from railwright.sonic.changes import Change, diff, text_of
from railwright.sonic.normalise import RANGE_TABLES

NODE_EFFECT = "the node is set up in another way than planned"

FOR_PEOPLE = frozenset({("PORT", "description")})
"""(table, field) of texts that nothing depends on. Drift shows them; here they prove nothing."""


def check(scene: Scene) -> None:
    """Compare all that is owned on switches, and every file of nodes, with what is emitted."""
    for device in scene.plan.switches:
        if device.name not in scene.scope:
            continue
        if (switch := scene.switches.get(device.name)) is None:
            _missing(scene, f"switches/{device.name}/config_db.json", device)
            continue
        want = scene.emitted.config(device)
        scene.sheet.count(PLAN, REST, sum(map(len, want.values())))
        if switch.config != want:
            for change in diff(switch.config, want):
                if (change.table, change.field) not in FOR_PEOPLE:
                    _change(scene, switch, change)
    for device in scene.plan.nodes:
        if device.name not in scene.scope:
            continue
        if (node := scene.nodes.get(device.name)) is None:
            _missing(scene, f"nodes/{device.name}", device)
        else:
            _node(scene, device, node.files)
    _strangers(scene)


def _missing(scene: Scene, where: str, device: Device) -> None:
    pair = PLAN if device.is_switch else HOST
    effect = "the device has no configuration"
    other = f"plan: device {device.name}"
    scene.sheet.differ(Finding(pair, REST, where, "(absent)", other, "its files", effect))


def _strangers(scene: Scene) -> None:
    for pair, kind, found in ((PLAN, "switches", scene.switches), (HOST, "nodes", scene.nodes)):
        for name in sorted(found.keys() - scene.plan.device.keys()):
            effect = "files of a device that the plan does not have"
            where, other = f"{kind}/{name}", "plan: devices"
            scene.sheet.differ(Finding(pair, REST, where, "files", other, "(absent)", effect))


def _change(scene: Scene, switch: Switch, change: Change) -> None:
    key = change.key
    if change.table in RANGE_TABLES:
        port, _, last = key.rpartition("|")
        if (one := number(last)) is not None:
            key = switch.range_key(change.table, port, one)
    where = place(switch.name, change.table, key, change.field)
    fields = _fields(switch, key, change)
    # A row that is missing or foreign is named once, unless findings name it or all it says.
    is_named = bool(fields) and all(scene.sheet.explains(one) for one in fields)
    if not is_named and not scene.sheet.explains(where):
        scene.sheet.differ(
            Finding(
                PLAN,
                REST,
                where,
                text_of(change.running),
                f"switches/{switch.name}/config_db.json as planned",
                text_of(change.intended),
                effect_of(change),
            )
        )


def _fields(switch: Switch, key: str, change: Change) -> list[str]:
    """Return the places of a row's fields, where the whole row is missing or foreign."""
    row = change.intended if change.kind == "add" else change.running
    if change.field is not None or not isinstance(row, dict):
        return []
    return [place(switch.name, change.table, key, field) for field in row]


def _node(scene: Scene, device: Device, have: NodeFiles) -> None:
    want = scene.emitted.files(device)
    scene.sheet.count(HOST, REST, len(want))
    if have == want:
        return
    for path in sorted(have.keys() | want.keys()):
        if have.get(path) != want.get(path):
            _file(scene, device, path, have, want)


def _file(
    scene: Scene,
    device: Device,
    path: str,
    have: Mapping[str, bytes],
    want: Mapping[str, bytes],
) -> None:
    where = f"nodes/{device.name}/{path}"
    other = f"{where} as planned"
    if path not in have or path not in want:
        found, expected = ("a file", "(absent)") if path in have else ("(absent)", "a file")
        scene.sheet.differ(Finding(HOST, REST, where, found, other, expected, NODE_EFFECT))
        return
    ours, planned = meaning(path, have[path]), meaning(path, want[path])
    if ours == planned and in_order(path, have[path]) != in_order(path, want[path]):
        order = "lines in another order", "their order"
        scene.sheet.differ(
            Finding(HOST, REST, f"{where} order", order[0], other, order[1], NODE_EFFECT)
        )
    for key in sorted(ours.keys() | planned.keys()):
        one, wanted = ours.get(key), planned.get(key)
        if one != wanted and not scene.sheet.explains(f"{where} {key}"):
            scene.sheet.differ(
                Finding(HOST, REST, f"{where} {key}", shown(one), other, shown(wanted), NODE_EFFECT)
            )
