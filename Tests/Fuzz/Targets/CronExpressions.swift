import Wire

@testable import Agent

extension FuzzTarget {
  /// Schedules of published jobs; what is read is asked for its next time and its shortest gap, as an agent does.
  static let cronExpressions = FuzzTarget("CronExpressions") { input in
    guard let text = String(validating: input.prefix(100), as: UTF8.self), let cron = try? CronExpression(text) else {
      return
    }
    let now = WallTime(seconds: 1_795_311_000)
    guard let next = cron.next(after: now, offset: { _ in 32_400 }), next > now, cron.shortestGap >= .seconds(60) else {
      preconditionFailure("an expression that was read names a time")
    }
  }
}
