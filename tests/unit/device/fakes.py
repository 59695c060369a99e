"""A switch made of files and small programs, driven by the real shell scripts of the product."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from railwright.device.errors import InterruptError, UnreachableError
from railwright.device.observe import WORK_FOLDER
from railwright.device.session import COMMAND_TIMEOUT_S, Result
from railwright.lab import factory
from railwright.plan.model import Device, Plan

SECRETS = {"snmp_ro": "hush-hush"}
FULL_DISK = ("sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh")
"""What makes every write to a file fail for a command."""
FOLDERS = (WORK_FOLDER, "/etc/sonic", "/usr/share/sonic")

PROGRAMS = {
    "sudo": 'exec "$@"',
    "sonic-cfggen": 'cat "$FAKE_SWITCH/running.json"',
    "vtysh": 'cat "$FAKE_SWITCH/bgp.json"',
    "lldpctl": 'cat "$FAKE_SWITCH/lldp.json"',
    "ip": 'cat "$FAKE_SWITCH/routes.json"',
    "show": 'test "$*" = mac && cat "$FAKE_SWITCH/mac.txt"',
    "TSA": 'echo TSA >> "$FAKE_SWITCH/log"',
    "TSB": 'echo TSB >> "$FAKE_SWITCH/log"',
    "config": f'exec "{sys.executable}" -S -E "{Path(__file__).with_name("fake_config.py")}" "$@"',
}


class FakeClock:
    """Time that only passes while somebody sleeps; `stop_at` interrupts the run."""

    def __init__(self, stop_at: float = float("inf")) -> None:
        self.time = 0.0
        self.stop_at = stop_at

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.check()

    def check(self) -> None:
        if self.time >= self.stop_at:
            raise InterruptError("stopped")


class FakeSwitch:
    """One switch below a folder; a `Session` that runs commands in this host's shell."""

    def __init__(self, root: Path, plan: Plan, device: Device) -> None:
        self.plan, self.device, self.root = plan, device, root
        self.state = root / "state"
        self.breaks: dict[str, int] = {}
        self.full = False
        if root.exists():
            return
        for file in factory.files(plan, device):
            path = root / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        self.state.mkdir()
        (self.state / "running.json").write_bytes((root / "etc/sonic/config_db.json").read_bytes())
        (self.state / "saved.json").write_bytes((root / "etc/sonic/config_db.json").read_bytes())
        self.bgp(dict.fromkeys(self.peers, "Established"))
        self.faults()
        bin_folder = root / "bin"
        bin_folder.mkdir()
        for name, text in PROGRAMS.items():
            program = bin_folder / name
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    @property
    def name(self) -> str:
        return self.device.name

    @property
    def peers(self) -> list[str]:
        """The addresses of the planned BGP peers."""
        sessions = self.plan.sessions_of.get(self.device.name, ())
        return [session.link.peer(self.device.name).address for session in sessions]

    @property
    def running(self) -> dict[str, Any]:
        config: dict[str, Any] = json.loads((self.state / "running.json").read_text())
        return config

    @property
    def saved(self) -> dict[str, Any]:
        config: dict[str, Any] = json.loads((self.state / "saved.json").read_text())
        return config

    @property
    def log(self) -> list[str]:
        """The `config`, TSA and TSB commands that ran, in order; reading empties it."""
        path = self.state / "log"
        lines = path.read_text().split() if path.exists() else []
        path.write_text("")
        return lines

    @property
    def work(self) -> Path:
        return self.root / WORK_FOLDER.lstrip("/")

    def edit(self, table: str, key: str, **fields: str) -> None:
        """Change fields of a running row behind the product's back."""
        running = self.running
        running[table][key].update(fields)
        (self.state / "running.json").write_text(json.dumps(running))

    def drop(self, table: str, key: str) -> None:
        """Remove a running row behind the product's back."""
        running = self.running
        del running[table][key]
        (self.state / "running.json").write_text(json.dumps(running))

    def bgp(self, states: dict[str, str]) -> None:
        summary = {"ipv4Unicast": {"peers": {ip: {"state": text} for ip, text in states.items()}}}
        (self.state / "bgp.json").write_text(json.dumps(summary))

    def faults(self, **faults: str) -> None:
        named = {name.replace("_", "-"): kind for name, kind in faults.items()}
        (self.state / "faults.json").write_text(json.dumps(named))

    def break_at(self, text: str, times: int = 1) -> None:
        """Let the next commands that hold this text end in a lost connection."""
        self.breaks[text] = times

    def run(
        self,
        command: Sequence[str],
        stdin: bytes = b"",
        timeout_s: float = COMMAND_TIMEOUT_S,
    ) -> Result:
        for text, times in self.breaks.items():
            if times and any(text in word for word in command):
                self.breaks[text] = times - 1
                raise UnreachableError(f"{self.name}: the connection broke")
        (self.root / "tmp").mkdir(exist_ok=True)
        done = subprocess.run(
            [*(FULL_DISK if self.full else ()), *(self._here(word) for word in command)],
            input=self._here(stdin.decode()).encode(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
            env={
                "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
                "FAKE_SWITCH": str(self.state),
            },
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def _here(self, text: str) -> str:
        """Return the text with the switch's folders below this switch's root."""
        for folder in FOLDERS:
            text = text.replace(folder, f"{self.root}{folder}")
        return text
