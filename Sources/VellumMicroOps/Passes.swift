/// What is done to a unit between lowering and the cache; each pass keeps every observable result.
package enum Passes {
    /// Runs all passes in their order.
    package static func run(on unit: inout TranslatedUnit) {
        dropDeadFlags(&unit)
        fuse(&unit)
    }
}
