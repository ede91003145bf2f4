using System.Collections.Concurrent;
using Maas.Boot.Files;

namespace Maas.Testing;

/// <summary>Boot files in memory, by name.</summary>
/// <param name="names">
/// Files to begin with; each holds 20,000 zeros. A simulated machine reads a boot program's name, not its content.
/// </param>
public sealed class InMemoryBootFiles(params IEnumerable<string> names) : IBootFiles
{
    private const int Length = 20_000;

    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _files =
        new(names.Select(n => KeyValuePair.Create(n, (ReadOnlyMemory<byte>)new byte[Length])), StringComparer.Ordinal);

    /// <summary>The content of a file.</summary>
    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public ReadOnlyMemory<byte> this[string name]
    {
        get => _files[name];
        set => _files[name] = value;
    }

    /// <inheritdoc/>
    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(_files.TryGetValue(request.Name, out var content) ? BootFile.FromBytes(content) : null);
    }
}
