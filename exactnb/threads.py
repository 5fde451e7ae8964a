"""Work beside the caller's: on threads, or where none can be started, as in a browser, without."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache
from typing import Any

__all__ = ["InPlace", "back_here", "later", "pool", "there_are_threads"]


def pool(workers: int) -> Executor:
    """So many threads to work on; where there are none, :class:`InPlace`."""
    return ThreadPoolExecutor(workers, "exactnb") if there_are_threads() else InPlace()


def later(seconds: float, call: Callable[..., Any], *arguments: Any) -> Callable[[], None]:
    """What cancels the call that is made once the seconds are over.

    It is made from a thread; where there are none, by the event loop that is running, as one is in
    every notebook.
    """
    if not there_are_threads():
        return asyncio.get_running_loop().call_later(seconds, call, *arguments).cancel
    timer = threading.Timer(seconds, call, arguments)
    timer.daemon = True
    timer.start()
    return timer.cancel


def back_here() -> Callable[..., None]:
    """What makes a call back here, from whichever thread it is asked to.

    Here is the event loop that is running, as one is in every notebook: what is typed arrives there
    too, so that the two cannot cross. Where none is running, the call is made at once.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda call, *arguments: call(*arguments)

    def made(call: Callable[..., Any], *arguments: Any) -> None:
        if not loop.is_closed():  # else nobody is there any more
            loop.call_soon_threadsafe(call, *arguments)

    return made


class InPlace(Executor):
    """Runs a call as soon as it is submitted, before the caller goes on.

    Examples
    --------
    >>> with InPlace() as pool:
    ...     list(pool.map(abs, [-1, 2]))
    [1, 2]
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The call's future, which is done."""
        future = Future[Any]()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as failed:
            future.set_exception(failed)  # whoever asks for the result gets it, as from a thread
        return future


@cache
def there_are_threads() -> bool:
    """Whether one can be started; it is tried once."""
    try:
        threading.Thread(target=int, daemon=True).start()
    except RuntimeError:
        return False
    return True
