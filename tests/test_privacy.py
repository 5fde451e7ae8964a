"""Names of companies and people: what is taken for one, how it is found, and what its code is."""

import stat
import subprocess
import sys

import pyarrow as pa
import pytest

from exactnb import privacy
from exactnb.privacy import Names, local_key


@pytest.fixture
def noting(monkeypatch):
    """This process notes names, as the run of a report does."""
    names = Names(b"key")
    monkeypatch.setattr(privacy, "_names", names)
    return names


def of(*values, kind="ACC"):
    names = Names(b"key")
    for value in values:
        names.note(value, kind)
    return names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("De Veenschuur B.V.", "paid by De Veenschuur B.V."),
        ("De Veenschuur B.V.", "paid by DE VEENSCHUUR BV"),
        ("De Veenschuur B.V.", "<td>De Veenschuur</td>"),
        ("Jansen & Zonen V.O.F.", "Jansen &amp; Zonen V.O.F."),
        ("'t Wiel", "at &#x27;t Wiel"),
        ("<b>Bold</b> B.V.", "&lt;b&gt;Bold&lt;/b&gt; B.V."),
        ("Straße GmbH", "STRASSE? no: Straße GmbH"),
    ],
)
def test_a_name_is_found_as_people_write_it(name, text):
    names = of(name)
    assert names.finds(text)
    assert not names.finds(names(text))


def test_numbers_are_found_with_and_without_their_spaces():
    iban = of("NL77HUNZ0245799164", kind="IBAN")
    assert iban("NL77 HUNZ 0245 7991 64, nl77hunz0245799164").count("IBAN-") == 2
    vat = of("NL966911404B01", kind="VAT")
    assert vat("NL966911404B01 and 966911404B01").count("VAT-") == 2
    assert of("+31 50 062660", kind="TEL").finds("call +3150062660")


def test_what_is_part_of_a_word_is_no_name():
    names = of("Wiel", "Total")
    assert names("Wieltje Totaal subTotal Wiel.") == f"Wieltje Totaal subTotal {names('Wiel')}."


def test_the_longest_name_goes_first():
    names = of("De Wad", "De Wad Loods", "Loods")
    assert names("De Wad Loods") == dict(map(reversed, names.codes.items()))["De Wad Loods"]


@pytest.mark.parametrize("value", ["2024", "8000", "", " ", "-", None, 5])
def test_what_could_be_a_year_or_an_amount_is_no_name(value):
    assert len(of(value, kind="ADR")) == 0


def test_keys_are_no_names():
    assert len(of("41fe0a12-413e-4350-8450-43c80d9ec7b9")) == 0


def test_codes_are_stable_and_take_a_key():
    one, other = of("A B", "C D"), of("C D", "A B")
    assert one.codes == other.codes
    another = Names(b"another")
    another.note("A B", "ACC")
    assert not set(another.codes) & set(one.codes)
    assert all(code.startswith("ACC-") and len(code) == 10 for code in one.codes)


def test_codes_that_would_be_the_same_are_longer(monkeypatch):
    monkeypatch.setattr(privacy, "_CODE_LETTERS", 1)
    names = of(*(f"Name {number}" for number in range(200)))
    assert len(names.codes) == 200


def test_columns_that_name_somebody_are_noted_and_others_are_not(noting):
    columns = {
        "name": ["A B.V."],
        "ordered_by_name": pa.array(["C B.V.", None, "C B.V."]),
        "account_name": pa.array(["D B.V."]).dictionary_encode(),
        "gl_account_name": ["Bank"],
        "country_name": ["Belgium"],
        "is_mailing": [True],
        "description": ["Rent"],
        "SalesInvoiceLines": [[{"EmployeeFullName": "E F", "Description": "Bike"}]],
    }
    privacy.note_names("Accounts", columns)
    privacy.note_names("GLClassifications", {"name": ["Revenue"]})
    privacy.note_names("SystemDivisions", {"vat_number": ["NL1B01"]})
    privacy.note_names_in({"d": [{"BankAccountHolderName": "G H"}]})
    assert dict(noting) == {
        "A B.V.": "ACC", "C B.V.": "ACC", "D B.V.": "ACC", "E F": "PER", "G H": "ACC"
    }  # fmt: skip


def test_nothing_is_noted_and_nothing_hidden_but_in_the_run_of_a_report(books):
    assert privacy._names is None
    books.list_accounts(limit=1)
    assert privacy.hidden("De Veenschuur B.V.") == "De Veenschuur B.V."


@pytest.mark.parametrize("dialect", ["odata", "unwrapped", "camel", "records"])
def test_whatever_is_read_is_noted(noting, dialect):
    import exactnb as ex

    books = ex.demo(dialect=dialect)
    account = books.list_accounts(limit=1).iloc[0]
    assert noting.finds(account["name"])
    assert noting.finds(account["vat_number"])
    assert noting.finds(account["address_line1"])
    contact = books.request("/crm/Contacts", query={"$top": 1})["d"][0]
    assert noting.finds(contact["FullName"])
    invoice = books.list_sales_invoices(limit=1).iloc[0]
    assert noting.finds(books.get_sales_invoice(invoice["invoice_id"])["invoice_to_name"])
    books.ledger()
    assert len(noting) > 250


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    home = tmp_path / "home"
    key = local_key(home)
    assert len(key) == 32
    assert local_key(home) == key
    (place,) = home.iterdir()
    assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0


def test_processes_that_ask_at_once_get_one_key(tmp_path):
    code = "import sys, pathlib; from exactnb.privacy import local_key; "
    code += "print(local_key(pathlib.Path(sys.argv[1])).hex())"
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert len({one.communicate(timeout=60)[0] for one in asked}) == 1
