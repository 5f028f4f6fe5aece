import Cipher

/// Which key belongs to which session.
public struct SessionKeys: Sendable {
  private var keys: [UInt16: HMACSHA256] = [:]
  private var fallback: HMACSHA256?

  /// No keys at all.
  public init() {}

  /// `bySSID` comes first; `fallback` is for all other sessions.
  public init(fallback: [UInt8]?, bySSID: [UInt16: [UInt8]] = [:]) {
    self.fallback = fallback.map { HMACSHA256(key: $0.span.bytes) }
    keys = bySSID.mapValues { HMACSHA256(key: $0.span.bytes) }
  }

  public subscript(ssid: UInt16) -> HMACSHA256? { keys[ssid] ?? fallback }
}
