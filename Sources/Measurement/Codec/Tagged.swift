/// What is written as a number: its place in a list. Numbers are stored, so they never change their meaning.
protocol Tagged: Equatable {
  static var tags: [Self] { get }
}

extension PathRecord.Condition: Tagged {
  /// `unverified` came with version 2, `unreadable` with version 4.
  static let tags: [Self] = [.measured, .idle, .receiverSilent, .targetDown, .unverified, .unreadable]
}

extension Phase: Tagged {
  static let tags: [Self] = [.nameLookup, .connect, .tlsHandshake, .firstByte, .transfer]
}

extension ServiceState: Tagged {
  static let tags: [Self] = [.operational, .maintenance, .degraded, .outage]
}

extension PathRecord.CallSegment: Tagged {
  static let tags: [Self] = [.uplink, .downlink]
}

extension Path.Route: Tagged {
  static let tags: [Self] = [.direct, .proxy, .relay]
}

extension TimestampSource: Tagged {
  static let tags: [Self] = [.kernel, .userSpace, .kernelArrivals]
}

extension Degradation: Tagged {
  /// Bits of a set, the first the least significant.
  static let tags: [Self] = [.schedulerLate, .sendErrors, .captureDrops, .clockStepped, .partial, .restamped]
}
