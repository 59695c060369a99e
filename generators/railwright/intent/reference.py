"""The reference of the intent file in Markdown, generated from the JSON Schema."""

from collections.abc import Iterator
from pathlib import Path

from railwright.intent import schema
from railwright.intent.written import KeyPath, dotted
from railwright.intent.yaml_lines import flow

SCHEMA_FILE = Path("intent", "schema.json")
REFERENCE_FILE = Path("docs", "intent.md")
_INTRODUCTION = """\
# The intent file

Generated from the models; `make schema` writes it anew.

One YAML file describes a cluster. It is the only thing a person writes: names, addresses,
cables and configuration are computed from it. It is also the Ansible inventory.

- YAML 1.2: only `true` and `false` are booleans, `010` is ten, text needs quotes only where it
  would read as something else. Tabs, tags, merge keys (`<<`) and a second document are errors.
- Every key that is not marked *required* has a default and can be left out. An unknown key is
  an error that names the key probably meant; a key written twice is one that names both lines.
- All problems are reported at once, each as `file:line: key: what is wrong`.
- A secret is written as `{secret: NAME}`. Its value comes from the vault or from the environment
  variable `RAILWRIGHT_SECRET_<NAME>` when a device is configured, and is in no file that is built.
- `count` is what is deployed now, `capacity` what the design reserves. Names, addresses, ASNs and
  ports depend on `capacity`; raising `count` up to it changes none of them.
- An editor with a YAML language server completes and checks a file whose first line is
  `# yaml-language-server: $schema=schema.json` (the path is relative to that file).
- Limits: 1 MiB and 32 levels a file, 100,000 values with aliases counted in full, 64 files.
"""
_FORMATS = {"ipv4": "IPv4 address", "ipv4-prefix": "IPv4 prefix", "hostname": "host name"}
_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true` or `false`",
}


def text() -> str:
    """Return the whole reference: the rules of the file, then a table for every section."""
    return "\n".join((_INTRODUCTION, *_section(())))


def write(root: Path) -> None:
    """Write the committed schema and this reference below the repository's root."""
    for path, content in ((SCHEMA_FILE, schema.text()), (REFERENCE_FILE, text())):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def _section(path: KeyPath) -> Iterator[str]:
    """Yield the lines of a mapping's table, then those of the mappings in it."""
    here = schema.at(path)
    heading = f"`{dotted(path)}`".replace("[0]", "[]") if path else "Top level"
    yield f"## {heading}\n"
    if path:
        presence = " One item of the list." if isinstance(path[-1], int) else _presence(path)
        yield f"{here['description']}{presence}\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    sections = [key for key in here["properties"] if _is_section((*path, key))]
    for key in here["properties"]:
        yield _row((*path, key), key in here.get("required", ()))
    yield ""
    for key in sections:
        yield from _section((*path, key))
    for key in here["properties"]:
        if _is_list_of_sections((*path, key)):
            yield from _section((*path, key, 0))


def _presence(path: KeyPath) -> str:
    required = path[-1] in schema.at(path[:-1]).get("required", ())
    optional = "required" in schema.at(path) and not required
    return " Left out by default." if optional else ""


def _is_section(path: KeyPath) -> bool:
    return schema.at(path)["type"] == "object" and not schema.is_secret(schema.at(path))


def _is_list_of_sections(path: KeyPath) -> bool:
    return schema.at((*path, 0)).get("type") == "object"


def _row(path: KeyPath, required: bool) -> str:
    here = schema.at(path)
    meaning, _, default = here["description"].partition(" Default: ")
    if _is_section(path):
        cells = ["section", "required" if required else "", f"{meaning} See below."]
    else:
        if required:
            default = "required"
        elif here.get("default") not in (None, "", []):
            default = f"`{flow(here['default'])}`"
        example = "".join(f" Example: `{flow(value)}`." for value in here.get("examples", ())[:1])
        cells = [_type(here), default.rstrip("."), meaning + example]
    return f"| `{path[-1]}` | {' | '.join(cells)} |".replace("|  |", "| |")


def _type(here: schema.Schema) -> str:
    """Return type and limits of a key in a few words."""
    if schema.is_secret(here):
        return "`{secret: NAME}`"
    if "enum" in here:
        return " or ".join(f"`{choice}`" for choice in here["enum"])
    if here["type"] == "array":
        return _list_type(here)
    name = here.get("format", _TYPES[here["type"]])
    noun = _FORMATS.get(name, name.replace("-", " "))
    if "exclusiveMinimum" in here:
        return f"{noun}, above {here['exclusiveMinimum']} to {here['maximum']}"
    if "minimum" in here:
        return f"{noun}, {here['minimum']} to {here['maximum']}"
    return f"{noun}, at most {here['maxLength']} characters" if "maxLength" in here else noun


def _list_type(here: schema.Schema) -> str:
    one = schema.resolve(here["items"])
    if one["type"] == "object" and not schema.is_secret(one):
        return "list of sections, see below"
    items = _type(one)
    if ", " in items:
        items = f"({items})"
    limit = f", {here.get('minItems', 0)} to {here['maxItems']}" if "maxItems" in here else ""
    return f"list of {items}{'es' if items.endswith('s') else ''}{limit}"
