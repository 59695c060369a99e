"""Debian packages written without a process each: `ar` around two `tar` files (deb(5))."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_MAGIC = b"!<arch>\n"
_PACKER = "Railwright lab <root@localhost>"


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a package at `path` (relative to /), or a symbolic link to `link`."""

    path: str
    content: bytes = b""
    mode: int = 0o644
    link: str = ""


@dataclass(frozen=True, slots=True)
class Deb:
    """A package: `fields` are further control fields, `scripts` maintainer scripts by name."""

    name: str
    version: str
    architecture: str = "amd64"
    fields: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    conffiles: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """Return the package's file name: the version without its epoch."""
        return f"{self.name}_{self.version.split(':')[-1]}_{self.architecture}.deb"

    def control(self) -> str:
        """Return the control file."""
        lines = [f"Package: {self.name}", f"Version: {self.version}"]
        lines.append(f"Architecture: {self.architecture}")
        fields = {"Maintainer": _PACKER, "Description": f"{self.name}, a stand-in", **self.fields}
        return "\n".join((*lines, *(f"{name}: {text}" for name, text in fields.items()))) + "\n"


def build(deb: Deb) -> bytes:
    """Return the package's file; equal packages have equal files."""
    control = [Item("control", deb.control().encode())]
    control += [Item(name, text.encode(), 0o755) for name, text in sorted(deb.scripts.items())]
    if deb.conffiles:
        text = "".join(f"/{path}\n" for path in deb.conffiles)
        control.append(Item("conffiles", text.encode()))
    members = (
        ("debian-binary", b"2.0\n"),
        ("control.tar", tar(control)),
        ("data.tar", tar(sorted(deb.items, key=lambda one: one.path))),
    )
    return _MAGIC + b"".join(_member(name, content) for name, content in members)


def _member(name: str, content: bytes) -> bytes:
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
    return head + content + b"\n" * (len(content) % 2)


def tar(items: Iterable[Item], compression: str = "") -> bytes:
    """Return a tar file of these, with the folders above them, owned by root."""
    target = io.BytesIO()
    made: set[str] = set()
    mode = f"w:{compression}"
    with tarfile.open(fileobj=target, mode=mode, format=tarfile.GNU_FORMAT) as archive:  # type: ignore[call-overload]
        for item in items:
            for parent in reversed(PurePosixPath(item.path).parents):
                if str(parent) not in made:
                    made.add(str(parent))
                    archive.addfile(_folder(str(parent)))
            archive.addfile(_entry(item), None if item.link else io.BytesIO(item.content))
    return target.getvalue()


def _folder(path: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo("./" if path == "." else f"./{path}/")
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info


def _entry(item: Item) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"./{item.path}")
    info.mode, info.size = item.mode, len(item.content)
    if item.link:
        info.type, info.linkname, info.mode, info.size = tarfile.SYMTYPE, item.link, 0o777, 0
    return info
