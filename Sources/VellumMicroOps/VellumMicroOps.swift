// VellumMicroOps
