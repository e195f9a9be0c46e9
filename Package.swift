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
    ],
    targets: [
        // The way of a packet, left to right; each module imports only those before it.
        .systemLibrary(
            name: "CPcap", pkgConfig: "libpcap",
            providers: [.apt(["libpcap-dev", "pkg-config"]), .brew(["libpcap"])]),
        .target(name: "Wire", swiftSettings: settings),
        .target(name: "Capture", dependencies: ["CPcap", "Wire"], swiftSettings: settings),
        .target(name: "Flows", dependencies: ["Wire"], swiftSettings: settings),
        .target(
            name: "Secrets", dependencies: ["Wire", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(name: "Messages", dependencies: ["Wire", "Flows", "Secrets"], swiftSettings: settings),
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
            ],
            swiftSettings: settings),

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
            dependencies: ["Wire", "Secrets", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
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
            exclude: ["Goldens"], swiftSettings: settings),
        .testTarget(
            name: "ConformanceTests", dependencies: ["finrace", "Wire", "TestSupport"],
            exclude: ["Differences.md"], swiftSettings: settings),
        .testTarget(
            name: "DiagnosisTests",
            dependencies: ["Wire", "Flows", "Messages", "Teardown", "Diagnosis", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "ReportTests", dependencies: ["Report", "Diagnosis", "Teardown", "Messages", "Flows", "Wire"],
            swiftSettings: settings),
    ]
)
