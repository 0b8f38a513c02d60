import VellumProfiling

/// The JSON of all reports.
typealias JSON = VellumProfiling.JSON
