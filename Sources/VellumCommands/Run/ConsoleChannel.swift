import Glibc
import VellumDevices

/// A DOS program's console on standard input and output: plain bytes, but for a terminal, which gets Unicode.
final class ConsoleChannel {
    let output = OutputBuffer(STDOUT_FILENO)
    private var input = HostInput(STDIN_FILENO)
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    func put(_ byte: UInt8) {
        guard isTerminal, byte >= 0x80 else { return output.put(byte) }
        for unit in UTF8.encode(CodePage437.scalar(byte)) ?? UTF8.encodedReplacementCharacter { output.put(unit) }
    }

    /// Standard input has come to its end.
    var ended: Bool { !input.isOpen }

    /// What is there; waits up to `wait` nanoseconds for it.
    func read(wait: UInt64) -> [UInt8] { input.read(limit: 65_536, wait: wait) }
}
