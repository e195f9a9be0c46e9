// swift-tools-version: 6.2
import PackageDescription

// Every module: Swift 6 language mode, no warning survives, and memory safety is checked by the compiler.
// Only Capture, which talks to libpcap, contains `unsafe`.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "finrace",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "finrace", targets: ["finrace"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    ],
    targets: [
        // The way of a packet, left to right; each module imports only those before it.
        .systemLibrary(
            name: "CPcap", pkgConfig: "libpcap",
            providers: [.apt(["libpcap-dev", "pkg-config"]), .brew(["libpcap"])]),
        .systemLibrary(name: "CBytes"),
        .target(name: "Wire", dependencies: ["CBytes"], swiftSettings: settings),
        .target(
            name: "Capture",
            dependencies: ["CBytes", "CPcap", "Wire", .product(name: "BasicContainers", package: "swift-collections")],
            swiftSettings: settings),
        .target(name: "Flows", dependencies: ["Wire"], swiftSettings: settings),
        .target(
            name: "Secrets",
            dependencies: [
                "Wire", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .target(
            name: "Messages",
            dependencies: [
                "Wire", "Flows", "Secrets", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ],
            swiftSettings: settings),
        .target(
            name: "Teardown", dependencies: ["Wire", "Flows", "Secrets", "Messages"], swiftSettings: settings),
        .target(
            name: "Diagnosis", dependencies: ["Wire", "Flows", "Messages", "Teardown"], swiftSettings: settings),
        .target(
            name: "Report", dependencies: ["Wire", "Flows", "Messages", "Teardown", "Diagnosis"], exclude: ["Schema"],
            swiftSettings: settings),
        .executableTarget(
            name: "finrace",
            dependencies: [
                "Capture", "Wire", "Flows", "Secrets", "Messages", "Teardown", "Diagnosis", "Report",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Deploy", "Manual"], swiftSettings: settings),

        // TestSupport builds packets, captures and conversations for the suites.
        .target(
            name: "TestSupport",
            dependencies: [
                "Wire", "Flows", "Messages", "Teardown", "Diagnosis",
                .product(name: "Crypto", package: "swift-crypto"),
            ], path: "Tests/TestSupport",
            swiftSettings: settings),
        .testTarget(name: "WireTests", dependencies: ["Wire", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "FlowsTests", dependencies: ["Wire", "Flows", "Teardown", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "SecretsTests",
            dependencies: [
                "Wire", "Secrets", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MessagesTests", dependencies: ["Wire", "Flows", "Messages", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "TeardownTests", dependencies: ["Wire", "Flows", "Secrets", "Messages", "Teardown", "TestSupport"],
            swiftSettings: settings),
        .testTarget(name: "CaptureTests", dependencies: ["Wire", "Capture", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "finrace", "Wire", "Capture", "Flows", "Secrets", "Messages", "Teardown", "Diagnosis", "TestSupport",
            ],
            exclude: ["Goldens", "Terminal"], swiftSettings: settings),
        .testTarget(
            name: "LiveTests",
            dependencies: [
                "finrace", "Wire", "Capture", "Flows", "Messages", "Teardown", "Diagnosis", "Report", "TestSupport",
            ],
            exclude: ["Peers", "Load"], swiftSettings: settings),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["finrace", "Wire", "Capture", "Flows", "Secrets", "Messages", "Teardown", "TestSupport"],
            exclude: ["Differences.md"], swiftSettings: settings),
        .testTarget(
            name: "DiagnosisTests",
            dependencies: ["Wire", "Flows", "Messages", "Teardown", "Diagnosis", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "ReportTests",
            dependencies: ["Report", "Diagnosis", "Teardown", "Messages", "Flows", "Wire", "TestSupport"],
            swiftSettings: settings),
    ]
)

// Fuzz entries need libFuzzer's main function and its instrumentation in every module: Tests/Fuzz/fuzz.sh asks for
// them, and a build of anything else does not see them.
if Context.environment["FINRACE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Wire", "Capture", "Flows", "Secrets", "Messages", "Teardown", "Diagnosis", "Report", "TestSupport",
            ],
            path: "Tests/Fuzz", exclude: ["README.md", "Seeds", "fuzz.sh", "make-seeds.py"], swiftSettings: settings))
}

// Parts of a packet's way, measured alone: Tests/Benchmarks/benchmark.py asks for them.
if Context.environment["FINRACE_BENCHMARK"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Microbenchmarks", dependencies: ["Wire", "Capture", "Flows", "Messages", "Teardown"],
            path: "Tests/Benchmarks/Micro", swiftSettings: settings))
}
