import ArgumentParser
import Probes
import Settings

/// Options of `probe stamp` alone.
struct STAMPArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "stamp: the key shared with the reflector: a file that only its owner may read, or env: and a variable's name.",
      discussion: "One word of 16 characters or more, or hex: and 32 digits or more.", valueName: "file"))
  var keyFile: String?

  @Option(help: "stamp: what the key protects: packets (authenticated mode) or extensions (their TLVs alone).")
  var protect: STAMPSessionOptions.Protection = .packets

  @Option(help: "stamp: the first stream's session id, 1–65535; drawn at random unless given.")
  var ssid: UInt16?

  @Flag(help: "stamp: send no more to a reflector that returns no session id (RFC 8972 section 3).")
  var stopWithoutSsid = false

  func validate() throws {
    guard ssid != 0 else { throw ValidationError("--ssid must be from 1 to 65535.") }
  }

  func options() throws(Failure) -> STAMPSessionOptions {
    var key: [UInt8]?
    if let keyFile {
      guard let source = SecretSource(keyFile) else {
        throw .configuration("--key-file must name a file, or env: and an environment variable.")
      }
      key = try source.stampKey()
    }
    return STAMPSessionOptions(key: key, protection: protect, ssid: ssid, stopsWithoutSSID: stopWithoutSsid)
  }
}

extension STAMPSessionOptions.Protection: ExpressibleByArgument {}
