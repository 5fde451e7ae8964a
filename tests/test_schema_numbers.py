"""Numbers and dates as they are typed and written, in English and in Dutch."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from exactnb.schema.numbers import parse_date, parse_number, write_number


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234\u202f567,80", "1234567.80"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("€ 12,50", "12.50"),
        ("EUR 12.50", "12.50"),
        ("€ 12,-", "12"),
        ("12,50-", "-12.50"),
        ("- 12,50", "-12.50"),
        ("-€ 5", "-5"),
        ("(12.50)", "-12.50"),
        ("−5", "-5"),
        ("+5", "5"),
        ("0,123", "0.123"),
        ("0.123", "0.123"),
        (",5", "0.5"),
        ("1234.567", "1234.567"),
        ("  7 ", "7"),
        ("12345678901234567890.12", "12345678901234567890.12"),
    ],
)
def test_numbers_are_read_as_they_were_meant(text, number, language):
    found = parse_number(text, language)
    assert found == Decimal(number)
    assert str(found) == number


@pytest.mark.parametrize(
    ("text", "english", "dutch"), [("1.234", "1.234", "1234"), ("1,234", "1234", "1.234")]
)
def test_a_lone_separator_before_three_digits_is_told_by_the_language(text, english, dutch):
    assert parse_number(text, "en") == Decimal(english)
    assert parse_number(text, "nl") == Decimal(dutch)


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "12a", "1,2,3", "12 34", "--5", "1.23,4,5", "€", "5%", "1e5", "NaN"]
)
def test_what_is_no_number_is_answered_with_one(text):
    with pytest.raises(ValueError, match=r"such as 1234\.56"):
        parse_number(text)
    with pytest.raises(ValueError, match="zoals 1234,56"):
        parse_number(text, "nl")


@pytest.mark.parametrize(
    ("value", "english", "dutch"),
    [
        (Decimal("1234.50"), "1,234.50", "1.234,50"),
        (Decimal("1E+2"), "100", "100"),
        (Decimal("-0.10"), "-0.10", "-0,10"),
        (1e-7, "0.0000001", "0,0000001"),
        (1e22, "10,000,000,000,000,000,000,000", "10.000.000.000.000.000.000.000"),
        (5.0, "5", "5"),
        (-1234, "-1,234", "-1.234"),
        (0, "0", "0"),
    ],
)
def test_numbers_are_written_with_all_digits_and_no_exponent(value, english, dutch):
    assert write_number(value, "en", grouped=True) == english
    assert write_number(value, "nl", grouped=True) == dutch
    assert write_number(value, "en") == english.replace(",", "")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_is_written_is_read_back(language):
    dice = random.Random(7)
    for _ in range(500):
        value = Decimal(dice.randint(-(10**9), 10**9)).scaleb(-dice.randint(0, 4))
        grouped = write_number(value, language, grouped=True)
        # without a fraction and grouped once, it could be a fraction in the other language only
        assert parse_number(grouped, language) == value
        assert parse_number(write_number(value, language), language) == value


@pytest.mark.parametrize(
    "text",
    ["31-12-2025", "31/12/2025", "31.12.25", "2025-12-31", "31122025", "2025/12/31", " 31-12-25 ",
     "2025-12-31T00:00:00", "2025-12-31 00:00"],
)  # fmt: skip
def test_dates_are_read_day_first_or_year_first(text):
    assert parse_date(text) == dt.date(2025, 12, 31)


@pytest.mark.parametrize("text", ["", "31-02-2025", "12/31/2025", "1 april", "2025", "31-12"])
def test_what_is_no_date_is_answered_with_one(text):
    with pytest.raises(ValueError, match="2025-12-31"):
        parse_date(text)
    with pytest.raises(ValueError, match="31-12-2025"):
        parse_date(text, "nl")
