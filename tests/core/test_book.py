"""A book: rows are there when it is read, in the order in which they were added."""

from __future__ import annotations

import copy
from typing import ClassVar

import numpy as np

from sim.core.book import Book


class _Notes(Book):
    types: ClassVar[dict[str, str]] = {"row": "i4", "amount": "f8"}


def test_rows_are_read_in_their_order_and_a_book_grows() -> None:
    book = _Notes()
    for number in range(50):
        places = book.append(row=np.array([number, number]), amount=float(number))
        np.testing.assert_array_equal(places, [2 * number, 2 * number + 1])
        assert book.count == 2 * number + 2
        if number % 7 == 0:
            assert book.amount[-1] == number
    np.testing.assert_array_equal(book.row, np.repeat(np.arange(50), 2))
    np.testing.assert_array_equal(book.columns()["amount"], np.repeat(np.arange(50.0), 2))
    assert len(book.append(row=np.empty(0, dtype=int), amount=1.0)) == 0
    assert book.count == len(book.row) == 100


def test_what_is_written_stays_when_the_book_grows() -> None:
    book = _Notes()
    book.append(row=np.arange(60), amount=0.0)
    book.amount[3] = 5.0
    book.append(row=np.arange(60), amount=1.0)
    assert book.amount[3] == 5.0
    assert book.amount[60:].tolist() == [1.0] * 60


def test_a_copy_has_rows_that_nobody_has_read_and_goes_its_own_way() -> None:
    book = _Notes()
    book.append(row=np.arange(3), amount=2.0)
    other = copy.deepcopy(book)
    other.append(row=np.arange(2), amount=3.0)
    other.amount[0] = 9.0
    assert book.amount.tolist() == [2.0] * 3
    assert other.amount.tolist() == [9.0, 2.0, 2.0, 3.0, 3.0]
