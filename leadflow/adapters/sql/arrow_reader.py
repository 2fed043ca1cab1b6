"""Reads an SQLite file for another process and answers in Arrow streams: a program of its own, that imports nothing of leadflow.

SQLite's locks belong to a process, and the driver that fetches Arrow brings a second copy of SQLite. In the process of a writer
that copy would see none of the writer's locks and take them away when it closes the file, so that others could write at the
same time. Hence it is only ever used here.
"""

import json
import sys

__all__ = ["main"]

_ROWS = "65536"


def main() -> None:
    """Serve the file that the first argument names: each line of standard input is a query, and is answered by one Arrow stream."""
    import pyarrow as pa  # noqa: PLC0415  # without it the program ends, which tells the other side
    from adbc_driver_sqlite import dbapi  # noqa: PLC0415

    with dbapi.connect(sys.argv[1]) as connection:
        for line in sys.stdin:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _ROWS})
                cursor.execute(json.loads(line))
                batches = cursor.fetch_record_batch()
                with pa.ipc.new_stream(sys.stdout.buffer, batches.schema) as stream:
                    for batch in batches:
                        stream.write_batch(batch)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
