import Wire

/// Counters since the start, for metrics.
public struct RelayStatistics: Sendable, Equatable {
  public var rooms = 0
  public var participants = 0
  public var listeners = 0
  public var receivedDatagrams: UInt64 = 0
  public var receivedBytes: UInt64 = 0
  public var sentDatagrams: UInt64 = 0
  public var sentBytes: UInt64 = 0
  /// Media packets handed on, counted once for each receiver.
  public var forwardedPackets: UInt64 = 0
  public var drops = DropCounters()
  /// Worker events that replaced an earlier one of the same subject before anybody read it.
  public var coalescedEvents: UInt64 = 0

  public init() {}

  /// Adds a Worker's counters.
  mutating func add(_ other: RelayStatistics) {
    receivedDatagrams &+= other.receivedDatagrams
    receivedBytes &+= other.receivedBytes
    sentDatagrams &+= other.sentDatagrams
    sentBytes &+= other.sentBytes
    forwardedPackets &+= other.forwardedPackets
    drops.add(other.drops)
  }
}
