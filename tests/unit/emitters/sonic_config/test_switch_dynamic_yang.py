"""What a switch computes its headroom from, under the image's YANG models."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.sonic.configdb import ConfigDb, Row
from railwright.sonic.yang import ModelSet

COMPUTING = [
    name
    for name in loader.switch_names()
    if loader.switch(name).dynamic and "leaf" in loader.switch(name).roles
]
SETTINGS = {
    "headroom": {"shared_pool_ratio": 3, "pattern_mtu_bytes": 4096, "small_packet_percent": 0}
}
TABLES = ("DEFAULT_LOSSLESS_BUFFER_PARAMETER", "LOSSLESS_TRAFFIC_PATTERN")

pytestmark = pytest.mark.skipif(
    shutil.which("yanglint") is None, reason="yanglint is not installed"
)


@pytest.fixture(scope="module")
def models(shared: Path) -> ModelSet:
    return ModelSet.load(shared / "sonic-yang")


@pytest.fixture(scope="module", params=COMPUTING)
def configs(request: pytest.FixtureRequest, make_plan: Callable[..., Plan]) -> dict[str, ConfigDb]:
    """Every computing switch of the small fabric, ports sharing one headroom pool."""
    name = request.param
    settings = {"roce": SETTINGS, "networks": {"storage": {"roce": SETTINGS}}}
    has_storage = "storage" in make_plan(name).built
    plan = make_plan(name, **(settings if has_storage else {"roce": SETTINGS}))
    switches = [one for one in plan.switches if plan.platforms[one.platform].dynamic]
    # AAA needs a key that only push has
    return {
        one.name: {table: rows for table, rows in intended(plan, one).items() if table != "AAA"}
        for one in switches
    }


def texts(models: ModelSet, configs: dict[str, ConfigDb]) -> str:
    return "\n".join(str(finding) for finding in models.validate(configs))


def test_every_computing_platform_is_valid(models: ModelSet, configs: dict[str, ConfigDb]) -> None:
    assert configs
    assert all(table in config for config in configs.values() for table in TABLES)
    assert texts(models, configs) == ""


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("DEFAULT_LOSSLESS_BUFFER_PARAMETER", {"over_subscribe_ratio": "2"}),
        (
            "DEFAULT_LOSSLESS_BUFFER_PARAMETER",
            {"default_dynamic_th": "0", "max_headroom_size": "0"},
        ),
        ("LOSSLESS_TRAFFIC_PATTERN", {"mtu": "10000", "small_packet_percentage": "50"}),
        ("LOSSLESS_TRAFFIC_PATTERN", {"mtu": "1024"}),
    ],
)
def test_a_wrong_parameter_is_found(
    models: ModelSet, configs: dict[str, ConfigDb], table: str, row: Row
) -> None:
    name, config = next(iter(configs.items()))
    assert table in texts(models, {name: config | {table: {"AZURE": row}}})
