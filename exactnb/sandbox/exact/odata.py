"""OData of version 2 in SQL: ``$filter``, ``$orderby``, ``$select``, literals and skip tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from exactnb.sandbox.exact.entities import Entity, Field
from exactnb.sandbox.exact.messages import Refusal

#: deepest nesting of a filter
DEPTH = 50
#: most words and, or, not in a filter
WORDS = 800
LARGEST = 2**63
TOO_DEEP = "Recursion depth exceeded allowed limit."

NUMBERS = ("Double", "Int32", "Int16", "Byte", "Int64")

TOKEN = re.compile(
    r"""\s*(?:
      (?P<guid>guid'[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')
    | (?P<moment>datetime(?:offset)?'[^']*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[LlMmDdFf]?)(?![\w'])
    | (?P<name>[A-Za-z_][\w/]*)
    | (?P<sign>[(),-])
    )""",
    re.VERBOSE,
)


class Piece(NamedTuple):
    """A part of an expression: its SQL, the values for its question marks, its EDM type."""

    sql: str
    values: tuple[Any, ...]
    type: str


class Token(NamedTuple):
    """A word of an expression, and where it stands."""

    kind: str
    text: str
    place: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression."""
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if not match or not match.lastgroup:
            raise Refusal(400, f"Syntax error at position {place} in '{text}'.")
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        place = match.end()
    return found


def milliseconds(text: str) -> int:
    """Milliseconds since 1970 of an ISO date or moment, its wall clock taken as it stands."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"Unrecognized 'Edm.DateTime' literal 'datetime'{text}''.") from None
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def literal(token: Token) -> Piece | None:
    """The value that a token stands for, None when it is no literal."""
    kind, text, _ = token
    if kind == "guid":
        return Piece("?", (text[5:-1].lower(),), "Guid")
    if kind == "moment":
        return Piece("?", (milliseconds(text.split("'")[1]),), "DateTime")
    if kind == "text":
        return Piece("?", (text[1:-1].replace("''", "'"),), "String")
    if kind == "number":
        return _number(text)
    if text in ("true", "false"):
        return Piece("?", (int(text == "true"),), "Boolean")
    if text == "null":
        return Piece("NULL", (), "null")
    return None


def _number(text: str) -> Piece:
    long, digits = text[-1] in "Ll", text.rstrip("LlMmDdFf")
    if not digits.lstrip("-").isdigit() or text[-1] in "MmDdFf":
        return Piece("?", (float(digits),), "Double")
    if not -LARGEST <= int(digits) < LARGEST:
        raise Refusal(400, f"Unrecognized 'Edm.Int64' literal '{text}'.")
    return Piece("?", (int(digits),), "Int64" if long else "Int32")


def written(value: Any, kind: str) -> str:
    """A value as a literal in a URL."""
    if value is None:
        return "null"
    if kind == "Guid":
        return f"guid'{value}'"
    if kind == "DateTime":
        moment = datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
        return (
            f"datetime'{moment.isoformat(timespec='milliseconds' if value % 1000 else 'seconds')}'"
        )
    if kind == "Boolean":
        return "true" if value else "false"
    if kind in NUMBERS:
        return f"{value}L" if kind == "Int64" else repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def _moment_part(form: str) -> str:
    return f"CAST(strftime('%{form}', {{0}} / 1000, 'unixepoch') AS INTEGER)"


#: function → (SQL with {0} {1} {2} for the arguments, types of the arguments, type of the result)
FUNCTIONS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "substringof": ("instr({1}, {0}) > 0", ("String", "String"), "Boolean"),
    "startswith": ("substr({0}, 1, length({1})) = {1}", ("String", "String"), "Boolean"),
    "endswith": ("substr({0}, -length({1})) = {1}", ("String", "String"), "Boolean"),
    "indexof": ("instr({0}, {1}) - 1", ("String", "String"), "Int32"),
    "concat": ("{0} || {1}", ("String", "String"), "String"),
    "replace": ("replace({0}, {1}, {2})", ("String",) * 3, "String"),
    "substring": ("substr({0}, {1} + 1)", ("String", "Int32"), "String"),
    "length": ("length({0})", ("String",), "Int32"),
    "trim": ("trim({0})", ("String",), "String"),
    "tolower": ("lower({0})", ("String",), "String"),
    "toupper": ("upper({0})", ("String",), "String"),
    "year": (_moment_part("Y"), ("DateTime",), "Int32"),
    "month": (_moment_part("m"), ("DateTime",), "Int32"),
    "day": (_moment_part("d"), ("DateTime",), "Int32"),
    "hour": (_moment_part("H"), ("DateTime",), "Int32"),
    "minute": (_moment_part("M"), ("DateTime",), "Int32"),
    "second": (_moment_part("S"), ("DateTime",), "Int32"),
    "round": ("round({0})", ("Double",), "Double"),
    "floor": ("floor({0})", ("Double",), "Double"),
    "ceiling": ("ceil({0})", ("Double",), "Double"),
}

COMPARISONS = {"eq": "=", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
ARITHMETIC = ({"add": "+", "sub": "-"}, {"mul": "*", "div": "/", "mod": "%"})


class Filter:
    """A ``$filter`` read from left to right into one :class:`Piece` of SQL.

    Precedence from loose to tight: or, and, comparison, add and sub, mul and div and mod, not.
    """

    def __init__(self, text: str, entity: Entity) -> None:
        self.text = text
        self.entity = entity
        self.tokens = tokens(text)
        self.at = self.depth = 0
        if sum(token.text in ("and", "or", "not") for token in self.tokens) > WORDS:
            raise Refusal(400, TOO_DEEP)
        self.fields: set[str] = set()
        """Names of the fields that it looks at."""
        self.piece = self._or()
        if self.at < len(self.tokens):
            raise self._error(f"Syntax error at position {self.tokens[self.at].place}")
        if self.piece.type != "Boolean":
            raise self._error("The $filter expression must evaluate to a single boolean value")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEPTH:
            raise Refusal(400, TOO_DEEP)
        yield
        self.depth -= 1

    def _error(self, message: str) -> Refusal:
        return Refusal(400, f"{message} in '{self.text}'.")

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _next(self) -> Token:
        if self.at >= len(self.tokens):
            raise self._error(f"Expression expected at position {len(self.text)}")
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            place = self.tokens[self.at].place if self.at < len(self.tokens) else len(self.text)
            raise self._error(f"'{sign}' expected at position {place}")
        self.at += 1

    def _or(self) -> Piece:
        with self._deeper():
            return self._chain("or", self._and)

    def _and(self) -> Piece:
        return self._chain("and", self._comparison)

    def _chain(self, word: str, below: Callable[[], Piece]) -> Piece:
        sides = [below()]
        while self._peek() == word:
            self._next()
            sides.append(below())
        if len(sides) == 1:
            return sides[0]
        for side in sides:
            self._check(word, side, ("Boolean",))
        sql = f" {word.upper()} ".join(side.sql for side in sides)
        return Piece(f"({sql})", tuple(v for side in sides for v in side.values), "Boolean")

    def _comparison(self) -> Piece:
        left = self._sum()
        word = self._peek()
        if word not in COMPARISONS:
            return left
        self._next()
        right = self._sum()
        if "null" in (left.type, right.type):
            if word not in ("eq", "ne"):
                raise self._error(f"Operator '{word}' incompatible with null")
            sql = f"({left.sql} {'IS' if word == 'eq' else 'IS NOT'} {right.sql})"
        else:
            self._same(word, left, right)
            sql = f"({left.sql} {COMPARISONS[word]} {right.sql})"
        return Piece(sql, left.values + right.values, "Boolean")

    def _sum(self) -> Piece:
        return self._arithmetic(0)

    def _arithmetic(self, level: int) -> Piece:
        below = self._unary if level else lambda: self._arithmetic(1)
        left = below()
        while self._peek() in ARITHMETIC[level]:
            word = self._next().text
            right = below()
            for side in (left, right):
                self._check(word, side, NUMBERS)
            kind = "Double" if "Double" in (left.type, right.type) else left.type
            first = f"CAST({left.sql} AS REAL)" if word == "div" and kind == "Double" else left.sql
            sql = f"({first} {ARITHMETIC[level][word]} {right.sql})"
            left = Piece(sql, left.values + right.values, kind)
        return left

    def _unary(self) -> Piece:
        with self._deeper():
            return self._signed()

    def _signed(self) -> Piece:
        if self._peek() == "not":
            self._next()
            inner = self._unary()
            self._check("not", inner, ("Boolean",))
            return Piece(f"(NOT {inner.sql})", inner.values, "Boolean")
        if self._peek() == "-":
            self._next()
            inner = self._unary()
            self._check("-", inner, NUMBERS)
            return Piece(f"(-{inner.sql})", inner.values, inner.type)
        return self._primary()

    def _primary(self) -> Piece:
        token = self._next()
        if token.text == "(":
            inner = self._or()
            self._expect(")")
            return inner
        value = literal(token)
        if value is not None:
            return value
        if token.kind != "name":
            raise self._error(f"Syntax error at position {token.place}")
        return self._call(token) if self._peek() == "(" else self._field(token)

    def _field(self, token: Token) -> Piece:
        field = _known(self.entity, token.text, f" at position {token.place}")
        self.fields.add(field.name)
        return Piece(f'"{field.name}"', (), field.type)

    def _call(self, token: Token) -> Piece:
        if token.text not in FUNCTIONS:
            raise self._error(f"Unknown function '{token.text}' at position {token.place}")
        sql, types, result = FUNCTIONS[token.text]
        self._expect("(")
        given = [self._or()]
        while self._peek() == ",":
            self._next()
            given.append(self._or())
        self._expect(")")
        if token.text == "substring" and len(given) == 3:
            sql, types = "substr({0}, {1} + 1, {2})", (*types, "Int32")
        if len(given) != len(types):
            raise self._error(
                f"No applicable function found for '{token.text}' at position {token.place}"
            )
        for piece, kind in zip(given, types, strict=True):
            self._check(token.text, piece, NUMBERS if kind in NUMBERS else (kind,))
        order = [int(digit) for digit in re.findall(r"\{(\d)\}", sql)]
        filled = f"({sql.format(*(piece.sql for piece in given))})"
        return Piece(filled, tuple(v for n in order for v in given[n].values), result)

    def _check(self, word: str, piece: Piece, types: Sequence[str]) -> None:
        if piece.type not in types:
            raise self._error(
                f"Operator '{word}' incompatible with operand type 'Edm.{piece.type}'"
            )

    def _same(self, word: str, left: Piece, right: Piece) -> None:
        if left.type != right.type and not (left.type in NUMBERS and right.type in NUMBERS):
            raise self._error(
                f"Operator '{word}' incompatible with operand types "
                f"'Edm.{left.type}' and 'Edm.{right.type}'"
            )


@dataclass(frozen=True)
class Order:
    """One term of an ordering."""

    field: Field
    descending: bool = False

    @property
    def sql(self) -> str:
        """The term in SQL; nulls come first when ascending, as in the service's database."""
        return f'"{self.field.name}"' + (" DESC" if self.descending else "")


def _known(entity: Entity, name: str, where: str = "") -> Field:
    field = entity.fields.get(name)
    if field is None:
        raise Refusal(400, f"No property '{name}' exists in type '{entity.type}'{where}.")
    if not field.scalar:
        raise Refusal(400, f"Property '{name}' of type '{entity.type}' is not a value{where}.")
    return field


def orders(text: str | None, entity: Entity) -> list[Order]:
    """The terms of ``$orderby``, with those key fields after them that are not yet there."""
    found = []
    for term in (text or "").split(","):
        if not term.strip():
            continue
        name, _, direction = term.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise Refusal(400, f"Syntax error in $orderby '{text}'.")
        found.append(Order(_known(entity, name), direction.strip() == "desc"))
    named = {order.field.name for order in found}
    return found + [Order(entity.fields[name]) for name in entity.key if name not in named]


def after(token: str, terms: Sequence[Order]) -> Piece:
    """The condition for rows behind the one whose sort values are in the skip token."""
    values = [value for t in tokens(token) if (value := literal(t)) is not None]
    if len(values) != len(terms):
        raise Refusal(400, f"The $skiptoken '{token}' is not valid.")
    alternatives: list[str] = []
    parameters: list[Any] = []
    for depth, term in enumerate(terms):
        conditions = []
        for same, value in zip(terms[:depth], values, strict=False):
            conditions.append(f'"{same.field.name}" IS {value.sql}')
            parameters.extend(value.values)
        name, value = f'"{term.field.name}"', values[depth]
        if value.type == "null":
            conditions.append("0" if term.descending else f"{name} IS NOT NULL")
        elif term.descending:
            conditions.append(f"({name} < ? OR {name} IS NULL)")
            parameters.extend(value.values)
        else:
            conditions.append(f"{name} > ?")
            parameters.extend(value.values)
        alternatives.append(" AND ".join(conditions))
    sql = "(" + " OR ".join(alternatives) + ")"
    first = values[0]
    if len(terms) > 1 and not terms[0].descending and first.values:
        # says nothing new, but lets an index on the first term go straight to the place
        sql, parameters = f'("{terms[0].field.name}" >= ? AND {sql})', [*first.values, *parameters]
    return Piece(sql, tuple(parameters), "Boolean")


def selection(text: str | None, entity: Entity) -> list[Field]:
    """The fields of ``$select``, all of them without one."""
    if not text or text.strip() == "*":
        return list(entity.fields.values())
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        head = name.split("/")[0]
        if head not in entity.fields:
            raise Refusal(400, f"Type '{entity.type}' does not have a property named '{name}'.")
    chosen = {name.split("/")[0] for name in names}
    return [field for name, field in entity.fields.items() if name in chosen]
