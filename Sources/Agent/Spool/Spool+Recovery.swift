import Glibc
import Wire

extension Spool {
  /// The files that stay open for as long as the spool is.
  struct Files {
    /// Held against a second agent.
    let lock: Int32
    let position: Int32

    init(folder: String) throws(SpoolError) {
      lock = try File.open(folder + "/lock", O_RDWR | O_CREAT)
      guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
        Glibc.close(lock)
        throw .inUse(folder: folder)
      }
      do {
        position = try File.open(folder + "/position", O_RDWR | O_CREAT)
      } catch {
        Glibc.close(lock)
        throw error
      }
    }

    func close() {
      Glibc.close(position)
      Glibc.close(lock)
    }
  }

  /// What a predecessor left.
  struct Recovery {
    var segments: [Segment] = []
    var lastNumber: UInt64 = 0
    var damagedSegments = 0

    init(folder: String, positionFile: Int32) throws(SpoolError) {
      let position = Position(reading: positionFile)
      // Numbers are never used again, or an old position would skip new records.
      lastNumber = position?.segment ?? 0
      for number in try File.segmentNumbers(in: folder) {
        let path = SpoolSegment.path(number, in: folder)
        let bytes = try File.read(path)
        let segment = Self.walk(bytes, number: number, position: position)
        if segment.isDamaged { damagedSegments += 1 }
        lastNumber = max(lastNumber, number)
        if segment.readEntries == segment.entries {
          File.remove(path, in: folder, keepingAside: segment.isDamaged)
        } else {
          segments.append(segment)
        }
      }
    }

    private static func walk(_ bytes: [UInt8], number: UInt64, position: Position?) -> Segment {
      var segment = Segment(number: number, bytes: 0, entries: 0)
      while let payload = SpoolSegment.nextPayload(in: bytes, from: segment.bytes) {
        if payload.lowerBound - SpoolSegment.headerBytes > segment.bytes { segment.isDamaged = true }
        segment.bytes = payload.upperBound
        segment.entries += 1
        if position?.segment == number, position?.offset == segment.bytes {
          segment.readOffset = segment.bytes
          segment.readEntries = segment.entries
        }
      }
      if segment.bytes < bytes.count { segment.isDamaged = true }
      return segment
    }
  }

  /// How far a segment was delivered, with a checksum: a damaged one is none, and records are delivered again.
  ///
  ///     | segment (64) | offset (64) | CRC-32 of both (32) |
  struct Position {
    static let byteCount = 20

    var segment: UInt64
    var offset: Int

    init(segment: UInt64, offset: Int) {
      self.segment = segment
      self.offset = offset
    }

    init?(reading file: Int32) {
      var bytes = [UInt8](repeating: 0, count: Self.byteCount)
      guard pread(file, &bytes, bytes.count, 0) == bytes.count else { return nil }
      var reader = ByteReader(bytes)
      guard let segment = try? reader.u64(), let offset = try? reader.u64(), let checksum = try? reader.u32(),
        Checksum.crc32(bytes.prefix(16)) == checksum
      else { return nil }
      self.init(segment: segment, offset: Int(clamping: offset))
    }

    var bytes: [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(u64: segment)
      bytes.append(u64: UInt64(offset))
      bytes.append(u32: Checksum.crc32(bytes))
      return bytes
    }
  }
}
