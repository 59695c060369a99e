"""Catalog entries by name: one YAML file per switch or node model, read once per process.

A name is a file stem and is looked up in the folder's listing, so no name can lead elsewhere.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

import yaml
from pydantic import ValidationError

from railwright.catalog.claims_model import Published, Said
from railwright.catalog.model import CatalogModel, NodeModel, SwitchPlatform
from railwright.catalog.physical_model import (
    Air,
    Fonts,
    FormFactors,
    Geometry,
    Optics,
    OpticsFile,
    Palette,
    RackProfile,
    TrayFill,
    Words,
)
from railwright.catalog.sonic_model import Tier, TierTable, UpdaterTable
from railwright.catalog.stack_model import StackRelease
from railwright.catalog.standards_model import Ethernet
from railwright.errors import RailwrightError

DATA = Path(__file__).parent / "data"
SUFFIX = ".yml"

# The C loader reads a switch of 64 cages several times faster; both are safe loaders.
_YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Entry = TypeVar("_Entry", bound=CatalogModel)


class UnknownModelError(RailwrightError):
    """A model name that the catalog does not have; the text lists those it has."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name.lower(), names, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        super().__init__(
            f"no {kind} model {name!r} in the catalog; {hint}it has {', '.join(names) or 'none'}"
        )


class CatalogDataError(RailwrightError):
    """A catalog file that is unreadable, malformed or contradicts itself."""


def switch_names() -> tuple[str, ...]:
    """Return the names of all switch models, sorted."""
    return tuple(_files("switches"))


def node_names() -> tuple[str, ...]:
    """Return the names of all node models, sorted."""
    return tuple(_files("nodes"))


@cache
def switch(name: str) -> SwitchPlatform:
    """Return a switch model.

    Raises: UnknownModelError with the names there are; CatalogDataError for a broken file.
    """
    return _read(_path("switch", "switches", name), SwitchPlatform)


@cache
def node(name: str) -> NodeModel:
    """Return a node model. Raises: as `switch`."""
    return _read(_path("node", "nodes", name), NodeModel)


def stack_names() -> tuple[str, ...]:
    """Return the names of all stack releases, sorted."""
    return tuple(_files("stacks"))


@cache
def stack(name: str) -> StackRelease:
    """Return a stack release. Raises: as `switch`."""
    return _read(_path("stack", "stacks", name), StackRelease)


def rack_names() -> tuple[str, ...]:
    """Return the names of all rack profiles, sorted."""
    return tuple(_files("racks"))


@cache
def rack(name: str) -> RackProfile:
    """Return a rack profile. Raises: as `switch`."""
    return _read(_path("rack", "racks", name), RackProfile)


@cache
def geometry() -> Geometry:
    """Return the distances that floors have unless the intent says otherwise."""
    return _read(DATA / "standards" / f"geometry{SUFFIX}", Geometry)


@cache
def air() -> Air:
    """Return what turns power into air flow."""
    return _read(DATA / "standards" / f"air{SUFFIX}", Air)


@cache
def tray_fill() -> TrayFill:
    """Return how thick and heavy cables are, and how full trays may be."""
    return _read(DATA / "standards" / f"trays{SUFFIX}", TrayFill)


@cache
def palette() -> Palette:
    """Return the colours of cables."""
    return _read(DATA / "standards" / f"palette{SUFFIX}", Palette)


@cache
def fonts() -> Fonts:
    """Return the fonts of PDF files."""
    return _read(DATA / "standards" / f"fonts{SUFFIX}", Fonts)


@cache
def words(kind: str, language: Literal["en", "zh"]) -> Mapping[str, str]:
    """Return the phrases of one kind of sheet in one language, by key."""
    found = _read(DATA / "words" / f"{kind}{SUFFIX}", Words)
    return MappingProxyType({key: getattr(one, language) for key, one in found.phrases.items()})


@cache
def optics() -> Optics:
    """Return every module, cable and adapter of the catalog, file by file.

    Raises: CatalogDataError for a broken file or a part number that two parts have.
    """
    files = [_read(path, OpticsFile) for path in _files("optics").values()]
    found = Optics(
        form_factors=_read(DATA / "standards" / f"form-factors{SUFFIX}", FormFactors),
        transceivers=tuple(one for file in files for one in file.transceivers),
        jumpers=tuple(one for file in files for one in file.jumpers),
        assemblies=tuple(one for file in files for one in file.assemblies),
        adapters=tuple(one for file in files for one in file.adapters),
    )
    if twice := found.repeated():
        raise CatalogDataError(f"optics: part numbers of several parts: {', '.join(twice)}")
    return found


@cache
def tiers() -> Mapping[str, Tier]:
    """Return what each fabric tier (`leaf`, `spine`, `superspine`) is to SONiC."""
    return MappingProxyType(dict[str, Tier](_tier_table().tiers.items()))


def rejected_types() -> Mapping[str, str]:
    """Return the DEVICE_METADATA types that no tier may use, each with the reason."""
    return MappingProxyType(_tier_table().rejected)


@cache
def updater() -> UpdaterTable:
    """Return which edits SONiC's updater accepts, by the ASIC name it resolves."""
    return _read(DATA / "sonic" / f"updater{SUFFIX}", UpdaterTable)


@cache
def ethernet() -> Ethernet:
    """Return the constants of frames, cables and pauses."""
    return _read(DATA / "standards" / f"ethernet{SUFFIX}", Ethernet)


@cache
def said() -> Said:
    """Return what claims about GPU clusters say."""
    return _read(DATA / "claims" / f"said{SUFFIX}", Said)


@cache
def published() -> Published:
    """Return public prices and figures that claims are compared with."""
    return _read(DATA / "claims" / f"published{SUFFIX}", Published)


@cache
def _tier_table() -> TierTable:
    return _read(DATA / "sonic" / f"tiers{SUFFIX}", TierTable)


@cache
def _files(folder: str) -> Mapping[str, Path]:
    paths = {path.stem: path for path in (DATA / folder).glob(f"*{SUFFIX}")}
    return MappingProxyType(dict(sorted(paths.items())))


def _path(kind: str, folder: str, name: str) -> Path:
    files = _files(folder)
    if name not in files:
        raise UnknownModelError(kind, name, files)
    return files[name]


def _read(path: Path, model: type[_Entry]) -> _Entry:
    """Return the entry in a file. Raises: CatalogDataError naming the file and every fault."""
    try:
        with path.open("rb") as stream:
            data = yaml.load(stream, _YamlLoader)  # noqa: S506 (a safe loader, see above)
        return model.model_validate(data)
    except ValidationError as err:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in err.errors()
        )
        raise CatalogDataError(f"{path.name}: {faults}") from err
    except (OSError, yaml.YAMLError) as err:
        raise CatalogDataError(f"{path.name}: cannot be read: {err}") from err
