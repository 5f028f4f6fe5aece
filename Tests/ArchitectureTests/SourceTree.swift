import Foundation

/// The checkout, as these tests read it.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Paths relative to the root of all files with `suffix` under `folder`, sorted.
  static func files(under folder: String, suffix: String) -> [String] {
    let base = root.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(suffix) && !$0.contains(".build") }.map { "\(folder)/\($0)" }.sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// `Sources/RTP/RTCP/NACK.swift` → `RTP`.
  static func module(of path: String) -> String {
    String(path.split(separator: "/")[1])
  }

  /// The modules a source file imports.
  static func imports(in text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").compactMap { line in
        var words = line.split(separator: " ")[...]
        while let first = words.first,
          first.hasPrefix("@") || ["public", "internal", "package", "private"].contains(first)
        {
          words = words.dropFirst()
        }
        guard words.first == "import" else { return nil }
        words = words.dropFirst()
        if let kind = words.first,
          ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"].contains(kind)
        {
          words = words.dropFirst()
        }
        return words.first.map { String($0.split(separator: ".")[0]) }
      })
  }
}
