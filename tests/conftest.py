"""Shared fixtures and the option that rewrites expected files (refused in CI)."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UPDATE_GOLDEN = "--update-golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        UPDATE_GOLDEN, action="store_true", help="rewrite tests/golden from today's output"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(UPDATE_GOLDEN) and os.environ.get("CI"):
        raise pytest.UsageError(f"{UPDATE_GOLDEN} is refused in CI: review the difference")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The optional data beside the checkout; tests that need it skip without it."""
    path = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip(f"no shared data at {path}; set RAILWRIGHT_SHARED to where it is")
    return path


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite the expected files."""
    return bool(request.config.getoption(UPDATE_GOLDEN))
