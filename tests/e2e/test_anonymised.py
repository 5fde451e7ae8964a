"""The report of each example notebook without names: every one of the company's is searched for."""

import html
import re
from pathlib import Path

import pytest

import exactnb as ex

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def secrets():
    """What tells of the company's accounts, contacts and users, each value."""
    books = ex.demo(read_only=True)
    accounts, banks = books.odata("Accounts"), books.odata("BankAccounts")
    contacts = books.odata("Contacts")
    columns = [
        *(accounts[name] for name in ("name", "address_line1", "vat_number", "email", "phone")),
        accounts["creator_full_name"],
        accounts["postcode"][accounts["postcode"].str.contains("[A-Z]", na=False)],
        *(banks[name] for name in ("bank_account", "bank_account_holder_name")),
        *(contacts[name] for name in ("full_name", "email", "business_phone")),
    ]
    found = {str(value).casefold() for column in columns for value in column.dropna()}
    assert len(found) > 2000
    return found


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXACTNB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_name_is_left(notebook, secrets, tmp_path):
    report = ex.report(notebook, tmp_path / "report.html", anonymise=True)
    page = html.unescape(report.path.read_text("utf-8"))
    page = re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), page).casefold()
    assert [value for value in secrets if value in page] == []
