// Vellum
