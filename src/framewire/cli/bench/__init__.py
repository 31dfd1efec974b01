"""`framewire bench`: a load generator for whatever speaks RESP.

What belongs here: nothing but this drawing. The arrows say who calls whom.

    command (options of the shell) -> session (which runs, in which order) -> progress, report, export, chart
                                        |
                                      compare (rounds of two servers)
                                        |
                                       load (one run: connections, end, faults)
                                        |
           closed (who has answered is asked again) | paced (asked by the clock) | reconnecting (asked once each)
             |                      |                                  |
           link (one connection)  workload (what is asked: suite, keys)  record (what was seen: histogram, slices)

Only `load`, `link`, `reconnecting` and `session` know a loop. All others take the time, and chance, from outside.
"""
