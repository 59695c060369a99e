"""Package repositories as folders: flat or with components, indexed and signed (apt-secure(8))."""

import gzip
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from railwright.lab.shell import run
from railwright.lab.standin.debs import Deb, build

_DATE = "Thu, 01 Jan 2026 00:00:00 UTC"
_USER = "railwright lab packages"


@contextmanager
def signing() -> Iterator["Signer"]:
    """Make a throw-away key, and leave nothing of its secret part."""
    # not below the cache: the agent's socket takes a short path only
    with tempfile.TemporaryDirectory(prefix="railwright-") as home:
        signer = Signer(Path(home))
        try:
            yield signer
        finally:
            signer.close()


class Signer:
    """A key that signs; it is gone when the folder `home` is removed."""

    def __init__(self, home: Path) -> None:
        """Make the key."""
        self._home = home
        self._gpg("--quick-generate-key", _USER, "ed25519", "sign", "never")

    def public(self) -> bytes:
        """Return the public key, armoured."""
        return self._gpg("--armor", "--export", _USER).encode()

    def sign(self, release: Path) -> None:
        """Write InRelease and Release.gpg beside a Release file."""
        folder = release.parent
        self._gpg("--clearsign", "--output", str(folder / "InRelease"), str(release))
        detached = ("--armor", "--detach-sign", "--output", str(folder / "Release.gpg"))
        self._gpg(*detached, str(release))

    def close(self) -> None:
        """End the agent that gpg left running for the key."""
        run(["gpgconf", "--homedir", str(self._home), "--kill", "all"])

    def _gpg(self, *words: str) -> str:
        options = ("--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
        return run(["gpg", "--homedir", str(self._home), *options, *words])


def write(
    root: Path,
    debs: Iterable[Deb],
    suite: str,
    components: tuple[str, ...],
    origin: str,
    signer: Signer,
) -> None:
    """Write a repository; packages go to the first component, the others are empty."""
    is_flat = suite.endswith("/")
    pool = "." if is_flat else f"pool/{components[0]}"
    entries = sorted(_stored(root, pool, debs))
    folder = root / suite.strip("/") if is_flat else root / "dists" / suite
    folder.mkdir(parents=True, exist_ok=True)
    indices: dict[str, bytes] = {}
    for number, component in enumerate(components or ("",)):
        content = "\n".join(text for _, text in entries if number == 0).encode()
        place = f"{component}/binary-amd64/" if component else ""
        indices[f"{place}Packages"] = content
        indices[f"{place}Packages.gz"] = gzip.compress(content, 1, mtime=0)
    for name, content in indices.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "Release").write_text(_release(suite, components, origin, indices))
    signer.sign(folder / "Release")


def _stored(root: Path, pool: str, debs: Iterable[Deb]) -> Iterator[tuple[str, str]]:
    """Write packages; yield each one's name and its record of the index."""
    (root / pool).mkdir(parents=True, exist_ok=True)
    for deb in debs:
        content = build(deb)
        name = f"{pool}/{deb.file_name}"
        (root / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        yield (
            f"{deb.name} {deb.version}",
            f"{deb.control()}Filename: {name}\nSize: {len(content)}\nSHA256: {digest}\n",
        )


def _release(
    suite: str, components: tuple[str, ...], origin: str, indices: Mapping[str, bytes]
) -> str:
    lines = [f"Origin: {origin}", f"Label: {origin}"]
    if components:
        lines += [f"Suite: {suite}", f"Codename: {suite}", f"Components: {' '.join(components)}"]
    lines += ["Architectures: amd64 all", f"Date: {_DATE}", "SHA256:"]
    for name, content in sorted(indices.items()):
        lines.append(f" {hashlib.sha256(content).hexdigest()} {len(content)} {name}")
    return "\n".join(lines) + "\n"
