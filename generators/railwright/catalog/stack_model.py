"""What a stack release pins: every package, repository, artefact and constraint, per system."""

from typing import Annotated, Literal

from pydantic import Field

from railwright.catalog.model import CatalogModel

System = Literal["debian-12", "ubuntu-22.04", "ubuntu-24.04", "rocky-9"]
"""Operating systems of nodes; rocky-9 also stands for RHEL 9."""
Group = Literal[
    "base",
    "lldp",
    "ofed.doca",
    "ofed.mlnx",
    "ofed.inbox",
    "nic_firmware.ofed",
    "nic_firmware.mlnx",
    "nic_firmware.inbox",
    "nvidia_driver",
    "fabricmanager",
    "gpudirect",
    "nccl",
    "hpcx",
    "container_toolkit",
    "container_toolkit.docker",
    "container_toolkit.containerd",
    "container_toolkit.podman",
    "dcgm",
    "exporters",
    "storage_client.nfs",
    "storage_client.nfs.doca",
    "storage_client.nfs.mlnx",
    "storage_client.nvme",
    "storage_client.nvme.doca",
    "storage_client.nvme.mlnx",
]
"""Packages that are installed together: those of a role or, after the dot, of one choice of it.

`plan/stack.py` folds the groups that end in a NIC driver into those without, as the site chose.
"""
Ofed = Literal["doca", "mlnx"]
"""NIC drivers that are not the kernel's own."""

Fingerprint = Annotated[str, Field(pattern="^[0-9A-F]{40}$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Repository(CatalogModel):
    """A package repository.

    `url` may end in a flat apt repository (`suite` `/`) or in an archive with `components`.
    `key_url` is None where the system trusts it already; a key is only taken with one of the
    `fingerprints`. `only` are the packages that come from here and from nowhere else, `never`
    those that never do, both with `*`: they settle what two repositories have. `origin` is what
    its Release file calls itself, which apt's pins need (`o=`). Without `check_valid_until` it is
    a snapshot, whose index is older than it says it may get. It is used with the NIC driver `ofed`
    alone, always without.
    """

    url: str
    suite: str = "/"
    components: tuple[str, ...] = ()
    origin: str | None = None
    key_url: str | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    check_valid_until: bool = True
    ofed: Ofed | None = None
    assumed: bool = False
    source: str


class Artefact(CatalogModel):
    """A file that is no package: `folder` is what its archive unpacks to."""

    version: str
    url: str
    sha256: Sha256 | None
    folder: str
    source: str


class Kernel(CatalogModel):
    """The kernel that runs: `release` as `uname -r` says; its packages, headers included."""

    release: str
    packages: dict[str, str]


class SystemStack(CatalogModel):
    """A release on one operating system.

    `packages` are versions by package and group; None takes the repository's own, which only
    packages of the system itself may. `driver_packages` are patterns (`*`) of all packages that
    the GPU driver is made of, named in a group or not: those in its version are taken in no other
    (apt alone; what they match in versions of another kind is let be). `modules` are the versions
    that kernel modules have once loaded, `dkms` those of modules built on the node, both by name
    and with DOCA-OFED; `of_nic` are those of them that the kernel's own NIC driver does without,
    `mlnx_modules` and `mlnx_dkms` take their place with MLNX_OFED. `signed` says that the modules
    are signed by a key that Secure Boot knows. `assumptions` are shown to the user.
    """

    kernel: Kernel
    repositories: dict[str, Repository]
    packages: dict[Group, dict[str, str | None]]
    driver_packages: tuple[str, ...] = ()
    artefacts: dict[str, Artefact] = Field(default_factory=dict)
    modules: dict[str, str] = Field(default_factory=dict)
    dkms: dict[str, str] = Field(default_factory=dict)
    of_nic: tuple[str, ...] = ()
    mlnx_modules: dict[str, str] = Field(default_factory=dict)
    mlnx_dkms: dict[str, str] = Field(default_factory=dict)
    signed: bool = False
    assumptions: tuple[str, ...] = ()
    source: str


class Versions(CatalogModel):
    """The versions people name a release by; None for what it does not have."""

    driver: str
    fabric_manager: str
    cuda: str
    doca: str | None = None
    mlnx_ofed: str | None = None
    nccl: str
    gdrcopy: str
    dcgm: str
    hpcx: str
    container_toolkit: str


class Constraint(CatalogModel):
    """A rule between versions: what it says, and where it is from.

    `rule` names the check (`plan/stack_rules.py`). `about` are what it compares: names of
    `Versions`, `kernel`, `module:NAME`, or `group:NAME` for every pinned package of a group.
    `bound` is what they must be at least, or below. It holds on `systems` (all where empty) and
    with the NIC driver `ofed` (any where None).
    """

    rule: Literal["equal", "least", "below", "open_modules_only", "headers", "one_owner"]
    about: tuple[str, ...] = ()
    bound: str | None = None
    systems: tuple[System, ...] = ()
    ofed: Ofed | None = None
    says: str
    source: str


class StackRelease(CatalogModel):
    """One release of the software of GPU nodes, as tested together."""

    name: str
    versions: Versions
    constraints: tuple[Constraint, ...] = ()
    systems: dict[System, SystemStack]
    assumptions: tuple[str, ...] = ()
    source: str
