/// `a=rtcp-fb` (RFC 4585 section 4.2): `96 nack pli`, `* ccm fir`.
public struct RTCPFeedback: Hashable, Sendable, CustomStringConvertible {
  /// `nil` for all of the section's.
  public let payloadType: UInt8?
  /// The kind with its parameter: "nack", "nack pli", "ccm fir".
  public let kind: String

  public init(payloadType: UInt8?, kind: String) {
    self.payloadType = payloadType
    self.kind = kind
  }

  public init?(_ value: String) {
    let fields = value.fields()
    guard fields.count >= 2 else { return nil }
    payloadType = UInt8(fields[0])
    guard payloadType != nil || fields[0] == "*" else { return nil }
    kind = fields.dropFirst().joined(separator: " ").lowercased()
  }

  public var description: String {
    "\(payloadType.map { "\($0)" } ?? "*") \(kind)"
  }
}
