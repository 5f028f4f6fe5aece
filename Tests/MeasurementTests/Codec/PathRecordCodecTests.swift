import Measurement
import Testing
import Wire

@Suite struct PathRecordCodecTests {
  @Test("Every field survives the wire")
  func roundTrip() throws {
    for record in [PathRecord.full, .empty, .call, .exchange] {
      #expect(try PathRecordCodec.decode(PathRecordCodec.encode(record)) == record)
    }
  }

  @Test("Version 1 is read")
  func version1() throws {
    let golden: [UInt8] = [
      0x00, 0x00, 0x00, 0x97,  // length
      0x00, 0x01,  // version
      0x03, 0x74, 0x73, 0x75, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  // agent, boot
      0x03, 0x74, 0x73, 0x75, 0x02, 0x68, 0x71, 0x01, 0x03, 0x6a, 0x6f, 0x62,  // site, target, route, label
      0x00, 0x05, 0x73, 0x74, 0x61, 0x6d, 0x70,  // origin
      0x17, 0xf5, 0xc2, 0x9a, 0x44, 0xb6, 0x40, 0x00,  // interval start
      0x00, 0x00, 0x00, 0x02,  // revision
      0x00, 0x00, 0x00, 0x03, 0x7e, 0x11, 0xd6, 0x00,  // interval length
      0x00, 0x01, 0xac, 0x01,  // condition, packet size
      0x2e, 0x02, 0x00, 0x01, 0x2e, 0xea, 0x05,  // DSCP
      0xee, 0x05, 0xe8, 0x05, 0x01, 0x03, 0x01, 0x02, 0x01,  // sent, received, lost
      0x01, 0x04, 0x05, 0x06, 0x07, 0x08,  // late to refused
      0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x02,  // bursts
      0x02, 0xff, 0xc9, 0xa7, 0xda, 0x01, 0x02, 0x80, 0x87, 0xa7, 0x0e,  // round trip
      0xff, 0xc2, 0x80, 0xcc, 0x01, 0xff, 0x07, 0x01, 0xf3, 0x01, 0x01,
      0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x01,  // forward delay
      0x01, 0x02, 0x01, 0x02, 0x02, 0x00, 0x01,  // reverse delay
      0x01, 0x03, 0x01, 0x03, 0x03, 0x00, 0x01,  // excess delay
      0x01, 0x04, 0x01, 0x04, 0x04, 0x00, 0x01,  // delay variation
      0x01, 0x05, 0x01, 0x05, 0x05, 0x00, 0x01,  // reverse delay variation
      0x01, 0x06, 0x01, 0x01, 0x07,  // RFC 3550 jitter, clock
      0x00, 0x00, 0x11,  // timestamps, degradations
    ]
    #expect(try PathRecordCodec.decode(golden) == .full)
  }

  @Test("Version 4 keeps its bytes, and version 3 is read: it lacks the route")
  func golden() throws {
    // Any change here breaks spools and databases that exist: raise the schema version instead.
    let golden: [UInt8] = [
      0x00, 0x00, 0x00, 0x8f,  // length
      0x00, 0x04,  // version
      0x03, 0x74, 0x73, 0x75, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  // agent, boot
      0x03, 0x74, 0x73, 0x75, 0x02, 0x68, 0x71, 0x01, 0x03, 0x6a, 0x6f, 0x62,  // site, target, route, label
      0x00, 0x05, 0x73, 0x74, 0x61, 0x6d, 0x70,  // origin
      0x17, 0xf5, 0xc2, 0x9a, 0x44, 0xb6, 0x40, 0x00,  // interval start
      0x00, 0x00, 0x00, 0x02,  // revision
      0x00, 0x00, 0x00, 0x03, 0x7e, 0x11, 0xd6, 0x00,  // interval length
      0x00, 0x01, 0xac, 0x01,  // condition, packet size
      0x2e, 0x02, 0x00, 0x01, 0x2e, 0xea, 0x05,  // DSCP
      0xee, 0x05, 0xe8, 0x05, 0x01, 0x03, 0x01, 0x02, 0x01,  // sent, received, lost
      0x01, 0x04, 0x05, 0x06, 0x07, 0x08,  // late to refused
      0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x02,  // bursts
      0x02, 0xff, 0xc9, 0xa7, 0xda, 0x01, 0x02, 0x80, 0x87, 0xa7, 0x0e,  // round trip
      0xff, 0xc2, 0x80, 0xcc, 0x01,
      0x00, 0b1000_0000, 0b1111_0011,  // order 0; count 1, step 243
      0x01, 0x01, 0x01, 0x01, 0x01,  // forward delay
      0x01, 0x02, 0x01, 0x02, 0x02,  // reverse delay
      0x01, 0x03, 0x01, 0x03, 0x03,  // excess delay
      0x01, 0x04, 0x01, 0x04, 0x04,  // delay variation
      0x01, 0x05, 0x01, 0x05, 0x05,  // reverse delay variation
      0x01, 0x06, 0x01, 0x01, 0x07,  // RFC 3550 jitter, clock
      0x00, 0x00, 0x11,  // timestamps, degradations
      0x00, 0x00, 0x00, 0x00,  // phases, certificate, service, playout
      0x00,  // hops
    ]
    #expect(PathRecordCodec.encode(.full) == golden)
    #expect(try PathRecordCodec.decode(golden) == .full)
    #expect(try PathRecordCodec.decode([0, 0, 0, 0x8e, 0, 3] + golden.dropFirst(6).dropLast()) == .full)
  }

  @Test("Version 2 is read: phases, certificate, service and playout follow")
  func version2() throws {
    let exchange: [UInt8] = [
      0x02,  // phases
      0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x01,  // connect
      0x03, 0x01, 0x02, 0x01, 0x02, 0x02, 0x00, 0x01,  // first byte
      0x01, 0x17, 0xf5, 0xc2, 0x9a, 0x44, 0xb6, 0x40, 0x00,  // certificate
      0x01, 0x02,  // degraded
      0x01, 0xe8, 0x07, 0x03,  // playout
    ]
    // Without histograms the versions differ in nothing else.
    let plain = PathRecordCodec.encode(.empty).dropFirst(6).dropLast(5)
    let length = 2 + plain.count + exchange.count
    #expect(try PathRecordCodec.decode([0, 0, 0, UInt8(length), 0, 2] + plain + exchange) == .exchange)
  }

  @Test("A route is written hop by hop, and bounded")
  func route() throws {
    var record = PathRecord.empty
    record.hops = [RouteHop(distance: 1), RouteHop(distance: 2)]
    (record.hops[0].sent, record.hops[1].sent) = (3, 3)
    record.hops[0].addresses = [IPAddress(v4: 0x0a00_0001)]
    record.hops[0].roundTrips = [100, 200]
    record.hops[1].isTarget = true
    record.condition = .unreadable
    let bytes = PathRecordCodec.encode(record)
    #expect(
      Array(bytes.suffix(29))
        == [
          0x02, 0x01, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // 10.0.0.1, two round trips
          0x00, 0x00, 0xff, 0xff, 0x0a, 0x00, 0x00, 0x01, 0x02, 0x64, 0xc8, 0x01,
          0x02, 0x03, 0x01, 0x00, 0x00,  // the target, silent
        ].suffix(29))
    #expect(try PathRecordCodec.decode(bytes) == record)
    record.hops = (0..<100).map { RouteHop(distance: $0) }
    record.hops[0].addresses = (0..<100).map { IPAddress(v4: $0) }
    let read = try PathRecordCodec.decode(PathRecordCodec.encode(record))
    #expect(read.hops.count == RouteHop.limit)
    #expect(read.hops[0].addresses.count == RouteHop.answerLimit)
  }

  @Test("An interval of 750 packets takes less than 600 bytes, however its delays vary")
  func size() throws {
    var record = PathRecord.full
    var random = SplitMix64(seed: 1)
    for keyPath in [\PathRecord.roundTrip, \.forwardDelay, \.reverseDelay, \.delayVariation, \.reverseDelayVariation] {
      record[keyPath: keyPath] = Distribution(
        (0..<750).map { _ in
          // Exponential around 2 ms, above 10 ms.
          let exponent = UInt64.random(in: 1...UInt64.max, using: &random).leadingZeroBitCount
          return 10_000_000 + UInt64(exponent) * 2_000_000 + UInt64.random(in: 0..<2_000_000, using: &random)
        })
    }
    let bytes = PathRecordCodec.encode(record)
    #expect(bytes.count < 600)
    #expect(try PathRecordCodec.decode(bytes) == record)
  }

  @Test("Records follow one another and come back in order")
  func concatenation() throws {
    let records = [PathRecord.full, .call, .empty]
    let bytes = PathRecordCodec.encode(records)
    #expect(bytes == records.flatMap { PathRecordCodec.encode($0) })
    #expect(try PathRecordCodec.decodeAll(bytes) == records)
    #expect(try PathRecordCodec.decodeAll([]) == [])
  }

  @Test("A record cut anywhere is refused and nothing traps")
  func truncation() {
    for record in [PathRecord.full, .exchange] {
      let bytes = PathRecordCodec.encode(record)
      for length in 0..<bytes.count {
        #expect(throws: PathRecordDecodeError.self) { try PathRecordCodec.decode(bytes.prefix(length)) }
      }
    }
  }

  @Test("Any one byte changed is read or refused, never trapped on")
  func corruption() {
    let bytes = PathRecordCodec.encode([.full, .call, .exchange])
    for place in bytes.indices {
      for value in [0x00, 0x01, 0x7f, 0x80, 0xff] as [UInt8] {
        var damaged = bytes
        damaged[place] = value
        _ = try? PathRecordCodec.decodeAll(damaged)
      }
    }
  }

  @Test("A newer version is refused in a sentence that says what to do")
  func newerVersion() throws {
    var bytes = PathRecordCodec.encode([.empty, .empty])
    let second = bytes.count / 2
    bytes[second + 5] = 5
    let error = #expect(throws: PathRecordDecodeError.self) { try PathRecordCodec.decodeAll(bytes) }
    #expect(error == PathRecordDecodeError(offset: second, reason: .newerVersion(5)))
    #expect(
      error?.description
        == "The record at byte \(second) has version 5, this program reads up to 4: update this program before the one that sends."
    )
  }

  @Test("A claimed length over the limit is refused before anything is read")
  func tooLong() {
    #expect(throws: PathRecordDecodeError(offset: 0, reason: .tooLong(bytes: 0xffff_ffff))) {
      try PathRecordCodec.decode([0xff, 0xff, 0xff, 0xff, 0, 1])
    }
  }

  @Test("More records than the limit are refused")
  func tooMany() {
    let bytes = PathRecordCodec.encode([.empty, .empty, .empty])
    #expect(throws: PathRecordDecodeError(offset: bytes.count / 3 * 2, reason: .tooManyRecords(limit: 2))) {
      try PathRecordCodec.decodeAll(bytes, limit: 2)
    }
  }

  @Test("Bytes inside the record that no field uses are refused")
  func trailing() {
    var bytes = PathRecordCodec.encode(.empty)
    bytes[3] += 1
    bytes.append(0)
    #expect(throws: PathRecordDecodeError(offset: bytes.count - 1, reason: .trailingBytes)) {
      try PathRecordCodec.decode(bytes)
    }
  }

  @Test("A text over 255 bytes is cut between characters")
  func longText() throws {
    var record = PathRecord.empty
    record.id.path.label = String(repeating: "県", count: 100)
    let read = try PathRecordCodec.decode(PathRecordCodec.encode(record))
    #expect(read.path.label == String(repeating: "県", count: 85))
  }
}

extension PathRecord {
  static let start = WallTime(seconds: 1_726_500_000)

  static let empty = PathRecord(
    id: ID(
      agent: "", boot: 0, path: Path(site: "a", target: "b", route: .direct), origin: .capture,
      intervalStart: WallTime(nanoseconds: -1)),
    length: .nanoseconds(1))

  static let exchange: PathRecord = {
    var record = empty
    record.phases = [.connect: Distribution([1]), .firstByte: Distribution([2])]
    record.certificateExpiry = start
    record.service = .degraded
    record.playout = Playout(frames: 1_000, concealedFrames: 3)
    return record
  }()

  static let call = PathRecord(
    id: ID(
      agent: "relay", boot: .max, path: Path(site: "tsu", target: "hq", route: .relay, label: "participant"),
      origin: .call(.downlink), intervalStart: start),
    length: .seconds(5), condition: .receiverSilent, loss: LossCounts(sent: .max, received: 1, recovered: 3),
    excessDelay: Distribution([0, 1, .max]),
    delayVariation: Distribution(count: 3, sum: 7))

  static let full: PathRecord = {
    var bursts = BurstCounts()
    bursts.record(length: 1)
    bursts.record(length: 2)
    return PathRecord(
      id: ID(
        agent: "tsu", boot: 0x0102_0304_0506_0708,
        path: Path(site: "tsu", target: "hq", route: .proxy, label: "job"), origin: .probe(kind: "stamp"),
        intervalStart: start, revision: 2),
      length: .seconds(15), packetBytes: 172, dscp: DSCPSeen(sent: 46, arrived: [0: 1, 46: 746]),
      loss: LossCounts(
        sent: 750, received: 744, forwardLost: 3, reverseLost: 2, roundTripLost: 1, late: 1, duplicates: 4,
        reordered: 5, discarded: 6, recovered: 7, refused: 8, bursts: bursts),
      roundTrip: Distribution([30_000_000, 427_827_583]), forwardDelay: Distribution([1]),
      reverseDelay: Distribution([2]), excessDelay: Distribution([3]), delayVariation: Distribution([4]),
      reverseDelayVariation: Distribution([5]), rfc3550Jitter: 6,
      clock: ClockQuality(isSynchronized: true, errorNanoseconds: 7), timestamps: .kernel,
      degradations: [.schedulerLate, .partial])
  }()
}
