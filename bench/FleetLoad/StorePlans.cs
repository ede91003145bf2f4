using System.Text.RegularExpressions;
using Maas.Sqlite;

namespace FleetLoad;

/// <summary>How SQLite plans the statements of a fleet: a statement that goes through a table costs more with each machine.</summary>
internal static partial class StorePlans
{
    /// <summary>Forgets the statements that ran so far.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task ForgetAsync(SqliteMaasStore store, CancellationToken cancellationToken) => store.ReadAsync(
        session =>
        {
            session.Commands.Clear();
            return true;
        },
        cancellationToken);

    /// <summary>The statements that ran on a store in memory and go through all rows of a table or of an index.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The step of the plan, <c>SCAN machines</c>, with its statement.</returns>
    public static Task<IReadOnlyList<string>> ListScansAsync(SqliteMaasStore store, CancellationToken cancellationToken) =>
        store.ReadAsync<IReadOnlyList<string>>(
            session => [.. session.Commands.Texts.ToList()
                .SelectMany(text => text.Split(';'))
                .Where(sql => Explainable.IsMatch(sql))
                .SelectMany(sql => session
                    .Query(
                        "EXPLAIN QUERY PLAN " + sql, row => row.GetString(3),
                        [.. Parameter.Matches(sql).Select(match => match.Value).Distinct().Select(name => (name, (object?)null))])
                    .Where(IsScan)
                    .Select(step => $"{step}: {Space.Replace(sql, " ").Trim()}"))
                .Distinct()],
            cancellationToken);

    // What a statement makes by itself, such as the texts of a parameter, is as long as the statement wants it.
    private static bool IsScan(string step) =>
        step.StartsWith("SCAN ", StringComparison.Ordinal) && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal)
        && !step.StartsWith("SCAN CONSTANT", StringComparison.Ordinal) && !step.StartsWith("SCAN (", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Explainable { get; }

    [GeneratedRegex(@"@\w+", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter { get; }

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space { get; }
}
