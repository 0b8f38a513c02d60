// VellumConformance
