"""Worked examples from the literature: what is wrong in them is found and named, and what is right is not touched."""

import pytest

from tests.worksheets.papers import check_data, wrong


def test_mazur_s_error_after_the_update_is_caught_and_named():
    report = check_data("mazur.md", "mazur")
    (sign,) = wrong(report)
    assert (sign.written, sign.printed, sign.expected) == ("E_total+", "0.291027924", "0.291027774")
    (reading,) = sign.readings
    assert (reading.name, reading.at) == ("updated-weight-in-delta", "∂E_total/∂out_h1")
    assert "already updated weight" in reading.sentence.english
    assert "已经更新过的权重" in reading.sentence.chinese


def test_everything_else_that_mazur_prints_is_right():
    report = check_data("mazur.md", "mazur")
    assert {str(sign.judgement) for sign in report.signs} == {"right", "wrong"}
    assert sum(bool(sign.printed) for sign in report.signs) == 18
    assert report.exit_code == 1


def test_han_and_kamber_s_error_carries_an_earlier_rounding_and_is_not_wrong():
    report = check_data("han-kamber.txt", "han-kamber")
    (sign,) = [sign for sign in report.signs if sign.judgement != "right"]
    assert (sign.written, sign.printed, sign.expected) == ("Err6", "0.1311", "0.1312")
    assert sign.judgement == "carries an earlier rounding"
    assert "out_o1 = 0.474" in sign.reason.english
    assert sum(bool(sign.printed) for sign in report.signs) == 20
    assert report.exit_code == 0


@pytest.mark.parametrize("digits", ["0.1310", "0.1313", "0.1411", "-0.1311"])
def test_another_last_digit_there_is_wrong(digits):
    from tests.worksheets.papers import DATA, check

    text = (DATA / "han-kamber.txt").read_text(encoding="utf-8").replace("= 0.1311\n", f"= {digits}\n")
    assert wrong(check(text, "han-kamber"))[0].written == "Err6"


def test_the_network_of_whole_numbers_is_right_throughout():
    report = check_data("integer.csv", "integer")
    assert {str(sign.judgement) for sign in report.signs} == {"right"}
    assert sum(bool(sign.printed) for sign in report.signs) == 14
