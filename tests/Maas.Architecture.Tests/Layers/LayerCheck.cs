namespace Maas.Architecture.Tests.Layers;

/// <summary>Compares the references between a package's namespaces with the order that its table gives.</summary>
internal sealed class LayerCheck
{
    private readonly LayerTable _table;
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly Dictionary<string, HashSet<string>> _typesOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _namespaces = new(StringComparer.Ordinal);

    private LayerCheck(LayerTable table, IReadOnlyList<SourceFile> files)
    {
        (_table, _files) = (table, files);
        foreach (var file in files.Where(IsOwn))
        {
            if (!_typesOf.TryGetValue(file.Namespace, out var types)) _typesOf[file.Namespace] = types = new(StringComparer.Ordinal);
            types.UnionWith(file.Types);
            for (var name = file.Namespace; ; name = name[..name.LastIndexOf('.')])
            {
                _namespaces.Add(name);
                if (!name.Contains('.', StringComparison.Ordinal)) break;
            }
        }
    }

    /// <summary>Every violation, as <c>file:line: what</c>; and what the table names that is not there, and lacks.</summary>
    public static IReadOnlyList<string> Violations(LayerTable table, IReadOnlyList<SourceFile> files)
    {
        var check = new LayerCheck(table, files);
        return
        [
            .. check.TableErrors(),
            .. files.SelectMany(check.ReferencesOf).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private bool IsOwn(SourceFile file) => file.Namespace == _table.Package || IsInPackage(file.Namespace);

    private bool IsInPackage(string name) => name.StartsWith(_table.Package + ".", StringComparison.Ordinal);

    private IEnumerable<string> TableErrors()
    {
        foreach (var entry in _table.Namespaces.Where(entry => !_namespaces.Contains(entry)))
            yield return $"{_table.Package}.layers: there is no namespace {entry}";
        foreach (var type in _table.Types.Where(type => !_typesOf.GetValueOrDefault(_table.Package, []).Contains(type)))
            yield return $"{_table.Package}.layers: there is no type {type} in {_table.Package}";
        foreach (var name in _typesOf.Keys.Where(name => IsInPackage(name) && _table.EntryOf(name) is null))
            yield return $"{_table.Package}.layers: the namespace {name} is in no layer";
    }

    private IEnumerable<string> ReferencesOf(SourceFile file)
    {
        var own = LayerOf(file);
        foreach (var (name, line) in file.Usings)
            if (Resolve([.. name.Split('.')], 0, "") is { } used && Refusal(file, own, used) is { } refusal)
                yield return $"{file.Path}:{line}: {refusal}";

        var tokens = file.Tokens;
        for (var at = 0; at < tokens.Count; at++)
        {
            if (!tokens[at].IsName || (at > 0 && tokens[at - 1].Text == ".")) continue;
            var chain = new List<string> { tokens[at].Text };
            for (var next = at; next + 2 < tokens.Count && tokens[next + 1].Text == "." && tokens[next + 2].IsName; next += 2)
                chain.Add(tokens[next + 2].Text);
            if (Referenced(file, chain) is { } used && Refusal(file, own, used) is { } refusal)
                yield return $"{file.Path}:{tokens[at].Line}: {refusal}";
        }
    }

    // A file is as low as the lowest type in it.
    private int LayerOf(SourceFile file) =>
        file.Types.Select(type => _table.LayerOf(file.Namespace, type)).DefaultIfEmpty(_table.LayerOf(file.Namespace)).Min();

    // C# looks in the file's namespace and those around it first, then in those that the file imports.
    private (string Namespace, string? Type)? Referenced(SourceFile file, List<string> chain)
    {
        var isVariable = chain.Count > 1 && file.Variables.Contains(chain[0]);
        for (var scope = file.Namespace; ; scope = scope[..scope.LastIndexOf('.')])
        {
            if (Resolve(chain, 0, scope) is { Type: not null } found && !(isVariable && found.Type != chain[0])) return found;
            if (!scope.Contains('.', StringComparison.Ordinal)) break;
        }

        foreach (var (name, _) in file.Usings)
            if (_typesOf.TryGetValue(name, out var types) && types.Contains(chain[0])) return (name, chain[0]);
        return !isVariable && Resolve(chain, 0, "") is { Type: not null } global ? global : null;
    }

    private (string Namespace, string? Type)? Resolve(List<string> chain, int from, string scope)
    {
        for (var at = from; at < chain.Count; at++)
        {
            if (_typesOf.TryGetValue(scope, out var types) && types.Contains(chain[at])) return (scope, chain[at]);
            var inner = scope.Length == 0 ? chain[at] : $"{scope}.{chain[at]}";
            if (!_namespaces.Contains(inner)) return null;
            scope = inner;
        }

        return (scope, null);
    }

    private string? Refusal(SourceFile file, int own, (string Namespace, string? Type) used)
    {
        if (used.Namespace == _table.Package && used.Type is null) return null; // each type of the root is looked at by itself
        var layer = used.Type is null ? _table.LayerOf(used.Namespace) : _table.LayerOf(used.Namespace, used.Type);
        var isSame = file.Namespace == used.Namespace && layer == own;
        if (_table.EntryOf(file.Namespace) is { } entry && entry == _table.EntryOf(used.Namespace)) isSame = true;
        var name = used.Type is null ? used.Namespace : $"{used.Namespace}.{used.Type}";
        if (_table.AreApart(file.Namespace, used.Namespace)) return $"{file.Namespace} and {used.Namespace} are apart; it uses {name}";
        return layer < own || isSame || own == layer && IsComposition(file)
            ? null
            : $"{file.Namespace} ({_table.NameOf(own)}) uses {name} of "
                + (layer == own ? "the same layer" : $"a higher layer ({_table.NameOf(layer)})");
    }

    private bool IsComposition(SourceFile file) => file.Namespace == _table.Package || !IsOwn(file);
}
