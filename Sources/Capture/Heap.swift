import CPcap

/// How the C library gets memory.
public enum Heap {
    /// Returns large buffers to the system once they are given back.
    ///
    /// A table that grows leaves its old buffer, and what was read ahead its batches. By default glibc learns to keep
    /// buffers of up to 32 MiB for ones of their size, which never come: with a million open connections 32 MB of 434
    /// were such holes (measured).
    public static func returnLargeBuffers() {
        mallopt(M_MMAP_THRESHOLD, 1 << 18)
    }
}
