// VellumProfiling
