/// Waits for something that others do. The whole deadline only passes when something is broken: a machine that is very busy
/// stays far below it.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  let end = ContinuousClock.now + .seconds(120)
  while true {
    if try await condition() { return true }
    if ContinuousClock.now > end { return false }
    try await Task.sleep(for: .milliseconds(10))
  }
}
