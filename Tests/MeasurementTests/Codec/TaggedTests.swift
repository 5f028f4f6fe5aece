import Testing

@testable import Measurement

@Suite struct TaggedTests {
  @Test("Every case has a number, and the numbers that were stored keep their meaning")
  func tags() {
    #expect(PathRecord.Condition.tags == [.measured, .idle, .receiverSilent, .targetDown, .unverified, .unreadable])
    #expect(Set(PathRecord.Condition.tags) == Set(PathRecord.Condition.allCases))
    #expect(Phase.tags == [.nameLookup, .connect, .tlsHandshake, .firstByte, .transfer])
    #expect(Set(Phase.tags) == Set(Phase.allCases))
    #expect(ServiceState.tags == [.operational, .maintenance, .degraded, .outage])
    #expect(Set(ServiceState.tags) == Set(ServiceState.allCases))
    #expect(PathRecord.CallSegment.tags == [.uplink, .downlink])
    #expect(Path.Route.tags == [.direct, .proxy, .relay])
    #expect(TimestampSource.tags == [.kernel, .userSpace, .kernelArrivals])
    #expect(Set(TimestampSource.tags) == Set(TimestampSource.allCases))
    #expect(Degradation.tags == [.schedulerLate, .sendErrors, .captureDrops, .clockStepped, .partial, .restamped])
    #expect(Set(Degradation.tags) == Set(Degradation.allCases))
  }
}
