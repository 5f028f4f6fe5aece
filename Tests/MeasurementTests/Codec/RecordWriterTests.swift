import Testing

@testable import Measurement

@Suite struct RecordWriterTests {
  @Test("A record is its version and its fields; its length stands before it, not in it")
  func fields() {
    var writer = RecordWriter()
    writer.write(.full)
    #expect(Array(writer.bytes.prefix(2)) == [0, UInt8(PathRecord.schemaVersion)])
    #expect(Array(PathRecordCodec.encode(.full).dropFirst(4)) == writer.bytes)
  }

  @Test("Phases in which nothing was measured are left out")
  func emptyPhases() {
    var record = PathRecord.empty
    record.phases = [.connect: Distribution()]
    var (with, without) = (RecordWriter(), RecordWriter())
    with.write(record)
    without.write(.empty)
    #expect(with.bytes == without.bytes)
  }
}
