// swift-tools-version: 6.2
import PackageDescription

/// Without the limit raised, no function of more than twenty SIL instructions is inlined into other modules.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-Xllvm", "-cmo-function-size-limit=100"], .when(configuration: .release)),
]

/// For the interpreter's loop: its one `switch` is copied behind every case, so that each micro-op jumps straight to the
/// next one, and addresses of fields are folded into the instructions that use them.  See docs/performance.md.
let threaded: [SwiftSetting] = [
    .unsafeFlags(
        [
            "tail-dup-size=20", "tail-dup-pred-size=4096", "tail-dup-succ-size=4096", "enable-tail-merge=false",
            "sink-common-insts=false", "cgp-max-address-users-to-scan=100000",
        ].flatMap { ["-Xllvm", "-\($0)"] }, .when(configuration: .release))
]

/// For `vellum`: Swift's runtime is linked into it, with relocations packed, since loading it as shared objects costs
/// a fifth of the time that a short run takes.  The libraries named are those that the runtime's own need.
let standalone: [LinkerSetting] = [
    .unsafeFlags(
        ["-static-stdlib", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
            + ["_FoundationCShims", "_FoundationCollections", "swiftSynchronization"].map { "-l\($0)" },
        .when(platforms: [.linux], configuration: .release))
]

/// A library target of the project; every module treats warnings as errors.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "vellum",
    products: [
        .library(name: "Vellum", targets: ["Vellum"]),
        .executable(name: "vellum", targets: ["vellum"]),
        .executable(name: "vellum-conformance", targets: ["vellum-conformance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CCapstone", providers: [.apt(["libcapstone-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng16", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CChafa", pkgConfig: "chafa", providers: [.apt(["libchafa-dev", "libglib2.0-dev"])]),
        .target(name: "CVellumSupport"),
        module("VellumIA32"),
        .target(
            name: "VellumDecoder", dependencies: ["VellumIA32", "CCapstone"], swiftSettings: strict,
            // The archive: of the shared object, two thirds are other processors' tables, and each is relocated at start.
            linkerSettings: [.unsafeFlags(["-l:libcapstone.a"])]),
        module("VellumMicroOps", ["VellumIA32"]),
        module("VellumTranslation", ["VellumIA32", "VellumDecoder", "VellumMicroOps"]),
        module("VellumEvents", ["VellumIA32", "VellumMicroOps"]),
        .target(
            name: "VellumExecution", dependencies: ["VellumIA32", "VellumMicroOps", "VellumEvents", "CVellumSupport"],
            swiftSettings: strict + threaded),
        module(
            "VellumHypervisor",
            [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumEvents", "VellumExecution",
            ]),
        module("VellumDevices"),
        module("VellumDOS"),
        module("VellumDebugger"),
        module(
            "VellumMachine",
            [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumExecution",
                "VellumEvents", "VellumHypervisor", "VellumDevices", "VellumDOS", "CVellumSupport", "CZlib",
            ]),
        module(
            "VellumProfiling",
            [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumEvents", "VellumExecution",
                "VellumHypervisor", "VellumMachine",
            ]),
        module(
            "VellumAnalysis",
            [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumEvents",
                "VellumHypervisor",
                "VellumMachine", "VellumDOS", "VellumProfiling",
            ]),
        module("VellumBench", ["VellumProfiling", "CYAML"]),
        module("Vellum", ["VellumEvents", "VellumMachine"]),
        .target(
            name: "VellumCommands",
            dependencies: [
                "VellumEvents", "VellumMachine", "VellumDevices", "VellumDebugger", "VellumProfiling", "VellumAnalysis",
                "VellumBench", "CVellumSupport", "CPNG", "CChafa",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            resources: ["html", "css", "js"].map { .embedInCode("Resources/report.\($0)") }, swiftSettings: strict),
        .executableTarget(
            name: "vellum", dependencies: ["VellumCommands"], swiftSettings: strict, linkerSettings: standalone),
        .target(
            name: "VellumConformance",
            dependencies: [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumExecution",
                "VellumHypervisor", "VellumMachine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            resources: [.embedInCode("Resources/host-oracle.c")], swiftSettings: strict),
        .executableTarget(name: "vellum-conformance", dependencies: ["VellumConformance"], swiftSettings: strict),
        .testTarget(
            name: "VellumConformanceTests",
            dependencies: [
                "VellumConformance", "VellumIA32", "VellumMicroOps", "VellumTranslation", "VellumExecution",
                "VellumHypervisor",
                "VellumMachine",
            ],
            resources: [.copy("Resources")], swiftSettings: strict),
        .systemLibrary(name: "CZydis", path: "Tests/CZydis", providers: [.apt(["libzydis-dev"])]),
        .target(
            name: "VellumTestSupport",
            dependencies: ["VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumExecution"],
            path: "Tests/VellumTestSupport", swiftSettings: strict),
        tests(
            "VellumMicroOpsTests",
            ["VellumIA32", "VellumMicroOps", "VellumExecution", "VellumTestSupport", "CVellumSupport"]),
        .testTarget(
            name: "VellumTranslationTests",
            dependencies: [
                "VellumIA32", "VellumDecoder", "VellumMicroOps", "VellumTranslation", "VellumExecution",
                "VellumTestSupport",
            ],
            exclude: ["Goldens"], swiftSettings: strict),
        tests("VellumDevicesTests", ["VellumDevices"]),
        tests("VellumDebuggerTests", ["VellumDebugger"]),
        .testTarget(
            name: "VellumDecoderTests", dependencies: ["VellumIA32", "VellumDecoder", "CZydis"],
            resources: [.copy("Resources")], swiftSettings: strict),
        tests(
            "VellumHypervisorTests",
            ["VellumHypervisor", "VellumExecution", "VellumMicroOps", "VellumIA32", "VellumTestSupport"]),
        tests(
            "VellumMachineTests",
            ["VellumMachine", "VellumDevices", "VellumExecution", "VellumHypervisor", "CZlib"]),
        .testTarget(
            name: "VellumDOSTests", dependencies: ["VellumMachine", "VellumDOS", "VellumTestSupport"],
            resources: [.copy("Resources")], swiftSettings: strict),
        tests("VellumCommandsTests", ["VellumCommands", "VellumMachine", "VellumDevices", "VellumTestSupport"]),
        tests("VellumProfilingTests", ["VellumProfiling", "VellumEvents", "VellumMachine", "CZydis"]),
        tests("VellumAnalysisTests", ["VellumAnalysis", "VellumIA32", "VellumMachine"]),
        tests("VellumBenchTests", ["VellumBench"]),
        tests("VellumTests", ["Vellum"]),
        tests("ArchitectureTests", []),
        .testTarget(
            name: "VellumGuestTests", dependencies: ["Vellum", "VellumProfiling", "VellumMachine", "VellumDevices"],
            resources: [.copy("Resources")],
            swiftSettings: strict),
    ]
)
