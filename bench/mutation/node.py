"""Mutations of nodes' files: values, keys and whole files."""

import json
import random
import re
from collections.abc import Callable

from bench.mutation.model import Edit, Mutator, Truth, World, node_path
from bench.mutation.values import other_value

FOR_PEOPLE = ("Description=",)
"""Lines that nothing reads: a change of them is a harmless edit."""

NUMBER = re.compile(r"\d+")
WORDS = {"off": "on", "on": "off", "no": "yes", "yes": "no", "dscp": "pcp", "os": "fw", "rs": ""}

Change = Callable[[str, random.Random], tuple[str, str, str] | None]
"""Returns the key, the new text and what was done."""


def _mutator(kind: str, change: Change) -> Mutator:
    def mutate(world: World, rng: random.Random) -> Edit | None:
        device = rng.choice(sorted(world.nodes))
        path = _path(world, device, rng)
        done = change(world.nodes[device][path].decode(), rng)
        if done is None:
            return None
        key, text, what = done
        truth = Truth(kind, f"{device} {path} {key}: {what}", (_names(device, path, key),))
        return Edit(truth, {node_path(device, path): text.encode()})

    return mutate


def _path(world: World, device: str, rng: random.Random) -> str:
    """Draw a file: first of which folder, so that the few are drawn as well."""
    paths = sorted(world.nodes[device])
    folder = rng.choice(sorted({path.rpartition("/")[0] for path in paths}))
    return rng.choice([path for path in paths if path.rpartition("/")[0] == folder])


def _names(device: str, path: str, key: str) -> tuple[str, ...]:
    """Return what a finding must say: the file, and its key where findings go by key."""
    own = (f"nodes/{device}/{path} ",)
    by_key = path.endswith((".env", "nccl.conf")) and key
    return (*own, f" {key} ") if by_key else own


def change_value(text: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Give one key another value."""
    lines = text.splitlines()
    places = [
        place
        for place, line in enumerate(lines)
        if line.strip(" {}[],") and not line.startswith(("[", "#", *FOR_PEOPLE))
    ]
    place = rng.choice(places)
    old = lines[place]
    key, value = _parted(old)
    new = _other(value, rng)
    if new is None or new == value:
        return None
    lines[place] = old[: len(old) - len(value)] + new
    return key, "\n".join(lines) + "\n", f"{value} -> {new}"


def _parted(line: str) -> tuple[str, str]:
    """Return key and value of a line of any of the formats; the value is the line's end."""
    for separator in (" = ", "=", ": ", " "):
        key, found, value = line.partition(separator)
        if found and key.strip():
            return key.strip(' "'), value
    return "", line


def _other(value: str, rng: random.Random) -> str | None:
    if value in WORDS:
        return WORDS[value]
    numbers = list(NUMBER.finditer(value))
    if not numbers:
        return None if not value.strip('", ') else _longer(value)
    one = rng.choice(numbers)
    new = other_value(rng, {}, "", "", one[0])
    return None if new is None else value[: one.start()] + new + value[one.end() :]


def _longer(value: str) -> str:
    """Return a longer word in the place of a word, inside its quotation marks if it has any."""
    bare = value.rstrip('",')
    return f"{bare}x{value[len(bare) :]}"


def drop_key(text: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Delete one `KEY=value` line."""
    lines = text.splitlines()
    places = [
        place
        for place, line in enumerate(lines)
        if "=" in line and not line.startswith(("[", "#", *FOR_PEOPLE)) and not line.endswith("=")
    ]
    if not places:
        return None
    line = lines.pop(rng.choice(places))
    return _parted(line)[0], "\n".join(lines) + "\n", f"{line} deleted"


def swap_values(text: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Swap the values of two `KEY=value` lines of variables."""
    lines = text.splitlines()
    places = [place for place, line in enumerate(lines) if re.fullmatch(r"[A-Z0-9_]+=.*", line)]
    if len(places) < 2:
        return None
    one, other = rng.sample(places, 2)
    (key, value), (other_key, other_value_) = (lines[place].split("=", 1) for place in (one, other))
    if value == other_value_:
        return None
    lines[one], lines[other] = f"{key}={other_value_}", f"{other_key}={value}"
    return key, "\n".join(lines) + "\n", f"{value} swapped with that of {other_key}"


def change_firmware(world: World, rng: random.Random) -> Edit | None:
    """Give one firmware parameter another value, or delete it."""
    path = "etc/railwright/nic-firmware.json"
    having = sorted(name for name, files in world.nodes.items() if path in files)
    if not having:
        return None
    device = rng.choice(having)
    content = json.loads(world.nodes[device][path])
    port = rng.choice(content["ports"])
    key = rng.choice(sorted(port["parameters"]))
    if rng.random() < 0.3:
        what = f"{port['parameters'].pop(key)} deleted"
    else:
        value = str(port["parameters"][key])
        new = other_value(rng, {}, "", "", value)
        if new is None:
            return None
        port["parameters"][key] = int(new)
        what = f"{value} -> {new}"
    names = (f"nodes/{device}/{path} ", f"{key} ")
    truth = Truth("firmware changed", f"{device} {port['interface']} {key}: {what}", (names,))
    return Edit(truth, {node_path(device, path): json.dumps(content, indent=2).encode()})


def drop_file(world: World, rng: random.Random) -> Edit:
    """Delete a file."""
    device = rng.choice(sorted(world.nodes))
    path = _path(world, device, rng)
    truth = Truth("file deleted", f"{device} {path}", ((f"nodes/{device}/{path} ",),))
    return Edit(truth, {node_path(device, path): None})


def add_file(world: World, rng: random.Random) -> Edit:
    """Add a file beside ours."""
    device = rng.choice(sorted(world.nodes))
    path = f"etc/systemd/network/50-railwright-rail{rng.randrange(20, 90)}.network"
    truth = Truth("file added", f"{device} {path}", ((f"nodes/{device}/{path} ",),))
    return Edit(truth, {node_path(device, path): b"[Match]\nName=rail99\n"})


def swap_files(world: World, rng: random.Random) -> Edit | None:
    """Swap two files of one folder, as if two ports had been mistaken for each other."""
    device = rng.choice(sorted(world.nodes))
    files = world.nodes[device]
    path = _path(world, device, rng)
    folder = path.rpartition("/")[0]
    others = [
        one
        for one in sorted(files)
        if one.rpartition("/")[0] == folder and files[one] != files[path]
    ]
    if not others:
        return None
    other = rng.choice(others)
    truth = Truth("files swapped", f"{device} {path} and {other}", ((f"nodes/{device}/{path} ",),))
    return Edit(
        truth,
        {node_path(device, path): files[other], node_path(device, other): files[path]},
    )


def mistaken_node(world: World, rng: random.Random) -> Edit | None:
    """Give a node the file of another node."""
    device = rng.choice(sorted(world.nodes))
    path = _path(world, device, rng)
    own = world.nodes[device][path]
    others = [
        name for name, files in sorted(world.nodes.items()) if path in files and files[path] != own
    ]
    if not others:
        return None
    other = rng.choice(others)
    what = f"{device} {path} has the file of {other}"
    truth = Truth("file of another node", what, ((f"nodes/{device}/{path} ",),))
    return Edit(truth, {node_path(device, path): world.nodes[other][path]})


VALUE_CHANGED = _mutator("node value changed", change_value)

MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (6, VALUE_CHANGED),
    (3, _mutator("node key deleted", drop_key)),
    (2, _mutator("node values swapped", swap_values)),
    (3, change_firmware),
    (1, drop_file),
    (1, add_file),
    (2, swap_files),
    (1, mistaken_node),
)
