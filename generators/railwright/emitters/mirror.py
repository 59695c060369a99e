"""The package mirror on a management server: what it has to hold, and how it is served."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from railwright.catalog.stack_model import Artefact, Repository
from railwright.errors import RailwrightError
from railwright.files import OutputFile
from railwright.plan.model import Device
from railwright.plan.stack import NodeStack

ROOT = "/var/lib/railwright-mirror"
"""Folder that is served."""
TOOLS = {
    "apt": ("gpg", "gpg-agent", "gpgv", "nginx-light"),
    "dnf": ("createrepo_c", "dnf-plugins-core", "gnupg2", "nginx"),
}
"""Packages that build and serve the mirror, by packaging: its server has no other source later."""
UNIT = "railwright-mirror.service"
CONFIG = "etc/railwright/mirror/nginx.conf"

NGINX = """\
# railwright: the package mirror. Reads only, of one folder, on one address.
user {user};
worker_processes 2;
pid /run/railwright-mirror.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    default_type application/octet-stream;
    access_log off;
    server_tokens off;
    sendfile on;
    server {{
        listen {address}:{port};
        root {root};
        location / {{ limit_except GET {{ deny all; }} }}
        location ~ /\\. {{ return 404; }}
    }}
}}
"""
SERVICE = f"""\
[Unit]
Description=Package mirror of the cluster
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/sbin/nginx -c /{CONFIG} -g 'daemon off;'
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGQUIT
TimeoutStopSec=10
Restart=always
RestartSec=5
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A site's copy of all makers' servers, re-signed with `key` (text, public).

    `checksums` are those of artefacts there, by file name; `url` and `key` are empty for a site
    that only gives checksums.
    """

    url: str = ""
    key: str = ""
    checksums: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A package repository as the mirror reads it; `key` (text) takes the place of `key_url`."""

    name: str
    url: str
    suite: str
    components: tuple[str, ...]
    check_valid_until: bool
    key_url: str | None
    key: str | None
    fingerprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that is no package, by the name it is served under."""

    name: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class MirrorWant:
    """All the mirror of one operating system holds; `packages` are versions, None for any."""

    release: str
    system: str
    kind: str
    repositories: tuple[Source, ...]
    packages: Mapping[str, str | None]
    artefacts: tuple[File, ...]


def contents(
    stack: NodeStack,
    packages: Mapping[str, str | None],
    archives: Mapping[str, Artefact],
    upstream: Upstream,
) -> MirrorWant:
    """Return what the mirror holds: `packages` and `archives` (by file name) that nodes want.

    The kernel's packages always belong to it, and those of the mirror itself. Raises:
    RailwrightError naming every archive that has no checksum.
    """
    kind = "apt" if stack.is_apt else "dnf"
    wanted = {**dict.fromkeys(TOOLS[kind]), **stack.system.kernel.packages, **packages}
    repositories = sorted(stack.system.repositories.items())
    return MirrorWant(
        release=stack.release.name,
        system=stack.choices.os,
        kind=kind,
        repositories=tuple(_source(name, one, upstream) for name, one in repositories),
        packages=dict(sorted(wanted.items())),
        artefacts=_files(stack, archives, upstream),
    )


def server(stack: NodeStack, device: Device) -> tuple[OutputFile, ...]:
    """Return the files that serve the mirror on the in-band address of its server."""
    text = NGINX.format(
        user="www-data" if stack.is_apt else "nginx",
        address=device.management.address,
        port=stack.choices.mirror_port,
        root=ROOT,
    )
    return (
        OutputFile(CONFIG, text.encode()),
        OutputFile(f"etc/systemd/system/{UNIT}", SERVICE.encode()),
    )


def through(url: str, upstream: Upstream) -> str:
    """Return where a maker's URL is read from: `<upstream>/<host>/<path>`, or there itself."""
    if not upstream.url:
        return url
    parts = urlsplit(url)
    return f"{upstream.url.rstrip('/')}/{parts.netloc}{parts.path}"


def _source(name: str, one: Repository, upstream: Upstream) -> Source:
    own = bool(upstream.key)
    return Source(
        name=name,
        url=through(one.url, upstream),
        suite=one.suite,
        components=one.components,
        check_valid_until=one.check_valid_until,
        key_url=None if own or one.key_url is None else through(one.key_url, upstream),
        key=upstream.key or None,
        fingerprints=() if own else one.fingerprints,
    )


def _files(
    stack: NodeStack, archives: Mapping[str, Artefact], upstream: Upstream
) -> tuple[File, ...]:
    sums = upstream.checksums or {}
    found = {name: sums.get(name) or one.sha256 for name, one in sorted(archives.items())}
    if lacking := [name for name, sha256 in found.items() if sha256 is None]:
        raise RailwrightError(
            f"release {stack.release.name} has no checksum of {', '.join(lacking)}; take it from "
            "the maker and give it in `checksums` of the upstream file (docs/mirror.md)"
        )
    return tuple(
        File(name, through(archives[name].url, upstream), sha256)
        for name, sha256 in found.items()
        if sha256
    )
