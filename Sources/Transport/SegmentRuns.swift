import Wire

/// Which datagrams of a batch leave together: runs of one size to one destination, the last may be shorter (UDP GSO).
///
/// Others may be added between a run's datagrams; the order towards each destination is kept. All memory is allocated
/// once.
struct SegmentRuns: ~Copyable {
  /// The kernel's bounds for one segmented send.
  static let segmentsPerRun: Int32 = 64
  static let bytesPerRun: Int32 = 65_000

  /// Where a datagram goes, from where, and how it is marked.
  struct Key: BitwiseCopyable, Equatable {
    var destination: Endpoint
    /// Zero leaves it to the socket and the routing table.
    var local: IPAddress
    var trafficClass: UInt8
  }

  /// A datagram's place in the batch's memory, and the next of its run, −1 at the end.
  struct Entry: BitwiseCopyable {
    var offset: Int32
    var length: Int32
    var next: Int32
  }

  struct Run: BitwiseCopyable {
    var key: Key
    var segmentBytes: Int32
    var bytes: Int32
    var segments: Int32
    var first: Int32
    var last: Int32
    /// A shorter datagram ended it, or its destination takes no segmentation.
    var isClosed: Bool
  }

  private struct Place: BitwiseCopyable {
    var epoch: UInt32
    var run: Int32
  }

  private(set) var entryCount = 0
  private(set) var count = 0
  private let entries: UnsafeMutablePointer<Entry>
  private let runs: UnsafeMutablePointer<Run>
  /// Open addressing by key; a place counts only if its epoch is the current one, so emptying clears nothing.
  private let table: UnsafeMutablePointer<Place>
  private let tableMask: Int
  private var epoch: UInt32 = 1

  init(capacity: Int) {
    entries = .allocate(capacity: capacity)
    runs = .allocate(capacity: capacity)
    var places = 64
    while places < capacity * 2 { places *= 2 }
    table = .allocate(capacity: places)
    table.initialize(repeating: Place(epoch: 0, run: 0), count: places)
    tableMask = places - 1
  }

  deinit {
    entries.deallocate()
    runs.deallocate()
    table.deallocate()
  }

  /// The caller keeps to the capacity.
  mutating func add(offset: Int, length: Int, key: Key, takesSegmentation: Bool) {
    let entry = Int32(entryCount)
    entries[entryCount] = Entry(offset: Int32(offset), length: Int32(length), next: -1)
    entryCount += 1
    let place = place(of: key)
    if table[place].epoch == epoch, extend(Int(table[place].run), with: entry, length: Int32(length)) { return }
    runs[count] = Run(
      key: key, segmentBytes: Int32(length), bytes: Int32(length), segments: 1, first: entry, last: entry,
      isClosed: length == 0 || !takesSegmentation)
    table[place] = Place(epoch: epoch, run: Int32(count))
    count += 1
  }

  subscript(run index: Int) -> Run {
    precondition(index >= 0 && index < count, "the run exists")
    return runs[index]
  }

  subscript(entry index: Int32) -> Entry {
    precondition(index >= 0 && index < entryCount, "the datagram exists")
    return entries[Int(index)]
  }

  mutating func removeAll() {
    entryCount = 0
    count = 0
    epoch &+= 1
    // After 2^32 batches an old place could seem current.
    if epoch == 0 {
      table.update(repeating: Place(epoch: 0, run: 0), count: tableMask + 1)
      epoch = 1
    }
  }

  private func extend(_ index: Int, with entry: Int32, length: Int32) -> Bool {
    let run = runs[index]
    guard !run.isClosed, length > 0, length <= run.segmentBytes, run.segments < Self.segmentsPerRun,
      run.bytes + length <= Self.bytesPerRun
    else { return false }
    entries[Int(run.last)].next = entry
    runs[index].last = entry
    runs[index].segments += 1
    runs[index].bytes += length
    runs[index].isClosed = length < run.segmentBytes
    return true
  }

  /// The key's place, or the free one where it belongs: the table is twice as large as there can be keys.
  private func place(of key: Key) -> Int {
    var mixed = key.destination.address.high &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ key.destination.address.low) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 31 ^ UInt64(key.destination.port)) &* 0x94d0_49bb_1331_11eb
    mixed = (mixed ^ mixed >> 29 ^ key.local.low ^ UInt64(key.trafficClass) << 56) &* 0x9e37_79b9_7f4a_7c15
    var place = Int(truncatingIfNeeded: mixed >> 32) & tableMask
    while table[place].epoch == epoch, runs[Int(table[place].run)].key != key {
      place = (place + 1) & tableMask
    }
    return place
  }
}
