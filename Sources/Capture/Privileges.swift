import CPcap
import Glibc

/// What the process may do beyond an ordinary user, and how it gives that up for good.
public enum Privileges {
    /// Whether the process runs as root.
    public static var isRoot: Bool { geteuid() == 0 }

    /// Whether there is anything to give up.
    public static var isPrivileged: Bool { isRoot || getuid() != geteuid() || finrace_has_capabilities() != 0 }

    /// The account that `-Z` falls back to: every system has it, and nothing belongs to it.
    public static let defaultAccount = "nobody"

    /// An account of this system.
    public struct Account: Sendable {
        /// Its name.
        public let name: String
        fileprivate let user: uid_t
        fileprivate let group: gid_t

        /// - Throws: when there is no such account.
        public init(_ name: String) throws(CaptureError) {
            guard let entry = unsafe getpwnam(name) else {
                throw CaptureError(.noAccount, name, "no such account; -Z takes a name from /etc/passwd")
            }
            self.name = name
            user = unsafe entry.pointee.pw_uid
            group = unsafe entry.pointee.pw_gid
        }

        /// Makes this account the owner of the file behind `descriptor`, so that it can be opened again.
        public func takeOver(_ descriptor: Int32) {
            _ = fchown(descriptor, user, group)
        }
    }

    /// Becomes `account` in every respect, and makes sure that there is no way back.
    public static func drop(to account: Account) throws(CaptureError) {
        // Groups first: without root they cannot be changed any more.
        guard setgroups(0, nil) == 0, setresgid(account.group, account.group, account.group) == 0,
            setresuid(account.user, account.user, account.user) == 0
        else {
            throw CaptureError(.noPermission, account.name, "cannot run as this account: \(systemError())")
        }
        try dropCapabilities()
        let isRootAgain = account.user != 0 && (setresuid(0, 0, 0) == 0 || seteuid(0) == 0)
        guard !isRootAgain, holds(account), getgroups(0, nil) == 0 else {
            throw CaptureError(.noPermission, account.name, "privileges were not given up; nothing is captured")
        }
    }

    /// Gives up every capability, the account staying the same.
    public static func dropCapabilities() throws(CaptureError) {
        guard finrace_drop_capabilities() == 0, finrace_has_capabilities() == 0 else {
            throw CaptureError(.noPermission, "capabilities", "cannot be given up: \(systemError())")
        }
    }

    /// Whether the process, as it is now, may make files in `folder`.
    public static func mayWrite(in folder: String) -> Bool {
        unsafe faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0
    }

    private static func holds(_ account: Account) -> Bool {
        var users = (uid_t(), uid_t(), uid_t())
        var groups = (gid_t(), gid_t(), gid_t())
        guard unsafe getresuid(&users.0, &users.1, &users.2) == 0,
            unsafe getresgid(&groups.0, &groups.1, &groups.2) == 0
        else { return false }
        return users == (account.user, account.user, account.user)
            && groups == (account.group, account.group, account.group)
    }

    /// The path of this program, for the command that grants it what it lacks.
    public static var programPath: String {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = unsafe path.withUnsafeMutableBytes { buffer in
            guard let base = unsafe buffer.assumingMemoryBound(to: CChar.self).baseAddress else { return 0 }
            return unsafe readlink("/proc/self/exe", base, buffer.count)
        }
        return count > 0 ? String(decoding: path[..<count], as: UTF8.self) : "finrace"
    }
}
