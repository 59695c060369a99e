"""The intent loader: files to one validated intent, every problem at once with its place."""

import codecs
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from railwright.errors import IntentError, Problem
from railwright.intent.written import Sources, Written, merge, shown

if TYPE_CHECKING:
    from railwright.intent.as_built import AsBuilt
    from railwright.intent.assets import Assets
    from railwright.intent.model import Intent
    from railwright.intent.prices import Prices

_Parse = Callable[[str, str], "tuple[Assets | Prices | AsBuilt, tuple[Problem, ...]]"]

MAX_FILE_BYTES = 1024 * 1024
MAX_FILES = 64
MAX_INCLUDE_DEPTH = 8
MAX_PROBLEMS = 100
_INCLUDE = "include"
_TABLES = ("assets", "prices", "as_built")  # keys that name a CSV file


@dataclass(frozen=True, slots=True)
class LoadedIntent:
    """A valid intent and where every key of it is written."""

    intent: "Intent"
    sources: Sources


def load(path: Path | str) -> LoadedIntent:
    """Return the intent written in `path` and the files it includes.

    Messages name files as `path` names them. Raises: IntentError with all problems, located and
    sorted by file and line, if a file cannot be read, is not safe YAML or breaks the model.
    """
    # Imported here, so that a program that loads no intent pays for no model and no YAML library.
    from pydantic import ValidationError  # noqa: PLC0415

    from railwright.intent.model import Intent  # noqa: PLC0415

    reader = _Reader()
    root = reader.read(str(path))
    if root is None:
        raise refusal(reader.problems)
    plain = root.plain()
    for key in _TABLES:
        if (named := root.child(key)) is not None and named.content is not None:
            plain[key] = reader.table(key, named)
    try:
        intent = Intent.model_validate(plain)
    except ValidationError as err:
        from railwright.intent.messages import translate  # noqa: PLC0415

        raise refusal((*reader.problems, *translate(err, root, complete=reader.complete))) from None
    if reader.problems:
        raise refusal(reader.problems)
    return LoadedIntent(intent, Sources(root, reader.files))


def refusal(problems: Iterable[Problem]) -> IntentError:
    """Return the error of located problems: each once, by file and line, the first hundred."""
    found = sorted(set(problems), key=lambda item: (item.file, item.line, item.path, item.what))
    if len(found) > MAX_PROBLEMS:
        rest = Problem("", f"{len(found) - MAX_PROBLEMS} more problems; mend these first")
        found = [*found[:MAX_PROBLEMS], rest]
    return IntentError(found)


class _UnreadableError(Exception):
    """Why a file cannot be read, in words that follow its name."""


class _Reader:
    """Reads a file and what it includes; collects problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.complete = True

    def read(self, name: str) -> Written | None:
        """Return the merged contents, None if the file is not readable at all."""
        path = Path(name)
        try:
            return self._file(name, path, _content(path), ())
        except _UnreadableError as err:
            self._stop(Problem("", str(err), file=name))
            return None

    def table(self, key: str, named: Written) -> "Assets | Prices | AsBuilt | None":
        """Return what the CSV file that a key names says, None if it is not readable."""
        from railwright.intent import as_built, assets, prices  # noqa: PLC0415 (with the model)

        kinds: dict[str, tuple[_Parse, int, str]] = {
            "assets": (assets.parse, assets.MAX_FILE_BYTES, "give every device one row"),
            "prices": (prices.parse, prices.MAX_FILE_BYTES, "give every part one row"),
            "as_built": (as_built.parse, as_built.MAX_FILE_BYTES, "give every mark one row"),
        }
        parse, most_bytes, advice = kinds[key]
        try:
            path = _target(named.content, Path(named.file), ())
            data = _content(path, most_bytes, advice)
        except _UnreadableError as err:
            what = f"{shown(named.plain())} {err}"
            self._stop(replace(named.at((), what), path=key))
            return None
        name = str(Path(named.file).parent / str(named.content))
        self.files.append(name)
        try:
            text = _decode(data, name)
        except IntentError as err:
            self._stop(*err.problems)
            return None
        found, problems = parse(text, name)
        self.problems += problems
        return found

    def _file(self, name: str, path: Path, data: bytes, chain: tuple[Path, ...]) -> Written | None:
        """Return what `data` says with its includes merged; `chain` are the files around it."""
        from railwright.intent import yaml_lines  # noqa: PLC0415 (imports the YAML library)

        self.files.append(name)
        try:
            written, found = yaml_lines.parse(_decode(data, name), name)
        except IntentError as err:
            self._stop(*err.problems)
            return None
        self.problems += found
        own = dict(written.content) if isinstance(written.content, dict) else {}
        includes = own.pop(_INCLUDE, None)
        merged = replace(written, content=own)
        if includes is not None:
            parts = list(self._included(includes, path, (*chain, path.resolve())))
            for part in reversed(parts):
                merged = self._merge(part, merged)
        return merged

    def _included(
        self, includes: Written, including: Path, chain: tuple[Path, ...]
    ) -> Iterator[Written]:
        """Yield the contents of each file that an `include:` list names."""
        if not isinstance(includes.content, tuple):
            what = f"must be a list of files, got {shown(includes.plain())}; put it in [ ]"
            self._stop(replace(includes.at((), what), path=_INCLUDE))
            return
        for index, item in enumerate(includes.content):
            try:
                path = _target(item.content, including, chain)
                if len(self.files) >= MAX_FILES:
                    raise _UnreadableError(f"would be more than {MAX_FILES} files; merge some")
                data = _content(path)
            except _UnreadableError as err:
                what = f"{shown(item.plain())} {err}"
                self._stop(replace(includes.at((index,), what), path=f"{_INCLUDE}[{index}]"))
                continue
            name = str(Path(includes.file).parent / str(item.content))
            if (part := self._file(name, path, data, chain)) is not None:
                yield part

    def _merge(self, base: Written, over: Written) -> Written:
        merged, problems = merge(base, over)
        self.problems += problems
        return merged

    def _stop(self, *problems: Problem) -> None:
        self.problems += problems
        self.complete = False


def _target(text: object, including: Path, chain: tuple[Path, ...]) -> Path:
    """Return the real path of an included file, which must lie below the including file's folder.

    `chain` are the real paths of the files being read, outermost first.
    """
    if not isinstance(text, str) or not text or not text.isprintable():
        raise _UnreadableError("must be the name of a file")
    folder = including.parent.resolve()
    try:
        real = (folder / text).resolve()
    except (OSError, RuntimeError):
        raise _UnreadableError("is a loop of symbolic links") from None
    if Path(text).is_absolute() or not real.is_relative_to(folder):
        raise _UnreadableError("must be a relative path that stays below this file's folder")
    if real in chain:
        names = " -> ".join(path.name for path in (*chain[chain.index(real) :], real))
        raise _UnreadableError(f"includes itself ({names})")
    if len(chain) >= MAX_INCLUDE_DEPTH:
        raise _UnreadableError(f"is nested deeper than {MAX_INCLUDE_DEPTH} files")
    with suppress(OSError):  # what cannot be looked at cannot be read either, which is said then
        if real.exists() and not real.is_file():
            raise _UnreadableError("must be a regular file")
    return real


def _content(
    path: Path, max_bytes: int = MAX_FILE_BYTES, advice: str = "split it with include"
) -> bytes:
    """Return the bytes of a file within the size limit; `advice` is for one beyond it."""
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except FileNotFoundError:
        raise _UnreadableError("does not exist") from None
    except IsADirectoryError:
        raise _UnreadableError("is a folder; name the intent file in it") from None
    except OSError as err:
        raise _UnreadableError(f"cannot be read: {(err.strerror or 'error').lower()}") from None
    except ValueError:
        raise _UnreadableError("is not a file name") from None
    if len(data) > max_bytes:
        raise _UnreadableError(f"is larger than {max_bytes} bytes; {advice}")
    return data


def _decode(data: bytes, name: str) -> str:
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        what = f"is not UTF-8 text (byte 0x{data[err.start]:02x}); save the file as UTF-8"
        raise IntentError([Problem("", what, file=name, line=line)]) from None
