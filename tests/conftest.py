"""What holds for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.patience import PATIENCE_S

from llmsec_tui.detect.ruleset import RuleSet, load
from llmsec_tui.paths import shipped
from llmsec_tui.service.asks import Ask

# A machine that has other things to do is slow, and that is no failure: only answers are judged, never times.
settings.register_profile("answers, not times", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("answers, not times")


@pytest.fixture(autouse=True, scope="session")
def _patient_askers() -> Iterator[None]:
    """Where neither a test nor the question itself says how long an answer may take, a busy machine may take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ask, "deadline_ms", round(PATIENCE_S * 1000))
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_keyring() -> Iterator[None]:
    """Collectors of tests leave no keys in the keyring of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture(scope="session")
def shipped_rules() -> RuleSet:
    """All rules that are shipped, read and made ready once for all tests of a process; nobody can change them."""
    return load([shipped("rules")])
