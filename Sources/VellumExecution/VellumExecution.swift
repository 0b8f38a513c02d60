// VellumExecution
