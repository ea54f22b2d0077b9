// swift-tools-version: 6.3
import PackageDescription

/// Every target: a warning is an error.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
/// Targets that hold C pointers also spell out every unsafe step.
let strictUnsafe: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "tierd",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tierd", targets: ["tierd"])
    ],
    dependencies: [
        // log, exp, pow and logGamma for the models without Foundation; used by Scoring. Removal: import Glibc there.
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        // Sub-commands, options and help; used by tierd only. Removal: parse CommandLine.arguments there.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The logging interface Swift servers share; used by Runtime and tierd. Removal: print to stderr.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // YAML with line numbers for configuration and policy files; used by Runtime. Removal: accept JSON only.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // HTTP/1.1 server for probes, metrics and customer look-ups; used by OpsServer only. Removal: replace that target.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .target(
            name: "CSimdJSON",
            cxxSettings: [.unsafeFlags(["-O3", "-DNDEBUG"])],
            linkerSettings: [.linkedLibrary("simdjson")]),

        .target(
            name: "Scoring",
            dependencies: [.product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict),
        .target(name: "ShardEngine", dependencies: ["Scoring"], swiftSettings: strict),
        .target(
            name: "Calibration", dependencies: ["Scoring", .product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict),
        .target(name: "Snapshots", dependencies: ["ShardEngine", "Scoring"], swiftSettings: strict),
        .target(name: "WireFormat", dependencies: ["Scoring", "CSimdJSON"], swiftSettings: strictUnsafe),
        .target(name: "KafkaClient", dependencies: ["CRDKafka"], swiftSettings: strictUnsafe),
        .target(name: "Telemetry", swiftSettings: strict),
        .target(
            name: "Runtime",
            dependencies: [
                "KafkaClient", "ShardEngine", "Snapshots", "Scoring", "WireFormat", "Telemetry",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            resources: [
                // The schemas that the daemon validates with are the published ones: links to schemas/.
                .embedInCode("Resources/policy.schema.json"), .embedInCode("Resources/config.schema.json"),
            ],
            swiftSettings: strict),
        .target(
            name: "OpsServer",
            dependencies: [
                "Telemetry", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "tierd",
            dependencies: [
                "Runtime", "OpsServer", "Telemetry", "Scoring", "Calibration",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Scoring", "ShardEngine"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "Runtime", "KafkaClient", "Snapshots", "ShardEngine", "Scoring", "WireFormat", "Telemetry",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Simulation", "Runtime", "Scoring", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/Simulate", swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "Runtime", "KafkaClient", "Snapshots", "ShardEngine", "Scoring", "WireFormat",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SnapshotsTests", dependencies: ["Snapshots", "ShardEngine", "Scoring", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ScoringTests",
            dependencies: ["Scoring", "TestSupport", .product(name: "RealModule", package: "swift-numerics")],
            swiftSettings: strict),
        .testTarget(
            name: "CalibrationTests",
            dependencies: [
                "Calibration", "ShardEngine", "Scoring", "TestSupport",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ShardEngineTests", dependencies: ["ShardEngine", "Scoring", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WireFormatTests", dependencies: ["WireFormat", "Scoring", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "KafkaClientTests", dependencies: ["KafkaClient"], swiftSettings: strict),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: strict),
        .testTarget(name: "OpsServerTests", dependencies: ["OpsServer", "Telemetry"], swiftSettings: strict),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "Runtime", "Calibration", "Snapshots", "ShardEngine", "Scoring", "WireFormat", "KafkaClient",
                "Telemetry",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "BrokerTests",
            dependencies: [
                "Runtime", "KafkaClient", "Snapshots", "ShardEngine", "Scoring", "WireFormat", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
