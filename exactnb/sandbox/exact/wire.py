"""Records on the wire: JSON as the service writes it, Atom for who accepts no JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from exactnb.sandbox.exact.entities import Entity, Field
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.odata import milliseconds, written

#: the site that the administrations of the sandbox are on
HOST = "https://start.exactonline.nl"

Record = dict[str, Any]

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _number(value: Any) -> str:
    return str(int(value)) if value % 1 == 0 else repr(value)


BITS = {"Byte": 8, "Int16": 16, "Int32": 32, "Int64": 64}

#: EDM type → JSON of a value; every other type is text
WRITERS: Mapping[str, Callable[[Any], str]] = {
    "DateTime": '"/Date({})/"'.format,
    "Int64": '"{}"'.format,
    "Boolean": lambda value: "true" if value else "false",
    "Double": _number,
    **dict.fromkeys(("Int32", "Int16", "Byte"), str),
}


def encode(
    entity: Entity,
    fields: Sequence[Field],
    rows: Sequence[tuple[Any, ...]],
    uris: Sequence[str],
) -> list[str]:
    """Rows of values as records in JSON, ready but for the closing brace.

    Column by column and each distinct value once, since a page has a thousand wide records.
    """
    parts = [f'{{"__metadata":{{"uri":%s,"type":"{entity.type}"}}']
    columns = [[to_json(uri) for uri in uris]]
    for field, column in zip(fields, zip(*rows, strict=True), strict=False):
        distinct = set(column)
        if distinct == {None}:
            parts.append(f'"{field.name}":null')
            continue
        write = WRITERS.get(field.type, to_json)
        texts = {value: "null" if value is None else write(value) for value in distinct}
        parts.append(f'"{field.name}":%s')
        columns.append([texts[value] for value in column])
    template = ",".join(parts)
    return [template % row for row in zip(*columns, strict=True)]


def uri(entity: Entity, division: int | None, values: Sequence[Any]) -> str:
    """The address of one record."""
    place = "current" if division is None else division
    resource = entity.resource.removeprefix("current/")
    literals = [
        written(value, entity.fields[name].type)
        for name, value in zip(entity.key, values, strict=True)
    ]
    if len(literals) > 1:
        literals = [f"{n}={text}" for n, text in zip(entity.key, literals, strict=True)]
    return f"{HOST}/api/v1/{place}/{resource}({','.join(literals)})"


def decode(value: Any, field: Field) -> Any:
    """A value of a request body as the books store it.

    Raises
    ------
    Refusal
        When it is not of the field's type.
    """
    if value is None:
        return None
    try:
        return _decoded(value, field.type)
    except (ValueError, TypeError, KeyError, OverflowError, Refusal):
        raise Refusal(
            400,
            "Error processing request stream. Error encountered in converting the value from "
            f"request payload for property '{field.name}' to type 'Edm.{field.type}', which is "
            "the property's expected type. See inner exception for more details.",
        ) from None


def _decoded(value: Any, kind: str) -> Any:
    if kind == "Boolean":
        if isinstance(value, bool):
            return int(value)
        return {"true": 1, "false": 0}[str(value).lower()]
    if isinstance(value, (bool, dict, list)):
        raise TypeError(kind)
    if kind == "Guid":
        text = str(value).strip("{}").lower()
        if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
            raise ValueError(text)
        return text
    if kind == "DateTime":
        match = re.fullmatch(r"/Date\((-?\d+)\)/", str(value))
        return int(match[1]) if match else milliseconds(str(value))
    if kind == "Double":
        number = float(value)
        if not abs(number) < 1e15:  # more than cents can be told apart in; or not a number
            raise ValueError(value)
        return number
    if kind in BITS:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError(value)
        number = int(value)
        least = 0 if kind == "Byte" else -(2 ** (BITS[kind] - 1))
        if not least <= number < least + 2 ** BITS[kind]:
            raise ValueError(value)
        return number
    if not isinstance(value, str):
        raise TypeError(kind)
    return value


def answer(body: str, accept: str, status: int = 200) -> Response:
    """A response with a body, in JSON when that is accepted and as an Atom feed when not."""
    if "json" in accept.lower():
        return Response(f'{{"d":{body}}}', status, mimetype="application/json")
    feed = _atom(json.loads(body))
    return Response(feed, status, content_type="application/atom+xml; charset=utf-8")


def refusal(refused: Refusal, accept: str, language: str) -> Response:
    """The response that says no."""
    text = refused.text(language)
    if "json" in accept.lower():
        error = {"error": {"code": "", "message": {"lang": "", "value": text}}}
        body = to_json(error)
        return Response(body, refused.status, refused.headers, mimetype="application/json")
    atom = ElementTree.Element("error", xmlns=META)
    ElementTree.SubElement(atom, "code").text = ""
    ElementTree.SubElement(atom, "message", {"xml:lang": ""}).text = text
    return Response(_bytes(atom), refused.status, refused.headers, mimetype="application/xml")


ATOM = "http://www.w3.org/2005/Atom"
META = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"


def _atom(body: Any) -> bytes:
    """The same records as an Atom feed, or as one entry."""
    for prefix, space in (("", ATOM), ("m", META), ("d", DATA)):
        ElementTree.register_namespace(prefix, space)
    if isinstance(body, dict) and "results" not in body:
        return _bytes(_entry(body))
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    records: Iterable[Record] = body if isinstance(body, list) else body["results"]
    if isinstance(body, dict) and "__count" in body:
        ElementTree.SubElement(feed, f"{{{META}}}count").text = body["__count"]
    for record in records:
        feed.append(_entry(record))
    if isinstance(body, dict) and "__next" in body:
        ElementTree.SubElement(feed, f"{{{ATOM}}}link", rel="next", href=body["__next"])
    return _bytes(feed)


def _entry(record: Record) -> ElementTree.Element:
    entry = ElementTree.Element(f"{{{ATOM}}}entry")
    ElementTree.SubElement(entry, f"{{{ATOM}}}id").text = record["__metadata"]["uri"]
    content = ElementTree.SubElement(entry, f"{{{ATOM}}}content", type="application/xml")
    properties = ElementTree.SubElement(content, f"{{{META}}}properties")
    for name, value in record.items():
        if name == "__metadata" or isinstance(value, dict):
            continue
        element = ElementTree.SubElement(properties, f"{{{DATA}}}{name}")
        if value is None:
            element.set(f"{{{META}}}null", "true")
        elif isinstance(value, bool):
            element.text = "true" if value else "false"
        elif isinstance(value, str) and value.startswith("/Date("):
            element.text = written(int(value[6:-2]), "DateTime")[9:-1]
        else:
            element.text = str(value)
    return entry


def _bytes(element: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(element, "utf-8", xml_declaration=True))


def date_header(moment: int) -> str:
    """The header ``Date`` for a moment of the books, which is by the clock on the wall."""
    at = datetime.fromtimestamp(moment / 1000, UTC).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    return http_date(at)


def day(value: date) -> int:
    """The day as the books store it: milliseconds of midnight, as if UTC."""
    return milliseconds(datetime(value.year, value.month, value.day).isoformat())
