import Measurement
import Probes
import Synchronization
import Testing
import Transport
import Wire

@testable import Agent

/// Records from the measuring thread, in order.
final class CollectedRecords: Sendable {
  private let records = Mutex<[PathRecord]>([])
  func add(_ new: [PathRecord]) { records.withLock { $0 += new } }
  var all: [PathRecord] { records.withLock { $0 } }
}

/// What an impaired link did to a stream of one sender, packet by packet, to hold records against.
private struct Truth {
  /// By the sender's number: how long the link held packet and answer, `nil` where either was lost.
  var held: [UInt32: Int64] = [:]
  var forwardLost: Set<UInt32> = []
  var reverseLost: Set<UInt32> = []

  init(_ passages: [ImpairedLink.Passage]) {
    let forward = passages.filter { $0.direction == .forward }
    forwardLost = Set(forward.filter(\.isLost).map(\.tag))
    // The reflector numbers its answers from 0 in the order in which packets reach it.
    let arrived = forward.filter { !$0.isLost }
    for answer in passages where answer.direction == .reverse {
      let packet = arrived[Int(answer.tag)]
      if answer.isLost {
        reverseLost.insert(packet.tag)
      } else if let there = packet.residence, let back = answer.residence {
        held[packet.tag] = there + back
      }
    }
  }
}

@Suite("A path through a seeded impairment")
struct ImpairedPathTests {
  @Test("Loss is reported exactly as injected, each way, and latency as the link logged it")
  func lossThenDelayThenNone() async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback))
    var loss = Impairment.Conditions()
    loss.lossPerMillion = 30_000
    var delay = Impairment.Conditions()
    delay.delay = .milliseconds(100)
    let link = try ImpairedLink(target: reflector.endpoint, seed: 2_026)
    let collected = CollectedRecords()
    let run = try STAMPRun(
      [
        STAMPJob(
          target: link.endpoint,
          meter: STAMPMeter.Configuration(
            agent: "test", path: Path(site: "a", target: "b", route: .direct, label: "voice"),
            stream: STAMPStream(label: "voice", packetBytes: 172, interval: .milliseconds(5), dscp: 46),
            recordLength: .seconds(1)),
          boot: 1)
      ], sink: collected.add)
    for conditions in [Impairment.Conditions.none, loss, delay, .none] {
      link.switchConditions(forward: conditions, reverse: conditions)
      // 2.5 s at 200 packets/s there and back, so that one whole record's second lies within.
      let count = link.passages.count
      #expect(try await eventually { link.passages.count >= count + 1_000 })
    }
    let sent = link.passages.count { $0.direction == .forward }
    #expect(try await eventually { collected.all.reduce(0) { $0 + Int($1.loss.sent) } >= sent })
    // What was sealed by now is settled; the intervals that the end of the run closes are not.
    let records = collected.all
    run.stop()

    let truth = Truth(link.passages)
    let lost = truth.forwardLost.union(truth.reverseLost)
    #expect(!truth.forwardLost.isEmpty && !truth.reverseLost.isEmpty)
    #expect(records.count >= 5)
    var first: UInt32 = 0
    // Of the records with and without delay on the link, in nanoseconds.
    var delayed: [Int64] = []
    var undelayed: [Int64] = []
    for record in records {
      let range = first..<(first + UInt32(record.loss.sent))
      first = range.upperBound
      #expect(record.degradations.isDisjoint(with: [.sendErrors, .clockStepped]))
      let forward = truth.forwardLost.filter(range.contains).count
      let reverse = truth.reverseLost.filter(range.contains).count
      #expect(record.loss.lost == UInt64(forward + reverse))
      // Of a run of losses that two records share, nothing tells which way took whose.
      let isWhole = [range.lowerBound, range.upperBound].allSatisfy {
        $0 == 0 || !lost.isSuperset(of: [$0 - 1, $0])
      }
      if isWhole {
        #expect(record.loss.forwardLost == UInt64(forward))
        #expect(record.loss.reverseLost == UInt64(reverse))
        #expect(record.loss.roundTripLost == 0)
      }
      let held = range.compactMap { truth.held[$0] }
      #expect(UInt64(held.count) == record.loss.received)
      let logged = held.reduce(0, +) / Int64(max(held.count, 1))
      let reported = Int64(record.roundTrip.mean ?? 0)
      if logged > 190_000_000 {
        delayed.append(abs(reported - logged))
      } else {
        undelayed.append(abs(reported - logged))
      }
    }
    // Each record's mean is within 1 ms of the log's on an idle machine; where other tests hold the processors, the time
    // between a thread's stamp and its datagram's departure is in one of the two and not in the other. What is reckoned
    // wrong is wrong in all of them.
    #expect(try #require(undelayed.min()) < 1_000_000, "\(undelayed) ns")
    #expect(try #require(delayed.min()) < 5_000_000, "\(delayed) ns")
    #expect(records.contains { $0.loss.lost > 0 })
    #expect(records.last?.loss.lost == 0)
  }

  @Test("A link that stops altogether is 100 % loss, not a target down")
  func outage() async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: loopback))
    var outage = Impairment.Conditions()
    outage.lossPerMillion = 1_000_000
    let link = try ImpairedLink(target: reflector.endpoint, seed: 1, forward: outage)
    let result = try await ProbeKind.stamp.measure(
      ProbeRequest(target: link.endpoint.description, duration: .milliseconds(300)))
    #expect(result.status == .breach)
    #expect(result.streams.allSatisfy { $0.record.loss.received == 0 && $0.record.condition == .measured })
  }
}
