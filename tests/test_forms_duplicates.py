"""Records that are probably there already, however they are written."""

import pytest

from exactnb.errors import ServerError
from exactnb.forms.duplicates import likely_duplicates, near


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fietshandel Jansen B.V.", "fietshandel jansen bv"),
        ("Fietshandel Jansen", "Fietshandel Janssen"),
        ("Rijwielhuis Müller GmbH", "Rijwielhuis Muller"),
        ("De Vries Fietsen VOF", "Vries Fietsen, De"),
        ("Stichting Fietspunt", "Fietspunt"),
    ],
)
def test_names_of_one(one, other):
    assert near(one, other)
    assert near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fietshandel Jansen B.V.", "Fietshandel De Vries B.V."),
        ("Jansen BV", "BV"),
        ("", ""),
        ("Rijwielhuis Noord", "Rijwielhuis Zuid"),
    ],
)
def test_names_of_two(one, other):
    assert not near(one, other)


@pytest.fixture(scope="module")
def known(books):
    accounts = books.list_accounts(status="C")
    return accounts[accounts["vat_number"].notna() & accounts["email"].notna()].iloc[0]


@pytest.mark.parametrize(
    ("field", "column", "written"),
    [
        ("vatNumber", "vat_number", lambda v: f"{v[:2]} {v[2:6]}.{v[6:]}"),
        ("vatNumber", "vat_number", str.lower),
        ("chamberOfCommerce", "chamber_of_commerce", lambda v: f" {v} "),
        ("email", "email", str.upper),
    ],
)
def test_one_number_however_it_is_written(books, known, field, column, written):
    sent = {"name": "Een heel andere naam", field: written(known[column])}
    found = likely_duplicates(books, "create-account", sent)
    assert found["id"].tolist() == [known["id"]]
    assert found["why"].item() == f"same {column.replace('_', ' ')}"


def test_a_bank_account_is_looked_for_where_it_is_kept(books):
    account = books.odata("crm/BankAccounts", limit=1).iloc[0]
    number = account["bank_account"]
    spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    found = likely_duplicates(books, "create-account", {"name": "Qqq", "iban": spaced})
    assert found["id"].tolist() == [account["account"]]


def test_a_name_with_a_letter_wrong_is_found(books, known):
    name = known["name"]
    wrong = name[: len(name) // 2] + "x" + name[len(name) // 2 + 1 :]
    assert known["id"] in likely_duplicates(books, "create-account", {"name": wrong})["id"].tolist()


def test_a_contact_is_known_by_either_address(books):
    contact = books.list_contacts(limit=1).iloc[0]
    address = contact["business_email"] or contact["email"]
    sent = {"lastName": "Anders", "email": address.upper()}
    assert contact["id"] in likely_duplicates(books, "create-contact", sent)["id"].tolist()


def test_nothing_is_looked_for_where_nothing_can_be_twice(books):
    assert likely_duplicates(books, "create-sales-order", {"orderedBy": "x"}).empty
    assert likely_duplicates(books, "create-account", {}).empty
    assert likely_duplicates(books, "create-account", {"name": "Zzyzzx Wwq"}).empty


def test_a_quote_in_a_name_is_part_of_the_name(books):
    assert likely_duplicates(books, "create-account", {"name": "'t Fietshoekje d'Or"}).empty


def test_not_being_able_to_look_does_not_stop_a_form(books, monkeypatch):
    import exactnb

    form = exactnb.form(books, "create-account", {"name": "Toch door"}, dry_run=True)

    def broken(*args, **kwargs):
        raise ServerError("the service failed")

    monkeypatch.setattr(books, "odata", broken)
    preview = form.check()
    assert preview is not None
    assert "could not be looked up" in str(preview)
