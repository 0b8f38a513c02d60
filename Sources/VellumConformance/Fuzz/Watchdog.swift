import Dispatch
import Foundation
import Synchronization

/// Ends the process when one piece of work takes too long: a hang must not look like a slow run.
package final class Watchdog: Sendable {
    private struct State {
        var work = ""
        var started = DispatchTime.now()
        var isBusy = false
    }

    private let state = Mutex(State())

    /// - Parameter seconds: how long one piece of work may take.
    package init(seconds: Double) {
        let thread = Thread { [weak self] in
            while self?.check(seconds) != nil {
                Thread.sleep(forTimeInterval: seconds / 4)
            }
        }
        thread.start()
    }

    /// Names the work that begins now.
    package func begin(_ work: String) {
        state.withLock {
            $0.work = work
            $0.started = .now()
            $0.isBusy = true
        }
    }

    package func end() { state.withLock { $0.isBusy = false } }

    private func check(_ seconds: Double) {
        let stuck = state.withLock { state -> String? in
            let spent = Double(DispatchTime.now().uptimeNanoseconds - state.started.uptimeNanoseconds) / 1e9
            return state.isBusy && spent > seconds ? state.work : nil
        }
        guard let stuck else { return }
        printError("watchdog: \(stuck) took more than \(seconds) seconds")
        exit(70)
    }
}
