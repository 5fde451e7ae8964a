"""What runs beside, with threads and without."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from exactnb import threads


@pytest.fixture(params=["threads", "none"])
def there(request, monkeypatch):
    """Whether threads can be started, as they can not in a browser."""
    threads.there_are_threads.cache_clear()
    if request.param == "none":

        def refused(_):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refused)
    yield request.param == "threads"
    threads.there_are_threads.cache_clear()


def test_a_pool_answers_in_order_and_hands_over_what_went_wrong(there):
    with threads.pool(2) as pool:
        assert isinstance(pool, ThreadPoolExecutor) == there
        assert list(pool.map(abs, [-1, 2, -3])) == [1, 2, 3]
        failed = pool.submit(int, "no number")
        assert isinstance(failed.exception(), ValueError)
        with pytest.raises(ValueError, match="no number"):
            failed.result()


def test_ctrl_c_is_not_kept_for_whoever_asks():
    def pressed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        threads.InPlace().submit(pressed)


def test_a_call_is_made_later(there):
    async def called():
        made = asyncio.Event()
        loop = asyncio.get_running_loop()
        threads.later(0.01, lambda: loop.call_soon_threadsafe(made.set))
        assert not made.is_set()
        await asyncio.wait_for(made.wait(), timeout=10)

    asyncio.run(called())


def test_what_a_thread_finds_comes_back_to_the_loop_that_asked(there):
    async def asked():
        came, here = asyncio.Event(), threads.back_here()
        where = []

        def taken():
            where.append(threading.current_thread())
            came.set()

        threads.later(0, here, taken)
        await asyncio.wait_for(came.wait(), timeout=10)
        assert where == [threading.current_thread()]

    asyncio.run(asked())


def test_without_a_loop_it_is_made_at_once_and_after_one_not_at_all():
    made = []
    threads.back_here()(made.append, 1)
    assert made == [1]

    async def left():
        return threads.back_here()

    asyncio.run(left())(made.append, 2)
    assert made == [1]


def test_a_call_that_is_cancelled_is_not_made(there):
    async def cancelled():
        made = []
        cancel = threads.later(0.05, made.append, 1)
        cancel()
        await asyncio.sleep(0.1)
        return made

    assert asyncio.run(cancelled()) == []
