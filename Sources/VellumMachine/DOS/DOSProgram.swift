import Glibc
import VellumDOS
import VellumDevices

/// A DOS program to be run: its bytes, the drives, and where on them it lies.
struct DOSProgram {
    let boot: DOSBoot
    private let drives: [(number: UInt8, store: any FileStore, current: [DOSName])]

    init(_ configuration: MachineConfiguration, bytes: [UInt8]) throws(ImageError) {
        let image: ProgramImage
        do {
            image = try ProgramImage(bytes)
        } catch {
            throw .notUnderstood(error.place, error.text)
        }
        let dos = configuration.dos
        let layout = try DriveLayout(program: configuration.image.name, drives: dos.drives)
        drives = layout.drives
        var boot = DOSBoot(image: image, drive: layout.programDrive, path: layout.programPath)
        boot.tail = try Self.tail(dos.arguments)
        boot.inputIsStream = dos.inputIsStream
        boot.outputIsStream = dos.outputIsStream
        self.boot = boot
    }

    func mount(on kernel: DOSKernel) {
        for (number, store, current) in drives { kernel.mount(number, store, current: current) }
    }

    /// The command tail: each argument behind a blank, those with blanks in quotes.
    static func tail(_ arguments: [String]) throws(ImageError) -> [UInt8] {
        var tail: [UInt8] = []
        for argument in arguments {
            let codes = DOSText.codes(argument)
            let isQuoted = codes.isEmpty || codes.contains(0x20) || codes.contains(0x09)
            tail += [0x20] + (isQuoted ? [0x22] + codes + [0x22] : codes)
        }
        guard tail.count <= 126 else {
            throw ImageError(
                .notUnderstood, place: "arguments",
                problem: "\(tail.count) bytes, more than the 126 that a DOS command line holds")
        }
        guard !tail.contains(where: { $0 == 0 || $0 == 0x0D }) else {
            throw ImageError(.notUnderstood, place: "arguments", problem: "a zero or a carriage return among them")
        }
        return tail
    }
}

/// Which directories are which drives, and how DOS names the program.
struct DriveLayout {
    private(set) var drives: [(number: UInt8, store: any FileStore, current: [DOSName])] = []
    private(set) var programDrive: UInt8 = 2
    private(set) var programPath: [DOSName] = []

    /// - Parameter program: the program's file.
    init(program: String, drives wanted: [DOSDrive]) throws(ImageError) {
        let directory = Self.canonical(Self.parent(program))
        var mounts = wanted.map { (number: Self.number($0.letter), path: $0.directory, isReadOnly: $0.isReadOnly) }
        var home = mounts.first { Self.names(from: Self.canonical($0.path), to: directory) != nil }
        if home == nil {
            // The program's own directory: C:, or the first letter that is free.
            let taken = Set(mounts.map(\.number))
            let free = ([2] + Array(3..<25) + [0, 1]).map { UInt8($0) }.first { !taken.contains($0) } ?? 2
            let mount = (number: free, path: directory, isReadOnly: false)
            mounts.append(mount)
            home = mount
        }
        let here = Self.canonical(".")
        for mount in mounts {
            let store = try HostDirectoryStore(path: mount.path, isReadOnly: mount.isReadOnly)
            let root = Self.canonical(mount.path)
            let current = Self.names(from: root, to: here).flatMap { Self.resolve($0, in: store) } ?? []
            drives.append((mount.number, store, current))
            guard mount.number == home?.number else { continue }
            let folder = Self.names(from: root, to: directory).flatMap { Self.resolve($0, in: store) } ?? []
            programDrive = mount.number
            programPath = folder + [Self.programName(program, in: store, folder)]
        }
    }

    private static func number(_ letter: Character) -> UInt8 { (letter.asciiValue ?? 0x43) - 0x41 }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path without links; as it is where that cannot be had.
    private static func canonical(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    /// The host's names that lead from one directory down to another; nil when it is not below.
    private static func names(from root: String, to directory: String) -> [String]? {
        let (upper, lower) = (root.split(separator: "/"), directory.split(separator: "/"))
        guard lower.starts(with: upper) else { return nil }
        return lower.dropFirst(upper.count).map(String.init)
    }

    /// DOS's names for the host's.
    private static func resolve(_ names: [String], in store: HostDirectoryStore) -> [DOSName]? {
        store.dosPath(names.map { Array($0.utf8) })
    }

    /// The program's own name, without the ".gz" of a compressed one.
    private static func programName(
        _ path: String, in store: HostDirectoryStore, _ folder: [DOSName]
    ) -> DOSName {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard file.lowercased().hasSuffix(".gz") else {
            let host = Array(file.utf8)
            return store.dosName(of: host, in: folder) ?? ShortNames.map([host]).first ?? DOSName(label: [0x50])
        }
        return ShortNames.map([Array(file.dropLast(3).utf8)]).first ?? DOSName(label: [0x50])
    }
}

/// Text between the host's Unicode and DOS's code page 437.
package enum DOSText {
    /// Codes of a text; what the code page lacks becomes "?".
    package static func codes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { $0.value < 0x80 ? UInt8($0.value) : CodePage437.code($0) ?? 0x3F }
    }
}
