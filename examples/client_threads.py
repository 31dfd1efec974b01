"""A queue of jobs, from threads: workers wait in BLPOP, each on a link that the client gives it.

    python examples/client_threads.py 1 2 3 4 5
    python examples/client_threads.py --url redis://localhost 1 2 3
"""

import argparse
from concurrent.futures import ThreadPoolExecutor

from framewire.redis import BlockingClient

WORKERS = 3


def work(client: BlockingClient) -> int:
    """Square numbers until there is an empty job; returns how many."""
    done = 0
    while True:
        _, job = client.blpop(["jobs"], timeout=0) or (b"", b"")
        if not job:
            return done
        client.incrby("sum", int(job) ** 2)
        done += 1


def main(url: str, numbers: list[int]) -> None:
    """All threads share one client; `memory://` is a server in this process."""
    with BlockingClient.from_url(url) as client, ThreadPoolExecutor(WORKERS) as threads:
        client.delete("jobs", "sum")
        workers = [threads.submit(work, client) for _ in range(WORKERS)]
        with client.pipeline() as pipeline:
            for number in numbers:
                pipeline.rpush("jobs", number)
            for _ in workers:
                pipeline.rpush("jobs", "")
        print(f"{sum(worker.result() for worker in workers)} jobs, sum of squares {client.text.get('sum')}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="memory://", help="where the server is (memory://: in this process)")
    parser.add_argument("numbers", nargs="+", type=int)
    arguments = parser.parse_args()
    main(arguments.url, arguments.numbers)
