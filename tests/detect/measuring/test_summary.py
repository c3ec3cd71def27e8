"""Figures over everything and by group."""

from llmsec_tui.detect.measuring.answers import Answers, Label
from llmsec_tui.detect.measuring.summary import Figures, summary


def label(is_attack: bool, *, task: str = "injection", source: str = "one", lang: str = "en") -> Label:
    return Label(is_attack, task, source, "attack" if is_attack else "benign", "user", lang)


def figures(answers: Answers) -> dict[tuple[str, str], Figures]:
    return {(one.by, one.name): one for one in summary(answers)}


def test_each_group_of_each_side_is_told_and_sides_with_one_group_are_left_out() -> None:
    answers = Answers()
    answers.add(label(True), 0.9, True)
    answers.add(label(False, lang="de"), 0.1, False)
    assert list(figures(answers)) == [
        ("all", ""),
        ("kind", "attack"),
        ("kind", "benign"),
        ("lang", "de"),
        ("lang", "en"),
    ]


def test_recall_of_a_group_without_benign_texts_is_at_the_threshold_of_all() -> None:
    answers = Answers()
    for number in range(100):
        answers.add(label(False, source="benign"), number / 1000, False)
    for score in (0.05, 0.0985, 0.5, 0.9):
        answers.add(label(True, source="attacks"), score, score > 0.4)
    one = figures(answers)[("source", "attacks")]
    at_one_percent, at_a_tenth = one.recall_at
    # One of a hundred benign texts may score higher: that of 0.099. None may at 0.1 %.
    assert at_one_percent is not None
    assert at_one_percent.value == 3 / 4
    assert at_a_tenth is not None
    assert at_a_tenth.value == 2 / 4
    assert one.counts.recall is not None
    assert one.counts.recall.value == 2 / 4
    assert one.auroc is None
    assert one.counts.false_positive_rate is None


def test_scores_of_different_tasks_have_thresholds_of_their_own() -> None:
    answers = Answers()
    for task, scale in (("injection", 1.0), ("pii", 0.01)):
        answers.add(label(False, task=task), 0.5 * scale, False)
        answers.add(label(True, task=task), 0.9 * scale, False)
    recall = figures(answers)[("all", "")].recall_at[0]
    assert recall is not None
    assert recall.value == 1.0
