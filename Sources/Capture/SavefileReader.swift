import Wire

/// Several savefiles read as one capture, in the order of time, as `mergecap` would make it: rings of files, or
/// captures of several points.
///
/// A file is opened when its first frame's time has come and closed at its end, so that a ring of thousands of
/// files needs a few descriptors.
public final class SavefileReader {
    private struct Waiting {
        var input: SavefileInput
        var firstTime: Timestamp
        /// Standard input cannot be opened again, so it stays open with its first frame read.
        var open: (any Savefile)?
    }

    private var waiting: [Waiting] = []
    private var active: [any Savefile] = []
    private var current: (any Savefile)?
    /// Whether any file is a capture that could be opened.
    public private(set) var isOpen = false
    /// What the files say beside their frames; complete when all is read.
    public let notes = CaptureNotes()
    /// How far the files were read; may be asked from another thread.
    public let progress = ReadProgress()
    private let filter: String?
    private var frameNumber = 0
    /// What was wrong with files, in the order in which it was found.
    public private(set) var problems: [CaptureError] = []

    /// Opens the capture that `inputs` make up. Files that are refused are listed in `problems`.
    ///
    /// - Throws: when the filter expression has an error.
    public init(_ inputs: [SavefileInput], filter: String? = nil) throws(CaptureError) {
        self.filter = filter
        for input in inputs {
            do {
                let isKept = !input.isRewindable || inputs.count == 1
                let file = try input.savefile(filter: filter, notes: isKept ? notes : CaptureNotes())
                isOpen = true
                progress.expect(file.stream.position)
                guard try file.advance() else { continue }
                // A filter that makes no sense for the file is refused before anything is reported.
                var unused = FrameBatch()
                _ = try file.addFrame(number: 0, to: &unused)
                waiting.append(
                    Waiting(input: input, firstTime: file.time, open: isKept ? file : nil))
            } catch {
                if error.kind == .filter { throw error }
                problems.append(error)
            }
        }
        // Stable: files that begin at the same time stay in the order given.
        waiting = waiting.enumerated().sorted { left, right in
            left.element.firstTime != right.element.firstTime
                ? left.element.firstTime < right.element.firstTime : left.offset < right.offset
        }.map(\.element).reversed()
    }

    /// Lends every frame of the capture to `body`, in order, until it says `stop`: what comes behind that frame may be
    /// read already, and is not lent any more.
    ///
    /// - Parameter writer: takes the frames for which `body` says `copy`.
    public func forEachFrame(
        copyingTo writer: SavefileWriter? = nil, _ body: (Span<UInt8>, FrameInfo) -> FrameAction
    ) {
        var batches = BatchReader(self, limit: .max)
        var batch = FrameBatch()
        var isStopped = false
        repeat {
            batches.read(into: &batch)
            batch.forEachFrame { frame, _, info in
                guard !isStopped else { return }
                switch body(frame, info) {
                case .next: break
                case .copy: writer?.append(frame, at: info.time, wireLength: info.wireLength)
                case .stop: isStopped = true
                }
            }
            batch.removeAll()
        } while !isStopped && !batches.isAtEnd
    }

    /// Adds the next frames of the capture to `batch`.
    ///
    /// - Returns: false when the batch takes no more, true at the end of the capture.
    func addFrames(to batch: inout FrameBatch) -> Bool {
        while let file = next() {
            do {
                // One file, or the last one left, is read in one go.
                if waiting.isEmpty, active.count == 1 { return try file.addFrames(&frameNumber, to: &batch) }
                frameNumber += file.step
                guard try file.addFrame(number: frameNumber, to: &batch) else { return false }
            } catch {
                problems.append(error)
                return true
            }
        }
        return true
    }

    /// The file whose current frame comes next: the earliest of the active files' current frames. A waiting file
    /// joins when its time has come.
    private func next() -> (any Savefile)? {
        if let used = current {
            current = nil
            if !advance(used) {
                active.removeAll { $0 === used }
                progress.end(used.stream.position)
            }
        }
        while true {
            let earliest = active.min { $0.time < $1.time }
            if let next = waiting.last, earliest.map({ !($0.time < next.firstTime) }) ?? true {
                waiting.removeLast()
                start(next)
                continue
            }
            current = earliest
            return earliest
        }
    }

    private func start(_ next: Waiting) {
        if let file = next.open {
            progress.begin(file.stream.position)
            active.append(file)
            return
        }
        do {
            let file = try next.input.savefile(filter: filter, notes: notes)
            progress.begin(file.stream.position)
            if advance(file) { active.append(file) }
        } catch {
            problems.append(error)
        }
    }

    private func advance(_ file: any Savefile) -> Bool {
        do {
            if try file.advance() { return true }
            frameNumber += file.step
            return false
        } catch {
            problems.append(error)
            return false
        }
    }
}
