"""Home rows of access switches: the room and the row of most of their cables."""

from railwright.plan.placement.homes import homes

ROOMS = (0, 0, 1, 1)
HOSTS = {"gpu0001": 0, "gpu0002": 1, "gpu0003": 2, "gpu0004": 2, "gpu0005": 3}


def test_most_cables_win() -> None:
    served = [("oob1-leaf", ("gpu0001", "gpu0003", "gpu0004"))]
    assert homes(served, {"oob1-leaf": 0}, HOSTS, ROOMS) == {"oob1-leaf": 2}


def test_the_room_is_chosen_before_the_row() -> None:
    """Four cables come from the first room, though no row of it has as many as one of the other."""
    devices = ("gpu0001", "gpu0001", "gpu0002", "gpu0002", "gpu0003", "gpu0003", "gpu0003")
    assert homes([("oob1-leaf", devices)], {"oob1-leaf": 3}, HOSTS, ROOMS) == {"oob1-leaf": 0}
    one_room = (0, 0, 0, 0)
    assert homes([("oob1-leaf", devices)], {"oob1-leaf": 3}, HOSTS, one_room) == {"oob1-leaf": 2}


def test_the_lower_of_equal_rows_wins() -> None:
    served = [("oob1-leaf", ("gpu0005", "gpu0003"))]
    assert homes(served, {"oob1-leaf": 0}, HOSTS, ROOMS) == {"oob1-leaf": 2}


def test_switches_count_where_they_stand_and_later_access_switches_do_not() -> None:
    even = {"spine1": 3, "inband1-leaf": 0, "oob1-leaf": 0, "oob2-leaf": 1}
    served = [
        ("inband1-leaf", ("gpu0003",)),
        ("oob1-leaf", ("oob2-leaf",)),
        ("oob2-leaf", ("inband1-leaf", "inband1-leaf", "spine1", "oob1-leaf")),
    ]
    assert homes(served, even, HOSTS, ROOMS) == {
        "spine1": 3,
        "inband1-leaf": 2,
        "oob1-leaf": 0,
        "oob2-leaf": 2,
    }


def test_a_switch_without_a_size_stands_nowhere() -> None:
    assert homes([("oob1-leaf", ("gpu0003",))], {}, HOSTS, ROOMS) == {}
