"""For the doctests: ``books`` is a demo administration, opened once."""

import pytest

import exactnb


@pytest.fixture(scope="session")
def books():
    return exactnb.demo()


@pytest.fixture(autouse=True)
def _books_in_doctests(doctest_namespace, books):
    doctest_namespace["books"] = books
