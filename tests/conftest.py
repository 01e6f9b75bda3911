"""What all tests share: the option `--full`, and how much to try in each of its two settings."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPO = Path(__file__).resolve().parent.parent

# Shared cores make single examples slow now and then, which says nothing about the code: no deadline.
settings.register_profile("quick", deadline=None, max_examples=100)
settings.register_profile("full", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run the tests marked `full`, with the full counts")


def pytest_configure(config: pytest.Config) -> None:
    # Whoever started the tests in the background or with nohup ignores signals, and children inherit that; tests send
    # such signals to children and expect what happens at a terminal.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)
    # A profile that the command line names (--hypothesis-profile) wins.
    if not config.getoption("--hypothesis-profile", default=None):
        settings.load_profile("full" if config.getoption("--full") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.fixture(scope="session")
def full_run(request: pytest.FixtureRequest) -> bool:
    """Whether this is `./test --full`: tests that count in thousands take their full count only then."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def repo() -> Path:
    """Root of the checkout."""
    return REPO
