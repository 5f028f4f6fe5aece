import Testing

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
}
