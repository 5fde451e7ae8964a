"""Invented transaction lines with every field of the entity, as pages of Exact Online's bytes."""

import json
import random
import uuid
from collections.abc import Iterator
from typing import Any

from exactnb.exact.entities import Entity, Field, by_resource

ENTITY: Entity = by_resource("sync/Financial/TransactionLines")  # type: ignore[assignment]
PAGE = 1000
DAY = 86_400_000
START = 1_420_070_400_000  # 1 January 2015

#: share of records in which a field is missing; half where it is not named and not needed
FILLED = {"Timestamp", "ID", "Division", "EntryID", "EntryNumber", "Date", "Created", "Modified"}
FILLED |= {"Creator", "CreatorFullName", "Modifier", "ModifierFullName", "AmountDC", "AmountFC"}
FILLED |= {"GLAccount", "GLAccountCode", "GLAccountDescription", "JournalCode", "Description"}
FILLED |= {"JournalDescription", "FinancialYear", "FinancialPeriod", "LineNumber", "LineType"}
FILLED |= {"Currency", "ExchangeRate", "Status", "Type"}
MISSING = {"Account": 0.2, "AccountCode": 0.2, "AccountName": 0.2, "DueDate": 0.4, "Notes": 0.9}
MISSING |= {"Asset": 0.95, "AssetCode": 0.95, "AssetDescription": 0.95, "ExtraDutyAmountFC": 0.99}

WORDS = ["factuur", "huur", "kantoor", "levering", "onderhoud", "licentie", "café", "advies"]


def pages(count: int, seed: int = 7) -> Iterator[bytes]:
    """Pages of that many records in all, as sync gives them."""
    rng = random.Random(seed)
    guids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(5000)]
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(2, 6))) + f" {i}" for i in range(4000)]
    address = "https://start.exactonline.nl/api/v1/123456/sync/Financial/TransactionLines"
    for start in range(0, count, PAGE):
        records = []
        for number in range(start, min(start + PAGE, count)):
            record: dict[str, Any] = {
                "__metadata": {
                    "uri": f"{address}(guid'{rng.choice(guids)}')",
                    "type": "Exact.Web.Api.Models.Sync.Financial.TransactionLine",
                }
            }
            for field in ENTITY.fields.values():
                absent = 0 if field.name in FILLED else MISSING.get(field.name, 0.5)
                missing = absent and rng.random() < absent
                record[field.name] = None if missing else value(field, number, rng, guids, texts)
            records.append(record)
        body: dict[str, Any] = {"results": records}
        if start + PAGE < count:
            body["__next"] = f"{address}?$skiptoken={start + PAGE}L"
        yield json.dumps({"d": body}, separators=(",", ":"), ensure_ascii=False).encode()


def value(
    field: Field, number: int, rng: random.Random, guids: list[str], texts: list[str]
) -> object:
    """A value as Exact writes it."""
    name = field.name
    if name == "Timestamp":
        return str(100_000_000 + number)
    if name == "ID":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if name == "AccountCode":
        return f"{rng.randrange(2000):>18}"
    if name == "Currency":
        return rng.choice(["EUR", "EUR", "EUR", "USD"])
    if field.type == "Guid":
        return rng.choice(guids)
    if field.type == "DateTime":
        time = rng.randrange(DAY) if name in ("Created", "Modified") else 0
        return f"/Date({START + rng.randrange(3600) * DAY + time})/"
    if field.type == "Double":
        amount = round((rng.random() - 0.5) * 10 ** (1 + rng.random() * 5), 2)
        return int(amount) if amount.is_integer() else amount
    if field.type == "Boolean":
        return rng.random() < 0.5
    if field.type.startswith("Int") or field.type == "Byte":
        return (
            rng.randrange(20_000_000, 20_900_000) if name.endswith("Number") else rng.randrange(99)
        )
    if name.endswith("Code"):
        return str(rng.randrange(1000, 9000))
    return rng.choice(texts)
