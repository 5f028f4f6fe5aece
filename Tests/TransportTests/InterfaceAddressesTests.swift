import Testing
import Wire

@testable import Transport

@Suite("Interface addresses")
struct InterfaceAddressesTests {
  @Test("There is always at least one, and each can be bound")
  func addresses() throws {
    let addresses = InterfaceAddresses.routable()
    #expect(!addresses.isEmpty)
    #expect(Set(addresses).count == addresses.count)
    for address in addresses {
      let socket = try UDPSocket(bindingTo: Endpoint(address: address, port: 0))
      #expect(socket.localEndpoint.address == address)
    }
  }
}
