/// One step between lowering and the cache.
package struct Pass: Sendable {
    /// For listings.
    package var name: String
    package var run: @Sendable (inout TranslatedUnit) -> Void
}

/// What is done to a unit between lowering and the cache; each pass keeps every observable result.
package enum Passes {
    /// All passes in their order.
    package static let all = [
        Pass(name: "dead flags") { Passes.dropDeadFlags(&$0) },
        Pass(name: "fusion") { Passes.fuse(&$0) },
        Pass(name: "superinstructions") { Passes.markSuperinstructions(&$0) },
    ]

    package static func run(on unit: inout TranslatedUnit) {
        for pass in all { pass.run(&unit) }
    }
}
