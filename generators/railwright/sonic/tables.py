"""Small pieces every CONFIG_DB table builder shares: texts of values, names of shared rows."""

from collections.abc import Iterable

from railwright.sonic.configdb import Row

Rows = dict[str, Row]

SHARED = "AZURE"
"""Name of every shared QoS map and of the cable length row.

It is the name the stock templates give them, so `config qos reload` and operators' habits find
our rows instead of a second set (source: sonic-buildimage files/build_templates/qos_config.j2).
"""


def up_down(*, up: bool) -> str:
    """Return an admin status: `up` or `down`."""
    return "up" if up else "down"


def comma_list(values: Iterable[object]) -> str:
    """Return values as CONFIG_DB holds a list in one string: `3,4`."""
    return ",".join(map(str, values))


def key_ranges(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return queue or priority group numbers as row keys write them: 0, 1, 2, 5 is `0-2`, `5`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return tuple(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
