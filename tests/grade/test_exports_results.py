"""Results for platforms: each field is one that the platform takes, an open mark is no zero, evil text stays text."""

import json

import pytest

from manual.errors import InputError
from tests.grade import validators
from tests.grade.synthetic import (
    EVIL,
    FULL,
    OPEN_RECORD,
    OUTLINE,
    UNUSABLE_RECORD,
    evil_records,
    record_of,
    records,
    waiting_record,
)
from torchref.errors import NotJudgedError
from torchref.grade.exports import RESULT_EXPORTS, ResultContext, export_result
from torchref.grade.exports.gradescope import failed, student_of
from torchref.grade.exports.mark import mark_of
from torchref.grade.record import MARKED, RIGHT, WRONG, Item, Outline, Record, TaskMark, Text

ENVIRONMENT = {
    "CLASSROOM": "cs",
    "ASSIGNMENT": "hw1",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "ASSIGNMENT_TYPE": "individual",
    "USERNAME": "alice",
}
CONTEXT = ResultContext(environment=ENVIRONMENT)
VALIDATORS = {name: getattr(validators, name) for name in RESULT_EXPORTS}


def whole(count):
    return [record for record in records(count) if mark_of(OUTLINE, record) is not None]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", RESULT_EXPORTS)
def test_results_are_what_the_platform_takes(name, language):
    context = ResultContext(language, ENVIRONMENT, with_numbers=language == "zh")
    for record in [*whole(150), UNUSABLE_RECORD, *evil_records()]:
        VALIDATORS[name](export_result(name, OUTLINE, record, context))


@pytest.mark.parametrize("name", RESULT_EXPORTS)
def test_results_are_a_pure_function(name):
    record = whole(30)[-1]
    assert export_result(name, OUTLINE, record, CONTEXT) == export_result(name, OUTLINE, record, CONTEXT)


def test_gradescope_gets_points_and_verdicts():
    record = record_of("ada", 2.0, 0.75, *[0.0] * 4)
    results = validators.gradescope(export_result("gradescope", OUTLINE, record))
    assert results["score"] == 2.75
    assert [(test["score"], test["max_score"]) for test in results["tests"][:3]] == [
        (2.0, 2.0),
        (0.75, 1.5),
        (0.0, 1.0),
    ]
    assert [test.get("status") for test in results["tests"][:3]] == ["passed", None, "failed"]
    assert "visibility" not in results


def test_gradescope_hides_nothing_unless_asked():
    for visibility in validators.VISIBILITIES:
        text = export_result("gradescope", OUTLINE, record_of("ada", *FULL), ResultContext(visibility=visibility))
        results = validators.gradescope(text)
        assert results["visibility"] == visibility
        assert not any("visibility" in test for test in results["tests"])
    with pytest.raises(InputError, match="visibility must be one of visible"):
        export_result("gradescope", OUTLINE, record_of("ada", *FULL), ResultContext(visibility="secret"))


def test_an_open_mark_is_an_error_of_the_autograder_for_gradescope_and_no_zero():
    for record in (OPEN_RECORD, Record("x", "not judged"), Record("x", MARKED, OPEN_RECORD.tasks[:2])):
        text = export_result("gradescope", OUTLINE, record)
        assert "no fault of yours" in validators.gradescope_error(text)["output"]
        with pytest.raises(AssertionError, match="a score at the top"):
            validators.gradescope(text)
    assert "ran out of memory" in export_result("gradescope", OUTLINE, OPEN_RECORD)
    validators.gradescope_error(failed("the machine was off"))


def test_an_unusable_submission_has_a_score_of_zero_and_the_reason():
    results = validators.gradescope(export_result("gradescope", OUTLINE, UNUSABLE_RECORD))
    assert results["score"] == 0
    assert results["output"].startswith("solution.py cannot be read")


def long_record(character):
    said = character * 300_000
    tasks = (TaskMark(item.name, 0.0, item.points, WRONG, said=said) for item in OUTLINE.items)
    return Record("x", MARKED, tuple(tasks))


@pytest.mark.parametrize("character", ["x", "字", '"', "\n", "\\"])
@pytest.mark.parametrize("name", RESULT_EXPORTS)
def test_long_output_is_cut(name, character):
    VALIDATORS[name](export_result(name, OUTLINE, long_record(character), CONTEXT))


def test_prairielearn_uses_up_no_attempt_for_what_cannot_be_graded():
    for record in (OPEN_RECORD, UNUSABLE_RECORD, Record("x", "unusable")):
        results = validators.prairielearn(export_result("prairielearn", OUTLINE, record))
        assert not results["gradable"]
        assert "score" not in results
    results = validators.prairielearn(export_result("prairielearn", OUTLINE, record_of("x", *FULL)))
    assert results["score"] == 1
    assert (
        validators.prairielearn(export_result("prairielearn", OUTLINE, record_of("x", 1.0, *[0.0] * 5)))["score"] == 0.1
    )


def test_classroom50_has_whole_numbers_and_the_exact_points():
    thirds = record_of("x", 2 / 3, 1.005, *[0.0] * 4)
    result = validators.classroom50(export_result("classroom50", OUTLINE, thirds, CONTEXT))
    assert [test["score"] for test in result["tests"][:2]] == [67, 101]
    assert result["points"] == 1.671667
    assert result["max-score"] == 1000
    assert result["datetime"] == "2026-06-01T14:32:05Z"
    assert result["owner"] == "alice"


def test_classroom50_ends_with_an_error_where_a_mark_is_open():
    with pytest.raises(NotJudgedError, match="no fault of yours"):
        export_result("classroom50", OUTLINE, OPEN_RECORD, CONTEXT)


def test_an_open_task_has_no_score_in_autolab_and_is_null_in_check50():
    _, scores = validators.autolab(export_result("autolab", OUTLINE, OPEN_RECORD))
    assert "momentum" not in scores["scores"]
    assert len(scores["scores"]) == 5
    assert "scoreboard" not in scores
    checks = validators.check50(export_result("check50", OUTLINE, OPEN_RECORD))["results"]
    assert [check["passed"] for check in checks] == [True] * 5 + [None]
    assert "points" not in checks[-1]["data"]


def test_a_task_that_waits_for_a_wrong_one_has_no_points_and_that_is_final():
    results = validators.gradescope(export_result("gradescope", OUTLINE, waiting_record()))
    assert results["score"] == sum(FULL[2:])
    assert results["tests"][1]["score"] == 0
    assert "it builds on forward" in results["tests"][1]["output"]
    check = validators.check50(export_result("check50", OUTLINE, waiting_record()))["results"][1]
    assert check["passed"] is None
    assert check["data"]["points"] == 0
    assert validators.autolab(export_result("autolab", OUTLINE, waiting_record()))[1]["scores"]["sigmoid"] == 0
    for name in ("prairielearn", "classroom50"):
        VALIDATORS[name](export_result(name, OUTLINE, waiting_record(), CONTEXT))


def test_prairielearn_s_results_stay_below_a_megabyte():
    items = tuple(Item(f"t{place}", Text("t", "t"), 1.0) for place in range(40))
    tasks = tuple(TaskMark(item.name, 0.0, 1.0, WRONG, said="字" * 60_000) for item in items)
    outline = Outline("many", Text("many", "many"), items)
    results = validators.prairielearn(export_result("prairielearn", outline, Record("x", MARKED, tasks)))
    assert len(results["tests"]) == 40


def test_a_print_cannot_forge_autolab_s_last_line():
    said = '\n{"scores": {"forward": 100}}\n'
    tasks = [TaskMark(item.name, 0.0, item.points, WRONG, said=said) for item in OUTLINE.items]
    text = export_result("autolab", OUTLINE, Record("x", MARKED, tuple(tasks)))
    assert validators.autolab(text)[1]["scores"]["forward"] == 0


@pytest.mark.parametrize("name", RESULT_EXPORTS)
def test_evil_text_loses_what_is_no_text(name):
    for text, record in zip(EVIL, evil_records(), strict=True):
        known = export_result(name, OUTLINE, record, CONTEXT)
        assert not set(known) & set("\x00\x07\x1b\r\ud800\u202e\ufffe"), text


def test_expected_numbers_are_given_only_if_asked():
    record = next(record for record in records(50) if any(task.hints for task in record.tasks))
    for name in ("gradescope", "prairielearn", "autolab", "check50"):
        assert "0.0821670406" not in export_result(name, OUTLINE, record)
        assert "0.0821670406" in export_result(name, OUTLINE, record, ResultContext(with_numbers=True))


def test_an_unknown_format_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'gradescope'"):
        export_result("gradscope", OUTLINE, OPEN_RECORD)


def test_points_must_be_finite():
    tasks = [TaskMark(item.name, float("nan"), item.points, RIGHT) for item in OUTLINE.items]
    with pytest.raises(InputError, match="points must be finite"):
        export_result("prairielearn", OUTLINE, Record("x", MARKED, tuple(tasks)))


BAD = [
    ("gradescope", '{"output": "no score"}'),
    ("gradescope", '{"score": NaN}'),
    ("gradescope", '{"score": "4"}'),
    ("gradescope", '{"score": 1, "visibility": "secret"}'),
    ("gradescope", '{"score": 1, "invented": 1}'),
    ("gradescope", '{"tests": [{"name": "no score"}]}'),
    ("gradescope", '{"score": 1, "tests": [{"status": "partly"}]}'),
    ("gradescope", json.dumps({"score": 1, "output": "x" * 100_001})),
    ("gradescope_error", '{"output": "a score after all", "score": 0}'),
    ("gradescope_error", '{"output": "a score after all", "tests": [{"score": 0}]}'),
    ("prairielearn", '{"gradable": true}'),
    ("prairielearn", '{"gradable": true, "score": 1.5}'),
    ("prairielearn", '{"gradable": false, "score": 0, "format_errors": ["x"]}'),
    ("prairielearn", '{"gradable": true, "score": 1, "tests": [{"name": "x"}]}'),
    ("prairielearn", json.dumps({"gradable": True, "score": 1, "output": "x" * 1_000_000})),
    ("classroom50", '{"schema": "classroom50/result/v1", "score": 1.5, "max-score": 2, "tests": []}'),
    ("check50", '{"results": [{"name": "x", "passed": "yes"}]}'),
    ("autolab", '{"_presentation": "semantic", "stages": []}\n{"scores": {"a": "1"}}'),
    ("autolab", '{"scores": {}}\n{"scores": {}}'),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_the_validators_reject_what_is_wrong(name, text):
    with pytest.raises((AssertionError, KeyError)):
        getattr(validators, name)(text)


@pytest.mark.parametrize(
    ("users", "student"),
    [
        ([{"email": "ada@uni.example", "id": 7, "name": "Ada"}], "ada@uni.example"),
        ([{"email": "b@x", "id": 1}, {"email": "a@x", "id": 2}], "a@x,b@x"),
        ([{"email": None, "id": 12}, {"email": "", "id": 5}], "12,5"),
    ],
)
def test_who_submitted_is_read_from_the_metadata(users, student, tmp_path):
    metadata = tmp_path / "submission_metadata.json"
    metadata.write_text(json.dumps({"id": 1, "users": users}))
    assert student_of(metadata) == student


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": []}', '{"users": [{"name": "x"}]}', '{"users": 3}'])
def test_metadata_that_names_nobody_is_refused(text, tmp_path):
    metadata = tmp_path / "submission_metadata.json"
    metadata.write_text(text)
    with pytest.raises(InputError, match=r"submission_metadata\.json"):
        student_of(metadata)
    with pytest.raises(InputError, match=r"submission_metadata\.json"):
        student_of(tmp_path / "none")
