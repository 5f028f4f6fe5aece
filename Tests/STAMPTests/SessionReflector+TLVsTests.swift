import Testing
import Wire

@testable import STAMP

@Suite("A reflector's answers to TLVs")
struct SessionReflectorTLVsTests: ReflectorSuite {
  @Test("Unknown TLVs come back with U, padding without, and values as they were")
  func unknown() throws {
    var reflector = SessionReflector(configuration: .init())
    let bytes = answer(&reflector, request(tail: "80c80002abcd 80010003010203"), try arrival()).bytes
    #expect(Array(bytes.dropFirst(44)) == [UInt8](hex: "80c80002abcd 00010003010203"))
  }

  @Test("A TLV that does not fit gets M, and what follows stays as it was")
  func malformed() throws {
    var reflector = SessionReflector(configuration: .init())
    let bytes = answer(&reflector, request(tail: "80010001aa 80040009abcd"), try arrival()).bytes
    #expect(Array(bytes.dropFirst(44)) == [UInt8](hex: "00010001aa c0040009abcd"))
    let wrong = answer(&reflector, request(tail: "80040003abcdef 80c80000"), try arrival()).bytes
    #expect(Array(wrong.dropFirst(44)) == [UInt8](hex: "40040003abcdef 80c80000"))
  }

  @Test("TLVs whose HMAC is wrong all come back with I, and none is used")
  func integrity() throws {
    var reflector = SessionReflector(configuration: .init(keys: SessionKeys(fallback: [1, 2, 3])))
    let tail = "80040004b8000000 80080010000102030405060708090a0b0c0d0e0f"
    let (outcome, bytes) = answer(&reflector, request(tail: tail), try arrival(trafficClass: 0x28))
    #expect(
      Array(bytes.dropFirst(44))
        == [UInt8](hex: tail.replacing("80040004", with: "a0040004").replacing("80080010", with: "a0080010")))
    #expect(outcome == .answered(byteCount: bytes.count, dscp: 10))
  }

  @Test("The sender learns how its packet was marked, and gets the marking it asks for")
  func classOfService() throws {
    var reflector = SessionReflector(configuration: .init())
    let (outcome, bytes) = answer(
      &reflector, request(tail: "80040004b8030000"), try arrival(trafficClass: 0x89))
    #expect(outcome == .answered(byteCount: 52, dscp: 46))
    let value = ClassOfService(bits: UInt32(bytes[48]) << 24 | UInt32(bytes[49]) << 16)
    #expect(value == ClassOfService(requestedDSCP: 46, arrivedDSCP: 34, arrivedECN: 1))
  }

  @Test("A marking that our policy does not permit is not used: the answer has the request's, and RP says so")
  func policy() throws {
    var reflector = SessionReflector(configuration: .init(permittedDSCPs: DSCPSet([0, 34])))
    let (refused, bytes) = answer(&reflector, request(tail: "80040004b8000000"), try arrival(trafficClass: 0x28))
    #expect(refused == .answered(byteCount: 52, dscp: 10))
    let value = ClassOfService(bits: UInt32(bytes[48]) << 24 | UInt32(bytes[49]) << 16)
    #expect(value == ClassOfService(requestedDSCP: 46, arrivedDSCP: 10, arrivedECN: 0, reversePath: 1))
    let permitted = answer(&reflector, request(tail: "8004000488000000"), try arrival(trafficClass: 0x28)).outcome
    #expect(permitted == .answered(byteCount: 52, dscp: 34))
  }

  @Test("A clock that nothing corrects is told as such, and timestamps as taken by software")
  func timestampInformation() throws {
    var reflector = SessionReflector(configuration: .init())
    var arrival = try arrival()
    let request = request(tail: "80030004ffffffff")
    #expect(Array(answer(&reflector, request, arrival).bytes[44...]) == [UInt8](hex: "0003000401020102"))
    arrival.errorEstimate = ErrorEstimate(isSynchronized: false, errorNanoseconds: nil)
    #expect(Array(answer(&reflector, request, arrival).bytes[44...]) == [UInt8](hex: "0003000405020502"))
  }

  @Test("The reflector's counters are told to who asks")
  func directMeasurement() throws {
    var reflector = SessionReflector(configuration: .init())
    _ = answer(&reflector, request(), try arrival())
    // What is the reflector's to fill in is not looked at.
    for rest in ["0000000000000000", "ffffffffa5a5a5a5"] {
      var fresh = reflector
      let bytes = answer(&fresh, request(tail: "8005000c00000003" + rest), try arrival()).bytes
      #expect(Array(bytes.dropFirst(44)) == [UInt8](hex: "0005000c000000030000000200000001"))
    }
  }

  /// A request for Follow-Up Telemetry; what is the reflector's to fill in is not looked at.
  private static let followUp = "80070010" + String(repeating: "ff", count: 16)

  /// The answer's TLV, and what is awaited of it.
  private func follow(
    _ reflector: inout SessionReflector, ssid: UInt16 = 9, after delay: Duration
  ) throws -> (value: [UInt8], awaited: AwaitedDeparture?) {
    let (outcome, bytes) = answer(
      &reflector, request(ssid: ssid, tail: Self.followUp), try arrival(after: delay))
    guard case .answered(_, _, let awaited) = outcome else { return ([], nil) }
    return (Array(bytes[44...]), awaited)
  }

  @Test("A session that asks is told when its answer before left: the number, the time and how it was taken")
  func followUpTelemetry() throws {
    var reflector = SessionReflector(configuration: .init())
    let nothing = [UInt8](hex: "00070010" + String(repeating: "00", count: 16))
    let first = try follow(&reflector, after: .zero)
    #expect(first.value == nothing)
    reflector.departed(try #require(first.awaited), at: Self.start + .milliseconds(1), method: 2)
    // The kernel's word comes after ours, and counts.
    let left = Self.start + .microseconds(120)
    reflector.departed(try #require(first.awaited), at: left, method: 2)
    // Another session's is its own.
    #expect(try follow(&reflector, ssid: 10, after: .milliseconds(10)).value == nothing)
    let second = try follow(&reflector, after: .milliseconds(20))
    var expected = [UInt8](hex: "00070010 00000000")
    expected.append(u64: Timestamp(left).bits)
    #expect(second.value == expected + [2, 0, 0, 0])
    // Nobody knows when the second left; the first is not the last any more.
    #expect(try follow(&reflector, after: .milliseconds(40)).value == nothing)
    reflector.departed(try #require(second.awaited), at: left, method: 2)
    #expect(try follow(&reflector, after: .milliseconds(60)).value == nothing)
    // Who does not ask costs nothing.
    let silent = answer(&reflector, request(), try arrival()).outcome
    #expect(silent == .answered(byteCount: 44, dscp: 0))
  }

  @Test("A stateless reflector, and one whose table is full, tell zeros and await nothing")
  func statelessFollowUp() throws {
    for configuration in [
      SessionReflector.Configuration(isStateful: false), SessionReflector.Configuration(sessionCapacity: 1),
    ] {
      var reflector = SessionReflector(configuration: configuration)
      _ = answer(&reflector, request(ssid: 1), try arrival())
      for time in [0, 20] {
        let (value, awaited) = try follow(&reflector, after: .milliseconds(time))
        #expect(value == [UInt8](hex: "00070010" + String(repeating: "00", count: 16)))
        #expect(awaited == nil)
      }
    }
  }

  @Test("Follow-Up Telemetry of another length is malformed, and number and time in it are zeroed")
  func malformedFollowUp() throws {
    var reflector = SessionReflector(configuration: .init())
    let bytes = answer(&reflector, request(tail: "80070003abcdef 80c80000"), try arrival()).bytes
    #expect(Array(bytes[44...]) == [UInt8](hex: "40070003000000 80c80000"))
    let long = answer(
      &reflector, request(tail: "80070012" + String(repeating: "ab", count: 18)), try arrival()
    ).bytes
    #expect(
      Array(long[44...])
        == [UInt8](hex: "40070012" + String(repeating: "00", count: 12) + String(repeating: "ab", count: 6)))
  }
}
