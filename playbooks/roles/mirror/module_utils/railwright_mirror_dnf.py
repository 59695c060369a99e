"""dnf's part of the mirror: packages with what they need, and the signed metadata of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible.module_utils.railwright_mirror_keys import keyring, sign
from ansible.module_utils.railwright_mirror_store import MirrorError, run, write

RELEASE = "9"
TOOLS_REMEDY = "see that addresses and versions in the release are right, then run again"


class DnfRoot:
    """A private root of dnf: its own repositories and keys, and nothing installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay_out(self, repositories: list[dict[str, Any]]) -> None:
        """Write the repositories and import their keys, which every package is checked with.

        Raises: MirrorError for a key that is not the wanted one.
        """
        for name in ("repos", "keys", "root", "rpmdb"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(repositories):
            key = self.folder / "keys" / f"{number}.asc"
            write(key, keyring(one, armor=True))
            lines = {
                "name": one["name"],
                "baseurl": one["url"],
                "enabled": "1",
                "gpgcheck": "1",
                "gpgkey": key.as_uri(),
                "includepkgs": " ".join(one["only"]),
                "excludepkgs": " ".join(one["never"]),
            }
            text = "".join(f"{name}={value}\n" for name, value in lines.items() if value)
            write(self.folder / "repos" / f"{number}.repo", f"[rw{number}]\n{text}".encode())
            self._rpmkeys("--import", str(key))

    def missing(self, packages: dict[str, str | None]) -> list[str]:
        """Return a sentence for each package that no repository has in the wanted version."""
        asked = ["repoquery", "--qf", "%{name} %{epoch}:%{version}-%{release}", *sorted(packages)]
        rows = [line.split() for line in self._dnf(*asked, "--showduplicates").splitlines()]
        there = {(name, version) for name, version in rows}
        there |= {(name, version.split(":", 1)[1]) for name, version in rows}
        names = {name for name, _ in rows}
        return [
            f"{name}{f' {version}' if version else ''}"
            for name, version in sorted(packages.items())
            if (name not in names if version is None else (name, version) not in there)
        ]

    def files(self, packages: dict[str, str | None]) -> list[str]:
        """Return the file names of the packages and of all they need, sorted."""
        text = self._dnf("download", "--resolve", "--alldeps", "--url", *_asked(packages))
        urls = [line for line in text.splitlines() if line.startswith(("http:", "https:"))]
        return sorted({unquote(Path(urlsplit(url).path).name) for url in urls})

    def download(self, packages: dict[str, str | None], pool: Path) -> None:
        """Fetch what the pool lacks and check the signature of every package in it.

        Raises: MirrorError with what dnf or rpm says.
        """
        pool.mkdir(parents=True, exist_ok=True)
        words = ["download", "--resolve", "--alldeps", "--destdir", str(pool)]
        self._dnf(*words, *_asked(packages))
        for path in sorted(pool.glob("*.rpm")):
            if self._rpmkeys("--checksig", str(path)).returncode:
                path.unlink()
                raise MirrorError(
                    f"{path.name}: its signature is not of a key the release names",
                    "it was removed: take nothing from there until its maker says why",
                )

    def _dnf(self, *words: str) -> str:
        options = {
            "installroot": self.folder / "root",
            "releasever": RELEASE,
            "setopt=reposdir": self.folder / "repos",
            "setopt=cachedir": self.folder / "cache",
            "setopt=install_weak_deps": "False",
        }
        asked = [f"--{name}={value}" for name, value in options.items()]
        done = run(["dnf", "--quiet", "--assumeyes", *asked, *words])
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise MirrorError(f"dnf {words[0]}: {said}", TOOLS_REMEDY)
        return str(done.stdout.decode())

    def _rpmkeys(self, *words: str) -> Any:
        return run(["rpmkeys", "--dbpath", str(self.folder / "rpmdb"), *words])


def _asked(packages: dict[str, str | None]) -> list[str]:
    return sorted(f"{name}-{version}" if version else name for name, version in packages.items())


def index(folder: Path, names: list[str], home: Path) -> None:
    """Write the signed metadata of packages that lie in `pool/` beside it. Raises: MirrorError."""
    listing = folder / "names"
    write(listing, "".join(f"pool/{name}\n" for name in names).encode())
    done = run(["createrepo_c", "--quiet", "--pkglist", str(listing), str(folder)])
    listing.unlink()
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise MirrorError(f"createrepo_c: {said}", "see that createrepo_c works there")
    metadata = folder / "repodata/repomd.xml"
    sign(home, metadata, folder / "repodata/repomd.xml.asc", detached=True)
