import Foundation
import Testing

@testable import Settings

@Suite("Secrets")
final class SecretSourceTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "kakehashi-secret-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func file(_ text: String, mode: Int = 0o600) -> String {
    let path = folder.appending(path: "key").path
    _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    return path
  }

  private func problem(_ source: SecretSource, environment: [String: String] = [:]) -> String? {
    do {
      _ = try source.read(environment: environment)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("A file of its owner's alone is read, without white space around the secret")
  func file() throws {
    #expect(try SecretSource.file(file(" s3cret\n")).read(environment: [:]) == "s3cret")
    #expect(try SecretSource.file(file("s3cret", mode: 0o400)).read(environment: [:]) == "s3cret")
  }

  @Test("A file that others may read or write is refused, with what to do", arguments: [0o640, 0o604, 0o620, 0o777])
  func open(mode: Int) {
    let path = file("s3cret", mode: mode)
    #expect(
      problem(.file(path))
        == "The secret in \(path) is open to others (mode \(String(mode, radix: 8))): make it its owner's alone, "
        + "chmod 600 \(path).")
  }

  @Test("systemd's own folder of credentials is guarded by systemd")
  func credentials() throws {
    let source = SecretSource.file(file("s3cret", mode: 0o440))
    #expect(try source.read(environment: ["CREDENTIALS_DIRECTORY": folder.path]) == "s3cret")
    #expect(problem(source, environment: ["CREDENTIALS_DIRECTORY": folder.path + "/other"]) != nil)
    #expect(problem(source, environment: ["CREDENTIALS_DIRECTORY": ""]) != nil)
  }

  @Test("A variable of the environment is read, or missed by its name")
  func environment() throws {
    #expect(try SecretSource.environment("KEY").read(environment: ["KEY": "s3cret"]) == "s3cret")
    #expect(
      problem(.environment("KEY")) == "The environment variable KEY, which should hold a secret, is not set.")
  }

  @Test("What cannot be a secret is refused without being repeated", arguments: ["", " \n", "two words", "秘密です"])
  func malformed(text: String) {
    let path = file(text)
    #expect(problem(.file(path)) == "The secret in \(path) must hold one word of printable ASCII.")
    let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(
      problem(.environment("KEY"), environment: ["KEY": word])
        == "The environment variable KEY must hold one word of printable ASCII.")
  }

  @Test("A file that is not there, and a folder, are said in a sentence")
  func unreadable() {
    let path = folder.appending(path: "none").path
    #expect(problem(.file(path)) == "The secret in \(path) cannot be read: No such file or directory.")
    #expect(problem(.file(folder.path)) == "The secret in \(folder.path) cannot be read: it is not a regular file.")
  }

  @Test("A source is a path, or env: and a name")
  func written() {
    #expect(SecretSource("keys/a", resolve: { "/c/" + $0 }) == .file("/c/keys/a"))
    #expect(SecretSource("env:KEY_1") == .environment("KEY_1"))
    for text in ["", "env:", "env:a b", "env:a=b"] { #expect(SecretSource(text) == nil, "\(text)") }
  }
}
