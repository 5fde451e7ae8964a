"""What lines come to: whole cents for each line, and words for what is not known."""

from decimal import Decimal

import pytest

from exactnb.forms.lines.totals import Line, Totals, line

CODES = {
    "excl": {"Percentage": 0.21, "Type": "E"},
    "incl": {"Percentage": 0.21, "Type": "I"},
    "camel": {"percentage": 0.09, "type": "e"},
    "none": {"Percentage": 0, "Type": "N"},
    "bare": {"Description": "a code that does not tell its rate"},
}
ITEMS = {"bike": {"StandardSalesPrice": 617.5}, "free": {"Description": "no price"}}


def record(name, value):
    return (CODES if name.lower() == "vatcode" else ITEMS).get(value)


def worked_out(**row):
    return line(row, record)


@pytest.mark.parametrize(
    ("row", "net", "vat", "gross"),
    [
        ({"quantity": 2, "netprice": 617.5, "vatcode": "excl"}, 123500, 25935, 149435),
        ({"quantity": 2, "netprice": 121, "vatcode": "incl"}, 20000, 4200, 24200),
        ({"quantity": 1, "netprice": 10, "vatcode": "camel"}, 1000, 90, 1090),
        ({"quantity": 1, "netprice": 10, "vatcode": "none"}, 1000, 0, 1000),
        ({"quantity": 3, "netprice": Decimal("0.335"), "vatcode": "none"}, 101, 0, 101),
        ({"quantity": 1, "netprice": Decimal("1.005"), "vatcode": "none"}, 101, 0, 101),
        ({"quantity": -1, "netprice": Decimal("1.005"), "vatcode": "none"}, -101, 0, -101),
        ({"quantity": 1, "netprice": 1.005, "vatcode": "none"}, 101, 0, 101),
        (
            {"quantity": 2, "unitprice": 100, "discount": 0.05, "vatcode": "excl"},
            19000,
            3990,
            22990,
        ),
        ({"quantity": 2, "netprice": 90, "unitprice": 100, "vatcode": "none"}, 18000, 0, 18000),
        ({"quantity": 0, "netprice": 90, "vatcode": "none"}, 0, 0, 0),
    ],
)
def test_a_line_is_rounded_to_cents_half_up(row, net, vat, gross):
    assert worked_out(**row) == Line(net, vat, gross)


def test_without_a_price_the_item_has_one_and_that_is_an_estimate():
    assert worked_out(quantity=2, item="bike", vatcode="none") == Line(
        123500, 0, 123500, guessed=True
    )
    assert worked_out(quantity=2, item="bike", discount=0.1, vatcode="none").net == 111150
    assert worked_out(netprice=5, vatcode="none") == Line(500, 0, 500, guessed=True)


@pytest.mark.parametrize(
    "row",
    [
        {"quantity": 1, "item": "free"},
        {"quantity": 1, "item": "not found"},
        {"quantity": "many", "netprice": 5},
        {"quantity": 1, "netprice": [5]},
        {"quantity": 1, "netprice": float("nan")},
        {"quantity": True, "netprice": 5},
        {"quantity": 1, "netprice": "1e99"},
        {"quantity": 1, "unitprice": 5, "discount": "some"},
    ],
)
def test_what_cannot_be_reckoned_is_not_known(row):
    found = worked_out(**row)
    assert (found.net, found.vat, found.gross) == (None, None, None)
    assert not found.empty


def test_without_a_rate_only_the_net_amount_is_known():
    for code in (None, "bare", "not found"):
        assert worked_out(quantity=1, netprice=5, vatcode=code) == Line(net=500)


def test_a_line_without_item_and_price_is_no_line_yet():
    assert worked_out(quantity=1).empty


NAMES = ["item", "quantity", "NetPrice", "VATCode"]


def totals_of(*rows):
    totals = Totals(NAMES, record)
    totals.set_all([dict(zip(NAMES, row, strict=True)) if row else None for row in rows])
    return totals


def test_sums_are_of_whole_cents_and_in_the_language():
    totals = totals_of((None, 1, Decimal("1000.005"), "excl"), (None, 1, Decimal("0.005"), "excl"))
    assert totals.wire("nl") == {
        "sums": [["Netto", "1.000,02"], ["Btw", "210,00"], ["Bruto", "1.210,02"]],
        "note": "",
    }
    assert totals.wire()["sums"][2] == ["Gross", "1,210.02"]
    assert totals.gross == Decimal("1210.02")


def test_an_estimate_is_marked_and_is_not_taken_for_the_sum():
    totals = totals_of(("bike", 1, None, "excl"), (None, 1, 10, "excl"))
    said = totals.wire()
    assert said["sums"][0] == ["Net", "≈ 627.50"]
    assert "estimate" in said["note"]
    assert totals.gross is None


def test_a_part_that_is_not_known_is_said_in_words():
    totals = totals_of((None, 1, 10, "excl"), (None, 1, 10, None), None)
    said = totals.wire()
    assert [amount for _, amount in said["sums"]] == [
        "20.00 (2 of 3 lines)",
        "2.10 (1 of 3 lines)",
        "12.10 (1 of 3 lines)",
    ]
    assert said["note"] == "Price not known: 1 of 3 lines. VAT not known: 1 of 3 lines."
    assert totals.gross is None
    assert totals_of((None, 1, 10, None)).wire("nl")["sums"][1] == ["Btw", "niet bekend"]


def test_one_line_is_worked_out_anew():
    totals = totals_of((None, 1, 10, "none"), (None, 1, 10, "none"))
    totals.set_line(1, {"quantity": 2, "NetPrice": 10, "VATCode": "none"})
    assert totals.gross == Decimal("30.00")
    totals.set_line(0, None)
    assert totals.gross is None


def test_a_row_is_not_asked_about_twice_until_more_is_known():
    asked = []
    rows = [{"quantity": 1, "netPrice": 1, "vatCode": "x"}]

    def counting(name, value):
        asked.append((name, value))

    totals = Totals(["quantity", "netPrice", "vatCode"], counting)
    totals.set_all(rows)
    totals.set_all(rows)
    assert asked == [("vatCode", "x")]
    totals.clear()
    totals.set_all(rows)
    assert len(asked) == 2


def test_lines_without_prices_have_no_totals():
    totals = Totals(["item", "quantity"], record)
    totals.set_all([{"item": "bike", "quantity": 1}])
    assert totals.wire() == {}
    assert totals_of().wire() == {}
