"""A schema and a value → a tree of fields, worked out as it is walked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from exactnb.absent import ABSENT
from exactnb.schema.document import Document, document
from exactnb.schema.engine import Path, failures, nearest
from exactnb.schema.messages import MESSAGES, say
from exactnb.schema.options import Lookup, Option, lookup_of
from exactnb.schema.shape import Shape, shape_of
from exactnb.schema.words import in_words, is_long, is_money, limits_of

__all__ = ["Field", "Lookup", "Option", "Path", "tree"]


def tree(schema: Any, value: Any = ABSENT, *, language: str = "en") -> Field:
    """The field of a whole schema; what is in it is worked out when it is asked for.

    Parameters
    ----------
    schema
        Membrane's DataSchema or JSON Schema of any draft. What it says that nobody knows is
        left out of account; nothing raises.
    value
        The present value, which decides about conditions, variants and rows.
    language
        Of limits and labels: ``"en"`` or ``"nl"``.

    Examples
    --------
    >>> field = tree({"properties": {"orderedBy": {"type": "string", "maxLength": 50}}})
    >>> [(each.title, each.limits) for each in field.children]
    [('Ordered by', 'at most 50 characters')]
    """
    book = document(schema)
    return Field(book, book.root, (), value, language)


class Field:
    """One place in a form: what belongs there, for the present value.

    Attributes
    ----------
    path, name
        Where it stands; the name is the last step, ``""`` at the top.
    required
        Whether whatever it stands in asks for it.
    """

    def __init__(
        self,
        document: Document,
        node: Any,
        path: Path,
        value: Any,
        language: str,
        *,
        required: bool = False,
        above: str = "",
        sensitive: bool = False,
        turns: int = 0,
    ) -> None:
        self.path = path
        self.name = str(path[-1]) if path else ""
        self.required = required
        self._document, self._node, self._value = document, node, value
        self._language, self._above = language, above
        self._inherited, self._turns = sensitive, turns

    def __repr__(self) -> str:
        return f"<Field {'.'.join(map(str, self.path)) or '(all)'}: {self.kind}>"

    @cached_property
    def _shape(self) -> Shape:
        schema = self._document.effective(self._node, self._value)
        return shape_of(self._document, schema, self._value, self._turns)

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """What holds here, standard and by itself: references and conditions are worked out."""
        return self._shape.schema

    @property
    def kind(self) -> str:
        """What it is drawn as; ``raw`` is anything, as JSON text."""
        return self._shape.kind

    @property
    def nullable(self) -> bool:
        """Whether null is a value here."""
        return self._shape.nullable

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be chosen; of an array of options, those of its items."""
        if self.kind == "array" and self.multiple and self.item is not None:
            return self.item.options
        return self._shape.options

    # --- words ----------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What it is called: its title, else its name in words."""
        given = self._text("title")
        if given or not self.path:
            return given
        step = self.path[-1]
        if isinstance(step, int):
            return f"{self._above} {step + 1}".strip()
        return self._above if step == "*" else in_words(step)

    @property
    def help(self) -> str:
        """What is explained about it."""
        return self._text("description")

    @cached_property
    def limits(self) -> str:
        """What it takes, in words."""
        return "" if self.options else limits_of(self.schema, self.kind, self._language)

    def _text(self, word: str) -> str:
        given = self.schema.get(word)
        return given.strip() if isinstance(given, str) else ""

    # --- facts ----------------------------------------------------------------------------

    @property
    def read_only(self) -> bool:
        """Whether only the service says this."""
        return self.schema.get("readOnly") is True

    @property
    def write_only(self) -> bool:
        """Whether the service takes this but never tells it."""
        return self.schema.get("writeOnly") is True

    @property
    def sensitive(self) -> bool:
        """Whether it is nobody's business; all in something sensitive is."""
        said = self.write_only or self.schema.get("isSensitive") is True
        return self._inherited or said or self.format == "password"

    @property
    def format(self) -> str | None:
        """The format of a text."""
        return self._text("format") or None

    @property
    def default(self) -> Any:
        """What it is unless said otherwise; ABSENT without one."""
        return self.schema.get("default", ABSENT)

    @property
    def const(self) -> Any:
        """The one value that it takes; ABSENT if there are others."""
        return self.schema.get("const", ABSENT)

    @property
    def examples(self) -> tuple[Any, ...]:
        """Values that would be right."""
        given = self.schema.get("examples")
        return tuple(given) if isinstance(given, list) else ()

    @property
    def allow_custom(self) -> bool:
        """Whether other values than the options may be typed."""
        schema = self.item.schema if self.multiple and self.item is not None else self.schema
        return schema.get("allowCustom") is True

    @property
    def lookup(self) -> Lookup | None:
        """Where its values are looked up."""
        return lookup_of(self.schema)

    @property
    def long(self) -> bool:
        """Whether it is a text of several lines."""
        return self.kind == "string" and not self.options and is_long(self.schema, self.name)

    @property
    def money(self) -> bool:
        """Whether it is an amount of money."""
        return self.kind == "number" and not self.options and is_money(self.schema, self.name)

    # --- what is in it --------------------------------------------------------------------

    @cached_property
    def children(self) -> tuple[Field, ...]:
        """Of an object its properties and the further keys that are there; of an array its rows."""
        if self.kind == "array":
            rows = self._value if isinstance(self._value, list) else ()
            return tuple(self._child(index) for index in range(len(rows)))
        if self.kind == "object":
            return tuple(self._child(name) for name in self._names())
        return ()

    def _names(self) -> Iterator[str]:
        """Properties in order, without those that nothing fits; then the keys that are there."""
        present = self._value if isinstance(self._value, Mapping) else {}
        properties = self.schema.get("properties", {})
        yield from (n for n, inner in properties.items() if inner is not False or n in present)
        needed = [name for name in self.schema.get("required", ()) if name not in properties]
        yield from dict.fromkeys([*needed, *(str(n) for n in present if n not in properties)])

    def _child(self, step: str | int) -> Field:
        """What is a step further in: the same one every time, with all that it worked out."""
        if step not in self._further:
            self._further[step] = Field(
                self._document,
                self._document.child(self.schema, step),
                (*self.path, step),
                _inside(self._value, step),
                self._language,
                required=isinstance(step, int) or step in self._needed,
                above=self.title if isinstance(step, int) else "",
                sensitive=self.sensitive,
            )
        return self._further[step]

    @cached_property
    def _further(self) -> dict[str | int, Field]:
        return {}

    @cached_property
    def _needed(self) -> frozenset[str]:
        return frozenset(self.schema.get("required", ()))

    @cached_property
    def item(self) -> Field | None:
        """Of an array, what a further item is; its path ends in ``*``."""
        if self.kind != "array":
            return None
        rows = len(self._value) if isinstance(self._value, list) else 0
        node = self._document.child(self.schema, rows)
        if node is False:
            return None
        return Field(
            self._document,
            node,
            (*self.path, "*"),
            ABSENT,
            self._language,
            required=True,
            above=self.title,
            sensitive=self.sensitive,
        )

    @property
    def open(self) -> bool:
        """Whether an object takes keys of your own."""
        if self.kind != "object":
            return False
        rest = self._document.child({**self.schema, "properties": {}}, "\0")
        if "additionalProperties" in self.schema or "unevaluatedProperties" in self.schema:
            return rest is not False
        return "patternProperties" in self.schema or not self.schema.get("properties")

    @cached_property
    def multiple(self) -> bool:
        """Whether it is an array in which each option may be chosen once."""
        if self.kind != "array" or "prefixItems" in self.schema or self.item is None:
            return False
        unique = self.schema.get("uniqueItems") is True
        return unique and bool(self.item._shape.options) and self.item.kind != "raw"

    @cached_property
    def grid(self) -> bool:
        """Whether it is an array of flat objects, which a grid can show."""
        if self.kind != "array" or "prefixItems" in self.schema or self.item is None:
            return False
        columns = self.item.children if self.item.kind == "object" else ()
        return bool(columns) and all(column._shape.flat for column in columns)

    # --- variants -------------------------------------------------------------------------

    @property
    def variants(self) -> tuple[Option, ...]:
        """The variants that there are to choose from, by number."""
        return tuple(
            Option(number, self._label(branch, number))
            for number, branch in enumerate(self._shape.branches)
        )

    def _label(self, branch: Any, number: int) -> str:
        own = self._document.effective(branch, ABSENT)
        title = _own_title(self._document, branch)
        if title:
            return title
        kinds = own.get("type")
        key = "a number" if kinds == "number" else kinds
        if isinstance(key, str) and key in MESSAGES and key != "object":
            words = say(key, self._language)
            return words[0].upper() + words[1:]
        return say("variant", self._language, number=number + 1).capitalize()

    @cached_property
    def variant(self) -> int | None:
        """The number of the variant that fits the value, or comes nearest; None without a value."""
        branches, value = self._shape.branches, self._value
        if not branches:
            return None
        if value is ABSENT and self.default is not ABSENT:
            value = self.default
        if value is ABSENT:
            if self.path and "properties" not in self.schema:
                return None
            value = {}
        if value is None and self.nullable:
            return None
        found = [failures(branch, value) for branch in branches]
        known = [self._known(branch, value) for branch in branches]
        order = sorted(range(len(branches)), key=lambda n: -known[n])
        best, _ = nearest([found[n] for n in order], ())
        return order[best]

    def _known(self, branch: Any, value: Any) -> int:
        """How many fields of a value a variant has a word for."""
        if not isinstance(value, Mapping):
            return 0
        fields = self._document.effective(branch, value).get("properties", {})
        return sum(name in fields for name in value)

    @cached_property
    def chosen(self) -> Field | None:
        """The field as its variant makes it; None without variants, or when none is chosen."""
        if self.variant is None:
            return None
        return Field(
            self._document,
            self._shape.branches[self.variant],
            self.path,
            self._value,
            self._language,
            required=self.required,
            above=self._above,
            sensitive=self.sensitive,
            turns=self._turns + 1,
        )

    # --- walking --------------------------------------------------------------------------

    def at(self, path: Path) -> Field | None:
        """The field at a path from here; None if nothing is or may be there."""
        here: Field = self
        for step in path:
            while here.chosen is not None:
                here = here.chosen
            inner = here._step(step)
            if inner is None:
                return None
            here = inner
        return here

    def _step(self, step: str | int) -> Field | None:
        if self.kind == "array":
            if step == "*":
                return self.item
            return self._child(step) if isinstance(step, int) and step >= 0 else None
        if self.kind != "object" or not isinstance(step, str):
            return None
        known = step in self.schema.get("properties", ())
        if known or self.open or _inside(self._value, step) is not ABSENT:
            return self._child(step)
        return None


def _own_title(document: Document, branch: Any) -> str:
    """The title of a variant itself, not of what it is a variant of."""
    parts = branch.get("allOf", [branch])[-1:] if isinstance(branch, Mapping) else []
    for part in parts:
        title = document.effective(part, ABSENT).get("title")
        if isinstance(title, str):
            return title
    return ""


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else ABSENT
    return value.get(step, ABSENT) if isinstance(value, Mapping) else ABSENT
