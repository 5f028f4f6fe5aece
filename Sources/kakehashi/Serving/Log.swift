import Logging

/// Logs go to standard error: static messages with metadata, never a secret, never a packet.
enum Log {
  static func make() -> Logger {
    var logger = Logger(label: "kakehashi") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    return logger
  }
}
