extension String {
  /// The text on one line and without anything a terminal would obey: it comes from outside.
  public var printable: String {
    String(
      map { character in
        let isHarmless = character.unicodeScalars.allSatisfy { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
          // Directional overrides would turn the rest of the line around.
          case .format: scalar == "\u{200d}"
          default: true
          }
        }
        return isHarmless ? character : "\u{fffd}"
      })
  }
}
