"""What a long pull shows: rows, calls used and left, and when it will end."""

import datetime as dt
import re

from local_side import Bookkeeper, Clock, Watched, over

from exactnb.sandbox.exact import Limits


class Bar:
    """Takes the place of a progress, and remembers what it was told."""

    def __init__(self):
        self.said, self.title, self.count, self.total = [], "", 0, None

    def begin(self, title):
        self.title, self.count, self.total = title, 0, None

    def of(self, total):
        self.total = total

    def rows(self, count, told=""):
        self.count += count
        self.said.append((self.title, self.count, self.total, told))

    def say(self, told):
        self.said.append((self.title, self.count, self.total, told))

    def waiting(self, until, why):
        self.say(f"waiting: {why}")


def _shown(monkeypatch):
    bar = Bar()

    class Showing:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return bar

        def __exit__(self, *_):
            return None

    monkeypatch.setattr("exactnb.local.refresh.progress", Showing)
    return bar


def test_it_tells_rows_calls_and_the_end(monkeypatch, tmp_path):
    clock = Clock(tick=0.05)
    company = Watched(limits=Limits(), clock=clock)
    for form in ("sync", "bulk"):
        company.faults.add("forbidden", where="membrane", path=f"*/{form}/Fin*", times=None)
    books = over(company, tmp_path, clock=clock, calls_a_minute=60, calls_a_day=5000)
    bar = _shown(monkeypatch)
    books.ledger()
    lines = [one for one in bar.said if one[0] == "lines" and "left today" in one[3]]
    count = Bookkeeper(company).count()
    assert lines[-1][1] == lines[-1][2] == count
    assert lines[6][2] is None  # for a short one it is not asked
    pattern = r"\d+ calls this minute, \d+ left, [\d,]+ left today; until about (\d\d:\d\d:\d\d)"
    ends = [re.fullmatch(pattern, told) for *_, told in lines[12:]]
    assert all(ends)
    really = dt.datetime.fromtimestamp(clock.now)
    foretold = dt.datetime.combine(really.date(), dt.time.fromisoformat(ends[40][1]))
    assert abs((really - foretold).total_seconds()) < 30
    assert any("calls of this minute" in told for *_, told in bar.said)


def test_where_exact_does_not_tell_how_many_it_is_not_asked_twice(monkeypatch, tmp_path):
    company = Watched()
    answer = company.faults.around

    def around(where, request, go):
        if where == "exact" and "inlinecount" in request.full_path:
            company.faults.add("validation", where="exact", status=400)
        return answer(where, request, go)

    monkeypatch.setattr(company.faults, "around", around)
    books = over(company, tmp_path)
    bar = _shown(monkeypatch)
    assert len(books.ledger()) == Bookkeeper(company).count()
    asked = [path for path in company.asked if "inlinecount" in path]
    assert len(asked) == 1
    assert {total for title, _, total, _ in bar.said if title == "lines"} == {None}
