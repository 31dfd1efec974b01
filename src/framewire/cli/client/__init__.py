"""`framewire cli`: a Redis server from the shell, by redis-cli's options.

    command.py      the options
    starting.py     what they ask for: one of the modes below
    session.py      one link, what it is set to, and the link anew where it was lost
    words.py        a typed line into words
    rendering.py    replies into text: for people, raw, CSV, JSON
    output.py       where that text goes
    asking.py       one request, from the shell's arguments or a line of the standard input; channels and MONITOR
    repl.py         the prompt: `lines` (what a line asks for), `hints`, `completion`, `history`, `helping`
    pipe.py scan.py bigkeys.py latency.py stat.py   the special modes
"""
