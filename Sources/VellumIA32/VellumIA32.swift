// VellumIA32
