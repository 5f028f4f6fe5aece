/// A kind of probe. To add one: a file that makes its `ProbeKind`, and a line in `all`.
public struct ProbeKind: Sendable {
  /// As in `probe NAME TARGET` and in a record's origin.
  public let name: String
  /// One line for `--help`.
  public let summary: String
  /// What a target looks like, for `--help`.
  public let example: String
  /// Measures once, for as long as the request says.
  public let run: @Sendable (ProbeRequest) async throws(ProbeError) -> ProbeResult

  public static let all: [ProbeKind] = [
    .stamp
  ]

  public static func named(_ name: String) -> ProbeKind? {
    all.first { $0.name == name }
  }
}

/// One measurement to make.
public struct ProbeRequest: Sendable {
  /// As the user wrote it.
  public var target: String
  public var duration: Duration
  public var limits: ProbeLimits
  /// What to send instead of the kind's own choice: each `nil` leaves it.
  public var packetBytes: [Int]?
  public var packetsPerSecond: Int?
  public var dscp: UInt8?
  /// Of STAMP alone.
  public var stamp: STAMPSessionOptions

  public init(
    target: String, duration: Duration = .seconds(10), limits: ProbeLimits = ProbeLimits(), packetBytes: [Int]? = nil,
    packetsPerSecond: Int? = nil, dscp: UInt8? = nil, stamp: STAMPSessionOptions = STAMPSessionOptions()
  ) {
    self.target = target
    self.duration = duration
    self.limits = limits
    self.packetBytes = packetBytes
    self.packetsPerSecond = packetsPerSecond
    self.dscp = dscp
    self.stamp = stamp
  }
}

/// Why nothing could be measured, in a sentence.
public struct ProbeError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
