"""The daemon that makes CONFIG_DB drive a lab switch: `python3 -m box.applier`.

At start it brings the switch to what CONFIG_DB says, then it follows every write. The marker file
counts what has been applied; `python3 -m box.applier --wait` returns once everything written
before the call is in effect (commands on a switch return earlier).
"""

import argparse
import json
import logging
import logging.handlers
import os
import select
import signal
import socket
import sys
import time
from contextlib import closing
from pathlib import Path

from . import configdb
from .errors import BoxError
from .resp import Redis
from .services import Applied, Services
from .subscription import CONFIG_DATABASE, Subscription
from .system import System

LOG = logging.getLogger("applier")

APPL_DATABASE = 0
STATE_DATABASE = 6
QUIET_S = 0.05
"""Writes closer together than this are applied together."""
COLLECT_LIMIT_S = 1.0
REDIS_WAIT_S = 60.0
RETRY_S = 0.2
LOG_BYTES = 1 << 20

# linux/rtnetlink.h: the group of messages about network devices
RTMGRP_LINK = 1
NETLINK_ROUTE = 0

Address = str | tuple[str, int]


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="applier", description=__doc__)
    parser.add_argument("--redis", default="/var/run/redis/redis.sock", help="path or host:port")
    parser.add_argument("--marker", type=Path, default=Path("/run/railwright/applied"))
    parser.add_argument("--log", type=Path, default=Path("/var/log/railwright-applier.log"))
    parser.add_argument("--vty-dir", type=Path, default=Path("/var/run/frr"))
    parser.add_argument(
        "--poll-s", type=float, default=2.0, help="seconds between two looks at BGP (default 2)"
    )
    parser.add_argument(
        "--lldp-interval-s", type=int, default=0, help="0 keeps lldpd's own, which is 30"
    )
    parser.add_argument(
        "--set-hostname", action="store_true", help="needs a UTS namespace of its own"
    )
    parser.add_argument(
        "--wait", action="store_true", help="wait until all writes so far are applied, then exit"
    )
    parser.add_argument("--timeout-s", type=float, default=60.0, help="for --wait (default 60)")
    return parser.parse_args(given)


def address_of(text: str) -> Address:
    """Return a unix socket path, or host and port of `host:port`."""
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and port.isdecimal() else text


def main(given: list[str] | None = None) -> int:
    """Run the daemon, or wait for it; return the exit status."""
    options = arguments(given)
    address = address_of(options.redis)
    if options.wait:
        return 0 if wait_applied(address, options.marker, options.timeout_s) else 1
    handler = logging.handlers.RotatingFileHandler(options.log, maxBytes=LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    stop, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # the wake-up descriptor tells the loop
    try:
        return _serve(options, address, stop)
    finally:
        options.marker.unlink(missing_ok=True)
        LOG.info("stopped")


def _serve(options: argparse.Namespace, address: Address, stop: socket.socket) -> int:
    """Follow CONFIG_DB until told to stop; connect again when redis was restarted."""
    applied = Applied(options.marker)
    system = System(options.vty_dir, options.lldp_interval_s, options.set_hostname)
    lost_at = time.monotonic()
    while True:
        try:
            with (
                closing(Subscription(address)) as subscription,
                closing(Redis(address, CONFIG_DATABASE)) as redis,
                closing(Redis(address, STATE_DATABASE)) as state_db,
                closing(Redis(address, APPL_DATABASE)) as appl_db,
            ):
                redis.run("CONFIG", "SET", "notify-keyspace-events", "AKE")
                services = Services(redis, state_db, appl_db, system, applied)
                services.start()
                lost_at = float("inf")
                _follow(services, subscription, stop, options.poll_s)
                return 0
        except (OSError, BoxError) as error:
            lost_at = min(lost_at, time.monotonic())
            if time.monotonic() > lost_at + REDIS_WAIT_S:
                LOG.error("redis at %s: %s; giving up", address, error)
                return 1
            LOG.warning("redis at %s: %s", address, error)
        if select.select([stop], [], [], RETRY_S)[0]:
            return 0


def _follow(
    services: Services, subscription: Subscription, stop: socket.socket, poll_s: float
) -> None:
    """Apply events until told to stop. Raises OSError when redis is gone."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as devices:
        devices.bind((0, RTMGRP_LINK))
        devices.setblocking(False)
        watched: list[socket.socket | Subscription] = [stop, devices, subscription]
        while True:
            ready = select.select(watched, [], [], poll_s)[0]
            if stop in ready:
                return
            if devices in ready:
                _drain(devices)
                services.links_changed()
            if subscription in ready:
                services.handle(subscription.collect(QUIET_S, COLLECT_LIMIT_S))
            if not ready:
                services.poll()


def _drain(devices: socket.socket) -> None:
    """Throw away queued messages: they only say that something changed."""
    time.sleep(QUIET_S)
    try:
        while devices.recv(1 << 16):
            pass
    except OSError:  # empty, or overrun, which is as good
        return


def wait_applied(address: Address, marker: Path, timeout_s: float) -> bool:
    """Wait until the daemon has applied everything written so far; return whether it did."""
    sync = f"{os.getpid()}-{time.monotonic_ns()}"
    message = json.dumps({"event": "sync", "id": sync})
    deadline = time.monotonic() + timeout_s
    heard = False
    while time.monotonic() < deadline:
        try:
            if not heard:
                redis = Redis(address, CONFIG_DATABASE)
                heard = redis.run("PUBLISH", configdb.CHANNEL, message) > 0
                redis.close()
            if heard and sync in json.loads(marker.read_text())["syncs"]:
                return True
        except (OSError, BoxError, ValueError):
            heard = heard and marker.exists()
        time.sleep(0.05)
    sys.stderr.write(f"not applied within {timeout_s:g} s; see the log of the applier\n")
    return False


if __name__ == "__main__":
    raise SystemExit(main())
