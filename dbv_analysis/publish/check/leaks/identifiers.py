"""Numbers that tell who a child is, known by their check digits.

python-stdnum calculates those of pupil and NHS numbers. Its list of authorities is not used: it dates from 2011, and a
number that a newer authority issued is a child's too. It has no learner numbers, in which nine digits weigh from 10
down to 2, modulo 11.
"""

from __future__ import annotations

from stdnum.gb import nhs, upn


def is_upn(text: str) -> bool:
    """Whether 13 characters are a unique pupil number: a check letter, then digits, the last a letter if temporary.

    >>> is_upn("A123456789012")
    True
    """
    if len(text) != 13 or not text[1:12].isdecimal():
        return False
    text = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text.upper())
    try:
        return upn.calc_check_digit(text) == text[0]
    except ValueError:  # the last is a letter that no number has
        return False


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number by their last."""
    return nhs.checksum(digits) == 0


def is_uln(digits: str) -> bool:
    """Whether ten digits are a unique learner number by their last."""
    rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return rest != 0 and int(digits[9]) == 10 - rest
