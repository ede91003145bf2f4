using System.Collections.Concurrent;
using System.Text;
using Maas.Boot.Files;

namespace Maas.Testing.Tests.Servers;

/// <summary>Boot files in a dictionary, with a note of what was asked for and by whom.</summary>
internal sealed class BootFilesInMemory : IBootFiles
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public ConcurrentQueue<BootFileRequest> Asked { get; } = [];

    public byte[] this[string name]
    {
        set => _files[name] = value;
    }

    public void Add(string name, string text) => _files[name] = Encoding.UTF8.GetBytes(text);

    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return new(_files.TryGetValue(request.Name, out var bytes) ? BootFile.FromBytes(bytes) : null);
    }
}
