namespace Maas.Install.Templates;

/// <summary>
/// Whether a change of the stored templates leaves all templates usable: what was changed must render for a sample machine of its scope,
/// and what rendered before must still do so. Pure.
/// </summary>
/// <param name="builtIn">The built-in texts by name.</param>
/// <param name="sample">The values of a sample machine.</param>
internal sealed class TemplateCheck(
    IReadOnlyDictionary<string, string> builtIn, Func<TemplateTarget, IReadOnlyDictionary<string, object?>> sample)
{
    public TemplateError? Find(
        IReadOnlyList<InstallTemplate> before, IReadOnlyList<InstallTemplate> after, TemplateScope scope, string? changed)
    {
        foreach (var target in after.Select(template => template.Scope).Append(scope).Distinct().Select(SampleOf))
        {
            var values = sample(target);
            var (old, now) = (TemplateSet.Choose(builtIn, before, target), TemplateSet.Choose(builtIn, after, target));
            foreach (var name in old.Names.Union(now.Names, StringComparer.Ordinal))
            {
                var mustRender = name == changed && scope.Includes(target);
                if (now.Find(name) is null || now.Render(name, values) is not TemplateResult.Failed failed) continue;
                if (mustRender || (old.Find(name) is not null && old.Render(name, values) is TemplateResult.Rendered)) return failed.Error;
            }
        }

        return null;
    }

    private static TemplateTarget SampleOf(TemplateScope scope)
    {
        var target = new TemplateTarget { OsSystem = "debian", Series = "bookworm", Architecture = "amd64", SystemId = "4y3h7n" };
        return scope.Kind switch
        {
            TemplateScopeKind.OperatingSystem => target with { OsSystem = scope.Value },
            TemplateScopeKind.Release when scope.Value.Split('/') is [var system, var series] =>
                target with { OsSystem = system, Series = series },
            TemplateScopeKind.Architecture => target with { Architecture = scope.Value },
            TemplateScopeKind.Tag => target with { Tags = [scope.Value] },
            TemplateScopeKind.Machine => target with { SystemId = scope.Value },
            _ => target,
        };
    }
}
