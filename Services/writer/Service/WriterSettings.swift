import Kernel
import Settings

/// What an operator may set.
package struct WriterSettings: ServiceSettings {
  /// How long browsers keep the pictures of published articles; a new picture has a new address.
  package var imageMaxAge: Duration = .seconds(86_400)

  package init() {}

  package init(reading settings: SettingsReader) {
    let defaults = WriterSettings()
    imageMaxAge = settings.duration("IGNY8_WRITER_IMAGE_MAX_AGE", default: defaults.imageMaxAge)
  }
}
