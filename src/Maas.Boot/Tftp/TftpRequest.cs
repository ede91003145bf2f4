using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Maas.Boot.Tftp;

/// <summary>A read or write request (RFC 1350 section 5) with its options (RFC 2347), as it came.</summary>
/// <remarks>
/// <code>
/// +-------+---~~---+---+---~~---+---+---~~---+---+---~~---+---+-->
/// |  opc  |filename| 0 |  mode  | 0 |  opt1  | 0 | value1 | 0 | &lt;
/// +-------+---~~---+---+---~~---+---+---~~---+---+---~~---+---+-->
/// </code>
/// Deviations that real clients need: the last NUL may be missing, and padding NULs may follow. An option that is unknown,
/// malformed or out of range is left out of the answer, which RFC 2347 lets a server do; only the first of its name counts.
/// </remarks>
internal sealed record TftpRequest
{
    /// <summary>The largest request read. RFC 2347 says 512 bytes; firmware with long names and all options stays under it.</summary>
    public const int MaxLength = 1024;

    /// <summary>Whether the client wants to write.</summary>
    public required bool IsWrite { get; init; }

    /// <summary>The name's bytes, not yet normalised.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>Whether line ends are translated.</summary>
    public required bool IsNetascii { get; init; }

    /// <summary>Asked block size, 8 to 65464 (RFC 2348).</summary>
    public int? BlockSize { get; init; }

    /// <summary>Asked window, 1 to 65535 blocks (RFC 7440).</summary>
    public int? WindowSize { get; init; }

    /// <summary>Asked retransmission timeout, 1 to 255 s (RFC 2349).</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether the file's size is asked for (RFC 2349).</summary>
    public bool AsksSize { get; init; }

    /// <summary>Whether any option that is understood was asked for, so that an OACK is due.</summary>
    public bool HasOptions => BlockSize is not null || WindowSize is not null || TimeoutSeconds is not null || AsksSize;

    /// <summary>Reads a request; <paramref name="problem"/> says in words why it is malformed.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> datagram,
        [NotNullWhen(true)] out TftpRequest? request,
        [NotNullWhen(false)] out string? problem)
    {
        request = null;
        var opcode = TftpPacket.Opcode(datagram);
        if (opcode is not (TftpPacket.ReadRequest or TftpPacket.WriteRequest)) return Fail("not a read or write request", out problem);
        if (datagram.Length > MaxLength) return Fail($"the request is longer than {MaxLength} bytes", out problem);

        var strings = new TftpStrings(datagram[2..]);
        var name = strings.Next();
        var mode = strings.Next();
        if (strings.Failed || name.IsEmpty) return Fail("the request has no file name or no mode", out problem);
        var netascii = Is(mode, "netascii"u8);
        if (!netascii && !Is(mode, "octet"u8)) return Fail("the mode is neither octet nor netascii", out problem);

        int? blockSize = null, windowSize = null, timeout = null;
        var asksSize = false;
        while (strings.TryNextPair(out var option, out var value))
        {
            if (Is(option, "blksize"u8)) blockSize ??= Number(value, 8, 65464);
            else if (Is(option, "windowsize"u8)) windowSize ??= Number(value, 1, 65535);
            else if (Is(option, "timeout"u8)) timeout ??= Exactly(value, 1, 255);
            else if (Is(option, "tsize"u8)) asksSize |= Number(value, 0, int.MaxValue) is not null;
        }

        problem = null;
        request = new TftpRequest
        {
            IsWrite = opcode == TftpPacket.WriteRequest,
            Name = name.ToArray(),
            IsNetascii = netascii,
            BlockSize = blockSize,
            WindowSize = windowSize,
            TimeoutSeconds = timeout,
            AsksSize = asksSize,
        };
        return true;
    }

    /// <summary>Whether both ask for the same: the second is then a repetition of the first.</summary>
    public bool Repeats(TftpRequest other) =>
        IsWrite == other.IsWrite && IsNetascii == other.IsNetascii && BlockSize == other.BlockSize && WindowSize == other.WindowSize
        && TimeoutSeconds == other.TimeoutSeconds && AsksSize == other.AsksSize && Name.Span.SequenceEqual(other.Name.Span);

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) =>
        System.Text.Ascii.EqualsIgnoreCase(text, lowerCase);

    // The answer must repeat the value (RFC 2349 section 3.1), so that what is out of range can only be left out.
    private static int? Exactly(ReadOnlySpan<byte> text, int min, int max) =>
        Number(text, min, max + 1) is { } number && number <= max ? number : null;

    // Lenient at the upper end: a client that asks for more than exists is granted what exists, since an answer may be less than was asked.
    private static int? Number(ReadOnlySpan<byte> text, int min, int max) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min
            ? (int)Math.Min(number, max)
            : null;

    private static bool Fail(string reason, out string problem)
    {
        problem = reason;
        return false;
    }

    /// <summary>Reads NUL-terminated strings one after the other; remembers that one was missing.</summary>
    private ref struct TftpStrings(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public bool Failed { get; private set; }

        public ReadOnlySpan<byte> Next()
        {
            if (_rest.IsEmpty)
            {
                Failed = true;
                return default;
            }

            var end = _rest.IndexOf((byte)0);
            var text = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            return text;
        }

        public bool TryNextPair(out ReadOnlySpan<byte> option, out ReadOnlySpan<byte> value)
        {
            option = Next();
            value = Next();
            return !Failed && !option.IsEmpty;
        }
    }
}
