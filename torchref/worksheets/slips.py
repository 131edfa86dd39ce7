"""Slips of the pen: what becomes of a right number on its way to the paper."""

from collections.abc import Iterator
from decimal import Decimal

from torchref.grade.record import Text
from torchref.worksheets.expression import Number
from torchref.worksheets.judgement import Reading
from torchref.worksheets.operands import to_digits

SWAPPED = Text("two neighbouring digits are swapped", "相邻的两位数字写反了")
ONE_DIGIT = Text("one digit is another", "有一位数字写错了")
POINT = Text("the decimal point is in the wrong place", "小数点位置错了")
SIGN = Text("it has the wrong sign", "符号错了")


def slips(number: Number, right: Decimal) -> Iterator[Reading]:
    """The slips that make a written number of the right one; of three digits or more, for fewer tell nothing."""
    rounded = to_digits(right, number.unit)
    if rounded is None or number.digits < 3:
        return
    ours, theirs = number.text.lstrip("-"), rounded.text.lstrip("-")
    if number.value == -rounded.value:
        yield Reading("sign-lost", SIGN)
    elif len(ours) == len(theirs):
        off = [place for place in range(len(ours)) if ours[place] != theirs[place]]
        if len(off) == 1 and len(ours) > 5:
            yield Reading("digit-wrong", ONE_DIGIT)
        elif len(off) == 2 and ours[off[0] : off[1] + 1] == theirs[off[0] : off[1] + 1][::-1]:
            yield Reading("digits-swapped", SWAPPED)
    for shift in (-2, -1, 1, 2):
        shifted = to_digits(right.scaleb(shift), number.unit)
        if shifted is not None and shifted.value == number.value and shifted.value:
            yield Reading("point-shifted", POINT)
