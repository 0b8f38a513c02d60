/// The target description that GDB asks for: which registers there are, in which order and of which types (GDB manual,
/// "Target Descriptions"; "i386 Features" names the standard ones).
enum TargetDescription {
    /// The document, whose name is `target.xml`.
    ///
    /// GDB takes its disassembler from the architecture, and cannot be told i8086 later where i386 was given here; the
    /// other way round it can.
    static func xml(isSixteenBit: Bool) -> String {
        let architecture = isSixteenBit ? "i8086" : "i386"
        return heading + "  <architecture>\(architecture)</architecture>\n" + features
    }

    private static let heading =
        #"<?xml version="1.0"?>"# + "\n" + #"<!DOCTYPE target SYSTEM "gdb-target.dtd">"# + "\n"
        + #"<target version="1.0">"# + "\n"

    private static let features: String = {
        var lines: [String] = []
        lines += feature("org.gnu.gdb.i386.core", types: flags("i386_eflags", eflags), .eax ... .fop)
        lines += feature("org.gnu.gdb.i386.sse", types: vectors + flags("i386_mxcsr", mxcsr), .xmm0 ... .mxcsr)
        lines += feature(
            "org.vellum.i386.system", types: flags("i386_cr0", cr0) + flags("i386_cr4", cr4), .cr0 ... .offset)
        lines.append("</target>")
        return lines.joined(separator: "\n") + "\n"
    }()

    private static func feature(
        _ name: String, types: [String], _ registers: ClosedRange<TargetRegister>
    ) -> [String] {
        let elements = TargetRegister.allCases.filter(registers.contains).map { register in
            let group = register.group.map { #" group="\#($0)""# } ?? ""
            return #"<reg name="\#(register.name)" bitsize="\#(register.width * 8)" type="\#(register.type)""#
                + #" regnum="\#(register.number)"\#(group)/>"#
        }
        return [#"  <feature name="\#(name)">"#] + (types + elements).map { "    " + $0 } + ["  </feature>"]
    }

    private static func flags(_ id: String, _ fields: [(name: String, bit: Int)]) -> [String] {
        [#"<flags id="\#(id)" size="4">"#]
            + fields.map { #"  <field name="\#($0.name)" start="\#($0.bit)" end="\#($0.bit)"/>"# } + ["</flags>"]
    }

    private static let eflags = [
        ("CF", 0), ("PF", 2), ("AF", 4), ("ZF", 6), ("SF", 7), ("TF", 8), ("IF", 9), ("DF", 10), ("OF", 11),
        ("NT", 14), ("RF", 16), ("VM", 17), ("AC", 18), ("VIF", 19), ("VIP", 20), ("ID", 21),
    ]

    private static let mxcsr = [
        ("IE", 0), ("DE", 1), ("ZE", 2), ("OE", 3), ("UE", 4), ("PE", 5), ("DAZ", 6), ("IM", 7), ("DM", 8), ("ZM", 9),
        ("OM", 10), ("UM", 11), ("PM", 12), ("FZ", 15),
    ]

    private static let cr0 = [
        ("PE", 0), ("MP", 1), ("EM", 2), ("TS", 3), ("ET", 4), ("NE", 5), ("WP", 16), ("AM", 18), ("NW", 29),
        ("CD", 30), ("PG", 31),
    ]

    private static let cr4 = [
        ("VME", 0), ("PVI", 1), ("TSD", 2), ("DE", 3), ("PSE", 4), ("PAE", 5), ("MCE", 6), ("PGE", 7), ("PCE", 8),
        ("OSFXSR", 9), ("OSXMMEXCPT", 10),
    ]

    private static let vectors: [String] = {
        let views = [
            ("v4f", "v4_float", "ieee_single", 4), ("v2d", "v2_double", "ieee_double", 2),
            ("v16i8", "v16_int8", "int8", 16), ("v8i16", "v8_int16", "int16", 8), ("v4i32", "v4_int32", "int32", 4),
            ("v2i64", "v2_int64", "int64", 2),
        ]
        let types = views.map { #"<vector id="\#($0.0)" type="\#($0.2)" count="\#($0.3)"/>"# }
        let fields = views.map { #"  <field name="\#($0.1)" type="\#($0.0)"/>"# }
        return types + [#"<union id="vec128">"#] + fields + [#"  <field name="uint128" type="uint128"/>"#, "</union>"]
    }()
}

extension TargetRegister: Comparable {
    public static func < (a: TargetRegister, b: TargetRegister) -> Bool { a.number < b.number }
}
