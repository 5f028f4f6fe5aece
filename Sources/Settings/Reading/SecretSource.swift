import Foundation

/// Where a secret is read from: a file for its owner's eyes only, or the environment. Never the configuration itself or
/// a command line, which others on the machine can read.
public enum SecretSource: Sendable, Equatable {
  case file(String)
  case environment(String)

  /// The secret, without surrounding white space: one word of printable ASCII.
  public func read(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(SecretProblem) -> String {
    let text: String
    switch self {
    case .file(let path):
      text = try Self.contents(path, credentials: environment["CREDENTIALS_DIRECTORY"])
    case .environment(let name):
      guard let value = environment[name] else {
        throw SecretProblem("The environment variable \(name), which should hold a secret, is not set.")
      }
      text = value
    }
    let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw SecretProblem("\(place) must hold one word of printable ASCII.")
    }
    return secret
  }

  /// As it begins a sentence.
  public var place: String {
    switch self {
    case .file(let path): "The secret in \(path)"
    case .environment(let name): "The environment variable \(name)"
    }
  }

  /// - Parameter credentials: systemd's folder of credentials, which it guards in its own way.
  private static func contents(_ path: String, credentials: String?) throws(SecretProblem) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SecretProblem("The secret in \(path) cannot be read: \(String(cString: strerror(errno))).")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // The opened file is looked at, not the name, which could be another file by now.
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SecretProblem("The secret in \(path) cannot be read: it is not a regular file.")
    }
    let isGuarded = credentials.map { !$0.isEmpty && path.hasPrefix($0 + "/") } ?? false
    guard isGuarded || status.st_mode & 0o077 == 0 else {
      throw SecretProblem(
        "The secret in \(path) is open to others (mode \(String(status.st_mode & 0o777, radix: 8))): "
          + "make it its owner's alone, chmod 600 \(path).")
    }
    guard status.st_size <= 65_536, let data = try? file.readToEnd(), let text = String(data: data, encoding: .utf8)
    else {
      throw SecretProblem("\(Self.file(path).place) must hold one word of printable ASCII.")
    }
    return text
  }
}

/// Why a secret is not to be had: a sentence that never holds the secret.
public struct SecretProblem: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension SecretSource {
  private static let environmentPrefix = "env:"

  /// As it is written: a path, or `env:` and the name of a variable.
  public init?(_ text: String, resolve: (String) -> String = { $0 }) {
    guard text.hasPrefix(Self.environmentPrefix) else {
      guard !text.isEmpty else { return nil }
      self = .file(resolve(text))
      return
    }
    let name = text.dropFirst(Self.environmentPrefix.count)
    let isName = name.utf8.allSatisfy { byte in
      (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
    }
    guard isName, !name.isEmpty else { return nil }
    self = .environment(String(name))
  }

  var text: String {
    switch self {
    case .file(let path): path
    case .environment(let name): Self.environmentPrefix + name
    }
  }
}

extension SettingKind where Value == SecretSource {
  static func secret(_ resolve: @escaping (String) -> String) -> Self {
    SettingKind(
      expected: "the path of a file that holds the secret, or env: and the name of an environment variable",
      parse: { SecretSource($0, resolve: resolve) },
      show: \.text,
      // Somebody may have put the secret itself there.
      isSecret: true)
  }
}
