"""Redlines of ports and lengths as overrides of the intent, and those that cannot be any."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from railwright.emitters.cabling.job import Pull
from railwright.intent.as_built import Mark, Value, What
from railwright.intent.overrides import LengthOverride, Overrides, PortOverride
from railwright.intent.types import TEXT_CHARS
from railwright.plan.cables.redlined import BY_US, is_redline
from railwright.plan.model import Plan
from railwright.redline.crowd import Crowd
from railwright.redline.marks import Key
from railwright.redline.merge import Change

REMEDY: Mapping[str, str] = {
    "port": "if two plugs are swapped hand in both; else plug it as the sheet says (`railwright "
    "verify cabling` prints the moves) or correct the mark",
    "length_m": "use a cable of a length that fits, or correct the mark if it is not that long",
}
_CUT = "..."
_UNKNOWN = "\ufffd"
"""Stands in an intent for a character that a phone knows and this Unicode does not."""
_DATE = 10  # characters of a time that are the date
Kind = Literal["ports", "lengths"]
Override = PortOverride | LengthOverride
WHAT: Mapping[Kind, What] = {"ports": "port", "lengths": "length_m"}
_ADVICE = re.compile(r"[:;,] remove (?:the|this) override|; an override that moves [^;]*")
"""What a message says to whoever wrote an override: of a redline nobody did."""


@dataclass(frozen=True, slots=True)
class Redline:
    """What a redline does to the overrides: `override` is the new one, `old` the one before.

    One of them is missing where one is added or removed, both where there is none to change:
    it is built as planned. `link` is the link it is about, `mark` what was said.
    """

    kind: Kind
    link: str
    mark: Mark
    old: Override | None
    override: Override | None

    @property
    def action(self) -> Literal["add", "replace", "remove", "none"]:
        """Return what happens to the list of overrides."""
        if self.old == self.override:
            return "none"
        if self.old is None:
            return "add"
        return "remove" if self.override is None else "replace"


@dataclass(frozen=True, slots=True)
class Refused:
    """A redline that stays out, and why, with what to do about it."""

    key: Key
    change: Change
    why: str


def refusal(key: Key, change: Change, what: Iterable[str]) -> Refused:
    """Return a redline that stays out because of what messages say."""
    said = dict.fromkeys(_ADVICE.sub("", one) for one in what)
    return Refused(key, change, "; ".join((*said, REMEDY[key[1]])))


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan would be without overrides: the upper port of links, the length of cables."""

    ports: Mapping[str, str]
    lengths_m: Mapping[str, float]


class Redlines:
    """Works out what changes of the record mean for the overrides of a plan."""

    def __init__(self, plan: Plan, pulls: Iterable[Pull], rules: Rules) -> None:
        self._rules = rules
        self._overrides = plan.intent.overrides
        self._pulls = {pull.id: pull for pull in pulls}
        self._beside: dict[str, list[str]] = {}
        for pull in self._pulls.values():
            for link in pull.cable.links:
                self._beside.setdefault(link, []).append(pull.id)
        self._ports = {link.id: link.z.port for link in plan.links}
        self._crowd = Crowd(plan)
        self._old_port = {one.link: one for one in self._overrides.ports}
        self._old_length = {one.link: one for one in self._overrides.lengths}

    def of(
        self, changes: Mapping[Key, Change], values: Mapping[Key, Value]
    ) -> tuple[tuple[Redline, ...], tuple[Refused, ...]]:
        """Return what redlines among the changes do, and those that are refused.

        `values` are what the record says after the changes.
        """
        found: dict[tuple[Kind, str], Redline] = {}
        refused: list[Refused] = []
        for key, change in changes.items():
            cable, what = key
            if what not in WHAT.values() or not change.is_other:
                continue
            pull, mark = self._pulls[cable], change.after
            made = self._port(pull, mark) if what == "port" else self._length(pull, mark, values)
            if isinstance(made, str):
                refused.append(Refused(key, change, made))
            else:
                found.setdefault((made.kind, made.link), made)
        wanted = {
            link: one.override.port
            if isinstance(one.override, PortOverride)
            else self._port_of(one)
            for (kind, link), one in found.items()
            if kind == "ports" and (one.action != "none" or one.mark.value is not None)
        }
        for link, why in self._crowd.refused(wanted).items():
            for key in self.keys(found.pop(("ports", link))):
                if key in changes:
                    refused.append(refusal(key, changes[key], [why]))
        return tuple(found.values()), tuple(refused)

    def switch(self, redline: Redline) -> str:
        """Return the device of the upper end of a redline's link."""
        return self._pulls[self._beside[redline.link][0]].upper.device

    def _port_of(self, redline: Redline) -> str:
        """Return where a link is whose override is taken away."""
        return self._rules.ports.get(redline.link, self._ports[redline.link])

    def keys(self, redline: Redline) -> tuple[Key, ...]:
        """Return what a redline is about: its link may have several cables side by side."""
        return tuple((cable, WHAT[redline.kind]) for cable in self._beside[redline.link])

    def _port(self, pull: Pull, mark: Mark) -> Redline | str:
        """Return what a redline of a port does, or why it is refused."""
        if not pull.redlines:
            return _unmovable(pull)
        link = pull.cable.links[0]
        old = self._old_port.get(link)
        if mark.value == self._ports[link]:
            return Redline("ports", link, mark, old, old)
        if mark.value is None:
            return Redline("ports", link, mark, old, None if is_redline(old) else old)
        if mark.value == self._rules.ports.get(link):
            return Redline("ports", link, mark, old, None)
        new = PortOverride(link=link, port=str(mark.value), reason=reason(mark))
        return Redline("ports", link, mark, old, new)

    def _length(self, pull: Pull, mark: Mark, values: Mapping[Key, Value]) -> Redline:
        """Return what a redline of a length does: a link is as long as its longest cable."""
        links = pull.cable.links
        given = [self._old_length[one] for one in links if one in self._old_length]
        old = given[0] if given else None
        link = old.link if old else links[0]
        cables = self._beside[link]
        planned_m = max(self._planned_m(one) for one in cables)
        said = {one: values.get((one, "length_m")) for one in cables}
        length_m = max(
            value if isinstance(value, float) else self._planned_m(one)
            for one, value in said.items()
        )
        if all(value is None for value in said.values()):
            return Redline("lengths", link, mark, old, None if is_redline(old) else old)
        if length_m == planned_m:
            return Redline("lengths", link, mark, old, None)
        if old and old.length_m == length_m:
            return Redline("lengths", link, mark, old, old)
        new = LengthOverride(link=link, length_m=length_m, reason=reason(mark))
        return Redline("lengths", link, mark, old, new)

    def _planned_m(self, cable: str) -> float:
        """Return how long a cable is that nobody said otherwise of."""
        return self._rules.lengths_m.get(cable, self._pulls[cable].cable.length_m)


def _unmovable(pull: Pull) -> str:
    """Return why the port of a cable cannot be said at it."""
    if pull.port_at:
        return f"the jumpers beside {pull.port_at} end in its port; say it at that one"
    what = "serves several ports, ends at a router outside the plan, or is an extra link"
    return f"{pull.id} {what}, so that no override can move it; change the intent"


def applied(overrides: Overrides, redlines: Sequence[Redline]) -> Overrides:
    """Return the overrides after redlines: changed ones in their places, new ones at the end."""
    return overrides.model_copy(
        update={kind: tuple(_list(overrides, redlines, kind)) for kind in WHAT}
    )


def _list(overrides: Overrides, redlines: Sequence[Redline], kind: Kind) -> Iterator[Override]:
    own = [one for one in redlines if one.kind == kind]
    changed = {one.old.link: one.override for one in own if one.old}
    for old in getattr(overrides, kind):
        new = changed.get(old.link, old)
        if new is not None:
            yield new
    yield from (one.override for one in own if one.action == "add" and one.override)


def reason(mark: Mark) -> str:
    """Return the reason of an override: who said it when and why, cut where it is too long."""
    text = f"{BY_US}{mark.by} {mark.at[:_DATE]}: {mark.note}".rstrip(": ")
    text = "".join(one if one.isprintable() else _UNKNOWN for one in text)
    return text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - len(_CUT)] + _CUT
