"""The only room that knows a socket or an event loop: clients come in here, and their bytes go to and fro."""
