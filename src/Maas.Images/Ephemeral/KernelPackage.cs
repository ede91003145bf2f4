using Maas.Images.Archives;
using Maas.Images.Debian;

namespace Maas.Images.Ephemeral;

/// <summary>
/// A kernel's package, read once: the kernel, and all its modules with their facts. The modules' bytes wait in a temporary file.
/// </summary>
internal sealed class KernelPackage : IDisposable
{
    private const int LargestModule = 128 << 20;
    private readonly FileStream _spool;
    private readonly Dictionary<string, (KernelModule Module, long Offset, int Length)> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _lists = new(StringComparer.Ordinal);
    private byte[]? _kernel;
    private string? _release;

    private KernelPackage(string workDirectory) =>
        _spool = new FileStream(
            Path.Combine(workDirectory, "modules.spool"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 20,
            FileOptions.DeleteOnClose);

    /// <summary>The kernel image.</summary>
    public ReadOnlyMemory<byte> Kernel => _kernel;

    /// <summary>The kernel's release, as in <c>/lib/modules/RELEASE</c>.</summary>
    public string Release => _release ?? "";

    /// <summary>All modules, sorted by path.</summary>
    public IEnumerable<KernelModule> Modules =>
        _modules.Values.Select(found => found.Module).OrderBy(module => module.Path, StringComparer.Ordinal);

    /// <summary>The list of what is built in, which modprobe reads so as not to look for it.</summary>
    public byte[]? BuiltIn => _lists.GetValueOrDefault("modules.builtin");

    public static KernelPackage Read(DebianPackage package, Stream file, string workDirectory, CancellationToken cancellationToken)
    {
        var kernel = new KernelPackage(workDirectory);
        try
        {
            foreach (var entry in new DebFile(file).ReadFiles())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Kind == ArchiveEntryKind.File) kernel.Take(entry);
            }

            if (kernel._kernel is null) throw new PackageNotFoundException(package.Name, $"The package {package} has no boot/vmlinuz-*.");
            return kernel;
        }
        catch
        {
            kernel.Dispose();
            throw;
        }
    }

    /// <summary>The plain content of a module of this package.</summary>
    public byte[] ReadModule(KernelModule module)
    {
        var (_, offset, length) = _modules[module.Path];
        var bytes = new byte[length];
        _spool.Position = offset;
        _spool.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose() => _spool.Dispose();

    private void Take(ArchiveEntry entry)
    {
        if (entry.Path.StartsWith("boot/vmlinuz-", StringComparison.Ordinal)) _kernel = entry.ReadAll(LargestModule);
        var parts = entry.Path.Split('/');
        // "lib/modules/RELEASE/…", below "usr/" from Debian 13 on.
        var at = parts[0] == "usr" ? 1 : 0;
        if (parts.Length < at + 4 || parts[at] != "lib" || parts[at + 1] != "modules") return;
        _release ??= parts[at + 2];
        var path = string.Join('/', parts[(at + 3)..]);
        if (path == "modules.builtin") _lists[path] = entry.ReadAll(LargestModule);
        if (!KernelModule.IsModule(path, out var plain)) return;

        var module = KernelModule.Read(plain, entry.ReadAll(LargestModule), out var content);
        _modules[plain] = (module, _spool.Length, content.Length);
        _spool.Position = _spool.Length;
        _spool.Write(content);
    }
}
