"""dnf's part of the mirror: packages with what they need, and the signed metadata of that."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible.module_utils.railwright_mirror_keys import keyring, sign
from ansible.module_utils.railwright_mirror_store import MirrorError, run, write

RELEASE = "9"
TOOLS_REMEDY = "see that addresses and versions in the release are right, then run again"
CONFIG = b"[main]\nbest=True\ninstall_weak_deps=False\nskip_if_unavailable=False\n"
CLOSURE = ["download", "--resolve", "--alldeps", "--arch=x86_64,noarch"]
"""Packages and all they need; without its architectures dnf adds a 32-bit twin of each."""
SIGNED = {"_pkgverify_level": "signature", "_pkgverify_flags": "0x0"}
"""rpm's macros by which a package without a signature is none that is in order."""


class DnfRoot:
    """A private root of dnf: its own repositories and keys, and nothing installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay_out(self, repositories: list[dict[str, Any]], repo_files: str) -> None:
        """Write `repo_files` (a .repo file's text) and import the keys of the repositories.

        Nothing stays of what was laid out there before. Raises: MirrorError for a key that is not
        the wanted one, or that rpm does not take.
        """
        for name in ("repos", "keys", "rpmdb"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("repos", "keys", "rpmdb", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write(self.folder / "dnf.conf", CONFIG)
        write(self.folder / "repos/railwright.repo", repo_files.encode())
        for number, one in enumerate(repositories):
            key = self.folder / "keys" / f"{number}.asc"
            write(key, keyring(one, armor=True))
            done = self._rpmkeys("--import", str(key))
            if done.returncode:
                raise MirrorError(
                    f"{one['name']}: rpm does not take its key: {_said(done)}",
                    "see which keys the cryptographic policy of this server allows",
                )

    def missing(self, packages: dict[str, str | None]) -> list[str]:
        """Return a sentence for each package that no repository has in the wanted version."""
        asked = ["repoquery", "--qf", "%{name} %{epoch}:%{version}-%{release}", *sorted(packages)]
        rows = [line.split() for line in self._dnf(*asked, "--showduplicates").splitlines()]
        versions: dict[str, set[str]] = {}
        for name, version in (row for row in rows if len(row) == 2):
            versions.setdefault(name, set()).update((version, version.split(":", 1)[1]))
        return [
            f"{name}{f' {version}' if version else ''}"
            for name, version in sorted(packages.items())
            if (name not in versions if version is None else version not in versions.get(name, ()))
        ]

    def files(self, packages: dict[str, str | None]) -> list[str]:
        """Return the file names of the packages and of all they need, sorted."""
        text = self._dnf(*CLOSURE, "--url", *_asked(packages))
        urls = [line for line in text.splitlines() if line.startswith(("http:", "https:"))]
        return sorted({unquote(Path(urlsplit(url).path).name) for url in urls})

    def download(self, packages: dict[str, str | None], names: list[str], pool: Path) -> None:
        """Fetch what the pool lacks and check the signature of every file that is wanted.

        `names` are those files, as `files` returns them; what lies beside them is of the release
        before, signed by its keys. Raises: MirrorError with what dnf or rpm says.
        """
        pool.mkdir(parents=True, exist_ok=True)
        self._dnf(*CLOSURE, "--destdir", str(pool), *_asked(packages))
        how = [word for name, value in SIGNED.items() for word in ("--define", f"{name} {value}")]
        for name in names:
            if not (pool / name).is_file():
                what = f"{name}: dnf fetched something else, the repository was changed meanwhile"
                raise MirrorError(what, "run again")
            if self._rpmkeys(*how, "--checksig", str(pool / name)).returncode:
                (pool / name).unlink()
                raise MirrorError(
                    f"{name}: it has no signature of a key the release names",
                    "it was removed: take nothing from there until its maker says why",
                )

    def _dnf(self, *words: str) -> str:
        options = {
            "config": self.folder / "dnf.conf",
            "installroot": self.folder / "root",
            "releasever": RELEASE,
            "setopt=reposdir": self.folder / "repos",
            "setopt=cachedir": self.folder / "cache",
            "setopt=module_platform_id": f"platform:el{RELEASE}",
        }
        asked = [f"--{name}={value}" for name, value in options.items()]
        done = run(["dnf", "--quiet", "--assumeyes", *asked, *words])
        if done.returncode:
            raise MirrorError(f"dnf {words[0]}: {_said(done)}", TOOLS_REMEDY)
        return str(done.stdout.decode())

    def _rpmkeys(self, *words: str) -> Any:
        return run(["rpmkeys", "--dbpath", str(self.folder / "rpmdb"), *words])


def _asked(packages: dict[str, str | None]) -> list[str]:
    return sorted(f"{name}-{version}" if version else name for name, version in packages.items())


def _said(done: Any) -> str:
    return " ".join(done.stderr.decode(errors="replace").split())


def index(folder: Path, names: list[str], home: Path) -> None:
    """Write the signed metadata of packages that lie in `pool/` beside it. Raises: MirrorError."""
    listing = folder / "names"
    write(listing, "".join(f"pool/{name}\n" for name in names).encode())
    done = run(["createrepo_c", "--quiet", "--pkglist", str(listing), str(folder)])
    listing.unlink()
    if done.returncode:
        raise MirrorError(f"createrepo_c: {_said(done)}", "see that createrepo_c works there")
    metadata = folder / "repodata/repomd.xml"
    sign(home, metadata, folder / "repodata/repomd.xml.asc", detached=True)
