using Maas.Images.Archives;

namespace Maas.Images.Ephemeral;

/// <summary>The files of an initramfs, gathered in any order and written in one: sorted, each folder before what is in it.</summary>
internal sealed class InitramfsTree
{
    private const int Executable = 0b111_101_101, Plain = 0b110_100_100;
    private readonly SortedDictionary<string, Action<CpioWriter, string>> _nodes = new(StringComparer.Ordinal);

    /// <summary>Adds a folder and those above it.</summary>
    public void AddDirectory(string path, int mode = Executable)
    {
        AddParents(path);
        _nodes[path] = (cpio, name) => cpio.WriteDirectory(name, mode);
    }

    /// <summary>Adds a file, or replaces it.</summary>
    public void AddFile(string path, Func<ReadOnlyMemory<byte>> content, bool executable)
    {
        AddParents(path);
        _nodes[path] = (cpio, name) => cpio.WriteFile(name, content().Span, executable ? Executable : Plain);
    }

    /// <summary>Adds a file that is in memory.</summary>
    public void AddFile(string path, ReadOnlyMemory<byte> content, bool executable) => AddFile(path, () => content, executable);

    /// <summary>Adds a symbolic link.</summary>
    public void AddLink(string path, string target)
    {
        AddParents(path);
        _nodes[path] = (cpio, name) => cpio.WriteSymbolicLink(name, target);
    }

    /// <summary>Adds a character device.</summary>
    public void AddDevice(string path, uint major, uint minor)
    {
        AddParents(path);
        _nodes[path] = (cpio, name) => cpio.WriteCharacterDevice(name, major, minor);
    }

    /// <summary>Whether the path exists.</summary>
    public bool Contains(string path) => _nodes.ContainsKey(path);

    /// <summary>Writes the archive.</summary>
    public void WriteTo(Stream output, CancellationToken cancellationToken)
    {
        using var cpio = new CpioWriter(output, leaveOpen: true);
        foreach (var (path, write) in _nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            write(cpio, path);
        }
    }

    private void AddParents(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (!_nodes.TryAdd(path[..slash], (cpio, name) => cpio.WriteDirectory(name))) return;
        }
    }
}
