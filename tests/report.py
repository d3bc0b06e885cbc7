"""What a test run says at its end: results of all passes together, and what no pass could run."""

import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One test in one pass; the reason is empty unless it was skipped."""

    test: str
    outcome: str
    reason: str = ""


def read_results(path: Path) -> list[Result]:
    """The results in pytest's JUnit file; none when the run ended before it was written."""
    if not path.exists():
        return []
    results = []
    for case in ElementTree.parse(path).iter("testcase"):
        test = f"{case.get('classname', '').replace('.', '/')}::{case.get('name', '')}"
        outcome, reason = "passed", ""
        for child in case:
            if child.tag in {"failure", "error"}:
                outcome = "failed"
            elif child.tag == "skipped" and outcome == "passed":
                outcome, reason = "skipped", child.get("message", "")
        results.append(Result(test, outcome, reason))
    return results


def never_run(passes: Sequence[Sequence[Result]]) -> dict[str, list[str]]:
    """Reason → tests that were skipped in every pass they were part of."""
    ran = {result.test for results in passes for result in results if result.outcome != "skipped"}
    reasons: dict[str, list[str]] = defaultdict(list)
    for test, reason in {result.test: result.reason for results in passes for result in results}.items():
        if test not in ran:
            reasons[reason].append(test)
    return dict(reasons)


def closing(passes: Sequence[tuple[str, Sequence[Result], float]], absent: Sequence[str]) -> str:
    """The last lines: one for each pass, what was skipped with the command that enables it, and the sum."""
    lines = ["", "=== What ran ==="]
    for name, results, seconds in passes:
        count = Counter(result.outcome for result in results)
        parts = [f"{count[word]} {word}" for word in ("passed", "failed", "skipped") if count[word]]
        lines.append(f"{name:<26}{', '.join(parts) or 'nothing'} in {seconds:.0f} s")
    skipped = never_run([results for _, results, _ in passes])
    if skipped or absent:
        lines.append("Not run on this machine:")
        lines += [f"  {what}" for what in absent]
        for reason, tests in sorted(skipped.items()):
            lines.append(f"  {len(tests)} × {reason}")
            lines += [f"      {test}" for test in sorted(tests)[:5]]
    total = Counter(result.outcome for _, results, _ in passes for result in results if result.outcome != "skipped")
    left = sum(map(len, skipped.values()))
    lines += ["", f"{total['passed']} passed, {total['failed']} failed" + (f", {left} skipped" if left else "")]
    return "\n".join(lines)
