"""A quick run of the hot paths on small inputs: proves that the benchmarks work, and prints rough figures."""

import datetime as dt
import subprocess
import sys
import time

import leadflow as lf
from leadflow.testing import generate_leads_table

NOW = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)


def main() -> None:
    """Import, dedupe, score and carry 2,000 rows through the flow."""
    code = "import time; t = time.perf_counter(); import leadflow; print(time.perf_counter() - t)"
    runs = sorted(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(5)
    )
    print(f"import leadflow        {runs[2] * 1000:8.1f} ms (median of 5)")

    table, truth = generate_leads_table(1, 2_000)
    started = time.perf_counter()
    result = lf.dedupe(table)
    print(f"dedupe 2,000 rows      {time.perf_counter() - started:8.2f} s")
    assert len(result.cluster_ids) == len(truth)

    started = time.perf_counter()
    imported = lf.read_leads(table, source="generated")
    print(f"read 2,000 rows        {time.perf_counter() - started:8.2f} s")

    flow = lf.LeadFlow(store=lf.open_store("memory://"))
    started = time.perf_counter()
    run = flow.ingest(imported, now=NOW)
    print(f"ingest 2,000 rows      {time.perf_counter() - started:8.2f} s")
    assert run.records == len(imported)

    started = time.perf_counter()
    decision = flow.capture({"form": "contact", "email": "taro@smoke.example", "氏名": "煙 太郎"}, now=NOW)
    print(
        f"capture one submission {(time.perf_counter() - started) * 1000:8.1f} ms (the first builds the index)"
    )
    assert decision.is_new


if __name__ == "__main__":
    main()
