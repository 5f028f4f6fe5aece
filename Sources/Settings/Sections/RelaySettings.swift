import Wire

/// The media relay.
public struct RelaySettings: Sendable, Equatable {
  public var listen: [IPAddress]
  public var port: UInt16
  /// Addresses that clients are told to send to; `nil` for every address of this machine.
  public var advertise: [IPAddress]?
  public var workers: Int?
  public var maximumRooms: Int
  public var maximumParticipantsPerRoom: Int

  init(_ mapping: SettingsMapping) {
    listen = mapping.list("listen", .address, default: [.anyV4, .anyV6])
    port = UInt16(mapping.value("port", .number(1...65535), default: 10_000))
    let addresses = mapping.list("advertise", .addressOrAuto, default: [nil])
    advertise = addresses.contains(nil) ? nil : addresses.compactMap(\.self)
    workers = mapping.value("workers", .numberOrAuto(1...64), default: nil)
    let limits = mapping.mapping("limits")
    maximumRooms = limits.value("rooms", .number(1...10_000), default: 1_000)
    maximumParticipantsPerRoom = limits.value("participantsPerRoom", .number(2...500), default: 100)
    limits.finish()
    mapping.finish()
  }
}
