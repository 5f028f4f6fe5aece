import Foundation

/// How a notification lies in the outbox.
extension Notification {
  public func encoded() throws -> [UInt8] {
    [UInt8](try JSONEncoder().encode(self))
  }

  public init(encoded bytes: [UInt8]) throws {
    do {
      self = try JSONDecoder().decode(Notification.self, from: Data(bytes))
    } catch {
      throw DeliveryError.unreadable("\(error)")
    }
  }
}
