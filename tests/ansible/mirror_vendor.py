"""A maker's server for the mirror's tests: a signed apt repository of tiny packages, and faults."""

import gzip
import hashlib
import importlib.util
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

from ansible import module_utils  # type: ignore[import-untyped]

ORIGIN = "Maker"
PIECE_BYTES = 1 << 14


def load(root: Path) -> ModuleType:
    """Load module `railwright_mirror` with the files that Ansible packs beside it."""
    beside = str(root / "playbooks/roles/mirror/module_utils")
    if beside not in module_utils.__path__:
        module_utils.__path__.append(beside)
    path = root / "playbooks/library/railwright_mirror.py"
    spec = importlib.util.spec_from_file_location("railwright_mirror", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def gpg(home: Path, *words: str, given: bytes = b"") -> bytes:
    command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--yes"]
    command += ["--pinentry-mode", "loopback", "--passphrase", "", *words]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


class Key:
    """A signing key in a home of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700)
        self.home = home
        gpg(home, "--quick-generate-key", "a maker", "rsa2048", "sign", "never")
        rows = gpg(home, "--with-colons", "--list-keys").decode().splitlines()
        self.fingerprint = next(row.split(":")[9] for row in rows if row.startswith("fpr"))
        self.public = gpg(home, "--armor", "--export").decode()

    def stop(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "gpg-agent"], check=False)


@dataclass
class Served:
    """What a server was asked, and what it does wrong: by path below its folder."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    cut: dict[str, int] = field(default_factory=dict)
    """Answers to break off after this many bytes, once."""
    hold: dict[str, threading.Event] = field(default_factory=dict)
    """Answers that stop half way until told."""
    sizeless: set[str] = field(default_factory=set)
    """Files whose size is not told to HEAD."""

    def ranges(self, path: str) -> list[str]:
        return [given for method, at, given in self.asked if (method, at) == ("GET", path)]


class Handler(SimpleHTTPRequestHandler):
    """Static files with byte ranges."""

    def __init__(self, *words: Any, served: Served, **options: Any) -> None:
        self.served = served
        super().__init__(*words, **options)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_GET(self) -> None:
        self._answer("GET")

    def _answer(self, method: str) -> None:
        given = self.headers.get("Range", "")
        self.served.asked.append((method, self.path, given))
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404, "File not found")
            return
        content = path.read_bytes()
        start = int(given.removeprefix("bytes=").removesuffix("-")) if given else 0
        if start and start >= len(content):
            self.send_error(416, "Range not satisfiable")
            return
        rest = content[start:]
        self.send_response(206 if given else 200)
        if method == "GET" or self.path not in self.served.sizeless:
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if method == "GET":
            self._send(rest)

    def _send(self, rest: bytes) -> None:
        cut = self.served.cut.pop(self.path, None)
        if cut is not None:
            self.wfile.write(rest[:cut])
            return
        if event := self.served.hold.pop(self.path, None):
            half = len(rest) // 2
            self.wfile.write(rest[:half])
            self.wfile.flush()
            event.wait(30)
            rest = rest[half:]
        for at in range(0, len(rest), PIECE_BYTES):
            self.wfile.write(rest[at : at + PIECE_BYTES])


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, Served]]:
    """Serve a folder; yields its URL and what is asked of it."""
    served = Served()
    handler = partial(Handler, served=served, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Vendor:
    """A flat repository under `repo/` and files under `files/` of a served folder."""

    folder: Path
    key: Key
    url: str
    served: Served

    def package(
        self, name: str, version: str, depends: str = "", kib: int = 0, to: Path | None = None
    ) -> Path:
        """Build a package into the repository, or into another folder; return its file."""
        build = self.folder / "build" / name
        (build / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (build / "usr/share").mkdir(parents=True, exist_ok=True)
        # Bytes that do not compress, the same in every run.
        noise = b"".join(hashlib.sha256(f"{name}{n}".encode()).digest() for n in range(kib * 32))
        (build / "usr/share" / name).write_bytes(noise)
        fields = {
            "Package": name,
            "Version": version,
            "Architecture": "all",
            "Maintainer": "a maker <maker@example.net>",
            "Depends": depends,
            "Description": "for a test",
        }
        text = "".join(f"{field}: {value}\n" for field, value in fields.items() if value)
        (build / "DEBIAN/control").write_text(text)
        repo = to or self.folder / "repo"
        repo.mkdir(exist_ok=True, parents=True)
        target = repo / f"{name}_{version.replace(':', '.')}.deb"
        command = ["dpkg-deb", "--build", "--root-owner-group", "-Zgzip", str(build), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return target

    def publish(self, key: Key | None = None, *, weak: bool = False, head: str = "") -> None:
        """Sign the repository as it is now; if `weak`, its packages have MD5 sums alone.

        `head` are further lines of its Release file.
        """
        repo = self.folder / "repo"
        command = ["dpkg-scanpackages", "--multiversion", "."]
        packages = subprocess.run(command, cwd=repo, check=True, capture_output=True).stdout
        if weak:
            packages = re.sub(rb"(?m)^SHA\d+: .*\n", b"", packages)
        files = {"Packages": packages, "Packages.gz": gzip.compress(packages)}
        rows = "".join(
            f" {hashlib.sha256(content).hexdigest()} {len(content)} {name}\n"
            for name, content in files.items()
        )
        head += f"Origin: {ORIGIN}\nSuite: s\nDate: Thu, 01 Jan 2026 00:00:00 UTC\n"
        release = f"{head}SHA256:\n{rows}".encode()
        signed = gpg((key or self.key).home, "--clearsign", given=release)
        for name, content in {**files, "Release": release, "InRelease": signed}.items():
            (repo / name).write_bytes(content)

    def artefact(self, name: str, content: bytes) -> dict[str, str]:
        (self.folder / "files").mkdir(exist_ok=True)
        (self.folder / "files" / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return {"name": name, "url": f"{self.url}/files/{name}", "sha256": digest}

    def repository(self, **changes: Any) -> dict[str, Any]:
        one: dict[str, Any] = {
            "name": "maker",
            "url": f"{self.url}/repo/",
            "suite": "/",
            "components": [],
            "check_valid_until": True,
            "key_url": f"{self.url}/key.asc",
            "key": None,
            "fingerprints": [self.key.fingerprint],
        }
        return {**one, **changes}


@contextmanager
def vendor(folder: Path, key: Key) -> Iterator[Vendor]:
    folder.mkdir()
    (folder / "key.asc").write_text(key.public)
    with serving(folder) as (url, served):
        yield Vendor(folder, key, url, served)


def options(home: Path, repositories: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return what Ansible hands to the module, for a mirror below `home`."""
    one: dict[str, Any] = {
        "root": str(home / "mirror"),
        "key_home": str(home / "key"),
        "own": str(home / "own"),
        "system": "debian-12",
        "name": f"debian-12-{changes.get('release', 'one')}",
        "kind": "apt",
        "release": "one",
        "repositories": repositories,
        "preferences": "",
        "repo_files": "",
        "packages": {},
        "artefacts": [],
        "refresh": False,
        "unit": "",
        "address": "",
        "restart": False,
    }
    return {**one, **changes}


def tree(folder: Path) -> Mapping[str, bytes | str]:
    """Return every file and link below a folder."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


RUN = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.ansible.mirror_vendor import load
print(json.dumps(load(Path(sys.argv[1])).work(json.loads(sys.argv[2]), check=False)))
"""


def command(root: Path, text: str) -> list[str]:
    """Return a command that runs the module in a process of its own, which may be killed."""
    return [sys.executable, "-c", RUN, str(root), text]


@dataclass
class Bench:
    """A maker, and a mirror below `home` that takes from there."""

    module: ModuleType
    home: Path
    maker: Vendor

    @property
    def mirror(self) -> Path:
        return self.home / "mirror"

    def wishes(self, **changes: Any) -> dict[str, Any]:
        """Return options for a driver with what it needs, and one archive."""
        given: dict[str, Any] = {
            "packages": {"driver": "1:580.1~rc1+b-1", "system": None},
            "artefacts": [self.maker.artefact("hpcx.tbz", b"h" * 5000)],
            "repositories": [self.maker.repository()],
            **changes,
        }
        return options(self.home, given.pop("repositories"), **given)

    def converge(self, *, check: bool = False, **changes: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.module.work(self.wishes(**changes), check=check)
        return result

    def refused(self, **changes: Any) -> str:
        """Return the message of a run that must fail."""
        try:
            self.module.work(self.wishes(**changes), check=False)
        except self.module.MirrorError as err:
            return str(err)
        raise AssertionError("the run went through")


@contextmanager
def bench(root: Path, home: Path) -> Iterator[Bench]:
    """Yield a maker with four packages. `home` has a short name: gpg's agent has its socket there.

    Raises: FileNotFoundError without the programs of a Debian system.
    """
    key = Key(home / "g")
    try:
        with vendor(home / "maker", key) as made:
            made.package("driver", "1:580.1~rc1+b-1", "library (>= 2), system")
            made.package("library", "2.0", kib=64)
            made.package("system", "5")
            made.package("unasked", "1")
            made.publish()
            yield Bench(load(root), home, made)
    finally:
        key.stop()
