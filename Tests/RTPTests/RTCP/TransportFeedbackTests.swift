import RTP
import Testing
import Wire

@Suite("Transport-wide feedback")
struct TransportFeedbackTests {
  /// Base 1, ten packets, reference 3 × 64 ms, feedback 9. A vector of two-bit symbols (received small, lost, large,
  /// small, lost, lost, small) and a run of three small ones.
  static let example = hex(
    """
    8fcd0007 00000001 00000002 0001000a 00000309
    d241 2003 04 fff6 05 06 07 08 09
    """)

  private struct Status: Equatable {
    var sequenceNumber: UInt16
    var delta: Int16?
  }

  private func statuses(_ bytes: [UInt8]) -> [Status]? {
    let datagram = bytes.span.bytes
    guard let feedback = firstFeedback(of: datagram), var walk = TransportFeedback(feedback, in: datagram) else {
      return nil
    }
    var found: [Status] = []
    while let status = walk.next(in: datagram) {
      found.append(Status(sequenceNumber: status.sequenceNumber, delta: status.delta))
    }
    return found
  }

  /// Feedback with one chunk and `deltas` bytes of value 1, about `count` packets from 65,535 on.
  private func oneChunk(_ bits: String, count: Int, deltas: Int) -> [UInt8] {
    var bytes = hex("8fcd0000 00000001 00000002 ffff") + [UInt8(count >> 8), UInt8(count & 0xff)] + hex("00000000")
    let chunk = bits.reduce(UInt16(0)) { $1 == "0" || $1 == "1" ? $0 << 1 | ($1 == "1" ? 1 : 0) : $0 }
    bytes += [UInt8(chunk >> 8), UInt8(chunk & 0xff)] + [UInt8](repeating: 1, count: deltas)
    while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
    bytes[3] = UInt8(bytes.count / 4 - 1)
    return bytes
  }

  @Test("The draft's run of 221 packets that did not arrive")
  func runOfLost() throws {
    let found = try required(statuses(oneChunk("0 00 0000011011101", count: 221, deltas: 0)))
    #expect(found.count == 221)
    #expect(found.allSatisfy { $0.delta == nil })
    #expect(found.map(\.sequenceNumber).prefix(2) == [65535, 0])
  }

  @Test("The draft's vector of 14: one lost, five received, three lost, three received, two lost")
  func oneBitVector() throws {
    let found = try required(statuses(oneChunk("1 0 01111100011100", count: 14, deltas: 8)))
    #expect(found.map { $0.delta != nil ? 1 : 0 } == [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0])
  }

  @Test("Symbols beyond the count are not told of")
  func partOfAVector() throws {
    let found = try required(statuses(oneChunk("1 0 01111100011100", count: 3, deltas: 2)))
    #expect(found.map(\.delta) == [nil, 1, 1])
  }

  @Test("Small and large deltas, forward and back, are read in order")
  func mixed() throws {
    let found = try required(statuses(Self.example))
    #expect(found.map(\.delta) == [4, nil, -10, 5, nil, nil, 6, 7, 8, 9])
    #expect(found.map(\.sequenceNumber) == Array(1...10))
  }

  @Test("A reserved symbol, an empty run, missing chunks and missing deltas are refused")
  func refused() {
    #expect(statuses(oneChunk("0 11 0000000000001", count: 1, deltas: 2)) == nil)
    #expect(statuses(oneChunk("1 1 11000000000000", count: 7, deltas: 2)) == nil)
    #expect(statuses(oneChunk("0 00 0000000000000", count: 1, deltas: 2)) == nil)
    #expect(statuses(oneChunk("0 00 0000000000001", count: 100, deltas: 0)) == nil)
    #expect(statuses(oneChunk("0 01 0000000000100", count: 4, deltas: 0)) == nil)
    #expect(statuses(oneChunk("0 00 0000000000001", count: 0, deltas: 2)) == nil)
  }

  @Test(
    "What is written is read again: runs, mixed vectors, gaps, reordering, across the wrap",
    arguments: 0..<200 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let lossPercent = [0, 1, 10, 50, 95][Int(seed % 5)]
    let spread: Int64 = [1_000_000, 20_000_000, 100_000_000][Int(seed % 3)]
    var now: Int64 = 1_000_000_000_000
    let arrivals = (0..<Int.random(in: 1...300, using: &random)).map { _ -> MonotonicTime in
      now += Int64.random(in: -spread / 4...spread, using: &random)
      return Int.random(in: 0..<100, using: &random) < lossPercent ? .never : MonotonicTime(nanoseconds: now)
    }
    var result: TransportFeedback.Written?
    let bytes = written(capacity: 1200) { out in
      result = TransportFeedback.write(
        senderSSRC: 1, mediaSSRC: 2, feedbackCount: 9, baseSequenceNumber: 65500, arrivals: arrivals.span, into: &out,
        at: 0)
      return result?.length
    }
    guard let bytes, let result else {
      #expect(arrivals.allSatisfy { $0 == .never })
      return
    }
    #expect(bytes.count.isMultiple(of: 4))
    let datagram = bytes.span.bytes
    let feedback = try required(firstFeedback(of: datagram))
    let header = try required(TransportFeedback(feedback, in: datagram))
    #expect(header.count == result.count)
    #expect(header.feedbackCount == 9)
    #expect(result.count == arrivals.count || bytes.count > 1100)

    var ticks = Int64(header.referenceTime) * TransportFeedback.ticksPerReference
    for (index, status) in try required(statuses(bytes)).enumerated() {
      #expect(status.sequenceNumber == 65500 &+ UInt16(index))
      #expect((status.delta == nil) == (arrivals[index] == .never))
      guard let delta = status.delta else { continue }
      ticks += Int64(delta)
      // The reference time has 24 bits of 64 ms: compare modulo its period.
      let period = TransportFeedback.ticksPerReference << 24
      let wanted = arrivals[index].nanoseconds / TransportFeedback.tickNanoseconds
      #expect((wanted - ticks) % period == 0)
    }
  }

  @Test("An arrival more than 8 s later waits for the next feedback")
  func longGap() {
    let arrivals = [0, 1, 9_000].map { MonotonicTime(nanoseconds: $0 * 1_000_000) }
    var result: TransportFeedback.Written?
    _ = written { out in
      result = TransportFeedback.write(
        senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, baseSequenceNumber: 0, arrivals: arrivals.span, into: &out,
        at: 0)
      return result?.length
    }
    #expect(result?.count == 2)
  }

  @Test("A long run takes one chunk")
  func compact() {
    let arrivals = (0..<200).map { MonotonicTime(nanoseconds: Int64($0) * 1_000_000) }
    let bytes = written(capacity: 1200) { out in
      TransportFeedback.write(
        senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, baseSequenceNumber: 0, arrivals: arrivals.span, into: &out,
        at: 0)?.length
    }
    // Headers, one chunk, a delta each, padding.
    #expect(bytes?.count == 224)
  }

  @Test("Nothing arrived, or no room: nothing is written")
  func nothing() {
    for (arrivals, capacity) in [([MonotonicTime.never], 256), ([], 256), ([.zero], 24)] {
      let bytes = written(capacity: capacity) { out in
        TransportFeedback.write(
          senderSSRC: 1, mediaSSRC: 2, feedbackCount: 0, baseSequenceNumber: 0, arrivals: arrivals.span, into: &out,
          at: 0)?.length
      }
      #expect(bytes == nil)
    }
  }
}
