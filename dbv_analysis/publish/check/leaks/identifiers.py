"""Numbers that tell who a child is, known by their check digits.

Assumption (recalled, not read in a current guide): the check letter of a UPN is the sum of its twelve further
characters, each times its place from 2 to 13, modulo 23; the NHS number and the ULN weigh nine digits from 10 down to
2, modulo 11.
"""

from __future__ import annotations

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # I, O and S are not used


def is_upn(text: str) -> bool:
    """Whether 13 characters are a unique pupil number: a check letter, then digits, the last a letter if temporary.

    >>> is_upn("A123456789012")
    True
    """
    text = text.upper()
    if len(text) != 13 or not text[1:12].isdigit():
        return False
    last = LETTERS.find(text[12]) if text[12].isalpha() else int(text[12])
    total = sum(place * int(digit) for place, digit in enumerate(text[1:12], start=2)) + 13 * last
    return last >= 0 and LETTERS[total % 23] == text[0]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number by their last."""
    check = 11 - _weighed(digits) % 11
    return check != 10 and int(digits[9]) == check % 11


def is_uln(digits: str) -> bool:
    """Whether ten digits are a unique learner number by their last."""
    rest = _weighed(digits) % 11
    return rest != 0 and int(digits[9]) == 10 - rest


def _weighed(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False))
