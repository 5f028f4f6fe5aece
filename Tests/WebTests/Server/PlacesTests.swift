import Testing
import Wire

@testable import Web

@Suite struct PlacesTests {
  @Test("Places are bounded in all and for each address, and come back when they are let go of")
  func bounds() throws {
    let places = Places(total: 3, perAddress: 2)
    let one = try #require(IPAddress("192.0.2.1"))
    let other = try #require(IPAddress("192.0.2.2"))
    var held = [places.take(for: one), places.take(for: one)]
    #expect(held.allSatisfy { $0 != nil })
    #expect(places.take(for: one) == nil)
    held.append(places.take(for: other))
    #expect(places.taken == 3)
    #expect(places.take(for: other) == nil)
    held.removeFirst()
    #expect(places.taken == 2)
    #expect(places.take(for: one) != nil)
    held.removeAll()
    #expect(places.taken == 0)
  }

  @Test("Addresses of one IPv6 /64 count as one, since one client has them all")
  func network() throws {
    let places = Places(total: 9, perAddress: 1)
    let held = places.take(for: try #require(IPAddress("2001:db8::1")))
    #expect(held != nil)
    #expect(places.take(for: try #require(IPAddress("2001:db8::ffff:1"))) == nil)
    #expect(places.take(for: try #require(IPAddress("2001:db8:0:1::1"))) != nil)
  }
}
