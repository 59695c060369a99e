"""Keys: those of the repositories, taken by fingerprint only, and the mirror's own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.railwright_mirror_store import MirrorError, read_url, run, write

SYSTEM_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
)
TRUSTED = "/etc/apt/trusted.gpg.d"
OWNER = "railwright mirror"
GPG = ["gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]


def keyring(repository: dict[str, Any], *, armor: bool = False) -> bytes:
    """Return the keys a repository may be signed with, as text with `armor`.

    Given text is trusted as it is (the site's own key); a fetched key only with a fingerprint the
    release names; without either the keys that this system trusts already.
    Raises: MirrorError when no key has the wanted fingerprint.
    """
    origin, blobs, wanted = _offered(repository)
    return _picked(repository["name"], origin, blobs, wanted, armor=armor)


def _offered(repository: dict[str, Any]) -> tuple[str, list[bytes], set[str]]:
    """Return where keys come from, the key files, and the fingerprints of which one is needed."""
    name, wanted = repository["name"], set(repository["fingerprints"])
    if repository["key"]:
        return "the key given", [repository["key"].encode()], set()
    if repository["key_url"]:
        if not wanted:
            raise MirrorError(
                f"{name}: the release names no fingerprint for {repository['key_url']}",
                "add `fingerprints` to the repository in the release",
            )
        blob = read_url(repository["key_url"], name=f"key of {name}")
        return repository["key_url"], [blob], wanted
    paths = [Path(one) for one in SYSTEM_KEYRINGS]
    paths += sorted(one for one in Path(TRUSTED).glob("*") if one.suffix in {".gpg", ".asc"})
    blobs = [path.read_bytes() for path in paths if path.is_file()]
    return "the keyring of this system", blobs, wanted


def fingerprints(blob: bytes, home: Path) -> list[str]:
    """Return the fingerprints of the primary keys in a key file, in their order."""
    listed = run([*GPG, "--with-colons", "--show-keys"], blob, home).stdout.decode()
    found, primary = [], False
    for line in listed.splitlines():
        fields = line.split(":")
        if fields[0] == "pub":
            primary = True
        elif fields[0] == "fpr" and primary:
            found.append(fields[9])
            primary = False
    return found


def _picked(name: str, origin: str, blobs: list[bytes], wanted: set[str], *, armor: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="rw-keys-") as folder:
        home = Path(folder)
        found = [one for blob in blobs for one in fingerprints(blob, home)]
        taken = sorted(set(found) & wanted) if wanted else sorted(set(found))
        if not taken:
            got = ", ".join(found) or "no key at all"
            raise MirrorError(
                f"{name}: {origin} has {got}; wanted {' or '.join(sorted(wanted)) or 'a key'}",
                "nothing is taken from there: ask the maker which is right and correct the "
                "fingerprint in the release only then",
            )
        for blob in blobs:
            run([*GPG, "--import"], blob, home)
        form = ["--armor"] if armor else []
        return bytes(run([*GPG, *form, "--export", *taken], home=home).stdout)


def own_fingerprint(home: Path) -> str:
    """Return the fingerprint of the mirror's key, empty before there is one."""
    if not home.is_dir():
        return ""
    listed = run([*GPG, "--with-colons", "--list-secret-keys"], home=home).stdout.decode()
    rows = [line.split(":") for line in listed.splitlines()]
    return next((row[9] for row in rows if row[0] == "fpr"), "")


def ensure_own(home: Path, public: Path) -> str:
    """Make the mirror's key unless there is one, export its public half, return its fingerprint.

    Raises: MirrorError with gpg's words.
    """
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    if not own_fingerprint(home):
        asked = [*GPG, "--quick-generate-key", OWNER, "rsa3072", "sign", "never"]
        _must(run(asked, home=home), "no signing key can be made")
    fingerprint = own_fingerprint(home)
    exported = run([*GPG, "--armor", "--export", fingerprint], home=home)
    _must(exported, "the signing key cannot be exported")
    if not public.is_file() or public.read_bytes() != exported.stdout:
        write(public, exported.stdout)
    return fingerprint


def sign(home: Path, source: Path, target: Path, *, detached: bool) -> None:
    """Sign a file: beside it (`detached`) or around its text. Raises: MirrorError."""
    how = ["--armor", "--detach-sign"] if detached else ["--clearsign"]
    done = run([*GPG, "--yes", *how, "--output", str(target), str(source)], home=home)
    _must(done, f"{source.name} cannot be signed")


def stop_agent(home: Path) -> None:
    """End the agent that gpg left running for our home."""
    if home.is_dir():
        run(["gpgconf", "--kill", "gpg-agent"], home=home)


def _must(done: Any, what: str) -> None:
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split())
        full = "No space left" in words
        remedy = "make room and run again" if full else "see that gpg and gpg-agent work there"
        raise MirrorError(f"{what}: gpg says: {words}", remedy)
