"""What the mirror's real nginx gives away, and what it does not."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright import api
from railwright.emitters import mirror
from railwright.plan.stack import mirror_of, stack_of
from tests.ansible.test_mirror_play import intent_with_mirror

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
PASSING = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def served(root: Path, tmp_path: Path) -> Iterator[str]:
    """The mirror's own settings, with this test's folder, address and user; yields the URL."""
    plan = api.load_plan(intent_with_mirror(root, tmp_path)).plan
    stack, device = stack_of(plan), mirror_of(plan)
    assert stack is not None
    assert device is not None
    port, folder = free_port(), tmp_path / "mirror"
    (folder / ".work").mkdir(parents=True)
    (folder / "indices/debian-12/x").mkdir(parents=True)
    (folder / "indices/debian-12/x/InRelease").write_text("signed")
    (folder / "debian-12-2026.07").symlink_to("indices/debian-12/x")
    for name in (".work/debian-12.json", ".debian-12.new", "indices/debian-12/x/.Packages.new"):
        (folder / name).write_text("secret")
    text = next(
        one.content.decode() for one in mirror.server(stack, device) if one.path == mirror.CONFIG
    )
    passing = "".join(f"{one}_temp_path {tmp_path}/{one}; " for one in PASSING)
    for old, new in {
        "user www-data;": "user root;",
        "/run/railwright-mirror.pid": f"{tmp_path}/pid",
        f"listen {device.management.address}:8080;": f"listen 127.0.0.1:{port};",
        f"root {mirror.ROOT};": f"root {folder};",
        "access_log off;": f"access_log off; {passing}",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    config = tmp_path / "nginx.conf"
    config.write_text(text)
    command = [str(NGINX), "-c", str(config), "-g", "daemon off;"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            if running.poll() is not None or answer(url, "/") != 0:
                break
            time.sleep(0.05)
        assert running.poll() is None, running.stderr and running.stderr.read()
        yield url
    finally:
        running.terminate()
        running.communicate(timeout=20)


def answer(url: str, path: str, method: str = "GET") -> int:
    """Return the status of an answer, 0 for none."""
    asked = urllib.request.Request(f"{url}{path}", method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=10) as got:
            return int(got.status)
    except urllib.error.HTTPError as err:
        err.close()
        return err.code
    except OSError:
        return 0


def test_what_is_not_to_be_seen_is_not_there(served: str) -> None:
    assert answer(served, "/debian-12-2026.07/InRelease") == 200
    for path in (
        "/.work/debian-12.json",
        "/.debian-12.new",
        "/debian-12-2026.07/.Packages.new",
        "/indices/debian-12/x/.Packages.new",
        "/%2ework/debian-12.json",
        "/indices/..%2f.work/debian-12.json",
    ):
        assert answer(served, path) == 404, path
    for path in ("/", "/indices/"):  # no listing
        assert answer(served, path) == 403, path


def test_nothing_can_be_written(served: str) -> None:
    for method in ("PUT", "DELETE", "POST", "MKCOL"):
        assert answer(served, "/debian-12-2026.07/InRelease", method) == 403, method
    assert answer(served, "/debian-12-2026.07/InRelease", "HEAD") == 200
