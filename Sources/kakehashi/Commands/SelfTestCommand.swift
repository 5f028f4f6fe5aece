import ArgumentParser
import Settings

struct SelfTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Tries everything out on this machine with this configuration.",
    discussion: """
      A line for each part: ciphers against published answers, SRTP against libsrtp2, a meeting and a measurement on
      loopback, storage, ports, certificate, clock. Changes nothing, and disturbs no kakehashi that runs.

      Exit status: 0 nothing failed, 1 something did.

      Example: kakehashi selftest --config /etc/kakehashi/kakehashi.yaml
      """)

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    guard await SelfTest(try file.read()).run() else { throw ExitCode(1) }
  }
}
