"""Validators: what each platform accepts, field by field. Each raises AssertionError at what it does not accept."""

import json
from math import isfinite

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def is_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def is_output(value):
    return is_text(value) and len(value) <= 100_000 and "\0" not in value and "\r" not in value


def loads(text):
    """JSON without NaN or Infinity, in UTF-8."""

    def refuse(constant):
        raise AssertionError(constant)

    assert text.encode()
    return json.loads(text, parse_constant=refuse)


def fits(value, fields, required=()):
    assert isinstance(value, dict)
    assert set(value) <= set(fields), set(value) - set(fields)
    assert set(required) <= set(value), set(required) - set(value)
    for name, one in value.items():
        assert fields[name](one), (name, one)


GRADESCOPE_TEST = {
    "score": is_number,
    "max_score": is_number,
    "status": {"passed", "failed"}.__contains__,
    "name": is_text,
    "name_format": FORMATS.__contains__,
    "number": is_text,
    "output": is_output,
    "output_format": FORMATS.__contains__,
    "tags": lambda value: isinstance(value, list) and all(map(is_text, value)),
    "visibility": VISIBILITIES.__contains__,
    "extra_data": lambda value: isinstance(value, dict),
}
GRADESCOPE = {
    "score": is_number,
    "execution_time": is_number,
    "output": is_output,
    "output_format": FORMATS.__contains__,
    "test_output_format": FORMATS.__contains__,
    "test_name_format": FORMATS.__contains__,
    "visibility": VISIBILITIES.__contains__,
    "stdout_visibility": VISIBILITIES.__contains__,
    "extra_data": lambda value: isinstance(value, dict),
    "tests": lambda value: isinstance(value, list),
}


def gradescope(text):
    """A results.json that Gradescope records with a score."""
    results = loads(text)
    fits(results, GRADESCOPE)
    for test in results.get("tests", []):
        fits(test, GRADESCOPE_TEST)
    scored = results.get("tests") and all("score" in test for test in results["tests"])
    assert "score" in results or scored, "a score at the top or in each test"
    return results


def gradescope_error(text):
    """A results.json in which Gradescope finds no score, so that it reports an error of the autograder."""
    results = loads(text)
    fits(results, GRADESCOPE, ["output"])
    assert "score" not in results
    assert not any("score" in test for test in results.get("tests", []))
    return results


PRAIRIE_TEST = {
    "name": is_text,
    "description": is_text,
    "points": is_number,
    "max_points": is_number,
    "message": is_text,
    "output": is_text,
}
PRAIRIE = {
    "gradable": lambda value: isinstance(value, bool),
    "score": lambda value: is_number(value) and 0 <= value <= 1,
    "message": is_text,
    "output": is_text,
    "tests": lambda value: isinstance(value, list),
    "format_errors": lambda value: is_text(value) or (isinstance(value, list) and value and all(map(is_text, value))),
}


def prairielearn(text):
    """A results.json that PrairieLearn takes."""
    assert len(text.encode()) <= 1_000_000
    results = loads(text)
    fits(results, PRAIRIE, ["gradable"])
    assert ("score" in results) == results["gradable"]
    assert results["gradable"] or results["format_errors"]
    for test in results.get("tests", []):
        fits(test, PRAIRIE_TEST, ["points", "max_points"])
    return results


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


CLASSROOM_TEST = {
    "test-name": is_text,
    "passed": lambda value: isinstance(value, bool),
    "score": is_whole,
    "max-score": is_whole,
}
CLASSROOM = {
    "schema": {"classroom50/result/v1"}.__contains__,
    **dict.fromkeys(("classroom", "assignment", "owner", "submission", "commit", "release", "review"), is_text),
    "assignment_type": {"individual", "group"}.__contains__,
    "datetime": lambda value: is_text(value) and value.endswith("Z") and len(value) == 20,
    "score": is_whole,
    "max-score": is_whole,
    "tests": lambda value: isinstance(value, list),
}


def classroom50(text):
    """A result.json that Classroom 50 takes; keys of one's own are kept."""
    result = loads(text)
    fits({key: value for key, value in result.items() if key in CLASSROOM}, CLASSROOM, CLASSROOM)
    for test in result["tests"]:
        fits({key: value for key, value in test.items() if key in CLASSROOM_TEST}, CLASSROOM_TEST, CLASSROOM_TEST)
    assert result["score"] == sum(test["score"] for test in result["tests"])
    assert result["max-score"] == sum(test["max-score"] for test in result["tests"])
    return result


CHECK = {
    "name": is_text,
    "description": is_text,
    "passed": lambda value: value is None or isinstance(value, bool),
    "log": lambda value: isinstance(value, list) and all(map(is_text, value)),
    "cause": lambda value: value is None or is_text(value["rationale"]),
    "data": lambda value: isinstance(value, dict),
    "dependency": lambda value: value is None or is_text(value),
}


def check50(text):
    """JSON of check50's form."""
    known = loads(text)
    fits(known, {"slug": is_text, "version": is_text, "results": lambda value: isinstance(value, list)}, ["results"])
    for check in known["results"]:
        fits(check, CHECK, CHECK)
    return known


def autolab(text):
    """The two last lines of an Autolab autograder."""
    shown, scores = map(loads, text.splitlines())
    assert shown["_presentation"] == "semantic"
    assert all(isinstance(shown[stage], dict) for stage in shown["stages"])
    fits(
        scores,
        {
            "scores": lambda value: all(map(is_number, value.values())),
            "scoreboard": lambda value: isinstance(value, list),
        },
    )
    return shown, scores
