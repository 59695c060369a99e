"""The reference with texts of its intent replaced."""

from pathlib import Path

import pytest

from railwright import api
from railwright.plan.model import Plan
from tests.unit.emitters.naming_files import Variant


@pytest.fixture(scope="session")
def variant(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Variant:
    """Return what plans an intent with texts replaced and, if given, an assets file."""

    def make(*changes: tuple[str, str], intent: str = "cluster", rows: str = "") -> Plan:
        text = (root / f"intent/{intent}.yml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path_factory.mktemp("intent") / "cluster.yml"
        if rows:
            (path.parent / "assets.csv").write_text(rows, encoding="utf-8")
            text += "\nassets: assets.csv\n"
        path.write_text(text, encoding="utf-8")
        return api.load_plan(path).plan

    return make
