"""The files of an intent after redlines: record, overrides, the key that names the record."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from railwright.errors import RailwrightError
from railwright.intent import as_built
from railwright.intent.model import Intent
from railwright.intent.written import Sources
from railwright.redline.outcome import Outcome
from railwright.redline.overrides import WHAT, Kind, Override, Redline
from railwright.redline.yaml_text import YamlText, mapping

KEY = "as_built"
_AT = "overrides"
_BOM = "\ufeff"


def changed(root: str, old: Intent, sources: Sources, found: Outcome) -> dict[str, str]:
    """Return the new text of every file that changes, the record last.

    `root` names the file of the intent; all names are as it names them.
    Raises: LookupError when an override is not written where it can be changed, RailwrightError
    when there is a file already with the name of a new record.
    """
    if not found.changes:
        return {}
    record = found.intent.as_built
    assert record is not None  # noqa: S101 (changes are in it)
    texts = _Texts()
    for kind in WHAT:
        own = [one for one in found.redlines if one.kind == kind and one.action != "none"]
        if own:
            _edit(texts, sources, old, kind, own)
    if old.as_built is None:
        _refuse_foreign(Path(record.file))
        _name(texts, root, sources, Path(record.file).name)
    return {**texts.changed(), record.file: as_built.dumps(record.marks)}


def _name(texts: "_Texts", root: str, sources: Sources, record: str) -> None:
    """Name the record in the intent, where its key may be written without a value."""
    where = sources.place(KEY)[0]
    if texts.of(where).has((KEY,)):
        texts.of(where).set((KEY,), record)
    else:
        texts.of(root).insert((), (KEY,), record)


def _refuse_foreign(record: Path) -> None:
    """Raise RailwrightError for a file with the name of a new record that holds anything."""
    try:
        text = record.read_text()
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        text = "?"
    if text != as_built.dumps(()):
        raise RailwrightError(
            f"{record}: is there, but the intent does not name it; add `{KEY}: {record.name}` if "
            "it is its record, else move it away"
        )


class _Texts:
    """Files of the intent that are changed, read once."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._texts: dict[str, YamlText] = {}

    def of(self, name: str) -> YamlText:
        """Return the text of a file."""
        if name not in self._texts:
            text = Path(name).read_bytes().decode("utf-8")
            self._before[name] = text
            self._texts[name] = YamlText(text.removeprefix(_BOM))
        return self._texts[name]

    def changed(self) -> dict[str, str]:
        """Return what has changed; a file that began with a byte order mark still does."""
        found = {}
        for name, before in self._before.items():
            mark = _BOM if before.startswith(_BOM) else ""
            if (text := mark + self._texts[name].text) != before:
                found[name] = text
        return found


def _edit(
    texts: _Texts, sources: Sources, old: Intent, kind: Kind, redlines: Sequence[Redline]
) -> None:
    """Change the overrides of one kind where they are written."""
    before: Sequence[Override] = getattr(old.overrides, kind)
    name = sources.place(f"{_AT}.{kind}[0]" if before else f"{_AT}.{kind}")[0]
    file = texts.of(name)
    added = [_values(one.override) for one in redlines if one.action == "add" and one.override]
    places = {override.link: place for place, override in enumerate(before)}
    for one in redlines:
        if one.action == "replace" and one.old and one.override:
            place = places[one.old.link]
            for key, value in _values(one.override).items():
                if getattr(one.old, key) != value:
                    file.set((_AT, kind, place, key), value)
    if added:
        if file.has((_AT, kind)):
            file.append((_AT, kind), added)
        elif file.has((_AT,)):
            file.insert((_AT,), (kind,), added)
        else:
            file.insert((), (_AT, kind), added)
    removed = [places[one.old.link] for one in redlines if one.action == "remove" and one.old]
    for place in sorted(removed, reverse=True):
        file.remove((_AT, kind, place))


def _values(override: Override | None) -> dict[str, Any]:
    return override.model_dump() if override else {}


def by_hand(found: Outcome) -> str:
    """Return what a person would have to write where a file cannot be changed for them."""
    lines = [
        f"{one.action} in {_AT}.{one.kind}: {mapping(_values(one.override or one.old))}"
        for one in found.redlines
        if one.action != "none"
    ]
    record = found.intent.as_built
    named = [f"{KEY}: {Path(record.file).name}"] if record else []
    return "; ".join([*lines, *named])
