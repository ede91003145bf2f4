using System.Collections.Frozen;

namespace Maas.Boot.Files;

/// <summary>The files of a directory and its sub-directories, as boot files.</summary>
/// <remarks>
/// The directory is listed into a table; a request is a look-up in it and no path is ever built from what a client sent.
/// An exact name wins; else a name that differs only in case is taken, if there is just one. Links are followed only to
/// targets inside the directory. A name that is not in the table makes it list again, at most once a second, so files
/// may come and go while the server runs.
/// </remarks>
/// <example><code>
/// var services = new BootServices { Files = new DirectoryBootFiles("/srv/tftp") };
/// await new TftpServer(new TftpServerOptions(), services).RunAsync(cancellationToken);
/// </code></example>
public sealed class DirectoryBootFiles : IBootFiles
{
    private static readonly TimeSpan ListAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly Lock _listing = new();
    private Table _table;
    private long _listedAt;

    /// <summary>Lists a directory.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="timeProvider">The clock that limits how often the directory is listed; the system's by default.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public DirectoryBootFiles(string directory, TimeProvider? timeProvider = null)
    {
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"There is no directory '{directory}' to serve.");
        _time = timeProvider ?? TimeProvider.System;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        _root = RealPath(path) ?? path;
        _table = List();
        _listedAt = _time.GetTimestamp();
    }

    /// <summary>The names that are served now, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => _table.Exact.Keys;

    /// <inheritdoc/>
    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        var path = _table.Find(request.Name) ?? ListAgain()?.Find(request.Name);
        return new(path is null ? null : Open(path));
    }

    private BootFile? Open(string path)
    {
        try
        {
            // The table may be older than the disk: a file that has since become a link out of the directory is not served.
            return IsInside(RealPath(path)) ? BootFile.FromFile(path) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private Table? ListAgain()
    {
        lock (_listing)
        {
            if (_time.GetElapsedTime(_listedAt) < ListAgainAfter) return null;
            _table = List();
            _listedAt = _time.GetTimestamp();
            return _table;
        }
    }

    private Table List()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var ahead = new Stack<(string Path, string Prefix)>([(_root, "")]);
        while (ahead.TryPop(out var folder))
        {
            // A link that leads back to a folder already listed would go round for ever.
            if (RealPath(folder.Path) is not { } real || !visited.Add(real)) continue;
            foreach (var entry in Entries(folder.Path))
            {
                var name = folder.Prefix + entry.Name;
                if (entry.LinkTarget is not null && !IsInside(RealPath(entry.FullName))) continue;
                if (Directory.Exists(entry.FullName)) ahead.Push((entry.FullName, name + "/"));
                else if (File.Exists(entry.FullName)) found[name] = entry.FullName;
            }
        }

        return new Table(found);
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFileSystemInfos().ToList();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private bool IsInside(string? realPath) => realPath?.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ?? false;

    /// <summary>
    /// The path with every link in it followed; a dangling link leads to where it points, links that go round lead nowhere.
    /// </summary>
    private static string? RealPath(string path)
    {
        for (var hops = 0; hops < 40; hops++)
        {
            if (FirstLink(path) is not { } link) return path;
            path = Path.GetFullPath(Path.Join(link.Target, path[link.At.Length..]));
        }

        return null;
    }

    private static (string At, string Target)? FirstLink(string path)
    {
        for (var at = path.IndexOf(Path.DirectorySeparatorChar, 1); ; at = path.IndexOf(Path.DirectorySeparatorChar, at + 1))
        {
            var part = at < 0 ? path : path[..at];
            if (new FileInfo(part).LinkTarget is { } target) return (part, Path.GetFullPath(target, Path.GetDirectoryName(part) ?? part));
            if (at < 0) return null;
        }
    }

    private sealed class Table(Dictionary<string, string> found)
    {
        // Two names that differ only in case make both unreachable by any other spelling.
        private readonly FrozenDictionary<string, string> _anyCase = found
            .GroupBy(f => f.Key, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() == 1)
            .ToFrozenDictionary(g => g.Key, g => g.Single().Value, StringComparer.OrdinalIgnoreCase);

        public FrozenDictionary<string, string> Exact { get; } = found.ToFrozenDictionary(StringComparer.Ordinal);

        public string? Find(string name) => Exact.GetValueOrDefault(name) ?? _anyCase.GetValueOrDefault(name);
    }
}
