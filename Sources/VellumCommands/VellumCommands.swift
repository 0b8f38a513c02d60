// VellumCommands
