import RTP
import Wire

/// What is known of one packet in a ring besides its bytes.
struct StoredPacket: BitwiseCopyable {
  /// Unwrapped sequence number of the source: which packet this is, and so the generation of its place.
  var sequence: Int64
  var timestamp: UInt32
  var arrival: MonotonicTime
  /// Index of the codec in the room's table.
  var codec: UInt8
  var marker: Bool
  /// Came by retransmission alone, so far.
  var isRecovered: Bool
  var startsKeyframe = false
  /// Opus DTX: a frame without sound.
  var isDiscontinuous = false
  /// Where the payload stands in the packet's bytes, without padding. 0 bytes long for a packet of padding only.
  var payloadOffset: UInt16
  var payloadLength: UInt16
  /// As it came (RFC 6464); `nil` without the extension.
  var audioLevel: AudioLevel?
  /// As they came, but for picture ids of 7 bits, which the source makes continue in 15.
  var indices = PictureIndices()
  /// Opus with the packets before it (RFC 2198), and how many ticks old the youngest of those is; 0 without any.
  var isRedundant = false
  var redundancy: UInt16 = 0
  var elements = ForwardedElements()
  fileprivate(set) var cell: Int32 = -1
}

/// Where in a packet's bytes those header extensions stand that are handed on.
struct ForwardedElements: BitwiseCopyable {
  /// Longest dependency descriptor that is handed on; three by three layers need about 90 bytes.
  static let longestDescriptor = 160

  struct Place: BitwiseCopyable {
    var offset: UInt16 = 0
    /// 0 where the packet has not got it.
    var length: UInt8 = 0

    var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
  }

  var dependencyDescriptor = Place()
  var colorSpace = Place()
  var playoutDelay = Place()
  var absoluteCaptureTime = Place()
}

/// The last packets of one source, decrypted, in fixed memory: every slot sends from here, and retransmits from here.
///
/// A packet's place is its sequence number modulo the capacity. One cell more than there are places takes the packet that
/// is being decrypted, so a datagram that fails authentication spoils nothing.
struct PacketRing: ~Copyable {
  let capacity: Int
  private let places: UnsafeMutablePointer<StoredPacket>
  private let cells: UnsafeMutableRawPointer
  private var spare: Int32
  private static let cellBytes = (Room.packetBytes + 63) & ~63

  /// - Parameter capacity: how many packets it holds; a power of two.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
    self.capacity = capacity
    places = .allocate(capacity: capacity)
    cells = .allocate(byteCount: (capacity + 1) * Self.cellBytes, alignment: 64)
    let empty = StoredPacket(
      sequence: .min, timestamp: 0, arrival: .zero, codec: 0, marker: false, isRecovered: false, payloadOffset: 0,
      payloadLength: 0)
    for index in 0..<capacity {
      places[index] = empty
      places[index].cell = Int32(index)
    }
    spare = Int32(capacity)
  }

  deinit {
    places.deallocate()
    cells.deallocate()
  }

  /// The packet, unless it never came or has been overwritten.
  subscript(sequence: Int64) -> StoredPacket? {
    let packet = places[index(of: sequence)]
    return packet.sequence == sequence ? packet : nil
  }

  /// Whether the place of `sequence` holds a newer packet already.
  func isOverwritten(_ sequence: Int64) -> Bool {
    places[index(of: sequence)].sequence > sequence
  }

  /// Where the next packet is to be decrypted to.
  @_lifetime(&self)
  mutating func spareBytes() -> MutableRawSpan {
    bytes(ofCell: spare)
  }

  /// The first `count` bytes of the packet that was just decrypted.
  @_lifetime(borrow self)
  borrowing func decrypted(_ count: Int) -> RawSpan {
    let bytes = UnsafeRawBufferPointer(
      start: cells + Int(spare) * Self.cellBytes, count: min(max(count, 0), Room.packetBytes))
    return _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }

  /// Keeps the packet that was just decrypted, over the one that held its place.
  mutating func keep(_ packet: StoredPacket) {
    let index = index(of: packet.sequence)
    let freed = places[index].cell
    places[index] = packet
    places[index].cell = spare
    spare = freed
  }

  /// The original came after its retransmission.
  mutating func markReceived(_ sequence: Int64) {
    places[index(of: sequence)].isRecovered = false
  }

  /// A part of a packet that `self[sequence]` gave, to read. A pointer, because a span does not outlive the access to the
  /// slab that holds the ring: `Room` puts it back into a span at once.
  func stored(_ packet: StoredPacket, _ range: Range<Int>) -> UnsafeRawBufferPointer {
    stored(cell: packet.cell, range)
  }

  func stored(cell: Int32, _ range: Range<Int>) -> UnsafeRawBufferPointer {
    precondition(
      cell >= 0 && cell <= capacity && range.lowerBound >= 0 && range.upperBound <= Room.packetBytes,
      "the range is in the packet")
    return UnsafeRawBufferPointer(
      start: cells + Int(cell) * Self.cellBytes + range.lowerBound, count: range.count)
  }

  private func index(of sequence: Int64) -> Int {
    Int(truncatingIfNeeded: sequence) & (capacity - 1)
  }

  @_lifetime(&self)
  private mutating func bytes(ofCell cell: Int32) -> MutableRawSpan {
    let bytes = UnsafeMutableRawBufferPointer(start: cells + Int(cell) * Self.cellBytes, count: Room.packetBytes)
    return _overrideLifetime(MutableRawSpan(_unsafeBytes: bytes), mutating: &self)
  }
}
