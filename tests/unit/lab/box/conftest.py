"""A box as its commands see it: a root directory, a redis in it, a copy of the box folder."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import railwright.lab.box as box_package
from railwright.lab.box import configdb
from railwright.lab.box.commands import COMMANDS
from railwright.lab.box.configdb import Config
from railwright.lab.box.context import REDIS_SOCKET, ROOT_VARIABLE
from railwright.lab.box.resp import Redis
from tests.unit.lab.box.sample import leaf

START_S = 10.0
VERSION = """---
build_version: 'SONiC-OS-master.20260823.1'
debian_version: '12.5'
asic_type: mellanox
"""


class Switch:
    """A box: a root directory, a redis in it, the commands."""

    def __init__(self, root: Path, commands: Path) -> None:
        self.root = root
        self.commands = commands

    def connect(self, database: int = 4) -> Redis:
        return Redis(str(self.root / REDIS_SOCKET), database)

    def run(self, *words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-IS", str(self.commands / words[0]), *words[1:]],
            env={ROOT_VARIABLE: str(self.root), "PATH": os.environ["PATH"]},
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def ok(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def file(self, name: str, data: Any) -> str:
        path = self.root / name
        path.write_text(json.dumps(data))
        return str(path)

    def config(self) -> Config:
        return configdb.read(self.connect())


@pytest.fixture(scope="module")
def box() -> Iterator[Switch]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing")
    # a unix socket's path must be short, which pytest's directories are not
    with tempfile.TemporaryDirectory(prefix="rwbox") as name:
        root = Path(name)
        socket = root / REDIS_SOCKET
        socket.parent.mkdir(parents=True)
        (root / "etc/sonic").mkdir(parents=True)
        (root / "etc/sonic/sonic_version.yml").write_text(VERSION)
        home = root / "home"
        source = Path(next(iter(box_package.__path__)))
        shutil.copytree(source, home / "box", ignore=shutil.ignore_patterns("__pycache__"))
        commands = root / "bin"
        commands.mkdir()
        for command in COMMANDS:
            (commands / command).symlink_to(home / "box/launcher.py")
        arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", name]
        server = subprocess.Popen(["redis-server", *arguments], stdout=subprocess.DEVNULL)
        try:
            wait_for(socket)
            yield Switch(root, commands)
        finally:
            server.terminate()
            server.wait()


def wait_for(socket: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            Redis(str(socket), 0).close()
            return
        time.sleep(0.02)
    pytest.fail(f"redis-server does not answer at {socket}")


@pytest.fixture
def switch(box: Switch) -> Switch:
    """A box whose running configuration is the sample."""
    redis = box.connect()
    redis.run("FLUSHALL")
    configdb.replace_all(redis, leaf(), "rows")
    shutil.rmtree(box.root / "etc/sonic/checkpoints", ignore_errors=True)
    (box.root / "etc/sonic/config_db.json").unlink(missing_ok=True)
    return box


class Notices:
    """What is told on the channel from now on."""

    def __init__(self, switch: Switch) -> None:
        self._redis = switch.connect()
        self._redis.run("SUBSCRIBE", configdb.CHANNEL)
        self._end = switch.connect()

    def all(self) -> list[dict[str, Any]]:
        """Return the notices so far."""
        self._end.run("PUBLISH", configdb.CHANNEL, "end")
        notices = []
        while (text := self._redis.pipeline([("PING",)])[0]) != [
            "message",
            configdb.CHANNEL,
            "end",
        ]:
            if text[0] == "message":
                notices.append(json.loads(text[2]))
        return notices
