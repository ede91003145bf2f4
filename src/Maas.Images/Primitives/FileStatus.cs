using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Maas.Images.Primitives;

/// <summary>
/// What Linux knows of a file beyond .NET's view, by <c>statx(2)</c>, whose structure is the same on every architecture:
/// <code>16 links 20 uid 24 gid 28 mode:16 32 inode:64 40 size:64 112 mtime:64 128 rdev major 132 minor 136 dev major 140 minor</code>
/// </summary>
internal sealed record FileStatus
{
    private const int CurrentDirectory = -100;
    private const int Follow = 0;
    private const int NoFollow = 0x100;
    private const int NoEntry = 2, NotADirectory = 20;
    private const uint BasicStatus = 0x7FF;
    private const int NoData = 61, NotSupported = 95;

    public required FileKind Kind { get; init; }

    public required UnixFileMode Mode { get; init; }

    public required int Links { get; init; }

    public required uint UserId { get; init; }

    public required uint GroupId { get; init; }

    public required long FileNumber { get; init; }

    public required long Length { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public DeviceNumber? Device { get; init; }

    /// <summary>The device of the file system it is on.</summary>
    public required (uint, uint) FileSystem { get; init; }

    /// <summary>The status of a path, links not followed; null where there is no <c>statx</c>.</summary>
    public static FileStatus? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        return Read(path, NoFollow) ?? throw new FileNotFoundException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}", path);
    }

    /// <summary>The status of what a path leads to, links followed; null where nothing is, or there is no <c>statx</c>.</summary>
    public static FileStatus? OfTarget(string path) => OperatingSystem.IsLinux() ? Read(path, Follow) : null;

    /// <summary>The status of a path, links not followed; null where nothing is, or there is no <c>statx</c>.</summary>
    public static FileStatus? Find(string path) => OperatingSystem.IsLinux() ? Read(path, NoFollow) : null;

    [SupportedOSPlatform("linux")]
    private static FileStatus? Read(string path, int flags)
    {
        var status = new byte[256];
        if (StatX(CurrentDirectory, Terminated(path), flags, BasicStatus, status) != 0)
            return Marshal.GetLastPInvokeError() is NoEntry or NotADirectory
                ? null
                : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        ReadOnlySpan<byte> s = status;
        var kind = UnixMode.KindOf(s.U16(28)) ?? throw new IOException($"{path} is of no kind known here.");
        return new FileStatus
        {
            Kind = kind,
            Mode = (UnixFileMode)(s.U16(28) & 0xFFF),
            Links = (int)s.U32(16),
            UserId = s.U32(20),
            GroupId = s.U32(24),
            FileNumber = (long)s.U64(32),
            Length = (long)s.U64(40),
            ModifiedAt = DateTimeOffset.FromUnixTimeSeconds((long)s.U64(112)).AddTicks(s.U32(120) / 100),
            Device = kind is FileKind.BlockDevice or FileKind.CharacterDevice ? new DeviceNumber(s.U32(128), s.U32(132)) : null,
            FileSystem = (s.U32(136), s.U32(140)),
        };
    }

    /// <summary>The extended attributes of a path, links not followed; those that vanish while they are read are left out.</summary>
    public static Dictionary<string, ReadOnlyMemory<byte>> AttributesOf(string path) =>
        OperatingSystem.IsLinux() ? ReadAttributes(path) : new(StringComparer.Ordinal);

    [SupportedOSPlatform("linux")]
    private static Dictionary<string, ReadOnlyMemory<byte>> ReadAttributes(string path)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var file = Terminated(path);
        var names = ReadAttribute(path, (buffer, size) => ListAttributes(file, buffer, size)) ?? [];
        foreach (var name in FileName.Decode(names).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))
            if (ReadAttribute(path, (buffer, size) => GetAttribute(file, Terminated(name), buffer, size)) is { } value)
                found.Add(name, value);
        return found;
    }

    private static byte[]? ReadAttribute(string path, Func<byte[]?, nuint, nint> call)
    {
        var size = call(null, 0);
        if (size == 0) return [];
        var bytes = new byte[Math.Max(size, 0)];
        if (size > 0) size = call(bytes, (nuint)bytes.Length);
        if (size >= 0) return bytes[..(int)size];
        return Marshal.GetLastPInvokeError() is NoData or NotSupported
            ? null
            : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static byte[] Terminated(string text) => [.. FileName.Encode(text), 0];

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int directory, byte[] path, int flags, uint mask, byte[] status);

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ListAttributes(byte[] path, byte[]? list, nuint size);

    [SupportedOSPlatform("linux")]
    [DllImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetAttribute(byte[] path, byte[] name, byte[]? value, nuint size);
}
