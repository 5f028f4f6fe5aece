import STAMP
import Testing

@Suite struct ClassOfServiceTests {
  @Test("The bits are those of RFC 8972 section 4.4")
  func bits() {
    let value = ClassOfService(requestedDSCP: 46, arrivedDSCP: 34, arrivedECN: 2, reversePath: 1)
    #expect(value.bits == 0b101110_100010_10_01 << 16)
    #expect(ClassOfService(bits: value.bits | 0xffff) == value)
  }

  @Test("Values too wide for their fields are cut, not spilled")
  func masks() {
    #expect(ClassOfService(requestedDSCP: 0xff, arrivedDSCP: 0, arrivedECN: 0xff).bits == 0b111111_000000_11_00 << 16)
  }
}
