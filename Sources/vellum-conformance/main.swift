import VellumConformance

ConformanceCommand.main()
