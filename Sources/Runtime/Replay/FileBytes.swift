import Glibc

/// The bytes of an event file, unpacked on the way. Used by one thread at a time.
final class FileBytes {
    private let file: EventFile
    /// The file itself: its position tells how much of it has been taken, also by the child that unpacks it.
    private let source: Int32
    /// What is read: the file, or the pipe from the child.
    private var output: Int32
    private var child: pid_t?
    /// Bytes of the file, before unpacking; nil where it has no size.
    let size: Int?

    init(_ file: EventFile) throws(EventFileError) {
        self.file = file
        source = file.isStandardInput ? STDIN_FILENO : open(file.path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw .unreadable(path: file.name, reason: Self.lastError) }
        var status = stat()
        fstat(source, &status)
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else {
            close(source)
            throw .unreadable(path: file.name, reason: "it is a folder")
        }
        size = kind == S_IFREG ? Int(status.st_size) : nil
        output = source
        if file.isCompressed { try unpack() }
    }

    deinit {
        // First of all, for a child that no signal reaches ends only when nobody reads what it writes.
        if output != source { close(output) }
        if let child {
            kill(child, SIGTERM)
            _ = Self.exitStatus(of: child)
        }
        if source != STDIN_FILENO { close(source) }
    }

    /// Bytes of the file taken so far; 0 where it has no position.
    var position: Int { size == nil ? 0 : max(0, lseek(source, 0, SEEK_CUR)) }

    /// Fills the start of `buffer`; returns how many bytes, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(EventFileError) -> Int {
        while true {
            let count = Glibc.read(output, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: file.name, reason: Self.lastError) }
            if count == 0, let child {
                self.child = nil
                guard Self.exitStatus(of: child) == 0 else { throw .damaged(path: file.path) }
            }
            return count
        }
    }

    /// Puts `gzip -dc` between: it reads the file as its standard input.
    private func unpack() throws(EventFileError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noGzip(path: file.path, reason: Self.lastError) }
        // Another file's child must not hold this pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, source, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        // Its exit status says enough.
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("gzip"), strdup("-dc"), nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let failure = posix_spawnp(&process, "gzip", &actions, nil, &arguments, nil)
        output = ends[0]
        guard failure == 0 else { throw .noGzip(path: file.path, reason: String(cString: strerror(failure))) }
        child = process
    }

    private static func exitStatus(of child: pid_t) -> Int32 {
        var status: Int32 = -1
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    static var lastError: String { String(cString: strerror(errno)) }
}
