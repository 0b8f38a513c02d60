/// The release, as `vellum --version` and the statistics show it.
public enum Version {
    public static let current = "0.1.0"
}
