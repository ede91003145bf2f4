using System.Security.Cryptography;
using Maas.Images.Downloads;

namespace Maas.Images.Packages;

/// <summary>
/// Whether what a mirror sends can be the file of its address. A captive portal or a faulty mirror answers with another file and the
/// status 200, and what is kept is kept for good.
/// </summary>
/// <remarks>
/// A path of <c>by-hash/SHA256/</c> names the digest of its file. A Debian package is an ar archive; an RPM begins with its lead. A delta
/// RPM has more than one format and is not checked.
/// </remarks>
internal sealed class PackageCheck : IDisposable
{
    private const string ByHash = "/by-hash/SHA256/";
    private readonly string _name;
    private readonly byte[] _magic;
    private readonly byte[]? _digest;
    private readonly IncrementalHash? _hash;
    private int _matched;

    private PackageCheck(string name, byte[] magic, byte[]? digest)
    {
        (_name, _magic, _digest) = (name, magic, digest);
        if (digest is not null) _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>Whether nothing speaks against the file so far: its first bytes have arrived.</summary>
    public bool HasBegun => _matched == _magic.Length;

    /// <summary>The check of a file.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="name">What it is called in the message of a failure.</param>
    public static PackageCheck For(Uri url, string name)
    {
        var path = url.AbsolutePath;
        var at = path.LastIndexOf(ByHash, StringComparison.Ordinal);
        var digest = at >= 0 && path[(at + ByHash.Length)..] is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(hex)
            : null;
        return new PackageCheck(name, MagicOf(path), digest);
    }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="UntrustedArchiveException">The file does not begin as its name says.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _hash?.AppendData(bytes);
        var count = Math.Min(bytes.Length, _magic.Length - _matched);
        if (!bytes[..count].SequenceEqual(_magic.AsSpan(_matched, count))) throw new UntrustedArchiveException(_name, "it is no package");
        _matched += count;
    }

    /// <summary>Checks the whole file.</summary>
    /// <exception cref="UntrustedArchiveException">It is not the file that its name says.</exception>
    public void Finish()
    {
        if (!HasBegun) throw new UntrustedArchiveException(_name, "it is no package");
        if (_hash is not null && !_hash.GetHashAndReset().AsSpan().SequenceEqual(_digest))
            throw new UntrustedArchiveException(_name, "its SHA-256 is not the one of its name");
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();

    private static byte[] MagicOf(string path) =>
        HasEnding(path, ".deb") || HasEnding(path, ".udeb") || HasEnding(path, ".ddeb") ? "!<arch>\n"u8.ToArray()
        : HasEnding(path, ".rpm") ? [0xED, 0xAB, 0xEE, 0xDB]
        : [];

    private static bool HasEnding(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
