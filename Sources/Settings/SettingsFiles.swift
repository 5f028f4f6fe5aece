import Foundation

/// Where configuration files are read from; a test hands in its own.
public struct SettingsFiles: Sendable {
  var text: @Sendable (String) throws -> String
  /// Names of the files in a folder; throws when there is no such folder.
  var names: @Sendable (String) throws -> [String]

  /// The machine's own files.
  public init() {
    text = { path in
      do {
        return try String(contentsOfFile: path, encoding: .utf8)
      } catch {
        throw FileProblem(path: path, error: error)
      }
    }
    names = { try FileManager.default.contentsOfDirectory(atPath: $0) }
  }

  init(_ contents: [String: String]) {
    text = { path in
      guard let text = contents[path] else { throw FileProblem.missing }
      return text
    }
    names = { folder in
      contents.keys.filter { FilePath.folder(of: $0) == folder }.map { String($0.dropFirst(folder.count + 1)) }
    }
  }
}

private struct FileProblem: Error, CustomStringConvertible {
  let description: String

  static let missing = FileProblem(description: "there is no such file")

  private init(description: String) {
    self.description = description
  }

  init(path: String, error: any Error) {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: self = .missing
    case .fileReadNoPermission: description = "this user may not read it"
    case .fileReadInapplicableStringEncoding: description = "it is not UTF-8 text"
    default: description = "\((error as NSError).localizedDescription)"
    }
  }
}

enum FilePath {
  static func folder(of file: String) -> String {
    file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
  }

  /// Relative paths count from the configuration file's folder.
  static func resolve(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }
}
