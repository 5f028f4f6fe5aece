import Wire

/// The one binary form of a `PathRecord`: spool, upload and database use it.
///
/// A record is a 32-bit length (of what follows), a 16-bit version and the fields in a fixed order, so records can be
/// written one after the other. Fixed-width numbers are in network byte order; counts and durations are LEB128; texts
/// are one byte of length and UTF-8. A writer writes the newest version, a reader reads it and all older ones.
///
/// - Version 1: histograms are lists of buckets, as fine as `BucketList` says.
/// - Version 2 appends phases, certificate, service and playout, where there is one of them, and has the condition
///   `unverified`.
/// - Version 3 always has what version 2 appends, and packs its histograms: `PackedBuckets`.
/// - Version 4 appends the route, and has the condition `unreadable`.
public enum PathRecordCodec {
  /// A record's greatest length in bytes, its length field included.
  public static let maximumBytes = 256 * 1024
  /// Longer texts are cut at a character's end; configured names never are so long.
  public static let maximumTextBytes = 255

  public static func encode(_ record: PathRecord) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(record, into: &bytes)
    return bytes
  }

  public static func encode(_ records: some Sequence<PathRecord>) -> [UInt8] {
    var bytes: [UInt8] = []
    for record in records { encode(record, into: &bytes) }
    return bytes
  }

  /// Appends the record to `bytes`.
  public static func encode(_ record: PathRecord, into bytes: inout [UInt8]) {
    var writer = RecordWriter()
    writer.write(record)
    bytes.append(u32: UInt32(truncatingIfNeeded: writer.bytes.count))
    bytes += writer.bytes
  }

  /// Reads exactly one record.
  public static func decode(_ bytes: some Collection<UInt8>) throws(PathRecordDecodeError) -> PathRecord {
    var reader = RecordReader(bytes)
    let record = try reader.record()
    guard reader.remaining == 0 else { throw PathRecordDecodeError(offset: reader.offset, reason: .trailingBytes) }
    return record
  }

  /// Reads records written one after the other, `limit` of them at most.
  public static func decodeAll(
    _ bytes: some Collection<UInt8>, limit: Int = 10_000
  ) throws(PathRecordDecodeError) -> [PathRecord] {
    var reader = RecordReader(bytes)
    var records: [PathRecord] = []
    while reader.remaining > 0 {
      guard records.count < limit else {
        throw PathRecordDecodeError(offset: reader.offset, reason: .tooManyRecords(limit: limit))
      }
      records.append(try reader.record())
    }
    return records
  }
}

/// Why bytes are not records, and where.
public struct PathRecordDecodeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// From the first byte of the input.
  public var offset: Int
  public var reason: Reason

  public enum Reason: Equatable, Sendable {
    case truncated
    case tooLong(bytes: Int)
    case newerVersion(UInt16)
    case tooManyRecords(limit: Int)
    /// A field whose value cannot be, by its name.
    case invalid(String)
    case trailingBytes
  }

  public init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .truncated:
      "The record is cut short at byte \(offset); send it again whole."
    case .tooLong(let bytes):
      "The record at byte \(offset) claims \(bytes) bytes; the limit is \(PathRecordCodec.maximumBytes)."
    case .newerVersion(let version):
      "The record at byte \(offset) has version \(version), this program reads up to \(PathRecord.schemaVersion): "
        + "update this program before the one that sends."
    case .tooManyRecords(let limit):
      "There are more than \(limit) records; send them in smaller groups."
    case .invalid(let field):
      "The record's \(field) at byte \(offset) has a value that cannot be."
    case .trailingBytes:
      "Bytes follow the record at byte \(offset)."
    }
  }
}
