import Foundation

/// `Package.swift` as the one list of what may import what.
struct PackageManifest {
  /// Module → what it may import, products by their module name.
  var imports: [String: Set<String>]

  /// Reads the table in `Package.swift`: each `Module(name:imports:)`, in which quoted words are modules or products.
  init() throws {
    let text = try SourceTree.text("Package.swift")
    var imports: [String: Set<String>] = [:]
    for entry in text.components(separatedBy: "Module(").dropFirst() {
      guard let name = entry.firstMatch(of: /^\s*name: "(\w+)"/)?.output.1,
        let list = entry.firstMatch(of: /imports: \[(?<list>[\s\S]*?)\n?\s*\](?=,|\))/)?.output.list
      else { continue }
      var allowed = Set(
        list.replacing(/package: "[^"]*"/, with: "").matches(of: /"(\w+)"/).map { String($0.output.1) })
      if list.contains(/\blog\b/) { allowed.insert("Logging") }
      if list.contains(/\blifecycle\b/) { allowed.insert("ServiceLifecycle") }
      imports[String(name)] = allowed
    }
    self.imports = imports
  }
}
