"""Where a stand-in command finds the switch: its files, its databases, its lock.

`RAILWRIGHT_BOX_ROOT` puts everything under another root directory, for tests; the commands then do
not ask for root either.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import BoxError
from .fieldrules import BoxFacts
from .resp import Redis

ROOT_VARIABLE = "RAILWRIGHT_BOX_ROOT"
DATABASES = {
    "APPL_DB": 0,
    "ASIC_DB": 1,
    "COUNTERS_DB": 2,
    "CONFIG_DB": 4,
    "FLEX_COUNTER_DB": 5,
    "STATE_DB": 6,
}
REDIS_SOCKET = "var/run/redis/redis.sock"
REDIS_TCP = ("127.0.0.1", 6379)
LOCK = "var/run/railwright-config.lock"


@dataclass(frozen=True)
class Box:
    """One switch, seen from inside."""

    root: Path
    in_test: bool

    @classmethod
    def here(cls) -> "Box":
        """Return the switch this process runs in."""
        root = os.environ.get(ROOT_VARIABLE)
        return cls(Path(root or "/"), bool(root))

    def path(self, name: str) -> Path:
        """Return a path of the switch given as an absolute path on it."""
        return self.root / name.lstrip("/")

    def connect(self, database: str) -> Redis:
        """Connect to a database by SONiC's name: the socket where allowed, else TCP."""
        number = DATABASES[database]
        try:
            return Redis(str(self.path(REDIS_SOCKET)), number)
        except OSError as error:
            if self.in_test:
                raise BoxError(f"Unable to connect to redis: {error}") from error
        try:
            return Redis(REDIS_TCP, number)
        except OSError as error:
            raise BoxError(f"Unable to connect to redis: {error}") from error

    def require_root(self, message: str) -> None:
        """Raise BoxError with `message` unless root (or a test) runs this."""
        if os.geteuid() != 0 and not self.in_test:
            raise BoxError(message)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock of those who write CONFIG_DB; waits for the one who has it.

        Real SONiC has no such lock (its ConfigLock does nothing): writers there must not meet.
        """
        path = self.path(LOCK)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @cached_property
    def version(self) -> dict[str, str]:
        """The image's version file, `/etc/sonic/sonic_version.yml`: plain `name: value` lines."""
        path = self.path("/etc/sonic/sonic_version.yml")
        lines = path.read_text().splitlines() if path.exists() else []
        pairs = (line.partition(":") for line in lines if not line.startswith("#"))
        return {name.strip(): value.strip().strip("'\"") for name, mark, value in pairs if mark}

    def facts(self) -> BoxFacts:
        """Return what the updater's field rules look at."""
        redis = self.connect("STATE_DB")
        names = redis.run("KEYS", "PORT_TABLE|*")
        rows = redis.pipeline(("HGETALL", name) for name in names)
        return BoxFacts(
            self.version.get("asic_type", "vs"),
            self.version.get("build_version", ""),
            {
                name.partition("|")[2]: dict(zip(row[::2], row[1::2], strict=True))
                for name, row in zip(names, rows, strict=True)
            },
        )
