"""Patience and manners, by a clock that only moves when somebody waits."""

import json
import threading
import time
from collections import Counter
from email.utils import formatdate

import httpx
import pytest

from exactnb.errors import BadAnswerError, RateLimitError, ServerError
from exactnb.membrane import CLITransport, HTTPTransport, Lanes, Paced, Request, Response, watching
from exactnb.membrane.limits import retry_at
from exactnb.settings import Settings

START = 1_800_000_000.0  # the first second of a clock minute
assert START % 60 == 0
READ = Request("GET", "/x", lane="one")
WRITE = Request("POST", "/x", lane="one", safe=False)


class Clock:
    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds


class Service:
    """Counts as Exact does: fixed windows of the clock, whatever the caller believes."""

    def __init__(self, clock, *, a_minute=60, a_day=5000, headers=True, takes=0.0, used=0):
        self.clock, self.takes, self.headers = clock, takes, headers
        self.limits = {60: a_minute, 86400: a_day}
        self.used = Counter({self._window(60): used})
        self.at, self.refused, self.answers = [], 0, []

    def _window(self, seconds):
        return seconds, self.clock() // seconds

    def send(self, request):
        self.at.append(self.clock() - START)
        self.clock.now += self.takes
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer
        shown = {}
        for seconds, name in ((60, "x-ratelimit-minutely"), (86400, "x-ratelimit")):
            window = self._window(seconds)
            if self.used[window] >= self.limits[seconds]:
                self.refused += 1
                reset = {f"{name}-reset": str(int((window[1] + 1) * seconds * 1000))}
                return Response(429, reset if self.headers else {}, b"")
            self.used[window] += 1
            shown[f"{name}-limit"] = str(self.limits[seconds])
            shown[f"{name}-remaining"] = str(self.limits[seconds] - self.used[window])
            shown[f"{name}-reset"] = str(int((window[1] + 1) * seconds * 1000))
        return Response(200, shown if self.headers else {}, b"{}")

    def close(self):
        pass


def paced(service, clock, *, lanes=None, gentle=False, on_wait=None, **settings):
    return Paced(
        service,
        Settings(**settings),
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
        lanes=lanes or Lanes(),
        gentle=gentle,
        on_wait=on_wait,
    )


def status(code, **headers):
    return Response(code, {k.replace("_", "-"): str(v) for k, v in headers.items()}, b"")


# -- the governor


@pytest.mark.parametrize("headers", [True, False])
def test_150_calls_at_60_a_minute_go_out_at_these_moments(headers):
    clock = Clock()
    service, waits = Service(clock, headers=headers), []
    transport = paced(service, clock, on_wait=lambda until, why: waits.append((until, why)))
    for _ in range(150):
        assert transport.send(READ).status == 200
    moments = Counter(round(at, 3) for at in service.at)
    assert moments == {0.0: 60, 60.1: 60, 120.1: 30}
    assert service.refused == 0
    assert [round(until - START, 3) for until, _ in waits] == [60.1, 120.1]
    assert {why for _, why in waits} == {"the calls of this minute are used up"}


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("takes", [0.15, 0.99, 1.7])
@pytest.mark.parametrize("begin", [0, 17.3, 59.9])
def test_no_limit_is_hit_however_long_calls_take(headers, takes, begin):
    clock = Clock(START + begin)
    service = Service(clock, headers=headers, takes=takes)
    transport = paced(service, clock)
    for _ in range(200):
        assert transport.send(READ).status == 200
    assert service.refused == 0
    assert len(service.at) == 200
    serial, windows = begin + 200 * takes, 4 * 60 + 60 * takes
    assert service.at[-1] <= max(serial, windows)


def test_what_others_used_is_learnt_from_the_headers():
    clock = Clock()
    service = Service(clock, used=50)
    transport = paced(service, clock)
    for _ in range(30):
        transport.send(READ)
    assert Counter(round(at, 1) for at in service.at) == {0.0: 10, 60.1: 20}
    assert service.refused == 0


def test_without_headers_what_others_used_costs_one_refusal_and_no_data():
    clock = Clock()
    service = Service(clock, used=50, headers=False)
    transport = paced(service, clock)
    assert [transport.send(READ).status for _ in range(30)] == [200] * 30
    assert service.refused == 1
    assert Counter(round(at, 1) for at in service.at) == {0.0: 11, 60.1: 20}


def test_the_limit_is_a_setting_and_can_be_off():
    clock = Clock()
    service = Service(clock, a_minute=10_000, a_day=10_000, headers=False)
    transport = paced(service, clock, calls_a_minute=None, calls_a_day=None)
    for _ in range(6000):
        transport.send(READ)
    assert set(service.at) == {0.0}


def test_headers_are_obeyed_with_the_own_count_off():
    clock = Clock()
    service = Service(clock)
    transport = paced(service, clock, calls_a_minute=None, calls_a_day=None)
    for _ in range(61):
        transport.send(READ)
    assert (round(service.at[-1], 1), service.refused) == (60.1, 0)


def test_a_gentle_pace_spreads_the_calls():
    clock = Clock()
    service = Service(clock)
    transport = paced(service, clock, gentle=True)
    for _ in range(5):
        transport.send(READ)
    assert [round(at, 3) for at in service.at] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("headers", [True, False])
def test_the_days_calls_end_in_an_error_that_says_until_when(headers):
    clock = Clock()
    service = Service(clock, headers=headers, a_day=7)
    transport = paced(service, clock, calls_a_day=7 if not headers else 5000)
    for _ in range(7):
        transport.send(READ)
    with pytest.raises(RateLimitError, match=r"calls of today .* are used up, until") as error:
        transport.send(READ)
    midnight = (START // 86400 + 1) * 86400
    assert error.value.retry_at == pytest.approx(midnight, abs=1)
    assert clock.now == START
    assert (len(service.at), service.refused) == (7, 0)
    clock.now = error.value.retry_at
    assert transport.send(READ).status == 200


def test_two_connections_to_one_administration_count_together():
    clock, lanes = Clock(), Lanes()
    service = Service(clock, headers=False)
    both = [paced(service, clock, lanes=lanes) for _ in range(2)]
    for turn in range(120):
        both[turn % 2].send(READ)
    assert Counter(round(at, 1) for at in service.at) == {0.0: 60, 60.1: 60}


def test_calls_that_another_process_counted_are_counted_here_too():
    """Two processes take turns; each tells the other what it used."""
    clock = Clock()
    service = Service(clock, headers=False)
    here, there = paced(service, clock), paced(service, clock)
    for _ in range(30):
        here.send(READ)
        there.learn("one", here.usage("one"))
        there.learn("one", here.usage("one"))  # twice is once
        there.send(READ)
        here.learn("one", there.usage("one"))
    then = here.usage("one")
    assert (then.used, then.used_today, then.left) == (60, 60, 0)
    here.send(READ)
    assert (round(service.at[-1], 1), service.refused) == (60.1, 0)
    here.learn("one", then)  # of a minute that is over
    assert (here.usage("one").used, here.usage("one").used_today) == (1, 61)


def test_other_lanes_and_calls_without_one_do_not_wait():
    clock = Clock()
    service = Service(clock, a_minute=1000, headers=False)
    transport = paced(service, clock)
    for lane in ("one", "two", None):
        for _ in range(60):
            transport.send(Request("GET", "/x", lane=lane))
    assert set(service.at) == {0.0}


def test_writes_are_counted_and_wait_for_their_turn_too():
    clock = Clock()
    service = Service(clock, headers=False)
    transport = paced(service, clock)
    for _ in range(61):
        transport.send(WRITE)
    assert (round(service.at[-1], 1), service.refused) == (60.1, 0)


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_run_of_errors_stops_before_the_key_is_blocked(code):
    clock = Clock()
    service = Service(clock)
    service.answers = [status(code)] * 20
    transport = paced(service, clock)
    for _ in range(8):
        assert transport.send(READ).status == code
        clock.now += 60
    with pytest.raises(RateLimitError, match=rf"8 calls of /x failed.*status {code}") as error:
        transport.send(READ)
    assert len(service.at) == 8
    assert error.value.retry_at == START + 3600
    assert transport.send(Request("GET", "/y", lane="one")).status == code
    clock.now = START + 3600
    assert transport.send(READ).status == code  # the first of them is an hour old
    with pytest.raises(RateLimitError):
        transport.send(READ)


def test_refusals_for_haste_and_failures_of_the_service_are_no_such_errors():
    clock = Clock()
    service = Service(clock)
    service.answers = [status(500), status(429, retry_after=1)] * 10
    transport = paced(service, clock, retries=0)
    for _ in range(20):
        transport.send(READ)
    assert transport.send(READ).status == 200


def test_ten_threads_are_never_two_at_once():
    together, most, lock = 0, 0, threading.Lock()

    class Slow:
        def send(self, request):
            nonlocal together, most
            with lock:
                together += 1
                most = max(most, together)
            time.sleep(0.002)
            with lock:
                together -= 1
            return status(200)

        def close(self):
            pass

    settings = Settings(calls_a_minute=None)
    lanes, done = Lanes(), []
    transports = [Paced(Slow(), settings, lanes=lanes) for _ in range(10)]

    def work(transport):
        for _ in range(5):
            done.append(transport.send(READ).status)

    threads = [threading.Thread(target=work, args=(transport,)) for transport in transports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert (most, done) == (1, [200] * 50)


def test_a_waiting_thread_does_not_keep_the_turn():
    clock, lanes = Clock(), Lanes()
    service = Service(clock, headers=False)
    other = paced(service, clock, lanes=lanes)
    told = []

    def on_wait(until, why):
        told.append(lanes.lane(f"{Settings().api_url} one").turn.locked())

    transport = paced(service, clock, lanes=lanes, on_wait=on_wait)
    for _ in range(61):
        transport.send(READ)
    assert told == [False]
    other.send(READ)


def test_ctrl_c_during_a_wait_gives_the_turn_back():
    clock, lanes = Clock(), Lanes()
    service = Service(clock, headers=False)

    def interrupt(seconds):
        raise KeyboardInterrupt

    transport = Paced(service, Settings(), clock=clock, sleep=interrupt, lanes=lanes)
    for _ in range(60):
        transport.send(READ)
    with pytest.raises(KeyboardInterrupt):
        transport.send(READ)
    clock.now += 60.1
    assert transport.send(READ).status == 200


def test_ctrl_c_during_a_call_gives_the_turn_back():
    clock = Clock()
    service = Service(clock)
    transport = paced(service, clock)
    service.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        transport.send(READ)
    assert transport.send(READ).status == 200


def test_a_block_that_watches_is_told_instead():
    clock, always, here = Clock(), [], []
    transport = paced(Service(clock), clock, on_wait=lambda *wait: always.append(wait))
    with watching(lambda *wait: here.append(wait)):
        for _ in range(61):
            transport.send(READ)
    for _ in range(60):
        transport.send(READ)
    assert (len(here), len(always)) == (1, 1)


# -- retries


@pytest.mark.parametrize("lane", [None, "one"])
@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_read_is_sent_again_while_the_trouble_may_pass(code, lane):
    clock = Clock()
    service = Service(clock)
    service.answers = [status(code), status(code)]
    assert paced(service, clock).send(Request("GET", "/x", lane=lane)).status == 200
    assert len(service.at) == 3
    assert service.at[1] > 0


def test_back_off_doubles_up_to_its_limit_and_then_the_last_answer_stands():
    clock = Clock()
    service = Service(clock)
    service.answers = [status(503)] * 9
    transport = paced(service, clock, retries=5, backoff=1, backoff_limit=6)
    assert transport.send(Request("GET", "/x")).status == 503
    assert service.at == [0, 1, 3, 7, 13, 19]


def test_jitter_is_never_less_than_half():
    clock = Clock()
    service = Service(clock)
    service.answers = [status(503)]
    transport = Paced(
        service,
        Settings(backoff=1),
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 0,
        lanes=Lanes(),
    )
    transport.send(Request("GET", "/x"))
    assert service.at == [0, 0.5]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": formatdate(START + 9, usegmt=True)}, 9),
        ({"x-ratelimit-minutely-reset": str(int((START + 20) * 1000))}, 20),
        ({"x-ratelimit-minutely-reset": str(int(START + 20))}, 20),
        ({"x-ratelimit-reset": str(int((START + 30) * 1000))}, 30),
        ({"x-ratelimit-reset": "30"}, 30),
        ({"retry-after": "soon", "x-ratelimit-reset": "no"}, None),
        ({}, None),
    ],
)
def test_a_refusal_says_until_when(headers, wait):
    moment = retry_at(headers, START)
    assert moment == (None if wait is None else START + wait)
    clock = Clock()
    service = Service(clock)
    service.answers = [Response(429, headers, b"")] * 2
    paced(service, clock).send(Request("GET", "/x"))
    assert service.at[1] == pytest.approx(wait or 0.5)
    laned = Service(clock := Clock())
    laned.answers = [Response(429, headers, b"")]
    paced(laned, clock).send(READ)
    assert laned.at[1] == pytest.approx((wait or 60) + 0.1)


def test_the_days_end_counts_when_it_is_the_day_that_is_used_up():
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int((START + 7200) * 1000)),
        "x-ratelimit-minutely-remaining": "50",
        "x-ratelimit-minutely-reset": str(int((START + 60) * 1000)),
    }
    assert retry_at(headers, START) == START + 7200
    headers["x-ratelimit-remaining"] = "4000"
    assert retry_at(headers, START) == START + 60


def test_a_service_that_asks_for_too_long_a_wait_gets_none():
    clock = Clock()
    service = Service(clock)
    service.answers = [status(503, retry_after=3600)]
    assert paced(service, clock).send(Request("GET", "/x")).status == 503
    service.answers = [status(429, retry_after=3600)]
    with pytest.raises(RateLimitError) as error:
        paced(service, clock).send(READ)
    assert error.value.retry_at == pytest.approx(START + 3600, abs=1)
    assert clock.now == START


def test_a_refusal_holds_up_everybody_on_the_lane():
    clock, lanes = Clock(), Lanes()
    service = Service(clock)
    service.answers = [status(429, retry_after=5)]
    assert paced(service, clock, lanes=lanes).send(WRITE).status == 429
    paced(service, clock, lanes=lanes).send(READ)
    assert [round(at, 1) for at in service.at] == [0, 5.1]


def test_a_clock_that_is_set_back_does_not_hold_calls_up():
    clock = Clock()
    service = Service(clock, headers=False)
    transport = paced(service, clock)
    for _ in range(60):
        transport.send(READ)
    clock.now -= 3600
    transport.send(READ)
    assert service.at[-1] == -3600


def test_a_clock_that_is_ahead_does_not_make_it_hammer():
    clock = Clock()
    service = Service(clock)
    past = {"x-ratelimit-minutely-reset": str(int((START - 5) * 1000))}
    service.answers = [Response(429, past, b"")]
    paced(service, clock).send(READ)
    assert [round(at, 1) for at in service.at] == [0, 60.1]


def test_a_dropped_line_is_tried_again_and_a_silent_service_once():
    clock = Clock()
    service, waits = Service(clock), []
    service.answers = [ServerError("dropped")] * 4
    transport = paced(service, clock, on_wait=lambda until, why: waits.append(why))
    assert transport.send(READ).status == 200
    assert waits == ["dropped; trying again"] * 4
    service.at.clear()
    service.answers = [ServerError("silent", timed_out=True)] * 4
    with pytest.raises(ServerError, match="silent"):
        transport.send(READ)
    assert len(service.at) == 2


@pytest.mark.parametrize("lane", [None, "one"])
@pytest.mark.parametrize(
    "fault",
    [
        *(status(code, retry_after=1) for code in (429, 500, 502, 503, 504)),
        ServerError("dropped"),
        ServerError("silent", timed_out=True),
    ],
    ids=str,
)
def test_a_write_is_sent_exactly_once(fault, lane):
    clock = Clock()
    service = Service(clock)
    service.answers = [fault, status(200), status(200)]
    transport = paced(service, clock)
    write = Request("POST", "/x", lane=lane, safe=False)
    if isinstance(fault, Exception):
        with pytest.raises(ServerError):
            transport.send(write)
    else:
        assert transport.send(write) is fault
    assert len(service.at) == 1


def wrapped(status, key=None):
    """What Membrane makes of a refusal of Exact to an action."""
    cause = {"type": "bad_request", "message": "m", "data": {"response": {"status": status}}}
    error = {"type": "action_run", "message": "failed", "causedByError": cause}
    return Response(400, {}, json.dumps(error).encode())


@pytest.mark.parametrize("code", [429, 503])
def test_a_passing_trouble_of_exact_inside_a_run_is_seen(code):
    clock = Clock()
    service = Service(clock)
    service.answers = [wrapped(code), wrapped(code)]
    assert paced(service, clock).send(READ).status == 200
    assert len(service.at) == 3
    service.answers = [wrapped(code)]
    assert paced(service, clock).send(WRITE).status == 400
    assert len(service.at) == 4


def test_a_limit_named_by_membrane_holds_up_the_lane():
    clock = Clock()
    service = Service(clock)
    said = {"type": "connection", "key": "rate_limit_exceeded", "message": "m"}
    service.answers = [Response(400, {}, json.dumps(said).encode())]
    assert paced(service, clock).send(READ).status == 200
    assert [round(at, 1) for at in service.at] == [0, 60.1]


def test_only_exacts_own_errors_inside_runs_count_for_its_block():
    clock = Clock()
    service = Service(clock)
    service.answers = [wrapped(500)] * 20 + [wrapped(404)] * 8
    transport = paced(service, clock)
    for _ in range(28):
        assert transport.send(READ).status == 400
    with pytest.raises(RateLimitError, match="status 404"):
        transport.send(READ)


def test_calls_of_this_process_count_together_and_those_of_a_demo_apart():
    settings = Settings(token="pat-x")
    client = httpx.Client()
    demo = HTTPTransport(settings, client=client)
    first, second = HTTPTransport(settings), HTTPTransport(settings)
    assert Paced(first, settings).lanes is Paced(second, settings).lanes
    assert Paced(first, settings).lanes is Paced(CLITransport(settings), settings).lanes
    assert Paced(demo, settings).lanes is not Paced(first, settings).lanes
    client.close()


def test_other_errors_are_not_tried_again():
    clock = Clock()
    service = Service(clock)
    service.answers = [status(500), status(400)]
    transport = paced(service, clock)
    assert transport.send(READ).status == 500
    assert transport.send(READ).status == 400
    assert len(service.at) == 2


# -- an answer that is not whole


def _whole(content):
    if not content.endswith(b"}"):
        raise BadAnswerError("it breaks off")


def test_a_read_whose_answer_is_not_whole_is_sent_again():
    clock = Clock()
    service, waits = Service(clock), []
    transport = paced(service, clock, on_wait=lambda until, why: waits.append(why), retries=2)
    read = Request("GET", "/x", lane="one", check=_whole)
    service.answers = [Response(200, {}, b"{"), Response(200, {}, b"")]
    assert transport.send(read).content == b"{}"
    assert len(service.at) == 3
    assert waits == ["it breaks off; trying again"] * 2
    # what stays so is handed over, to whoever can say more of it
    service.answers = [Response(200, {}, b"{")] * 3
    assert transport.send(read).content == b"{"
    assert len(service.at) == 6


def test_neither_a_refusal_nor_a_write_is_looked_at_so():
    clock = Clock()
    service = Service(clock)
    transport = paced(service, clock)
    service.answers = [Response(404, {}, b"<html>"), Response(200, {}, b"")]
    transport.send(Request("GET", "/x", lane="one", check=_whole))
    transport.send(Request("POST", "/x", lane="one", safe=False, check=_whole))
    assert len(service.at) == 2


# -- what was used, and what is left


def test_usage_tells_what_was_used_and_what_is_left():
    clock = Clock()
    transport = paced(Service(clock), clock, calls_a_minute=60, calls_a_day=5000)
    for _ in range(70):
        transport.send(READ)
    used = transport.usage("one")
    assert (used.calls, used.used, used.left, used.left_today) == (70, 10, 50, 4930)
    clock.now += 60
    assert (transport.usage("one").used, transport.usage("one").left) == (0, 60)
    assert transport.usage("another").calls == 0


def test_the_service_knows_best_how_many_are_left():
    clock = Clock()
    transport = paced(Service(clock, used=40), clock)
    transport.send(READ)
    assert (transport.usage("one").used, transport.usage("one").left) == (1, 19)


def test_without_limits_nothing_is_said_to_be_left():
    clock = Clock()
    transport = paced(Service(clock, headers=False), clock, calls_a_minute=None, calls_a_day=None)
    transport.send(READ)
    usage = transport.usage("one")
    assert (usage.used, usage.left, usage.left_today) == (1, None, None)
    assert usage.ends(1000, 0.5) == clock.now + 500


@pytest.mark.parametrize("takes", [0.15, 0.99, 1.7])
@pytest.mark.parametrize("begin", [0.5, 17.3, 58.0])
@pytest.mark.parametrize("calls", [1, 60, 61, 150])
def test_the_end_of_many_calls_is_foretold(takes, begin, calls):
    clock = Clock(START + begin)
    transport = paced(Service(clock, takes=takes), clock, lanes=Lanes())
    for _ in range(7):
        transport.send(READ)
    end = transport.usage("one").ends(calls, takes)
    for _ in range(calls):
        transport.send(READ)
    assert abs(clock.now - end) <= max(3.0, 0.06 * (end - START))
