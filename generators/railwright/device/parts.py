"""Several reads in one command: a script whose output falls into named parts."""

from collections.abc import Mapping

from railwright.device.session import Result, Session

_MARK = "@@railwright"

_PRELUDE = f"""
part() {{
  echo "{_MARK} $1"
  shift
  "$@"
  status=$?
  echo
  echo "{_MARK} end $status"
}}
quiet() {{ "$@" 2>/dev/null; }}
"""

Parts = Mapping[str, str]
"""Output by name, of the parts whose command succeeded."""


def read_parts(
    session: Session, script: str, words: tuple[str, ...] = (), timeout_s: float = 120.0
) -> tuple[Parts, Result]:
    """Run a script of `part NAME COMMAND...` lines; return what succeeded, and the raw result.

    `words` are its positional parameters, the only way for outside text into it. `part NAME quiet
    COMMAND...` drops the command's error output. Raises: what `Session.run` raises.
    """
    text = f"{_PRELUDE}{script}\nexit 0\n"
    result = session.run(("sh", "-s", "--", *words), text.encode(), timeout_s)
    return _split(result.stdout), result


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name, lines = "", list[str]()
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if mark != _MARK:
            lines.append(line)
        elif rest == "end 0":
            parts[name] = "\n".join(lines)
        elif not rest.startswith("end "):
            name, lines = rest, []
    return parts
