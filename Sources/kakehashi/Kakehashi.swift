import ArgumentParser

@main
struct Kakehashi: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kakehashi")
}
