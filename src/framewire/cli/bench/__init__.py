"""`framewire bench`: a load generator for whatever speaks RESP.

What belongs here: nothing but this drawing. Below each stands what it calls.

    command       the options of the shell (options: what they mean)
    starting      the event loop, and from an error to a status
    session       all tests (job), on one server (target) or in rounds on two  -> progress, outputs
    load          one run (plan): its connections (connecting), its end
    closed | paced | reconnecting
                  who asks next: who was answered, the clock, or each connection once (quota: how much is left)
    link          one connection: bytes out, replies counted
    workload      what is asked: requests (suite) with numbers (keys)
    record        what was seen (histogram) -> figures -> report, export, chart (axes)

Only `link`, `connecting`, `reconnecting`, `load`, `idle`, `interrupts` and `starting` know a loop. All others take the
time, and chance, from outside.
"""
