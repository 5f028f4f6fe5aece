import API
import Relay
import Wire

extension FuzzTarget {
  /// Short texts of addresses, headers and settings: names of rooms and people, event ids, network addresses.
  static let names = FuzzTarget("Names") { input in
    let text = String(decoding: input, as: UTF8.self)
    if let room = RoomName(text) {
      precondition(RoomName(room.description) == room, "a name is its own name")
      precondition(room.pathComponent.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
    }
    if let name = DisplayName(text) { precondition(DisplayName(name.description) == name) }
    if let id = Relay.EventID(text) { precondition(Relay.EventID(id.description) == id) }
    if let address = IPAddress(text) { precondition(IPAddress(address.description) == address) }
    if let endpoint = Endpoint(text) { precondition(Endpoint(endpoint.description) == endpoint) }
    if let block = AddressBlock(text) { precondition(AddressBlock(block.description) == block) }
  }
}
