import HTML

/// Sets a title in lines that fit a box.
struct Lettering {
  /// Pixels to a unit of the font.
  let scale: Double
  let lines: [String]

  private static let maxLines = 4
  private static let lineHeight = 11.0

  /// The largest size, between an eleventh and a thirtieth of the picture's height to a capital, at
  /// which the title takes at most four lines; longer titles are cut.
  init(_ title: String, width: Double, pictureHeight: Double) {
    let words = Self.drawable(title).split(separator: " ").map(String.init)
    var scale = pictureHeight / 10 / StrokeFont.capHeight
    let smallest = pictureHeight / 26 / StrokeFont.capHeight
    var lines = Self.wrapped(words, width: width / scale)
    while lines.count > 3, scale > smallest {
      scale *= 0.92
      lines = Self.wrapped(words, width: width / scale)
    }
    if lines.count > Self.maxLines {
      lines = Array(lines.prefix(Self.maxLines))
      lines[Self.maxLines - 1] += "..."
    }
    self.scale = scale
    self.lines = lines
  }

  var height: Double { Double(lines.count) * Self.lineHeight * scale }

  func draw(on canvas: inout Canvas, x: Double, y: Double, colour: Colour) {
    for (number, line) in lines.enumerated() {
      var left = x
      let top = y + Double(number) * Self.lineHeight * scale
      for character in line {
        draw(StrokeFont.glyph(character) ?? [], on: &canvas, x: left, y: top, colour: colour)
        left += StrokeFont.width(character) * scale
      }
    }
  }

  private func draw(
    _ glyph: [[StrokeFont.Point]], on canvas: inout Canvas, x: Double, y: Double, colour: Colour
  ) {
    for line in glyph {
      let points = line.map { StrokeFont.Point(x: x + $0.x * scale, y: y + $0.y * scale) }
      for (from, to) in zip(points, points.dropFirst()) {
        canvas.stroke(from: from, to: to, thickness: scale * 0.9, colour: colour)
      }
    }
  }

  /// Letters with marks lose them; what the font has no strokes for is left out.
  private static func drawable(_ title: String) -> String {
    var text = ""
    for character in title.prefix(160) {
      if character == " " || StrokeFont.glyph(character) != nil {
        text.append(character)
      } else if let plain = Slug.folded[Character(character.lowercased())] {
        text += character.isUppercase ? Title.capitalized(plain) : plain
      }
    }
    return text
  }

  private static func wrapped(_ words: [String], width: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0.0
    for word in words {
      let length = word.reduce(0) { $0 + StrokeFont.width($1) }
      if !line.isEmpty, used + StrokeFont.blank + length > width {
        lines.append(line)
        (line, used) = (word, length)
      } else {
        used += (line.isEmpty ? 0 : StrokeFont.blank) + length
        line += line.isEmpty ? word : " " + word
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
