"""Count words, from asyncio: many tasks share one client, and what they ask leaves together.

    python examples/client.py some words and some more
    python examples/client.py --url redis://localhost some words
"""

import argparse
import asyncio

from framewire.redis import Client, exceptions


async def count(client: Client, word: str) -> None:
    """One call of many: it waits for its own reply only."""
    await client.zincrby("words", 1, word)


async def main(url: str, words: list[str]) -> None:
    """Count, then show the commonest; `memory://` is a server in this process."""
    async with Client.from_url(url) as client:
        async with client.transaction() as transaction:
            transaction.delete("words")
            transaction.set("counted", len(words))
        await asyncio.gather(*(count(client, word) for word in words))
        for word, times in await client.text.zrange("words", 0, 9, desc=True, withscores=True):
            print(f"{word}: {times:.0f}")
        try:
            await client.incr("words")
        except exceptions.ResponseError as error:
            print(f"{error.code} ({error.fate}): the words are no number")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="memory://", help="where the server is (memory://: in this process)")
    parser.add_argument("words", nargs="+")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.url, arguments.words))
