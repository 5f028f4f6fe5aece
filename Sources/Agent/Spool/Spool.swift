import Glibc
import Wire

/// Records on their way to the monitor, on disk: appended and synchronised before they count as taken, kept until they
/// are acknowledged, bounded. Survives SIGKILL and loss of power.
///
/// Segments are files `00000000000000000001.spool` and so on. Past the bound the oldest segment goes, and its records
/// are counted as dropped. How far the oldest one was read stands in the file `position`, which may be behind after a
/// crash: records are then delivered again under the identity they had. Of a damaged segment all whole entries are
/// delivered, and the file is kept as `….spool.damaged`, the newest few of them.
public struct Spool: ~Copyable {
  /// Payloads read together, and where they stand.
  public struct Batch: Sendable, Equatable {
    public var payloads: [[UInt8]]
    let segment: UInt64
    let start: Int
    /// Where each payload ends.
    var ends: [Int] = []

    /// The first `count` payloads.
    public func prefix(_ count: Int) -> Batch {
      Batch(
        payloads: Array(payloads.prefix(count)), segment: segment, start: start, ends: Array(ends.prefix(count)))
    }
  }

  struct Segment {
    var number: UInt64
    var bytes: Int
    var entries: Int
    /// Where the first entry stands that was not acknowledged, and how many were.
    var readOffset = 0
    var readEntries = 0
    /// Something in the file is no entry.
    var isDamaged = false
  }

  public let folder: String
  public let capacityBytes: Int
  /// Oldest first; the last one is appended to while `descriptor` is open.
  private var segments: [Segment]
  private var lastNumber: UInt64
  private let segmentBytes: Int
  private let files: Files
  private var descriptor: Int32 = -1

  /// Records dropped because the bound was reached, since the spool was opened.
  public private(set) var droppedRecords = 0
  /// Files in which something was torn or damaged; all that is whole in them is delivered.
  public private(set) var damagedSegments: Int

  /// Makes the folder if it is not there, and takes up what a predecessor left.
  public init(folder: String, capacityBytes: Int = 64 << 20, segmentBytes: Int = 1 << 20) throws(SpoolError) {
    try File.makeFolder(folder)
    let files = try Files(folder: folder)
    let found: Recovery
    do {
      found = try Recovery(folder: folder, positionFile: files.position)
    } catch {
      files.close()
      throw error
    }
    self.folder = folder
    self.capacityBytes = capacityBytes
    self.segmentBytes = max(min(segmentBytes, capacityBytes / 4), 1)
    self.files = files
    segments = found.segments
    lastNumber = found.lastNumber
    damagedSegments = found.damagedSegments
    dropBeyondBound()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    files.close()
  }

  /// Records that wait.
  public var waitingRecords: Int {
    segments.reduce(0) { $0 + $1.entries - $1.readEntries }
  }

  // MARK: Appending

  /// Returns when all payloads are safe on disk; on an error none is.
  public mutating func append(_ payloads: [[UInt8]]) throws(SpoolError) {
    guard !payloads.isEmpty else { return }
    if descriptor < 0 || (segments.last?.bytes ?? 0) >= segmentBytes { try startSegment() }
    let place = segments.count - 1
    let bytes = payloads.flatMap(SpoolSegment.entry)
    do {
      try File.write(
        bytes, to: descriptor, at: segments[place].bytes, path: SpoolSegment.path(segments[place].number, in: folder))
    } catch {
      // Whatever part was written must not be taken for an entry.
      ftruncate(descriptor, off_t(segments[place].bytes))
      throw error
    }
    segments[place].bytes += bytes.count
    segments[place].entries += payloads.count
    dropBeyondBound()
  }

  private mutating func startSegment() throws(SpoolError) {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    descriptor = try File.open(SpoolSegment.path(lastNumber + 1, in: folder), O_WRONLY | O_CREAT | O_TRUNC)
    lastNumber += 1
    segments.append(Segment(number: lastNumber, bytes: 0, entries: 0))
    try File.synchronizeFolder(folder)
  }

  private mutating func dropBeyondBound() {
    while segments.count > 1, segments.reduce(0, { $0 + $1.bytes }) > capacityBytes {
      droppedRecords += segments[0].entries - segments[0].readEntries
      removeFirst()
    }
  }

  // MARK: Delivering

  /// The oldest payloads that wait, at least one if any; all from one segment. On an error they still wait.
  public mutating func nextBatch(maximumRecords: Int, maximumBytes: Int) throws(SpoolError) -> Batch? {
    while let first = segments.first {
      if first.readEntries < first.entries {
        if let batch = try read(first, maximumRecords, maximumBytes) { return batch }
        // It was whole when it was written or opened: the disk has damaged it since.
        if !first.isDamaged { damagedSegments += 1 }
        segments[0].isDamaged = true
        droppedRecords += first.entries - first.readEntries
      }
      if segments.count == 1, descriptor >= 0, first.entries == first.readEntries, first.bytes == 0 { return nil }
      removeFirst()
    }
    return nil
  }

  private func read(
    _ segment: Segment, _ maximumRecords: Int, _ maximumBytes: Int
  ) throws(SpoolError) -> Batch? {
    let bytes: [UInt8]
    do {
      bytes = try File.read(SpoolSegment.path(segment.number, in: folder))
    } catch {
      if error.isLoss { return nil }
      throw error
    }
    var batch = Batch(payloads: [], segment: segment.number, start: segment.readOffset)
    var total = 0
    var end = segment.readOffset
    while batch.payloads.count < maximumRecords, end < segment.bytes,
      let payload = SpoolSegment.nextPayload(in: bytes, from: end),
      batch.payloads.isEmpty || total + payload.count <= maximumBytes
    {
      batch.payloads.append(Array(bytes[payload]))
      total += payload.count
      end = payload.upperBound
      batch.ends.append(end)
    }
    return batch.payloads.isEmpty ? nil : batch
  }

  /// The monitor has them: they need not be kept.
  public mutating func acknowledge(_ batch: Batch) {
    guard let place = segments.firstIndex(where: { $0.number == batch.segment }) else {
      // Dropped for room while it was on its way; it got there all the same.
      droppedRecords -= min(droppedRecords, batch.payloads.count)
      return
    }
    guard segments[place].readOffset == batch.start, let end = batch.ends.last else { return }
    segments[place].readOffset = end
    segments[place].readEntries += batch.payloads.count
    if place == 0, segments[0].readEntries == segments[0].entries {
      removeFirst()
    } else {
      writePosition(segments[place])
    }
  }

  private mutating func removeFirst() {
    if segments.count == 1, descriptor >= 0 {
      close(descriptor)
      descriptor = -1
    }
    let first = segments.removeFirst()
    File.remove(SpoolSegment.path(first.number, in: folder), in: folder, keepingAside: first.isDamaged)
  }

  /// Not synchronised: an older position only means that records are sent again.
  private func writePosition(_ segment: Segment) {
    let bytes = Position(segment: segment.number, offset: segment.readOffset).bytes
    _ = pwrite(files.position, bytes, bytes.count, 0)
  }
}
