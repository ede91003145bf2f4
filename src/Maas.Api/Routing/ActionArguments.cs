using Maas.Api.Requests;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>
/// Refuses arguments that an action does not declare. An argument that is ignored gives a wrong answer without a word: a filter that
/// is not known would list all machines, and a script that releases what a filter lists would release all of them.
/// </summary>
internal static class ActionArguments
{
    private const int MostErrors = 20;
    private const int LongestName = 100;

    /// <summary>The 400 that names every argument the action does not take; null when it takes all of them.</summary>
    public static ApiResult? Refuse(ApiAction action, RequestForm query, RequestForm body)
    {
        var form = new FormReader(RequestForm.Empty);
        foreach (var (name, value) in query.Fields.Concat(body.Fields))
        {
            if (form.Errors.Count == MostErrors) break;
            if (WhyNot(action, name, value) is { } reason) Refuse(form, name, reason);
        }

        foreach (var file in body.Files)
        {
            if (form.Errors.Count == MostErrors || action.TakesAnyFile) break;
            if (WhyNot(action, file.Name, "file") is { } reason) Refuse(form, file.Name, reason);
        }

        return form.HasErrors ? form.BadRequest() : null;
    }

    private static void Refuse(FormReader form, string name, string reason)
    {
        var shown = name.Length <= LongestName ? name : name[..LongestName];
        if (!form.Errors.ContainsKey(shown)) form.Refuse(shown, reason);
    }

    private static string? WhyNot(ApiAction action, string name, string value)
    {
        if (name == "op") return null;
        if (action.Unsupported.TryGetValue(name, out var reason)) return RequestsNothing(value) ? null : reason;
        if (action.Accepts(name)) return null;
        return action.Op is "allocate" || (action.Op is null && action.Method == "GET") ? "No such constraint." : "No such argument.";
    }

    /// <summary>Whether a value is a default, as sent by clients that fill in all of MAAS's arguments.</summary>
    private static bool RequestsNothing(string value) =>
        value.ToLowerInvariant() is "" or "0" or "false" or "no" or "off" or "none" or "null";
}
