/// Draws a picture for a prompt: its words choose colours and shapes, the title stands on top.
struct ImageRenderer {
  private let order: ImageOrder

  init(order: ImageOrder) { self.order = order }

  func png() -> [UInt8] {
    var choice = SeededChoice(order.prompt, order.title)
    let palette = Palette(&choice)
    var canvas = Canvas(width: order.width, height: order.height)
    canvas.fill(from: palette.top, to: palette.bottom)
    switch choice.below(3) {
    case 0: hills(on: &canvas, palette, &choice)
    case 1: rings(on: &canvas, palette, &choice)
    default: bubbles(on: &canvas, palette, &choice)
    }
    title(on: &canvas, palette)
    return PNGWriter.png(canvas)
  }

  private var width: Double { Double(order.width) }
  private var height: Double { Double(order.height) }

  private func hills(on canvas: inout Canvas, _ palette: Palette, _ choice: inout SeededChoice) {
    let radius = height * (0.14 + choice.fraction() * 0.06)
    let x = width * (0.82 + choice.fraction() * 0.08)
    canvas.disc(
      x: x, y: height * 0.34, radius: radius * 1.5, colour: palette.accent, opacity: 0.14)
    canvas.disc(x: x, y: height * 0.34, radius: radius, colour: palette.accent, opacity: 0.85)
    for layer in 0..<4 {
      let base = height * (0.66 + 0.09 * Double(layer))
      let swing = height * (0.05 + choice.fraction() * 0.05)
      let waves = 0.8 + choice.fraction() * 1.2
      let phase = choice.fraction()
      canvas.ground(colour: palette.shapes[layer], opacity: 1) { column in
        base + swing * Wave.sine(column / width * waves + phase)
          + swing / 3 * Wave.sine(column / width * waves * 2.7 + phase * 3)
      }
    }
  }

  private func rings(on canvas: inout Canvas, _ palette: Palette, _ choice: inout SeededChoice) {
    let x = width * (0.8 + choice.fraction() * 0.12)
    let y = height * (0.25 + choice.fraction() * 0.5)
    let step = height * 0.15
    for ring in (1...4).reversed() {
      canvas.disc(
        x: x, y: y, radius: step * Double(ring) + step * 0.3, thickness: step * 0.42,
        colour: ring % 2 == 0 ? palette.bottom.mixed(with: .white, 0.25) : palette.accent,
        opacity: 0.36 - 0.06 * Double(ring))
    }
    canvas.disc(x: x, y: y, radius: step * 0.62, colour: palette.accent, opacity: 0.92)
    let phase = choice.fraction()
    canvas.ground(colour: palette.shapes[2], opacity: 0.9) { column in
      height * 0.9 + height * 0.035 * Wave.sine(column / width * 1.3 + phase)
    }
  }

  private func bubbles(on canvas: inout Canvas, _ palette: Palette, _ choice: inout SeededChoice) {
    for number in 0..<9 {
      let x = width * (0.5 + choice.fraction() * 0.52)
      let y = height * choice.fraction()
      let radius = height * (0.06 + choice.fraction() * 0.2)
      let colour =
        number % 4 == 3
        ? palette.accent : palette.bottom.mixed(with: .white, 0.15 + 0.06 * Double(number % 3))
      canvas.disc(x: x, y: y, radius: radius, colour: colour, opacity: number % 4 == 3 ? 0.7 : 0.28)
    }
    let phase = choice.fraction()
    for layer in 0..<2 {
      canvas.ground(colour: palette.shapes[layer + 2], opacity: 0.92) { column in
        height * (0.84 + 0.07 * Double(layer))
          + height * 0.03 * Wave.sine(column / width * (1 + Double(layer) * 0.6) + phase)
      }
    }
  }

  private func title(on canvas: inout Canvas, _ palette: Palette) {
    let margin = width * 0.07
    let lettering = Lettering(order.title, width: width * 0.62, pictureHeight: height)
    guard !lettering.lines.isEmpty else { return }
    let top = max(height * 0.46 - lettering.height / 2, height * 0.14)
    let bar = max(Int(height * 0.012), 2)
    canvas.rectangle(
      x: Int(margin), y: Int(top - height * 0.06), width: Int(width * 0.09), height: bar,
      colour: palette.accent, opacity: 1)
    lettering.draw(on: &canvas, x: margin, y: top, colour: .white)
  }
}

/// Waves without a C library.
enum Wave {
  /// The sine of a number of turns, by the rational form of Bhaskara I; off by less than 0.002.
  static func sine(_ turns: Double) -> Double {
    let part = turns - turns.rounded(.down)
    let half = part < 0.5 ? part * 2 : part * 2 - 1
    let product = half * (1 - half)
    let value = 16 * product / (5 - 4 * product)
    return part < 0.5 ? value : -value
  }
}
