"""The command line: arguments, exit codes; the only reader of clock and environment.

Exit codes: 0 done or in sync, 1 error, 2 difference found. Heavy imports happen inside verbs.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from railwright import __version__
from railwright.cli import catalog, compare, diff, headroom, live, paper, redline
from railwright.cli.console import DEFAULT_INTENT, ERROR
from railwright.errors import RailwrightError
from railwright.plan.cables.many import MOST_CABLES

PLATFORM_HELP = "a switch of `railwright catalog list`, SONiC's name of its platform, or an HWSKU"
TABLES = (
    *("devices", "links", "addresses", "subnets", "asns", "rails", "qos", "headroom"),
    *("racks", "places", "power", "trays", "cables", "modules", "bom"),
)
DESIGNS = ("rail-optimized", "rail-only", "rail-isolated", "leaf-spine", "three-tier")
KINDS = ("switch", "node", "rack", "stack")
CLASSES = ("hitless", "port-bounce", "bgp-reset", "service-restart", "config-reload", "reboot")


class Parser(argparse.ArgumentParser):
    """An argument parser whose usage errors exit with 1: 2 means a difference was found."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, exit 1."""
        self.print_usage(sys.stderr)
        self.exit(ERROR, f"{self.prog}: {message}\n")


GC_THRESHOLDS = (100_000, 50, 1000)
"""A plan is large, acyclic and lives until the end: looking for cycles in it is 7 % of a build."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return its exit code."""
    gc.set_threshold(*GC_THRESHOLDS)
    arguments = _arguments(sys.argv[1:] if argv is None else argv)
    verb: Callable[[argparse.Namespace], int] = arguments.verb
    code = ERROR
    try:
        code = verb(arguments)
    except RailwrightError as err:
        print(err, file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; the same command again finishes what was begun", file=sys.stderr)
    except BrokenPipeError:
        pass  # the reader has what it wanted
    except OSError as err:
        if _flushed():
            print(f"{err.filename or 'cannot go on'}: {err.strerror or err}", file=sys.stderr)
    return code if _flushed() else ERROR


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; files of `redline` may stand on either side of its options."""
    found, rest = parser().parse_known_args(words)
    unknown = [word for word in rest if word.startswith("-")]
    if rest and (unknown or found.verb is not redline.redline):
        parser().error(f"unrecognized arguments: {' '.join(unknown or rest)}")
    if rest:
        found.words += rest
    return found


def _flushed() -> bool:
    """Write out what is buffered; where that fails drop it, so that the exit does not retry."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as err:
        if not isinstance(err, BrokenPipeError):
            print(f"standard output: {err.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def parser() -> Parser:
    """Return the parser of every verb that exists."""
    top = Parser(
        prog="railwright",
        description="One declarative intent file becomes a running GPU cluster network.",
    )
    top.add_argument("--version", action="version", version=f"railwright {__version__}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)

    one = _verb(verbs, "init", paper.init, "print a commented intent for a new cluster")
    one.add_argument("--gpus", type=int, required=True, help="GPUs deployed now")
    one.add_argument("--switch", default="cx864e-n", help="switch platform (default: %(default)s)")
    one.add_argument("--node", default="hgx-h100", help="node model (default: %(default)s)")
    one.add_argument("--name", help="cluster name (default: gpu-<GPUS>)")
    one.add_argument("--design", choices=DESIGNS, default=DESIGNS[0])

    one = _verb(verbs, "validate", paper.validate, "report every problem of an intent at once")
    _intent(one)
    one.add_argument(
        "--yang",
        type=Path,
        metavar="DIR",
        help="also validate every config_db.json against these SONiC YANG models",
    )

    _build(_verb(verbs, "build", paper.build, "write every artefact below OUT/<cluster>/"))

    one = _verb(verbs, "show", paper.show, "print a table of the plan")
    _intent(one)
    one.add_argument("what", choices=TABLES, metavar="WHAT", help=", ".join(TABLES))
    one.add_argument("--format", choices=("table", "json", "csv"), default="table")

    one = _verb(verbs, "explain", paper.explain, "say why a value is what it is")
    one.add_argument(
        "words",
        nargs="+",
        metavar="[INTENT] HOST SUBJECT",
        help="a device or `fabric`, then asn, loopback, block, Ethernet0 xoff, spines, ...",
    )
    one.add_argument("--format", choices=("text", "json"), default="text")

    one = _verb(verbs, "diff", diff.diff, "say what changes from one design to another")
    for name in ("old", "new"):
        one.add_argument(
            name,
            metavar=name.upper(),
            help="intent file, build folder, or git revision (HEAD~1:intent/cluster.yml, HEAD~1)",
        )
    one.add_argument("--all", action="store_true", help="print every row, cable and file")
    one.add_argument("--format", choices=("table", "json"), default="table")

    _compare(_verb(verbs, "compare", compare.compare, "set designs side by side"))

    _catalog(verbs.add_parser("catalog", help="list, show and import hardware facts"))

    _headroom(
        _verb(verbs, "headroom", headroom.headroom, "compute the lossless headroom of a port")
    )

    _redline(_verb(verbs, "redline", redline.redline, "merge what technicians hand in"))

    one = _verb(verbs, "push", live.push, "plan the change of every switch, then apply it")
    _intent(one)
    _limit(one)
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")
    one.add_argument(
        "--accept",
        choices=CLASSES,
        default="hitless",
        help="worst class of change to make on a switch in service (default: %(default)s)",
    )

    one = _verb(verbs, "drift", live.drift, "compare running switches with the plan")
    _intent(one)
    _limit(one)
    one.add_argument("--format", choices=("text", "json", "junit"), default="text")

    one = _verb(verbs, "verify", live.verify, "check the live cluster against the plan")
    one.add_argument(
        "words", nargs="*", metavar="[INTENT] [CHECK ...]", help="cabling, bgp, roce (default: all)"
    )
    _limit(one)
    one.add_argument("--wait", type=float, metavar="S", help="longest wait for it to settle")
    one.add_argument(
        "--lldp", type=Path, metavar="DIR", help="check cabling from saved DIR/<host>.json instead"
    )
    one.add_argument("--format", choices=("text", "json"), default="text")

    _lab(verbs.add_parser("lab", help="this cluster, or part of it, on this host"))
    return top


def _build(one: Parser) -> None:
    _intent(one)
    one.add_argument("--out", type=Path, default=Path("build"), help="default: %(default)s")
    one.add_argument(
        "--check", action="store_true", help="write nothing; exit 2 if a file would change"
    )
    one.add_argument(
        "--pdf", action="store_true", help="also labels, rack elevations and pull sheets as PDF"
    )
    one.add_argument(
        "--sheets",
        action="store_true",
        help=f"also sheets, labels and files for other tools of more than {MOST_CABLES} cables",
    )


def _compare(one: Parser) -> None:
    one.add_argument(
        "intents", nargs="*", type=Path, metavar="INTENT", help="two or more; the first is the base"
    )
    one.add_argument(
        "--claims", action="store_true", help="also recompute what is claimed about such designs"
    )
    one.add_argument("--format", choices=("table", "json"), default="table")


def _redline(one: Parser) -> None:
    one.add_argument(
        "words",
        nargs="+",
        metavar="[INTENT] FILE",
        help="exports of phones (.json), workbooks (.xlsx), cabling.csv",
    )
    one.add_argument(
        "--write", action="store_true", help="change the record and overrides of the intent"
    )
    one.add_argument("--format", choices=("text", "json"), default="text")


def _catalog(one: Parser) -> None:
    actions = one.add_subparsers(title="actions", metavar="ACTION", required=True)
    names = _verb(actions, "list", catalog.list_entries, "name what the catalog has")
    names.add_argument("kind", nargs="?", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    entry = _verb(actions, "show", catalog.show, "say what the catalog knows, and from where")
    entry.add_argument("name", metavar="NAME", help="a name of `railwright catalog list`")
    entry.add_argument("--format", choices=("text", "json"), default="text")
    node = _verb(
        actions, "import-node", catalog.import_node, "make a node profile from saved output"
    )
    node.add_argument("name", metavar="NAME", help="name of the new profile")
    for flag, saved in (
        ("--topo", "nvidia-smi topo -m"),
        ("--lspci", "lspci -Dvmmnn"),
        ("--ibdev2netdev", "ibdev2netdev -v"),
    ):
        node.add_argument(
            flag, type=Path, required=True, metavar="FILE", help=f"saved output of `{saved}`"
        )
    node.add_argument(
        "--like", metavar="MODEL", help="node model of the same box, for what the files do not say"
    )
    node.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")


def _headroom(one: Parser) -> None:
    one.add_argument("platform", metavar="PLATFORM", help=PLATFORM_HELP)
    one.add_argument("--speed-gbps", type=int, required=True, metavar="N")
    one.add_argument(
        "--lanes", type=int, metavar="N", help="default: what the platform has for the speed"
    )
    one.add_argument("--length-m", type=float, required=True, metavar="N", help="cable length")
    one.add_argument(
        "--mtu", type=int, default=9100, metavar="N", help="bytes (default: %(default)s)"
    )
    one.add_argument("--pattern-mtu", type=int, metavar="N", help="lossless packets (1024 bytes)")
    one.add_argument("--small-packets", type=int, metavar="N", help="percent of 64 bytes (50)")
    one.add_argument("--shared-pool", action="store_true", help="ports share one headroom pool")
    one.add_argument(
        "--model",
        choices=("dynamic", "traditional"),
        help="the switch's formula or the platform's table (default: formula where there is one)",
    )
    one.add_argument("--hwsku", metavar="S", help="whose table (default: that of leaves)")
    one.add_argument("--format", choices=("table", "json"), default="table")


def _limit(one: Parser) -> None:
    one.add_argument("--limit", metavar="LIST", help="names, groups and globs; `!` excludes")


def _lab(one: Parser) -> None:
    actions = one.add_subparsers(title="actions", metavar="ACTION", required=True)
    _verb(actions, "check", live.lab_check, "say whether this host can run a lab")
    up = _lab_action(actions, "up", live.lab_up, "bring the lab up, or what is missing of it")
    up.add_argument("--nodes", type=int, default=0, help="GPU nodes to boot (default: none)")
    status = _lab_action(actions, "status", live.lab_status, "report every device")
    status.add_argument("--format", choices=("text", "json"), default="text")
    run = _lab_action(actions, "exec", live.lab_exec, "run a command where the devices are")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    _lab_action(actions, "down", live.lab_down, "take the lab down, whatever state it is in")


def _lab_action(
    actions: "argparse._SubParsersAction[Parser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> Parser:
    one = _verb(actions, name, run, text)
    one.add_argument("intent", type=Path, metavar="INTENT", help="intent file")
    return one


def _verb(
    verbs: "argparse._SubParsersAction[Parser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> Parser:
    one = verbs.add_parser(name, help=text, description=text)
    one.set_defaults(verb=run)
    return one


def _intent(one: Parser) -> None:
    one.add_argument(
        "intent",
        nargs="?",
        type=Path,
        default=DEFAULT_INTENT,
        metavar="INTENT",
        help=f"intent file (default: {DEFAULT_INTENT})",
    )
