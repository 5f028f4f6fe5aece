import Testing
import Wire

@testable import Probes

@Suite("The log of departures")
struct DepartureLogTests {
  private static let start = WallTime(seconds: 1_800_000_000)

  private func packet(_ sequence: UInt64) -> DepartureLog.Packet {
    DepartureLog.Packet(session: 3, sequence: sequence, written: Self.start + .milliseconds(20 * Int(sequence)))
  }

  /// The delay that is found for packet `sequence`, reported by `number` so long after its timestamp.
  private func delay(
    _ log: inout DepartureLog, number: UInt32, of sequence: UInt64, after delay: Duration = .zero
  ) -> Int64? {
    let left = log.departed(number: number, at: packet(sequence).written + delay)
    return left?.packet == packet(sequence) ? left?.delay : nil
  }

  @Test("The kernel's number finds the packet, and how long after its timestamp it left")
  func found() {
    var log = DepartureLog()
    for sequence in UInt64(0)..<2_000 {
      log.sent(packet(sequence))
      #expect(delay(&log, number: UInt32(sequence), of: sequence, after: .microseconds(7)) == 7_000)
    }
    // Reports that come late or twice do no harm; those from too long ago are nobody's.
    #expect(delay(&log, number: 1_990, of: 1_990, after: .milliseconds(200)) == 200_000_000)
    #expect(delay(&log, number: 900, of: 900) == nil)
    #expect(!log.isOutOfStep)
  }

  @Test("A number ahead of ours, or a time before the packet was written, shows that the kernel counts otherwise")
  func outOfStep() {
    var log = DepartureLog()
    log.sent(packet(0))
    #expect(delay(&log, number: 1, of: 0) == nil)
    #expect(log.isOutOfStep)
    log.restart()
    #expect(!log.isOutOfStep)
    log.sent(packet(1))
    #expect(delay(&log, number: 0, of: 1, after: .microseconds(1)) == 1_000)
    log.sent(packet(2))
    #expect(delay(&log, number: 1, of: 1) == nil)
    #expect(log.isOutOfStep)
  }
}
