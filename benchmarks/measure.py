"""Runs each method in a process of its own, in turn, and prints medians side by side."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

Result = dict[str, float]


def status_mb(field: str) -> float:
    """A line of the process's own status, in MB; 0 where there is no /proc."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if field in line)


def measured(work: Callable[[], Any]) -> tuple[Result, Any]:
    """Seconds that the work took, on the clock and of all cores, and its peak of memory in MB."""
    before = status_mb("VmRSS")
    if before:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    figures = {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "peak": status_mb("VmHWM") - before,
    }
    return figures, result


def rounds(module: str, methods: Sequence[str], *arguments: str, times: int = 5) -> dict[str, Any]:
    """Medians by method of what ``python -m module method arguments`` prints as JSON.

    The methods take turns, so that what else the machine does falls on all alike.
    """
    printed: dict[str, list[dict[str, Any]]] = {method: [] for method in methods}
    for _ in range(times):
        for method in methods:
            run = subprocess.run(
                [sys.executable, "-m", module, method, *arguments],
                capture_output=True,
                text=True,
                check=False,
            )
            if run.returncode:
                raise SystemExit(f"{module} {method} failed:\n{run.stderr}")
            printed[method].append(json.loads(run.stdout))
    return {
        method: {
            name: median(one[name] for one in found) if not isinstance(first, str) else first
            for name, first in found[0].items()
        }
        for method, found in printed.items()
    }


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Prints rows under heads, the first column to the left and numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(heads), *texts]) for i in range(len(heads))]
    print(f"\n{title}")
    for row in [list(heads), ["-" * width for width in widths], *texts]:
        cells = [
            row[0].ljust(widths[0]),
            *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=False)),
        ]
        print("  ".join(cells))
