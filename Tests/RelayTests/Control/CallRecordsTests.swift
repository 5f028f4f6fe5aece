import Measurement
import Testing
import Wire

@testable import Relay
@testable import SFU

@Suite struct CallRecordsTests {
  private let records = CallRecords(agent: "relay", boot: 5, site: "hq")

  private func interval(_ counts: ParticipantInterval, isPartial: Bool = false, isStepped: Bool = false) -> CallInterval
  {
    CallInterval(
      participant: ParticipantNumber(value: 255), address: .loopbackV4, start: WallTime(seconds: 30),
      length: .seconds(15), isPartial: isPartial, isStepped: isStepped, counts: counts)
  }

  private func source(
    _ kind: SFU.SourceKind, expected: UInt64, received: UInt64, variation: UInt64 = 0, jitter: UInt64 = 0
  ) -> SourceInterval {
    var counts = ReceptionCounts()
    counts.expected = expected
    counts.received = received
    counts.delayVariationSum = variation
    counts.delayVariationCount = variation > 0 ? 10 : 0
    counts.duplicates = 1
    counts.reordered = 2
    counts.recovered = 3
    return SourceInterval(kind: kind, counts: counts, jitter: jitter)
  }

  private func slot(
    _ state: DownlinkCounts.State, expected: UInt64 = 0, lost: UInt64 = 0, jitter: UInt64? = nil
  ) -> DownlinkCounts {
    var counts = DownlinkCounts(isAudio: true)
    counts.state = state
    counts.expected = expected
    counts.lost = lost
    counts.jitter = jitter
    return counts
  }

  @Test("The uplink is what the relay received of all sources, named by site, relay and participant")
  func uplink() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.sources = [
      source(.microphone, expected: 750, received: 740, variation: 1_000, jitter: 4),
      source(.camera, expected: 1_000, received: 999, variation: 501, jitter: 9),
    ]
    counts.roundTrips = [20_000_000, 30_000_000]
    let all = records.records(interval(counts), site: "tsu")
    #expect(all.count == 1)
    let record = try #require(all.first)
    #expect(record.id.agent == "relay" && record.id.boot == 5 && record.id.intervalStart == WallTime(seconds: 30))
    #expect(record.path == Path(site: "tsu", target: "hq", route: .relay, label: "000000ff"))
    #expect(record.origin == .call(.uplink))
    #expect(record.condition == .measured)
    #expect(record.loss.sent == 1_750 && record.loss.received == 1_739 && record.loss.lost == 11)
    #expect(record.loss.duplicates == 2 && record.loss.reordered == 4 && record.loss.recovered == 6)
    #expect(record.delayVariation.count == 20 && record.delayVariation.sum == 1_501)
    #expect(record.rfc3550Jitter == 9)
    #expect(record.roundTrip.mean == 25_000_000)
    #expect(record.degradations.isEmpty)
  }

  @Test("A muted participant is idle: nothing lost, nothing unknown")
  func idle() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.sources = [source(.microphone, expected: 0, received: 0)]
    counts.slots = [slot(.idle)]
    let all = records.records(interval(counts), site: "tsu")
    #expect(all.map(\.condition) == [.idle, .idle])
    #expect(all.allSatisfy { $0.loss.sent == 0 && $0.loss.lost == 0 && $0.delayVariation.isEmpty })
  }

  @Test("The downlink is what receivers report; their jitter is shown and not judged")
  func downlink() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.slots = [
      slot(.reported, expected: 500, lost: 5, jitter: 40_000_000), slot(.idle),
      slot(.reported, expected: 100, lost: 1, jitter: 10_000_000), slot(.silent, expected: 70, lost: 70),
    ]
    let record = try #require(records.records(interval(counts), site: "tsu").first)
    #expect(record.origin == .call(.downlink))
    #expect(record.condition == .measured)
    #expect(record.loss.sent == 600 && record.loss.lost == 6)
    #expect(record.delayVariation.isEmpty)
    #expect(record.rfc3550Jitter == 40_000_000)
  }

  @Test("A receiver that stops reporting while it is sent to is a state of its own")
  func silentReceiver() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.slots = [slot(.idle), slot(.silent)]
    #expect(records.records(interval(counts), site: "tsu").map(\.condition) == [.receiverSilent])
  }

  @Test("An interval cut short and one with a step of the clock say so")
  func degradations() {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.sources = [source(.microphone, expected: 1, received: 1)]
    let partial = records.records(interval(counts, isPartial: true), site: "tsu")
    #expect(partial.map(\.degradations) == [[.partial]])
    let stepped = records.records(interval(counts, isStepped: true), site: "tsu")
    #expect(stepped.map(\.degradations) == [[.clockStepped]])
  }

  @Test("A record can be written and read again")
  func codec() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.sources = [source(.camera, expected: 10, received: 9, variation: 77)]
    let record = try #require(records.records(interval(counts), site: "tsu").first)
    #expect(try PathRecordCodec.decode(PathRecordCodec.encode(record)) == record)
  }

  @Test("The same time again, after the clock was set back, makes another record and not the same again")
  func clockSetBack() throws {
    var counts = ParticipantInterval(participant: "000000ff")
    counts.sources = [source(.microphone, expected: 1, received: 1)]
    var again = interval(counts)
    again.clockSteps = 1
    let first = try #require(records.records(interval(counts), site: "tsu").first)
    let second = try #require(records.records(again, site: "tsu").first)
    #expect(first.id.intervalStart == second.id.intervalStart)
    #expect(first.id != second.id)
  }
}
