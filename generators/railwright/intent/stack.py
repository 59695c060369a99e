"""The software of nodes: one release of the catalog, and the choices a site has in it."""

from typing import Annotated, Literal

from pydantic import Field

from railwright.intent.ssh_key import SshPublicKey
from railwright.intent.types import CatalogName, Hostname, IntentModel, UserName

System = Literal["debian-12", "ubuntu-22.04", "ubuntu-24.04", "rocky-9"]
MountPath = Annotated[
    str,
    Field(pattern=r"^(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,8}$"),
]
KernelArgument = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}(=[A-Za-z0-9_.,:/=@+-]{1,128})?$")
]


class NfsMount(IntentModel):
    """A folder of an NFS server on the storage network."""

    path: Annotated[MountPath, Field(description="Where it is mounted.", examples=["/data"])]
    server: Annotated[
        Hostname,
        Field(description="A storage server of this cluster.", examples=["storage01"]),
    ]
    export: Annotated[MountPath, Field(description="Folder of the server.", examples=["/export"])]
    rdma: Annotated[bool, Field(description="NFS over RDMA; TCP without.")] = True


class NvmeNamespace(IntentModel):
    """A block device of an NVMe-oF target on the storage network, with its file system."""

    path: Annotated[MountPath, Field(description="Where it is mounted.", examples=["/data"])]
    server: Annotated[Hostname, Field(description="A storage server of this cluster.")]
    nqn: Annotated[
        str,
        Field(
            pattern=r"^nqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9.:_-]{1,200}$",
            description="NVMe qualified name of the subsystem.",
            examples=["nqn.2026-11.net.example:scratch"],
        ),
    ]
    filesystem: Annotated[Literal["xfs", "ext4"], Field(description="Of the device.")] = "xfs"
    port: Annotated[int, Field(ge=1, le=65535, description="Of the target.")] = 4420


class LocalUser(IntentModel):
    """A person's account on every node, with SSH keys and no password."""

    name: Annotated[UserName, Field(description="Login name.", examples=["alice"])]
    uid: Annotated[int, Field(ge=1000, le=60000, description="Number, equal on all nodes.")]
    ssh_keys: Annotated[
        tuple[SshPublicKey, ...],
        Field(min_length=1, max_length=16, strict=False, description="Public keys."),
    ]
    sudo: Annotated[bool, Field(description="May become root.")] = False


class Tuning(IntentModel):
    """Settings of the system below the software."""

    hugepages_1gib: Annotated[
        int, Field(ge=0, le=1024, description="Pages of 1 GiB reserved at boot.")
    ] = 0
    kernel_arguments: Annotated[
        tuple[KernelArgument, ...],
        Field(max_length=32, strict=False, description="Further arguments of the kernel."),
    ] = ()
    max_cstate: Annotated[
        int | None,
        Field(ge=0, le=9, description="Deepest sleep of processors. Default: the platform's."),
    ] = None


class Stack(IntentModel):
    """The software of nodes; every version is the release's."""

    release: Annotated[
        CatalogName,
        Field(description="Release of the catalog (docs/stacks.md).", examples=["2026.07"]),
    ]
    os: Annotated[
        System, Field(description="Operating system of all nodes.", examples=["debian-12"])
    ]
    source: Annotated[
        Literal["vendor", "mirror"],
        Field(
            description="Where nodes get packages from: their makers, or a signed mirror on the "
            "first management server (playbooks/mirror.yml)."
        ),
    ] = "vendor"
    mirror_port: Annotated[int, Field(ge=1024, le=65535, description="TCP port of the mirror.")] = (
        8080
    )
    host: Annotated[
        Literal["bare-metal", "vm-host", "vm"],
        Field(
            description="What a node is: bare metal, a host that passes devices to virtual "
            "machines, or such a machine. It decides IOMMU, ACS, ATS and NCCL's topology file."
        ),
    ] = "bare-metal"
    ofed: Annotated[
        Literal["doca", "mlnx", "inbox"],
        Field(description="NIC driver: DOCA-OFED, MLNX_OFED (up to 24.10) or the kernel's own."),
    ] = "doca"
    gpudirect: Annotated[
        Literal["auto", "dmabuf", "peermem"],
        Field(
            description="How NICs reach GPU memory: DMA-BUF, the older nvidia-peermem, or DMA-BUF "
            "where kernel and driver have it."
        ),
    ] = "auto"
    containers: Annotated[
        tuple[Literal["docker", "containerd", "podman"], ...],
        Field(max_length=3, strict=False, description="Container engines that get GPUs."),
    ] = ("containerd",)
    tuning: Tuning = Tuning()
    users: Annotated[
        tuple[LocalUser, ...],
        Field(max_length=256, strict=False, description="People's accounts."),
    ] = ()
    nfs: Annotated[
        tuple[NfsMount, ...],
        Field(max_length=64, strict=False, description="NFS folders that GPU nodes mount."),
    ] = ()
    nvme: Annotated[
        tuple[NvmeNamespace, ...],
        Field(max_length=64, strict=False, description="NVMe-oF devices that GPU nodes mount."),
    ] = ()
    reboot: Annotated[
        Literal["allow", "never"],
        Field(
            description="Whether a run may restart a node, at most once and for a named reason; "
            "never: the run ends with the reason."
        ),
    ] = "allow"
