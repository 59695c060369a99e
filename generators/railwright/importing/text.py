"""A node profile as a file of the catalog."""

from typing import Any

import yaml

from railwright.catalog.model import CatalogModel, ComputeNic, FrontEndNic, NodeModel

WIDTH = 90
HEAD = ("name", "vendor", "model", "gpus", "planes", "source")
ROWS: dict[str, type[tuple[Any, ...]]] = {"nics": ComputeNic, "frontend": FrontEndNic}
"""What is written a row per line, under the names of its columns."""


def render(model: NodeModel) -> str:
    """Return the file: keys in the order of the model, those with their default left out."""
    parts = [f"---\n# Imported; every assumption below is to be confirmed.\n{_block(model)}"]
    for key, value in model:
        if key in ROWS and value:
            columns = ", ".join(getattr(ROWS[key], "_fields"))  # noqa: B009 (of a NamedTuple)
            rows = "".join(f"  - {_row(row)}" for row in value)
            parts.append(f"# [{columns}]\n{key}:\n{rows}")
        elif isinstance(value, CatalogModel):
            parts.append(_dump({key: value.model_dump(mode="json", exclude_defaults=True)}))
    parts.append(f"bmc_speed_gbps: {model.bmc_speed_gbps}\n")
    parts.append(_dump({"assumptions": list(model.assumptions)}))
    return "\n".join(parts)


def _block(model: NodeModel) -> str:
    return _dump({key: getattr(model, key) for key in HEAD})


def _row(row: tuple[Any, ...]) -> str:
    cells = [list(cell) if isinstance(cell, tuple) else cell for cell in row]
    return _dump(cells, flow=True, width=1_000)


def _dump(value: Any, *, flow: bool = False, width: int = WIDTH) -> str:
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        width=width,
        allow_unicode=True,
        default_flow_style=flow,
    )


class _Dumper(yaml.SafeDumper):
    """The safe dumper, in the catalog's style: items of a list indented, short numbers in a row."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _list(dumper: _Dumper, data: list[Any]) -> yaml.SequenceNode:
    flow = all(isinstance(one, int) for one in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flow or None)


_Dumper.add_representer(list, _list)
