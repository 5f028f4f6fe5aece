// swift-tools-version: 6.2
import Foundation
import PackageDescription

// This file is the one list of what may import what: `ArchitectureTests` compares every source file's imports with it.
// Imports point upwards in `modules`. With MEDIA_ONLY in the environment the modules that need no Swift package stand
// alone: sanitizers, fuzzers and callgrind build those in seconds.

let mediaOnly = ProcessInfo.processInfo.environment["MEDIA_ONLY"] != nil

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

/// One Swift module: its folder is `Sources/<name>`, its tests are `Tests/<name>Tests`.
struct Module {
  var name: String
  var imports: [Target.Dependency]
  var testImports: [Target.Dependency] = []
  var isTested = true
  var isExecutable = false
  var resources: [Resource] = []
}

// MARK: C libraries: headers, macros made callable, and what must be linked.

let cTargets: [Target] = [
  .target(name: "CLinuxNet"),
  .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
  .target(name: "CSRTP", linkerSettings: [.linkedLibrary("srtp2")]),
  .target(name: "COpus", linkerSettings: [.linkedLibrary("opus")]),
  .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
  .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
]

// MARK: Swift modules, lowest first.

let mediaModules: [Module] = [
  Module(name: "Wire", imports: []),
  Module(name: "Cipher", imports: ["COpenSSL"]),
  Module(name: "RTP", imports: ["Wire"]),
  Module(name: "SDP", imports: ["Wire"]),
  Module(name: "ICE", imports: ["Wire", "Cipher"]),
  Module(name: "STAMP", imports: ["Wire", "Cipher"]),
  Module(name: "SRTP", imports: ["Wire", "Cipher", "CSRTP"]),
  Module(name: "Measurement", imports: ["Wire"]),
  Module(name: "WebRTC", imports: ["Wire", "RTP", "ICE", "SDP", "SRTP"]),
  Module(name: "SFU", imports: ["Wire", "WebRTC", "RTP", "SDP"]),
  Module(name: "Alerting", imports: ["Wire", "Measurement"]),
  Module(name: "Transport", imports: ["Wire", "CLinuxNet"]),
  Module(name: "Association", imports: ["Wire", "Transport", "COpenSSL"]),
  Module(name: "Fetch", imports: ["Wire", "Association", "CCurl"]),
  Module(
    name: "Relay",
    imports: ["Wire", "RTP", "SDP", "ICE", "SRTP", "WebRTC", "SFU", "Transport", "Association", "Measurement"],
    testImports: ["LoadTest"]),
  Module(name: "API", imports: ["Wire", "Cipher", "Measurement"]),
  Module(
    name: "LoadTest",
    imports: ["Wire", "RTP", "SDP", "ICE", "SRTP", "WebRTC", "Association", "Transport", "API", "Fetch", "COpus"],
    testImports: ["Relay", "Measurement"]),
  Module(
    name: "Probes",
    imports: ["Wire", "ICE", "STAMP", "Transport", "Association", "Fetch", "Measurement", "API", "LoadTest"],
    testImports: ["Relay"]),
  Module(name: "Agent", imports: ["Wire", "Probes", "STAMP", "Transport", "Fetch", "Measurement", "API"]),
  Module(
    name: "MeasuringPace", imports: ["Wire", "STAMP", "Measurement", "Transport", "Probes", "Agent"], isTested: false,
    isExecutable: true),
  Module(
    name: "PacketPath", imports: ["Wire", "Relay", "Association", "LoadTest", "Transport"], isTested: false,
    isExecutable: true),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let serverModules: [Module] = [
  Module(name: "History", imports: ["Wire", "Measurement", "Alerting", .product(name: "GRDB", package: "GRDB.swift")]),
  Module(name: "Notify", imports: ["Wire", "Measurement", "Alerting", "Fetch", log]),
  Module(
    name: "Monitor", imports: ["Wire", "Measurement", "Alerting", "History", "Notify", "API", "Cipher", log],
    testImports: [.product(name: "GRDB", package: "GRDB.swift")]),
  Module(
    name: "HistoryYear",
    imports: [
      "Wire", "Measurement", "Alerting", "History", "Monitor", log, .product(name: "GRDB", package: "GRDB.swift"),
    ],
    isTested: false, isExecutable: true),
  Module(
    name: "Web",
    imports: [
      "Wire", "API", "Transport", "Relay", "History", "Monitor", "Alerting", "Measurement", "Cipher", log, lifecycle,
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdHTTP2", package: "hummingbird"),
      .product(name: "HummingbirdTLS", package: "hummingbird"),
    ],
    testImports: [
      "Agent", "Fetch", "Settings", .product(name: "HummingbirdTesting", package: "hummingbird"),
    ],
    resources: [.embedInCode("Pages")]),
  Module(name: "Dashboard", imports: ["Wire", "API", "Fetch", "CNcurses"]),
  Module(
    name: "Settings",
    imports: [
      "Wire", "Measurement", "Alerting", "Fetch", "Relay", "Probes", "Agent", "History", "Notify", "Monitor", "Web",
      "Dashboard",
      "API",
      .product(name: "Yams", package: "Yams"),
    ]),
  Module(
    name: "kakehashi",
    imports: [
      "Wire", "Cipher", "STAMP", "SRTP", "Measurement", "Alerting", "Transport", "Association", "Fetch", "Relay",
      "Probes", "Agent", "History", "Notify", "Monitor", "API", "Web", "Dashboard", "LoadTest", "Settings", log,
      lifecycle,
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ],
    isTested: false, isExecutable: true),
]

/// What a module's tests read as files: neither compiled nor bundled.
func testData(of name: String) -> [String] {
  ["Vectors", "Golden", "Server/server.py"].filter {
    FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\(name)Tests/\($0)")
  }
}

let modules = mediaOnly ? mediaModules : mediaModules + serverModules

let package = Package(
  name: "kakehashi",
  products: mediaOnly ? [] : [.executable(name: "kakehashi", targets: ["kakehashi"])],
  dependencies: mediaOnly
    ? []
    : [
      // Exact, because Package.resolved is not kept in git.
      .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
      .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
      .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
      .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
      .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
      .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
  targets: cTargets
    + modules.map { module in
      module.isExecutable
        ? .executableTarget(name: module.name, dependencies: module.imports, swiftSettings: settings)
        : .target(
          name: module.name, dependencies: module.imports, resources: module.resources, swiftSettings: settings)
    }
    + modules.filter(\.isTested).map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: [.byName(name: module.name)] + module.imports + module.testImports,
        exclude: testData(of: module.name), swiftSettings: settings)
    }
    + [
      // The fuzz targets, replayed over their seeds and findings; `Tests/Fuzz/run` builds them anew for libFuzzer.
      .testTarget(
        name: "FuzzTests", dependencies: mediaModules.filter { !$0.isExecutable }.map { .byName(name: $0.name) },
        path: "Tests/Fuzz", exclude: ["Corpus", "LibFuzzer.swift", "run"], swiftSettings: settings)
    ]
    + (mediaOnly ? [] : [.testTarget(name: "ArchitectureTests", swiftSettings: settings)]),
  swiftLanguageModes: [.v6]
)
