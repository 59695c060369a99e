"""`nvidia-smi topo -m`: how near every NIC is to every GPU, and on which processor GPUs are.

Columns are GPUs, then NICs, then affinities; rows are GPUs and NICs. Newer drivers call NICs
NIC0, NIC1, ... and say below, in the NIC legend, which RDMA devices these are; older ones use the
RDMA names themselves. `X` is the device itself, `NV18` a bond of NVLinks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.errors import Problem
from railwright.importing.saved import Saved, shown

NEARNESS = ("PIX", "PXB", "PHB", "NODE", "SYS")
"""From one PCIe switch between two devices to the link between processors."""
SAVE_AGAIN = "save the whole output of `nvidia-smi topo -m`"
MAX_DEVICES = 128

_DEVICE = re.compile(r"GPU\d{1,3}|NIC\d{1,3}|mlx[45]_\w{1,24}")
_RELATION = re.compile(r"X|NV\d{1,3}|PIX|PXB|PHB|NODE|SYS")
_LEGEND = re.compile(r"\s*(NIC\d{1,3}):\s+(\S{1,64})\s*")


@dataclass(frozen=True, slots=True)
class Topology:
    """GPUs by index and RDMA devices by name.

    `nearness` is the index in `NEARNESS` by GPU and RDMA device, `numa` the processor a GPU is on
    (None: not said), `lines` where each GPU's row is.
    """

    saved: Saved
    gpus: tuple[int, ...]
    nics: tuple[str, ...]
    nearness: Mapping[tuple[int, str], int]
    numa: Mapping[int, int | None]
    lines: Mapping[int, int]


def parse(saved: Saved) -> tuple[Topology, list[Problem]]:
    """Return the topology and what is wrong with it; then parts of it are missing."""
    at, columns = _header(saved)
    if not columns:
        what = f"has no line of GPU and NIC columns; {SAVE_AGAIN}"
        return Topology(saved, (), (), {}, {}, {}), [saved.problem(0, what)]
    problems = list(_of_header(saved, at, columns))
    legend = _legend(saved)
    names = {
        column: legend.get(column, column) for column in columns if not column.startswith("GPU")
    }
    if nameless := [one for one, name in names.items() if name == one and one.startswith("NIC")]:
        what = f"the NIC legend does not name {', '.join(nameless)}; {SAVE_AGAIN}"
        problems.append(saved.problem(saved.end, what))
    rows = dict(_rows(saved, at, columns, problems))
    gpus = [column for column in columns if column.startswith("GPU")]
    if missing := [column for column in columns if column not in rows]:
        what = f"ends without the rows of {', '.join(missing)}; {SAVE_AGAIN}"
        problems.append(saved.problem(saved.end, what))
    nearness = {
        (_index(gpu), names[nic]): NEARNESS.index(cell)
        for gpu in gpus
        if gpu in rows
        for nic, cell in zip(columns, rows[gpu][1], strict=False)
        if nic in names and cell in NEARNESS
    }
    found = Topology(
        saved,
        tuple(map(_index, gpus)),
        tuple(names.values()),
        nearness,
        {_index(gpu): _numa(rows[gpu][1], len(columns)) for gpu in gpus if gpu in rows},
        {_index(gpu): rows[gpu][0] for gpu in gpus if gpu in rows},
    )
    return found, [*problems, *_crooked(saved, rows, columns)]


def _header(saved: Saved) -> tuple[int, tuple[str, ...]]:
    """Return the line of the columns and their names, affinities left out."""
    for number, line in saved.numbered():
        words = line.split("CPU Affinity")[0].split()
        if words and all(_DEVICE.fullmatch(word) for word in words):
            return number, tuple(words)
    return 0, ()


def _of_header(saved: Saved, at: int, columns: tuple[str, ...]) -> Iterator[Problem]:
    gpus = [_index(column) for column in columns if column.startswith("GPU")]
    if len(set(columns)) < len(columns):
        yield saved.problem(at, "names a column twice; the terminal cut lines: save to a file")
    elif gpus != list(range(len(gpus))):
        yield saved.problem(at, f"GPUs are not GPU0 to GPU{len(gpus) - 1}; {SAVE_AGAIN}")
    if not gpus:
        yield saved.problem(at, "has no GPU; run it on a GPU node whose NVIDIA driver is loaded")
    if len(gpus) == len(columns):
        yield saved.problem(at, "has no NIC; load the NICs' driver (mlx5_ib) and save it again")
    if len(columns) > MAX_DEVICES:
        yield saved.problem(at, f"has more than {MAX_DEVICES} devices")


def _rows(
    saved: Saved, header: int, columns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[str, tuple[int, list[str]]]]:
    """Yield every row's name, line and cells; add to `problems` those with another count."""
    for number, line in saved.numbered():
        name, *cells = line.split() or [""]
        if number <= header or name not in columns:
            continue
        strange = [cell for cell in cells[: len(columns)] if not _RELATION.fullmatch(cell)]
        if strange:
            known = ", ".join(NEARNESS)
            what = f"{name}: {shown(strange[0])} is none of X, NV#, {known}; {SAVE_AGAIN}"
            problems.append(saved.problem(number, what))
        elif len(cells) < len(columns):
            what = f"{name}: {len(cells)} of {len(columns)} columns; {SAVE_AGAIN}"
            problems.append(saved.problem(number, what))
        yield name, (number, cells)


def _crooked(
    saved: Saved, rows: Mapping[str, tuple[int, list[str]]], columns: tuple[str, ...]
) -> Iterator[Problem]:
    """Yield what the row of one device says otherwise than that of another."""
    place = {column: index for index, column in enumerate(columns)}
    for name, (_, cells) in rows.items():
        for other, cell in zip(columns, cells, strict=False):
            if place[other] <= place[name] or other not in rows:
                continue
            line, back = rows[other]
            pair = (cell, *back[place[name] : place[name] + 1])
            if len(set(pair)) > 1 and all(map(_RELATION.fullmatch, pair)):
                what = f"{other}: is {back[place[name]]} to {name}, whose row says {cell}"
                yield saved.problem(line, f"{what}; {SAVE_AGAIN}")


def _legend(saved: Saved) -> dict[str, str]:
    matches = (_LEGEND.fullmatch(line) for line in saved.lines)
    return {match[1]: match[2] for match in matches if match}


def _numa(cells: list[str], columns: int) -> int | None:
    """Return the processor of a row: the second affinity, after that of cores."""
    rest = cells[columns:]
    return int(rest[1]) if len(rest) > 1 and re.fullmatch(r"\d{1,3}", rest[1]) else None


def _index(gpu: str) -> int:
    return int(gpu.removeprefix("GPU"))
