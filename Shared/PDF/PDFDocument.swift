import CPango
import Kernel

/// How a text is set.
package struct PDFStyle: Sendable, Hashable {
  /// Where a line lies in its width.
  package enum Alignment: Sendable { case left, right, center }

  /// In points.
  package var size: Double
  package var isBold: Bool
  /// 0 is black, 1 is white.
  package var gray: Double
  package var alignment: Alignment

  package init(
    size: Double = 9, isBold: Bool = false, gray: Double = 0, alignment: Alignment = .left
  ) {
    (self.size, self.isBold, self.gray, self.alignment) = (size, isBold, gray, alignment)
  }
}

/// A PDF of A4 pages, drawn from the top: text in any script that the system has fonts for, and
/// thin lines. Lengths are points (1/72 inch), from the upper left corner.
///
/// The same calls make the same bytes, on the same fonts: nothing is taken from the clock. Not for
/// several threads at once; several documents are.
package final class PDFDocument {
  package static let pageWidth = 595.0
  package static let pageHeight = 842.0

  /// Whatever fonts of this list the system has; what they lack comes from the others it has.
  private static let family = "Noto Sans, DejaVu Sans, sans-serif"

  private final class Sink {
    var bytes: [UInt8] = []
  }

  private let sink = Sink()
  private let surface: OpaquePointer?
  private let cairo: OpaquePointer?
  private let fonts: OpaquePointer?
  private let context: OpaquePointer?
  private let layout: OpaquePointer?

  /// - Parameter createdAt: what the file says about its age.
  package init(title: String, author: String, createdAt: Instant) {
    let place = Unmanaged.passUnretained(sink).toOpaque()
    surface = cairo_pdf_surface_create_for_stream(
      { place, bytes, count in
        guard let place, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
        let sink = Unmanaged<Sink>.fromOpaque(place).takeUnretainedValue()
        sink.bytes += UnsafeBufferPointer(start: bytes, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, place, Self.pageWidth, Self.pageHeight)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, author)
    let moment = Instant(seconds: createdAt.seconds).rfc3339
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, moment)
    cairo = cairo_create(surface)
    fonts = pango_cairo_font_map_new()
    context = pango_font_map_create_context(fonts)
    pango_cairo_context_set_resolution(context, 72)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
    layout = pango_layout_new(context)
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
  }

  deinit {
    if let layout { g_object_unref(UnsafeMutableRawPointer(layout)) }
    if let context { g_object_unref(UnsafeMutableRawPointer(context)) }
    if let fonts { g_object_unref(UnsafeMutableRawPointer(fonts)) }
    cairo_destroy(cairo)
    cairo_surface_destroy(surface)
  }

  /// How high a text is when it is broken into lines of `width`.
  package func height(of text: String, width: Double, _ style: PDFStyle) -> Double {
    set(text, width: width, style)
    var (wide, high): (Int32, Int32) = (0, 0)
    pango_layout_get_size(layout, &wide, &high)
    return Double(high) / Double(PANGO_SCALE)
  }

  /// Draws a text, broken into lines of `width`, below `y`.
  /// - Returns: how high it is.
  @discardableResult
  package func draw(
    _ text: String, x: Double, y: Double, width: Double, _ style: PDFStyle = PDFStyle()
  ) -> Double {
    let height = height(of: text, width: width, style)
    cairo_set_source_rgb(cairo, style.gray, style.gray, style.gray)
    cairo_move_to(cairo, x, y)
    pango_cairo_show_layout(cairo, layout)
    return height
  }

  private func set(_ text: String, width: Double, _ style: PDFStyle) {
    let font = pango_font_description_from_string(Self.family)
    pango_font_description_set_weight(font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
    pango_font_description_set_size(font, Int32(style.size * Double(PANGO_SCALE)))
    pango_layout_set_font_description(layout, font)
    pango_font_description_free(font)
    pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
    pango_layout_set_alignment(layout, style.alignment.pango)
    // A paragraph that runs from right to left begins where the others do.
    pango_layout_set_auto_dir(layout, style.alignment == .left ? 1 : 0)
    var text = String(
      String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" }))
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { bytes in
        pango_layout_set_text(layout, bytes.baseAddress, Int32(bytes.count))
      }
    }
  }

  /// A thin horizontal line.
  package func rule(x: Double, y: Double, width: Double, gray: Double = 0.7) {
    cairo_set_source_rgb(cairo, gray, gray, gray)
    cairo_set_line_width(cairo, 0.5)
    cairo_move_to(cairo, x, y)
    cairo_line_to(cairo, x + width, y)
    cairo_stroke(cairo)
  }

  /// Ends the page; what is drawn next is on a new one.
  package func endPage() { cairo_show_page(cairo) }

  /// Ends the document, once.
  /// - Throws: `PDFFault` when the library could not make it.
  package func finish() throws(PDFFault) -> [UInt8] {
    cairo_surface_finish(surface)
    for status in [cairo_status(cairo), cairo_surface_status(surface)]
    where status != CAIRO_STATUS_SUCCESS {
      throw PDFFault(reason: cairo_status_to_string(status).map { String(cString: $0) } ?? "")
    }
    return sink.bytes
  }
}

/// Why there is no document.
package struct PDFFault: Error, Sendable, Equatable {
  package let reason: String
}

extension PDFStyle.Alignment {
  fileprivate var pango: PangoAlignment {
    switch self {
    case .left: PANGO_ALIGN_LEFT
    case .right: PANGO_ALIGN_RIGHT
    case .center: PANGO_ALIGN_CENTER
    }
  }
}
