import RTP
import Testing
import Wire

@testable import SFU

@Suite("Downlink statistics")
struct DownlinkStatisticsTests {
  /// A forwarder that sent packets 0..<count of its source, but for the holes.
  private static func forwarder(_ count: Int64, holes: Set<Int64> = []) -> Forwarder {
    var forwarder = Forwarder(firstSequenceNumber: 1000)
    for sequence in 0..<count where !holes.contains(sequence) {
      let packet = StoredPacket(
        sequence: sequence, timestamp: 0, arrival: .zero, codec: 0, marker: false, isRecovered: false,
        payloadOffset: 12, payloadLength: 1)
      if sequence == 0 { forwarder.begin(with: packet, timestamp: 0, step: 1) }
      _ = forwarder.rewrite(packet)
    }
    return forwarder
  }

  private static func block(_ highest: UInt32, lost: Int32) -> ReportBlock {
    ReportBlock(
      ssrc: 1, fractionLost: 255, cumulativeLost: lost, extendedHighestSequenceNumber: highest, jitter: 480,
      lastSenderReport: 0, delaySinceLastSenderReport: 0)
  }

  @Test("Interop 16: differences of the cumulative figures are taken, less the holes the relay forwarded")
  func differences() {
    var statistics = DownlinkStatistics(isAudio: true)
    let forwarder = Self.forwarder(200, holes: [50, 51])
    statistics.sent(byteCount: 100, isRetransmission: false)
    statistics.report(Self.block(1099, lost: 5), of: forwarder, clockRate: 48_000)
    let first = statistics.take()
    #expect((first.expected, first.lost, first.forwardedHoles) == (98, 3, 2))
    #expect(first.state == .reported)
    #expect(first.jitter == 10_000_000)
    statistics.report(Self.block(1199, lost: 9), of: forwarder, clockRate: 48_000)
    let second = statistics.take()
    #expect((second.expected, second.lost) == (100, 4))
  }

  @Test("Interop 16: a cumulative loss that falls is taken off the next interval, and no figure goes below zero")
  func negative() {
    var statistics = DownlinkStatistics(isAudio: false)
    let forwarder = Self.forwarder(300)
    statistics.report(Self.block(1099, lost: 5), of: forwarder, clockRate: 90_000)
    #expect(statistics.take().lost == 5)
    statistics.report(Self.block(1199, lost: 3), of: forwarder, clockRate: 90_000)
    #expect(statistics.take().lost == 0)
    statistics.report(Self.block(1299, lost: 6), of: forwarder, clockRate: 90_000)
    #expect(statistics.take().lost == 1)
  }

  @Test("Reports of packets never sent, and repeated reports, change nothing")
  func bogus() {
    var statistics = DownlinkStatistics(isAudio: false)
    let forwarder = Self.forwarder(100)
    statistics.report(Self.block(9000, lost: 500), of: forwarder, clockRate: 90_000)
    #expect(statistics.take().state == .idle)
    statistics.report(Self.block(1049, lost: 1), of: forwarder, clockRate: 90_000)
    statistics.report(Self.block(1049, lost: 1), of: forwarder, clockRate: 90_000)
    let counts = statistics.take()
    #expect((counts.expected, counts.lost) == (50, 1))
  }

  @Test("A receiver that says nothing while we send is silent, not lossless")
  func silent() {
    var statistics = DownlinkStatistics(isAudio: false)
    #expect(statistics.take().state == .idle)
    statistics.sent(byteCount: 10, isRetransmission: false)
    #expect(statistics.take().state == .silent)
    #expect(statistics.take().state == .idle)
  }
}
