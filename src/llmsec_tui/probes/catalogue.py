"""Which probes there are, and the way to run them."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from llmsec_tui.errors import ConfigError
from llmsec_tui.probes.acts import Acts
from llmsec_tui.probes.drifting import Drift
from llmsec_tui.probes.forbidden import ForbiddenAccess
from llmsec_tui.probes.step import Probe, Scenario, Step
from llmsec_tui.probes.tampering import Tampering
from llmsec_tui.probes.twins import Twins

SCENARIOS: tuple[Scenario, ...] = (Acts(), Twins(), Drift(), ForbiddenAccess(), Tampering())


def probes() -> list[Probe]:
    """All that can be run."""
    return [probe for scenario in SCENARIOS for probe in scenario.probes]


def run(names: Sequence[str] = ()) -> Iterator[Step]:
    """The steps of these probes, or of all; each as soon as it is known. Raises ConfigError for a name that is none."""
    known = [probe.name for probe in probes()]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else "See: llmsec-tui probe list"
            raise ConfigError(f"There is no probe {name!r}; none was run.", hint=hint)
    return _steps(frozenset(names or known))


def _steps(wanted: frozenset[str]) -> Iterator[Step]:
    for scenario in SCENARIOS:
        if names := wanted & {probe.name for probe in scenario.probes}:
            yield from scenario.run(names)
