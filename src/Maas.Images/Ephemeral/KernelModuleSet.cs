using System.Text;

namespace Maas.Images.Ephemeral;

/// <summary>
/// The modules that go in: those selected and, transitively, what they need. Writes the three lists that modprobe reads
/// (depmod(8), modules.dep(5)).
/// </summary>
internal sealed class KernelModuleSet
{
    private readonly SortedDictionary<string, KernelModule> _chosen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KernelModule> _byName;

    public KernelModuleSet(IEnumerable<KernelModule> all, KernelModuleSelection selection)
    {
        var modules = all.ToList();
        _byName = modules.GroupBy(module => module.Name, StringComparer.Ordinal).ToDictionary(
            group => group.Key, group => group.First(), StringComparer.Ordinal);
        var byAlias = modules
            .SelectMany(module => module.Aliases.Where(IsPlain).Select(alias => (alias, module)))
            .ToLookup(pair => pair.alias.Replace('-', '_'), pair => pair.module, StringComparer.Ordinal);

        Queue<KernelModule> waiting = new(modules.Where(module => selection.Includes(BelowKernel(module.Path))));
        while (waiting.TryDequeue(out var module))
        {
            if (!_chosen.TryAdd(module.Path, module)) continue;
            foreach (var needed in module.Depends) if (_byName.TryGetValue(needed, out var found)) waiting.Enqueue(found);
            // A soft dependency is a name, or an alias several modules share: "crypto-crc32c" is any implementation of it.
            foreach (var wanted in module.SoftDepends.Select(name => name.Replace('-', '_')))
            {
                if (_byName.TryGetValue(wanted, out var found)) waiting.Enqueue(found);
                foreach (var served in byAlias[wanted]) waiting.Enqueue(served);
            }
        }
    }

    /// <summary>The chosen modules, sorted by path.</summary>
    public IReadOnlyCollection<KernelModule> Modules => _chosen.Values;

    /// <summary><c>modules.dep</c>: "path: needed needed …", what is needed directly first, so that modprobe loads from the end.</summary>
    public byte[] WriteDependencies()
    {
        var text = new StringBuilder();
        foreach (var module in Modules)
        {
            text.Append(module.Path).Append(':');
            foreach (var needed in Closure(module)) text.Append(' ').Append(needed.Path);
            text.Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary><c>modules.alias</c>: "alias PATTERN NAME".</summary>
    public byte[] WriteAliases() =>
        Encoding.ASCII.GetBytes(
            string.Concat(Modules.SelectMany(module => module.Aliases.Select(alias => $"alias {alias} {module.Name}\n"))));

    // Depth first, then reversed and without doubles: a module precedes everything it depends on.
    private IEnumerable<KernelModule> Closure(KernelModule module)
    {
        List<KernelModule> order = [];
        HashSet<string> seen = [module.Path];
        Visit(module);
        order.Reverse();
        return order;

        void Visit(KernelModule at)
        {
            foreach (var needed in at.Depends)
            {
                if (!_byName.TryGetValue(needed, out var found) || !seen.Add(found.Path)) continue;
                Visit(found);
                order.Add(found);
            }
        }
    }

    private static bool IsPlain(string alias) =>
        !alias.Contains(':', StringComparison.Ordinal) && !alias.Contains('*', StringComparison.Ordinal);

    private static string BelowKernel(string path) =>
        path.StartsWith("kernel/", StringComparison.Ordinal) ? path["kernel/".Length..] : path;
}
