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
      let position = Self.readPosition(positionFile)
      // Numbers are never used again, or an old position would skip new records.
      lastNumber = position?.segment ?? 0
      for number in try File.segmentNumbers(in: folder) {
        let path = SpoolSegment.path(number, in: folder)
        let bytes = try File.read(path)
        let segment = Self.walk(bytes, number: number, position: position)
        if segment.bytes < bytes.count { damagedSegments += 1 }
        lastNumber = max(lastNumber, number)
        if segment.readEntries == segment.entries {
          unlink(path)
        } else {
          segments.append(segment)
        }
      }
    }

    private static func walk(_ bytes: [UInt8], number: UInt64, position: (segment: UInt64, offset: Int)?) -> Segment {
      var segment = Segment(number: number, bytes: 0, entries: 0)
      while let payload = SpoolSegment.payload(in: bytes, at: segment.bytes) {
        segment.bytes = payload.upperBound
        segment.entries += 1
        if position?.segment == number, position?.offset == segment.bytes {
          segment.readOffset = segment.bytes
          segment.readEntries = segment.entries
        }
      }
      return segment
    }

    private static func readPosition(_ file: Int32) -> (segment: UInt64, offset: Int)? {
      var bytes = [UInt8](repeating: 0, count: 16)
      guard pread(file, &bytes, 16, 0) == 16 else { return nil }
      var reader = ByteReader(bytes)
      guard let segment = try? reader.u64(), let offset = try? reader.u64() else { return nil }
      return (segment, Int(clamping: offset))
    }
  }
}
