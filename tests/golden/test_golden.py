"""The build output of tiny fabrics, file by file: the exact set of paths, and every byte.

`pytest tests/golden --update-golden` rewrites the expected files; review the difference.
"""

import shutil
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

from railwright import api

GOLDEN = Path(__file__).parent
INTENTS = {
    "floor-tiny": GOLDEN / "intents/floor-tiny.yml",
    "networks-tiny": GOLDEN / "intents/networks-tiny.yml",
    "lab-small": GOLDEN.parents[1] / "intent/examples/lab-small.yml",
    "rail-only-tiny": GOLDEN / "intents/rail-only-tiny.yml",
}
MAX_DIFF_LINES = 40


def built(intent: Path) -> dict[str, bytes]:
    plan = api.load_plan(intent).plan
    return {file.path: file.content for file in api.artefacts(plan)}


def expected(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(folder: Path, files: dict[str, bytes]) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def difference(name: str, old: bytes, new: bytes) -> str:
    before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
    lines = unified_diff(before, after, f"golden/{name}", f"built/{name}", lineterm="", n=1)
    return "\n".join(islice(lines, MAX_DIFF_LINES))


@pytest.mark.parametrize("cluster", sorted(INTENTS))
def test_the_build_is_as_reviewed(cluster: str, *, update_golden: bool) -> None:
    files = built(INTENTS[cluster])
    assert files
    folder = GOLDEN / cluster
    if update_golden:
        rewrite(folder, files)
    reviewed = expected(folder)
    assert sorted(files) == sorted(reviewed), "files were added or removed"
    changed = [
        difference(name, reviewed[name], content)
        for name, content in files.items()
        if reviewed[name] != content
    ]
    assert not changed, "\n\n".join(changed)


def test_every_golden_folder_has_an_intent() -> None:
    folders = {path.name for path in GOLDEN.iterdir() if path.is_dir()}
    assert folders - {"intents", "__pycache__"} <= set(INTENTS)


@pytest.mark.parametrize("cluster", sorted(INTENTS))
def test_two_builds_are_the_same(cluster: str) -> None:
    assert built(INTENTS[cluster]) == built(INTENTS[cluster])
