"""A switch goes by its catalog name, its SONiC platform name and its HWSKUs."""

import pytest

from railwright.catalog import loader
from railwright.catalog.find import AmbiguousNameError, Found, find
from railwright.catalog.loader import UnknownModelError

TWINS = {"cx864e-n", "dbmvtx9180"}  # one is taken to have the other's names


@pytest.mark.parametrize("name", sorted({*loader.switch_names()} - TWINS))
def test_every_name_leads_to_the_switch(name: str) -> None:
    platform = loader.switch(name)
    assert find(name) == find(platform.sonic_platform) == Found(platform, None)
    for sku in platform.skus:
        assert find(sku.name) == Found(platform, sku.name)


def test_names_of_two_switches_are_refused() -> None:
    board = loader.switch("dbmvtx9180")
    assert find("dbmvtx9180") == Found(board, None)
    for name in (board.sonic_platform, *(sku.name for sku in board.skus)):
        with pytest.raises(AmbiguousNameError, match="of cx864e-n and dbmvtx9180; give one of"):
            find(name)


def test_an_unknown_name_lists_the_catalogs() -> None:
    with pytest.raises(UnknownModelError, match=r"'sn5601'.*did you mean 'sn5600'\?.*sn4700"):
        find("sn5601")
