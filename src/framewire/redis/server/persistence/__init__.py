"""The append-only file: what changes the keys is written down, and read again at the next start.

    hooks --> Recorder: what of a command has to be logged --> AppendLog: the file that grows, write and fsync
                   |                                                ^
                   `--> Snapshot: the keys as they were at one moment --> Rewrite: a new base, then a new file to grow
    Loader: the files, at the start --> requests, run again

What belongs here: files and their formats, and the threads that wait for the disk. It is the one room that
touches files; it knows neither a socket nor a loop. The layout is that of Redis 7: a base file, incremental files
behind it, and a manifest that says which.
"""
