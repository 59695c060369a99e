"""The commands of a lab switch under one entry: the name they are called by says which one.

They stand in for the commands of SONiC that pushing, checking drift and verifying use; anything
else ends with status 3 and "not implemented in the lab". Only the module of the command that is
asked for is loaded.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from .context import Box
from .errors import BoxError, NotInLabError
from .terminal import complain

COMMANDS: Mapping[str, tuple[str, str]] = {
    "TSA": ("config_command", "shift_traffic_away"),
    "TSB": ("config_command", "shift_traffic_back"),
    "config": ("config_command", "config"),
    "show": ("show_command", "show"),
    "sonic-cfggen": ("database_command", "cfggen"),
    "sonic-db-cli": ("database_command", "db_cli"),
}
"""Command name -> module beside this one, and its function of (box, arguments)."""


def main(argv0: str, args: Sequence[str]) -> int:
    """Run the command that `argv0` names and return its exit status."""
    name = PurePath(argv0).name
    try:
        if name not in COMMANDS:
            raise NotInLabError(name)
        module, function = COMMANDS[name]
        getattr(importlib.import_module(f".{module}", __package__), function)(Box.here(), args)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader went away; keep Python from complaining about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BoxError as error:
        complain(str(error))
        return error.status
    except OSError as error:
        complain(f"{name}: {error}")
        return 1
    return 0
