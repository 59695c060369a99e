"""When lldpd is started anew: ports that are up and on which it is silent."""

import json
from collections.abc import Mapping

import pytest

from railwright.lab.box.lldp import WATCH_PATIENCE, WATCH_SPARE_S, WATCH_TRIES, Watch, sent

INTERVAL_S = 2
APART_S = 2 * INTERVAL_S + WATCH_SPARE_S
UP = {"Ethernet0": 2, "Ethernet8": 3}


class Clock:
    """Polls a watch every second, as the applier does; counts looks and notes what it asks for."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.watch = Watch(INTERVAL_S)
        self.looks = 0
        self.up: Mapping[str, int] = UP
        self.known: set[str] = set(UP)
        self.answers = True
        self.mended: list[tuple[float, tuple[str, ...]]] = []

    def run(self, seconds: float) -> None:
        """Let time pass; a known port announces all the time."""
        for _ in range(int(seconds)):
            self.now_s += 1
            if not self.watch.is_due(self.now_s):
                continue
            self.looks += 1
            counts = {name: int(self.now_s) for name in self.known}
            if ports := self.watch.look(self.now_s, self.up, counts if self.answers else None):
                self.mended.append((self.now_s, ports))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_statistics_are_counts_by_port() -> None:
    ports = [{"name": "Ethernet0", "tx": [{"tx": "7"}], "rx": [{"rx": "0"}]}]
    assert sent(json.dumps({"lldp": [{"interface": ports}]})) == {"Ethernet0": 7}
    assert sent(json.dumps({"lldp": [{}]})) == {}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"lldp": [7]}', "unable to connect"])
def test_no_statistics_are_no_answer(text: str) -> None:
    assert sent(text) is None


def test_a_switch_at_rest_is_never_looked_at(clock: Clock) -> None:
    clock.run(3600)
    assert clock.looks == 0


def test_a_healthy_switch_is_looked_at_twice_per_change(clock: Clock) -> None:
    clock.watch.restarted(clock.now_s)
    clock.run(3600)
    assert clock.looks == 2
    clock.watch.changed(clock.now_s)
    clock.run(3600)
    assert clock.looks == 4
    assert clock.mended == []


def test_many_changes_at_once_are_looked_at_once_more_at_the_end(clock: Clock) -> None:
    for _ in range(50):
        clock.watch.changed(clock.now_s)
    clock.run(3600)
    assert clock.looks == 4


@pytest.mark.parametrize("known", [set(), {"Ethernet0"}])
def test_a_port_that_lldpd_does_not_know_is_mended_once(clock: Clock, known: set[str]) -> None:
    clock.known = known
    clock.watch.changed(clock.now_s)
    start_s = clock.now_s
    clock.run(2 * APART_S)
    assert clock.mended == [(start_s + 2 * APART_S, tuple(sorted(set(UP) - known)))]
    clock.known = set(UP)
    clock.run(3600)
    assert len(clock.mended) == 1
    assert clock.looks == 4


def test_a_port_whose_coming_up_was_lost_stops_counting_and_is_mended() -> None:
    watch = Watch(INTERVAL_S)
    watch.changed(0)
    assert watch.look(APART_S, UP, {"Ethernet0": 5, "Ethernet8": 5}) == ()
    assert watch.look(2 * APART_S, UP, {"Ethernet0": 9, "Ethernet8": 5}) == ("Ethernet8",)


def test_ports_that_are_down_came_between_or_were_made_anew_are_no_reason() -> None:
    watch = Watch(INTERVAL_S)
    watch.changed(0)
    assert watch.look(APART_S, {"Ethernet0": 2}, {}) == ()
    assert watch.look(2 * APART_S, {"Ethernet0": 7, "Ethernet8": 3}, {}) == ()


def test_a_port_that_cannot_be_mended_is_left_alone_ever_later(clock: Clock) -> None:
    clock.known = {"Ethernet0"}
    clock.watch.changed(clock.now_s)
    for _ in range(24):
        clock.run(600)
        clock.watch.changed(clock.now_s)
    assert [ports for _, ports in clock.mended] == [("Ethernet8",)] * WATCH_TRIES
    times = [at_s for at_s, _ in clock.mended]
    assert times[2] - times[1] > times[1] - times[0] > 2 * APART_S
    clock.known = set()  # another port is another matter
    clock.watch.changed(clock.now_s)
    clock.run(3600)
    assert [ports for _, ports in clock.mended[WATCH_TRIES:]] == [("Ethernet0",)] * WATCH_TRIES


def test_a_port_that_talked_again_may_be_mended_again(clock: Clock) -> None:
    for _ in range(WATCH_TRIES + 1):
        clock.known = {"Ethernet0"}
        clock.watch.changed(clock.now_s)
        clock.run(2 * APART_S + 1)
        clock.known = set(UP)
        clock.run(600)
    assert len(clock.mended) == WATCH_TRIES + 1


def test_a_flapping_port_that_lldpd_never_knows_does_not_restart_it_for_ever(clock: Clock) -> None:
    clock.known = {"Ethernet0"}
    for at in range(200):
        clock.up = UP if at % 3 else {"Ethernet0": 2}
        clock.watch.changed(clock.now_s)
        clock.run(17)
    assert 0 < len(clock.mended) <= WATCH_TRIES


def test_without_an_answer_nothing_is_started_and_looks_become_rare(clock: Clock) -> None:
    clock.answers = False
    clock.watch.changed(clock.now_s)
    hours = 4
    clock.run(hours * 3600)
    assert clock.mended == []
    assert clock.looks < WATCH_PATIENCE + hours * 3600 / (APART_S * 2**WATCH_PATIENCE) + 1
    clock.answers, clock.known = True, set()
    clock.run(3600)
    assert clock.mended[0][1] == ("Ethernet0", "Ethernet8")


def test_the_daemons_own_interval_is_waited_for() -> None:
    watch = Watch(0)
    watch.changed(0)
    assert not watch.is_due(60)
    assert watch.is_due(60 + WATCH_SPARE_S)
