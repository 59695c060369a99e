"""Checks CONFIG_DB configurations against the YANG models of a SONiC image, outside SONiC.

Rows become XML instance data, in which libyang needs no help with types, and yanglint judges it.
What cannot be written as instance data (a table without a model, an unknown field) is found while
converting. Because libyang names one problem at a time, a document is checked again without the
field or row it complained about, so that one run shows what else is wrong.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from railwright.errors import RailwrightError
from railwright.naming import natural_key
from railwright.sonic.configdb import KEY_SEPARATOR, ConfigDb, sort_key
from railwright.sonic.yang_instance import Document, Place, Problem, convert
from railwright.sonic.yang_schema import Table, read_tables
from railwright.sonic.yanglint import Complaint, first_complaints

MAX_ROUNDS = 8
"""How often a wrong document is looked at; each round shows one more of libyang's complaints."""

_STEP = re.compile(
    r"""/(?:[^/\[:]+:)?(?P<name>[^/\[]+)(?P<keys>(?:\[[^\]=]+=(?:'[^']*'|"[^"]*")\])*)"""
)
_KEY = re.compile(r"""\[[^\]=]+=(?:'([^']*)'|"([^"]*)")\]""")
_MANDATORY = re.compile(r'Mandatory node "(?:[^":]+:)?([^"]+)" instance does not exist')
_DANGLING = re.compile(
    r'Invalid leafref value "(?P<value>[^"]*)" - no target instance "(?P<path>[^"]+)"'
)
_NO_MEMBER = re.compile(r'Invalid union value "(?P<value>[^"]*)" - no matching subtype found')


@dataclass(frozen=True, slots=True)
class YangFinding:
    """One thing that the models of an image refuse in a device's configuration.

    `key` is the row key as in CONFIG_DB, `""` when the table as a whole is meant; `field` is `""`
    when the row as a whole (or its key) is meant.
    """

    device: str
    table: str
    key: str
    field: str
    message: str

    def __str__(self) -> str:
        """Return `device: TABLE|key field: message`, leaving out the parts that are empty."""
        place = str(Place(self.table, self.key, self.field))
        return ": ".join(part for part in (self.device, place, self.message) if part)


@dataclass(frozen=True, slots=True)
class ModelSet:
    """The YANG models of one SONiC image: its files and the tables they define."""

    files: tuple[Path, ...]
    tables: Mapping[str, Table]

    @classmethod
    def load(cls, directory: Path) -> "ModelSet":
        """Read all models of a directory, as an image has them in /usr/local/yang-models.

        Raises: RailwrightError if the directory is missing, holds no `.yang` file, or holds one
            that is not YANG.
        """
        advice = "give a copy of an image's /usr/local/yang-models"
        if not directory.is_dir():
            raise RailwrightError(f"{directory}: no such directory; {advice}")
        files = tuple(sorted(directory.glob("*.yang")))
        if not files:
            raise RailwrightError(f"{directory}: holds no *.yang file; {advice}")
        return cls(files, read_tables(files))

    def validate(self, configs: Mapping[str, ConfigDb]) -> list[YangFinding]:
        """Return what the models refuse, for configurations by device name; empty is valid.

        Devices come in natural order, and so do the tables and rows of each. All problems of form
        show at once, those that only libyang finds up to `MAX_ROUNDS` for each device. Stricter
        than SONiC where it accepts what then fails: values that are not strings, empty tables and
        lists.

        Raises: RailwrightError if yanglint is missing or cannot use the models.
        """
        checks = {device: _start(configs[device], self.tables) for device in configs}
        pending = [device for device in checks if checks[device].document.lines]
        for _ in range(MAX_ROUNDS):
            texts = [checks[device].document.xml() for device in pending]
            complaints = first_complaints(self.files, texts)
            before = checks
            checks = checks | {
                device: checks[device].after(complaint, self.tables)
                for device, complaint in zip(pending, complaints, strict=True)
                if complaint is not None
            }
            pending = [d for d in pending if checks[d].document is not before[d].document]
            if not pending:
                break
        return [
            YangFinding(device, *place, message)
            for device in sorted(checks, key=natural_key)
            for place, message in sorted(checks[device].problems, key=_problem_order)
        ]


@dataclass(frozen=True, slots=True)
class _Check:
    """How far the check of one configuration is.

    `document` is what libyang has not refused so far; `refused` are the places cut out of it.
    """

    document: Document
    problems: tuple[Problem, ...]
    refused: frozenset[Place]

    def after(self, complaint: Complaint, tables: Mapping[str, Table]) -> "_Check":
        """Return the check with this complaint noted and what it is about cut out."""
        places, message = self._located(complaint, tables)
        news = tuple((at, message) for at in places if not self._is_consequence(at, complaint))
        cut = frozenset(at for at in places if at.key)
        shorter = self.document.without(cut)
        # Nothing cut out: the same complaint would come again, so the document is left as it is.
        document = shorter if len(shorter.lines) < len(self.document.lines) else self.document
        return _Check(document, self.problems + news, self.refused | cut)

    def _located(
        self, complaint: Complaint, tables: Mapping[str, Table]
    ) -> tuple[Sequence[Place], str]:
        steps = list(_STEP.finditer(complaint.path))
        names = [step["name"] for step in steps]
        missing = _MANDATORY.search(complaint.reason)
        if missing and len(names) > 2:
            # libyang names the schema node only, so look for the rows ourselves.
            rows = self.document.rows_lacking(names[1], names[2], missing[1])
            return rows or [Place(names[1])], f'the mandatory field "{missing[1]}" is missing'
        if 0 < complaint.line <= len(self.document.lines):
            place = self.document.lines[complaint.line - 1][1]
        else:
            place = _place(steps, tables)
        return [place], _readable(complaint.reason, place.table)

    def _is_consequence(self, at: Place, complaint: Complaint) -> bool:
        """Return whether the complaint is only due to something already refused and cut out."""
        if missing := _MANDATORY.search(complaint.reason):
            return at._replace(field=missing[1]) in self.refused
        if dangling := _DANGLING.search(complaint.reason):
            target = _target_table(dangling["path"], at.table)
            return Place(target, dangling["value"]) in self.refused
        if alien := _NO_MEMBER.search(complaint.reason):
            # A union may refer to several tables, and libyang does not say which.
            return any(alien["value"] == place.key for place in self.refused if not place.field)
        return False


def _start(config: ConfigDb, tables: Mapping[str, Table]) -> _Check:
    document, problems = convert(config, tables)
    return _Check(document, tuple(problems), frozenset(place for place, _ in problems))


def _place(steps: Sequence[re.Match[str]], tables: Mapping[str, Table]) -> Place:
    """Return the place that a path `/module:module/TABLE/LIST[key='...']/leaf` points at."""
    if len(steps) < 2 or steps[1]["name"] not in tables:
        return Place("")
    table = tables[steps[1]["name"]]
    if len(steps) < 3:
        return Place(table.name)
    node = steps[2]["name"]
    keys = KEY_SEPARATOR.join(_key_values(steps[2]))
    row = Place(table.name, node if node in table.fixed_rows else keys)
    if len(steps) < 4:
        return row
    if entry := _key_values(steps[3]):  # an entry of a map table, or an item of a leaf-list
        is_item = steps[3]["keys"].startswith("[.=")
        return row._replace(field=steps[3]["name"] if is_item else entry[0])
    lists = [known for known in table.lists if known.name == node]
    not_fields = {name for known in lists for name in (*known.keys, known.inner_name)}
    return row if steps[3]["name"] in not_fields else row._replace(field=steps[3]["name"])


def _key_values(step: re.Match[str]) -> list[str]:
    return [single or double for single, double in _KEY.findall(step["keys"])]


def _target_table(path: str, table: str) -> str:
    """Return the table a leafref path leads to, from a leaf of `table`."""
    steps = [step["name"] for step in _STEP.finditer(path)]
    return steps[1] if path.startswith("/") and len(steps) > 1 else table


def _readable(reason: str, table: str) -> str:
    """Return libyang's reason, those about references in terms of tables and rows."""
    if dangling := _DANGLING.search(reason):
        target = _target_table(dangling["path"], table)
        return f'refers to {target} "{dangling["value"]}", which is not in the configuration'
    if alien := _NO_MEMBER.search(reason):
        return (
            f'"{alien["value"]}" is neither a value allowed here nor the name of a row to refer to'
        )
    return reason


def _problem_order(problem: Problem) -> tuple[object, ...]:
    place, message = problem
    return (*map(sort_key, place), message)
