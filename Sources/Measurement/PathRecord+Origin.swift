extension PathRecord.Origin: LosslessStringConvertible {
  /// `probe stamp`, `call uplink`, `call downlink` or `capture`.
  public var description: String {
    switch self {
    case .probe(let kind): "probe \(kind)"
    case .call(let segment): "call \(segment.rawValue)"
    case .capture: "capture"
    }
  }

  public init?(_ description: String) {
    let words = description.split(separator: " ", maxSplits: 1)
    switch (words.first, words.count) {
    case ("probe", 2): self = .probe(kind: String(words[1]))
    case ("call", 2):
      guard let segment = PathRecord.CallSegment(rawValue: String(words[1])) else { return nil }
      self = .call(segment)
    case ("capture", 1): self = .capture
    default: return nil
    }
  }
}

/// In the same words.
extension PathRecord.Origin: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let words = try container.decode(String.self)
    guard let origin = Self(words) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(words)” is no origin of records.")
    }
    self = origin
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
