import Foundation
import STAMP
import Testing

/// The payloads in `Vectors/stamp.json`.
struct StampVectors: Decodable {
  var keys: [String: String]
  var requests: [Request]

  struct Request: Decodable, Sendable, CustomTestStringConvertible {
    var id: String
    var authenticated: Bool
    var clock: String
    var ssid: UInt16
    var hex: String

    var bytes: [UInt8] { [UInt8](hex: hex) }
    var mode: PacketMode { authenticated ? .authenticated : .unauthenticated }
    var format: TimestampFormat { clock == "PTP" ? .ptp : .ntp }
    var testDescription: String { id }
  }

  static let stored: StampVectors? = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/stamp.json")
    return try? JSONDecoder().decode(StampVectors.self, from: Data(contentsOf: file))
  }()

  static let requests = stored?.requests ?? []

  /// The file names keys as `ssid 42` and `any other ssid`.
  static var sessionKeys: SessionKeys {
    var bySSID: [UInt16: [UInt8]] = [:]
    for (name, key) in stored?.keys ?? [:] {
      if let ssid = UInt16(name.dropFirst("ssid ".count)) { bySSID[ssid] = [UInt8](hex: key) }
    }
    return SessionKeys(fallback: (stored?.keys["any other ssid"]).map { [UInt8](hex: $0) }, bySSID: bySSID)
  }
}

extension [UInt8] {
  init(hex: String) {
    let digits = hex.compactMap(\.hexDigitValue)
    self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
