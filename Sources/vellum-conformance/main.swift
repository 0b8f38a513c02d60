print("vellum-conformance")
