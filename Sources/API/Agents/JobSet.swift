import Cipher

/// One file of a job set: who is where, or a probe job. Only its reader looks into the text.
public struct JobFile: Codable, Sendable, Hashable {
  /// `sites.yaml`, or `probes/` and a file's name.
  public var name: String
  public var text: String

  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// What agents are to do, as one whole: made by the monitor, pulled by agents, and applied or refused as a whole.
public struct JobSet: Codable, Sendable, Hashable {
  /// Grows with each set that is published.
  public var version: Int
  /// SHA-256 over names and texts, as hexadecimal digits.
  public var digest: String
  public var files: [JobFile]

  public static let maximumFiles = 256
  /// All texts together, in bytes of UTF-8.
  public static let maximumBytes = 1 << 20

  public init(version: Int, files: [JobFile]) {
    self.version = version
    self.files = files
    digest = Self.digest(of: files)
  }

  /// Whether the files are those that the digest was made of.
  public var isWhole: Bool { digest == Self.digest(of: files) }

  public static func digest(of files: [JobFile]) -> String {
    var bytes: [UInt8] = []
    for file in files {
      for text in [file.name, file.text] {
        // With its length first, so that no two lists of files give the same bytes.
        bytes += "\(text.utf8.count):".utf8
        bytes += text.utf8
      }
    }
    let digest = SHA256Digest(of: bytes.span.bytes).bytes
    return digest.indices.map { index in
      String(digest[index] >> 4, radix: 16) + String(digest[index] & 15, radix: 16)
    }.joined()
  }
}

/// What is wrong with a job set's file, and where.
public struct JobProblem: Codable, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; absent where the file as a whole is meant.
  public var line: Int?
  /// A sentence.
  public var message: String

  public init(file: String, line: Int? = nil, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String {
    line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
  }
}

/// Why a job set cannot be used: every problem of it.
public struct JobError: Error, Sendable, Equatable, CustomStringConvertible {
  public var problems: [JobProblem]

  public init(_ problems: [JobProblem]) {
    self.problems = problems
  }

  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
