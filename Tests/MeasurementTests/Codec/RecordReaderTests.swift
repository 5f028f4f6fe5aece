import Testing
import Wire

@testable import Measurement

@Suite struct RecordReaderTests {
  @Test("The reader knows where it is, record after record")
  func offsets() throws {
    let bytes = PathRecordCodec.encode([.full, .call])
    var reader = RecordReader(bytes)
    #expect(try reader.record() == .full)
    #expect(reader.offset == PathRecordCodec.encode(.full).count)
    #expect(try reader.record() == .call)
    #expect(reader.remaining == 0)
  }

  @Test(
    "An interval that ends beyond what can be counted, or is longer than any, is refused",
    arguments: [
      (0, Int64.max), (.max - 1, 2), (0, PathRecord.longestInterval.nanoseconds + 1),
    ] as [(Int64, Int64)])
  func endlessIntervals(start: Int64, length: Int64) throws {
    var record = PathRecord.empty
    record.id.intervalStart = WallTime(nanoseconds: start)
    record.length = .nanoseconds(length)
    #expect(throws: PathRecordDecodeError.self) { try PathRecordCodec.decode(PathRecordCodec.encode(record)) }
  }

  @Test("A kind without a name, and a text that a NUL cuts short, are refused")
  func unnamed() throws {
    let changes: [@Sendable (inout PathRecord) -> Void] = [
      { $0.id.origin = .probe(kind: "") }, { $0.id.origin = .probe(kind: "\0") }, { $0.id.agent = "tsu\0x" },
      { $0.id.path.label = "voice\0" }, { $0.id.path.target = "\0" },
    ]
    for change in changes {
      var record = PathRecord.empty
      change(&record)
      #expect(throws: PathRecordDecodeError.self) { try PathRecordCodec.decode(PathRecordCodec.encode(record)) }
    }
  }

  @Test("A histogram that contradicts its least and greatest value or its count is refused")
  func contradictions() throws {
    var record = PathRecord.empty
    record.roundTrip = Distribution([1_000_000, 2_000_000, 3_000_000])
    let bytes = PathRecordCodec.encode(record)
    // The count, the sum, the number of buckets and the least value follow the loss counts.
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [3, 0x80, 0x9b, 0xee, 0x02, 3, 0xc0, 0x84, 0x3d]) })
    for (offset, value) in [(0, 2), (5, 2), (5, 4), (8, 0x3c), (11, 0x10)] as [(Int, UInt8)] {
      var damaged = bytes
      damaged[place + offset] = value
      #expect(throws: PathRecordDecodeError.self, "byte \(offset)") { try PathRecordCodec.decode(damaged) }
    }
  }
}
