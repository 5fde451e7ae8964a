"""What the records of Exact Online tell of a lost write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from exactnb.actions import POPULAR
from exactnb.errors import NotFoundError
from exactnb.exact.entities import Entity, by_resource, entity
from exactnb.exact.moments import wall
from exactnb.exact.odata import literal
from exactnb.outbox import Row
from exactnb.pages import gather
from exactnb.proxy import Proxy
from exactnb.writes.matching import compared, likeness
from exactnb.writes.verdict import Verdict
from exactnb.writes.writer import Ways

__all__ = ["in_books"]

#: seconds before the write from which a record that fits is shown, yet not taken for it
_DOUBT = 60.0
#: seconds after the write in which what came of it is looked for
_REACH = 86_400.0
#: records that have more than this part of what was sent may be it, changed by the service
_ALIKE = 0.5


def in_books(ways: Ways, row: Row) -> Verdict:
    """What the records tell: one that is as it was sent, or none where it would have to be."""
    about = _entity(row.action)
    if about is None or row.kind == "other" or not isinstance(row.sent, Mapping | None):
        return _by_hand(row, "nothing tells where to look for it")
    proxy = ways.proxy.beside(row.division)
    if row.kind == "create":
        return _created(ways, row, about, proxy)
    return _changed(ways, row, about, proxy)


def _created(ways: Ways, row: Row, about: Entity, proxy: Proxy) -> Verdict:
    """By its content: a record made since the write, which came of no other."""
    if "Created" not in about.fields:
        return _by_hand(row, f"{about.name} do not tell when they were made")
    if not compared(row.sent, about):
        return _by_hand(row, f"{about.name} keep nothing of what was sent")
    proxy.listen()
    since = proxy.clock.at_least(row.moment)
    key = about.fields[about.key[0]].column
    alike: list[tuple[float, bool, Mapping[str, Any]]] = []
    records = list(_made_since(proxy, about, row.sent, since))
    claimed = ways.outbox.claimed([each[key] for each in records], but=row.id)
    for each in records:
        like = likeness(row.sent, each, about)
        if like > _ALIKE and each[key] not in claimed:
            alike.append((like, each["created"] >= wall(since), each))
    sure = [each for like, after, each in alike if like == 1 and after and proxy.clock.heard]
    if len(sure) == 1 and all(each is sure[0] or like < 1 for like, _, each in alike):
        return Verdict("sent", f"found among the {about.name} made since", sure[0][key])
    if alike:
        shown = [key, *compared(row.sent, about), "created"]
        return Verdict(
            "unknown",
            f"{len(alike)} of the {about.name} may be it: choose with books.settle({row.id}, …)",
            candidates=[_candidate(each, shown) for _, _, each in alike],
        )
    return _absent(ways, row, f"no such record among the {about.name} made since")


def _changed(ways: Ways, row: Row, about: Entity, proxy: Proxy) -> Verdict:
    """By the record that it was about."""
    from exactnb.frames import to_record

    if row.record_id is None or len(about.key) > 1:
        return _by_hand(row, "nothing tells which record it was about")
    kind = about.fields[about.key[0]].type
    try:
        raw = proxy.page(f"{about.resource}({literal(row.record_id, kind)})")
    except NotFoundError:
        if row.kind == "delete":
            return Verdict("sent", "the record is gone", row.record_id)
        return Verdict("failed", "there is no such record")
    if row.kind == "delete":
        return _absent(ways, row, "the record is still there")
    fields = compared(row.sent, about)
    if not fields:
        return _by_hand(row, f"{about.name} keep nothing of what was sent")
    record = dict(to_record(raw, about))
    other = [
        column
        for column, (field, value) in fields.items()
        if likeness({field.name: value}, record, about) < 1
    ]
    if not other:
        return Verdict("sent", "the record is as it was sent", row.record_id)
    if {*other} <= _overtaken(ways, row, about):
        return _by_hand(row, f"a later write changed {', '.join(other)} too")
    return _absent(ways, row, f"the record has another {', '.join(other)}")


def _overtaken(ways: Ways, row: Row, about: Entity) -> set[str]:
    """The columns of a record that later writes of this machine changed, or may have."""
    return {
        column
        for each in ways.outbox.rows(ways.place)
        if each.id > row.id and each.record_id == row.record_id and each.status != "failed"
        for column in compared(each.sent if isinstance(each.sent, Mapping) else {}, about)
    }


def _made_since(
    proxy: Proxy, about: Entity, sent: Mapping[str, Any], since: float
) -> Iterator[dict[str, Any]]:
    """The records made in the day since a moment, and in the minute before it."""
    first, last = (literal(wall(since + s), "DateTime") for s in (-_DOUBT, _REACH))
    tests = [f"Created ge {first}", f"Created le {last}"]
    if "Modified" in about.fields:
        tests.append(f"Modified ge {first}")  # which Exact may ask for
    lines = about.lines is not None and any(about.find(n) is about.lines[0] for n in sent)
    expand = about.lines[0].name if about.lines and lines else None
    asked = proxy.resource(about.resource, filter=" and ".join(tests), expand=expand)
    frame = gather(asked.page, about, {"resource": about.resource}, marked=True)
    for record in frame.to_dict("records"):
        yield {str(name): value for name, value in record.items()}


def _absent(ways: Ways, row: Row, why: str) -> Verdict:
    """That it was not done, once it cannot be on its way any more."""
    patience = ways.settings.run_timeout + ways.settings.reconcile_margin
    if ways.outbox.clock() - row.moment >= patience:
        return Verdict("failed", why)
    return Verdict("unknown", f"{why}, but it may yet come: look again in {patience:.0f} s")


def _by_hand(row: Row, why: str) -> Verdict:
    return Verdict(
        "unknown",
        f"{why}: look in Exact Online, then books.settle({row.id}, record_id=…), None if it is "
        "not there",
    )


def _candidate(record: Mapping[str, Any], shown: list[str]) -> dict[str, Any]:
    """A record for a person to choose: its key first, under the one name ``id``."""
    key, *others = shown
    return {"id": record[key], **{name: record.get(name) for name in others}}


def _entity(action: str) -> Entity | None:
    """What an action or a request is about."""
    if " " in action:
        return by_resource(action.partition(" ")[2])
    try:
        return entity(POPULAR.get(action) or action.partition("-")[2].replace("-", "") + "s")
    except NotFoundError:
        return None
