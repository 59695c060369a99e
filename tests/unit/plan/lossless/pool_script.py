"""The switch's own pool sizes: its Lua file, run by a redis-server over an emitted configuration.

The file is not part of this project. It is found by RAILWRIGHT_POOL_LUA, or where a switch keeps
it, or below the shared folder.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from railwright.catalog.model import DynamicBuffers
from railwright.emitters.sonic_config import intended
from railwright.lab.box.resp import Redis
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb

NAME = "buffer_pool_mellanox.lua"
VARIABLE = "RAILWRIGHT_POOL_LUA"
ROOT = Path(__file__).parents[4]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
APPL_DB, CONFIG_DB, STATE_DB = "0", "4", "6"
START_S = 10.0
APPLIED = ("BUFFER_PROFILE", "BUFFER_PG", "BUFFER_QUEUE")
LISTS = ("BUFFER_PORT_INGRESS_PROFILE_LIST", "BUFFER_PORT_EGRESS_PROFILE_LIST")
Command = tuple[str, ...]


def script() -> str | None:
    """Return the text of the file, None where there is none."""
    places = (
        Path(os.environ.get(VARIABLE, "")),
        Path("/usr/share/swss") / NAME,
        SHARED / "sonic-swss/cfgmgr" / NAME,
    )
    return next((place.read_text() for place in places if place.is_file()), None)


@contextmanager
def server() -> Iterator[Redis]:
    """Yield a connection to a redis-server of our own."""
    # a unix socket's path must be short, which pytest's directories are not
    with TemporaryDirectory(prefix="rwpool") as folder:
        socket = f"{folder}/socket"
        command = ["redis-server", "--port", "0", "--unixsocket", socket, "--save", ""]
        process = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            yield _connected(socket)
        finally:
            process.terminate()
            process.wait()


def _connected(socket: str) -> Redis:
    deadline = time.monotonic() + START_S
    while True:
        try:
            return Redis(socket, 0)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def pools(redis: Redis, text: str, plan: Plan, device: Device) -> dict[str, tuple[int, ...]]:
    """Return size (and shared headroom) of every pool the switch sizes itself."""
    config = intended(plan, device)
    dynamic = plan.platforms[device.platform].dynamic
    assert dynamic
    redis.pipeline([("FLUSHALL",), *_state(dynamic), *_config(config)])
    redis.pipeline([("SELECT", APPL_DB), *_applied(plan, device, config)])
    answer: list[str] = redis.run("EVAL", text, "0")
    rows = [line.split(":") for line in answer if not line.startswith("debug:")]
    return {name: tuple(int(float(size)) for size in sizes) for name, *sizes in rows}


def _state(dynamic: DynamicBuffers) -> Iterator[Command]:
    yield "SELECT", STATE_DB
    facts = ("cell_size", f"{dynamic.cell_bytes}")
    latency = ("pipeline_latency", f"{dynamic.pipeline_latency_kib:g}")
    yield ("HSET", f"ASIC_TABLE|{dynamic.asic_key}", *facts, *latency)


def _config(config: ConfigDb) -> Iterator[Command]:
    yield "SELECT", CONFIG_DB
    for table in ("BUFFER_POOL", "PORT", "DEVICE_METADATA", "DEFAULT_LOSSLESS_BUFFER_PARAMETER"):
        for key, row in config[table].items():
            yield ("HSET", f"{table}|{key}", *_pairs(row))


def _pairs(row: dict[str, str | list[str]]) -> Iterator[str]:
    for field, value in row.items():
        assert isinstance(value, str)
        yield from (field, value)


def _applied(plan: Plan, device: Device, config: ConfigDb) -> Iterator[Command]:
    """Yield what the buffer daemon writes: the rows, with profiles it computed for `NULL`."""
    dynamic = plan.platforms[device.platform].dynamic
    assert dynamic
    rooms = {
        port.name: plan.port_headroom(device, port)
        for port in plan.ports[device.name]
        if port.name in plan.links_of[device.name]
    }
    for name, room in rooms.items():
        sizes = f"{room.size_bytes}", f"{room.xon_bytes}", f"{room.xoff_bytes}"
        fields = [
            word for pair in zip(("size", "xon", "xoff"), sizes, strict=True) for word in pair
        ]
        yield ("HSET", f"BUFFER_PROFILE_TABLE:of_{name}", "pool", "ingress_lossless_pool", *fields)
    for table in APPLIED:
        for key, row in config[table].items():
            port = key.partition("|")[0]
            computed = {"profile": f"of_{port}"}
            applied = {**row, **(computed if row.get("profile") == "NULL" else {})}
            yield ("HSET", f"{table}_TABLE:{key.replace('|', ':')}", *_pairs(applied))
    for table in LISTS:
        for key, row in config[table].items():
            yield ("HSET", f"{table}_TABLE:{key}", *_pairs(row))
