import Foundation
import Testing

@testable import Dashboard

/// A screen as text, kept in `Golden/`. UPDATE_GOLDEN=1 writes them anew; look at the difference before committing it.
enum GoldenScreen {
  static func expect(_ canvas: Canvas, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
    let text = canvas.lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(text == golden, sourceLocation: sourceLocation)
    for line in canvas.lines {
      #expect(DisplayWidth.of(line) <= canvas.columns, sourceLocation: sourceLocation)
    }
  }
}
