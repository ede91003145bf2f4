using Maas.Boot.Files;

namespace Maas.Boot.Tftp;

/// <summary>
/// The encoded lengths of files that were sent in netascii, by name and version: a request costs no reading of the file again before the
/// client has proven its address. Its memory is bounded: when it is full it begins anew.
/// </summary>
internal sealed class NetasciiLengths
{
    private const int MaxFiles = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string EntityTag, long Length)> _lengths = new(StringComparer.Ordinal);

    /// <summary>The encoded length of this version of a file; <see langword="null"/> when it is not known.</summary>
    public long? Find(string name, BootFile file)
    {
        if (file.EntityTag is not { } tag) return null;
        lock (_lock) return _lengths.TryGetValue(name, out var known) && known.EntityTag == tag ? known.Length : null;
    }

    /// <summary>Remembers the encoded length of this version of a file; a file without a version is not remembered.</summary>
    public void Remember(string name, BootFile file, long length)
    {
        if (file.EntityTag is not { } tag) return;
        lock (_lock)
        {
            if (_lengths.Count >= MaxFiles && !_lengths.ContainsKey(name)) _lengths.Clear();
            _lengths[name] = (tag, length);
        }
    }
}
