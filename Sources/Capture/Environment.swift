import Glibc

/// The environment variables of the process.
public enum Environment {
    /// The value of a variable, or nil when it is not set.
    public static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
