"""Sheets for technicians, of any cluster: nothing is missing, nothing twice, growth keeps all."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from railwright.catalog import loader as catalog
from railwright.cells import unescaped
from railwright.emitters.cabling import labels, table, volume
from railwright.emitters.cabling.job import Job, job_of
from railwright.intent.as_built import STEPS, AsBuilt, Mark, Step, What
from railwright.intent.model import Intent
from railwright.plan.build import build
from railwright.plan.cables.model import Cable
from railwright.plan.model import Plan
from tests.invariants.cablings import cabled
from tests.invariants.plans import DRAWN, doubles, plan_of
from tests.invariants.strategies import growths

FORMULA = ("=", "+", "-", "@", "\t", "\r")
AT = "2026-03-01T09:30:00Z"
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)


@st.composite
def grown(draw: st.DrawFn) -> tuple[Intent, Intent]:
    """Draw a cluster with its cabling and the same with more deployed of any population."""
    intent = draw(cabled())
    return intent, draw(growths(intent))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def table_of(job: Job) -> list[dict[str, str]]:
    (file,) = table.emit(job.pulls)
    return rows(file.content)


def records(job: Job) -> Iterator[tuple[str, dict[str, str]]]:
    """Every record of the cables' lists of one maker, with the wave it is listed under."""
    for file in labels.emit(job):
        name = file.path.removeprefix("cabling/labels/brady/").removesuffix(".csv")
        if name in job.waves:
            yield from ((name, row) for row in rows(file.content))


def with_cable(plan: Plan, cable: Cable, other: Cable) -> Plan:
    """The plan with another cable in the place of one."""
    changed = replace(plan)
    cables = tuple(other if one is cable else one for one in plan.cabled.cables)
    changed.__dict__["cabled"] = replace(plan.cabled, cables=cables)
    return changed


@DRAWN
@given(cabled())
def test_every_deployed_cable_is_on_every_kind_of_sheet_once(intent: Intent) -> None:
    plan = plan_of(intent)
    job = job_of(plan)
    cables = [one.id for one in plan.cabled.cables if one.deployed]
    assert [pull.id for pull in job.pulls] == cables
    assert not doubles(cables)
    assert [row["cable"] for row in table_of(job)] == cables
    assert Counter(pull.id for wave in job.waves.values() for pull in wave) == Counter(cables)
    assert {pull.cable.wave for pull in job.pulls} == set(job.waves)
    served = Counter(link for pull in job.pulls for link in set(pull.cable.links))
    assert {link.id for link in plan.links if link.deployed} <= set(served)


@DRAWN
@given(cabled())
def test_a_cable_is_at_the_racks_and_devices_of_its_ends(intent: Intent) -> None:
    plan = plan_of(intent)
    job = job_of(plan)
    there = {device.name for device in plan.devices}
    borders = {link.z.device for link in plan.links if link.kind == "border"}
    assert set(job.by_device) <= there | borders
    at_racks, at_devices = Counter[str](), Counter[str]()
    for pull in job.pulls:
        assert all(plug.waits == (plug.device not in there | borders) for plug in pull.plugs)
        here = [plug for plug in pull.plugs if not plug.waits]
        assert len(here) >= 2
        assert pull.home is here[0]
        at_devices[pull.id] = len(here)
        at_racks[pull.id] = len({plug.rack for plug in here if plug.rack})
    found = Counter(pull.id for pulls in job.by_rack.values() for pull in pulls)
    assert +found == +at_racks
    assert Counter(p.id for plugs in job.by_device.values() for _, p in plugs) == at_devices


@DRAWN
@given(cabled(), st.integers(0, 400))
def test_volumes_share_the_cables(intent: Intent, most: int) -> None:
    job = job_of(plan_of(intent))
    with patch.object(volume, "MOST_CABLES", most):
        found = volume.volumes(job)
    assert Counter(pull.id for one in found for pull in one.pulls) == Counter(
        pull.id for pull in job.pulls
    )
    assert sorted(rack for one in found for rack in one.racks) == sorted(job.by_rack)
    assert Counter(name for one in found for name in one.switches) == Counter(
        one.name for one in job.plan.switches if one.name in job.by_device
    )
    names = [one.name for one in found]
    assert not doubles(names)
    assert names == [""] or all(name.isascii() and "/" not in name and name for name in names)
    assert (names == [""]) == (len(job.pulls) <= most)


@DRAWN
@given(cabled())
def test_every_end_of_every_cable_has_a_label(intent: Intent) -> None:
    job = job_of(plan_of(intent))
    found: dict[str, list[dict[str, str]]] = {}
    of = {pull.id: pull for pull in job.pulls}
    for wave, row in records(job):
        assert row["wave"] == wave == of[row["cable"]].cable.wave
        found.setdefault(row["cable"], []).append(row)
    assert set(found) == set(of)
    for name, own in found.items():
        plugs = of[name].plugs
        assert [f"{row['line1']} / {row['line2']}" for row in own] == [one.label for one in plugs]
        assert [row["end"][0] for row in own] == ["A"] * (len(plugs) - 1) + ["Z"]
        assert {row["qr"] for row in own} == {name}
        assert len({row["end"] for row in own}) == len(own)


@DRAWN
@given(cabled())
def test_a_label_is_on_one_cable_only(intent: Intent) -> None:
    """Near and far end together, so that whoever holds a plug knows which it is."""
    job = job_of(plan_of(intent))
    printed = [(row["line1"], row["line2"]) for _, row in records(job)]
    assert not doubles(printed)


@DRAWN
@given(grown())
def test_growth_keeps_ids_checks_and_labels(pair: tuple[Intent, Intent]) -> None:
    small, large = job_of(plan_of(pair[0])), job_of(build(pair[1]))
    later = {pull.id: pull for pull in large.pulls}
    for pull in small.pulls:
        now = later[pull.id]
        assert now.check == pull.check
        assert [plug.label for plug in now.plugs] == [plug.label for plug in pull.plugs]
        assert (now.cable.wave, now.cable.bundle) == (pull.cable.wave, pull.cable.bundle)
        assert all(
            plug.waits or not new.waits for plug, new in zip(pull.plugs, now.plugs, strict=True)
        )
    printed = {(row["cable"], row["end"]): row for _, row in records(large)}
    for _, row in records(small):
        assert printed[row["cable"], row["end"]] == row


@DRAWN
@given(cabled(), st.data())
def test_a_check_changes_with_what_is_plugged_where(intent: Intent, data: st.DataObject) -> None:
    plan = plan_of(intent)
    job = job_of(plan)
    cable = data.draw(st.sampled_from([pull.cable for pull in job.pulls]))
    end = data.draw(st.integers(0, len(cable.ends) - 1))
    field = data.draw(
        st.sampled_from(("device", "ports", "cage", "socket", "rack", "top_u", "label"))
    )
    values: dict[str, Any] = {"ports": ("other",), "top_u": 99}
    other = replace(cable.ends[end], **{field: values.get(field, "other")})
    ends = (*cable.ends[:end], other, *cable.ends[end + 1 :])
    skus = [one.sku for jumper in catalog.optics().jumpers for one in jumper.lengths]
    part = next(sku for sku in skus if sku != cable.part)
    change = data.draw(
        st.sampled_from(
            (
                replace(cable, length_m=cable.length_m + 0.5),
                replace(cable, part=part),
                replace(cable, ends=ends),
            )
        )
    )
    changed = job_of(with_cable(plan, cable, change))
    assert changed.revision != job.revision
    differ = [
        one.id for one, now in zip(job.pulls, changed.pulls, strict=True) if one.check != now.check
    ]
    assert differ == [cable.id]


@DRAWN
@given(cabled(), st.lists(st.tuples(st.sampled_from(STEPS), WORDS, WORDS), max_size=4), WORDS)
def test_marks_change_no_sheet_of_what_is_to_do(
    intent: Intent, steps: list[tuple[Step, str, str]], remark: str
) -> None:
    """They change no check and no revision, whatever people write, and no cell is a formula."""
    plan = plan_of(intent)
    job = job_of(plan)
    cable = job.pulls[-1].id
    marks: dict[What, Mark] = {"remark": Mark(cable, "remark", remark, "A", AT)}
    for step, by, note in steps:
        marks[step] = Mark(cable, step, True, by or "A", AT, note)
    built = AsBuilt("as-built.csv", tuple(marks.values()), tuple(range(len(marks))))
    done = job_of(replace(plan, intent=intent.model_copy(update={"as_built": built})))
    assert done.revision == job.revision
    assert [pull.check for pull in done.pulls] == [pull.check for pull in job.pulls]
    assert dict(done.pulls[-1].marks) == marks
    found = table_of(done)
    for row in found:
        assert not any(cell.startswith(FORMULA) for cell in row.values())
    last = found[-1]
    assert unescaped(last["remark"]) == remark or last["remark"] == remark
    for name in STEPS:
        by = marks[name].by if name in marks else ""
        assert last[name] == ("yes" if name in marks else "")
        assert by in (unescaped(last[f"{name}_by"]), last[f"{name}_by"])
    assert not any(cell.startswith(FORMULA) for _, row in records(done) for cell in row.values())


@DRAWN
@given(cabled())
def test_as_built_ports_are_said_where_an_override_can_move_them(intent: Intent) -> None:
    """Once per link that ends on a deployed switch and has no splitter."""
    plan = plan_of(intent)
    job = job_of(plan)
    links = {link.id: link for link in plan.links}
    said = Counter(pull.cable.links[0] for pull in job.pulls if pull.redlines)
    alone = {
        link
        for pull in job.pulls
        for link in pull.cable.links
        if not pull.id.startswith(f"{pull.upper.device}:") and links[link].kind != "border"
    }
    assert said == Counter(alone)
    ids = {pull.id for pull in job.pulls if pull.redlines}
    assert {pull.port_at for pull in job.pulls} - {None} == ids
