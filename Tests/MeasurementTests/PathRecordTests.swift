import Measurement
import Testing
import Wire

@Suite struct PathRecordTests {
  @Test("Two origins of one path are two series")
  func series() {
    var other = PathRecord.call
    other.id.origin = .call(.uplink)
    #expect(other.series != PathRecord.call.series)
    #expect(PathRecord.call.series < other.series)
  }

  @Test("The interval runs from its start for its length")
  func interval() {
    #expect(PathRecord.full.interval.start == PathRecord.start)
    #expect(PathRecord.full.interval.end == PathRecord.start + .seconds(15))
  }

  @Test("Revisions of one record share the unrevised identity")
  func unrevised() {
    var corrected = PathRecord.full
    corrected.id.revision += 1
    #expect(corrected.id != PathRecord.full.id)
    #expect(corrected.id.unrevised == PathRecord.full.id.unrevised)
  }
}
