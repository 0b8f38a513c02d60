extension Passes {
    /// Replaces flag-setting operations by their flag-less forms where nothing can see the flags: a later operation of
    /// the unit sets them all again, and nothing in between can fault, leave the unit or read them.
    static func dropDeadFlags(_ unit: inout TranslatedUnit) {
    }
}
