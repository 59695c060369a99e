"""The switch's formula to the byte: recorded vectors, the upstream file, and its terms."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from math import isclose
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.catalog.model import DynamicBuffers
from railwright.lab.box.resp import Redis
from railwright.plan.headroom.formula import LosslessPort, Pattern, Sizes, headroom
from tests.unit.plan.headroom import upstream
from tests.unit.plan.headroom.upstream import Case

START_S = 10.0
RECORDED = json.loads((Path(__file__).parent / "vectors.json").read_text())
ASICS: Mapping[str, Mapping[str, str]] = RECORDED["asics"]
CASES = [(Case(*row[:9]), tuple(row[9:])) for row in RECORDED["cases"]]
KIB = 1024
NVIDIA = [name for name in loader.switch_names() if loader.switch(name).dynamic]


def facts(asic: str) -> DynamicBuffers:
    """Return a catalog entry's facts with the constants of another chip."""
    row = ASICS[asic]
    spectrum = loader.switch("sn5600").dynamic
    assert spectrum
    return spectrum.model_copy(
        update={
            "asic_key": asic,
            "cell_bytes": int(row["cell_size"]),
            "pipeline_latency_kib": float(row["pipeline_latency"]),
            "mac_phy_delay_kib": float(row["mac_phy_delay"]),
            "peer_response_time_kib": float(row["peer_response_time"]),
        }
    )


def computed(case: Case) -> Sizes:
    return headroom(
        facts(case.asic),
        LosslessPort(
            case.speed_gbps, case.lanes, case.length_m, case.mtu_bytes, gearbox_ns=case.gearbox_ns
        ),
        Pattern(case.pattern_mtu_bytes, case.small_packet_percent),
        shared_pool=bool(case.shp),
    )


def sizes(case: Case) -> tuple[int, int, int]:
    found = computed(case)
    return found.xon_bytes, found.xoff_bytes, found.size_bytes


def test_every_recorded_vector_to_the_byte() -> None:
    assert len(CASES) > 900
    wrong = [(case, expected) for case, expected in CASES if sizes(case) != expected]
    assert wrong == []


@pytest.mark.parametrize(
    ("speed", "lanes", "length", "pattern", "shp", "expected"),
    [
        (400, 4, 5, 1024, 0, (19456, 98304, 117760)),
        (400, 4, 40, 1024, 0, (19456, 119808, 139264)),
        (800, 8, 5, 1024, 0, (38912, 108544, 156672)),
        (800, 8, 40, 1024, 0, (38912, 152576, 200704)),
        (400, 4, 5, 1024, 2, (19456, 96256, 19456)),
        (400, 4, 40, 1024, 2, (19456, 117760, 19456)),
        (800, 8, 5, 1024, 2, (38912, 106496, 38912)),
        (800, 8, 40, 1024, 2, (38912, 150528, 38912)),
        (400, 4, 5, 4096, 2, (19456, 86016, 19456)),
        (400, 4, 40, 4096, 2, (19456, 104448, 19456)),
        (800, 8, 5, 4096, 2, (38912, 95232, 38912)),
        (800, 8, 40, 4096, 2, (38912, 132096, 38912)),
    ],
)
@pytest.mark.parametrize("asic", ["MELLANOX-SPECTRUM-4", "MELLANOX-SPECTRUM-5"])
def test_the_published_vectors(
    asic: str,
    speed: int,
    lanes: int,
    length: int,
    pattern: int,
    shp: int,
    expected: tuple[int, int, int],
) -> None:
    assert sizes(Case(asic, speed, lanes, length, 9100, 0, pattern, 50, shp)) == expected


@pytest.mark.parametrize("name", NVIDIA)
def test_the_catalog_has_the_constants_of_the_chip(name: str) -> None:
    dynamic = loader.switch(name).dynamic
    assert dynamic
    row = ASICS[dynamic.asic_key]
    assert str(dynamic.cell_bytes) == row["cell_size"]
    assert dynamic.pipeline_latency_kib == float(row["pipeline_latency"])
    assert dynamic.mac_phy_delay_kib == float(row["mac_phy_delay"])
    assert dynamic.peer_response_time_kib == float(row["peer_response_time"])


@pytest.mark.parametrize("index", range(0, len(CASES), 50))
def test_the_terms_add_up_to_xoff(index: int) -> None:
    case, (_, xoff, _) = CASES[index]
    terms = computed(case).terms
    assert isclose(sum(one.bytes for one in terms), xoff, abs_tol=1e-6)
    assert len({one.name for one in terms}) == len(terms)
    assert all(one.bytes > 0 for one in terms)


def test_sizes_are_whole_kib_and_never_shrink_with_length() -> None:
    case = Case("MELLANOX-SPECTRUM-4", 400, 4, 1, 9100, 0, 1024, 50, 0)
    found = [sizes(case._replace(length_m=length)) for length in range(1, 400)]
    assert found == sorted(found)
    assert all(one % KIB == 0 for three in found for one in three)


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing")
    # a unix socket's path must be short, which pytest's directories are not
    with tempfile.TemporaryDirectory(prefix="rwlua") as folder:
        socket = f"{folder}/socket"
        server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield _connected(socket)
        finally:
            server.terminate()
            server.wait()


def _connected(socket: str) -> Redis:
    end = time.monotonic() + START_S
    while True:
        try:
            return Redis(socket, 0)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def test_the_upstream_file_agrees_on_the_whole_grid(redis: Redis) -> None:
    text = upstream.script()
    if text is None:
        pytest.skip(f"no {upstream.NAME}: {upstream.VARIABLE} names one")
    wrong = []
    for case, recorded in CASES:
        found = upstream.evaluate(redis, text, ASICS, case)
        if not sizes(case) == found == recorded:
            wrong.append((case, found))
    assert wrong == []
