using System.Text;

namespace Maas.Images.Archives;

/// <summary>
/// Writes a cpio archive in the form the Linux kernel unpacks as an initramfs ("newc", magic 070701). The same calls
/// make the same bytes: numbers are counted from 1, owner is root, and every time is <see cref="Timestamp"/>.
/// </summary>
/// <remarks>The kernel makes no missing parent: write <c>etc</c> before <c>etc/passwd</c>.</remarks>
/// <example><code>
/// using var cpio = new CpioWriter(File.Create("extra.cpio"));
/// cpio.WriteDirectory("etc");
/// cpio.WriteFile("etc/motd", "hello\n"u8);
/// </code></example>
public sealed class CpioWriter : IDisposable
{
    // Documentation/driver-api/early-userspace/buffer-format.rst: 6 bytes of magic and 13 fields of 8 hex digits:
    // ino mode uid gid nlink mtime filesize maj min rmaj rmin namesize chksum, the name with a NUL, and both padded to 4.
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private uint _inode;
    private long _written;
    private bool _finished;

    /// <summary>Writes to <paramref name="stream"/>, which need not seek.</summary>
    /// <param name="stream">Where the archive goes.</param>
    /// <param name="leaveOpen"><see langword="true"/> to leave the stream open when the writer is disposed.</param>
    public CpioWriter(Stream stream, bool leaveOpen = false) => (_stream, _leaveOpen) = (stream, leaveOpen);

    /// <summary>The time of every entry, seconds since 1970. Default 0.</summary>
    public uint Timestamp { get; init; }

    /// <summary>Adds a directory; <paramref name="mode"/> is its permission bits.</summary>
    public void WriteDirectory(string path, int mode = 0b111_101_101) => WriteHeader(path, 0x4000, mode, 0, links: 2);

    /// <summary>Adds a file.</summary>
    public void WriteFile(string path, ReadOnlySpan<byte> content, int mode = 0b110_100_100)
    {
        WriteHeader(path, 0x8000, mode, content.Length);
        Write(content);
        Pad();
    }

    /// <summary>Adds a symbolic link at <paramref name="path"/> that says <paramref name="target"/>.</summary>
    public void WriteSymbolicLink(string path, string target)
    {
        var bytes = FileName.Encode(target);
        WriteHeader(path, 0xa000, 0b111_111_111, bytes.Length);
        Write(bytes);
        Pad();
    }

    /// <summary>Adds a character device. No privilege is needed: it is bytes in an archive.</summary>
    public void WriteCharacterDevice(string path, uint major, uint minor, int mode = 0b110_000_000) =>
        WriteHeader(path, 0x2000, mode, 0, major: major, minor: minor);

    /// <summary>Writes the trailer. Called by <see cref="Dispose"/> too; nothing can be added afterwards.</summary>
    public void Finish()
    {
        if (_finished) return;
        _finished = true;
        _inode = uint.MaxValue;
        Emit("TRAILER!!!", 0, 0, 0, 1, 0, 0);
    }

    /// <summary>Writes the trailer and closes the stream unless it was to be left open.</summary>
    public void Dispose()
    {
        Finish();
        if (!_leaveOpen) _stream.Dispose();
    }

    private void WriteHeader(string path, int type, int mode, int size, int links = 1, uint major = 0, uint minor = 0)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal) || path.Split('/').Contains(".."))
            throw new ArgumentException($"'{path}' is not a path inside the archive.", nameof(path));
        Emit(path, (uint)(type | (mode & 0xfff)), size, Timestamp, links, major, minor);
    }

    private void Emit(string path, uint mode, int size, uint time, int links, uint major, uint minor)
    {
        _inode++;
        var name = FileName.Encode(path);
        var header =
            $"070701{_inode:X8}{mode:X8}{0:X8}{0:X8}{links:X8}{time:X8}{size:X8}{0:X8}{0:X8}{major:X8}{minor:X8}{name.Length + 1:X8}{0:X8}";
        Write(Encoding.ASCII.GetBytes(header));
        Write(name);
        Write([0]);
        Pad();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad() => Write("\0\0\0"u8[..(int)((4 - (_written % 4)) % 4)]);
}
