"""How fast lists are read, and in how much memory.

Run ``python benchmarks/reading_speed.py [rows ...]``; the default is 10,000, 100,000 and 1,000,000 rows. Each figure
comes from a process of its own, so that its peak memory is its own. ``--smoke`` reads 2,000 rows once.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_COLUMNS = "氏名,会社名,部署,メールアドレス,TEL,役職"
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_CASES = (("utf-8", False), ("cp932", False), ("cp932", True))


def write_list(path: Path, rows: int, encoding: str) -> None:
    """Write a list of six columns: half of the names, a twentieth of the companies and every address distinct."""
    with path.open("w", encoding=encoding, newline="") as stream:
        stream.write(_COLUMNS + "\r\n")
        companies = max(1, rows // 20)
        for row in range(rows):
            name = str(row % (rows // 2 + 1)).translate(_DIGITS)
            stream.write(
                f"佐藤 太{name},株式会社{row % companies}製作所,営業{row % 20}部,"
                f"user{row}@example{row % companies}.co.jp,03-{3000 + row % 6000:04d}-{row // 7 % 10000:04d},課長\r\n"
            )


def measure(path: str, *, normalize: bool) -> dict[str, float]:
    """Read a list once and return rows, seconds of the clock and of the processor, and peak megabytes."""
    from leadflow.adapters.reading import read_leads  # the import is not part of the time

    wall, cpu = time.perf_counter(), time.process_time()
    imported = read_leads(path, normalize=normalize)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert imported.report.rejected == len(imported.report.invalid) == 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": len(imported.batch), "wall": wall, "cpu": cpu, "peak": peak}


def main() -> None:
    """Print the table."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(arguments[1], normalize=arguments[2] == "True")))
        return
    smoke = "--smoke" in arguments
    sizes = [2_000] if smoke else [int(size) for size in arguments] or [10_000, 100_000, 1_000_000]
    print("rows        encoding  normalised   seconds   processor      rows/s   peak MB")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            for encoding, normalize in _CASES:
                path = Path(folder) / f"{size}-{encoding}.csv"
                if not path.exists():
                    write_list(path, size, encoding)
                command = [sys.executable, __file__, "--one", str(path), str(normalize)]
                found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                assert found["rows"] == size
                print(
                    f"{size:>9,}   {encoding:<8}  {normalize!s:<10} {found['wall']:>9.2f} {found['cpu']:>11.2f} "
                    f"{size / found['wall']:>11,.0f} {found['peak']:>9,.0f}"
                )


if __name__ == "__main__":
    main()
