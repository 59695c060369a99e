"""Cables of a running lab that move, and what `verify cabling` makes of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench import miscabling

from railwright.device.lldp import parse
from railwright.lab import lifecycle, recable, rootfs, state, strangers
from railwright.lab.errors import LabError
from railwright.lab.lifecycle import LabOptions
from railwright.lab.network import namespace
from railwright.lab.recable import Socket, exchanged, joined, pulled
from railwright.lab.shell import run
from railwright.lab.state import LabFolder
from railwright.plan.model import Plan
from tests.lab.lab_remains import look
from tests.lab.lab_tools import CLUSTER, Lab, wait_until

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

LEAF, SPINE = "su1-rail0-leaf", "spine1"
UP1, UP2 = Socket(LEAF, "Ethernet256"), Socket(LEAF, "Ethernet264")
DOWN1, DOWN2 = Socket("spine1", "Ethernet0"), Socket("spine2", "Ethernet0")
RAIL = Socket("gpu0001", "rail0")


@pytest.fixture(scope="module")
def lab(
    lab_plan: Plan, lab_intent: Path, lab_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Switches as they left the factory (they are all called sonic), and servers that ping."""
    base = tmp_path_factory.mktemp("lab")
    before = look(CLUSTER, base)
    options = LabOptions(cache=lab_cache, nodes=0, base=base)
    try:
        lifecycle.up(lab_plan, options, lambda _: None)
        yield Lab(options, lab_intent, before)
    finally:
        lifecycle.down(CLUSTER, lambda _: None, base)
        assert look(CLUSTER, base) == before


@pytest.fixture
def folder(lab: Lab) -> Iterator[LabFolder]:
    """The running lab, whose cables are put back afterwards."""
    folder = LabFolder(lab.options.base, CLUSTER)
    yield folder
    recable.recable(folder, recable.as_made(folder))


@pytest.fixture
def stranger(folder: LabFolder, lab_cache: Path) -> Iterator[Socket]:
    """A device of no plan that says it is called somebody."""
    yield strangers.settle(folder, "stranger1", "somebody", _tree(lab_cache))
    strangers.send_away(folder, "stranger1")


def _tree(cache: Path) -> Path:
    return rootfs.ensure(cache, {}, lambda _: None)


def _port(socket: Socket) -> dict[str, Any]:
    space = namespace(CLUSTER, socket.device)
    found = json.loads(run(["ip", "-n", space, "-json", "address", "show", socket.port]))
    one: dict[str, Any] = found[0]
    return one


def _is(socket: Socket, condition: str) -> Callable[[], bool]:
    return lambda: _port(socket)["operstate"] == condition


def _addresses(socket: Socket) -> list[str]:
    return [one["local"] for one in _port(socket)["addr_info"] if one["family"] == "inet"]


def _heard(folder: LabFolder, socket: Socket) -> tuple[tuple[str, str], ...]:
    text = strangers.inside(folder, socket.device, "lldpctl", "-f", "json")
    said = parse(text, socket.device).get(socket.port, ())
    return tuple((one.system, one.description or one.port) for one in said)


def _hears(folder: LabFolder, socket: Socket, *said: tuple[str, str]) -> Callable[[], bool]:
    return lambda: _heard(folder, socket) == said


def test_plugs_change_places_and_both_ports_come_up(folder: LabFolder) -> None:
    cables = recable.cables(folder)
    assert (cables[UP1], cables[UP2]) == (DOWN1, DOWN2)
    address = {one: _port(one)["address"] for one in (UP1, UP2, DOWN1, DOWN2)}
    anew = recable.recable(folder, exchanged(cables, UP1, UP2))
    assert anew == tuple(sorted((UP1, UP2, DOWN1, DOWN2)))
    assert recable.cables(folder)[UP1] == DOWN2
    for one in anew:
        wait_until(_is(one, "UP"))
    assert {one: _port(one)["address"] for one in address} == address
    macs = {one: address[Socket(one.device, "Ethernet0")] for one in (DOWN1, DOWN2)}
    wait_until(lambda: _chassis(folder, UP1) == [macs[DOWN2]])
    wait_until(lambda: _chassis(folder, UP2) == [macs[DOWN1]])


def _chassis(folder: LabFolder, socket: Socket) -> list[object]:
    """Return whom a port hears by chassis id: a new switch has no name of its own."""
    text = strangers.inside(folder, socket.device, "lldpctl", "-f", "json0", socket.port)
    return [
        chassis["id"][0]["value"]
        for lldp in json.loads(text)["lldp"]
        for interface in lldp.get("interface", ())
        for chassis in interface["chassis"]
    ]


def test_a_pulled_cable_leaves_both_ports_down(folder: LabFolder) -> None:
    recable.recable(folder, pulled(recable.cables(folder), DOWN1))
    for one in (UP1, DOWN1):
        wait_until(_is(one, "DOWN"))
    assert recable.is_moved(folder)
    recable.recable(folder, recable.as_made(folder))
    assert not recable.is_moved(folder)
    wait_until(_is(UP1, "UP"))


def test_a_bare_server_answers_again(folder: LabFolder) -> None:
    before = _addresses(RAIL)
    leaf = recable.cables(folder)[RAIL]
    recable.recable(folder, pulled(recable.cables(folder), RAIL))
    recable.recable(folder, joined(recable.cables(folder), RAIL, leaf))
    wait_until(_is(RAIL, "UP"))
    assert _addresses(RAIL) == before != []


def test_what_was_interrupted_is_finished(
    folder: LabFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    wanted = exchanged(recable.cables(folder), UP1, UP2)
    with monkeypatch.context() as patched:
        patched.setattr(recable, "run", killed)
        with pytest.raises(KeyboardInterrupt):
            recable.recable(folder, wanted)
    run(["ip", "-n", namespace(CLUSTER, LEAF), "link", "del", "dev", UP1.port])  # half of the work
    recable.recable(folder, wanted)
    for one in (UP1, UP2, DOWN1, DOWN2):
        wait_until(_is(one, "UP"))
    assert recable.recable(folder, wanted) == ()


def test_up_leaves_moved_cables_alone_and_refuses_growth(
    lab: Lab, folder: LabFolder, lab_plan: Plan
) -> None:
    wanted = exchanged(recable.cables(folder), UP1, UP2)
    recable.recable(folder, wanted)
    assert not lifecycle.up(lab_plan, lab.options, lambda _: None)
    assert recable.cables(folder) == wanted
    with pytest.raises(LabError, match=f"cables of the lab of {CLUSTER} were moved"):
        lifecycle.up(lab_plan, replace(lab.options, nodes=1), lambda _: None)


def test_a_port_that_does_not_exist_is_refused(folder: LabFolder) -> None:
    nowhere = Socket(LEAF, "Ethernet9999")
    with pytest.raises(LabError, match="su1-rail0-leaf Ethernet9999: the lab has no such port"):
        recable.recable(folder, joined(recable.cables(folder), UP1, nowhere))
    assert not recable.is_moved(folder)


def test_without_a_lab_there_are_no_cables(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no lab of absent runs"):
        recable.cables(LabFolder(tmp_path, "absent"))


def test_a_stranger_is_heard(folder: LabFolder, stranger: Socket) -> None:
    recable.recable(folder, joined(recable.cables(folder), UP1, stranger))
    wait_until(_hears(folder, UP1, ("somebody", "port0")))


def test_a_stranger_may_not_be_called_like_a_namespace_of_the_lab(
    folder: LabFolder, lab_cache: Path
) -> None:
    for name in (LEAF, "ctl", "void"):
        with pytest.raises(LabError, match=f"{name} is in this lab already"):
            strangers.settle(folder, name, "somebody", _tree(lab_cache))


def test_a_mute_port_is_not_heard_and_hears(folder: LabFolder) -> None:
    strangers.inside(folder, LEAF, "lldpcli", "configure", "lldp", "tx-hold", "1")
    wait_until(lambda: _heard(folder, DOWN1) != ())
    strangers.mute(folder, UP1)
    wait_until(lambda: _heard(folder, DOWN1) == ())
    assert _heard(folder, UP1) != ()
    strangers.unmute(folder, UP1)
    wait_until(lambda: _heard(folder, DOWN1) != ())


def test_a_device_announces_another_name(folder: LabFolder) -> None:
    strangers.rename(folder, SPINE, "impostor")
    wait_until(lambda: [name for name, _ in _heard(folder, UP1)] == ["impostor"])


def test_a_device_that_does_not_run_cannot_be_renamed(folder: LabFolder) -> None:
    with pytest.raises(LabError, match="gpu0001 does not run"):
        strangers.rename(folder, "gpu0001", "impostor")


def test_verify_finds_and_mends_what_was_cabled_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    code = miscabling.main(["--seed", "1", "--count", "6"])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    assert "6 planted, 6 found, 0 wrong" in said.out
    assert "rw-cables" not in state.recorded(state.RUN_FOLDER)


@pytest.mark.nightly
def test_verify_finds_and_mends_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    code = miscabling.main([])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
