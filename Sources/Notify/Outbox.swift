import Wire

/// Where notifications wait durably until their receivers have taken them.
public protocol Outbox: Sendable {
  /// What is to be delivered next to a channel, most urgent first; of one incident only the oldest.
  func pending(_ channel: String, limit: Int) async throws -> [OutboxItem]
  /// How many are still to be delivered to a channel.
  func waiting(_ channel: String) async throws -> Int
  /// The receiver has it.
  func delivered(_ id: Int64, at now: WallTime) async throws
  /// The attempt failed; not to be tried before `due`.
  func postpone(_ id: Int64, until due: WallTime) async throws
}

/// A notification on its way to a channel.
public struct OutboxItem: Sendable, Equatable {
  public var id: Int64
  public var key: String
  /// A `Notification` as `Notification.encoded()` wrote it.
  public var body: [UInt8]
  /// How often delivery failed.
  public var attempts: Int
  public var due: WallTime

  public init(
    id: Int64, key: String, body: [UInt8], attempts: Int, due: WallTime
  ) {
    self.id = id
    self.key = key
    self.body = body
    self.attempts = attempts
    self.due = due
  }
}
