"""apt's part of the mirror: what the wanted packages need, and the signed index of that."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ansible.module_utils.railwright_mirror_keys import keyring, sign
from ansible.module_utils.railwright_mirror_own import NAME, repository
from ansible.module_utils.railwright_mirror_store import Item, MirrorError, run, write

URI = re.compile(r"^'(?P<url>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$")
WORD = re.compile(r"[^\s\[\]'\"]+")
OTHER_SUMS = ("MD5sum:", "SHA1:", "SHA512:", "Filename:")
OPTIONS = {
    "Acquire::ForceHash": "SHA256",
    "Acquire::Languages": "none",
    "Acquire::Retries": "2",
    "Acquire::http::Timeout": "30",
    "Acquire::https::Timeout": "30",
    # The private folders are root's alone, so apt's own user could not read them.
    "APT::Sandbox::User": "root",
    "APT::Get::List-Cleanup": "true",
    "APT::Install-Recommends": "false",
    "APT::Install-Suggests": "false",
    "APT::Update::Error-Mode": "any",
    "Debug::NoLocking": "true",
}
CAUSES = (
    (r"No space left", "make room and run again; what is served stayed as it was"),
    (
        r"NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|not signed|signatures? (couldn't|were invalid)",
        "the repository is not signed by the key the release names: take nothing from it until "
        "its maker says why",
    ),
    (
        r"Hash Sum mismatch|File has unexpected size",
        "the repository is being changed or a proxy serves old files: run again later",
    ),
    (
        r"resolve|connect|timed out|refused|unreachable|404|No route",
        "give this server a way there (route, DNS, proxy) or a site's copy as `upstream`",
    ),
)


class AptRoot:
    """A private root of apt: its own sources, keys and lists, and nothing installed."""

    def __init__(self, folder: Path, architecture: str) -> None:
        self.folder, self.architecture = folder, architecture

    def lay_out(
        self, repositories: list[dict[str, Any]], preferences: str, own: list[Item]
    ) -> None:
        """Write sources, pins and keys; `own` are packages of the site.

        Raises: MirrorError for a key that is not the wanted one, or what is no repository.
        """
        for name in ("etc", "lists/partial", "archives/partial", "keys"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write(self.folder / "status", b"")
        lines = []
        for number, one in enumerate(repositories):
            words = [one["url"], one["suite"], *one["components"]]
            if not all(WORD.fullmatch(word) for word in words):
                raise MirrorError(f"{one['name']}: no repository: {words}", "correct the release")
            keys = self.folder / "keys" / f"{number}.gpg"
            write(keys, keyring(one))
            how = f"arch={self.architecture} signed-by={keys}"
            how += "" if one["check_valid_until"] else " check-valid-until=no"
            lines.append(f"deb [{how}] {' '.join(words)}\n")
        if own:
            folder = self.folder / "own"
            found = {"Packages": repository(own, folder)}
            write(folder / "Release", release({"Origin": NAME, "Label": NAME}, found))
            lines.append(f"deb [arch={self.architecture} trusted=yes] file:{folder} ./\n")
        write(self.folder / "etc/sources.list", "".join(lines).encode())
        self.prefer(preferences)

    def prefer(self, preferences: str) -> None:
        """Write the pins (apt_preferences(5))."""
        write(self.folder / "etc/preferences", preferences.encode())

    def update(self) -> None:
        """Read the indices, signatures checked. Raises: MirrorError with what apt says."""
        done = self._apt("apt-get", "update")
        if done.returncode:
            said = _complaints(done)
            remedy = next(
                (remedy for pattern, remedy in CAUSES if re.search(pattern, said)),
                "see that the address and the suite in the release are right",
            )
            raise MirrorError(f"the package indices cannot be read: {said}", remedy)

    def missing(self, packages: dict[str, str | None]) -> list[str]:
        """Return a sentence for each package that no repository has in the wanted version."""
        text = self._apt("apt-cache", "madison", *sorted(packages)).stdout.decode()
        versions: dict[str, list[str]] = {}
        for line in text.splitlines():
            name, version, *_ = (word.strip() for word in line.split("|"))
            versions.setdefault(name, []).append(version)
        found = []
        for name, version in sorted(packages.items()):
            there = versions.get(name, [])
            if there and (version is None or version in there):
                continue
            others = f" (there: {', '.join(there[:3])})" if there else ""
            found.append(f"{name}{f' {version}' if version else ''}{others}")
        return found

    def closure(self, packages: dict[str, str | None], pool: str) -> list[Item]:
        """Return the packages and all they depend on, sorted by name.

        Raises: MirrorError when they cannot be installed together.
        """
        if not packages:
            return []
        asked = [f"{name}={version}" if version else name for name, version in packages.items()]
        words = ["--yes", "-q", "--no-remove", "--print-uris", "install", *sorted(asked)]
        done = self._apt("apt-get", *words)
        if done.returncode:
            raise MirrorError(
                f"the packages cannot be installed together: {_unmet(done)}",
                "a repository lacks a dependency, or the release pins what excludes each other",
            )
        rows = [row for line in done.stdout.decode().splitlines() if (row := URI.match(line))]
        named = [line for line in done.stdout.decode().splitlines() if line.startswith("'")]
        if len(rows) != len(named):
            raise MirrorError(
                "a repository has no SHA256 sums", "it is too old to be trusted: use another"
            )
        return self._items(rows, pool)

    def _items(self, rows: list[Any], pool: str) -> list[Item]:
        names = {}
        for row in rows:
            name, version, architecture = unquote(row["file"])[: -len(".deb")].split("_")
            names[row["sha256"]] = (name, version, architecture)
        asked = [f"{name}={version}" for name, version, _ in names.values()]
        stanzas = {}
        for text in self._apt("apt-cache", "show", *asked).stdout.decode().split("\n\n"):
            found = re.search(r"^SHA256: ([0-9a-f]{64})$", text, re.MULTILINE)
            if found:
                stanzas[found[1]] = text.strip("\n")
        items = []
        for row in rows:
            name, version, architecture = names[row["sha256"]]
            # The sum keeps versions apart that differ by their epoch alone, without a colon.
            short = f"{version.split(':')[-1]}_{architecture}.{row['sha256'][:8]}"
            path = f"{name}_{short}.deb"
            stanza = _stanza(stanzas[row["sha256"]], f"pool/{path}")
            words = (f"{name} {version}", f"{pool}/{path}", row["url"], int(row["size"]))
            items.append(Item(*words, row["sha256"], stanza))
        return sorted(items)

    def _apt(self, program: str, *words: str) -> Any:
        places = {
            "Dir": self.folder,
            "Dir::Etc": self.folder / "etc",
            # Named one by one: a node's own settings name its sources by absolute paths.
            "Dir::Etc::sourcelist": self.folder / "etc/sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": self.folder / "etc/preferences",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::trusted": "/dev/null",
            "Dir::Etc::trustedparts": "/dev/null",
            "Dir::State": self.folder,
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder,
            "Dir::Cache::archives": self.folder / "archives",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
        }
        options = [f"-o{name}={value}" for name, value in {**places, **OPTIONS}.items()]
        return run([program, *options, *words])


def _stanza(text: str, path: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(OTHER_SUMS)]
    return "\n".join([*lines, f"Filename: {path}"]) + "\n"


def _complaints(done: Any) -> str:
    lines = done.stdout.decode(errors="replace").splitlines()
    lines += done.stderr.decode(errors="replace").splitlines()
    kept = [line[2:].strip() for line in lines if line.startswith(("E:", "W:"))]
    return " | ".join(dict.fromkeys(kept)) or f"exit status {done.returncode}"


def _unmet(done: Any) -> str:
    lines = done.stdout.decode(errors="replace").splitlines()
    kept = [" ".join(line.split()) for line in lines if re.search(r"Depends:|Conflicts:", line)]
    return " | ".join(kept) or _complaints(done)


def release(head: dict[str, str], files: dict[str, bytes]) -> bytes:
    """Return the Release file of a repository of these files."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime())
    fields = "".join(f"{name}: {value}\n" for name, value in {**head, "Date": date}.items())
    rows = (
        f" {hashlib.sha256(content).hexdigest()} {len(content)} {name}\n"
        for name, content in files.items()
    )
    return f"{fields}SHA256:\n{''.join(rows)}".encode()


def held(versions: dict[str, str]) -> str:
    """Return preferences for packages in the versions they have, where these are still there."""
    return "".join(
        f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n\n"
        for name, version in sorted(versions.items())
    )


def index(folder: Path, items: list[Item], system: str, architecture: str, home: Path) -> None:
    """Write a flat repository's signed index of packages that lie in `pool/` beside it."""
    packages = "\n".join(item.stanza for item in items).encode()
    files = {"Packages": packages, "Packages.gz": gzip.compress(packages, mtime=0)}
    head = {
        "Origin": "railwright",
        "Label": "railwright",
        "Suite": system,
        "Codename": system,
        "Architectures": architecture,
        "Description": "Packages of one stack release",
    }
    files["Release"] = release(head, files)
    for name, content in files.items():
        write(folder / name, content)
    sign(home, folder / "Release", folder / "InRelease", detached=False)
    sign(home, folder / "Release", folder / "Release.gpg", detached=True)
