import VellumCommands

VellumCommand.main()
