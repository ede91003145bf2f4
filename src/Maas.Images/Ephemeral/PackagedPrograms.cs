using Maas.Images.Archives;
using Maas.Images.Debian;

namespace Maas.Images.Ephemeral;

/// <summary>
/// Takes programs out of packages and finds the shared libraries they need (DT_NEEDED), and those in turn, in the packages
/// that theirs depend on. A package is fetched only when a library is missing.
/// </summary>
/// <param name="reader">Where packages come from.</param>
/// <param name="tree">Where the files go.</param>
/// <param name="present">What a machine has besides: its libraries are not repeated.</param>
internal sealed class PackagedPrograms(PackageReader reader, InitramfsTree tree, InitramfsTree? present = null)
{
    private const int LargestProgram = 128 << 20;
    private readonly Dictionary<string, (byte[] Content, string Package)> _libraries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _searched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _placed = new(StringComparer.Ordinal);

    /// <summary>Adds a program at <c>bin/NAME</c> with all it needs.</summary>
    public async Task AddAsync(EphemeralProgram program, CancellationToken cancellationToken)
    {
        var package = await reader.RequireAsync(program.Package, cancellationToken).ConfigureAwait(false);
        var content = await SearchAsync(package, program.Path, cancellationToken).ConfigureAwait(false)
            ?? throw new PackageNotFoundException(package.Name, $"The package {package} has no {program.Path}.");
        tree.AddFile("bin/" + Path.GetFileName(program.Path), content, executable: true);

        // A script needs no library.
        if (!ElfFile.IsElf(content)) return;
        var (needed, interpreter) = new ElfFile(content).ReadDynamic();
        if (interpreter is not null)
            await AddLibraryAsync(Path.GetFileName(interpreter), package, interpreter.TrimStart('/'), cancellationToken)
                .ConfigureAwait(false);
        foreach (var name in needed) await AddLibraryAsync(name, package, "lib/" + name, cancellationToken).ConfigureAwait(false);
    }

    private async Task AddLibraryAsync(string name, DebianPackage neededBy, string path, CancellationToken cancellationToken)
    {
        if (!_placed.Add(path) || present?.Contains(path) == true) return;
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            throw new InvalidImageException($"program of {neededBy}", "it needs a library by path");
        if (!_libraries.TryGetValue(name, out var library))
        {
            await FindLibraryAsync(name, neededBy, cancellationToken).ConfigureAwait(false);
            if (!_libraries.TryGetValue(name, out library))
                throw new PackageNotFoundException(neededBy.Name, $"{neededBy} needs {name}, which no package it depends on has.");
        }

        reader.MarkUsed(library.Package);
        tree.AddFile(path, library.Content, executable: true);
        foreach (var next in new ElfFile(library.Content).ReadDynamic().Needed)
        {
            // The loader is at its own fixed path, and every C library names it.
            if (next.StartsWith("ld-linux", StringComparison.Ordinal)) continue;
            await AddLibraryAsync(next, neededBy, "lib/" + next, cancellationToken).ConfigureAwait(false);
        }
    }

    // Policy 8.1: a library's package is named after it (libzstd.so.1 is in libzstd1), so those are looked into first.
    private async Task FindLibraryAsync(string name, DebianPackage neededBy, CancellationToken cancellationToken)
    {
        var stem = name.Split(".so")[0];
        var candidates = await reader.DependenciesAsync(neededBy, cancellationToken).ConfigureAwait(false);
        foreach (var candidate in candidates.OrderByDescending(candidate => Likeness(candidate.Name, stem)))
        {
            if (_searched.Contains(candidate.Name)) continue;
            await SearchAsync(candidate, null, cancellationToken).ConfigureAwait(false);
            if (_libraries.ContainsKey(name)) return;
        }
    }

    private static int Likeness(string package, string stem)
    {
        if (stem is "libc" or "libm" || stem.StartsWith("ld-linux", StringComparison.Ordinal)) return package == "libc6" ? 2 : 0;
        if (package.StartsWith(stem, StringComparison.Ordinal)) return 2;
        return package.StartsWith("lib", StringComparison.Ordinal) || package.StartsWith("zlib", StringComparison.Ordinal) ? 1 : 0;
    }

    // Reads the whole package once and keeps every shared library in it: another may be needed next.
    private async Task<byte[]?> SearchAsync(DebianPackage package, string? program, CancellationToken cancellationToken)
    {
        using var file = await reader.OpenAsync(package, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Search(package, file, program), cancellationToken).ConfigureAwait(false);
    }

    private byte[]? Search(DebianPackage package, Stream file, string? program)
    {
        _searched.Add(package.Name);
        byte[]? found = null;
        Dictionary<string, string> links = new(StringComparer.Ordinal);
        foreach (var entry in new DebFile(file).ReadFiles())
        {
            var name = Path.GetFileName(entry.Path);
            if (program is not null && entry.Kind == ArchiveEntryKind.File && WithoutUsr(entry.Path) == WithoutUsr(program))
                found = entry.ReadAll(LargestProgram);
            else if (!IsLibrary(entry.Path)) continue;
            else if (entry.Kind == ArchiveEntryKind.File) _libraries.TryAdd(name, (entry.ReadAll(LargestProgram), package.Name));
            else if (entry.Kind == ArchiveEntryKind.SymbolicLink) links[name] = Path.GetFileName(entry.LinkTarget);
        }

        foreach (var (link, target) in links)
        {
            if (_libraries.TryGetValue(target, out var library)) _libraries.TryAdd(link, library);
        }

        if (found is not null) reader.MarkUsed(package.Name);
        return found;
    }

    private static string WithoutUsr(string path) => path.StartsWith("usr/", StringComparison.Ordinal) ? path[4..] : path;

    // lib/x86_64-linux-gnu/libz.so.1 or lib64/ld-linux-x86-64.so.2, not the plug-ins in folders below.
    private static bool IsLibrary(string path) =>
        WithoutUsr(path).Split('/') is { Length: 2 or 3 } parts
        && parts[0].StartsWith("lib", StringComparison.Ordinal)
        && parts[^1].Contains(".so", StringComparison.Ordinal);
}
