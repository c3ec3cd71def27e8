"""Dates that can be somebody's birthday."""

_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIRST_YEAR, _LAST_YEAR = 1905, 2026
"""Written down and not asked of the clock: a review years later must give the same answer."""


def birthday(text: str) -> bool:
    """Numbers between separators that are a day, month and year of a lifetime (1905 to 2026), in any usual order.

    The first of January of a round year is what forms and samples say, and is none.
    """
    parts = [int(part) for part in "".join(char if char.isdigit() else " " for char in text).split()]
    years = [part for part in parts if _FIRST_YEAR <= part <= _LAST_YEAR]
    if len(parts) < 3:
        # The month is a word.
        return bool(years) and len(parts) == 2
    small = [part for part in parts if part < _FIRST_YEAR]
    if len(years) != 1 or len(small) != 2 or not 1 <= min(small) <= 12:
        return False
    return max(small) <= _DAYS[min(small)] and not (small == [1, 1] and years[0] % 10 == 0)
