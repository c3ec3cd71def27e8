"""``detection.yml`` is read strictly, and what is written is read as it was meant."""

from pathlib import Path

import pytest

from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.errors import ConfigError
from llmsec_tui.service.detection.policy_file import Budget, DetectionError, load, write


def test_without_a_file_and_with_one_of_comments_the_shipped_threshold_holds(tmp_path: Path) -> None:
    path = tmp_path / "detection.yml"
    assert load(path).threshold == shipped().threshold
    path.write_text("# nothing yet\n\n", encoding="utf-8")
    assert (load(path).threshold, load(path).budget) == (shipped().threshold, None)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "detection.yml"
    write(path, 0.8123, Budget(5, 31_415.9))
    found = load(path)
    assert (found.threshold, found.budget) == (0.8123, Budget(5, 31_415.9))
    assert path.stat().st_mode & 0o777 == 0o600
    write(path, 0.5, Budget(7, 10))
    assert load(path).threshold == 0.5
    assert [one.name for one in tmp_path.iterdir()] == ["detection.yml"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("threshold: 1.5", ":1:1: number: 'threshold' is a number from 0 to 1; this is 1.5"),
        ("threshold: yes", ":1:1: number: "),
        ("treshold: 0.5", ":1:1: unknown-key: there is no 'treshold' here; did you mean 'threshold'?"),
        ("threshold: 0.5\nthreshold: 0.6", "2"),
        ("budget: 5", ":1:1: type: 'budget' is a mapping; this is 5"),
        ("budget: {per_week: 5}", "missing-key: 'texts_per_week' is missing"),
        ("threshold: 0.5\n---\nthreshold: 0.5", "there is another document after this one"),
        ("threshold: [", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "detection.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DetectionError) as caught:
        load(path)
    assert problem in str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="What held before still holds"):
        write(tmp_path / "nowhere" / "detection.yml", 0.5, Budget(1, 1))
