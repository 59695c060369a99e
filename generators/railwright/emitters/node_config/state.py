"""What one role wants of one node, as a value: files, packages, units and what else is looked at.

Everything here is compared with what the node is before anything is done there.
"""

from dataclasses import dataclass

from railwright.files import OutputFile


@dataclass(frozen=True, slots=True)
class Package:
    """A package by name; `version` is None where any will do."""

    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit.

    `running` is None where nothing is said of it (a unit started by an event or a timer's own
    service). `needs` are kernel modules without which it cannot run: while one is not loaded, in
    the wanted version where the release names one, the unit is enabled and left to the next boot.
    A unit that is `masked` is neither enabled nor running.
    """

    name: str
    enabled: bool = True
    running: bool | None = True
    masked: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link at `path` (absolute) to `target`."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that is unpacked to `folder` (absolute).

    `name` is the file's; `url` is where this node gets it from; `sha256` is None where the
    release has none and a site has to give it (`railwright_checksums`).
    """

    name: str
    url: str
    sha256: str | None
    folder: str


@dataclass(frozen=True, slots=True)
class Check:
    """A program of ours on the node that says, as JSON, what differs from its settings.

    `argv` with `--check --json`: exit 0 in sync, 2 for differences, 1 for what went wrong.
    """

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleState:
    """All that a role wants of a node.

    `files` have paths relative to /; `given` are absolute paths of files whose text is only known
    at push time (the mirror's public key). `absent` are packages that must not be there.
    `modules` are kernel modules that have to be loaded, with their version or None for any.
    """

    files: tuple[OutputFile, ...] = ()
    given: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    absent: tuple[str, ...] = ()
    archives: tuple[Archive, ...] = ()
    links: tuple[Link, ...] = ()
    units: tuple[Unit, ...] = ()
    checks: tuple[Check, ...] = ()
    modules: tuple[tuple[str, str | None], ...] = ()
