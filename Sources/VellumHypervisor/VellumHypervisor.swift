// VellumHypervisor
