// The shell's environment, which its programs get a copy of.
extension Shell {
    private var segment: UInt16 { kernel.host.readWord(UInt32(psp) << 4 + 0x2C) }

    private var variables: [[UInt8]] {
        kernel.environmentBytes(segment).split(separator: 0).map(Array.init)
    }

    func variable(_ name: [UInt8]) -> [UInt8]? {
        let wanted = name.map(DOSName.capital) + [0x3D]
        return variables.first { $0.starts(with: wanted) }.map { Array($0.dropFirst(wanted.count)) }
    }

    func setVariable(_ name: [UInt8], _ value: [UInt8]) {
        let key = name.map(DOSName.capital) + [0x3D]
        var all = variables.filter { !$0.starts(with: key) }
        if !value.isEmpty { all.append(key + value) }
        var bytes = Array(all.joined(separator: [0])) + [0, 0]
        if all.isEmpty { bytes = [0, 0] }
        bytes += [1, 0] + Array("Z:\\COMMAND.COM".utf8) + [0]
        let paragraphs = UInt16(clamping: (bytes.count + 15) / 16)
        do throws(DOSError) {
            let block = try kernel.arena.allocate(paragraphs, owner: psp)
            kernel.host.writeBytes(UInt32(block) << 4, bytes)
            try? kernel.arena.free(segment)
            kernel.host.writeWord(UInt32(psp) << 4 + 0x2C, block)
        } catch {
            print("Out of environment space")
        }
    }

    func set(_ text: [UInt8]) {
        guard let equals = text.firstIndex(of: 0x3D) else {
            guard text.isEmpty else { return print("Syntax error") }
            for variable in variables { put(variable + [0x0D, 0x0A]) }
            return
        }
        setVariable(ShellParser.trim(text[..<equals]), Array(text[(equals + 1)...]))
    }

    func path(_ text: [UInt8]) {
        let name = Array("PATH".utf8)
        guard !text.isEmpty else {
            guard let value = variable(name) else { return print("No Path") }
            return put(name + [0x3D] + value + [0x0D, 0x0A])
        }
        let value = text.first == 0x3D ? Array(text.dropFirst()) : text
        setVariable(name, value == [0x3B] ? [] : value.map(DOSName.capital))
    }
}
