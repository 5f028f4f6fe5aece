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
  /// Runs of datagrams that left one by one because their path takes no segmentation (GSO).
  public var segmentationFallbacks: UInt64 = 0
  public var drops = DropCounters()
  /// What the Workers and the handshake threads hold.
  public var tables = RelayTables()
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
    segmentationFallbacks &+= other.segmentationFallbacks
    drops.add(other.drops)
    tables.add(other.tables)
  }
}

/// How many entries the relay's own tables hold, all of which clients can make grow, within `RelayBounds`: zero when
/// nobody is here.
public struct RelayTables: Sendable, Equatable {
  public var peers = 0
  public var rooms = 0
  /// 5-tuples on which a check has passed: at most eight for each peer.
  public var pairs = 0
  /// ICE user name fragments: one for each peer, two after a restart.
  public var fragments = 0
  /// Peers that have gone and whose close_notify has not left yet.
  public var farewells = 0
  public var associations = 0
  /// Associations whose handshake has begun and not ended.
  public var handshakes = 0

  public init(
    peers: Int = 0, rooms: Int = 0, pairs: Int = 0, fragments: Int = 0, farewells: Int = 0
  ) {
    self.peers = peers
    self.rooms = rooms
    self.pairs = pairs
    self.fragments = fragments
    self.farewells = farewells
  }

  /// Each table by its name.
  public var sizes: [(name: String, entries: Int)] {
    [
      ("peers", peers), ("rooms", rooms), ("pairs", pairs), ("fragments", fragments), ("farewells", farewells),
      ("associations", associations), ("handshakes", handshakes),
    ]
  }

  mutating func add(_ other: RelayTables) {
    peers += other.peers
    rooms += other.rooms
    pairs += other.pairs
    fragments += other.fragments
    farewells += other.farewells
    associations += other.associations
    handshakes += other.handshakes
  }
}
