struct Colour: Equatable {
  var red: Double
  var green: Double
  var blue: Double

  /// Hue in turns, saturation and lightness 0...1.
  init(hue: Double, saturation: Double, lightness: Double) {
    let chroma = (1 - abs(2 * lightness - 1)) * saturation
    let turn = (hue - hue.rounded(.down)) * 6
    let second = chroma * (1 - abs(turn.truncatingRemainder(dividingBy: 2) - 1))
    let base = lightness - chroma / 2
    let (red, green, blue) =
      switch Int(turn) {
      case 0: (chroma, second, 0.0)
      case 1: (second, chroma, 0.0)
      case 2: (0.0, chroma, second)
      case 3: (0.0, second, chroma)
      case 4: (second, 0.0, chroma)
      default: (chroma, 0.0, second)
      }
    self.red = (red + base) * 255
    self.green = (green + base) * 255
    self.blue = (blue + base) * 255
  }

  static let white = Colour(hue: 0, saturation: 0, lightness: 1)

  func mixed(with other: Colour, _ share: Double) -> Colour {
    var result = self
    result.red += (other.red - red) * share
    result.green += (other.green - green) * share
    result.blue += (other.blue - blue) * share
    return result
  }
}

/// Colours that go together: a ground in neighbouring hues, shapes between them, one accent from
/// the other side of the wheel.
struct Palette {
  let top: Colour
  let bottom: Colour
  let shapes: [Colour]
  let accent: Colour

  init(_ choice: inout SeededChoice) {
    let hue = choice.fraction()
    let spread = 0.06 + choice.fraction() * 0.06
    let saturation = 0.42 + choice.fraction() * 0.2
    top = Colour(hue: hue, saturation: saturation, lightness: 0.2)
    bottom = Colour(hue: hue + spread, saturation: saturation, lightness: 0.4)
    shapes = (0..<4).map {
      Colour(
        hue: hue + spread * Double($0) / 2, saturation: saturation,
        lightness: 0.34 - 0.06 * Double($0))
    }
    accent = Colour(hue: hue + 0.5 - spread, saturation: 0.75, lightness: 0.66)
  }
}
