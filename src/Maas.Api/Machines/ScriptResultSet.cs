using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>The results of one kind of one operation, which MAAS calls a script set. It is named by its first result.</summary>
/// <param name="Kind">What the scripts were run for.</param>
/// <param name="Id">The id of its first result.</param>
/// <param name="Results">The results, by id.</param>
internal sealed record ScriptResultSet(ScriptKind Kind, long Id, IReadOnlyList<ScriptResult> Results)
{
    /// <summary>MAAS's number of the kind.</summary>
    public int Type => (int)TypeOf(Kind);

    /// <summary>MAAS's name of the kind.</summary>
    public string TypeName => TypeOf(Kind).ToString();

    /// <summary>The type of the scripts that run for this.</summary>
    public static NodeScriptType TypeOf(ScriptKind kind) => kind switch
    {
        ScriptKind.Testing => NodeScriptType.Testing,
        ScriptKind.Release => NodeScriptType.Release,
        ScriptKind.Deployment => NodeScriptType.Deployment,
        _ => NodeScriptType.Commissioning,
    };

    /// <summary>Groups the results of one machine, the newest operation first.</summary>
    public static IReadOnlyList<ScriptResultSet> Of(IEnumerable<ScriptResult> results) =>
    [
        .. results.GroupBy(result => (result.OperationId, result.Kind))
            .Select(set => new ScriptResultSet(set.Key.Kind, set.Min(result => result.Id), [.. set.OrderBy(result => result.Id)])),
    ];
}
