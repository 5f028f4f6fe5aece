import Measurement

extension RouteHop {
  /// A line that people know: distance, who answered, how long it took.
  var text: String {
    let who = addresses.isEmpty ? "no answer" : addresses.map(\.description).joined(separator: ", ")
    let times = roundTrips.map(Figure.milliseconds).joined(separator: ", ")
    let number = distance < 10 ? " \(distance)" : "\(distance)"
    return "\(number)  \(who)\(times.isEmpty ? "" : "  \(times)")"
  }
}
