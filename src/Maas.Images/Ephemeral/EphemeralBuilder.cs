using System.Security.Cryptography;
using Maas.Images.Archives;
using Maas.Images.Debian;
using Maas.Images.Primitives;

namespace Maas.Images.Ephemeral;

/// <summary>Assembles one environment into a folder of its own, named after what came out.</summary>
internal sealed class EphemeralBuilder(IPackageSource packages, EphemeralRecipe recipe, IProgress<ImportProgress>? progress)
{
    public const string FolderPrefix = "build-";
    public const string ToolsName = "install-tools";
    public const string RescueName = "rescue-tools";
    public const string BmcName = "bmc-tools";

    private readonly EphemeralEnvironmentOptions _options = recipe.Options;
    private readonly PackageReader _reader = new(packages, progress);
    private readonly InitramfsTree _tree = new();
    private readonly InitramfsTree _tools = new();
    private readonly InitramfsTree _rescue = new();
    private readonly InitramfsTree _bmc = new();

    public async Task<EphemeralManifest> BuildAsync(string directory, CancellationToken cancellationToken)
    {
        var work =
            Directory.CreateDirectory(Path.Combine(directory, $".work-{Environment.ProcessId:x}-{Guid.CreateVersion7():n}")).FullName;
        try
        {
            var release = await WriteAsync(work, cancellationToken).ConfigureAwait(false);
            return Place(directory, work, release);
        }
        finally
        {
            // Missing when it has become the result.
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        }
    }

    private async Task<string> WriteAsync(string work, CancellationToken cancellationToken)
    {
        using var kernel = await ReadKernelAsync(work, cancellationToken).ConfigureAwait(false);
        var modules = AddModules(kernel);
        await AddFirmwareAsync(modules, cancellationToken).ConfigureAwait(false);
        await AddBusyboxAsync(cancellationToken).ConfigureAwait(false);
        var programs = new PackagedPrograms(_reader, _tree);
        foreach (var program in _options.Programs) await programs.AddAsync(program, cancellationToken).ConfigureAwait(false);
        AddOwnFiles();
        await AddMoreProgramsAsync(_tools, _options.InstallPrograms, "var/tools-complete", cancellationToken).ConfigureAwait(false);
        await AddMoreProgramsAsync(_rescue, _options.RescuePrograms, "var/rescue-complete", cancellationToken).ConfigureAwait(false);
        await AddMoreProgramsAsync(_bmc, _options.BmcPrograms, "var/bmc-complete", cancellationToken).ConfigureAwait(false);

        await PackAsync(_tree, work, "initrd", cancellationToken).ConfigureAwait(false);
        if (_options.InstallPrograms.Count > 0) await PackAsync(_tools, work, ToolsName, cancellationToken).ConfigureAwait(false);
        if (_options.RescuePrograms.Count > 0) await PackAsync(_rescue, work, RescueName, cancellationToken).ConfigureAwait(false);
        if (_options.BmcPrograms.Count > 0) await PackAsync(_bmc, work, BmcName, cancellationToken).ConfigureAwait(false);
        AtomicFile.Write(Path.Combine(work, "kernel"), output => output.Write(kernel.Kernel.Span));
        return kernel.Release;
    }

    private async Task<KernelPackage> ReadKernelAsync(string work, CancellationToken cancellationToken)
    {
        var package = await _reader.FollowKernelAsync(_options.KernelPackage, cancellationToken).ConfigureAwait(false);
        using var file = await _reader.OpenAsync(package, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => KernelPackage.Read(package, file, work, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private KernelModuleSet AddModules(KernelPackage kernel)
    {
        var set = new KernelModuleSet(kernel.Modules, _options.Modules);
        var root = $"lib/modules/{kernel.Release}/";
        foreach (var module in set.Modules) _tree.AddFile(root + module.Path, () => kernel.ReadModule(module), executable: false);
        _tree.AddFile(root + "modules.dep", set.WriteDependencies(), executable: false);
        _tree.AddFile(root + "modules.alias", set.WriteAliases(), executable: false);
        if (kernel.BuiltIn is { } builtIn) _tree.AddFile(root + "modules.builtin", builtIn, executable: false);
        return set;
    }

    private async Task AddFirmwareAsync(KernelModuleSet modules, CancellationToken cancellationToken)
    {
        var wanted = modules.Modules.SelectMany(module => module.Firmware).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _options.FirmwarePackages)
        {
            var package = await _reader.RequireAsync(name, cancellationToken).ConfigureAwait(false);
            using var file = await _reader.OpenAsync(package, cancellationToken).ConfigureAwait(false);
            _reader.MarkUsed(package.Name);
            foreach (var entry in new DebFile(file).ReadFiles())
            {
                const string Folder = "lib/firmware/";
                var path = entry.Path.StartsWith("usr/", StringComparison.Ordinal) ? entry.Path[4..] : entry.Path;
                if (entry.Kind != ArchiveEntryKind.File
                    || !path.StartsWith(Folder, StringComparison.Ordinal)
                    || !wanted.Contains(path[Folder.Length..])) continue;
                _tree.AddFile(path, entry.ReadAll(), executable: false);
            }
        }
    }

    private async Task AddBusyboxAsync(CancellationToken cancellationToken)
    {
        var package = await _reader.RequireAsync("busybox-static", cancellationToken).ConfigureAwait(false);
        using var file = await _reader.OpenAsync(package, cancellationToken).ConfigureAwait(false);
        _reader.MarkUsed(package.Name);
        var busybox =
            new DebFile(file).ReadFiles()
                .FirstOrDefault(entry => entry.Kind == ArchiveEntryKind.File && entry.Path is "bin/busybox" or "usr/bin/busybox")
            ?? throw new PackageNotFoundException(package.Name, $"The package {package} has no bin/busybox.");
        _tree.AddFile("bin/busybox", busybox.ReadAll(), executable: true);
        // init makes the other applets' links with "busybox --install"; these are needed before it runs, or by the kernel.
        _tree.AddLink("bin/sh", "busybox");
        _tree.AddLink("sbin/modprobe", "../bin/busybox");
    }

    private void AddOwnFiles()
    {
        foreach (var folder in (string[])["dev", "etc", "mnt", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/sbin", "var"])
            _tree.AddDirectory(folder);
        _tree.AddDevice("dev/console", 5, 1);
        _tree.AddDevice("dev/null", 1, 3);
        _tree.AddFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray(), executable: false);
        _tree.AddFile("etc/group", "root:x:0:\n"u8.ToArray(), executable: false);
        // The last file: where it is missing, the kernel had too little memory to unpack all.
        _tree.AddFile("var/complete", ReadOnlyMemory<byte>.Empty, executable: false);
        foreach (var (path, content) in AgentFiles.All) _tree.AddFile(path, content, executable: true);
        foreach (var (path, content) in _options.Files) _tree.AddFile(path.TrimStart('/'), content, executable: true);
    }

    // What is in the environment already is not repeated: the kernel unpacks one archive over the other.
    private async Task AddMoreProgramsAsync(
        InitramfsTree tree, IReadOnlyList<EphemeralProgram> added, string mark, CancellationToken cancellationToken)
    {
        var programs = new PackagedPrograms(_reader, tree, _tree);
        foreach (var program in added) await programs.AddAsync(program, cancellationToken).ConfigureAwait(false);
        // The last file, as in the environment itself.
        tree.AddFile(mark, ReadOnlyMemory<byte>.Empty, executable: false);
    }

    private async Task PackAsync(InitramfsTree tree, string work, string name, CancellationToken cancellationToken)
    {
        progress?.Report(new ImportProgress("pack", name));
        await Task.Run(() => Pack(tree, Path.Combine(work, name), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private void Pack(InitramfsTree tree, string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 << 10);
        using (var packed = Archives.Compression.OpenWrite(file, _options.Compression)) tree.WriteTo(packed, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private EphemeralManifest Place(string directory, string work, string release)
    {
        var (kernel, initrd) = (Hash(Path.Combine(work, "kernel")), Hash(Path.Combine(work, "initrd")));
        var tools = _options.InstallPrograms.Count > 0 ? Hash(Path.Combine(work, ToolsName)) : null;
        var rescue = _options.RescuePrograms.Count > 0 ? Hash(Path.Combine(work, RescueName)) : null;
        var bmc = _options.BmcPrograms.Count > 0 ? Hash(Path.Combine(work, BmcName)) : null;
        var all = System.Text.Encoding.ASCII.GetBytes(kernel + initrd + tools + rescue + bmc);
        var folder = FolderPrefix + Convert.ToHexStringLower(SHA256.HashData(all))[..16];
        var target = Path.Combine(directory, folder);
        if (!Holds(target, "kernel", kernel) || !Holds(target, "initrd", initrd) || (tools is not null && !Holds(target, ToolsName, tools))
            || (rescue is not null && !Holds(target, RescueName, rescue))
            || (bmc is not null && !Holds(target, BmcName, bmc)))
        {
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
            Directory.Move(work, target);
        }

        return new EphemeralManifest
        {
            Folder = folder,
            KernelRelease = release,
            KernelSha256 = kernel,
            InitrdSha256 = initrd,
            InstallToolsSha256 = tools,
            RescueToolsSha256 = rescue,
            BmcToolsSha256 = bmc,
            RecipeSha256 = recipe.Sha256,
            Packages = _reader.Used,
        };
    }

    // The same file may exist already, and machines may be fetching it.
    private static bool Holds(string folder, string name, string hash) =>
        File.Exists(Path.Combine(folder, name)) && Hash(Path.Combine(folder, name)) == hash;

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
