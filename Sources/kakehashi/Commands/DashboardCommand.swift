import ArgumentParser
import Dashboard
import Fetch
import Foundation
import Settings
import Transport

struct DashboardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Shows sites, paths, meetings and incidents in the terminal.",
    discussion: """
      Examples:
        kakehashi dashboard --config config/kakehashi.yaml
        kakehashi dashboard https://monitor.example:8443 --authority office-ca.pem
        kakehashi dashboard https://10.1.0.5:8443 --pin sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
        kakehashi dashboard https://monitor.example:8443 --token dashboard.token

      --plain prints a fact a line, its columns parted by tabs. A path's are its verdict, `SITE → TARGET (ROUTE)`, or
      `SITE → TARGET (ROUTE, LABEL)` where a label tells it apart (voice, video), its origin, loss, jitter and latency.
      """)

  @Argument(help: "The monitor's address; without it, this machine's own as the configuration says.")
  var monitor: String?

  @OptionGroup var file: ConfigurationOption

  @Option(help: "PEM file of the authority to believe, or of a self-signed certificate.")
  var authority: String?

  @Option(help: "The server's public key to believe, as `kakehashi up` prints it: sha256//…")
  var pin: String?

  @Option(help: "File with the token to show, made by `kakehashi token operate`; or env: and a variable's name.")
  var token: String?

  @Option(help: "ja or en; without it, what LC_ALL, LC_MESSAGES or LANG say.")
  var language: DashboardConfiguration.Language?

  @Flag(help: "Print the screen once and end.")
  var once = false

  @Flag(help: "Print the monitor's figures once as JSON and end.")
  var json = false

  @Flag(help: "Print one fact a line once and end, for scripts.")
  var plain = false

  func run() async throws {
    let runner = DashboardRunner(try configuration())
    do {
      if json {
        Standard.output.write(try await runner.json())
      } else if plain {
        Standard.output.write(try await runner.plain())
      } else if once {
        Standard.output.write(try await runner.once(columns: 80, rows: 24))
      } else {
        try await show(runner)
      }
    } catch let error as ExitCode {
      throw error
    } catch {
      throw Failure.failed("\(error)").report()
    }
  }

  /// On a thread of its own: the terminal blocks, and the pool's threads belong to the feed.
  private func show(_ runner: DashboardRunner) async throws {
    let outcome: Result<Int32, any Error> = await withCheckedContinuation { continuation in
      do {
        _ = try NamedThread("dashboard") {
          continuation.resume(returning: Result { try runner.run() })
        }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    let status = try outcome.get()
    if status != 0 { throw ExitCode(status) }
  }

  private func configuration() throws -> DashboardConfiguration {
    // Another machine's monitor has nothing to do with this one's configuration.
    let settings = monitor == nil ? try file.read() : nil
    return DashboardConfiguration(
      monitor: monitor ?? settings?.localMonitor ?? "", trust: try trust(settings), token: try bearer(settings),
      language: language, environment: ProcessInfo.processInfo.environment)
  }

  private func trust(_ settings: Settings?) throws -> Trust {
    if let pin {
      guard let digest = PublicKeyPin.digest(pin) else {
        throw Failure.configuration("--pin must be sha256// and the digest as `kakehashi up` prints it.").report()
      }
      return .publicKey(sha256: digest)
    }
    if let authority { return .authorities(file: authority) }
    return settings.map { .certificate(file: $0.certificateFile) } ?? .system
  }

  private func bearer(_ settings: Settings?) throws -> @Sendable () -> String? {
    do {
      let named = try token.map { text throws(Failure) in
        guard let source = SecretSource(text) else {
          throw .configuration("--token must be the path of a file, or env: and the name of an environment variable.")
        }
        return source
      }
      if let source = named ?? settings?.dashboard.token {
        let token = try source.secret()
        return { token }
      }
      guard let settings else { return { nil } }
      return try settings.operatorToken()
    } catch {
      throw Failure.configuration("\(error)").report()
    }
  }
}

extension DashboardConfiguration.Language: ExpressibleByArgument {}
