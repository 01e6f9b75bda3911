"""What the benchmarks found, as a table for people or as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.harness import Benchmark, Measure, Result, Unit

_HEAD = ("name", "value", "floor", "ratio", "bar", "holds", "peak", "floor's peak")


def as_table(results: Sequence[Result]) -> str:
    """One line per result, and below the table what went wrong where a benchmark could not be measured."""
    rows = [_HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines += [f"\n{result.benchmark.name}: {result.error.strip()}" for result in results if result.error]
    return "\n".join(lines)


def as_json(results: Sequence[Result]) -> str:
    """A list of objects. Peaks are in MB, times in seconds; what could not be measured is null, with an error."""
    return json.dumps([_record(result) for result in results], indent=2)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join([row[0].ljust(len(first)), *others])


def _row(result: Result) -> tuple[str, ...]:
    benchmark = result.benchmark
    if result.value is None or result.floor is None or result.figure is None:
        return (benchmark.name, "-", "-", "-", _bar(benchmark), "no", "-", "-")
    return (
        benchmark.name,
        _amount(result.value, benchmark),
        _amount(result.floor, benchmark),
        _figure(benchmark.measure, result.figure),
        _bar(benchmark),
        "-" if benchmark.bar is None else "yes" if result.holds else "no",
        f"{result.peak_mb:.0f} MB",
        f"{result.floor_peak_mb:.0f} MB",
    )


def _amount(amount: float, benchmark: Benchmark) -> str:
    text = _time(amount) if benchmark.unit is Unit.SECONDS else f"{amount:.0f} {benchmark.unit}"
    return f"{text}/{benchmark.per}" if benchmark.per else text


def _time(seconds: float) -> str:
    if seconds < 1e-5:
        return f"{seconds * 1e9:.0f} ns"
    milliseconds = seconds * 1000
    return f"{milliseconds:.{0 if milliseconds >= 100 else 2}f} ms"


def _bar(benchmark: Benchmark) -> str:
    return "-" if benchmark.bar is None else _figure(benchmark.measure, benchmark.bar)


def _figure(measure: Measure, figure: float) -> str:
    return f"{figure * 1000:+.1f} ms" if measure is Measure.EXCESS else f"{figure:.2f}"


def _record(result: Result) -> dict[str, object]:
    benchmark = result.benchmark
    return {
        "name": benchmark.name,
        "about": benchmark.about,
        "measure": benchmark.measure,
        "unit": benchmark.unit,
        "per": benchmark.per or None,
        "value": result.value,
        "floor": result.floor,
        "figure": result.figure,
        "bar": benchmark.bar,
        "holds": result.holds,
        "peak_mb": result.peak_mb,
        "floor_peak_mb": result.floor_peak_mb,
        "error": result.error or None,
    }
