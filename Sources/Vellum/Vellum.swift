/// The library: configure a machine, run it, look at it.
@_exported import VellumEvents
@_exported import VellumMachine
