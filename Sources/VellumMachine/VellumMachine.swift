// VellumMachine
