"""Accounts: what they lack, what cannot be right, and which were entered twice."""

import sys

import pandas as pd
import pytest
from company_books import records

import exactnb as ex
from exactnb.analyses.quality import checks, twins
from exactnb.analyses.quality.names import words
from exactnb.errors import DataError, InputError, MissingPackageError

#: planted story → the test that finds it
PLANTED = {
    "quality.no-vat-number": "vat_number_missing",
    "quality.invalid-vat-number": "vat_number_invalid",
    "quality.invalid-iban": "iban_invalid",
    "quality.no-terms": "terms_missing",
}


@pytest.fixture(scope="module")
def accounts(books):
    return books.odata("crm/Accounts")


@pytest.fixture(scope="module")
def banks(books):
    return books.odata("crm/BankAccounts")


@pytest.fixture(scope="module")
def quality(accounts, banks):
    return ex.account_quality(accounts, banks)


@pytest.mark.parametrize("story", PLANTED)
def test_each_flaw_is_found_and_nothing_else(quality, story):
    """Story 9, without one false alarm."""
    found = ex.findings(quality, PLANTED[story])
    assert found["code"].tolist() == records(story)["accounts"]


def test_what_is_right_is_counted(quality, accounts, banks):
    table = quality.set_index("test")
    clean = ["chamber_of_commerce", "postcode", "email", "email_missing", "supplier_terms_missing"]
    assert table.loc[clean, "found"].tolist() == [0] * 5
    assert len(ex.findings(quality)) == table["found"].sum() == 27
    assert table["population"]["iban_invalid"] == len(banks)
    assert table["population"]["terms_missing"] == (accounts["status"] == "C").sum()
    assert table["right"]["terms_missing"] == pytest.approx(1 - 9 / 240)
    assert f"27 of {len(accounts)} accounts" in str(quality)
    abroad = ex.findings(quality, "vat_number_missing")["why"].value_counts()
    assert abroad.to_dict() == {
        "business without VAT number": 8,
        "EU customer without VAT number": 3,
    }


def test_the_popular_action_gives_what_is_needed(books, banks):
    listed = books.list_accounts()
    assert ex.account_quality(listed, banks)["found"].sum() == 27
    assert ex.duplicate_accounts(listed, banks)["certain"].sum() == 6


def test_what_is_not_given_is_not_tested(accounts):
    quality = ex.account_quality(accounts[["id", "code", "name", "email"]])
    table = quality.set_index("test")
    assert table["found"].isna().sum() == 8 - 1
    assert table["found"]["email"] == 0
    assert "Not tested: VAT number missing" in str(quality)


def account(code="1", **more):
    told = {"id": f"id-{code}", "code": code, "name": "Fietshal B.V.", "country": "NL"}
    told |= {"status": "C", "is_supplier": False, "vat_number": "NL004495445B01"}
    told |= {"chamber_of_commerce": "12345678", "postcode": "9711 AB"}
    told |= {"email": "a@example.nl", "payment_condition_sales": "30"}
    return told | {"payment_condition_purchase": None} | more


@pytest.mark.parametrize(
    ("test", "flaw"),
    [
        ("vat_number_missing", {"vat_number": None}),
        ("vat_number_missing", {"vat_number": " "}),
        ("vat_number_missing", {"vat_number": None, "chamber_of_commerce": None, "country": "be"}),
        ("vat_number_invalid", {"vat_number": "NL004495446B01"}),
        ("vat_number_invalid", {"vat_number": "DE136695976"}),  # of another country
        ("vat_number_invalid", {"vat_number": "geen"}),
        ("chamber_of_commerce", {"chamber_of_commerce": "1234567"}),
        ("postcode", {"postcode": "0123 AB"}),
        ("postcode", {"postcode": "12345", "country": "BE"}),
        ("email", {"email": "a@example"}),
        ("email", {"email": "a@example.nl; b at example.nl"}),
        ("email_missing", {"email": None}),
        ("terms_missing", {"payment_condition_sales": None}),
        ("supplier_terms_missing", {"is_supplier": True}),
    ],
)
def test_each_flaw_by_hand(test, flaw):
    quality = ex.account_quality(pd.DataFrame([account("1"), account("2", **flaw)]))
    found = ex.findings(quality)
    found = found[(found["test"] == test)]
    assert found["code"].tolist() == ["2"]
    assert found["name"].tolist() == ["Fietshal B.V."]


@pytest.mark.parametrize(
    "well",
    [
        {"vat_number": None, "chamber_of_commerce": None},  # a consumer
        {"vat_number": None, "chamber_of_commerce": "CHE-1", "country": "CH", "postcode": "8001"},
        {"vat_number": "nl 0044.95.445.b01"},
        {"vat_number": "004495445B01"},
        {"vat_number": "EL094259216", "country": "GR"},
        {"vat_number": "DE136695976", "country": "DE", "postcode": "D-26725"},
        {"chamber_of_commerce": "12 34 56 78"},
        {"email": "a@example.nl; b@mail.example.nl"},
        {"status": "S", "payment_condition_sales": None, "email": None},
    ],
)
def test_what_is_right_is_left_alone(well):
    quality = ex.account_quality(pd.DataFrame([account(**well)]))
    assert ex.findings(quality).to_dict("records") == []


def test_ibans_by_hand():
    accounts = pd.DataFrame([account()])
    banks = pd.DataFrame(
        {
            "account": ["id-1", "id-1", "id-1", "id-elsewhere"],
            "bank_account": ["NL91 ABNA 0417 1643 00", "NL91ABNA0417164301", "1234567", "x"],
        }
    )
    found = ex.findings(ex.account_quality(accounts, banks), "iban_invalid")
    assert found["value"].tolist() == ["NL91ABNA0417164301", "1234567"]
    assert found["why"].tolist() == ["no valid IBAN", "no IBAN"]


def test_what_is_no_list_of_accounts_is_refused(accounts, banks, monkeypatch):
    for ask in (ex.account_quality, ex.duplicate_accounts):
        with pytest.raises(DataError, match="code, name"):
            ask(accounts[["id"]])
        with pytest.raises(DataError, match="not list"):
            ask([])
        with pytest.raises(InputError, match="Bank accounts"):
            ask(accounts, [])
        with pytest.raises(DataError, match="bank_account"):
            ask(accounts, banks[["account"]])
        assert (
            ask(accounts.head(0), banks)[
                "population" if ask is ex.account_quality else "score"
            ].sum()
            == 0
        )
    with pytest.raises(InputError, match="score"):
        ex.duplicate_accounts(accounts, score=0)
    monkeypatch.setitem(sys.modules, "stdnum.eu.vat", None)
    monkeypatch.setitem(sys.modules, "rapidfuzz.process", None)
    with pytest.raises(MissingPackageError, match=r"To check VAT numbers takes stdnum"):
        ex.account_quality(accounts)
    with pytest.raises(MissingPackageError, match=r"exactnb\[checks\]"):
        ex.duplicate_accounts(accounts)


# --- twins --------------------------------------------------------------------------------------


def pairs(result):
    return {frozenset(pair) for pair in result[["code", "other_code"]].values.tolist()}


def test_customers_entered_twice_are_found(accounts, banks):
    """Story 9: all six, and three more that are only alike and whose numbers differ."""
    found = ex.duplicate_accounts(accounts, banks)
    planted = {frozenset(pair) for pair in records("quality.twins")["pairs"]}
    assert pairs(found[found["certain"]]) == planted
    alike = found[~found["certain"]]
    assert len(alike) == 3
    assert alike["score"].tolist() == [91, 91, 91]
    assert alike["why"].str.contains("other VAT numbers").all()


def test_names_alone_find_all_six_spellings(accounts):
    found = ex.duplicate_accounts(accounts[["id", "code", "name"]])
    planted = {frozenset(pair) for pair in records("quality.twins")["pairs"]}
    assert pairs(found) > planted
    assert len(found) == 9
    assert not found["certain"].any()


def test_blocks_find_what_one_go_finds(accounts, banks, monkeypatch):
    whole = ex.duplicate_accounts(accounts, banks, score=80)
    monkeypatch.setattr(twins, "_BLOCK", 37)
    blocks = ex.duplicate_accounts(accounts, banks, score=80)
    pd.testing.assert_frame_equal(pd.DataFrame(whole), pd.DataFrame(blocks))


@pytest.mark.parametrize(
    ("one", "other", "score", "certain"),
    [
        ({"name": "Jansen B.V."}, {"name": "JANSEN  BV"}, 100, False),
        ({"name": "Rijwielhuis Müller GmbH"}, {"name": "Rijwielhuis Muller"}, 100, False),
        ({"name": "De Vries Fietsen V.O.F."}, {"name": "Vries Fietsen, De"}, 100, False),
        ({"name": "Bakkerij B. V. Noord"}, {"name": "Bakkerij Noord"}, 100, False),
        ({"name": "A", "vat_number": "NL 1.2"}, {"name": "Z", "vat_number": "nl12"}, 100, True),
        (
            {"name": "A", "chamber_of_commerce": "1"},
            {"name": "Z", "chamber_of_commerce": "1"},
            100,
            True,
        ),
        ({"name": "A", "email": "x@y.nl"}, {"name": "Z", "email": "X@Y.nl"}, 95, False),
    ],
)
def test_twins_by_hand(one, other, score, certain):
    records = [{"id": str(i), "code": str(i), **each} for i, each in enumerate((one, other))]
    found = ex.duplicate_accounts(pd.DataFrame(records))
    assert found[["score", "certain"]].values.tolist() == [[score, certain]]
    assert found["pair"].tolist() == ["0 / 1"]


def test_accounts_without_anything_in_common_are_not_twins():
    rows = [
        ("1", "Jansen B.V.", None),
        ("2", "De Vries B.V.", ""),
        ("3", "B.V.", None),
        ("4", None, ""),
    ]
    frame = pd.DataFrame(rows, columns=["code", "name", "vat_number"]).assign(id=range(4))
    assert ex.duplicate_accounts(frame).empty


def test_the_same_account_with_two_ibans_is_no_twin():
    frame = pd.DataFrame([{"id": "1", "code": "1", "name": "A"}])
    banks = pd.DataFrame({"account": ["1", "1"], "bank_account": ["NL1", "NL1"]})
    assert ex.duplicate_accounts(frame, banks).empty


def test_words_of_a_name():
    assert words("Fietsenzaak 't Wiel & Zn. B.V.") == ["fietsenzaak", "t", "wiel", "zn"]
    assert words("") == []
    assert checks.postcode("9711AB", "NL") is None
