import Testing

@Suite("Imports follow Package.swift")
struct ImportTests {
  /// Modules of the toolchain that any module outside the sans-IO ones may use.
  static let toolchain: Set<String> = [
    "Swift", "Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "RegexBuilder",
  ]
  /// Libraries reached through a declared product that re-exports or accompanies it.
  static let accompanying: [String: Set<String>] = [
    "Hummingbird": ["NIOCore", "NIOSSL", "NIOPosix", "HTTPTypes", "NIOHTTPTypes", "HummingbirdCore"]
  ]
  static let sansIO: Set<String> = [
    "Wire", "Cipher", "RTP", "SDP", "ICE", "STAMP", "SRTP", "Measurement", "WebRTC", "SFU", "Alerting",
  ]

  @Test("Every import of every source file is declared for its module")
  func importsAreDeclared() throws {
    let manifest = try PackageManifest()
    #expect(manifest.imports.count >= 20)
    for path in SourceTree.files(under: "Sources", suffix: ".swift") {
      let module = SourceTree.module(of: path)
      let declared = try #require(manifest.imports[module], "\(module) is not in Package.swift's table")
      let allowed = declared.union(declared.flatMap { Self.accompanying[$0] ?? [] })
        .union(Self.sansIO.contains(module) ? ["Swift"] : Self.toolchain)
      let extra = try SourceTree.imports(in: SourceTree.text(path)).subtracting(allowed)
      #expect(extra.isEmpty, "\(path) imports \(extra.sorted().joined(separator: ", "))")
    }
  }

  @Test("Imports point up the list: no module imports one declared after it")
  func importsPointUp() throws {
    let text = try SourceTree.text("Package.swift")
    let order = text.matches(of: /Module\(\s*name: "(\w+)"/).map { String($0.output.1) }
    let manifest = try PackageManifest()
    for (position, module) in order.enumerated() {
      let later = Set(order[position...])
      let downward = (manifest.imports[module] ?? []).intersection(later)
      #expect(downward.isEmpty, "\(module) imports \(downward.sorted())")
    }
  }

  @Test("Sans-IO modules read no clock and draw no random number")
  func sansIOIsPure() throws {
    let forbidden = [
      "clock_gettime", "ContinuousClock", "SuspendingClock", "Date()", "DispatchTime", "SystemRandomNumberGenerator",
      ".random(", "arc4random", "RAND_bytes", "getrandom", " print(",
    ]
    for path in SourceTree.files(under: "Sources", suffix: ".swift")
    where Self.sansIO.contains(SourceTree.module(of: path)) {
      let text = try SourceTree.text(path)
      for word in forbidden {
        #expect(!text.contains(word), "\(path) uses \(word)")
      }
    }
  }

  @Test("Every sans-IO source file has its test file")
  func sourcesHaveTests() throws {
    for path in SourceTree.files(under: "Sources", suffix: ".swift")
    where Self.sansIO.contains(SourceTree.module(of: path)) {
      let module = SourceTree.module(of: path)
      let inside = path.dropFirst("Sources/\(module)/".count).dropLast(".swift".count)
      let test = "Tests/\(module)Tests/\(inside)Tests.swift"
      #expect(SourceTree.exists(test), "\(path) has no \(test)")
    }
  }
}
