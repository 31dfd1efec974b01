"""Which error replies are counted, and under which words; the error that ends each step of a dialogue is one too."""

from __future__ import annotations

from tests.against.steps import Conversation, Request, Step, by, volatile

COUNTED: list[Request | Step] = ["INFO errorstats", volatile("errors", "INFO stats")]


def script(text: str, *arguments: str) -> Request:
    return ["EVAL", text, "0", *arguments]


def counting(*steps: Request | Step) -> Conversation:
    return ["CONFIG RESETSTAT", *steps, *COUNTED]


ERRORSTATS: dict[str, Conversation] = {
    "of commands": counting(
        "nonsense", "GET", "CONFIG nonsense", "LPUSH l 1", "GET l", "RENAME none b", "HELLO 9", "AUTH x",
        "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0", "SCRIPT KILL", ["DEBUG", "ERROR", "FOO bar"],
    ),
    "of transactions": counting(
        "LPUSH l 1", "MULTI", "GET l", "GET", "EXEC", "EXEC", "DISCARD", "MULTI", "GET l",
        "INCR l", ["EVAL", "return redis.error_reply('MINE x')", "0"], "EXEC", "MULTI", "EXEC now",
    ),
    "of calls in scripts": counting(
        "LPUSH l 1", script("return redis.call('get', 'l')"), script("return redis.pcall('get', 'l')"),
        script("redis.pcall('get', 'l') return 1"), script("pcall(redis.call, 'get', 'l') return 1"),
        script("return {redis.pcall('get', 'l')}"), script("local e = redis.pcall('get', 'l') error(e)"),
        script("local e = redis.pcall('get', 'l') e.err = 'OTHER x' return e"),
    ),
    "of calls that scripts may not make": counting(
        script("return redis.call('none')"), script("return redis.pcall('none')"),
        script("redis.pcall('none') return 1"), script("redis.pcall('get') return 1"),
        script("redis.pcall('multi') return 1"),
        ["EVAL_RO", "return redis.call('set', 'a', '1')", "0"],
        ["EVAL_RO", "redis.pcall('set', 'a', '1') return 1", "0"],
    ),
    "of calls without a command": counting(
        script("redis.pcall() return 1"), script("redis.pcall({}) return 1"), script("return redis.pcall()"),
        script("return redis.call({})"), script("return redis.sha1hex()"), script("pcall(redis.sha1hex) return 1"),
    ),
    "of scripts themselves": counting(
        script("return redis.error_reply('MINE x')"), script("return redis.error_reply('single')"),
        script("return {err = 'OTHER x'}"), script("return {err = 'nospace'}"), script("error('x')"),
        script("error({err = 'THIRD x'})"), script("return none"), script("syntax error ("),
        script("return {1, {err = 'INNER x'}, redis.error_reply('INNER2 x')}"), script("redis.error_reply('MINE x')"),
    ),
    "words that are none": counting(
        script("return redis.error_reply('A:B#C=D x')"), script("return redis.error_reply(ARGV[1] .. ' x')", "Z" * 30),
        script("return redis.error_reply(ARGV[1] .. ' x')", "Y" * 31), script("return {err = '-A x'}"),
        script("return {err = ' x'}"), script("return {err = ''}"),
    ),
    "of subscribers and monitors": counting(by("b", "SUBSCRIBE c"), by("b", "GET a"), by("b", "RESET")),
}  # fmt: skip
